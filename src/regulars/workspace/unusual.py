"""Unusual customers and unusual records of a workspace, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import NotFoundError, UnknownNameError
from regulars.schema.contract import get_contract
from regulars.segments.deviations import find_deviations
from regulars.workspace.customer_features import build_customer_features
from regulars.workspace.record_fields import read_records
from regulars.workspace.rule_sources import open_seen_sources, read_mappings
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from regulars.features import AsOf
    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.segments.deviations import DeviationSearch
    from regulars.workspace.folder import Workspace

__all__ = ["UnusualRows", "find_unusual_customers", "find_unusual_records"]


@dataclass(frozen=True, slots=True)
class UnusualRows:
    """What was found, and where it stands.

    Attributes
    ----------
    found
        As `find_deviations` gives it.
    places
        Of each in `found.top` the columns that name it: a customer's id; of a record its key, its
        customer and its time.
    as_of
        First day that was not seen.
    """

    found: DeviationSearch
    places: tuple[Mapping[str, object], ...]
    as_of: AsOf


def find_unusual_customers(
    workspace: Workspace,
    *,
    top: int = 20,
    as_of: date | None = None,
    seed: int = 0,
    language: Language,
    progress: Progress,
) -> UnusualRows:
    """The customers who are unlike the others in what an analysis knows of them.

    Parameters
    ----------
    workspace
        Whose lake.
    top
        How many to return.
    as_of
        First day that must not be seen; by default that of `analyze`.
    seed
        Of everything random.
    language
        Of the stages.
    progress
        Told of each stage.

    Raises
    ------
    NotFoundError
        When the tables hold nothing about customers.
    QualityError, InvalidParameterError
        As `find_deviations`.
    """
    say = speak(language)
    with open_seen_sources(workspace, as_of=as_of) as (sources, day):
        with progress.stage(say("features")):
            built = build_customer_features(
                sources.tables,
                read_mappings(workspace),
                as_of=day,
                definitions=sources.definitions,
            ).features
        if built is None:
            raise NotFoundError(
                en="The loaded tables hold nothing about customers.",
                ru="В загруженных таблицах ничего нет о клиентах.",
            )
        found = find_deviations(
            built, top=top, random_state=seed, stage=say("unusual"), progress=progress
        )
    return UnusualRows(found, tuple({"customer_id": one.key} for one in found.top), day)


def find_unusual_records(
    workspace: Workspace,
    table: str,
    *,
    top: int = 20,
    as_of: date | None = None,
    seed: int = 0,
    language: Language,
    progress: Progress,
) -> UnusualRows:
    """The rows of one table that are unlike the others: in their numbers, categories and hours.

    A number is also held against what is usual for the same customer.

    Parameters
    ----------
    workspace
        Whose lake.
    table
        Name of a loaded table.
    top, as_of, seed, language, progress
        As for `find_unusual_customers`.

    Raises
    ------
    UnknownNameError
        When no such table is loaded.
    QualityError, InvalidParameterError
        As `find_deviations`.
    """
    with open_seen_sources(workspace, as_of=as_of) as (sources, day):
        if table not in sources.tables:
            raise UnknownNameError("loaded table", table, sources.tables, ru="загруженной таблицы")
        records = read_records(sources.tables[table], get_contract(table), as_of=day)
    found = find_deviations(
        records.features,
        top=top,
        random_state=seed,
        stage=speak(language)("unusual"),
        progress=progress,
    )
    return UnusualRows(found, tuple(records.find_place(one.row) for one in found.top), day)
