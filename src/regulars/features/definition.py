"""What a feature is made of: one declaration, read from TOML, for all its windows."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from regulars.conditions import Condition
from regulars.conditions.words import ends_in_one, say_window
from regulars.errors import InvalidParameterError
from regulars.features.table import FeatureKind
from regulars.schema.contract import Contract, get_contract
from regulars.schema.wording import Wording

__all__ = ["AGGREGATES", "Aggregate", "FeatureDefinition"]

Aggregate = Literal[
    "count", "sum", "mean", "min", "max", "std", "share", "slope", "trend",
    "days_since_first", "days_since_last", "mean_gap_days", "gap_variation",
    "distinct", "entropy", "first", "last", "value", "years_since",
    "ratio", "difference",
]  # fmt: skip
AGGREGATES: tuple[str, ...] = get_args(Aggregate)

_NEED_COLUMN = frozenset(
    {"sum", "mean", "min", "max", "std", "slope", "distinct", "entropy", "first", "last", "value",
     "years_since"}
)  # fmt: skip
_MAY_HAVE_COLUMN = _NEED_COLUMN | {"count", "share", "trend", "days_since_first", "days_since_last"}
_OF_FEATURES = frozenset({"ratio", "difference"})
_OF_STATES = frozenset({"value", "years_since"})
_ZERO_WITHOUT_ROWS = frozenset({"count", "sum", "distinct"})
_NAME = r"^[a-z][a-z0-9_]*$"
_LONGEST_WINDOW = 36_500
# What the lake keeps of every row beside the contract's columns.
_KEPT_BY_THE_LAKE = ("known_at", "load_id")


class FeatureDefinition(BaseModel):
    """One meaning, over one window or several.

    Attributes
    ----------
    name
        snake_case, unique; a window of 30 days adds `_30d`.
    table
        The canonical table that is looked at; not for `ratio` and `difference`.
    aggregate
        What is made of the rows of one customer.
    column
        What is aggregated. `count` counts rows where it is known; `share` and `trend` sum it up
        instead of counting rows. `other_table.column` after a `lookup`.
    times
        A second column that `column` is multiplied by, row by row.
    where
        Only these rows; for `share` the part of which the share is taken.
    among
        For `share`: the whole; all rows by default.
    of
        For `ratio` and `difference`: the two features, as `name` (of the same window) or in full.
    lookup
        A table of states whose key the rows bear (tariffs, products): its columns can be used.
    customer
        Which column says whose row it is.
    windows
        Days before `as_of` that are looked at; without it everything before.
    unit
        "day", "currency", "share", "count" …; None for categories.
    meaning
        As a noun phrase, without the window: "purchases" becomes "purchases in the last 30 days".
    group
        Where it belongs; the table's name by default.
    is_enabled
        False switches a built-in feature off.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=_NAME)
    table: str = ""
    aggregate: Aggregate
    column: str | None = None
    times: str | None = None
    where: Condition | None = None
    among: Condition | None = None
    of: tuple[str, str] | None = None
    lookup: str | None = None
    customer: str = "customer_id"
    windows: tuple[int, ...] = ()
    unit: str | None = None
    meaning: Wording
    group: str = ""
    is_enabled: bool = True

    @field_validator("windows")
    @classmethod
    def _check_windows(cls, windows: tuple[int, ...]) -> tuple[int, ...]:
        if any(not 1 <= days <= _LONGEST_WINDOW for days in windows):
            raise InvalidParameterError(
                en=f"a window is 1 to {_LONGEST_WINDOW} days long",
                ru=f"окно — от 1 до {_LONGEST_WINDOW} дней",
            )
        return tuple(sorted(set(windows)))

    @model_validator(mode="after")
    def _check_parts(self) -> FeatureDefinition:
        for en, ru in self._list_problems():
            raise InvalidParameterError(en=en, ru=ru)
        return self

    def _list_problems(self) -> list[tuple[str, str]]:
        does, derived = self.aggregate, self.aggregate in _OF_FEATURES
        missing = {
            "of": derived and self.of is None,
            "table": not derived and not self.table,
            "column": not self.column and (does in _NEED_COLUMN or self.times is not None),
            "where": does == "share" and self.where is None,
            "windows": does == "trend" and not self.windows,
        }
        needless = {
            "of": not derived and self.of is not None,
            "table": derived and bool(self.table),
            "column": bool(self.column) and does not in _MAY_HAVE_COLUMN,
            "among": does != "share" and self.among is not None,
            "windows": does in _OF_STATES and bool(self.windows),
        }
        return [
            (f"aggregate '{does}' needs '{key}'", f"для «{does}» нужен ключ «{key}»")
            for key, is_missing in missing.items()
            if is_missing
        ] + [
            (f"aggregate '{does}' has no '{key}'", f"у «{does}» не бывает ключа «{key}»")
            for key, is_needless in needless.items()
            if is_needless
        ]

    @property
    def is_derived(self) -> bool:
        """Whether it is made of other features."""
        return self.aggregate in _OF_FEATURES

    @property
    def is_zero_without_rows(self) -> bool:
        """Whether a customer without rows has 0, and not "not known"."""
        return self.aggregate in _ZERO_WITHOUT_ROWS

    @property
    def feature_names(self) -> tuple[str, ...]:
        """One name per window."""
        return tuple(self.name_of(days) for days in self.windows or (None,))

    def name_of(self, window_days: int | None) -> str:
        """The feature's name over one window.

        Examples
        --------
        >>> calls = FeatureDefinition(
        ...     name="calls",
        ...     table="events",
        ...     aggregate="count",
        ...     windows=(7, 30),
        ...     meaning=Wording(en="calls", ru="звонков"),
        ... )
        >>> calls.feature_names
        ('calls_7d', 'calls_30d')
        """
        return self.name if window_days is None else f"{self.name}_{window_days}d"

    def meaning_of(self, window_days: int | None) -> Wording:
        """The words for one window.

        Examples
        --------
        >>> calls = FeatureDefinition(
        ...     name="calls",
        ...     table="events",
        ...     aggregate="count",
        ...     windows=(30,),
        ...     meaning=Wording(en="calls", ru="звонков"),
        ... )
        >>> calls.meaning_of(30).en, calls.meaning_of(30).ru
        ('calls in the last 30 days', 'звонков за последние 30 дней')
        """
        if window_days is None:
            return self.meaning
        if self.aggregate == "trend":
            return _say_two_windows(self.meaning, window_days)
        days = say_window(window_days)
        return Wording(en=f"{self.meaning.en} {days.en}", ru=f"{self.meaning.ru} {days.ru}")

    @property
    def contract(self) -> Contract:
        """Of the table that is looked at."""
        return get_contract(self.table)

    def list_columns(self) -> tuple[str, ...]:
        """Every column of the table that is looked at, and `other_table.column` after a lookup."""
        from regulars.conditions import list_columns

        asked = [self.column, self.times, self.customer]
        for condition in (self.where, self.among):
            asked += list_columns(condition) if condition is not None else ()
        return tuple(dict.fromkeys(name for name in asked if name))

    def kind_of(self, column_type: str | None) -> FeatureKind:
        """What the feature's column holds, when the aggregated column is of a contract's type."""
        if self.aggregate not in ("first", "last", "value"):
            return "numeric"
        kinds: dict[str | None, FeatureKind] = {"string": "category", "boolean": "boolean"}
        return kinds.get(column_type, "numeric")


def list_known_columns(contract: Contract) -> tuple[str, ...]:
    """Columns that a definition may name: the contract's and what is known of each instant.

    Examples
    --------
    >>> "occurred_weekday" in list_known_columns(get_contract("events"))
    True
    """
    derived = [
        f"{column.name.removesuffix('_at')}_{part}"
        for column in contract.columns
        if column.type == "instant"
        for part in ("on", "hour", "weekday")
    ]
    own = contract.column_names
    return (*own, *(name for name in derived if name not in own), *_KEPT_BY_THE_LAKE)


def _say_two_windows(meaning: Wording, days: int) -> Wording:
    english = "the last day against the day before"
    russian = "последний день против предыдущего"
    if days > 1:
        english = f"the last {days} days against the {days} before"
        russian = f"{say_window(days).ru.removeprefix('за ')} против {_previous(days)}"
    return Wording(en=f"{meaning.en}, {english}", ru=f"{meaning.ru}, {russian}")


def _previous(days: int) -> str:
    return f"{days} {'предыдущего' if ends_in_one(days) else 'предыдущих'}"
