"""Who the customers are."""

from collections.abc import Mapping

from regulars.report.parts.base import Count, MaybeNumber, MaybeShare, Part, Share
from regulars.schema.wording import Wording

__all__ = [
    "DistributionPart",
    "DrillCellPart",
    "DrillDownPart",
    "DrillFieldPart",
    "JointPart",
    "MeansPlot",
    "MethodPart",
    "Portrait",
    "RfmCellPart",
    "RfmPart",
    "RulePart",
    "SegmentProfile",
    "SegmentsPart",
    "Trait",
    "TreeBranchPart",
    "TreeCutPart",
    "TreePart",
]


class MethodPart(Part):
    """One way of segmenting that was tried."""

    name: str
    """The method: `kmeans`, `rfm`, `ward` …"""
    title: Wording | None = None
    """What it is called."""
    k: int
    """Number of segments."""
    silhouette: MaybeNumber = None
    """How far apart the segments lie, from -1 to 1."""
    stability: MaybeNumber = None
    """How alike they come out on resampled customers, 1 being the same."""
    sizes: tuple[Count, ...]
    """Customers in each segment."""
    readability: MaybeShare = None
    """How often short rules find the right segment, segments weighing equally; null if not measured."""
    nobody_share: MaybeShare = None
    """Share of the customers whom the method leaves in no segment; null if it leaves nobody out."""
    agreement: MaybeNumber = None
    """Adjusted Rand index with the chosen method, 1 where they are the same; null if not measured."""


class TreeBranchPart(Part):
    """A branch at the top of the tree."""

    customers: Count
    """How many are on it."""
    segment: str | None = None
    """The segment that most of them are in; null where no segment has half of them, or under five are
    on it."""


class JointPart(Part):
    """Two branches that are joined."""

    left: int
    """A branch from 0 on, or minus one minus the place of an earlier joint."""
    right: int
    """The other one."""
    height: float
    """The distance at which they are joined."""
    customers: Count
    """Of both together."""


class TreeCutPart(Part):
    """Into how many the tree may be cut."""

    k: int
    """So many clusters."""
    silhouette: MaybeNumber = None
    """How far apart they would lie, from -1 to 1."""


class TreePart(Part):
    """Customers joined two by two, up to one tree."""

    linkage: str
    """What the distance of two clusters is: `ward` …"""
    joined: Count
    """How many were joined; a random sample where there are more customers."""
    suggested_k: int
    """Into how many to cut it."""
    why: Wording
    """Why so many."""
    branches: tuple[TreeBranchPart, ...]
    """The top of the tree; what is below is one branch."""
    joints: tuple[JointPart, ...]
    """From the lowest on."""
    cuts: tuple[TreeCutPart, ...]
    """What was looked at."""


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


class Portrait(Part):
    """Customers of one segment who agree in several fields; never fewer than five."""

    sentence: Wording
    """What they agree in."""
    count: Count
    """How many they are."""
    share: Share
    """The same as a share of the segment."""
    churn_share: MaybeShare = None
    """Share of the outcome among them, where it is known of at least five."""


class RulePart(Part):
    """The best short rule for a segment, and how well it tells it."""

    sentence: Wording
    """The rule in words."""
    verdict: str
    """`tells` stands for the segment (F1 of 0.9), `hints` gives an idea of it (0.7), `fails` neither."""
    precision: Share
    """Share of the customers for whom it holds who are in the segment."""
    recall: Share
    """Share of the segment for whom it holds."""
    share: Share
    """Share of all customers for whom it holds."""


class DistributionPart(Part):
    """How the customers of every segment are spread over the values of one field."""

    feature: str
    """The feature."""
    label: Wording
    """The feature in words."""
    levels: tuple[Wording, ...]
    """Rows: values or intervals."""
    segments: tuple[str, ...]
    """Columns: codes of the segments."""
    counts: tuple[tuple[Count | None, ...], ...]
    """counts[row][column]: customers; null for one to four, who could be single people."""
    shares: tuple[tuple[MaybeShare, ...], ...]
    """The same as shares of the segment."""


class DrillFieldPart(Part):
    """One field to go into."""

    label: Wording
    """The field in words; the first one is the segment."""
    levels: tuple[Wording, ...]
    """Its values or intervals, in words."""


class DrillCellPart(Part):
    """The customers of one combination of values; never fewer than five."""

    customers: Count
    """How many they are."""
    churn_share: MaybeShare = None
    """Share of the outcome among them, where it is known of at least five; the mean probability
    where it is not known of anybody yet."""


class DrillDownPart(Part):
    """Customers by every combination of up to three of a few fields."""

    fields: tuple[DrillFieldPart, ...]
    """What can be gone into."""
    whole: DrillCellPart
    """All customers."""
    cells: Mapping[str, DrillCellPart]
    """By combination: `0.2 3.1` is the third value of the first field with the second value of the
    fourth. What is missing is empty or has fewer than five customers, or is hidden beside them."""
    is_expected: bool = False
    """Whether `churn_share` is a mean probability, because the outcome is still to come."""


class RfmCellPart(Part):
    """Customers of one score of recency and one of value."""

    recency: int
    """From 1, the longest ago, to 5."""
    value: int
    """Mean score of frequency and money, from 1 to 5."""
    segment: str
    """Code of the segment they are in."""
    count: Count | None
    """How many they are; null for one to four."""
    churn_share: MaybeShare = None
    """Share of the outcome among them."""


class RfmPart(Part):
    """Bounds of recency, frequency and money, to be applied to later customers as they are."""

    recency_days: tuple[float, ...]
    """Ascending, in days; each belongs to the interval below it."""
    frequency: tuple[float, ...]
    """Ascending, in purchases."""
    money: tuple[float, ...] | None = None
    """Ascending, in the mean amount; null where money is not known."""
    cells: tuple[RfmCellPart, ...]
    """The customers by both scores."""


class SegmentProfile(Part):
    """One segment."""

    segment: str
    """Its code in `customers.parquet`."""
    name: Wording
    """A proposed name."""
    in_words: Wording | None = None
    """The segment in one sentence: who they are, the outcome among them, their share of the money."""
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
    scored: Count | None = None
    """Customers whom it is the mean of: those at risk, where the outcome is seen over time."""
    amount: MaybeNumber = None
    """Money the segment brings, where known."""
    traits: tuple[Trait, ...] = ()
    """What sets it apart, strongest first."""
    portraits: tuple[Portrait, ...] = ()
    """The most frequent combinations of values in it."""
    rule: RulePart | None = None
    """The best short rule for it; none for a segment of fewer than five customers."""


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
    distributions: tuple[DistributionPart, ...] = ()
    """Field by field, those first in which the segments differ most."""
    drill_down: DrillDownPart | None = None
    """Fields crossed with each other and with the segments."""
    rfm: RfmPart | None = None
    """Bounds and grid, when the segments are those of RFM."""
    tree: TreePart | None = None
    """The customers joined two by two, whichever method found the segments; null where they cannot be."""
    notes: tuple[Wording, ...] = ()
    """What the reader should know."""
