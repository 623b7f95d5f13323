"""From what was found out about the customers to the parts of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.features import load_features
from regulars.report.assemble import report_churn
from regulars.report.assemble_segments import report_segments, report_tree
from regulars.segments.distributions import FEWEST_SHOWN
from regulars.segments.readings import tell_portrait
from regulars.segments.rules.columns import name_customer_columns

if TYPE_CHECKING:
    from regulars.report.parts import ChurnPart, SegmentsPart
    from regulars.schema.wording import Wording
    from regulars.workspace.study import CustomerStudy

__all__ = ["make_churn_part", "make_segments_part"]


def make_churn_part(study: CustomerStudy) -> ChurnPart | None:
    """Who is about to leave; None where no model could be made."""
    if study.churn is None:
        return None
    return report_churn(
        study.churn,
        labels=_label_features(study),
        lead_time=study.lead_time,
        other_kinds=study.other_kinds,
        by_group=study.by_group,
    )


def make_segments_part(study: CustomerStudy) -> SegmentsPart | None:
    """The segments, with the probability of those who are scored in each; None where there are none."""
    found = study.segments
    if found is None:
        return None
    import numpy as np

    means, counts = None, None
    if study.churn is not None:
        numbers, scores = found.segmentation.segment, study.probabilities
        # Where there is time only those at risk are scored, and a segment may hold few of them.
        counts = dict(enumerate(np.bincount(numbers[~np.isnan(scores)]).tolist()))
        means = {
            number: float(np.nanmean(scores[numbers == number]))
            for number, count in counts.items()
            if count >= FEWEST_SHOWN
        }
    return report_segments(
        found.segmentation,
        labels=_label_features(study),
        churn_probability=means,
        scored=counts,
        amounts=found.amounts,
        distributions=found.distributions,
        portraits=found.portraits,
        rules=found.rules,
        rule_names=_name_columns(study),
        drilled=study.drilled,
        is_expected=_is_expected(study),
        in_words=_tell_segments(study),
        tree=report_tree(found.tree.tree, found.tree.segment) if found.tree else None,
    )


def _tell_segments(study: CustomerStudy) -> dict[int, Wording]:
    """Each segment in one sentence."""
    import numpy as np

    found = study.segments
    if found is None:
        return {}
    everything = float(np.nansum(study.money.amounts)) if study.money else 0.0
    shares = {n: one / everything for n, one in found.amounts.items() if everything > 0}
    return {
        profile.number: tell_portrait(profile, shares.get(profile.number))
        for profile in found.segmentation.profiles
    }


def _name_columns(study: CustomerStudy) -> dict[str, Wording]:
    """What the features are called as the subject of a sentence."""
    own = _label_features(study)
    known = name_customer_columns(load_features(), {}, {})
    return own | {name: known[name] for name in own if name in known}


def _is_expected(study: CustomerStudy) -> bool:
    """Whether the outcome of the customers who are looked at is still to come."""
    return study.churn is not None and study.churn.outcome.days_until_known > 0


def _label_features(study: CustomerStudy) -> dict[str, Wording]:
    """The meaning of each feature by its name."""
    if study.features is None:
        return {}
    # Models over time look at features of their own.
    seen = study.churn.explainer.matrix.features if study.churn else ()
    return {feature.name: feature.meaning for feature in (*study.features.features, *seen)}
