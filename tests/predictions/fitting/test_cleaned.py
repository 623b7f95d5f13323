"""A cleaning plan is learnt inside the folds: a planted leak does not get through."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.features import AsOf, Feature, FeatureTable
from regulars.predictions import compare_churn_models
from regulars.predictions.comparing.validation import fit_model
from regulars.predictions.fitting.cleaned import learn_cleaning, spread_plan
from regulars.predictions.fitting.training import TrainingRows, prepare_lesson
from regulars.predictions.outcomes.definitions import ColumnOutcome
from regulars.predictions.outcomes.outcome import Outcome
from regulars.quality import CleaningPlan
from regulars.schema.wording import Wording

PLAN = CleaningPlan(columns=[{"column": "income", "missing": "mean"}])
CAP = CleaningPlan(columns=[{"column": "income", "missing": "keep", "outliers": "cap"}])


def make_rows(income, age, labels, plan):
    X = np.column_stack([income, age])
    cleaning = spread_plan(plan, ("income", "age"))
    return TrainingRows(X, labels, np.arange(len(X)), np.zeros(2, dtype=bool), cleaning)


@pytest.fixture
def customers():
    """200 customers; income is missing for a fifth, and one has a billion."""
    chance = np.random.default_rng(1)
    income = chance.normal(100, 10, 200)
    income[:40] = np.nan
    income[199] = 1e9
    age = chance.normal(40, 10, 200)
    labels = (chance.random(200) < 1 / (1 + np.exp((age - 40) / 5))).astype(float)
    return income, age, labels


def test_what_stands_in_for_a_gap_is_learnt_from_the_training_rows(customers):
    income, age, labels = customers
    rows = make_rows(income, age, labels, PLAN)
    is_learnt = np.arange(200) < 150

    lesson = prepare_lesson(rows.take(is_learnt), random_state=0)

    assert lesson.X[:40, 0] == pytest.approx(np.nanmean(income[is_learnt]))
    assert np.nanmean(income) > 1e6  # what all customers would have told


def test_what_stands_in_for_a_gap_is_learnt_in_each_inner_fold_anew(customers):
    income, age, labels = customers
    lesson = prepare_lesson(make_rows(income, age, labels, PLAN), random_state=0)

    fills = [np.nanmean(np.delete(income, fold.tested)) for fold in lesson.folds]
    gaps = [fold.seen[fold.tested < 40, 0] for fold in lesson.folds]

    assert sorted(np.concatenate([fold.tested for fold in lesson.folds])) == list(range(200))
    assert [len(set(gap.tolist())) for gap in gaps] == [1, 1, 1]
    assert [gap[0] for gap in gaps] == pytest.approx(fills)
    # Only the fold that tests the billion does not know it.
    assert sum(fill > 1e6 for fill in fills) == 2


def test_limits_of_outliers_are_learnt_from_the_training_rows(customers):
    income, _, _ = customers
    known = income[40:150]
    first, third = np.quantile(known, [0.25, 0.75])

    clean = learn_cleaning(
        np.column_stack([income, income])[:150], spread_plan(CAP, ("income", "x"))
    )

    cleaned = clean(np.array([[1e9, 1e9], [np.nan, 30.0]]))
    assert cleaned[0].tolist() == pytest.approx([third + 1.5 * (third - first), 1e9])
    assert np.isnan(cleaned[1, 0])


@pytest.mark.parametrize("name", ["logistic", "lightgbm", "blend"])
def test_what_a_held_out_customer_holds_moves_no_other_score(customers, name):
    income, age, labels = customers
    is_learnt = np.arange(200) < 150
    tame = np.where(income > 1e6, 100.0, income)
    probe = np.array([[np.nan, 35.0], [90.0, 50.0]])

    leaking, honest = (
        fit_model(name, make_rows(own, age, labels, PLAN).take(is_learnt), 0)
        for own in (income, tame)
    )

    assert leaking.probabilities(probe).tolist() == honest.probabilities(probe).tolist()


@pytest.mark.slow
def test_every_round_of_a_comparison_learns_its_own(customers):
    income, age, labels = customers
    words = Wording(en="x", ru="x")
    features = FeatureTable(
        pa.table(
            {
                "customer_id": [str(n) for n in range(200)],
                "income": pa.array(income, from_pandas=True),
                "age": age,
            }
        ),
        tuple(Feature(name, words, None, "numeric") for name in ("income", "age")),
        AsOf(date(2026, 1, 1)),
    )
    outcome = Outcome(ColumnOutcome(column="churn", positive="yes"), labels)

    found = compare_churn_models(features, outcome, random_state=0, cleaning=PLAN)

    explainer = found.explainer
    rich = explainer.scorers[explainer.scorer_of[199]]
    gap = np.array([[np.nan, 40.0]])
    fills = [scorer.clean(gap)[0, 0] for scorer in explainer.scorers]
    assert rich.clean(gap)[0, 0] == pytest.approx(100, abs=3)
    assert sum(fill > 1e6 for fill in fills) == len(fills) - 1
    assert found.reasons(["0"])[0][0].feature in {"age", "income"}
