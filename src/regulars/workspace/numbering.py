"""Rows that bear no number of their own: those of two files must not be taken for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import ConflictError
from regulars.schema.mapping import Mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from regulars.connectors.protocol import Source
    from regulars.lake import LoadRecord

__all__ = ["refuse_second_numbering"]


def refuse_second_numbering(loads: Sequence[LoadRecord], mapping: Mapping, source: Source) -> None:
    """Stop before row 1 of one file would be taken for row 1 of another.

    Parameters
    ----------
    loads
        What was loaded before.
    mapping, source
        What is about to be.

    Raises
    ------
    ConflictError
        When customers are numbered by row and those of another file already are; or baskets by
        line, and there are orders of another file; or orders come to baskets.
    """
    tables, refuse = _choose(mapping, source)
    for load in loads:
        is_other = load.source != source.name and any(name in load.tables for name in tables)
        if is_other and (refuse is not _refuse_orders or _is_of_baskets(load)):
            raise refuse(source.name, load.source)


def _choose(
    mapping: Mapping, source: Source
) -> tuple[tuple[str, ...], Callable[[str, str], ConflictError]]:
    """The tables in which rows of other files would be in the way, and how that is said."""
    if mapping.table == "profiles":
        return (() if mapping.id_column else ("profiles",)), _refuse_customers
    if source.is_baskets:
        return ("purchase_items",), _refuse_baskets
    is_of_orders = mapping.table in ("purchases", "purchase_items")
    return (("purchase_items",) if is_of_orders else ()), _refuse_orders


def _is_of_baskets(load: LoadRecord) -> bool:
    """Whether the orders of a load are numbered by the lines of its file."""
    from regulars.connectors.files.line_tables import BASKET_COLUMNS

    mapping = Mapping.from_toml(load.mapping, where=load.source)
    return tuple(column.source for column in mapping.columns) == BASKET_COLUMNS


def _refuse_customers(name: str, earlier: str) -> ConflictError:
    return ConflictError(
        en=f"{name} has no column with the customer's id, so its rows would be numbered; but"
        f" customers of {earlier} are here already, and row 1 of one file is not row 1 of the other."
        " Say which column is the id (--id COLUMN), or load into another workspace.",
        ru=f"В {name} нет столбца с id клиента, строки пришлось бы нумеровать; но здесь уже есть"
        f" клиенты из {earlier}, а строка 1 одного файла — не строка 1 другого. Скажите, какой"
        " столбец — id (--id СТОЛБЕЦ), или загрузите в другую рабочую папку.",
    )


def _refuse_baskets(name: str, earlier: str) -> ConflictError:
    return ConflictError(
        en=f"{name} numbers its baskets by line; but orders of {earlier} are here already, and basket"
        " 1 is not order 1. Load it into another workspace, or give it a column with the number of"
        " the order.",
        ru=f"В {name} корзины нумеруются по строкам; но здесь уже есть заказы из {earlier}, а корзина"
        " 1 — не заказ 1. Загрузите файл в другую рабочую папку или добавьте в него столбец с"
        " номером заказа.",
    )


def _refuse_orders(name: str, earlier: str) -> ConflictError:
    return ConflictError(
        en=f"{name} has orders with numbers of their own; but the baskets of {earlier} are here"
        " already, numbered by line, and basket 1 is not order 1. Load the orders into another"
        " workspace: regulars init, then load with --workspace.",
        ru=f"В {name} у заказов свои номера; но здесь уже есть корзины из {earlier}, они нумеруются"
        " по строкам, а корзина 1 — не заказ 1. Загрузите заказы в другую рабочую папку:"
        " regulars init, затем load с --workspace.",
    )
