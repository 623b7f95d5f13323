"""Features of customers who are to be scored, made as those were that the models learnt from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.features import AsOf, FeatureTable, load_features
from regulars.predictions.outcomes.definitions import ColumnOutcome
from regulars.quality import CleaningPlan
from regulars.workspace.as_of import choose_as_of
from regulars.workspace.cleaning import clean_features
from regulars.workspace.customer_features import build_features_again
from regulars.workspace.leaving import build_leaving_features, list_at_risk
from regulars.workspace.rule_sources import find_end, read_mappings
from regulars.workspace.tables import keep_buckets, open_history, see_tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

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

        Relations lead from one customer to others, and a plan may ask what is usual among all.
        """
        is_cleaned = self.plan is not None or self.outliers != "keep"
        return is_cleaned or "relations" in self.snapshot.tables

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
        return self._clean(features) if features is not None and len(features) else None

    def _clean(self, features: FeatureTable) -> FeatureTable:
        if self.plan is None and self.outliers == "keep":
            return features
        plan = self.plan or CleaningPlan()
        return clean_features(
            features, plan=plan, outliers=self.outliers, mappings=self.mappings
        ).to_learn


def _keep(features: FeatureTable, customer_ids: pa.StringArray) -> FeatureTable:
    import pyarrow as pa
    import pyarrow.compute as pc

    from regulars.features import FeatureTable

    is_kept = pc.is_in(features.customer_ids, value_set=customer_ids.cast(pa.string()))
    return FeatureTable(features.table.filter(is_kept), features.features, features.as_of)
