"""The pieces that `report.json` is made of; `regulars.report.model` puts them together."""

import math
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from regulars.schema.wording import Wording

__all__ = [
    "CalibrationPoint",
    "ChurnPart",
    "ColumnState",
    "Confusion",
    "ContactListPart",
    "DataPart",
    "Driver",
    "Alarm",
    "FindingPart",
    "HistogramBin",
    "Holdout",
    "Interval",
    "LeakagePart",
    "LineagePart",
    "MappedColumn",
    "MeansPlot",
    "MethodPart",
    "ModelPart",
    "OutcomePart",
    "Part",
    "RiskBand",
    "SegmentProfile",
    "SegmentsPart",
    "SourcePart",
    "SplitPart",
    "Summary",
    "TableState",
    "TopValue",
    "Trait",
]

Severity = Literal["error", "warning", "notice"]
Scalar = bool | int | float | str | None
Grade = Literal["A", "B", "C", "D"]


def _drop_unbounded(number: object) -> object:
    # A metric that does not exist comes as NaN out of numeric libraries; JSON has only null for it.
    return None if isinstance(number, float) and not math.isfinite(number) else number


MaybeNumber = Annotated[float | None, BeforeValidator(_drop_unbounded)]
Share = Annotated[float, Field(ge=0, le=1)]
MaybeShare = Annotated[Annotated[float, Field(ge=0, le=1)] | None, BeforeValidator(_drop_unbounded)]
Count = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """The base of every piece: frozen, no unknown keys, no NaN."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True
    )


class Interval(Part):
    """A figure with its 95 % interval."""

    mean: float
    """The figure."""
    low: float
    """Lower bound."""
    high: float
    """Upper bound."""


# What was loaded, and in what state it is.


class SourcePart(Part):
    """One file or database query that was read."""

    name: str
    """What messages call it; no credentials."""
    kind: str
    """What it holds: customers, purchases, events …"""
    sha256: str
    """Fingerprint of the content."""
    rows_in: Count
    """Rows it holds."""
    notes: tuple[Wording, ...] = ()
    """What was decided while reading: delimiter, encoding, sheet."""


class MappedColumn(Part):
    """How one column of a source was understood."""

    source: str
    """Name of the source."""
    column: str
    """The column's name there."""
    target: str
    """What it is called here."""
    role: str
    """What it is for: id, numeric, category, date, text, outcome, personal, ignored."""
    type: str
    """How it is stored."""
    confidence: Share = 1.0
    """How sure the recognition is; 1 when a person said so."""
    evidence: Wording | None = None
    """Why."""


class HistogramBin(Part):
    """One bar of a distribution."""

    low: float
    """Left bound."""
    high: float
    """Right bound."""
    count: Count
    """Rows in it."""


class TopValue(Part):
    """One frequent value."""

    value: str
    """The value as text."""
    count: Count
    """Rows that have it."""


class ColumnState(Part):
    """What one column of a loaded table holds."""

    name: str
    """The column."""
    type: str
    """How it is stored."""
    role: str | None = None
    """What it is for."""
    meaning: Wording | None = None
    """What it says."""
    rows: Count
    """Rows of the table."""
    missing: Count = 0
    """Rows without a value."""
    completeness: Share
    """Share of rows with a value."""
    distinct: Count | None = None
    """Different values."""
    uniqueness: MaybeShare = None
    """Different values as a share of the values that are there."""
    invalid: Count | None = None
    """Values that break a rule of validity."""
    validity: MaybeShare = None
    """Share of values that break no rule."""
    minimum: float | str | None = None
    """The least value; a day or an instant in ISO 8601."""
    maximum: float | str | None = None
    """The greatest value."""
    mean: MaybeNumber = None
    """The mean of a numeric column."""
    median: MaybeNumber = None
    """The median of a numeric column."""
    histogram: tuple[HistogramBin, ...] = ()
    """The distribution of a numeric column or of dates (in seconds since 1970)."""
    top_values: tuple[TopValue, ...] = ()
    """The most frequent values of a category, most frequent first."""


class TableState(Part):
    """What one loaded table holds."""

    name: str
    """The table."""
    meaning: Wording | None = None
    """One row per what."""
    rows: Count
    """Its rows."""
    customers: Count | None = None
    """Different customers in it."""
    first_at: str | None = None
    """Earliest moment of a fact, ISO 8601."""
    last_at: str | None = None
    """Latest moment of a fact, ISO 8601."""
    completeness: MaybeShare = None
    """Share of cells that are filled."""
    uniqueness: MaybeShare = None
    """Share of rows that are not copies of another."""
    validity: MaybeShare = None
    """Share of rows without an error-level finding."""
    consistency: MaybeShare = None
    """Share of rows that agree with the other columns and tables."""
    timeliness: MaybeShare = None
    """Share of rows that are not overdue."""
    columns: tuple[ColumnState, ...] = ()
    """State of each column, in order."""


