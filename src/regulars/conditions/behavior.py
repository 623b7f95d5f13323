"""The leaves of rules: what a customer did, bought or spent, when, and in what order."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, TypeAlias
from typing import Any as AnyType

from pydantic import (
    Discriminator,
    Field,
    StrictFloat,
    StrictInt,
    StrictStr,
    Tag,
    field_validator,
    model_validator,
)

from regulars.conditions.leaves import (
    LARGEST_DAYS,
    Comparison,
    Node,
    check_literal,
    normalize_literal,
)
from regulars.errors import InvalidParameterError

if TYPE_CHECKING:
    from regulars.conditions.tree import Condition

__all__ = [
    "Behavior",
    "Bought",
    "Did",
    "Goods",
    "Had",
    "Member",
    "Occasion",
    "Rows",
    "RuleLeaf",
    "Score",
    "Sequence",
    "Spent",
    "table_of",
]

_LARGEST_COUNT = 10**9
_MOST_STEPS = 10
_SLUG = r"^[a-z][a-z0-9_-]*$"
_Days = Annotated[int, Field(ge=1, le=36_500, strict=True)]
_Count = Annotated[int, Field(ge=0, le=_LARGEST_COUNT, strict=True)]
_Name = Annotated[StrictStr, Field(min_length=1, max_length=1_000)]


class Rows(Node):
    """Which rows of one customer are looked at.

    Attributes
    ----------
    where
        Only rows for which the condition holds.
    within_days
        Only rows of so many days before `as_of`.
    between
        Only rows of these company days, both included.
    """

    where: "Condition | None" = None
    within_days: _Days | None = None
    between: tuple[date, date] | None = None

    @model_validator(mode="after")
    def _check_period(self) -> "Rows":
        if self.within_days is not None and self.between is not None:
            raise InvalidParameterError(
                en="say either 'within_days' or 'between', and not both",
                ru="укажите либо within_days, либо between, но не оба",
            )
        if self.between is not None and self.between[0] > self.between[1]:
            raise InvalidParameterError(
                en=f"the first day {self.between[0]} is after the last day {self.between[1]}",
                ru=f"первый день {self.between[0]} позже последнего {self.between[1]}",
            )
        return self


class _Counted(Rows):
    """Rows of which there must be so many; at least one where nothing is said."""

    at_least: _Count | None = None
    at_most: _Count | None = None

    @model_validator(mode="before")
    @classmethod
    def _say_shortly(cls, value: object) -> object:
        """One spelling of what comes to the same, so that equal rules have one version."""
        if not isinstance(value, Mapping):
            return value
        said = dict(value)
        least, most = said.get("at_least"), said.get("at_most")
        if (least == 1 and most is None) or (least == 0 and most is not None):
            del said["at_least"]
        return said

    @model_validator(mode="after")
    def _check_limits(self) -> "_Counted":
        if self.at_least == 0 and self.at_most is None:
            raise InvalidParameterError(
                en="'at_least' 0 is true of everybody; say 1 or more, or 'at_most'",
                ru="at_least 0 верно для всех; укажите 1 или больше либо at_most",
            )
        if self.at_most is not None and self.least > self.at_most:
            raise InvalidParameterError(
                en=f"'at_least' {self.at_least} is above 'at_most' {self.at_most}",
                ru=f"at_least {self.at_least} больше, чем at_most {self.at_most}",
            )
        return self

    @property
    def least(self) -> int:
        """The lowest count that is enough."""
        if self.at_least is None:
            return 1 if self.at_most is None else 0
        return self.at_least

    @property
    def is_counted(self) -> bool:
        """Whether anything is said of how often."""
        return self.at_least is not None or self.at_most is not None


class Did(_Counted):
    """An event of this name; `did_not` means at most none.

    Examples
    --------
    >>> Did(did_not="call") == Did(did="call", at_most=0)
    True
    """

    did: _Name

    @model_validator(mode="before")
    @classmethod
    def _read_denial(cls, value: object) -> object:
        if not isinstance(value, Mapping) or "did_not" not in value:
            return value
        if "did" in value or "at_least" in value or "at_most" in value:
            raise InvalidParameterError(
                en="'did_not' says never; leave out 'did', 'at_least' and 'at_most'",
                ru="did_not значит «ни разу»; уберите did, at_least и at_most",
            )
        rest = {key: part for key, part in value.items() if key != "did_not"}
        return {"did": value["did_not"], "at_most": 0, **rest}


class Had(_Counted):
    """Rows of a canonical table, such as `interactions`, `payments` or `deals`."""

    had: _Name


class Goods(Node):
    """What was bought; anything where nothing is said.

    Attributes
    ----------
    category
        Of the items, or of their products.
    product
        Its id or its name.
    """

    category: _Name | None = None
    product: _Name | None = None

    @property
    def is_anything(self) -> bool:
        """Whether every purchase counts."""
        return self.category is None and self.product is None


class Bought(_Counted):
    """Purchases, or those of them with such goods; returns are not counted."""

    bought: Goods


class Spent(Rows):
    """The sum of purchases against a value; returns are left out, and without purchases it is 0."""

    spent: Comparison
    value: StrictInt | StrictFloat

    @field_validator("value", mode="before")
    @classmethod
    def _normalize(cls, value: object) -> object:
        return normalize_literal(value)

    @field_validator("value", mode="after")
    @classmethod
    def _check(cls, value: float) -> float:
        check_literal(value)
        return value


def _choose_behavior(value: object) -> str | None:
    keys = value if isinstance(value, Mapping) else vars(value) if isinstance(value, Node) else ()
    tags = {"did": "<did>", "did_not": "<did>", "had": "<had>", "bought": "<bought>"}
    return next((tag for key, tag in tags.items() if key in keys), None)


Behavior: TypeAlias = Annotated[
    Annotated[Did, Tag("<did>")]
    | Annotated[Had, Tag("<had>")]
    | Annotated[Bought, Tag("<bought>")],
    Discriminator(_choose_behavior),
]


def _refuse_counts(steps: tuple[Behavior, ...]) -> None:
    if any(step.is_counted for step in steps):
        raise InvalidParameterError(
            en="'at_least' and 'at_most' have no meaning here; leave them out",
            ru="at_least и at_most здесь не имеют смысла; уберите их",
        )


class Occasion(Node):
    """When something happened for the first or the last time; False if it never did.

    Attributes
    ----------
    first, last
        One of them: what happened.
    op
        How the days that have passed, or the day, stand to what is said.
    days_ago
        Whole days from it to `as_of`; an event of the day before is one day ago.
    on
        The company day on which it happened.
    """

    first: Behavior | None = None
    last: Behavior | None = None
    op: Comparison
    days_ago: Annotated[int, Field(ge=0, le=LARGEST_DAYS, strict=True)] | None = None
    on: date | None = None

    @model_validator(mode="after")
    def _check_sides(self) -> "Occasion":
        if (self.first is None) == (self.last is None):
            raise InvalidParameterError(
                en="say either 'first' or 'last', and not both",
                ru="укажите либо first, либо last, но не оба",
            )
        if (self.days_ago is None) == (self.on is None):
            raise InvalidParameterError(
                en="say either 'days_ago' or 'on' (a day), and not both",
                ru="укажите либо days_ago, либо on (день), но не оба",
            )
        _refuse_counts((self.behavior,))
        return self

    @property
    def behavior(self) -> Behavior:
        """What happened."""
        found = self.last if self.first is None else self.first
        assert found is not None  # noqa: S101 - the model demands one of the two
        return found


class Sequence(Node):
    """One thing after another: each step later than the one before, all within so many days.

    Attributes
    ----------
    sequence
        Two steps or more.
    within_days
        From the first step to the last, in days of 24 hours; None for any time.
    """

    sequence: tuple[Behavior, ...] = Field(min_length=2, max_length=_MOST_STEPS)
    within_days: _Days | None = None

    @model_validator(mode="after")
    def _check_steps(self) -> "Sequence":
        _refuse_counts(self.sequence)
        return self


class Member(Node):
    """A customer of another segment, as its membership is stored."""

    segment: Annotated[StrictStr, Field(pattern=_SLUG, max_length=100)]


class Score(Node):
    """The output of a model for the customer against a value; False where there is none."""

    score: _Name
    op: Comparison
    value: StrictInt | StrictFloat

    @field_validator("value", mode="before")
    @classmethod
    def _normalize(cls, value: object) -> object:
        return normalize_literal(value)


RuleLeaf: TypeAlias = Did | Had | Bought | Spent | Occasion | Sequence | Member | Score
"""What only a rule about customers may say."""


def table_of(rows: Rows) -> str:
    """The canonical table whose rows are looked at; of goods it is that of the items."""
    if isinstance(rows, Had):
        return rows.had
    if isinstance(rows, Bought) and not rows.bought.is_anything:
        return "purchase_items"
    return "events" if isinstance(rows, Did) else "purchases"


TAGS: dict[str, str] = {
    "did": "<did>",
    "did_not": "<did>",
    "had": "<had>",
    "bought": "<bought>",
    "spent": "<spent>",
    "first": "<occasion>",
    "last": "<occasion>",
    "sequence": "<sequence>",
    "segment": "<member>",
    "score": "<score>",
}
CLASSES: dict[str, AnyType] = {
    "<did>": Did,
    "<had>": Had,
    "<bought>": Bought,
    "<spent>": Spent,
    "<occasion>": Occasion,
    "<sequence>": Sequence,
    "<member>": Member,
    "<score>": Score,
}
