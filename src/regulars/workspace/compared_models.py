"""How models are to be compared, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError
from regulars.predictions.comparing.class_standings import ClassStandings
from regulars.predictions.comparing.standings import Standings
from regulars.predictions.comparing.worth import Worth
from regulars.predictions.fitting.monotone import keep_monotone
from regulars.predictions.fitting.roster import arrange_models
from regulars.workspace.amounts import PredictedAmount
from regulars.workspace.outcome_kind import NamedOutcome, OutcomeKind
from regulars.workspace.outcomes import LeavingWishes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regulars.evaluate import CampaignPrices, LeadTime
    from regulars.predictions import ChurnComparison
    from regulars.predictions.comparing.groupings import GroupedQuality
    from regulars.predictions.comparing.standings import SplitKind
    from regulars.predictions.families.names import ModelName
    from regulars.workspace.leaks import LeakSearch

__all__ = ["ComparedModels", "ComparisonWishes"]

_CAPACITY = 0.1
"""Share of the customers that can be contacted where nobody says."""


@dataclass(frozen=True, slots=True)
class ComparisonWishes:
    """How models are to be compared.

    Attributes
    ----------
    split
        `stratified`, `time` or `rolling`; None for `stratified`, or for time where there is a history.
    order_by
        The column that says which rows are earlier, or `row` for the order of the file.
    gap
        So much of that order is left empty before each test.
    models
        Which are compared beside the plain one; when empty all that are installed, or over a history the
        everyday ones and the rule of one feature.
    budget_seconds
        About so long may the fits take; five minutes when None.
    tuning_seconds
        How long each fit of the model `tuned`, if it is compared, may search for its settings.
    monotone
        By column 1 where the outcome may only become more probable as it rises, -1 where only less;
        models that cannot be held to that are left out.
    prices
        What a campaign costs and brings; those of `CampaignPrices` when None.
    costs
        Four columns of what each decision about each customer costs: contacted in vain, missed,
        contacted rightly, left alone rightly; none when empty.
    capacity
        Customers that can be contacted: a share up to 1, or a number; a tenth when None.
    by
        A column by whose values the chosen model is measured.
    outcome_kind
        What the column that was named is to be taken as; recognized when None.
    keep
        Columns that models may see even if they seem to know the outcome.
    leaving
        What leaving is, where no column tells.
    seed
        Of everything random.
    """

    split: SplitKind | None = None
    order_by: str | None = None
    gap: float = 0.0
    models: tuple[str, ...] = ()
    budget_seconds: float | None = None
    tuning_seconds: float = 30.0
    monotone: Mapping[str, int] = field(default_factory=dict)
    prices: CampaignPrices | None = None
    costs: tuple[str, ...] = ()
    capacity: float | None = None
    by: str | None = None
    outcome_kind: OutcomeKind | None = None
    keep: tuple[str, ...] = ()
    leaving: LeavingWishes = field(default_factory=LeavingWishes)
    seed: int = 0

    def arrange_models(self) -> tuple[ModelName, ...] | None:
        """The models that were named beside the plain one, simplest first; None where none were."""
        if not self.models:
            return None
        named = arrange_models(self.models)  # type: ignore[arg-type] # it checks them
        # The plain one can be held to anything: that no other can is to be said all the same.
        return arrange_models(["baseline", *(keep_monotone(named) if self.monotone else named)])

    def find_share(self, n_customers: float) -> float:
        """Those who can be contacted as a share of so many; a tenth where nobody says."""
        capacity = self.capacity
        if capacity is None:
            return _CAPACITY
        if capacity <= 0:
            raise InvalidParameterError(
                en=f"The capacity must be a share up to 1 or a number of customers; found {capacity:g}.",
                ru=f"Ёмкость — это доля до 1 или число клиентов; получено {capacity:g}.",
            )
        return capacity if capacity <= 1 else min(capacity / n_customers, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class ComparedModels:
    """Models compared, and the columns that know the outcome.

    Attributes
    ----------
    standings
        Where a column tells an outcome of yes or no; None else.
    classes
        Where a column of several classes does; None else.
    amount
        Where a column of numbers does; None else.
    named
        The column that was named, and what it was taken as; None where a history tells the outcome.
    over_time
        The same where a history tells it, at later dates; None else.
    worth
        What the model chosen over time is worth to somebody who acts on it; None else, as it is among the
        `standings`.
    by_group
        How well the chosen model holds by tenure and by segment, where they are known; over time by the
        column that was named, too.
    lead_time
        How long before the end customers were warned about; None where no day says when somebody left.
    leaks
        What was looked for before anything was learnt; None over time.
    ordered_by
        What puts the rows in order; None where nothing does.
    """

    standings: Standings | None = None
    classes: ClassStandings | None = None
    amount: PredictedAmount | None = None
    named: NamedOutcome | None = None
    over_time: ChurnComparison | None = None
    worth: Worth | None = None
    by_group: tuple[GroupedQuality, ...] = ()
    lead_time: LeadTime | None = None
    leaks: LeakSearch | None = None
    ordered_by: str | None = None