class FindingPart(Part):
    """What one check found."""

    check: str
    """Name of the check."""
    table: str
    """Table it looked at."""
    column: str | None = None
    """Column, when it is about one."""
    severity: Severity
    """error: figures built on it are wrong; warning: look before use; notice: good to know."""
    count: Count
    """How many break the rule."""
    share: MaybeShare = None
    """The same as a share of all; null where a share says nothing."""
    unit: Literal["row", "customer", "session", "day"] = "row"
    """What is counted."""
    action: Literal["report", "quarantine"] = "report"
    """quarantine: such rows were set aside."""
    sentence: Wording
    """What is wrong."""
    examples: tuple[Mapping[str, Scalar], ...] = ()
    """A few rows, column and value; personal columns are masked."""


class DataPart(Part):
    """What was loaded: rows_in = rows_inserted + rows_updated + rows_unchanged + rows_quarantined."""

    rows_in: Count
    """Rows of all sources."""
    rows_loaded: Count
    """Inserted, updated and unchanged together."""
    rows_inserted: Count
    """Rows that are new."""
    rows_updated: Count
    """Rows that replaced an older version."""
    rows_unchanged: Count
    """Rows that were there already."""
    rows_quarantined: Count
    """Rows set aside with a reason."""
    quarantine_reasons: Mapping[str, Count] = Field(default_factory=dict)
    """How many rows were set aside for each reason."""
    sources: tuple[SourcePart, ...] = ()
    """What was read."""
    mapping: tuple[MappedColumn, ...] = ()
    """How the columns were understood."""
    tables: tuple[TableState, ...] = ()
    """State of each loaded table."""
    findings: tuple[FindingPart, ...] = ()
    """What the checks found, gravest first."""
    advice: tuple[Wording, ...] = ()
    """Whether there is enough data, and what follows."""


class LeakagePart(Part):
    """A column that seems to know the outcome in advance."""

    column: str
    """The column."""
    evidence: Wording
    """What gives it away."""
    is_blocking: bool
    """Whether the model must not see it."""
    is_dropped: bool
    """Whether it was left out."""
    roc_auc_alone: MaybeShare = None
    """ROC-AUC of this column by itself."""
    roc_auc_with: MaybeShare = None
    """Quality of the model with it."""
    roc_auc_without: MaybeShare = None
    """Quality of the model without it."""


# Who the customers are.


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


# Who is about to leave.


class OutcomePart(Part):
    """What is predicted."""

    column: str
    """Where the outcome comes from."""
    positive: str
    """The value that means: left."""
    sentence: Wording
    """The definition in words."""
    positives: Count
    """Customers who left."""
    negatives: Count
    """Customers who stayed."""
    unknown: Count = 0
    """Customers of whom it is not known."""


class SplitPart(Part):
    """How learning and testing were kept apart."""

    sentence: Wording
    """In words."""
    train: Count
    """Customers learnt from."""
    holdout: Count
    """Customers kept back for the test."""
    folds: int | None = None
    """Folds used to compare the models."""


class ModelPart(Part):
    """One model that was tried."""

    name: str
    """Its code."""
    title: Wording | None = None
    """Its name in words."""
    roc_auc: Interval
    """How well it ranks: 0.5 is a coin, 1 is perfect."""
    pr_auc: MaybeShare = None
    """Area under precision and recall."""
    brier: MaybeNumber = None
    """Mean squared error of the probabilities; less is better."""
    train_roc_auc: MaybeShare = None
    """The same on the customers it learnt from: a large gap means learning by heart."""


class Confusion(Part):
    """Predicted against true on the held-out customers, at the threshold."""

    true_positive: Count
    """Warned, and left."""
    false_positive: Count
    """Warned, but stayed."""
    false_negative: Count
    """Not warned, but left."""
    true_negative: Count
    """Not warned, and stayed."""


class Holdout(Part):
    """Quality of the chosen model on customers it has not seen."""

    n: Count
    """Customers."""
    positives: Count
    """How many of them left."""
    roc_auc: Share
    """Ranking quality."""
    roc_auc_low: MaybeShare = None
    """Lower bound of its 95 % interval."""
    roc_auc_high: MaybeShare = None
    """Upper bound of its 95 % interval."""
    precision: Share
    """Share of the warned who left."""
    recall: Share
    """Share of the leavers who were warned."""
    f1: Share
    """Harmonic mean of the two."""
    pr_auc: MaybeShare = None
    """Area under precision and recall."""
    brier: MaybeNumber = None
    """Mean squared error of the probabilities."""
    confusion: Confusion
    """The four counts behind them."""


