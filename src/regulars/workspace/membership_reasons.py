"""Why customers entered or left: time alone, new rows, another rule, or a choice by hand."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from regulars.conditions import Score
from regulars.conditions.tree import list_leaves
from regulars.errors import (
    InvalidParameterError,
    NotFoundError,
    UnknownColumnError,
    UnknownNameError,
)
from regulars.features import AsOf
from regulars.segments.history.changes import ChangeReason, explain_moves
from regulars.segments.history.manual import apply_choices
from regulars.segments.rules import compile_rule
from regulars.workspace.rule_sources import open_earlier_sources

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    import pyarrow as pa

    from regulars.segments.rules import RuleSources
    from regulars.segments.rules.definition import SegmentDefinition
    from regulars.workspace.folder import Workspace
    from regulars.workspace.membership_log import MembershipLog, Refresh

__all__ = ["CANNOT_BE_ASKED", "MoveReasons"]

CANNOT_BE_ASKED = (UnknownNameError, UnknownColumnError, NotFoundError, InvalidParameterError)
"""What is raised when a rule speaks of what is not there."""


class MoveReasons:
    """Tells the reasons apart by going from one refresh to the next in steps.

    First only days pass, over the rows that were seen then; then the rows come; then the rule
    becomes another one; then the choices by hand. The last step that turned the answer is the reason.
    What happened in other segments, on which this one stands, happens in the step of its own reason.

    Parameters
    ----------
    workspace
        Whose lake.
    sources
        What rules are computed from now.
    zone
        Time zone of the company.
    """

    def __init__(self, workspace: Workspace, sources: RuleSources, zone: str) -> None:
        self._workspace, self._sources, self._zone = workspace, sources, zone
        self._stack = ExitStack()
        self._earlier: dict[tuple[object, ...], RuleSources] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def explain(
        self,
        log: MembershipLog,
        moved: pa.Array,
        before: pa.Array,
        members: pa.Array,
        *,
        by_rule: pa.Array | None = None,
        first: Refresh | None,
        last: Refresh,
    ) -> pa.Array:
        """Why each entered or left.

        Parameters
        ----------
        log
            What is stored, with what is about to be.
        moved
            The ids of those who entered or left.
        before, members
            The members at the two refreshes.
        by_rule
            The members at the last refresh by the rule alone; None where they are not known.
        first, last
            The refreshes; without a first one the rule is new, and that is the reason.
        """
        import pyarrow as pa

        if first is None:
            return pa.array(["rule"] * len(moved), pa.string())
        if not len(moved):
            return pa.array([], pa.string())
        chosen = log.read_choices(last.segment, on=first.effective_on, known_by=first.known_at)
        steps = [
            (reason, apply_choices(found, chosen))
            for reason, found in self._ask_in_steps(log, moved, by_rule, first, last)
        ]
        return explain_moves(moved, before, [*steps, ("manual", members)])

    def _ask_in_steps(
        self,
        log: MembershipLog,
        moved: pa.Array,
        by_rule: pa.Array | None,
        first: Refresh,
        last: Refresh,
    ) -> list[tuple[ChangeReason, pa.Array]]:
        """For whom of those who moved the rule holds after each step but that of the choices."""
        was, now = (self._read(one) for one in (first, last))
        if now.is_static and was.version == now.version:
            # Its rule was asked once, and is not asked again.
            return []
        steps: list[tuple[ChangeReason, SegmentDefinition, RuleSources]] = []
        asks_scores = any(isinstance(leaf, Score) for leaf in list_leaves(was.rule))
        # What the scores were then is not kept: what they did is told with the rows.
        if last.effective_on > first.effective_on and not asks_scores:
            steps.append(("time", was, self._open_earlier(first)))
        found: list[tuple[ChangeReason, pa.Array]] = []
        passed: list[ChangeReason] = []
        if by_rule is None or was.version != now.version or now.list_used():
            steps += [("data", was, self._sources), ("rule", now, self._sources)]
        for reason, segment, sources in steps:
            passed.append(reason)
            known = log.add_memberships(
                sources, segment.list_used(), on=last.effective_on, since=first, reasons=passed
            )
            members = self._ask(segment, known, moved, AsOf(last.effective_on, self._zone))
            if members is not None:
                found.append((reason, members))
        if by_rule is not None and "data" not in passed:
            # The rule is the same, and stands on nothing: what is left of it are the rows.
            found.append(("data", by_rule))
        return found

    def _ask(
        self, segment: SegmentDefinition, sources: RuleSources, moved: pa.Array, day: AsOf
    ) -> pa.Array | None:
        """For whom a rule holds; None where what it speaks of was not there, or is no more."""
        import ibis
        import pyarrow as pa

        asked = ibis.memtable(pa.table({"customer_id": moved}))
        if segment.frozen_on is not None:
            day = AsOf(segment.frozen_on, self._zone)
        try:
            members = compile_rule(segment.rule, sources, as_of=day, customers=asked).members
        except CANNOT_BE_ASKED:
            return None
        return members.to_pyarrow()["customer_id"].combine_chunks()

    def _read(self, refresh: Refresh) -> SegmentDefinition:
        return self._workspace.segments.get(refresh.segment, refresh.rule_version)

    def _open_earlier(self, refresh: Refresh) -> RuleSources:
        """The rows that a refresh saw, and no others."""
        key = (refresh.data_load_id, refresh.effective_on, refresh.told_on)
        if key not in self._earlier:
            opened = open_earlier_sources(
                self._workspace,
                load_id=refresh.data_load_id,
                as_of=AsOf(refresh.effective_on, self._zone),
                told_until=AsOf(refresh.told_on, self._zone),
            )
            self._earlier[key] = self._stack.enter_context(opened)
        return self._earlier[key]
