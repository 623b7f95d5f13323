"""What counts as yes, and what cannot be learnt."""

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import InvalidParameterError, QualityError
from regulars.predictions import read_outcome


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("Yes", "No"),
        (1, 0),
        (1.0, 0.0),
        (True, False),
        ("да", "нет"),
        ("Attrited", "Existing"),
        ("churned", "whatever"),
        ("something", "stayed"),
    ],
)
def test_a_word_for_yes_is_recognised(yes, no):
    outcome = read_outcome([yes] * 20 + [no] * 30 + [None, None], column="churn")

    assert outcome.labels[:50].tolist() == [1.0] * 20 + [0.0] * 30
    assert (outcome.positives, outcome.negatives, outcome.unknown) == (20, 30, 2)
    assert outcome.base_rate == 0.4


@pytest.mark.parametrize("wanted", ["2", "2.0", " 2 "])
def test_a_given_value_is_found_however_it_is_written(wanted):
    outcome = read_outcome(
        pa.array([2.0] * 20 + [1.0] * 20 + [3.0]), column="x", positive_value=wanted
    )

    assert outcome.positive_value == "2"
    assert outcome.positives == 20


def test_yes_is_true_in_a_column_stored_as_booleans():
    outcome = read_outcome([True] * 20 + [False] * 25, column="Churn", positive_value="Yes")

    assert outcome.positives == 20


def test_the_sentence_counts_in_both_languages():
    outcome = read_outcome(["Yes"] * 25 + ["No"] * 75 + [None], column="Churn")

    assert outcome.sentence.en == (
        "The outcome is “Churn” = “Yes”: 25 of 100 customers (25%). For 1 more it is not known."
    )
    assert outcome.sentence.ru == (
        "Исход: «Churn» = «Yes»; он есть у 25 из 100 клиентов (25\u00a0%). Ещё для 1 он не известен."
    )


@pytest.mark.parametrize(
    ("column", "is_churn"),
    [("Churn", True), ("has_left", True), ("Отток", True), ("y", False), ("Revenue", False)],
)
def test_leaving_is_only_spoken_of_where_the_name_does(column, is_churn):
    outcome = read_outcome([1, 0] * 20, column=column)

    assert outcome.is_churn is is_churn


def test_a_constant_outcome_is_refused():
    with pytest.raises(QualityError, match="'Churn' is 'No' for all 40 customers"):
        read_outcome(["No"] * 40, column="Churn")


def test_an_empty_outcome_is_refused():
    with pytest.raises(QualityError, match="'Churn' has no value for any customer"):
        read_outcome([None, float("nan"), ""], column="Churn")


def test_an_outcome_with_500_values_is_refused():
    with pytest.raises(
        QualityError, match="has 500 different values; an outcome is yes or no"
    ) as caught:
        read_outcome([str(value) for value in range(500)], column="total")

    assert "Say which value counts as yes: total=VALUE" in str(caught.value)


def test_five_customers_with_the_outcome_are_too_few():
    with pytest.raises(QualityError, match="seen for 5 customers and not for 95; at least 20"):
        read_outcome(["Yes"] * 5 + ["No"] * 95, column="Churn")


def test_two_values_that_are_no_words_for_yes_need_a_choice():
    with pytest.raises(QualityError, match="none of them is a word for yes"):
        read_outcome(["red", "blue"] * 20, column="color")


def test_a_value_that_nobody_has_is_refused():
    with pytest.raises(InvalidParameterError, match="No customer has 'Maybe'"):
        read_outcome(["Yes", "No"] * 20, column="Churn", positive_value="Maybe")


def test_labels_are_floats_with_nan_for_the_unknown():
    labels = read_outcome([1, 0] * 20 + [None], column="left").labels

    assert labels.dtype == np.float64
    assert np.isnan(labels[-1])
