"""Survival models compared in the same folds."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import InvalidParameterError, NotFoundError, QualityError
from regulars.features import AsOf, Feature, FeatureTable
from regulars.predictions import read_outcome
from regulars.predictions.survival import Durations, compare_survival
from regulars.schema.wording import Wording

AS_OF = AsOf(date(2026, 1, 1))


def make_customers(n, *, seed=1, effect=1.0):
    generator = np.random.default_rng(seed)
    use = generator.normal(size=n)
    plan = generator.choice(["basic", "pro"], n)
    hazard = 0.05 * np.exp(effect * use + effect * (plan == "basic"))
    months = np.ceil(generator.exponential(1 / hazard))
    seen = generator.integers(1, 37, n)
    durations = np.minimum(months, seen).astype(float)
    features = (
        Feature("use", Wording(en="use", ru="объём"), None, "numeric"),
        Feature("plan", Wording(en="plan", ru="тариф"), None, "category"),
        Feature("paid", Wording(en="paid", ru="оплачено"), None, "numeric"),
    )
    ids = [f"{number:05}" for number in range(n)]
    table = pa.table({"customer_id": ids, "use": use, "plan": plan, "paid": durations * 10})
    outcome = read_outcome([str(int(left)) for left in months <= seen], column="left")
    return FeatureTable(table, features, AS_OF), Durations("tenure", durations, "months"), outcome


@pytest.mark.slow
def test_the_models_find_who_leaves_sooner_and_the_repeated_duration_is_left_out():
    features, durations, outcome = make_customers(1500)

    found = compare_survival(features, durations, outcome, random_state=1)

    figures = {model.name: model.c_index.mean for model in found.models}
    assert list(figures) == ["kaplan_meier", "cox", "hazard"]
    assert figures["kaplan_meier"] == 0.5
    assert figures["cox"] > 0.70
    assert found.chosen == "cox"
    assert found.c_index.low < figures["cox"] < found.c_index.high
    assert [echo.feature for echo in found.echoes] == ["paid"]
    assert found.models[1].brier[1] < found.models[0].brier[1]
    assert found.note.en.startswith(
        "The features are as they were when each customer was last seen"
    )
    assert [ratio.feature for ratio in found.hazard_ratios] == ["use", "plan"]
    # e to the first power: the effect of the plan.
    assert found.hazard_ratios[1].ratio.low < np.e < found.hazard_ratios[1].ratio.high
    assert found.hazard_ratios[1].riskier.en == "“basic”"
    assert all(group.low <= group.observed <= group.high for group in found.calibration)


@pytest.mark.slow
def test_those_who_are_still_there_are_scored_and_the_same_seed_scores_them_the_same():
    features, durations, outcome = make_customers(600)

    found = compare_survival(features, durations, outcome, random_state=1)
    again = compare_survival(features, durations, outcome, random_state=1)

    assert found.scored.column_names == [
        "customer_id",
        "duration_days",
        "leaves_within_30_days",
        "leaves_within_90_days",
        "leaves_within_180_days",
        "leaves_within_365_days",
        "median_days_left",
    ]
    assert len(found.scored) == outcome.negatives
    assert found.scored.equals(again.scored)
    month, quarter = (found.scored[f"leaves_within_{days}_days"].to_numpy() for days in (30, 90))
    known = ~np.isnan(quarter)
    assert (month[known] <= quarter[known]).all()

    (basic,) = _explain(found, features, "basic", low=1.0)
    (pro,) = _explain(found, features, "pro", high=-1.0)
    assert (basic.is_sooner, pro.is_sooner) == (True, False)
    assert {reason.feature for reason in basic.reasons} == {"use", "plan"}
    assert all(reason.contribution > 0 for reason in basic.reasons)
    assert all(reason.contribution < 0 for reason in pro.reasons)
    place = found.scored["customer_id"].index(basic.customer_id).as_py()
    assert basic.duration_days == found.scored["duration_days"][place].as_py()
    assert basic.leaves_within[0].probability == month[place]
    assert basic.leaves_within[0].probability > basic.leaves_within[0].others


def _explain(found, features, plan, *, low=-9.0, high=9.0):
    """The first customer of a plan and such a use who is still there, explained."""
    staying = set(found.scored["customer_id"].to_pylist())
    rows = [
        row
        for row in features.table.to_pylist()
        if row["customer_id"] in staying and row["plan"] == plan and low < row["use"] < high
    ]
    return [found.explainer.explain(row["customer_id"]) for row in rows[:1]]


def test_who_is_not_there_is_not_explained():
    features, durations, outcome = make_customers(200)
    found = compare_survival(
        features.drop(["use", "plan", "paid"]), durations, outcome, random_state=1
    )
    left = features.customer_ids[int(np.flatnonzero(outcome.labels == 1)[0])].as_py()
    staying = found.scored["customer_id"][0].as_py()

    assert found.explainer.explain(staying).reasons == ()
    with pytest.raises(NotFoundError, match="has left already"):
        found.explainer.explain(left)
    with pytest.raises(NotFoundError, match="There is no customer 'nobody'"):
        found.explainer.explain("nobody")


@pytest.mark.slow
def test_features_that_say_nothing_leave_one_curve_for_all():
    features, durations, outcome = make_customers(800, effect=0.0)

    found = compare_survival(features, durations, outcome, random_state=1)

    assert found.chosen == "kaplan_meier"
    assert found.why.en.startswith("No model ranks customers better than chance")


def test_without_features_there_is_one_curve_for_all():
    features, durations, outcome = make_customers(200)

    found = compare_survival(
        features.drop(["use", "plan", "paid"]), durations, outcome, random_state=1
    )

    assert [model.name for model in found.models] == ["kaplan_meier"]
    assert found.why.en.startswith("There are no features")


def test_rows_that_do_not_fit_together_are_refused():
    features, durations, outcome = make_customers(100)
    fewer = Durations("tenure", durations.values[:90], "months")

    with pytest.raises(
        InvalidParameterError, match="90 durations and 100 labels for 100 customers"
    ):
        compare_survival(features, fewer, outcome, random_state=1)


def test_too_few_departures_with_a_duration_are_refused():
    features, durations, outcome = make_customers(100)
    missing = np.where(outcome.labels == 1, np.nan, durations.values)

    with pytest.raises(QualityError, match="customers with a duration 0 have left"):
        compare_survival(features, Durations("tenure", missing, "months"), outcome, random_state=1)


@pytest.mark.slow
def test_of_very_many_customers_a_sample_is_learnt_from_and_all_who_stay_are_scored(monkeypatch):
    monkeypatch.setattr("regulars.predictions.comparing.plan._MANY_ROWS", 400)
    monkeypatch.setattr("regulars.predictions.comparing.plan._MOST_ROWS", 400)
    features, durations, outcome = make_customers(900)

    found = compare_survival(features, durations, outcome, random_state=1)

    assert (found.customers, len(found.scored)) == (900, outcome.negatives)
    assert found.scored["leaves_within_30_days"].null_count < 20
