"""`regulars segment propose`: a short rule for each segment that an analysis found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from regulars.cli.console import open_progress, print_json, print_lines
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home
from regulars.errors import InvalidParameterError
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from regulars.schema.wording import Language
    from regulars.segments.rules.definition import SegmentDefinition
    from regulars.segments.short_rules import ShortRule
    from regulars.workspace import Workspace
    from regulars.workspace.proposed_rules import ProposedRules

__all__ = ["propose"]

_STORED = Wording(en="Segments of the analysis as of {}.", ru="Сегменты анализа на {}.")
_NOW = Wording(
    en="There is no analysis here; segments found now, as of {}.",
    ru="Анализа здесь нет; сегменты найдены сейчас, на {}.",
)
_VERDICTS = {
    "tells": Wording(en="The rule stands for the segment", ru="Правило заменяет сегмент"),
    "hints": Wording(en="The rule gives an idea of it", ru="Правило даёт о нём представление"),
    "fails": Wording(
        en="No short rule tells this segment; the best one",
        ru="Короткого правила для этого сегмента нет; лучшее из них",
    ),
}
_FIDELITY = Wording(
    en="{verdict}: it holds for {found} ({share} of all), {precision} of them are in the segment, and it"
    " finds {recall} of the segment's {members}.",
    ru="{verdict}: под него подходит {found} ({share} всех), из них в сегменте {precision}; из сегмента"
    " ({members}) находит {recall}.",
)
_TOO_FEW = Wording(
    en="Too few customers for a rule: its bounds would describe persons.",
    ru="Слишком мало клиентов для правила: его границы описывали бы отдельных людей.",
)
_SAVED = Wording(en="Saved", ru="Сохранено")


def propose(
    file: Files = (),
    /,
    *,
    clauses: Annotated[
        int, Parameter(help="Clauses of a rule, at most.", validator=Number(gte=1, lte=6))
    ] = 3,
    save: Annotated[
        str | None,
        Parameter(
            help="Save the rules that stand for their segments or give an idea of them, as segments"
            " with this name and the number: `NAME-1`, `NAME-2` …"
        ),
    ] = None,
    replace: Annotated[
        bool, Parameter(negative=(), help="Save new versions of segments that are there.")
    ] = False,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Propose a short rule for each segment that `analyze` found, and say how well it tells it.

    Parameters
    ----------
    format
        Text, or one JSON object.
    """
    from regulars.workspace.proposed_rules import propose_rules

    home, language = find_home(file, workspace, lang, as_of, how=how)
    with open_progress(language) as progress:
        found = propose_rules(
            home, most_clauses=clauses, as_of=as_of, language=language, progress=progress
        )
    saved = _save(home, found, save, replace=replace) if save else {}
    if format == "json":
        print_json(_describe(found, saved, language))
    else:
        _print(found, saved, language)
    return 0


def _save(
    home: Workspace, found: ProposedRules, prefix: str, *, replace: bool
) -> dict[int, SegmentDefinition]:
    from pydantic import ValidationError

    from regulars.conditions import explain_definition_error
    from regulars.segments.rules.definition import SegmentDefinition

    try:
        segments = {
            one.segment: SegmentDefinition(
                name=f"{prefix}-{one.segment}", title=found.segments[one.segment], rule=one.rule
            )
            for one in found.rules
            if one.rule is not None and one.fidelity.verdict != "fails"
        }
    except ValidationError as error:
        explained = explain_definition_error(error, where=prefix)
        raise InvalidParameterError(en=explained.en, ru=explained.ru) from error
    for segment in segments.values():
        home.segments.save(segment, replace=replace)
    return segments


def _describe(
    found: ProposedRules, saved: dict[int, SegmentDefinition], language: Language
) -> dict[str, Any]:
    return {
        "as_of": found.as_of.day.isoformat(),
        "is_stored": found.is_stored,
        "rules": [
            _describe_rule(one, found, language)
            | {"saved": saved[one.segment].name if one.segment in saved else None}
            for one in found.rules
        ],
    }


def _describe_rule(one: ShortRule, found: ProposedRules, language: Language) -> dict[str, Any]:
    from regulars.conditions import condition_to_dict, read_condition

    fidelity = one.fidelity
    return {
        "segment": f"S{one.segment}",
        "name": found.segments[one.segment].to(language),
        "rule": condition_to_dict(one.rule) if one.rule else None,
        "sentence": read_condition(one.rule, language, names=found.names) if one.rule else None,
        "verdict": fidelity.verdict,
        "precision": fidelity.precision,
        "recall": fidelity.recall,
        "f1": fidelity.f1,
        "share": fidelity.share,
        "members": fidelity.members,
        "found": fidelity.found,
    }


def _print(found: ProposedRules, saved: dict[int, SegmentDefinition], language: Language) -> None:
    from regulars.conditions import read_condition
    from regulars.features.sentences import capitalize

    print_lines((_STORED if found.is_stored else _NOW).to(language).format(found.as_of.day))
    for one in found.rules:
        print_lines("", f"S{one.segment} · {found.segments[one.segment].to(language)}")
        if one.rule is None:
            print_lines(f"  {_TOO_FEW.to(language)}")
            continue
        said = capitalize(read_condition(one.rule, language, names=found.names))
        print_lines(f"  {said}.", f"  {_say_fidelity(one, language)}")
        if one.segment in saved:
            print_lines(f"  {_SAVED.to(language)}: {saved[one.segment].name}")


def _say_fidelity(one: ShortRule, language: Language) -> str:
    from regulars.quality.numbers import format_share, format_units

    fidelity = one.fidelity
    shares = {
        name: format_share(getattr(fidelity, name), language)
        for name in ("share", "precision", "recall")
    }
    counts = {
        name: format_units(getattr(fidelity, name), language, "customer")
        for name in ("found", "members")
    }
    verdict = _VERDICTS[fidelity.verdict].to(language)
    return _FIDELITY.to(language).format(verdict=verdict, **shares, **counts)
