"""What a comparison of models of a number says: figures, choice, and what is foretold of whom."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.evaluate.intervals import Interval
from regulars.features.sentences import format_number, quote
from regulars.predictions.amounts.models import AmountModelName
from regulars.predictions.comparing.standings import SplitKind
from regulars.schema.wording import Language, Wording, pluralize

__all__ = ["AmountComparison", "AmountGroup", "AmountResult", "Decile"]


@dataclass(frozen=True, slots=True)
class AmountResult:
    """One model on customers it had not seen.

    Attributes
    ----------
    name, title
        What it is called.
    mean_error
        Mean absolute error, in the unit of the number.
    root_error
        Root of the mean squared error, in the same unit; large misses weigh more.
    explained
        R², the share of the variance that is explained: 0 is the mean for everybody, 1 is perfect.
    rank_correlation
        Spearman's, between what was said and what was: whether the order is right.
    train_explained
        R² on the rows it learnt from: the gap shows learning by heart.
    behind, behind_error
        By how much its mean squared error is above the best model's on the same customers, and the
        standard error of that; in the unit squared.
    seconds
        To fit and score one fold; no two runs are alike, so it is not compared.
    """

    name: AmountModelName
    title: Wording
    mean_error: Interval
    root_error: Interval
    explained: Interval
    rank_correlation: Interval
    train_explained: float
    behind: float
    behind_error: float
    seconds: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class Decile:
    """A tenth of the tested customers, by what the chosen model said of them.

    Attributes
    ----------
    customers
        How many they are.
    said, seen
        The mean that was said, and the mean that was.
    """

    customers: int
    said: float
    seen: float


@dataclass(frozen=True, slots=True)
class AmountGroup:
    """The chosen model on the customers of one group.

    Attributes
    ----------
    name
        The value, or the range of values, that they share.
    customers
        How many were tested.
    mean_error
        Mean absolute error, in the unit of the number.
    said
        The mean that was said.
    seen
        The mean that was.
    """

    name: str
    customers: int
    mean_error: Interval
    said: float
    seen: Interval


@dataclass(frozen=True, slots=True, eq=False)
class AmountComparison:
    """Models of a number compared; what the chosen one says of every customer.

    Attributes
    ----------
    column
        The number that is predicted.
    n, unknown
        Customers of whom it is known, and of whom not.
    mean, median
        Of the number.
    models
        Simplest first.
    chosen, why
        Name of the model to take, and why that one.
    deciles
        What the chosen model says beside what was, highest first.
    customer_ids, predicted
        Every customer, and what a model that had not seen them says; shape (n_customers,). Where rows
        stand in an order those who were not tested are told what a model learnt from all of them says.
    split, said_split, rounds
        As in `Standings`.
    groups
        The chosen model by the groups that were asked for.
    """

    column: str
    n: int
    unknown: int
    mean: float
    median: float
    models: tuple[AmountResult, ...]
    chosen: AmountModelName
    why: Wording
    deciles: tuple[Decile, ...]
    customer_ids: pa.StringArray
    predicted: NDArray[np.float64]
    split: SplitKind
    said_split: Wording
    rounds: int
    groups: tuple[AmountGroup, ...] = ()

    @property
    def sentence(self) -> Wording:
        """What is predicted, of how many it is known, and what is usual."""
        return Wording(en=self._say("en"), ru=self._say("ru"))

    def _say(self, language: Language) -> str:
        mean, median = (format_number(one, language) for one in (self.mean, self.median))
        column, unknown = quote(self.column, language), format_number(self.unknown, language)
        n = format_number(self.n, language)
        if language == "en":
            customers = pluralize(self.n, "en", "customer", "customers")
            more = f" Of {unknown} more it is not known." if self.unknown else ""
            return f"{column} of {customers}: {mean} on average, half of them up to {median}.{more}"
        more = f" Ещё у {unknown} оно не известно." if self.unknown else ""
        return f"{column}, клиентов: {n}; в среднем {mean}, у половины не больше {median}.{more}"

    def to_table(self) -> pa.Table:
        """A row per customer: `customer_id` and `predicted`."""
        return pa.table({"customer_id": self.customer_ids, "predicted": pa.array(self.predicted)})
