"""The design matrix of a model: learnt in each fold, safe against gaps, bounded in width."""

from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import (  # noqa: TID253 - this is an estimator
    BaseEstimator,
    OneToOneFeatureMixin,
    TransformerMixin,
)
from sklearn.compose import ColumnTransformer  # noqa: TID253 - as above
from sklearn.impute import SimpleImputer  # noqa: TID253 - as above
from sklearn.pipeline import Pipeline, make_pipeline  # noqa: TID253 - as above
from sklearn.preprocessing import (  # noqa: TID253 - as above
    FunctionTransformer,
    OneHotEncoder,
    StandardScaler,
)
from sklearn.utils.validation import check_is_fitted, validate_data  # noqa: TID253 - as above

from regulars.features.screening import score_columns

__all__ = ["DesignMatrix", "TailTamer"]

_RARE_SHARE = 0.005
_RARE_COUNT = 10
_MOST_LEVEL_COLUMNS = 2_000
_SKEWED = 2.0
_FARTHEST = 4.0


class DesignMatrix(TransformerMixin, BaseEstimator):
    """Numbers imputed and scaled, categories one column a level.

    Numbers: a logarithmic scale where they are skewed, the median for the unknown, a column that
    says so where anything was unknown, then zero mean and unit variance. Categories: one column per
    level; levels of fewer than 10 customers are one level "rare", the unknown is a level of its own,
    and a level never seen before counts as rare. With more than `max_features` columns only the strongest are kept:
    by their chi-square with the labels where there are labels, by completeness otherwise.

    Parameters
    ----------
    is_category
        Which columns of `X` hold codes of levels, shape (n_features,); None when none does.
    purpose
        `model`: as above. `distance`: for clustering; nothing lies farther than 4 standard
        deviations, gaps have no column of their own, and a level is rare below 0.5 % of the
        customers, so that no rare thing outweighs the rest.
    max_features
        At most so many columns of `X` are used.
    max_levels
        At most so many levels per category; fewer when there are very many categories.

    Attributes
    ----------
    kept_
        Columns of `X` that are used.
    source_
        For each column of the design the column of `X` it was made from.
    """

    def __init__(
        self,
        is_category: ArrayLike | None = None,
        *,
        purpose: Literal["model", "distance"] = "model",
        max_features: int = 300,
        max_levels: int = 20,
    ) -> None:
        self.is_category = is_category
        self.purpose = purpose
        self.max_features = max_features
        self.max_levels = max_levels

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Learn medians, scales and levels from codes and numbers, shape (n_customers, n_features)."""
        values = validate_data(self, X, ensure_all_finite="allow-nan", dtype=np.float64)
        is_category = _as_mask(self.is_category, values.shape[1])
        self.kept_ = self._keep(values, is_category, y)
        numbers = self.kept_[~is_category[self.kept_]]
        categories = self.kept_[is_category[self.kept_]]
        self.transformer_ = ColumnTransformer(
            [
                ("numbers", self._make_numeric(), numbers),
                ("categories", self._make_one_hot(len(values), len(categories)), categories),
            ]
        ).fit(values)
        self.source_ = np.concatenate(
            [self._trace("numbers", numbers), self._trace("categories", categories)]
        ).astype(np.int64)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """The design, shape (n_customers, n_design_columns), free of NaN."""
        check_is_fitted(self)
        values = validate_data(
            self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64
        )
        return np.asarray(self.transformer_.transform(values), dtype=np.float64)

    def _keep(
        self, values: NDArray[np.float64], is_category: NDArray[np.bool_], y: ArrayLike | None
    ) -> NDArray[np.int64]:
        if values.shape[1] <= self.max_features:
            return np.arange(values.shape[1])
        scores = score_columns(values, None if y is None else np.asarray(y), is_category)
        strongest = np.argsort(-scores, kind="stable")[: self.max_features]
        return np.sort(strongest)

    def _make_numeric(self) -> Pipeline:
        is_model = self.purpose == "model"
        impute = SimpleImputer(strategy="median", keep_empty_features=True, add_indicator=is_model)
        steps = [TailTamer(), impute, StandardScaler()]
        if not is_model:
            steps.append(FunctionTransformer(clip_far, feature_names_out="one-to-one"))
        return make_pipeline(*steps)

    def _make_one_hot(self, n_rows: int, n_categories: int) -> OneHotEncoder:
        room = _MOST_LEVEL_COLUMNS // max(n_categories, 1)
        return OneHotEncoder(
            min_frequency=self._count_rare(n_rows),
            max_categories=max(2, min(self.max_levels, room)),
            handle_unknown="infrequent_if_exist",
            feature_name_combiner=name_after_source,
            sparse_output=False,
        )

    def _count_rare(self, n_rows: int) -> int:
        """A level of fewer customers is rare."""
        if self.purpose == "model":
            # A hundred customers say much about a level however many others there are, and the
            # penalty holds back what ten say.
            return _RARE_COUNT
        return int(max(_RARE_COUNT, np.ceil(_RARE_SHARE * n_rows)))

    def _trace(self, step: str, columns: NDArray[np.int64]) -> NDArray[np.int64]:
        """The column of `X` behind each column that the step makes."""
        if len(columns) == 0:
            return np.empty(0, dtype=np.int64)
        names = self.transformer_.named_transformers_[step].get_feature_names_out(
            [str(column) for column in columns]
        )
        return np.array([int(str(name).rsplit("_", 1)[-1]) for name in names], dtype=np.int64)

    def __sklearn_tags__(self) -> object:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def name_after_source(feature: str, level: object) -> str:
    """The name of a one-hot column: that of the column it came from."""
    return feature


class TailTamer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Skewed columns on a signed logarithmic scale, sign(x) log(1 + |x| / scale); others as they are.

    A column is skewed when its skewness is beyond 2 either way; its scale is the median size of
    what is not zero, so that the result does not depend on the unit. NaN stays NaN.

    Attributes
    ----------
    scale_
        Per column; NaN where the column is left as it is.
    """

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Find the skewed columns and their scales."""
        values = validate_data(self, X, ensure_all_finite="allow-nan", dtype=np.float64)
        self.scale_ = np.array([_find_scale(values[:, j]) for j in range(values.shape[1])])
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """The columns with their tails tamed."""
        check_is_fitted(self)
        values = validate_data(
            self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64
        )
        tamed = np.array(values)
        skewed = np.flatnonzero(~np.isnan(self.scale_))
        sizes = np.abs(tamed[:, skewed]) / self.scale_[skewed]
        tamed[:, skewed] = np.sign(tamed[:, skewed]) * np.log1p(sizes)
        return tamed

    def __sklearn_tags__(self) -> object:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _find_scale(column: NDArray[np.float64]) -> float:
    known = column[~np.isnan(column)]
    largest = float(np.abs(known).max(initial=0.0))
    if largest == 0:
        return float("nan")
    # Relative to the largest, third powers cannot overflow.
    relative = known / largest
    spread = float(relative.std())
    if spread == 0 or abs(np.mean(((relative - relative.mean()) / spread) ** 3)) <= _SKEWED:
        return float("nan")
    return float(np.median(np.abs(known[known != 0])))


def clip_far(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """`values` with nothing farther than 4 standard deviations from the mean."""
    return np.clip(values, -_FARTHEST, _FARTHEST)


def _as_mask(is_category: ArrayLike | None, n_features: int) -> NDArray[np.bool_]:
    if is_category is None:
        return np.zeros(n_features, dtype=bool)
    return np.asarray(is_category, dtype=bool)
