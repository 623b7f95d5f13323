"""A named choice of features, which rows they look at, and what is built from it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, overload

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from regulars.conditions import Condition, explain_definition_error
from regulars.conditions.tree import All, AsOfPlusDays, Compare
from regulars.errors import UnknownNameError
from regulars.features.building import build_tables
from regulars.features.definition import FeatureDefinition
from regulars.features.library import list_parts, load_features
from regulars.features.table import AsOf, FeatureTable
from regulars.schema.contract import get_contract
from regulars.schema.definition_files import parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import ibis

__all__ = ["FeatureSpace", "SpaceDifference", "compare_spaces", "read_space"]

_NAME = r"^[a-z][a-z0-9_-]*$"
_GROUP = "table:"
_VERSION_LENGTH = 12


class FeatureSpace(BaseModel):
    """A named choice of features with a criterion, a period and row filters.

    Attributes
    ----------
    name
        Small Latin letters, digits, `_` and `-`.
    criterion
        What it is for, in a person's words: an aim of segmentation or an outcome.
    features
        Names (`calls_30d`), names without a window for all windows (`calls`), patterns (`calls*`),
        or `table:events` for everything made of a table.
    without
        Left out of these, in the same forms.
    period_days
        Nothing that happened earlier than so many days before `as_of` is looked at; None for no
        limit.
    filters
        For tables by name: only rows for which the condition holds.
    customers
        Only customers for whom the condition, about the chosen features, holds.
    definitions
        The features as they were when the version was saved; empty takes them as they are now.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> import ibis, pyarrow
    >>> moments = [datetime(2026, 1, 8, tzinfo=UTC), datetime(2025, 10, 1, tzinfo=UTC)]
    >>> rows = {"customer_id": ["1", "2"], "purchased_at": moments, "amount": [30.0, 20.0]}
    >>> tables = {"purchases": ibis.memtable(pyarrow.table(rows))}
    >>> space = FeatureSpace(name="rhythm", features=("recency_days", "purchases_30d"))
    >>> january = AsOf(date(2026, 1, 10))
    >>> space.build(tables, as_of=january).table.to_pydict()["recency_days"]
    [2.0, 101.0]
    >>> both = space.build(tables, as_of=[AsOf(date(2025, 11, 1)), january])
    >>> [len(table) for table in both]
    [1, 2]
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=_NAME)
    criterion: str = ""
    features: tuple[str, ...] = Field(default=("*",), min_length=1)
    without: tuple[str, ...] = ()
    period_days: int | None = Field(default=None, ge=1)
    filters: dict[str, Condition] = Field(default_factory=dict)
    customers: Condition | None = None
    definitions: tuple[FeatureDefinition, ...] = ()

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that follow from the content."""
        text = json.dumps(self._to_plain(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:_VERSION_LENGTH]

    def pin(self, definitions: Iterable[FeatureDefinition] | None = None) -> FeatureSpace:
        """The same with the definitions it needs, as they are now; what is pinned stays."""
        if self.definitions:
            return self
        needed, _ = self.choose(load_features() if definitions is None else definitions)
        return self.model_copy(update={"definitions": needed})

    def choose(
        self, definitions: Iterable[FeatureDefinition]
    ) -> tuple[tuple[FeatureDefinition, ...], tuple[str, ...]]:
        """The definitions that are needed, and the names of the features that are wanted.

        Raises
        ------
        UnknownNameError
            When a name or a pattern fits no feature.
        """
        listed = tuple(definitions)
        owners = {name: feature for feature in listed for name in feature.feature_names}
        # Pinned definitions have lost what is left out, and a pattern for it fits nothing any more.
        asked = self.features if self.definitions else (*self.features, *self.without)
        for pattern in asked:
            if not any(_matches(pattern, name, owner) for name, owner in owners.items()):
                allowed = [*owners, *(feature.name for feature in listed)]
                raise UnknownNameError("feature", pattern, allowed, ru="признака")
        names = tuple(
            name
            for name, owner in owners.items()
            if any(_matches(pattern, name, owner) for pattern in self.features)
            and not any(_matches(pattern, name, owner) for pattern in self.without)
        )
        wanted = {owners[name].name for name in names}
        narrowed = [_only_windows(owner, set(names)) for owner in map(owners.__getitem__, names)]
        parts = {part for feature in narrowed for part in list_parts(feature)}
        wanted |= {owners[part].name for part in parts if part in owners}
        needed = tuple(
            _only_windows(feature, {*names, *parts}) for feature in listed if feature.name in wanted
        )
        return needed, names

    @overload
    def build(
        self,
        tables: Mapping[str, ibis.Table],
        *,
        as_of: AsOf,
        definitions: Iterable[FeatureDefinition] | None = None,
    ) -> FeatureTable: ...
    @overload
    def build(
        self,
        tables: Mapping[str, ibis.Table],
        *,
        as_of: Sequence[AsOf],
        definitions: Iterable[FeatureDefinition] | None = None,
    ) -> tuple[FeatureTable, ...]: ...
    def build(
        self,
        tables: Mapping[str, ibis.Table],
        *,
        as_of: AsOf | Sequence[AsOf],
        definitions: Iterable[FeatureDefinition] | None = None,
    ) -> FeatureTable | tuple[FeatureTable, ...]:
        """The features as of one day, or as of many days in one pass over the tables.

        Parameters
        ----------
        tables
            Canonical tables by name, all rows and versions that there are.
        as_of
            First day that must not be seen, or several.
        definitions
            Where the features are looked up: the library with the workspace's own. None takes the
            library; pinned definitions go before either.

        Returns
        -------
        FeatureTable, or a tuple of them in the order of the days
            Everybody who is in one of the tables before that day, as far as `customers` lets
            them. A feature asked for by a pattern whose table or columns are not there is left out.

        Raises
        ------
        UnknownNameError
            When a name or a pattern fits no feature.
        UnknownColumnError
            When a feature asked for by its name needs a column that is not there.
        """
        known = self.definitions or (load_features() if definitions is None else definitions)
        needed, names = self.choose(known)
        asked = [as_of] if isinstance(as_of, AsOf) else list(as_of)
        exact = {name for name in names if name in self.features}
        built = build_tables(
            tables,
            needed,
            names=names,
            exact=exact,
            dates=asked,
            filters=self._list_filters(tables),
            customers=self.customers,
        )
        return built[0] if isinstance(as_of, AsOf) else built

    def to_toml(self) -> str:
        """The space as a file, which `read_space` reads back."""
        import tomlkit

        return tomlkit.dumps(self._to_plain())

    def _to_plain(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def _list_filters(self, tables: Mapping[str, ibis.Table]) -> dict[str, Condition]:
        for name in self.filters:
            if name not in tables:
                raise UnknownNameError("table", name, tables, ru="таблицы")
        if self.period_days is None:
            return dict(self.filters)
        filters = {}
        for name in tables:
            contract = get_contract(name)
            chosen = self.filters.get(name)
            if contract.temporal == "fact" and contract.time_column:
                since = AsOfPlusDays(as_of_plus_days=-self.period_days)
                recent = Compare(column=contract.time_column, op=">=", value=since)
                chosen = recent if chosen is None else All(conditions=(recent, chosen))
            if chosen is not None:
                filters[name] = chosen
        return filters


@dataclass(frozen=True, slots=True)
class SpaceDifference:
    """What changed from one feature space to another.

    Attributes
    ----------
    added, removed
        Names of features that only the second, or only the first, has.
    changed
        Names of features whose definitions differ.
    settings
        Which of criterion, period, filters and customers differ.
    """

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    settings: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both say the same."""
        return not (self.added or self.removed or self.changed or self.settings)


