"""The models of repeat purchases: simulations, closed forms of the papers, bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_buyers import make_up_buyers
from scipy.special import hyp2f1

from regulars.errors import InvalidParameterError, QualityError
from regulars.predictions.lifetime_value import MODELS, RepeatPurchases, fit_purchases
from regulars.predictions.lifetime_value.forecast import expect_purchases, forecast
from regulars.predictions.lifetime_value.histories import Patterns
from regulars.predictions.lifetime_value.maximum_likelihood import Estimate, maximize

NAMES = ("bg_nbd", "mbg_nbd", "pareto_nbd")
ROUNDING = 1e-6
SHAPES = st.floats(0.05, 20.0)


def make_patterns(*rows):
    x, span, tenure = (np.array(column) for column in zip(*rows, strict=True))
    return Patterns.of(RepeatPurchases(x, span, tenure), unit_days=1.0)


SOME = make_patterns((0, 0, 40), (1, 12, 270), (2, 213, 272), (40, 30, 300), (3, 90, 90))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "dropout", "true"),
    [
        ("bg_nbd", "purchase", {"r": 0.6, "alpha": 40.0, "a": 0.8, "b": 2.5}),
        ("mbg_nbd", "first", {"r": 0.6, "alpha": 40.0, "a": 0.8, "b": 2.5}),
        ("pareto_nbd", "time", {"r": 0.6, "alpha": 40.0, "s": 0.7, "beta": 120.0}),
    ],
)
def test_parameters_are_found_again(name, dropout, true):
    bought, _, _ = make_up_buyers(40_000, dropout=dropout, seed=3)

    found = fit_purchases(bought, MODELS[name])

    # Days are whole numbers, hence a little more than chance alone.
    assert found.parameters == pytest.approx(true, rel=0.06)
    assert {n for n, i in found.intervals.items() if i.low * 0.97 < true[n] < i.high * 1.03} == set(
        true
    )


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_those_of_the_likelihood(name):
    values = np.array([0.7, 30.0, 0.9, 4.0])

    _, slopes = MODELS[name].score(values, SOME)

    steps = 1e-6 * np.diag(values)
    differences = [
        (MODELS[name].score(values + step, SOME)[0] - MODELS[name].score(values - step, SOME)[0])
        / (2 * step.sum())
        for step in steps
    ]
    assert slopes == pytest.approx(differences, rel=1e-5)


@pytest.mark.parametrize(
    ("alpha", "beta"), [(10.58, 11.67), (11.67, 10.58), (40.0, 0.05), (0.05, 40.0)]
)
def test_pareto_nbd_is_the_difference_of_two_hypergeometric_functions(alpha, beta):
    r, s = 0.55, 0.61
    x, span, tenure = 2.0, 213.0, 272.0
    near, far = min(alpha, beta), max(alpha, beta)
    second = s + 1 if alpha >= beta else r + x
    terms = [
        hyp2f1(r + s + x, second, r + s + x + 1, (far - near) / (far + time))
        / (far + time) ** (r + s + x)
        for time in (span, tenure)
    ]
    stayed = (alpha + tenure) ** -(r + x) * (beta + tenure) ** -s
    published = np.log(
        (r + 1) * r * alpha**r * beta**s * (stayed + s / (r + s + x) * (terms[0] - terms[1]))
    )

    height, _ = MODELS["pareto_nbd"].score(
        np.array([r, alpha, s, beta]), make_patterns((2, 213, 272))
    )

    assert height == pytest.approx(published, rel=1e-9)


@pytest.mark.parametrize(
    ("count", "tenure", "horizon"), [(0, 0.0, 39.0), (2, 38.9, 39.0), (26, 38.9, 500.0)]
)
def test_purchases_to_come_are_those_of_the_papers(count, tenure, horizon):
    r, alpha, a, b = values = np.array([0.2426, 4.4136, 0.7929, 2.4259])
    left = hyp2f1(r + count, b + count, a + b + count - 1, horizon / (alpha + tenure + horizon))
    share = ((alpha + tenure) / (alpha + tenure + horizon)) ** (r + count)
    published = (a + b + count - 1) / (a - 1) * (1 - share * left)
    s, beta = values[2:]
    shrunk = 1 - ((beta + tenure) / (beta + tenure + horizon)) ** (s - 1)
    of_pareto = (r + count) * (beta + tenure) / ((alpha + tenure) * (s - 1)) * shrunk
    asked = np.array([float(count)]), np.array([tenure])

    found = [
        float(expect_purchases(MODELS[name], values, *asked, horizon=horizon)[0])
        for name in ("bg_nbd", "pareto_nbd")
    ]

    assert found == pytest.approx([published, of_pareto], rel=1e-10)


def test_a_customer_who_never_came_back_is_active_in_bg_nbd_only():
    patterns, values = make_patterns((0, 0, 270)), np.array([0.24, 30.0, 0.8, 2.4])

    told = {name: float(MODELS[name].alive_probability(values, patterns)[0]) for name in NAMES}

    assert told["bg_nbd"] == 1.0
    assert told["mbg_nbd"] < 0.75
    assert told["pareto_nbd"] < 1.0


@given(
    values=st.tuples(SHAPES, st.floats(0.5, 300.0), SHAPES, st.floats(0.05, 300.0)),
    repeats=st.integers(0, 300),
    days=st.tuples(st.integers(0, 2_000), st.integers(0, 2_000)),
    horizon=st.floats(1.0, 1_000.0),
    name=st.sampled_from(NAMES),
)
def test_probabilities_are_shares_and_purchases_grow_with_time(
    values, repeats, days, horizon, name
):
    tenure = max(days) + repeats
    span = min(days) + repeats if repeats else 0
    model, told = MODELS[name], np.array(values)

    alive = model.alive_probability(told, make_patterns((repeats, min(span, tenure), tenure)))
    asked = np.array([float(repeats)]), np.array([float(tenure)])
    sooner, later, discounted = (
        expect_purchases(model, told, *asked, horizon=length, rate=rate)[0]
        for length, rate in ((horizon, 0.0), (2 * horizon, 0.0), (2 * horizon, 0.001))
    )

    assert 0 <= alive[0] <= 1
    # Who will have left within the first horizon buys nothing in the second.
    assert 0 < sooner <= later * (1 + ROUNDING)
    assert 0 < discounted <= later * (1 + ROUNDING)


def test_everybody_who_leaves_alike_is_no_overflow():
    values = np.array([1.0, 1.0, 1_000.0, 10_000.0])

    rate = MODELS["bg_nbd"].purchase_rate(
        values, np.array([0.0]), np.array([0.0]), np.array([100.0])
    )

    assert rate == pytest.approx([0.0098424], rel=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_times_in_weeks_are_a_seventh(name):
    bought, _, _ = make_up_buyers(2_000, seed=5)

    days, weeks = (fit_purchases(bought, MODELS[name], unit_days=unit) for unit in (1.0, 7.0))

    scale = {letter: 7.0 if letter in MODELS[name].in_time else 1.0 for letter in days.parameters}
    assert weeks.parameters == pytest.approx(
        {letter: value / scale[letter] for letter, value in days.parameters.items()}, rel=1e-5
    )
    # Densities are per unit of time.
    repeats = bought.repeat_purchase_count.sum()
    assert weeks.log_likelihood - days.log_likelihood == pytest.approx(repeats * np.log(7))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "dropout"), [("bg_nbd", "purchase"), ("mbg_nbd", "first"), ("pareto_nbd", "time")]
)
def test_mean_and_spread_of_what_follows_are_foreseen(name, dropout):
    bought, later, _ = make_up_buyers(60_000, dropout=dropout, seed=11, ahead=180)
    true = [0.6, 40.0, 0.7, 120.0] if dropout == "time" else [0.6, 40.0, 0.8, 2.5]
    known = Estimate(dict(zip("abcd", true, strict=True)), np.zeros((4, 4)), 0.0)

    told = forecast(bought, MODELS[name], known, unit_days=1.0, horizon=180.0).purchases

    assert told.values.sum() == pytest.approx(later.sum(), rel=0.02)
    assert told.variances.sum() == pytest.approx(((later - told.values) ** 2).sum(), rel=0.08)


def test_a_search_that_is_stopped_says_where():
    bought, _, _ = make_up_buyers(500)

    with pytest.raises(
        QualityError, match="The likelihood of Pareto/NBD has no top that could be found"
    ):
        # One step is no search, and Newton's steps from there lead nowhere.
        fit_purchases(bought, MODELS["pareto_nbd"], most_steps=0)


@pytest.mark.parametrize(
    ("x", "span", "tenure", "message"),
    [
        ([0] * 40, [0] * 40, [90] * 40, "Nobody bought on two days: 40 customers"),
        ([0] * 40, [0] * 40, [0] * 40, "All first purchases lie on the last day"),
        ([2], [10], [90], "needs at least 30 customers, 10 of whom came back; found 1 and 1"),
    ],
)
def test_too_little_to_learn_from_is_said(x, span, tenure, message):
    bought = RepeatPurchases(np.array(x), np.array(span), np.array(tenure))

    with pytest.raises(QualityError, match=message):
        fit_purchases(bought, MODELS["bg_nbd"])


def test_a_span_beyond_the_tenure_is_refused():
    with pytest.raises(InvalidParameterError, match="Were the columns mixed up"):
        RepeatPurchases(np.array([1]), np.array([20]), np.array([10]))


def test_customers_of_one_pattern_count_as_many():
    x, span, tenure = (
        np.array([0, 1, 3] * 40),
        np.array([0, 5, 9] * 40),
        np.array([20, 11, 30] * 40),
    )

    patterns = Patterns.of(RepeatPurchases(x, span, tenure), unit_days=1.0)

    assert patterns.weight.tolist() == [40.0, 40.0, 40.0]
    assert patterns.count[patterns.pattern].tolist() == x.tolist()


def test_a_ridge_without_a_top_ends_at_the_edge():
    # A likelihood that grows ever more slowly with the second parameter.
    def score(values):
        rate, endless = values
        height = 30 * np.log(rate) - 10 * rate - 1 / endless
        return height, np.array([30 / rate - 10, 1 / endless**2])

    found = maximize(score, ["rate", "endless"], [[1.0, 1.0]], size=10, model="Ridge")

    assert found.at_edge == ("endless",)
    assert found.parameters["rate"] == pytest.approx(3.0)
    assert found.intervals["endless"].low == found.intervals["endless"].high


def test_who_hardly_leaves_has_a_small_chance_to():
    random = np.random.default_rng(2)
    rate = random.gamma(2.0, 1 / 40.0, 600)
    gone = [np.cumsum(random.exponential(1 / each, 400)) for each in rate]
    came = [np.rint(days[days < 300]) for days in gone]
    bought = RepeatPurchases(
        np.array([len(days) for days in came]),
        np.array([days.max(initial=0) for days in came]).astype(np.int64),
        np.full(600, 300),
    )

    found = fit_purchases(bought, MODELS["bg_nbd"])

    assert found.parameters["a"] / (found.parameters["a"] + found.parameters["b"]) < 0.02
    assert found.parameters["r"] == pytest.approx(2.0, rel=0.2)
