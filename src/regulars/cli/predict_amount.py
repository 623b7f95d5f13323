"""`regulars predict amount`: a number of each customer, foretold from the other columns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_json, print_lines, print_text
from regulars.cli.figures import describe_interval
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption, split_names
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from rich.console import RenderableType

    from regulars.evaluate.intervals import Interval
    from regulars.predictions.amounts.results import AmountComparison
    from regulars.schema.wording import Language
    from regulars.workspace.amounts import PredictedAmount

__all__ = ["amount", "describe_amount", "print_amount"]

_DROPPED = Wording(
    en="Left out, because they know the number: {columns}.",
    ru="Не участвуют, потому что знают это число: {columns}.",
)
_HEADINGS = {
    "en": ("Model", "Mean error", "Root error", "Explained", "Order", "Where it learnt"),
    "ru": ("Модель", "Средняя ошибка", "Корень ошибки", "Объяснено", "Порядок", "Где училась"),
}
_DECILE_HEADINGS = {
    "en": ("Tenth by what is said", "Customers", "Said", "Seen"),
    "ru": ("Десятая по прогнозу", "Клиентов", "Прогноз", "Было"),
}
_MEANING = Wording(
    en="On customers that a model had not seen. Explained: the share of the variance, 0 is the mean for"
    " everybody. Order: the rank correlation of what was said and what was.",
    ru="На клиентах, которых модель не видела. Объяснено: доля дисперсии, 0 — среднее для всех. Порядок: "
    "ранговая корреляция прогноза и того, что было.",
)


def amount(
    file: Files = (),
    /,
    *,
    column: Annotated[str, Parameter(help="The column with the number, by the file's name of it.")],
    keep: Annotated[
        str | None,
        Parameter(
            help="Columns that the models may use though they seem to know the outcome, with commas."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        Parameter(
            help="Write every customer to this file; the ending says the kind: `.csv`, `.xlsx`,"
            " `.parquet`."
        ),
    ] = None,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    seed: Annotated[
        int, Parameter(help="Of everything random: the same seed gives the same figures.")
    ] = 0,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Foretell a number of each customer, such as what they spend, from the other columns.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from regulars.report.members import check_members_file, write_members
    from regulars.workspace.amounts import predict_amount

    if out is not None:
        check_members_file(out)

    home, language = find_home(file, workspace, lang, as_of, how=how, verb="predict")
    with open_progress(language) as progress:
        found = predict_amount(
            home,
            column,
            as_of=as_of,
            keep=split_names(keep),
            seed=seed,
            language=language,
            progress=progress,
        )
    if out is not None:
        write_members(out, found.comparison.to_table(), title=column)
    if format == "json":
        print_json(describe_amount(found, language))
    else:
        print_amount(found, language)
        print_lines(*([str(out)] if out is not None else []))
    return 0


def describe_amount(found: PredictedAmount, language: Language) -> dict[str, Any]:
    """The JSON object that the command prints."""
    compared = found.comparison
    return {
        "column": compared.column,
        "customers": compared.n,
        "unknown": compared.unknown,
        "mean": compared.mean,
        "median": compared.median,
        "models": [
            {
                "name": one.name,
                "title": one.title.to(language),
                "mean_error": describe_interval(one.mean_error),
                "root_error": describe_interval(one.root_error),
                "explained": describe_interval(one.explained),
                "rank_correlation": describe_interval(one.rank_correlation),
                "train_explained": one.train_explained,
                "seconds": one.seconds,
            }
            for one in compared.models
        ],
        "chosen": compared.chosen,
        "why": compared.why.to(language),
        "deciles": [
            {"customers": one.customers, "said": one.said, "seen": one.seen}
            for one in compared.deciles
        ],
        "leakage": [
            {
                "column": twin.feature,
                "is_dropped": twin.feature in found.dropped,
                "why": twin.sentence.to(language),
            }
            for twin in found.twins
        ],
    }


def print_amount(found: PredictedAmount, language: Language) -> None:
    """The comparison as a person reads it."""
    compared = found.comparison
    print_lines(compared.sentence.to(language))
    if found.dropped:
        print_lines(_DROPPED.to(language).format(columns=", ".join(found.dropped)))
    seen = [twin.sentence.to(language) for twin in found.twins if twin.feature not in found.dropped]
    if seen:
        print_lines(*seen)
    print_text(_tabulate(compared, language))
    print_lines(compared.why.to(language), _MEANING.to(language))
    print_text(_tabulate_deciles(compared, language))


def _tabulate(compared: AmountComparison, language: Language) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from regulars.features.sentences import format_number
    from regulars.quality.numbers import format_number as format_digits

    def say(figure: Interval) -> str:
        low, high = (format_number(bound, language) for bound in (figure.low, figure.high))
        return f"{format_number(figure.mean, language)} ({low}–{high})"

    def say_share(share: float) -> str:
        # A share just below zero is not to be a minus zero.
        return format_digits(round(share, 3) + 0.0, language, digits=3)

    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, heading in enumerate(_HEADINGS[language]):
        table.add_column(heading, justify="right" if place else "left")
    for one in compared.models:
        is_chosen = one.name == compared.chosen
        table.add_row(
            Text(one.title.to(language), style="bold" if is_chosen else ""),
            say(one.mean_error),
            say(one.root_error),
            say_share(one.explained.mean),
            say_share(one.rank_correlation.mean),
            say_share(one.train_explained),
        )
    return table


def _tabulate_deciles(compared: AmountComparison, language: Language) -> RenderableType:
    from rich.table import Table

    from regulars.features.sentences import format_number

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in _DECILE_HEADINGS[language]:
        table.add_column(heading, justify="right")
    for number, one in enumerate(compared.deciles, start=1):
        figures = (one.customers, one.said, one.seen)
        table.add_row(str(number), *(format_number(figure, language) for figure in figures))
    return table
