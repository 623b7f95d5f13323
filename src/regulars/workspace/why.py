"""The verb `predict why`: what one customer's score stands on, and what would have to be otherwise."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import NotFoundError
from regulars.features.sentences import capitalize, format_value
from regulars.lake.parquet import BUCKETS
from regulars.predictions.outcomes.phrases import AGREEING, ANSWERING
from regulars.predictions.reasons.changeable import find_changeable
from regulars.predictions.reasons.counterfactuals import find_nearest_change, raise_to_threshold
from regulars.schema.wording import Wording
from regulars.workspace.chosen_models import choose_models
from regulars.workspace.reasons import LOOKED_AT, Sameness, pick_distinct
from regulars.workspace.score_source import ScoreSource

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from regulars.features.matrix import FeatureMatrix
    from regulars.predictions.reasons.counterfactuals import NearestChange
    from regulars.predictions.reasons.reason import Reason
    from regulars.workspace.folder import Workspace

__all__ = ["CustomerWhy", "explain_customer"]

_WANTED = (AGREEING, ANSWERING)
"""Of these nobody wants the probability lower."""


@dataclass(frozen=True, slots=True)
class CustomerWhy:
    """Why a customer has the score they have.

    Attributes
    ----------
    customer_id
        Who.
    run, model, title
        Which model says so.
    outcome
        What it predicts, in words.
    as_of
        First day that was not seen, ISO 8601.
    probability, threshold
        Of this customer; and from which on to contact.
    reasons
        The strongest first, in the direction in which the score differs from the average.
    nearest
        The nearest change that would bring the probability below the threshold, or of an outcome that is
        no leaving up to it; None where it is there.
    is_raised
        Whether it is a change that raises the probability.
    changes
        The same in words, one a change.
    fixed
        Features that were not changed, because nobody can or it was asked so.
    is_changeable
        Whether anything that the model looks at may be changed.
    """

    customer_id: str
    run: str
    model: str
    title: Wording
    outcome: Wording
    as_of: str
    probability: float
    threshold: float
    reasons: tuple[Reason, ...]
    nearest: NearestChange | None
    is_raised: bool
    changes: tuple[Wording, ...]
    fixed: tuple[str, ...]
    is_changeable: bool


def explain_customer(
    workspace: Workspace,
    customer_id: str,
    *,
    keeper: Workspace | None = None,
    run: str | None = None,
    model: str | None = None,
    as_of: date | None = None,
    top: int = 3,
    change: Collection[str] = (),
    fixed: Collection[str] = (),
) -> CustomerWhy:
    """Score one customer by kept models, with reasons and the nearest change.

    Parameters
    ----------
    workspace
        Whose customer.
    customer_id
        Who.
    keeper, run, model, as_of
        As in `score_customers`.
    top
        At most so many reasons.
    change, fixed
        Features that may and may not be changed, as in `find_changeable`.

    Raises
    ------
    NotFoundError
        When the customer is not there, or is not one of those the models speak of.
    UnknownColumnError
        When `change` or `fixed` name no feature.
    """
    chosen = choose_models(keeper or workspace, run, model)
    models = chosen.models
    bucket = int(hashlib.md5(customer_id.encode(), usedforsecurity=False).hexdigest()[:2], 16)
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        source = ScoreSource(
            workspace, workspace.lake.snapshot(), backend, models, chosen.recipe, as_of
        )
        features = source.build(None if source.is_whole else [bucket % BUCKETS])
    ids = features.customer_ids.to_pylist() if features is not None else []
    if features is None or customer_id not in ids:
        raise NotFoundError(
            en=f"Customer '{customer_id}' is not among those the models can say something of as of"
            f" {source.day.day}. {models.manifest.outcome.sentence.en}.",
            ru=f"Клиента «{customer_id}» нет среди тех, о ком модели могут что-то сказать на "
            f"{source.day.day:%d.%m.%Y}. {models.manifest.outcome.sentence.ru}.",
        )
    # Reasons that say the same are found among many customers.
    matrix = models.encode(features)
    place = ids.index(customer_id)
    own = models.encode(features.slice(place, 1))
    (told,) = models.explain(own, top=max(top, LOOKED_AT), model=chosen.name)
    score = models.get(chosen.name).probabilities
    threshold = models.manifest.threshold
    probability = float(score(own.values)[0])
    called = {one.source: one.target for each in source.mappings for one in each.columns}
    changeable = find_changeable(
        matrix.features,
        change=[called.get(name, name) for name in change],
        fixed=[called.get(name, name) for name in fixed],
    )
    definition = models.manifest.outcome
    is_raised = probability < threshold and not definition.is_churn
    nearest = None
    if is_raised or (probability >= threshold and definition.phrases not in _WANTED):
        find = raise_to_threshold if is_raised else find_nearest_change
        nearest = find(
            score,
            own.values[0],
            models.get_usual().grid,
            changeable=changeable,
            threshold=threshold,
        )
    return CustomerWhy(
        customer_id=customer_id,
        run=chosen.run,
        model=chosen.name,
        title=chosen.title,
        outcome=models.manifest.outcome.sentence,
        as_of=source.day.day.isoformat(),
        probability=probability,
        threshold=threshold,
        reasons=tuple(pick_distinct(told, Sameness(matrix), most=top)),
        nearest=nearest,
        is_raised=is_raised,
        changes=_say_changes(nearest, matrix) if nearest else (),
        fixed=tuple(
            feature.name
            for feature, may in zip(matrix.features, changeable.tolist(), strict=True)
            if not may
        ),
        is_changeable=bool(changeable.any()),
    )


def _say_changes(nearest: NearestChange, matrix: FeatureMatrix) -> tuple[Wording, ...]:
    said = []
    for one in nearest.changes:
        feature = matrix.features[one.column]
        before = matrix.decode(one.column, one.before)
        after = matrix.decode(one.column, one.after)
        words = {
            language: f"{capitalize(feature.meaning.to(language))}: "
            f"{format_value(feature, before, language)} → {format_value(feature, after, language)}"
            for language in ("en", "ru")
        }
        said.append(Wording(en=words["en"], ru=words["ru"]))
    return tuple(said)
