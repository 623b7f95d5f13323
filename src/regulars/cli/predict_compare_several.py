"""What `regulars predict compare` found of an outcome of several classes, or of a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regulars.cli.console import print_lines, print_text
from regulars.cli.figures import describe_interval
from regulars.cli.predict_amount import describe_amount, print_amount
from regulars.cli.predict_compare_json import describe_leaks, describe_model
from regulars.cli.predict_compare_words import (
    say_absent_models,
    say_interval,
    say_leaks,
    say_share,
    tabulate_models,
)
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from regulars.evaluate import Interval
    from regulars.predictions.amounts.results import AmountComparison, AmountGroup
    from regulars.predictions.comparing.class_standings import ClassGroup, ClassStandings
    from regulars.schema.wording import Language
    from regulars.workspace.compared_models import ComparedModels

__all__ = ["describe_several", "print_several"]

_MACRO = Wording(
    en="ROC-AUC, PR-AUC and the calibration error are means over the classes, each against the others; the Brier"
    " score is their sum. The plain model says the share of each class to everybody.",
    ru="ROC-AUC, PR-AUC и ошибка калибровки — средние по классам, каждый против остальных; оценка Брайера — их"
    " сумма. Простейшая модель называет всем долю каждого класса.",
)
_ACCURACY = Wording(
    en="The most probable class is the right one for {share}; saying “{name}” of everybody is right for {plain}.",
    ru="Самый вероятный класс верен у {share}; если всем называть «{name}», верно у {plain}.",
)
_CONFUSED = Wording(
    en="Rows: the class that customers are of. Columns: the most probable one.",
    ru="Строки — класс клиента, столбцы — самый вероятный класс.",
)
_CLASS_HEADINGS = {
    "en": ("Class", "Customers", "ROC-AUC", "Precision", "Recall"),
    "ru": ("Класс", "Клиентов", "ROC-AUC", "Точность", "Полнота"),
}
_GROUP_HEADINGS = {
    "en": ("Group", "Customers", "ROC-AUC", "Right"),
    "ru": ("Группа", "Клиентов", "ROC-AUC", "Верно"),
}
_AMOUNT_GROUP_HEADINGS = {
    "en": ("Group", "Customers", "Mean error", "Said", "Came"),
    "ru": ("Группа", "Клиентов", "Средняя ошибка", "Названо", "Сбылось"),
}


def describe_several(found: ComparedModels, language: Language) -> dict[str, Any]:
    """The JSON object of an outcome that is no yes or no."""
    told = {"said_kind": found.named.sentence.to(language) if found.named else None}
    if found.classes is not None:
        return _describe_classes(found.classes, found.ordered_by, language) | {
            **told,
            "leakage": describe_leaks(found.leaks, language),
        }
    if found.amount is None:
        return {}
    plain = describe_amount(found.amount, language)
    own = _describe_number(found.amount.comparison, found.ordered_by, language)
    return (
        own
        | {name: plain[name] for name in ("models", "chosen", "why", "deciles", "leakage")}
        | told
    )


def _describe_classes(
    standings: ClassStandings, ordered_by: str | None, language: Language
) -> dict[str, Any]:
    return {
        "outcome": standings.classes.column,
        "said_outcome": standings.classes.sentence.to(language),
        "kind": "classes",
        "shares": dict(standings.shares),
        "customers": standings.n,
        "split": standings.split,
        "said_split": standings.said_split.to(language),
        "ordered_by": ordered_by,
        "rounds": standings.rounds,
        "models": [describe_model(one, one.roc_auc, language) for one in standings.models],
        "chosen": standings.chosen,
        "why": standings.reason.to(language),
        "random_split": {
            "roc_auc": describe_interval(standings.at_random),
            "reason": standings.said_gap.to(language),
        }
        if standings.at_random is not None and standings.said_gap is not None
        else None,
        "by_class": [
            {
                "name": one.name,
                "customers": one.customers,
                "predicted": one.predicted,
                "roc_auc": describe_interval(one.roc_auc),
                "precision": describe_interval(one.precision),
                "recall": describe_interval(one.recall),
                "f1": describe_interval(one.f1),
            }
            for one in standings.by_class
        ],
        "confusion": {
            "classes": list(standings.classes.names),
            "rows": standings.confusion.tolist(),
        },
        "accuracy": describe_interval(standings.accuracy),
        "accuracy_of_most_frequent": standings.frequent_share,
        "groups": [
            {
                "name": one.name,
                "customers": one.customers,
                "roc_auc": describe_interval(one.roc_auc),
                "accuracy": describe_interval(one.accuracy),
            }
            for one in standings.groups
        ],
        "left_out": list(standings.left_out),
    }


def _describe_number(
    compared: AmountComparison, ordered_by: str | None, language: Language
) -> dict[str, Any]:
    return {
        "outcome": compared.column,
        "said_outcome": compared.sentence.to(language),
        "kind": "number",
        "mean": compared.mean,
        "median": compared.median,
        "customers": compared.n,
        "unknown": compared.unknown,
        "split": compared.split,
        "said_split": compared.said_split.to(language),
        "ordered_by": ordered_by,
        "rounds": compared.rounds,
        "groups": [
            {
                "name": one.name,
                "customers": one.customers,
                "mean_error": describe_interval(one.mean_error),
                "said": one.said,
                "came": describe_interval(one.seen),
            }
            for one in compared.groups
        ],
    }


def print_several(found: ComparedModels, language: Language) -> None:
    """The same as a person reads it."""
    said = [found.named.sentence.to(language)] if found.named else []
    if found.classes is not None:
        print_lines(found.classes.classes.sentence.to(language), *said)
        print_lines(*say_leaks(found.leaks, language))
        _print_classes(found.classes, language)
    elif found.amount is not None:
        compared = found.amount.comparison
        print_lines(*said, compared.said_split.to(language))
        print_amount(found.amount, language)
        if compared.groups:
            print_lines("")
            print_text(_tabulate_amounts(compared.groups, language))


def _print_classes(standings: ClassStandings, language: Language) -> None:
    print_lines(standings.said_split.to(language), "")
    print_text(tabulate_models(standings.models, None, standings.chosen, language))
    print_lines("", standings.reason.to(language), _MACRO.to(language))
    if standings.said_gap is not None:
        print_lines(standings.said_gap.to(language))
    print_lines(_say_accuracy(standings, language), *say_absent_models(standings, language), "")
    print_text(_tabulate_classes(standings, language))
    print_lines("", _CONFUSED.to(language))
    print_text(_tabulate_confusion(standings, language))
    if standings.groups:
        print_lines("")
        print_text(_tabulate_groups(standings.groups, language))


def _say_accuracy(standings: ClassStandings, language: Language) -> str:
    from regulars.features.sentences import format_share

    most = standings.by_class[int(standings.confusion.sum(axis=1).argmax())]
    return _ACCURACY.to(language).format(
        share=say_share(standings.accuracy, language),
        name=most.name,
        plain=format_share(standings.frequent_share, language),
    )


def _open_table(headings: Sequence[str]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, heading in enumerate(headings):
        table.add_column(Text(heading), justify="right" if place else "left")
    return table


def _tabulate_classes(standings: ClassStandings, language: Language) -> Table:
    from rich.text import Text

    from regulars.features.sentences import format_number

    table = _open_table(_CLASS_HEADINGS[language])
    for one in standings.by_class:
        table.add_row(
            Text(one.name),
            format_number(one.customers, language),
            say_interval(one.roc_auc, language),
            say_share(one.precision, language),
            say_share(one.recall, language),
        )
    return table


def _tabulate_confusion(standings: ClassStandings, language: Language) -> Table:
    from rich.text import Text

    from regulars.features.sentences import format_number

    names = standings.classes.names
    table = _open_table(["", *names])
    for name, row in zip(names, standings.confusion.tolist(), strict=True):
        table.add_row(Text(name), *(format_number(count, language) for count in row))
    return table


def _tabulate_groups(groups: Sequence[ClassGroup], language: Language) -> Table:
    from rich.text import Text

    from regulars.features.sentences import format_number

    table = _open_table(_GROUP_HEADINGS[language])
    for one in groups:
        table.add_row(
            Text(one.name),
            format_number(one.customers, language),
            say_interval(one.roc_auc, language) if one.roc_auc else "—",
            say_share(one.accuracy, language),
        )
    return table


def _tabulate_amounts(groups: Sequence[AmountGroup], language: Language) -> Table:
    from rich.text import Text

    from regulars.features.sentences import format_number

    def say(figure: Interval) -> str:
        mean, low, high = (
            format_number(one, language) for one in (figure.mean, figure.low, figure.high)
        )
        return f"{mean} ({low}–{high})"

    table = _open_table(_AMOUNT_GROUP_HEADINGS[language])
    for one in groups:
        table.add_row(
            Text(one.name),
            format_number(one.customers, language),
            say(one.mean_error),
            format_number(one.said, language),
            say(one.seen),
        )
    return table
