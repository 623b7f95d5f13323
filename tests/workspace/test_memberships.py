"""Members are stored as changes: any day can be asked again, and every change has its reason."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from desk import finish, start
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from membership_lake import add_history, ask_in_full, save_segment
from random_histories import HISTORIES
from random_rules import AS_OF_DAY, RULES

from regulars.errors import NotFoundError
from regulars.lake import Lake
from regulars.progress import Silent
from regulars.segments.history import compare_days
from regulars.workspace import Workspace
from regulars.workspace.manual_members import choose_members
from regulars.workspace.membership_log import open_membership_log
from regulars.workspace.memberships import refresh_segments

SLOW = settings(
    deadline=None,
    max_examples=8,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
NOW = datetime(2026, 4, 1, tzinfo=UTC)
# Scores come from analyses, which are not made here.
UNSCORED = RULES.filter(lambda rule: "score" not in str(rule))
DAYS = st.integers(-40, 10).map(lambda days: AS_OF_DAY + timedelta(days=days))
# A file of customers that lists some of them only: who is in none is no customer yet.
LOADS = st.builds(
    lambda history, listed: (
        history | {"customers": {who: history["customers"][who] for who in listed}}
    ),
    HISTORIES,
    st.sets(st.sampled_from("abc")),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("load"), LOADS),
        # None asks as of the day after the newest fact.
        st.tuples(st.just("refresh"), DAYS | st.none()),
        st.tuples(st.just("refresh"), DAYS | st.none()),
        st.tuples(st.just("rule"), UNSCORED),
        st.tuples(
            st.sampled_from(["include", "exclude"]),
            st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 30)),
        ),
    ),
    min_size=4,
    max_size=8,
)
EVERYTHING = {
    "customers": {who: {"age": 30, "city": None} for who in "abc"},
    "events": [
        {
            "event_id": "first",
            "customer_id": "a",
            "occurred_at": datetime(2026, 1, 1, tzinfo=UTC),
            "known_at": datetime(2026, 1, 1, tzinfo=UTC),
            "name": "visit",
            "duration_seconds": None,
        }
    ],
    "purchases": [
        {
            "purchase_id": "first",
            "customer_id": "a",
            "purchased_at": datetime(2026, 1, 1, tzinfo=UTC),
            "known_at": datetime(2026, 1, 1, tzinfo=UTC),
            "amount": 1.0,
        }
    ],
    "purchase_items": [
        {
            "purchase_id": "first",
            "customer_id": "a",
            "purchased_at": datetime(2026, 1, 1, tzinfo=UTC),
            "known_at": datetime(2026, 1, 1, tzinfo=UTC),
            "category": "bread",
            "quantity": 1.0,
        }
    ],
}


class Follower:
    """Does what a drawn history says, and notes whom a full look-up finds."""

    def __init__(self, workspace):
        self.workspace = workspace
        self.seen = []
        self._told_at = datetime(2026, 1, 20, tzinfo=UTC)

    def do(self, kind, what):
        {"load": self._load, "refresh": self._refresh, "rule": self._change}.get(
            kind, lambda what: self._choose(kind, *what)
        )(what)

    def _load(self, history):
        add_history(self.workspace, history, now=NOW, told_at=self._told_at)
        self._told_at += timedelta(days=12)

    def _refresh(self, day):
        refresh_segments(self.workspace, as_of=day, progress=Silent())
        with open_membership_log(self.workspace) as log:
            known_at = log.refreshes[-1].known_at
        for name in ("vip", "chosen"):
            asked_on, members = ask_in_full(self.workspace, name, day)
            self.seen.append((name, asked_on, known_at, members))

    def _change(self, rule):
        save_segment(self.workspace, "chosen", rule)

    def _choose(self, choice, who, days):
        until = None if days is None else date(2026, 3, 20) + timedelta(days=days)
        with suppress(NotFoundError):
            choose_members(self.workspace, "chosen", [who], choice=choice, until=until, reader="me")


@pytest.fixture(scope="module")
def new_workspace(tmp_path_factory):
    def make():
        return Workspace.create(
            tmp_path_factory.mktemp("members") / "ws", time_zone="Europe/Samara"
        )

    return make


@given(first=UNSCORED, steps=STEPS, last=DAYS, listed=st.sets(st.sampled_from("abc"), min_size=1))
@SLOW
@pytest.mark.slow
def test_every_refresh_stores_whom_a_full_look_up_finds_and_replays_it(
    new_workspace, first, steps, last, listed
):
    workspace = new_workspace()
    save_segment(workspace, "vip", {"did": "visit", "within_days": 30})
    save_segment(workspace, "chosen", first)
    follower = Follower(workspace)
    people = {who: EVERYTHING["customers"][who] for who in listed}
    follower.do("load", EVERYTHING | {"customers": people})

    for kind, what in [*steps, ("refresh", last)]:
        follower.do(kind, what)

    with open_membership_log(workspace) as log:
        told = [
            set(log.read_members(name, on=day, known_by=known_at).to_pylist())
            for name, day, known_at, _ in follower.seen
        ]
        newest = {(name, day): members for name, day, _, members in follower.seen}
        now = {key: set(log.read_members(key[0], on=key[1]).to_pylist()) for key in newest}
        differences = [
            compare_days(log.changes, "chosen", first=one, last=other)
            for one in {day for _, day, _, _ in follower.seen}
            for other in {day for _, day, _, _ in follower.seen}
            if one <= other
        ]
    assert told == [members for _, _, _, members in follower.seen]
    assert now == newest
    assert all(
        one.before + sum(one.came.values()) - sum(one.left.values()) == one.after
        for one in differences
    )


@pytest.fixture
def shop(new_workspace):
    """A workspace with one segment, `vip`, of which customer `a` is a member."""
    workspace = new_workspace()
    save_segment(workspace, "vip", {"did": "visit"})
    own = EVERYTHING["events"]
    others = [row | {"event_id": "other", "customer_id": "b", "name": "call"} for row in own]
    history = EVERYTHING | {"events": own + others}
    add_history(workspace, history, now=NOW, told_at=datetime(2026, 1, 20, tzinfo=UTC))
    return workspace


@pytest.mark.slow
@pytest.mark.parametrize("step", ["begun", "committed membership_changes", "before loads"])
def test_a_refresh_that_dies_leaves_nothing_and_the_next_one_stores_all(shop, step):
    def die(reached):
        if reached == step:
            raise KeyboardInterrupt

    shop.__dict__["_lake"] = Lake.open(shop.folder / "lake", on_step=die)
    with pytest.raises(KeyboardInterrupt):
        refresh_segments(shop, as_of=AS_OF_DAY, progress=Silent())
    again = Workspace(shop.folder)
    with open_membership_log(again) as log:
        left = log.refreshes

    (done,) = refresh_segments(again, as_of=AS_OF_DAY, progress=Silent())

    assert left == ()
    assert (done.members, done.came) == (1, {"rule": 1})


@pytest.mark.slow
def test_two_processes_store_the_members_once(shop):
    command = ("segment", "refresh", "-w", shop.folder, "--as-of", "2026-03-01", "--format", "json")
    both = [start(*command) for _ in range(2)]

    ran = [finish(one) for one in both]

    assert [one.code for one in ran] == [0, 0]
    assert sorted(one.json["segments"][0]["is_new"] for one in ran) == [False, True]
    with open_membership_log(shop) as log:
        assert log.backend.to_pyarrow(log.changes.count()).as_py() == 1


@pytest.mark.slow
@pytest.mark.parametrize("moment", [1, 2], ids=["before the rows are read", "after that"])
def test_who_is_erased_while_members_are_looked_up_is_not_written(shop, moment):
    class Erasing(Silent):
        checks = 0

        def check(self):
            self.checks += 1
            for _ in range(self.checks == moment):
                shop.erase("a")

    (done,) = refresh_segments(shop, as_of=AS_OF_DAY, progress=Erasing())

    assert (done.before, done.members) == (0, 0)
    with open_membership_log(shop) as log:
        assert log.backend.to_pyarrow(log.changes.count()).as_py() == 0
        assert len(log.refreshes) == 1
