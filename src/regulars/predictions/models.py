"""The models that are compared, fitted: each adds up one part per feature to raw log-odds."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from regulars.features.design import DesignMatrix
from regulars.predictions.naive_bayes import IntervalNaiveBayes

__all__ = [
    "PENALTIES",
    "AdditiveModel",
    "Candidates",
    "LogisticModel",
    "NaiveBayesModel",
    "Trainer",
    "fit_logistic_path",
    "fit_naive_bayes",
]

PENALTIES = (0.01, 0.1, 1.0, 10.0)
"""Inverse strengths C of the L2 penalty that are tried, strongest first."""

_INTERVALS_TRIED = (5, 10)
_MOST_COLUMNS_FOR_NEWTON = 400
_MOST_STEPS = 1_000


class AdditiveModel(Protocol):
    """A fitted model whose log-odds are a sum over features."""

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds, shape (n_customers,)."""

    def parts(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each feature adds, up to a constant, shape (n_customers, n_features)."""


class Candidates(Protocol):
    """The models of one family, fitted on the same rows with different settings."""

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds by each candidate, shape (n_candidates, n_customers)."""

    def pick(self, position: int) -> AdditiveModel:
        """One candidate."""


Trainer = Callable[[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]], Candidates]
"""(X, labels, is_category) -> the candidates of one family, in a fixed order."""


@dataclass(frozen=True, slots=True, eq=False)
class LogisticModel:
    """Logistic regression with an L2 penalty on the design matrix learnt with it."""

    design: DesignMatrix
    coefficients: NDArray[np.float64]
    intercept: float
    penalty: float

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds, shape (n_customers,)."""
        return np.asarray(self.design.transform(X) @ self.coefficients + self.intercept)

    def parts(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Coefficient times value, summed over the design columns of each feature."""
        from scipy.sparse import csr_array

        n_columns = len(self.coefficients)
        spread = csr_array(
            (self.coefficients, (self.design.source_, np.arange(n_columns))),
            shape=(X.shape[1], n_columns),
        )
        return np.asarray((spread @ self.design.transform(X).T).T)


@dataclass(frozen=True, slots=True, eq=False)
class LogisticPath:
    """Logistic regressions of several penalties on one design: `coefficients` has a row for each."""

    design: DesignMatrix
    coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds by each candidate, shape (n_candidates, n_customers)."""
        return np.asarray((self.design.transform(X) @ self.coefficients.T + self.intercepts).T)

    def pick(self, position: int) -> LogisticModel:
        """The regression with one of `PENALTIES`."""
        return LogisticModel(
            self.design,
            self.coefficients[position],
            float(self.intercepts[position]),
            PENALTIES[position],
        )


@dataclass(frozen=True, slots=True, eq=False)
class NaiveBayesModel:
    """Naive Bayes over intervals as a sum of evidence."""

    estimator: IntervalNaiveBayes

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds, shape (n_customers,)."""
        prior = self.estimator.class_log_prior_
        return np.asarray(self.parts(X).sum(axis=1) + prior[1] - prior[0])

    def parts(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The evidence of each feature."""
        return self.estimator.log_ratios(X)


@dataclass(frozen=True, slots=True, eq=False)
class NaiveBayesCandidates:
    """Naive Bayes with coarse and with finer intervals."""

    models: tuple[NaiveBayesModel, ...]

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds by each candidate, shape (n_candidates, n_customers)."""
        return np.stack([model.log_odds(X) for model in self.models])

    def pick(self, position: int) -> NaiveBayesModel:
        """One of them."""
        return self.models[position]


def fit_logistic_path(
    X: NDArray[np.float64], labels: NDArray[np.float64], is_category: NDArray[np.bool_]
) -> LogisticPath:
    """One logistic regression per value of `PENALTIES`, each started from the one before."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    design = DesignMatrix(is_category).fit(X, labels)
    matrix = design.transform(X)
    is_narrow = matrix.shape[1] <= _MOST_COLUMNS_FOR_NEWTON
    regression = LogisticRegression(
        solver="newton-cholesky" if is_narrow else "lbfgs", max_iter=_MOST_STEPS, warm_start=True
    )
    coefficients, intercepts = [], []
    with warnings.catch_warnings():
        # A weakly penalised fit on separable rows creeps on for ever; log-loss on other rows
        # decides between the candidates, so one that stopped early can only lose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for penalty in PENALTIES:
            regression.set_params(C=penalty).fit(matrix, labels)
            coefficients.append(regression.coef_[0].copy())
            intercepts.append(float(regression.intercept_[0]))
    return LogisticPath(design, np.stack(coefficients), np.array(intercepts))


def fit_naive_bayes(
    X: NDArray[np.float64], labels: NDArray[np.float64], is_category: NDArray[np.bool_]
) -> NaiveBayesCandidates:
    """Naive Bayes with coarse and with finer intervals."""
    return NaiveBayesCandidates(
        tuple(
            NaiveBayesModel(IntervalNaiveBayes(is_category, n_intervals=n_intervals).fit(X, labels))
            for n_intervals in _INTERVALS_TRIED
        )
    )
