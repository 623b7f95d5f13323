"""Who the customers are."""

from regulars.report.parts.base import Count, MaybeNumber, MaybeShare, Part, Share
from regulars.schema.wording import Wording

__all__ = ["MeansPlot", "MethodPart", "SegmentProfile", "SegmentsPart", "Trait"]


class MethodPart(Part):
    """One way of segmenting that was tried."""

    name: str
    """The method: k-means, RFM …"""
    k: int
    """Number of segments."""
    silhouette: MaybeNumber = None
    """How far apart the segments lie, from -1 to 1."""
    stability: MaybeNumber = None
    """How alike they come out on resampled customers, 1 being the same."""
    sizes: tuple[Count, ...]
    """Customers in each segment."""


class Trait(Part):
    """What sets a segment apart in one feature."""

    feature: str
    """The feature."""
    label: Wording
    """The feature in words."""
    value: MaybeNumber = None
    """The mean in the segment, or the share of the level."""
    overall: MaybeNumber = None
    """The same over all customers."""
    level: str | None = None
    """For a category, the level whose share is compared."""
    z: MaybeNumber = None
    """Their difference in standard deviations of all customers."""
    sentence: Wording
    """The same in words."""


class SegmentProfile(Part):
    """One segment."""

    segment: str
    """Its code in `customers.parquet`."""
    name: Wording
    """A proposed name."""
    size: Count
    """Customers in it."""
    share: Share
    """The same as a share of all."""
    stability: MaybeNumber = None
    """How surely the segment comes back on resampled customers, 0 to 1."""
    churn_share: MaybeShare = None
    """Share that left, where the outcome is known."""
    churn_probability: MaybeShare = None
    """Mean churn probability by the chosen model."""
    amount: MaybeNumber = None
    """Money the segment brings, where known."""
    traits: tuple[Trait, ...] = ()
    """What sets it apart, strongest first."""


class MeansPlot(Part):
    """Mean of each feature in each segment, in standard deviations from the mean of all."""

    features: tuple[Wording, ...]
    """Rows, in words."""
    segments: tuple[str, ...]
    """Columns: codes of the segments."""
    z: tuple[tuple[MaybeNumber, ...], ...]
    """z[row][column]."""


class SegmentsPart(Part):
    """Segments of all customers: each customer is in exactly one."""

    chosen: str
    """The method whose segments are used."""
    why_chosen: Wording | None = None
    """Why this method and this number."""
    methods: tuple[MethodPart, ...]
    """Everything that was tried."""
    profiles: tuple[SegmentProfile, ...] = ()
    """The segments, largest first."""
    means: MeansPlot | None = None
    """The heat map of means."""
    notes: tuple[Wording, ...] = ()
    """What the reader should know."""
