"""How near a model comes to the oracle, who scores with the true hazard of a simulated company."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.errors import QualityError
from regulars.evaluate.costs import Confusion, count_decisions
from regulars.evaluate.metrics import roc_auc
from regulars.schema.wording import Language, Wording, format_share

__all__ = ["Foresight", "compare_with_truth"]


@dataclass(frozen=True, slots=True)
class Foresight:
    """One who scores beside the oracle, on the same customers and dates.

    Attributes
    ----------
    n, positives
        Customers and dates that were scored, and how many of them were followed by leaving.
    roc_auc, oracle_roc_auc
        How well each ranks.
    decisions, oracle_decisions
        Right and wrong above the threshold.
    """

    n: int
    positives: int
    roc_auc: float
    oracle_roc_auc: float
    decisions: Confusion
    oracle_decisions: Confusion

    @property
    def behind(self) -> float:
        """How far the ranking stays behind the oracle's."""
        return self.oracle_roc_auc - self.roc_auc

    @property
    def sentence(self) -> Wording:
        """The same in words, with what can be had at all."""
        return Wording(en=self._say("en"), ru=self._say("ru"))

    def _say(self, language: Language) -> str:
        own, best = self.decisions, self.oracle_decisions
        own_precision, own_recall, best_precision, best_recall, rate = (
            format_share(share, language)
            for share in (
                own.precision,
                own.recall,
                best.precision,
                best.recall,
                self.positives / self.n,
            )
        )
        aucs = [f"{value:.3f}" for value in (self.roc_auc, self.oracle_roc_auc)]
        if language == "en":
            return (
                f"{rate} left each month. The model ranks the customers with a ROC-AUC of {aucs[0]}; an oracle "
                f"that knows each one's true probability reaches {aucs[1]}, and nobody can do better. "
                f"Of those the model warns about {own_precision} leave, and it finds {own_recall} of "
                f"the leavers (oracle: {best_precision} and {best_recall}). To be right about 75% and "
                "find 65% at such a rate would take a ROC-AUC near 0.97."
            )
        aucs = [value.replace(".", ",") for value in aucs]
        return (
            f"Каждый месяц уходили {rate}. Модель расставляет клиентов с ROC-AUC {aucs[0]}; оракул, который знает "
            f"истинную вероятность каждого, — {aucs[1]}, и лучше не может никто. Из тех, о ком "
            f"предупреждает модель, уходят {own_precision}, и находит она {own_recall} уходящих (оракул: "
            f"{best_precision} и {best_recall}). Чтобы при такой доле уходов быть правым в 75 % случаев "
            "и находить 65 %, нужен ROC-AUC около 0,97."
        )


def compare_with_truth(scores: pa.Table, truth: pa.Table, *, threshold: float) -> Foresight:
    """A model's scores beside the truth.

    Parameters
    ----------
    scores
        `customer_id`, `as_of` (the first of a month), `churn_probability`; rows that the truth does
        not have are left out.
    truth
        Of a `TelecomCompany`.
    threshold
        From which probability on customers are warned about.

    Raises
    ------
    QualityError
        When no row of the scores is in the truth, or all had the same outcome.

    Examples
    --------
    >>> from regulars.rehearsal import make_telecom_company
    >>> truth = make_telecom_company(customers=500, months=6, seed=1).truth
    >>> scores = truth.select(["customer_id", "as_of", "churn_probability"])
    >>> compare_with_truth(scores, truth, threshold=0.2).behind
    0.0
    """
    known = truth.select(["customer_id", "as_of", "churned", "churn_probability"])
    known = known.rename_columns(["customer_id", "as_of", "churned", "hazard"])
    scored = scores.select(["customer_id", "as_of", "churn_probability"])
    scored = scored.filter(pc.is_valid(scored["churn_probability"]))
    both = scored.join(known, ["customer_id", "as_of"], join_type="inner")
    labels = np.asarray(both["churned"].to_numpy(), dtype=np.float64)
    if len(np.unique(labels)) < 2:
        raise QualityError(
            en=f"Of the scores {len(labels)} rows are in the truth, and they do not hold both who left "
            "and who stayed. Score customers on the first of a month of the company's history.",
            ru=f"Из оценок в истине нашлось строк: {len(labels)}, и среди них нет обоих исходов. "
            "Оценивайте клиентов на первое число месяца из истории компании.",
        )

    def judge(column: str) -> tuple[float, Confusion]:
        said: NDArray[np.float64] = np.asarray(both[column].to_numpy(), dtype=np.float64)
        return roc_auc(labels, said), count_decisions(labels, said, threshold=threshold)

    (own, decisions), (best, oracle_decisions) = judge("churn_probability"), judge("hazard")
    return Foresight(len(labels), int(labels.sum()), own, best, decisions, oracle_decisions)
