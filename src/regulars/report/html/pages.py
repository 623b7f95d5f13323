"""Rendering: a report, or the state of the data, as one self-contained HTML page."""

import base64
import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from regulars.features.sentences import capitalize
from regulars.report.html.charts import (
    MOST_DRIVERS,
    Chart,
    draw_hundred,
    list_charts,
    list_told,
    say_days,
    to_script_json,
)
from regulars.report.html.evidence import describe_gains, say_errors
from regulars.report.html.shown import Shown, largest, ordered
from regulars.report.model import Report
from regulars.report.parts import (
    ChurnPart,
    ContactListPart,
    DataPart,
    DrillCellPart,
    DrillDownPart,
    Interval,
    RfmPart,
)
from regulars.report.speech import Speech
from regulars.report.summary import is_loud, is_silent, say_counted, say_within, summarize
from regulars.report.vendor import ECHARTS_VERSION, read_echarts
from regulars.schema.wording import Language

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render_data_state_html", "render_html"]

_MOST_COLUMNS, _MOST_FINDINGS, _FIRST_COLUMNS = 200, 100, 12
_SECTIONS = (
    "summary",
    "segments",
    "churn",
    "drivers",
    "classes",
    "list",
    "load",
    "state",
    "lineage",
)


@cache
def _get_environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("regulars.report", "html/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _read_static(name: str) -> str:
    folder = resources.files("regulars.report.html") / "static"
    return (folder / name).read_text(encoding="utf-8")


def render_html(report: Report, *, language: Language) -> str:
    """The report as one HTML page that loads nothing and holds totals only.

    Parameters
    ----------
    report
        What was found; its summary is made when it has none.
    language
        In which language.

    Returns
    -------
    str
        The page, under 2.5 MB. Its scripts are allowed by their hash only, so that nothing that
        came in with the data can run or load anything.
    """
    if report.summary is None:
        report = summarize(report)
    speech = Speech(language, is_churn=report.is_churn)
    shown = Shown(report.data, speech, report)
    left_out = {
        *(() if _has_drivers(report) else ("drivers",)),
        *(() if report.classes else ("classes",)),
    }
    sections = [name for name in _SECTIONS if name not in left_out]
    moment = (
        [speech.say("page.made", moment=speech.moment(report.made_at))] if report.made_at else []
    )
    seen = [speech.say("page.as_of", day=speech.day(report.as_of))] if report.as_of else []
    charts = list_charts(report.churn, speech, report.segments, report.classes)
    drilled = report.segments.drill_down if report.segments else None
    return _render(
        "report.html.j2",
        speech,
        shown,
        charts,
        report=report,
        title=speech.say("page.title", title=report.title),
        meta=[*moment, *seen],
        sections=sections,
        hidden_key="state.hidden",
        figures=_list_figures(report, speech),
        drill=to_script_json(_describe_drill_down(drilled, speech)) if drilled else None,
        **(_describe_grid(report.segments.rfm, speech) if report.segments else {}),
        **(_describe_churn(report.churn, speech) if report.churn else {}),
        **(_describe_list(report.contact_list, shown) if report.contact_list else {}),
    )


def render_data_state_html(
    loaded: DataPart, *, title: str, language: Language, made_at: str | None = None
) -> str:
    """The state of the data alone, as one HTML page.

    Parameters
    ----------
    loaded
        Tables and findings; what was loaded is not shown.
    title
        What was checked.
    language
        In which language.
    made_at
        When, ISO 8601.
    """
    speech = Speech(language)
    meta = [speech.say("page.made", moment=speech.moment(made_at))] if made_at else []
    return _render(
        "data_state.html.j2",
        speech,
        Shown(loaded, speech),
        [],
        report=None,
        rows=loaded,
        title=speech.say("page.state_title", title=title),
        meta=meta,
        sections=["state"],
        hidden_key="state.hidden_check",
    )


def _render(
    template: str, speech: Speech, shown: Shown, charts: Sequence[Chart], **content: object
) -> str:
    content_of_charts = to_script_json(charts) if charts else Markup("")
    scripts = [read_echarts(), _read_static("charts.js")] if charts else []
    names = ["page.js"] if content.get("report") else []
    names += ["drill.js"] if content.get("drill") else []
    page_script = "\n".join(map(_read_static, names))
    return (
        _get_environment()
        .get_template(template)
        .render(
            language=speech.language,
            speech=speech,
            say=speech.say,
            read=speech.read,
            cell=shown.cell,
            masked=shown.masked,
            frequent=shown.frequent,
            has_range=shown.has_range,
            dimensions=shown.dimensions,
            named=shown.named,
            action=shown.action,
            reason=shown.reason,
            told=shown.told,
            list_told=list_told,
            say_days=lambda span: say_days(span, speech),
            top=shown.top,
            titled=lambda words: capitalize(speech.read(words)),
            segment_name=shown.segment_name,
            segment_title=shown.segment_title,
            risk_name=shown.risk_name,
            largest=largest,
            ordered=ordered,
            heat=_heat,
            treated=shown.treated(),
            drifted=shown.drifted(),
            mean_probability=shown.mean_probability(),
            most_columns=_MOST_COLUMNS,
            first_columns=_FIRST_COLUMNS,
            most_findings=_MOST_FINDINGS,
            most_drivers=MOST_DRIVERS,
            style=Markup(_read_static("report.css")),  # noqa: S704 - our own file
            charts=content_of_charts,
            echarts=Markup(scripts[0]) if scripts else "",  # noqa: S704 - checked by its sum
            script=Markup(scripts[1]) if scripts else "",  # noqa: S704 - our own file
            echarts_version=ECHARTS_VERSION,
            page_script=Markup(page_script),  # noqa: S704 - our own file
            policy=_allow_only([*scripts, *([page_script] if page_script else [])]),
            **content,
        )
    )


def _allow_only(scripts: Sequence[str]) -> str:
    """The page's own rule for the browser: these scripts, no network."""
    sums = (hashlib.sha256(script.encode()).digest() for script in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(found).decode()}'" for found in sums)
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src "
    return policy + (allowed or "'none'")


def _has_drivers(report: Report) -> bool:
    return bool(report.churn and report.churn.drivers)


def _heat(z: float) -> str:
    """How strongly a cell is colored; weak enough for the figure on it to stay readable."""
    return f"{min(abs(z) / 2, 1) * 0.5:.2f}"


def _describe_drill_down(drilled: DrillDownPart, speech: Speech) -> dict[str, Any]:
    """What drill.js goes into."""
    left = "drill_expected" if drilled.is_expected else "drill_left"
    words = {"all": "drill_all", "by": "drill_by", "left": left}
    words |= {"rest": "drill_rest", "deepest": "drill_deepest"}

    def count(cell: DrillCellPart) -> dict[str, object]:
        return {"customers": cell.customers, "left": cell.churn_share}

    return {
        "words": {name: speech.say(f"segments.{key}") for name, key in words.items()},
        "customers": speech.forms("customers"),
        "deepest": max((len(key.split()) for key in drilled.cells), default=0),
        "fields": [
            {
                "label": speech.read(field.label),
                "levels": [speech.read(one) for one in field.levels],
            }
            for field in drilled.fields
        ],
        "whole": count(drilled.whole),
        "cells": {key: count(cell) for key, cell in drilled.cells.items()},
    }


def _list_figures(report: Report, speech: Speech) -> list[tuple[str, str]]:
    figures = [(speech.number(report.data.rows_in), speech.say("summary.figure_rows"))]
    if report.segments and report.segments.profiles:
        profiles = report.segments.profiles
        customers = sum(profile.size for profile in profiles)
        figures += [
            (speech.number(customers), speech.noun(customers, "customers")),
            (speech.number(len(profiles)), speech.noun(len(profiles), "segments")),
        ]
    else:
        found = len(report.data.findings)
        figures.append((speech.number(found), speech.noun(found, "findings")))
    if report.churn:
        left = speech.percent(report.churn.base_rate)
        figures.append((left, speech.say("summary.figure_left")))
    if report.contact_list:
        kept = speech.number(report.contact_list.kept)
        figures.append((kept, speech.say("summary.figure_list")))
        if report.contact_list.expected_loss is not None:
            loss = speech.money(report.contact_list.expected_loss, report.currency)
            figures.append((loss, speech.say("summary.figure_loss")))
    return figures


def _describe_grid(rfm: RfmPart | None, speech: Speech) -> dict[str, Any]:
    """The cells by their scores, the fuller the stronger; and the bounds as a sentence."""
    if rfm is None:
        return {}
    most = max((cell.count or 0 for cell in rfm.cells), default=0) or 1
    grid = {
        (cell.recency, cell.value): {
            "count": cell.count,
            "segment": cell.segment,
            "weight": 2 * (cell.count or 0) / most,
        }
        for cell in rfm.cells
    }

    def row(bounds: Sequence[float]) -> str:
        return " · ".join(speech.figure(bound) for bound in bounds)

    money = speech.say("segments.grid_money", money=row(rfm.money)) if rfm.money else ""
    bounds = speech.say(
        "segments.grid_bounds",
        recency=row(rfm.recency_days),
        frequency=row(rfm.frequency),
        money=money,
    )
    return {"grid": grid, "bounds": bounds}


def _describe_churn(churn: ChurnPart, speech: Speech) -> dict[str, Any]:
    base = round(churn.base_rate * 100)
    judged = churn.judged

    def interval(found: Interval) -> str:
        low, high = speech.fixed(found.low), speech.fixed(found.high)
        return speech.say("page.interval", mean=speech.fixed(found.mean), low=low, high=high)

    warned = judged.confusion.true_positive + judged.confusion.false_positive
    advised = (
        "churn.warned",
        round(judged.precision * 100),
        "churn.warned_left",
        "churn.warned_stayed",
    )
    return {
        "hundred": draw_hundred(churn.base_rate, speech.say("churn.base_image", base=base)),
        "hundreds": [
            # Of the same customers as the shares below it, which may be of later dates.
            (
                "churn.blind",
                round(judged.positives / judged.n * 100),
                "churn.blind_left",
                "churn.blind_stayed",
            ),
            # Of nobody there is no share.
            *([advised] if warned else []),
            (
                "churn.leavers",
                round(judged.recall * 100),
                "churn.leavers_found",
                "churn.leavers_missed",
            ),
        ],
        "interval": interval,
        "other_kinds": "; ".join(
            f"{speech.name('leaving', kind)} (--leaving {kind})" for kind in churn.outcome.others
        ),
        "band_name": lambda band: speech.read(band.title) or speech.name("risks", band.risk),
        "is_silent": is_silent(churn),
        "is_loud": is_loud(churn),
        "within": say_within(churn, speech),
        "counted": say_counted(churn, speech),
        "statistics": _list_statistics(churn, speech, interval),
        **describe_gains(churn, speech),
        "errors_said": say_errors(churn, speech),
    }


def _list_statistics(
    churn: ChurnPart, speech: Speech, interval: Callable[[Interval], str]
) -> list[tuple[str, str]]:
    holdout = churn.holdout
    counts = holdout.confusion
    quality = speech.fixed(holdout.roc_auc)
    if holdout.roc_auc_low is not None and holdout.roc_auc_high is not None:
        quality = interval(
            Interval(mean=holdout.roc_auc, low=holdout.roc_auc_low, high=holdout.roc_auc_high)
        )
    four = (
        counts.true_positive,
        counts.false_positive,
        counts.false_negative,
        counts.true_negative,
    )
    return [
        ("split", speech.read(churn.split.sentence)),
        ("train_n", speech.number(churn.split.train)),
        ("n", speech.number(holdout.n)),
        ("roc_auc", quality),
        ("pr_auc", speech.fixed(holdout.pr_auc)),
        ("brier", speech.fixed(holdout.brier)),
        ("threshold", speech.fixed(churn.threshold)),
        ("precision", speech.fixed(holdout.precision)),
        ("recall", speech.fixed(holdout.recall)),
        ("f1", speech.fixed(holdout.f1)),
        ("confusion", " / ".join(speech.number(count) for count in four)),
        ("equal_error_threshold", speech.fixed(holdout.equal_error_threshold)),
        ("reliability", speech.fixed(holdout.reliability)),
        ("gap_short", speech.fixed(_measure_gap(churn))),
    ]


def _measure_gap(churn: ChurnPart) -> float | None:
    chosen = next((model for model in churn.models if model.name == churn.chosen), None)
    if chosen is None or chosen.train_roc_auc is None:
        return None
    return chosen.train_roc_auc - chosen.roc_auc.mean


def _describe_list(part: ContactListPart, shown: Shown) -> dict[str, Any]:
    return {
        "exclusions": [(shown.named(reason), count) for reason, count in largest(part.excluded)]
    }
