"""Segments as definitions: a name, a title, a rule, and when its members are looked up again."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from regulars.conditions import IsMissing, Member, Rule, condition_to_dict, explain_definition_error
from regulars.conditions.tree import RULE_KEYS, list_leaves
from regulars.errors import ConflictError, DefinitionError, InvalidParameterError, UnknownNameError
from regulars.schema.definition_files import list_packaged, read_entries
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "SegmentDefinition",
    "check_unused",
    "list_presets",
    "order_segments",
    "read_segments",
]

Schedule = Literal["daily", "monthly"]
_NAME = r"^[a-z][a-z0-9_-]*$"
_VERSION_LENGTH = 12
_MOST_HOURS = 24 * 31


class SegmentDefinition(BaseModel):
    """A segment by a rule.

    Attributes
    ----------
    name
        Small Latin letters, digits, `_` and `-`.
    title
        What people call it.
    rule
        Who belongs to it.
    refresh
        `daily` suits rules about behavior, `monthly` those about who people are.
    every_hours
        Instead: so many hours after the last time.
    frozen_on
        A static segment: its members are those of this day (the first one not seen), for good.

    Examples
    --------
    >>> segment = SegmentDefinition(
    ...     name="buyers",
    ...     title=Wording(en="Buyers", ru="Покупатели"),
    ...     rule={"bought": {}, "within_days": 90},
    ... )
    >>> segment.rule.within_days
    90
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=_NAME, max_length=100)
    title: Wording
    rule: Rule
    refresh: Schedule = "daily"
    every_hours: int | None = Field(default=None, ge=1, le=_MOST_HOURS, strict=True)
    frozen_on: date | None = None

    @model_validator(mode="after")
    def _check_nobody_is_named(self) -> SegmentDefinition:
        # Versions are kept for good, and an erasure could not take an id out of them.
        if any(
            getattr(leaf, "column", None) == "customer_id" and not isinstance(leaf, IsMissing)
            for leaf in list_leaves(self.rule)
        ):
            raise InvalidParameterError(
                en="a saved rule may not compare 'customer_id': its versions are kept for good, and"
                " would outlive the erasure of a customer",
                ru="сохранённое правило не может сравнивать customer_id: его версии хранятся всегда"
                " и пережили бы стирание клиента",
            )
        return self

    @model_validator(mode="after")
    def _check_schedule(self) -> SegmentDefinition:
        if self.frozen_on is not None and self.every_hours is not None:
            raise InvalidParameterError(
                en="a segment with 'frozen_on' is never looked up again; leave out 'every_hours'",
                ru="сегмент с frozen_on больше не пересчитывается; уберите every_hours",
            )
        return self

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that follow from the content."""
        text = json.dumps(self.to_plain(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:_VERSION_LENGTH]

    @property
    def is_static(self) -> bool:
        """Whether its members never change."""
        return self.frozen_on is not None

    def is_due(self, refreshed_at: datetime | None, *, now: datetime) -> bool:
        """Whether its members should be looked up again.

        Parameters
        ----------
        refreshed_at
            When they were looked up last; None for never.
        now
            The present moment, in the time zone of the company: days and months begin by it.
        """
        if refreshed_at is None:
            return True
        if self.is_static:
            return False
        last = refreshed_at.astimezone(now.tzinfo)
        if self.every_hours is not None:
            return now - last >= timedelta(hours=self.every_hours)
        if self.refresh == "daily":
            return now.date() > last.date()
        return (now.year, now.month) > (last.year, last.month)

    def list_used(self) -> tuple[str, ...]:
        """Names of the segments that the rule speaks of."""
        return _list_named(self.rule)

    def to_plain(self) -> dict[str, Any]:
        """The definition as a table, ready for JSON and for TOML."""
        plain = self.model_dump(mode="json", exclude_defaults=True, exclude={"rule"})
        return plain | {"rule": condition_to_dict(self.rule)}

    def to_toml(self) -> str:
        """The definition as a file, which `read_segments` reads back."""
        import tomlkit

        return tomlkit.dumps(self.to_plain())


def _list_named(rule: Rule) -> tuple[str, ...]:
    leaves = list_leaves(rule)
    return tuple(dict.fromkeys(leaf.segment for leaf in leaves if isinstance(leaf, Member)))


def read_segments(text: str, *, file: str) -> tuple[SegmentDefinition, ...]:
    """The segments of one TOML text: one at its top, or several as `[[segments]]`.

    Raises
    ------
    DefinitionError
        Naming the file, what was found and what is allowed.
    """
    found = []
    for entry in read_entries(text, file=file, plural="segments"):
        where = f"{file}, segment '{entry.get('name', '?')}'"
        try:
            found.append(SegmentDefinition.model_validate(entry))
        except ValidationError as error:
            raise explain_definition_error(error, where=where, keys=RULE_KEYS) from error
    return tuple(found)


@cache
def list_presets() -> tuple[SegmentDefinition, ...]:
    """The segments that come with Regulars: by deals and leads, by activity, by use.

    Examples
    --------
    >>> [preset.name for preset in list_presets()][:4]
    ['hub', 'regular', 'sporadic', 'sleeping']
    """
    files = list_packaged("regulars.segments.rules", "presets")
    return tuple(one for name, text in files for one in read_segments(text, file=name))


def order_segments(
    rule: Rule, definitions: Mapping[str, SegmentDefinition], *, name: str | None = None
) -> tuple[SegmentDefinition, ...]:
    """The segments that a rule stands on, those first that others stand on.

    Parameters
    ----------
    rule
        Which speaks of other segments.
    definitions
        All segments by name.
    name
        Of the segment whose rule it is, if it has one.

    Raises
    ------
    UnknownNameError
        When a segment is not there.
    DefinitionError
        When segments stand on each other in a circle, which is named.
    """
    ordered: dict[str, SegmentDefinition] = {}

    def visit(slug: str, path: tuple[str, ...]) -> None:
        if slug in path:
            circle = " → ".join((*path[path.index(slug) :], slug))
            raise DefinitionError(
                en=f"Segments stand on each other in a circle: {circle}. Take one of them out of the"
                " rule of another.",
                ru=f"Сегменты ссылаются друг на друга по кругу: {circle}. Уберите один из них из "
                "правила другого.",
            )
        if slug not in definitions:
            raise UnknownNameError("segment", slug, definitions, ru="сегмента")
        for used in definitions[slug].list_used():
            visit(used, (*path, slug))
        ordered.setdefault(slug, definitions[slug])

    for used in _list_named(rule):
        visit(used, () if name is None else (name,))
    return tuple(ordered.values())


def check_unused(name: str, definitions: Mapping[str, SegmentDefinition]) -> None:
    """Raise `ConflictError` with the segments that stand on this one, so that it is not deleted."""
    users = [slug for slug, one in definitions.items() if name in one.list_used()]
    if users:
        raise ConflictError(
            en=f"Segment '{name}' is used by: {', '.join(users)}. Take it out of their rules first.",
            ru=f"Сегмент «{name}» используют: {', '.join(users)}. Сначала уберите его из их правил.",
        )
