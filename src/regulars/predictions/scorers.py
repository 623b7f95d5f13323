"""A model that is ready to score: its candidate chosen and its probabilities calibrated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.folds import deal_folds
from regulars.evaluate.metrics import log_loss
from regulars.features.screening import find_different_columns, score_columns
from regulars.predictions.boosting import fit_histogram_trees, fit_lightgbm
from regulars.predictions.many_levels import weigh_many_levels
from regulars.predictions.models import Model, Trainer, fit_logistic_path, fit_naive_bayes
from regulars.predictions.results import ModelName
from regulars.quality.cleaning import ColumnCleaning

__all__ = ["FITTERS", "CalibratedScorer", "Scorer", "TrainingRows", "blend_scorers", "fit_scorer"]

_INNER_FOLDS = 3
_WEAK_PENALTY = 1e4
_LEAST_SLOPE = 1e-3
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
    """

    X: NDArray[np.float64]
    labels: NDArray[np.float64]
    groups: NDArray[np.int64]
    is_category: NDArray[np.bool_]
    cleaning: tuple[ColumnCleaning, ...] | None = None

    def take(self, chosen: NDArray[np.bool_]) -> "TrainingRows":
        """Only the rows where `chosen` holds."""
        return TrainingRows(
            self.X[chosen],
            self.labels[chosen],
            self.groups[chosen],
            self.is_category,
            self.cleaning,
        )


class Scorer(Protocol):
    """What gives every customer a probability, and its reasons."""

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated log-odds, shape (n_customers,)."""

    def probabilities(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (n_customers,)."""

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """SHAP values, shape (n_customers, n_features): with one constant they sum to `log_odds`."""


Fitter = Callable[[TrainingRows, int], Scorer]
"""(rows, random_state) -> a fitted, calibrated model."""


@dataclass(frozen=True, slots=True, eq=False)
class CalibratedScorer:
    """A fitted, calibrated model.

    Attributes
    ----------
    model
        Gives raw log-odds.
    slope, offset
        Calibrated log-odds are slope x raw + offset (Platt 1999), learnt on rows that the model
        of their fold had not seen. A line keeps contributions additive, unlike isotonic steps.
    columns
        Which columns of `X` the model was given, shape (n_used,).
    """

    model: Model
    slope: float
    offset: float
    columns: NDArray[np.int64]

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated log-odds, shape (n_customers,)."""
        return self.slope * self.model.log_odds(X[:, self.columns]) + self.offset

    def probabilities(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (n_customers,)."""
        return _to_probability(self.log_odds(X))

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The model's SHAP values on the calibrated scale, shape (n_customers, n_features)."""
        contributions = np.zeros(X.shape)
        contributions[:, self.columns] = self.slope * self.model.contributions(X[:, self.columns])
        return contributions


