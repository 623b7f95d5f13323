"""From the results of the analysis to the parts of the report: takes over, computes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from regulars.campaigns import ContactList
from regulars.evaluate import Interval as MeasuredInterval
from regulars.evaluate import LeadTime
from regulars.predictions.comparing.groupings import GroupedQuality
from regulars.predictions.comparing.results import ChurnComparison, Quality
from regulars.predictions.comparing.verdict import say_lead_time
from regulars.predictions.reasons.faithfulness import Faithfulness
from regulars.quality.finding import Finding
from regulars.quality.state import TableState as MeasuredTable
from regulars.report.labels import begin, label_feature
from regulars.report.parts import (
    Alarm,
    CalibrationPoint,
    ChurnPart,
    Confusion,
    ContactListPart,
    Driver,
    DriverMoment,
    FaithfulnessPart,
    FindingPart,
    GainPart,
    GroupedPart,
    GroupFigures,
    Holdout,
    Interval,
    LeadTimePart,
    LeadTimeSpan,
    ModelPart,
    OutcomePart,
    RiskBand,
    ScorecardLine,
    SplitPart,
    TableState,
)
from regulars.schema.wording import Wording

__all__ = [
    "report_churn",
    "report_contact_list",
    "report_faithfulness",
    "report_findings",
    "report_tables",
]

_MOST_GROUPS, _FEWEST_IN_GROUP = 10, 30


def report_findings(findings: Iterable[Finding]) -> tuple[FindingPart, ...]:
    """What the checks found, in the order given."""
    return tuple(FindingPart.model_validate(finding.to_dict()) for finding in findings)


def report_tables(states: Iterable[MeasuredTable]) -> tuple[TableState, ...]:
    """The state of each table, without the examples of single values."""
    return tuple(TableState.model_validate(_without_examples(state)) for state in states)


def _without_examples(state: MeasuredTable) -> Mapping[str, Any]:
    plain: dict[str, Any] = state.to_dict()
    for column in plain["columns"]:
        column.pop("examples", None)
    return plain


def report_churn(
    comparison: ChurnComparison,
    *,
    labels: Mapping[str, Wording] | None = None,
    lead_time: LeadTime | None = None,
    other_kinds: Sequence[str] = (),
    by_group: Sequence[GroupedQuality] = (),
) -> ChurnPart:
    """Who is about to leave.

    Parameters
    ----------
    comparison
        The models that were compared.
    labels
        Meaning of each feature in words; the feature's name where there is none.
    lead_time
        How long before the end the warnings came.
    other_kinds
        What else leaving could have been, by the words of the command line.
    by_group
        How well the chosen model holds for each kind of customers.
    """
    words = labels or {}
    outcome = comparison.outcome
    return ChurnPart(
        outcome=OutcomePart(
            column=outcome.column,
            positive=outcome.positive_value,
            sentence=outcome.sentence,
            positives=outcome.positives,
            negatives=outcome.negatives,
            unknown=outcome.unknown,
            kind=outcome.definition.kind.replace("_", "-"),
            horizon_days=outcome.horizon_days,
            gap_days=outcome.gap_days,
            others=tuple(other_kinds),
            is_churn=outcome.is_churn,
            will=outcome.phrases.will,
            did=outcome.phrases.did,
        ),
        base_rate=comparison.base_rate,
        split=SplitPart(
            sentence=comparison.split,
            train=comparison.n - comparison.holdout.n,
            holdout=comparison.holdout.n,
        ),
        models=tuple(
            ModelPart(
                name=model.name,
                title=model.title,
                roc_auc=Interval(
                    mean=model.roc_auc.mean, low=model.roc_auc.low, high=model.roc_auc.high
                ),
                pr_auc=model.pr_auc.mean,
                brier=model.brier.mean,
                train_roc_auc=model.train_roc_auc,
                intervals=_report_intervals(model, "pr_auc", "brier", "f1"),
            )
            for model in comparison.models
        ),
        chosen=comparison.chosen,
        why_chosen=comparison.reason,
        threshold=comparison.threshold.value,
        why_threshold=comparison.threshold.sentence,
        scorecard=tuple(
            ScorecardLine(
                name=line.name,
                title=line.title,
                values={str(model): value for model, value in line.values.items()},
                best=line.best,
                decides=line.decides,
            )
            for line in comparison.scorecard
            # No two runs take the same time, and the report is to be the same again.
            if line.name != "seconds"
        ),
        quality=_report_quality(comparison.quality),
        holdout=_report_quality(comparison.holdout),
        gains=tuple(
            GainPart(
                share=gain.share,
                customers=gain.customers,
                **_report_intervals(gain, "recall", "precision", "lift"),
            )
            for gain in comparison.gains
        ),
        by_group=tuple(map(_report_grouping, by_group)),
        lead_time=_report_lead_time(lead_time) if lead_time else None,
        calibration=_group_by_promise(comparison),
        risk_bands=tuple(
            RiskBand(
                risk=band.name,
                title=band.title,
                low=band.low,
                high=band.high,
                customers=band.customers,
            )
            for band in comparison.risk_bands
        ),
        drivers=tuple(
            Driver(
                feature=driver.feature,
                label=label_feature(driver.feature, None, words),
                importance=driver.weight,
                direction=driver.direction,
                sentence=begin(driver.sentence),
                over_time=tuple(
                    DriverMoment(as_of=moment.as_of, share=moment.share)
                    for moment in driver.over_time
                ),
            )
            for driver in comparison.drivers
        ),
        faithfulness=report_faithfulness(comparison.faithfulness),
        alarms=tuple(
            Alarm(
                kind=alarm.kind,
                severity=alarm.severity,
                feature=alarm.feature,
                value=alarm.value,
                sentence=alarm.sentence,
            )
            for alarm in comparison.alarms
        ),
    )


def _group_by_promise(comparison: ChurnComparison) -> tuple[CalibrationPoint, ...]:
    """Customers of similar probability together, as many in each group: for drawing.

    Everyone was scored by a model that had not seen them.
    """
    labels, promised = comparison.tested
    known = np.arange(len(labels))
    groups = min(_MOST_GROUPS, len(known) // _FEWEST_IN_GROUP)
    if groups < 2:
        return ()
    ordered = known[np.argsort(promised[known], kind="stable")]
    return tuple(
        CalibrationPoint(
            predicted=float(promised[group].mean()),
            observed=float(labels[group].mean()),
            count=len(group),
        )
        for group in np.array_split(ordered, groups)
    )


def _report_intervals(figures: object, *names: str) -> dict[str, Interval]:
    found = {name: getattr(figures, name) for name in names}
    return {
        name: Interval(mean=value.mean, low=value.low, high=value.high)
        for name, value in found.items()
    }


def report_faithfulness(found: Faithfulness | None) -> FaithfulnessPart | None:
    """Whether the reasons hold; nothing where nobody has one."""
    if found is None:
        return None
    gain = found.gain
    return FaithfulnessPart(
        gain=Interval(mean=gain.mean, low=gain.low, high=gain.high),
        named=found.named,
        drawn=found.drawn,
        top=found.top,
        customers=found.customers,
        sentence=found.sentence,
    )


def _report_quality(quality: Quality) -> Holdout:
    counts = quality.confusion
    return Holdout(
        n=quality.n,
        positives=quality.positives,
        customers=quality.customers,
        dates=quality.dates,
        repeats=quality.repeats,
        roc_auc=quality.roc_auc.mean,
        roc_auc_low=quality.roc_auc.low,
        roc_auc_high=quality.roc_auc.high,
        pr_auc=quality.pr_auc.mean,
        brier=quality.brier.mean,
        precision=quality.precision.mean,
        recall=quality.recall.mean,
        f1=quality.f1.mean,
        intervals=_report_intervals(quality, "pr_auc", "brier", "precision", "recall", "f1"),
        equal_error_threshold=quality.equal_errors.threshold,
        reliability=quality.equal_errors.reliability,
        confusion=Confusion(
            true_positive=counts.true_positive,
            false_positive=counts.false_positive,
            false_negative=counts.false_negative,
            true_negative=counts.true_negative,
        ),
        sentence=quality.sentence,
    )


def _report_lead_time(found: LeadTime) -> LeadTimePart:
    has_any = found.warned > 0
    return LeadTimePart(
        warned=found.warned,
        missed=found.missed,
        median_days=found.median_days if has_any else None,
        share_of_7_days=found.share_of_at_least(7) if has_any else None,
        share_of_14_days=found.share_of_at_least(14) if has_any else None,
        distribution=tuple(
            LeadTimeSpan(from_days=first, to_days=last, customers=count)
            for first, last, count in found.count_spans()
        ),
        sentence=say_lead_time(found),
    )


def _take_over(figure: MeasuredInterval) -> Interval:
    return Interval(mean=figure.mean, low=figure.low, high=figure.high)


def _report_grouping(found: GroupedQuality) -> GroupedPart:
    return GroupedPart(
        by=found.by,
        title=found.title,
        groups=tuple(
            GroupFigures(
                name=name,
                customers=one.customers,
                positives=one.positives,
                roc_auc=None if one.roc_auc is None else _take_over(one.roc_auc),
                said=one.said,
                came=_take_over(one.came),
            )
            for name, one in zip(found.names, found.groups, strict=True)
        ),
    )


def report_contact_list(found: ContactList, *, rule: Wording | None = None) -> ContactListPart:
    """Whom to contact, in figures; `rule` says who was asked for."""
    return ContactListPart(
        requested=found.requested,
        kept=found.kept,
        excluded=dict(found.excluded),
        rule=rule,
        by_risk=found.count_by_risk(),
        by_segment=found.count_by_segment(),
        by_reason=found.count_by_reason(),
        by_action=found.count_by_action(),
        actions={row.action.code: row.action.action for row in found.rows},
        expected_loss=found.expected_loss,
    )
