"""How models of several classes stand beside each other on rows that none of them had seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.intervals import Interval
from regulars.predictions.comparing.classes import Classes, ClassQuality
from regulars.predictions.comparing.results import ModelResult
from regulars.predictions.comparing.standings import SplitKind
from regulars.predictions.families.names import ModelName
from regulars.schema.wording import Wording

__all__ = ["ClassGroup", "ClassStandings"]


@dataclass(frozen=True, slots=True)
class ClassGroup:
    """The chosen model on the customers of one group.

    Attributes
    ----------
    name
        The value, or the range of values, that they share.
    customers
        How many were tested.
    roc_auc
        Mean over the classes within the group; None where a class has fewer than 10 in it, or leaves
        fewer than 10.
    accuracy
        Share of them whose most probable class is their own.
    """

    name: str
    customers: int
    roc_auc: Interval | None
    accuracy: Interval


@dataclass(frozen=True, slots=True, eq=False)
class ClassStandings:
    """Models that tell several classes apart, compared in the same rounds.

    Attributes
    ----------
    classes
        What was predicted.
    n
        Customers whose class is known.
    split, said_split, rounds
        As in `Standings`.
    models
        Simplest first. `roc_auc`, `pr_auc`, `calibration_error`, `f1` are means over the classes, each
        against the rest (macro averages). `brier` is the sum over the classes of the squared errors
        (Brier 1950): of two classes twice that of a yes or no. `log_loss` is that of the class that came.
    chosen, reason
        Name of the chosen model, and why that one.
    by_class
        Figures of each class.
    confusion
        Tested customers: rows are their classes, columns the most probable ones; shape (n_classes,
        n_classes).
    accuracy
        Share of them whose most probable class is their own.
    at_random, said_gap
        As in `Standings`.
    groups
        The chosen model by the groups that were asked for.
    left_out
        Models that the time given was too short for.
    """

    classes: Classes
    n: int
    split: SplitKind
    said_split: Wording
    rounds: int
    models: tuple[ModelResult, ...]
    chosen: ModelName
    reason: Wording
    by_class: tuple[ClassQuality, ...]
    confusion: NDArray[np.int64]
    accuracy: Interval
    at_random: Interval | None = None
    said_gap: Wording | None = None
    groups: tuple[ClassGroup, ...] = ()
    left_out: tuple[ModelName, ...] = field(default=(), compare=False)

    @property
    def shares(self) -> Mapping[str, float]:
        """The share of each class among customers whose class is known, most frequent first."""
        codes = self.classes.codes
        counts = np.bincount(codes[codes >= 0], minlength=len(self.classes.names))
        return dict(zip(self.classes.names, (counts / counts.sum()).tolist(), strict=True))

    @property
    def best(self) -> ModelResult:
        """The chosen model's figures."""
        return next(model for model in self.models if model.name == self.chosen)

    @property
    def frequent_share(self) -> float:
        """How often saying the most frequent class of everybody is right."""
        counts = self.confusion.sum(axis=1)
        return float(counts.max() / counts.sum())
