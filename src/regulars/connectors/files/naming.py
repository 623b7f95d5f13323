"""Names of columns that a table can bear: none empty, no two alike."""

from __future__ import annotations

import re
from collections.abc import Sequence

from regulars.errors import SchemaError
from regulars.schema.wording import Wording

__all__ = ["check_given_names", "generate_names", "make_names"]

_MOST_RENAMES_SHOWN = 10
# What the engine itself calls a row's place: a column of that name would hide it.
_ENGINE_NAMES = frozenset({"rowid"})


def generate_names(count: int) -> tuple[str, ...]:
    """Names for columns that have none.

    Examples
    --------
    >>> generate_names(2)
    ('column_1', 'column_2')
    """
    return tuple(f"column_{number}" for number in range(1, count + 1))


def make_names(found: Sequence[str | None]) -> tuple[tuple[str, ...], tuple[Wording, ...]]:
    """The found names stripped and made unique without regard to case, and what was changed.

    Examples
    --------
    >>> make_names(["id", " Name", "", "name"])[0]
    ('id', 'Name', 'column_3', 'name_2')
    """
    originals = [_clean(name) for name in found]
    reserved = {name.casefold() for name in originals}
    taken: set[str] = set(_ENGINE_NAMES)
    names: list[str] = []
    renamed: list[tuple[int, str, str]] = []
    for position, original in enumerate(originals, start=1):
        name = original or f"column_{position}"
        if name.casefold() in taken or (not original and name.casefold() in reserved):
            name = _number(name, taken | reserved)
        if name != original:
            renamed.append((position, original, name))
        taken.add(name.casefold())
        names.append(name)
    return tuple(names), _note_renames(renamed)


def _clean(name: str | None) -> str:
    # A NUL cannot stand in SQL, and a line end in a name tears every message in two.
    return " ".join((name or "").replace("\x00", "").replace("\ufeff", "").split())


def _number(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}_{number}".casefold() in taken:
        number += 1
    return f"{name}_{number}"


def _note_renames(renamed: list[tuple[int, str, str]]) -> tuple[Wording, ...]:
    if not renamed:
        return ()
    shown = ", ".join(
        f"{position}: '{old}' → '{new}'" for position, old, new in renamed[:_MOST_RENAMES_SHOWN]
    )
    rest = len(renamed) - _MOST_RENAMES_SHOWN
    more = f" (+{rest})" if rest > 0 else ""
    return (
        Wording(
            en=f"Columns without a name, or with one that is taken, were renamed: {shown}{more}.",
            ru=f"Столбцы без имени или с занятым именем переименованы: {shown}{more}.",
        ),
    )


def check_given_names(
    names: Sequence[str], *, count: int, where: str, first: Sequence[str | None]
) -> tuple[str, ...]:
    """The names a person gave, after checking that they are as many as the columns."""
    if len(names) != count:
        # The shape of the cells and not the cells: they may be a person's name and phone.
        cells = ", ".join(repr(_show_shape(cell or "")) for cell in first[:10])
        raise SchemaError(
            en=f"{where} has {count} columns, but {len(names)} names were given"
            f" ({', '.join(names[:10])}). Its first line looks like {cells}."
            f" Give {count} names, in that order.",
            ru=f"Столбцов в {where}: {count}, а имён дано: {len(names)} ({', '.join(names[:10])}). "
            f"Первая строка выглядит как {cells}. Дайте столько имён, сколько столбцов, в том "
            "же порядке.",
        )
    made, changes = make_names(names)
    if changes:
        raise SchemaError(
            en=f"The names given for the columns of {where} must be unique and not empty;"
            f" found {', '.join(names[:30])}.",
            ru=f"Имена столбцов для {where} должны быть разными и непустыми; получено "
            f"{', '.join(names[:30])}.",
        )
    return made


def _show_shape(cell: str) -> str:
    """The cell with every letter as x and every digit as 0."""
    return re.sub(r"\d", "0", re.sub(r"[^\W\d_]", "x", cell[:40]))
