"""Lifetime value of a million customers: BG/NBD, Gamma-Gamma, every value with its interval.

make bench ARGS=lifetime
.venv/bin/python benchmarks/bench_lifetime_value.py 100000
"""

import sys
import time
from collections.abc import Callable

import numpy as np
from measuring import Figure, tell

CUSTOMERS = 1_000_000
LIMIT_SECONDS = 60


def make_buyers(count: int) -> tuple[np.ndarray, ...]:
    """Two years of customers who buy as BG/NBD says, and their mean baskets as Gamma-Gamma does."""
    random = np.random.default_rng(0)
    rate, lost = random.gamma(0.6, 1 / 40.0, count), random.beta(0.8, 2.5, count)
    tenure = random.integers(1, 730, count).astype(float)
    now, last = np.zeros(count), np.zeros(count)
    repeats, active = np.zeros(count, dtype=np.int64), np.ones(count, dtype=bool)
    while active.any():
        rows = np.flatnonzero(active)
        now[rows] += random.exponential(1 / rate[rows])
        active[rows] = now[rows] <= tenure[rows]
        rows = rows[active[rows]]
        repeats[rows] += 1
        last[rows] = now[rows]
        active[rows] = random.random(len(rows)) >= lost[rows]
    rates = random.gamma(4.0, 1 / 60.0, count)
    drawn = random.gamma(np.maximum(6.0 * repeats, 1.0)) / (rates * np.maximum(repeats, 1))
    means = np.where(repeats > 0, drawn, np.nan)
    return repeats, np.rint(last).astype(np.int64), np.rint(tenure).astype(np.int64), means


def timed(work: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """One model with values and intervals; then all three, with the choice between them."""
    from regulars.predictions.lifetime_value import RepeatPurchases, estimate_lifetime_value

    count = int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS
    bought = RepeatPurchases(*make_buyers(count))

    def estimate(names: tuple[str, ...] | None) -> None:
        found = estimate_lifetime_value(bought, models=names)
        low, high = found.value.bounds()
        assert (low <= found.value.values).all()
        assert (found.value.values <= high).all()
        parameters = found.estimates["bg_nbd"].parameters
        assert abs(parameters["r"] / 0.6 - 1) < 0.05, parameters
        assert abs(found.baskets.parameters["q"] / 4.0 - 1) < 0.05, found.baskets.parameters

    seconds = timed(lambda: estimate(("bg_nbd",)))
    tell(
        Figure(
            name=f"BG/NBD + Gamma-Gamma, {count:,} customers, all intervals",
            seconds=seconds,
            limit_seconds=LIMIT_SECONDS,
        )
    )
    tell(
        Figure(
            name=f"all three models + Gamma-Gamma, {count:,} customers",
            seconds=timed(lambda: estimate(None)),
        )
    )


if __name__ == "__main__":
    main()
