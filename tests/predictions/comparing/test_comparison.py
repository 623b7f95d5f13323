"""Models compared, the choice, the scores and the reasons."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from scipy.special import logit

from regulars.errors import (
    Cancelled,
    InvalidParameterError,
    NotFoundError,
    QualityError,
    RegularsError,
)
from regulars.evaluate import ContactCosts
from regulars.evaluate.intervals import Interval
from regulars.evaluate.metrics import roc_auc
from regulars.features import AsOf, Feature, FeatureTable
from regulars.predictions import ChurnComparison, Outcome, compare_churn_models, read_outcome
from regulars.predictions.fitting.scorers import BaselineScorer
from regulars.predictions.reasons.faithfulness import Faithfulness, measure_faithfulness
from regulars.progress import Silent
from regulars.schema.wording import Wording

pytestmark = pytest.mark.slow

N = 600


def _features(columns: dict[str, object]) -> FeatureTable:
    arrays = {name: pa.array(values) for name, values in columns.items()}
    n_rows = len(next(iter(arrays.values())))
    ids = {"customer_id": pa.array([f"{row:05d}" for row in range(n_rows)])}
    kinds = {pa.string(): "category", pa.bool_(): "boolean"}
    features = tuple(
        Feature(name, Wording(en=name, ru=name), None, kinds.get(array.type, "numeric"))
        for name, array in arrays.items()
    )
    return FeatureTable(pa.table(ids | arrays), features, AsOf(date(2026, 1, 1)))


def _shop(*, unknown: int = 0, **extra: object) -> tuple[FeatureTable, Outcome]:
    """Customers who leave when they are new or pay by check, with gaps and useless columns."""
    generator = np.random.default_rng(5)
    tenure = generator.integers(1, 60, N).astype(float)
    payment = generator.choice(["card", "check", "cash"], N, p=[0.6, 0.3, 0.1])
    noise = generator.normal(size=N)
    log_odds = 1.5 - 0.1 * tenure + 1.5 * (payment == "check")
    left = generator.random(N) < 1 / (1 + np.exp(-log_odds))
    columns = {
        "tenure": [None if row % 50 == 0 else value for row, value in enumerate(tenure.tolist())],
        "payment": payment.tolist(),
        "noise": noise.tolist(),
        "constant": [1.0] * N,
        "gone": pa.nulls(N, pa.float64()),
        "vip": (generator.random(N) < 0.2).tolist(),
    }
    columns |= {name: np.where(left, 1.0, 0.0) * values for name, values in extra.items()}
    answers = ["Yes" if one else "No" for one in left]
    answers[:unknown] = [None] * unknown
    return _features(columns), read_outcome(answers, column="Churn")


@cache
def _compared(unknown: int = 0) -> ChurnComparison:
    features, outcome = _shop(unknown=unknown)
    return compare_churn_models(features, outcome, random_state=1)


def test_six_models_are_compared_in_the_same_folds():
    comparison = _compared()

    assert [model.name for model in comparison.models] == [
        "baseline",
        "naive_bayes",
        "logistic",
        "lightgbm",
        "histogram_trees",
        "blend",
    ]
    assert comparison.models[0].roc_auc.mean == 0.5
    assert comparison.models[0].pr_auc.mean == pytest.approx(comparison.base_rate, abs=0.01)
    assert min(model.roc_auc.mean for model in comparison.models[1:]) > 0.8
    assert [len(model.fold_roc_auc) for model in comparison.models] == [5] * 6


def test_models_that_can_be_held_to_a_way_are_compared_where_one_is_known():
    features, outcome = _shop()

    comparison = compare_churn_models(
        features,
        outcome,
        random_state=1,
        models=["one_feature", "logistic", "lightgbm"],
        monotone={"tenure": -1},
    )

    assert [model.name for model in comparison.models] == ["one_feature", "lightgbm"]
    values = np.tile(comparison.explainer.matrix.values[:1], (30, 1))
    values[:, 0] = np.arange(30)
    assert (np.diff(comparison.scorers["lightgbm"].log_odds(values)) <= 1e-9).all()


@pytest.mark.parametrize(
    ("monotone", "said"),
    [({"tenur": 1}, "no column 'tenur'"), ({"payment": 1}, "a category has no more")],
)
def test_a_way_that_cannot_be_is_refused(monotone, said):
    features, outcome = _shop()

    with pytest.raises(RegularsError, match=said):
        compare_churn_models(features, outcome, random_state=1, monotone=monotone)


def test_models_that_cannot_be_held_to_a_way_are_refused_alone():
    features, outcome = _shop()

    with pytest.raises(InvalidParameterError, match=r"Choose from: baseline, one_feature"):
        compare_churn_models(
            features, outcome, random_state=1, models=["logistic"], monotone={"tenure": -1}
        )


def test_a_straight_line_is_chosen_where_the_truth_is_one():
    comparison = _compared()

    assert comparison.chosen in {"naive_bayes", "logistic"}


def test_the_scorecard_tells_every_figure_of_every_model():
    comparison = _compared()
    lines = {line.name: line for line in comparison.scorecard}

    assert set(lines["ranking"].values) == {model.name for model in comparison.models}
    assert lines["behind"].values[comparison.chosen] <= 1
    assert [name for name, line in lines.items() if line.decides] == ["behind", "readability"]


def test_the_result_is_judged_on_every_customer_three_times():
    quality = _compared().quality

    assert (quality.n, quality.repeats) == (N, 3)
    assert quality.roc_auc.low < quality.roc_auc.mean < quality.roc_auc.high
    assert quality.recall.low <= quality.recall.mean <= quality.recall.high
    assert 0.5 < quality.equal_errors.reliability < 1
    assert quality.confusion.recall == quality.recall.mean


def test_the_other_models_are_kept():
    comparison = _compared()

    assert set(comparison.others) == {model.name for model in comparison.models} - {
        comparison.chosen
    }
    assert all(len(said) == N for said in comparison.others.values())
    assert (comparison.others["baseline"] == comparison.base_rate).all()


def test_the_hold_out_is_a_fifth_with_the_same_share_of_the_outcome():
    holdout = _compared().holdout

    assert holdout.n == N // 5
    assert holdout.positives / holdout.n == pytest.approx(_compared().base_rate, abs=0.01)
    assert holdout.confusion.n == holdout.n
    assert holdout.roc_auc.low < holdout.roc_auc.mean < holdout.roc_auc.high


def test_every_customer_has_a_probability_and_a_band():
    comparison = _compared()
    bands = {band.name: band for band in comparison.risk_bands}

    assert len(comparison.churn_probability) == len(comparison.risk) == N
    assert ((comparison.churn_probability > 0) & (comparison.churn_probability < 1)).all()
    assert sum(band.customers for band in comparison.risk_bands) == N
    assert bands["medium"].low == comparison.threshold.value == 0.2
    assert comparison.risk.count("high") == bands["high"].customers
    assert (comparison.churn_probability >= bands["high"].low).sum() == bands["high"].customers


def test_probabilities_are_calibrated_and_of_models_that_had_not_seen_the_customer():
    comparison = _compared()
    labels = comparison.outcome.labels

    auc = roc_auc(labels, comparison.churn_probability)

    assert comparison.churn_probability.mean() == pytest.approx(comparison.base_rate, abs=0.02)
    assert abs(auc - comparison.quality.roc_auc.mean) < 0.02


def test_customers_of_unknown_outcome_are_scored_and_not_learnt_from():
    comparison = _compared(unknown=100)

    assert comparison.n == N - 100
    assert len(comparison.churn_probability) == N
    assert np.isfinite(comparison.churn_probability).all()
    assert comparison.outcome.unknown == 100


def test_the_same_seed_gives_the_same_numbers():
    features, outcome = _shop()

    again = compare_churn_models(features, outcome, random_state=1)

    assert again.churn_probability.tolist() == _compared().churn_probability.tolist()
    assert again.models == _compared().models
    assert again.holdout == _compared().holdout
    assert again.reasons() == _compared().reasons()


def test_contributions_add_up_to_the_log_odds_of_the_score():
    comparison = _compared()
    explainer = comparison.explainer
    rows = np.arange(N)

    sums = explainer.contributions(rows).sum(axis=1)

    gaps = logit(comparison.churn_probability) - sums
    spread = [np.ptp(gaps[explainer.scorer_of == position]) for position in range(5)]
    np.testing.assert_allclose(spread, 0, atol=1e-9)


def test_reasons_point_the_way_the_score_differs_from_the_average():
    comparison = _compared()
    highest = int(comparison.churn_probability.argmax())
    lowest = int(comparison.churn_probability.argmin())
    ids = comparison.customer_ids.to_pylist()

    above, below = comparison.reasons([ids[highest], ids[lowest]])

    assert {reason.feature for reason in above[:2]} == {"tenure", "payment"}
    assert all(reason.raises for reason in above)
    assert not any(reason.raises for reason in below)
    assert below[0].feature == "tenure"


def test_reasons_speak_the_customers_own_numbers():
    comparison = _compared()
    ids = comparison.customer_ids.to_pylist()
    row = int(comparison.churn_probability.argmax())

    reasons = {reason.feature: reason for reason in comparison.reasons([ids[row]])[0]}

    assert reasons["tenure"].text.en.startswith(f"tenure: {reasons['tenure'].value:.0f}, below")
    assert "ниже обычного" in reasons["tenure"].text.ru
    assert reasons["payment"].value == "check"
    assert reasons["payment"].peer_value == "card"
    assert "of such customers left, against" in reasons["payment"].text.en
    assert "из таких клиентов ушли" in reasons["payment"].text.ru


def test_removing_the_named_reasons_moves_the_score_more_than_removing_others():
    found = measure_faithfulness(_compared().explainer, top=2, random_state=1)

    assert found.gain.low > 0
    assert found.gain.mean == pytest.approx(found.named - found.drawn)
    assert (found.top, found.customers) == (2, min(len(_compared().customer_ids), 500))
    assert found.sentence.en.startswith(
        "Do the reasons hold? With a customer's 2 strongest reasons"
    )
    assert "Если убрать у клиента самые сильные причины (2)" in found.sentence.ru


def test_where_nobody_has_a_reason_nothing_is_said_of_them():
    explainer = _compared().explainer
    n = len(explainer.scorer_of)
    nobody = replace(explainer, scorers=(BaselineScorer(0.2),), scorer_of=np.zeros(n, np.int64))

    assert measure_faithfulness(nobody, random_state=1) is None


def test_reasons_that_move_scores_no_farther_than_chance_are_called_doubtful():
    doubtful = Faithfulness(Interval(0.02, -0.01, 0.05), 0.22, 0.2, 3, 500)

    assert doubtful.sentence.en == (
        "The reasons are doubtful: with a customer's 3 strongest reasons taken away the score moves no"
        " farther, beyond chance, than with as many features drawn by chance (0.22 against 0.2 in"
        " log-odds; the difference is 0.02, 95% interval -0.01 to 0.05). Do not tell them to customers."
    )


def test_features_that_say_nothing_drive_nothing():
    drivers = {driver.feature: driver for driver in _compared().drivers}

    assert "constant" not in drivers
    assert "gone" not in drivers
    assert drivers["tenure"].direction == "lowers"
    assert "чем больше, тем ниже вероятность" in drivers["tenure"].sentence.ru
    assert "“check” raises the probability most" in drivers["payment"].sentence.en


def test_an_unknown_customer_has_no_reasons():
    with pytest.raises(NotFoundError, match="Customer 'nobody' was not scored"):
        _compared().reasons(["nobody"])


def test_at_least_one_reason_must_be_asked_for():
    with pytest.raises(InvalidParameterError, match="at least 1"):
        _compared().reasons(top=0)


def test_costs_move_the_threshold():
    features, outcome = _shop()

    comparison = compare_churn_models(
        features, outcome, random_state=1, costs=ContactCosts(missed=2, contact=1)
    )

    assert comparison.threshold.value == 0.5
    assert "as much as 2 contacts" in comparison.threshold.sentence.en
    assert "столько же, сколько 2 обращения" in comparison.threshold.sentence.ru
    assert comparison.threshold.cost_per_customer < comparison.threshold.cost_if_nobody


def test_a_planted_leak_rings_and_is_named():
    features, outcome = _shop(refund=np.linspace(1, 2, N))

    comparison = compare_churn_models(features, outcome, random_state=1)

    kinds = [(alarm.kind, alarm.severity, alarm.feature) for alarm in comparison.alarms]
    assert kinds[:2] == [("too_good", "alarm", None), ("leak", "alarm", "refund")]


def test_a_good_model_without_a_leak_does_not_ring():
    assert [alarm for alarm in _compared().alarms if alarm.severity == "alarm"] == []


def test_noise_rings_for_being_no_better_than_guessing():
    generator = np.random.default_rng(1)
    features = _features({"noise": generator.normal(size=N), "more": generator.normal(size=N)})
    outcome = read_outcome(generator.integers(0, 2, N).tolist(), column="churn")

    comparison = compare_churn_models(features, outcome, random_state=1)

    assert [alarm.kind for alarm in comparison.alarms] == ["no_signal"]


def test_twins_are_counted_and_stay_together():
    generator = np.random.default_rng(1)
    visits = generator.integers(0, 60, N).astype(float)
    left = generator.random(N) < visits / 60

    comparison = compare_churn_models(
        _features({"visits": visits}), read_outcome(left.tolist(), column="churn"), random_state=1
    )

    scored = comparison.explainer.scorer_of
    assert "have a twin with identical features" in comparison.split.en
    assert all(len(np.unique(scored[visits == value])) == 1 for value in np.unique(visits))


def test_features_that_never_vary_cannot_be_learnt_from():
    features = _features({"constant": [1.0] * 60, "same": ["a"] * 60})
    outcome = read_outcome([1, 0] * 30, column="churn")

    with pytest.raises(QualityError, match="1 different combinations of feature values"):
        compare_churn_models(features, outcome, random_state=1)


def test_no_feature_at_all_is_refused():
    ids = pa.table({"customer_id": [str(row) for row in range(40)]})
    outcome = read_outcome([1, 0] * 20, column="churn")

    with pytest.raises(QualityError, match="no feature to predict from"):
        compare_churn_models(FeatureTable(ids, (), AsOf(date(2026, 1, 1))), outcome, random_state=1)


def test_labels_of_other_customers_are_refused():
    features, _ = _shop()

    with pytest.raises(InvalidParameterError, match="40 labels for 600 customers"):
        compare_churn_models(features, read_outcome([1, 0] * 20, column="churn"), random_state=1)


def test_it_stops_when_asked():
    features, outcome = _shop()
    progress = Silent()
    progress.cancel()

    with pytest.raises(Cancelled):
        compare_churn_models(features, outcome, random_state=1, progress=progress)


@pytest.mark.slow
def test_more_columns_than_customers_are_survived():
    generator = np.random.default_rng(1)
    columns = {f"x{column}": generator.normal(size=120) for column in range(1_100)}
    columns["signal"] = np.repeat([0.0, 1.0], 60) * 3 + generator.normal(size=120)
    outcome = read_outcome([0] * 60 + [1] * 60, column="churn")

    comparison = compare_churn_models(_features(columns), outcome, random_state=1)

    assert comparison.drivers[0].feature == "signal"
    assert np.isfinite(comparison.churn_probability).all()
