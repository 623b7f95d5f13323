"""How well a forecast holds group by group: by how long customers have been there, by segment, by a column."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError, UnknownColumnError
from regulars.features import read_profile_column
from regulars.predictions.comparing.groupings import Grouping, cut_tenure, measure_grouping
from regulars.predictions.survival.durations import propose_unit
from regulars.schema.customer_groups import tells_tenure
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import ibis
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.features import AsOf
    from regulars.predictions import ChurnComparison
    from regulars.predictions.comparing.groupings import GroupedQuality
    from regulars.schema.mapping import Mapping as SourceMapping

__all__ = ["JudgedCustomers", "KnownSegments", "group_judged", "list_judged", "read_by"]

_TENURE = Wording(en="How long they have been customers", ru="Сколько времени они клиенты")
_SEGMENT = Wording(en="Segment", ru="Сегмент")
_DAYS_OF = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}
_BEGINNINGS = {
    "subscriptions": "started_on",
    "purchases": "purchased_on",
    "events": "occurred_on",
}
"""Tables that say since when somebody is a customer, the surest first."""

_MOST_VALUES, _RANGES = 20, 5
_EPOCH = 719_163
"""The day number of 1 January 1970 in the calendar of Python."""


@dataclass(frozen=True, slots=True, eq=False)
class JudgedCustomers:
    """What was said of customers by models that had not seen them, and what came.

    Attributes
    ----------
    customer_ids
        Of each test.
    days
        The number of the day each test was made on, as `date.toordinal` counts; shape (n_tests,).
    labels, probabilities
        What came, and what was said.
    """

    customer_ids: pa.Array
    days: NDArray[np.int64]
    labels: NDArray[np.float64]
    probabilities: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class KnownSegments:
    """Who is in which segment.

    Attributes
    ----------
    customer_ids, numbers
        Each customer, and the number of their segment; shape (n_customers,).
    names
        Of the segments, by number.
    """

    customer_ids: pa.Array
    numbers: NDArray[np.int64]
    names: Mapping[int, Wording]


def list_judged(comparison: ChurnComparison, as_of: AsOf) -> JudgedCustomers:
    """The tests of a comparison: at several dates where there is time, else one of each customer.

    Parameters
    ----------
    comparison
        Models that were compared.
    as_of
        The day of the tests, where there is no time.
    """
    import numpy as np
    import pyarrow as pa

    told = comparison.past_scores
    if told is not None:
        return JudgedCustomers(
            told["customer_id"].combine_chunks(),
            told["as_of"].cast(pa.int32()).to_numpy().astype(np.int64) + _EPOCH,
            told["label"].to_numpy(),
            told["churn_probability"].to_numpy(),
        )
    known = np.flatnonzero(~np.isnan(comparison.outcome.labels))
    return JudgedCustomers(
        comparison.customer_ids.take(pa.array(known)),
        np.full(len(known), as_of.day.toordinal()),
        comparison.outcome.labels[known],
        comparison.churn_probability[known],
    )


def group_judged(
    tested: JudgedCustomers,
    tables: Mapping[str, ibis.Table],
    mappings: Sequence[SourceMapping],
    *,
    as_of: AsOf,
    segments: KnownSegments | None = None,
    by: str | None = None,
    seed: int,
) -> tuple[GroupedQuality, ...]:
    """The figures by tenure and by segment where they are known, and by a column that was named.

    Parameters
    ----------
    tested
        Who was tested, with what came of it.
    tables, mappings
        What is loaded, and how it was read.
    as_of
        First day that is not seen.
    segments
        Who is in which segment; None where there are none.
    by
        A column of a file with one row per customer, or of subscriptions.
    seed
        Of the bootstrap.

    Raises
    ------
    UnknownColumnError, InvalidParameterError
        When there is no such column, or it has too many values.
    """
    import numpy as np

    if not len(tested.labels):
        return ()
    _, customers = np.unique(
        tested.customer_ids.to_numpy(zero_copy_only=False).astype(str), return_inverse=True
    )
    found = [
        measure_grouping(
            grouping, tested.labels, tested.probabilities, customers, random_state=seed
        )
        for grouping in _list_groupings(tested, tables, mappings, as_of, segments, by)
    ]
    return tuple(one for one in found if one is not None)


def _list_groupings(
    tested: JudgedCustomers,
    tables: Mapping[str, ibis.Table],
    mappings: Sequence[SourceMapping],
    as_of: AsOf,
    segments: KnownSegments | None,
    by: str | None,
) -> Iterator[Grouping]:
    import numpy as np

    if by is not None:
        yield read_by(by, tested.customer_ids, tables, mappings, as_of=as_of)
    days = _find_tenure(tested, tables, mappings, as_of)
    if days is not None:
        names, codes = cut_tenure(days)
        yield Grouping("tenure", _TENURE, names, codes)
    if segments is not None:
        numbers = sorted(segments.names)
        place = _locate(tested.customer_ids, segments.customer_ids)
        own = np.where(place < 0, -1, segments.numbers[place])
        codes = np.array([numbers.index(one) if one in segments.names else -1 for one in own])
        names = tuple(segments.names[number] for number in numbers)
        yield Grouping("segment", _SEGMENT, names, codes.astype(np.int64))


def _find_tenure(
    tested: JudgedCustomers,
    tables: Mapping[str, ibis.Table],
    mappings: Sequence[SourceMapping],
    as_of: AsOf,
) -> NDArray[np.float64] | None:
    """Days that each has been a customer at the time of the test; None where nothing tells."""
    for name, column in _BEGINNINGS.items():
        table = tables.get(name)
        if table is None or column not in table.columns:
            continue
        since = table[column].cast("date").min()
        first = table.group_by("customer_id").aggregate(since=since).to_pyarrow()
        return _count_days(tested, first["customer_id"], first["since"])
    return _read_tenure(tested, tables, mappings, as_of) if "profiles" in tables else None


def _read_tenure(
    tested: JudgedCustomers,
    tables: Mapping[str, ibis.Table],
    mappings: Sequence[SourceMapping],
    as_of: AsOf,
) -> NDArray[np.float64] | None:
    import numpy as np
    import pyarrow as pa

    profiles = tables["profiles"]
    own = [one for one in mappings if one.table == "profiles"]
    for column in own[-1].columns if own else ():
        is_date = column.type in ("date", "instant")
        if column.target not in profiles.columns or not tells_tenure(
            column.source, is_date=is_date
        ):
            continue
        ids = read_profile_column(profiles, "customer_id", as_of=as_of)
        values = read_profile_column(profiles, column.target, as_of=as_of)
        if is_date:
            return _count_days(tested, ids, values.cast(pa.date32()))
        if column.type not in ("integer", "float", "decimal"):
            continue
        numbers = np.asarray(values.cast(pa.float64()).to_numpy(), dtype=np.float64)
        if not (np.isfinite(numbers) & (numbers > 0)).any():
            continue
        length = _DAYS_OF[propose_unit(column.source, np.where(numbers < 0, np.nan, numbers))]
        return _take(numbers * length, _locate(tested.customer_ids, ids))
    return None


def _count_days(
    tested: JudgedCustomers, ids: pa.ChunkedArray, since: pa.ChunkedArray
) -> NDArray[np.float64]:
    import numpy as np
    import pyarrow as pa

    began = since.cast(pa.date32()).cast(pa.int32()).cast(pa.float64()).to_numpy() + _EPOCH
    days = tested.days - _take(np.asarray(began, np.float64), _locate(tested.customer_ids, ids))
    return np.where(days >= 0, days, np.nan)


def _take(values: NDArray[np.float64], place: NDArray[np.int64]) -> NDArray[np.float64]:
    import numpy as np

    return np.where(place < 0, np.nan, values[place])


def _locate(wanted: pa.Array, among: pa.Array | pa.ChunkedArray) -> NDArray[np.int64]:
    """The place of each customer, -1 where one is not there."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    place = pc.index_in(wanted.cast(pa.string()), value_set=among.cast(pa.string()))
    return np.asarray(place.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)


