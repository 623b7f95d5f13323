"""Customers whose outcome came after two models were learnt, scored by both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import QualityError, UnknownColumnError
from regulars.workspace.as_of import choose_as_of
from regulars.workspace.customer_features import build_features_again
from regulars.workspace.leaving import build_leaving_features, choose_dates
from regulars.workspace.recipe import Recipe
from regulars.workspace.rule_sources import find_end, read_mappings
from regulars.workspace.runs import read_record
from regulars.workspace.tables import open_history, see_tables
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from ibis.backends.duckdb import Backend
    from numpy.typing import NDArray

    from regulars.evaluate import RankingQuality
    from regulars.features import FeatureTable
    from regulars.predictions.outcomes.definitions import ColumnOutcome, TimedOutcome
    from regulars.progress import Progress
    from regulars.registry import SavedModels
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = ["PairedScores", "score_later"]


@dataclass(frozen=True, slots=True, eq=False)
class PairedScores:
    """The same tests scored by two models.

    Attributes
    ----------
    labels
        1 and 0, shape (n_tests,).
    champion, challenger
        What each said, shape (n_tests,).
    customers, rounds
        Tests of one customer share a number, and so do those of one day; shape (n_tests,).
    """

    labels: NDArray[np.float64]
    champion: NDArray[np.float64]
    challenger: NDArray[np.float64]
    customers: NDArray[np.int64]
    rounds: NDArray[np.int64]

    def count_least(self) -> int:
        """Tests of the rarer outcome in the round that has fewest of it."""
        return min(
            min(int(own.sum()), len(own) - int(own.sum()))
            for own in (self.labels[self.rounds == one] for one in np.unique(self.rounds))
        )

    def rank(self) -> tuple[RankingQuality, RankingQuality]:
        """How well the champion and the challenger rank, the mean over the rounds."""
        from regulars.evaluate import RankingQuality

        count = int(self.customers.max()) + 1
        places = [np.flatnonzero(self.rounds == one) for one in np.unique(self.rounds)]
        champion, challenger = (
            RankingQuality.over(
                [(self.labels[own], said[own], self.customers[own]) for own in places],
                n_customers=count,
            )
            for said in (self.champion, self.challenger)
        )
        return champion, challenger


def score_later(
    workspace: Workspace,
    champion: SavedModels,
    challenger: SavedModels,
    runs: tuple[str, str],
    learnt: Sequence[pa.Table],
    *,
    language: Language,
    progress: Progress,
) -> PairedScores | None:
    """Customers whose outcome came after both were learnt; None where there are none such.

    Where a column tells the outcome they are those whose outcome neither learnt from; over time those
    at risk on dates from which on neither had seen anything.

    Parameters
    ----------
    workspace
        Whose customers, as they are loaded now.
    champion, challenger, runs
        The models, and the runs that made them.
    learnt
        For each run whose outcome it knew: `customer_id`.
    language, progress
        Told of the stage.
    """
    from regulars.predictions import ColumnOutcome

    recipes = [
        Recipe.model_validate(read_record(workspace.folder / "runs", run)["recipe"]) for run in runs
    ]
    if any(recipe.plan is not None or recipe.outliers != "keep" for recipe in recipes):
        # What was filled and capped then would have to be done again, with each run's own plan.
        return None
    definition = challenger.manifest.outcome
    with (
        progress.stage(speak(language)("challenge")),
        workspace.open_scratch() as scratch,
        workspace.open_engine(scratch) as backend,
    ):
        later = _Later(workspace, backend, champion, challenger, recipes[-1])
        try:
            if isinstance(definition, ColumnOutcome):
                return later.of_column(definition, learnt)
            return later.of_dates(definition)
        except (QualityError, UnknownColumnError):
            # Too few, too short a history, or features that nothing makes any more. That a model
            # refuses the customers of today is no reason to look away.
            return None


class _Later:
    """What is loaded now, for the models of two runs."""

    def __init__(
        self,
        workspace: Workspace,
        backend: Backend,
        champion: SavedModels,
        challenger: SavedModels,
        recipe: Recipe,
    ) -> None:
        from regulars.features import load_features

        self.champion, self.challenger = champion, challenger
        self.definitions = load_features(recipe.features)
        self.mappings = read_mappings(workspace)
        snapshot = workspace.lake.snapshot()
        latest = choose_as_of(workspace, None)
        self.history = open_history(snapshot, backend)
        self.day = find_end(self.history, latest, self.mappings)
        self.tables = see_tables(snapshot, backend, as_of=self.day, told_until=latest)

    def of_column(
        self, definition: ColumnOutcome, learnt: Sequence[pa.Table]
    ) -> PairedScores | None:
        import pyarrow as pa
        import pyarrow.compute as pc

        from regulars.features import FeatureTable, read_profile_column
        from regulars.predictions.outcomes.outcome import label_values

        features = build_features_again(
            self.tables, self.mappings, as_of=self.day, definitions=self.definitions
        )
        told = [one for one in self.mappings if one.table == "profiles" and one.outcome]
        if features is None or not told:
            return None
        column = told[-1].get_source(definition.column)
        values = read_profile_column(self.tables["profiles"], column.target, as_of=self.day)
        known = pa.concat_arrays([one["customer_id"].combine_chunks() for one in learnt])
        is_new = pc.and_(
            pc.invert(pc.is_in(features.customer_ids, value_set=known)), values.is_valid()
        )
        if not pc.any(is_new).as_py():
            return None
        rows = FeatureTable(features.table.filter(is_new), features.features, features.as_of)
        labels = label_values(values.filter(is_new), definition)
        return self._score([(rows, labels)])

    def of_dates(self, definition: TimedOutcome) -> PairedScores | None:
        from regulars.predictions import keep_at_risk, observe_outcome

        manifests = (self.champion.manifest, self.challenger.manifest)
        unseen = max(date.fromisoformat(one.as_of) for one in manifests)
        dates = [
            one for one in choose_dates(definition, self.tables, self.day) if one.day >= unseen
        ]
        if not dates:
            return None
        observed = observe_outcome(definition, self.tables, as_of=dates, until=self.day)
        names = {feature.name for one in manifests for feature in one.features}
        built = build_leaving_features(self.history, dates, self.definitions, names=sorted(names))
        tests = []
        for table, seen in zip(built, observed, strict=True):
            features, outcome = keep_at_risk(table, seen)
            tests.append((features, outcome.labels))
        return self._score(tests)

    def _score(self, tests: Sequence[tuple[FeatureTable, NDArray[np.float64]]]) -> PairedScores:
        owners = np.concatenate(
            [rows.customer_ids.to_numpy(zero_copy_only=False) for rows, _ in tests]
        )
        return PairedScores(
            labels=np.concatenate([labels for _, labels in tests]),
            champion=np.concatenate([self.champion.score(rows) for rows, _ in tests]),
            challenger=np.concatenate([self.challenger.score(rows) for rows, _ in tests]),
            customers=np.unique(owners, return_inverse=True)[1],
            rounds=np.repeat(np.arange(len(tests)), [len(labels) for _, labels in tests]),
        )
