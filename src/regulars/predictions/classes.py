"""An outcome of several classes: each class against the rest, their probabilities summing to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.errors import QualityError
from regulars.evaluate.costs import ContactCosts
from regulars.features.table import FeatureTable
from regulars.predictions.comparison import compare_churn_models
from regulars.predictions.outcome import list_classes, read_outcome
from regulars.predictions.results import ChurnComparison
from regulars.progress import Progress

__all__ = ["ClassComparison", "compare_classes"]

_MOST_CLASSES = 12


@dataclass(frozen=True, slots=True, eq=False)
class ClassComparison:
    """Every class against the rest.

    Attributes
    ----------
    comparisons
        By class, most frequent first.
    probabilities
        Of each customer and class, in that order of classes; rows sum to one; shape
        (n_customers, n_classes).
    """

    comparisons: Mapping[str, ChurnComparison]
    probabilities: NDArray[np.float64]

    @property
    def roc_auc(self) -> float:
        """Mean over the classes of how well each is told from the rest (macro average)."""
        return float(np.mean([one.quality.roc_auc.mean for one in self.comparisons.values()]))

    @property
    def predicted(self) -> list[str]:
        """The most probable class of each customer."""
        names = list(self.comparisons)
        return [names[place] for place in self.probabilities.argmax(axis=1)]


def compare_classes(
    features: FeatureTable,
    values: Sequence[object] | pa.ChunkedArray | pa.Array,
    *,
    column: str,
    random_state: int,
    costs: ContactCosts | None = None,
    progress: Progress | None = None,
) -> ClassComparison:
    """Models for a column of several classes, one comparison per class.

    Each class is an outcome of its own, with its own chosen model, quality and reasons; the
    probabilities are then scaled to sum to one (one against the rest, Rifkin and Klautau 2004).

    Parameters
    ----------
    features
        One row per customer.
    values
        The class of each, in the same order; missing means not known.
    column
        What the column is called.
    random_state, costs, progress
        As in `compare_churn_models`.

    Raises
    ------
    QualityError
        When there are more than 12 classes, only one, or a class of fewer than 20 customers.
    """
    names = list_classes(values)
    if len(names) > _MOST_CLASSES:
        raise QualityError(
            en=f"The outcome '{column}' has {len(names)} different values; at most {_MOST_CLASSES} "
            "classes can be told apart one by one. Group them, or name the one that counts.",
            ru=f"У исхода «{column}» разных значений {len(names)}; по одному различать можно не "
            f"больше {_MOST_CLASSES} классов. Объедините их или назовите тот, который важен.",
        )
    outcomes = {name: read_outcome(values, column=column, positive_value=name) for name in names}
    comparisons = {
        name: compare_churn_models(
            features, outcome, random_state=random_state, costs=costs, progress=progress
        )
        for name, outcome in outcomes.items()
    }
    raw = np.stack([one.churn_probability for one in comparisons.values()], axis=1)
    return ClassComparison(comparisons, raw / raw.sum(axis=1, keepdims=True))
