"""`regulars predict survival`: how long customers stay, and how much longer each is likely to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from regulars.cli.console import open_progress, print_json, print_lines, print_text
from regulars.cli.figures import describe_interval
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption, split_names
from regulars.cli.predict_survival_said import describe_customer, say_customer
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home, read_as_customers
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from rich.console import RenderableType

    from regulars.predictions.survival import (
        StayReasons,
        SurvivalComparison,
        SurvivalCurve,
        SurvivalResult,
    )
    from regulars.schema.wording import Language
    from regulars.workspace.survival import SurvivalStudy

__all__ = ["survival"]

_MOST_POINTS = 200
_MOST_RATIOS = 5
_STEPS_SHOWN = 10
_WIDTH = 40
_HEADINGS = {
    "en": ("Model", "C-index", "Brier error after {days} days"),
    "ru": ("Модель", "C-индекс", "Ошибка Брайера через {days} дн."),
}
_COUNTED = Wording(en="{customers}, {left} of them left.", ru="{customers}, из них ушли {left}.")
_MEDIAN = Wording(
    en="Half of the customers have left after {days} days ({low} to {high}).",
    ru="Половина клиентов уходит за {days} дн. (от {low} до {high}).",
)
_NO_MEDIAN = Wording(
    en="More than half are still there at the end of what was seen: {share} after {days} days. So there"
    " is no median.",
    ru="К концу наблюдения больше половины ещё здесь: {share} через {days} дн. Поэтому медианы нет.",
)
_LEFT_OUT = Wording(en="Left out: {why}", ru="Не взято: {why}")
_STILL_THERE = Wording(en="Still there:", ru="Ещё здесь:")
_SOONER = Wording(
    en="What goes with leaving sooner, of customers who are alike in all else:",
    ru="Что связано с более ранним уходом, если во всём остальном клиенты одинаковы:",
)
_DAY = Wording(en="day", ru="день")
_BEYOND = Wording(en="beyond", ru="больше")


def survival(
    file: Files = (),
    /,
    *,
    duration: Annotated[
        str | None,
        Parameter(
            help="The column that says how long each customer was there. Without it the dates of the"
            " subscriptions tell."
        ),
    ] = None,
    event: Annotated[
        str | None,
        Parameter(
            help="The column that says whether they left then: `COLUMN` or `COLUMN=VALUE`; the others"
            " were still there."
        ),
    ] = None,
    duration_unit: Annotated[
        Literal["days", "weeks", "months", "years"] | None,
        Parameter(help="In what the duration is; found out by its name and values if not said."),
    ] = None,
    keep: Annotated[
        str | None,
        Parameter(
            help="Columns that stay although they know who left or for how long, with commas."
        ),
    ] = None,
    customer: Annotated[
        str | None,
        Parameter(
            help="Say of this one who is still there, by the id, when they are likely to leave and why."
        ),
    ] = None,
    reasons: Annotated[
        int,
        Parameter(help="At most so many reasons of `--customer`.", validator=Number(gte=1, lte=7)),
    ] = 3,
    out: Path | None = None,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Say how long customers stay, and how much longer each of them is likely to.

    Parameters
    ----------
    out
        Write who is still there, and how likely each is to leave when, to this file: .csv, .xlsx or
        .parquet.
    format
        A table, or one JSON object.
    """
    from regulars.report.members import check_members_file, write_members
    from regulars.workspace.survival import study_survival

    if out is not None:
        check_members_file(out)
    if file and event and not (how and how.outcome):
        how = replace(how or HowRead(), outcome=event)
    if duration:
        how = read_as_customers(file, how)
    home, language = find_home(file, workspace, lang, as_of, how=how, verb="predict")
    column, _, value = (event or "").partition("=")
    with open_progress(language) as progress:
        found = study_survival(
            home,
            duration=duration,
            event=column.strip() or None,
            event_value=value.strip() or None,
            unit=duration_unit,
            keep=split_names(keep),
            as_of=as_of,
            language=language,
            progress=progress,
        )
    told = found.comparison.explainer.explain(customer, top=reasons) if customer else None
    if out is not None:
        write_members(out, found.comparison.scored, title="survival")
    if format == "json":
        print_json(_describe(found, told, language))
    else:
        _print(found, language)
        print_lines(*(["", *say_customer(told, language)] if told else []))
        if out is not None:
            print_lines(str(out))
    return 0


