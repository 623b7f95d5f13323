"""Is there enough? The sample against the method, and a longer period when there is not."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal, get_args

from regulars.errors import InvalidParameterError, UnknownNameError
from regulars.quality.numbers import format_count, format_number, format_units
from regulars.schema.wording import Wording

__all__ = [
    "METHODS",
    "Advice",
    "Method",
    "Period",
    "advise_sample_size",
    "widen_period",
]

Method = Literal["traditional", "naive_bayes", "logistic", "clustering", "boosting", "deep"]
METHODS: tuple[Method, ...] = get_args(Method)

FEWEST_CUSTOMERS = 10_000
FEWEST_POINTS = 50_000
EVENTS_PER_FEATURE = 10
# Below this many of the rarer outcome, every figure of quality is mostly chance.
_FEWEST_EVENTS = 30
_FEWEST_MONTHS = 3
_LEARNING = ("boosting", "deep")
_CLASSIFYING = ("naive_bayes", "logistic", "boosting", "deep")


@dataclass(frozen=True, slots=True)
class Advice:
    """Whether the data is enough for the method, and what to do if it is not.

    Attributes
    ----------
    is_enough
        Nothing speaks against the method.
    prefers_traditional
        Traditional methods (rules, RFM, k-means, logistic regression) are the better choice.
    most_features
        How many features the number of events supports; None when no outcome is predicted.
    sentences
        What was compared, and what follows.
    """

    is_enough: bool
    prefers_traditional: bool
    most_features: int | None
    sentences: tuple[Wording, ...] = field(default=())

    def to_dict(self) -> dict[str, object]:
        """The advice as plain values."""
        return {
            **asdict(self),
            "sentences": [sentence.model_dump() for sentence in self.sentences],
        }


@dataclass(frozen=True, slots=True)
class Period:
    """How many months back are needed to have enough.

    Attributes
    ----------
    months
        How many of the latest months are taken.
    count
        What they hold.
    is_enough
        Whether that reaches what was asked; False when all the months do not.
    was_widened
        Whether it is longer than what was asked first.
    sentence
        The same in words.
    """

    months: int
    count: int
    is_enough: bool
    was_widened: bool
    sentence: Wording


def advise_sample_size(
    n_customers: int,
    n_positive: int | None = None,
    n_rows: int | None = None,
    method: Method = "logistic",
    months: float | None = None,
    *,
    n_features: int | None = None,
    is_growing: bool = False,
    is_regularized: bool = False,
) -> Advice:
    """Whether there is enough for the method, and what to do if not.

    The figures: under 10,000 customers, and with no new data every month, prefer traditional
    methods; learning methods (boosting, deep networks) want 50,000 data points and a constant
    flow; and each feature of a regression wants ten events of the rarer outcome (Peduzzi et al.
    1996, doi:10.1016/S0895-4356(96)00236-3).

    Parameters
    ----------
    n_customers
        How many customers.
    n_positive
        How many of them have the outcome (left, bought); None when none is predicted.
    n_rows
        Data points: rows of events or purchases; None for one per customer.
    method
        What is to be fitted.
    months
        How long a period the data covers; None when unknown.
    n_features
        How many features are meant to be used.
    is_growing
        Whether new data comes every month.
    is_regularized
        Whether the method holds back features by itself (a penalty, shallow trees): too many of
        them are then worth a word, and no fault.

    Returns
    -------
    Advice
        With sentences in both languages.

    Raises
    ------
    UnknownNameError
        There is no such method.
    InvalidParameterError
        A count is below 0, or there are more positives than customers.

    Examples
    --------
    >>> advice = advise_sample_size(7043, 1869, method="boosting")
    >>> advice.is_enough, advice.most_features
    (False, 186)
    >>> print(advice.sentences[0].en)
    There are 7,043 customers, fewer than 10,000, without months of new data: prefer traditional
    methods (rules, RFM, k-means, logistic regression).
    """
    _check_counts(n_customers, n_positive, n_rows, method)
    points = max(n_rows or 0, n_customers)
    prefers = n_customers < FEWEST_CUSTOMERS and not is_growing
    events = None if n_positive is None else min(n_positive, n_customers - n_positive)
    sentences = [_word_customers(n_customers, is_growing=is_growing, prefers=prefers)]
    against = prefers and method in _LEARNING
    if method in _LEARNING:
        sentences.append(_word_points(points))
        against = against or points < FEWEST_POINTS or not is_growing
        if not is_growing:
            sentences.append(_NO_FLOW)
    if events is not None and method in _CLASSIFYING:
        sentences.append(_word_events(events, n_features, is_regularized=is_regularized))
        against = against or _has_too_few_events(events, 0 if is_regularized else n_features)
    if months is not None and months < _FEWEST_MONTHS:
        sentences.append(_SHORT)
        against = True
    if n_customers < _FEWEST_EVENTS:
        against = True
    return Advice(
        is_enough=not against,
        prefers_traditional=prefers,
        most_features=None if events is None else events // EVENTS_PER_FEATURE,
        sentences=tuple(sentences),
    )


def widen_period(counts: Sequence[tuple[str, int]], *, months: int, needed: int) -> Period:
    """The shortest period, of at least `months`, that holds `needed`: widened month by month.

    Parameters
    ----------
    counts
        (month as "2026-01", how many) in any order: customers, events, points.
    months
        How many of the latest months were asked for.
    needed
        How many are enough.

    Returns
    -------
    Period
        `is_enough` is False when even all the months hold fewer.

    Examples
    --------
    >>> history = [("2025-11", 400), ("2025-12", 300), ("2026-01", 500)]
    >>> widen_period(history, months=1, needed=700).months
    2
    """
    if months < 1:
        raise InvalidParameterError(
            en=f"months is {months}. Ask for at least 1 month.",
            ru=f"months = {months}. Нужен хотя бы 1 месяц.",
        )
    latest_first = [count for _, count in sorted(counts, reverse=True)]
    taken = min(months, len(latest_first))
    while taken < len(latest_first) and sum(latest_first[:taken]) < needed:
        taken += 1
    count = sum(latest_first[:taken])
    is_enough = count >= needed
    was_widened = taken > months
    return Period(
        months=taken,
        count=count,
        is_enough=is_enough,
        was_widened=was_widened,
        sentence=_word_period(taken, count, needed, months),
    )


def _check_counts(
    n_customers: int, n_positive: int | None, n_rows: int | None, method: str
) -> None:
    if method not in METHODS:
        raise UnknownNameError("method", method, METHODS, ru="метода")
    for name, count in (
        ("n_customers", n_customers),
        ("n_positive", n_positive),
        ("n_rows", n_rows),
    ):
        if count is not None and count < 0:
            raise InvalidParameterError(
                en=f"{name} is {count}. A count is never below 0.",
                ru=f"{name} = {count}. Счётчик не бывает меньше 0.",
            )
    if n_positive is not None and n_positive > n_customers:
        raise InvalidParameterError(
            en=f"n_positive is {n_positive}, more than n_customers, which is {n_customers}. "
            "Count customers with the outcome, not rows.",
            ru=f"n_positive = {n_positive} больше, чем n_customers = {n_customers}. Считайте "
            "клиентов с исходом, а не строки.",
        )


def _has_too_few_events(events: int, n_features: int | None) -> bool:
    return events < max(_FEWEST_EVENTS, EVENTS_PER_FEATURE * (n_features or 0))


def _word_customers(count: int, *, is_growing: bool, prefers: bool) -> Wording:
    en = f"There are {format_units(count, 'en', 'customer')}"
    ru = f"В базе {format_units(count, 'ru', 'customer')}"
    if prefers:
        return Wording(
            en=f"{en}, fewer than 10,000, without months of new data: prefer traditional methods "
            "(rules, RFM, k-means, logistic regression).",
            ru=f"{ru}, меньше 10\u00a0000, и истории за несколько месяцев нет: лучше "
            "традиционные методы (правила, RFM, k-средние, логистическая регрессия).",
        )
    if count < FEWEST_CUSTOMERS:
        return Wording(
            en=f"{en}, fewer than 10,000, but new data comes every month: compare learning methods "
            "with traditional ones.",
            ru=f"{ru}, меньше 10\u00a0000, но новые данные поступают каждый месяц: сравните "
            "обучаемые методы с традиционными.",
        )
    return Wording(
        en=f"{en}: enough for traditional methods.",
        ru=f"{ru}: для традиционных методов достаточно.",
    )


def _word_points(points: int) -> Wording:
    number_en, number_ru = format_number(points, "en"), format_number(points, "ru")
    if points >= FEWEST_POINTS:
        return Wording(
            en=f"{number_en} data points reach the 50,000 that learning methods want.",
            ru=f"Точек данных {number_ru}: обучаемым методам нужно 50 000, этого достаточно.",
        )
    return Wording(
        en=f"Learning methods want 50,000 data points; there are {number_en}.",
        ru=f"Обучаемым методам нужно 50 000 точек данных, а есть {number_ru}.",
    )


def _word_events(events: int, n_features: int | None, *, is_regularized: bool) -> Wording:
    number_en = format_number(events, "en")
    times_ru = format_count(events, "ru", "раз", "раза", "раз")
    most = events // EVENTS_PER_FEATURE
    if events < _FEWEST_EVENTS:
        return Wording(
            en=f"The rarer outcome occurs {number_en} times, fewer than 30: widen the period or "
            "choose another outcome.",
            ru=f"Более редкий исход встречается {times_ru}, меньше 30: расширьте период "
            "или выберите другой исход.",
        )
    if n_features is not None and n_features > most:
        too_many = _REGULARIZED if is_regularized else _REGULARIZE
        return Wording(
            en=f"{number_en} events of the rarer outcome support "
            f"{format_count(most, 'en', 'feature', 'features')} at ten events each; "
            f"{format_number(n_features, 'en')} are {too_many.en}",
            ru=f"Более редкий исход встречается {times_ru}: по правилу «десять событий на "
            f"признак» этого хватит на {format_count(most, 'ru', 'признак', 'признака', 'признаков')}, "
            f"а взято {format_number(n_features, 'ru')}{too_many.ru}",
        )
    return Wording(
        en=f"{number_en} events of the rarer outcome support up to "
        f"{format_count(most, 'en', 'feature', 'features')} (ten events each).",
        ru=f"Более редкий исход встречается {times_ru}: этого хватит на "
        f"{format_count(most, 'ru', 'признак', 'признака', 'признаков')} "
        "(по десять событий на каждый).",
    )


def _word_period(taken: int, count: int, needed: int, asked: int) -> Wording:
    months_en = format_count(taken, "en", "month", "months")
    months_ru = format_count(taken, "ru", "месяц", "месяца", "месяцев")
    counts_en, counts_ru = format_number(count, "en"), format_number(count, "ru")
    needed_en, needed_ru = format_number(needed, "en"), format_number(needed, "ru")
    if count < needed:
        return Wording(
            en=f"Even {months_en}, all there are, hold {counts_en} of the {needed_en} needed.",
            ru=f"Даже за все доступные {months_ru} набирается {counts_ru} из нужных {needed_ru}.",
        )
    start_en, start_ru = "The period of", "Период в"
    if taken > asked:
        start_en, start_ru = "The period was widened to", "Период расширен, теперь это"
    return Wording(
        en=f"{start_en} {months_en}: {counts_en}, and {needed_en} are needed.",
        ru=f"{start_ru} {months_ru}: {counts_ru} при нужных {needed_ru}.",
    )


_REGULARIZE = Wording(
    en="too many: select or regularize.",
    ru=": отберите признаки или включите регуляризацию.",
)
_REGULARIZED = Wording(
    en="used, so the models are regularized: they hold back what tells little.",
    ru=", поэтому модели с регуляризацией: она сдерживает признаки, которые мало что говорят.",
)
_NO_FLOW = Wording(
    en="Learning methods want a constant flow of new data; none is known.",
    ru="Обучаемым методам нужен постоянный поток новых данных, а о нём ничего не известно.",
)
_SHORT = Wording(
    en="The data covers less than 3 months: seasons and habits cannot be told apart.",
    ru="Данные охватывают меньше 3 месяцев: сезонность не отличить от привычек.",
)
