"""`regulars segment before-leaving`: the steps that customers take before they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_json, print_lines, print_text
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from rich.console import RenderableType

    from regulars.schema.wording import Language
    from regulars.segments.precursors import Precursor
    from regulars.workspace.before_leaving import BeforeLeaving

__all__ = ["before_leaving"]

_HEADINGS = {
    "en": ("In the {days} before", "Cases", "Left", "Support", "Confidence", "Lift", "Between"),
    "ru": ("За {days} до даты", "Случаев", "Ушли", "Поддержка", "Уверенность", "Лифт", "Границы"),
}
_CASES = Wording(
    en="{leaving}. Looked at {customers} at {dates}: in {share} of {cases} they left.",
    ru="{leaving}. Посмотрели: {customers}, {dates}; ушли в {share} из {cases}.",
)
_FOUND = Wording(
    en="Of {tested} tried, {found} more often before leaving than otherwise.",
    ru="Проверено: {tested}; перед уходом чаще, чем обычно: {found}.",
)
_NONE = Wording(
    en="No sequence comes before leaving more often than otherwise, beyond chance. Look farther back:"
    " --days {days}; or at rarer ones: --support {support}.",
    ru="Ни одна последовательность не бывает перед уходом чаще, чем обычно, сверх случайного. Загляните"
    " дальше: --days {days}, или спросите о более редких: --support {support}.",
)
_EXPLAINED = Wording(
    en="Support: the share of all who left that did this before. Confidence: the share of those who did it"
    " that left. Lift: how many times as often as all; its bounds hold for all tried sequences together.",
    ru="Поддержка: доля ушедших, у кого это было. Уверенность: доля тех, у кого это было, кто потом ушёл."
    " Лифт: во сколько раз чаще, чем все; границы верны для всех проверенных последовательностей сразу.",
)


def before_leaving(
    file: Files = (),
    /,
    *,
    days: Annotated[int, Parameter(help="How many days back from a date is looked.")] = 30,
    steps: Annotated[int, Parameter(help="Steps of a sequence, 1 to 3.")] = 3,
    support: Annotated[
        float, Parameter(help="Least share of those who left that had a sequence; ten of them.")
    ] = 0.02,
    top: Annotated[
        int, Parameter(help="Show so many, those first whose lift is surely the highest.")
    ] = 20,
    leaving: Annotated[
        Literal["contract-end", "no-session", "no-purchase", "no-event"] | None,
        Parameter(help="What leaving is; if not said, the first that the tables allow."),
    ] = None,
    horizon_days: Annotated[
        int | None, Parameter(help="Within how many days after the date they left.")
    ] = None,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Say which sequences of events come before leaving more often than otherwise.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from regulars.workspace.before_leaving import search_before_leaving
    from regulars.workspace.outcomes import LeavingWishes

    home, language = find_home(file, workspace, lang, as_of, how=how)
    with open_progress(language) as progress:
        found = search_before_leaving(
            home,
            days=days,
            support=support,
            longest=steps,
            top=top,
            leaving=LeavingWishes(kind=leaving, horizon_days=horizon_days),
            as_of=as_of,
            language=language,
            progress=progress,
        )
    if format == "json":
        print_json(_describe(found, language))
    else:
        _print(found, support, language)
    return 0


def _describe(before: BeforeLeaving, language: Language) -> dict[str, Any]:
    found = before.found
    return {
        "leaving": before.leaving.sentence.to(language),
        "days": before.days,
        "dates": [day.isoformat() for day in before.dates],
        "cases": found.cases,
        "customers": found.customers,
        "left": found.left,
        "tested": found.tested,
        "found": found.found,
        "top": [
            {
                "steps": [step.to(language) for step in one.steps],
                "cases": one.cases,
                "customers": one.customers,
                "left": one.left,
                "support": one.support,
                "confidence": one.confidence,
                "lift": one.lift,
                "low": one.low,
                "high": one.high,
            }
            for one in found.top
        ],
    }


def _print(before: BeforeLeaving, support: float, language: Language) -> None:
    from regulars.quality.numbers import format_number

    print_lines(_say_cases(before, language))
    found = before.found
    if not found.found:
        lower = f"{support / 2:.2g}"
        print_lines(_NONE.to(language).format(days=before.days * 2, support=lower))
        return
    tested, kept = (format_number(number, language) for number in (found.tested, found.found))
    print_lines(_FOUND.to(language).format(tested=tested, found=kept))
    print_text(_tabulate(found.top, before.days, language))
    print_lines(_EXPLAINED.to(language))


def _say_cases(before: BeforeLeaving, language: Language) -> str:
    from regulars.quality.numbers import format_count, format_share, format_units

    is_english = language == "en"
    cases = ("case", "cases") if is_english else ("случая", "случаев", "случаев")
    dates = ("date", "dates") if is_english else ("дата", "даты", "дат")
    found = before.found
    return _CASES.to(language).format(
        leaving=before.leaving.sentence.to(language),
        customers=format_units(found.customers, language, "customer"),
        dates=format_count(len(before.dates), language, *dates),
        share=format_share(found.left / found.cases, language),
        cases=format_count(found.cases, language, *cases),
    )


def _tabulate(found: tuple[Precursor, ...], days: int, language: Language) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from regulars.quality.numbers import format_number, format_share, format_units

    table = Table(box=None, pad_edge=False, header_style="bold")
    first, *others = _HEADINGS[language]
    table.add_column(first.format(days=format_units(days, language, "day")))
    for heading in others:
        table.add_column(heading, justify="right")
    for one in found:
        low, high, lift = (
            format_number(number, language, digits=2) for number in (one.low, one.high, one.lift)
        )
        table.add_row(
            Text(one.sentence.to(language)),
            format_number(one.cases, language),
            format_number(one.left, language),
            format_share(one.support, language),
            format_share(one.confidence, language),
            lift,
            f"{low}-{high}",
        )
    return table
