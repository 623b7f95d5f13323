"""What was loaded, and in what state it is."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from regulars.report.parts.base import Count, MaybeNumber, MaybeShare, Part, Scalar, Severity, Share
from regulars.schema.wording import Wording

__all__ = [
    "ColumnState",
    "DataPart",
    "FindingPart",
    "HistogramBin",
    "LeakagePart",
    "MappedColumn",
    "SourcePart",
    "TableState",
    "TopValue",
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
