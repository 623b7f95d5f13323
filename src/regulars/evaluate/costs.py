"""What decisions cost: confusion of right and wrong ones, and the threshold that costs least."""

from dataclasses import dataclass

__all__ = ["Confusion", "ContactCosts"]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Counts of right and wrong decisions at one threshold."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int


@dataclass(frozen=True, slots=True)
class ContactCosts:
    """What the two mistakes cost, in the price of one contact.

    Attributes
    ----------
    missed
        Loss when a customer leaves and nobody had contacted them.
    contact
        Price of contacting one customer, whether they would have left or not.
    """

    missed: float = 5.0
    contact: float = 1.0
