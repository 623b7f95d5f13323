"""How many customers have an outcome, at each date, before anything is learnt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import QualityError
from regulars.evaluate.splits import roll_rounds
from regulars.features import read_profile_column
from regulars.features.sentences import format_number
from regulars.predictions import Outcome, observe_outcome
from regulars.predictions.amounts.comparison import FEWEST_CUSTOMERS
from regulars.predictions.outcomes.outcome import (
    FEWEST_OF_EACH,
    MOST_CLASSES,
    count_classes,
    read_outcome,
    say_customers,
)
from regulars.schema.wording import Wording, pluralize
from regulars.workspace.amounts import read_numbers
from regulars.workspace.as_of import choose_as_of
from regulars.workspace.leaving import choose_dates
from regulars.workspace.outcome_kind import recognize_outcome
from regulars.workspace.outcomes import LeavingWishes, check_leaving, choose_outcome, names_outcome
from regulars.workspace.rule_sources import find_end, read_mappings
from regulars.workspace.tables import open_history, see_tables

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence
    from datetime import date

    import ibis
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.features import AsOf
    from regulars.schema.mapping import Mapping
    from regulars.workspace.folder import Workspace
    from regulars.workspace.outcome_kind import OutcomeKind

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
    kind
        Yes or no, several classes, or a number.
    known, unknown
        Of how many it is known, and not; at several dates a customer counts once at each.
    customers
        Of how many different customers it is known.
    fewest
        So many are needed to learn and to test: of a number customers, otherwise of each.
    is_enough
        Whether there are as many; of a history, whether a date can be tested by what was known on it.
    positives, negatives
        With the outcome and without it; None unless it is a yes or no.
    classes
        How many customers are of each class, the most frequent first.
    dates
        Positives and negatives at each date, oldest first; none where a column tells the outcome.
    """

    sentence: Wording
    kind: OutcomeKind
    known: int
    unknown: int
    customers: int
    fewest: int
    is_enough: bool
    positives: int | None = None
    negatives: int | None = None
    classes: MappingABC[str, int] = field(default_factory=dict)
    dates: tuple[CountedDate, ...] = ()


def count_outcome(
    workspace: Workspace,
    *,
    leaving: LeavingWishes | None = None,
    outcome_kind: OutcomeKind | None = None,
    as_of: date | None = None,
) -> CountedOutcome:
    """Count who has the outcome: by the column that was named, or at every date that a history allows.

    Parameters
    ----------
    workspace
        Whose lake.
    leaving
        What the outcome is, where no column tells.
    outcome_kind
        What a named column is taken as; recognized when None.
    as_of
        First day that must not be seen; all that is loaded is looked at when None.

    Raises
    ------
    QualityError
        When nothing tells the outcome, a column of yes or no has too few of one, or the history is too
        short.
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
            return _count_column(tables, mappings, day, outcome_kind)
        definition = choose_outcome(tables, wanted, until=day.day)
        if definition is None:
            raise QualityError(
                en="Nothing tells the outcome. Name a column: --outcome COLUMN.",
                ru="Ничто не говорит об исходе. Назовите столбец: --outcome СТОЛБЕЦ.",
            )
        dates = choose_dates(definition, tables, day)
        seen = observe_outcome(definition, tables, as_of=dates, until=day)
        outcomes = [Outcome(definition, one.labels) for one in seen]
    gathered = Outcome.gather(outcomes, [one.customer_ids for one in seen])
    days = np.repeat([one.as_of.day.toordinal() for one in seen], [len(one.labels) for one in seen])
    counted = tuple(
        CountedDate(one.as_of.day.isoformat(), outcome.positives, outcome.negatives)
        for one, outcome in zip(seen, outcomes, strict=True)
    )
    return replace(_tell_yes_no(gathered), is_enough=_can_be_tested(gathered, days), dates=counted)


def _can_be_tested(outcome: Outcome, days: NDArray[np.int64]) -> bool:
    known = ~np.isnan(outcome.labels)
    try:
        roll_rounds(
            outcome.labels[known],
            days[known],
            known_at=days[known] + outcome.days_until_known,
            fewest=FEWEST_OF_EACH,
        )
    except QualityError:
        return False
    return True


def _tell_yes_no(outcome: Outcome) -> CountedOutcome:
    positives, negatives = outcome.positives, outcome.negatives
    known = positives + negatives
    return CountedOutcome(
        outcome.sentence,
        "yes-no",
        known,
        outcome.unknown,
        known if outcome.customers is None else outcome.customers,
        FEWEST_OF_EACH,
        min(positives, negatives) >= FEWEST_OF_EACH,
        positives,
        negatives,
    )


def _count_column(
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    day: AsOf,
    outcome_kind: OutcomeKind | None,
) -> CountedOutcome:
    mapping = [one for one in mappings if one.table == "profiles" and one.outcome][-1]
    named = recognize_outcome(tables, mappings, as_of=day, told=outcome_kind)
    if mapping.outcome is None or named is None:
        raise AssertionError("chosen by it")
    wanted = mapping.outcome
    column = mapping.get_source(wanted.column).target
    values = read_profile_column(tables["profiles"], column, as_of=day)
    if named.kind == "number":
        return _count_numbers(read_numbers(values, wanted.column), wanted.column)
    if named.kind == "classes":
        return _count_classes(values, wanted.column)
    return _tell_yes_no(read_outcome(values, column=wanted.column, positive_value=wanted.positive))


def _count_classes(values: pa.ChunkedArray, column: str) -> CountedOutcome:
    counts = count_classes(values)
    known = sum(counts.values())
    classes = dict(sorted(counts.items(), key=lambda one: -one[1]))
    is_enough = len(classes) <= MOST_CLASSES and min(classes.values()) >= FEWEST_OF_EACH
    en = ", ".join(f"“{name}” {format_number(n, 'en')}" for name, n in classes.items())
    ru = ", ".join(f"«{name}» {format_number(n, 'ru')}" for name, n in classes.items())
    number = len(classes)
    sentence = Wording(
        en=f"The outcome “{column}” has {pluralize(number, 'en', 'class', 'classes')}. Of"
        f" {say_customers(known, 'en')}: {en}.",
        ru=f"Исход — «{column}», классов {number}. Клиентов {format_number(known, 'ru')}: {ru}.",
    )
    unknown = len(values) - known
    return CountedOutcome(
        sentence, "classes", known, unknown, known, FEWEST_OF_EACH, is_enough, classes=classes
    )


def _count_numbers(numbers: NDArray[np.float64], column: str) -> CountedOutcome:
    told = numbers[np.isfinite(numbers)]
    known, unknown = len(told), len(numbers) - len(told)
    low, high = float(told.min()), float(told.max())
    sentence = Wording(
        en=f"The outcome “{column}” is a number from {format_number(low, 'en')} to"
        f" {format_number(high, 'en')}: known of {say_customers(known, 'en')}, not"
        f" known of {format_number(unknown, 'en')}.",
        ru=f"Исход — «{column}», число от {format_number(low, 'ru')} до {format_number(high, 'ru')}."
        f" Клиентов, у которых оно известно: {format_number(known, 'ru')}, неизвестно:"
        f" {format_number(unknown, 'ru')}.",
    )
    is_enough = known >= FEWEST_CUSTOMERS and low < high
    return CountedOutcome(sentence, "number", known, unknown, known, FEWEST_CUSTOMERS, is_enough)
