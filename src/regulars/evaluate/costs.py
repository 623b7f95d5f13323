"""What decisions cost: confusion of right and wrong ones, and the threshold that costs least."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError

__all__ = ["Confusion", "ContactCosts", "count_decisions"]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts of right and wrong decisions at one threshold."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int

    @property
    def n(self) -> int:
        """All decisions."""
        return self.contacted + self.false_negative + self.true_negative

    @property
    def contacted(self) -> int:
        """Those above the threshold."""
        return self.true_positive + self.false_positive

    @property
    def precision(self) -> float:
        """Share of the outcome among those above the threshold; 0 when there are none."""
        return self.true_positive / self.contacted if self.contacted else 0.0

    @property
    def recall(self) -> float:
        """Share of those with the outcome who are above the threshold; 0 when there are none."""
        positives = self.true_positive + self.false_negative
        return self.true_positive / positives if positives else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        doubled = 2 * self.true_positive
        wrong = self.false_positive + self.false_negative
        return doubled / (doubled + wrong) if doubled + wrong else 0.0


@dataclass(frozen=True, slots=True)
class ContactCosts:
    """What the two mistakes cost, in the price of one contact.

    The model of costs is plain on purpose: a contact is paid for whether or not it was needed, and
    a customer with the outcome who was not contacted is lost.

    Attributes
    ----------
    missed
        Loss when a customer leaves and nobody had contacted them.
    contact
        Price of contacting one customer, whether they would have left or not.

    Examples
    --------
    >>> ContactCosts(missed=5, contact=1).threshold
    0.2
    """

    missed: float = 5.0
    contact: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.contact < self.missed < float("inf"):
            raise InvalidParameterError(
                en=f"Costs must satisfy 0 < contact < missed; found contact={self.contact}, "
                f"missed={self.missed}. If a contact costs more than a lost customer, nobody "
                "should be contacted.",
                ru=f"Цены должны быть такими: 0 < contact < missed; получено contact={self.contact}, "
                f"missed={self.missed}. Если контакт дороже потери клиента, связываться не с кем.",
            )

    @property
    def threshold(self) -> float:
        """The probability from which a contact costs less than it saves, contact / missed.

        Elkan (2001), "The foundations of cost-sensitive learning", eq. 2, with C10 = C11 = contact,
        C01 = missed, C00 = 0. It holds for calibrated probabilities.
        """
        return self.contact / self.missed

    def cost_per_customer(self, confusion: Confusion) -> float:
        """Mean cost per customer of the decisions counted in `confusion`."""
        spent = self.contact * confusion.contacted + self.missed * confusion.false_negative
        return spent / confusion.n


def count_decisions(
    labels: NDArray[np.float64], probabilities: NDArray[np.float64], *, threshold: float
) -> Confusion:
    """Right and wrong decisions when all with at least `threshold` are contacted.

    Examples
    --------
    >>> count_decisions(np.array([1.0, 0.0, 1.0]), np.array([0.9, 0.3, 0.1]), threshold=0.2)
    Confusion(true_positive=1, false_positive=1, false_negative=1, true_negative=0)
    """
    is_contacted = probabilities >= threshold
    is_positive = labels == 1
    return Confusion(
        true_positive=int((is_contacted & is_positive).sum()),
        false_positive=int((is_contacted & ~is_positive).sum()),
        false_negative=int((~is_contacted & is_positive).sum()),
        true_negative=int((~is_contacted & ~is_positive).sum()),
    )
