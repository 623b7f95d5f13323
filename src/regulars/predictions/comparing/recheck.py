"""What a model said earlier beside what has come since: does it still keep what it promised."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regulars.errors import QualityError
from regulars.evaluate.calibration import (
    CalibrationPoint,
    measure_calibration,
    move_back,
    weigh_calibration_error,
)
from regulars.evaluate.intervals import Interval, bootstrap_intervals
from regulars.evaluate.ranking import RankingQuality
from regulars.features.sentences import format_share
from regulars.schema.wording import Language, Wording

__all__ = ["Recheck", "recheck_scores"]

_FEWEST = 10
Verdict = Literal["kept", "worse", "better"]


@dataclass(frozen=True, slots=True)
class Recheck:
    """Scores of an earlier day beside the outcomes that came after it.

    Attributes
    ----------
    scored
        Customers who had a score.
    known, positives
        Those of whom it is known by now what became of them, and how many had the outcome.
    roc_auc
        How well the scores ranked them; interval by DeLong's method.
    promised
        What was said of that when the model was chosen, on customers it had not seen; None where nobody
        knows.
    said
        Mean probability of those who are known.
    came
        The share of the outcome among them.
    brier, calibration_error
        As in `ModelResult`.
    calibration
        What was said and what came, lowest first.
    verdict
        `worse` where the ranking lies below what was promised beyond both intervals, `better` where
        above, `kept` else; None where nothing was promised.
    sentence
        The same in words.
    """

    scored: int
    known: int
    positives: int
    roc_auc: Interval
    promised: Interval | None
    said: float
    came: Interval
    brier: Interval
    calibration_error: Interval
    calibration: tuple[CalibrationPoint, ...]
    verdict: Verdict | None
    sentence: Wording


def recheck_scores(
    probabilities: NDArray[np.float64],
    labels: NDArray[np.float64],
    *,
    promised: Interval | None,
    random_state: int,
) -> Recheck:
    """Compare what was said with what came.

    Parameters
    ----------
    probabilities
        What was said of each customer, shape (n_customers,).
    labels
        1 where the outcome came after that, 0 where not, NaN where it is not known yet; shape
        (n_customers,).
    promised
        ROC-AUC when the model was chosen; None where it is not known.
    random_state
        Of the bootstrap.

    Raises
    ------
    QualityError
        When fewer than 10 customers with or without the outcome are known.

    Examples
    --------
    >>> said = np.linspace(0.05, 0.95, 40)
    >>> labels = (said > 0.5).astype(float)
    >>> found = recheck_scores(said, labels, promised=Interval(0.8, 0.7, 0.9), random_state=0)
    >>> found.verdict, found.roc_auc.mean, found.positives
    ('better', 1.0, 20)
    """
    is_known = ~np.isnan(labels)
    said, came = probabilities[is_known], labels[is_known]
    _check_enough(len(labels), came)
    squares = (said - came) ** 2
    one = np.zeros(len(came))
    # Drawn without regard to the outcome: its share is part of what is asked.
    figures = bootstrap_intervals(
        {
            "came": lambda weights: float(weights @ came / weights.sum()),
            "brier": lambda weights: float(weights @ squares / weights.sum()),
            "calibration_error": weigh_calibration_error(came, said),
        },
        one,
        random_state=random_state,
    )
    customers = np.arange(len(came))
    ranked = RankingQuality.over([(came, said, customers)], n_customers=len(came)).interval()
    verdict = None if promised is None else _judge(ranked, promised)
    mean = float(said.mean())
    return Recheck(
        scored=len(labels),
        known=len(came),
        positives=int(came.sum()),
        roc_auc=ranked,
        promised=promised,
        said=mean,
        came=figures["came"],
        brier=figures["brier"],
        calibration_error=move_back(figures["calibration_error"]),
        calibration=measure_calibration(came, said, random_state=random_state),
        verdict=verdict,
        sentence=Wording(
            en=_say(ranked, promised, mean, figures["came"], verdict, "en"),
            ru=_say(ranked, promised, mean, figures["came"], verdict, "ru"),
        ),
    )


def _check_enough(scored: int, came: NDArray[np.float64]) -> None:
    positives = int(came.sum())
    if min(positives, len(came) - positives) >= _FEWEST:
        return
    raise QualityError(
        en=f"Too little has come since to judge the scores: of {scored} customers it is known of {len(came)} "
        f"what became of them, and {positives} of these had the outcome; at least {_FEWEST} with and without "
        "it are needed. Load what came since, or wait until the horizon is over.",
        ru=f"Чтобы судить об оценках, прошло слишком мало: из {scored} клиентов известно о {len(came)}, что "
        f"с ними стало, и исход был у {positives}; нужно хотя бы по {_FEWEST} с исходом и без него. Загрузите "
        "то, что произошло с тех пор, или подождите, пока кончится горизонт.",
    )


def _judge(found: Interval, promised: Interval) -> Verdict:
    if found.high < promised.low:
        return "worse"
    return "better" if found.low > promised.high else "kept"


_VERDICTS: dict[Verdict, Wording] = {
    "worse": Wording(
        en="the model ranks worse than it promised: learn it anew (regulars analyze)",
        ru="модель упорядочивает хуже, чем обещала: обучите её заново (regulars analyze)",
    ),
    "kept": Wording(en="it keeps what it promised", ru="обещанное выполнено"),
    "better": Wording(en="better than it promised", ru="лучше, чем было обещано"),
}
_SURPRISES = {
    "more": Wording(
        en="more often than was said: the probabilities are too low by now",
        ru="чаще, чем было названо: вероятности теперь занижены",
    ),
    "less": Wording(
        en="less often than was said: the probabilities are too high by now",
        ru="реже, чем было названо: вероятности теперь завышены",
    ),
    "so": Wording(en="as was said", ru="как и было названо"),
}


def _say(
    found: Interval,
    promised: Interval | None,
    said: float,
    came: Interval,
    verdict: Verdict | None,
    language: Language,
) -> str:
    kind = "more" if came.low > said else "less" if came.high < said else "so"
    mean, share = format_share(said, language), format_share(came.mean, language)
    low, high = format_share(came.low, language), format_share(came.high, language)
    surprise, ranked = (
        _SURPRISES[kind].to(language),
        _say_ranking(found, promised, verdict, language),
    )
    if language == "en":
        return (
            f"{ranked} On average {mean} was said, and the outcome came to {share} ({low}–{high}): "
            f"{surprise}."
        )
    return f"{ranked} В среднем было названо {mean}, а исход наступил у {share} ({low}–{high}): {surprise}."


def _say_ranking(
    found: Interval, promised: Interval | None, verdict: Verdict | None, language: Language
) -> str:
    own = _figure(found, language)
    if promised is None or verdict is None:
        is_signal = found.low > 0.5
        if language == "en":
            told = "better than by chance" if is_signal else "no better than chance may be"
            return (
                f"ROC-AUC on what came since is {own}: {told}. What was promised is not known here."
            )
        told = "лучше случайного" if is_signal else "не отличить от случайного"
        return f"ROC-AUC по тому, что произошло с тех пор, — {own}: {told}. Что было обещано, здесь не известно."
    then, judged = _figure(promised, language), _VERDICTS[verdict].to(language)
    if language == "en":
        return f"ROC-AUC on what came since is {own}, promised was {then}: {judged}."
    return f"ROC-AUC по тому, что произошло с тех пор, — {own}, обещано было {then}: {judged}."


def _figure(interval: Interval, language: Language) -> str:
    bounds = (interval.mean, interval.low, interval.high)
    mean, low, high = (f"{one:.3f}" for one in bounds)
    text = f"{mean} ({low}–{high})"
    return text.replace(".", ",") if language == "ru" else text
