"""The shape in which features travel: one row per customer, one named column per feature."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.errors import UnknownColumnError
from regulars.schema.wording import Wording

__all__ = ["AsOf", "Feature", "FeatureKind", "FeatureTable"]

FeatureKind = Literal["numeric", "category", "boolean"]


@dataclass(frozen=True, slots=True)
class AsOf:
    """The first day, in company time, that must not be seen.

    Examples
    --------
    >>> AsOf(date(2026, 1, 10), "Europe/Samara").instant.isoformat()
    '2026-01-09T20:00:00+00:00'
    """

    day: date
    zone: str = "UTC"

    @property
    def instant(self) -> datetime:
        """The moment at which that day begins, in UTC: filters keep what is earlier."""
        midnight = datetime(self.day.year, self.day.month, self.day.day, tzinfo=ZoneInfo(self.zone))
        return midnight.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Feature:
    """One named column about a customer.

    Attributes
    ----------
    name
        Name of the column in the `FeatureTable`.
    meaning
        What it says, in both languages; the column's own name when nobody told.
    unit
        "day", "currency", "share" …; None for categories and where nobody told.
    kind
        `numeric`, `category` (text levels) or `boolean`.
    group
        Where it comes from; features of a flat file are of the group `profile`.
    source
        The column it was made from.
    """

    name: str
    meaning: Wording
    unit: str | None
    kind: FeatureKind
    group: str = "profile"
    source: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class FeatureTable:
    """Features of customers at one `as_of`.

    Attributes
    ----------
    table
        One row per customer, sorted by `customer_id` (string); then one column per feature, in the
        order of `features`: float64, string or bool, null where not known.
    features
        What each column is.
    as_of
        The moment before which everything here was known.
    """

    table: pa.Table
    features: tuple[Feature, ...]
    as_of: AsOf

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @property
    def customer_ids(self) -> pa.StringArray:
        """Identifiers in the order of the rows."""
        return self.table.column("customer_id").combine_chunks()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, in order."""
        return tuple(feature.name for feature in self.features)

    def get_feature(self, name: str) -> Feature:
        """The feature called `name`; raises `UnknownColumnError`."""
        for feature in self.features:
            if feature.name == name:
                return feature
        raise UnknownColumnError(
            name, self.names, where="The feature table", ru="В таблице признаков"
        )

    def slice(self, start: int, count: int) -> "FeatureTable":
        """At most `count` customers from row `start` on."""
        return FeatureTable(self.table.slice(start, count), self.features, self.as_of)

    def take(self, rows: NDArray[np.integer]) -> "FeatureTable":
        """The customers in these rows, which ascend."""
        return FeatureTable(self.table.take(pa.array(rows)), self.features, self.as_of)

    def sample(self, most: int) -> "FeatureTable":
        """About `most` customers, as far from each other as can be; all where they are fewer."""
        step = -(-len(self) // most) if most else 1
        if step <= 1:
            return self
        rows = self.table.take(pa.array(range(0, len(self), step)))
        return FeatureTable(rows, self.features, self.as_of)

    def drop(self, names: Iterable[str]) -> "FeatureTable":
        """The same customers without the features `names`."""
        dropped = {self.get_feature(name).name for name in names}
        kept = tuple(feature for feature in self.features if feature.name not in dropped)
        columns = ["customer_id", *(feature.name for feature in kept)]
        return FeatureTable(self.table.select(columns), kept, self.as_of)
