"""A line calibrates, and a curve where it is clearly better; reasons and ranks stay as they are."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from regulars.evaluate.metrics import log_loss, roc_auc
from regulars.predictions.fitting.calibration import Curve, choose_curve
from regulars.predictions.fitting.roster import FAMILIES
from regulars.predictions.fitting.training import TrainingRows, prepare_lesson


def _bend(log_odds):
    """True log-odds of a model that is far too sure at one end."""
    return np.where(log_odds > 0, log_odds / 6, log_odds)


def _draw(seed, n=6_000, *, truth=_bend):
    chance = np.random.default_rng(seed)
    said = chance.normal(scale=2.5, size=n)
    return said, (chance.random(n) < expit(truth(said))).astype(float)


def test_a_line_that_is_right_is_kept():
    assert choose_curve(*_draw(0, truth=lambda log_odds: log_odds), np.arange(6_000)) is None


def test_a_curve_is_taken_where_it_is_clearly_better_on_other_rows():
    curve = choose_curve(*_draw(0), np.arange(6_000))
    said, labels = _draw(1)

    assert log_loss(labels, expit(curve(said))) < log_loss(labels, expit(said)) - 0.05
    ideal = log_loss(labels, expit(_bend(said)))
    assert log_loss(labels, expit(curve(said))) == pytest.approx(ideal, abs=0.005)


def test_of_few_rows_no_curve_is_drawn():
    assert choose_curve(*_draw(0, n=400), np.arange(400)) is None


def test_a_curve_leaves_everybody_in_the_same_place():
    curve = choose_curve(*_draw(0), np.arange(6_000))
    said, labels = _draw(2, n=500)
    wide = np.concatenate([said * 10, np.linspace(-90, 90, 50)])

    assert (np.diff(curve(np.sort(wide))) > 0).all()
    assert roc_auc(labels, curve(said)) == roc_auc(labels, said)


@pytest.mark.parametrize("name", ["one_feature", "logistic"])
def test_reasons_add_up_behind_a_curve(name):
    chance = np.random.default_rng(0)
    X = chance.normal(size=(800, 3))
    labels = (chance.random(800) < expit(2 * X[:, 0] - X[:, 1])).astype(float)
    rows = TrainingRows(X, labels, np.arange(800), np.zeros(3, dtype=bool))
    straight = FAMILIES[name].fit(prepare_lesson(rows, random_state=1)).scorer
    curve = Curve("isotonic", np.array([-2.0, -0.5, 1.0]), np.array([-1.0, -0.8, 2.0]))
    bent = replace(straight, curve=curve)

    told = bent.contributions(X)

    np.testing.assert_allclose(np.ptp(bent.log_odds(X) - told.sum(axis=1)), 0, atol=1e-9)
    signs = np.sign(straight.contributions(X))
    assert (np.sign(told) == signs).all()
    assert bent.log_odds(X) == pytest.approx(curve(straight.log_odds(X)))


@pytest.mark.parametrize("name", ["logistic", "lightgbm"])
def test_nobody_has_no_reasons(name):
    chance = np.random.default_rng(0)
    X = chance.normal(size=(200, 3))
    rows = TrainingRows(X, (X[:, 0] > 0).astype(float), np.arange(200), np.zeros(3, dtype=bool))
    scorer = FAMILIES[name].fit(prepare_lesson(rows, random_state=1)).scorer

    assert scorer.contributions(X[:0]).shape == (0, 3)
