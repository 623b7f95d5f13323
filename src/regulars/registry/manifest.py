"""What lies in a folder of models: their figures, features and files, and from what they were made."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from regulars.features.table import FeatureKind
from regulars.predictions.fairness.group_checks import GroupCheck
from regulars.predictions.families.names import ModelName
from regulars.predictions.outcomes.definitions import OutcomeDefinition
from regulars.registry.parameters import Parameters
from regulars.report.parts import FaithfulnessPart, Interval, LineagePart
from regulars.schema.wording import Wording

__all__ = ["HeldOut", "ModelManifest", "SavedAlarm", "SavedFeature", "SavedFigures"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class SavedFeature(_Part):
    """One column that the models look at."""

    name: str
    """Of the column of the feature table."""
    kind: FeatureKind
    """numeric, category or boolean."""
    meaning: Wording
    """In words."""
    levels: tuple[str, ...] | None = None
    """Of a category the levels that were seen: their places are its codes."""
    usual_range: tuple[float, float] | None = None
    """Of a number the first and the last hundredth of those who were scored; None of fewer than 100."""


class SavedFigures(_Part):
    """What one model achieved when all were compared."""

    roc_auc: Interval
    """How well it ranks customers whom it had not seen."""
    pr_auc: Interval
    """Area under precision and recall."""
    brier: Interval
    """Mean squared error of its probabilities."""


class SavedAlarm(_Part):
    """Something that looked too good to be true, or too weak to use, when the models were made."""

    kind: str
    """Stable name, such as `leak` or `too_good`."""
    severity: Literal["alarm", "notice"]
    """`alarm` or `notice`."""
    sentence: Wording
    """What was seen and what to do."""


class HeldOut(_Part):
    """The chosen model on customers that the model which scored them had not seen."""

    rows: int
    """How many tests."""
    customers: int
    """Of how many different customers; over time one is tested at several dates."""
    positives: int
    """Tests with the outcome."""
    split: Wording
    """How training, validation and hold-out were separated."""
    why: Wording
    """Why that model was chosen."""
    roc_auc: Interval
    """How well it ranks."""
    pr_auc: Interval
    """Area under precision and recall."""
    brier: Interval
    """Mean squared error of its probabilities."""
    precision: Interval
    """Share of the outcome among those at or above the threshold."""
    recall: Interval
    """Share of those with the outcome who are at or above the threshold."""
    calibration_error: Interval
    """Mean distance between what was said and what came, in ten bins of equally many customers."""
    faithfulness: FaithfulnessPart | None = None
    """Whether its reasons are those that move its scores; None where nobody has one."""
    alarms: tuple[SavedAlarm, ...] = ()
    """Empty when nothing looked odd."""


class ModelManifest(_Part):
    """The models of one run.

    Attributes
    ----------
    version
        Of this form; 1.0 has neither `held_out` nor `groups`, 1.1 no `parameters`.
    outcome
        What they predict.
    as_of
        First day that they have not seen, ISO 8601.
    chosen
        The model in use.
    threshold
        From this probability on a customer counts as at risk.
    features
        What they look at, in the order of the matrix.
    figures
        What each of them achieved.
    parameters
        The settings of each: those that were chosen and those that were fixed.
    held_out
        What the chosen one achieved on customers that it had not seen.
    groups
        How it treats the groups by sex, age and region that the file tells.
    files
        Every file beside the manifest and its sha256, hex.
    lineage
        The data, the code, the seed and the versions of libraries that they were made with.
    """

    version: Literal["1.0", "1.1", "1.2"] = "1.2"
    outcome: OutcomeDefinition
    as_of: str
    chosen: ModelName
    threshold: float
    features: tuple[SavedFeature, ...]
    figures: Mapping[ModelName, SavedFigures]
    parameters: Mapping[ModelName, Parameters] = Field(default_factory=dict)
    held_out: HeldOut | None = None
    groups: tuple[GroupCheck, ...] = ()
    files: Mapping[str, str]
    lineage: LineagePart
