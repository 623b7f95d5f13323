"""Who entered and left segments, and when: the members of any day, and what changed."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.segments.history.changes import REASONS, ChangeReason, see_members
    from regulars.segments.history.difference import Difference, compare_days
    from regulars.segments.history.migration import Migration, count_migration
    from regulars.segments.history.overlap import Overlap, measure_overlap
    from regulars.segments.history.trend import SizePoint, trace_sizes

__all__ = [
    "REASONS",
    "ChangeReason",
    "Difference",
    "Migration",
    "Overlap",
    "SizePoint",
    "compare_days",
    "count_migration",
    "measure_overlap",
    "see_members",
    "trace_sizes",
]

_LAZY = {
    "REASONS": "changes",
    "ChangeReason": "changes",
    "Difference": "difference",
    "Migration": "migration",
    "Overlap": "overlap",
    "SizePoint": "trend",
    "compare_days": "difference",
    "count_migration": "migration",
    "measure_overlap": "overlap",
    "see_members": "changes",
    "trace_sizes": "trend",
}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
