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
    from regulars.predictions.reasons.counterfactuals import NearestChange
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
_ABOVE = Wording(
    en="That is at the threshold of {threshold} or above already.",
    ru="Это и так не ниже порога ({threshold}).",
)
_RAISING = Wording(
    en="At the threshold of {threshold} or above, at {after}, if:",
    ru="Не ниже порога ({threshold}) — {after}, если:",
)
_NOT_RAISED = Wording(
    en="No three changes bring it up to the threshold of {threshold}; the highest is {after}. Not changed:"
    " {fixed}.",
    ru="Никакие три изменения не поднимают её до порога ({threshold}); самое высокое — {after}. Не "
    "менялось: {fixed}.",
)
_RAISING_WARNING = Wording(
    en="So the model would score such a customer. Whether the change persuades this one, only a trial"
    " tells.",
    ru="Так модель оценила бы такого клиента. Убедит ли изменение именно этого, покажет только проба.",
)
_NOTHING_TO_CHANGE = Wording(
    en="Nothing that the model looks at may be changed: {fixed}.",
    ru="Ничего из того, на что смотрит модель, менять нельзя: {fixed}.",
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
            "is_raised": found.is_raised,
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
        is_above = found.probability >= found.threshold
        return [*lines, (_ABOVE if is_above else _BELOW).to(language).format(**shares)]
    return [*lines, *_say_change(found, found.nearest, language)]


def _say_change(found: CustomerWhy, nearest: NearestChange, language: Language) -> list[str]:
    from regulars.features.sentences import format_share

    threshold = format_share(found.threshold, language)
    told = {
        "threshold": threshold,
        "after": _tell_apart(nearest.after, threshold, language),
        "fixed": ", ".join(found.fixed) or "—",
    }
    if found.changes:
        enough, warning = (_RAISING, _RAISING_WARNING) if found.is_raised else (_CHANGES, _WARNING)
        said = [f"  {one.to(language)}" for one in found.changes]
        return [enough.to(language).format(**told), *said, warning.to(language)]
    if not found.is_changeable:
        return [_NOTHING_TO_CHANGE.to(language).format(**told)]
    return [(_NOT_RAISED if found.is_raised else _NOT_ENOUGH).to(language).format(**told)]


def _tell_apart(share: float, other: str, language: Language) -> str:
    """The share with so many digits that it does not read as the other one.

    >>> _tell_apart(0.1996, "20%", "en"), _tell_apart(0.18, "20%", "en")
    ('19.96%', '18%')
    """
    from regulars.features.sentences import format_share
    from regulars.quality.numbers import format_number

    said, sign = format_share(share, language), "%" if language == "en" else "\N{NO-BREAK SPACE}%"
    for digits in range(1, 5):
        if said != other:
            break
        said = format_number(share * 100, language, digits=digits) + sign
    return said
