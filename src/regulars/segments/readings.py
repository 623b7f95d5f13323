"""What a person is told of a cluster: who is in it, in what they differ, what they bring, who is typical."""

from dataclasses import dataclass

import numpy as np

from regulars.features.sentences import format_share
from regulars.quality.numbers import format_units
from regulars.schema.wording import LANGUAGES, Language, Wording
from regulars.segments.comparison import Comparison
from regulars.segments.distributions import (
    Crossing,
    Distribution,
    cross_fields,
    distribute_fields,
)
from regulars.segments.segmentation import SegmentProfile

__all__ = ["ClusterReading", "distribute_clusters", "read_clusters", "tell_portrait"]

_MOST_TRAITS = 3
_TYPICAL = 3


@dataclass(frozen=True, slots=True)
class ClusterReading:
    """One cluster as a person is told of it.

    Attributes
    ----------
    profile
        Its name, size, stability, traits and means.
    amount, amount_share
        What its customers bring, and the share of what all bring; None where it is not known, or where
        fewer than five customers would tell it.
    portrait
        The cluster in one sentence.
    typical
        Combinations of values that many of its customers have; none of fewer than five.
    """

    profile: SegmentProfile
    amount: float | None
    amount_share: float | None
    portrait: Wording
    typical: tuple[Crossing, ...]


def read_clusters(
    found: Comparison, name: str, *, with_typical: bool = True
) -> tuple[ClusterReading, ...]:
    """Every cluster of one method, the largest first.

    Parameters
    ----------
    found
        Methods side by side.
    name
        Whose clusters.
    with_typical
        Whether to look for combinations of values, which takes longest.

    Raises
    ------
    NotFoundError
        When the method was not compared.
    """
    profiles, amounts = found.describe(name), found.sum_money(name)
    everything = float(np.nansum(found.money)) if found.money is not None else 0.0
    labels = found.get_score(name).clustering.labels
    readings = []
    for place, (profile, amount) in enumerate(zip(profiles, amounts, strict=True)):
        share = amount / everything if amount is not None and everything > 0 else None
        typical: tuple[Crossing, ...] = ()
        if with_typical and found.features is not None and profile.differentiators:
            typical = cross_fields(
                found.features, rows=labels == place, outcome=found.outcome, most=_TYPICAL
            )
        portrait = tell_portrait(profile, share)
        readings.append(ClusterReading(profile, amount, share, portrait, typical))
    return tuple(readings)


def distribute_clusters(found: Comparison, name: str) -> tuple[Distribution, ...]:
    """Field by field how many customers of each cluster have which value; nobody's are left out.

    Parameters
    ----------
    found
        Methods side by side.
    name
        Whose clusters.

    Raises
    ------
    NotFoundError
        When the method was not compared.
    """
    score = found.get_score(name)
    rows = np.flatnonzero(score.clustering.labels >= 0)
    if found.features is None or not len(rows):
        return ()
    segment = score.clustering.labels[rows].astype(np.int64) + 1
    return distribute_fields(found.features.take(rows), segment)


def tell_portrait(profile: SegmentProfile, amount_share: float | None = None) -> Wording:
    """A segment in one sentence: how many, in what they differ most, their outcome and their money.

    Parameters
    ----------
    profile
        The segment described.
    amount_share
        The share of all money that its customers bring; None where it is not known.
    """
    said = {language: _say(profile, amount_share, language) for language in LANGUAGES}
    return Wording(en=said["en"], ru=said["ru"])


def _say(profile: SegmentProfile, amount_share: float | None, language: Language) -> str:
    is_english = language == "en"
    count = format_units(profile.size, language, "customer")
    share = format_share(profile.share, language)
    parts = [one.sentence.to(language) for one in profile.differentiators[:_MOST_TRAITS]]
    own, overall = profile.outcome_share, profile.overall_outcome_share
    if own is not None and overall is not None:
        shares = [format_share(one, language) for one in (own, overall)]
        form = (
            "outcome: {} of them, against {} overall"
            if is_english
            else "исход: у {} из них, у всех {}"
        )
        parts.append(form.format(*shares))
    # Beside losses a share of the sum says nothing.
    if amount_share is not None and 0 <= amount_share <= 1:
        brought = format_share(amount_share, language)
        parts.append(
            f"they bring {brought} of the money" if is_english else f"приносят {brought} денег"
        )
    head = f"{count}, {share} of all" if is_english else f"{count}, {share} всех"
    return f"{head} \N{EM DASH} {'; '.join(parts)}." if parts else f"{head}."
