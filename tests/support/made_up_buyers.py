"""Customers who buy as the models say: what the models must find again."""

import numpy as np

from regulars.predictions.lifetime_value import RepeatPurchases


def make_up_buyers(
    count,
    *,
    seed=0,
    days=730,
    r=0.6,
    alpha=40.0,
    dropout="purchase",
    a=0.8,
    b=2.5,
    s=0.7,
    beta=120.0,
    basket=(6.0, 4.0, 60.0),
    ahead=0,
):
    """Repeat purchases until day `days`, and how many follow within `ahead` days, and for how much.

    `dropout` is "purchase" (BG/NBD), "first" (the modified model) or "time" (Pareto/NBD).
    """
    random = np.random.default_rng(seed)
    rate = random.gamma(r, 1 / alpha, count)
    tenure = random.integers(1, days, count).astype(float)
    lost = random.beta(a, b, count)
    leaves = np.full(count, np.inf)
    if dropout == "time":
        leaves = random.exponential(1 / random.gamma(s, 1 / beta, count))
        lost = np.zeros(count)
    active = random.random(count) >= lost if dropout == "first" else np.ones(count, dtype=bool)
    p, q, v = basket
    per_money = random.gamma(q, 1 / v, count)
    now, last = np.zeros(count), np.zeros(count)
    repeats, spent = np.zeros(count, dtype=np.int64), np.zeros(count)
    later, later_spent = np.zeros(count, dtype=np.int64), np.zeros(count)
    while active.any():
        rows = np.flatnonzero(active)
        now[rows] += random.exponential(1 / rate[rows])
        active[rows] = (now[rows] <= tenure[rows] + ahead) & (now[rows] <= leaves[rows])
        rows = rows[active[rows]]
        amounts = random.gamma(p, 1 / per_money[rows])
        is_seen = now[rows] <= tenure[rows]
        seen, next_ones = rows[is_seen], rows[~is_seen]
        repeats[seen] += 1
        spent[seen] += amounts[is_seen]
        last[seen] = now[seen]
        later[next_ones] += 1
        later_spent[next_ones] += amounts[~is_seen]
        active[rows] = random.random(len(rows)) >= lost[rows]
    with np.errstate(invalid="ignore"):
        mean = np.where(repeats > 0, spent / np.maximum(repeats, 1), np.nan)
    bought = RepeatPurchases(
        repeats, np.rint(last).astype(np.int64), np.rint(tenure).astype(np.int64), mean
    )
    return bought, later, later_spent
