"""Members, differences, migration, overlap and sizes, each against sets of Python on random histories."""

from datetime import UTC, date, datetime, timedelta

import ibis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from regulars.segments.history import (
    compare_days,
    count_migration,
    measure_overlap,
    see_members,
    trace_sizes,
)
from regulars.segments.history.changes import make_changes

SLOW = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
SEGMENTS = ("new", "loyal", "gone")
FIRST_DAY, FIRST_MOMENT = date(2026, 5, 1), datetime(2026, 5, 1, 3, tzinfo=UTC)
DAYS = [FIRST_DAY + timedelta(days=number) for number in range(6)]
MOMENTS = [FIRST_MOMENT + timedelta(hours=number) for number in range(6)]
# One row of a customer, a segment, a day and a moment: a refresh writes no second one.
HISTORIES = st.dictionaries(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from(SEGMENTS),
        st.sampled_from(DAYS),
        st.sampled_from(MOMENTS),
    ),
    st.booleans(),
    max_size=30,
)
pytestmark = pytest.mark.slow


def as_changes(history):
    """The history as the table of changes."""
    return ibis.memtable(
        make_changes(
            [
                {
                    "customer_id": who,
                    "segment": segment,
                    "rule_version": "1",
                    "effective_on": day,
                    "entered": entered,
                    "reason": "data",
                    "known_at": moment,
                }
                for (who, segment, day, moment), entered in history.items()
            ]
        )
    )


def members_of(history, segment, on, known_by=None):
    """Whom plain Python finds."""
    seen = {
        key: entered
        for key, entered in history.items()
        if key[1] == segment and key[2] <= on and (known_by is None or key[3] <= known_by)
    }
    last = {}
    for who, _, day, moment in sorted(seen, key=lambda key: (key[2], key[3])):
        last[who] = seen[who, segment, day, moment]
    return {who for who, entered in last.items() if entered}


@given(history=HISTORIES, day=st.sampled_from(DAYS), known_by=st.sampled_from([None, *MOMENTS]))
@SLOW
def test_the_members_of_a_day_are_those_whose_last_known_change_entered(
    duckdb, history, day, known_by
):
    found = see_members(as_changes(history), "new", on=day, known_by=known_by)

    ids = duckdb.to_pyarrow(found)["customer_id"].to_pylist()
    assert sorted(ids) == sorted(members_of(history, "new", day, known_by))


@given(history=HISTORIES, pair=st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)))
@SLOW
def test_the_difference_names_exactly_those_who_are_in_one_of_two_days(history, pair):
    first, last = sorted(pair)
    before, after = (members_of(history, "new", day) for day in (first, last))

    found = compare_days(as_changes(history), "new", first=first, last=last)

    moves = {row["customer_id"]: row["entered"] for row in found.moves.to_pylist()}
    assert moves == dict.fromkeys(after - before, True) | dict.fromkeys(before - after, False)
    assert (found.before, found.after) == (len(before), len(after))
    assert found.before + sum(found.came.values()) - sum(found.left.values()) == found.after


@given(history=HISTORIES, pair=st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)))
@SLOW
def test_the_migration_counts_every_pair_of_segments_and_who_stayed(history, pair):
    first, last = sorted(pair)
    then, now = (
        {name: members_of(history, name, day) for name in SEGMENTS} for day in (first, last)
    )
    homes = [
        {who: {name for name in SEGMENTS if who in at[name]} or {None} for who in "abcd"}
        for at in (then, now)
    ]
    pairs = [
        (was, is_in)
        for who in "abcd"
        for was in homes[0][who]
        for is_in in homes[1][who]
        if (was, is_in) != (None, None)
    ]

    found = count_migration(as_changes(history), SEGMENTS, first=first, last=last)

    assert found.matrix == {pair: pairs.count(pair) for pair in set(pairs)}
    inside = [who for who in "abcd" if homes[0][who] != {None}]
    assert found.customers == len(inside)
    assert found.stayed == sum(homes[0][who] == homes[1][who] for who in inside)


@given(history=HISTORIES, day=st.sampled_from(DAYS))
@SLOW
def test_the_overlap_of_two_segments_is_that_of_their_members(history, day):
    at = {name: members_of(history, name, day) for name in SEGMENTS}

    found = measure_overlap(as_changes(history), SEGMENTS, on=day)

    assert {(one.first, one.second): one.shared for one in found} == {
        ("new", "loyal"): len(at["new"] & at["loyal"]),
        ("new", "gone"): len(at["new"] & at["gone"]),
        ("loyal", "gone"): len(at["loyal"] & at["gone"]),
    }
    assert {(one.first_members, one.second_members) for one in found} <= {
        (len(at[one]), len(at[other])) for one in SEGMENTS for other in SEGMENTS
    }


@given(history=HISTORIES, known_by=st.sampled_from([None, *MOMENTS]))
@SLOW
def test_the_sizes_over_time_are_those_of_the_days_and_reconcile(history, known_by):
    points = trace_sizes(as_changes(history), "new", days=DAYS, known_by=known_by)

    sizes = [len(members_of(history, "new", day, known_by)) for day in DAYS]
    assert [point.members for point in points] == sizes
    assert [point.came - point.left for point in points] == [
        now - before for before, now in zip([0, *sizes], sizes, strict=False)
    ]
