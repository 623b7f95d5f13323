"""Groups of customers: figures, gaps and their intervals, held against fairlearn and by hand."""

import numpy as np
import pytest
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_difference,
    equal_opportunity_difference,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from scipy.stats import binomtest

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate import measure_fairness

THRESHOLD = 0.4


def _draw(seed, *, rows=900, groups=3):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, groups, rows)
    said = rng.beta(2 + codes, 4)
    return (rng.random(rows) < said).astype(float), said, codes


def test_every_figure_is_that_of_fairlearn():
    labels, said, codes = _draw(1)
    decided = said >= THRESHOLD
    measures = {
        "contacted": selection_rate,
        "recall": true_positive_rate,
        "false_alarms": false_positive_rate,
    }
    frame = MetricFrame(
        metrics=measures, y_true=labels, y_pred=decided, sensitive_features=codes
    ).by_group

    found = measure_fairness(labels, said, codes, ["0", "1", "2"], threshold=THRESHOLD)

    ours = [[getattr(group, name).mean for name in measures] for group in found.groups]
    theirs = [[frame[name][int(group.name)] for name in measures] for group in found.groups]
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_the_widest_gaps_are_those_of_fairlearn():
    labels, said, codes = _draw(2)
    decided = said >= THRESHOLD

    found = measure_fairness(labels, said, codes, ["0", "1", "2"], threshold=THRESHOLD)

    parity = demographic_parity_difference(labels, decided, sensitive_features=codes)
    opportunity = equal_opportunity_difference(labels, decided, sensitive_features=codes)
    assert found.get_gap("contacted").difference.mean == pytest.approx(parity, rel=1e-12)
    assert found.get_gap("recall").difference.mean == pytest.approx(opportunity, rel=1e-12)


def test_a_share_has_the_interval_of_wilson():
    labels, said, codes = _draw(3, groups=2)

    group = measure_fairness(labels, said, codes, ["0", "1"], threshold=THRESHOLD).groups[0]

    contacted = round(group.contacted.mean * group.rows)
    wilson = binomtest(contacted, group.rows).proportion_ci(0.95, method="wilson")
    assert (group.contacted.low, group.contacted.high) == pytest.approx(wilson)


def test_a_difference_has_the_interval_of_newcombe_for_all_figures_at_once():
    # 56/70 against 48/80 is Newcombe's (1998) example (a): by method 10 0.0524 to 0.3339 at 95 %, and
    # what stands here at 98.33 %, for three figures are compared where everybody has the outcome.
    labels = np.ones(150)
    said = np.concatenate([np.arange(70) < 56, np.arange(80) < 48]).astype(float)

    found = measure_fairness(labels, said, np.repeat([0, 1], [70, 80]), ["a", "b"], threshold=0.5)

    gap = found.get_gap("recall").difference
    assert found.comparisons == 3
    assert (gap.mean, gap.low, gap.high) == pytest.approx((0.2, 0.0192280788, 0.3608318103))


def test_calibration_is_what_is_said_less_what_came():
    labels = np.tile([1.0, 0.0], 100)
    said = np.repeat([0.75, 0.25], 100)

    found = measure_fairness(labels, said, np.repeat([0, 1], 100), ["a", "b"], threshold=0.5)

    assert [group.calibration.mean for group in found.groups] == [0.25, -0.25]
    assert found.get_gap("calibration").difference.mean == 0.5


def test_a_customer_who_is_tested_four_times_counts_about_once():
    labels, said, codes = _draw(4, groups=2)
    names = ["0", "1"]
    once = measure_fairness(labels, said, codes, names, threshold=THRESHOLD)

    again = measure_fairness(
        *(np.tile(part, 4) for part in (labels, said, codes)),
        names,
        threshold=THRESHOLD,
        customers=np.tile(np.arange(len(labels)), 4),
    )

    def low(found):
        return [found.groups[0].recall.low, found.get_gap("contacted").difference.low]

    assert low(again) == pytest.approx(low(once), rel=1e-9)
    assert [group.customers for group in again.groups] == [group.customers for group in once.groups]


def test_small_groups_are_put_together():
    labels, said, _ = _draw(5, rows=400)
    codes = np.repeat([0, 1, 2, 3], [200, 140, 30, 30])

    found = measure_fairness(labels, said, codes, ["a", "b", "c", "d"], threshold=THRESHOLD)

    assert [(group.name, group.customers) for group in found.groups] == [
        ("a", 200),
        ("b", 140),
        (None, 60),
    ]
    assert found.pooled == ("c", "d")
    assert found.left_out == 0


def test_those_whose_group_is_not_known_are_left_out_and_counted():
    labels, said, _ = _draw(6, rows=300)
    codes = np.repeat([0, 1, 2, -1], [120, 100, 20, 60])

    found = measure_fairness(labels, said, codes, ["a", "b", "c"], threshold=THRESHOLD)

    assert [group.name for group in found.groups] == ["a", "b"]
    assert (found.pooled, found.left_out) == (("c",), 80)


def test_a_group_without_the_outcome_has_no_recall_and_is_not_compared_by_it():
    said = np.linspace(0, 1, 200)
    labels = np.concatenate([np.zeros(100), np.tile([0.0, 1.0], 50)])

    found = measure_fairness(labels, said, np.repeat([0, 1], 100), ["a", "b"], threshold=THRESHOLD)

    assert [group.recall is None for group in found.groups] == [True, False]
    assert found.get_gap("recall") is None
    assert [gap.measure for gap in found.gaps] == ["contacted", "false_alarms", "calibration"]


def test_one_group_alone_cannot_be_compared():
    labels, said, _ = _draw(7, rows=120)

    with pytest.raises(QualityError, match=r"fewer than two of them have 50 customers.*a: 120"):
        measure_fairness(labels, said, np.zeros(120, int), ["a", "b"], threshold=THRESHOLD)


def test_shapes_that_differ_are_told():
    with pytest.raises(InvalidParameterError, match="found 2, 3, 2, 2"):
        measure_fairness(np.ones(2), np.ones(3), np.zeros(2, int), ["a"], threshold=0.5)


@pytest.mark.slow
def test_where_groups_are_treated_alike_one_set_in_twenty_says_otherwise():
    rng = np.random.default_rng(8)
    wrong = 0
    for _ in range(400):
        said = rng.random(600)
        labels = (rng.random(600) < said).astype(float)
        codes = rng.integers(0, 4, 600)
        found = measure_fairness(labels, said, codes, list("abcd"), threshold=0.5)
        wrong += any(gap.is_certain for gap in found.gaps)

    assert wrong / 400 < 0.08
