"""From segments to their part of the report: takes over, computes nothing."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from regulars.conditions import read_condition
from regulars.report.labels import begin, label_feature
from regulars.report.parts import (
    DistributionPart,
    DrillCellPart,
    DrillDownPart,
    DrillFieldPart,
    JointPart,
    MeansPlot,
    MethodPart,
    Portrait,
    RfmCellPart,
    RfmPart,
    RulePart,
    SegmentProfile,
    SegmentsPart,
    Trait,
    TreeBranchPart,
    TreeCutPart,
    TreePart,
)
from regulars.schema.wording import Wording
from regulars.segments.clustering.methods import TITLES
from regulars.segments.distributions import FEWEST_SHOWN, Crossing, Distribution
from regulars.segments.drilldown import Cell, DrillDown
from regulars.segments.merges import MergeTree
from regulars.segments.segmentation import Differentiator, MethodResult, Segmentation
from regulars.segments.segmentation import SegmentProfile as Profile
from regulars.segments.short_rules import ShortRule

__all__ = ["name_segment", "report_segments", "report_tree"]

_MOST_MEANS = 14
_BRANCHES = 24
_SEGMENT = Wording(en="segment", ru="сегмент")


def name_segment(number: int) -> str:
    """The code of a segment in tables and files: S1 is the largest."""
    return f"S{number}"


def report_segments(
    segmentation: Segmentation,
    *,
    labels: Mapping[str, Wording] | None = None,
    churn_probability: Mapping[int, float] | None = None,
    amounts: Mapping[int, float] | None = None,
    scored: Mapping[int, int] | None = None,
    distributions: Sequence[Distribution] = (),
    portraits: Mapping[int, Sequence[Crossing]] | None = None,
    rules: Mapping[int, ShortRule] | None = None,
    rule_names: Mapping[str, Wording] | None = None,
    drilled: DrillDown | None = None,
    is_expected: bool = False,
    tree: TreePart | None = None,
    in_words: Mapping[int, Wording] | None = None,
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
    scored
        Of how many customers the probability is the mean, by number of the segment.
    distributions
        Field by field; cells of one to four customers are left out.
    portraits
        Frequent combinations of values, by number of the segment.
    rules, rule_names
        Short rules by number of the segment, and what their columns are called.
    drilled, is_expected
        Fields crossed; whether the outcome in it is a probability.
    tree
        The customers joined two by two, of `report_tree`.
    in_words
        Each segment in one sentence, by its number.
    """
    words = labels or {}
    chosen = segmentation.methods[segmentation.chosen]
    return SegmentsPart(
        chosen=chosen.name,
        why_chosen=segmentation.reason,
        methods=tuple(map(_report_method, segmentation.methods)),
        profiles=tuple(
            _report_profile(
                profile,
                words,
                churn_probability=(churn_probability or {}).get(profile.number),
                scored=(scored or {}).get(profile.number),
                amount=(amounts or {}).get(profile.number),
                portraits=(portraits or {}).get(profile.number, ()),
                rule=_report_rule((rules or {}).get(profile.number), rule_names or words),
                in_words=(in_words or {}).get(profile.number),
            )
            for profile in segmentation.profiles
        ),
        means=_plot_means(segmentation.profiles, words),
        distributions=tuple(_report_distribution(field) for field in distributions),
        drill_down=_report_drill_down(drilled, segmentation, is_expected=is_expected)
        if drilled
        else None,
        rfm=_report_rfm(segmentation),
        tree=tree,
        notes=segmentation.notes,
    )


def report_tree(tree: MergeTree, segment: NDArray[np.int64]) -> TreePart:
    """The top of the tree of customers.

    Parameters
    ----------
    tree
        Who is joined with whom.
    segment
        Number of the segment of each joined customer, shape (n_joined,).
    """
    _, joints = tree.crown(_BRANCHES)
    branch = tree.find_branches(_BRANCHES)
    return TreePart(
        linkage=tree.linkage,
        joined=tree.sampled,
        suggested_k=tree.suggested_k,
        why=tree.why,
        branches=tuple(
            _report_branch(segment[branch == number]) for number in range(int(branch.max()) + 1)
        ),
        joints=tuple(
            JointPart(left=one.left, right=one.right, height=one.height, customers=one.size)
            for one in joints
        ),
        cuts=tuple(TreeCutPart(k=k, silhouette=found) for k, found in tree.silhouettes.items()),
    )


def _report_branch(segment: NDArray[np.int64]) -> TreeBranchPart:
    counts = np.bincount(segment)
    most = int(counts.argmax())
    is_told = len(segment) >= FEWEST_SHOWN and 2 * counts[most] >= len(segment)
    return TreeBranchPart(customers=len(segment), segment=name_segment(most) if is_told else None)


