"""What a comparison of models says: figures, choice, threshold, scores, reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.errors import NotFoundError
from regulars.evaluate.costs import Confusion, ContactCosts
from regulars.evaluate.gains import Gain
from regulars.evaluate.intervals import Interval
from regulars.evaluate.metrics import EqualErrors
from regulars.predictions.families.names import ModelName
from regulars.predictions.outcomes.outcome import Outcome
from regulars.predictions.reasons.reason import Driver, Explainer, Reason
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from regulars.predictions.fitting.scorers import Scorer
    from regulars.predictions.reasons.faithfulness import Faithfulness

__all__ = [
    "Alarm",
    "ChurnComparison",
    "ModelResult",
    "Quality",
    "RiskBand",
    "RiskName",
    "ScorecardLine",
    "Threshold",
]

RiskName = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class ModelResult:
    """One model in the rounds in which all were compared, before the hold-out was looked at.

    Attributes
    ----------
    name
        Stable name.
    title
        What people call it.
    roc_auc
        Mean over the rounds; interval by DeLong's method, errors summed per customer.
    fold_roc_auc
        The figure of each round.
    pr_auc
        Average precision over all tested; a model that knows nothing reaches the base rate.
    brier
        Mean squared error of the calibrated probability; lower is better.
    log_loss
        Mean negative log-likelihood of the calibrated probability in nats; lower is better.
    calibration_error
        Mean distance between what was said and what came, in ten bins of equally many.
    f1
        Harmonic mean of precision and recall at the threshold.
    train_roc_auc
        Mean ROC-AUC on the rows the rounds learnt from: the gap shows overfitting.
    behind
        By how much its ROC-AUC is below the best model's, on the same customers.
    behind_error
        Standard error of that difference.
    seconds
        To fit and score once; no two runs are alike, so it is not compared.
    """

    name: ModelName
    title: Wording
    roc_auc: Interval
    fold_roc_auc: tuple[float, ...]
    pr_auc: Interval
    brier: Interval
    log_loss: Interval
    calibration_error: Interval
    f1: Interval
    train_roc_auc: float
    behind: float
    behind_error: float
    seconds: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class ScorecardLine:
    """One line of the scorecard by which the model was chosen.

    Attributes
    ----------
    name
        Stable name.
    title
        What it says, in words.
    values
        The figure of each model.
    best
        The models that nobody beats here.
    decides
        Whether the choice rests on it; the others are told so that the choice can be judged.
    """

    name: Literal[
        "ranking",
        "behind",
        "precision",
        "probabilities",
        "f1",
        "steadiness",
        "overfitting",
        "readability",
        "seconds",
    ]
    title: Wording
    values: Mapping[ModelName, float] = field(compare=False)
    best: tuple[ModelName, ...] = field(compare=False)
    decides: bool


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
class Quality:
    """The chosen model on customers that the model which scored them had not seen.

    Attributes
    ----------
    n, positives
        Customers tested, and how many of them had the outcome; at several dates a customer counts
        once at each.
    customers, dates
        How many different customers they are, and at how many dates they were tested.
    repeats
        How often all of them were tested, each time dealt anew; `roc_auc` is the mean.
    roc_auc
        Interval by DeLong's method, errors summed per customer.
    pr_auc, brier
        As in `ModelResult`; these and the next by 500 bootstrap samples.
    precision, recall, f1
        At the threshold; 0 where nobody is above it.
    confusion
        Counts at the threshold.
    equal_errors
        Where false alarms are as frequent among those without the outcome as misses among those
        with it; its `reliability` is how often either is then recognised.
    sentence
        What the two kinds of error mean in customers.
    """

    n: int
    positives: int
    customers: int
    dates: int
    repeats: int
    roc_auc: Interval
    pr_auc: Interval
    brier: Interval
    precision: Interval
    recall: Interval
    f1: Interval
    confusion: Confusion
    equal_errors: EqualErrors
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
class Alarm:
    """Something that looks too good to be true, or too weak to use.

    Attributes
    ----------
    kind
        `leak` (one feature alone says nearly everything), `strong_feature` (worth a look),
        `too_good` (the model as a whole), `copies` (rows look copied or made up from each other),
        `overfitting` (far better where it learnt than where it is tested), `holdout` (the check on
        customers kept aside contradicts the rest), `no_signal` (no better than chance), `silence` (what is
        loaded ends long before the day that is looked at).
    severity
        `alarm` or `notice`.
    feature
        The feature, where it is one.
    value
        The figure that rang: a ROC-AUC, for `copies` the share of customers, for `overfitting` the gap,
        for `silence` the days.
    sentence
        What was seen and what to do.
    """

    kind: Literal[
        "leak",
        "strong_feature",
        "too_good",
        "copies",
        "overfitting",
        "holdout",
        "no_signal",
        "silence",
    ]
    severity: Literal["alarm", "notice"]
    feature: str | None
    value: float
    sentence: Wording


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
    scorecard
        The models side by side, criterion by criterion.
    threshold
        From which probability on to contact.
    quality
        The chosen model over all customers whose outcome is known, each tested by a model that had
        not seen them, dealt several times: what the result is graded by.
    holdout
        The same on the customers kept aside until the model was chosen: the check.
    gains
        What contacting only the first so many would find, on the same customers.
    tested
        Labels and probabilities behind `quality`, one row per test: shape (2, n_tested).
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
    explainer
        Knows the reasons.
    others
        What every other model, learnt from all customers whose outcome is known, says of each
        customer: probabilities by name, shape (n_customers,).
    scorers
        Every model as it was learnt from all customers whose outcome is known, by name: what is kept of
        a run, and scores those who come later.
    past_scores
        Where there is time what was said of whom and when, by what could be known then:
        `customer_id`, `as_of`, `churn_probability` and `label`, one row per test; None otherwise.
    faithfulness
        Whether the three strongest reasons are those that move the scores; None where nobody has one.
    """

    outcome: Outcome
    base_rate: float
    n: int
    split: Wording
    models: tuple[ModelResult, ...]
    chosen: ModelName
    reason: Wording
    scorecard: tuple[ScorecardLine, ...]
    threshold: Threshold
    quality: Quality
    holdout: Quality
    gains: tuple[Gain, ...]
    tested: NDArray[np.float64]
    customer_ids: pa.StringArray
    churn_probability: NDArray[np.float64]
    risk: tuple[RiskName, ...]
    risk_bands: tuple[RiskBand, ...]
    drivers: tuple[Driver, ...]
    alarms: tuple[Alarm, ...]
    explainer: Explainer = field(repr=False)
    others: Mapping[ModelName, NDArray[np.float64]] = field(repr=False)
    scorers: Mapping[ModelName, "Scorer"] = field(default_factory=dict, repr=False)
    past_scores: pa.Table | None = field(default=None, repr=False)
    faithfulness: "Faithfulness | None" = None

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
