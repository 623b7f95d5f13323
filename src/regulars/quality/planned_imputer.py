"""Missing values filled column by column, each by the strategy chosen for it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any, ClassVar, Literal, Self, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import TransformerMixin  # noqa: TID253 - the module is an estimator
from sklearn.impute import KNNImputer  # noqa: TID253 - as above
from sklearn.preprocessing import StandardScaler  # noqa: TID253 - as above
from sklearn.utils import Tags, check_random_state  # noqa: TID253 - as above
from sklearn.utils.validation import (  # noqa: TID253 - as above
    _check_feature_names_in,
    check_is_fitted,
    validate_data,
)

from regulars.errors import InvalidParameterError, UnknownColumnError
from regulars.estimator import Estimator, Interval, StrOptions
from regulars.quality.pattern_imputer import PatternImputer

__all__ = ["PlannedImputer", "Strategy", "keep_complete_rows"]

Strategy = Literal["mean", "median", "mode", "constant", "knn", "pattern", "keep", "drop_column"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
_LEARNED = ("knn", "pattern")
_AVERAGES = ("mean", "median", *_LEARNED)
_Numbers = NDArray[np.float64]


class PlannedImputer(TransformerMixin, Estimator):
    """Missing values filled by a strategy per column, and columns that say where they were.

    Parameters
    ----------
    strategies
        Column (its name or position) → `mean`, `median`, `mode` (most frequent, also of texts),
        `constant`, `knn` (mean of the most similar rows), `pattern` (see `PatternImputer`),
        `keep` (left as it is), `drop_column`.
    default
        The strategy of the columns that `strategies` does not name.
    constants
        Column → value, for `constant`.
    indicators
        Columns that get another one beside them: 1 where the value was missing, else 0.
    n_neighbors
        How many similar rows `knn` looks at.
    most_donors
        `knn` looks for them among so many rows, drawn at random, so that its time stays in
        bounds.
    random_state
        Seed of that draw.

    Attributes
    ----------
    fill_values_ : list
        What stands in for a missing value in each column: of `knn` and `pattern` the median,
        used where they know nothing better.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[1.0, 10.0], [3.0, np.nan], [np.nan, 30.0]])
    >>> PlannedImputer({0: "mean"}, indicators=[1]).fit_transform(X)
    array([[ 1., 10.,  0.],
           [ 3., 20.,  1.],
           [ 2., 30.,  0.]])
    """

    _constraints: ClassVar[dict[str, list[Any]]] = {
        "strategies": [Mapping, None],
        "default": [StrOptions(set(STRATEGIES))],
        "constants": [Mapping, None],
        "indicators": ["array-like"],
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "most_donors": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        strategies: Mapping[str | int, Strategy] | None = None,
        *,
        default: Strategy = "median",
        constants: Mapping[str | int, object] | None = None,
        indicators: Sequence[str | int] = (),
        n_neighbors: int = 5,
        most_donors: int = 5000,
        random_state: int | None = 0,
    ) -> None:
        self.strategies = strategies
        self.default = default
        self.constants = constants
        self.indicators = indicators
        self.n_neighbors = n_neighbors
        self.most_donors = most_donors
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn what to fill in from rows, shape (n_rows, n_features)."""
        self._check_parameters()
        rows = validate_data(self, X, dtype=None, ensure_all_finite="allow-nan")
        self._plan = self._resolve_plan()
        self._marked = [self._place(column) for column in self.indicators]
        self._constants = {
            self._place(column): value for column, value in (self.constants or {}).items()
        }
        self.fill_values_ = [
            self._learn_fill(rows[:, place], place) for place in range(self.n_features_in_)
        ]
        self._quantities = [
            place
            for place, strategy in enumerate(self._plan)
            if strategy in _AVERAGES and not self._is_empty(rows, place)
        ]
        numbers = self._numbers(rows)
        self._knn = self._fit_neighbors(numbers) if "knn" in self._plan else None
        self._pattern = PatternImputer().fit(numbers) if "pattern" in self._plan else None
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """The rows filled, shape (n_rows, n_kept_columns + n_indicators); numbers if all are."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=None, ensure_all_finite="allow-nan", reset=False)
        learned = self._predict(self._numbers(rows))
        columns = [
            self._fill(rows[:, place], place, learned)
            for place, strategy in enumerate(self._plan)
            if strategy != "drop_column"
        ]
        columns += [_is_missing(rows[:, place]).astype(np.float64) for place in self._marked]
        kind = object if any(column.dtype == object for column in columns) else np.float64
        if not columns:
            return np.empty((len(rows), 0))
        return np.column_stack([column.astype(kind) for column in columns])

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[Any]:
        """Names of the columns that `transform` gives."""
        check_is_fitted(self)
        names = _check_feature_names_in(self, input_features)
        kept = [
            str(name)
            for name, strategy in zip(names, self._plan, strict=True)
            if strategy != "drop_column"
        ]
        return np.asarray([*kept, *(f"missing_{names[place]}" for place in self._marked)], object)

    def _resolve_plan(self) -> list[Strategy]:
        plan: list[Strategy] = [self.default] * self.n_features_in_
        for column, strategy in (self.strategies or {}).items():
            if strategy not in STRATEGIES:
                raise InvalidParameterError(
                    en=f"The strategy of column '{column}' is '{strategy}'. "
                    f"Choose from: {', '.join(STRATEGIES)}.",
                    ru=f"Стратегия столбца «{column}» — «{strategy}». Выберите из: {', '.join(STRATEGIES)}.",
                )
            plan[self._place(column)] = strategy
        return plan

    def _place(self, column: str | int) -> int:
        if isinstance(column, int | np.integer) and 0 <= column < self.n_features_in_:
            return int(column)
        names = [str(name) for name in getattr(self, "feature_names_in_", ())]
        names = names or [str(place) for place in range(self.n_features_in_)]
        if str(column) not in names:
            raise UnknownColumnError(
                str(column), names, where="The table to clean", ru="В очищаемой таблице"
            )
        return names.index(str(column))

    def _learn_fill(self, column: NDArray[Any], place: int) -> object:
        strategy = self._plan[place]
        if strategy in {"keep", "drop_column"}:
            return None
        if strategy == "constant":
            return self._constants.get(place, 0.0)
        known = column[~_is_missing(column)]
        if not known.size:
            return 0.0
        if strategy == "mode":
            return _mode(known)
        numbers = _to_numbers(known, place, strategy)
        return float(numbers.mean() if strategy == "mean" else np.median(numbers))

    def _is_empty(self, rows: NDArray[Any], place: int) -> bool:
        return bool(_is_missing(rows[:, place]).all())

    def _numbers(self, rows: NDArray[Any]) -> _Numbers:
        """The columns that `knn` and `pattern` learn from; none when nothing is learned."""
        if not set(_LEARNED) & set(self._plan) or not self._quantities:
            return np.zeros((len(rows), 1))
        columns = [_to_numbers(rows[:, place], place, "knn") for place in self._quantities]
        return np.column_stack(columns)

    def _fit_neighbors(self, numbers: _Numbers) -> tuple[StandardScaler, KNNImputer]:
        # Distances mean something only between columns of one scale.
        scaler = StandardScaler().fit(numbers)
        donors = numbers
        if len(numbers) > self.most_donors:
            drawn = check_random_state(self.random_state).permutation(len(numbers))
            donors = numbers[np.sort(drawn[: self.most_donors])]
        neighbors = KNNImputer(n_neighbors=self.n_neighbors, keep_empty_features=True)
        return scaler, neighbors.fit(scaler.transform(donors))

    def _predict(self, numbers: _Numbers) -> dict[str, _Numbers]:
        learned: dict[str, _Numbers] = {}
        if self._knn is not None:
            scaler, neighbors = self._knn
            filled = neighbors.transform(scaler.transform(numbers))
            learned["knn"] = scaler.inverse_transform(filled)
        if self._pattern is not None:
            learned["pattern"] = self._pattern.transform(numbers)
        return learned

    def _fill(
        self, column: NDArray[Any], place: int, learned: Mapping[str, _Numbers]
    ) -> NDArray[Any]:
        strategy = self._plan[place]
        if strategy == "keep":
            return column
        is_missing = _is_missing(column)
        if strategy in _AVERAGES:
            numbers = _to_numbers(column, place, strategy)
            guesses: Any = self.fill_values_[place]
            if strategy in learned and place in self._quantities:
                guesses = learned[strategy][:, self._quantities.index(place)]
            return np.where(is_missing, guesses, numbers)
        fill = self.fill_values_[place]
        if column.dtype != object and isinstance(fill, int | float):
            return np.where(is_missing, fill, column.astype(np.float64))
        filled = column.astype(object)
        filled[is_missing] = fill
        return filled

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


def keep_complete_rows(X: ArrayLike, columns: Sequence[int] | None = None) -> NDArray[np.bool_]:
    """True for the rows that have a value in `columns` (positions; None for all).

    A function, because a transformer may not change the number of rows; use it on X and y alike.

    Examples
    --------
    >>> keep_complete_rows([[1.0, None], [2.0, 3.0]])
    array([False,  True])
    """
    rows = np.asarray(X)
    wanted = range(rows.shape[1]) if columns is None else columns
    gaps = [_is_missing(rows[:, place]) for place in wanted]
    return ~np.any(gaps, axis=0) if gaps else np.ones(len(rows), dtype=bool)


def _is_missing(column: NDArray[Any]) -> NDArray[np.bool_]:
    if column.dtype == object:
        # NaN is the one value that differs from itself.
        return np.array([each is None or each != each for each in column], dtype=bool)
    if np.issubdtype(column.dtype, np.floating):
        return np.isnan(column)
    return np.zeros(len(column), dtype=bool)


def _to_numbers(column: NDArray[Any], place: int, strategy: str) -> _Numbers:
    if column.dtype != object:
        return column.astype(np.float64)
    try:
        return np.array([np.nan if each is None else float(each) for each in column])
    except ValueError as error:
        raise InvalidParameterError(
            en=f"Column {place} holds text, and its strategy is '{strategy}', which needs numbers. "
            "Choose mode or constant.",
            ru=f"В столбце {place} текст, а его стратегия — «{strategy}», ей нужны числа. Выберите "
            "mode или constant.",
        ) from error


def _mode(known: NDArray[Any]) -> object:
    """The most frequent value; of equally frequent ones the smallest, as scikit-learn has it."""
    counts = Counter(known.tolist())
    most = max(counts.values())
    return min((value for value, count in counts.items() if count == most), key=_by_type_and_value)


def _by_type_and_value(value: Any) -> tuple[str, Any]:  # noqa: ANN401 - a cell of a table
    return ("" if isinstance(value, int | float) else type(value).__name__, value)
