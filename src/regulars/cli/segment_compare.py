"""`regulars segment compare`: the customers clustered by every method, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_json, print_lines, print_text
from regulars.cli.options import (
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
    split_names,
)
from regulars.cli.segment_compare_json import describe_comparison
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home
from regulars.cli.segment_identity import describe_again, print_again
from regulars.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from regulars.schema.wording import Language
    from regulars.segments.comparison import Comparison
    from regulars.segments.segmentation import SegmentProfile

__all__ = [
    "ClusterCount",
    "NoInput",
    "Seed",
    "Weights",
    "compare",
    "read_weights",
]

ClusterCount = Annotated[
    int | None, Parameter(name="--k", help="Number of clusters; chosen if not said.")
]
Weights = Annotated[
    tuple[str, ...],
    Parameter(
        name="--weight",
        negative=(),
        show_default=False,
        help="How much a feature counts: `--weight FEATURE=2`, 0 leaves it out; may be given again.",
    ),
]
Seed = Annotated[
    int, Parameter(help="Of everything random: the same seed gives the same clusters.")
]
NoInput = Annotated[bool, Parameter(negative=(), help="Ask nothing; nothing is asked here anyway.")]

_HEADINGS = {
    "en": (
        "Method", "k", "Silhou-\nette", "Stabi-\nlity", "least", "Rules\ntell", "Largest", "In\nnone",
        "Same\nas",
    ),
    "ru": (
        "Метод", "k", "Силуэт", "Устой-\nчивость", "худ-\nшая", "По пра-\nвилам", "Самый\nбольшой",
        "Вне", "Сход-\nство",
    ),
}  # fmt: skip
_EXPLAINED = {
    "en": "Silhouette: how far apart, -1 to 1. Stability: how well clusters come back on resampled"
    " customers, 0 to 1. Rules tell: how often short rules find the right cluster. Largest, in none:"
    " shares of the customers. Same as: agreement with the recommended method (adjusted Rand). Measured on"
    " {measured} customers.",
    "ru": "Силуэт: насколько кластеры разделены, от -1 до 1. Устойчивость: насколько кластеры повторяются"
    " на других выборках клиентов, от 0 до 1. По правилам: как часто короткие правила верно узнают"
    " кластер. Самый большой, вне: доли клиентов. Сходство: согласие с рекомендованным методом"
    " (скорректированный индекс Рэнда). Измерено на клиентах: {measured}.",
}
_READ = {"en": "Clusters of {}:", "ru": "Кластеры метода {}:"}
_MORE = {
    "en": "Field by field, with rules, typical customers and the tree: regulars analyze --segments {}.",
    "ru": "По полям, с правилами, типичными клиентами и деревом: regulars analyze --segments {}.",
}
_CLUSTER_HEADINGS = {
    "en": ("", "Cluster", "Customers", "Share", "Stability", "Outcome"),
    "ru": ("", "Кластер", "Клиентов", "Доля", "Устойчивость", "Исход"),
}


def compare(
    file: Files = (),
    /,
    *,
    methods: Annotated[
        str | None,
        Parameter(
            help="Which methods, with commas between them; all that suit the customers if not said:"
            " kmeans, minibatch_kmeans, fuzzy_cmeans, gaussian_mixture, kprototypes, ward, weighted,"
            " average, complete, single, dbscan, hdbscan, optics; and umap_hdbscan where it is installed."
        ),
    ] = None,
    k: ClusterCount = None,
    weight: Weights = (),
    departed: Annotated[
        bool,
        Parameter(
            negative=(), help="Cluster only those who left, as the column of the outcome says."
        ),
    ] = False,
    choose: Annotated[
        str | None,
        Parameter(
            help="Keep the clusters of this method as your choice: when clustering again, those that are"
            " the same keep their number and name."
        ),
    ] = None,
    read: Annotated[
        str | None,
        Parameter(help="Tell of the clusters of this method; of the recommended one if not said."),
    ] = None,
    seconds: Annotated[
        float, Parameter(help="After so many seconds no further method is begun.")
    ] = 600.0,
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    seed: Seed = 0,
    workspace: WorkspaceOption = None,
    no_input: NoInput = False,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Cluster the customers by every method that suits them, side by side.

    Parameters
    ----------
    format
        A table, or one JSON object.
    """
    from regulars.workspace.cluster_choice import find_again, find_choice, keep_choice
    from regulars.workspace.clusters import compare_clusterings

    home, language = find_home(file, workspace, lang, as_of, how=how)
    with open_progress(language) as progress:
        found = compare_clusterings(
            home,
            methods=split_names(methods),
            k=k,
            weights=read_weights(weight),
            seconds=seconds,
            is_of_departed=departed,
            as_of=as_of,
            seed=seed,
            language=language,
            progress=progress,
        )
    shown = found.get_score(read or choose or found.recommended).name
    kept = find_choice(home)
    again = None
    if choose is not None:
        again = keep_choice(home, found, choose)
    elif kept is not None and kept.method in [score.name for score in found.scores]:
        again = find_again(found, kept.method, kept)
    if format == "json":
        print_json(
            describe_comparison(found, shown, language)
            | {"chosen": describe_again(again, language)}
        )
    else:
        _print(found, shown, language)
        print_again(again, language)
    return 0


