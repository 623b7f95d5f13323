"""What is usual among the customers that models learnt from: kept with them, to tell reasons by."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from regulars.predictions.reasons.counterfactuals import Grid
from regulars.predictions.reasons.explainer import Peers
from regulars.predictions.reasons.reason import Explainer

__all__ = ["Usual"]


@dataclass(frozen=True, slots=True, eq=False)
class Usual:
    """What reasons compare a customer with.

    Attributes
    ----------
    peers
        Medians, and customers and rate of each level: of all, never of one.
    alike
        For each feature a number that features saying nearly the same share.
    grid
        The values that features have, to look for the nearest change.
    """

    peers: Peers
    alike: NDArray[np.int64]
    grid: Grid

    @classmethod
    def of(cls, explainer: Explainer) -> Self:
        """What reasons and changes of a comparison stand on; nothing of it is one customer's."""
        return cls(explainer.peers.without_few(), explainer.alike, Grid.of(explainer.matrix))

    def to_values(self) -> dict[str, Any]:
        """As JSON holds it: what is not known is null."""
        peers = self.peers
        return {
            "typical": [None if np.isnan(one) else one for one in peers.typical.tolist()],
            "level_counts": [counts.tolist() for counts in peers.level_counts],
            "level_rates": [rates.tolist() for rates in peers.level_rates],
            "base_rate": peers.base_rate,
            "n": peers.n,
            "alike": self.alike.tolist(),
            "grid": [own.tolist() for own in self.grid.values],
            "grid_shares": [own.tolist() for own in self.grid.shares],
        }

    @classmethod
    def from_values(cls, values: dict[str, Any]) -> Self:
        """From what `to_values` gave."""
        typical = [np.nan if one is None else one for one in values["typical"]]
        peers = Peers(
            np.array(typical, np.float64),
            tuple(np.array(counts, np.int64) for counts in values["level_counts"]),
            tuple(np.array(rates, np.float64) for rates in values["level_rates"]),
            values["base_rate"],
            values["n"],
        )
        grid = Grid(
            tuple(np.array(own, np.float64) for own in values["grid"]),
            tuple(np.array(own, np.float64) for own in values["grid_shares"]),
        )
        return cls(peers, np.array(values["alike"], np.int64), grid)
