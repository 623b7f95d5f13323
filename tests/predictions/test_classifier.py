"""Any family as a scikit-learn classifier."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from regulars.errors import InvalidParameterError, QualityError
from regulars.predictions import CustomerClassifier

pytestmark = pytest.mark.slow


@parametrize_with_checks(
    [CustomerClassifier(), CustomerClassifier("naive_bayes")], expected_failed_checks=lambda _: {}
)
def test_it_is_a_scikit_learn_classifier(estimator, check):
    check(estimator)


def _draw(n=400):
    chance = np.random.default_rng(0)
    X = chance.normal(size=(n, 3))
    X[chance.random(X.shape) < 0.05] = np.nan
    return X, np.where(np.nan_to_num(X[:, 0]) + chance.normal(size=n) > 0, "stays", "leaves")


@pytest.mark.parametrize("model", ["one_feature", "random_forest", "lightgbm", "blend"])
def test_a_family_is_called_by_its_name(model):
    X, y = _draw()

    classifier = CustomerClassifier(model).fit(X, y)

    assert classifier.classes_.tolist() == ["leaves", "stays"]
    assert classifier.score(X, y) > 0.7
    constants = classifier.decision_function(X) - classifier.explain(X).sum(axis=1)
    assert np.ptp(constants) < 1e-9


@pytest.mark.parametrize("ask", ["predict", "predict_proba", "decision_function", "explain"])
def test_nothing_is_said_before_it_is_fitted(ask):
    with pytest.raises(NotFittedError, match="CustomerClassifier instance is not fitted yet"):
        getattr(CustomerClassifier(), ask)([[1.0, 2.0]])


def test_it_can_be_held_to_a_way():
    X, y = _draw()

    held = CustomerClassifier("lightgbm", monotone=[-1, 0, 0]).fit(X, y)

    rows = np.column_stack([np.linspace(-2, 2, 20), np.zeros(20), np.zeros(20)])
    assert (np.diff(held.decision_function(rows)) <= 0).all()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"model": "forest"}, "The 'model' parameter of CustomerClassifier must be a str among"),
        ({"monotone": [1, 0, 0]}, "'logistic' cannot be held to the way of a feature"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings, said):
    with pytest.raises(InvalidParameterError, match=said):
        CustomerClassifier(**settings).fit(*_draw())


def test_too_few_of_one_class_are_refused():
    X, _ = _draw(50)

    with pytest.raises(QualityError):
        CustomerClassifier().fit(X, [1, *[0] * 49])
