"""What `regulars predict compare` found, as one JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regulars.cli.figures import describe_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regulars.evaluate import Gain, Interval, LeadTime, Savings
    from regulars.predictions.comparing.groupings import GroupedQuality
    from regulars.predictions.comparing.results import Alarm, ModelResult, Quality
    from regulars.predictions.comparing.standings import GroupQuality, Standings
    from regulars.predictions.comparing.worth import Worth
    from regulars.schema.wording import Language
    from regulars.workspace.compared_models import ComparedModels
    from regulars.workspace.leaks import LeakSearch

__all__ = ["describe_comparison", "describe_leaks", "describe_model"]

_ALWAYS = ("tenure", "segment")
"""Shown without being asked for, where they are known."""


def describe_comparison(found: ComparedModels, language: Language) -> dict[str, Any]:
    """The JSON object that the command prints."""
    leakage = describe_leaks(found.leaks, language)
    if found.standings is not None:
        return _describe_standings(found.standings, found.ordered_by, language) | {
            "by_group": _describe_groupings(found.by_group, language),
            "leakage": leakage,
        }
    over_time = found.over_time
    if over_time is None:
        return {"leakage": leakage}
    return {
        "outcome": over_time.outcome.column,
        "said_outcome": over_time.outcome.sentence.to(language),
        "base_rate": over_time.base_rate,
        "kind": "yes-no",
        "customers": over_time.outcome.customers,
        "tests": over_time.n,
        "split": "time",
        "said_split": over_time.split.to(language),
        "models": [describe_model(one, one.roc_auc, language) for one in over_time.models],
        "chosen": over_time.chosen,
        "why": over_time.reason.to(language),
        "leakage": leakage,
        "quality": _describe_quality(over_time.quality, over_time.threshold.value),
        "threshold": {
            "value": over_time.threshold.value,
            "sentence": over_time.threshold.sentence.to(language),
        },
        **(_describe_worth(found.worth) if found.worth is not None else {}),
        "groups": [
            _describe_group(group)
            for one in found.by_group
            if one.by not in _ALWAYS
            for group in one.groups
        ],
        "by_group": _describe_groupings(found.by_group, language),
        "lead_time": _describe_lead_time(found.lead_time, language),
        "alarms": _describe_alarms(over_time.alarms, language),
    }


def _describe_standings(
    standings: Standings, ordered_by: str | None, language: Language
) -> dict[str, Any]:
    outcome = standings.outcome
    return {
        "outcome": outcome.column,
        "positive_value": outcome.positive_value,
        "said_outcome": outcome.sentence.to(language),
        "base_rate": standings.base_rate,
        "kind": "yes-no",
        "customers": standings.n,
        "split": standings.split,
        "said_split": standings.said_split.to(language),
        "ordered_by": ordered_by,
        "rounds": standings.rounds,
        "models": [
            describe_model(one, standings.roc_auc(one.name), language) for one in standings.models
        ],
        "chosen": standings.chosen,
        "why": standings.reason.to(language),
        "random_split": {
            "roc_auc": describe_interval(standings.at_random),
            "reason": standings.said_gap.to(language),
        }
        if standings.at_random is not None and standings.said_gap is not None
        else None,
        "after_choosing_roc_auc": describe_interval(standings.after_choosing),
        "quality": _describe_quality(standings.quality, standings.threshold),
        "threshold": {
            "value": standings.threshold,
            "sentence": standings.said_threshold.to(language),
        },
        **_describe_worth(standings.worth),
        "savings": _describe_savings(standings.savings),
        "learning_curve": [
            {
                "share": one.share,
                "customers": one.customers,
                "roc_auc": describe_interval(one.roc_auc),
            }
            for one in standings.learning
        ],
        "more_customers": standings.said_more.to(language) if standings.said_more else None,
        "groups": [_describe_group(one) for one in standings.groups],
        "left_out": list(standings.left_out),
        "alarms": _describe_alarms(standings.alarms, language),
    }


def _describe_lead_time(lead_time: LeadTime | None, language: Language) -> dict[str, Any] | None:
    from regulars.predictions.comparing.verdict import say_lead_time

    if lead_time is None:
        return None
    is_told = lead_time.warned > 0
    return {
        "warned": lead_time.warned,
        "missed": lead_time.missed,
        "median_days": lead_time.median_days if is_told else None,
        "share_of_7_days": lead_time.share_of_at_least(7) if is_told else None,
        "share_of_14_days": lead_time.share_of_at_least(14) if is_told else None,
        "distribution": [
            {"from_days": first, "to_days": last, "customers": count}
            for first, last, count in lead_time.count_spans()
        ],
        "reason": say_lead_time(lead_time).to(language),
    }


def _describe_alarms(alarms: Sequence[Alarm], language: Language) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind,
            "severity": one.severity,
            "column": one.feature,
            "reason": one.sentence.to(language),
        }
        for one in alarms
    ]


def describe_model(model: ModelResult, roc_auc: Interval, language: Language) -> dict[str, Any]:
    """One model with all its figures."""
    intervals = ("pr_auc", "brier", "log_loss", "calibration_error", "f1")
    return {
        "name": model.name,
        "title": model.title.to(language),
        "roc_auc": describe_interval(roc_auc),
        "roc_auc_within": describe_interval(model.roc_auc),
        **{name: getattr(model, name).mean for name in intervals},
        "intervals": {name: describe_interval(getattr(model, name)) for name in intervals},
        "train_roc_auc": model.train_roc_auc,
        "behind": model.behind,
        "behind_error": model.behind_error,
        "seconds": round(model.seconds, 3),
    }


def _describe_quality(quality: Quality, threshold: float) -> dict[str, Any]:
    confusion = quality.confusion
    return {
        "threshold": threshold,
        "roc_auc": describe_interval(quality.roc_auc),
        "precision": describe_interval(quality.precision),
        "recall": describe_interval(quality.recall),
        "f1": describe_interval(quality.f1),
        "confusion": {
            "true_positive": confusion.true_positive,
            "false_positive": confusion.false_positive,
            "false_negative": confusion.false_negative,
            "true_negative": confusion.true_negative,
        },
        "equal_errors": {
            "threshold": quality.equal_errors.threshold,
            "error": quality.equal_errors.error,
            "reliability": quality.equal_errors.reliability,
        },
    }


def _describe_worth(worth: Worth) -> dict[str, Any]:
    return {
        "capacity": _describe_gain(worth.capacity),
        "calibration": [
            {"customers": one.customers, "said": one.said, "came": describe_interval(one.came)}
            for one in worth.calibration
        ],
        "profit": {
            "per_customer": describe_interval(worth.profit.profit),
            "share_contacted": describe_interval(worth.profit.share),
        },
    }


def _describe_gain(gain: Gain) -> dict[str, Any]:
    return {
        "share": gain.share,
        "customers": gain.customers,
        "precision": describe_interval(gain.precision),
        "recall": describe_interval(gain.recall),
        "lift": describe_interval(gain.lift),
    }


def _describe_savings(savings: Savings | None) -> dict[str, Any] | None:
    if savings is None:
        return None
    return {
        "by_own_costs": describe_interval(savings.by_own_costs),
        "at_one_threshold": describe_interval(savings.at_one_threshold),
        "blind": describe_interval(savings.blind),
        "ahead_of_threshold": describe_interval(savings.ahead_of_threshold),
        "ahead_of_blind": describe_interval(savings.ahead_of_blind),
        "cost_if_nobody": savings.nobody,
        "cost_if_everybody": savings.everybody,
        "cost_per_customer": savings.decided,
    }


def _describe_group(group: GroupQuality) -> dict[str, Any]:
    return {
        "name": group.name,
        "customers": group.customers,
        "positives": group.positives,
        "roc_auc": describe_interval(group.roc_auc),
        "said": group.said,
        "came": describe_interval(group.came),
        "is_too_few": not group.is_told,
    }


def _describe_groupings(
    found: Sequence[GroupedQuality], language: Language
) -> list[dict[str, Any]]:
    """The chosen model by tenure and by segment, each group with its name in words."""
    return [
        {
            "by": one.by,
            "title": one.title.to(language),
            "groups": [
                _describe_group(group) | {"name": name.to(language)}
                for name, group in zip(one.names, one.groups, strict=True)
            ],
        }
        for one in found
    ]


def describe_leaks(leaks: LeakSearch | None, language: Language) -> list[dict[str, Any]]:
    """What was found out of each column that knows, or may know, the outcome."""
    if leaks is None:
        return []
    return [
        {
            "column": one.column,
            "reason": one.evidence.to(language),
            "is_blocking": one.is_blocking,
            "is_left_out": one.is_dropped,
            "roc_auc_alone": one.roc_auc_alone,
            "roc_auc_with": one.roc_auc_with,
            "roc_auc_without": one.roc_auc_without,
        }
        for one in leaks.report()
    ]