def _report_method(method: MethodResult) -> MethodPart:
    return MethodPart(
        name=method.name,
        title=TITLES.get(method.name),
        k=method.k,
        silhouette=method.silhouette,
        stability=method.stability,
        sizes=method.sizes,
        readability=method.readability,
        nobody_share=method.nobody_share or None,
        agreement=method.agreement,
    )


def _report_distribution(field: Distribution) -> DistributionPart:
    counts, shares = field.counts.tolist(), field.shares.tolist()
    return DistributionPart(
        feature=field.feature,
        label=begin(field.meaning),
        levels=tuple(begin(level) for level in field.levels),
        segments=tuple(name_segment(number + 1) for number in range(field.counts.shape[1])),
        counts=tuple(tuple(_hide_few(count) for count in row) for row in counts),
        shares=tuple(
            tuple(
                share if _hide_few(count) is not None else None
                for share, count in zip(row, own, strict=True)
            )
            for row, own in zip(shares, counts, strict=True)
        ),
    )


def _report_drill_down(
    drilled: DrillDown, segmentation: Segmentation, *, is_expected: bool
) -> DrillDownPart:
    names = tuple(_title_segment(profile) for profile in segmentation.profiles)
    return DrillDownPart(
        fields=tuple(
            DrillFieldPart(
                label=begin(field.meaning or _SEGMENT),
                levels=names if field.meaning is None else tuple(map(begin, field.levels)),
            )
            for field in drilled.fields
        ),
        whole=_report_cell(drilled.whole),
        cells={
            " ".join(f"{field}.{level}" for field, level in key): _report_cell(cell)
            for key, cell in drilled.cells.items()
        },
        is_expected=is_expected,
    )


def _title_segment(profile: Profile) -> Wording:
    code = name_segment(profile.number)
    return Wording(en=f"{code} · {profile.name.en}", ru=f"{code} · {profile.name.ru}")


def _report_cell(cell: Cell) -> DrillCellPart:
    share = cell.outcome_share
    return DrillCellPart(
        customers=cell.count, churn_share=None if share is None else round(share, 6)
    )


def _hide_few(count: int) -> int | None:
    return None if 0 < count < FEWEST_SHOWN else int(count)


def _report_rfm(segmentation: Segmentation) -> RfmPart | None:
    if segmentation.rfm is None:
        return None
    return RfmPart(
        **segmentation.rfm.model_dump(),
        cells=tuple(
            RfmCellPart(
                recency=cell.recency,
                value=cell.value,
                segment=name_segment(cell.segment),
                count=_hide_few(cell.count),
                churn_share=cell.outcome_share if cell.count >= FEWEST_SHOWN else None,
            )
            for cell in segmentation.cells
        ),
    )


def _report_rule(found: ShortRule | None, names: Mapping[str, Wording]) -> RulePart | None:
    if found is None or found.rule is None:
        return None
    fidelity = found.fidelity
    said = Wording(
        en=read_condition(found.rule, "en", names=names),
        ru=read_condition(found.rule, "ru", names=names),
    )
    return RulePart(
        sentence=begin(said),
        verdict=fidelity.verdict,
        precision=fidelity.precision,
        recall=fidelity.recall,
        share=fidelity.share,
    )


def _report_profile(
    profile: Profile,
    words: Mapping[str, Wording],
    *,
    churn_probability: float | None,
    scored: int | None,
    amount: float | None,
    portraits: Sequence[Crossing],
    rule: RulePart | None,
    in_words: Wording | None,
) -> SegmentProfile:
    return SegmentProfile(
        segment=name_segment(profile.number),
        name=profile.name,
        in_words=in_words,
        size=profile.size,
        share=profile.share,
        stability=profile.stability,
        churn_share=profile.outcome_share,
        churn_probability=churn_probability,
        scored=scored if churn_probability is not None else None,
        amount=amount,
        traits=tuple(
            Trait(
                feature=trait.feature,
                label=label_feature(trait.feature, trait.level, words),
                level=trait.level,
                value=trait.segment_value,
                overall=trait.overall_value,
                z=trait.standardized_difference,
                sentence=begin(trait.sentence),
            )
            for trait in profile.differentiators
        ),
        portraits=tuple(
            Portrait(
                sentence=begin(portrait.sentence),
                count=portrait.count,
                share=portrait.share,
                churn_share=portrait.outcome_share,
            )
            for portrait in portraits
        ),
        rule=rule,
    )


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
        features=tuple(label_feature(trait.feature, trait.level, words) for trait in shown),
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
