"""Naive Bayes over intervals: a table of probabilities that a person can read and check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin  # noqa: TID253 - this is an estimator
from sklearn.utils.multiclass import check_classification_targets  # noqa: TID253 - as above
from sklearn.utils.validation import check_is_fitted, validate_data  # noqa: TID253 - as above

from regulars.errors import InvalidParameterError
from regulars.features.screening import find_edges

__all__ = ["ConditionalProbability", "IntervalNaiveBayes"]

_MISSING = 0
"""Code of the interval of the unknown; the others follow from 1."""

_LEAST = 1e-300
_LEAST_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class ConditionalProbability:
    """One cell row of the table: an interval or level of one feature.

    Attributes
    ----------
    column
        Position of the feature.
    low, high
        The interval (low, high] of a number; both None for a level and for the unknown.
    level
        Code of the level of a category; None for an interval and for the unknown.
    is_missing
        Whether this is the row of the unknown.
    counts
        Customers of each class in it.
    probabilities
        P(interval | class) for each class.
    """

    column: int
    low: float | None
    high: float | None
    level: int | None
    is_missing: bool
    counts: tuple[int, ...]
    probabilities: tuple[float, ...]


class IntervalNaiveBayes(ClassifierMixin, BaseEstimator):
    r"""Class probabilities from intervals of numbers and levels of categories.

    Every number is cut into at most `n_intervals` intervals closed on the right;
    the unknown is an interval of its own, and so is each level of a category. Then

    .. math::

        P(c \mid x) = \frac{P(c) \prod_j P(x_j \mid c)}{\sum_{c'} P(c') \prod_j P(x_j \mid c')},
        \qquad
        P(x_j \in I \mid c) = \frac{n_{cjI} + \alpha}{n_c + \alpha\, m_j},

    where :math:`n_{cjI}` customers of class :math:`c` have feature :math:`j` in :math:`I`,
    :math:`n_c` is the size of the class and :math:`m_j` the number of intervals that were seen:
    Laplace's rule for :math:`\alpha = 1` (Manning, Raghavan and Schütze 2008, eq. 13.7); with
    :math:`\alpha = 0` the shares as counted, where one empty cell rules a class out. The
    denominator makes the posteriors of a customer sum to one. A level never seen in training
    counts as unknown; where nothing was unknown in training, the unknown has the factor 1 in every
    class, so that it says nothing.

    Parameters
    ----------
    is_category
        Which columns of `X` hold codes of levels (whole numbers from 0); None when none does.
    n_intervals
        At most so many intervals a number.
    binning
        `quantile`: intervals of equally many customers. `optimal`: those that tell the classes apart
        best, the leaves of a decision tree on that number alone (its impurity is the entropy, as in
        Fayyad and Irani 1993), each of at least 5 % of the customers of whom it is known.
    alpha
        What is added to each count.
    edges
        For columns by position the inner bounds of their intervals, where they are given and not
        found; an interval is closed on the right.

    Attributes
    ----------
    classes_
        The classes, sorted.
    class_log_prior_
        log P(c) as counted, shape (n_classes,).
    edges_
        For each column the inner bounds of its intervals; for a category the codes seen.
    counts_
        For each column the counts, shape (n_classes, 1 + n_intervals); first the unknown.
    log_probabilities_
        For each column log P(interval | class), of the same shape.

    Examples
    --------
    >>> X = [[1.0], [2.0], [3.0], [4.0]]
    >>> model = IntervalNaiveBayes(n_intervals=2).fit(X, [0, 0, 1, 1])
    >>> model.predict_proba([[1.5]]).round(12).tolist()
    [[0.75, 0.25]]
    """

    def __init__(
        self,
        is_category: ArrayLike | None = None,
        *,
        n_intervals: int = 10,
        binning: Literal["quantile", "optimal"] = "quantile",
        alpha: float = 1.0,
        edges: Mapping[int, Sequence[float]] | None = None,
    ) -> None:
        self.is_category = is_category
        self.n_intervals = n_intervals
        self.binning = binning
        self.alpha = alpha
        self.edges = edges

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Count intervals per class in numbers and codes, shape (n_customers, n_features)."""
        if self.alpha < 0 or self.n_intervals < 2:
            raise InvalidParameterError(
                en=f"alpha must not be below 0 and n_intervals at least 2; found alpha={self.alpha}, "
                f"n_intervals={self.n_intervals}.",
                ru="alpha должно быть не меньше 0, а n_intervals не меньше 2; получено "
                f"alpha={self.alpha}, n_intervals={self.n_intervals}.",
            )
        if self.binning not in ("quantile", "optimal"):
            raise InvalidParameterError(
                en=f"binning must be 'quantile' or 'optimal'; found {self.binning!r}. Bounds of your own "
                "are given by `edges`.",
                ru=f"binning должно быть 'quantile' или 'optimal'; получено {self.binning!r}. Свои "
                "границы задаются через edges.",
            )
        values, labels = validate_data(self, X, y, ensure_all_finite="allow-nan", dtype=np.float64)
        check_classification_targets(labels)
        self.classes_, classes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise InvalidParameterError(
                en="IntervalNaiveBayes needs at least 2 classes; found only one class, "
                f"{self.classes_[0]!r}.",
                ru=f"Для IntervalNaiveBayes нужны хотя бы 2 класса; найден только {self.classes_[0]!r}.",
            )
        mask = np.zeros(values.shape[1], dtype=bool)
        if self.is_category is not None:
            mask = np.asarray(self.is_category, dtype=bool)
        self.category_mask_ = mask
        self.class_log_prior_ = np.log(np.bincount(classes) / len(classes))
        self.edges_ = [self._find_bounds(values[:, j], classes, j) for j in range(values.shape[1])]
        self.counts_ = [self._count(values[:, j], classes, j) for j in range(values.shape[1])]
        self.log_probabilities_ = [self._smooth(counts) for counts in self.counts_]
        return self

    def predict_log_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Logarithms of P(c | x), shape (n_customers, n_classes)."""
        return self.combine(self.interval_codes(X))

    def combine(self, codes: NDArray[np.int64]) -> NDArray[np.float64]:
        """Logarithms of P(c | intervals) of combinations of intervals, shape (n_combinations, n_classes).

        Parameters
        ----------
        codes
            As `interval_codes` gives them, shape (n_combinations, n_features).
        """
        check_is_fitted(self)
        joint = self._join(codes)
        highest = joint.max(axis=1, keepdims=True)
        # Where counts rule every class out they say nothing, and the prior is left.
        joint = np.where(np.isneginf(highest), self.class_log_prior_, joint)
        highest = joint.max(axis=1, keepdims=True)
        return joint - (highest + np.log(np.exp(joint - highest).sum(axis=1, keepdims=True)))

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """P(c | x), shape (n_customers, n_classes); rows sum to one."""
        return np.exp(self.predict_log_proba(X))

    def predict(self, X: ArrayLike) -> NDArray[np.object_]:
        """The most probable class, shape (n_customers,)."""
        joint = self._join(self.interval_codes(X))
        return np.asarray(self.classes_[joint.argmax(axis=1)])

    def log_ratios(self, X: ArrayLike) -> NDArray[np.float64]:
        """Evidence of each feature, log P(x_j | last class) - log P(x_j | first class).

        Shape (n_customers, n_features). With two classes its sum plus the prior's log-odds is the
        log-odds of the last class.
        """
        values = self._check(X)
        ratios = np.empty(values.shape)
        for j, table in enumerate(self.log_probabilities_):
            ratios[:, j] = (table[-1] - table[0])[self._code(values[:, j], j)]
        return ratios

    def interval_codes(self, X: ArrayLike) -> NDArray[np.int64]:
        """The interval of each value, shape (n_customers, n_features): 0 unknown, others from 1."""
        values = self._check(X)
        columns = [self._code(values[:, j], j) for j in range(values.shape[1])]
        return np.stack(columns, axis=1)

    def read_cell(self, column: int, code: int) -> ConditionalProbability:
        """One interval of one feature: its bounds, counts and probabilities."""
        check_is_fitted(self)
        return self._read_cell(column, code)

    def list_probabilities(self) -> list[ConditionalProbability]:
        """The table, feature by feature: intervals in order, the unknown last where it was seen."""
        check_is_fitted(self)
        rows = []
        for column, counts in enumerate(self.counts_):
            codes = [*range(1, counts.shape[1]), *([_MISSING] if counts[:, _MISSING].any() else [])]
            rows += [self._read_cell(column, code) for code in codes]
        return rows

    def _read_cell(self, column: int, code: int) -> ConditionalProbability:
        edges = self.edges_[column]
        is_level = bool(self.category_mask_[column]) and code != _MISSING
        is_interval = not self.category_mask_[column] and code != _MISSING
        bounds = [-np.inf, *edges, np.inf]
        return ConditionalProbability(
            column=column,
            low=float(bounds[code - 1]) if is_interval else None,
            high=float(bounds[code]) if is_interval else None,
            level=int(edges[code - 1]) if is_level else None,
            is_missing=code == _MISSING,
            counts=tuple(int(count) for count in self.counts_[column][:, code]),
            probabilities=tuple(np.exp(self.log_probabilities_[column][:, code]).tolist()),
        )

    def _join(self, codes: NDArray[np.int64]) -> NDArray[np.float64]:
        joint = np.tile(self.class_log_prior_, (len(codes), 1))
        for j, table in enumerate(self.log_probabilities_):
            joint += table.T[codes[:, j]]
        return joint

    def _check(self, X: ArrayLike) -> NDArray[np.float64]:
        check_is_fitted(self)
        return np.asarray(
            validate_data(self, X, reset=False, ensure_all_finite="allow-nan", dtype=np.float64)
        )

    def _find_bounds(
        self, column: NDArray[np.float64], classes: NDArray[np.int64], j: int
    ) -> NDArray[np.float64]:
        if self.category_mask_[j]:
            return np.unique(column[~np.isnan(column)])
        if self.edges is not None and j in self.edges:
            return np.unique(np.asarray(self.edges[j], dtype=np.float64))
        if self.binning == "optimal":
            return _find_optimal_edges(column, classes, self.n_intervals)
        return find_edges(column, self.n_intervals)

    def _code(self, column: NDArray[np.float64], j: int) -> NDArray[np.int64]:
        """The interval of each value: 0 unknown, then from 1."""
        edges = self.edges_[j]
        positions = np.searchsorted(edges, column, side="left")
        is_unknown = np.isnan(column)
        if self.category_mask_[j]:
            found = np.minimum(positions, max(len(edges) - 1, 0))
            is_unknown |= edges[found] != column if len(edges) else True
        return np.where(is_unknown, _MISSING, positions + 1)

    def _smooth(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        # Nobody at all was there: by alpha alone it would speak for the smaller class.
        is_possible = counts.any(axis=0)
        added = (counts + self.alpha) * is_possible
        shares = added / np.maximum(added.sum(axis=1, keepdims=True), _LEAST)
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(np.where(is_possible, shares, 1.0)))

    def _count(
        self, column: NDArray[np.float64], classes: NDArray[np.int64], j: int
    ) -> NDArray[np.float64]:
        width = 1 + len(self.edges_[j]) + (0 if self.category_mask_[j] else 1)
        flat = classes * width + self._code(column, j)
        counts = np.bincount(flat, minlength=len(self.classes_) * width)
        return counts.reshape(len(self.classes_), width).astype(np.float64)

    def __sklearn_tags__(self) -> object:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _find_optimal_edges(
    column: NDArray[np.float64], classes: NDArray[np.int64], n_intervals: int
) -> NDArray[np.float64]:
    """Bounds between which the classes differ most, each a value that was seen."""
    from sklearn.tree import DecisionTreeClassifier

    known = ~np.isnan(column)
    values = column[known]
    if len(np.unique(values)) < 2:
        return np.empty(0)
    fewest = max(1, int(np.ceil(_LEAST_SHARE * len(values))))
    # Ranks instead of values: a tree sees float32 only.
    seen, places = np.unique(values, return_inverse=True)
    tree = DecisionTreeClassifier(
        criterion="entropy", max_leaf_nodes=n_intervals, min_samples_leaf=fewest, random_state=0
    ).fit(places[:, None], classes[known])
    cuts = tree.tree_.threshold[tree.tree_.children_left >= 0]
    return np.asarray(seen[np.unique(np.floor(cuts).astype(np.int64))])
