"""Feature spaces: which features they choose, their versions, what differs between two."""

from datetime import UTC, date, datetime

import ibis
import pyarrow as pa
import pytest

from regulars.conditions import Compare
from regulars.errors import DefinitionError, UnknownNameError
from regulars.features import AsOf, FeatureSpace, compare_spaces, load_features, read_space

LIBRARY = load_features()
AS_OF = AsOf(date(2026, 1, 10))
INSTANT = pa.timestamp("us", tz="UTC")
MOMENTS = [
    datetime(2026, 1, 8, tzinfo=UTC),
    datetime(2025, 10, 1, tzinfo=UTC),
    datetime(2025, 11, 1, tzinfo=UTC),
]
PURCHASES = {
    "purchases": ibis.memtable(
        pa.table(
            {
                "customer_id": ["1", "1", "2"],
                "purchased_at": pa.array(MOMENTS, INSTANT),
                "known_at": pa.array(MOMENTS, INSTANT),
                "amount": [30.0, 20.0, 5.0],
            }
        )
    )
}


def _names(*patterns: str, without: tuple[str, ...] = ()) -> tuple[str, ...]:
    return FeatureSpace(name="test", features=patterns, without=without).choose(LIBRARY)[1]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (("purchases_90d",), ("purchases_90d",)),
        (("purchases",), ("purchases_30d", "purchases_90d", "purchases_365d")),
        (("purchase_tr*",), ("purchase_trend_30d", "purchase_trend_90d")),
        (("table:carts",), ("carts_30d", "carts_90d", "abandoned_cart_share_90d")),
    ],
)
def test_features_are_chosen_by_name_pattern_or_table(patterns, expected):
    assert _names(*patterns) == expected


def test_features_can_be_left_out_again():
    assert _names("purchases", without=("purchases_30d",)) == ("purchases_90d", "purchases_365d")


def test_a_name_that_fits_nothing_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'recency_days'"):
        _names("recency_day")


def test_a_ratio_brings_what_it_is_made_of_and_only_that():
    needed, names = FeatureSpace(name="test", features=("events_a_session_30d",)).choose(LIBRARY)

    assert names == ("events_a_session_30d",)
    assert {each for feature in needed for each in feature.feature_names} == {
        "events_30d",
        "sessions_30d",
        "events_a_session_30d",
    }


def test_the_period_bounds_how_far_back_is_looked():
    space = FeatureSpace(name="test", features=("frequency", "spend_365d"), period_days=30)

    assert space.build(PURCHASES, as_of=AS_OF).table.to_pylist() == [
        {"customer_id": "1", "frequency": 1.0, "spend_365d": 30.0}
    ]


def test_filters_choose_the_rows_that_are_looked_at():
    large = {"purchases": Compare(column="amount", op=">=", value=20)}
    space = FeatureSpace(name="test", features=("frequency",), filters=large)

    assert space.build(PURCHASES, as_of=AS_OF).table.to_pylist() == [
        {"customer_id": "1", "frequency": 2.0}
    ]


def test_customers_are_chosen_by_their_features():
    often = Compare(column="frequency", op=">=", value=2)
    space = FeatureSpace(name="test", features=("frequency",), customers=often)

    assert space.build(PURCHASES, as_of=AS_OF).customer_ids.to_pylist() == ["1"]


def test_a_filter_of_a_table_that_is_not_there_is_refused():
    condition = {"payments": Compare(column="amount", op=">", value=0)}
    space = FeatureSpace(name="test", features=("frequency",), filters=condition)

    with pytest.raises(UnknownNameError, match="no table 'payments'"):
        space.build(PURCHASES, as_of=AS_OF)


def test_a_space_survives_its_file():
    space = FeatureSpace(
        name="loyal",
        criterion="who stays",
        features=("recency_days", "spend*"),
        without=("spend_30d",),
        period_days=400,
        filters={"purchases": Compare(column="amount", op=">", value=0)},
        customers=Compare(column="recency_days", op="<", value=100),
    ).pin()

    again = read_space(space.to_toml(), file="loyal.toml")

    assert again == space
    assert again.version == space.version


def test_a_pinned_space_keeps_its_definitions():
    space = FeatureSpace(name="test", features=("frequency",)).pin()
    changed = load_features(
        {
            "own.toml": 'name = "frequency"\ntable = "purchases"\naggregate = "sum"\n'
            'column = "amount"\nmeaning = { en = "money", ru = "деньги" }\n'
        }
    )

    built = space.build(PURCHASES, as_of=AS_OF, definitions=changed)

    assert built.table.column("frequency").to_pylist() == [2.0, 1.0]


def test_the_version_follows_from_the_content():
    one = FeatureSpace(name="test", features=("frequency",))
    same = FeatureSpace(name="test", features=("frequency",))
    other = FeatureSpace(name="test", features=("frequency",), period_days=30)

    assert one.version == same.version
    assert one.version != other.version


def test_two_spaces_are_compared():
    first = FeatureSpace(name="test", features=("frequency", "spend"))
    second = FeatureSpace(name="test", features=("frequency", "recency_days"), period_days=30)

    difference = compare_spaces(first, second)

    assert difference.added == ("recency_days",)
    assert difference.removed == ("spend_30d", "spend_90d", "spend_365d")
    assert difference.settings == ("period_days",)
    assert compare_spaces(first, first).is_empty


def test_a_definition_that_changed_is_a_change():
    own = load_features(
        {
            "own.toml": 'name = "frequency"\ntable = "purchases"\naggregate = "count"\n'
            'meaning = { en = "orders", ru = "заказов" }\n'
        }
    )
    space = FeatureSpace(name="test", features=("frequency",))

    assert compare_spaces(space.pin(), space.pin(own)).changed == ("frequency",)


def test_a_misspelled_key_of_a_space_is_named():
    with pytest.raises(DefinitionError, match=r"test\.toml: feature.*'feature' is not allowed"):
        read_space('name = "test"\nfeature = ["a"]', file="test.toml")
