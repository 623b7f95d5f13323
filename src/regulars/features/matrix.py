"""Features as one matrix of numbers: categories as codes of their levels, the unknown as NaN."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.features.sentences import Value
from regulars.features.spellings import respell
from regulars.features.table import Feature, FeatureTable

__all__ = ["FeatureMatrix", "encode_features"]

_LARGEST = 1e100
"""Beyond it a variance overflows; a number of this size says no more than this size."""

Levels = tuple[str, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class FeatureMatrix:
    """Features as numbers, nothing learnt yet.

    Attributes
    ----------
    values
        Shape (n_customers, n_features); a category or boolean as the position of its level in
        `levels`, NaN where not known.
    features
        What each column is.
    levels
        For each column its levels in code point order; None for a number.
    """

    values: NDArray[np.float64]
    features: tuple[Feature, ...]
    levels: tuple[Levels, ...]

    @property
    def is_category(self) -> NDArray[np.bool_]:
        """Which columns hold codes of levels."""
        return np.array([levels is not None for levels in self.levels], dtype=bool)

    def take(self, rows: NDArray[np.int64]) -> "FeatureMatrix":
        """Only the rows with these numbers, in that order."""
        return FeatureMatrix(self.values[rows], self.features, self.levels)

    def decode(self, column: int, number: float) -> Value:
        """The value that `number` stands for in `column`."""
        if np.isnan(number):
            return None
        levels = self.levels[column]
        if levels is None:
            return float(number)
        if self.features[column].kind == "boolean":
            return bool(number)
        return levels[int(number)]


def encode_features(
    features: FeatureTable, *, levels: Sequence[Levels] | None = None
) -> FeatureMatrix:
    """The matrix of a feature table.

    Parameters
    ----------
    features
        One row per customer.
    levels
        The levels of an earlier matrix, when a model that learnt on it is to be applied: a level
        it does not know becomes NaN. By default the levels that occur.

    Examples
    --------
    >>> from datetime import date
    >>> from regulars.features import AsOf
    >>> from regulars.schema.wording import Wording
    >>> plan = Feature("plan", Wording(en="Plan", ru="Тариф"), None, "category")
    >>> table = pa.table({"customer_id": ["1", "2", "3"], "plan": ["pro", None, "free"]})
    >>> matrix = encode_features(FeatureTable(table, (plan,), AsOf(date(2026, 1, 10))))
    >>> matrix.levels, matrix.values.tolist()
    ((('free', 'pro'),), [[1.0], [nan], [0.0]])
    """
    values = np.empty((len(features), len(features.features)), dtype=np.float64)
    found: list[Levels] = []
    for position, feature in enumerate(features.features):
        column = features.table.column(feature.name)
        if feature.kind == "numeric":
            values[:, position] = _read_numbers(column)
            found.append(None)
            continue
        known = levels[position] if levels is not None else _list_levels(column, feature)
        values[:, position] = _read_codes(column, known or (), is_boolean=feature.kind == "boolean")
        found.append(known or ())
    return FeatureMatrix(values, features.features, tuple(found))


def _read_numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    numbers = column.cast(pa.float64()).to_numpy().astype(np.float64)
    # Infinity is how some sources write "not known".
    numbers[~np.isfinite(numbers)] = np.nan
    return np.clip(numbers, -_LARGEST, _LARGEST)


def _list_levels(column: pa.ChunkedArray, feature: Feature) -> tuple[str, ...]:
    if feature.kind == "boolean":
        return ("false", "true")
    return tuple(sorted(pc.unique(column.drop_null()).to_pylist()))


def _read_codes(
    column: pa.ChunkedArray, levels: tuple[str, ...], *, is_boolean: bool
) -> NDArray[np.float64]:
    if is_boolean:
        return column.cast(pa.float64()).to_numpy().astype(np.float64)
    codes = pc.index_in(respell(column, levels), value_set=pa.array(levels, pa.string()))
    # A null of the source is not among the levels, so it and an unknown level are null here.
    return codes.cast(pa.float64()).to_numpy().astype(np.float64)
