"""Categories of many levels as numbers: how often the outcome came at each level, out of fold."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from regulars.predictions.models import Candidates, Model, Trainer

if TYPE_CHECKING:
    from sklearn.preprocessing import TargetEncoder

__all__ = ["weigh_many_levels"]

_FEW_LEVELS = 20
"""So many a model can look at one by one."""

_FOLDS = 5
_DRAWN = 10.0
"""With the customers of each level go so many of the mean of all."""

_LEAST = 1e-6


class LevelWeights:
    """Learns for every category of more than 20 levels the log-odds of the outcome at each level.

    They are drawn towards those of all customers, the more the fewer customers a level has
    (Micci-Barreca 2001, doi:10.1145/507533.507538, with ten customers of the mean beside each level);
    a level never seen has those of all, and the unknown is a level.

    Parameters
    ----------
    X
        Codes and numbers, shape (n_customers, n_features).
    labels
        1 and 0, shape (n_customers,).
    is_category
        Which columns hold codes.
    """

    def __init__(
        self, X: NDArray[np.float64], labels: NDArray[np.float64], is_category: NDArray[np.bool_]
    ) -> None:
        codes = np.flatnonzero(is_category)
        self.columns = np.array(
            [j for j in codes if _count_levels(X[:, j]) > _FEW_LEVELS], np.int64
        )
        self._encoder: TargetEncoder | None = None
        self._learnt = X
        if len(self.columns):
            self._learnt = self._learn(X, labels)

    def _learn(self, X: NDArray[np.float64], labels: NDArray[np.float64]) -> NDArray[np.float64]:
        """The rows it is learnt from, each with weights that its own outcome is not in."""
        from sklearn.model_selection import KFold
        from sklearn.preprocessing import TargetEncoder

        folds = KFold(_FOLDS, shuffle=True, random_state=0)
        self._encoder = TargetEncoder(target_type="binary", smooth=_DRAWN, cv=folds)
        shares = self._encoder.fit_transform(X[:, self.columns], labels)
        return self._put(X, shares)

    def transform(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The columns with their codes replaced; others as they are."""
        if self._encoder is None:
            return X
        return self._put(X, self._encoder.transform(X[:, self.columns]))

    @property
    def learnt(self) -> NDArray[np.float64]:
        """The rows it was learnt from, for a model to learn from."""
        return self._learnt

    def _put(self, X: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
        weighed = np.array(X)
        inside = np.clip(shares, _LEAST, 1 - _LEAST)
        weighed[:, self.columns] = np.log(inside / (1 - inside))
        return weighed


def _count_levels(codes: NDArray[np.float64]) -> int:
    return len(np.unique(codes[~np.isnan(codes)]))


@dataclass(frozen=True, slots=True, eq=False)
class WeighedModel:
    """A model that is given weights for the levels of some categories; columns stay the same ones."""

    model: Model
    weights: LevelWeights

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds, shape (n_customers,)."""
        return self.model.log_odds(self.weights.transform(X))

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """SHAP values, shape (n_customers, n_features)."""
        return self.model.contributions(self.weights.transform(X))


@dataclass(frozen=True, slots=True, eq=False)
class WeighedCandidates:
    """Candidates that are given weights for the levels of some categories."""

    candidates: Candidates
    weights: LevelWeights

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds by each candidate, shape (n_candidates, n_customers)."""
        return self.candidates.log_odds(self.weights.transform(X))

    def pick(self, position: int) -> WeighedModel:
        """One candidate."""
        return WeighedModel(self.candidates.pick(position), self.weights)


def weigh_many_levels(train: Trainer) -> Trainer:
    """The trainer, given log-odds in place of the codes of categories of more than 20 levels."""

    def fit(
        X: NDArray[np.float64],
        labels: NDArray[np.float64],
        is_category: NDArray[np.bool_],
        *,
        only: int | None = None,
    ) -> Candidates:
        weights = LevelWeights(X, labels, is_category)
        if not len(weights.columns):
            return train(X, labels, is_category, only=only)
        is_code = np.array(is_category)
        is_code[weights.columns] = False
        return WeighedCandidates(train(weights.learnt, labels, is_code, only=only), weights)

    return fit