@dataclass(frozen=True, slots=True)
class BaselineScorer:
    """The base rate for everybody."""

    base_rate: float

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same log-odds for every row."""
        return np.full(len(X), np.log(self.base_rate / (1 - self.base_rate)))

    def probabilities(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The base rate."""
        return np.full(len(X), self.base_rate)

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Nothing."""
        return np.zeros(X.shape)


@dataclass(frozen=True, slots=True)
class BlendScorer:
    """The mean of the log-odds of several scorers, and so the mean of their SHAP values."""

    parts: tuple[Scorer, ...]

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean calibrated log-odds, shape (n_customers,)."""
        return np.asarray(np.mean([part.log_odds(X) for part in self.parts], axis=0))

    def probabilities(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities of the mean log-odds, shape (n_customers,)."""
        return _to_probability(self.log_odds(X))

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean contributions, shape (n_customers, n_features)."""
        return np.asarray(np.mean([part.contributions(X) for part in self.parts], axis=0))


def _to_probability(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import expit

    return np.asarray(expit(log_odds))


def fit_baseline(rows: TrainingRows, random_state: int) -> BaselineScorer:
    """The share of the outcome among the training rows."""
    return BaselineScorer(float(rows.labels.mean()))


def blend_scorers(parts: Sequence[Scorer]) -> BlendScorer:
    """Several scorers in equal parts."""
    return BlendScorer(tuple(parts))


def _calibrate(train: Trainer) -> Fitter:
    def fit(rows: TrainingRows, random_state: int) -> CalibratedScorer:
        return fit_scorer(rows, train, random_state=random_state)

    return fit


def fit_scorer(rows: TrainingRows, train: Trainer, *, random_state: int) -> CalibratedScorer:
    """The best candidate of a family, fitted on all of `rows` and calibrated.

    Candidates are compared by log-loss, and calibrated, on three inner folds; where there are many
    rows, on one of the three. The model is not given features that are one value in all of `rows`
    or repeat another, and of more than 300 the 300 that say most about their labels.
    """
    columns = _screen(rows)
    rows = TrainingRows(rows.X[:, columns], rows.labels, rows.groups, rows.is_category[columns])
    folds = deal_folds(rows.labels, rows.groups, n_folds=_INNER_FOLDS, random_state=random_state)
    n_tested = 1 if _is_plenty(rows.labels) else _INNER_FOLDS
    raw = np.stack(
        [_score_fold(rows, folds == fold, train) for fold in range(n_tested)], axis=0
    ).sum(axis=0)
    is_tested = folds < n_tested
    raw, labels = raw[:, is_tested], rows.labels[is_tested]
    lines = [_fit_line(candidate, labels) for candidate in raw]
    losses = [
        _line_loss(candidate, labels, line) for candidate, line in zip(raw, lines, strict=True)
    ]
    best = int(np.argmin(losses))
    model = train(rows.X, rows.labels, rows.is_category, only=best).pick(best)
    return CalibratedScorer(model, *lines[best], columns=columns)


def _is_plenty(labels: NDArray[np.float64]) -> bool:
    """Whether a third of the rows tells candidates apart as well as all of them."""
    scarcer = min(int((labels == 1).sum()), int((labels == 0).sum()))
    return len(labels) >= _MANY_ROWS and scarcer >= _MANY_OF_EACH


def _screen(rows: TrainingRows) -> NDArray[np.int64]:
    """Numbers of the columns that a model is given."""
    columns = find_different_columns(rows.X, rows.is_category)
    if len(columns) <= _MOST_FEATURES:
        return columns
    X, is_category = rows.X[:, columns], rows.is_category[columns]
    scores = score_columns(X, rows.labels, is_category)
    return np.sort(columns[np.argsort(-scores, kind="stable")[:_MOST_FEATURES]])


def _score_fold(
    rows: TrainingRows, is_held_out: NDArray[np.bool_], train: Trainer
) -> NDArray[np.float64]:
    """Raw log-odds per candidate of the held-out rows, zero elsewhere."""
    learnt = rows.take(~is_held_out)
    scored = train(learnt.X, learnt.labels, learnt.is_category).log_odds(rows.X[is_held_out])
    raw = np.zeros((len(scored), len(rows.X)))
    raw[:, is_held_out] = scored
    return raw


def _fit_line(raw: NDArray[np.float64], labels: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and offset of the calibrated log-odds."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = float(raw.mean()), float(raw.std())
    if spread == 0:
        rate = float(labels.mean())
        return _LEAST_SLOPE, float(np.log(rate / (1 - rate)) - _LEAST_SLOPE * mean)
    scaled = ((raw - mean) / spread)[:, None]
    # The weak penalty only matters where the labels are separated, and keeps the line finite.
    line = LogisticRegression(C=_WEAK_PENALTY, solver="newton-cholesky").fit(scaled, labels)
    slope = max(float(line.coef_[0, 0]) / spread, _LEAST_SLOPE)
    return slope, float(line.intercept_[0]) - slope * mean


def _line_loss(
    raw: NDArray[np.float64], labels: NDArray[np.float64], line: tuple[float, float]
) -> float:
    from scipy.special import expit

    return log_loss(labels, expit(line[0] * raw + line[1]))


FITTERS: dict[ModelName, Fitter] = {
    "baseline": fit_baseline,
    "naive_bayes": _calibrate(fit_naive_bayes),
    "logistic": _calibrate(weigh_many_levels(fit_logistic_path)),
    "lightgbm": _calibrate(weigh_many_levels(fit_lightgbm)),
    "histogram_trees": _calibrate(weigh_many_levels(fit_histogram_trees)),
}
"""The models that are fitted; the blend is made of two of them."""
