"""What was said beside what came."""

import numpy as np
import pytest

from regulars.errors import QualityError
from regulars.evaluate import Interval
from regulars.predictions.comparing.recheck import recheck_scores

PROMISED = Interval(0.80, 0.78, 0.82)


def world(*, seed=1, n=2_000):
    """Probabilities that come true."""
    generator = np.random.default_rng(seed)
    said = generator.beta(1, 3, n)
    return said, (generator.random(n) < said).astype(float)


def test_scores_that_hold_keep_the_promise():
    said, labels = world()
    ranked = recheck_scores(said, labels, promised=PROMISED, random_state=0).roc_auc

    found = recheck_scores(said, labels, promised=ranked, random_state=0)

    assert found.verdict == "kept"
    assert found.came.low < found.said < found.came.high
    assert "it keeps what it promised" in found.sentence.en
    assert "as was said" in found.sentence.en
    assert "обещанное выполнено" in found.sentence.ru


def test_scores_of_a_world_that_turned_are_worse_than_promised():
    said, labels = world()

    found = recheck_scores(1 - said, labels, promised=PROMISED, random_state=0)

    assert found.verdict == "worse"
    assert "less often than was said" in found.sentence.en
    assert "regulars analyze" in found.sentence.ru


def test_an_outcome_that_became_more_frequent_is_said():
    said, labels = world()

    found = recheck_scores(said / 2, labels, promised=PROMISED, random_state=0)

    assert found.said < found.came.low
    assert "the probabilities are too low by now" in found.sentence.en
    assert found.calibration_error.low > 0.05


def test_who_is_not_known_yet_is_left_out():
    said, labels = world()
    labels[::2] = np.nan

    found = recheck_scores(said, labels, promised=PROMISED, random_state=0)

    assert (found.scored, found.known) == (2_000, 1_000)


def test_too_little_to_judge_by_is_refused():
    labels = np.append(np.ones(9), np.zeros(100))

    with pytest.raises(QualityError, match="9 of these had the outcome; at least 10"):
        recheck_scores(np.full(109, 0.1), labels, promised=PROMISED, random_state=0)
