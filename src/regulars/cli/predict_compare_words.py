"""What `regulars predict compare` found, as tables and sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from regulars.cli.console import print_lines, print_text
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table

    from regulars.evaluate import Interval, Savings
    from regulars.predictions.comparing.class_standings import ClassStandings
    from regulars.predictions.comparing.groupings import GroupedQuality
    from regulars.predictions.comparing.results import ModelResult, Quality
    from regulars.predictions.comparing.standings import GroupQuality, Standings
    from regulars.predictions.comparing.worth import Worth
    from regulars.predictions.families.names import ModelName
    from regulars.schema.wording import Language
    from regulars.workspace.compared_models import ComparedModels
    from regulars.workspace.leaks import LeakSearch

__all__ = [
    "print_comparison",
    "say_absent_models",
    "say_interval",
    "say_leaks",
    "say_share",
    "tabulate_models",
]

_HEADINGS = {
    "en": ("Model", "ROC-AUC", "All tests\nin one", "PR-AUC", "Brier", "Log\nloss", "Calib.\nerror", "Over-\nfit"),
    "ru": ("Модель", "ROC-AUC", "Всё одним\nрядом", "PR-AUC", "Брайер", "Лог-\nпотери", "Ошибка\nкалибр.", "Пере-\nобуч."),
}  # fmt: skip
_GROUP_HEADINGS = {
    "en": ("Group", "Customers", "Outcome", "ROC-AUC", "Said", "Came"),
    "ru": ("Группа", "Клиентов", "Исход", "ROC-AUC", "Названо", "Сбылось"),
}
_BASE = Wording(en="{share} of {n} customers have it.", ru="Он есть у {share} из {n} клиентов.")
_DROPPED = Wording(en="Left out: {column}. {evidence}", ru="Исключён: {column}. {evidence}")
_SUSPECT = Wording(
    en="Worth a look: {column}. {evidence}", ru="Стоит проверить: {column}. {evidence}"
)
_ERRORS = Wording(
    en="Where both errors are equally frequent (threshold {threshold}), each outcome is recognized in"
    " {reliability} of cases.",
    ru="Там, где обе ошибки одинаково часты (порог {threshold}), каждый исход распознаётся в"
    " {reliability} случаев.",
)
_CAPACITY = Wording(
    en="Contacting {customers} ({share}) finds {recall} of those with the outcome; it comes with {precision} of"
    " those contacted, {lift} times as often as at random.",
    ru="Обращение к {customers} клиентам ({share}) охватит {recall} тех, у кого будет исход; он будет у"
    " {precision} из них — в {lift} раза чаще, чем при случайном выборе.",
)
_CAPACITY_AT_DATES = Wording(
    en="Contacting the {share} with the highest probability, {customers} contacts over {dates} dates, finds {recall} of"
    " the tests with the outcome; it comes with {precision} of those contacted, {lift} times as often as at random.",
    ru="Обращения к {share} с самой высокой вероятностью (всего {customers}, дат: {dates}) охватят {recall} случаев исхода; он последует за"
    " {precision} обращений — в {lift} раза чаще, чем при случайном выборе.",
)
_PROFIT = Wording(
    en="A campaign at these prices earns at best {profit} per customer of the base, contacting {share}.",
    ru="Кампания при таких ценах принесёт самое большее {profit} на клиента базы, с обращением к {share}.",
)
_SAVINGS = Wording(
    en="Everybody decided by their own prices, {own} of the costs of {without} are saved; by one threshold for all"
    " {threshold}; by a model that is blind to costs {blind}, which is {ahead} less.",
    ru="Если решать о каждом по его ценам, экономится {own} того, что стоит {without}; по одному порогу для"
    " всех — {threshold}; по модели, которая цен не знает, — {blind}, на {ahead} меньше.",
)
_AFTER = Wording(
    en="Chosen in four folds and tested in the fifth, the best model reaches {figure}: so much is left when being the"
    " best of {n} by chance does not count.",
    ru="Если выбирать лучшую модель по четырём блокам, а проверять на пятом, получится {figure}: столько остаётся,"
    " когда случайное первенство среди {n} не в счёт.",
)
_TOO_FEW = Wording(en="too few to tell", ru="слишком мало")

_NOBODY = Wording(en="contacting nobody", ru="не обращаться ни к кому")
_EVERYBODY = Wording(en="contacting everybody", ru="обратиться ко всем")
_LEFT_OUT = Wording(
    en="No time was left for: {names}. Give more: --budget SECONDS.",
    ru="Не хватило времени на: {names}. Дайте больше: --budget СЕКУНД.",
)


def print_comparison(found: ComparedModels, language: Language) -> None:
    """The comparison as a person reads it."""
    from regulars.predictions.comparing.verdict import say_lead_time

    standings, over_time = found.standings, found.over_time
    if standings is not None:
        print_lines(standings.outcome.sentence.to(language))
        print_lines(*say_leaks(found.leaks, language))
        print_lines(standings.said_split.to(language), "")
        print_text(tabulate_models(standings.models, standings, standings.chosen, language))
        print_lines("", standings.reason.to(language))
        print_lines(*_say_standings(standings, language))
        if standings.groups:
            print_lines("")
            print_text(_tabulate_groups(standings.groups, language))
        _print_groupings(found.by_group, language)
    elif over_time is not None:
        print_lines(over_time.outcome.sentence.to(language), over_time.split.to(language), "")
        print_text(tabulate_models(over_time.models, None, over_time.chosen, language))
        print_lines("", over_time.reason.to(language))
        if found.worth is not None:
            said = over_time.threshold.sentence
            print_lines(*_say_worth(said, over_time.quality, found.worth, language))
        if found.lead_time is not None:
            print_lines(say_lead_time(found.lead_time).to(language))
        print_lines(*(one.sentence.to(language) for one in over_time.alarms))
        _print_groupings(found.by_group, language)


def _print_groupings(found: Sequence[GroupedQuality], language: Language) -> None:
    for one in found:
        print_lines("", f"{one.title.to(language)}:")
        groups = [
            replace(group, name=name.to(language))
            for name, group in zip(one.names, one.groups, strict=True)
        ]
        print_text(_tabulate_groups(groups, language))


def say_leaks(leaks: LeakSearch | None, language: Language) -> Iterator[str]:
    """A sentence on each such column."""
    for one in leaks.report() if leaks is not None else ():
        words = _DROPPED if one.is_dropped else _SUSPECT
        yield words.to(language).format(column=one.column, evidence=one.evidence.to(language))


def _say_standings(standings: Standings, language: Language) -> Iterator[str]:
    if standings.said_gap is not None:
        yield standings.said_gap.to(language)
    if standings.after_choosing is not None:
        yield _AFTER.to(language).format(
            figure=say_interval(standings.after_choosing, language), n=len(standings.models)
        )
    yield from _say_worth(standings.said_threshold, standings.quality, standings.worth, language)
    if standings.savings is not None:
        yield _say_savings(standings.savings, language)
    if standings.said_more is not None:
        yield standings.said_more.to(language)
    yield from (alarm.sentence.to(language) for alarm in standings.alarms)
    yield from say_absent_models(standings, language)


def _say_worth(
    said_threshold: Wording, quality: Quality, worth: Worth, language: Language
) -> Iterator[str]:
    """What acting on the chosen model brings: at the threshold, within a capacity, and in money."""
    from regulars.features.sentences import format_number, format_share

    gain = worth.capacity
    yield said_threshold.to(language)
    yield quality.sentence.to(language)
    yield _ERRORS.to(language).format(
        threshold=format_number(quality.equal_errors.threshold, language),
        reliability=format_share(quality.equal_errors.reliability, language),
    )
    capacity = _CAPACITY if quality.dates == 1 else _CAPACITY_AT_DATES
    yield capacity.to(language).format(
        customers=format_number(gain.customers, language),
        dates=quality.dates,
        share=format_share(gain.share, language),
        recall=say_share(gain.recall, language),
        precision=say_share(gain.precision, language),
        lift=format_number(gain.lift.mean, language),
    )
    yield _PROFIT.to(language).format(
        profit=say_interval(worth.profit.profit, language, digits=2),
        share=format_share(worth.profit.share.mean, language),
    )


def say_absent_models(standings: Standings | ClassStandings, language: Language) -> Iterator[str]:
    """What there was no time for, and what is not installed, to somebody who has not named models."""
    from regulars.predictions.fitting.roster import FAMILIES, list_installed, say_absent

    if standings.left_out:
        names = ", ".join(FAMILIES[name].title.to(language) for name in standings.left_out)
        yield _LEFT_OUT.to(language).format(names=names)
    told = {*standings.left_out, *(model.name for model in standings.models)}
    absent = say_absent()
    if absent is not None and told >= set(list_installed()):
        yield absent.to(language)


def _say_savings(savings: Savings, language: Language) -> str:
    cheaper = _NOBODY if savings.nobody <= savings.everybody else _EVERYBODY
    return _SAVINGS.to(language).format(
        own=say_share(savings.by_own_costs, language),
        threshold=say_share(savings.at_one_threshold, language),
        blind=say_share(savings.blind, language),
        ahead=say_share(savings.ahead_of_blind, language),
        without=cheaper.to(language),
    )


def say_share(interval: Interval, language: Language) -> str:
    """A share with its bounds."""
    from regulars.features.sentences import format_share

    mean, low, high = (
        format_share(one, language) for one in (interval.mean, interval.low, interval.high)
    )
    return f"{mean} ({low}–{high})"


def say_interval(interval: Interval, language: Language, *, digits: int = 3) -> str:
    """A figure with its bounds."""
    mean, low, high = (
        _say_figure(one, language, digits=digits)
        for one in (interval.mean, interval.low, interval.high)
    )
    return f"{mean} ({low}–{high})"


def _say_figure(value: float, language: Language, *, digits: int = 3) -> str:
    text = f"{value:.{digits}f}"
    return text.replace(".", ",") if language == "ru" else text


def tabulate_models(
    models: Sequence[ModelResult],
    standings: Standings | None,
    chosen: ModelName,
    language: Language,
) -> Table:
    """The models side by side, the chosen one marked."""
    from rich.table import Table
    from rich.text import Text

    has_together = standings is not None and bool(standings.together)
    left_out = len(_HEADINGS[language]) - 1 if has_together else 2
    headings = [one for place, one in enumerate(_HEADINGS[language]) if place != left_out]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", width=1)
    for place, heading in enumerate(headings):
        justify: Literal["left", "right"] = "right" if place else "left"
        table.add_column(heading, justify=justify, no_wrap=bool(place), overflow="fold")
    for one in models:
        together = [standings.roc_auc(one.name).mean] if standings and has_together else []
        figures = [
            say_interval(one.roc_auc, language),
            *(
                _say_figure(figure, language)
                for figure in (
                    *together,
                    one.pr_auc.mean,
                    one.brier.mean,
                    one.log_loss.mean,
                    one.calibration_error.mean,
                    # Where a window moves on, time is between the two as well, and no fault of a model.
                    *([] if has_together else [max(one.train_roc_auc - one.roc_auc.mean, 0.0)]),
                )
            ),
        ]
        style = "bold" if one.name == chosen else ""
        mark = "→" if one.name == chosen else ""
        table.add_row(mark, Text(one.title.to(language)), *map(Text, figures), style=style)
    return table


def _tabulate_groups(groups: Sequence[GroupQuality], language: Language) -> Table:
    from rich.table import Table
    from rich.text import Text

    from regulars.features.sentences import format_number, format_share

    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, heading in enumerate(_GROUP_HEADINGS[language]):
        table.add_column(heading, justify="right" if place else "left")
    for one in groups:
        table.add_row(
            Text(one.name),
            format_number(one.customers, language),
            format_number(one.positives, language),
            say_interval(one.roc_auc, language)
            if one.roc_auc
            else Text(_TOO_FEW.to(language), style="dim"),
            format_share(one.said, language),
            say_share(one.came, language),
        )
    return table
