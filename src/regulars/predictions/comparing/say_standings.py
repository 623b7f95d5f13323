"""The words beside a comparison: how rows were separated, what a random split hides, whether more helps."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.intervals import Interval
from regulars.evaluate.splits import Round
from regulars.features.sentences import format_number, format_share, quote
from regulars.predictions.comparing.standings import Ordering, SplitKind
from regulars.schema.wording import Language, Wording, pluralize

__all__ = ["say_chosen_before", "say_folds", "say_gap", "say_in_order", "say_more"]

_LITTLE = 0.003
_LANGUAGES: tuple[Language, Language] = ("en", "ru")


def say_folds(
    n: int,
    n_folds: int,
    *,
    keeps_twins: bool,
    n_owners: int | None = None,
    drawn_of: int | None = None,
) -> Wording:
    """That the rows were dealt at random, which of them stay together, and of how many they were drawn."""
    told = {language: format_number(n, language) for language in _LANGUAGES}
    twins = Wording(
        en="; those with identical features stay together" if keeps_twins else "",
        ru="; те, у кого все признаки совпадают, всегда в одном" if keeps_twins else "",
    )
    whom = Wording(en=f"{told['en']} customers", ru=f"{told['ru']} клиентов")
    if n_owners is not None:
        whom = Wording(
            en=f"{told['en']} rows of {format_number(n_owners, 'en')} customers",
            ru=f"Строки ({told['ru']}), клиентов в них {format_number(n_owners, 'ru')},",
        )
        twins = Wording(
            en="; all rows of a customer stay together", ru="; все строки клиента всегда в одном"
        )
    if drawn_of is not None and drawn_of > n:
        everybody = {language: format_number(drawn_of, language) for language in _LANGUAGES}
        whom = Wording(
            en=f"Of {everybody['en']} customers {told['en']} were drawn at random, which is enough for narrow"
            " intervals. They",
            ru=f"Из {everybody['ru']} клиентов случайно взяты {told['ru']}: для узких интервалов этого"
            " достаточно. Они",
        )
    return Wording(
        en=f"{whom.en} were dealt at random into {n_folds} folds with the same "
        f"share of the outcome{twins.en}. Each is tested once, by models that were not shown them. If "
        "later customers differ, expect less: --split time.",
        ru=f"{whom.ru} случайно разделены на {n_folds} блоков с одинаковой долей "
        f"исхода{twins.ru}. Каждый проверен один раз моделями, которым его не показывали. Если со "
        "временем клиенты меняются, ждите меньшего: --split time.",
    )


def say_in_order(
    split: SplitKind,
    tests: Sequence[Round],
    ordering: Ordering,
    gap: float,
    labels: NDArray[np.float64] | None,
) -> Wording:
    """That later rows were tested by what was learnt from earlier ones, and how the outcome differs.

    Without `labels` of yes and no the second is left out.
    """
    said = _say_in_order(split, tests, ordering, gap)
    if labels is None:
        return said
    shares = _say_shares(tests, labels)
    return Wording(en=f"{said.en} {shares.en}", ru=f"{said.ru} {shares.ru}")


def _say_shares(tests: Sequence[Round], labels: NDArray[np.float64]) -> Wording:
    """How frequent the outcome is where models learn, and where they are tested."""
    learnt = float(np.mean([labels[part.learn].mean() for part in tests]))
    tested = float(labels[np.any([part.test for part in tests], axis=0)].mean())
    share = {
        language: [format_share(one, language) for one in (learnt, tested)]
        for language in _LANGUAGES
    }
    return Wording(
        en=f"The outcome came to {share['en'][0]} of those who teach and to {share['en'][1]} of those who "
        "test.",
        ru=f"Исход был у {share['ru'][0]} тех, на ком учатся, и у {share['ru'][1]} тех, на ком проверяют.",
    )


def _say_in_order(
    split: SplitKind, tests: Sequence[Round], ordering: Ordering, gap: float
) -> Wording:
    learnt = round(sum(int(part.learn.sum()) for part in tests) / len(tests))
    tested = sum(int(part.test.sum()) for part in tests)
    figures = {
        language: [format_number(number, language) for number in (learnt, tested)]
        for language in _LANGUAGES
    }
    by = {
        "en": "the file" if ordering.unit == "rows" else quote(ordering.name, "en"),
        "ru": "в порядке файла"
        if ordering.unit == "rows"
        else f"по возрастанию {quote(ordering.name, 'ru')}",
    }
    left = _say_empty(ordering, gap)
    if split == "time":
        return Wording(
            en=f"The rows stand in the order of {by['en']}. The first two thirds ({figures['en'][0]}) teach, the last third "
            f"({figures['en'][1]}) tests{left.en}. The model was chosen on earlier stretches, before "
            "the last third was looked at.",
            ru=f"Строки идут {by['ru']}. Первые две трети ({figures['ru'][0]}) учат, последняя треть "
            f"({figures['ru'][1]}) проверяет{left.ru}. Модель выбрана на более ранних отрезках, до того "
            "как посмотрели на последнюю треть.",
        )
    count = {
        "en": pluralize(len(tests), "en", "time", "times"),
        "ru": pluralize(len(tests), "ru", "раз", "раза", "раз"),
    }
    return Wording(
        en=f"The rows stand in the order of {by['en']}. A window of {figures['en'][0]} rows moves on through them: the models "
        f"learn from it and are tested on what comes next{left.en}, {count['en']}, {figures['en'][1]} rows in "
        "all. The model was chosen within the first window.",
        ru=f"Строки идут {by['ru']}. По ним движется окно в {figures['ru'][0]} строк: модели учатся на нём и "
        f"проверяются на том, что идёт следом{left.ru}, {count['ru']}, всего {figures['ru'][1]} строк. Модель "
        "выбрана внутри первого окна.",
    )


def _say_empty(ordering: Ordering, gap: float) -> Wording:
    if not gap:
        return Wording(en="", ru="")
    number = {language: format_number(gap, language) for language in _LANGUAGES}
    units = {
        "days": ("days", "дней"),
        "rows": ("rows", "строк"),
        "numbers": ("of the column", "по столбцу"),
    }[ordering.unit]
    return Wording(
        en=f", with {number['en']} {units[0]} left empty between them",
        ru=f"; между ними оставлено пустым: {number['ru']} {units[1]}",
    )


def say_chosen_before(reason: Wording) -> Wording:
    """The reason of a choice that was made on earlier rows than the figures are of."""
    return Wording(
        en=f"Chosen on earlier rows, before the figures here were known: {reason.en}",
        ru=f"Выбрана на более ранних строках, до того как стали известны эти цифры: {reason.ru}",
    )


def say_gap(
    at_random: Interval, honest: Interval, *, together: Interval | None, blind: Interval | None
) -> Wording:
    """What a random split would have said, beside what holds for later rows.

    Parameters
    ----------
    at_random, honest
        ROC-AUC of the chosen model in random folds, and the mean over tests of later rows.
    together
        The same with all tests in one ranking; None where there is one test only.
    blind
        That figure for a model that says the base rate of its window for everybody.
    """
    return Wording(
        en=_say_gap(at_random, honest, together, blind, "en"),
        ru=_say_gap(at_random, honest, together, blind, "ru"),
    )


def _say_gap(
    at_random: Interval,
    honest: Interval,
    together: Interval | None,
    blind: Interval | None,
    language: Language,
) -> str:
    would, own = _figure(at_random.mean, language), _figure(honest.mean, language)
    gap = at_random.mean - honest.mean
    beyond = _figure(abs(gap), language)
    is_beyond = at_random.low > honest.high or at_random.high < honest.low
    english, russian = _ENDINGS[(is_beyond, gap > 0)]
    if language == "en":
        text = f"A random split would have said {would}; on later rows it is {own}"
        text += english.format(beyond=beyond)
        if together is not None and blind is not None:
            text += (
                f" With all tests in one ranking it is {_figure(together.mean, 'en')}: the share of the "
                "outcome changes with time, and one who only says that share for everybody reaches "
                f"{_figure(blind.mean, 'en')} there. For the list of one day, {own} counts."
            )
        return text
    text = f"Случайное деление показало бы {would}; на более поздних строках — {own}"
    text += russian.format(beyond=beyond)
    if together is not None and blind is not None:
        text += (
            f" Если сложить все проверки в один ряд, будет {_figure(together.mean, 'ru')}: доля исхода "
            "меняется со временем, и тот, кто лишь называет всем эту долю, набирает там "
            f"{_figure(blind.mean, 'ru')}. Для списка одного дня важно {own}."
        )
    return text


_ENDINGS = {
    (True, True): (
        ": {beyond} of it is not there when the model meets customers of another time.",
        ": {beyond} пропадает, когда модель встречает клиентов другого времени.",
    ),
    (True, False): (
        ", {beyond} more: later customers are easier to tell apart.",
        ", на {beyond} больше: более поздних клиентов различить легче.",
    ),
    (False, True): (
        ", no further apart than chance explains: here time hides little.",
        ", разница не больше случайной: время здесь скрывает мало.",
    ),
    (False, False): (
        ", no further apart than chance explains: here time hides little.",
        ", разница не больше случайной: время здесь скрывает мало.",
    ),
}
"""By whether the two are apart beyond chance, and whether the random one is higher."""


def say_more(
    half: Interval, full: Interval, gain: float, error: float, *, looked_at: int, rounds: int
) -> Wording:
    """Whether more customers would help, by what the second half of them brought.

    Parameters
    ----------
    half, full
        ROC-AUC learnt from half of the customers, and from all.
    gain, error
        Their difference on the same tests, and its standard error.
    looked_at, rounds
        In how many of the rounds both were measured: where it is not all, the figures are not those of the
        table, and that is said.

    Examples
    --------
    >>> half, full = Interval(0.80, 0.79, 0.81), Interval(0.82, 0.81, 0.83)
    >>> print(say_more(half, full, 0.02, 0.004, looked_at=2, rounds=5).en)
    Learnt from half of the customers ROC-AUC is 0.800, from all of them 0.820, both in the 2 of 5 tests that were looked at (by 0.020 ± 0.008 more): twice as many would probably help again.
    """
    helps = gain > _LITTLE and gain > 1.96 * error
    where = Wording(en="", ru="")
    if looked_at < rounds:
        tests = pluralize(looked_at, "ru", "проверке", "проверках", "проверках")
        where = Wording(
            en=f", both in the {looked_at} of {rounds} tests that were looked at",
            ru=f", то и другое в {tests} из {rounds}",
        )
    return Wording(
        en=_say_more(half, full, gain, error, where, "en", helps=helps),
        ru=_say_more(half, full, gain, error, where, "ru", helps=helps),
    )


def _say_more(
    half: Interval,
    full: Interval,
    gain: float,
    error: float,
    where: Wording,
    language: Language,
    *,
    helps: bool,
) -> str:
    less, all_ = _figure(half.mean, language), _figure(full.mean, language)
    by, spread = _figure(gain, language), _figure(1.96 * error, language)
    if language == "en":
        end = (
            "twice as many would probably help again."
            if helps
            else "more of the same kind would hardly help; other features might."
        )
        return (
            f"Learnt from half of the customers ROC-AUC is {less}, from all of them {all_}{where.en} "
            f"(by {by} ± {spread} more): {end}"
        )
    end = (
        "вдвое больше клиентов, скорее всего, снова помогли бы."
        if helps
        else "больше таких же клиентов вряд ли поможет; могут помочь другие признаки."
    )
    return f"На половине клиентов ROC-AUC {less}, на всех — {all_}{where.ru} (разница {by} ± {spread}): {end}"


def _figure(value: float, language: Language) -> str:
    text = f"{value:.3f}"
    return text.replace(".", ",") if language == "ru" else text