def _describe(study: SurvivalStudy, told: StayReasons | None, language: Language) -> dict[str, Any]:
    found = study.comparison
    curve = found.curve
    return {
        "c_index": describe_interval(found.c_index),
        "median_days": curve.median_days,
        "median_low": curve.median_low,
        "median_high": curve.median_high,
        "curve": [
            {
                "days": point.days,
                "share": point.share,
                "low": point.low,
                "high": point.high,
                "at_risk": point.at_risk,
            }
            for point in _thin(curve.points, _MOST_POINTS)
        ],
        "customers": found.customers,
        "left": found.left,
        "duration_unit": found.durations.unit,
        "without_duration": found.durations.missing,
        "negative_duration": found.durations.negative,
        "models": [
            {
                "name": model.name,
                "c_index": describe_interval(model.c_index),
                "behind": model.behind,
                "behind_error": model.behind_error,
                "brier": [
                    {"days": days, "error": error}
                    for days, error in zip(found.horizons_days, model.brier, strict=True)
                ],
            }
            for model in found.models
        ],
        "chosen": found.chosen,
        "why": found.why.to(language),
        "calibration": {
            "days": found.horizons_days[1],
            "groups": [
                {
                    "customers": group.customers,
                    "predicted": group.predicted,
                    "observed": group.observed,
                    "low": group.low,
                    "high": group.high,
                }
                for group in found.calibration
            ],
        },
        "hazard_ratios": [
            {
                "feature": one.feature,
                "riskier": one.riskier.to(language),
                "safer": one.safer.to(language),
                "ratio": describe_interval(one.ratio),
            }
            for one in found.hazard_ratios
        ],
        "dropped": [
            {"column": one.column, "because": one.because.to(language)} for one in study.dropped
        ],
        "note": found.note.to(language),
        "customer": None if told is None else describe_customer(told, language),
    }


def _thin(points: tuple[Any, ...], most: int) -> tuple[Any, ...]:
    """At most so many of the points, evenly, the last among them."""
    step = -(-len(points) // most)
    return points[::-1][::step][::-1] if points else ()


def _print(study: SurvivalStudy, language: Language) -> None:
    from regulars.quality.numbers import format_number, format_units

    found = study.comparison
    print_lines(
        _COUNTED.to(language).format(
            customers=format_units(found.customers, language, "customer"),
            left=format_number(found.left, language),
        ),
        found.durations.sentence.to(language),
        *(_LEFT_OUT.to(language).format(why=one.because.to(language)) for one in study.dropped),
    )
    print_text(_tabulate(found, language))
    print_lines(found.why.to(language), found.note.to(language))
    ratios = [one.sentence.to(language) for one in found.hazard_ratios[:_MOST_RATIOS]]
    if ratios:
        print_lines("", _SOONER.to(language), *(f"  {line}" for line in ratios))
    print_lines("", _STILL_THERE.to(language))
    print_lines(*_draw(found.curve, language), "", _say_median(found.curve, language))


def _tabulate(found: SurvivalComparison, language: Language) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from regulars.quality.numbers import format_number

    table = Table(box=None, pad_edge=False, header_style="bold")
    days = format_number(found.horizons_days[1], language)
    for place, heading in enumerate(_HEADINGS[language]):
        table.add_column(heading.format(days=days), justify="right" if place else "left")
    for model in found.models:
        table.add_row(
            Text(model.title.to(language)),
            _say_figure(model, language),
            _fix(model.brier[1], language),
        )
    return table


def _say_figure(model: SurvivalResult, language: Language) -> str:
    figure = model.c_index
    return f"{_fix(figure.mean, language)} ({_fix(figure.low, language)}–{_fix(figure.high, language)})"


def _fix(figure: float, language: Language) -> str:
    """Three digits, zeros among them: figures that stand below each other."""
    text = f"{figure:.3f}"
    return text if language == "en" else text.replace(".", ",")


def _draw(curve: SurvivalCurve, language: Language) -> list[str]:
    """The curve as bars, a line every so many days."""
    from regulars.quality.numbers import format_number, format_share

    lines = []
    days = [curve.last_day * step / _STEPS_SHOWN for step in range(1, _STEPS_SHOWN + 1)]
    labels = [f"{_DAY.to(language)} {format_number(day, language)}" for day in days]
    width = max(map(len, labels))
    for day, label in zip(days, labels, strict=True):
        passed = [point.share for point in curve.points if point.days <= day]
        share = passed[-1] if passed else 1.0
        bar = "█" * round(share * _WIDTH)
        lines.append(f"{label:>{width}} {bar} {format_share(share, language)}")
    return lines


def _say_median(curve: SurvivalCurve, language: Language) -> str:
    from regulars.quality.numbers import format_number, format_share

    if curve.median_days is None:
        share = curve.points[-1].share if curve.points else 1.0
        return _NO_MEDIAN.to(language).format(
            share=format_share(share, language), days=format_number(curve.last_day, language)
        )
    low, high = (
        _BEYOND.to(language) if bound is None else format_number(bound, language)
        for bound in (curve.median_low, curve.median_high)
    )
    return _MEDIAN.to(language).format(
        days=format_number(curve.median_days, language), low=low, high=high
    )
