"""Features of customers who are to be scored, made as those were that the models learnt from."""

from __future__ import annotations

from functools import cached_property
from hashlib import md5
from typing import TYPE_CHECKING

from regulars.features import AsOf, FeatureTable, load_features
from regulars.features.profile import stream_profile_features
from regulars.lake.parquet import BUCKETS
from regulars.predictions.outcomes.definitions import ColumnOutcome
from regulars.quality import CleaningPlan
from regulars.workspace.as_of import choose_as_of
from regulars.workspace.cleaning import clean_features
from regulars.workspace.customer_features import build_features_again, list_profile_columns
from regulars.workspace.leaving import build_leaving_features, list_at_risk
from regulars.workspace.rule_sources import find_end, read_mappings
from regulars.workspace.tables import (
    is_told_again,
    keep_buckets,
    list_canonical,
    open_history,
    see_tables,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import ibis
    import pyarrow as pa
    from ibis.backends.duckdb import Backend

    from regulars.lake import Snapshot
    from regulars.registry import SavedModels
    from regulars.schema.mapping import Mapping as SourceMapping
    from regulars.workspace.folder import Workspace
    from regulars.workspace.recipe import Recipe

__all__ = ["ScoreSource"]


class ScoreSource:
    """Features of some customers of a workspace.

    Parameters
    ----------
    workspace, snapshot, backend
        Whose customers, as the lake is, and where they are read.
    models, recipe
        That score, and how the analysis that learnt them was made.
    as_of
        First day that is not seen; as `analyze` takes it when None.
    told_until
        What was told from this day on of earlier states is not seen either; `as_of` when None.
    """

    def __init__(
        self,
        workspace: Workspace,
        snapshot: Snapshot,
        backend: Backend,
        models: SavedModels,
        recipe: Recipe,
        as_of: date | None,
        *,
        told_until: date | None = None,
    ) -> None:
        self.snapshot, self.backend, self.models = snapshot, backend, models
        self.mappings: list[SourceMapping] = read_mappings(workspace)
        self.definitions = load_features(recipe.features)
        self.plan, self.outliers = recipe.plan, recipe.outliers
        self.latest = choose_as_of(workspace, as_of)
        self.day: AsOf = self.latest
        if told_until is not None:
            self.latest = AsOf(told_until, self.latest.zone)
        if as_of is None:
            self.day = find_end(open_history(snapshot, backend), self.latest, self.mappings)

    @property
    def is_whole(self) -> bool:
        """Whether all customers have to be looked at together.

        Who lies beyond Tukey's limits is left out by those of these customers. What else a plan says
        takes one customer at a time, or was learnt with the models.
        """
        return self.outliers == "drop"

    @property
    def is_stream(self) -> bool:
        """Whether the features of a customer are one row of `profiles`, to be read one after another."""
        is_flat = isinstance(self.models.manifest.outcome, ColumnOutcome)
        return is_flat and not self.is_whole and list_canonical(self.snapshot) == ("profiles",)

    def sample(self, most: int) -> FeatureTable | None:
        """About `most` of the customers that are streamed, by a hash of their ids; None of nobody."""
        step = max(1, self.snapshot.row_count("profiles") // most)
        profiles, _ = self._profiles
        chosen = profiles.filter(profiles["customer_id"].hash() % step == 0)
        return next(self._read_profiles(chosen, 2 * most), None)

    def stream(self, rows_at_once: int) -> Iterator[FeatureTable]:
        """Features of all customers, so many at a time, in an order that stays the same."""
        profiles, is_dealt = self._profiles
        ordered = profiles.order_by("customer_id") if is_dealt else profiles
        return self._read_profiles(ordered, rows_at_once)

    @cached_property
    def _profiles(self) -> tuple[ibis.Table, bool]:
        """What is known of each customer, and whether the engine deals the rows to its threads.

        That it does to find the last of several versions: they come in another order each time.
        """
        self.snapshot.register(self.backend.con, ["profiles"])
        has_versions = is_told_again(self.backend.table("profiles"), ["customer_id"])
        tables = see_tables(
            self.snapshot,
            self.backend,
            tables=("profiles",),
            as_of=self.day,
            told_until=self.latest,
            has_versions={"profiles": has_versions},
        )
        is_dealt = has_versions or self.latest != self.day
        return tables["profiles"].drop("known_at", "load_id"), is_dealt

    def _read_profiles(self, profiles: ibis.Table, rows_at_once: int) -> Iterator[FeatureTable]:
        built = stream_profile_features(
            profiles,
            list_profile_columns(self.mappings),
            as_of=self.day,
            rows_at_once=rows_at_once,
        )
        return map(self._clean, built)

    def build(self, buckets: Sequence[int] | None) -> FeatureTable | None:
        """Features of the customers of some buckets, all of them when None; None without anybody."""
        tables = see_tables(
            self.snapshot,
            self.backend,
            as_of=self.day,
            told_until=self.latest,
            buckets=buckets,
        )
        if "profiles" in tables:
            # One version each is seen; to look for the last one again would sort them all.
            tables["profiles"] = tables["profiles"].drop("known_at", "load_id")
        definition = self.models.manifest.outcome
        if isinstance(definition, ColumnOutcome):
            features = build_features_again(
                tables, self.mappings, as_of=self.day, definitions=self.definitions
            )
        else:
            at_risk = list_at_risk(definition, tables, as_of=self.day)
            history = open_history(self.snapshot, self.backend, buckets=buckets)
            if buckets is not None:
                history = keep_buckets(history, buckets)
            names = [feature.name for feature in self.models.manifest.features]
            (built,) = build_leaving_features(history, [self.day], self.definitions, names=names)
            features = _keep(built, at_risk.customer_ids)
        if features is not None and buckets is not None and "relations" in tables:
            # Of a link to somebody of another part both ends were read.
            features = _keep_own(features, buckets)
        return self._clean(features) if features is not None and len(features) else None

    def _clean(self, features: FeatureTable) -> FeatureTable:
        if self.plan is None and self.outliers != "drop":
            return features
        plan = self.plan or CleaningPlan()
        return clean_features(
            features, plan=plan, outliers=self.outliers, mappings=self.mappings
        ).to_learn


def _keep_own(features: FeatureTable, buckets: Sequence[int]) -> FeatureTable:
    import numpy as np

    ids = features.customer_ids.to_pylist()
    own = [md5(one.encode(), usedforsecurity=False).digest()[0] % BUCKETS in buckets for one in ids]
    return features.take(np.flatnonzero(own))


def _keep(features: FeatureTable, customer_ids: pa.StringArray) -> FeatureTable:
    import pyarrow as pa
    import pyarrow.compute as pc

    from regulars.features import FeatureTable

    is_kept = pc.is_in(features.customer_ids, value_set=customer_ids.cast(pa.string()))
    return FeatureTable(features.table.filter(is_kept), features.features, features.as_of)
