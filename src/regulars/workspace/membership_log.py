"""The stored memberships of a workspace: changes, refreshes and what was chosen by hand."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from regulars.errors import NotFoundError, suggest
from regulars.segments.history.changes import make_changes, see_members
from regulars.segments.history.manual import make_choices, see_choices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import ibis
    import pyarrow as pa
    from ibis.backends.duckdb import Backend

    from regulars.segments.rules import RuleSources
    from regulars.workspace.folder import Workspace

__all__ = ["CHANGES", "CHOICES", "REFRESHES", "MembershipLog", "Refresh", "open_membership_log"]

CHANGES, REFRESHES, CHOICES = "membership_changes", "segment_refreshes", "manual_memberships"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """One time the members of a segment were looked up.

    Attributes
    ----------
    segment, rule_version
        Of which rule.
    effective_on
        As of which day: the first one that was not seen.
    told_on
        States that were told before this day counted as known.
    data_load_id
        The load after which the lake was read.
    made_by
        A fingerprint of the program and of the features it knew.
    inputs
        A fingerprint of everything that the answer was made from.
    known_at
        When, UTC.
    """

    segment: str
    rule_version: str
    effective_on: date
    told_on: date
    data_load_id: str
    made_by: str
    inputs: str
    known_at: datetime


@dataclass(frozen=True, slots=True)
class MembershipLog:
    """What is stored of memberships.

    Attributes
    ----------
    backend
        Which computes.
    changes
        Who entered and left: see `make_changes`.
    choices
        Who was taken in or out by hand: see `make_choices`.
    refreshes
        When members were looked up, in the order in which they were.
    """

    backend: Backend
    changes: ibis.Table
    choices: ibis.Table
    refreshes: tuple[Refresh, ...]

    def list_refreshes(
        self, segment: str, *, known_by: datetime | None = None
    ) -> tuple[Refresh, ...]:
        """Those of one segment, in the order in which they were made."""
        return tuple(
            one
            for one in self.refreshes
            if one.segment == segment and (known_by is None or one.known_at <= known_by)
        )

    def find_refresh(
        self, segment: str, *, on: date, known_by: datetime | None = None
    ) -> Refresh | None:
        """The refresh that says who belonged to a segment on a day; None before the first one."""
        past = [
            one for one in self.list_refreshes(segment, known_by=known_by) if one.effective_on <= on
        ]
        return max(past, key=lambda one: (one.effective_on, one.known_at), default=None)

    def get_refresh(self, segment: str, *, on: date, known_by: datetime | None = None) -> Refresh:
        """The same; raises `NotFoundError` where there is none."""
        found = self.find_refresh(segment, on=on, known_by=known_by)
        if found is None:
            raise self._explain_unknown(segment, on, known_by)
        return found

    def read_members(self, segment: str, *, on: date, known_by: datetime | None = None) -> pa.Array:
        """Ids of those who belonged to a segment on a day, by what was known of it at a moment."""
        members = see_members(self.changes, segment, on=on, known_by=known_by)
        return self.backend.to_pyarrow(members)["customer_id"].combine_chunks()

    def read_choices(self, segment: str, *, on: date, known_by: datetime | None = None) -> pa.Table:
        """The choices by hand that hold on a day."""
        return self.backend.to_pyarrow(see_choices(self.choices, segment, on=on, known_by=known_by))

    def find_following(self, segment: str, *, after: date) -> Refresh | None:
        """The refresh of the next day that was looked up; None after the last one."""
        made = [one for one in self.list_refreshes(segment) if one.effective_on > after]
        return min(
            made, key=lambda one: (one.effective_on, -one.known_at.timestamp()), default=None
        )

    def find_moment(self) -> datetime:
        """Now, and later than anything that was written before, whatever the clock says."""
        chosen = self.backend.to_pyarrow(self.choices["known_at"].max()).as_py()
        moments = [*(one.known_at for one in self.refreshes), *([chosen] if chosen else [])]
        return max([datetime.now(UTC), *(one + timedelta(microseconds=1) for one in moments)])

    def has_choices(self, segment: str) -> bool:
        """Whether anything was ever chosen by hand."""
        own = self.choices.filter(self.choices["segment"] == segment)
        return bool(self.backend.to_pyarrow(own.count()).as_py())

    def list_moved(self, segments: Sequence[str], *, since: Refresh) -> pa.Array:
        """Who entered or left one of the segments since a refresh of another one."""
        import ibis

        changes = self.changes
        instant = ibis.literal(since.known_at, type=changes["known_at"].type())
        is_later = changes["effective_on"] > ibis.literal(since.effective_on)
        own = changes.filter(changes["segment"].isin(list(segments)))
        own = own.filter(is_later | (changes["known_at"] > instant)) if segments else own.limit(0)
        moved = own.select("customer_id").distinct()
        return self.backend.to_pyarrow(moved)["customer_id"].combine_chunks()

    def add_memberships(
        self,
        sources: RuleSources,
        segments: Sequence[str],
        *,
        on: date,
        since: Refresh | None = None,
        reasons: Sequence[str] = (),
    ) -> RuleSources:
        """The sources with the stored members of segments.

        Parameters
        ----------
        sources
            What rules are computed from.
        segments
            Those that a rule stands on.
        on
            On this day.
        since, reasons
            Of the changes since this refresh only those for these reasons; all if None.
        """
        import ibis

        changes = self.changes
        if since is not None:
            instant = ibis.literal(since.known_at, type=changes["known_at"].type())
            was = (changes["known_at"] <= instant) & (
                changes["effective_on"] <= ibis.literal(since.effective_on)
            )
            changes = changes.filter(was | changes["reason"].isin(list(reasons)))
        found = {
            name: ibis.memtable(self.backend.to_pyarrow(see_members(changes, name, on=on)))
            for name in segments
        }
        return replace(sources, memberships={**sources.memberships, **found})

    def list_choices(self, segment: str) -> pa.Table:
        """The last choice about each customer that was not taken back, in the order they were made."""
        own = self.choices.filter(self.choices["segment"] == segment)
        last = self.backend.to_pyarrow(own["effective_on"].max()).as_py()
        if last is None:
            return make_choices()
        return self.read_choices(segment, on=last).sort_by("known_at")

    def add(self, changes: pa.Table, refresh: Refresh) -> MembershipLog:
        """The log with what is about to be written to it."""
        import ibis

        grown = ibis.union(self.changes, ibis.memtable(changes)) if len(changes) else self.changes
        return replace(self, changes=grown, refreshes=(*self.refreshes, refresh))

    def _explain_unknown(self, segment: str, on: date, known_by: datetime | None) -> NotFoundError:
        made = self.list_refreshes(segment)
        if not made:
            hint, hint_ru = suggest(segment, {one.segment for one in self.refreshes})
            return NotFoundError(
                en=f"The members of segment '{segment}' were never stored.{hint} Store them: regulars"
                f" segment refresh {segment}.",
                ru=f"Состав сегмента «{segment}» ещё не сохраняли.{hint_ru} Сохраните его: regulars "
                f"segment refresh {segment}.",
            )
        if known_by is not None and not self.list_refreshes(segment, known_by=known_by):
            first = made[0].known_at.date()
            return NotFoundError(
                en=f"Nothing was known of segment '{segment}' by then: its members were stored for the"
                f" first time on {first}. Ask for a later day: --known.",
                ru=f"К этому дню о сегменте «{segment}» ничего не было известно: его состав впервые "
                f"сохранили {first}. Укажите более поздний день: --known.",
            )
        first = min(one.effective_on for one in made)
        return NotFoundError(
            en=f"The members of segment '{segment}' are stored from {first} on, and {on} is earlier."
            f" Look them up as of that day: regulars segment refresh {segment} --as-of {on}.",
            ru=f"Состав сегмента «{segment}» сохранён начиная с {first}, а {on} раньше. Найдите его на "
            f"тот день: regulars segment refresh {segment} --as-of {on}.",
        )


@contextmanager
def open_membership_log(workspace: Workspace) -> Iterator[MembershipLog]:
    """What is stored of memberships in a workspace, as it is now."""
    import ibis

    snapshot = workspace.lake.snapshot()
    scratching = workspace.open_scratch(may_be_elsewhere=True)
    with scratching as scratch, workspace.open_engine(scratch) as backend:
        present = [name for name in (CHANGES, REFRESHES, CHOICES) if name in snapshot.tables]
        snapshot.register(backend.con, present)
        models = {CHANGES: make_changes(), CHOICES: make_choices()}
        opened = {}
        for name, model in models.items():
            kinds = ibis.memtable(model).schema().items()
            table = backend.table(name) if name in present else ibis.memtable(model)
            opened[name] = table.select(
                **{column: table[column].cast(kind) for column, kind in kinds}
            )
        refreshes = _read_refreshes(backend) if REFRESHES in present else ()
        yield MembershipLog(backend, opened[CHANGES], opened[CHOICES], refreshes)


def _read_refreshes(backend: Backend) -> tuple[Refresh, ...]:
    names = Refresh.__dataclass_fields__
    rows = backend.to_pyarrow(backend.table(REFRESHES).select(*names)).to_pylist()
    made = [Refresh(**row) for row in rows]
    return tuple(sorted(made, key=lambda one: (one.known_at, one.segment)))
