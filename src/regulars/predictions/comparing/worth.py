"""What a model is worth to somebody who acts on it: by list length, by promise and by money."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.calibration import CalibrationPoint, measure_calibration
from regulars.evaluate.gains import Gain, measure_gains
from regulars.evaluate.profit import CampaignPrices, MaximumProfit, measure_maximum_profit

__all__ = ["Worth", "measure_worth"]


@dataclass(frozen=True, slots=True)
class Worth:
    """What the chosen model is worth to somebody who acts on it.

    Attributes
    ----------
    capacity
        What it finds where only so many can be contacted.
    calibration
        Whether its probabilities come true, lowest first.
    profit
        What its ranking earns at best.
    """

    capacity: Gain
    calibration: tuple[CalibrationPoint, ...]
    profit: MaximumProfit


def measure_worth(
    labels: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    *,
    customers: NDArray[np.int64],
    capacity: float,
    prices: CampaignPrices,
    random_state: int,
) -> Worth:
    """All three on the same tests.

    Parameters
    ----------
    labels, probabilities
        1 and 0, and what was said; shape (n_tested,).
    customers
        Tests of the same number belong together, shape (n_tested,).
    capacity
        Share of the tests that can be contacted, in (0, 1].
    prices
        What a campaign costs and brings.
    random_state
        Of the bootstrap.
    """
    (gain,) = measure_gains(
        labels, probabilities, shares=(capacity,), customers=customers, random_state=random_state
    )
    return Worth(
        gain,
        measure_calibration(labels, probabilities, customers=customers, random_state=random_state),
        measure_maximum_profit(
            labels,
            probabilities,
            prices,
            customers=customers,
            random_state=random_state,
            n_samples=100,
        ),
    )
