"""Values far from the rest: found, shown, and capped or dropped by choice."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from numbers import Integral, Real
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import (  # noqa: TID253 - the module is an estimator
    OneToOneFeatureMixin,
    TransformerMixin,
)
from sklearn.utils import Tags  # noqa: TID253 - as above
from sklearn.utils.validation import check_is_fitted, validate_data  # noqa: TID253 - as above

from regulars.errors import InvalidParameterError
from regulars.estimator import Estimator, Interval, StrOptions

__all__ = ["FoundOutliers", "OutlierCapper", "OutlierMethod", "find_outliers"]

OutlierMethod = Literal["tukey", "robust_z", "bounds"]
_FACTORS: dict[str, float] = {"tukey": 1.5, "robust_z": 3.5}
_MAD_TO_DEVIATION = 1.4826
_MOST_EXAMPLES = 5
_Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FoundOutliers:
    """The outliers of one column: beyond `low` or `high`; infinite where there is no limit."""

    low: float
    high: float
    count: int
    share: float
    examples: tuple[float, ...]

    def to_dict(self) -> dict[str, object]:
        """The figures as plain values."""
        return asdict(self)


def find_outliers(
    values: ArrayLike,
    method: OutlierMethod = "tukey",
    *,
    factor: float | None = None,
    bounds: tuple[float, float] | None = None,
) -> FoundOutliers:
    """The values of one column that are far from the rest.

    Parameters
    ----------
    values
        Numbers, shape (n_rows,); NaN is passed over.
    method
        `tukey`: beyond the quartiles by `factor` (1.5) interquartile ranges; `robust_z`: over
        `factor` (3.5) deviations, measured by the median absolute deviation, from the median;
        `bounds`: outside `bounds`.
    factor
        None for the usual one.
    bounds
        (low, high).

    Returns
    -------
    FoundOutliers
        With up to five examples, the farthest first.

    Examples
    --------
    >>> find_outliers([1, 2, 3, 4, 100])
    FoundOutliers(low=-1.0, high=7.0, count=1, share=0.2, examples=(100.0,))
    """
    column = np.asarray(values, dtype=np.float64)
    low, high = _limits(column, method, factor, bounds)
    known = column[~np.isnan(column)]
    far = known[(known < low) | (known > high)]
    order = np.lexsort((far, -np.maximum(low - far, far - high)))
    return FoundOutliers(
        low=low,
        high=high,
        count=int(far.size),
        share=far.size / known.size if known.size else 0.0,
        examples=tuple(float(value) for value in far[order][:_MOST_EXAMPLES]),
    )


class OutlierCapper(OneToOneFeatureMixin, TransformerMixin, Estimator):
    """Outliers moved to the nearest limit learned from the training rows.

    Parameters
    ----------
    method
        As in `find_outliers`; `bounds` caps only the columns of `bounds`.
    factor
        None for the usual one of the method.
    columns
        Positions of the columns to cap; None for all.
    bounds
        Position → (low, high), used instead of what would be learned.

    Attributes
    ----------
    low_, high_ : ndarray of shape (n_features,)
        The limits; infinite for columns that are not capped, and for those where more than half
        of the values are the same.

    Examples
    --------
    >>> import numpy as np
    >>> capper = OutlierCapper().fit(np.array([[1.0], [2.0], [3.0], [4.0], [100.0]]))
    >>> capper.transform(np.array([[50.0], [np.nan]])).tolist()
    [[7.0], [nan]]
    """

    _constraints: ClassVar[dict[str, list[Any]]] = {
        "method": [StrOptions({"tukey", "robust_z", "bounds"})],
        "factor": [
            Interval(Real, 0, None, closed="neither"),
            Interval(Integral, 1, None, closed="left"),
            None,
        ],
        "columns": ["array-like", None],
        "bounds": [Mapping, None],
    }

    def __init__(
        self,
        method: OutlierMethod = "tukey",
        *,
        factor: float | None = None,
        columns: Sequence[int] | None = None,
        bounds: Mapping[int, tuple[float, float]] | None = None,
    ) -> None:
        self.method = method
        self.factor = factor
        self.columns = columns
        self.bounds = bounds

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn the limits from numbers, shape (n_rows, n_features); NaN is passed over."""
        self._check_parameters()
        rows: _Numbers = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        given = dict(self.bounds or {})
        wanted = range(rows.shape[1]) if self.columns is None else self.columns
        learned = [] if self.method == "bounds" else wanted
        self.low_ = np.full(rows.shape[1], -np.inf)
        self.high_ = np.full(rows.shape[1], np.inf)
        for place in learned:
            self.low_[place], self.high_[place] = _limits(
                rows[:, place], self.method, self.factor, None
            )
        for place, (low, high) in given.items():
            self.low_[place], self.high_[place] = low, high
        return self

    def transform(self, X: ArrayLike) -> _Numbers:
        """The numbers with what lies beyond the limits moved to them; NaN stays."""
        rows = self._validated(X)
        return np.clip(rows, self.low_, self.high_)

    def mark_rows(self, X: ArrayLike) -> NDArray[np.bool_]:
        """True for the rows with a value beyond a limit: what `drop` leaves out."""
        rows = self._validated(X)
        is_far: NDArray[np.bool_] = (rows < self.low_) | (rows > self.high_)
        return np.asarray(is_far.any(axis=1), dtype=np.bool_)

    def _validated(self, X: ArrayLike) -> _Numbers:
        check_is_fitted(self)
        rows: _Numbers = validate_data(
            self, X, dtype=np.float64, ensure_all_finite="allow-nan", reset=False
        )
        return rows

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _limits(
    column: _Numbers,
    method: OutlierMethod,
    factor: float | None,
    bounds: tuple[float, float] | None,
) -> tuple[float, float]:
    if method == "bounds":
        if bounds is None:
            raise InvalidParameterError(
                en="method is 'bounds', and bounds is None. Give (low, high).",
                ru="method — bounds, а bounds не задано. Укажите (low, high).",
            )
        return float(bounds[0]), float(bounds[1])
    known = column[~np.isnan(column)]
    if not known.size:
        return -np.inf, np.inf
    times = factor or _FACTORS[method]
    first, middle, third = np.quantile(known, [0.25, 0.5, 0.75])
    if method == "tukey":
        reach = times * (third - first)
        low, high = first - reach, third + reach
    else:
        reach = times * _MAD_TO_DEVIATION * float(np.median(np.abs(known - middle)))
        low, high = middle - reach, middle + reach
    # Without any spread everything but the usual value would be an outlier.
    return (float(low), float(high)) if reach > 0 else (-np.inf, np.inf)
