"""Rules proposed for the segments of an analysis, over the columns that rules may compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.conditions import All, IsMissing
from regulars.features import Feature, FeatureTable, find_features
from regulars.schema.contract import Role
from regulars.schema.wording import Wording
from regulars.segments.rules import compile_rule
from regulars.segments.short_rules import tell_segments
from regulars.workspace.customer_features import list_profile_columns
from regulars.workspace.grouped import open_groups
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.features import AsOf
    from regulars.features.table import FeatureKind
    from regulars.progress import Progress
    from regulars.schema.mapping import Mapping as SourceMapping
    from regulars.schema.wording import Language
    from regulars.segments.rules import RuleSources
    from regulars.segments.short_rules import ShortRule
    from regulars.workspace.folder import Workspace

__all__ = ["ProposedRules", "propose_rules", "read_rule_columns"]

_LEAST_KNOWN = 0.02
_KINDS = frozenset({Role.NUMERIC, Role.CATEGORY})


@dataclass(frozen=True, slots=True)
class ProposedRules:
    """A short rule for each segment of an analysis.

    Attributes
    ----------
    rules
        By number of the segment.
    segments
        What the analysis calls each segment, by number.
    names
        What the columns of the rules are called in words.
    as_of
        The first day that the analysis has not seen.
    is_stored
        Whether the segments are those of an earlier `analyze`.
    """

    rules: tuple[ShortRule, ...]
    segments: Mapping[int, Wording]
    names: Mapping[str, Wording]
    as_of: AsOf
    is_stored: bool


def propose_rules(
    workspace: Workspace,
    *,
    most_clauses: int = 3,
    as_of: date | None = None,
    language: Language,
    progress: Progress,
) -> ProposedRules:
    """A short rule for each segment of the last analysis; without one segments are found now.

    What a rule says of these customers it says of others and later, too: saved as a segment it
    takes new customers in.

    Parameters
    ----------
    workspace
        Whose lake.
    most_clauses
        Of a rule.
    as_of
        First day that must not be seen; None for that of the last analysis.
    language
        Of the stages.
    progress
        Told of each stage.

    Raises
    ------
    NotFoundError, QualityError
        When there are no customers, or no segments.
    """
    with open_groups(workspace, as_of=as_of, language=language, progress=progress) as groups:
        with progress.stage(speak(language)("shorten")):
            columns = read_rule_columns(groups.sources, groups.mappings, as_of=groups.as_of)
            told = tell_segments(
                columns,
                _align(columns, groups.customer_ids, groups.segment),
                most_clauses=most_clauses,
            )
        return ProposedRules(
            told, groups.names, groups.sources.names, groups.as_of, groups.is_stored
        )


def _align(
    columns: FeatureTable, customer_ids: pa.Array, segment: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The segment of each customer of `columns`; 0 for who was not analyzed."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    place = pc.index_in(columns.customer_ids, value_set=customer_ids.cast(pa.string()))
    places = np.asarray(place.fill_null(len(segment)).to_numpy(zero_copy_only=False), np.int64)
    return np.append(segment, 0)[places]


def read_rule_columns(
    sources: RuleSources, mappings: Sequence[SourceMapping], *, as_of: AsOf
) -> FeatureTable:
    """Whatever a rule may compare and that differs between customers, as the rule sees it.

    Parameters
    ----------
    sources
        What rules are computed from.
    mappings
        How they were read: an outcome, ids and dates are left out.
    as_of
        First day that must not be seen.
    """
    import pyarrow.compute as pc

    own = [one.name for one in list_profile_columns(mappings) if one.role in _KINDS]
    found = find_features(sources.features, sources.tables)
    made = [name for feature in found for name in feature.feature_names if name not in own]
    asked = All(conditions=tuple(IsMissing(column=one, is_missing=False) for one in (*own, *made)))
    rows = compile_rule(asked, sources, as_of=as_of).table.to_pyarrow()
    rows = rows.take(pc.sort_indices(rows, sort_keys=[("customer_id", "ascending")]))
    kept = {name: _shape(rows[name]) for name in (*own, *made) if _tells(rows[name])}
    names = sources.names
    features = tuple(
        Feature(name, names.get(name, Wording(en=name, ru=name)), None, kind)
        for name, (kind, _) in kept.items()
    )
    columns = {"customer_id": rows["customer_id"]} | {n: column for n, (_, column) in kept.items()}
    return FeatureTable(_table(columns), features, as_of)


def _table(columns: Mapping[str, pa.ChunkedArray]) -> pa.Table:
    import pyarrow as pa

    return pa.table(dict(columns))


def _tells(column: pa.ChunkedArray) -> bool:
    """Whether it differs between customers, is known of some, and is no date."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_temporal(column.type):
        return False
    known = len(column) - column.null_count
    is_mixed = 0 < known < len(column) or pc.count_distinct(column).as_py() > 1
    return is_mixed and known >= _LEAST_KNOWN * len(column)


def _shape(column: pa.ChunkedArray) -> tuple[FeatureKind, pa.ChunkedArray]:
    import pyarrow as pa

    if pa.types.is_boolean(column.type):
        return "boolean", column
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return "category", column.cast(pa.string())
    return "numeric", column.cast(pa.float64())
