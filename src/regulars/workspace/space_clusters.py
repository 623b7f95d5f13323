"""The customers of a feature space clustered: sample checked, set beside an earlier time, saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import ConflictError, QualityError
from regulars.features import FeatureSpace
from regulars.progress import InnerProgress
from regulars.segments.comparison import compare_methods
from regulars.workspace.cleaning import clean_features
from regulars.workspace.cluster_choice import find_again, find_choice, keep_choice
from regulars.workspace.customer_features import build_space_features, takes_everything
from regulars.workspace.material import keep_subscribed
from regulars.workspace.outcomes import choose_outcome, names_outcome
from regulars.workspace.rule_sources import open_rule_sources, open_seen_sources, read_mappings
from regulars.workspace.segmentation_store import SegmentationDefinition
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from datetime import date

    from regulars.features import AsOf
    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.segments.comparison import Comparison
    from regulars.workspace.cluster_choice import FoundAgain
    from regulars.workspace.folder import Workspace

__all__ = ["SpaceClusters", "SpaceWishes", "cluster_space"]

_CUSTOMERS_PER_FEATURE = 70


@dataclass(frozen=True, slots=True)
class SpaceWishes:
    """How the customers of a space are to be clustered.

    Attributes
    ----------
    as_of
        First day that must not be seen; None for that of `analyze`.
    method
        Of clustering; all suitable ones are compared, and the recommended one taken, when None.
    k
        Number of clusters; chosen when None.
    seed
        Of everything random.
    """

    as_of: date | None = None
    method: str | None = None
    k: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class SpaceClusters:
    """Clusters of the customers of a feature space.

    Attributes
    ----------
    space
        As it was built, with its definitions.
    as_of
        The first day that was not seen.
    customers, features
        How many there were; features that are the same for all do not count.
    wanted
        How many customers so many features want.
    comparison
        The methods.
    method
        Whose clusters are told.
    again
        These clusters, beside those that were saved earlier under the name.
    saved
        What was saved; None when nothing was to be.
    """

    space: FeatureSpace
    as_of: AsOf
    customers: int
    features: int
    wanted: int
    comparison: Comparison
    method: str
    again: FoundAgain
    saved: SegmentationDefinition | None

    @property
    def is_enough(self) -> bool:
        """Whether there are as many customers as the features want."""
        return self.customers >= self.wanted


def cluster_space(
    workspace: Workspace,
    space: FeatureSpace,
    *,
    wishes: SpaceWishes | None = None,
    name: str | None = None,
    save: bool = False,
    replace: bool = False,
    language: Language,
    progress: Progress,
) -> SpaceClusters:
    """Build a feature space as of a day, check the sample, cluster, and set it beside an earlier time.

    Parameters
    ----------
    workspace
        Whose lake, spaces and segmentations.
    space
        What customers are compared by; its criterion and period may differ from those saved.
    wishes
        How.
    name
        Of a saved segmentation: clusters that are the same as its ones keep number and name.
    save
        Save this one under the name, with the version of the space.
    replace
        Save it as a new version of one that is there.
    language
        Of the stages.
    progress
        Told of each stage.

    Raises
    ------
    NotFoundError
        When nothing was loaded yet.
    ConflictError
        When there is a segmentation of the name, and it is not to be replaced.
    QualityError, InvalidParameterError, UnknownNameError
        As `FeatureSpace.build` and `compare_methods`.

    Notes
    -----
    Seventy customers a feature: Dolnicar, S., Grün, B., Leisch, F., Schmidt, K. (2014). Required sample
    sizes for data-driven market segmentation analyses in tourism. Journal of Travel Research 53(3),
    296-306, doi:10.1177/0047287513496475.
    """
    wanted = wishes or SpaceWishes()
    if save and name in workspace.segmentations.list() and not replace:
        # Before the work, not after it.
        raise ConflictError(
            en=f"There is a segmentation '{name}' already. Choose another name, or save a new version of"
            " it: --replace.",
            ru=f"Сегментация «{name}» уже есть. Выберите другое имя или сохраните новую версию: --replace.",
        )
    pinned = space.pin(workspace.read_features())
    say = speak(language)
    opened = open_rule_sources(workspace, as_of=wanted.as_of)
    with opened as (sources, day), progress.stage(say("features")):
        mappings = read_mappings(workspace)
        built = build_space_features(pinned, sources.tables, mappings, as_of=day)
    if takes_everything(pinned) and not names_outcome(mappings):
        with open_seen_sources(workspace, as_of=wanted.as_of) as (seen, _):
            leaving = choose_outcome(seen.tables, until=day.day)
            built = keep_subscribed(built, leaving, seen.tables)
    if not len(built):
        raise QualityError(
            en=f"Nobody is in the feature space '{space.name}' as of {day.day}. Widen its period"
            " (--period-days), or loosen its filters.",
            ru=f"На {day.day} в пространстве признаков «{space.name}» никого нет. Расширьте период"
            " (--period-days) или ослабьте фильтры.",
        )
    features = clean_features(built, mappings=mappings).features
    with progress.stage(say("compare"), total=1) as stage:
        comparison = compare_methods(
            features,
            methods=(wanted.method,) if wanted.method else (),
            k=wanted.k,
            random_state=wanted.seed,
            progress=InnerProgress(stage, progress),
        )
    method = wanted.method or comparison.recommended
    counted = len(comparison.matrix.features) if comparison.matrix else len(features.features)
    saved = None
    if save and name:
        saved = SegmentationDefinition(
            name=name,
            space=pinned.name,
            space_version=pinned.version,
            as_of=day.day,
            method=method,
            k=wanted.k,
            seed=wanted.seed,
        )
        workspace.spaces.keep_only_version(pinned.name, pinned.version, pinned.to_toml())
        again = keep_choice(workspace, comparison, method, name=name)
        workspace.segmentations.save(saved, replace=replace)
    else:
        kept = find_choice(workspace, name) if name else None
        again = find_again(comparison, method, kept)
    return SpaceClusters(
        space=pinned,
        as_of=day,
        customers=len(features),
        features=counted,
        wanted=_CUSTOMERS_PER_FEATURE * counted,
        comparison=comparison,
        method=method,
        again=again,
        saved=saved,
    )
