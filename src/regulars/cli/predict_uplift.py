"""`regulars predict uplift`: what a contact changed, and for whom most."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_json, print_lines, print_text
from regulars.cli.figures import describe_interval
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption, split_names
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home, read_as_customers
from regulars.errors import InvalidParameterError
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from rich.console import RenderableType

    from regulars.evaluate import Interval
    from regulars.predictions.uplift import UpliftComparison
    from regulars.predictions.uplift.experiment import Arm
    from regulars.schema.wording import Language
    from regulars.workspace.uplift import Condition, UpliftStudy

__all__ = ["uplift"]

_MOST_SHOWN = 10
_HEADINGS = {
    "en": ("Chosen by", "Qini", "Above the response model"),
    "ru": ("Выбор по", "Qini", "Выше модели отклика на"),
}
_DECILE_HEADINGS = {
    "en": ("Tenth", "Customers", "Contacted", "Control", "Effect, points"),
    "ru": ("Десятая часть", "Клиентов", "С обращением", "Без него", "Эффект, п. п."),
}
_GROUPS = Wording(
    en="The outcome has come for {one} of {contacted} who were contacted, and for {other} of {control} who"
    " were not.",
    ru="Исход наступил у {one} тех, к кому обращались ({contacted}), и у {other} остальных ({control}).",
)
_EFFECT = Wording(
    en="The contact changed it by {mean} points ({low} to {high}).",
    ru="Обращение изменило его на {mean} п. п. (от {low} до {high}).",
)
_NO_EFFECT = Wording(
    en="The interval has zero in it: whether the contact changed anything is not shown.",
    ru="В интервале есть ноль: что обращение хоть что-то изменило, не показано.",
)
_ALIKE = Wording(
    en="The two groups were alike before, as chance makes them (largest difference {difference} standard"
    " deviations, {feature}).",
    ru="До обращения группы были одинаковы, как при случайном делении (наибольшая разница {difference}"
    " стандартного отклонения, {feature}).",
)
_UNEVEN = Wording(
    en="Warning: who was contacted was not left to chance: the groups differed before ({features}, in"
    " standard deviations). The effect allows for these features, and not for what the file does not say;"
    " the plain difference is {difference} points. Ranks of learners may come from that, too.",
    ru="Внимание: к кому обращаться, решал не случай: группы различались и до этого ({features}, в"
    " стандартных отклонениях). Эффект учитывает эти признаки, но не то, чего в файле нет; простая разница"
    " — {difference} п. п. Места моделей тоже могут объясняться этим.",
)
_LEFT_OUT = Wording(en="Left out. {why}", ru="Не взято. {why}")
_OTHERS = Wording(
    en="{others} in neither group were left out.", ru="Вне обеих групп и не учтены: {others}."
)


def uplift(
    file: Files = (),
    /,
    *,
    treatment: Annotated[
        str,
        Parameter(help="Who was contacted: `COLUMN=VALUE`."),
    ],
    control: Annotated[
        str,
        Parameter(help="Who was kept back to compare with: `COLUMN=VALUE`."),
    ],
    outcome: Annotated[
        str,
        Parameter(help="What the contact was for: `COLUMN` or `COLUMN=VALUE`."),
    ],
    keep: Annotated[
        str | None,
        Parameter(
            help="Columns that stay although they seem to be written down after the contact, with"
            " commas."
        ),
    ] = None,
    out: Path | None = None,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Say what a contact changed, and whether it is known for whom most.

    Parameters
    ----------
    out
        Write the predicted effect on each customer to this file: .csv, .xlsx or .parquet.
    format
        A table, or one JSON object.
    """
    from regulars.report.members import check_members_file, write_members
    from regulars.workspace.uplift import study_uplift

    if out is not None:
        check_members_file(out)
    contacted, kept_back = _read("--treatment", treatment), _read("--control", control)
    if file and not (how and how.outcome):
        how = replace(how or HowRead(), outcome=outcome)
    how = read_as_customers(file, how)
    home, language = find_home(file, workspace, lang, as_of, how=how, verb="predict")
    column, _, value = outcome.partition("=")
    with open_progress(language) as progress:
        found = study_uplift(
            home,
            treatment=contacted,
            control=kept_back,
            outcome=column.strip(),
            outcome_value=value.strip() or None,
            keep=split_names(keep),
            as_of=as_of,
            language=language,
            progress=progress,
        )
    if out is not None:
        write_members(out, found.comparison.scored, title="uplift")
    if format == "json":
        print_json(_describe(found, language))
    else:
        _print(found, language)
        if out is not None:
            print_lines(str(out))
    return 0


def _read(option: str, text: str) -> Condition:
    from regulars.workspace.uplift import Condition

    column, sign, value = text.partition("=")
    if not sign or not column.strip() or not value.strip():
        raise InvalidParameterError(
            en=f"{option} '{text}' is not of the form COLUMN=VALUE. For example: {option}"
            ' "group=letter".',
            ru=f"{option} «{text}» не имеет вида СТОЛБЕЦ=ЗНАЧЕНИЕ. Например: {option}"
            ' "группа=письмо".',
        )
    return Condition(column.strip(), value.strip())


