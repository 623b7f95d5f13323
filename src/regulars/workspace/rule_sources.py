"""What rules of segments are computed from in a workspace: its tables, names, features and scores."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from regulars.errors import NotFoundError
from regulars.features import AsOf
from regulars.lake.shapes import name_past
from regulars.schema.contract import get_contract
from regulars.schema.mapping import Mapping as SourceMapping
from regulars.segments.rules import RuleSources
from regulars.workspace.customer_features import list_profile_columns
from regulars.workspace.tables import list_canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import ibis
    from ibis.backends.duckdb import Backend

    from regulars.lake import Snapshot
    from regulars.workspace.folder import Workspace

__all__ = ["open_rule_sources"]

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
        First day that must not be seen. None for the day after the newest fact, or for tomorrow
        where customers are described as of today.
    buckets
        Open the customers of the first so many of 64 buckets only; None for everybody.

    Raises
    ------
    NotFoundError
        When nothing was loaded yet.
    """
    snapshot = workspace.lake.snapshot()
    names = list_canonical(snapshot)
    if not names:
        raise NotFoundError(
            en=f"Workspace '{workspace.folder}' holds no data yet. Load some: regulars load FILE.",
            ru=f"В рабочей папке «{workspace.folder}» ещё нет данных. Загрузите их: regulars load "
            "ФАЙЛ.",
        )
    scratching = workspace.open_scratch(may_be_elsewhere=True)
    with scratching as scratch, workspace.open_engine(scratch) as backend:
        # Of everybody first: the newest fact may be that of a customer who is left out.
        day = _choose_as_of(workspace, as_of, lambda: _open_tables(snapshot, backend, names, None))
        tables = _open_tables(snapshot, backend, names, buckets)
        mappings = _read_mappings(workspace)
        columns = [one for one in mappings if one.table == "profiles"]
        sources = RuleSources(
            tables,
            definitions=workspace.read_features(),
            aliases={c.source: c.target for one in columns for c in one.columns},
            own_names={c.name: c.meaning for c in list_profile_columns(columns) if c.meaning},
            scores=_open_scores(workspace.results_folder, backend),
            buckets=buckets,
        )
        yield sources, day


def _open_tables(
    snapshot: Snapshot, backend: Backend, names: tuple[str, ...], buckets: int | None
) -> dict[str, ibis.Table]:
    """All rows and versions; what may be seen of them follows from `as_of`."""
    past = [name_past(name) for name in names if name_past(name) in snapshot.tables]
    chosen = None if buckets is None else range(buckets)
    snapshot.register(backend.con, [*names, *past], buckets=chosen)
    return {name: backend.table(name) for name in (*names, *past)}


def _read_mappings(workspace: Workspace) -> list[SourceMapping]:
    return [
        SourceMapping.from_toml(load.mapping, where=f"the mapping of load {load.load_id}")
        for load in workspace.lake.list_loads()
        if load.action == "load"
    ]


def _open_scores(folder: Path | None, backend: Backend) -> dict[str, ibis.Table]:
    """The scores that an analysis left beside the workspace."""
    file = folder / _SCORES if folder else None
    if file is None or not file.is_file():
        return {}
    scored = backend.read_parquet(file)
    return {_CHURN: scored.select("customer_id", value=scored["churn_probability"])}


def _choose_as_of(
    workspace: Workspace, asked: date | None, open_tables: Callable[[], Mapping[str, ibis.Table]]
) -> AsOf:
    zone = workspace.settings.time_zone
    tomorrow = datetime.now(ZoneInfo(zone)).date() + timedelta(days=1)
    if asked is not None:
        return AsOf(asked, zone)
    tables = open_tables()
    if "profiles" in tables:
        return AsOf(tomorrow, zone)
    moments = [_find_newest(name, table) for name, table in tables.items()]
    known = [moment for moment in moments if moment is not None]
    if not known:
        return AsOf(tomorrow, zone)
    # A history that ended years ago is looked at from its end.
    day = max(known).astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return AsOf(min(day, tomorrow), zone)


def _find_newest(name: str, table: ibis.Table) -> datetime | None:
    if name.startswith("superseded_"):
        return None
    contract = get_contract(name)
    time = contract.time_column
    if contract.temporal != "fact" or time is None or time not in table.columns:
        return None
    newest: datetime | None = table[time].max().to_pyarrow().as_py()
    return newest if newest is None or newest.tzinfo else newest.replace(tzinfo=UTC)
