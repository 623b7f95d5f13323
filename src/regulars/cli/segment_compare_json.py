"""What `regulars segment compare --format json` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regulars.schema.wording import Language
    from regulars.segments.comparison import Comparison, MethodScore
    from regulars.segments.distributions import Distribution
    from regulars.segments.readings import ClusterReading

__all__ = ["describe_comparison"]


def describe_comparison(found: Comparison, shown: str, language: Language) -> dict[str, Any]:
    """Every method with its figures and clusters, and all that is told of the clusters of `shown`."""
    from regulars.segments.readings import distribute_clusters, read_clusters

    return {
        "customers": len(found.customer_ids),
        "measured": found.measured,
        "methods": [_describe_score(found, score, language) for score in found.scores],
        "recommended": found.recommended,
        "why": found.why.to(language),
        "why_k": found.why_k.to(language),
        "agreement": found.agreement.tolist(),
        "left_out": [
            {"name": name, "why": why.to(language)} for name, why in found.left_out.items()
        ],
        "read": shown,
        "clusters": [_describe_cluster(one, language) for one in read_clusters(found, shown)],
        "fields": [_describe_field(one, language) for one in distribute_clusters(found, shown)],
        "notes": [note.to(language) for note in found.notes],
    }


def _describe_cluster(one: ClusterReading, language: Language) -> dict[str, Any]:
    profile = one.profile
    return _describe_shortly(one, language) | {
        "traits": [trait.sentence.to(language) for trait in profile.differentiators],
        "typical": [
            {
                "sentence": typical.sentence.to(language),
                "count": typical.count,
                "share": typical.share,
                "outcome_share": typical.outcome_share,
            }
            for typical in one.typical
        ],
        "means": [
            {
                "feature": mean.feature,
                "level": mean.level,
                "cluster": mean.segment_value,
                "overall": mean.overall_value,
                "z": mean.standardized_difference,
            }
            for mean in profile.means
        ],
    }


def _describe_shortly(one: ClusterReading, language: Language) -> dict[str, Any]:
    profile = one.profile
    return {
        "number": profile.number,
        "name": profile.name.to(language),
        "portrait": one.portrait.to(language),
        "size": profile.size,
        "share": profile.share,
        "stability": profile.stability,
        "outcome_share": profile.outcome_share,
        "amount": one.amount,
        "amount_share": one.amount_share,
    }


def _describe_field(field: Distribution, language: Language) -> dict[str, Any]:
    """Counts by value and cluster, without those of one to four customers."""
    from regulars.segments.distributions import FEWEST_SHOWN

    return {
        "feature": field.feature,
        "levels": [level.to(language) for level in field.levels],
        "counts": [
            [None if 0 < count < FEWEST_SHOWN else count for count in row]
            for row in field.counts.tolist()
        ],
    }


def _describe_score(found: Comparison, score: MethodScore, language: Language) -> dict[str, Any]:
    from regulars.segments.clustering.methods import TITLES
    from regulars.segments.readings import read_clusters

    return {
        "name": score.name,
        "title": TITLES[score.name].to(language),
        "k": score.k,
        "silhouette": score.silhouette,
        "davies_bouldin": score.davies_bouldin,
        "calinski_harabasz": score.calinski_harabasz,
        "dbcv": score.dbcv,
        "stability": {
            "mean": score.stability,
            "min": score.least_stability,
            "clusters": score.stabilities.tolist(),
        },
        "prediction_strength": score.prediction_strength,
        "readability": score.readability,
        "balance": score.balance,
        "sizes": list(score.clustering.sizes),
        "nobody": int((score.clustering.labels < 0).sum()),
        "seconds": round(score.seconds, 3),
        "clustering_seconds": round(score.clustering.seconds, 3),
        "sampled": score.clustering.sampled,
        "parameters": dict(score.clustering.parameters),
        "clusters": [
            _describe_shortly(one, language)
            for one in read_clusters(found, score.name, with_typical=False)
        ],
    }
