"""How the months of a workspace's customers went: counted month by month, and grouped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import NotFoundError
from regulars.features.rows import see
from regulars.lake.shapes import name_past
from regulars.schema.contract import get_contract
from regulars.segments.rhythms import Rhythms, find_rhythms
from regulars.workspace.rule_sources import open_rule_sources
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.features import AsOf
    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = ["search_rhythms"]

_COUNTED = ("purchases", "events", "payments", "interactions")


def search_rhythms(
    workspace: Workspace,
    *,
    of: str | None = None,
    months: int = 12,
    by: str = "shape",
    k: int | None = None,
    as_of: date | None = None,
    seed: int = 0,
    language: Language = "en",
    progress: Progress,
) -> tuple[str, Rhythms]:
    """Which table was counted, and the rhythms of its customers: see `find_rhythms`.

    Parameters
    ----------
    workspace
        Whose lake.
    of
        The table whose rows are counted a month; by default the first there is of purchases,
        events, payments and interactions.
    months
        So many whole calendar months before `as_of`, as far as there is any row.
    by, k
        As `find_rhythms` takes them.
    as_of
        First day that is not seen; by default that of `analyze`.
    seed
        Of everything random.
    language
        Of the stage.
    progress
        Told of the stage.

    Raises
    ------
    NotFoundError
        When no such table was loaded.
    QualityError, InvalidParameterError
        As `find_rhythms`.
    """
    with open_rule_sources(workspace, as_of=as_of) as (sources, day):
        name = _choose_table(sources.tables, of)
        counted = _count(name, sources.tables, day, months)
    ids, counts, labels = counted
    with progress.stage(speak(language)("rhythms")):
        found = find_rhythms(ids, counts, labels, by=by, k=k, random_state=seed)
    return name, found


def _choose_table(tables: Mapping[str, ibis.Table], of: str | None) -> str:
    there = [name for name in _COUNTED if name in tables]
    if of in there:
        return of
    if of is None and there:
        return there[0]
    wanted = of or "purchases, events"
    raise NotFoundError(
        en=f"Nothing here tells what happened month by month: no {wanted} were loaded. There is:"
        f" {', '.join(there) or 'nothing that can be counted'}. Load a history of purchases or events.",
        ru=f"Ничто здесь не говорит, что было по месяцам: нет {wanted}. Есть: "
        f"{', '.join(there) or 'ничего, что можно сосчитать'}. Загрузите историю покупок или событий.",
    )


def _count(
    name: str, tables: Mapping[str, ibis.Table], as_of: AsOf, months: int
) -> tuple[pa.StringArray, NDArray[np.float64], list[str]]:
    """Rows of each customer a month, and the first day of each month."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    contract = get_contract(name)
    seen = see(tables[name], contract, as_of=as_of, superseded=tables.get(name_past(name)))
    time = str(contract.time_column)
    stem = time.removesuffix("_at")
    day = seen[f"{stem}_on"] if f"{stem}_on" in seen.columns else seen[time].cast("date")
    end = as_of.day.year * 12 + as_of.day.month - 1
    placed = seen.filter(seen["customer_id"].notnull()).mutate(
        month=(day.year() * 12 + day.month() - 1).cast("int64")
    )
    recent = placed.filter((placed["month"] >= end - months) & (placed["month"] < end))
    rows = recent.group_by("customer_id", "month").aggregate(rows=recent.count()).to_pyarrow()
    ids = pc.unique(rows["customer_id"]).sort()
    first = int(pc.min(rows["month"]).as_py() or end) if rows.num_rows else end
    counts = np.zeros((len(ids), end - first))
    places = pc.index_in(rows["customer_id"].combine_chunks(), value_set=ids)
    counts[places.to_numpy(), rows["month"].to_numpy() - first] = rows["rows"].to_numpy()
    labels = [f"{month // 12}-{month % 12 + 1:02}" for month in range(first, end)]
    return ids.cast(pa.string()), counts, labels
