"""What the verbs say while they work, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.schema.wording import LANGUAGES, Wording, format_share, pluralize

if TYPE_CHECKING:
    from collections.abc import Callable

    from regulars.predictions import ChurnComparison
    from regulars.schema.wording import Language

__all__ = ["say_rule", "speak"]

_STAGES = {
    "read": Wording(en="Reading {name}", ru="Чтение {name}"),
    "conform": Wording(en="Bringing columns into shape", ru="Приведение столбцов"),
    "check": Wording(en="Checking rows", ru="Проверка строк"),
    "commit": Wording(en="Writing to the lake", ru="Запись в озеро данных"),
    "describe": Wording(en="Describing tables", ru="Описание таблиц"),
    "look": Wording(en="Looking for what is wrong", ru="Поиск ошибок в данных"),
    "features": Wording(en="Building features", ru="Построение признаков"),
    "history": Wording(
        en="Building features at {count} dates", ru="Построение признаков на даты: {count}"
    ),
    "leaks": Wording(
        en="Looking for columns that know the outcome", ru="Поиск столбцов, знающих исход"
    ),
    "segments": Wording(en="Finding segments", ru="Поиск сегментов"),
    "before": Wording(
        en="Looking for what comes before leaving", ru="Поиск того, что бывает до ухода"
    ),
    "unusual": Wording(en="Looking for the unusual", ru="Поиск необычного"),
    "shorten": Wording(en="Looking for short rules", ru="Поиск коротких правил"),
    "rules": Wording(en="Looking for what goes together", ru="Поиск того, что бывает вместе"),
    "purchases": Wording(en="Counting purchases", ru="Подсчёт покупок"),
    "value": Wording(en="Estimating lifetime value", ru="Оценка пожизненной ценности"),
    "compare": Wording(en="Comparing methods of clustering", ru="Сравнение методов кластеризации"),
    "rhythms": Wording(en="Finding rhythms", ru="Поиск ритмов"),
    "tree": Wording(en="Growing the tree of customers", ru="Построение дерева клиентов"),
    "refresh": Wording(en="Looking up the members of segments", ru="Поиск участников сегментов"),
    "reasons": Wording(en="Putting reasons into words", ru="Формулировка причин"),
    "report": Wording(en="Writing the report", ru="Подготовка отчёта"),
    "remedies": Wording(
        en="Weighing what could be done: {column}", ru="Цена возможных мер: {column}"
    ),
    "challenge": Wording(
        en="Comparing with the model in use", ru="Сравнение с моделью, которая в деле"
    ),
    "demo": Wording(en="Making the company", ru="Создание компании"),
    "verify": Wording(en="Verifying {name}", ru="Проверка {name}"),
    "key": Wording(
        en="Moving the key out of the results, to {name}",
        ru="Перенос ключа из папки с результатами в {name}",
    ),
    "tidy": Wording(en="Tidying the lake", ru="Уборка в озере данных"),
    "seek": Wording(en="Looking for traces", ru="Поиск следов"),
    "erase": Wording(en="Erasing", ru="Стирание"),
    "finish_erasure": Wording(
        en="Finishing an erasure that was interrupted", ru="Завершение прерванного стирания"
    ),
    "wait": Wording(
        en="Another load is being written; waiting for it to finish",
        ru="Идёт другая загрузка; ждём её окончания",
    ),
}


def speak(language: Language) -> Callable[..., str]:
    """A function from a stage's code to its words.

    Examples
    --------
    >>> speak("en")("read", name="customers.csv")
    'Reading customers.csv'
    """

    def say(code: str, **values: str) -> str:
        return _STAGES[code].to(language).format(**values)

    return say


def say_rule(churn: ChurnComparison, top: int | None) -> Wording:
    """Who was asked for on the contact list, as a sentence."""
    if churn.outcome.is_churn:
        left = Wording(en="those who have left already", ru="тех, кто уже ушёл")
        probability = Wording(en="churn probability", ru="вероятностью ухода")
    else:
        left = Wording(en="those who have the outcome already", ru="тех, у кого исход уже есть")
        probability = Wording(en="probability", ru="вероятностью исхода")
    if top is not None:
        first = pluralize(top, "ru", "первый клиент", "первые клиента", "первых клиентов")
        return Wording(
            en=f"The {top} customers highest in the order of this list, without {left.en}.",
            ru=f"По порядку списка {first}, без {left.ru}.",
        )
    bound = {language: format_share(churn.threshold.value, language) for language in LANGUAGES}
    return Wording(
        en=f"Everybody with a {probability.en} of at least {bound['en']}, without {left.en}.",
        ru=f"Все с {probability.ru} не ниже {bound['ru']}, без {left.ru}.",
    )
