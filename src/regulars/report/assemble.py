"""From the results of the analysis to the parts of the report: takes over, computes nothing."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from regulars.campaigns import ContactList
from regulars.features.sentences import capitalize
from regulars.predictions.results import ChurnComparison
from regulars.quality.finding import Finding
from regulars.quality.state import TableState as MeasuredTable
from regulars.report.parts import (
    Alarm,
    CalibrationPoint,
    ChurnPart,
    Confusion,
    ContactListPart,
    Driver,
    FindingPart,
    Holdout,
    Interval,
    MeansPlot,
    MethodPart,
    ModelPart,
    OutcomePart,
    RiskBand,
    SegmentProfile,
    SegmentsPart,
    SplitPart,
    TableState,
    Trait,
)
from regulars.schema.wording import Wording
from regulars.segments.segmentation import Differentiator, Segmentation
from regulars.segments.segmentation import SegmentProfile as Profile

__all__ = [
    "name_segment",
    "report_churn",
    "report_contact_list",
    "report_findings",
    "report_segments",
    "report_tables",
]

_MOST_MEANS = 14
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


def name_segment(number: int) -> str:
    """The code of a segment in tables and files: S1 is the largest."""
    return f"S{number}"


def report_segments(
    segmentation: Segmentation,
    *,
    labels: Mapping[str, Wording] | None = None,
    churn_probability: Mapping[int, float] | None = None,
    amounts: Mapping[int, float] | None = None,
) -> SegmentsPart:
    """Who the customers are.

    Parameters
    ----------
    segmentation
        The result of the clusterer.
    labels
        Meaning of each feature in words; the feature's name where there is none.
    churn_probability, amounts
        Mean churn probability and money by number of the segment, where known.
    """
    words = labels or {}
    chosen = segmentation.methods[segmentation.chosen]
    return SegmentsPart(
        chosen=chosen.name,
        why_chosen=segmentation.reason,
        methods=tuple(
            MethodPart(
                name=method.name,
                k=method.k,
                silhouette=method.silhouette,
                stability=method.stability,
                sizes=method.sizes,
            )
            for method in segmentation.methods
        ),
        profiles=tuple(
            _report_profile(
                profile,
                words,
                churn_probability=(churn_probability or {}).get(profile.number),
                amount=(amounts or {}).get(profile.number),
            )
            for profile in segmentation.profiles
        ),
        means=_plot_means(segmentation.profiles, words),
        notes=segmentation.notes,
    )


def _report_profile(
    profile: Profile,
    words: Mapping[str, Wording],
    *,
    churn_probability: float | None,
    amount: float | None,
) -> SegmentProfile:
    return SegmentProfile(
        segment=name_segment(profile.number),
        name=profile.name,
        size=profile.size,
        share=profile.share,
        stability=profile.stability,
        churn_share=profile.outcome_share,
        churn_probability=churn_probability,
        amount=amount,
        traits=tuple(
            Trait(
                feature=trait.feature,
                label=_label(trait.feature, trait.level, words),
                level=trait.level,
                value=trait.segment_value,
                overall=trait.overall_value,
                z=trait.standardized_difference,
                sentence=_begin(trait.sentence),
            )
            for trait in profile.differentiators
        ),
    )


def _label(feature: str, level: str | None, words: Mapping[str, Wording]) -> Wording:
    word = _begin(words.get(feature, Wording(en=feature, ru=feature)))
    if level is None:
        return word
    return Wording(en=f"{word.en}: {level}", ru=f"{word.ru}: {level}")


def _begin(words: Wording) -> Wording:
    """The words as they stand at the beginning of a line."""
    return Wording(en=capitalize(words.en), ru=capitalize(words.ru))


def _plot_means(profiles: tuple[Profile, ...], words: Mapping[str, Wording]) -> MeansPlot | None:
    """The features that set segments apart most, with their z in every segment."""
    strongest: dict[str, Differentiator] = {}
    for profile in profiles:
        for trait in profile.differentiators:
            # One level says enough of a category: the shares of the others mirror it.
            known = strongest.get(trait.feature, trait)
            strongest[trait.feature] = max(known, trait, key=_strength)
    shown = sorted(strongest.values(), key=_strength, reverse=True)[:_MOST_MEANS]
    if not shown:
        return None
    means = [
        {(mean.feature, mean.level): mean.segment_value for mean in profile.means}
        for profile in profiles
    ]
    return MeansPlot(
        features=tuple(_label(trait.feature, trait.level, words) for trait in shown),
        segments=tuple(name_segment(profile.number) for profile in profiles),
        z=tuple(
            tuple(
                _standardize(of_segment.get((trait.feature, trait.level)), trait)
                for of_segment in means
            )
            for trait in shown
        ),
    )


def _strength(trait: Differentiator) -> float:
    return abs(trait.standardized_difference)


def _standardize(mean: float | None, trait: Differentiator) -> float | None:
    """The mean of any segment in the standard deviations in which `trait` gives one."""
    difference = trait.segment_value - trait.overall_value
    if mean is None or difference == 0:
        return None
    return (mean - trait.overall_value) / difference * trait.standardized_difference


def report_churn(
    comparison: ChurnComparison, *, labels: Mapping[str, Wording] | None = None
) -> ChurnPart:
    """Who is about to leave.

    Parameters
    ----------
    comparison
        The models that were compared.
    labels
        Meaning of each feature in words; the feature's name where there is none.
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
            is_churn=outcome.is_churn,
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
                pr_auc=model.pr_auc,
                brier=model.brier,
                train_roc_auc=model.train_roc_auc,
            )
            for model in comparison.models
        ),
        chosen=comparison.chosen,
        why_chosen=comparison.reason,
        threshold=comparison.threshold.value,
        why_threshold=comparison.threshold.sentence,
        holdout=_report_holdout(comparison),
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
                label=_label(driver.feature, None, words),
                importance=driver.weight,
                direction=driver.direction,
                sentence=_begin(driver.sentence),
            )
            for driver in comparison.drivers
        ),
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

    Whoever's outcome is known was scored by a model that had not seen them.
    """
    labels, promised = comparison.outcome.labels, comparison.churn_probability
    known = np.flatnonzero(~np.isnan(labels))
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


def _report_holdout(comparison: ChurnComparison) -> Holdout:
    holdout = comparison.holdout
    counts = holdout.confusion
    return Holdout(
        n=holdout.n,
        positives=holdout.positives,
        roc_auc=holdout.roc_auc.mean,
        roc_auc_low=holdout.roc_auc.low,
        roc_auc_high=holdout.roc_auc.high,
        pr_auc=holdout.pr_auc,
        brier=holdout.brier,
        precision=holdout.precision,
        recall=holdout.recall,
        f1=holdout.f1,
        confusion=Confusion(
            true_positive=counts.true_positive,
            false_positive=counts.false_positive,
            false_negative=counts.false_negative,
            true_negative=counts.true_negative,
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
        expected_loss=found.expected_loss,
    )
