"""The pieces that `report.json` is made of; `regulars.report.model` puts them together."""

from regulars.report.parts.base import Interval, Part
from regulars.report.parts.churn import (
    Alarm,
    CalibrationPoint,
    ChurnPart,
    Confusion,
    Driver,
    Holdout,
    ModelPart,
    OutcomePart,
    RiskBand,
    SplitPart,
)
from regulars.report.parts.closing import ContactListPart, LineagePart, Summary
from regulars.report.parts.data import (
    Bar,
    ColumnState,
    DataPart,
    FindingPart,
    LeakagePart,
    MappedColumn,
    Outliers,
    SourcePart,
    TableState,
    ValueCount,
)
from regulars.report.parts.segments import (
    MeansPlot,
    MethodPart,
    SegmentProfile,
    SegmentsPart,
    Trait,
)

__all__ = [
    "Alarm",
    "Bar",
    "CalibrationPoint",
    "ChurnPart",
    "ColumnState",
    "Confusion",
    "ContactListPart",
    "DataPart",
    "Driver",
    "FindingPart",
    "Holdout",
    "Interval",
    "LeakagePart",
    "LineagePart",
    "MappedColumn",
    "MeansPlot",
    "MethodPart",
    "ModelPart",
    "OutcomePart",
    "Outliers",
    "Part",
    "RiskBand",
    "SegmentProfile",
    "SegmentsPart",
    "SourcePart",
    "SplitPart",
    "Summary",
    "TableState",
    "Trait",
    "ValueCount",
]
