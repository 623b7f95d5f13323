"""`regulars segment cluster`: the customers of a feature space, clustered, compared and saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from regulars.cli.console import open_progress, print_json, print_lines, print_text
from regulars.cli.options import LanguageOption, OutputFormat, WorkspaceOption, split_names
from regulars.cli.segment_files import AsOfOption, HowRead, find_home
from regulars.cli.segment_identity import describe_again, print_again
from regulars.errors import InvalidParameterError
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from regulars.features import FeatureSpace
    from regulars.schema.wording import Language
    from regulars.workspace import Workspace
    from regulars.workspace.segmentation_store import SegmentationDefinition
    from regulars.workspace.space_clusters import SpaceClusters, SpaceWishes

__all__ = ["cluster"]

_EVERYTHING = "everything"
_HEADINGS = {"en": ("Cluster", "Name", "Customers"), "ru": ("Кластер", "Название", "Клиентов")}
_SPACE = Wording(
    en="Feature space {name}@{version}, as of {day}{period}{criterion}.",
    ru="Пространство признаков {name}@{version}, на {day}{period}{criterion}.",
)
_PERIOD = Wording(en=", the last {}", ru=", за {}")
_CRITERION = Wording(en=", for {}", ru=", критерий: {}")
_ENOUGH = Wording(
    en="{customers} and {features}: enough, {wanted} are wanted.",
    ru="{customers}, {features}: достаточно, нужно {wanted}.",
)
_FEW = Wording(
    en="{customers} and {features}: few, {wanted} are wanted. Widen the period (--period-days), or take"
    " fewer features.",
    ru="{customers}, {features}: мало, нужно {wanted}. Расширьте период (--period-days) или возьмите"
    " меньше признаков.",
)
_WITHOUT = Wording(
    en="--without is for files: a feature space says itself what it takes (regulars spaces create --without).",
    ru="--without — для файлов: пространство признаков само говорит, что берёт (regulars spaces create"
    " --without).",
)
_METHOD = Wording(en="Method: {method}. {why}", ru="Метод: {method}. {why}")
_SAVED = Wording(
    en="Saved as {name}@{version}, with the feature space {space}@{space_version}. Again on another day:"
    " regulars segment cluster {files}--like {name} --as-of DAY.",
    ru="Сохранено как {name}@{version}, с пространством признаков {space}@{space_version}. Ещё раз на другой"
    " день: regulars segment cluster {files}--like {name} --as-of ДЕНЬ.",
)


def cluster(
    space: Annotated[
        tuple[str, ...],
        Parameter(
            negative=(),
            show_default=False,
            help="A feature space, or one version of it: `NAME@VERSION`. Or a file or several, which are"
            " loaded as `analyze` does: customers are then compared by everything that is known of"
            " them. Without either the saved segmentations are listed.",
        ),
    ] = (),
    /,
    *,
    without: Annotated[
        str | None,
        Parameter(
            help="Features of files that are left out, with commas between them, or patterns of their"
            " names: '*_7d,*_30d,*_365d'. A space says itself what it takes."
        ),
    ] = None,
    like: Annotated[
        str | None,
        Parameter(
            help="Do again what was saved under this name: its version of the space, its method and"
            " number of clusters; clusters that are the same keep number and name."
        ),
    ] = None,
    criterion: Annotated[
        str | None, Parameter(help="What the space is for now, instead of what it was saved for.")
    ] = None,
    period_days: Annotated[
        int | None, Parameter(help="Another period: so many days before the day are looked at.")
    ] = None,
    method: Annotated[
        str | None,
        Parameter(
            help="Of clustering, as `segment compare` lists them; the recommended one if not said."
        ),
    ] = None,
    k: Annotated[
        int | None, Parameter(name="--k", help="Number of clusters; chosen if not said.")
    ] = None,
    seed: Annotated[
        int | None, Parameter(help="Of everything random: the same seed gives the same answer.")
    ] = None,
    save: Annotated[
        str | None,
        Parameter(help="Save the segmentation under this name, with the version of its space."),
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
    """Cluster the customers of a feature space, compare with an earlier time, and save it.

    Parameters
    ----------
    format
        Text, or one JSON object.
    """
    from regulars.cli.spaces import change_space
    from regulars.features import FeatureSpace
    from regulars.workspace.space_clusters import SpaceWishes, cluster_space

    name, files = _tell_apart(space)
    home, language = find_home(files, workspace, lang, as_of, how=how)
    if not space and like is None:
        if save is not None:
            raise InvalidParameterError(
                en="Cluster the customers of which feature space? Name it (regulars spaces), or a saved"
                " segmentation: --like NAME.",
                ru="Клиентов какого пространства признаков кластеризовать? Назовите его (regulars spaces)"
                " или сохранённую сегментацию: --like ИМЯ.",
            )
        return _list_saved(home, format)
    kept = home.segmentations.get(like) if like else None
    everything = FeatureSpace(name=_EVERYTHING, without=split_names(without))
    if without and (name or kept):
        raise InvalidParameterError(en=_WITHOUT.en, ru=_WITHOUT.ru)
    chosen = _choose_space(home, name, kept, everything)
    chosen = change_space(chosen, criterion=criterion, period_days=period_days)
    wishes = SpaceWishes(as_of=as_of, method=method, k=k, seed=seed or 0)
    if kept is not None:
        wishes = _repeat_wishes(kept, wishes, seed)
    with open_progress(language) as progress:
        found = cluster_space(
            home,
            chosen,
            wishes=wishes,
            name=save or like,
            save=save is not None,
            replace=replace,
            language=language,
            progress=progress,
        )
    if format == "json":
        print_json(_describe(found, language))
    else:
        _print(found, files, language)
    return 0


def _tell_apart(given: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The name of a space, or files; a name has neither a dot nor a slash."""
    if (
        len(given) == 1
        and not Path(given[0]).exists()
        and not any(mark in given[0] for mark in "./\\")
    ):
        return given[0], ()
    return None, given


