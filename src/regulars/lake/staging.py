"""The rows of a load as the lake will store them: every column cast, without loss or not at all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError, SchemaError
from regulars.lake.column_types import (
    INSTANT,
    StoredColumn,
    as_text,
    cast_to,
    choose_type,
    widen,
)
from regulars.lake.shapes import TableShape
from regulars.lake.sql import fetch_counts, list_columns, name_scratch, quote_name, quote_text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Origin", "Staged", "render_instant", "stage"]

_RESERVED = ("load_id", "bucket")


def render_instant(moment: datetime) -> str:
    """SQL of a moment; raises `InvalidParameterError` when it has no time zone."""
    if moment.tzinfo is None:
        raise InvalidParameterError(
            en=f"'now' must be a time with a time zone; got {moment.isoformat()} without one."
            " Pass datetime.now(UTC).",
            ru=f"now должно быть временем с часовым поясом; получено {moment.isoformat()} без "
            "него. Передайте datetime.now(UTC).",
        )
    return f"TIMESTAMPTZ {quote_text(moment.astimezone(UTC).isoformat(sep=' '))}"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a relation is worked out from, row by row: narrower rows, which are quicker to sort.

    Attributes
    ----------
    relation
        What stands after FROM.
    customer
        Its column (quoted) of a row's customer.
    derive
        Given what stands after FROM in place of `relation`, and the names of further columns that
        it has: a query of the worked out rows, with the further columns as they are.
    """

    relation: str
    customer: str
    derive: Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Staged:
    """Rows that wait to be compared with the table and written.

    Attributes
    ----------
    view
        A temporary view: `columns`, `known_at`, `source_row`.
    columns
        The content of a row, in the order of the table.
    provided
        Those of them that the source has; the others are missing in every row.
    added
        Those of them that the table does not have yet.
    compared
        Those of them that make two rows the same or different.
    row_count
        How many rows there are.
    values
        The select list of the view.
    widened
        Columns of the table that get another type, and the one they had.
    """

    view: str
    columns: tuple[StoredColumn, ...]
    provided: frozenset[str]
    added: tuple[StoredColumn, ...]
    compared: tuple[str, ...]
    row_count: int
    values: str
    widened: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the content columns."""
        return tuple(column.name for column in self.columns)


def stage(
    connection: "DuckDBPyConnection",
    relation: str,
    *,
    shape: TableShape,
    stored: Sequence[StoredColumn] | None,
    now: datetime,
    told_at: datetime | None = None,
    known_from: datetime | None = None,
) -> Staged:
    """Prepare the rows of `relation` for a table whose content columns are `stored`.

    Rows that do not say since when they are known are known since `told_at` (`now` when None),
    and none before `known_from`.
    """
    found = list_columns(connection, relation)
    _check_names(found, shape)
    planned = _plan_columns(found, shape, stored)
    types = {name.casefold(): kind for name, kind in found.items()}
    rendered = {column: _render_value(column, types, shape) for column in planned}
    row_count, lost = _count_losses(connection, relation, rendered)
    planned, widened = _widen_columns(planned, lost, types, shape)
    if widened:
        rendered = {column: _render_value(column, types, shape) for column in planned}
        row_count, lost = _count_losses(connection, relation, rendered)
    for column, count in lost.items():
        raise _explain_loss(column, count, row_count, types, table=shape.name)
    values = [f"{value} AS {quote_name(column.name)}" for column, (value, _) in rendered.items()]
    values += [
        f"{_render_known_at(types, now, told_at or now, known_from)} AS known_at",
        f"{'CAST(source_row AS BIGINT)' if 'source_row' in types else 'row_number() OVER ()'}"
        " AS source_row",
        f"{'end_known_at' if 'end_known_at' in types else 'CAST(NULL AS ' + INSTANT + ')'}"
        " AS end_known_at",
    ]
    view = name_scratch("staged")
    connection.execute(f"CREATE TEMP VIEW {view} AS SELECT {', '.join(values)} FROM {relation}")
    names = {column.name for column in stored or ()}
    return Staged(
        view=view,
        columns=planned,
        provided=frozenset(column.name for column in planned if column.name.casefold() in types),
        added=tuple(
            column for column in planned if stored is not None and column.name not in names
        ),
        compared=tuple(column.name for column in planned if column.name not in shape.derived),
        row_count=row_count,
        values=", ".join(values),
        widened=widened,
    )


def _check_names(found: Mapping[str, str], shape: TableShape) -> None:
    for name in found:
        if name.casefold() in _RESERVED:
            raise SchemaError(
                en=f"Table '{shape.name}': the column '{name}' has a name that the lake uses"
                " itself. Map it to another name.",
                ru=f"Таблица «{shape.name}»: имя столбца «{name}» занято самим озером. Назначьте "
                "ему другое имя.",
            )
        if name in shape.personal:
            raise SchemaError(
                en=f"Table '{shape.name}': the column '{name}' is personal and may not enter the"
                " lake. Put it into the vault and leave it out here.",
                ru=f"Таблица «{shape.name}»: столбец «{name}» личный, в озеро ему нельзя. Положите "
                "его в сейф, а здесь уберите.",
            )


def _plan_columns(
    found: Mapping[str, str], shape: TableShape, stored: Sequence[StoredColumn] | None
) -> tuple[StoredColumn, ...]:
    planned = list(shape.columns if stored is None else stored)
    known = {column.name.casefold() for column in planned} | {"known_at"} | shape.skipped
    for name, kind in found.items():
        if name.casefold() not in known:
            declared = shape.declared.get(name)
            planned.append(
                StoredColumn(name, declared or choose_type(kind, table=shape.name, column=name))
            )
    return tuple(planned)


def _render_value(
    column: StoredColumn, types: Mapping[str, str], shape: TableShape
) -> tuple[str, str]:
    kind = types.get(column.name.casefold())
    if kind is None:
        return f"CAST(NULL AS {column.type})", ""
    if column.type == "VARCHAR" and column.name not in shape.declared:
        return as_text(quote_name(column.name), kind), ""
    return cast_to(quote_name(column.name), kind, column.type)


def _count_losses(
    connection: "DuckDBPyConnection",
    relation: str,
    rendered: Mapping[StoredColumn, tuple[str, str]],
) -> tuple[int, dict[StoredColumn, int]]:
    """The number of rows, and for each column how many values its type would change or drop."""
    losses = {column: loss for column, (_, loss) in rendered.items() if loss}
    counts = ["count(*)", *(f"count(*) FILTER ({loss})" for loss in losses.values())]
    row_count, *lost = fetch_counts(connection, f"SELECT {', '.join(counts)} FROM {relation}")
    return row_count, {one: count for one, count in zip(losses, lost, strict=True) if count}


def _widen_columns(
    planned: tuple[StoredColumn, ...],
    lost: Mapping[StoredColumn, int],
    types: Mapping[str, str],
    shape: TableShape,
) -> tuple[tuple[StoredColumn, ...], dict[str, str]]:
    """The columns of sources' own with types that hold everything; those of contracts stay."""
    widened = {
        column.name: column.type
        for column in lost
        if (shape.is_fact or shape.is_state) and column.name not in shape.declared
    }
    if not widened:
        return planned, {}
    return tuple(
        StoredColumn(column.name, widen(column.type, types[column.name.casefold()]))
        if column.name in widened
        else column
        for column in planned
    ), widened


