"""Features of the group `profile`: what may be seen, and as what."""

from datetime import UTC, date, datetime, timedelta

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.errors import UnknownColumnError
from regulars.features import AsOf, ProfileColumn, profile_features, read_profile_column
from regulars.schema.contract import Role

AS_OF = AsOf(date(2026, 1, 10), "Europe/Samara")
INSTANT = pa.timestamp("us", tz="UTC")
COLUMNS = [
    ProfileColumn("visits", Role.NUMERIC, "integer"),
    ProfileColumn("plan", Role.CATEGORY, "string"),
    ProfileColumn("joined_on", Role.DATE, "date"),
]
SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("known_at", INSTANT),
        ("load_id", pa.string()),
        ("visits", pa.int64()),
        ("plan", pa.string()),
        ("joined_on", pa.date32()),
    ]
)


def _table(rows: list[dict[str, object]]) -> ibis.Table:
    return ibis.memtable(pa.Table.from_pylist(rows, schema=SCHEMA))


def _row(customer: str, known_at: datetime, visits: int | None = 1, **values: object) -> dict:
    return {
        "customer_id": customer,
        "known_at": known_at,
        "load_id": "1",
        "visits": visits,
        "plan": "pro",
        "joined_on": date(2026, 1, 1),
        **values,
    }


EARLY = datetime(2025, 12, 1, tzinfo=UTC)


def test_rows_are_sorted_by_customer_id_as_text():
    profiles = _table([_row("b", EARLY), _row("10", EARLY), _row("9", EARLY)])

    features = profile_features(profiles, COLUMNS, as_of=AS_OF)

    assert features.customer_ids.to_pylist() == ["10", "9", "b"]


def test_the_last_version_known_before_as_of_is_taken():
    profiles = _table(
        [
            _row("1", EARLY, visits=1),
            _row("1", AS_OF.instant - timedelta(seconds=1), visits=2),
            _row("1", AS_OF.instant, visits=3),
        ]
    )

    features = profile_features(profiles, COLUMNS, as_of=AS_OF)

    assert features.table.column("visits").to_pylist() == [2.0]


def test_of_two_versions_at_one_instant_the_later_load_wins():
    profiles = _table(
        [_row("1", EARLY, visits=2, load_id="b"), _row("1", EARLY, visits=1, load_id="a")]
    )

    features = profile_features(profiles, COLUMNS, as_of=AS_OF)

    assert features.table.column("visits").to_pylist() == [2.0]


def test_a_date_becomes_the_days_before_as_of():
    profiles = _table([_row("1", EARLY, joined_on=date(2026, 1, 9))])

    features = profile_features(profiles, COLUMNS, as_of=AS_OF)

    assert features.table.column("days_since_joined").to_pylist() == [1.0]
    assert features.get_feature("days_since_joined").unit == "day"
    assert features.get_feature("days_since_joined").source == "joined_on"


def test_a_date_that_is_not_before_as_of_is_not_seen():
    profiles = _table([_row("1", EARLY, joined_on=AS_OF.day)])

    features = profile_features(profiles, COLUMNS, as_of=AS_OF)

    assert features.table.column("days_since_joined").to_pylist() == [None]


def test_an_instant_is_compared_with_midnight_in_company_time():
    rows = pa.table(
        {
            "customer_id": ["1", "2"],
            "seen_at": pa.array(
                [datetime(2026, 1, 9, 19, 59, tzinfo=UTC), datetime(2026, 1, 9, 20, tzinfo=UTC)],
                INSTANT,
            ),
        }
    )
    columns = [ProfileColumn("seen_at", Role.DATE, "instant")]

    features = profile_features(ibis.memtable(rows), columns, as_of=AS_OF)

    assert features.table.column("days_since_seen").to_pylist() == [1.0, None]


@pytest.mark.parametrize("role", [Role.ID, Role.OUTCOME, Role.PERSONAL, Role.IGNORED, Role.TEXT])
def test_a_column_of_such_a_role_is_no_feature(role):
    profiles = _table([_row("1", EARLY)])

    features = profile_features(profiles, [ProfileColumn("plan", role, "string")], as_of=AS_OF)

    assert features.names == ()


def test_codes_that_came_as_floats_read_as_codes():
    rows = pa.table({"customer_id": ["1", "2"], "region": [3.0, None], "share": [0.5, 1.0]})
    columns = [
        ProfileColumn("region", Role.CATEGORY, "float"),
        ProfileColumn("share", Role.CATEGORY, "float"),
    ]

    features = profile_features(ibis.memtable(rows), columns, as_of=AS_OF)

    assert features.table.column("region").to_pylist() == ["3", None]
    assert features.table.column("share").to_pylist() == ["0.5", "1"]


def test_two_dates_of_one_thing_get_names_of_their_own():
    rows = pa.table(
        {
            "customer_id": ["1"],
            "paid_on": pa.array([date(2026, 1, 1)]),
            "paid_at": pa.array([datetime(2026, 1, 2, tzinfo=UTC)], INSTANT),
        }
    )
    columns = [
        ProfileColumn("paid_on", Role.DATE, "date"),
        ProfileColumn("paid_at", Role.DATE, "instant"),
    ]

    features = profile_features(ibis.memtable(rows), columns, as_of=AS_OF)

    assert features.names == ("days_since_paid", "days_since_paid_date")


def test_an_unknown_column_is_named_with_the_nearest_one():
    profiles = _table([_row("1", EARLY)])

    with pytest.raises(UnknownColumnError, match=r"'visit'\. Did you mean 'visits'"):
        profile_features(profiles, [ProfileColumn("visit", Role.NUMERIC, "integer")], as_of=AS_OF)


def test_a_column_beside_the_features_has_their_order():
    profiles = _table([_row("b", EARLY, plan="x"), _row("a", EARLY, plan="y")])

    values = read_profile_column(profiles, "plan", as_of=AS_OF)

    assert values.to_pylist() == ["y", "x"]


def test_dropped_features_are_gone_and_the_rest_stays():
    features = profile_features(_table([_row("1", EARLY)]), COLUMNS, as_of=AS_OF)

    kept = features.drop(["plan"])

    assert kept.names == ("visits", "days_since_joined")
    assert kept.table.column_names == ["customer_id", "visits", "days_since_joined"]


versions = st.lists(
    st.builds(
        _row,
        st.sampled_from(["1", "2", "3"]),
        st.integers(0, 400).map(lambda hours: AS_OF.instant - timedelta(hours=hours, seconds=1)),
        st.one_of(st.none(), st.integers(-5, 5)),
        load_id=st.sampled_from(["1", "2"]),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: (row["customer_id"], row["known_at"], row["load_id"]),
)
later_versions = st.lists(
    st.builds(
        _row,
        st.sampled_from(["1", "2", "9"]),
        st.integers(0, 400).map(lambda hours: AS_OF.instant + timedelta(hours=hours)),
        st.integers(90, 99),
    ),
    max_size=4,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seen=versions, later=later_versions, order=st.randoms(use_true_random=False))
def test_neither_later_versions_nor_the_order_of_rows_change_a_feature(seen, later, order):
    shuffled = [*seen, *later]
    order.shuffle(shuffled)

    before = profile_features(_table(seen), COLUMNS, as_of=AS_OF)
    after = profile_features(_table(shuffled), COLUMNS, as_of=AS_OF)

    assert after.table.equals(before.table)
