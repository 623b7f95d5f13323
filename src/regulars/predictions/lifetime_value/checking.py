"""How well the models foresee the second half of a history, and which one to take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import QualityError
from regulars.predictions.lifetime_value.forecast import forecast
from regulars.predictions.lifetime_value.models import MODELS, fit_purchases
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from regulars.predictions.lifetime_value.histories import RepeatPurchases
    from regulars.predictions.lifetime_value.maximum_likelihood import Estimate
    from regulars.predictions.lifetime_value.models import ModelName

    Array = NDArray[np.float64]

__all__ = ["AS_BEFORE", "FrequencyClass", "HalfCheck", "check_halves", "choose_model"]

AS_BEFORE = "as_before"
_MOST_REPEATS = 7
_UNNOTICED = 1e-3
_MOST_CHECKED = 100_000


@dataclass(frozen=True, slots=True)
class FrequencyClass:
    """Customers with the same number of repeat purchases in the first half.

    Attributes
    ----------
    repeats
        That number; the last class holds all with so many or more.
    is_last
        Whether it is the last class.
    customers
        How many there are.
    actual
        Mean purchases in the second half.
    expected
        The same as each model foresaw it, and `as_before`.
    """

    repeats: int
    is_last: bool
    customers: int
    actual: float
    expected: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class HalfCheck:
    """Models learnt from the first half of a history, held against the second.

    Attributes
    ----------
    learnt_days, checked_days
        Lengths of the halves.
    customers
        Who had bought in the first half; of more than 100,000 every so-manieth.
    actual
        Their purchase days in the second half.
    expected
        The same as each model foresaw it, and `as_before`: everybody goes on buying at the rate so far.
    errors
        Root of the mean squared error for a customer, in purchases.
    squared
        Mean squared error less that of the best model, with its standard error: (0, 0) for the best.
    classes
        By repeat purchases in the first half.
    """

    learnt_days: int
    checked_days: int
    customers: int
    actual: float
    expected: Mapping[str, float]
    errors: Mapping[str, float]
    squared: Mapping[str, tuple[float, float]]
    classes: tuple[FrequencyClass, ...]


def check_halves(
    earlier: RepeatPurchases, later_counts: NDArray[np.int64], *, checked_days: int
) -> HalfCheck | None:
    """How well each model foresees the second half.

    Parameters
    ----------
    earlier
        What was seen of the customers in the first half.
    later_counts
        Their purchase days in the second, shape (n_customers,).
    checked_days
        Length of the second half.

    Returns
    -------
    HalfCheck or None
        None where the first half is too little to learn from.
    """
    if len(earlier) > _MOST_CHECKED:
        # So many tell the models apart as well as all of them.
        some = np.arange(0, len(earlier), -(-len(earlier) // _MOST_CHECKED))
        earlier, later_counts = earlier.take(some), later_counts[some]
    predictions: dict[str, Array] = {}
    for name, model in MODELS.items():
        try:
            estimate = fit_purchases(earlier, model)
        except QualityError:
            continue
        told = forecast(earlier, model, estimate, unit_days=1.0, horizon=float(checked_days))
        predictions[name] = told.purchases.values
    if not predictions:
        return None
    rates = earlier.repeat_purchase_count / np.maximum(earlier.tenure_days, 1)
    predictions[AS_BEFORE] = rates * checked_days
    squares = {name: (told - later_counts) ** 2 for name, told in predictions.items()}
    best = min((name for name in squares if name != AS_BEFORE), key=lambda n: squares[n].mean())
    return HalfCheck(
        learnt_days=int(earlier.tenure_days.max()),
        checked_days=checked_days,
        customers=len(earlier),
        actual=float(later_counts.sum()),
        expected={name: float(told.sum()) for name, told in predictions.items()},
        errors={name: float(np.sqrt(square.mean())) for name, square in squares.items()},
        squared={name: _compare(square, squares[best]) for name, square in squares.items()},
        classes=_classify(earlier.repeat_purchase_count, later_counts, predictions),
    )


def _compare(square: Array, best: Array) -> tuple[float, float]:
    ahead = square - best
    return float(ahead.mean()), float(ahead.std() / np.sqrt(len(ahead)))


def _classify(
    repeats: NDArray[np.int64], actual: NDArray[np.int64], predictions: Mapping[str, Array]
) -> tuple[FrequencyClass, ...]:
    kinds = np.minimum(repeats, _MOST_REPEATS)
    return tuple(
        FrequencyClass(
            repeats=int(kind),
            is_last=bool(kind == _MOST_REPEATS),
            customers=int((kinds == kind).sum()),
            actual=float(actual[kinds == kind].mean()),
            expected={
                name: float(told[kinds == kind].mean()) for name, told in predictions.items()
            },
        )
        for kind in np.unique(kinds)
    )


def choose_model(
    estimates: Mapping[ModelName, Estimate], check: HalfCheck | None
) -> tuple[ModelName, Wording]:
    """The model to take, and why.

    Of those that err no more than the best beyond one standard error, in the second half of the
    history, the one that makes all of it most likely: all have four parameters.

    Parameters
    ----------
    estimates
        Of the models that could be fitted to the whole history.
    check
        On its halves; None where they are too short, and the likelihood alone decides.
    """
    able = list(estimates)
    if check is not None:
        able = [name for name in able if _is_as_good(check, name)] or able
    # What differs by less than a tenth is the same, and then the simplest comes first.
    chosen = max(able, key=lambda name: round(estimates[name].log_likelihood, 1))
    return chosen, _say_why(chosen, able, estimates, check)


def _is_as_good(check: HalfCheck, name: ModelName) -> bool:
    """Whether a model errs no more than the best, but for chance and what nobody would notice."""
    if name not in check.squared:
        return False
    behind, error = check.squared[name]
    return behind <= max(error, _UNNOTICED * check.errors[name] ** 2)


def _say_why(
    chosen: ModelName,
    able: list[ModelName],
    estimates: Mapping[ModelName, Estimate],
    check: HalfCheck | None,
) -> Wording:
    title = MODELS[chosen].title
    if check is None or chosen not in check.errors:
        return Wording(
            en=f"{title} makes what was seen most likely; the history is too short to check it on a"
            " second half.",
            ru=f"{title} делает увиденное наиболее вероятным; история слишком коротка, чтобы проверить"
            " модель на второй половине.",
        )
    error = check.errors[chosen]
    off = {"en": f"{error:.2f}", "ru": f"{error:.2f}".replace(".", ",")}
    if len(able) == 1 and len(estimates) > 1:
        return Wording(
            en=f"Learnt from the first half of the history, {title} foresees the second half best: it is off by"
            f" {off['en']} purchases a customer (root mean square).",
            ru=f"Обученная на первой половине истории, {title} лучше всех предсказывает вторую: ошибка"
            f" {off['ru']} покупки на клиента (среднеквадратично).",
        )
    titles = [MODELS[name].title for name in able]
    if len(titles) == 1:
        return Wording(
            en=f"Only {title} could be fitted; in the second half of the history it is off by"
            f" {off['en']} purchases a customer (root mean square).",
            ru=f"Удалось подогнать только {title}; на второй половине истории ошибка {off['ru']} покупки на"
            " клиента (среднеквадратично).",
        )
    listed = ", ".join(titles[:-1])
    best = round(estimates[chosen].log_likelihood, 1)
    is_tied = sum(round(estimates[name].log_likelihood, 1) == best for name in able) > 1
    taken = Wording(
        en="is the simplest of those that make the whole history most likely"
        if is_tied
        else "makes the whole history most likely",
        ru="проще всех, при ком вся история наиболее вероятна"
        if is_tied
        else "делает всю историю наиболее вероятной",
    )
    return Wording(
        en=f"Learnt from the first half of the history, {listed} and {titles[-1]} foresee the second half equally"
        f" well (off by {off['en']} purchases a customer, root mean square). Of them {title} {taken.en}, and is"
        " taken.",
        ru=f"Обученные на первой половине истории, {listed} и {titles[-1]} одинаково хорошо предсказывают"
        f" вторую (ошибка {off['ru']} покупки на клиента, среднеквадратично). Взята {title}: из них она"
        f" {taken.ru}.",
    )