class CalibrationPoint(Part):
    """Customers of similar probability: what was promised and what came."""

    predicted: Share
    """Mean probability."""
    observed: Share
    """Share that left."""
    count: Count
    """Customers."""


class RiskBand(Part):
    """Customers between two probabilities."""

    risk: str
    """high, medium or low."""
    title: Wording | None = None
    """The same in words."""
    low: Share
    """From this probability …"""
    high: Share
    """… up to this one."""
    customers: Count
    """Customers in the band."""


class Driver(Part):
    """What moves the probability most, over all customers."""

    feature: str
    """The feature."""
    label: Wording
    """The feature in words."""
    importance: float
    """Mean absolute contribution, in log-odds."""
    direction: Literal["raises", "lowers", "mixed"]
    """What much of it does to the probability."""
    sentence: Wording | None = None
    """The same in words."""


class Alarm(Part):
    """Something that looks too good to be true, or too weak to use."""

    kind: str
    """leak, strong_feature, too_good, no_signal."""
    severity: Literal["alarm", "notice"]
    """alarm: do not act before it is explained."""
    feature: str | None = None
    """The feature, where it is one."""
    value: MaybeNumber = None
    """The ROC-AUC that rang."""
    sentence: Wording
    """What was seen and what to do."""


class ChurnPart(Part):
    """Who is about to leave."""

    outcome: OutcomePart
    """What is predicted."""
    base_rate: Share
    """Share of customers who left."""
    split: SplitPart
    """How learning and testing were kept apart."""
    models: tuple[ModelPart, ...]
    """Everything that was tried."""
    chosen: str
    """The model in use."""
    why_chosen: Wording | None = None
    """Why this one."""
    threshold: Share
    """From this probability on a customer counts as at risk."""
    why_threshold: Wording | None = None
    """Why this threshold."""
    holdout: Holdout
    """The test on customers the model has not seen."""
    calibration: tuple[CalibrationPoint, ...] = ()
    """Whether a probability of 30 % means 30 of 100."""
    risk_bands: tuple[RiskBand, ...] = ()
    """How many customers stand in which band."""
    drivers: tuple[Driver, ...] = ()
    """What moves the probability, strongest first."""
    alarms: tuple[Alarm, ...] = ()
    """What should make the reader doubt."""


# What to do, and how all this was made.


class ContactListPart(Part):
    """The contact list in figures: requested = kept + the sum of excluded."""

    requested: Count
    """Customers that the threshold or the number asked for."""
    kept: Count
    """Customers on the list."""
    excluded: Mapping[str, Count] = Field(default_factory=dict)
    """Customers left out, by reason."""
    rule: Wording | None = None
    """Who was asked for, as a sentence."""
    by_risk: Mapping[str, Count] = Field(default_factory=dict)
    """Kept customers by risk band."""
    by_segment: Mapping[str, Count] = Field(default_factory=dict)
    """Kept customers by segment."""
    by_reason: Mapping[str, Count] = Field(default_factory=dict)
    """Kept customers by their first reason."""
    by_action: Mapping[str, Count] = Field(default_factory=dict)
    """Kept customers by suggested action, code of the action."""
    expected_loss: MaybeNumber = None
    """Sum of probability times money over the list, where money is known."""


class LineagePart(Part):
    """From what this report can be made again."""

    data: Mapping[str, str]
    """Name of each source and its sha256."""
    code: str
    """Version of Regulars."""
    seed: int
    """Seed of everything random."""
    versions: Mapping[str, str] = Field(default_factory=dict)
    """Versions of Python and of the libraries."""
    snapshot: Mapping[str, int] = Field(default_factory=dict)
    """Version of every table in the lake."""
    run: str | None = None
    """Identifier of the run."""
    load_ids: tuple[str, ...] = ()
    """The loads it stands on."""
    command: str | None = None
    """What was typed."""


class Summary(Part):
    """The report in one grade and a few sentences."""

    grade: Grade
    """A: act on it; B: usable with care; C: look into it first; D: not for decisions."""
    grades: Mapping[str, Grade]
    """Grade of each part; the whole is as good as its weakest part."""
    verdict: Wording
    """The grade in words."""
    sentences: tuple[Wording, ...]
    """What to retell."""
