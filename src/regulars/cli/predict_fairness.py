"""`regulars predict fairness`: how a model treats groups of customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_json, print_lines, print_text
from regulars.cli.figures import describe_interval
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption, split_names
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from rich.console import RenderableType

    from regulars.evaluate import Fairness
    from regulars.predictions.fairness.group_checks import GroupCheck
    from regulars.predictions.fairness.mitigation import Remedy
    from regulars.schema.wording import Language
    from regulars.workspace.fairness import FairnessReport

__all__ = ["fairness"]

RunOption = Annotated[
    str | None,
    Parameter(help="Whose models: `regulars predict models`; those of the last run if not said."),
]
ClassOption = Annotated[
    int | None,
    Parameter(name="--class", help="Of an outcome of several classes which, from 1."),
]

_HEADINGS = {
    "en": (
        "Group",
        "Customers",
        "Outcome",
        "Contacted",
        "Recall",
        "False alarms",
        "Said less came",
    ),
    "ru": (
        "Группа",
        "Клиентов",
        "Исход",
        "Свяжутся",
        "Полнота",
        "Ложные тревоги",
        "Обещано минус сбылось",
    ),
}
_OF = Wording(
    en="{title}, run {run}. {outcome}. Contacted are those with a probability of {threshold} or more.",
    ru="{title}, прогон {run}. {outcome}. Свяжутся с теми, чья вероятность от {threshold}.",
)
_REMEDIES = Wording(
    en="What could be done, and what it costs:", ru="Что можно сделать и чего это стоит:"
)
_NO_REMEDY = Wording(
    en="What could be done was not measured: too few customers have the outcome.",
    ru="Возможные меры не измерены: клиентов с исходом слишком мало.",
)


def fairness(
    file: Files = (),
    /,
    *,
    by: Annotated[
        str | None,
        Parameter(
            help="Columns whose groups are compared, with commas between them; those that tell sex, age"
            " and region if not said."
        ),
    ] = None,
    run: RunOption = None,
    class_number: ClassOption = None,
    remedies: Annotated[
        bool,
        Parameter(
            negative=(),
            help="Also measure what could be done and what it costs; models are learnt again for it.",
        ),
    ] = False,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    workspace: WorkspaceOption = None,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Say how the chosen model treats groups of customers: by sex, age, region or any column.

    Files are analyzed first, unless they were already.

    Parameters
    ----------
    format
        Tables with sentences, or one JSON object.
    """
    from regulars.workspace.fairness import check_fairness, ensure_models

    home, language = find_home(file, workspace, lang, as_of, how=how, verb="predict fairness")
    with open_progress(language) as progress:
        if file and run is None:
            ensure_models(
                home,
                as_of=as_of,
                class_number=class_number,
                language=language,
                progress=progress,
            )
        report = check_fairness(
            home,
            split_names(by),
            run=run,
            class_number=class_number,
            weigh_remedies=remedies,
            language=language,
            progress=progress,
        )
    if format == "json":
        print_json(_describe(report, language))
    else:
        _print(report, language, with_remedies=remedies)
    return 0


def _describe(report: FairnessReport, language: Language) -> dict[str, Any]:
    from regulars.predictions.fairness.group_sentences import say_check

    manifest = report.manifest
    remedies = report.remedies or ((),) * len(report.checks)
    return {
        "run": report.run,
        "model": manifest.chosen,
        "outcome": manifest.outcome.sentence.to(language),
        "threshold": manifest.threshold,
        "columns": [
            {
                "column": check.column,
                "meaning": check.meaning.to(language),
                "kind": check.kind,
                **_describe_fairness(check.fairness),
                "is_seen": check.is_seen,
                "twins": None
                if check.twins is None
                else {
                    "customers": check.twins.customers,
                    "flips": describe_interval(check.twins.flips),
                    "shifts": [
                        {
                            "group": shift.name,
                            "customers": shift.customers,
                            "change": describe_interval(shift.change),
                            "flips": describe_interval(shift.flips),
                        }
                        for shift in check.twins.shifts
                    ],
                },
                "guess": None
                if check.guess is None
                else {
                    "group": check.guess.name,
                    "roc_auc": describe_interval(check.guess.roc_auc),
                    "features": list(check.guess.features),
                },
                "sentences": [said.to(language) for said in say_check(check)],
                "remedies": [_describe_remedy(one) for one in own],
            }
            for check, own in zip(report.checks, remedies, strict=True)
        ],
    }


