"""What the figures of a comparison mean: the choice, the split, the threshold, the bands."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.costs import Confusion, ContactCosts
from regulars.features.sentences import format_number, format_share
from regulars.predictions.outcome import Outcome
from regulars.predictions.results import ModelName, ModelResult, RiskBand, RiskName
from regulars.schema.wording import Language, Wording, pluralize

__all__ = ["TITLES", "band_risks", "choose_model", "say_holdout", "say_split", "say_threshold"]

TITLES: dict[ModelName, Wording] = {
    "baseline": Wording(en="Base rate for everybody", ru="Средняя доля для всех"),
    "naive_bayes": Wording(en="Naive Bayes over intervals", ru="Наивный Байес по интервалам"),
    "logistic": Wording(en="Logistic regression", ru="Логистическая регрессия"),
}
"""The models, simplest first."""

_RISK_TITLES: dict[RiskName, Wording] = {
    "high": Wording(en="High", ru="Высокий"),
    "medium": Wording(en="Medium", ru="Средний"),
    "low": Wording(en="Low", ru="Низкий"),
}


def choose_model(results: Sequence[ModelResult]) -> tuple[ModelName, Wording]:
    """The simplest model whose mean ROC-AUC is within one standard error of the best.

    The one-standard-error rule of Breiman et al. (1984), with the standard error of the best
    model's mean over the folds.

    Parameters
    ----------
    results
        Simplest first.
    """
    best = max(results, key=lambda result: result.roc_auc.mean)
    spread = float(np.std(best.fold_roc_auc, ddof=1)) / len(best.fold_roc_auc) ** 0.5
    good_enough = best.roc_auc.mean - spread
    chosen = next(result for result in results if result.roc_auc.mean >= good_enough)
    return chosen.name, Wording(
        en=_say_choice(chosen, best, "en"), ru=_say_choice(chosen, best, "ru")
    )


def _say_choice(chosen: ModelResult, best: ModelResult, language: Language) -> str:
    title = chosen.title.to(language)
    own, top = _figure(chosen.roc_auc.mean, language), _figure(best.roc_auc.mean, language)
    if chosen.name == best.name:
        if language == "en":
            return f"{title} has the highest mean ROC-AUC over the folds: {own}."
        return f"{title}: наибольший средний ROC-AUC по блокам проверки, {own}."
    if language == "en":
        return (
            f"{title} (ROC-AUC {own}) is within one standard error of the best, "
            f"{best.title.en.lower()} ({top}), and is simpler."
        )
    return (
        f"{title} (ROC-AUC {own}) отстаёт от лучшей модели ({best.title.ru.lower()}, {top}) меньше "
        "чем на одну стандартную ошибку, а устроена проще."
    )


def say_split(n_train: int, n_held_out: int, groups: NDArray[np.int64]) -> Wording:
    """How the customers were separated."""
    twins = int((np.bincount(groups)[groups] > 1).sum())
    numbers = {
        language: [format_number(number, language) for number in (n_held_out, n_train, twins)]
        for language in ("en", "ru")
    }
    held_out, train, alike = numbers["en"]
    english = (
        f"{held_out} customers, a fifth with the same share of the outcome, were kept aside; the "
        f"models were compared in five folds of the other {train}. The split is random, not in time."
    )
    if twins:
        english += (
            f" {alike} customers have a twin with identical features; twins stay on one side."
        )
    held_out, train, alike = numbers["ru"]
    russian = (
        f"{held_out} клиентов (пятая часть, доля исхода та же) отложены; модели сравнивались на "
        f"остальных ({train}) перекрёстной проверкой из пяти блоков. Деление случайное, не по времени."
    )
    if twins:
        russian += (
            f" Клиентов с двойниками по всем признакам: {alike}; двойники всегда на одной стороне."
        )
    return Wording(en=english, ru=russian)


def say_threshold(costs: ContactCosts) -> Wording:
    """Which probability is worth a contact, and what that follows from."""
    times = costs.missed / costs.contact
    bound = {language: format_share(costs.threshold, language) for language in ("en", "ru")}
    return Wording(
        en=f"Losing a customer is taken to cost as much as {format_number(times, 'en')} contacts, so "
        f"a contact pays from a probability of {bound['en']} on.",
        ru=f"Потеря клиента принята равной по цене {_contacts_ru(times)}, поэтому обращаться "
        f"выгодно начиная с вероятности {bound['ru']}.",
    )


def _contacts_ru(times: float) -> str:
    if times == int(times):
        return pluralize(int(times), "ru", "обращению", "обращениям", "обращениям")
    return f"{format_number(times, 'ru')} обращения"


def say_holdout(confusion: Confusion, outcome: Outcome) -> Wording:
    """Both kinds of error, in customers."""
    return Wording(
        en=_say_holdout(confusion, outcome, "en"), ru=_say_holdout(confusion, outcome, "ru")
    )


def _say_holdout(confusion: Confusion, outcome: Outcome, language: Language) -> str:
    contacted = format_number(confusion.contacted, language)
    n = format_number(confusion.n, language)
    right = format_number(confusion.true_positive, language)
    vain = format_number(confusion.false_positive, language)
    missed = format_number(confusion.false_negative, language)
    all_positive = format_number(confusion.true_positive + confusion.false_negative, language)
    if language == "en":
        what = "did leave" if outcome.is_churn else "had the outcome"
        return (
            f"Of {n} customers kept aside, {contacted} were above the threshold: {right} of them "
            f"{what}, {vain} would have been contacted in vain. Of {all_positive} who {what}, "
            f"{missed} were missed."
        )
    seen, who = ("Ушли", "ушедших") if outcome.is_churn else ("Исход был", "клиентов с исходом")
    return (
        f"Выше порога {contacted} из {n} отложенных клиентов. {seen} из них: {right}; обращений "
        f"впустую было бы {vain}. Пропущено {missed} из {all_positive} {who}."
    )


def band_risks(
    probabilities: NDArray[np.float64], threshold: float
) -> tuple[tuple[RiskName, ...], tuple[RiskBand, ...]]:
    """The band of each customer, and the bands, highest first.

    Medium begins at the threshold. High begins where the expected loss is twice the price of a
    contact, at twice the threshold, or half-way to certainty where that comes first.

    Examples
    --------
    >>> risk, bands = band_risks(np.array([0.1, 0.2, 0.9]), 0.2)
    >>> risk, [(band.name, band.low) for band in bands]
    (('low', 'medium', 'high'), [('high', 0.4), ('medium', 0.2), ('low', 0.0)])
    """
    high = min(2 * threshold, (1 + threshold) / 2)
    names: tuple[RiskName, ...] = ("low", "medium", "high")
    codes = np.searchsorted([threshold, high], probabilities, side="right")
    risk = tuple(names[code] for code in codes)
    counts = np.bincount(codes, minlength=3)
    bounds = (0.0, threshold, high, 1.0)
    bands = tuple(
        RiskBand(names[i], _RISK_TITLES[names[i]], bounds[i], bounds[i + 1], int(counts[i]))
        for i in (2, 1, 0)
    )
    return risk, bands


def _figure(value: float, language: Language) -> str:
    text = f"{value:.3f}"
    return text.replace(".", ",") if language == "ru" else text
