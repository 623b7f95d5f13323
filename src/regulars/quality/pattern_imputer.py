"""A model for each pattern of missing columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import (  # noqa: TID253 - the module is an estimator
    OneToOneFeatureMixin,
    RegressorMixin,
    TransformerMixin,
    clone,
)
from sklearn.linear_model import LinearRegression  # noqa: TID253 - as above
from sklearn.utils import Tags  # noqa: TID253 - as above
from sklearn.utils.validation import check_is_fitted, validate_data  # noqa: TID253 - as above

from regulars.estimator import Estimator, HasMethods, Interval

__all__ = ["PatternImputer"]

_Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class _Submodel:
    """Predicts `target` from `predictors`; the other columns are not looked at."""

    target: int
    predictors: tuple[int, ...]
    regressor: Any


class PatternImputer(OneToOneFeatureMixin, TransformerMixin, Estimator):
    """Missing numbers filled by a regression of their own for every pattern of missing columns.

    Customers who miss the same columns share a pattern. For each pattern seen in `fit` and each
    column missing in it, a regression predicts that column from just the columns that the
    pattern has; it is fitted on all the rows where those columns and the missing one are known.
    So no value is ever predicted from another guess.

    The submodels are those of Fletcher Mercaldo & Blume (2020), "Missing data and prediction:
    the pattern submodel", Biostatistics 21(2), 236-252, doi:10.1093/biostatistics/kxy040. They
    predict an outcome with them; here the "outcome" of a submodel is the missing column itself.

    Parameters
    ----------
    regressor
        Any scikit-learn regressor; None for least squares.
    min_rows
        A submodel with fewer rows to learn from is not fitted.
    max_patterns
        How many patterns, the most frequent first, get submodels.

    Attributes
    ----------
    medians_ : ndarray of shape (n_features,)
        Of the known values; what is used when no submodel fits. 0 for a column with no value.
    patterns_ : ndarray of bool, shape (n_patterns, n_features)
        The patterns with submodels: True where a column is missing.

    Notes
    -----
    A pattern that `fit` has not seen uses, for each column, the submodel with the most
    predictors among those whose predictors are all there. What is predicted never leaves the
    range of the known values.

    Examples
    --------
    >>> import numpy as np
    >>> age = np.arange(20.0, 80.0)
    >>> X = np.column_stack([age, 2 * age])
    >>> X[5, 1] = np.nan
    >>> float(PatternImputer().fit_transform(X)[5, 1].round(6))
    50.0
    """

    _constraints: ClassVar[dict[str, list[Any]]] = {
        "regressor": [HasMethods(["fit", "predict"]), None],
        "min_rows": [Interval(Integral, 2, None, closed="left")],
        "max_patterns": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        regressor: RegressorMixin | None = None,
        *,
        min_rows: int = 30,
        max_patterns: int = 100,
    ) -> None:
        self.regressor = regressor
        self.min_rows = min_rows
        self.max_patterns = max_patterns

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn the submodels from numbers, shape (n_rows, n_features), NaN where missing."""
        self._check_parameters()
        rows: _Numbers = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        is_missing = np.isnan(rows)
        self.medians_ = _medians(rows)
        self._low, self._high = _ranges(rows, self.medians_)
        found, counts = np.unique(is_missing, axis=0, return_counts=True)
        # Ties in frequency are broken by the pattern itself, so that row order does not matter.
        order = np.argsort(-counts, kind="stable")
        ordered = found[order]
        self.patterns_ = ordered[ordered.any(axis=1)][: self.max_patterns]
        submodels = [
            self._fit_submodel(rows, is_missing, pattern, int(target))
            for pattern in self.patterns_
            for target in np.flatnonzero(pattern)
        ]
        self._submodels = [submodel for submodel in submodels if submodel is not None]
        return self

    def transform(self, X: ArrayLike) -> _Numbers:
        """The rows without gaps, shape (n_rows, n_features)."""
        check_is_fitted(self)
        rows: _Numbers = validate_data(
            self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False
        )
        is_missing = np.isnan(rows)
        filled = np.where(is_missing, self.medians_, rows)
        for pattern in np.unique(is_missing, axis=0):
            if not pattern.any():
                continue
            members = np.flatnonzero((is_missing == pattern).all(axis=1))
            for target in np.flatnonzero(pattern):
                submodel = self._choose_submodel(pattern, int(target))
                if submodel is not None:
                    guesses = submodel.regressor.predict(rows[members][:, submodel.predictors])
                    low, high = self._low[target], self._high[target]
                    filled[members, target] = np.clip(guesses, low, high)
        return filled

    def _fit_submodel(
        self, rows: _Numbers, is_missing: NDArray[np.bool_], pattern: NDArray[np.bool_], target: int
    ) -> _Submodel | None:
        predictors = np.flatnonzero(~pattern)
        usable = ~is_missing[:, [*predictors, target]].any(axis=1)
        if not predictors.size or usable.sum() < max(self.min_rows, predictors.size + 1):
            return None
        regressor = clone(self.regressor) if self.regressor is not None else LinearRegression()
        regressor.fit(rows[usable][:, predictors], rows[usable, target])
        return _Submodel(int(target), tuple(int(each) for each in predictors), regressor)

    def _choose_submodel(self, pattern: NDArray[np.bool_], target: int) -> _Submodel | None:
        there = set(np.flatnonzero(~pattern).tolist())
        fitting = [
            submodel
            for submodel in self._submodels
            if submodel.target == target and there.issuperset(submodel.predictors)
        ]
        return max(fitting, key=lambda submodel: len(submodel.predictors), default=None)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _medians(rows: _Numbers) -> _Numbers:
    return np.array([_median(rows[:, place]) for place in range(rows.shape[1])])


def _median(column: _Numbers) -> float:
    known = column[~np.isnan(column)]
    return float(np.median(known)) if known.size else 0.0


def _ranges(rows: _Numbers, medians: Sequence[float] | _Numbers) -> tuple[_Numbers, _Numbers]:
    low = np.where(np.isnan(rows), np.inf, rows).min(axis=0, initial=np.inf)
    high = np.where(np.isnan(rows), -np.inf, rows).max(axis=0, initial=-np.inf)
    has_none = low > high
    return np.where(has_none, medians, low), np.where(has_none, medians, high)
