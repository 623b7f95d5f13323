"""What the charts of the page hold; charts.js draws it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from regulars.report.html.dendrogram import describe_tree
from regulars.report.parts import (
    ChurnPart,
    ClassesPart,
    ClassModelPart,
    GainPart,
    GroupedPart,
    GroupFigures,
    Interval,
    LeadTimePart,
    LeadTimeSpan,
    ModelPart,
    SegmentsPart,
)
from regulars.report.speech import Speech

__all__ = [
    "MOST_DRIVERS",
    "Chart",
    "draw_hundred",
    "list_charts",
    "list_told",
    "say_days",
    "to_script_json",
]

_TONES = {"high": "--bad", "medium": "--second", "low": "--fill"}
_ROW = 40
MOST_DRIVERS = 12
_TRACED = 5
"""More lines than that cannot be told apart."""

Chart = Mapping[str, Any]


def list_charts(
    churn: ChurnPart | None,
    speech: Speech,
    segments: SegmentsPart | None = None,
    classes: ClassesPart | None = None,
) -> list[Chart]:
    """Every chart of the report, in order."""
    charts = []
    if segments is not None and segments.means:
        charts.append(_chart_means(segments, speech))
    if segments is not None and segments.tree and segments.tree.joints:
        charts.append(describe_tree(segments.tree, speech))
    if classes is not None:
        charts.append(_chart_models(classes.models, speech, name="chart-classes"))
    return charts if churn is None else [*charts, *_list_churn_charts(churn, speech)]


def _list_churn_charts(churn: ChurnPart, speech: Speech) -> list[Chart]:
    charts = [_chart_models(churn.models, speech, chosen=churn.chosen)]
    if churn.calibration:
        charts.append(_chart_calibration(churn, speech))
    if churn.gains:
        charts += [_chart_gains(churn, speech), _chart_lift(churn, speech)]
    charts += [_chart_group(one, speech) for one in churn.by_group if list_told(one)]
    if churn.lead_time and churn.lead_time.warned:
        charts.append(_chart_lead_time(churn.lead_time, speech))
    if churn.risk_bands:
        charts.append(_chart_bands(churn, speech))
    if churn.drivers and churn.drivers[0].over_time:
        charts.append(_chart_drivers(churn, speech))
    return charts


def _chart_drivers(churn: ChurnPart, speech: Speech) -> Chart:
    """A line for each of the strongest drivers: how much it weighed at each date."""
    drawn = churn.drivers[:_TRACED]
    days = [moment.as_of for moment in drawn[0].over_time]
    return {
        "id": "chart-drivers",
        "kind": "lines",
        "y": speech.say("drivers.share"),
        "height": 320,
        "items": [{"name": speech.day(day.isoformat())} for day in days],
        "series": [
            {
                "name": speech.read(driver.label),
                "values": [moment.share for moment in driver.over_time],
                "tips": [
                    f"{speech.read(driver.label)}\n{speech.day(moment.as_of.isoformat())}: "
                    f"{speech.percent(moment.share, 1)}"
                    for moment in driver.over_time
                ],
            }
            for driver in drawn
        ],
    }


def list_told(grouping: GroupedPart) -> list[GroupFigures]:
    """The groups that are large enough to tell how well the model ranks in them."""
    return [group for group in grouping.groups if group.roc_auc is not None]


def _chart_group(grouping: GroupedPart, speech: Speech) -> Chart:
    """How well the model ranks within each group, the first one on top."""
    items = []
    for group in list_told(grouping):
        figure = group.roc_auc
        if figure is None:
            continue
        spoken = speech.say(
            "page.interval",
            mean=speech.fixed(figure.mean),
            low=speech.fixed(figure.low),
            high=speech.fixed(figure.high),
        )
        name = f"{speech.read(group.name)} ({speech.number(group.customers)})"
        items.append(
            {
                "name": name,
                "mean": figure.mean,
                "low": figure.low,
                "high": figure.high,
                "chosen": True,
                "tip": f"{name}: {spoken}",
            }
        )
    return {
        "id": f"chart-group-{grouping.by}",
        "kind": "intervals",
        "axis": speech.say("churn.roc_auc"),
        "height": 70 + 52 * len(items),
        "items": items,
    }


def say_days(span: LeadTimeSpan, speech: Speech) -> str:
    """From how many days to how many."""
    if span.to_days is None:
        return speech.say("churn.lead_more", days=speech.count(span.from_days, "days"))
    return f"{span.from_days}–{speech.count(span.to_days, 'days')}"


def _chart_lead_time(found: LeadTimePart, speech: Speech) -> Chart:
    """A bar for each span of days between warning and leaving, the shortest on top."""
    items = []
    for span in found.distribution:
        name = say_days(span, speech)
        items.append(
            {
                "name": name,
                "value": span.customers,
                "text": speech.number(span.customers),
                "tone": "--fill",
                "tip": f"{name}: {speech.count(span.customers, 'customers')}",
            }
        )
    items.append(
        {
            "name": speech.say("churn.lead_none"),
            "value": found.missed,
            "text": speech.number(found.missed),
            "tone": "--bad",
            "tip": f"{speech.say('churn.lead_none')}: {speech.count(found.missed, 'customers')}",
        }
    )
    return {
        "id": "chart-lead-time",
        "kind": "bars",
        "axis": "",
        "height": 20 + _ROW * len(items),
        "items": items,
    }


def _chart_means(segments: SegmentsPart, speech: Speech) -> Chart:
    """A row for each feature with a mark for each segment: the further out, the more it stands out."""
    means = segments.means
    names = {profile.segment: speech.read(profile.name) for profile in segments.profiles}
    features = [speech.read(feature) for feature in means.features] if means else []
    return {
        "id": "chart-means",
        "kind": "means",
        "axis": speech.say("segments.means_axis"),
        "height": 78 + 34 * len(features),
        "items": [{"name": feature} for feature in features],
        "series": [
            {
                "name": code,
                "title": f"{code} · {names.get(code, '')}",
                "values": [row[place] for row in means.z],
                "tips": [
                    f"{feature}\n{code} · {names.get(code, '')}: {speech.signed(row[place])}"
                    for feature, row in zip(features, means.z, strict=True)
                ],
            }
            for place, code in enumerate(means.segments)
        ]
        if means
        else [],
    }


def _chart_gains(churn: ChurnPart, speech: Speech) -> Chart:
    def say(gain: GainPart) -> str:
        called = speech.percent(gain.share, 0)
        return (
            f"{speech.say('churn.gains_called')}: {called}\n"
            f"{speech.say('churn.gains_found')}: {_say_shares(gain.recall, speech)}"
        )

    nothing = {"x": 0, "y": 0, "low": 0, "high": 0, "tip": ""}
    return {
        "id": "chart-gains",
        "kind": "curve",
        "x": speech.say("churn.gains_called"),
        "y": speech.say("churn.gains_found"),
        "height": 300,
        "percent": True,
        "random": [[0, 0], [1, 1]],
        "items": [nothing, *(_point(gain, gain.recall, say(gain)) for gain in churn.gains)],
    }


def _chart_lift(churn: ChurnPart, speech: Speech) -> Chart:
    def say(gain: GainPart) -> str:
        low, high = speech.fixed(gain.lift.low, 1), speech.fixed(gain.lift.high, 1)
        mean = speech.fixed(gain.lift.mean, 1)
        return (
            f"{speech.say('churn.gains_called')}: {speech.percent(gain.share, 0)}\n"
            f"{speech.say('page.interval', mean=mean, low=low, high=high)}"
        )

    return {
        "id": "chart-lift",
        "kind": "curve",
        "x": speech.say("churn.gains_called"),
        "y": speech.say("churn.gains_times"),
        "height": 300,
        "percent": False,
        "random": [[0, 1], [1, 1]],
        "items": [_point(gain, gain.lift, say(gain)) for gain in churn.gains],
    }


def _point(gain: GainPart, figure: Interval, tip: str) -> dict[str, object]:
    return {"x": gain.share, "y": figure.mean, "low": figure.low, "high": figure.high, "tip": tip}


def _say_shares(figure: Interval, speech: Speech) -> str:
    mean, low, high = (speech.percent(bound, 0) for bound in (figure.mean, figure.low, figure.high))
    return speech.say("page.interval", mean=mean, low=low, high=high)


def _chart_models(
    models: Sequence[ModelPart | ClassModelPart],
    speech: Speech,
    *,
    chosen: str | None = None,
    name: str = "chart-models",
) -> Chart:
    items = []
    for model in models:
        title = speech.read(model.title) or model.name
        interval = model.roc_auc
        spoken = speech.say(
            "page.interval",
            mean=speech.fixed(interval.mean),
            low=speech.fixed(interval.low),
            high=speech.fixed(interval.high),
        )
        items.append(
            {
                "name": title,
                "mean": interval.mean,
                "low": interval.low,
                "high": interval.high,
                "chosen": model.name == chosen,
                "tip": f"{title}: {spoken}",
            }
        )
    return {
        "id": name,
        "kind": "intervals",
        "axis": speech.say("churn.roc_auc"),
        "height": 70 + 52 * len(items),
        "items": items,
    }


def _chart_calibration(churn: ChurnPart, speech: Speech) -> Chart:
    predicted, observed = speech.say("churn.predicted"), speech.say("churn.observed")
    return {
        "id": "chart-calibration",
        "kind": "calibration",
        "x": predicted,
        "y": observed,
        "height": 300,
        "items": [
            {
                "x": point.predicted,
                "y": point.observed,
                "count": point.count,
                "tip": f"{predicted}: {speech.percent(point.predicted)}\n"
                f"{observed}: {speech.percent(point.observed)}\n"
                f"{speech.count(point.count, 'customers')}",
            }
            for point in churn.calibration
        ],
    }


def _chart_bands(churn: ChurnPart, speech: Speech) -> Chart:
    items = []
    for band in churn.risk_bands:
        name = speech.read(band.title) or speech.name("risks", band.risk)
        bounds = speech.span(band.low, band.high)
        items.append(
            {
                "name": f"{name}, {bounds}",
                "value": band.customers,
                "text": speech.number(band.customers),
                "tone": _TONES.get(band.risk, "--fill"),
                "tip": f"{name}: {speech.count(band.customers, 'customers')}",
            }
        )
    return {
        "id": "chart-bands",
        "kind": "bars",
        "axis": "",
        "height": 20 + _ROW * len(items),
        "items": items,
    }


def to_script_json(content: Sequence[Chart] | Mapping[str, Any]) -> Markup:
    r"""JSON that may stand in a script element whatever its texts hold.

    Examples
    --------
    >>> print(to_script_json([{"name": "</script>"}]))
    [{"name": "\u003c/script\u003e"}]
    """
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - what could end the element was just replaced


def draw_hundred(share: float, label: str) -> Markup:
    """A hundred squares of which the share is filled, as SVG."""
    filled = round(share * 100)
    squares = "".join(
        f"<rect{' class=on' if number < filled else ''} "
        f'x="{number % 10 * 10 + 0.8}" y="{number // 10 * 10 + 0.8}" '
        'width="8.4" height="8.4" rx="1.6"/>'
        for number in range(100)
    )
    picture = '<svg class="hundred" viewBox="0 0 100 100" role="img" aria-label="{}">{}</svg>'
    return Markup(picture).format(label, Markup(squares))  # noqa: S704 - only numbers within