def compare_spaces(
    first: FeatureSpace,
    second: FeatureSpace,
    *,
    definitions: Iterable[FeatureDefinition] | None = None,
) -> SpaceDifference:
    """What is different in `second`.

    Parameters
    ----------
    first, second
        Two spaces, or two versions of one.
    definitions
        For spaces that are not pinned; None takes the library.

    Examples
    --------
    >>> small = FeatureSpace(name="small", features=("recency_days",))
    >>> large = FeatureSpace(name="large", features=("recency_days", "frequency"))
    >>> compare_spaces(small, large).added
    ('frequency',)
    """
    known = tuple(load_features() if definitions is None else definitions)
    before, after = _describe(first.pin(known)), _describe(second.pin(known))
    settings = ("criterion", "period_days", "filters", "customers")
    return SpaceDifference(
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(n for n in before if n in after and before[n] != after[n]),
        settings=tuple(n for n in settings if getattr(first, n) != getattr(second, n)),
    )


def read_space(text: str, *, file: str) -> FeatureSpace:
    """The feature space of a TOML text.

    Raises
    ------
    DefinitionError
        Naming the file, what was found and what is allowed.
    """
    try:
        return FeatureSpace.model_validate(parse_toml(text, where=file))
    except ValidationError as error:
        raise explain_definition_error(error, where=file) from error


def _describe(space: FeatureSpace) -> dict[str, dict[str, Any]]:
    """What each chosen feature is, without the windows that belong to others."""
    _, names = space.choose(space.definitions)
    owners = {name: feature for feature in space.definitions for name in feature.feature_names}
    return {name: owners[name].model_dump(mode="json", exclude={"windows"}) for name in names}


def _matches(pattern: str, name: str, feature: FeatureDefinition) -> bool:
    if pattern.startswith(_GROUP):
        return feature.table == pattern.removeprefix(_GROUP)
    return pattern in (name, feature.name) or fnmatchcase(name, pattern)


def _only_windows(feature: FeatureDefinition, names: set[str]) -> FeatureDefinition:
    windows = tuple(days for days in feature.windows if feature.name_of(days) in names)
    return feature.model_copy(update={"windows": windows}) if feature.windows else feature
