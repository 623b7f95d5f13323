"""Who stops buying, where no column tells who left: learnt at earlier dates, tested at later ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import QualityError
from regulars.features import AsOf
from regulars.predictions import (
    NoPurchase,
    choose_cutoffs,
    compare_models_over_time,
    keep_at_risk,
    observe_outcome,
    propose_quiet_days,
)
from regulars.workspace.customer_features import build_customer_features

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence

    import ibis

    from regulars.features import FeatureTable
    from regulars.features.definition import FeatureDefinition
    from regulars.predictions import ChurnComparison, Observation, Outcome
    from regulars.progress import Progress
    from regulars.schema.mapping import Mapping
    from regulars.schema.wording import Language

__all__ = ["compare_on_purchases"]


def compare_on_purchases(
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    *,
    as_of: AsOf,
    seed: int,
    horizon_days: int | None = None,
    definitions: Sequence[FeatureDefinition] | None = None,
    progress: Progress | None = None,
    language: Language = "en",
) -> ChurnComparison:
    """Models of who stops buying; those who bought lately are scored as of today.

    Parameters
    ----------
    tables
        The loaded canonical tables with `purchases`.
    mappings
        How the sources were read.
    as_of
        First day that is not seen.
    seed
        Of everything random.
    horizon_days
        How many days without a purchase count as having stopped; nine in ten pauses are shorter
        when None.
    definitions
        The features that are looked for; None takes the library.
    progress, language
        Told of every fitted model, and how stages are called.

    Raises
    ------
    QualityError
        When the purchases do not reach far enough back.
    """
    purchases = _see(tables["purchases"], as_of)
    definition = NoPurchase(horizon_days=horizon_days or propose_quiet_days(purchases))
    first = purchases["purchased_at"].min().date().to_pyarrow().as_py()
    dates = choose_cutoffs(definition, first=AsOf(first, as_of.zone), until=as_of) if first else ()
    if not dates:
        raise QualityError(
            en=f"The purchases are too few days long to learn who stops buying: "
            f"{2 * definition.horizon_days} days are needed to see {definition.horizon_days} days "
            "before a date and as many after it. Load a longer period or name a shorter horizon.",
            ru="Период покупок слишком короток, чтобы узнать, кто перестаёт покупать: нужно "
            f"{2 * definition.horizon_days} дней, чтобы видеть {definition.horizon_days} дней до даты "
            "и столько же после. Загрузите больший период или назовите горизонт короче.",
        )
    *past, today = observe_outcome(
        definition, {"purchases": purchases}, as_of=[*dates, as_of], until=as_of
    )
    learnt = [_keep(purchases, mappings, one, definitions) for one in past]
    features, _ = _keep(purchases, mappings, today, definitions)
    return compare_models_over_time(
        learnt, features, random_state=seed, progress=progress, language=language
    )


def _see(purchases: ibis.Table, as_of: AsOf) -> ibis.Table:
    import ibis

    at = purchases["purchased_at"]
    return purchases.filter(at < ibis.literal(as_of.instant).cast(at.type()))


def _keep(
    purchases: ibis.Table,
    mappings: Sequence[Mapping],
    seen: Observation,
    definitions: Sequence[FeatureDefinition] | None,
) -> tuple[FeatureTable, Outcome]:
    built = build_customer_features(
        {"purchases": purchases}, mappings, as_of=seen.as_of, definitions=definitions
    )
    if built.features is None:
        raise QualityError(
            en=f"Nobody is known to have bought before {seen.as_of.day}. Load what was bought "
            "earlier, with the days on which it became known.",
            ru=f"Неизвестно, чтобы кто-то покупал до {seen.as_of.day}. Загрузите более ранние покупки "
            "с днями, когда они стали известны.",
        )
    return keep_at_risk(built.features, seen)
