"""What a model has to offer, and the two that add up one part per feature: linear, naive Bayes."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from regulars.features.design import DesignMatrix
from regulars.predictions.families.naive_bayes import IntervalNaiveBayes

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "PENALTIES",
    "Candidates",
    "LogisticModel",
    "Model",
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
_MOST_ROWS_AVERAGED = 20_000


class Model(Protocol):
    """A fitted model that can be explained."""

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds, shape (n_customers,)."""

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """SHAP values, shape (n_customers, n_features): with one constant they sum to `log_odds`."""


class Candidates(Protocol):
    """The models of one family, fitted on the same rows with different settings."""

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds by each candidate, shape (n_candidates, n_customers)."""

    def pick(self, position: int) -> Model:
        """One candidate."""


Trainer = Callable[..., Candidates]
"""Of `X`, `labels` and `is_category` the candidates of one family, in a fixed order; of `only` one, no
more is fitted than it needs. `groups` are those of `TrainingRows`, for what is learnt out of fold.
Where a family can, `monotone` says for each column 1 or -1 where the outcome may only become more,
or only less, probable with the number, and 0 elsewhere."""


@dataclass(frozen=True, slots=True, eq=False)
class LogisticModel:
    """Logistic regression with an L2 penalty on the design matrix learnt with it.

    Its SHAP values, with features taken as independent, are coefficient times value against the
    mean of the training rows (Lundberg and Lee 2017, corollary 1).
    """

    design: DesignMatrix
    coefficients: NDArray[np.float64]
    intercept: float
    penalty: float
    center: NDArray[np.float64]

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds, shape (n_customers,)."""
        return np.asarray(self.design.transform(X) @ self.coefficients + self.intercept)

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Coefficient times value against the mean, summed over the design columns of a feature."""
        spread = self._spread(X.shape[1])
        centered = self.design.transform(X) - self.center
        return np.asarray((spread @ centered.T).T)

    def _spread(self, n_features: int) -> "csr_array":
        from scipy.sparse import csr_array

        n_columns = len(self.coefficients)
        return csr_array(
            (self.coefficients, (self.design.source_, np.arange(n_columns))),
            shape=(n_features, n_columns),
        )


@dataclass(frozen=True, slots=True, eq=False)
class LogisticPath:
    """Logistic regressions of several penalties on one design: `coefficients` has a row for each."""

    design: DesignMatrix
    coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    center: NDArray[np.float64]

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
            self.center,
        )


@dataclass(frozen=True, slots=True, eq=False)
class NaiveBayesModel:
    """Naive Bayes over intervals as a sum of evidence; `center` is its mean over the training rows."""

    estimator: IntervalNaiveBayes
    center: NDArray[np.float64]

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds, shape (n_customers,)."""
        prior = self.estimator.class_log_prior_
        return np.asarray(self.estimator.log_ratios(X).sum(axis=1) + prior[1] - prior[0])

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The evidence of each feature against its mean."""
        return self.estimator.log_ratios(X) - self.center


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
    X: NDArray[np.float64],
    labels: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    *,
    only: int | None = None,
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
        for penalty in PENALTIES[: len(PENALTIES) if only is None else only + 1]:
            regression.set_params(C=penalty).fit(matrix, labels)
            coefficients.append(regression.coef_[0].copy())
            intercepts.append(float(regression.intercept_[0]))
    center = matrix.mean(axis=0)
    return LogisticPath(design, np.stack(coefficients), np.array(intercepts), center)


def fit_naive_bayes(
    X: NDArray[np.float64],
    labels: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    *,
    only: int | None = None,
) -> NaiveBayesCandidates:
    """Naive Bayes with coarse and with finer intervals."""
    sample = X[:: max(1, len(X) // _MOST_ROWS_AVERAGED)]
    models = []
    for n_intervals in _INTERVALS_TRIED[: len(_INTERVALS_TRIED) if only is None else only + 1]:
        estimator = IntervalNaiveBayes(is_category, n_intervals=n_intervals).fit(X, labels)
        models.append(NaiveBayesModel(estimator, estimator.log_ratios(sample).mean(axis=0)))
    return NaiveBayesCandidates(tuple(models))
