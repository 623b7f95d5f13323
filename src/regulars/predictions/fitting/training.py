"""What models learn from: rows, and the same made ready once for every family of models."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.folds import deal_folds
from regulars.features.screening import find_different_columns, score_columns
from regulars.predictions.fitting.cleaned import Clean, learn_cleaning
from regulars.quality.cleaning import ColumnCleaning

__all__ = ["InnerFold", "Lesson", "TrainingRows", "prepare_lesson"]

_INNER_FOLDS = 3
_MOST_FEATURES = 300
_MANY_ROWS, _MANY_OF_EACH = 10_000, 300
"""With so many rows, and of each outcome, one inner fold is measured as well as three."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingRows:
    """What a model learns from.

    Attributes
    ----------
    X
        Codes and numbers, shape (n_customers, n_features).
    labels
        1 and 0, shape (n_customers,).
    groups
        Rows that belong together share a number: identical ones, or those of one customer at several
        dates, shape (n_customers,).
    is_category
        Which columns hold codes, shape (n_features,).
    cleaning
        What is learnt from the rows before a model sees them, a column of `X` each; None for nothing.
    monotone
        1 or -1 where the outcome may only become more, or only less, probable with the number, 0
        elsewhere, shape (n_features,); None where nothing is asked.
    tuning_seconds
        How long a model that searches for its settings may do so, a fit.
    """

    X: NDArray[np.float64]
    labels: NDArray[np.float64]
    groups: NDArray[np.int64]
    is_category: NDArray[np.bool_]
    cleaning: tuple[ColumnCleaning, ...] | None = None
    monotone: NDArray[np.int64] | None = None
    tuning_seconds: float = 30.0

    def take(self, chosen: NDArray[np.bool_]) -> "TrainingRows":
        """Only the rows where `chosen` holds."""
        return replace(
            self, X=self.X[chosen], labels=self.labels[chosen], groups=self.groups[chosen]
        )


@dataclass(frozen=True, slots=True, eq=False)
class InnerFold:
    """Candidates learn from some of the rows; on the others they are compared and calibrated.

    Attributes
    ----------
    X, labels, groups
        Of the rows to learn from, as a model sees them.
    is_category, monotone
        Of the columns that say most about those rows, as in `TrainingRows`.
    tested
        Numbers of the others among the rows of the lesson.
    seen
        The others, cleaned by what those to learn from taught.
    """

    X: NDArray[np.float64]
    labels: NDArray[np.float64]
    groups: NDArray[np.int64]
    is_category: NDArray[np.bool_]
    monotone: NDArray[np.int64] | None
    tested: NDArray[np.int64]
    seen: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Training rows as models see them: cleaned, without columns that say nothing, in inner folds.

    Attributes
    ----------
    X, labels, groups, is_category
        Of all rows, shapes (n_customers, n_used), (n_customers,), (n_customers,), (n_used,).
    columns
        Which columns the models are given, shape (n_used,).
    clean
        Cleans rows of all columns by what these rows taught.
    folds
        At least one.
    monotone, tuning_seconds
        As in `TrainingRows`, of the columns that the models are given.
    """

    X: NDArray[np.float64]
    labels: NDArray[np.float64]
    groups: NDArray[np.int64]
    is_category: NDArray[np.bool_]
    columns: NDArray[np.int64]
    clean: Clean
    folds: tuple[InnerFold, ...]
    monotone: NDArray[np.int64] | None = None
    tuning_seconds: float = 30.0

    @property
    def tested(self) -> NDArray[np.int64]:
        """Numbers of the rows that some inner fold tests, in their order."""
        return np.sort(np.concatenate([fold.tested for fold in self.folds]))


def prepare_lesson(rows: TrainingRows, *, random_state: int) -> Lesson:
    """The rows as models see them, and three inner folds; where there are many rows, one of the three.

    Models are not given features that are one value in all of `rows` or repeat another, and of more
    than 300 the 300 that say most about their labels. What stands in for a gap, and which 300 those
    are, is learnt in each inner fold anew, so that no tested row has a part in it.

    Parameters
    ----------
    rows
        What is learnt from.
    random_state
        Same seed, same folds.
    """
    clean = learn_cleaning(rows.X, rows.cleaning)
    cleaned = clean(rows.X)
    different = find_different_columns(cleaned, rows.is_category)
    columns = _screen(cleaned, rows, different)
    fold_of = deal_folds(rows.labels, rows.groups, n_folds=_INNER_FOLDS, random_state=random_state)
    n_folds = 1 if _is_plenty(rows.labels) else _INNER_FOLDS
    return Lesson(
        cleaned[:, columns],
        rows.labels,
        rows.groups,
        rows.is_category[columns],
        columns,
        clean,
        tuple(_prepare_fold(rows, fold_of == fold, different) for fold in range(n_folds)),
        _take_ways(rows, columns),
        rows.tuning_seconds,
    )


def _prepare_fold(
    rows: TrainingRows, is_tested: NDArray[np.bool_], different: NDArray[np.int64]
) -> InnerFold:
    learnt = rows.take(~is_tested)
    clean = learn_cleaning(learnt.X, rows.cleaning)
    cleaned = clean(learnt.X)
    columns = _screen(cleaned, learnt, different)
    return InnerFold(
        cleaned[:, columns],
        learnt.labels,
        learnt.groups,
        rows.is_category[columns],
        _take_ways(rows, columns),
        np.flatnonzero(is_tested),
        clean(rows.X[is_tested])[:, columns],
    )


def _take_ways(rows: TrainingRows, columns: NDArray[np.int64]) -> NDArray[np.int64] | None:
    return None if rows.monotone is None else rows.monotone[columns]


def _is_plenty(labels: NDArray[np.float64]) -> bool:
    """Whether a third of the rows tells candidates apart as well as all of them."""
    scarcer = min(int((labels == 1).sum()), int((labels == 0).sum()))
    return len(labels) >= _MANY_ROWS and scarcer >= _MANY_OF_EACH


def _screen(
    X: NDArray[np.float64], rows: TrainingRows, columns: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Of `columns` those that a model is given."""
    if len(columns) <= _MOST_FEATURES:
        return columns
    scores = score_columns(X[:, columns], rows.labels, rows.is_category[columns])
    return np.sort(columns[np.argsort(-scores, kind="stable")[:_MOST_FEATURES]])