def _describe_fairness(found: Fairness) -> dict[str, Any]:
    return {
        "groups": [
            {
                "name": group.name,
                "customers": group.customers,
                "rows": group.rows,
                "positives": group.positives,
                "base_rate": describe_interval(group.base_rate),
                "contacted": describe_interval(group.contacted),
                "recall": describe_interval(group.recall),
                "false_alarms": describe_interval(group.false_alarms),
                "calibration": describe_interval(group.calibration),
            }
            for group in found.groups
        ],
        "gaps": [
            {
                "measure": gap.measure,
                "higher": gap.higher,
                "lower": gap.lower,
                "difference": describe_interval(gap.difference),
                "is_certain": gap.is_certain,
            }
            for gap in found.gaps
        ],
        "comparisons": found.comparisons,
        "pooled": list(found.pooled),
        "left_out": found.left_out,
    }


def _describe_remedy(one: Remedy) -> dict[str, Any]:
    return {
        "name": one.name,
        "recall_gap": None
        if one.recall_gap is None
        else describe_interval(one.recall_gap.difference),
        "roc_auc_change": describe_interval(one.roc_auc_change),
        "cost_change": describe_interval(one.cost_change),
        "contacted_change": describe_interval(one.contacted_change),
        "thresholds": dict(one.thresholds),
        "left_out": list(one.left_out),
    }


def _print(report: FairnessReport, language: Language, *, with_remedies: bool) -> None:
    from regulars.predictions.fairness.group_sentences import say_check
    from regulars.predictions.fitting.roster import FAMILIES
    from regulars.quality.numbers import format_share

    manifest = report.manifest
    print_lines(
        _OF.to(language).format(
            title=FAMILIES[manifest.chosen].title.to(language),
            run=report.run,
            outcome=manifest.outcome.sentence.to(language),
            threshold=format_share(manifest.threshold, language),
        )
    )
    for place, check in enumerate(report.checks):
        print_lines("", _say_title(check, language))
        print_text(_tabulate(check.fairness, language))
        print_lines(*(f"- {said.to(language)}" for said in say_check(check)))
        if with_remedies:
            own = report.remedies[place]
            print_lines(
                *([_REMEDIES.to(language)] if own else [_NO_REMEDY.to(language)]),
                *(f"- {_say_remedy(one, language)}" for one in own),
            )


def _say_title(check: GroupCheck, language: Language) -> str:
    meaning = check.meaning.to(language)
    title = meaning[:1].upper() + meaning[1:]
    return title if meaning.casefold() == check.column.casefold() else f"{title} ({check.column})"


def _tabulate(found: Fairness, language: Language) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from regulars.predictions.fairness.group_sentences import name_group, say_share_interval
    from regulars.quality.numbers import format_number

    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, heading in enumerate(_HEADINGS[language]):
        table.add_column(heading, justify="right" if place else "left")
    for group in found.groups:
        table.add_row(
            Text(name_group(group.name, language)),
            format_number(group.customers, language),
            *(
                _stack(say_share_interval(share, language))
                for share in (group.base_rate, group.contacted, group.recall, group.false_alarms)
            ),
            _stack(say_share_interval(group.calibration, language, is_signed=True)),
        )
    return table


def _stack(figure: str) -> str:
    """The interval under the figure: five of them side by side are wider than a terminal."""
    return figure.replace(" (", "\n").removesuffix(")")


def _say_remedy(one: Remedy, language: Language) -> str:
    from regulars.predictions.fairness.remedy_sentences import say_remedy

    return say_remedy(one).to(language)
