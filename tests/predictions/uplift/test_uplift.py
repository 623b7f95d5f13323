"""What a contact changes: experiments whose truth is known."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import InvalidParameterError, QualityError
from regulars.features import AsOf, Feature, FeatureTable, encode_features
from regulars.predictions import ColumnOutcome, Outcome
from regulars.predictions.uplift import (
    compare_uplift,
    find_late_columns,
    measure_effect,
    read_experiment,
)
from regulars.predictions.uplift.experiment import find_imbalances
from regulars.predictions.uplift.learners import LEARNERS, UpliftLesson, weigh_effects
from regulars.schema.wording import Wording

AS_OF = AsOf(date(2026, 1, 1))


def make_outcome(labels):
    return Outcome(ColumnOutcome(column="visit", positive="1"), labels)


def make_table(**columns):
    kinds = {name: "category" if "plan" in name else "numeric" for name in columns}
    features = tuple(
        Feature(name, Wording(en=name, ru=name), None, kind) for name, kind in kinds.items()
    )
    size = len(next(iter(columns.values())))
    ids = [f"{number:06}" for number in range(size)]
    return FeatureTable(pa.table({"customer_id": ids} | columns), features, AS_OF)


def run_experiment(n, *, seed=1, effect=0.2, is_random=True, **more):
    """The contact works for those with a high number; another number says who comes anyway."""
    generator = np.random.default_rng(seed)
    moved, keen = generator.normal(size=n), generator.normal(size=n)
    plan = generator.choice(["basic", "pro"], n)
    likely = np.full(n, 0.5) if is_random else 1 / (1 + np.exp(-keen))
    treated = generator.random(n) < likely
    # Who would come anyway is moved least.
    without = np.clip(0.15 + 0.08 * keen, 0.02, 0.6)
    with_ = np.clip(without + effect * (moved > 0.5), 0, 1)
    labels = (generator.random(n) < np.where(treated, with_, without)).astype(float)
    features = make_table(moved=moved, keen=keen, plan=plan, **more)
    return features, read_experiment(make_outcome(labels), treated, ~treated)


def test_the_effect_is_the_difference_of_the_shares():
    _, experiment = run_experiment(4000)

    effect = measure_effect(experiment)

    one, other = experiment.contacted, experiment.control
    assert effect.mean == pytest.approx(one.positives / one.customers - other.rate)
    # 0.2 for the 31 % with a number above 0.5.
    assert effect.low < 0.2 * 0.3085 < effect.high


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in LEARNERS if name != "response"])
def test_each_learner_finds_whom_the_contact_moves(name):
    features, experiment = run_experiment(6000, effect=0.4)
    matrix = encode_features(features)
    lesson = UpliftLesson(
        matrix.values,
        matrix.is_category,
        experiment.treated,
        experiment.outcomes,
        np.arange(len(features)),
        True,
        1,
    )

    effects = LEARNERS[name](lesson)(matrix.values)

    is_moved = matrix.values[:, 0] > 0.5
    assert effects[is_moved].mean() == pytest.approx(0.4, abs=0.12)
    assert effects[~is_moved].mean() == pytest.approx(0.0, abs=0.06)


@pytest.mark.slow
def test_a_learner_is_recommended_where_it_beats_the_response_model():
    features, experiment = run_experiment(6000, effect=0.4)

    found = compare_uplift(features, experiment, random_state=1)

    figures = {one.name: one for one in found.learners}
    assert list(figures) == ["random", "response", "s", "t", "x", "dr", "transformed"]
    assert figures["random"].qini.mean == 0.0
    assert figures["random"].qini.low < 0 < figures["random"].qini.high
    assert found.recommended not in {"random", "response"}
    assert figures[found.recommended].beats_response
    assert found.why.en.endswith("on the same customers.")
    assert found.is_random
    assert found.effect == found.difference
    assert found.deciles[0].effect.mean > found.deciles[-1].effect.mean
    assert sum(decile.customers for decile in found.deciles) == 6000
    assert found.scored.column_names == ["customer_id", "is_treated", "outcome", "effect"]


@pytest.mark.slow
def test_where_the_contact_works_alike_on_all_it_is_said_that_no_learner_beats_the_response_model():
    generator = np.random.default_rng(3)
    n = 3000
    keen = generator.normal(size=n)
    treated = np.arange(n) % 2 == 0
    chance = np.clip(0.2 + 0.1 * keen, 0.02, 0.9) * np.where(treated, 1.3, 1.0)
    labels = (generator.random(n) < chance).astype(float)
    experiment = read_experiment(make_outcome(labels), treated, ~treated)

    found = compare_uplift(make_table(keen=keen), experiment, random_state=1)

    assert found.recommended in {"response", "random"}
    assert found.why.en.startswith("No learner beats the response model")
    assert found.why.ru.startswith("Ни одна модель эффекта не лучше модели отклика")


@pytest.mark.slow
def test_where_chance_did_not_choose_the_effect_allows_for_what_is_known():
    features, experiment = run_experiment(8000, effect=0.0, is_random=False)

    found = compare_uplift(features, experiment, random_state=1)

    assert not found.is_random
    assert found.imbalances[0].feature == "keen"
    # Who is keen was contacted more often, and comes anyway: no effect, though the shares differ.
    assert found.difference.low > 0.03
    assert found.effect.low < 0 < found.effect.high


def test_groups_that_chance_made_are_alike():
    features, experiment = run_experiment(2000)

    imbalances, is_uneven = find_imbalances(encode_features(features), experiment.treated)

    assert not is_uneven
    assert {one.feature for one in imbalances} == {"moved", "keen", "plan"}


def test_a_difference_of_levels_names_the_level():
    treated = np.arange(1000) % 2 == 0
    plan = np.where(treated & (np.arange(1000) % 3 == 0), "pro", "basic")
    matrix = encode_features(make_table(plan=plan))

    (imbalance,), is_uneven = find_imbalances(matrix, treated)

    assert is_uneven
    assert (imbalance.feature, imbalance.level) in {("plan", "pro"), ("plan", "basic")}
    assert abs(imbalance.difference) == pytest.approx(1.0, abs=0.02)


def test_doubly_robust_effects_are_right_when_only_the_propensity_is():
    generator = np.random.default_rng(2)
    keen = generator.random(200_000)
    treated = generator.random(200_000) < 0.2 + 0.6 * keen
    outcomes = (generator.random(200_000) < 0.1 + 0.3 * keen + 0.1 * treated).astype(float)
    wrong = np.full(200_000, 0.5)

    effects = weigh_effects(outcomes, treated, wrong, wrong, 0.2 + 0.6 * keen)

    assert effects.mean() == pytest.approx(0.1, abs=0.01)


def make_late(n=4000):
    """A visit is needed to buy, and the contact brings visits; only the contacted can click."""
    generator = np.random.default_rng(5)
    treated = np.arange(n) % 2 == 0
    visit = generator.random(n) < np.where(treated, 0.4, 0.2)
    bought = visit & (generator.random(n) < 0.3)
    columns = {
        "visit": visit.astype(float),
        "spent": np.where(bought, generator.random(n) * 100, 0.0),
        "clicks": np.where(treated, generator.poisson(0.8, n), 0).astype(float),
        "age": generator.normal(40, 10, n),
        "opened": np.where(bought | (generator.random(n) < 0.5), 1.0, 0.0),
    }
    experiment = read_experiment(make_outcome(bought.astype(float)), treated, ~treated)
    return make_table(**columns), experiment


def test_what_was_written_down_after_the_contact_is_found_by_its_values():
    features, experiment = make_late()

    late = {one.feature: one.sentence.en for one in find_late_columns(features, experiment)}

    assert set(late) == {"spent", "visit", "clicks"}
    assert late["clicks"] == (
        "“clicks” tells who was contacted, so it was written down after the groups were made."
    )
    assert late["visit"].startswith("“visit” has a value with which nobody has the outcome")


def test_a_column_without_which_no_outcome_comes_stays_when_the_contact_has_not_moved_it():
    features, experiment = make_late()

    late = find_late_columns(features, experiment)

    assert "opened" not in {one.feature for one in late}


def test_nobody_is_in_both_groups():
    labels = np.tile([0.0, 1.0], 50)

    with pytest.raises(InvalidParameterError, match="60 customers are both treated and controls"):
        read_experiment(make_outcome(labels), np.arange(100) < 80, np.arange(100) >= 20)


def test_a_group_with_too_few_outcomes_is_refused():
    labels = (np.arange(200) % 2).astype(float)
    labels[100:195] = 0

    with pytest.raises(QualityError, match="In the control group 3 customers have the outcome"):
        read_experiment(make_outcome(labels), np.arange(200) < 100, np.arange(200) >= 100)


def test_customers_of_neither_group_and_of_unknown_outcome_are_left_out():
    labels = np.tile([0.0, 1.0], 100)
    labels[:10] = np.nan

    found = read_experiment(make_outcome(labels), np.arange(200) < 80, np.arange(200) >= 120)

    assert (found.others, len(found.rows)) == (40, 150)


def test_without_features_nothing_tells_for_whom_the_contact_works():
    features, experiment = run_experiment(400)

    with pytest.raises(QualityError, match="There is no feature to tell for whom"):
        compare_uplift(features.drop(features.names), experiment, random_state=1)


def test_features_of_other_customers_are_refused():
    features, _ = run_experiment(400)
    _, experiment = run_experiment(300)

    with pytest.raises(InvalidParameterError, match="features of 400 customers, and 300"):
        compare_uplift(features, experiment, random_state=1)


@pytest.mark.slow
def test_of_very_many_customers_a_sample_is_learnt_from_and_all_are_scored(monkeypatch):
    monkeypatch.setattr("regulars.predictions.comparing.plan._MANY_ROWS", 800)
    monkeypatch.setattr("regulars.predictions.comparing.plan._MOST_ROWS", 800)
    features, experiment = run_experiment(2000, effect=0.4)

    found = compare_uplift(features, experiment, random_state=1)

    assert sum(decile.customers for decile in found.deciles) == 800
    assert len(found.scored) == 2000
    moved = features.table["moved"].to_numpy() > 0.5
    effects = found.scored["effect"].to_numpy()
    assert effects[moved].mean() > effects[~moved].mean() + 0.1