def _choose_space(
    home: Workspace,
    space: str | None,
    kept: SegmentationDefinition | None,
    everything: FeatureSpace,
) -> FeatureSpace:
    """The space that is named, that of the saved segmentation, or everything."""
    if space is not None:
        name, _, version = space.partition("@")
        return home.spaces.get(name, version or None)
    if kept is not None:
        return home.spaces.get(kept.space, kept.space_version)
    return everything


def _repeat_wishes(
    kept: SegmentationDefinition, wishes: SpaceWishes, seed: int | None
) -> SpaceWishes:
    from dataclasses import replace

    return replace(
        wishes,
        method=wishes.method or kept.method,
        k=wishes.k or kept.k,
        seed=kept.seed if seed is None else seed,
    )


def _list_saved(home: Workspace, shape: OutputFormat) -> int:
    found = [(name, home.segmentations.get(name)) for name in home.segmentations.list()]
    if shape == "json":
        told = [
            one.model_dump(mode="json") | {"version": one.version, "versions": list(versions)}
            for name, one in found
            for versions in (home.segmentations.list_versions(name),)
        ]
        print_json({"segmentations": told})
    else:
        print_lines(
            *(
                f"{name}@{one.version}  {one.space}@{one.space_version}  {one.as_of}  {one.method}"
                for name, one in found
            )
        )
    return 0


def _describe(found: SpaceClusters, language: Language) -> dict[str, Any]:
    return {
        "space": found.space.name,
        "space_version": found.space.version,
        "criterion": found.space.criterion,
        "period_days": found.space.period_days,
        "as_of": found.as_of.day.isoformat(),
        "customers": found.customers,
        "features": found.features,
        "wanted": found.wanted,
        "is_enough": found.is_enough,
        "method": found.method,
        "why": found.comparison.why.to(language),
        "clusters": describe_again(found.again, language),
        "saved": found.saved.version if found.saved else None,
    }


def _print(found: SpaceClusters, files: Sequence[str], language: Language) -> None:
    import shlex

    from regulars.segments.clustering.methods import TITLES

    print_lines(_say_space(found, language), _say_sample(found, language))
    why = found.comparison.why.to(language)
    title = TITLES[found.method].to(language)
    print_lines(_METHOD.to(language).format(method=title, why=why), "")
    print_text(_tabulate(found, language))
    if found.again.choice is not None:
        print_again(found.again, language)
    if found.saved is not None:
        named = "".join(f"{shlex.quote(file)} " for file in files)
        told = found.saved.model_dump() | {"version": found.saved.version, "files": named}
        print_lines("", _SAVED.to(language).format(**told))


def _say_space(found: SpaceClusters, language: Language) -> str:
    from regulars.quality.numbers import format_units

    space, period, criterion = found.space, "", ""
    if space.period_days:
        period = _PERIOD.to(language).format(format_units(space.period_days, language, "day"))
    if space.criterion:
        criterion = _CRITERION.to(language).format(space.criterion)
    return _SPACE.to(language).format(
        name=space.name,
        version=space.version,
        day=found.as_of.day,
        period=period,
        criterion=criterion,
    )


def _say_sample(found: SpaceClusters, language: Language) -> str:
    from regulars.quality.numbers import format_count, format_number, format_units

    forms = ("feature", "features") if language == "en" else ("признак", "признака", "признаков")
    return (
        (_ENOUGH if found.is_enough else _FEW)
        .to(language)
        .format(
            customers=format_units(found.customers, language, "customer"),
            features=format_count(found.features, language, *forms),
            wanted=format_number(found.wanted, language),
        )
    )


def _tabulate(found: SpaceClusters, language: Language) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from regulars.quality.numbers import format_number

    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, heading in enumerate(_HEADINGS[language]):
        table.add_column(heading, justify="right" if place == 2 else "left")
    again = found.again
    for number, size in zip(again.identity.numbers, again.sizes, strict=True):
        name = Text(again.names[number].to(language))
        table.add_row(str(number), name, format_number(size, language))
    return table
