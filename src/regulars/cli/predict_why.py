"""`regulars predict why`: what one customer's score stands on, and the nearest change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from regulars.cli.console import print_json, print_lines
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption, split_names
from regulars.cli.predict_score import FromOption, ModelOption, RunOption
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from regulars.schema.wording import Language
    from regulars.workspace.why import CustomerWhy

__all__ = ["why"]

_SCORE = Wording(
    en="Customer {customer}: {probability} as of {as_of}, by {title}, run {run}. {outcome}.",
    ru="Клиент {customer}: {probability} на {as_of}; модель: {title}, прогон {run}. {outcome}.",
)
_REASONS = Wording(en="Why:", ru="Почему:")
_BELOW = Wording(
    en="That is below the threshold of {threshold} already.",
    ru="Это и так ниже порога ({threshold}).",
)
_CHANGES = Wording(
    en="Below the threshold of {threshold}, at {after}, if:",
    ru="Ниже порога ({threshold}) — {after}, если:",
)
_NOT_ENOUGH = Wording(
    en="No three changes bring it below the threshold of {threshold}; the lowest is {after}. Not changed:"
    " {fixed}.",
    ru="Никакие три изменения не опускают её ниже порога ({threshold}); самое низкое — {after}. Не "
    "менялось: {fixed}.",
)
_WARNING = Wording(
    en="So the model would score such a customer. Whether the change keeps this one, only a trial tells.",
    ru="Так модель оценила бы такого клиента. Удержит ли изменение именно этого, покажет только проба.",
)


def why(
    file: Files = (),
    /,
    *,
    customer: Annotated[str, Parameter(help="Whose score: the id, as in the scores.")],
    change: Annotated[
        str | None,
        Parameter(
            help="Only these may be changed: columns, with commas between them. If not said, all but what"
            " nobody can change: age, sex, family, place, time gone by."
        ),
    ] = None,
    fixed: Annotated[
        str | None, Parameter(help="These may not be changed: columns, with commas between them.")
    ] = None,
    reasons: Annotated[
        int, Parameter(help="At most so many reasons.", validator=Number(gte=1, lte=7))
    ] = 3,
    from_: FromOption = None,
    run: RunOption = None,
    model: ModelOption = None,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Say why a customer has the score they have, and what would bring it below the threshold.

    Parameters
    ----------
    format
        Text, or one JSON object.
    """
    from regulars.workspace import Workspace
    from regulars.workspace.why import explain_customer

    home, language = find_home(file, workspace, lang, as_of, how=how, verb="predict why")
    found = explain_customer(
        home,
        customer,
        keeper=Workspace(from_) if from_ else None,
        run=run,
        model=model,
        as_of=as_of,
        top=reasons,
        change=split_names(change),
        fixed=split_names(fixed),
    )
    if format == "json":
        print_json(_describe(found, language))
    else:
        print_lines(*_say(found, language))
    return 0


def _describe(found: CustomerWhy, language: Language) -> dict[str, Any]:
    nearest = found.nearest
    return {
        "customer_id": found.customer_id,
        "run": found.run,
        "model": found.model,
        "outcome": found.outcome.to(language),
        "as_of": found.as_of,
        "probability": found.probability,
        "threshold": found.threshold,
        "reasons": [
            {
                "feature": reason.feature,
                "contribution": reason.contribution,
                "text": reason.text.to(language),
            }
            for reason in found.reasons
        ],
        "nearest_change": None
        if nearest is None
        else {
            "is_enough": bool(nearest.changes),
            "probability": nearest.after,
            "changes": [one.to(language) for one in found.changes],
        },
        "fixed": list(found.fixed),
    }


def _say(found: CustomerWhy, language: Language) -> list[str]:
    from regulars.features.sentences import capitalize, format_share

    shares = {"threshold": format_share(found.threshold, language)}
    lines = [
        _SCORE.to(language).format(
            customer=found.customer_id,
            probability=format_share(found.probability, language),
            as_of=found.as_of,
            title=found.title.to(language),
            run=found.run,
            outcome=found.outcome.to(language),
        )
    ]
    if found.reasons:
        lines.append(_REASONS.to(language))
        lines += [f"  {capitalize(reason.text.to(language))}" for reason in found.reasons]
    if found.nearest is None:
        return [*lines, _BELOW.to(language).format(**shares)]
    shares["after"] = format_share(found.nearest.after, language)
    if not found.changes:
        fixed = ", ".join(found.fixed) or "—"
        return [*lines, _NOT_ENOUGH.to(language).format(fixed=fixed, **shares)]
    lines.append(_CHANGES.to(language).format(**shares))
    return [*lines, *(f"  {one.to(language)}" for one in found.changes), _WARNING.to(language)]
