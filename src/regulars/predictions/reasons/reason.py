"""What is said of a score: the reasons of one customer, the drivers of all."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from regulars.features.matrix import FeatureMatrix
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from regulars.predictions.reasons.explainer import Peers

__all__ = ["Driver", "DriverMoment", "Explainer", "Reason"]

Direction = Literal["raises", "lowers", "mixed"]


@dataclass(frozen=True, slots=True)
class DriverMoment:
    """How much a feature weighed at one date, in the model that could be learnt by then.

    Attributes
    ----------
    as_of
        The date.
    share
        Its part of the mean absolute contributions of all features, 0 to 1.
    """

    as_of: date
    share: float


@dataclass(frozen=True, slots=True)
class Driver:
    """How one feature moves the chosen model over all customers.

    Attributes
    ----------
    feature
        Name of the feature.
    direction
        Whether high values (or the level named in the sentence) raise or lower the probability.
    weight
        Mean absolute contribution to the log-odds.
    sentence
        The same in words.
    over_time
        Where there is time how much it weighed at each date on which models were tested, oldest first.
    """

    feature: str
    direction: Direction
    weight: float
    sentence: Wording
    over_time: tuple[DriverMoment, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One driver of one customer's score.

    Attributes
    ----------
    feature
        Name of the feature.
    value
        The customer's own value; None when not known.
    peer_value
        The median of a number, or the most frequent level, among the customers the model learnt from.
    contribution
        What it adds to the log-odds against the average customer, together with the features that
        say the same (`alike`); above zero raises the probability.
    text
        The same in words.
    alike
        Names of features that go together with this one so closely that the model cannot tell
        them apart.
    """

    feature: str
    value: float | str | bool | None
    peer_value: float | str | bool | None
    contribution: float
    text: Wording
    alike: tuple[str, ...] = ()

    @property
    def raises(self) -> bool:
        """Whether it speaks for the outcome."""
        return self.contribution > 0


class Explainer(Protocol):
    """What knows why each customer has the score it has."""

    @property
    def matrix(self) -> FeatureMatrix:
        """The features of those who were scored."""

    @property
    def peers(self) -> "Peers":
        """What is usual among the customers the models learnt from."""

    @property
    def alike(self) -> NDArray[np.int64]:
        """For each feature a number that features saying nearly the same share."""

    def explain(self, rows: NDArray[np.int64], *, top: int) -> list[list[Reason]]:
        """The `top` reasons of each customer at the row numbers `rows`."""
