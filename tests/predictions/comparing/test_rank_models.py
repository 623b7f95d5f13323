"""Models compared on one split, at random or in order, and the chosen one looked at closer."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import Cancelled, InvalidParameterError, QualityError, UnknownNameError
from regulars.features import AsOf, Feature, FeatureTable
from regulars.predictions import Outcome
from regulars.predictions.comparing.rank_models import rank_models
from regulars.predictions.comparing.rounds import draw_pilot
from regulars.predictions.comparing.say_standings import say_folds
from regulars.predictions.comparing.standings import Ordering
from regulars.predictions.outcomes.definitions import ColumnOutcome
from regulars.progress import Silent
from regulars.schema.wording import Wording

pytestmark = pytest.mark.slow

QUICK = ("baseline", "naive_bayes", "logistic")
N = 900


def shop(*, turns=False, n=N, labels=None):
    """Customers who leave when they are new; with `turns`, in the last third when they are not."""
    generator = np.random.default_rng(3)
    months, calls = generator.normal(size=n), generator.normal(size=n)
    sign = np.where(turns & (np.arange(n) >= 2 * n // 3), -1.0, 1.0)
    left = generator.random(n) < 1 / (1 + np.exp(0.5 + 1.5 * sign * months - 0.5 * calls))
    names = ("months", "calls")
    table = pa.table(
        {"customer_id": [f"{row:05}" for row in range(n)], "months": months, "calls": calls}
    )
    features = tuple(Feature(name, Wording(en=name, ru=name), None, "numeric") for name in names)
    known = left.astype(float) if labels is None else labels
    outcome = Outcome(ColumnOutcome(column="churn", positive="yes"), known)
    return FeatureTable(table, features, AsOf(date(2026, 1, 1))), outcome


def in_order(n=N, unit="rows"):
    return Ordering("row", np.arange(n, dtype=float), unit)


@pytest.fixture(scope="module")
def dealt():
    return rank_models(*shop(), models=QUICK, random_state=0, groups=["a", "b", "c"] * (N // 3))


def test_every_model_is_tested_on_every_customer_in_the_same_folds(dealt):
    assert [model.name for model in dealt.models] == list(QUICK)
    assert [len(model.fold_roc_auc) for model in dealt.models] == [5, 5, 5]
    assert (dealt.rounds, dealt.quality.n, dealt.n) == (5, N, N)
    assert dealt.chosen == "logistic"
    assert dealt.after_choosing == dealt.best.roc_auc
    assert dealt.at_random is None


def test_probabilities_are_measured_too(dealt):
    best, blind = dealt.best, dealt.models[0]

    assert best.log_loss.low < best.log_loss.mean < best.log_loss.high < blind.log_loss.mean
    assert 0 <= best.calibration_error.low <= best.calibration_error.mean < 0.06
    assert [point.customers for point in dealt.worth.calibration] == [90] * 10


def test_the_quality_of_every_group_is_told(dealt):
    assert [group.name for group in dealt.groups] == ["a", "b", "c"]
    assert sum(group.customers for group in dealt.groups) == N
    assert all(group.roc_auc.low > 0.6 for group in dealt.groups)
    assert all(group.came.low < group.said < group.came.high for group in dealt.groups)


def test_the_capacity_and_the_profit_are_of_the_chosen_model(dealt):
    assert dealt.worth.capacity.customers == 90
    assert dealt.worth.capacity.precision.mean > 1.5 * dealt.base_rate
    assert dealt.worth.profit.profit.low > 0


def test_the_learning_curve_ends_with_all_customers_and_says_whether_more_would_help(dealt):
    assert [point.share for point in dealt.learning] == [0.125, 0.25, 0.5, 1.0]
    assert [point.customers for point in dealt.learning][-1] == 720
    assert "hardly help" in dealt.said_more.en
    assert "вряд ли поможет" in dealt.said_more.ru


def test_a_pattern_that_turns_with_time_is_hidden_by_a_random_split_and_shown_in_order():
    features, outcome = shop(turns=True)

    found = rank_models(
        features, outcome, split="time", ordering=in_order(), models=QUICK, random_state=0
    )

    assert found.best.roc_auc.high < 0.5
    assert found.at_random.mean > found.best.roc_auc.mean + 0.2
    assert "is not there when the model meets customers of another time" in found.said_gap.en
    assert "пропадает, когда модель встречает клиентов другого времени" in found.said_gap.ru
    assert [alarm.kind for alarm in found.alarms] == ["no_signal"]


def test_where_nothing_changes_the_order_hides_little():
    features, outcome = shop()

    found = rank_models(
        features, outcome, split="time", ordering=in_order(), models=QUICK, random_state=0
    )

    assert found.rounds == 1
    assert found.quality.n == N // 3
    assert "here time hides little" in found.said_gap.en
    assert found.reason.en.startswith("Chosen on earlier rows")


def test_a_window_moves_on_through_the_rows():
    features, outcome = shop(n=1_800)

    found = rank_models(
        features,
        outcome,
        split="rolling",
        ordering=in_order(1_800),
        models=QUICK,
        random_state=0,
    )

    assert found.rounds > 3
    assert found.quality.n == 1_000
    assert set(found.together) == set(QUICK)
    assert found.roc_auc("logistic") == found.together["logistic"]


def test_the_gap_is_left_empty():
    features, outcome = shop()

    found = rank_models(
        features,
        outcome,
        split="time",
        ordering=in_order(unit="days"),
        gap=30.0,
        models=QUICK,
        random_state=0,
    )

    assert "with 30 days left empty between them" in found.said_split.en
    assert found.learning[-1].customers == 570


def test_the_same_seed_gives_the_same_figures(dealt):
    again = rank_models(*shop(), models=QUICK, random_state=0)

    assert again.models == dealt.models
    assert again.worth.profit == dealt.worth.profit


def test_a_budget_leaves_the_slowest_out_and_says_so():
    found = rank_models(*shop(n=5_100), models=QUICK, random_state=0, budget_seconds=1e-6)

    assert [model.name for model in found.models] == ["baseline"]
    assert found.left_out == ("naive_bayes", "logistic")


def test_an_order_without_a_column_is_asked_for():
    with pytest.raises(InvalidParameterError, match="--order-by COLUMN"):
        rank_models(*shop(), split="time", random_state=0)


def test_too_few_rows_to_stand_in_order_are_refused():
    features, outcome = shop(n=60)

    with pytest.raises(QualityError, match="Too few rows to test in order: of 60 rows"):
        rank_models(features, outcome, split="rolling", ordering=in_order(60), random_state=0)


def test_a_model_that_does_not_exist_is_named_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'logistic'"):
        rank_models(*shop(), models=["logistics"], random_state=0)


def test_it_stops_when_asked():
    class Stopped(Silent):
        def check(self):
            raise Cancelled(en="stopped", ru="остановлено")

    with pytest.raises(Cancelled):
        rank_models(*shop(), models=QUICK, random_state=0, progress=Stopped())


def test_all_rows_of_a_customer_stay_together():
    # Whom a row is of is written in the features, and every customer has one and the same outcome.
    generator = np.random.default_rng(6)
    owners = np.repeat(np.arange(60), 10)
    marks, fate = generator.normal(size=60), generator.random(60) < 0.5
    table = pa.table(
        {
            "customer_id": [f"{row:05}" for row in range(600)],
            "mark": marks[owners] + generator.normal(scale=1e-4, size=600),
            "weather": generator.normal(size=600),
        }
    )
    features = tuple(
        Feature(name, Wording(en=name, ru=name), None, "numeric") for name in ("mark", "weather")
    )
    told = FeatureTable(table, features, AsOf(date(2026, 1, 1)))
    outcome = Outcome(ColumnOutcome(column="churn", positive="yes"), fate[owners].astype(float))

    flattered = rank_models(told, outcome, models=["histogram_trees"], random_state=0)
    honest = rank_models(told, outcome, models=["histogram_trees"], random_state=0, owners=owners)

    assert flattered.best.roc_auc.low > 0.75
    assert honest.best.roc_auc.high < 0.65
    assert honest.said_split.en.startswith("600 rows of 60 customers were dealt at random into 5")
    assert "все строки клиента всегда в одном" in honest.said_split.ru


def test_a_pilot_has_both_outcomes_were_one_of_them_ever_so_rare():
    labels = np.zeros(20_000)
    labels[:40] = 1.0

    drawn = draw_pilot(np.random.default_rng(0).permutation(20_000), labels)

    assert (len(drawn), len(np.unique(drawn))) == (2_500, 2_500)
    assert labels[drawn[:500]].sum() >= 30


def test_that_not_all_customers_were_looked_at_is_said():
    said = say_folds(100_000, 5, keeps_twins=True, drawn_of=500_000)

    assert said.en.startswith("Of 500,000 customers 100,000 were drawn at random")
    assert ". They were dealt at random into 5 folds" in said.en
    assert "случайно взяты 100 000" in said.ru.replace("\u00a0", " ").replace("\u202f", " ")
