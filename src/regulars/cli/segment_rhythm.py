"""`regulars segment rhythm`: customers whose months went alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from regulars.cli.console import open_progress, print_json, print_lines, print_text
from regulars.cli.options import (
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
)
from regulars.cli.segment_compare import ClusterCount, Seed
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from rich.console import RenderableType

    from regulars.schema.wording import Language
    from regulars.segments.rhythms import Rhythms

__all__ = ["rhythm"]

_BARS = "▁▂▃▄▅▆▇█"
_HEADINGS = {
    "en": ("", "Months", "A month", "Customers", "Share", "Stability"),
    "ru": ("", "Месяцы", "В месяц", "Клиентов", "Доля", "Устойчивость"),
}
_TOLD = Wording(
    en="{table} a month, {first} to {last}; every customer at their own level.",
    ru="{table} по месяцам, {first} – {last}; уровень у каждого клиента свой.",
)
_COUNTED = {
    "purchases": Wording(en="Purchases", ru="Покупки"),
    "events": Wording(en="Events", ru="События"),
    "payments": Wording(en="Payments", ru="Платежи"),
    "interactions": Wording(en="Interactions", ru="Обращения"),
}
_FLAT = Wording(
    en="{count} customers had the same every month and are in no rhythm.",
    ru="Клиентов, у которых все месяцы одинаковы: {count}; они вне ритмов.",
)


def rhythm(
    file: Files = (),
    /,
    *,
    of: Annotated[
        Literal["purchases", "events", "payments", "interactions"] | None,
        Parameter(help="What is counted a month; the first of these that was loaded if not said."),
    ] = None,
    months: Annotated[
        int, Parameter(help="Whole months to look back on.", validator=Number(gte=4, lte=60))
    ] = 12,
    by: Annotated[
        Literal["shape", "dtw"],
        Parameter(
            help="`shape`: the same course earlier or later (k-Shape); `dtw`: here and there slower"
            " (dynamic time warping)."
        ),
    ] = "shape",
    k: ClusterCount = None,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    seed: Seed = 0,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Group the customers whose months went alike: who grows, who fades, who comes in summer.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from regulars.workspace.rhythms import search_rhythms

    home, language = find_home(file, workspace, lang, as_of, how=how)
    with open_progress(language) as progress:
        table, found = search_rhythms(
            home,
            of=of,
            months=months,
            by=by,
            k=k,
            as_of=as_of,
            seed=seed,
            language=language,
            progress=progress,
        )
    if format == "json":
        print_json(_describe(table, found, language))
    else:
        _print(table, found, language)
    return 0


def _describe(table: str, found: Rhythms, language: Language) -> dict[str, Any]:
    clustering = found.clustering
    return {
        "of": table,
        "method": clustering.method,
        "months": list(found.months),
        "customers": len(clustering.labels),
        "k": clustering.k,
        "why_k": found.why_k.to(language),
        "silhouette": found.silhouette,
        "sampled": clustering.sampled,
        "seconds": round(clustering.seconds, 3),
        "nobody": int((clustering.labels < 0).sum()),
        "rhythms": [
            {
                "number": one + 1,
                "size": size,
                "stability": float(found.stabilities[one]),
                "mean": found.means[one].tolist(),
                "course": found.courses[one].tolist(),
            }
            for one, size in enumerate(clustering.sizes)
        ],
    }


def _print(table: str, found: Rhythms, language: Language) -> None:
    from regulars.quality.numbers import format_number

    told = _TOLD.to(language).format(
        table=_COUNTED[table].to(language), first=found.months[0], last=found.months[-1]
    )
    print_lines(told)
    print_text(_tabulate(found, language))
    print_lines(found.why_k.to(language))
    flat = int((found.clustering.labels < 0).sum())
    if flat:
        print_lines(_FLAT.to(language).format(count=format_number(flat, language)))


def _tabulate(found: Rhythms, language: Language) -> RenderableType:
    from rich.table import Table

    from regulars.quality.numbers import format_number, format_share

    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, heading in enumerate(_HEADINGS[language]):
        table.add_column(heading, justify="left" if place == 1 else "right", no_wrap=True)
    customers = len(found.clustering.labels)
    for one, size in enumerate(found.clustering.sizes):
        table.add_row(
            str(one + 1),
            _draw(found.courses[one].tolist()),
            format_number(float(found.means[one].mean()), language, digits=2),
            format_number(size, language),
            format_share(size / customers, language),
            format_number(float(found.stabilities[one]), language, digits=2),
        )
    return table


def _draw(course: list[float]) -> str:
    """A bar a month."""
    low, high = min(course), max(course)
    steps = [round((value - low) / ((high - low) or 1.0) * (len(_BARS) - 1)) for value in course]
    return "".join(_BARS[step] for step in steps)