def _explain_loss(
    column: StoredColumn, count: int, row_count: int, types: Mapping[str, str], *, table: str
) -> SchemaError:
    found = types[column.name.casefold()]
    return SchemaError(
        en=f"Table '{table}': the column '{column.name}' is stored as {column.type}, but the"
        f" source has {found}, and {count:,} of {row_count:,} values do not fit without loss."
        f" Map the column to the stored type, or under a new name"
        f' (--map "{column.name}={column.name}_2").',
        ru=f"Таблица «{table}»: столбец «{column.name}» хранится как {column.type}, а в"
        f" источнике {found}, и {count:,} из {row_count:,} значений без потерь не"
        " поместятся. Приведите столбец к хранимому типу или дайте ему новое имя"
        f' (--map "{column.name}={column.name}_2").',
    )


def _render_known_at(
    types: Mapping[str, str], now: datetime, told_at: datetime, known_from: datetime | None
) -> str:
    kind = types.get("known_at")
    value = render_instant(told_at)
    if kind is not None:
        cast, _ = cast_to("known_at", kind, INSTANT)
        value = f"coalesce({cast}, {value})"
    if known_from is not None:
        value = f"greatest({value}, {render_instant(known_from)})"
    # Nothing becomes known later than the moment at which it is here.
    return f"least({value}, {render_instant(now)})"
