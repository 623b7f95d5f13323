"""What rules of segments are computed from in a workspace: its tables, names, features and scores."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from regulars.errors import NotFoundError
from regulars.schema.contract import get_contract
from regulars.schema.mapping import Mapping as SourceMapping
from regulars.segments.rules import RuleSources
from regulars.workspace.as_of import choose_as_of, follow_history
from regulars.workspace.customer_features import list_profile_columns
from regulars.workspace.runs import find_last_as_of
from regulars.workspace.tables import describe_at_end, list_canonical, open_history, see_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    import ibis
    from ibis.backends.duckdb import Backend

    from regulars.features import AsOf
    from regulars.workspace.folder import Workspace

__all__ = [
    "find_end",
    "open_earlier_sources",
    "open_rule_sources",
    "open_seen_sources",
    "read_mappings",
]

_SCORES = "customers.parquet"
_CHURN = "churn"


@contextmanager
def open_rule_sources(
    workspace: Workspace, *, as_of: date | None = None, buckets: int | None = None
) -> Iterator[tuple[RuleSources, AsOf]]:
    """What rules are computed from, and the first day that is not seen.

    Parameters
    ----------
    workspace
        Whose lake.
    as_of
        First day that must not be seen. None for the day that `analyze` takes: the one after the
        newest fact, or tomorrow where customers are described as of today.
    buckets
        Open the customers of the first so many of 64 buckets only; None for everybody.

    Raises
    ------
    NotFoundError
        When nothing was loaded yet.
    """
    snapshot = workspace.lake.snapshot()
    if not list_canonical(snapshot):
        raise NotFoundError(
            en=f"Workspace '{workspace.folder}' holds no data yet. Load some: regulars load FILE.",
            ru=f"В рабочей папке «{workspace.folder}» ещё нет данных. Загрузите их: regulars load "
            "ФАЙЛ.",
        )
    scratching = workspace.open_scratch(may_be_elsewhere=True)
    with scratching as scratch, workspace.open_engine(scratch) as backend:
        mappings = read_mappings(workspace)
        latest = choose_as_of(workspace, as_of)
        # Of everybody first: the newest fact may be that of a customer who is left out.
        tables = open_history(snapshot, backend)
        day = latest if as_of else find_end(tables, latest, mappings)
        if buckets is not None:
            tables = open_history(snapshot, backend, buckets=range(buckets))
        if day != latest:
            tables = describe_at_end(tables, as_of=day, told_until=latest)
        sources = _make_sources(workspace, tables, mappings)
        scores = _open_scores(workspace, backend, day)
        yield replace(sources, scores=scores, buckets=buckets), day


@contextmanager
def open_earlier_sources(
    workspace: Workspace, *, load_id: str, as_of: AsOf, told_until: AsOf
) -> Iterator[RuleSources]:
    """The rows that were seen on an earlier day, as the lake was then, and nothing else.

    Parameters
    ----------
    workspace
        Whose lake.
    load_id
        As this load left it; as it is now where a vacuum has removed that.
    as_of
        The first day that was not seen.
    told_until
        States that were told before this day counted as known.
    """
    snapshot = workspace.lake.snapshot(load_id=load_id)
    if snapshot.list_vacuumed():
        snapshot = workspace.lake.snapshot()
    scratching = workspace.open_scratch(may_be_elsewhere=True)
    with scratching as scratch, workspace.open_engine(scratch) as backend:
        tables = see_tables(snapshot, backend, as_of=as_of, told_until=told_until)
        yield _make_sources(workspace, tables, read_mappings(workspace))


@contextmanager
def open_seen_sources(
    workspace: Workspace, *, as_of: date | None = None
) -> Iterator[tuple[RuleSources, AsOf]]:
    """The rows that `analyze` would look at, and the first day that it would not.

    Parameters
    ----------
    workspace
        Whose lake.
    as_of
        First day that must not be seen; None as for `open_rule_sources`.

    Raises
    ------
    NotFoundError
        When nothing was loaded yet.
    """
    with open_rule_sources(workspace, as_of=as_of) as (_, day):
        pass
    last = workspace.lake.list_loads()[-1].load_id
    told_until = choose_as_of(workspace, as_of)
    opened = open_earlier_sources(workspace, load_id=last, as_of=day, told_until=told_until)
    with opened as sources:
        yield sources, day


def _make_sources(
    workspace: Workspace, tables: Mapping[str, ibis.Table], mappings: list[SourceMapping]
) -> RuleSources:
    columns = [one for one in mappings if one.table == "profiles"]
    return RuleSources(
        tables,
        definitions=workspace.read_features(),
        aliases={c.source: c.target for one in columns for c in one.columns},
        own_names={c.name: c.meaning for c in list_profile_columns(columns) if c.meaning},
    )


def read_mappings(workspace: Workspace) -> list[SourceMapping]:
    """How the sources of a workspace were read, oldest first."""
    return [
        SourceMapping.from_toml(load.mapping, where=f"the mapping of load {load.load_id}")
        for load in workspace.lake.list_loads()
        if load.action == "load"
    ]


def _open_scores(workspace: Workspace, backend: Backend, as_of: AsOf) -> dict[str, ibis.Table]:
    """The scores that the last analysis left; none for a day before it, which would see them early."""
    file = workspace.results_folder / _SCORES
    scored_as_of = find_last_as_of(workspace.folder / "runs")
    if scored_as_of is None or scored_as_of > as_of.day or not file.is_file():
        return {}
    scored = backend.read_parquet(file)
    return {_CHURN: scored.select("customer_id", value=scored["churn_probability"])}


def find_end(
    history: Mapping[str, ibis.Table], latest: AsOf, mappings: list[SourceMapping]
) -> AsOf:
    """The day after the newest fact, as `analyze` takes it."""
    newest = {name: _find_newest(name, table) for name, table in history.items()}
    known = {name: moment for name, moment in newest.items() if moment is not None}
    return follow_history(latest, known, mappings)


def _find_newest(name: str, table: ibis.Table) -> datetime | None:
    if name.startswith("superseded_"):
        return None
    contract = get_contract(name)
    time = contract.time_column
    if contract.temporal != "fact" or time is None or time not in table.columns:
        return None
    newest: datetime | None = table[time].max().to_pyarrow().as_py()
    return newest
