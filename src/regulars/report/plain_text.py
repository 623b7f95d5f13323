"""Words and tables for the terminal: what came with the data is never read as markup."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table
    from rich.text import Text

__all__ = ["new_table", "plain_text"]


def new_table(*headings: str, right: Iterable[int] = ()) -> Table:
    """A table with a line beneath its headings; the columns of `right` are aligned so."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    aligned = set(right)
    for position, heading in enumerate(headings):
        table.add_column(
            heading, justify="right" if position in aligned else "left", overflow="fold"
        )
    return table


def plain_text(words: str, style: str = "") -> Text:
    """Words that came with the data are never read as markup or control codes."""
    from rich.text import Text

    kept = (c for c in words if c == "\n" or category(c) not in ("Cc", "Cf"))
    return Text("".join(kept), style)
