"""Models of a number: what a customer spends or uses, compared on customers they have not seen."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.errors import QualityError
from regulars.evaluate.folds import deal_folds, group_identical_rows
from regulars.evaluate.intervals import Interval, bootstrap_figures
from regulars.evaluate.threads import one_thread
from regulars.features.matrix import encode_features
from regulars.features.sentences import format_number
from regulars.features.table import FeatureTable
from regulars.predictions.amounts.models import AMOUNT_MODELS, AmountModelName
from regulars.progress import Progress, Silent
from regulars.schema.wording import Language, Wording

__all__ = ["AmountComparison", "AmountResult", "Decile", "compare_amount_models"]

FEWEST_CUSTOMERS = 100
"""With fewer customers a fold tests hardly anybody."""

_FOLDS = 5
_MOST_ROWS = 100_000
_SAMPLES, _MANY_ROWS, _SAMPLES_OF_MANY = 500, 20_000, 100
_COMPARING = Wording(en="Comparing models", ru="Сравнение моделей")


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
        Every customer, and what a model that had not seen them says; shape (n_customers,).
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

    def to_table(self) -> pa.Table:
        """A row per customer: `customer_id` and `predicted`."""
        return pa.table({"customer_id": self.customer_ids, "predicted": pa.array(self.predicted)})


@dataclass(slots=True)
class _Trial:
    """What one model said of every labelled row, each by a fit that had not seen it."""

    said: NDArray[np.float64]
    train: list[float] = field(default_factory=list)
    seconds: float = 0.0


def compare_amount_models(
    features: FeatureTable,
    amounts: NDArray[np.float64],
    *,
    column: str,
    random_state: int,
    progress: Progress | None = None,
    language: Language = "en",
) -> AmountComparison:
    """Four models of a number in five folds; of those that the best does not clearly beat the simplest.

    Imputing, scaling, the penalty and the number of trees are learnt inside each fold, and customers
    with identical features are never on both sides. The least squared error wins: it asks for the mean,
    and means are what adds up to the sum of all customers.

    Parameters
    ----------
    features
        One row per customer.
    amounts
        In the same order; NaN where not known, shape (n_customers,).
    column
        What people call the number.
    random_state
        Same seed and data, same numbers.
    progress
        Told of every fit; asked whether to stop.
    language
        In which the stage is called.

    Raises
    ------
    QualityError
        When fewer than 100 customers have the number, or all have the same.
    """
    known = np.flatnonzero(np.isfinite(amounts))
    _check(amounts[known], column)
    matrix = encode_features(features)
    learnt = known
    if len(known) > _MOST_ROWS:
        generator = np.random.default_rng(random_state)
        learnt = np.sort(generator.choice(known, _MOST_ROWS, replace=False))
    X, y = matrix.values[learnt], amounts[learnt]
    halves = (y > np.median(y)).astype(np.float64)
    if halves.all() or not halves.any():
        halves = (y >= np.median(y)).astype(np.float64)
    fold_of = deal_folds(halves, group_identical_rows(X), n_folds=_FOLDS, random_state=random_state)
    watched = progress or Silent()
    total = (_FOLDS + 1) * len(AMOUNT_MODELS)
    with one_thread(), watched.stage(_COMPARING.to(language), total=total) as stage:

        def advance() -> None:
            stage.advance()
            watched.check()

        trials = _try(X, y, fold_of, matrix.is_category, advance)
        results = _measure(trials, y, random_state)
        chosen, why = _choose(results)
        final = AMOUNT_MODELS[chosen].fit(X, y, matrix.is_category)
        predicted = final(matrix.values)
    predicted[learnt] = trials[chosen].said
    return AmountComparison(
        column=column,
        n=len(known),
        unknown=len(amounts) - len(known),
        mean=float(amounts[known].mean()),
        median=float(np.median(amounts[known])),
        models=results,
        chosen=chosen,
        why=why,
        deciles=_cut_deciles(trials[chosen].said, y),
        customer_ids=features.customer_ids,
        predicted=predicted,
    )


def _check(known: NDArray[np.float64], column: str) -> None:
    count = len(known)
    if count < FEWEST_CUSTOMERS:
        raise QualityError(
            en=f"'{column}' is known of {count} customers, and {FEWEST_CUSTOMERS} are needed to learn it and "
            "to test what was learnt.",
            ru=f"«{column}» известно о клиентах: {count}, а нужно не меньше {FEWEST_CUSTOMERS}, чтобы обучить "
            "модель и проверить её.",
        )
    if known.min() == known.max():
        value = {language: format_number(float(known[0]), language) for language in ("en", "ru")}
        raise QualityError(
            en=f"'{column}' is {value['en']} for everybody, so there is nothing to predict.",
            ru=f"«{column}» у всех равно {value['ru']}: прогнозировать нечего.",
        )


def _try(
    X: NDArray[np.float64],
    y: NDArray[np.float64],
    fold_of: NDArray[np.int64],
    is_category: NDArray[np.bool_],
    advance: Callable[[], None],
) -> dict[AmountModelName, _Trial]:
    trials = {name: _Trial(np.empty(len(y))) for name in AMOUNT_MODELS}
    for fold in range(_FOLDS):
        test = fold_of == fold
        for name, family in AMOUNT_MODELS.items():
            started = time.monotonic()
            model = family.fit(X[~test], y[~test], is_category)
            trials[name].said[test] = model(X[test])
            trials[name].seconds += time.monotonic() - started
            trials[name].train.append(_explain(y[~test], model(X[~test])))
            advance()
    return trials


def _explain(y: NDArray[np.float64], said: NDArray[np.float64]) -> float:
    return float(1 - ((y - said) ** 2).sum() / max(((y - y.mean()) ** 2).sum(), 1e-300))


def _measure(
    trials: dict[AmountModelName, _Trial], y: NDArray[np.float64], random_state: int
) -> tuple[AmountResult, ...]:
    errors = {name: (trial.said - y) ** 2 for name, trial in trials.items()}
    best = min(errors, key=lambda name: float(errors[name].mean()))
    results = []
    for name, trial in trials.items():
        more = errors[name] - errors[best]
        mean_error, root_error, explained = _bound(y, trial.said, random_state)
        results.append(
            AmountResult(
                name=name,
                title=AMOUNT_MODELS[name].title,
                mean_error=mean_error,
                root_error=root_error,
                explained=explained,
                rank_correlation=_correlate(y, trial.said),
                train_explained=float(np.mean(trial.train)),
                behind=float(more.mean()),
                behind_error=float(more.std(ddof=1) / len(more) ** 0.5),
                seconds=trial.seconds / _FOLDS,
            )
        )
    return tuple(results)


def _bound(
    y: NDArray[np.float64], said: NDArray[np.float64], random_state: int
) -> tuple[Interval, Interval, Interval]:
    absolute, squares = np.abs(y - said), (y - said) ** 2

    def measure(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        total = weights.sum()
        mean_square = float(weights @ squares) / total
        center = float(weights @ y) / total
        variance = float(weights @ (y - center) ** 2) / total
        explained = 1 - mean_square / variance if variance > 0 else np.nan
        return np.array([float(weights @ absolute) / total, mean_square**0.5, explained])

    mean_error, root_error, explained = bootstrap_figures(
        measure,
        np.zeros(len(y)),
        random_state=random_state,
        n_samples=_SAMPLES if len(y) <= _MANY_ROWS else _SAMPLES_OF_MANY,
    )
    return mean_error, root_error, explained


def _correlate(y: NDArray[np.float64], said: NDArray[np.float64]) -> Interval:
    """Spearman's correlation; its interval by Fisher's z (Fieller et al. 1957, doi:10.2307/2332878)."""
    from scipy.stats import rankdata

    ranks = np.stack([rankdata(y), rankdata(said)])
    if (ranks.std(axis=1) == 0).any():
        return Interval(0.0, 0.0, 0.0)
    rho = float(np.asarray(np.corrcoef(ranks))[0, 1])
    z = np.arctanh(np.clip(rho, -1 + 1e-12, 1 - 1e-12))
    half = 1.959963984540054 * (1.06 / (len(y) - 3)) ** 0.5
    return Interval(rho, float(np.tanh(z - half)), float(np.tanh(z + half)))


def _choose(results: tuple[AmountResult, ...]) -> tuple[AmountModelName, Wording]:
    """The simplest of those that the best does not beat by more than the error of the difference."""
    best = min(results, key=lambda one: one.root_error.mean)
    chosen = next(one for one in results if one.behind <= one.behind_error)
    if chosen is best:
        return chosen.name, Wording(
            en=f"{chosen.title.en} has the least squared error.",
            ru=f"Наименьшая среднеквадратичная ошибка: {chosen.title.ru}.",
        )
    return chosen.name, Wording(
        en=f"{chosen.title.en} is the simplest of those that are as good as {best.title.en}, within the error"
        " of the difference.",
        ru=f"{chosen.title.ru} — самая простая из моделей, которые в пределах погрешности не хуже лучшей "
        f"({best.title.ru}).",
    )


def _cut_deciles(said: NDArray[np.float64], seen: NDArray[np.float64]) -> tuple[Decile, ...]:
    order = np.argsort(-said, kind="stable")
    return tuple(
        Decile(len(rows), float(said[rows].mean()), float(seen[rows].mean()))
        for rows in np.array_split(order, 10)
        if len(rows)
    )
