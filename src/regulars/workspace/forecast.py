"""What will become of the customers: who leaves, or who is of which class, or why neither is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import QualityError
from regulars.predictions import compare_churn_models, compare_classes
from regulars.schema.wording import Wording
from regulars.workspace.leaving import LeavingStudy, study_leaving

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence

    import ibis

    from regulars.features import AsOf, FeatureDefinition, FeatureTable
    from regulars.predictions import ClassComparison
    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.workspace.material import Material

__all__ = ["Forecast", "make_forecast"]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What models say of the customers.

    Attributes
    ----------
    leaving
        Who is about to leave, or has what a column tells.
    classes
        Who is of which class, where the outcome has several and none was named as leaving.
    why_absent
        Why nobody's leaving is foretold; None where it is.
    """

    leaving: LeavingStudy | None = None
    classes: ClassComparison | None = None
    why_absent: Wording | None = None


def make_forecast(
    material: Material,
    features: FeatureTable,
    *,
    tables: MappingABC[str, ibis.Table],
    history: MappingABC[str, ibis.Table],
    as_of: AsOf,
    seed: int,
    definitions: Sequence[FeatureDefinition],
    language: Language,
    progress: Progress,
) -> Forecast:
    """Models of what the material tells, as far as it can be learnt.

    Parameters
    ----------
    material
        What there is to learn from.
    features
        Its features.
    tables, history, as_of, seed, definitions, language, progress
        As in `study_customers`.
    """
    cleaning = material.cleaned.plan if material.cleaned else None
    try:
        if material.outcome is not None:
            compared = compare_churn_models(
                features,
                material.outcome,
                random_state=seed,
                cleaning=cleaning,
                progress=progress,
                language=language,
            )
            return Forecast(LeavingStudy(compared))
        if material.classes is not None:
            classes = compare_classes(
                features,
                material.classes,
                random_state=seed,
                cleaning=cleaning,
                progress=progress,
                language=language,
            )
            return Forecast(classes=classes, why_absent=material.why_no_outcome)
        if material.timed is None:
            return Forecast(why_absent=material.why_no_outcome)
        leaving = study_leaving(
            material.timed,
            tables,
            history,
            as_of=as_of,
            seed=seed,
            definitions=definitions,
            customers=features.customer_ids,
            cleaned=material.cleaned,
            progress=progress,
            language=language,
        )
        return Forecast(leaving)
    except QualityError as error:
        return Forecast(why_absent=Wording(en=error.en, ru=error.ru))