def _describe(study: UpliftStudy, language: Language) -> dict[str, Any]:
    found = study.comparison
    return {
        "effect": describe_interval(found.effect),
        "difference": describe_interval(found.difference),
        "treatment": _describe_arm(found.contacted),
        "control": _describe_arm(found.control),
        "in_neither": study.others,
        "is_random": found.is_random,
        "imbalances": [
            {"feature": one.feature, "difference": one.difference, "level": one.level}
            for one in found.imbalances[:_MOST_SHOWN]
        ],
        "learners": [
            {
                "name": one.name,
                "qini": describe_interval(one.qini),
                "beyond_response": describe_interval(one.beyond_response),
            }
            for one in found.learners
        ],
        "recommended": found.recommended,
        "why": found.why.to(language),
        "deciles": [
            {
                "customers": one.customers,
                "predicted": one.predicted,
                "treated_rate": _know(one.treated_rate),
                "control_rate": _know(one.control_rate),
                "effect": describe_interval(one.effect),
            }
            for one in found.deciles
        ],
        "dropped": [
            {"column": one.column, "because": one.because.to(language)} for one in study.dropped
        ],
    }


def _know(figure: float) -> float | None:
    """JSON has no NaN."""
    return figure if figure == figure else None


def _describe_arm(arm: Arm) -> dict[str, float]:
    return {"customers": arm.customers, "positives": arm.positives, "rate": arm.rate}


def _print(study: UpliftStudy, language: Language) -> None:
    found = study.comparison
    print_lines(*_say_effect(study, language))
    print_lines(
        *(_LEFT_OUT.to(language).format(why=one.because.to(language)) for one in study.dropped)
    )
    print_text(_tabulate(found, language))
    print_lines(found.why.to(language), "")
    print_text(_tabulate_deciles(found, language))


def _say_effect(study: UpliftStudy, language: Language) -> list[str]:
    from regulars.quality.numbers import format_share, format_units

    found = study.comparison
    one, other = found.contacted, found.control
    lines = [
        _GROUPS.to(language).format(
            one=format_share(one.rate, language),
            contacted=format_units(one.customers, language, "customer"),
            other=format_share(other.rate, language),
            control=format_units(other.customers, language, "customer"),
        )
    ]
    if study.others:
        others = format_units(study.others, language, "customer")
        lines.append(_OTHERS.to(language).format(others=others))
    figures = {name: _point(getattr(found.effect, name), language) for name in _BOUNDS}
    lines.append(_EFFECT.to(language).format(**figures))
    if found.effect.low <= 0 <= found.effect.high:
        lines.append(_NO_EFFECT.to(language))
    return [*lines, _say_balance(found, language)]


_BOUNDS = ("mean", "low", "high")


def _say_balance(found: UpliftComparison, language: Language) -> str:
    largest = found.imbalances[0]
    if found.is_random:
        return _ALIKE.to(language).format(
            difference=_fix(abs(largest.difference), 2, language), feature=largest.feature
        )
    told = ", ".join(
        f"{one.feature} {_fix(one.difference, 2, language)}" for one in found.imbalances[:3]
    )
    difference = _point(found.difference.mean, language)
    return _UNEVEN.to(language).format(features=told, difference=difference)


def _tabulate(found: UpliftComparison, language: Language) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, heading in enumerate(_HEADINGS[language]):
        table.add_column(heading, justify="right" if place else "left")
    for one in found.learners:
        beyond = "" if one.name == "response" else _say(one.beyond_response, language)
        table.add_row(Text(one.title.to(language)), _say(one.qini, language), beyond)
    return table


def _tabulate_deciles(found: UpliftComparison, language: Language) -> RenderableType:
    from rich.table import Table

    from regulars.quality.numbers import format_number, format_share

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in _DECILE_HEADINGS[language]:
        table.add_column(heading, justify="right")
    for place, one in enumerate(found.deciles, start=1):
        rates = (
            format_share(rate, language) if _know(rate) is not None else "–"
            for rate in (one.treated_rate, one.control_rate)
        )
        effect = " ".join(
            (
                _point(one.effect.mean, language),
                f"({_point(one.effect.low, language)}; {_point(one.effect.high, language)})",
            )
        )
        count = format_number(one.customers, language)
        table.add_row(
            str(place), count, *rates, effect if _know(one.effect.mean) is not None else "–"
        )
    return table


def _say(figure: Interval, language: Language) -> str:
    mean, low, high = (_fix(getattr(figure, name), 3, language) for name in _BOUNDS)
    return f"{mean} ({low}; {high})"


def _point(share: float, language: Language) -> str:
    """A share as percentage points."""
    return _fix(share * 100, 2, language)


def _fix(figure: float, digits: int, language: Language) -> str:
    """Always so many digits: figures that stand below each other."""
    # Adding zero turns -0.0 into 0.0.
    text = f"{round(figure, digits) + 0.0:.{digits}f}".replace("-", "−")
    return text if language == "en" else text.replace(".", ",")
