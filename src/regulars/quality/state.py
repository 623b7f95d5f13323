"""The state of a table: what is in it, how full and how sound it is, column by column."""

from dataclasses import asdict, dataclass

from regulars.quality.examples import plain_value
from regulars.schema.contract import Role
from regulars.schema.wording import Wording

__all__ = ["Bar", "ColumnState", "Outliers", "TableState", "ValueCount"]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a histogram: `low` ≤ value < `high`; the last bar holds its `high` too.

    Numbers or ISO days. The outermost bars reach to the minimum and the maximum, so a few
    extreme values do not press the rest into one bar.
    """

    low: float | str
    high: float | str
    count: int


@dataclass(frozen=True, slots=True)
class ValueCount:
    """How often one value occurs; `share` is of the rows that have a value."""

    value: object
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Outliers:
    """Values far from the rest, by two rules that do not depend on the values found far.

    Attributes
    ----------
    low, high
        Tukey's fences: first quartile - 1.5 x, third quartile + 1.5 x interquartile range.
    tukey_count
        Values outside them.
    robust_z_count
        Values with |value - median| / (1.4826 x median absolute deviation) over 3.5; None when
        half of the values are the same, or a quarter would be outliers (two groups).
    """

    low: float
    high: float
    tukey_count: int
    robust_z_count: int | None


@dataclass(frozen=True, slots=True)
class ColumnState:
    """The state of one column.

    Attributes
    ----------
    name, type, role, meaning
        `type` is the engine's; `meaning` the contract's, if there is one.
    row_count, missing_count, completeness
        Rows of the table; those with nothing here (NULL, NaN, only spaces); share that has a value.
    distinct_count, is_distinct_approximate, uniqueness
        Different values, estimated in tables over a million rows; distinct / present.
    invalid_count, validity
        Rows whose value breaks a check of this column alone, infinite numbers included; share
        of the present that does not. None when nothing checks it.
    inconsistent_count, consistency
        The same for the checks that compare this column with others.
    minimum, maximum, mean, median, first_quartile, third_quartile
        Of the finite numbers; minimum and maximum of days and instants as ISO text. Approximate
        quartiles in tables over a million rows.
    lag_days
        Days from the newest value to the moment of the report; below 0 when it is later.
    outliers
        None when it is not a quantity, or more than half of the values are the same.
    bars
        At most 20, of numbers with over 20 different values, and of days.
    values
        The most frequent, at most 20, of the others; none of personal columns.
    examples
        A few values; none of personal columns.
    """

    name: str
    type: str
    role: Role
    meaning: Wording | None
    row_count: int
    missing_count: int
    completeness: float
    distinct_count: int
    is_distinct_approximate: bool
    uniqueness: float
    invalid_count: int | None = None
    validity: float | None = None
    inconsistent_count: int | None = None
    consistency: float | None = None
    minimum: float | str | None = None
    maximum: float | str | None = None
    mean: float | None = None
    median: float | None = None
    first_quartile: float | None = None
    third_quartile: float | None = None
    lag_days: float | None = None
    outliers: Outliers | None = None
    bars: tuple[Bar, ...] = ()
    values: tuple[ValueCount, ...] = ()
    examples: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class TableState:
    """The state of one table.

    Attributes
    ----------
    name
        Of the table.
    row_count, customer_count
        Rows, and different customers; None when the table has no `customer_id`.
    oldest, newest
        The period that the table's time column covers, ISO text; None without one.
    lag_days
        Days from `newest` to the moment of the report.
    completeness, validity, consistency
        Means over the columns; None when nothing was checked.
    columns
        In the table's order.
    """

    name: str
    row_count: int
    customer_count: int | None
    oldest: str | None
    newest: str | None
    lag_days: float | None
    completeness: float
    validity: float | None
    consistency: float | None
    columns: tuple[ColumnState, ...]

    def get_column(self, name: str) -> ColumnState:
        """The state of the column `name`; raises `UnknownColumnError`."""
        from regulars.errors import UnknownColumnError

        for column in self.columns:
            if column.name == name:
                return column
        names = [column.name for column in self.columns]
        raise UnknownColumnError(
            name,
            names,
            where=f"The state of table '{self.name}'",
            ru=f"В состоянии таблицы «{self.name}»",
        )

    def to_dict(self) -> dict[str, object]:
        """The state as plain values for JSON."""
        plain = _plain(asdict(self))
        return plain if isinstance(plain, dict) else {}


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Wording):
        return value.model_dump()
    return plain_value(value)
