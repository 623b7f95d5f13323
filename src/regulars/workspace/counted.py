"""How many customers have an outcome, at each date, before anything is learnt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import QualityError
from regulars.features import read_profile_column
from regulars.predictions import Outcome, observe_outcome
from regulars.predictions.outcomes.outcome import FEWEST_OF_EACH, read_outcome
from regulars.schema.wording import Wording
from regulars.workspace.as_of import choose_as_of
from regulars.workspace.leaving import choose_dates
from regulars.workspace.outcomes import LeavingWishes, check_leaving, choose_outcome, names_outcome
from regulars.workspace.rule_sources import find_end, read_mappings
from regulars.workspace.tables import open_history, see_tables

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence
    from datetime import date

    import ibis

    from regulars.features import AsOf
    from regulars.schema.mapping import Mapping
    from regulars.workspace.folder import Workspace

__all__ = ["CountedDate", "CountedOutcome", "count_outcome"]


@dataclass(frozen=True, slots=True)
class CountedDate:
    """Those at risk at one date.

    Attributes
    ----------
    as_of
        The date, ISO 8601.
    positives, negatives
        How many had the outcome afterwards, and how many had not.
    """

    as_of: str
    positives: int
    negatives: int


@dataclass(frozen=True, slots=True)
class CountedOutcome:
    """How often an outcome was seen.

    Attributes
    ----------
    sentence
        What it is, and of how many.
    positives, negatives, unknown
        Customers with it, without it, and of whom it is not known; at several dates a customer counts
        once at each.
    fewest
        So many of each are needed to learn and to test.
    dates
        The same at each date, oldest first; none where a column tells it.
    """

    sentence: Wording
    positives: int
    negatives: int
    unknown: int
    fewest: int
    dates: tuple[CountedDate, ...] = ()

    @property
    def is_enough(self) -> bool:
        """Whether there are enough of both."""
        return min(self.positives, self.negatives) >= self.fewest


def count_outcome(
    workspace: Workspace, *, leaving: LeavingWishes | None = None, as_of: date | None = None
) -> CountedOutcome:
    """Count who has the outcome: by the column that was named, or at every date that a history allows.

    Parameters
    ----------
    workspace
        Whose lake.
    leaving
        What the outcome is, where no column tells.
    as_of
        First day that must not be seen; all that is loaded is looked at when None.

    Raises
    ------
    QualityError
        When nothing tells the outcome, a column has too few of one kind, or the history is too short.
    """
    wanted = leaving or LeavingWishes()
    mappings = read_mappings(workspace)
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        snapshot = workspace.lake.snapshot()
        latest = choose_as_of(workspace, as_of)
        told_by = [] if wanted.kind else mappings
        day = latest if as_of else find_end(open_history(snapshot, backend), latest, told_by)
        tables = see_tables(snapshot, backend, as_of=day, told_until=latest)
        check_leaving(wanted, tables, mappings)
        if names_outcome(mappings) and not wanted.kind:
            return _summarize(_read_column(tables, mappings, day))
        definition = choose_outcome(tables, wanted, until=day.day)
        if definition is None:
            raise QualityError(
                en="Nothing tells the outcome. Name a column: --outcome COLUMN.",
                ru="Ничто не говорит об исходе. Назовите столбец: --outcome СТОЛБЕЦ.",
            )
        dates = choose_dates(definition, tables, day)
        seen = observe_outcome(definition, tables, as_of=dates, until=day)
        outcomes = [Outcome(definition, one.labels) for one in seen]
    counted = tuple(
        CountedDate(one.as_of.day.isoformat(), outcome.positives, outcome.negatives)
        for one, outcome in zip(seen, outcomes, strict=True)
    )
    return _summarize(Outcome.gather(outcomes), counted)


def _summarize(outcome: Outcome, dates: tuple[CountedDate, ...] = ()) -> CountedOutcome:
    return CountedOutcome(
        outcome.sentence,
        outcome.positives,
        outcome.negatives,
        outcome.unknown,
        FEWEST_OF_EACH,
        dates,
    )


def _read_column(
    tables: MappingABC[str, ibis.Table], mappings: Sequence[Mapping], day: AsOf
) -> Outcome:
    mapping = [one for one in mappings if one.table == "profiles" and one.outcome][-1]
    if mapping.outcome is None:
        raise AssertionError("chosen by it")
    wanted = mapping.outcome
    column = mapping.get_source(wanted.column).target
    values = read_profile_column(tables["profiles"], column, as_of=day)
    return read_outcome(values, column=wanted.column, positive_value=wanted.positive)
