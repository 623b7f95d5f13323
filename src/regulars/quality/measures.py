"""Figures of many columns at once: each pass is one statement for a batch of columns."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["MOST_EXACT_ROWS", "Figures", "known_values", "measure_columns"]

MOST_EXACT_ROWS = 1_000_000
_BATCH = 40
_QUANTILES = (0.01, 0.25, 0.5, 0.75, 0.99)
# Boris Iglewicz and David Hoaglin (1993), "How to Detect and Handle Outliers": 3.5.
_ROBUST_Z_LIMIT = 3.5
_MAD_TO_DEVIATION = 1.4826
_FENCE = 1.5
_MOST_OUTLIERS = 0.25


@dataclass
class Figures:
    """What was counted of one column, filled pass by pass."""

    present: int = 0
    distinct: int = 0
    minimum: object = None
    maximum: object = None
    mean: float | None = None
    quantiles: dict[float, float] = field(default_factory=dict)
    infinite: int = 0
    invalid: int = 0
    inconsistent: int = 0
    fences: tuple[float, float] | None = None
    tukey: int | None = None
    spread: float | None = None
    robust_z: int | None = None


def known_values(column: "ir.Value") -> "ir.Value":
    """The column with NaN, infinities and blank texts as NULL, decimals as floats."""
    dtype = column.type()
    if dtype.is_string():
        return (column.strip() != "").ifelse(column, None)
    if dtype.is_floating():
        finite = ~(column.isnan() | column.isinf())
        return finite.ifelse(column, None)
    if dtype.is_decimal():
        return column.cast("float64")
    return column


def measure_columns(
    table: "ir.Table",
    names: Sequence[str],
    *,
    row_count: int,
    failing: "Mapping[str, tuple[ir.BooleanValue | None, ir.BooleanValue | None]]",
) -> dict[str, Figures]:
    """The figures of every column of `names`.

    Parameters
    ----------
    table
        What is described.
    names
        Its columns to look at.
    row_count
        Its rows; above a million distinct counts and quantiles are estimated.
    failing
        Column → (breaks a check of its own, breaks a check together with others).
    """
    figures = {name: Figures() for name in names}
    for batch in _batches(names):
        _measure_values(table, batch, figures, failing, is_exact=row_count <= MOST_EXACT_ROWS)
    quantities = [name for name in names if _has_spread(figures[name])]
    for batch in _batches(quantities):
        _measure_spread(table, batch, figures, is_exact=row_count <= MOST_EXACT_ROWS)
    spread = [name for name in quantities if figures[name].spread]
    for batch in _batches(spread):
        _count_far(table, batch, figures)
    return figures


def _measure_values(
    table: "ir.Table",
    names: Sequence[str],
    figures: dict[str, Figures],
    failing: "Mapping[str, tuple[ir.BooleanValue | None, ir.BooleanValue | None]]",
    *,
    is_exact: bool,
) -> None:
    # A statement over few columns is planned much faster than one over hundreds.
    flags = _flags(names, failing)
    narrow = table.select(*names, **flags)
    asked: dict[str, ir.Scalar] = {}
    for place, name in enumerate(names):
        column = narrow[name]
        value = known_values(column)
        asked[f"p{place}"] = _count_present(narrow, column)
        asked[f"d{place}"] = value.nunique() if is_exact else value.approx_nunique()
        asked |= _range_measures(narrow, column, value, place, is_exact=is_exact)
        if f"_i{place}" in flags:
            asked[f"i{place}"] = narrow.count(where=narrow[f"_i{place}"] & column.notnull())
        if f"_t{place}" in flags:
            asked[f"t{place}"] = narrow.count(where=narrow[f"_t{place}"])
    row = _fetch(narrow, asked)
    for place, name in enumerate(names):
        found = figures[name]
        found.present = int(row[f"p{place}"])
        found.distinct = min(int(row[f"d{place}"]), found.present)
        found.invalid = int(row.get(f"i{place}", 0))
        found.inconsistent = int(row.get(f"t{place}", 0))
        found.infinite = int(row.get(f"f{place}", 0))
        found.minimum = row.get(f"a{place}")
        found.maximum = row.get(f"z{place}")
        mean = row.get(f"m{place}")
        found.mean = None if mean is None else _tidy(mean)
        quantiles = row.get(f"q{place}") or ()
        found.quantiles = dict(zip(_QUANTILES, quantiles, strict=False))


def _flags(
    names: Sequence[str],
    failing: "Mapping[str, tuple[ir.BooleanValue | None, ir.BooleanValue | None]]",
) -> "dict[str, ir.BooleanValue]":
    flags: dict[str, ir.BooleanValue] = {}
    for place, name in enumerate(names):
        alone, together = failing.get(name, (None, None))
        if alone is not None:
            flags[f"_i{place}"] = alone
        if together is not None:
            flags[f"_t{place}"] = together
    return flags


def _range_measures(
    table: "ir.Table", column: "ir.Value", value: "ir.Value", place: int, *, is_exact: bool
) -> "dict[str, ir.Scalar]":
    dtype = value.type()
    asked: dict[str, ir.Scalar] = {}
    if dtype.is_numeric():
        number = value.cast("float64")
        asked[f"a{place}"], asked[f"z{place}"] = number.min(), number.max()
        asked[f"m{place}"] = number.mean()
        asked[f"q{place}"] = _quantiles(number, is_exact=is_exact)
    elif dtype.is_date() or dtype.is_timestamp():
        asked[f"a{place}"], asked[f"z{place}"] = value.min(), value.max()
    if column.type().is_floating():
        asked[f"f{place}"] = table.count(where=column.isinf())
    return asked


def _measure_spread(
    table: "ir.Table", names: Sequence[str], figures: dict[str, Figures], *, is_exact: bool
) -> None:
    narrow = table.select(*names)
    asked: dict[str, ir.Scalar] = {}
    for place, name in enumerate(names):
        number = known_values(narrow[name]).cast("float64")
        quantiles = figures[name].quantiles
        reach = (quantiles[0.75] - quantiles[0.25]) * _FENCE
        low, high = (_tidy(quantiles[0.25] - reach), _tidy(quantiles[0.75] + reach))
        figures[name].fences = (low, high)
        distance = (number - quantiles[0.5]).abs()
        asked[f"s{place}"] = distance.median() if is_exact else distance.approx_median()
        asked[f"o{place}"] = narrow.count(where=(number < low) | (number > high))
    row = _fetch(narrow, asked)
    for place, name in enumerate(names):
        figures[name].spread = row[f"s{place}"]
        figures[name].tukey = int(row[f"o{place}"])


def _count_far(table: "ir.Table", names: Sequence[str], figures: dict[str, Figures]) -> None:
    narrow = table.select(*names)
    asked: dict[str, ir.Scalar] = {}
    for place, name in enumerate(names):
        number = known_values(narrow[name]).cast("float64")
        limit = (figures[name].spread or 0.0) * _MAD_TO_DEVIATION * _ROBUST_Z_LIMIT
        distance = (number - figures[name].quantiles[0.5]).abs()
        asked[f"z{place}"] = narrow.count(where=distance > limit)
    row = _fetch(narrow, asked)
    for place, name in enumerate(names):
        count = int(row[f"z{place}"])
        # So many are no outliers: the values are of two groups, and the rule does not apply.
        is_group = count > figures[name].present * _MOST_OUTLIERS
        figures[name].robust_z = None if is_group else count


def _count_present(table: "ir.Table", column: "ir.Value") -> "ir.IntegerScalar":
    dtype = column.type()
    if dtype.is_string():
        return table.count(where=column.strip() != "")
    if dtype.is_floating():
        return table.count(where=~column.isnan())
    return column.count()


def _quantiles(number: "ir.NumericValue", *, is_exact: bool) -> "ir.ArrayScalar":
    import ibis

    if is_exact:
        return number.quantile(list(_QUANTILES))
    return ibis.array([number.approx_quantile(share) for share in _QUANTILES])


def _has_spread(found: Figures) -> bool:
    # Flags and codes of a few values have no outliers, nor has a column that is mostly one value.
    quantiles = found.quantiles
    if found.distinct <= 2 or not quantiles or quantiles.get(0.5) is None:
        return False
    return math.isfinite(quantiles[0.75]) and quantiles[0.75] > quantiles[0.25]


def _tidy(number: float) -> float:
    """`number` without the last digits, which are the noise of binary arithmetic."""
    return float(f"{number:.12g}")


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _BATCH):
        yield names[start : start + _BATCH]


def _fetch(table: "ir.Table", asked: "Mapping[str, ir.Scalar]") -> dict[str, Any]:
    (row,) = table.aggregate(**asked).to_pyarrow().to_pylist()
    return row
