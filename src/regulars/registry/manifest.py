"""What lies in a folder of models: their figures, features and files, and from what they were made."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from regulars.features.table import FeatureKind
from regulars.predictions.definitions import OutcomeDefinition
from regulars.predictions.results import ModelName
from regulars.report.parts import Interval, LineagePart
from regulars.schema.wording import Wording

__all__ = ["ModelManifest", "SavedFeature", "SavedFigures"]


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


class SavedFigures(_Part):
    """What one model achieved when all were compared."""

    roc_auc: Interval
    """How well it ranks customers whom it had not seen."""
    pr_auc: Interval
    """Area under precision and recall."""
    brier: Interval
    """Mean squared error of its probabilities."""


class ModelManifest(_Part):
    """The models of one run.

    Attributes
    ----------
    version
        Of this form.
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
    files
        Every file beside the manifest and its sha256, hex.
    lineage
        The data, the code, the seed and the versions of libraries that they were made with.
    """

    version: Literal["1.0"] = "1.0"
    outcome: OutcomeDefinition
    as_of: str
    chosen: ModelName
    threshold: float
    features: tuple[SavedFeature, ...]
    figures: Mapping[ModelName, SavedFigures]
    files: Mapping[str, str]
    lineage: LineagePart
