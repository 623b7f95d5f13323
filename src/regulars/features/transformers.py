"""Columns of a table scaled, encoded or cut, fitted once and applied later: names and Arrow stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

import numpy as np
import pyarrow as pa
from sklearn.base import (  # noqa: TID253 - this is an estimator
    BaseEstimator,
    OneToOneFeatureMixin,
    TransformerMixin,
    clone,
)
from sklearn.utils.validation import check_is_fitted, validate_data  # noqa: TID253 - as above

from regulars.errors import InvalidParameterError, UnknownColumnError, UnknownNameError
from regulars.features.screening import find_edges

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["METHODS", "ColumnTransform", "IntervalCutter", "make_transform"]

Method = Literal["min_max", "z_score", "one_hot", "ordinal", "target", "intervals"]


class ColumnTransform(TransformerMixin, BaseEstimator):
    """Some columns of an Arrow table through a scikit-learn transformer, the others as they are.

    Parameters
    ----------
    transformer
        Any transformer that names what it makes (`get_feature_names_out`).
    columns
        Which columns go through it.

    Attributes
    ----------
    transformer_
        The fitted one.
    names_out_
        Names of the columns that it makes.

    Examples
    --------
    >>> from sklearn.preprocessing import MinMaxScaler
    >>> visits = pa.table({"customer_id": ["1", "2", "3"], "visits": [0.0, 5.0, 10.0]})
    >>> scaled = ColumnTransform(MinMaxScaler(), ["visits"]).fit_transform(visits)
    >>> scaled.to_pydict()
    {'customer_id': ['1', '2', '3'], 'visits': [0.0, 0.5, 1.0]}
    """

    def __init__(self, transformer: object, columns: Sequence[str]) -> None:
        self.transformer = transformer
        self.columns = columns

    def fit(self, X: pa.Table, y: ArrayLike | None = None) -> Self:
        """Learn from the columns, and from labels where the transformer takes them."""
        values = self._read(X)
        self.transformer_ = clone(self.transformer).fit(values, y)
        self.names_out_ = self._name()
        return self

    def transform(self, X: pa.Table) -> pa.Table:
        """The table with the columns transformed; what they became stands where the first stood."""
        check_is_fitted(self)
        return self._put(X, self.transformer_.transform(self._read(X)))

    def fit_transform(self, X: pa.Table, y: ArrayLike | None = None) -> pa.Table:
        """Learn and transform; target encoding is then out of fold, unlike `transform`."""
        values = self._read(X)
        self.transformer_ = clone(self.transformer)
        made = self.transformer_.fit_transform(values, y)
        self.names_out_ = self._name()
        return self._put(X, made)

    def _name(self) -> list[str]:
        return [str(name) for name in self.transformer_.get_feature_names_out(list(self.columns))]

    def _read(self, X: pa.Table) -> NDArray[np.generic]:
        for name in self.columns:
            if name not in X.column_names:
                raise UnknownColumnError(name, X.column_names, where="The table", ru="В таблице")
        columns = [_to_numpy(X.column(name)) for name in self.columns]
        is_text = any(column.dtype == object for column in columns)
        return np.column_stack([column.astype(object) if is_text else column for column in columns])

    def _put(self, X: pa.Table, made: NDArray[np.generic]) -> pa.Table:
        arrays: dict[str, pa.ChunkedArray | pa.Array] = {}
        for name in X.column_names:
            if name not in self.columns:
                arrays[name] = X.column(name)
            elif name == self.columns[0]:
                arrays |= {
                    out: pa.array(made[:, number], from_pandas=True)
                    for number, out in enumerate(self.names_out_)
                }
        return pa.table(arrays)


def _to_numpy(column: pa.ChunkedArray) -> NDArray[np.generic]:
    is_number = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
    if is_number or pa.types.is_decimal(column.type):
        return column.cast(pa.float64(), safe=False).to_numpy().astype(np.float64)
    return np.array(column.cast(pa.string()).to_pylist(), dtype=object)


class IntervalCutter(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """The interval that each number lies in: 0 for the lowest; closed on the right; NaN stays.

    Parameters
    ----------
    edges
        Inner bounds, in order, for every column alike; None takes the quantiles of each column.
    n_intervals
        How many, when quantiles are taken; fewer where values repeat.

    Attributes
    ----------
    edges_
        Inner bounds per column.

    Examples
    --------
    >>> ages = np.array([[18.0], [30.0], [31.0], [np.nan]])
    >>> IntervalCutter(edges=(30, 50)).fit_transform(ages)[:, 0].tolist()
    [0.0, 0.0, 1.0, nan]
    """

    def __init__(self, edges: Sequence[float] | None = None, *, n_intervals: int = 10) -> None:
        self.edges = edges
        self.n_intervals = n_intervals

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Find the bounds, shape (n_customers, n_features)."""
        values = validate_data(self, X, ensure_all_finite="allow-nan", dtype=np.float64)
        if self.edges is None:
            if self.n_intervals < 2:
                raise InvalidParameterError(
                    en=f"n_intervals is {self.n_intervals}. Cut into at least 2 intervals.",
                    ru=f"n_intervals = {self.n_intervals}. Нужно хотя бы 2 интервала.",
                )
            self.edges_ = [
                find_edges(values[:, j], self.n_intervals) for j in range(values.shape[1])
            ]
            return self
        given = np.asarray(self.edges, dtype=np.float64)
        if given.ndim != 1 or not len(given) or not np.all(np.diff(given) > 0):
            raise InvalidParameterError(
                en=f"edges are {list(self.edges)}. Give at least one number, each above the last.",
                ru=f"edges = {list(self.edges)}. Дайте хотя бы одно число, каждое больше прежнего.",
            )
        self.edges_ = [given] * values.shape[1]
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Numbers of intervals, shape (n_customers, n_features)."""
        check_is_fitted(self)
        values = validate_data(
            self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64
        )
        cut = np.empty_like(values)
        for column, edges in enumerate(self.edges_):
            cut[:, column] = np.searchsorted(edges, values[:, column], side="left")
        cut[np.isnan(values)] = np.nan
        return cut

    def __sklearn_tags__(self) -> object:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def make_transform(
    method: Method,
    columns: Sequence[str],
    *,
    edges: Sequence[float] | None = None,
    n_intervals: int = 10,
    random_state: int | None = 0,
) -> ColumnTransform:
    """A transform by the name of its method.

    Parameters
    ----------
    method
        `min_max` to [0, 1]; `z_score` to mean 0 and deviation 1; `one_hot`, a column per level
        (a level never seen is 0 everywhere); `ordinal`, the number of the level (-1 when never
        seen); `target`, the mean label of the level, out of fold when fitted; `intervals`, given
        by `edges` or cut at quantiles.
    columns
        Which columns.
    edges, n_intervals
        For intervals.
    random_state
        Of the folds of target encoding.

    Raises
    ------
    UnknownNameError
        When there is no such method.

    Examples
    --------
    >>> plans = pa.table({"plan": ["pro", "free", "pro"], "visits": [1, 2, 3]})
    >>> make_transform("one_hot", ["plan"]).fit_transform(plans).column_names
    ['plan_free', 'plan_pro', 'visits']
    """
    if method not in METHODS:
        raise UnknownNameError("transform", method, METHODS, ru="преобразования")
    if method == "intervals":
        return ColumnTransform(IntervalCutter(edges, n_intervals=n_intervals), columns)
    return ColumnTransform(METHODS[method](random_state), columns)


def _make_min_max(_: int | None) -> object:
    from sklearn.preprocessing import MinMaxScaler

    return MinMaxScaler()


def _make_z_score(_: int | None) -> object:
    from sklearn.preprocessing import StandardScaler

    return StandardScaler()


def _make_one_hot(_: int | None) -> object:
    from sklearn.preprocessing import OneHotEncoder

    return OneHotEncoder(handle_unknown="ignore", sparse_output=False)


def _make_ordinal(_: int | None) -> object:
    from sklearn.preprocessing import OrdinalEncoder

    return OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)


def _make_target(random_state: int | None) -> object:
    from sklearn.model_selection import KFold
    from sklearn.preprocessing import TargetEncoder

    return TargetEncoder(cv=KFold(5, shuffle=True, random_state=random_state))


def _make_intervals(_: int | None) -> object:
    return IntervalCutter()


METHODS: dict[str, Callable[[int | None], object]] = {
    "min_max": _make_min_max,
    "z_score": _make_z_score,
    "one_hot": _make_one_hot,
    "ordinal": _make_ordinal,
    "target": _make_target,
    "intervals": _make_intervals,
}
