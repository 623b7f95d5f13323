"""How models stand beside each other on rows that none of them had seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.intervals import Interval
from regulars.evaluate.savings import Savings
from regulars.predictions.comparing.results import Alarm, ModelResult, Quality
from regulars.predictions.comparing.worth import Worth
from regulars.predictions.families.names import ModelName
from regulars.predictions.outcomes.outcome import Outcome
from regulars.schema.wording import Wording

__all__ = ["GroupQuality", "JudgedRows", "LearningPoint", "Ordering", "SplitKind", "Standings"]

SplitKind = Literal["stratified", "time", "rolling"]
"""Folds at random; the first rows teach and the last ones test; a window that moves on."""


@dataclass(frozen=True, slots=True, eq=False)
class Ordering:
    """What puts the rows in order.

    Attributes
    ----------
    name
        Of the column; `row` for the order of the file.
    values
        Days, numbers or row numbers, NaN where there is none; shape (n_customers,).
    unit
        What a gap is counted in.
    """

    name: str
    values: NDArray[np.float64]
    unit: Literal["days", "numbers", "rows"] = "numbers"


@dataclass(frozen=True, slots=True)
class LearningPoint:
    """How well the chosen model ranks when it learns from a part of the customers.

    Attributes
    ----------
    share
        Of the customers it otherwise learns from.
    customers
        The same as a number, on average over the rounds.
    roc_auc
        On the same tests at every share.
    """

    share: float
    customers: int
    roc_auc: Interval


@dataclass(frozen=True, slots=True)
class GroupQuality:
    """The chosen model on the customers of one group.

    Attributes
    ----------
    name
        The value, or the range of values, that they share.
    customers, positives
        How many were tested, and how many of them had the outcome.
    roc_auc
        Within the group; None where it has fewer than 10 with or without the outcome.
    said
        Their mean probability.
    came
        The share of the outcome among them.
    """

    name: str
    customers: int
    positives: int
    roc_auc: Interval | None
    said: float
    came: Interval

    @property
    def is_told(self) -> bool:
        """Whether it is large enough to say how well the model ranks in it."""
        return self.roc_auc is not None


@dataclass(frozen=True, slots=True, eq=False)
class JudgedRows:
    """The tests behind the figures of the chosen model.

    Attributes
    ----------
    rows
        The row of each test in the feature table, shape (n_tested,).
    labels, probabilities
        What came, and what was said, of the same.
    customers
        JudgedRows of the same number belong together.
    """

    rows: NDArray[np.int64]
    labels: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    customers: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Standings:
    """Models compared in the same rounds, and what the chosen one is worth.

    Attributes
    ----------
    outcome
        What was predicted.
    base_rate, n
        Share of the outcome, and the customers whose outcome is known.
    split
        How those who teach and those who test were separated.
    said_split
        The same in words.
    rounds
        How often models were learnt and tested.
    models
        Simplest first; `roc_auc` is the mean over the rounds.
    together
        ROC-AUC of all tests in one ranking, by model, where a window moves on: it counts there, too,
        whether a model knows that the outcome is more frequent at one time than at another. Empty else.
    chosen
        Name of the chosen model.
    reason
        Why that one.
    quality
        The chosen model over all tests, decisions at the threshold included.
    threshold
        From which probability on a contact pays.
    said_threshold
        The same in words, with the costs that it follows from.
    worth
        The chosen model by what can be contacted, by whether its probabilities come true, and by what it
        earns.
    alarms
        Empty when nothing looks odd.
    savings
        What decisions by its probabilities save where every customer has prices of their own; None
        where none were given.
    after_choosing
        ROC-AUC of choosing itself, where the split is random: in each fold the model that is best in
        the others is tested, so that being the best of many by chance does not count. None else.
    at_random
        ROC-AUC of the chosen model in folds dealt at random, where the split is not: what would have been
        said. None else.
    said_gap
        The same beside the honest figure, in words.
    learning
        The chosen model learnt from parts of the customers, smallest part first.
    said_more
        Whether more customers would help, in words; None where that could not be measured.
    groups
        The chosen model by the groups that were asked for.
    tests
        The chosen model's tests, so that it can be looked at group by group.
    left_out
        Models that the time given was too short for.
    """

    outcome: Outcome
    base_rate: float
    n: int
    split: SplitKind
    said_split: Wording
    rounds: int
    models: tuple[ModelResult, ...]
    together: Mapping[ModelName, Interval]
    chosen: ModelName
    reason: Wording
    quality: Quality
    threshold: float
    said_threshold: Wording
    worth: Worth
    alarms: tuple[Alarm, ...]
    tests: JudgedRows = field(repr=False)
    savings: Savings | None = None
    after_choosing: Interval | None = None
    at_random: Interval | None = None
    said_gap: Wording | None = None
    learning: tuple[LearningPoint, ...] = ()
    said_more: Wording | None = None
    groups: tuple[GroupQuality, ...] = ()
    left_out: tuple[ModelName, ...] = field(default=(), compare=False)

    @property
    def best(self) -> ModelResult:
        """The chosen model's figures."""
        return next(model for model in self.models if model.name == self.chosen)

    def roc_auc(self, name: ModelName) -> Interval:
        """Of one model: of all tests in one ranking where there is such a figure, else the mean."""
        own = next(model.roc_auc for model in self.models if model.name == name)
        return self.together.get(name, own)
