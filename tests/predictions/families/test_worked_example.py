"""A published example of naive Bayes over intervals: 3,000 customers, 727 of whom left."""

from datetime import date
from itertools import product

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import InvalidParameterError
from regulars.features import AsOf, Feature, FeatureTable, encode_features
from regulars.predictions import ColumnOutcome, IntervalNaiveBayes, Outcome
from regulars.predictions.families.interval_rules import (
    average_posteriors,
    list_all_rules,
    list_rules,
    tabulate_rules,
)
from regulars.schema.wording import Wording

# For each feature a value in each interval, and how many left and stayed there.
COUNTS = {
    "age": ([25.0, 45.0, 60.0], (271, 263, 193), (206, 1023, 1044)),
    "spend": ([500.0, 1000.0, 2000.0], (522, 125, 80), (1565, 456, 252)),
    "talk": ([6.1, 12.2, 20.0], (574, 138, 15), (1751, 469, 53)),
    "sms": ([0.0, 16.0, 32.0, 50.0, 80.0], (47, 252, 149, 128, 151), (259, 1207, 316, 243, 248)),
}
EDGES = {0: [25, 45], 1: [500, 1000], 2: [6.1, 12.2], 3: [0, 16, 32, 50]}
LEFT, STAYED = 727, 2_273


@pytest.fixture(scope="module")
def matrix():
    columns = {
        name: np.concatenate([np.repeat(values, left), np.repeat(values, stayed)])
        for name, (values, left, stayed) in COUNTS.items()
    }
    features = tuple(Feature(name, Wording(en=name, ru=name), None, "numeric") for name in columns)
    ids = {"customer_id": [str(row) for row in range(LEFT + STAYED)]}
    return encode_features(FeatureTable(pa.table(ids | columns), features, AsOf(date(2026, 1, 1))))


@pytest.fixture(scope="module")
def outcome():
    labels = np.repeat([1.0, 0.0], [LEFT, STAYED])
    return Outcome(ColumnOutcome(column="churn", positive="yes"), labels)


@pytest.fixture(scope="module")
def model(matrix, outcome):
    return IntervalNaiveBayes(edges=EDGES, alpha=0.0).fit(matrix.values, outcome.labels)


def test_the_table_is_the_counts_over_the_size_of_the_class(model):
    cells = model.list_probabilities()

    left = [count for _, counts, _ in COUNTS.values() for count in counts]
    stayed = [count for _, _, counts in COUNTS.values() for count in counts]
    assert [cell.counts for cell in cells] == list(zip(stayed, left, strict=True))
    np.testing.assert_allclose(
        [cell.probabilities for cell in cells],
        np.column_stack([np.array(stayed) / STAYED, np.array(left) / LEFT]),
        rtol=1e-12,
    )


def test_posteriors_of_every_combination_follow_the_formula(model):
    places = list(product(range(3), range(3), range(3), range(5)))
    tables = list(COUNTS.values())
    customers = [[tables[j][0][place[j]] for j in range(4)] for place in places]

    told = model.predict_proba(customers)

    left = np.array([LEFT * np.prod([tables[j][1][p[j]] / LEFT for j in range(4)]) for p in places])
    stayed = np.array(
        [STAYED * np.prod([tables[j][2][p[j]] / STAYED for j in range(4)]) for p in places]
    )
    np.testing.assert_allclose(told[:, 1], left / (left + stayed), rtol=0, atol=1e-12)
    np.testing.assert_allclose(told.sum(axis=1), 1, rtol=0, atol=1e-12)


def test_the_counts_give_another_posterior_than_was_printed(model):
    posterior = model.predict_proba([[45.0, 1000.0, 12.2, 32.0]])[0, 1]

    assert round(posterior, 3) == 0.230
    assert abs(posterior - 0.276) > 0.04


