"""What a comparison of churn models says: figures, choice, threshold, scores, reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.errors import NotFoundError
from regulars.evaluate.costs import Confusion, ContactCosts
from regulars.evaluate.intervals import Interval
from regulars.predictions.outcome import Outcome
from regulars.schema.wording import Wording

__all__ = [
    "Alarm",
    "ChurnComparison",
    "Driver",
    "Explainer",
    "Holdout",
    "ModelName",
    "ModelResult",
    "Reason",
    "RiskBand",
    "RiskName",
    "Threshold",
]

ModelName = Literal["baseline", "naive_bayes", "logistic"]
RiskName = Literal["high", "medium", "low"]
Direction = Literal["raises", "lowers", "mixed"]


@dataclass(frozen=True, slots=True)
class ModelResult:
    """One model in cross-validation on the training part.

    Attributes
    ----------
    name
        Stable name.
    title
        What people call it.
    roc_auc
        Mean over the folds; interval by the corrected resampled t of Nadeau and Bengio (2003).
    fold_roc_auc
        The figure of each fold.
    pr_auc
        Mean average precision; a model that knows nothing reaches the base rate.
    brier
        Mean squared error of the calibrated probability; lower is better.
    train_roc_auc
        Mean ROC-AUC on the rows the folds were trained on: the gap shows overfitting.
    """

    name: ModelName
    title: Wording
    roc_auc: Interval
    fold_roc_auc: tuple[float, ...]
    pr_auc: float
    brier: float
    train_roc_auc: float


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which probability on it pays to contact.

    Attributes
    ----------
    value
        Contact customers whose probability is at least this.
    costs
        The prices it follows from.
    cost_per_customer, cost_if_nobody, cost_if_everybody
        Mean cost per customer on the hold-out: with this threshold, contacting nobody, everybody.
    sentence
        The same in words.
    """

    value: float
    costs: ContactCosts
    cost_per_customer: float
    cost_if_nobody: float
    cost_if_everybody: float
    sentence: Wording


@dataclass(frozen=True, slots=True)
class Holdout:
    """The chosen model on customers that took no part in choosing or training it.

    Attributes
    ----------
    n, positives
        Customers, and how many of them had the outcome.
    roc_auc
        Interval by 500 stratified bootstrap samples.
    pr_auc, brier
        As in `ModelResult`.
    precision, recall, f1
        At the threshold; 0 where nobody is above it.
    confusion
        Counts at the threshold.
    sentence
        What the two kinds of error mean in customers.
    """

    n: int
    positives: int
    roc_auc: Interval
    pr_auc: float
    brier: float
    precision: float
    recall: float
    f1: float
    confusion: Confusion
    sentence: Wording


@dataclass(frozen=True, slots=True)
class RiskBand:
    """A range of probability with a name: `low` <= probability < `high` (the top one includes 1)."""

    name: RiskName
    title: Wording
    low: float
    high: float
    customers: int


@dataclass(frozen=True, slots=True)
class Driver:
    """How one feature moves the chosen model over all customers.

    Attributes
    ----------
    feature
        Name of the feature.
    direction
        Whether high values (or the level named in the sentence) raise or lower the probability.
    weight
        Mean absolute contribution to the log-odds.
    sentence
        The same in words.
    """

    feature: str
    direction: Direction
    weight: float
    sentence: Wording


@dataclass(frozen=True, slots=True)
class Reason:
    """One driver of one customer's score.

    Attributes
    ----------
    feature
        Name of the feature.
    value
        The customer's own value; None when not known.
    peer_value
        The median of a number, or the most frequent level, among the customers the model learnt from.
    contribution
        What it adds to the log-odds against the average customer; above zero raises the probability.
    text
        The same in words.
    """

    feature: str
    value: float | str | bool | None
    peer_value: float | str | bool | None
    contribution: float
    text: Wording

    @property
    def raises(self) -> bool:
        """Whether it speaks for the outcome."""
        return self.contribution > 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that looks too good to be true, or too weak to use.

    Attributes
    ----------
    kind
        `leak` (one feature alone says nearly everything), `strong_feature` (worth a look),
        `too_good` (the model as a whole), `no_signal` (no better than chance).
    severity
        `alarm` or `notice`.
    feature
        The feature, where it is one.
    value
        The ROC-AUC that rang.
    sentence
        What was seen and what to do.
    """

    kind: Literal["leak", "strong_feature", "too_good", "no_signal"]
    severity: Literal["alarm", "notice"]
    feature: str | None
    value: float
    sentence: Wording


class Explainer(Protocol):
    """What knows why each customer has the score it has."""

    def explain(self, rows: NDArray[np.int64], *, top: int) -> list[list[Reason]]:
        """The `top` reasons of each customer at the row numbers `rows`."""


@dataclass(frozen=True, slots=True, eq=False)
class ChurnComparison:
    """Models compared, the chosen one applied to every customer.

    Attributes
    ----------
    outcome
        What was predicted.
    base_rate
        Share of the outcome among customers whose outcome is known.
    n
        Customers whose outcome is known.
    split
        How training, validation and hold-out were separated.
    models
        Simplest first.
    chosen
        Name of the chosen model.
    reason
        Why that one.
    threshold, holdout
        From which probability on to contact, and how that does on customers kept aside.
    customer_ids
        Every customer of the feature table, in its order.
    churn_probability
        Calibrated; a customer whose outcome is known was scored by a model that had not seen them
        (cross-fitting); shape (n_customers,).
    risk
        `high`, `medium` or `low` for each customer; the bounds are in `risk_bands`.
    risk_bands
        Highest first.
    drivers
        Strongest first.
    alarms
        Empty when nothing looks odd.
    """

    outcome: Outcome
    base_rate: float
    n: int
    split: Wording
    models: tuple[ModelResult, ...]
    chosen: ModelName
    reason: Wording
    threshold: Threshold
    holdout: Holdout
    customer_ids: pa.StringArray
    churn_probability: NDArray[np.float64]
    risk: tuple[RiskName, ...]
    risk_bands: tuple[RiskBand, ...]
    drivers: tuple[Driver, ...]
    alarms: tuple[Alarm, ...]
    explainer: Explainer = field(repr=False)

    def reasons(
        self, customers: Sequence[str] | None = None, *, top: int = 3
    ) -> list[list[Reason]]:
        """Why each of `customers` (all of them by default) has the score it has.

        Parameters
        ----------
        customers
            Identifiers; raises `NotFoundError` for one that was not scored.
        top
            At most so many reasons a customer, strongest first, in the direction in which the
            customer's score differs from the average.
        """
        return self.explainer.explain(_find_rows(self.customer_ids, customers), top=top)


def _find_rows(customer_ids: pa.StringArray, customers: Sequence[str] | None) -> NDArray[np.int64]:
    """Row numbers of `customers`, of all when None; raises `NotFoundError`."""
    if customers is None:
        return np.arange(len(customer_ids))
    places = pc.index_in(pa.array(customers, pa.string()), value_set=customer_ids)
    if places.null_count:
        missing = customers[places.is_null().to_pylist().index(True)]
        raise NotFoundError(
            en=f"Customer '{missing}' was not scored. Names are those of the feature table, as text.",
            ru=f"Клиент «{missing}» не оценён. Имена — как в таблице признаков, текстом.",
        )
    return np.asarray(places.to_numpy(zero_copy_only=False), dtype=np.int64)
