"""Of reasons that say the same, one is said."""

from datetime import date

import pyarrow as pa

from regulars.features import AsOf, Feature, FeatureTable
from regulars.features.matrix import encode_features
from regulars.predictions.reasons.reason import Reason
from regulars.schema.wording import Wording
from regulars.workspace.reasons import Sameness, pick_distinct

NAMES = ("tenure", "total", "fee", "internet", "backup", "partner")
ROWS = 100
TABLE = pa.table(
    {
        "customer_id": [f"{n:03d}" for n in range(ROWS)],
        "tenure": [float(n) for n in range(ROWS)],
        "total": [float(n * n + n % 3) for n in range(ROWS)],
        "fee": [float(n * 37 % 100) for n in range(ROWS)],
        "internet": ["none" if n < 30 else "fiber" for n in range(ROWS)],
        "backup": ["no internet" if n < 30 else "yes" if n % 2 else "no" for n in range(ROWS)],
        "partner": ["yes" if n % 2 else "no" for n in range(ROWS)],
    }
)
FEATURES = tuple(
    Feature(
        name,
        Wording(en=name, ru=name),
        None,
        "numeric" if name in {"tenure", "total", "fee"} else "category",
    )
    for name in NAMES
)
SAMENESS = Sameness(encode_features(FeatureTable(TABLE, FEATURES, AsOf(date(2026, 1, 1)))))


def _pick(**values):
    reasons = [
        Reason(name, value, None, 1.0, Wording(en=name, ru=name)) for name, value in values.items()
    ]
    return [reason.feature for reason in pick_distinct(reasons, SAMENESS)]


def test_numbers_are_compared_where_the_model_is_and_not_again():
    assert _pick(tenure=1.0, total=2.0, fee=30.0) == ["tenure", "total", "fee"]


def test_levels_of_the_same_customers_are_one_reason():
    assert _pick(internet="none", backup="no internet", partner="yes") == ["internet", "partner"]


def test_levels_of_other_customers_are_reasons_of_their_own():
    assert _pick(internet="fiber", backup="yes", partner="no") == ["internet", "backup", "partner"]


def test_a_value_that_is_not_known_is_a_reason_too():
    assert _pick(tenure=None, internet=None) == ["tenure", "internet"]


def test_three_reasons_are_enough():
    assert _pick(tenure=1.0, fee=2.0, internet="fiber", partner="yes") == [
        "tenure",
        "fee",
        "internet",
    ]
