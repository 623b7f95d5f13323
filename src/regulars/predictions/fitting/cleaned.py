"""A cleaning plan inside the folds: what stands in for a gap is learnt from training rows alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from regulars.quality.cleaning import CleaningPlan, ColumnCleaning

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

__all__ = ["Clean", "Cleaner", "keep_rows", "learn_cleaning", "spread_plan"]

Clean = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Rows, shape (n_customers, n_features) -> the same rows with their gaps filled."""


@dataclass(frozen=True, slots=True, eq=False)
class Cleaner:
    """Cleans rows by what a fitted pipeline learnt."""

    pipeline: "Pipeline"

    def __call__(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The rows cleaned, of the same shape."""
        # Scikit-learn refuses to transform no rows at all.
        return np.asarray(self.pipeline.transform(rows), dtype=np.float64) if len(rows) else rows


def spread_plan(plan: CleaningPlan | None, columns: Sequence[str]) -> tuple[ColumnCleaning, ...]:
    """What is learnt for each of `columns`; one that the plan does not name is left as it is."""
    planned = {one.column: one for one in plan.columns} if plan else {}
    return tuple(planned.get(name, ColumnCleaning(column=name, missing="keep")) for name in columns)


def learn_cleaning(X: NDArray[np.float64], cleaning: Sequence[ColumnCleaning] | None) -> Clean:
    """What cleans rows by what `X` taught; what leaves them as they are where nothing is planned.

    Parameters
    ----------
    X
        Training rows, shape (n_customers, n_features).
    cleaning
        One for each column.
    """
    if cleaning is None:
        return keep_rows
    names = [one.column for one in cleaning]
    return Cleaner(CleaningPlan(columns=tuple(cleaning)).build(names).fit(X))


def keep_rows(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows as they are."""
    return rows
