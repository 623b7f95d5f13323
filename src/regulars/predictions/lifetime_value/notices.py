"""What to know before lifetime values are used, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.predictions.lifetime_value.models import MODELS
from regulars.quality.numbers import format_number
from regulars.schema.wording import Wording, format_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regulars.predictions.lifetime_value.checking import HalfCheck
    from regulars.predictions.lifetime_value.models import ModelName

__all__ = [
    "say_edge",
    "say_half_check",
    "say_no_money",
    "say_nobody_leaves",
    "say_related_baskets",
    "say_several_currencies",
    "say_silence",
    "say_uneven_baskets",
    "say_unfitted",
]

_FAR = 0.2


def say_unfitted(name: ModelName) -> Wording:
    """A model was left out."""
    title = MODELS[name].title
    return Wording(
        en=f"{title} is left out: its likelihood has no top that could be found on these data.",
        ru=f"{title} не участвует: на этих данных максимум её правдоподобия не найден.",
    )


def say_edge(name: ModelName, letters: tuple[str, ...]) -> Wording:
    """A parameter is not bounded by the data."""
    title, listed = MODELS[name].title, ", ".join(letters)
    return Wording(
        en=f"{title}: the data set no bound to {listed}, so the model is simpler than its form (nobody leaves,"
        " or all customers are alike); the intervals take what is not bounded as known.",
        ru=f"{title}: данные не ограничивают {listed}, то есть модель проще своей формы (никто не уходит или"
        " все клиенты одинаковы); интервалы считают этот параметр известным.",
    )


def say_nobody_leaves() -> Wording:
    """Silence says nothing here."""
    return Wording(
        en="Hardly anybody is seen to leave for good: purchases are so irregular that even a long silence may"
        " be a pause. The probability of being active says little here; look at the expected purchases.",
        ru="Почти никто не выглядит ушедшим насовсем: покупают так неравномерно, что и долгое молчание может"
        " быть паузой. Вероятность активности здесь мало о чём говорит; смотрите на ожидаемые покупки.",
    )


def say_silence(days: int) -> Wording:
    """Nobody at all has bought for long before the last day that is looked at."""
    told = {language: format_number(days, language) for language in ("en", "ru")}
    return Wording(
        en=f"Nobody has bought in the last {told['en']} days: everybody looks gone. If later purchases are merely"
        " not loaded, name the last day that is: --until YYYY-MM-DD.",
        ru=f"Последние {told['ru']} дн. никто ничего не купил: все выглядят ушедшими. Если более поздние"
        " покупки просто не загружены, назовите последний загруженный день: --until ГГГГ-ММ-ДД.",
    )


def say_no_money(buyers: int, fewest: int, *, is_same: bool = False) -> Wording:
    """Value is told in purchases only."""
    if is_same:
        return Wording(
            en="All repeat buyers have the same mean basket, so there is nothing to learn about baskets:"
            " value is told in purchases. Multiply by that basket.",
            ru="У всех вернувшихся один и тот же средний чек, учиться на чеках нечему: ценность дана в"
            " покупках. Умножьте их на этот чек.",
        )
    return Wording(
        en=f"Value is told in purchases, without money: {buyers} customers who came back have baskets with a"
        f" known amount above zero, and at least {fewest} are needed. Is the column of amounts named?"
        " --map SOURCE=amount",
        ru=f"Ценность дана в покупках, без денег: вернувшихся клиентов с известной суммой чека больше нуля —"
        f" {buyers}, а нужно не меньше {fewest}. Назван ли столбец с суммой? --map ИСТОЧНИК=amount",
    )


def say_several_currencies(currencies: Sequence[str]) -> Wording:
    """Amounts have no sum."""
    named = [one for one in currencies if one]
    unnamed = len(named) < len(currencies)
    listed = ", ".join(named)
    return Wording(
        en=f"Value is told in purchases, without money: amounts are in {listed}{' and some unnamed' * unnamed},"
        " and have no sum. Convert them to one currency first.",
        ru=f"Ценность дана в покупках, без денег: суммы в разных валютах ({listed}{' и без указания' * unnamed}) не"
        " складываются. Сначала пересчитайте их в одну.",
    )


def say_related_baskets(related: float) -> Wording:
    """Baskets hang together with frequency, which Gamma-Gamma takes to be independent."""
    number = f"{related:.2f}"
    return Wording(
        en=f"Who buys often has {'larger' if related > 0 else 'smaller'} baskets (correlation {number});"
        " Gamma-Gamma takes the two to be independent, so values of the most frequent buyers are too"
        f" {'low' if related > 0 else 'high'}.",
        ru=f"У частых покупателей чек {'больше' if related > 0 else 'меньше'} (корреляция"
        f" {number.replace('.', ',')}), а Gamma-Gamma считает частоту и чек независимыми: ценность самых"
        f" частых покупателей {'занижена' if related > 0 else 'завышена'}.",
    )


def say_uneven_baskets() -> Wording:
    """The distribution of baskets has no mean."""
    return Wording(
        en="Baskets are so uneven that Gamma-Gamma gives them no mean (q is at most 1): each customer's own"
        " mean basket is taken as it is, and everybody's for who has none. Look for firms among the"
        " customers.",
        ru="Чеки так неравны, что у Gamma-Gamma нет среднего (q не больше 1): взят собственный средний чек"
        " клиента, а где его нет — общий. Посмотрите, нет ли среди клиентов организаций.",
    )


def say_half_check(check: HalfCheck, name: ModelName) -> list[Wording]:
    """Where the second half of the history went otherwise than foreseen."""
    told: list[Wording] = []
    title = MODELS[name].title
    if name in check.expected and check.actual > 0:
        off = check.expected[name] / check.actual - 1
        if abs(off) > _FAR:
            en, ru = (format_share(abs(off), language) for language in ("en", "ru"))
            told.append(
                Wording(
                    en=f"Take the totals with care: {title} foresaw {en} {'more' if off > 0 else 'fewer'}"
                    " purchases in the second half than there were. It knows no seasons and no growth.",
                    ru=f"К итогам относитесь осторожно: для второй половины истории {title} дала на {ru}"
                    f" {'больше' if off > 0 else 'меньше'} покупок, чем было. Сезонов и роста она не"
                    " знает.",
                )
            )
    if "as_before" in check.errors and check.errors["as_before"] < check.errors.get(name, 0.0):
        told.append(
            Wording(
                en="The simple rule “everybody goes on as before” was closer to the second half than any model"
                " for a customer (not in sum): who buys evenly is foreseen well without one.",
                ru="Простое правило «все продолжают как раньше» оказалось ближе ко второй половине в расчёте"
                " на клиента, чем модели (но не в сумме): кто покупает ровно, того видно и без модели.",
            )
        )
    return told
