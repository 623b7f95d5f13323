"""A rule or a segment as it is asked now: by its rule, and over that what was chosen by hand."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regulars.errors import UnknownNameError
from regulars.schema.wording import Wording
from regulars.segments.history.manual import apply_choices, make_choices
from regulars.segments.rules import compile_rule, explain_membership
from regulars.segments.rules.definition import order_segments
from regulars.segments.rules.nesting import add_memberships
from regulars.workspace.membership_log import open_membership_log
from regulars.workspace.rule_sources import open_rule_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import pyarrow as pa

    from regulars.conditions import Rule
    from regulars.features import AsOf
    from regulars.schema.wording import Language
    from regulars.segments.rules import MembershipReason, RuleSources, SegmentCount
    from regulars.segments.rules.definition import SegmentDefinition
    from regulars.workspace.folder import Workspace
    from regulars.workspace.membership_log import MembershipLog

__all__ = ["AskedRule", "ManualCount", "open_asked_rule"]

_IN = Wording(en="In the segment by hand{}.", ru="В сегменте вручную{}.")
_OUT = Wording(en="Not in the segment, by hand{}.", ru="Не в сегменте, вручную{}.")
_UNTIL = Wording(en=", until {}", ru=", до {} включительно")
_BY_RULE = Wording(en="By the rule: {}", ru="По правилу: {}")


@dataclass(frozen=True, slots=True)
class ManualCount:
    """What was chosen by hand, beside what the rule says.

    Attributes
    ----------
    included, excluded
        How many customers were chosen in, and out.
    members
        How many belong to the segment with them; None for a sample.
    """

    included: int
    excluded: int
    members: int | None


@dataclass(frozen=True, slots=True)
class AskedRule:
    """What is asked, and what it is computed from.

    Attributes
    ----------
    rule, sources
        As `compile_rule` takes them.
    day
        First day that is not seen.
    choices
        What was chosen by hand: see `make_choices`.
    frozen
        Members by the rule that are stored for good: of a static segment.
    """

    rule: Rule
    sources: RuleSources
    day: AsOf
    choices: pa.Table
    frozen: pa.Array | None = None

    def find_members(self) -> pa.Table:
        """The members, with what was chosen by hand: `customer_id`, in order."""
        import pyarrow as pa

        members = self.frozen
        if members is None:
            found = compile_rule(self.rule, self.sources, as_of=self.day).members.to_pyarrow()
            members = found["customer_id"].combine_chunks()
        return pa.table({"customer_id": apply_choices(members, self.choices)}).sort_by(
            "customer_id"
        )

    def count_choices(self, count: SegmentCount) -> ManualCount | None:
        """What was chosen by hand beside a count by the rule; None where nothing was."""
        import ibis
        import pyarrow as pa

        choices = self.choices.to_pylist()
        if not choices:
            return None
        included = {one["customer_id"] for one in choices if one["choice"] == "include"}
        excluded = {one["customer_id"] for one in choices} - included
        if not count.is_exact:
            return ManualCount(len(included), len(excluded), None)
        asked = pa.table({"customer_id": pa.array(sorted(included | excluded), pa.string())})
        compiled = compile_rule(
            self.rule, self.sources, as_of=self.day, customers=ibis.memtable(asked)
        )
        holds = set(compiled.members.to_pyarrow()["customer_id"].to_pylist())
        members = count.members + len(included - holds) - len(excluded & holds)
        return ManualCount(len(included), len(excluded), members)

    def explain(self, customer_id: str, *, language: Language) -> MembershipReason:
        """Why a customer belongs or does not: see `explain_membership`; a choice by hand decides."""
        found = explain_membership(
            self.rule, self.sources, customer_id, as_of=self.day, language=language
        )
        chosen = [one for one in self.choices.to_pylist() if one["customer_id"] == customer_id]
        if not chosen:
            return found
        (choice,) = chosen
        until = choice["until_on"]
        end = "" if until is None else _UNTIL.to(language).format(until)
        is_member = choice["choice"] == "include"
        told = (_IN if is_member else _OUT).to(language).format(end)
        by_rule = _BY_RULE.to(language).format(found.sentence[:1].lower() + found.sentence[1:])
        return replace(found, is_member=is_member, sentence=f"{told} {by_rule}", changes=())


@contextmanager
def open_asked_rule(
    workspace: Workspace,
    asked: Rule | str,
    *,
    as_of: date | None = None,
    buckets: int | None = None,
) -> Iterator[AskedRule]:
    """A rule, or the segment of a name, as it is asked in a workspace.

    Parameters
    ----------
    workspace
        Whose lake, segments and choices.
    asked
        The rule, or the name of a segment.
    as_of
        First day that must not be seen; of a static segment it is its own.
    buckets
        Open the customers of the first so many of 64 buckets only; None for everybody.

    Raises
    ------
    UnknownNameError
        When there is no such segment.
    """
    known = workspace.segments.read_all()
    if isinstance(asked, str) and asked not in known:
        raise UnknownNameError("segment", asked, known, ru="сегмента")
    segment = known[asked] if isinstance(asked, str) else None
    rule = segment.rule if segment else asked
    assert not isinstance(rule, str)  # noqa: S101 - a name was looked up above
    own_day = segment.frozen_on if segment else None
    opened = open_rule_sources(workspace, as_of=own_day or as_of, buckets=buckets)
    with opened as (sources, day), open_membership_log(workspace) as log:
        used = order_segments(rule, known)
        chosen = {one.name: log.read_choices(one.name, on=day.day) for one in used}
        sources = _add_frozen(sources, used, log, day.day)
        sources = add_memberships(rule, sources, known, as_of=day, choices=chosen)
        if segment is None:
            yield AskedRule(rule, sources, day, make_choices())
            return
        on = day.day
        if own_day is not None and as_of is None and log.has_choices(segment.name):
            # The day of a static segment is past; what was chosen since stands over its members.
            with open_rule_sources(workspace) as (_, present):
                on = present.day
        choices = log.read_choices(segment.name, on=on)
        yield AskedRule(rule, sources, day, choices, _find_frozen(segment, log))


def _add_frozen(
    sources: RuleSources, used: Sequence[SegmentDefinition], log: MembershipLog, on: date
) -> RuleSources:
    """The sources with the stored members of static segments, which are not looked up again."""
    stored = [one.name for one in used if _find_frozen(one, log) is not None]
    return log.add_memberships(sources, stored, on=on) if stored else sources


def _find_frozen(segment: SegmentDefinition, log: MembershipLog) -> pa.Array | None:
    """The stored members of a static segment by its rule as it is; None where there are none."""
    made = [one.rule_version for one in log.list_refreshes(segment.name)]
    if segment.frozen_on is None or segment.version not in made:
        return None
    return log.read_members(segment.name, on=segment.frozen_on)
