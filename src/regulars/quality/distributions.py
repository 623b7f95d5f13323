"""How the values of columns are spread: bars of quantities and days, counts of the frequent."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from regulars.quality.examples import show_value
from regulars.quality.measures import Figures, known_values
from regulars.quality.state import Bar, ValueCount

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["MOST_BARS", "cut_range", "draw_bars", "list_values"]

MOST_BARS = 20
_BATCH = 40
# Laying long columns under one another costs more than a few statements save.
_FEW = 20
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_Period = Literal["D", "W", "M", "Q", "Y"]
_PERIODS: tuple[tuple[int, _Period], ...] = (
    (MOST_BARS, "D"),
    (MOST_BARS * 7 - 7, "W"),
    (MOST_BARS * 30 - 30, "M"),
    (MOST_BARS * 91 - 91, "Q"),
)


def draw_bars(
    table: "ir.Table", names: Sequence[str], figures: Mapping[str, Figures]
) -> dict[str, tuple[Bar, ...]]:
    """Column → at most 20 bars, for the quantities and days among `names`."""
    edges: dict[str, list[float]] = {}
    bars: dict[str, tuple[Bar, ...]] = {}
    for name in names:
        found = figures[name]
        if isinstance(found.minimum, date):
            period = _choose_period(found)
            counts = _count_periods(table.select(name), name, period)
            bars[name] = _to_period_bars(period, counts.get(name, {}))
        elif found.quantiles:
            edges[name] = cut_range(found)
    cut = {name: cuts for name, cuts in edges.items() if len(cuts) > 2}
    steps = {name: cuts[2] - cuts[1] for name, cuts in cut.items()}
    for batch in _batches(cut):
        counts = _count_bins(table.select(*batch), {name: cut[name] for name in batch}, steps)
        bars |= {name: _to_bars(cut[name], counts.get(name, {})) for name in batch}
    return bars


def list_values(
    table: "ir.Table",
    names: Sequence[str],
    figures: Mapping[str, Figures],
    *,
    most: int = MOST_BARS,
) -> dict[str, tuple[ValueCount, ...]]:
    """Column → its most frequent values with counts, the largest first, ties by value."""
    found: dict[str, tuple[ValueCount, ...]] = {}
    for batch in _batches(names):
        counts = _count_texts(table.select(*batch), batch, most)
        for name in batch:
            present = figures[name].present or 1
            ordered = sorted(counts.get(name, {}).items(), key=lambda item: (-item[1], item[0]))
            found[name] = tuple(
                ValueCount(show_value(value), count, count / present) for value, count in ordered
            )
    return found


def cut_range(found: Figures) -> list[float]:
    """Round edges of at most 20 bars; the outer two reach out to extreme values.

    Examples
    --------
    >>> cut_range(Figures(minimum=0.0, maximum=72.0, quantiles={0.01: 1.0, 0.99: 72.0}))[:4]
    [0.0, 5.0, 10.0, 15.0]
    """
    if not isinstance(found.minimum, float) or not isinstance(found.maximum, float):
        return []
    low, high = found.minimum, found.maximum
    core_low, core_high = found.quantiles[0.01], found.quantiles[0.99]
    # Only a long tail is folded into the outer bars.
    if core_high > core_low and (high - low) > 3 * (core_high - core_low):
        low, high = core_low, core_high
    if not high > low:
        return []
    step = _round_step((high - low) / (MOST_BARS - 3))
    first, last = math.floor(low / step), math.ceil(high / step)
    cuts = [float(f"{place * step:.12g}") for place in range(first, max(last, first + 2) + 1)]
    before = [found.minimum] if found.minimum < cuts[0] else []
    after = [found.maximum] if found.maximum > cuts[-1] else []
    return [*before, *cuts, *after]


def _round_step(width: float) -> float:
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in _STEPS if step * power >= width * (1 - 1e-9))


def _count_bins(
    table: "ir.Table", edges: Mapping[str, Sequence[float]], steps: Mapping[str, float]
) -> dict[str, dict[str, int]]:
    """Column → number of the bar, as text → count; one statement for a batch of columns."""
    import ibis

    bins = {}
    for name, cuts in edges.items():
        number = known_values(table[name]).cast("float64")
        first, count = cuts[1], len(cuts) - 1
        # A millionth of a millionth of a bar keeps 0.3 / 0.1 from falling into the bar before.
        place = ((number - first) / steps[name] + 1e-9).floor() + 1
        inside = ibis.least(ibis.greatest(place, 0), count - 1).cast("int64").cast("string")
        # Some engines pass over NULL in least and greatest.
        bins[name] = number.notnull().ifelse(inside, None)
    return _count_long(table.select(**bins), list(edges))


def _count_periods(table: "ir.Table", name: str, period: _Period) -> dict[str, dict[str, int]]:
    start = table[name].cast("date").truncate(period).cast("string")
    return _count_long(table.select(start.name(name)), [name])


def _count_texts(table: "ir.Table", names: Sequence[str], most: int) -> dict[str, dict[str, int]]:
    texts = {}
    for name in names:
        column = table[name]
        known = (column.strip() != "").ifelse(column, None) if column.type().is_string() else column
        texts[name] = known.cast("string")
    return _count_long(table.select(**texts), names, most=most)


def _count_long(
    narrow: "ir.Table", names: Sequence[str], *, most: int | None = None
) -> dict[str, dict[str, int]]:
    """Counts by column and value: one statement each for few columns, one in all for many."""
    if len(names) <= _FEW:
        return {name: _count_one(narrow, name, most=most) for name in names}
    return _count_all(narrow, names, most=most)


def _count_one(narrow: "ir.Table", name: str, *, most: int | None) -> dict[str, int]:
    known = narrow.select(bin=narrow[name]).drop_null()
    counted = known.group_by("bin").aggregate(n=known.count())
    if most is not None:
        counted = counted.order_by([counted.n.desc(), counted.bin]).limit(most)
    return {row["bin"]: int(row["n"]) for row in counted.to_pyarrow().to_pylist()}


def _count_all(
    narrow: "ir.Table", names: Sequence[str], *, most: int | None
) -> dict[str, dict[str, int]]:
    """The columns laid under one another and grouped once: few statements for hundreds."""
    import ibis
    from ibis import selectors

    long = narrow.pivot_longer(selectors.cols(*names), names_to="column", values_to="bin")
    known = long.filter(long.bin.notnull())
    counted = known.group_by("column", "bin").aggregate(n=known.count())
    if most is not None:
        window = ibis.window(group_by=counted.column, order_by=[counted.n.desc(), counted.bin])
        ranked = counted.mutate(place=ibis.row_number().over(window))
        counted = ranked.filter(ranked.place < most).drop("place")
    counts: dict[str, dict[str, int]] = {}
    for row in counted.to_pyarrow().to_pylist():
        counts.setdefault(row["column"], {})[row["bin"]] = int(row["n"])
    return counts


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    ordered = list(names)
    for start in range(0, len(ordered), _BATCH):
        yield ordered[start : start + _BATCH]


def _to_bars(cuts: Sequence[float], counts: Mapping[str, int]) -> tuple[Bar, ...]:
    return tuple(
        Bar(cuts[place], cuts[place + 1], counts.get(str(place), 0))
        for place in range(len(cuts) - 1)
    )


def _choose_period(found: Figures) -> _Period:
    first, last = found.minimum, found.maximum
    if not isinstance(first, date) or not isinstance(last, date):
        return "Y"
    days = (last - first).days + 1
    return next((period for limit, period in _PERIODS if days <= limit), "Y")


def _to_period_bars(period: _Period, counts: Mapping[str, int]) -> tuple[Bar, ...]:
    starts = sorted(datetime.strptime(text[:10], "%Y-%m-%d").date() for text in counts)  # noqa: DTZ007 - a day, not an instant
    if not starts:
        return ()
    by_day = {text[:10]: count for text, count in counts.items()}
    grid = [starts[0]]
    while grid[-1] < starts[-1]:
        grid.append(_next_start(grid[-1], period))
    # Beyond 20 years the years are drawn several to a bar.
    width = math.ceil(len(grid) / MOST_BARS)
    bars = []
    for place in range(0, len(grid), width):
        inside = grid[place : place + width]
        high = _next_start(inside[-1], period)
        total = sum(by_day.get(day.isoformat(), 0) for day in inside)
        bars.append(Bar(inside[0].isoformat(), high.isoformat(), total))
    return tuple(bars)


def _next_start(day: date, period: _Period) -> date:
    if period in {"D", "W"}:
        return day + timedelta(days=1 if period == "D" else 7)
    months = {"M": 1, "Q": 3, "Y": 12}[period]
    total = day.year * 12 + day.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)
