"""`regulars predict card`: everything that has to be known about a model, on one page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from regulars.cli.figures import describe_interval
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption, find_workspace
from regulars.cli.predict_promote import RunArgument, refuse_file
from regulars.errors import InvalidParameterError, StorageError
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from regulars.registry.card import CardFacts
    from regulars.registry.manifest import HeldOut
    from regulars.schema.wording import Language

__all__ = ["card"]

_WRITTEN = Wording(en="The card is in {file}.", ru="Карточка записана: {file}.")
_FIGURES = ("roc_auc", "pr_auc", "brier", "precision", "recall", "calibration_error")
_FORMATS = {".md": False, ".html": True, ".htm": True}
"""Whether a file of that ending is a page."""


def card(
    run: RunArgument = "latest",
    /,
    *,
    out: Annotated[
        Path | None,
        Parameter(
            help="Where to write: a name in .md or .html; Markdown on the terminal if not said."
        ),
    ] = None,
    class_number: Annotated[
        int | None,
        Parameter(name="--class", help="Of an outcome of several classes which, from 1."),
    ] = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Write the card of a model: what it is for, its data, figures, fairness, risks and signature.

    Parameters
    ----------
    format
        The card, or what it says as one JSON object.
    """
    from regulars.cli.console import print_json, print_lines
    from regulars.registry.card import render_card, render_card_page
    from regulars.workspace.cards import gather_card

    refuse_file(run)
    home, language = find_workspace(workspace, lang)
    render = render_card_page if _is_page(out) else render_card
    facts = gather_card(home, run, class_number=class_number)
    text = render(facts, language=language)
    if out is not None:
        _write(out, text)
    if format == "json":
        print_json(_describe(facts, language) | {"file": str(out) if out is not None else None})
    else:
        print_lines(text.rstrip("\n") if out is None else _WRITTEN.to(language).format(file=out))
    return 0


def _describe(facts: CardFacts, language: Language) -> dict[str, Any]:
    """What the card says, part by part."""
    from regulars.cli.predict_promote import describe_entry
    from regulars.predictions.fitting.roster import FAMILIES

    manifest = facts.manifest
    return {
        "run": manifest.lineage.run,
        "class": facts.class_number,
        "model": manifest.chosen,
        "title": FAMILIES[manifest.chosen].title.to(language),
        "in_use": facts.in_use,
        "made_at": facts.made_at,
        "made_by": facts.made_by,
        "outcome": manifest.outcome.sentence.to(language),
        "as_of": manifest.as_of,
        "threshold": manifest.threshold,
        "sources": [
            {"name": name, "rows": facts.rows.get(name), "sha256": sha256}
            for name, sha256 in manifest.lineage.data.items()
        ],
        "features": [
            {"name": one.name, "meaning": one.meaning.to(language), "kind": one.kind}
            for one in manifest.features
        ],
        "models": [
            {
                "name": name,
                **{part: describe_interval(getattr(one, part)) for part in _FIGURES[:3]},
            }
            for name, one in manifest.figures.items()
        ],
        "held_out": _describe_held_out(manifest.held_out, language),
        "calibration": [
            {"customers": one.customers, "said": one.said, "came": describe_interval(one.came)}
            for one in facts.calibration
        ],
        "gate": [
            {**line.model_dump(), "sentence": line.sentence.to(language)} for line in facts.gate
        ],
        "decisions": [describe_entry(entry) for entry in facts.decisions],
        "groups": [one.column for one in manifest.groups],
        "manifest_sha256": facts.manifest_sha256,
        "key": facts.key,
        "code": manifest.lineage.code,
        "seed": manifest.lineage.seed,
    }


def _describe_held_out(held_out: HeldOut | None, language: Language) -> dict[str, Any] | None:
    if held_out is None:
        return None
    return {
        "tests": held_out.rows,
        "customers": held_out.customers,
        "positives": held_out.positives,
        "split": held_out.split.to(language),
        "why": held_out.why.to(language),
        **{part: describe_interval(getattr(held_out, part)) for part in _FIGURES},
        "alarms": [
            {"kind": one.kind, "severity": one.severity, "reason": one.sentence.to(language)}
            for one in held_out.alarms
        ],
    }


def _write(out: Path, text: str) -> None:
    from regulars.schema.foreign_words import say_system_error

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        why = say_system_error(error)
        raise StorageError(
            en=f"'{out}' cannot be written: {why.en}. Choose another file: --out.",
            ru=f"«{out}» не удаётся записать: {why.ru}. Выберите другой файл: --out.",
        ) from error


def _is_page(out: Path | None) -> bool:
    if out is None:
        return False
    if out.suffix.lower() not in _FORMATS:
        raise InvalidParameterError(
            en=f"'{out}' ends in '{out.suffix}', and a card is Markdown or HTML. Name a file in .md or .html.",
            ru=f"«{out}» кончается на «{out.suffix}», а карточка бывает Markdown или HTML. Назовите файл .md "
            "или .html.",
        )
    return _FORMATS[out.suffix.lower()]
