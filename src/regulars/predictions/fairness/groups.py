"""Groups of customers by sex, age, region or any other column: who is in which."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.errors import QualityError, UnknownColumnError
from regulars.features.table import Feature, FeatureTable
from regulars.schema.customer_groups import GroupKind, find_group_kind
from regulars.schema.wording import Wording

__all__ = ["CustomerGroups", "find_groups", "read_groups"]

_AGE_BOUNDS = (25.0, 35.0, 45.0, 55.0, 65.0)
"""Where bands of age begin, the first one below them."""
_FEW_NUMBERS = 10
"""A column of no more different numbers is taken number by number."""
_BIRTH_YEARS = (1900.0, 2100.0)
_MOST_VALUES_READ = 20


@dataclass(frozen=True, slots=True, eq=False)
class CustomerGroups:
    """Who is in which group by one column.

    Attributes
    ----------
    column
        As the file has it.
    feature
        The feature that it became.
    meaning
        What it says.
    kind
        `sex`, `age` or `region`; None for another column.
    customer_ids, codes
        Each customer, and the position of their group in `names`, -1 where not known; shape
        (n_customers,).
    names
        The groups.
    is_ordered
        Whether `names` stand in the order of a number.
    """

    column: str
    feature: str
    meaning: Wording
    kind: GroupKind | None
    customer_ids: pa.StringArray
    codes: NDArray[np.int64]
    names: tuple[str, ...]
    is_ordered: bool = False

    def locate(self, customer_ids: pa.Array) -> NDArray[np.int64]:
        """The groups of these customers, -1 where one is not known here."""
        place = pc.index_in(customer_ids.cast(pa.string()), value_set=self.customer_ids)
        found = np.asarray(place.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)
        return np.where(found < 0, -1, self.codes[found])


def find_groups(features: FeatureTable) -> tuple[CustomerGroups, ...]:
    """The groups by sex, age and region that the columns of a file tell, in order.

    Parameters
    ----------
    features
        One row per customer; features that are no columns of a file do not count.
    """
    return tuple(
        _read(features, feature, kind)
        for feature in features.features
        if feature.group == "profile" and (kind := _find_kind(features, feature)) is not None
    )


def read_groups(features: FeatureTable, column: str) -> CustomerGroups:
    """The groups by one column, whatever it tells.

    Age is cut into bands, another number into quarters with equally many customers unless it has ten
    values or fewer.

    Parameters
    ----------
    features
        One row per customer.
    column
        Name of the column, or of the feature that it became.

    Raises
    ------
    UnknownColumnError
        When there is none.
    QualityError
        When nobody's value is known.
    """
    by_name = {
        name: feature
        for feature in reversed(features.features)
        for name in (feature.name, feature.source)
        if name is not None
    }
    found = by_name.get(column)
    if found is None:
        raise UnknownColumnError(
            column,
            sorted(by_name),
            where="What is known of the customers",
            ru="Среди сведений о клиентах",
        )
    return _read(features, found, _find_kind(features, found))


def _find_kind(features: FeatureTable, feature: Feature) -> GroupKind | None:
    values: list[str] = []
    if feature.kind == "category":
        seen = pc.unique(features.table[feature.name].drop_null())
        values = seen.to_pylist() if len(seen) <= _MOST_VALUES_READ else []
    return find_group_kind(feature.source or feature.name, values)


def _read(features: FeatureTable, feature: Feature, kind: GroupKind | None) -> CustomerGroups:
    column = features.table[feature.name]
    if feature.kind == "numeric":
        codes, names = _cut(features, column, kind)
    else:
        texts = column.cast(pa.string()).combine_chunks().dictionary_encode()
        codes = np.asarray(texts.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)
        names = tuple(texts.dictionary.to_pylist())
    if not names:
        raise QualityError(
            en=f"Nobody's value of '{feature.source or feature.name}' is known, so there are no groups to compare.",
            ru=f"Значение «{feature.source or feature.name}» ни у кого не известно: сравнивать некого.",
        )
    return CustomerGroups(
        feature.source or feature.name,
        feature.name,
        feature.meaning,
        kind,
        features.customer_ids,
        codes,
        names,
        is_ordered=feature.kind == "numeric",
    )


def _cut(
    features: FeatureTable, column: pa.ChunkedArray, kind: GroupKind | None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Groups of a number: its values where they are few, bands of age, quarters else."""
    numbers = column.cast(pa.float64()).to_numpy().astype(np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    is_known = ~np.isnan(numbers)
    values = np.unique(numbers[is_known])
    codes = np.full(len(numbers), -1, dtype=np.int64)
    if len(values) <= _FEW_NUMBERS:
        codes[is_known] = np.searchsorted(values, numbers[is_known])
        return codes, tuple(f"{value:g}" for value in values)
    if kind == "age":
        if _BIRTH_YEARS[0] <= values[0] and values[-1] < _BIRTH_YEARS[1]:
            numbers = features.as_of.day.year - numbers
        bounds = np.array(_AGE_BOUNDS)
        names = _name_ages(_AGE_BOUNDS)
    else:
        bounds = np.unique(np.quantile(numbers[is_known], [0.25, 0.5, 0.75]))
        names = _name_parts(bounds)
    codes[is_known] = np.searchsorted(bounds, numbers[is_known], side="right")
    return codes, names


def _name_ages(bounds: tuple[float, ...]) -> tuple[str, ...]:
    inner = [f"{low:g}–{high - 1:g}" for low, high in pairwise(bounds)]
    return (f"< {bounds[0]:g}", *inner, f"{bounds[-1]:g}+")


def _name_parts(bounds: NDArray[np.float64]) -> tuple[str, ...]:
    told = [f"{bound:.4g}" for bound in bounds]
    inner = [f"{low} … < {high}" for low, high in pairwise(told)]
    return (f"< {told[0]}", *inner, f"≥ {told[-1]}")
