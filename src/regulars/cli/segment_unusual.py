"""`regulars segment unusual`: customers and records that are unlike the others, and why."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_json, print_lines
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from regulars.schema.wording import Language
    from regulars.segments.deviations import Deviation, DeviationSearch
    from regulars.workspace.unusual import UnusualRows

__all__ = ["unusual"]

_FOUND = Wording(
    en="Looked at {rows} in {fields}; standing out from the rest: {outlying}.",
    ru="Посмотрели: {rows}, {fields}; заметно выделяется: {outlying}.",
)
_NONE = Wording(
    en="Looked at {rows} in {fields}; nothing stands out from the rest. The most unusual:",
    ru="Посмотрели: {rows}, {fields}; ничто заметно не выделяется. Самое необычное:",
)
_SCORE = Wording(en="{} as far from its like as usual", ru="до похожих в {} дальше обычного")
_MARK = Wording(en="stands out", ru="выделяется")


def unusual(
    file: Files = (),
    /,
    *,
    of: Annotated[
        str,
        Parameter(
            help="`customers`, or the name of a loaded table to look at its rows: purchases,"
            " purchase_items, payments, events, interactions …"
        ),
    ] = "customers",
    top: Annotated[int, Parameter(help="Show so many, the most unusual first.")] = 10,
    seed: Annotated[
        int, Parameter(help="Of everything random: the same seed gives the same answer.")
    ] = 0,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Find customers, or records, that are unlike all the others, and say in what.

    Parameters
    ----------
    format
        Text, or one JSON object.
    """
    from regulars.workspace.unusual import find_unusual_customers, find_unusual_records

    home, language = find_home(file, workspace, lang, as_of, how=how)
    with open_progress(language) as progress:
        if of == "customers":
            found = find_unusual_customers(
                home, top=top, as_of=as_of, seed=seed, language=language, progress=progress
            )
        else:
            found = find_unusual_records(
                home, of, top=top, as_of=as_of, seed=seed, language=language, progress=progress
            )
    if format == "json":
        print_json({"of": of} | _describe(found, language))
    else:
        _print(found, of, language)
    return 0


def _describe(unusual: UnusualRows, language: Language) -> dict[str, Any]:
    found = unusual.found
    return {
        "as_of": unusual.as_of.day.isoformat(),
        "rows": found.rows,
        "fields": found.fields,
        "bound": found.bound,
        "outlying": found.outlying,
        "top": [
            {name: _plain(value) for name, value in place.items()}
            | {
                "score": one.score,
                "stands_out": one.stands_out,
                "reasons": [
                    {
                        "field": reason.field,
                        "value": reason.value,
                        "low": reason.low,
                        "high": reason.high,
                        "share": reason.share,
                        "contribution": reason.contribution,
                        "is_outside": reason.is_outside,
                        "sentence": reason.sentence.to(language),
                    }
                    for reason in one.reasons
                ],
            }
            for one, place in zip(found.top, unusual.places, strict=True)
        ],
    }


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _say_value(value: object, zone: ZoneInfo) -> str:
    """A moment to the minute, in company time."""
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    return str(value)


def _print(unusual: UnusualRows, of: str, language: Language) -> None:
    print_lines(_say_found(unusual.found, of, language))
    zone = ZoneInfo(unusual.as_of.zone)
    for one, place in zip(unusual.found.top, unusual.places, strict=True):
        print_lines(
            "", _say_place(one, [_say_value(value, zone) for value in place.values()], language)
        )
        print_lines(*(f"  {reason.sentence.to(language)}" for reason in one.reasons))


def _say_found(found: DeviationSearch, of: str, language: Language) -> str:
    from regulars.quality.numbers import format_count, format_number, format_units

    fields = ("field", "fields") if language == "en" else ("поле", "поля", "полей")
    return (
        (_FOUND if found.outlying else _NONE)
        .to(language)
        .format(
            rows=format_units(found.rows, language, "customer" if of == "customers" else "row"),
            fields=format_count(found.fields, language, *fields),
            outlying=format_number(found.outlying, language),
        )
    )


def _say_place(one: Deviation, place: list[str], language: Language) -> str:
    from regulars.quality.numbers import format_times

    score = format_times(one.score, language)
    mark = f"; {_MARK.to(language)}" if one.stands_out else ""
    return f"{' · '.join(place)} ({_SCORE.to(language).format(score)}{mark})"
