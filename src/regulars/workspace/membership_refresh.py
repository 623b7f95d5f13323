"""One refresh: the members of segments as of a day, and why each came or left since the last time."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from regulars import __version__
from regulars.conditions import Score
from regulars.conditions.tree import list_leaves
from regulars.features import AsOf
from regulars.schema.wording import Wording
from regulars.segments.history.changes import REASONS, make_changes
from regulars.segments.history.manual import apply_choices, make_choices
from regulars.segments.rules import compile_rule, refresh_members
from regulars.workspace.changed_customers import (
    counts_the_same_customers,
    find_changed_customers,
    find_data_load,
    find_expired,
)
from regulars.workspace.membership_log import MembershipLog, Refresh
from regulars.workspace.membership_reasons import CANNOT_BE_ASKED, MoveReasons
from regulars.workspace.runs import find_last_as_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

    import pyarrow as pa

    from regulars.conditions import Rule
    from regulars.segments.rules import RuleSources
    from regulars.segments.rules.definition import SegmentDefinition
    from regulars.workspace.folder import Workspace

__all__ = ["RefreshedSegment", "Refreshing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshedSegment:
    """What became of the members of one segment: before + came - left = members.

    Attributes
    ----------
    name, version
        Which segment, by which version of it.
    as_of
        The first day that was not seen.
    before, members
        How many there were on that day by what was stored, and how many there are.
    came, left
        How many, by reason.
    is_new
        Whether anything was looked up: not where nothing has happened since the last time.
    complaint
        Why it could not be looked up; None where it could.
    """

    name: str
    version: str
    as_of: date
    before: int
    members: int
    came: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    is_new: bool = True
    complaint: Wording | None = None


class Refreshing:
    """Members of several segments, looked up one after the other; nothing is written.

    Parameters
    ----------
    workspace
        Whose segments.
    sources
        What rules are computed from.
    log
        What is stored of memberships.
    day
        First day that is not seen.
    told_on
        States that were told before this day count as known.

    Attributes
    ----------
    done
        What became of each segment.
    made
        The refreshes to be written.
    changes
        The changes to be written, a table a refresh.
    """

    def __init__(
        self,
        workspace: Workspace,
        sources: RuleSources,
        log: MembershipLog,
        *,
        day: AsOf,
        told_on: date,
    ) -> None:
        self._workspace, self._sources, self._log = workspace, sources, log
        self._day, self._told_on = day, told_on
        self._changed: dict[str, pa.Array | None] = {}
        self._stack = ExitStack()
        self._data_load_id = find_data_load(workspace.lake.list_loads()).load_id
        self.done: list[RefreshedSegment] = []
        self.made: list[Refresh] = []
        self.changes: list[pa.Table] = []

    def __enter__(self) -> Self:
        self._reasons = self._stack.enter_context(
            MoveReasons(self._workspace, self._sources, self._day.zone)
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @cached_property
    def now(self) -> datetime:
        """The moment of this refresh: later than that of any other, whatever the clock says."""
        return self._log.find_moment()

    def refresh(self, segment: SegmentDefinition) -> None:
        """Look up the members of a segment; those it stands on come first."""
        self._workspace.segments.keep_version(segment)
        if segment.frozen_on is None:
            self._apply(segment, self._day)
            return
        made = self._log.list_refreshes(segment.name)
        if not any(one.rule_version == segment.version for one in made):
            self._apply(segment, AsOf(segment.frozen_on, self._day.zone))
        if self._log.has_choices(segment.name) and segment.frozen_on < self._day.day:
            # What was chosen later stands over the members of the day, and does not replace them.
            self._apply(segment, self._day)
        elif not self.done or self.done[-1].name != segment.name:
            self._skip(segment, AsOf(segment.frozen_on, self._day.zone))

    def refresh_if_possible(self, segment: SegmentDefinition) -> None:
        """The same; where its rule cannot be asked, that is noted, and the others go on."""
        failed = [one.name for one in self.done if one.complaint]
        below = [name for name in segment.list_used() if name in failed]
        try:
            if not below:
                self.refresh(segment)
                return
            complaint = Wording(
                en=f"It stands on {', '.join(below)}, which could not be looked up.",
                ru=f"Он опирается на {', '.join(below)}, а состав определить не удалось.",
            )
        except CANNOT_BE_ASKED as error:
            complaint = Wording(en=error.en, ru=error.ru)
        self._skip(segment, self._day, complaint=complaint)

    def _skip(
        self, segment: SegmentDefinition, day: AsOf, *, complaint: Wording | None = None
    ) -> None:
        count = len(self._log.read_members(segment.name, on=day.day))
        self.done.append(
            RefreshedSegment(
                name=segment.name,
                version=segment.version,
                as_of=day.day,
                before=count,
                members=count,
                is_new=False,
                complaint=complaint,
            )
        )

    def _apply(self, segment: SegmentDefinition, day: AsOf) -> None:
        choices = self._log.read_choices(segment.name, on=day.day)
        if day.day == segment.frozen_on:
            choices = make_choices()
        refresh = self._note(segment, day, choices)
        made = self._log.list_refreshes(segment.name)
        again = [one for one in made if one.effective_on == day.day]
        if again and again[-1].inputs == refresh.inputs:
            self._skip(segment, day)
            return
        previous = self._log.find_refresh(segment.name, on=day.day)
        before = self._log.read_members(segment.name, on=day.day)
        by_rule = self._evaluate(segment, day, previous)
        members = apply_choices(by_rule, choices)
        came, left = subtract(members, before), subtract(before, members)
        moved = join((came, left))
        reasons = self._reasons.explain(
            self._log, moved, before, members, by_rule=by_rule, first=previous, last=refresh
        )
        changes = _tabulate(refresh, came, left, reasons)
        self._log = self._log.add(self._restore(changes, refresh), refresh)
        self.made.append(refresh)
        told = reasons.to_pylist()
        entered, gone = Counter(told[: len(came)]), Counter(told[len(came) :])
        self.done.append(
            RefreshedSegment(
                name=segment.name,
                version=segment.version,
                as_of=day.day,
                before=len(before),
                members=len(members),
                came={reason: entered[reason] for reason in REASONS if entered[reason]},
                left={reason: gone[reason] for reason in REASONS if gone[reason]},
            )
        )

    def _restore(self, changes: pa.Table, refresh: Refresh) -> pa.Table:
        """The changes, and after them those that leave the next day that was looked up as it is."""
        import pyarrow as pa

        following = self._log.find_following(refresh.segment, after=refresh.effective_on)
        if following is not None and len(changes):
            name, on = refresh.segment, following.effective_on
            told = self._log.read_members(name, on=on)
            grown = self._log.add(changes, refresh)
            now = grown.read_members(name, on=on)
            back, gone = subtract(told, now), subtract(now, told)
            again = replace(following, known_at=refresh.known_at)
            before = grown.read_members(name, on=refresh.effective_on)
            reasons = self._reasons.explain(
                grown, join((back, gone)), before, told, first=refresh, last=again
            )
            changes = pa.concat_tables([changes, _tabulate(again, back, gone, reasons)])
        self.changes.append(changes)
        return changes

    # How members are found -------------------------------------------------------------------

    def _evaluate(
        self, segment: SegmentDefinition, day: AsOf, previous: Refresh | None
    ) -> pa.Array:
        """The members by the rule alone."""
        import ibis

        name, rule = segment.name, segment.rule
        if segment.frozen_on is not None and day.day > segment.frozen_on:
            return self._log.read_members(name, on=segment.frozen_on)
        used = segment.list_used()
        sources = self._log.add_memberships(self._sources, used, on=day.day)
        changed = self._find_changed(segment, day, previous)
        if previous is None or changed is None:
            found = compile_rule(rule, sources, as_of=day).members
        else:
            chosen = self._log.read_choices(
                name, on=previous.effective_on, known_by=previous.known_at
            )["customer_id"].combine_chunks()
            base = subtract(self._log.read_members(name, on=previous.effective_on), chosen)
            found = refresh_members(
                rule,
                sources,
                ibis.memtable(_as_table(base)),
                before=AsOf(previous.effective_on, day.zone),
                as_of=day,
                changed=ibis.memtable(_as_table(join((*changed, chosen)))),
            )
        return found.to_pyarrow()["customer_id"].combine_chunks()

    def _find_changed(
        self, segment: SegmentDefinition, day: AsOf, previous: Refresh | None
    ) -> tuple[pa.Array, ...] | None:
        """Whom the refresh has to ask beside those whom time moves; None for everybody."""
        if previous is None or not self._continues(segment, day, previous):
            return None
        since, before = previous.data_load_id, AsOf(previous.effective_on, day.zone)
        lake, tables = self._workspace.lake, self._sources.tables
        if since not in self._changed:
            self._changed[since] = find_changed_customers(lake, tables, since=since)
        rows = self._changed[since]
        if rows is None:
            return None
        if not counts_the_same_customers(lake, tables, since=since, day=before):
            return None
        return (
            rows,
            find_expired(tables, before=before, as_of=day),
            self._log.list_moved(segment.list_used(), since=previous),
        )

    def _continues(self, segment: SegmentDefinition, day: AsOf, previous: Refresh) -> bool:
        """Whether the members of the last time are a beginning: by the same rule, seen the same way."""
        if previous.rule_version != segment.version or previous.made_by != self._made_by:
            return False
        if _asks_scores(segment.rule):
            # Every analysis scores everybody anew.
            return False
        told = previous.told_on
        if told == self._told_on:
            return True
        was_told_all = AsOf(told, day.zone).instant > previous.known_at
        has_moved = day.day > previous.effective_on
        return told < self._told_on and (has_moved or was_told_all)

    # What they are found from ----------------------------------------------------------------

    @cached_property
    def _made_by(self) -> str:
        return _fingerprint([__version__, self._workspace.read_definitions("feature")])

    def _note(self, segment: SegmentDefinition, day: AsOf, choices: pa.Table) -> Refresh:
        """What a refresh of this segment is made from."""
        stands_on = [
            one.inputs if (one := self._log.find_refresh(name, on=day.day)) else None
            for name in segment.list_used()
        ]
        inputs: list[object] = [segment.version, self._made_by, self._data_load_id, stands_on]
        moments = choices["known_at"].to_pylist()
        # Never of the ids: whoever knows one could find out whether it is meant.
        inputs.append([len(moments), str(max(moments, default=""))])
        if _asks_scores(segment.rule):
            inputs.append(self._say_scores())
        return Refresh(
            segment=segment.name,
            rule_version=segment.version,
            effective_on=day.day,
            told_on=max(self._told_on, day.day),
            data_load_id=self._data_load_id,
            made_by=self._made_by,
            inputs=_fingerprint(inputs),
            known_at=self.now,
        )

    def _say_scores(self) -> list[str]:
        folder = self._workspace.results_folder
        files = [one.stat() for one in folder.glob("customers.parquet")]
        scored = find_last_as_of(self._workspace.folder / "runs")
        return [str(scored), *(f"{one.st_size} {one.st_mtime_ns}" for one in files)]


def _asks_scores(rule: Rule) -> bool:
    return any(isinstance(leaf, Score) for leaf in list_leaves(rule))


def _fingerprint(parts: object) -> str:
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def subtract(ids: pa.Array, others: pa.Array) -> pa.Array:
    """Those of `ids` that are not among the others."""
    import pyarrow.compute as pc

    return ids.filter(pc.invert(pc.is_in(ids, value_set=others)))


def join(parts: tuple[pa.Array, ...]) -> pa.Array:
    """All ids of several arrays."""
    import pyarrow as pa

    return pa.concat_arrays([one.cast(pa.string()) for one in parts])


def _as_table(ids: pa.Array) -> pa.Table:
    import pyarrow as pa

    return pa.table({"customer_id": ids.cast(pa.string())})


def _tabulate(refresh: Refresh, came: pa.Array, left: pa.Array, reasons: pa.Array) -> pa.Table:
    import pyarrow as pa

    count = len(came) + len(left)
    columns = {
        "customer_id": join((came, left)),
        "segment": [refresh.segment] * count,
        "rule_version": [refresh.rule_version] * count,
        "effective_on": [refresh.effective_on] * count,
        "entered": [True] * len(came) + [False] * len(left),
        "reason": reasons,
        "known_at": [refresh.known_at] * count,
    }
    return pa.table(columns, schema=make_changes().schema)
