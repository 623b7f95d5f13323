"""Models of a number: what a customer spends or uses, compared on customers they have not seen."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from regulars.errors import QualityError
from regulars.evaluate.folds import group_identical_rows
from regulars.evaluate.intervals import Interval, bootstrap_figures
from regulars.evaluate.splits import Round
from regulars.evaluate.threads import one_thread
from regulars.features.matrix import encode_features
from regulars.features.sentences import format_number
from regulars.features.table import FeatureTable
from regulars.predictions.amounts.models import AMOUNT_MODELS, AmountModelName
from regulars.predictions.amounts.results import (
    AmountComparison,
    AmountGroup,
    AmountResult,
    Decile,
)
from regulars.predictions.comparing.rounds import COMPARING, FOLDS, lay_rounds, take_order
from regulars.predictions.comparing.say_standings import say_chosen_before, say_folds, say_in_order
from regulars.predictions.comparing.standings import Ordering, SplitKind
from regulars.progress import Progress, Silent
from regulars.schema.wording import Language, Wording

__all__ = ["AmountComparison", "AmountGroup", "AmountResult", "Decile", "compare_amount_models"]

FEWEST_CUSTOMERS = 100
"""With fewer customers a fold tests hardly anybody."""

_MOST_ROWS = 100_000
_SAMPLES, _MANY_ROWS, _SAMPLES_OF_MANY = 500, 20_000, 100


@dataclass(slots=True)
class _Trial:
    """What one model said of every tested row, each by a fit that had not seen it; NaN of the others."""

    said: NDArray[np.float64]
    train: list[float] = field(default_factory=list)
    seconds: float = 0.0


def compare_amount_models(
    features: FeatureTable,
    amounts: NDArray[np.float64],
    *,
    column: str,
    split: SplitKind = "stratified",
    ordering: Ordering | None = None,
    gap: float = 0.0,
    models: Sequence[AmountModelName] | None = None,
    groups: Sequence[str] | None = None,
    owners: NDArray[np.int64] | None = None,
    random_state: int,
    progress: Progress | None = None,
    language: Language = "en",
) -> AmountComparison:
    """Four models of a number on one split; of those that the best does not clearly beat the simplest.

    Imputing, scaling, the penalty and the number of trees are learnt inside each round, and customers
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
    split, ordering, gap
        As in `rank_models`.
    models
        Which are compared; all four when None.
    groups
        As in `rank_models`.
    owners
        Whose each row is, as a number, where customers have several: at random they stay together.
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
    order = take_order(ordering, split, learnt)
    own = None if owners is None or order is not None else owners[learnt]
    twins = group_identical_rows(X) if own is None else np.unique(own, return_inverse=True)[1]
    rounds = lay_rounds(halves, twins, order, split, gap, random_state=random_state)
    names = [name for name in AMOUNT_MODELS if models is None or name in models]
    watched = progress or Silent()
    total = len(rounds.list_parts()) * len(names)
    with one_thread(), watched.stage(COMPARING.to(language), total=total) as stage:

        def advance() -> None:
            stage.advance()
            watched.check()

        choosing = _try(X, y, twins, rounds.choosing, names, matrix.is_category, advance)
        chosen, why = _choose(_measure(choosing, y, random_state))
        trials = choosing
        if order is not None:
            why = say_chosen_before(why)
            trials = _try(X, y, twins, rounds.testing, names, matrix.is_category, advance)
        results = _measure(trials, y, random_state)
        final = AMOUNT_MODELS[chosen].fit(X, y, matrix.is_category, twins)
        predicted = final(matrix.values)
    said = trials[chosen].said
    tested = np.flatnonzero(np.isfinite(said))
    predicted[learnt[tested]] = said[tested]
    return AmountComparison(
        column=column,
        n=len(known),
        unknown=len(amounts) - len(known),
        mean=float(amounts[known].mean()),
        median=float(np.median(amounts[known])),
        models=results,
        chosen=chosen,
        why=why,
        deciles=_cut_deciles(said[tested], y[tested]),
        customer_ids=features.customer_ids,
        predicted=predicted,
        split=split,
        said_split=say_folds(
            len(y), FOLDS, keeps_twins=True, n_owners=None if own is None else len(np.unique(own))
        )
        if order is None
        else say_in_order(split, rounds.testing, order, gap, None),
        rounds=len(rounds.testing),
        groups=_measure_groups(
            [groups[number] for number in learnt[tested]], said[tested], y[tested], random_state
        )
        if groups is not None
        else (),
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
    twins: NDArray[np.int64],
    rounds: Sequence[Round],
    names: Sequence[AmountModelName],
    is_category: NDArray[np.bool_],
    advance: Callable[[], None],
) -> dict[AmountModelName, _Trial]:
    trials = {name: _Trial(np.full(len(y), np.nan)) for name in names}
    for part in rounds:
        for name in names:
            started = time.monotonic()
            fit = AMOUNT_MODELS[name].fit
            model = fit(X[part.learn], y[part.learn], is_category, twins[part.learn])
            trials[name].said[part.test] = model(X[part.test])
            trials[name].seconds += time.monotonic() - started
            trials[name].train.append(_explain(y[part.learn], model(X[part.learn])))
            advance()
    return trials


def _explain(y: NDArray[np.float64], said: NDArray[np.float64]) -> float:
    return float(1 - ((y - said) ** 2).sum() / max(((y - y.mean()) ** 2).sum(), 1e-300))


def _measure(
    trials: dict[AmountModelName, _Trial], y: NDArray[np.float64], random_state: int
) -> tuple[AmountResult, ...]:
    tested = np.isfinite(next(iter(trials.values())).said)
    y = y[tested]
    errors = {name: (trial.said[tested] - y) ** 2 for name, trial in trials.items()}
    best = min(errors, key=lambda name: float(errors[name].mean()))
    results = []
    for name, trial in trials.items():
        more = errors[name] - errors[best]
        mean_error, root_error, explained = _bound(y, trial.said[tested], random_state)
        results.append(
            AmountResult(
                name=name,
                title=AMOUNT_MODELS[name].title,
                mean_error=mean_error,
                root_error=root_error,
                explained=explained,
                rank_correlation=_correlate(y, trial.said[tested]),
                train_explained=float(np.mean(trial.train)),
                behind=float(more.mean()),
                behind_error=float(more.std(ddof=1) / len(more) ** 0.5),
                seconds=trial.seconds / len(trial.train),
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


def _measure_groups(
    group: Sequence[str],
    said: NDArray[np.float64],
    seen: NDArray[np.float64],
    random_state: int,
) -> tuple[AmountGroup, ...]:
    """The model within each group, in the order in which the names sort."""
    names, numbers = np.unique(np.array(group), return_inverse=True)
    found = []
    for number, name in enumerate(names):
        own = numbers == number
        both = np.stack([np.abs(said[own] - seen[own]), seen[own]])
        error, mean = bootstrap_figures(
            lambda weights, both=both: both @ weights / weights.sum(),  # type: ignore[misc]
            np.zeros(int(own.sum())),
            random_state=random_state,
            n_samples=200,
        )
        found.append(AmountGroup(str(name), int(own.sum()), error, float(said[own].mean()), mean))
    return tuple(found)
