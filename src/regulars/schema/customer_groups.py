"""Columns that tell which group of people a customer is of: sex, age, region; and since when they are one."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from regulars.schema.column_names import split_words

__all__ = ["GroupKind", "find_group_kind", "tells_tenure"]

GroupKind = Literal["sex", "age", "region"]


def find_group_kind(name: str, values: Iterable[str] = ()) -> GroupKind | None:
    """What a column groups people by; None where it does not.

    Parameters
    ----------
    name
        Of the column, as the file has it.
    values
        The different texts in it: "m" and "f" tell the sex whatever the column is called.

    Examples
    --------
    >>> find_group_kind("CustomerAge"), find_group_kind("Пол клиента"), find_group_kind("Geography")
    ('age', 'sex', 'region')
    >>> find_group_kind("account_age_days"), find_group_kind("x", ["F", "M"])
    (None, 'sex')
    """
    words = _read_words()
    own = set(split_words(name))
    for kind in get_args(GroupKind):
        told = own & words[kind]["tells"]
        if told and own - told <= words["beside"]["words"]:
            return kind
    folded = {value.strip().casefold() for value in values}
    return "sex" if len(folded) > 1 and folded <= words["sex"]["values"] else None


def tells_tenure(name: str, *, is_date: bool) -> bool:
    """Whether a column says how long somebody has been a customer: as a number, or the date it began.

    Parameters
    ----------
    name
        Of the column, as the file has it.
    is_date
        Whether it holds dates, and not numbers.

    Examples
    --------
    >>> tells_tenure("Tenure in Months", is_date=False), tells_tenure("Стаж клиента", is_date=False)
    (True, True)
    >>> tells_tenure("joined_on", is_date=True), tells_tenure("last_visit", is_date=True)
    (True, False)
    """
    words = _read_words()
    own = set(split_words(name))
    told = own & words["beginning" if is_date else "tenure"]["tells"]
    return bool(told) and own - told <= words["length"]["words"]


@cache
def _read_words() -> Mapping[str, Mapping[str, frozenset[str]]]:
    text = (resources.files("regulars.schema") / "group_words.toml").read_text(encoding="utf-8")
    told: dict[str, Any] = tomllib.loads(text)
    return {
        name: {key: frozenset(words) for key, words in part.items()} for name, part in told.items()
    }
