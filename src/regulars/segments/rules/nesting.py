"""Segments that stand on other segments: their members are found first, in order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from regulars.features import AsOf
from regulars.features.rows import CUSTOMER
from regulars.segments.history.manual import apply_choices
from regulars.segments.rules.compile import compile_rule
from regulars.segments.rules.definition import order_segments

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from regulars.conditions import Rule
    from regulars.segments.rules.compile import RuleSources
    from regulars.segments.rules.definition import SegmentDefinition

__all__ = ["add_memberships"]


def add_memberships(
    rule: Rule,
    sources: RuleSources,
    definitions: Mapping[str, SegmentDefinition],
    *,
    as_of: AsOf,
    choices: Mapping[str, pa.Table] | None = None,
) -> RuleSources:
    """The sources with the members of every segment that a rule stands on.

    Parameters
    ----------
    rule
        Which speaks of other segments.
    sources
        What rules are computed from; members that are stored there already are taken as they are.
    definitions
        All segments by name.
    as_of
        First day that must not be seen; of a static segment that is its own day.
    choices
        By segment what was chosen by hand, over what its rule says: see `make_choices`.

    Raises
    ------
    UnknownNameError, DefinitionError
        As `order_segments` does.
    """
    import ibis
    import pyarrow as pa

    known = sources
    for segment in order_segments(rule, definitions):
        if segment.name in known.memberships:
            continue
        day = AsOf(segment.frozen_on, as_of.zone) if segment.frozen_on else as_of
        members = compile_rule(segment.rule, known, as_of=day).members.to_pyarrow()
        ids = members[CUSTOMER].combine_chunks()
        if choices and segment.name in choices:
            ids = apply_choices(ids, choices[segment.name])
        found = {segment.name: ibis.memtable(pa.table({CUSTOMER: ids}))}
        known = replace(known, memberships={**known.memberships, **found})
    return known
