"""What was loaded, and in what state it is."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from regulars.report.parts.base import Count, MaybeNumber, MaybeShare, Part, Scalar, Severity, Share
from regulars.schema.wording import Wording

__all__ = [
    "Bar",
    "CleanedColumnPart",
    "CleaningPart",
    "ColumnState",
    "DataPart",
    "FindingPart",
    "LeakagePart",
    "MappedColumn",
    "Outliers",
    "SourcePart",
    "TableState",
    "UsePart",
    "ValueCount",
]


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


class Bar(Part):
    """One bar of a distribution: low ≤ value < high; the last one holds its high too."""

    low: float | str
    """Left bound: a number or an ISO day."""
    high: float | str
    """Right bound."""
    count: Count
    """Rows in it."""


class ValueCount(Part):
    """One frequent value."""

    value: Scalar
    """The value."""
    count: Count
    """Rows that have it."""
    share: Share
    """The same as a share of the rows that have a value."""


class Outliers(Part):
    """Values far from the rest."""

    low: float
    """Below this Tukey's rule calls a value far."""
    high: float
    """Above this too."""
    tukey_count: Count
    """Values outside the two."""
    robust_z_count: Count | None = None
    """Values far by the robust z-score."""


class ColumnState(Part):
    """What one column of a loaded table holds."""

    name: str
    """The column."""
    type: str
    """How the engine stores it."""
    role: str
    """What it is for."""
    meaning: Wording | None = None
    """What it says."""
    row_count: Count
    """Rows of the table."""
    missing_count: Count
    """Rows without a value."""
    completeness: Share
    """Share of rows with a value."""
    distinct_count: Count
    """Different values."""
    is_distinct_approximate: bool = False
    """Whether that is an estimate."""
    uniqueness: MaybeShare = None
    """Different values as a share of the values that are there."""
    invalid_count: Count | None = None
    """Values that break a check of this column; null when nothing checks it."""
    validity: MaybeShare = None
    """Share of values that break none."""
    inconsistent_count: Count | None = None
    """Rows that break a check against other columns."""
    consistency: MaybeShare = None
    """Share of rows that break none."""
    minimum: float | str | None = None
    """The least number, or the first day or moment, ISO 8601."""
    maximum: float | str | None = None
    """The greatest or the last."""
    mean: MaybeNumber = None
    """Mean of the numbers."""
    median: MaybeNumber = None
    """Median of the numbers."""
    first_quartile: MaybeNumber = None
    """A quarter of the numbers lies below."""
    third_quartile: MaybeNumber = None
    """A quarter of the numbers lies above."""
    lag_days: MaybeNumber = None
    """Days from the newest value to the moment of the report."""
    outliers: Outliers | None = None
    """Values far from the rest."""
    bars: tuple[Bar, ...] = ()
    """Distribution of numbers and days."""
    values: tuple[ValueCount, ...] = ()
    """The most frequent values of the others; none of personal columns."""


class TableState(Part):
    """What one loaded table holds."""

    name: str
    """The table."""
    row_count: Count
    """Its rows."""
    customer_count: Count | None = None
    """Different customers in it."""
    oldest: str | None = None
    """The earliest moment in it, ISO 8601."""
    newest: str | None = None
    """The latest moment in it."""
    lag_days: MaybeNumber = None
    """Days from the latest moment to that of the report."""
    completeness: MaybeShare = None
    """Share of cells that are filled."""
    validity: MaybeShare = None
    """Mean validity of the columns; null when nothing was checked."""
    consistency: MaybeShare = None
    """Mean consistency of the columns."""
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


class CleanedColumnPart(Part):
    """What was done with the missing values and the outliers of one feature."""

    feature: str
    """The feature."""
    label: Wording
    """The feature in words."""
    missing: str
    """keep, mean, median, mode, constant, knn, pattern, drop_rows or drop_column."""
    missing_count: Count
    """Values that were missing."""
    fill: Scalar = None
    """What stands in for them, where it is one value for all."""
    has_indicator: bool = False
    """Whether a column says where values were missing."""
    outliers: Literal["keep", "cap", "drop"] = "keep"
    """What was done with values beyond the limits."""
    outlier_count: Count = 0
    """Values beyond the limits."""
    low: MaybeNumber = None
    """The lower limit; Tukey's where nobody gave one."""
    high: MaybeNumber = None
    """The upper limit."""
    is_default: bool = True
    """Whether nobody asked for it."""
    reason: Wording
    """Why."""


class CleaningPart(Part):
    """Missing values and outliers, column by column."""

    rows_dropped: Count = 0
    """Customers that the plan left out."""
    columns: tuple[CleanedColumnPart, ...] = ()
    """One per feature, in order."""


class UsePart(Part):
    """Which rows of one table became features of customers."""

    table: str
    """The table."""
    rows: Count
    """Rows that it holds."""
    rows_used: Count
    """Rows of known customers that features were made of; 0 when nothing is made of this table."""
    customers: Count
    """Customers that have a row here."""
    customers_matched: Count
    """How many of them are among the customers of the analysis."""


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
    cleaning: CleaningPart | None = None
    """What was done with missing values and outliers."""
    uses: tuple[UsePart, ...] = ()
    """Which rows of which table the analysis stands on."""
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
    """Quality of a quick model with it, and without the others that were left out."""
    roc_auc_without: MaybeShare = None
    """Quality of the same model without any that was left out."""
