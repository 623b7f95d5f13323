"""What a contact changes, and which learner says best for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from regulars.evaluate.intervals import Interval
    from regulars.predictions.uplift.experiment import Arm, Imbalance
    from regulars.predictions.uplift.learners import LearnerName
    from regulars.schema.wording import Wording

__all__ = ["LearnerResult", "UpliftComparison", "UpliftDecile"]


@dataclass(frozen=True, slots=True)
class LearnerResult:
    """One learner, or baseline, on customers it had not seen.

    Attributes
    ----------
    name, title
        Which one.
    qini
        Its Qini coefficient, see `regulars.evaluate.qini`. Of `random` 0, with the bounds between which
        95 % of all orders by chance come out.
    beyond_response
        How much more that is than of the response model, on the same bootstrap samples.
    """

    name: LearnerName
    title: Wording
    qini: Interval
    beyond_response: Interval

    @property
    def beats_response(self) -> bool:
        """Whether that is more than chance."""
        return self.beyond_response.low > 0


@dataclass(frozen=True, slots=True)
class UpliftDecile:
    """A tenth of the customers, by the effect that was predicted for them.

    Attributes
    ----------
    customers
        How many.
    predicted
        Mean predicted effect.
    treated_rate, control_rate
        Shares with the outcome among those of them who were contacted, and who were not; NaN where
        there is nobody.
    effect
        Their difference.
    """

    customers: int
    predicted: float
    treated_rate: float
    control_rate: float
    effect: Interval


@dataclass(frozen=True, slots=True, eq=False)
class UpliftComparison:
    """What the contact changed, and whether it is known for whom.

    Attributes
    ----------
    contacted, control
        The two groups.
    effect
        Of the contact on the share with the outcome, on average over all customers.
    difference
        The plain difference of the two shares; `effect` itself where the groups were alike.
    is_random
        Whether the groups were alike before the contact, as chance makes them.
    imbalances
        Features in which they differed, largest first.
    learners
        The baselines, then the learners from the simplest on.
    recommended
        By which customers should be chosen: a learner that beats the response model; else the response
        model; `random` where that is no better than chance either.
    why
        The reason.
    deciles
        Of the recommended one, or of the best learner where chance is recommended; highest first.
    scored
        One row per customer: `customer_id`, `is_treated`, `outcome`, and the predicted `effect` (of a
        response model the probability of the outcome), by a model that was not shown them.
    """

    contacted: Arm
    control: Arm
    effect: Interval
    difference: Interval
    is_random: bool
    imbalances: tuple[Imbalance, ...]
    learners: tuple[LearnerResult, ...]
    recommended: LearnerName
    why: Wording
    deciles: tuple[UpliftDecile, ...]
    scored: pa.Table
