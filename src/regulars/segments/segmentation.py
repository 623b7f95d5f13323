"""What a segmentation says: who is where, how well it holds, what sets each segment apart."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.errors import NotFoundError
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from regulars.segments.rfm import RfmBounds

__all__ = [
    "Differentiator",
    "MethodResult",
    "RfmCell",
    "SegmentMean",
    "SegmentProfile",
    "Segmentation",
]


@dataclass(frozen=True, slots=True)
class MethodResult:
    """One way to cut the customers that was tried.

    Attributes
    ----------
    name
        `rfm`, or a method of clustering.
    k
        Number of segments.
    silhouette
        Mean silhouette on the sample, -1 to 1; NaN with one segment.
    stability
        Mean over segments of the bootstrap Jaccard similarity, 0 to 1; NaN where there is no segment.
    sizes
        Customers per segment, largest first; those in none are in no size.
    readability
        Balanced accuracy of short rules, 0 to 1; None where it was not measured.
    nobody_share
        Share of the customers in no segment.
    agreement
        Adjusted Rand index with the chosen method; None where it was not measured.
    """

    name: str
    k: int
    silhouette: float
    stability: float
    sizes: tuple[int, ...]
    readability: float | None = None
    nobody_share: float = 0.0
    agreement: float | None = None


@dataclass(frozen=True, slots=True)
class Differentiator:
    """One thing that sets a segment apart from all customers.

    Attributes
    ----------
    feature
        Name of the feature.
    level
        For a category or a boolean the level whose share is compared; None for a number.
    segment_value, overall_value
        The mean of a number, or the share (0-1) of the level, in the segment and among all.
    standardized_difference
        Their difference in standard deviations of all customers.
    sentence
        The same in words.
    """

    feature: str
    level: str | None
    segment_value: float
    overall_value: float
    standardized_difference: float
    sentence: Wording


@dataclass(frozen=True, slots=True)
class SegmentMean:
    """Mean of one number (or share of one level) in a segment and among all customers.

    Attributes
    ----------
    feature
        Name of the feature.
    level
        Of a category or a boolean; None for a number.
    segment_value, overall_value
        In the feature's unit; None where nothing is known.
    standardized_difference
        Of the two, in standard deviations of all customers; None where nothing is known or all are alike.
    """

    feature: str
    level: str | None
    segment_value: float | None
    overall_value: float | None
    standardized_difference: float | None = None


@dataclass(frozen=True, slots=True)
class SegmentProfile:
    """One segment described.

    Attributes
    ----------
    number
        1 for the largest segment, and so on.
    name
        A proposed name, from the two strongest differentiators.
    size, share
        Customers, and their share (0-1) of all.
    stability
        Bootstrap Jaccard similarity of this segment, 0 to 1; above 0.75 it may be trusted.
    outcome_share, overall_outcome_share
        Share of the outcome among customers whose outcome is known; None without an outcome.
    differentiators
        Strongest first.
    means
        Every number and frequent level (of at most 100 features, those that differ most), in order.
    """

    number: int
    name: Wording
    size: int
    share: float
    stability: float
    outcome_share: float | None
    overall_outcome_share: float | None
    differentiators: tuple[Differentiator, ...]
    means: tuple[SegmentMean, ...]


@dataclass(frozen=True, slots=True)
class RfmCell:
    """Customers of one score of recency and one of value.

    Attributes
    ----------
    recency, value
        Scores from 1 (longest ago, least) to 5.
    segment
        The segment they are in.
    count
        How many they are.
    outcome_share
        Share of the outcome among those of whom it is known.
    """

    recency: int
    value: int
    segment: int
    count: int
    outcome_share: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Segmentation:
    """A scheme that puts every customer in exactly one segment.

    Attributes
    ----------
    customer_ids
        In the order of the feature table.
    segment
        Number of the segment of each customer, from 1; shape (n_customers,).
    k, silhouette, stability
        Of the cut that was chosen.
    methods
        Every cut that was tried.
    chosen
        Index into `methods`.
    reason
        Why that one.
    sample_size
        Customers on whom silhouette and stability were measured.
    profiles
        One per segment, by number.
    notes
        What the reader should know: rows that were alike, features left out.
    rfm, cells
        Of segments by RFM: the bounds, and the customers by score of recency and of value.
    """

    customer_ids: pa.StringArray
    segment: NDArray[np.int64]
    k: int
    silhouette: float
    stability: float
    methods: tuple[MethodResult, ...]
    chosen: int
    reason: Wording
    sample_size: int
    profiles: tuple[SegmentProfile, ...]
    notes: tuple[Wording, ...] = ()
    rfm: "RfmBounds | None" = None
    cells: tuple[RfmCell, ...] = ()

    def get_profile(self, number: int) -> SegmentProfile:
        """The profile of segment `number`; raises `NotFoundError`."""
        if not 1 <= number <= self.k:
            raise NotFoundError(
                en=f"There is no segment {number}: segments are numbered 1 to {self.k}.",
                ru=f"Сегмента {number} нет: сегменты пронумерованы от 1 до {self.k}.",
            )
        return self.profiles[number - 1]
