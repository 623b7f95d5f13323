"""Reasons as a person reads them: one colon, no share that is that of all, days that are said once."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.features import AsOf, Feature, FeatureTable, encode_features
from regulars.predictions.outcomes.definitions import ColumnOutcome
from regulars.predictions.outcomes.phrases import LEAVING
from regulars.predictions.reasons.explainer import Peers, ReasonTeller, say_number
from regulars.schema.wording import Wording

N = 200


def _tell(levels, left, *, pulls=1.0):
    """What is said of the first customer's level of “backup”."""
    feature = Feature("backup", Wording(en="backup", ru="копии"), None, "category")
    table = pa.table({"customer_id": [str(n) for n in range(N)], "backup": levels})
    matrix = encode_features(FeatureTable(table, (feature,), AsOf(date(2026, 1, 1))))
    peers = Peers.of(matrix, np.array(left, dtype=float))
    teller = ReasonTeller(matrix, LEAVING, peers, np.array([0]))
    ((reason,),) = teller.tell(np.array([0]), np.array([[pulls]]), top=3)
    return reason.text


def test_after_yes_and_no_the_share_stands_in_brackets():
    text = _tell(["no"] * 100 + ["yes"] * 100, [1] * 40 + [0] * 160)

    assert text.en == "backup: no (40% of such customers left, against 20% overall)"
    assert text.ru.replace("\xa0", " ") == (
        "копии: нет (из таких клиентов ушли 40 %, в среднем уходят 20 %)"
    )


def test_after_a_level_in_quotes_the_share_stands_behind_a_colon():
    text = _tell(["cloud"] * 100 + ["disk"] * 100, [1] * 40 + [0] * 160)

    assert text.en == "backup “cloud”: 40% of such customers left, against 20% overall"


def test_a_share_that_reads_as_that_of_all_is_no_reason():
    text = _tell(["cloud"] * 100 + ["disk"] * 100, [1] * 50 + [0] * 50 + [1] * 49 + [0] * 51)

    assert text.en == "backup “cloud”, like 50% of customers"


@pytest.mark.parametrize(
    ("name", "value", "en", "ru"),
    [
        (
            ("days since the visit", "дней с визита"),
            5.0,
            "days since the visit: 5, above the usual 2",
            "дней с визита: 5, выше обычного (2)",
        ),
        (
            ("time of waiting", "ожидание"),
            5.0,
            "time of waiting: 5 days, above the usual 2 days",
            "ожидание: 5 дней, выше обычного (2 дня)",
        ),
        (
            ("days since the visit", "дней с визита"),
            None,
            "days since the visit: not known, usually 2",
            "дней с визита: нет данных, обычно 2",
        ),
    ],
)
def test_days_are_said_once(name, value, en, ru):
    feature = Feature("wait", Wording(en=name[0], ru=name[1]), "day", "numeric")

    text = say_number(feature, value, 2.0)

    assert (text.en, text.ru) == (en, ru)


def test_of_a_column_of_yes_and_no_the_column_is_what_somebody_has():
    yes = ColumnOutcome(column="visit", positive="1").phrases.say_share(0.5, 0.25)
    named = ColumnOutcome(column="plan", positive="gold").phrases.say_share(0.5, 0.25)

    assert yes.en == "50% of such customers have “visit”, against 25% overall"
    assert named.en == "50% of such customers have “plan” = “gold”, against 25% overall"
