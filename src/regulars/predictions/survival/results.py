"""What survival models said of customers they had not seen, and of how long each will stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from regulars.evaluate.intervals import Interval
    from regulars.predictions.survival.curves import SurvivalCurve
    from regulars.predictions.survival.durations import Durations
    from regulars.predictions.survival.echoes import DurationEcho
    from regulars.predictions.survival.hazard_ratios import HazardRatio
    from regulars.predictions.survival.models import SurvivalModelName
    from regulars.predictions.survival.reasons import StayExplainer
    from regulars.schema.wording import Wording

__all__ = ["CalibrationGroup", "SurvivalComparison", "SurvivalResult"]


@dataclass(frozen=True, slots=True)
class SurvivalResult:
    """One survival model on customers it had not seen.

    Attributes
    ----------
    name, title
        Which one.
    c_index
        Harrell's C-index: the share of pairs of customers of which the one who left sooner was ranked
        as being at more risk; 1/2 by chance.
    behind, behind_error
        How much lower it is than that of the best, and the standard error of the difference.
    brier
        Mean squared error of the probability of having left after `horizons_days`, each horizon's.
    seconds
        To learn and to score once.
    """

    name: SurvivalModelName
    title: Wording
    c_index: Interval
    behind: float
    behind_error: float
    brier: tuple[float, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class CalibrationGroup:
    """Customers of about the same predicted probability of having left, and how many had.

    Attributes
    ----------
    customers
        How many.
    predicted
        Mean predicted probability of having left at the horizon.
    observed
        By the Kaplan-Meier curve of these customers; `low` and `high` bound its 95 % interval.
    """

    customers: int
    predicted: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalComparison:
    """How long customers stay, and which model says it best.

    Attributes
    ----------
    durations
        How long each customer was there.
    customers, left
        How many were learnt from, and how many of them have left.
    curve
        Of everybody together.
    models
        Simplest first.
    chosen
        Name of the simplest model that the best does not beat by more than the standard error of that.
    why
        The choice in words.
    echoes
        Features that are made of the duration, and were left out.
    horizons_days
        Of the Brier scores: a quarter, a half and three quarters of those who left had left by then.
    calibration
        Of the chosen model at the middle horizon.
    hazard_ratios
        What goes with leaving sooner, by the Cox model on all customers; strongest first.
    scored
        One row per customer who is still there: `customer_id`, `duration_days`,
        `leaves_within_{30,90,180,365}_days` as far as was seen, `median_days_left` (null where more
        than half of those like the customer are still there at the end of what was seen). Every
        customer by a model that was not shown them.
    note
        That features as of the end of what was seen make models look better than they are.
    explainer
        Tells of who is still there when they are likely to leave, and why.
    """

    durations: Durations
    customers: int
    left: int
    curve: SurvivalCurve
    models: tuple[SurvivalResult, ...]
    chosen: SurvivalModelName
    why: Wording
    echoes: tuple[DurationEcho, ...]
    horizons_days: tuple[float, ...]
    calibration: tuple[CalibrationGroup, ...]
    hazard_ratios: tuple[HazardRatio, ...]
    scored: pa.Table
    note: Wording
    explainer: StayExplainer

    @property
    def c_index(self) -> Interval:
        """That of the chosen model."""
        return next(model.c_index for model in self.models if model.name == self.chosen)
