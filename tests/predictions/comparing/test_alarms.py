"""Planted leaks: what makes results too good to be true is noticed, and honest data is not."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.evaluate.folds import group_identical_rows
from regulars.evaluate.metrics import roc_auc
from regulars.features import AsOf, Feature, FeatureTable
from regulars.predictions import compare_churn_models, read_outcome
from regulars.predictions.comparing.alarms import measure_single_features
from regulars.predictions.comparing.copies import find_copies
from regulars.predictions.comparing.plan import plan_at_random
from regulars.predictions.comparing.validation import fit_model
from regulars.predictions.fitting.training import TrainingRows
from regulars.schema.wording import Wording

pytestmark = pytest.mark.slow

N = 1_200
NAMES = ("months", "fee", "calls", "complaints", "plan", "city")
IS_CATEGORY = np.array([False, False, False, False, True, True])


def customers(*, seed=5):
    """Customers of whom a fifth leaves: whole months and calls, fees in cents, plan and city."""
    generator = np.random.default_rng(seed)
    X = np.column_stack(
        [
            generator.integers(1, 72, N),
            generator.normal(600, 200, N).round(2),
            generator.poisson(30, N),
            generator.poisson(0.5, N),
            generator.integers(0, 4, N),
            generator.integers(0, 300, N),
        ]
    ).astype(float)
    log_odds = -1.2 - 0.03 * X[:, 0] + 0.8 * X[:, 3] + 0.6 * (X[:, 4] == 0)
    labels = (generator.random(N) < 1 / (1 + np.exp(-log_odds))).astype(float)
    return X, labels


def rows_of(X, labels):
    return TrainingRows(X, labels, group_identical_rows(X), IS_CATEGORY)


def pad(X, labels, *, seed=1):
    """The rarer class repeated until both are of one size, as before a split it should not be."""
    generator = np.random.default_rng(seed)
    leavers = np.flatnonzero(labels == 1)
    more = generator.choice(leavers, int((labels == 0).sum()) - len(leavers))
    return np.concatenate([X, X[more]]), np.concatenate([labels, labels[more]])


def test_honest_customers_do_not_ring():
    X, labels = customers()

    assert find_copies(rows_of(X, labels)) is None
    assert measure_single_features(rows_of(X, labels), random_state=1).max() < 0.8


def test_a_class_that_was_padded_before_loading_is_noticed():
    found = find_copies(rows_of(*pad(*customers())))

    assert found.kind == "oversampled"
    assert found.column is None


def test_padding_before_loading_does_not_raise_the_figures():
    def rank(rows):
        figures = []
        for part in plan_at_random(rows, random_state=1).repeats[0]:
            scorer = fit_model("lightgbm", rows.take(part.learn), 1)
            said = scorer.probabilities(rows.X[part.test])
            figures.append(roc_auc(rows.labels[part.test], said))
        return np.mean(figures)

    honest, padded = rank(rows_of(*customers())), rank(rows_of(*pad(*customers())))

    assert padded < honest + 0.03


def test_customers_made_up_as_averages_are_noticed():
    X, labels = customers()
    generator = np.random.default_rng(1)
    leavers = np.flatnonzero(labels == 1)
    one, other = generator.choice(leavers, (2, 600))
    share = generator.random((600, 1))
    invented = X[one] + share * (X[other] - X[one])
    invented[:, IS_CATEGORY] = X[one][:, IS_CATEGORY]

    found = find_copies(
        rows_of(np.concatenate([X, invented]), np.concatenate([labels, np.ones(600)]))
    )

    assert found.kind == "invented"
    assert NAMES[found.column] in {"months", "fee", "calls", "complaints"}


def test_customers_loaded_twice_with_one_column_changed_are_noticed():
    X, labels = customers()
    again = X.copy()
    again[:, 1] += 1.5

    found = find_copies(rows_of(np.concatenate([X, again]), np.concatenate([labels, labels])))

    assert (found.kind, NAMES[found.column]) == ("repeated", "fee")
    assert found.share > 0.9


def test_a_category_encoded_by_the_outcome_of_all_rows_is_noticed():
    X, labels = customers()
    city = X[:, 5].astype(int)
    means = np.bincount(city, weights=labels) / np.maximum(np.bincount(city), 1)
    X[:, 1] = means[city]

    single = measure_single_features(rows_of(X, labels), random_state=1)

    assert NAMES[int(single.argmax())] == "fee"
    assert single.max() > 0.8


def test_a_feature_from_after_the_cut_off_is_noticed():
    X, labels = customers()
    X[:, 2] = np.where(labels == 1, 0.0, X[:, 2])

    single = measure_single_features(rows_of(X, labels), random_state=1)

    assert NAMES[int(single.argmax())] == "calls"
    assert single.max() > 0.95


def test_few_features_make_identical_rows_no_wonder():
    X, labels = customers()
    padded, of_padded = pad(X[:, :4], labels)
    rows = TrainingRows(padded, of_padded, group_identical_rows(padded), np.zeros(4, dtype=bool))

    assert find_copies(rows) is None


@pytest.mark.slow
def test_copies_are_told_in_both_languages():
    # A third of them: all of the models are compared.
    X, labels = (values[: N // 3] for values in customers())
    again = X.copy()
    again[:, 1] += 1.5
    values = np.concatenate([X, again])
    features = tuple(Feature(name, Wording(en=name, ru=name), None, "numeric") for name in NAMES)
    columns = {name: values[:, j] for j, name in enumerate(NAMES)}
    ids = {"customer_id": [f"{row:05d}" for row in range(len(values))]}
    table = FeatureTable(pa.table(ids | columns), features, AsOf(date(2026, 1, 1)))
    outcome = read_outcome(np.concatenate([labels, labels]).tolist(), column="churn")

    alarms = compare_churn_models(table, outcome, random_state=1).alarms

    (copies,) = [alarm for alarm in alarms if alarm.kind == "copies"]
    assert (copies.severity, copies.feature) == ("alarm", "fee")
    assert "have a copy that differs in “fee” only" in copies.sentence.en
    assert "отличается только полем «fee»" in copies.sentence.ru


def test_numbers_of_so_many_significant_digits_are_not_taken_for_averages():
    X, labels = customers()
    size = np.exp(np.random.default_rng(2).normal(-2 + 2 * labels, 1.0))
    X[:, 1] = [float(f"{value:.4g}") for value in size]

    assert find_copies(rows_of(X, labels)) is None


def measured(*, informative):
    """Patients whose measurements all follow the outcome, and nothing else about them."""
    generator = np.random.default_rng(3)
    labels = (generator.random(600) < 0.4).astype(float)
    shifts = np.where(np.arange(6) < informative, [4.0, 2.0, 2.0, 2.0, 2.0, 2.0], 0.0)
    X = (generator.normal(size=(600, 6)) + labels[:, None] * shifts).round(3)
    features = tuple(
        Feature(f"m{n}", Wording(en=f"m{n}", ru=f"m{n}"), None, "numeric") for n in range(6)
    )
    columns = {feature.name: X[:, place] for place, feature in enumerate(features)}
    ids = {"customer_id": [f"{row:05d}" for row in range(len(X))]}
    table = FeatureTable(pa.table(ids | columns), features, AsOf(date(2026, 1, 1)))
    return table, read_outcome(labels.tolist(), column="ill")


@pytest.mark.parametrize(
    ("informative", "expected"),
    [
        (1, [("too_good", "alarm"), ("leak", "alarm")]),
        (6, [("too_good", "notice")] + [("strong_feature", "notice")] * 3),
    ],
)
def test_an_outcome_that_many_features_tell_is_no_leak(informative, expected):
    table, outcome = measured(informative=informative)

    alarms = compare_churn_models(table, outcome, random_state=1).alarms

    assert [(alarm.kind, alarm.severity) for alarm in alarms] == expected