def read_weights(entries: tuple[str, ...]) -> dict[str, float]:
    """`FEATURE=NUMBER` entries as a dictionary.

    Raises
    ------
    InvalidParameterError
        When an entry is not of that form, or the number is negative.

    Examples
    --------
    >>> read_weights(("age=2", "spend=0.5"))
    {'age': 2.0, 'spend': 0.5}
    """
    weights = {}
    for entry in entries:
        name, _, number = entry.rpartition("=")
        try:
            weights[name] = float(number)
        except ValueError:
            weights[name] = -1.0
        if not name or not 0 <= weights[name] < float("inf"):
            raise InvalidParameterError(
                en=f"--weight '{entry}' is not of the form FEATURE=NUMBER, with a number of 0 or more."
                " For example: --weight age=2.",
                ru=f"--weight «{entry}» не имеет вида ПРИЗНАК=ЧИСЛО, где число не меньше 0. Например: "
                "--weight age=2.",
            )
    return weights


def _print(found: Comparison, shown: str, language: Language) -> None:
    from regulars.quality.numbers import format_number
    from regulars.segments.readings import read_clusters

    print_text(_tabulate(found, language))
    measured = format_number(found.measured, language)
    print_lines(_EXPLAINED[language].format(measured=measured), "")
    print_lines(found.why.to(language), found.why_k.to(language))
    print_lines(*(f"{name}: {why.to(language)}" for name, why in found.left_out.items()))
    print_lines(*_say_sampled(found, language), *(note.to(language) for note in found.notes), "")
    readings = read_clusters(found, shown)
    if shown != found.recommended:
        print_lines(_READ[language].format(shown))
    print_text(_tabulate_clusters([one.profile for one in readings], language))
    print_lines(
        "",
        *(f"{one.profile.number}  {one.portrait.to(language)}" for one in readings),
        _MORE[language].format(shown),
    )


def _tabulate(found: Comparison, language: Language) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from regulars.quality.numbers import format_number
    from regulars.report.speech import Speech

    # In a narrow terminal "under 0.1%" takes the place of a heading.
    speech = Speech(language)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, heading in enumerate(_HEADINGS[language]):
        table.add_column(heading, justify="right" if place else "left", no_wrap=True)
    taken = [score.name for score in found.scores].index(found.recommended)
    for place, score in enumerate(found.scores):
        measured = (score.silhouette, score.stability, score.least_stability, score.readability)
        figures = [
            "" if one is None else format_number(one, language, digits=2) for one in measured
        ]
        table.add_row(
            Text(score.name),
            str(score.k),
            *figures,
            speech.percent(score.largest_share),
            speech.percent(score.nobody_share) if score.nobody_share else "",
            format_number(float(found.agreement[place, taken]), language, digits=2),
            style="bold" if place == taken else None,
        )
    return table


def _say_sampled(found: Comparison, language: Language) -> list[str]:
    """Which methods clustered a sample and assigned the rest."""
    from regulars.quality.numbers import format_number

    sampled = [
        f"{score.name} ({format_number(score.clustering.sampled, language)})"
        for score in found.scores
        if score.clustering.is_sampled
    ]
    if not sampled:
        return []
    told = {
        "en": "Clustered on a random sample, the others assigned to its clusters:",
        "ru": "Кластеризована случайная выборка, остальные отнесены к её кластерам:",
    }[language]
    return [f"{told} {', '.join(sampled)}."]


def _tabulate_clusters(profiles: Sequence[SegmentProfile], language: Language) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from regulars.quality.numbers import format_number, format_share

    table = Table(box=None, pad_edge=False, header_style="bold")
    # Who left is told where a column tells it.
    told = any(profile.outcome_share is not None for profile in profiles)
    for place, heading in enumerate(_CLUSTER_HEADINGS[language][: 5 + told]):
        table.add_column(heading, justify="left" if place == 1 else "right")
    for profile in profiles:
        table.add_row(
            str(profile.number),
            Text(profile.name.to(language)),
            format_number(profile.size, language),
            format_share(profile.share, language),
            format_number(profile.stability, language, digits=2),
            *([_say_outcome(profile, language)] if told else []),
        )
    return table


def _say_outcome(profile: SegmentProfile, language: Language) -> str:
    from regulars.quality.numbers import format_share

    return "" if profile.outcome_share is None else format_share(profile.outcome_share, language)
