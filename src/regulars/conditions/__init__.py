"""One typed tree of conditions about a row or a customer: computed, read, explained."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.conditions.behavior import (
        Bought,
        Did,
        Goods,
        Had,
        Member,
        Occasion,
        Score,
        Sequence,
        Spent,
    )
    from regulars.conditions.compile import compile_condition
    from regulars.conditions.explain import Explanation, explain_condition
    from regulars.conditions.loading import (
        condition_to_dict,
        explain_definition_error,
        load_condition,
        load_rule,
        version_of,
    )
    from regulars.conditions.reading import read_condition
    from regulars.conditions.tree import (
        All,
        Any,
        AsOfPlusDays,
        Between,
        Compare,
        Condition,
        In,
        IsMissing,
        Not,
        Rule,
        TextMatch,
        list_columns,
    )

__all__ = [
    "All",
    "Any",
    "AsOfPlusDays",
    "Between",
    "Bought",
    "Compare",
    "Condition",
    "Did",
    "Explanation",
    "Goods",
    "Had",
    "In",
    "IsMissing",
    "Member",
    "Not",
    "Occasion",
    "Rule",
    "Score",
    "Sequence",
    "Spent",
    "TextMatch",
    "compile_condition",
    "condition_to_dict",
    "explain_condition",
    "explain_definition_error",
    "list_columns",
    "load_condition",
    "load_rule",
    "read_condition",
    "version_of",
]

_MODULES = {
    "compile": ("compile_condition",),
    "explain": ("Explanation", "explain_condition"),
    "loading": (
        "condition_to_dict",
        "explain_definition_error",
        "load_condition",
        "load_rule",
        "version_of",
    ),
    "behavior": (
        "Bought",
        "Did",
        "Goods",
        "Had",
        "Member",
        "Occasion",
        "Score",
        "Sequence",
        "Spent",
    ),
    "reading": ("read_condition",),
}
_LAZY = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    # PEP 562: Ibis loads when a condition is computed, not when a definition is read.
    if name not in __all__:
        raise AttributeError(f"module 'regulars.conditions' has no attribute '{name}'")
    return getattr(import_module(f"regulars.conditions.{_LAZY.get(name, 'tree')}"), name)
