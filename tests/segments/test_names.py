"""The names that segments get from what sets them apart."""

from datetime import date

import numpy as np
import pyarrow as pa

from regulars.features import AsOf, Feature, FeatureTable
from regulars.features.matrix import encode_features
from regulars.schema.wording import Wording
from regulars.segments.profiles import describe_segments


def name_segments(feature, values, segment):
    ids = [str(n) for n in range(len(values))]
    table = pa.table({"customer_id": ids, feature.name: values})
    matrix = encode_features(FeatureTable(table, (feature,), AsOf(date(2026, 1, 1))))
    profiles = describe_segments(matrix, np.array(segment), np.ones(max(segment)), None)
    return profiles


def test_of_two_values_a_segment_is_named_by_the_one_it_has():
    sex = Feature("sex", Wording(en="sex", ru="пол"), None, "category")

    profiles = name_segments(sex, ["f"] * 30 + ["m"] * 10, [1] * 30 + [2] * 10)

    assert [one.name.en for one in profiles] == ["Sex “f”", "Sex “m”"]
    assert [one.name.ru for one in profiles] == ["Пол «f»", "Пол «m»"]


def test_what_is_counted_is_few_or_many():
    events = Feature(
        "events_90d",
        Wording(en="events in the last 90 days", ru="событий за последние 90 дней"),
        None,
        "numeric",
    )

    profiles = name_segments(events, [1.0, 2.0] * 10 + [9.0, 8.0] * 10, [1] * 20 + [2] * 20)

    assert [one.name.en for one in profiles] == [
        "Few events in the last 90 days",
        "Many events in the last 90 days",
    ]
    assert profiles[1].name.ru == "Много событий за последние 90 дней"


def test_what_is_measured_is_low_or_high():
    tenure = Feature("tenure", Wording(en="tenure", ru="срок обслуживания"), None, "numeric")

    profiles = name_segments(tenure, [1.0, 2.0] * 10 + [9.0, 8.0] * 10, [1] * 20 + [2] * 20)

    assert profiles[0].name.en == "Low tenure"
    assert profiles[1].name.ru == "Срок обслуживания выше среднего"


def test_an_error_of_rounding_is_said_to_be_nothing():
    score = Feature("x", Wording(en="score", ru="балл"), None, "numeric")
    values = [-1.0] * 20 + [1.0 + 1e-9] * 20

    profiles = name_segments(score, values, [1] * 20 + [2] * 20)

    assert profiles[1].differentiators[0].sentence.en == "score: 1.0 on average, against 0 overall"
