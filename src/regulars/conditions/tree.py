"""The typed tree of conditions: what may be said about a row or a customer, and nothing else."""

from collections.abc import Iterator
from typing import Annotated, TypeAlias
from typing import Any as AnyType

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from regulars.conditions.behavior import (
    CLASSES,
    TAGS,
    Bought,
    Did,
    Had,
    Member,
    Occasion,
    Rows,
    RuleLeaf,
    Score,
    Sequence,
    Spent,
)
from regulars.conditions.leaves import (
    LARGEST_LIST,
    AsOfPlusDays,
    Between,
    Bound,
    Compare,
    Comparison,
    In,
    IsMissing,
    Node,
    TextMatch,
)
from regulars.errors import InvalidParameterError

__all__ = [
    "CLASS_OF_TAG",
    "KEYS",
    "LARGEST_DEPTH",
    "LARGEST_LIST",
    "LARGEST_SIZE",
    "RULE_KEYS",
    "All",
    "Any",
    "AsOfPlusDays",
    "Between",
    "Bound",
    "Compare",
    "Comparison",
    "Condition",
    "In",
    "IsMissing",
    "Not",
    "Rule",
    "TextMatch",
    "list_columns",
    "list_leaves",
    "refuse_behavior",
    "refuse_leaf",
    "walk",
]

LARGEST_DEPTH = 20
LARGEST_SIZE = 1_000


class All(Node):
    """True when every part is."""

    conditions: tuple["Rule", ...] = Field(
        validation_alias="all", serialization_alias="all", min_length=1, max_length=LARGEST_SIZE
    )

    @model_validator(mode="after")
    def _check_size(self) -> "All":
        _check_tree(self)
        return self


class Any(Node):
    """True when at least one part is."""

    conditions: tuple["Rule", ...] = Field(
        validation_alias="any", serialization_alias="any", min_length=1, max_length=LARGEST_SIZE
    )

    @model_validator(mode="after")
    def _check_size(self) -> "Any":
        _check_tree(self)
        return self


class Not(Node):
    """True when its part is not; so the opposite of a comparison is true of a missing value."""

    condition: "Rule" = Field(validation_alias="not", serialization_alias="not")

    @model_validator(mode="after")
    def _check_size(self) -> "Not":
        _check_tree(self)
        return self


_ROW_TAGS = {
    "all": "<all>",
    "any": "<any>",
    "not": "<not>",
    "between": "<between>",
    "in": "<in>",
    "is_missing": "<missing>",
    "text": "<text>",
    "op": "<compare>",
}
# What a customer did comes first: it may have `between` and `op`, too.
_TAG_OF_KEY = {**TAGS, **_ROW_TAGS}
CLASS_OF_TAG: dict[str, AnyType] = {
    "<all>": All,
    "<any>": Any,
    "<not>": Not,
    "<between>": Between,
    "<in>": In,
    "<missing>": IsMissing,
    "<text>": TextMatch,
    "<compare>": Compare,
    **CLASSES,
}
_TAG_OF_CLASS = {cls: tag for tag, cls in CLASS_OF_TAG.items()}
KEYS = tuple(_ROW_TAGS)
"""By which the kinds of conditions about a row are told apart."""
RULE_KEYS = (*TAGS, *KEYS)
"""By which the kinds of conditions about a customer are told apart."""


def _choose_class(value: object) -> str | None:
    if isinstance(value, dict):
        return next((tag for key, tag in _TAG_OF_KEY.items() if key in value), None)
    return _TAG_OF_CLASS.get(type(value))


Rule: TypeAlias = Annotated[
    Annotated[Compare, Tag("<compare>")]
    | Annotated[Between, Tag("<between>")]
    | Annotated[In, Tag("<in>")]
    | Annotated[IsMissing, Tag("<missing>")]
    | Annotated[TextMatch, Tag("<text>")]
    | Annotated[All, Tag("<all>")]
    | Annotated[Any, Tag("<any>")]
    | Annotated[Not, Tag("<not>")]
    | Annotated[Did, Tag("<did>")]
    | Annotated[Had, Tag("<had>")]
    | Annotated[Bought, Tag("<bought>")]
    | Annotated[Spent, Tag("<spent>")]
    | Annotated[Occasion, Tag("<occasion>")]
    | Annotated[Sequence, Tag("<sequence>")]
    | Annotated[Member, Tag("<member>")]
    | Annotated[Score, Tag("<score>")],
    Discriminator(_choose_class),
]
"""A condition about a customer: columns and features, behavior, scores and other segments."""


def refuse_behavior(condition: "Rule") -> "Rule":
    """The condition itself, if it speaks of nothing but columns of one row."""
    for leaf in list_leaves(condition):
        if isinstance(leaf, RuleLeaf):
            raise refuse_leaf(leaf)
    return condition


def refuse_leaf(leaf: RuleLeaf) -> InvalidParameterError:
    """What to say when a row is asked what only a customer can answer."""
    tag = _TAG_OF_CLASS[type(leaf)]
    key = next(key for key, own in TAGS.items() if own == tag)
    return InvalidParameterError(
        en=f"'{key}' asks about a customer, and here stands a condition about one row;"
        " it belongs in the rule of a segment",
        ru=f"«{key}» спрашивает о клиенте, а здесь условие на одну строку;"
        " ему место в правиле сегмента",
    )


Condition: TypeAlias = Annotated[Rule, AfterValidator(refuse_behavior)]
"""One condition about a row; a field of this type accepts the table form of JSON and TOML."""

for _branch in (All, Any, Not):
    _branch.model_rebuild()
for _leaf in (Rows, Did, Had, Bought, Spent, Occasion, Sequence):
    _leaf.model_rebuild(force=True, _types_namespace={"Condition": Condition})


def walk(condition: "Rule") -> Iterator[tuple[int, "Rule"]]:
    """Every node with its depth (the root is 1), parents first, in the order written."""
    waiting = [(1, condition)]
    while waiting:
        depth, node = waiting.pop()
        yield depth, node
        if isinstance(node, All | Any):
            waiting.extend((depth + 1, part) for part in reversed(node.conditions))
        elif isinstance(node, Not):
            waiting.append((depth + 1, node.condition))


def list_leaves(condition: "Rule") -> list["Rule"]:
    """The nodes that are not `all`, `any` or `not`, in the order written."""
    return [node for _, node in walk(condition) if not isinstance(node, All | Any | Not)]


def _check_tree(condition: "Rule") -> None:
    for size, (depth, _) in enumerate(walk(condition), start=1):
        if depth > LARGEST_DEPTH:
            raise InvalidParameterError(
                en=f"conditions are nested deeper than {LARGEST_DEPTH} levels",
                ru=f"условия вложены глубже {LARGEST_DEPTH} уровней",
            )
        if size > LARGEST_SIZE:
            raise InvalidParameterError(
                en=f"there are more than {LARGEST_SIZE} conditions in one tree",
                ru=f"в одном дереве больше {LARGEST_SIZE} условий",
            )


def list_columns(condition: "Rule") -> tuple[str, ...]:
    """Names of the columns that `condition` looks at, in the order they are named.

    Examples
    --------
    >>> list_columns(Compare(column="ended_on", op="<", other="started_on"))
    ('ended_on', 'started_on')
    """
    names: dict[str, None] = {}
    for leaf in list_leaves(condition):
        if isinstance(leaf, Compare | Between | In | IsMissing | TextMatch):
            names[leaf.column] = None
        if isinstance(leaf, Compare) and leaf.other is not None:
            names[leaf.other] = None
    return tuple(names)
