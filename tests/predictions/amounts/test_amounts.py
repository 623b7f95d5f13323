"""Models of a number: honest where nothing can be told, right where something can."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import QualityError
from regulars.features import AsOf, Feature, FeatureTable
from regulars.predictions.amounts.comparison import compare_amount_models
from regulars.schema.wording import Wording

pytestmark = pytest.mark.slow


def _table(columns):
    rows = len(next(iter(columns.values())))
    kinds = {
        name: "category" if isinstance(one[0], str) else "numeric" for name, one in columns.items()
    }
    features = tuple(
        Feature(name, Wording(en=name, ru=name), None, kind) for name, kind in kinds.items()
    )
    arrays = {name: pa.array(list(one)) for name, one in columns.items()}
    return FeatureTable(
        pa.table({"customer_id": [f"{n:04}" for n in range(rows)], **arrays}),
        features,
        AsOf(date(2026, 1, 1)),
    )


def _compare(columns, amounts, **wishes):
    return compare_amount_models(
        _table(columns), np.asarray(amounts, float), column="spend", random_state=1, **wishes
    )


def _known(rows=600, seed=2):
    rng = np.random.default_rng(seed)
    visits = rng.integers(1, 30, rows).astype(float)
    plan = rng.choice(["basic", "gold"], rows).tolist()
    bonus = np.array([50.0 if one == "gold" else 0.0 for one in plan])
    return {"visits": visits, "plan": plan}, 10 * visits + bonus + rng.normal(0, 20, rows)


def _by_name(compared):
    return {one.name: one for one in compared.models}


def test_of_a_straight_line_the_straight_line_is_taken_and_explains_it():
    columns, amounts = _known()

    compared = _compare(columns, amounts)

    best = 1 - 20**2 / amounts.var()
    chosen = _by_name(compared)["ridge"]
    assert compared.chosen == "ridge"
    assert chosen.explained.low - 0.02 <= best <= chosen.explained.high + 0.02
    assert chosen.root_error.low <= 20 * 1.05
    assert _by_name(compared)["mean"].explained.mean <= 0


def test_of_chance_nothing_is_explained_and_the_mean_is_taken():
    rng = np.random.default_rng(5)
    columns = {f"noise_{n}": rng.normal(size=400) for n in range(5)}

    compared = _compare(columns, rng.exponential(100, 400))

    assert compared.chosen == "mean"
    assert all(one.explained.mean < 0.05 for one in compared.models)


def test_what_is_said_of_a_tenth_adds_up_to_what_was_seen():
    columns, amounts = _known()

    compared = _compare(columns, amounts)

    assert sum(one.customers for one in compared.deciles) == 600
    said = sum(one.said * one.customers for one in compared.deciles)
    seen = sum(one.seen * one.customers for one in compared.deciles)
    assert seen == pytest.approx(amounts.sum())
    assert said == pytest.approx(amounts.sum(), rel=0.02)
    assert [one.said for one in compared.deciles] == sorted(
        (one.said for one in compared.deciles), reverse=True
    )


def test_customers_whose_number_is_not_known_are_foretold_and_not_learnt_from():
    columns, amounts = _known()
    hidden = amounts.copy()
    hidden[::6] = np.nan

    compared = _compare(columns, hidden)

    assert (compared.n, compared.unknown) == (500, 100)
    assert compared.predicted.shape == (600,)
    misses = np.abs(compared.predicted[::6] - amounts[::6])
    assert misses.mean() < 25


def test_twins_are_never_on_both_sides():
    rng = np.random.default_rng(3)
    once = rng.normal(size=150)
    columns = {"noise": np.tile(once, 4)}
    amounts = np.tile(rng.exponential(100, 150), 4)

    compared = _compare(columns, amounts)

    assert _by_name(compared)["lightgbm"].explained.mean < 0.1


def test_the_same_seed_gives_the_same_figures():
    columns, amounts = _known(rows=300)

    assert _compare(columns, amounts).models == _compare(columns, amounts).models


def test_too_few_customers_are_refused():
    with pytest.raises(QualityError, match="is known of 99 customers, and 100 are needed"):
        _compare({"visits": np.arange(99.0)}, np.arange(99.0))


def test_a_number_that_everybody_has_is_refused():
    with pytest.raises(QualityError, match="is 5 for everybody"):
        _compare({"visits": np.arange(200.0)}, np.full(200, 5.0))
