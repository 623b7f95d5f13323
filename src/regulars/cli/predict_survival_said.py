"""When one customer is likely to leave, and why, as lines and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from regulars.predictions.survival import StayReasons
    from regulars.schema.wording import Language

__all__ = ["describe_customer", "say_customer"]

_CHANCES = Wording(
    en="{customer} has been a customer for {days}. Leaving is this likely:",
    ru="Клиент {customer} с вами уже {days}. Вероятность ухода:",
)
_WITHIN = Wording(en="within {days}: {own}", ru="за {days}: {own}")
_OTHERS = Wording(
    en=" (of all who were there as long: {others})",
    ru=" (у всех, кто пробыл столько же: {others})",
)
_BEYOND = Wording(
    en="{customer} has been a customer for {days}, about as long as anybody was seen: nothing tells"
    " what comes next.",
    ru="Клиент {customer} с вами уже {days} — почти столько, сколько вообще видно в данных: что будет"
    " дальше, ничто не говорит.",
)
_HALF = Wording(
    en="Half of the customers like this one leave within {days}",
    ru="Половина таких клиентов уходит за {days}",
)
_NO_HALF = Wording(
    en="Of the customers like this one more than half stay to the end of what was seen",
    ru="Из таких клиентов больше половины остаётся до конца наблюдений",
)
_HALF_OF_OTHERS = Wording(
    en="; of all who were there as long, within {days}.",
    ru="; из всех, кто пробыл столько же, — за {days}.",
)
_NO_HALF_OF_OTHERS = Wording(
    en="; of all who were there as long, more than half stay to the end of what was seen.",
    ru="; из всех, кто пробыл столько же, больше половины остаётся до конца наблюдений.",
)
_HALF_BUT_OTHERS = Wording(
    en="; half of all who were there as long leave within {days}.",
    ru="; из всех, кто пробыл столько же, половина уходит за {days}.",
)
_LIKE_OTHERS = Wording(
    en=", as of all who were there as long.",
    ru=", как и из всех, кто пробыл столько же.",
)
_SOONER = Wording(en="Why sooner than others:", ru="Почему раньше других:")
_LATER = Wording(en="Why later than others:", ru="Почему позже других:")
_ALL_ALIKE = Wording(
    en="Nothing that is known of customers tells who of them leaves sooner: one curve stands for all.",
    ru="Ничто из известного о клиентах не говорит, кто уйдёт раньше: кривая одна на всех.",
)


def describe_customer(found: StayReasons, language: Language) -> dict[str, Any]:
    """One customer as JSON has it."""
    return {
        "customer_id": found.customer_id,
        "duration_days": found.duration_days,
        "leaves_within": [
            {"days": one.days, "probability": one.probability, "others": one.others}
            for one in found.leaves_within
        ],
        "median_days_left": found.median_days_left,
        "others_median_days_left": found.others_median_days_left,
        "is_sooner": found.is_sooner,
        "reasons": [
            {
                "feature": reason.feature,
                "contribution": reason.contribution,
                "text": reason.text.to(language),
            }
            for reason in found.reasons
        ],
    }


def say_customer(found: StayReasons, language: Language) -> list[str]:
    """One customer in lines of text."""
    from regulars.features.sentences import capitalize

    lines = _say_chances(found, language)
    if not found.reasons:
        return [*lines, _ALL_ALIKE.to(language)]
    lines.append((_SOONER if found.is_sooner else _LATER).to(language))
    return [*lines, *(f"  {capitalize(reason.text.to(language))}" for reason in found.reasons)]


def _say_chances(found: StayReasons, language: Language) -> list[str]:
    from regulars.features.sentences import format_share

    words = {"customer": found.customer_id, "days": _count(found.duration_days, language)}
    if not found.leaves_within:
        return [_BEYOND.to(language).format(**words)]
    lines = [_CHANCES.to(language).format(**words)]
    for one in found.leaves_within:
        line = _WITHIN.to(language).format(
            days=_count(one.days, language), own=format_share(one.probability, language)
        )
        if one.others is not None:
            line += _OTHERS.to(language).format(others=format_share(one.others, language))
        lines.append(f"  {line}")
    return [*lines, _say_half(found, language)]


def _say_half(found: StayReasons, language: Language) -> str:
    own, others = found.median_days_left, found.others_median_days_left
    if own is None:
        said = _NO_HALF.to(language)
        rest = _LIKE_OTHERS if others is None else _HALF_BUT_OTHERS
    else:
        said = _HALF.to(language).format(days=_count(own, language))
        rest = _NO_HALF_OF_OTHERS if others is None else _HALF_OF_OTHERS
    return said + rest.to(language).format(days=_count(others or 0, language))


def _count(days: float, language: Language) -> str:
    from regulars.features.sentences import format_number
    from regulars.schema.wording import pluralize

    forms = ("day", "days") if language == "en" else ("день", "дня", "дней")
    whole = round(days)
    return pluralize(whole, language, *forms).replace(str(whole), format_number(whole, language))
