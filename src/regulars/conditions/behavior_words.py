"""What a customer did or did not do, as sentences: counts, occasions and sequences."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from regulars.conditions.behavior import (
    Behavior,
    Bought,
    Did,
    Had,
    Member,
    Occasion,
    Rows,
    RuleLeaf,
    Score,
    Sequence,
    Spent,
)
from regulars.conditions.words import (
    INVERSE,
    compare_with_value,
    ends_in_one,
    quote_text,
    read_value,
    say_window,
)
from regulars.schema.wording import Language, pluralize

__all__ = ["CountNoun", "join_period", "name_rows", "read_behavior"]

Gender = Literal["m", "f", "n"]
Joint = Literal["and", "or"]


@dataclass(frozen=True, slots=True)
class CountNoun:
    """A noun with the forms that stand beside numbers.

    Attributes
    ----------
    one, many
        English: "purchase", "purchases".
    first, second, several, plural
        Russian: nominative and genitive singular, genitive and nominative plural.
    gender
        In Russian.
    """

    one: str
    many: str
    first: str
    second: str
    several: str
    plural: str
    gender: Gender = "f"

    def of(self, english: str, russian: str) -> "CountNoun":
        """The noun with words behind all its forms."""
        return CountNoun(
            self.one + english,
            self.many + english,
            self.first + russian,
            self.second + russian,
            self.several + russian,
            self.plural + russian,
            self.gender,
        )

    def after_limit(self, count: int) -> str:
        """The Russian genitive after "не менее 3", "от 2 до 5"."""
        return f"{count} {self.second if ends_in_one(count) else self.several}"


_PURCHASE = CountNoun("purchase", "purchases", "покупка", "покупки", "покупок", "покупки")
_NOUNS = {
    "events": CountNoun("event", "events", "событие", "события", "событий", "события", "n"),
    "purchases": _PURCHASE,
    "purchase_items": CountNoun(
        "purchase item",
        "purchase items",
        "позиция покупки",
        "позиции покупки",
        "позиций покупок",
        "позиции покупок",
    ),
    "payments": CountNoun("payment", "payments", "платёж", "платежа", "платежей", "платежи", "m"),
    "interactions": CountNoun(
        "interaction", "interactions", "обращение", "обращения", "обращений", "обращения", "n"
    ),
    "feedback": CountNoun("review", "reviews", "отзыв", "отзыва", "отзывов", "отзывы", "m"),
    "returns": CountNoun("return", "returns", "возврат", "возврата", "возвратов", "возвраты", "m"),
    "carts": CountNoun("cart", "carts", "корзина", "корзины", "корзин", "корзины"),
    "web_goals": CountNoun(
        "web goal", "web goals", "цель на сайте", "цели на сайте", "целей на сайте", "цели на сайте"
    ),
    "social_interactions": CountNoun(
        "social interaction",
        "social interactions",
        "действие в соцсетях",
        "действия в соцсетях",
        "действий в соцсетях",
        "действия в соцсетях",
        "n",
    ),
    "deals": CountNoun("deal", "deals", "сделка", "сделки", "сделок", "сделки"),
    "leads": CountNoun("lead", "leads", "заявка", "заявки", "заявок", "заявки"),
    "subscriptions": CountNoun(
        "subscription", "subscriptions", "подписка", "подписки", "подписок", "подписки"
    ),
    "relations": CountNoun("relation", "relations", "связь", "связи", "связей", "связи"),
}
_ROW = CountNoun("row", "rows", "запись", "записи", "записей", "записи")
_ORDINALS: dict[Gender, tuple[str, str, str]] = {
    "m": ("первый", "последний", "был"),
    "f": ("первая", "последняя", "была"),
    "n": ("первое", "последнее", "было"),
}
_AGO_EN = {
    "=": "exactly {} ago", "!=": "other than {} ago", "<": "less than {} ago",
    "<=": "at most {} ago", ">": "more than {} ago", ">=": "at least {} ago",
}  # fmt: skip
_AGO_RU = {
    "=": "ровно {} назад", "!=": "не ровно {} назад", "<": "менее {} назад",
    "<=": "не более {} назад", ">": "более {} назад", ">=": "не менее {} назад",
}  # fmt: skip
_VOWELS = tuple("aeiouAEIOU")


def name_rows(behavior: Behavior, language: Language, *, where: str = "") -> CountNoun:
    """What is counted, with its name and the condition on its rows.

    Parameters
    ----------
    behavior
        What a customer did.
    language
        Of `where` and of the quotation marks.
    where
        The condition on the rows, as a sentence; empty where there is none.
    """
    suffix = f" ({where})" if where else ""
    if isinstance(behavior, Did):
        name, noun = quote_text(behavior.did, language), _NOUNS["events"]
        named = replace(noun, one=f"{name} {noun.one}", many=f"{name} {noun.many}")
        suffix_ru = f" {name}{suffix}"
        return named.of(suffix, suffix_ru)
    if isinstance(behavior, Had):
        known = _NOUNS.get(behavior.had)
        of_table = quote_text(behavior.had, language)
        noun = known or _ROW.of(f" of {of_table}", f" в {of_table}")
        return noun.of(suffix, suffix)
    english, russian = _name_goods(behavior, language)
    return _PURCHASE.of(english + suffix, russian + suffix)


def _name_goods(behavior: Bought, language: Language) -> tuple[str, str]:
    goods, english, russian = behavior.bought, "", ""
    if goods.product is not None:
        product = quote_text(goods.product, language)
        english, russian = f" of product {product}", f" товара {product}"
    if goods.category is not None:
        category = quote_text(goods.category, language)
        english += f" in category {category}"
        russian += f" в категории {category}"
    return english, russian


def _say_period(rows: Rows, language: Language) -> str:
    if rows.within_days is not None:
        return say_window(rows.within_days).to(language)
    if rows.between is None:
        return ""
    first, last = (read_value(day, language) for day in rows.between)
    return f"from {first} to {last}" if language == "en" else f"с {first} по {last}"


def join_period(rows: Rows, text: str, language: Language) -> str:
    """The words with the period of the rows: behind them in English, before them in Russian."""
    period = _say_period(rows, language)
    return " ".join(filter(None, (text, period) if language == "en" else (period, text)))


def read_behavior(
    leaf: RuleLeaf, language: Language, *, where: str = "", holds: bool = True
) -> tuple[str, Joint | None]:
    """The leaf of a rule in words, and the conjunction at their top level.

    Parameters
    ----------
    leaf
        What to read.
    language
        "en" or "ru".
    where
        The condition on its rows, as a sentence; of a sequence it is left out.
    holds
        False for the opposite.
    """
    if isinstance(leaf, Did | Had | Bought):
        noun = name_rows(leaf, language, where=where)
        return join_period(leaf, _say_count(leaf, noun, language, holds=holds), language), None
    if isinstance(leaf, Spent):
        return _say_spent(leaf, language, where, holds=holds), None
    if isinstance(leaf, Occasion):
        return _say_occasion(leaf, language, where, holds=holds)
    if isinstance(leaf, Sequence):
        return _say_sequence(leaf, language, holds=holds), None
    if isinstance(leaf, Member):
        return _say_member(leaf, language, holds=holds), None
    return _say_score(leaf, language, holds=holds)


def _say_count(
    leaf: Did | Had | Bought, noun: CountNoun, language: Language, *, holds: bool
) -> str:
    least, most = leaf.least, leaf.at_most
    if not holds and least > 0 and most is not None:
        if least == most:
            if language == "en":
                return f"did not have exactly {pluralize(most, 'en', noun.one, noun.many)}"
            count = pluralize(most, "ru", noun.first, noun.second, noun.several)
            return f"было не ровно {count}"
        if language == "en":
            return (
                f"had fewer than {least} or more than {pluralize(most, 'en', noun.one, noun.many)}"
            )
        return f"было менее {least} или более {noun.after_limit(most)}"
    if not holds:
        least, most = (0, least - 1) if most is None else (most + 1, None)
    say = _say_count_en if language == "en" else _say_count_ru
    return say(least, most, noun)


def _say_count_en(least: int, most: int | None, noun: CountNoun) -> str:
    if most is None:
        return f"had {noun.many}" if least == 1 else f"had at least {least} {noun.many}"
    if most == 0:
        return f"had no {noun.many}"
    counted = pluralize(most, "en", noun.one, noun.many)
    if least == most:
        return f"had exactly {counted}"
    return f"had at most {counted}" if least == 0 else f"had from {least} to {counted}"


def _say_count_ru(least: int, most: int | None, noun: CountNoun) -> str:
    if most is None:
        return f"были {noun.plural}" if least == 1 else f"было не менее {noun.after_limit(least)}"
    if most == 0:
        return f"не было {noun.several}"
    if least == most:
        verb = _ORDINALS[noun.gender][2] if ends_in_one(most) else "было"
        count = pluralize(most, "ru", noun.first, noun.second, noun.several)
        return f"{verb} ровно {count}"
    if least == 0:
        return f"было не более {noun.after_limit(most)}"
    return f"было от {least} до {noun.after_limit(most)}"


def _say_spent(leaf: Spent, language: Language, where: str, *, holds: bool) -> str:
    compared = compare_with_value(
        leaf.spent if holds else INVERSE[leaf.spent], leaf.value, language
    )
    condition = f" ({where})" if where else ""
    period = _say_period(leaf, language)
    parts = ("the sum of purchases" + condition, period, compared)
    if language == "ru":
        parts = ("сумма покупок" + condition, period, compared)
    return " ".join(filter(None, parts))


def _say_occasion(
    leaf: Occasion, language: Language, where: str, *, holds: bool
) -> tuple[str, Joint | None]:
    noun = name_rows(leaf.behavior, language, where=where)
    op = leaf.op if holds else INVERSE[leaf.op]
    when = _say_days_ago(op, leaf.days_ago, language) if leaf.on is None else ""
    if leaf.on is not None:
        when = _say_day(op, leaf.on, language)
    period = _say_period(leaf.behavior, language)
    if language == "en":
        which = "last" if leaf.first is None else "first"
        said = " ".join(filter(None, (f"the {which} {noun.one}", period, f"was {when}")))
        never = " ".join(filter(None, (f"had no {noun.many}", period)))
    else:
        first, last, was = _ORDINALS[noun.gender]
        which = last if leaf.first is None else first
        said = " ".join(filter(None, (f"{which} {noun.first}", period, f"{was} {when}")))
        never = " ".join(filter(None, (period, f"не было {noun.several}")))
    if holds:
        return said, None
    return f"{never} {'or' if language == 'en' else 'или'} {said}", "or"


def _say_days_ago(op: str, days: int | None, language: Language) -> str:
    count = days or 0
    if language == "en":
        return _AGO_EN[op].format(pluralize(count, "en", "day", "days"))
    if op in ("=", "!="):
        return _AGO_RU[op].format(pluralize(count, "ru", "день", "дня", "дней"))
    return _AGO_RU[op].format(f"{count} {'дня' if ends_in_one(count) else 'дней'}")


def _say_day(op: str, day: date, language: Language) -> str:
    words = compare_with_value(op, day.isoformat(), language)
    return words.removeprefix("is ").removeprefix("— ")


def _say_sequence(leaf: Sequence, language: Language, *, holds: bool) -> str:
    nouns = [name_rows(step, language) for step in leaf.sequence]
    if language == "en":
        named = [_add_article(noun.one) for noun in nouns]
        span = (
            f" within {pluralize(leaf.within_days, 'en', 'day', 'days')}"
            if leaf.within_days
            else ""
        )
        if holds:
            return f"had {' and then '.join(named)}{span}"
        return f"did not have {' and then '.join(named)}{span}"
    span = ""
    if leaf.within_days:
        days = "дня" if ends_in_one(leaf.within_days) else "дней"
        span = f", в пределах {leaf.within_days} {days}"
    steps = f"сначала {', затем '.join(noun.first for noun in nouns)}{span}"
    return steps if holds else f"не было такого: {steps}"


def _add_article(noun: str) -> str:
    return f"{'an' if noun.lstrip(chr(34)).startswith(_VOWELS) else 'a'} {noun}"


def _say_member(leaf: Member, language: Language, *, holds: bool) -> str:
    name = quote_text(leaf.segment, language)
    if language == "en":
        return f"is {'' if holds else 'not '}in segment {name}"
    return f"{'' if holds else 'не '}входит в сегмент {name}"


def _say_score(leaf: Score, language: Language, *, holds: bool) -> tuple[str, Joint | None]:
    name = quote_text(leaf.score, language)
    compared = compare_with_value(leaf.op if holds else INVERSE[leaf.op], leaf.value, language)
    if language == "en":
        gap = "" if holds else "is missing or "
        return f"score {name} {gap}{compared}", None if holds else "or"
    gap = "" if holds else "отсутствует или "
    return f"оценка {name} {gap}{compared}", None if holds else "or"
