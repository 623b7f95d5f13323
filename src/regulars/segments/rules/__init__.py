"""Segments by a rule: who belongs, how many, why, and what is wrong with the rule."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.segments.rules.check import BoundFlips, RuleCheck, check_rule
    from regulars.segments.rules.compile import CompiledRule, RuleSources, compile_rule
    from regulars.segments.rules.count import ClauseCount, SegmentCount, count_members
    from regulars.segments.rules.flaws import RuleFlaw
    from regulars.segments.rules.refresh import refresh_members
    from regulars.segments.rules.why import MembershipReason, ReasonClause, explain_membership

__all__ = [
    "BoundFlips",
    "ClauseCount",
    "CompiledRule",
    "MembershipReason",
    "ReasonClause",
    "RuleCheck",
    "RuleFlaw",
    "RuleSources",
    "SegmentCount",
    "check_rule",
    "compile_rule",
    "count_members",
    "explain_membership",
    "refresh_members",
]

_LAZY = {
    "BoundFlips": "check",
    "ClauseCount": "count",
    "CompiledRule": "compile",
    "MembershipReason": "why",
    "ReasonClause": "why",
    "RuleCheck": "check",
    "RuleFlaw": "flaws",
    "RuleSources": "compile",
    "SegmentCount": "count",
    "check_rule": "check",
    "compile_rule": "compile",
    "count_members": "count",
    "explain_membership": "why",
    "refresh_members": "refresh",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
