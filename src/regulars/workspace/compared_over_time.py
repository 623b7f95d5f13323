"""Models compared over a history: learnt at earlier dates, tested at later ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError
from regulars.evaluate import CampaignPrices
from regulars.predictions import EVERYDAY_MODELS
from regulars.predictions.comparing.worth import Worth, measure_worth
from regulars.predictions.fitting.roster import arrange_models
from regulars.schema.wording import Wording
from regulars.workspace.compared_models import ComparedModels
from regulars.workspace.known_groups import list_judged
from regulars.workspace.leaving import study_leaving

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence

    import ibis

    from regulars.features import AsOf, FeatureDefinition
    from regulars.predictions import ChurnComparison
    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.workspace.compared_models import ComparisonWishes
    from regulars.workspace.material import Material

__all__ = ["compare_over_time"]

_IN_TIME = Wording(
    en="models are tested at later dates than they learnt from",
    ru="модели проверяются на более поздних датах, чем те, на которых учились",
)
_IN_VAIN = {
    "--split": _IN_TIME,
    "--order-by": _IN_TIME,
    "--costs": Wording(
        en="what decisions cost is read from a file in which a column tells the outcome",
        ru="цены решений берутся из файла, где исход называет столбец",
    ),
    "--keep": Wording(
        en="no column is left out for knowing the outcome, as features are made of what was known at"
        " each date",
        ru="столбцы, знающие исход, не исключаются: признаки составлены по тому, что было известно на"
        " каждую дату",
    ),
    "--budget": Wording(
        en="no model is left out for the time it takes; which ones run is said by --models",
        ru="модели не исключаются из-за времени; какие сравнивать, говорит --models",
    ),
}
"""Why an option says nothing here."""


def compare_over_time(
    material: Material,
    wanted: ComparisonWishes,
    tables: MappingABC[str, ibis.Table],
    history: MappingABC[str, ibis.Table],
    definitions: Sequence[FeatureDefinition],
    day: AsOf,
    language: Language,
    progress: Progress,
) -> ComparedModels:
    """The models named, or the everyday ones and the rule of one feature, at dates of a history.

    Parameters
    ----------
    material
        With a timed outcome.
    wanted
        How models are to be compared.
    tables, history, definitions
        As in `study_leaving`.
    day
        First day that must not be seen.
    language, progress
        Of the stages, and told of them.

    Raises
    ------
    InvalidParameterError
        When a wish says nothing of a history.
    QualityError
        When the history is too short, or nobody was at risk.
    """
    _check_wishes(wanted)
    if material.timed is None or material.features is None:
        raise AssertionError("checked before")
    study = study_leaving(
        material.timed,
        tables,
        history,
        as_of=day,
        seed=wanted.seed,
        definitions=definitions,
        customers=material.features.customer_ids,
        cleaned=material.cleaned,
        models=wanted.arrange_models() or arrange_models([*EVERYDAY_MODELS, "one_feature"]),
        monotone=wanted.monotone,
        tuning_seconds=wanted.tuning_seconds,
        progress=progress,
        language=language,
    )
    worth = _measure_worth(study.comparison, wanted, day)
    return ComparedModels(over_time=study.comparison, worth=worth, lead_time=study.lead_time)


def _check_wishes(wanted: ComparisonWishes) -> None:
    """Refuse what says nothing here, rather than overhear it."""
    given = {
        "--split": wanted.split in ("stratified", "rolling"),
        "--order-by": wanted.order_by is not None,
        "--costs": bool(wanted.costs),
        "--keep": bool(wanted.keep),
        "--budget": wanted.budget_seconds is not None,
    }
    vain = [option for option, is_given in given.items() if is_given]
    wanted.find_share(1)
    if not vain:
        return
    options = ", ".join(f"{one} {wanted.split}" if one == "--split" else one for one in vain)
    reasons = list(dict.fromkeys(_IN_VAIN[one] for one in vain))
    raise InvalidParameterError(
        en=f"Said in vain: {options}. Here a history tells the outcome:"
        f" {'; '.join(one.en for one in reasons)}. Leave {'it' if len(vain) == 1 else 'them'} out.",
        ru=f"Указано напрасно: {options}. Исход здесь показывает история:"
        f" {'; '.join(one.ru for one in reasons)}. Уберите {'это' if len(vain) == 1 else 'их'}.",
    )


def _measure_worth(comparison: ChurnComparison, wanted: ComparisonWishes, day: AsOf) -> Worth:
    """Of the chosen model, a customer counting once at each date."""
    import numpy as np

    judged = list_judged(comparison, day)
    _, customers = np.unique(
        judged.customer_ids.to_numpy(zero_copy_only=False), return_inverse=True
    )
    # So many can be contacted at each date, not once for all.
    n_at_a_date = len(judged.labels) / comparison.quality.dates
    return measure_worth(
        judged.labels,
        judged.probabilities,
        customers=customers,
        capacity=wanted.find_share(n_at_a_date),
        prices=wanted.prices or CampaignPrices(),
        random_state=wanted.seed,
    )