def test_rules_read_like_sentences(model, matrix, outcome):
    rules = list_rules(model, matrix, outcome)

    assert sum(rule.customers for rule in rules) == LEFT + STAYED
    assert [rule.posterior for rule in rules] == sorted(
        (rule.posterior for rule in rules), reverse=True
    )
    assert rules[0].sentence.en == (
        "If age: up to 25; spend: up to 500; talk: up to 6.1; sms: above 0, up to 16, then the "
        f"customer will leave with probability {rules[0].posterior:.0%}."
    )
    assert rules[0].sentence.ru.startswith("Если age: до 25; spend: до 500;")
    assert "то клиент уйдёт с вероятностью" in rules[0].sentence.ru


def test_the_posterior_of_a_group_is_the_mean_of_its_customers(model, matrix):
    groups = ["young" if age <= 25 else "other" for age in matrix.values[:, 0]]

    means = average_posteriors(model, matrix, groups)

    told = model.predict_proba(matrix.values)[:, 1]
    assert list(means) == ["young", "other"]
    assert means["young"] == pytest.approx(told[matrix.values[:, 0] <= 25].mean(), abs=1e-12)


def test_every_customer_needs_a_group(model, matrix):
    with pytest.raises(InvalidParameterError, match="1 groups for 3000 customers"):
        average_posteriors(model, matrix, ["one"])


def test_where_counts_rule_every_class_out_the_prior_is_left():
    model = IntervalNaiveBayes([True, True], alpha=0.0).fit(
        [[0.0, 0.0], [0.0, 0.0], [1.0, 1.0], [1.0, 1.0]], [0, 0, 1, 1]
    )

    assert model.predict_proba([[0.0, 1.0], [0.0, 0.0]]).tolist() == [[0.5, 0.5], [1.0, 0.0]]


def test_the_table_holds_all_135_combinations_with_those_that_nobody_is_in(model, matrix, outcome):
    rules = list_all_rules(model, matrix, outcome)

    assert len(rules) == 3 * 3 * 3 * 5
    assert sum(rule.customers for rule in rules) == LEFT + STAYED
    seen = {rule.cells: rule for rule in rules if rule.customers}
    assert {rule.cells: rule for rule in list_rules(model, matrix, outcome)} == seen
    probabilities = [rule.posterior for rule in rules]
    assert probabilities == sorted(probabilities, reverse=True)


def test_an_empty_combination_has_the_probability_of_the_formula(model, matrix, outcome):
    rules = list_all_rules(model, matrix, outcome)

    places = {rule.cells: rule.posterior for rule in rules}
    middle = next(
        posterior
        for cells, posterior in places.items()
        if [cell.counts[1] for cell in cells] == [263, 125, 138, 149]
    )
    left = LEFT * (263 / LEFT) * (125 / LEFT) * (138 / LEFT) * (149 / LEFT)
    stayed = STAYED * (1023 / STAYED) * (456 / STAYED) * (469 / STAYED) * (316 / STAYED)
    assert middle == pytest.approx(left / (left + stayed), rel=1e-12)


def test_rules_are_a_table_of_words(model, matrix, outcome):
    table = tabulate_rules(list_all_rules(model, matrix, outcome), matrix, language="ru")

    assert table.column_names == ["age", "spend", "talk", "sms", "customers", "probability"]
    assert table["age"].unique().to_pylist() == ["до 25", "больше 25, до 45", "больше 45"]


def test_a_table_that_nobody_reads_is_refused(outcome):
    chance = np.random.default_rng(0)
    wide = {f"f{column}": chance.normal(size=3_000) for column in range(5)}
    features = tuple(Feature(name, Wording(en=name, ru=name), None, "numeric") for name in wide)
    ids = {"customer_id": [str(row) for row in range(3_000)]}
    matrix = encode_features(FeatureTable(pa.table(ids | wide), features, AsOf(date(2026, 1, 1))))
    model = IntervalNaiveBayes().fit(matrix.values, outcome.labels)

    with pytest.raises(InvalidParameterError, match="have 100,000 combinations"):
        list_all_rules(model, matrix, outcome)
