"""What is to be predicted: a column, the value that counts as yes, and how often it is seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.schema.wording import Wording

__all__ = ["Outcome"]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What is to be predicted.

    Attributes
    ----------
    column
        The column it was read from.
    positive_value
        The value that counts as yes.
    labels
        1.0 yes, 0.0 no, NaN not known; in the order of the feature table, shape (n_customers,).
    """

    column: str
    positive_value: str
    labels: NDArray[np.float64]

    @property
    def positives(self) -> int:
        """Customers with the outcome."""
        return int((self.labels == 1).sum())

    @property
    def negatives(self) -> int:
        """Customers without the outcome."""
        return int((self.labels == 0).sum())

    @property
    def unknown(self) -> int:
        """Customers of whom it is not known."""
        return int(np.isnan(self.labels).sum())

    @property
    def base_rate(self) -> float:
        """Share of the outcome among customers of whom it is known."""
        return self.positives / (self.positives + self.negatives)

    @property
    def sentence(self) -> Wording:
        """What is predicted and how often it was seen."""
        raise NotImplementedError
