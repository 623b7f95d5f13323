"""A cleaning plan inside the folds: what stands in for a gap is learnt from training rows alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from regulars.predictions.scorers import Scorer, TrainingRows
from regulars.quality.cleaning import CleaningPlan, ColumnCleaning

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

__all__ = ["CleanedScorer", "clean_rows", "spread_plan"]


@dataclass(frozen=True, slots=True, eq=False)
class CleanedScorer:
    """A scorer whose rows are cleaned first, by what was learnt from the rows it learnt from."""

    cleaner: "Pipeline"
    scorer: Scorer

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated log-odds, shape (n_customers,)."""
        return self.scorer.log_odds(self._clean(X))

    def probabilities(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (n_customers,)."""
        return self.scorer.probabilities(self._clean(X))

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """SHAP values of the cleaned rows, shape (n_customers, n_features)."""
        return self.scorer.contributions(self._clean(X))

    def _clean(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        if not len(X):
            return X
        return np.asarray(self.cleaner.transform(X), dtype=np.float64)


def spread_plan(plan: CleaningPlan | None, columns: Sequence[str]) -> tuple[ColumnCleaning, ...]:
    """What is learnt for each of `columns`; one that the plan does not name is left as it is."""
    planned = {one.column: one for one in plan.columns} if plan else {}
    return tuple(planned.get(name, ColumnCleaning(column=name, missing="keep")) for name in columns)


def clean_rows(rows: TrainingRows) -> tuple[TrainingRows, Callable[[Scorer], Scorer]]:
    """Training rows as a model is to see them, and what makes its scorer clean others alike."""
    if rows.cleaning is None:
        return rows, lambda scorer: scorer
    names = [one.column for one in rows.cleaning]
    cleaner = CleaningPlan(columns=rows.cleaning).build(names).fit(rows.X)
    cleaned = np.asarray(cleaner.transform(rows.X), dtype=np.float64)
    return replace(rows, X=cleaned, cleaning=None), partial(CleanedScorer, cleaner)
