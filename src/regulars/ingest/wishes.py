"""What a person said about a source, before anybody has looked into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Wishes"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person said about a source; everything else is recognised.

    Attributes
    ----------
    kind
        What its rows are; None to find out.
    overrides
        Source column → `target[:type[:format]]`.
    id_column
        The source column with the customer's id.
    outcome
        `COLUMN` or `COLUMN=VALUE`.
    drop
        Source columns to leave out.
    day_first
        How dates such as 01/02/2020 are meant; None to find out.
    orders
        Of a file with a row per line of an order, when the order is here already: `whole` when
        the file has all of its lines, `parts` when it has further ones; `auto` to find out.
    """

    kind: str | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    id_column: str | None = None
    outcome: str | None = None
    drop: tuple[str, ...] = ()
    day_first: bool | None = None
    orders: Literal["auto", "whole", "parts"] = "auto"

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said of columns, so that a saved mapping may be reused."""
        return self == Wishes(kind=self.kind, orders=self.orders)