def read_by(
    by: str,
    customer_ids: pa.Array,
    tables: Mapping[str, ibis.Table],
    mappings: Sequence[SourceMapping],
    *,
    as_of: AsOf,
) -> Grouping:
    """The groups by one column: its values, or five ranges of a number, as they are known today.

    Parameters
    ----------
    by
        The column, by the name of a file.
    customer_ids
        Whose groups.
    tables, mappings, as_of
        As in `group_judged`.

    Raises
    ------
    UnknownColumnError, InvalidParameterError
        When there is no such column, or it has too many values.
    """
    import numpy as np
    import pyarrow as pa

    ids, values = _read_column(by, tables, mappings, as_of)
    place = _locate(customer_ids, ids)
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        numbers = np.asarray(values.cast(pa.float64()).to_numpy(), np.float64)
        if len(np.unique(numbers[np.isfinite(numbers)])) > 2 * _RANGES:
            return _cut_numbers(by, _take(numbers, place))
    texts = values.cast(pa.string()).to_pylist()
    levels = sorted({text for text in texts if text is not None})
    if len(levels) > _MOST_VALUES:
        raise InvalidParameterError(
            en=f"--by '{by}' has {len(levels)} different values; quality is told for {_MOST_VALUES} groups at"
            " most. Name a column with fewer, or one of numbers.",
            ru=f"--by «{by}»: разных значений {len(levels)}, а качество показывают не больше чем для "
            f"{_MOST_VALUES} групп. Назовите столбец, где их меньше, или столбец чисел.",
        )
    known = {level: number for number, level in enumerate(levels)}
    codes = np.array([-1 if text is None else known[text] for text in texts], dtype=np.int64)
    own = np.where(place < 0, -1, codes[place]) if len(codes) else place
    return Grouping(by, Wording(en=by, ru=by), tuple(Wording(en=n, ru=n) for n in levels), own)


