"""`regulars segment tree`: the customers joined into one tree, and where to cut it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_json, print_lines
from regulars.cli.options import (
    LanguageOption,
    OutputFormat,
    WorkspaceOption,
)
from regulars.cli.segment_compare import (
    ClusterCount,
    NoInput,
    Seed,
    Weights,
    read_weights,
)
from regulars.cli.segment_files import AsOfOption, Files, HowRead, find_home

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regulars.schema.wording import Language
    from regulars.segments.merges import Joint, MergeTree

__all__ = ["tree"]

_WIDTH = 60
_BRANCHES = 12
_CUT = {
    "en": "Cut at {height} into {k} clusters: {sizes}",
    "ru": "Разрез на высоте {height}, кластеров: {k}, размеры: {sizes}",
}


def tree(
    file: Files = (),
    /,
    *,
    linkage: Annotated[
        Literal["single", "complete", "average", "weighted", "ward"],
        Parameter(
            help="What the distance of two clusters is: that of the nearest or the farthest two"
            " customers, the unweighted or weighted average, or the growth of the variance."
        ),
    ] = "ward",
    k: ClusterCount = None,
    weight: Weights = (),
    how: HowRead | None = None,
    as_of: AsOfOption = None,
    seed: Seed = 0,
    workspace: WorkspaceOption = None,
    no_input: NoInput = False,
    format: OutputFormat = "table",
    lang: LanguageOption = None,
) -> int:
    """Join the customers into one tree, two by two, and say where to cut it.

    Parameters
    ----------
    format
        A drawing, or one JSON object.
    """
    from regulars.workspace.clusters import grow_customer_tree

    home, language = find_home(file, workspace, lang, as_of, how=how)
    with open_progress(language) as progress:
        grown = grow_customer_tree(
            home,
            linkage=linkage,
            k=k,
            weights=read_weights(weight),
            as_of=as_of,
            seed=seed,
            language=language,
            progress=progress,
        )
    if format == "json":
        print_json(_describe(grown, language))
    else:
        _print(grown, language)
    return 0


def _describe(grown: MergeTree, language: Language) -> dict[str, Any]:
    ids = grown.customer_ids.take(grown.rows).to_pylist()
    sizes = grown.count(grown.suggested_k)
    return {
        "linkage": grown.linkage,
        "customers": len(grown.customer_ids),
        "sampled": grown.sampled,
        "leaves": ids,
        "merges": [
            [int(left), int(right), height, int(size)]
            for left, right, height, size in grown.merges.tolist()
        ],
        "suggested": {
            "k": grown.suggested_k,
            "height": grown.height_of(grown.suggested_k),
            "sizes": list(sizes),
            "why": grown.why.to(language),
        },
        "silhouettes": [{"k": k, "silhouette": one} for k, one in grown.silhouettes.items()],
        "notes": [note.to(language) for note in grown.notes],
    }


def _print(grown: MergeTree, language: Language) -> None:
    from regulars.quality.numbers import format_number

    print_lines(*_draw(grown, language))
    cut = _CUT[language].format(
        height=format_number(grown.height_of(grown.suggested_k), language, digits=2),
        k=grown.suggested_k,
        sizes=" · ".join(format_number(size, language) for size in grown.count(grown.suggested_k)),
    )
    print_lines(cut, grown.why.to(language), *(note.to(language) for note in grown.notes))


def _draw(grown: MergeTree, language: Language) -> list[str]:
    """The crown of the tree: a branch every other line, heights grow to the right, dots where it is cut."""
    from regulars.quality.numbers import format_number

    sizes, joints = grown.crown(max(grown.suggested_k, _BRANCHES))
    highest = max((joint.height for joint in joints), default=0.0) or 1.0
    rows = {branch: 2 * place for place, branch in enumerate(_order(joints, len(sizes)))}
    columns = dict.fromkeys(rows, 0)
    cells = [[" "] * (_WIDTH + len(sizes) + 1) for _ in range(2 * len(sizes) - 1)]
    for number, joint in enumerate(joints):
        # Right of what it joins, however little higher it is.
        column = max(
            round(joint.height / highest * _WIDTH),
            columns[joint.left] + 1,
            columns[joint.right] + 1,
        )
        ends = sorted(rows[part] for part in (joint.left, joint.right))
        for part in (joint.left, joint.right):
            for place in range(columns[part] + (part < 0), column):
                cells[rows[part]][place] = "\N{BOX DRAWINGS LIGHT HORIZONTAL}"
        for row in range(ends[0] + 1, ends[1]):
            cells[row][column] = "\N{BOX DRAWINGS LIGHT VERTICAL}"
        cells[ends[0]][column] = "\N{BOX DRAWINGS LIGHT DOWN AND LEFT}"
        cells[ends[1]][column] = "\N{BOX DRAWINGS LIGHT UP AND LEFT}"
        rows[-1 - number], columns[-1 - number] = sum(ends) // 2, column
        cells[sum(ends) // 2][column] = "\N{BOX DRAWINGS LIGHT VERTICAL AND RIGHT}"
    cut = round(grown.height_of(grown.suggested_k) / highest * _WIDTH)
    for line in cells:
        if line[cut] == " ":
            line[cut] = "\N{BOX DRAWINGS LIGHT QUADRUPLE DASH VERTICAL}"
    labels = {rows[place]: format_number(size, language) for place, size in enumerate(sizes)}
    widest = max(map(len, labels.values()))
    return [
        f"{labels.get(row, ''):>{widest}} {''.join(line)}".rstrip()
        for row, line in enumerate(cells)
    ]


def _order(joints: Sequence[Joint], branches: int) -> list[int]:
    """The branches so that no lines cross."""
    members = {branch: [branch] for branch in range(branches)}
    for number, joint in enumerate(joints):
        members[-1 - number] = members[joint.left] + members[joint.right]
    return members[-len(joints)] if joints else [0]
