"""Who is in which segment by the last analysis of a workspace, or by one that is made now."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import NotFoundError, QualityError
from regulars.features import AsOf
from regulars.report.model import Report
from regulars.schema.mapping import Mapping as SourceMapping
from regulars.workspace.known_groups import KnownSegments
from regulars.workspace.material import gather_material
from regulars.workspace.recipe import Recipe
from regulars.workspace.rule_sources import (
    open_earlier_sources,
    open_seen_sources,
    read_mappings,
)
from regulars.workspace.runs import find_last_run
from regulars.workspace.segmenting import SegmentWishes, find_segments
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.progress import Progress
    from regulars.schema.wording import Language, Wording
    from regulars.segments.rules import RuleSources
    from regulars.workspace.folder import Workspace

__all__ = ["GroupedCustomers", "find_known_segments", "open_groups"]

_SCORES = "customers.parquet"
_REPORT = "report.json"


@dataclass(frozen=True, slots=True, eq=False)
class GroupedCustomers:
    """Customers in the segments of an analysis, and the rows that it saw.

    Attributes
    ----------
    customer_ids, segment
        Each customer and the number of their segment; shape (n_customers,).
    names
        Of the segments, by number.
    sources
        What the analysis saw, and nothing else.
    mappings
        How it was read.
    as_of
        The first day that it has not seen.
    is_stored
        Whether it was made earlier, by `analyze`.
    """

    customer_ids: pa.Array
    segment: NDArray[np.int64]
    names: Mapping[int, Wording]
    sources: RuleSources
    mappings: tuple[SourceMapping, ...]
    as_of: AsOf
    is_stored: bool


@contextmanager
def open_groups(
    workspace: Workspace, *, as_of: date | None = None, language: Language, progress: Progress
) -> Iterator[GroupedCustomers]:
    """The segments of the last analysis in the usual folder; without one they are found now.

    Parameters
    ----------
    workspace
        Whose lake.
    as_of
        First day that must not be seen; an analysis of another day does not count. None for that
        of the last analysis.
    language
        Of the stages.
    progress
        Told of each stage.

    Raises
    ------
    NotFoundError
        When nothing was loaded yet, or nothing tells about customers.
    QualityError
        When there are no segments to be found.
    """
    stored = _find_stored(workspace, as_of)
    if stored is not None:
        with _open_stored(workspace, stored) as groups:
            yield groups
        return
    mappings = tuple(read_mappings(workspace))
    with open_seen_sources(workspace, as_of=as_of) as (sources, day):
        material = gather_material(
            sources.tables,
            mappings,
            as_of=day,
            seed=0,
            definitions=sources.definitions,
            language=language,
            progress=progress,
        )
        if material.filled is None:
            raise NotFoundError(
                en="The loaded tables hold nothing about customers.",
                ru="В загруженных таблицах ничего нет о клиентах.",
            )
        with progress.stage(speak(language)("segments")):
            found = find_segments(material.filled, wishes=SegmentWishes(), seed=0).segmentation
        names = {profile.number: profile.name for profile in found.profiles}
        yield GroupedCustomers(
            found.customer_ids, found.segment, names, sources, mappings, day, is_stored=False
        )


def _find_stored(workspace: Workspace, as_of: date | None) -> Recipe | None:
    """How the last analysis was made; None where its files are gone or it is of another day."""
    run = find_last_run(workspace.folder / "runs")
    folder = workspace.results_folder
    if run is None or not (folder / _SCORES).is_file() or not (folder / _REPORT).is_file():
        return None
    recipe = Recipe.model_validate(run["recipe"])
    return recipe if as_of in (None, recipe.as_of) else None


def find_known_segments(workspace: Workspace) -> KnownSegments | None:
    """Who was in which segment in the last analysis; None where there was none, or it found none.

    Parameters
    ----------
    workspace
        Whose runs.
    """
    if _find_stored(workspace, None) is None:
        return None
    numbers = _read_stored(workspace)
    if numbers is None:
        return None
    customer_ids, segment, names = numbers
    return KnownSegments(customer_ids, segment, names)


def _read_stored(
    workspace: Workspace,
) -> tuple[pa.Array, NDArray[np.int64], dict[int, Wording]] | None:
    """The segments that are kept of the last analysis; None where it found none."""
    import numpy as np
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    folder = workspace.results_folder
    scores = pq.read_table(folder / _SCORES, columns=["customer_id", "segment"])
    report = Report.from_json((folder / _REPORT).read_text(encoding="utf-8"))
    if report.segments is None:
        return None
    codes = [profile.segment for profile in report.segments.profiles]
    place = pc.index_in(scores["segment"], value_set=_texts(codes)).fill_null(-1)
    names = {number: one.name for number, one in enumerate(report.segments.profiles, start=1)}
    return scores["customer_id"].combine_chunks(), np.asarray(place.to_numpy(), np.int64) + 1, names


@contextmanager
def _open_stored(workspace: Workspace, recipe: Recipe) -> Iterator[GroupedCustomers]:
    stored = _read_stored(workspace)
    if stored is None or recipe.load_id is None:
        raise QualityError(
            en="The last analysis found no segments. Its report says why.",
            ru="Последний анализ не нашёл сегментов. В его отчёте сказано почему.",
        )
    customer_ids, segment, names = stored
    zone = recipe.time_zone
    with open_earlier_sources(
        workspace,
        load_id=recipe.load_id,
        as_of=AsOf(recipe.as_of, zone),
        told_until=AsOf(recipe.told_until or recipe.as_of, zone),
    ) as sources:
        yield GroupedCustomers(
            customer_ids,
            segment,
            names,
            sources,
            tuple(
                SourceMapping.from_toml(text, where="the run's mapping") for text in recipe.mappings
            ),
            AsOf(recipe.as_of, zone),
            is_stored=True,
        )


def _texts(values: list[str]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.string())
