"""From definitions and tables to one Ibis table with a row per customer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from regulars.conditions import compile_condition, list_columns
from regulars.conditions.tree import AsOfPlusDays, Between, Compare, walk
from regulars.errors import InvalidParameterError, UnknownColumnError
from regulars.features.bucketed import CUT, compile_bucketed
from regulars.features.cuts import Cuts
from regulars.features.filtered import are_few, compile_filtered
from regulars.features.library import list_of, list_parts
from regulars.features.rows import CUSTOMER, see, see_lookup, with_columns
from regulars.features.values import compile_gaps, compile_ordered, compile_values
from regulars.schema.contract import get_contract

if TYPE_CHECKING:
    import ibis

    from regulars.conditions import Condition
    from regulars.features.definition import FeatureDefinition
    from regulars.features.table import AsOf

__all__ = ["compile_features", "find_features"]

PAST = "superseded_"
_ORDERED = frozenset({"first", "last", "value"})
_VALUES = frozenset({"distinct", "entropy"})
_ALONE = _ORDERED | _VALUES | {"gap_variation", "years_since"}
"""What cannot be put together from the figures of parts of the rows."""
_NEED_TIME = frozenset(
    {"slope", "days_since_first", "days_since_last", "mean_gap_days", "gap_variation"}
)


def find_features(
    features: Iterable[FeatureDefinition], tables: Mapping[str, ibis.Table]
) -> tuple[FeatureDefinition, ...]:
    """Those of the features that the tables have the columns for."""
    listed = list(features)
    plain = [feature for feature in listed if not feature.is_derived and _fits(feature, tables)]
    names = {name for feature in plain for name in feature.feature_names}
    return tuple(
        feature
        for feature in listed
        if feature in plain or (feature.is_derived and names.issuperset(list_parts(feature)))
    )


def compile_features(
    tables: Mapping[str, ibis.Table],
    features: Sequence[FeatureDefinition],
    *,
    dates: Sequence[AsOf],
    filters: Mapping[str, Condition] | None = None,
    part: tuple[int, int] | None = None,
    customers: ibis.Table | None = None,
) -> ibis.Table:
    """Features as one Ibis table; nothing is computed yet.

    Parameters
    ----------
    tables
        Canonical tables by name; under `superseded_NAME` what the rows of a table of facts said
        before they were corrected, each until `until_at`.
    features
        What to build; `find_features` says which of them the tables allow.
    dates
        First days that must not be seen, earliest first.
    filters
        For tables by name: only these rows are looked at.
    part
        `(1, 4)` for the second of four parts that the customers are dealt into, by a hash of their
        ids; None for everybody.
    customers
        Whose features are wanted, as of one day: `customer_id`, each once; None for everybody who
        is in any of the tables before that day.

    Returns
    -------
    Table
        One row per customer: `customer_id`, with
        several dates `cut` (0 for the first of them), and a column per feature. Not sorted.

    Raises
    ------
    UnknownColumnError
        When a table lacks a column.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> import ibis, pyarrow
    >>> from regulars.features import AsOf, load_features
    >>> moments = [datetime(2026, 1, 8, tzinfo=UTC), datetime(2025, 10, 1, tzinfo=UTC)]
    >>> rows = {"customer_id": ["1", "1"], "purchased_at": moments, "amount": [30.0, 20.0]}
    >>> tables = {"purchases": ibis.memtable(pyarrow.table(rows))}
    >>> found = find_features(load_features(tables=["purchases"]), tables)
    >>> table = compile_features(tables, found, dates=[AsOf(date(2026, 1, 10))])
    >>> table.select("recency_days", "spend_30d", "spend_365d").to_pyarrow().to_pylist()
    [{'recency_days': 2.0, 'spend_30d': 30.0, 'spend_365d': 50.0}]
    """
    plain = [feature for feature in features if not feature.is_derived]
    if not plain:
        raise InvalidParameterError(
            en="There is nothing to build: none of the features is made of a table that is here."
            f" Tables: {', '.join(tables) or 'none'}. Choose other features, or load what they need.",
            ru="Строить нечего: ни один признак не сделан из имеющихся таблиц."
            f" Таблицы: {', '.join(tables) or 'нет'}. Выберите другие признаки или загрузите нужное.",
        )
    everything = _Compiler(tables, Cuts(tuple(dates)), filters or {}, part, customers)
    joined = everything.join(everything.compile(plain), plain)
    derived = [feature for feature in features if feature.is_derived]
    if derived:
        joined = joined.mutate(**_derive(joined, derived))
    names = [name for feature in features for name in feature.feature_names]
    return joined.select(*everything.keys, *names)


class _Compiler:
    """Compiles features over the same tables and days."""

    def __init__(
        self,
        tables: Mapping[str, ibis.Table],
        cuts: Cuts,
        filters: Mapping[str, Condition],
        part: tuple[int, int] | None,
        customers: ibis.Table | None,
    ) -> None:
        self._tables, self._cuts, self._filters, self._part = tables, cuts, filters, part
        self._customers = customers
        self.keys = [CUSTOMER] if cuts.is_single else [CUSTOMER, CUT]

    def compile(self, features: Sequence[FeatureDefinition]) -> list[tuple[ibis.Table, bool]]:
        """Tables by customer, each with whether it holds everybody in its source."""
        parts: list[tuple[ibis.Table, bool]] = []
        for group in _group(features):
            together = [feature for feature in group if not self._is_daily(feature)]
            if together:
                parts += self._compile_source(together, self._cuts)
            apart = [feature for feature in group if self._is_daily(feature)]
            if apart:
                parts += self._compile_daily(apart, lists_everybody=not together)
        return parts

    def join(
        self, parts: Sequence[tuple[ibis.Table, bool]], features: Sequence[FeatureDefinition]
    ) -> ibis.Table:
        """All parts side by side, for everybody who is in any table."""
        joined = self._list_people(parts)
        people = joined
        columns: dict[str, None] = {}
        zero = {name for f in features if f.is_zero_without_rows for name in f.feature_names}
        for number, (part, _) in enumerate(parts):
            names = [name for name in part.columns if name not in self.keys]
            renamed = part.select(
                **{f"{key}_{number}": part[key] for key in self.keys},
                **{name: part[name] for name in names},
            )
            matches = [people[key] == renamed[f"{key}_{number}"] for key in self.keys]
            joined = joined.left_join(renamed, matches)
            columns |= dict.fromkeys(names)
        wide = joined.select(*self.keys, *columns)
        filled = {name: wide[name].fill_null(0.0) for name in columns if name in zero}
        return wide.mutate(**filled) if filled else wide

    def _list_people(self, parts: Sequence[tuple[ibis.Table, bool]]) -> ibis.Table:
        import ibis

        if self._customers is not None:
            return self._customers.select(*self.keys)
        complete = [part for part, is_complete in parts if is_complete]
        listed = [part.select(*self.keys) for part in complete or [part for part, _ in parts]]
        if len(listed) == 1:
            return listed[0].distinct()
        return ibis.union(*listed, distinct=True)

    def _is_daily(self, feature: FeatureDefinition) -> bool:
        """Whether what is seen depends on the day in a way that one pass cannot sort out."""
        if self._cuts.is_single:
            return False
        conditions = (feature.where, feature.among, self._filters.get(feature.table))
        return (
            feature.contract.temporal == "state"
            or feature.lookup is not None
            or PAST + feature.table in self._tables
            or any(_counts_days(condition) for condition in conditions)
        )

    def _compile_daily(
        self, features: Sequence[FeatureDefinition], *, lists_everybody: bool
    ) -> list[tuple[ibis.Table, bool]]:
        """Each day by itself, then one below the other."""
        import ibis

        by_day = [
            self._compile_source(features, Cuts((as_of,)), lists_everybody=lists_everybody)
            for as_of in self._cuts.dates
        ]
        stacked = []
        for parts in zip(*by_day, strict=True):
            marked = [
                part.mutate(**{CUT: ibis.literal(cut, type="int64")})
                for cut, (part, _) in enumerate(parts)
            ]
            stacked.append((ibis.union(*marked), parts[0][1]))
        return stacked

    def _compile_source(
        self,
        features: Sequence[FeatureDefinition],
        cuts: Cuts,
        *,
        lists_everybody: bool = True,
    ) -> list[tuple[ibis.Table, bool]]:
        one = features[0]
        rows = self._see(features, cuts.last)
        time = one.contract.time_column
        time = time if time in rows.columns else None
        summed = [feature for feature in features if feature.aggregate not in _ALONE]
        parts = []
        if summed or lists_everybody:
            windows = Cuts(cuts.dates, _list_windows(summed))
            compile_together = compile_filtered if are_few(summed, windows) else compile_bucketed
            together = compile_together(rows, summed, windows, time=time, customer=one.customer)
            parts.append((together, one.customer == CUSTOMER))
        for feature in features:
            if feature.aggregate in _ALONE:
                windows = Cuts(cuts.dates, _list_windows([feature]))
                parts += [(part, False) for part in _compile_alone(rows, feature, windows, time)]
        return parts

    def _see(self, features: Sequence[FeatureDefinition], as_of: AsOf) -> ibis.Table:
        one = features[0]
        table, superseded = self._tables[one.table], self._tables.get(PAST + one.table)
        if self._part is not None:
            number, count = self._part
            table = _deal(table, one.customer, number, count)
            superseded = (
                None if superseded is None else _deal(superseded, one.customer, number, count)
            )
        rows = see(table, one.contract, as_of=as_of, superseded=superseded)
        if one.lookup:
            looked_up = get_contract(one.lookup)
            states = see(self._tables[one.lookup], looked_up, as_of=as_of)
            rows = see_lookup(rows, states, table=one.lookup, key=looked_up.key[0])
        named = [name for feature in features for name in feature.list_columns()]
        rows = with_columns(rows, dict.fromkeys(named), table=one.table, zone=as_of.zone)
        chosen = self._filters.get(one.table)
        if chosen is None:
            return rows
        rows = with_columns(rows, list_columns(chosen), table=one.table, zone=as_of.zone)
        return rows.filter(compile_condition(chosen, rows, as_of=as_of.instant))


def _deal(table: ibis.Table, customer: str, number: int, count: int) -> ibis.Table:
    """The rows of every `count`-th customer, by a hash of the id."""
    # Of a negative number engines give a negative remainder.
    dealt = (table[customer].cast("string").hash() % count + count) % count
    return table.filter(dealt == number)


def _compile_alone(
    rows: ibis.Table, feature: FeatureDefinition, cuts: Cuts, time: str | None
) -> list[ibis.Table]:
    if feature.aggregate in _VALUES:
        return [compile_values(rows, feature, cuts, time=time)]
    if feature.aggregate == "gap_variation":
        if time is None:
            raise UnknownColumnError(
                str(feature.contract.time_column),
                rows.columns,
                where=f"Table '{feature.table}'",
                ru=f"В таблице «{feature.table}»",
            )
        return compile_gaps(rows, feature, cuts, time=time)
    parts = compile_ordered(rows, feature, cuts, time=time)
    if feature.aggregate != "years_since":
        return parts
    year = cuts.last.day.year
    return [part.select(CUSTOMER, **{feature.name: year - part[feature.name]}) for part in parts]


def _source_of(feature: FeatureDefinition) -> tuple[str, str | None, str]:
    return feature.table, feature.lookup, feature.customer


def _group(features: Sequence[FeatureDefinition]) -> list[list[FeatureDefinition]]:
    """Features that look at the same rows, together."""
    groups: dict[tuple[str, str | None, str], list[FeatureDefinition]] = {}
    for feature in features:
        groups.setdefault(_source_of(feature), []).append(feature)
    return list(groups.values())


def _list_windows(features: Iterable[FeatureDefinition]) -> tuple[int, ...]:
    windows = {days for feature in features for days in feature.windows}
    # A trend looks at the window before its own, too.
    windows |= {2 * days for f in features if f.aggregate == "trend" for days in f.windows}
    return tuple(sorted(windows, reverse=True))


def _counts_days(condition: Condition | None) -> bool:
    """Whether the condition speaks of days before or after `as_of`."""
    if condition is None:
        return False
    bounds: list[object] = []
    for _, node in walk(condition):
        if isinstance(node, Compare):
            bounds.append(node.value)
        elif isinstance(node, Between):
            bounds += node.between
    return any(isinstance(bound, AsOfPlusDays) for bound in bounds)


def _derive(joined: ibis.Table, features: Iterable[FeatureDefinition]) -> dict[str, ibis.Value]:
    found = {}
    for feature in features:
        for days in feature.windows or (None,):
            first, second = (joined[name] for name in list_of(feature, days))
            is_ratio = feature.aggregate == "ratio"
            value = first / second.nullif(0.0) if is_ratio else first - second
            found[feature.name_of(days)] = value
    return found


def _fits(feature: FeatureDefinition, tables: Mapping[str, ibis.Table]) -> bool:
    if feature.table not in tables or (feature.lookup and feature.lookup not in tables):
        return False
    present = set(tables[feature.table].columns)
    instants = {name.removesuffix("_at") for name in present if name.endswith("_at")}
    present |= {f"{stem}_{part}" for stem in instants for part in ("on", "hour", "weekday")}
    if feature.lookup:
        key = get_contract(feature.lookup).key[0]
        looked_up = tables[feature.lookup].columns
        if key not in present or key not in looked_up:
            return False
        present |= {f"{feature.lookup}.{name}" for name in looked_up}
    needed = set(feature.list_columns())
    if feature.windows or feature.aggregate in _NEED_TIME:
        needed.add(str(feature.contract.time_column))
    return needed <= present
