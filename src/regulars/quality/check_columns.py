"""The columns of a table that a check looks at."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from regulars.errors import UnknownColumnError
from regulars.quality.check import Check

__all__ = ["find_columns", "require_columns"]


def require_columns(check: Check, names: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether a table with the columns `names` has `columns`; raises `UnknownColumnError` unless the check may be skipped."""
    for name in columns:
        if name not in names:
            if check.if_missing == "skip":
                return False
            raise UnknownColumnError(
                name,
                names,
                where=f"Check '{check.name}': table '{check.table}'",
                ru=f"Проверка «{check.name}»: в таблице «{check.table}»",
            )
    return True


def find_columns(check: Check, names: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """Those of the columns `names` of a table that fit one of `patterns`, in its order."""
    derived = _list_derived(names)
    found = [
        name
        for name in names
        if name in patterns
        or (name not in derived and any(fnmatchcase(name, pattern) for pattern in patterns))
    ]
    plain = [pattern for pattern in patterns if not set(pattern) & set("*?[")]
    if not found:
        require_columns(check, names, plain)
    return found


def _list_derived(names: Sequence[str]) -> set[str]:
    """The day and the hour that the lake puts beside an instant: what is true of it is of them."""
    stems = [name.removesuffix("_at") for name in names if name.endswith("_at")]
    return {f"{stem}_{part}" for stem in stems for part in ("on", "hour")}
