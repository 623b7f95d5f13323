"""Categories of many levels as numbers: how often the outcome came at each level, out of fold."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from regulars.predictions.families.models import Candidates, Model, Trainer

if TYPE_CHECKING:
    from sklearn.preprocessing import TargetEncoder

__all__ = [
    "LevelWeights",
    "WeighedModel",
    "find_many_levels",
    "keep_levels",
    "weigh_many_levels",
]

_FEW_LEVELS = 20
"""So many a model can look at one by one."""

_FOLDS = 5
_DRAWN = 10.0
"""With the customers of each level go so many of the mean of all."""

_LEAST = 1e-6


class LevelWeights:
    """For every category of more than 20 levels the log-odds of the outcome at each level.

    They are drawn towards those of all customers, the more the fewer customers a level has
    (Micci-Barreca 2001, doi:10.1145/507533.507538, with ten customers of the mean beside each level);
    a level never seen has those of all, and the unknown is a level.

    Attributes
    ----------
    columns
        Which columns they are of.
    encoder
        Knows the share of the outcome at each level.
    """

    def __init__(self, columns: NDArray[np.int64], encoder: "TargetEncoder") -> None:
        self.columns = columns
        self.encoder = encoder

    @classmethod
    def learn(
        cls,
        X: NDArray[np.float64],
        labels: NDArray[np.float64],
        groups: NDArray[np.int64],
        columns: NDArray[np.int64],
    ) -> "tuple[LevelWeights, NDArray[np.float64]]":
        """The weights, and the rows they were learnt from, each with weights that it has no part in.

        Nor has any row of the same group: of a customer seen at three dates the other two would tell
        the outcome at the third by a level that hardly anybody else has.

        Parameters
        ----------
        X
            Codes and numbers, shape (n_customers, n_features).
        labels
            1 and 0, shape (n_customers,).
        groups
            Rows of the same number belong together, shape (n_customers,).
        columns
            Which columns are given weights, at least one.
        """
        from sklearn.model_selection import GroupKFold
        from sklearn.preprocessing import TargetEncoder

        n_folds = min(_FOLDS, len(np.unique(groups)))
        folds = GroupKFold(n_folds, shuffle=True, random_state=0).split(X, groups=groups)
        encoder = TargetEncoder(target_type="binary", smooth=_DRAWN, cv=list(folds))
        shares = encoder.fit_transform(X[:, columns], labels)
        # The rows are handed over, not kept, and so are their folds: every fitted model keeps its weights.
        weights = cls(columns, encoder.set_params(cv=n_folds))
        return weights, weights._put(X, shares)

    def transform(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """The columns with their codes replaced; others as they are."""
        return self._put(X, self.encoder.transform(X[:, self.columns]))

    def _put(self, X: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
        weighed = np.array(X)
        inside = np.clip(shares, _LEAST, 1 - _LEAST)
        weighed[:, self.columns] = np.log(inside / (1 - inside))
        return weighed


def find_many_levels(X: NDArray[np.float64], is_category: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Numbers of the columns with codes of more than 20 levels."""
    codes = np.flatnonzero(is_category)
    return np.array([j for j in codes if _count_levels(X[:, j]) > _FEW_LEVELS], np.int64)


def _count_levels(codes: NDArray[np.float64]) -> int:
    return int(np.count_nonzero(np.bincount(codes[~np.isnan(codes)].astype(np.int64))))


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
        groups: NDArray[np.int64],
        only: int | None = None,
        **asked: NDArray[np.int64],
    ) -> Candidates:
        columns = find_many_levels(X, is_category)
        if not len(columns):
            return train(X, labels, is_category, only=only, **asked)
        weights, learnt = LevelWeights.learn(X, labels, groups, columns)
        is_code = np.array(is_category)
        is_code[columns] = False
        return WeighedCandidates(train(learnt, labels, is_code, only=only, **asked), weights)

    return fit


def keep_levels(train: Trainer) -> Trainer:
    """The trainer, given the codes of all levels as they are; nothing is learnt out of fold."""

    def fit(
        X: NDArray[np.float64],
        labels: NDArray[np.float64],
        is_category: NDArray[np.bool_],
        *,
        groups: NDArray[np.int64],
        **asked: NDArray[np.int64] | int | None,
    ) -> Candidates:
        return train(X, labels, is_category, **asked)

    return fit
