"""A model that is ready to score: its candidate chosen and its probabilities calibrated."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.folds import deal_folds
from regulars.evaluate.metrics import log_loss
from regulars.features.screening import score_columns
from regulars.predictions.models import AdditiveModel, Trainer

__all__ = ["BaselineModel", "Scorer", "TrainingRows", "fit_baseline", "fit_scorer"]

_INNER_FOLDS = 3
_WEAK_PENALTY = 1e4
_LEAST_SLOPE = 1e-3
_MOST_ROWS_AVERAGED = 20_000
_MOST_FEATURES = 1_000


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
        Identical rows share a number, shape (n_customers,).
    is_category
        Which columns hold codes, shape (n_features,).
    """

    X: NDArray[np.float64]
    labels: NDArray[np.float64]
    groups: NDArray[np.int64]
    is_category: NDArray[np.bool_]

    def take(self, chosen: NDArray[np.bool_]) -> "TrainingRows":
        """Only the rows where `chosen` holds."""
        return TrainingRows(
            self.X[chosen], self.labels[chosen], self.groups[chosen], self.is_category
        )


@dataclass(frozen=True, slots=True, eq=False)
class Scorer:
    """A fitted, calibrated model.

    Attributes
    ----------
    model
        Gives raw log-odds.
    slope, offset
        Calibrated log-odds are slope x raw + offset (Platt 1999), learnt on rows that the model
        of their fold had not seen. A line keeps contributions additive, unlike isotonic steps.
    center
        Mean part of each feature that is used over the training rows, shape (n_used,).
    columns
        Which columns of `X` the model was given, shape (n_used,).
    """

    model: AdditiveModel
    slope: float
    offset: float
    center: NDArray[np.float64]
    columns: NDArray[np.int64]

    def probabilities(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (n_customers,)."""
        from scipy.special import expit

        return np.asarray(expit(self.slope * self.model.log_odds(X[:, self.columns]) + self.offset))

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each feature adds to the log-odds against the average customer.

        Shape (n_customers, n_features). This is exact: for a model that adds up its features, with
        features taken as independent, these are the Shapley values (Lundberg and Lee 2017,
        corollary 1).
        """
        contributions = np.zeros(X.shape)
        parts = self.model.parts(X[:, self.columns])
        contributions[:, self.columns] = self.slope * (parts - self.center)
        return contributions


@dataclass(frozen=True, slots=True)
class BaselineModel:
    """The base rate for everybody."""

    base_rate: float

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same log-odds for every row."""
        return np.full(len(X), np.log(self.base_rate / (1 - self.base_rate)))

    def parts(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Nothing."""
        return np.zeros(X.shape)


def fit_baseline(rows: TrainingRows) -> Scorer:
    """The share of the outcome among the training rows."""
    model = BaselineModel(float(rows.labels.mean()))
    columns = np.arange(rows.X.shape[1])
    return Scorer(model, 1.0, 0.0, center=np.zeros(len(columns)), columns=columns)


def fit_scorer(rows: TrainingRows, train: Trainer, *, random_state: int) -> Scorer:
    """The best candidate of a family, fitted on all of `rows` and calibrated.

    Candidates are compared by log-loss, and calibrated, on three inner folds. Of more than 1,000
    features the model is given the 1,000 that say most about the labels of `rows`.
    """
    columns = _screen(rows)
    rows = TrainingRows(rows.X[:, columns], rows.labels, rows.groups, rows.is_category[columns])
    folds = deal_folds(rows.labels, rows.groups, n_folds=_INNER_FOLDS, random_state=random_state)
    raw = np.stack(
        [_score_fold(rows, folds == fold, train) for fold in range(_INNER_FOLDS)], axis=0
    ).sum(axis=0)
    lines = [_fit_line(candidate, rows.labels) for candidate in raw]
    losses = [
        _line_loss(candidate, rows.labels, line) for candidate, line in zip(raw, lines, strict=True)
    ]
    best = int(np.argmin(losses))
    model = train(rows.X, rows.labels, rows.is_category).pick(best)
    sample = rows.X[:: max(1, len(rows.X) // _MOST_ROWS_AVERAGED)]
    return Scorer(model, *lines[best], center=model.parts(sample).mean(axis=0), columns=columns)


def _screen(rows: TrainingRows) -> NDArray[np.int64]:
    if rows.X.shape[1] <= _MOST_FEATURES:
        return np.arange(rows.X.shape[1])
    scores = score_columns(rows.X, rows.labels, rows.is_category)
    return np.sort(np.argsort(-scores, kind="stable")[:_MOST_FEATURES])


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
