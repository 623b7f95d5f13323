"""The rows of one table as something to compare: their numbers, categories and hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import QualityError
from regulars.features import Feature, FeatureTable
from regulars.features.rows import with_columns
from regulars.schema.contract import Role
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import ibis
    import pyarrow as pa

    from regulars.features import AsOf
    from regulars.features.table import FeatureKind
    from regulars.schema.contract import Column, Contract

__all__ = ["Records", "read_records"]

_FEWEST_OF_ONE = 3
_OWNERS = {
    "customer_id": Wording(
        en="{}, as a multiple of the customer's usual",
        ru="{}, во сколько раз больше обычного у клиента",
    ),
    "product_id": Wording(
        en="{}, as a multiple of the product's usual",
        ru="{}, во сколько раз больше обычного у товара",
    ),
}
_HOUR = Wording(en="hours of the day", ru="часы суток")
_HOURS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Rows of a table, ready to be compared.

    Attributes
    ----------
    features
        One row per record; its `customer_id` is the number of the record, from 0.
    places
        The columns that name a record: its key, customer, product and time.
    """

    features: FeatureTable
    places: pa.Table

    def find_place(self, row: int) -> Mapping[str, object]:
        """What names a record; what is missing is left out."""
        (found,) = self.places.slice(row, 1).to_pylist()
        return {name: value for name, value in found.items() if value is not None}


def read_records(table: ibis.Table, contract: Contract, *, as_of: AsOf) -> Records:
    """The rows of a table with the fields that may be unusual.

    Numbers, categories and the quarter of the day; and each number as a multiple of the median of the
    same customer, and of the same product: 1 where these have fewer than three rows.

    Parameters
    ----------
    table
        What was known by `as_of`.
    contract
        Of the table.
    as_of
        First day that was not seen.

    Raises
    ------
    QualityError
        When there is nothing to compare.
    """
    fields = dict(_list_fields(table, contract, as_of))
    if not fields:
        raise QualityError(
            en=f"Table '{contract.name}' has neither numbers nor categories to compare.",
            ru=f"В таблице «{contract.name}» нет ни чисел, ни категорий для сравнения.",
        )
    naming = [*contract.key, contract.whole.column if contract.whole else None]
    naming += ["customer_id", "product_id", contract.time_column]
    named = [one for one in dict.fromkeys(naming) if one in table.columns]
    order = [name for name in named if name]
    columns = {feature.name: value for feature, value in fields.values()}
    rows = table.select(**{f"place_{name}": table[name] for name in order}, **columns)
    rows = rows.order_by([*(f"place_{name}" for name in order), *columns]).to_pyarrow()
    features = tuple(feature for feature, _ in fields.values())
    return Records(
        FeatureTable(_shape(rows, features), features, as_of),
        rows.select([f"place_{name}" for name in order]).rename_columns(order),
    )


def _list_fields(
    table: ibis.Table, contract: Contract, as_of: AsOf
) -> Iterator[tuple[str, tuple[Feature, ibis.Value]]]:
    for column in contract.columns:
        if column.name not in table.columns:
            continue
        if column.role is Role.CATEGORY:
            kind: FeatureKind = "boolean" if column.type == "boolean" else "category"
            yield column.name, (_feature(column, kind), table[column.name])
        elif column.role is Role.NUMERIC and not _is_number_of_line(column, contract):
            value = table[column.name].cast("float64")
            yield column.name, (_feature(column, "numeric"), value)
            yield from _list_multiples(table, column, value)
    time = contract.time_column
    if time and time.endswith("_at") and time in table.columns:
        name = f"{time.removesuffix('_at')}_hour"
        hours = with_columns(table, [name], table=contract.name, zone=as_of.zone)[name]
        # Levels and no number, for 23 and 0 are neighbors; four, for each hour by itself is rare.
        part = (hours / _HOURS).floor().cast("int64")
        spans = [
            (number, f"{number * _HOURS}-{number * _HOURS + _HOURS - 1}") for number in range(4)
        ]
        feature = Feature(name, _HOUR, None, "category")
        yield name, (feature, part.cases(*spans, else_=None))


def _is_number_of_line(column: Column, contract: Contract) -> bool:
    return contract.whole is not None and column.name == contract.whole.number


def _list_multiples(
    table: ibis.Table, column: Column, value: ibis.Value
) -> Iterator[tuple[str, tuple[Feature, ibis.Value]]]:
    import ibis

    for owner, words in _OWNERS.items():
        if owner not in table.columns:
            continue
        window = ibis.window(group_by=owner)
        usual, count = value.median().over(window), value.count().over(window)
        is_known = table[owner].notnull() & (usual != 0) & (count >= _FEWEST_OF_ONE)
        name = f"{column.name}_by_{owner.removesuffix('_id')}"
        label = _label(column)
        meaning = Wording(en=words.en.format(label.en), ru=words.ru.format(label.ru))
        feature = Feature(name, meaning, None, "numeric", column.name)
        yield name, (feature, ibis.ifelse(is_known, value / usual, 1.0))


def _feature(column: Column, kind: FeatureKind) -> Feature:
    return Feature(column.name, _label(column), column.unit, kind)


def _label(column: Column) -> Wording:
    """The beginning of what the column means: the rest explains its signs."""
    said = (column.meaning.en, column.meaning.ru)
    english, russian = (text.partition(";")[0] for text in said)
    return Wording(en=_begin_small(english), ru=_begin_small(russian))


def _begin_small(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _shape(rows: pa.Table, features: tuple[Feature, ...]) -> pa.Table:
    import pyarrow as pa

    columns = {"customer_id": pa.array([str(n) for n in range(len(rows))], pa.string())}
    kinds = {"numeric": pa.float64(), "category": pa.string(), "boolean": pa.bool_()}
    made = {one.name: rows[one.name].cast(kinds[one.kind]) for one in features}
    return pa.table(columns | made)
