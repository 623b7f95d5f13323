"""Segments by a rule: who belongs, how many, why, and what is wrong with the rule."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.segments.rules.compile import CompiledRule, RuleSources, compile_rule

__all__ = ["CompiledRule", "RuleSources", "compile_rule"]

_LAZY = {"CompiledRule": "compile", "RuleSources": "compile", "compile_rule": "compile"}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
