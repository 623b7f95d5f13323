"""A model that is ready to score: its candidate chosen and its probabilities calibrated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.metrics import log_loss
from regulars.predictions.families.models import Candidates, Model, Trainer
from regulars.predictions.families.rescaling import rescale_contributions
from regulars.predictions.fitting.calibration import Curve, choose_curve
from regulars.predictions.fitting.cleaned import Clean
from regulars.predictions.fitting.training import InnerFold, Lesson

__all__ = [
    "BaselineScorer",
    "BlendScorer",
    "CalibratedScorer",
    "Fitted",
    "Fitter",
    "Rehearsal",
    "Scorer",
    "blend_scorers",
    "calibrate",
    "fit_baseline",
    "fit_scorer",
    "rehearse",
]

_WEAK_PENALTY = 1e4
_LEAST_SLOPE = 1e-3


class Scorer(Protocol):
    """What gives every customer a probability, and its reasons."""

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated log-odds, shape (n_customers,)."""

    def probabilities(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (n_customers,)."""

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """SHAP values, shape (n_customers, n_features): with one constant they sum to `log_odds`."""


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
    clean
        What was learnt of gaps and outliers from the rows that the model learnt from.
    curve
        Goes on from the line where that is clearly better calibrated; contributions follow it as
        `rescale_contributions` says.
    """

    model: Model
    slope: float
    offset: float
    columns: NDArray[np.int64]
    clean: Clean
    curve: Curve | None = None

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated log-odds, shape (n_customers,)."""
        straight = self.slope * self.model.log_odds(self._see(X)) + self.offset
        return straight if self.curve is None else self.curve(straight)

    def probabilities(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Calibrated probabilities, shape (n_customers,)."""
        return _to_probability(self.log_odds(X))

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The model's SHAP values on the calibrated scale, shape (n_customers, n_features)."""
        if not len(X):
            return np.zeros(X.shape)
        seen = self._see(X)
        told = self.slope * self.model.contributions(seen)
        if self.curve is not None:
            straight = self.slope * self.model.log_odds(seen[:1]) + self.offset
            usual = float(straight[0] - told[0].sum())
            told = rescale_contributions(told, usual=usual, scale=self.curve)
        contributions = np.zeros(X.shape)
        contributions[:, self.columns] = told
        return contributions

    def _see(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = self.clean(X)
        is_all = np.array_equal(self.columns, np.arange(rows.shape[1]))
        return rows if is_all else rows[:, self.columns]


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


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A fitted model, and what it would have said of customers whom it had not seen.

    Attributes
    ----------
    scorer
        Learnt from all rows of a lesson.
    said
        Calibrated log-odds of the rows `Lesson.tested`, by models that learnt from other rows.
    """

    scorer: Scorer
    said: NDArray[np.float64]


Fitter = Callable[[Lesson], Fitted]
"""Gives a fitted, calibrated model."""


def _to_probability(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import expit

    return np.asarray(expit(log_odds))


def fit_baseline(lesson: Lesson) -> Fitted:
    """The share of the outcome among the training rows."""
    scorer = BaselineScorer(float(lesson.labels.mean()))
    return Fitted(scorer, scorer.log_odds(lesson.X[lesson.tested]))


def blend_scorers(parts: Sequence[Scorer]) -> BlendScorer:
    """Several scorers in equal parts."""
    return BlendScorer(tuple(parts))


def calibrate(train: Trainer) -> Fitter:
    """The best candidate of a family, calibrated."""

    def fit(lesson: Lesson) -> Fitted:
        return fit_scorer(lesson, train)

    return fit


@dataclass(frozen=True, slots=True, eq=False)
class Rehearsal:
    """What each candidate of a family said of rows that it had not seen.

    Attributes
    ----------
    said
        Raw log-odds of the rows `Lesson.tested`, shape (n_candidates, n_tested).
    lines
        Slope and offset that calibrate each.
    losses
        Log-loss of each once it is calibrated.
    """

    said: NDArray[np.float64]
    lines: list[tuple[float, float]]
    losses: list[float]


def rehearse(lesson: Lesson, train: Trainer) -> Rehearsal:
    """The candidates of a family on the inner folds of a lesson."""
    raw = np.stack([_score_fold(lesson, fold, train) for fold in lesson.folds]).sum(axis=0)
    raw, labels = raw[:, lesson.tested], lesson.labels[lesson.tested]
    lines = [_fit_line(candidate, labels) for candidate in raw]
    losses = [
        _line_loss(candidate, labels, line) for candidate, line in zip(raw, lines, strict=True)
    ]
    return Rehearsal(raw, lines, losses)


def fit_scorer(lesson: Lesson, train: Trainer) -> Fitted:
    """The best candidate of a family, fitted on all rows of the lesson and calibrated.

    Candidates are compared by log-loss, and calibrated, on its inner folds.
    """
    rehearsed = rehearse(lesson, train)
    best = int(np.argmin(rehearsed.losses))
    slope, offset = rehearsed.lines[best]
    model = _train(train, lesson, only=best).pick(best)
    said = slope * rehearsed.said[best] + offset
    curve = choose_curve(said, lesson.labels[lesson.tested], lesson.groups[lesson.tested])
    scorer = CalibratedScorer(
        model, slope, offset, columns=lesson.columns, clean=lesson.clean, curve=curve
    )
    return Fitted(scorer, said if curve is None else curve(said))


def _train(train: Trainer, rows: Lesson | InnerFold, *, only: int | None = None) -> Candidates:
    """Candidates of some rows, held to the ways of the features where some are asked."""
    # Not every family can be held to a way, and none is asked to that cannot.
    held = train if rows.monotone is None else partial(train, monotone=rows.monotone)
    return held(rows.X, rows.labels, rows.is_category, groups=rows.groups, only=only)


def _score_fold(lesson: Lesson, fold: InnerFold, train: Trainer) -> NDArray[np.float64]:
    """Raw log-odds per candidate of the tested rows, zero elsewhere."""
    scored = _train(train, fold).log_odds(fold.seen)
    raw = np.zeros((len(scored), len(lesson.labels)))
    raw[:, fold.tested] = scored
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
