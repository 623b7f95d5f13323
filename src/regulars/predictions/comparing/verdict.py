"""What the figures of a comparison mean: the split, the threshold, the errors, the bands."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.costs import Confusion, ContactCosts
from regulars.evaluate.lead_time import LeadTime
from regulars.features.sentences import format_number, format_share
from regulars.predictions.comparing.plan import Plan
from regulars.predictions.comparing.results import RiskBand, RiskName
from regulars.predictions.outcomes.outcome import Outcome
from regulars.schema.wording import Language, Wording, pluralize

__all__ = [
    "RISKS",
    "Examined",
    "band_risks",
    "code_risks",
    "say_lead_time",
    "say_quality",
    "say_split",
    "say_split_in_time",
    "say_threshold",
]

_RISK_TITLES: dict[RiskName, Wording] = {
    "high": Wording(en="High", ru="Высокий"),
    "medium": Wording(en="Medium", ru="Средний"),
    "low": Wording(en="Low", ru="Низкий"),
}

RISKS: tuple[RiskName, ...] = ("low", "medium", "high")


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


def say_split_in_time(plan: Plan, cutoff: NDArray[np.int64], days_until_known: int) -> Wording:
    """Which dates were learnt from and tested."""
    rounds = plan.repeats[0]
    tested = sorted({int(cutoff[part.test][0]) for part in rounds})
    first, last = (date.fromordinal(day) for day in (tested[0], tested[-1]))
    held_out = {
        language: format_number(int(plan.check.test.sum()), language) for language in ("en", "ru")
    }
    dates = {
        "en": pluralize(len(tested), "en", "cut-off date", "cut-off dates"),
        "ru": pluralize(len(tested), "ru", "дате отсчёта", "датах отсчёта", "датах отсчёта"),
    }
    span = {
        "en": f"{first.isoformat()} to {last.isoformat()}" if first < last else last.isoformat(),
        "ru": f"с {first:%d.%m.%Y} по {last:%d.%m.%Y}" if first < last else f"{last:%d.%m.%Y}",
    }
    days = pluralize(days_until_known, "en", "day", "days")
    days_ru = pluralize(days_until_known, "ru", "день", "дня", "дней")
    return Wording(
        en=f"The split is in time. The models were tested on {dates['en']} ({span['en']}), each time "
        f"with what could be known on that day: outcomes that were {days} old at least. The last "
        f"date ({held_out['en']} customers) was kept aside until the model was chosen.",
        ru=f"Деление по времени. Модели проверялись на {dates['ru']} ({span['ru']}), каждый раз по "
        f"тому, что можно было знать в тот день: исходам, которым не меньше чем {days_ru}. Последняя "
        f"дата (клиентов: {held_out['ru']}) отложена до выбора модели.",
    )


def say_threshold(costs: ContactCosts, outcome: Outcome) -> Wording:
    """Which probability is worth a contact, and what that follows from."""
    times = costs.missed / costs.contact
    bound = {language: format_share(costs.threshold, language) for language in ("en", "ru")}
    will = outcome.phrases.will
    return Wording(
        en=f"Missing a customer who {will.en} is taken to cost as much as "
        f"{format_number(times, 'en')} contacts, so a contact pays from a probability of "
        f"{bound['en']} on.",
        ru=f"Считаем, что пропустить клиента, который {will.ru}, стоит столько же, сколько "
        f"{_contacts_ru(times)}, поэтому обращаться выгодно начиная с вероятности {bound['ru']}.",
    )


def _contacts_ru(times: float) -> str:
    if times == int(times):
        return pluralize(int(times), "ru", "обращение", "обращения", "обращений")
    return f"{format_number(times, 'ru')} обращения"


@dataclass(frozen=True, slots=True)
class Examined:
    """How many different customers were tested, and at how many dates each of them could be."""

    customers: int
    dates: int = 1


def say_quality(confusion: Confusion, outcome: Outcome, whom: Examined) -> Wording:
    """Both kinds of error, in customers; at several dates in customers at dates.

    Parameters
    ----------
    confusion
        Counts of decisions: at several dates a customer counts once at each.
    outcome
        For the words.
    whom
        Who was tested.
    """
    return Wording(
        en=_say_quality(confusion, outcome, whom, "en"),
        ru=_say_quality(confusion, outcome, whom, "ru"),
    )


def _say_quality(confusion: Confusion, outcome: Outcome, whom: Examined, language: Language) -> str:
    contacted = format_number(confusion.contacted, language)
    n = format_number(confusion.n, language)
    right = format_number(confusion.true_positive, language)
    vain = format_number(confusion.false_positive, language)
    missed = format_number(confusion.false_negative, language)
    all_positive = format_number(confusion.true_positive + confusion.false_negative, language)
    customers = format_number(whom.customers, language)
    did = outcome.phrases.did.to(language)
    if language == "en":
        if whom.dates > 1:
            return (
                f"{customers} customers were tested at {whom.dates} dates, and count once at each: "
                f"{n} tests. In {contacted} the customer was above the threshold: in {right} of "
                f"these they {did}, in {vain} a contact would have been in vain. Of {all_positive} "
                f"tests of those who {did}, {missed} were missed."
            )
        return (
            f"Of {n} customers tested, {contacted} were above the threshold: {right} of them "
            f"{did}, {vain} would have been contacted in vain. Of {all_positive} who {did}, "
            f"{missed} were missed."
        )
    if whom.dates > 1:
        return (
            f"Проверено клиентов: {customers}, дат: {whom.dates}; клиент считается на каждой дате, "
            f"всего проверок {n}. Выше порога клиент был в {contacted} из них. Случаев, когда после "
            f"этого {did}: {right}; обращений впустую было бы {vain}. Всего случаев, когда {did}: "
            f"{all_positive}, из них пропущено {missed}."
        )
    return (
        f"Выше порога {contacted} из {n} проверенных клиентов. Из них {did}: {right}; обращений "
        f"впустую было бы {vain}. Всего {did}: {all_positive}, из них пропущено {missed}."
    )


def say_lead_time(found: LeadTime) -> Wording:
    """How long before the end customers were warned about, in customers and days.

    Examples
    --------
    >>> print(say_lead_time(LeadTime(np.array([5, 20, 40]), missed=2)).en)
    The model warned about 3 of 5 customers before they left: half of them at least 20 days before, 67% at least 7 days and 67% at least 14 days before.
    """
    return Wording(en=_say_lead_time(found, "en"), ru=_say_lead_time(found, "ru"))


def _say_lead_time(found: LeadTime, language: Language) -> str:
    warned = format_number(found.warned, language)
    lost = format_number(found.warned + found.missed, language)
    if not found.warned:
        if language == "en":
            return f"The model warned about none of the {lost} customers who left."
        return f"Ни об одном из ушедших клиентов ({lost}) модель не предупредила."
    week, fortnight = (format_share(found.share_of_at_least(days), language) for days in (7, 14))
    days = int(found.median_days)
    if language == "en":
        half = pluralize(days, "en", "day", "days")
        return (
            f"The model warned about {warned} of {lost} customers before they left: half of them at "
            f"least {half} before, {week} at least 7 days and {fortnight} at least 14 days before."
        )
    half = pluralize(days, "ru", "день", "дня", "дней")
    return (
        f"Модель заранее предупредила об уходе {warned} из {lost} клиентов: о половине — "
        f"минимум за {half}, о {week} — минимум за 7 дней, о {fortnight} — минимум за 14 дней."
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
    codes = code_risks(probabilities, threshold)
    risk = tuple(map(RISKS.__getitem__, codes.tolist()))
    counts = np.bincount(codes, minlength=3)
    bounds = (0.0, threshold, _find_high(threshold), 1.0)
    bands = tuple(
        RiskBand(RISKS[i], _RISK_TITLES[RISKS[i]], bounds[i], bounds[i + 1], int(counts[i]))
        for i in (2, 1, 0)
    )
    return risk, bands


def code_risks(probabilities: NDArray[np.float64], threshold: float) -> NDArray[np.int8]:
    """The band of each customer as its position in `RISKS`."""
    is_medium, is_high = probabilities >= threshold, probabilities >= _find_high(threshold)
    return is_medium.astype(np.int8) + is_high


def _find_high(threshold: float) -> float:
    return min(2 * threshold, (1 + threshold) / 2)
