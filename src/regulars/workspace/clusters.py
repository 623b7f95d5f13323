"""The customers of a workspace clustered: all methods side by side, or one tree of merges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from regulars.errors import NotFoundError, QualityError
from regulars.features import AsOf, FeatureTable, load_features
from regulars.progress import InnerProgress
from regulars.schema.wording import Wording
from regulars.segments.comparison import Comparison, compare_methods
from regulars.segments.merges import MergeTree, grow_tree
from regulars.workspace.as_of import choose_as_of
from regulars.workspace.material import Material, gather_material
from regulars.workspace.money import read_money
from regulars.workspace.rule_sources import find_end, read_mappings
from regulars.workspace.tables import list_canonical, open_history, see_tables
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.segments.clustering.linkage import LinkageName
    from regulars.workspace.folder import Workspace

__all__ = ["compare_clusterings", "grow_customer_tree"]

_BASKETS = {"purchases", "purchase_items"}
_NOTHING_TELLS = Wording(
    en="No column says who left. Name one with --outcome COLUMN or --outcome COLUMN=VALUE.",
    ru="Ни один столбец не говорит, кто ушёл. Назовите его: --outcome СТОЛБЕЦ или --outcome СТОЛБЕЦ=ЗНАЧЕНИЕ.",
)


def compare_clusterings(
    workspace: Workspace,
    *,
    methods: Sequence[str] = (),
    k: int | None = None,
    weights: Mapping[str, float] | None = None,
    seconds: float = 600.0,
    is_of_departed: bool = False,
    as_of: date | None = None,
    seed: int = 0,
    language: Language = "en",
    progress: Progress,
) -> Comparison:
    """All suitable methods of clustering on the customers of a workspace: see `compare_methods`.

    Parameters
    ----------
    workspace
        Whose lake.
    methods, k, weights, seconds
        As `compare_methods` takes them.
    is_of_departed
        Cluster only those who left, as the outcome tells.
    as_of
        First day that is not seen; by default that of `analyze`.
    seed
        Of everything random.
    language
        Of the stages.
    progress
        Told of each stage.

    Raises
    ------
    NotFoundError
        When nothing was loaded yet.
    QualityError, InvalidParameterError, UnknownNameError
        As `compare_methods`.
    """
    found = _gather(workspace, as_of=as_of, seed=seed, language=language, progress=progress)
    if is_of_departed:
        found = found.keep_departed()
    outcome = found.material.outcome
    with progress.stage(speak(language)("compare"), total=1) as stage:
        return compare_methods(
            found.features,
            methods=methods,
            k=k,
            weights=weights,
            outcome=outcome.labels if outcome else None,
            money=found.money,
            seconds=seconds,
            random_state=seed,
            progress=InnerProgress(stage, progress),
        )


def grow_customer_tree(
    workspace: Workspace,
    *,
    linkage: LinkageName,
    k: int | None = None,
    weights: Mapping[str, float] | None = None,
    as_of: date | None = None,
    seed: int = 0,
    language: Language = "en",
    progress: Progress,
) -> MergeTree:
    """The tree of merges of the customers of a workspace: see `grow_tree`.

    Parameters are those of `compare_clusterings`, and `linkage`: what the distance of two clusters is.

    Raises
    ------
    NotFoundError
        When nothing was loaded yet.
    QualityError, InvalidParameterError
        As `grow_tree`.
    """
    found = _gather(workspace, as_of=as_of, seed=seed, language=language, progress=progress)
    with progress.stage(speak(language)("tree")):
        return grow_tree(found.features, linkage=linkage, k=k, weights=weights, random_state=seed)


@dataclass(frozen=True, slots=True, eq=False)
class _Gathered:
    """Features of the customers, what else is known of them, and what each brings."""

    features: FeatureTable
    material: Material
    money: NDArray[np.float64] | None

    def keep_departed(self) -> _Gathered:
        """Those of whom a column says that they left."""
        import pyarrow as pa

        outcome = self.material.outcome
        if outcome is None:
            why = self.material.why_no_outcome or _NOTHING_TELLS
            raise QualityError(en=why.en, ru=why.ru)
        is_gone = outcome.labels == 1
        table = self.features.table.filter(pa.array(is_gone))
        return _Gathered(
            FeatureTable(table, self.features.features, self.features.as_of),
            replace(self.material, outcome=None),
            None if self.money is None else self.money[is_gone],
        )


def _gather(
    workspace: Workspace,
    *,
    as_of: date | None,
    seed: int,
    language: Language,
    progress: Progress,
) -> _Gathered:
    """The customers that `analyze` finds segments of, as of the same day."""
    snapshot = workspace.lake.snapshot()
    if not list_canonical(snapshot):
        raise NotFoundError(
            en=f"Workspace '{workspace.folder}' holds no data yet. Load some: regulars load FILE.",
            ru=f"В рабочей папке «{workspace.folder}» ещё нет данных. Загрузите их: regulars load "
            "ФАЙЛ.",
        )
    mappings = read_mappings(workspace)
    latest = choose_as_of(workspace, as_of)
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        day: AsOf = latest
        if as_of is None:
            day = find_end(open_history(snapshot, backend), latest, mappings)
        material = gather_material(
            see_tables(snapshot, backend, as_of=day, told_until=latest),
            mappings,
            as_of=day,
            seed=seed,
            definitions=load_features(workspace.read_definitions("feature")),
            language=language,
            progress=progress,
        )
    if material.filled is None and set(list_canonical(snapshot)) & _BASKETS:
        raise QualityError(
            en="These purchases name no customer, so there is nobody to cluster. What is bought together"
            " can be told: regulars segment baskets.",
            ru="В этих покупках не названы клиенты, и кластеризовать некого. Можно узнать, что покупают"
            " вместе: regulars segment baskets.",
        )
    if material.filled is None:
        raise QualityError(
            en=f"Nothing is known about any customer before {day.day}. Load customers, purchases or"
            " events, or give a later --as-of.",
            ru=f"До {day.day} ни об одном клиенте ничего не известно. Загрузите клиентов, покупки или "
            "события либо укажите более поздний --as-of.",
        )
    brought = read_money(material.filled, mappings, None)
    return _Gathered(material.filled, material, brought.amounts if brought else None)
