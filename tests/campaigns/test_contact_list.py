import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.campaigns import ContactList, build_contact_list
from regulars.errors import InvalidParameterError, QualityError, UnknownColumnError

REASON = pa.struct(
    [
        ("feature", pa.string()),
        ("value", pa.string()),
        ("peer_value", pa.string()),
        ("contribution", pa.float64()),
        ("text", pa.string()),
    ]
)


def _scores(probabilities, *, losses=None, features=None):
    count = len(probabilities)
    named = features or [[] for _ in range(count)]
    reasons = [
        [
            {"feature": f, "value": "2", "peer_value": "1", "contribution": 0.5, "text": f"{f}!"}
            for f in row
        ]
        for row in named
    ]
    columns = {
        "customer_id": pa.array([f"c{i}" for i in range(count)], pa.string()),
        "segment": pa.array(["S1"] * count, pa.string()),
        "churn_probability": pa.array(probabilities, pa.float64()),
        "risk": pa.array(["high"] * count, pa.string()),
        "reasons": pa.array(reasons, pa.list_(REASON)),
    }
    if losses is not None:
        columns["expected_loss"] = pa.array(losses, pa.float64())
    return pa.table(columns)


def _ids(found):
    return [contact.customer_id for contact in found.rows]


def test_customers_at_the_threshold_are_asked_for():
    found = build_contact_list(_scores([0.5, 0.49, 0.51]), threshold=0.5)

    assert _ids(found) == ["c2", "c0"]


def test_the_greatest_expected_loss_comes_first():
    scores = _scores([0.9, 0.6, 0.7], losses=[9.0, 600.0, 70.0])

    assert _ids(build_contact_list(scores, threshold=0.5)) == ["c1", "c2", "c0"]


def test_a_customer_without_known_money_stands_where_typical_money_would_put_him():
    scores = _scores([0.9, 0.5, 0.8], losses=[None, 40.0, 80.0])

    found = build_contact_list(scores, threshold=0.5)

    assert _ids(found) == ["c0", "c2", "c1"]
    assert found.rows[0].expected_loss is None


def test_equal_customers_are_ordered_by_id():
    assert _ids(build_contact_list(_scores([0.7, 0.7, 0.7]), top=2)) == ["c0", "c1"]


def test_each_excluded_customer_counts_once_under_the_first_reason():
    exclusions = {"no_consent": {"c0", "c1"}, "contacted_lately": {"c1", "c2", "unknown"}}

    found = build_contact_list(_scores([0.9, 0.8, 0.7, 0.6]), threshold=0.5, exclusions=exclusions)

    assert (found.requested, found.kept, found.excluded) == (
        4,
        1,
        {"no_consent": 2, "contacted_lately": 1},
    )
    assert _ids(found) == ["c3"]


def test_the_strongest_reason_that_fits_decides_the_action():
    features = [["shoe_size", "failed_payments_90d", "contract"]]

    found = build_contact_list(_scores([0.9], features=features), threshold=0.5)

    assert found.rows[0].action.code == "settle_payment"
    assert found.count_by_reason() == {"shoe_size": 1}
    assert found.count_by_action() == {"settle_payment": 1}


def test_a_customer_who_was_not_scored_is_not_asked_for():
    found = build_contact_list(_scores([None, 0.4]), top=5)

    assert (found.requested, _ids(found)) == (1, ["c1"])


def test_the_sum_of_expected_losses_leaves_out_unknown_money():
    found = build_contact_list(_scores([0.9, 0.8], losses=[None, 80.0]), top=2)

    assert found.expected_loss == 80.0
    assert build_contact_list(_scores([0.9]), top=1).expected_loss is None


def test_threshold_and_number_exclude_each_other():
    with pytest.raises(InvalidParameterError, match=r"exactly one of them; found threshold=0\.5"):
        build_contact_list(_scores([0.9]), threshold=0.5, top=3)


def test_a_threshold_is_a_probability():
    with pytest.raises(InvalidParameterError, match="found 50"):
        build_contact_list(_scores([0.9]), threshold=50)


def test_a_probability_above_one_is_refused():
    with pytest.raises(InvalidParameterError, match="1 of 2 do not"):
        build_contact_list(_scores([0.9, 90.0]), top=1)


def test_a_customer_scored_twice_is_refused():
    twice = pa.concat_tables([_scores([0.9]), _scores([0.8])])

    with pytest.raises(QualityError, match="found 1 repeated"):
        build_contact_list(twice, top=1)


def test_a_missing_column_is_named():
    with pytest.raises(UnknownColumnError, match="has no column 'risk'"):
        build_contact_list(_scores([0.9]).drop_columns(["risk"]), top=1)


def test_a_ledger_that_does_not_add_up_cannot_be_made():
    with pytest.raises(QualityError, match="3 requested, 0 kept"):
        ContactList(rows=(), requested=3, kept=0, excluded={"no_consent": 2})


@given(
    probabilities=st.lists(st.floats(0, 1), max_size=30),
    barred=st.dictionaries(
        st.sampled_from(["a", "b", "c"]), st.sets(st.integers(0, 40).map("c{}".format))
    ),
    top=st.integers(0, 40),
)
def test_requested_is_kept_plus_each_exclusion(probabilities, barred, top):
    found = build_contact_list(_scores(probabilities), top=top, exclusions=barred)

    assert found.requested == min(top, len(probabilities))
    assert found.requested == found.kept + sum(found.excluded.values())
    assert not set(_ids(found)) & set().union(*barred.values())
    urgencies = [contact.churn_probability for contact in found.rows]
    assert urgencies == sorted(urgencies, reverse=True)