def _cut_numbers(by: str, numbers: NDArray[np.float64]) -> Grouping:
    import numpy as np

    known = numbers[np.isfinite(numbers)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _RANGES + 1)))
    codes = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, max(len(edges) - 2, 0))
    names = tuple(
        Wording(en=f"{low:g}–{high:g}", ru=f"{low:g}–{high:g}".replace(".", ","))
        for low, high in pairwise(edges.tolist())
    )
    return Grouping(by, Wording(en=by, ru=by), names, np.where(np.isfinite(numbers), codes, -1))


def _read_column(
    by: str,
    tables: Mapping[str, ibis.Table],
    mappings: Sequence[SourceMapping],
    as_of: AsOf,
) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Customers and their values: of the profile, else of the last subscription."""
    known: dict[str, tuple[str, str]] = {}
    for name in ("subscriptions", "customers", "profiles"):
        own = [one for one in mappings if one.table == name]
        if name in tables and own:
            known |= {
                spelling: (name, column.target)
                for column in own[-1].columns
                if column.target in tables[name].columns
                for spelling in (column.target, column.source)
            }
    if not known:
        raise InvalidParameterError(
            en=f"--by {by}: nothing that is loaded has a column that describes the customers. Load a file with"
            " one row per customer, or leave --by out.",
            ru=f"--by «{by}»: в загруженном нет столбцов, которые описывают клиентов. Загрузите файл, где на"
            " клиента одна строка, или уберите --by.",
        )
    if by not in known:
        raise UnknownColumnError(
            by, list(known), where="--by: what is loaded", ru="--by: в загруженном"
        )
    name, target = known[by]
    if name == "profiles":
        profiles = tables["profiles"]
        ids = read_profile_column(profiles, "customer_id", as_of=as_of)
        return ids, read_profile_column(profiles, target, as_of=as_of)
    table = tables[name]
    order = table["started_on"] if "started_on" in table.columns else table["known_at"]
    last = table.group_by("customer_id").aggregate(value=table[target].argmax(order)).to_pyarrow()
    return last["customer_id"], last["value"]
