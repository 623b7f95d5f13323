"""All suitable models compared on one split, at random or in order, and the chosen one looked at closer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.costs import ContactCosts
from regulars.evaluate.intervals import Interval
from regulars.evaluate.profit import CampaignPrices
from regulars.evaluate.ranking import RankingQuality
from regulars.evaluate.savings import CustomerCosts, measure_savings
from regulars.evaluate.splits import Round
from regulars.evaluate.threads import one_thread
from regulars.features.table import FeatureTable
from regulars.predictions.comparing.alarms import find_alarms
from regulars.predictions.comparing.comparison import gather_rows, keep_together
from regulars.predictions.comparing.learning import (
    LEARNT_SHARES,
    choose_rounds,
    learn_from_less,
    measure_groups,
)
from regulars.predictions.comparing.results import ModelResult, Quality
from regulars.predictions.comparing.rounds import (
    COMPARING,
    FOLDS,
    SplitRounds,
    fit_budget,
    lay_rounds,
    rank_at_random,
    take_order,
    watch,
)
from regulars.predictions.comparing.say_standings import (
    say_chosen_before,
    say_folds,
    say_gap,
    say_in_order,
)
from regulars.predictions.comparing.scorecard import choose_model
from regulars.predictions.comparing.standings import (
    GroupQuality,
    JudgedRows,
    LearningPoint,
    Ordering,
    SplitKind,
    Standings,
)
from regulars.predictions.comparing.validation import (
    Trial,
    compare_trials,
    measure_quality,
    try_models,
)
from regulars.predictions.comparing.verdict import say_quality, say_threshold
from regulars.predictions.comparing.worth import measure_worth
from regulars.predictions.families.names import ModelName
from regulars.predictions.fitting.monotone import keep_monotone
from regulars.predictions.fitting.roster import (
    arrange_models,
    count_fits,
    list_installed,
)
from regulars.predictions.fitting.training import TrainingRows
from regulars.predictions.outcomes.outcome import Outcome
from regulars.progress import Progress, Silent
from regulars.quality.cleaning import CleaningPlan
from regulars.schema.wording import Language, Wording

__all__ = ["rank_models"]

_LOOKING = Wording(en="Looking at the chosen model", ru="Проверка выбранной модели")


def rank_models(
    features: FeatureTable,
    outcome: Outcome,
    *,
    split: SplitKind = "stratified",
    ordering: Ordering | None = None,
    gap: float = 0.0,
    models: Sequence[ModelName] | None = None,
    budget_seconds: float | None = None,
    costs: ContactCosts | None = None,
    prices: CampaignPrices | None = None,
    capacity: float = 0.1,
    groups: Sequence[str] | None = None,
    customer_costs: CustomerCosts | None = None,
    owners: NDArray[np.int64] | None = None,
    cleaning: CleaningPlan | None = None,
    monotone: Mapping[str, int] | None = None,
    tuning_seconds: float = 30.0,
    random_state: int,
    progress: Progress | None = None,
    language: Language = "en",
) -> Standings:
    """Compare models on customers they have not seen, by the split that is asked for.

    Everything that is learnt (what stands in for gaps, scaling, intervals, penalties, the number of
    trees, calibration) is learnt from the rows that teach in each round. Rows with identical features
    are never on both sides, unless the columns allow so few values that this is no wonder. In order a
    model is chosen on rows that stand before those it is judged on, and the chosen one is tested in
    random folds too, so that the difference is seen.

    Parameters
    ----------
    features, outcome
        One row and one label per customer, NaN where the outcome is not known.
    split
        `stratified`: five folds with equal shares of the outcome. `time`: the first two thirds teach, the
        last third tests. `rolling`: a window of four ninths (20,000 rows at most) moves on.
    ordering
        What puts the customers in order; needed for the last two.
    gap
        So much of the order is left empty before each test.
    models
        Which are compared; all that are installed when None.
    budget_seconds
        About so long may the fits take of more than 5,000 customers: by how long a few of them take, the
        slowest models are left out. No end when None.
    costs
        What a lost customer and a contact cost: for the threshold.
    prices
        What a campaign costs and brings: for its profit.
    capacity
        Share of the customers that can be contacted.
    groups
        What each customer belongs to; the chosen model is measured within each.
    customer_costs
        What each decision about each customer costs: for the savings.
    owners
        Whose each row is, as a number, where customers have several rows: at random all of them are on
        one side. In order they are not, as earlier rows of a customer are known when later ones come.
    cleaning, monotone, tuning_seconds
        As in `compare_churn_models`.
    random_state
        Same seed, same numbers.
    progress, language
        Told of every fit, and in which language stages are called.

    Raises
    ------
    InvalidParameterError
        When there is no order for a split that needs one, or a model is not known.
    QualityError
        When too few customers, or too few of either outcome, can be tested.
    """
    matrix, known, rows = gather_rows(
        features,
        outcome,
        cleaning=cleaning,
        monotone=monotone,
        random_state=random_state,
        tuning_seconds=tuning_seconds,
    )
    order = take_order(ordering, split, known)
    rows, keeps_twins, n_owners = keep_together(
        rows, owners[known] if owners is not None and order is None else None
    )
    rounds = lay_rounds(rows.labels, rows.groups, order, split, gap, random_state=random_state)
    asked = arrange_models(models if models is not None else list_installed())
    asked = keep_monotone(asked) if monotone else asked
    costs, prices = costs or ContactCosts(), prices or CampaignPrices()
    race = _Race(
        rows, rounds, order is not None, costs, random_state, progress or Silent(), language
    )
    with one_thread():
        wanted = asked
        if budget_seconds is not None:
            wanted = fit_budget(rows, rounds, asked, budget_seconds, random_state=random_state)
        told = race.run(wanted)
        trial = told.tests[told.chosen]
        closer = race.look_closer(told.chosen, trial)
        tested, said = trial.pool()
        judged = JudgedRows(known[tested], rows.labels[tested], said, rows.groups[tested])
        quality = _judge(trial, rows, outcome, costs, random_state)
        alarms = find_alarms(matrix, rows, told.best, quality, None, random_state=random_state)
        together = _join_tests(told.tests, rows) if split == "rolling" else {}
        standings = Standings(
            outcome=outcome,
            base_rate=outcome.base_rate,
            n=len(rows.labels),
            split=split,
            said_split=say_folds(
                len(rows.labels), FOLDS, keeps_twins=keeps_twins, n_owners=n_owners
            ),
            rounds=len(rounds.testing),
            models=told.results,
            together=together,
            chosen=told.chosen,
            reason=told.reason,
            quality=quality,
            threshold=costs.threshold,
            said_threshold=say_threshold(costs, outcome),
            worth=measure_worth(
                judged.labels,
                said,
                customers=judged.customers,
                capacity=capacity,
                prices=prices,
                random_state=random_state,
            ),
            alarms=alarms,
            tests=judged,
            learning=closer.learning,
            said_more=closer.said_more,
            left_out=tuple(name for name in asked if name not in wanted),
        )
        if customer_costs is not None:
            savings = measure_savings(
                judged.labels,
                said,
                customer_costs.take(judged.rows),
                customers=judged.customers,
                random_state=random_state,
            )
            standings = replace(standings, savings=savings)
        if groups is not None:
            standings = replace(standings, groups=_measure_groups(groups, judged, random_state))
        if order is None:
            return replace(standings, after_choosing=_test_choosing(told.tests, rows))
        return replace(
            standings,
            said_split=say_in_order(split, rounds.testing, order, gap, rows.labels),
            # In order the customers of another time differ, too; the gap is told beside the figures.
            alarms=tuple(alarm for alarm in alarms if alarm.kind != "overfitting"),
            at_random=closer.at_random,
            said_gap=say_gap(
                closer.at_random,
                told.best.roc_auc,
                together=together.get(told.chosen),
                blind=together.get("baseline"),
            )
            if closer.at_random is not None
            else None,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What the rounds said: every model's tests and figures, the one to take, and why."""

    tests: Mapping[ModelName, Trial]
    results: tuple[ModelResult, ...]
    chosen: ModelName
    reason: Wording

    @property
    def best(self) -> ModelResult:
        return next(result for result in self.results if result.name == self.chosen)


@dataclass(frozen=True, slots=True, eq=False)
class _Closer:
    """What the chosen model is when it learns from less, and in folds dealt at random."""

    learning: tuple[LearningPoint, ...]
    said_more: Wording | None
    at_random: Interval | None


@dataclass(frozen=True, slots=True, eq=False)
class _Race:
    """The same rows and rounds for every model; in order the choice is made on earlier rounds."""

    rows: TrainingRows
    rounds: SplitRounds
    is_in_order: bool
    costs: ContactCosts
    random_state: int
    watched: Progress
    language: Language

    def run(self, models: tuple[ModelName, ...]) -> _Told:
        total = count_fits(models) * len(self.rounds.list_parts())
        with self.watched.stage(COMPARING.to(self.language), total=total) as stage:
            advance = watch(stage.advance, self.watched)
            tests = self._try(self.rounds.choosing, models, advance)
            results = self._compare(tests)
            chosen, reason = choose_model(results)
            if self.is_in_order:
                reason = say_chosen_before(reason)
                tests = self._try(self.rounds.testing, models, advance)
                results = self._compare(tests)
        return _Told(tests, results, chosen, reason)

    def look_closer(self, chosen: ModelName, trial: Trial) -> _Closer:
        n_fits = len(LEARNT_SHARES) * len(choose_rounds(len(self.rounds.testing)))
        total = n_fits + (FOLDS if self.is_in_order else 0)
        with self.watched.stage(_LOOKING.to(self.language), total=total) as stage:
            advance = watch(stage.advance, self.watched)
            learning, said_more = learn_from_less(
                chosen,
                trial,
                self.rows,
                self.rounds.testing,
                random_state=self.random_state,
                advance=advance,
            )
            at_random = (
                rank_at_random(chosen, self.rows, self.random_state, advance)
                if self.is_in_order
                else None
            )
        return _Closer(learning, said_more, at_random)

    def _try(
        self, parts: tuple[Round, ...], models: tuple[ModelName, ...], advance: Callable[[], None]
    ) -> dict[ModelName, Trial]:
        return try_models(
            self.rows, parts, random_state=self.random_state, advance=advance, models=models
        )

    def _compare(self, tests: Mapping[ModelName, Trial]) -> tuple[ModelResult, ...]:
        return compare_trials(tests, self.rows, costs=self.costs, random_state=self.random_state)


def _judge(
    trial: Trial,
    rows: TrainingRows,
    outcome: Outcome,
    costs: ContactCosts,
    random_state: int,
) -> Quality:
    return measure_quality(
        [trial],
        rows,
        costs=costs,
        random_state=random_state,
        is_in_time=False,
        say=lambda confusion, whom: say_quality(confusion, outcome, whom),
    )


def _test_choosing(tests: Mapping[ModelName, Trial], rows: TrainingRows) -> Interval:
    """ROC-AUC of the model that is best in the other folds, fold by fold."""
    figures = {name: np.array(trial.rank(rows).rounds) for name, trial in tests.items()}
    nested = Trial()
    for fold in range(len(next(iter(figures.values())))):
        best = max(figures, key=lambda name: np.delete(figures[name], fold).mean())
        nested.extend(tests[best].look_at(fold))
    return nested.rank(rows).interval()


def _join_tests(tests: Mapping[ModelName, Trial], rows: TrainingRows) -> dict[ModelName, Interval]:
    """ROC-AUC of all tests in one ranking, by model."""
    n_customers = int(rows.groups.max()) + 1
    joined = {}
    for name, trial in tests.items():
        tested, said = trial.pool()
        one = (rows.labels[tested], said, rows.groups[tested])
        joined[name] = RankingQuality.over([one], n_customers=n_customers).interval()
    return joined


def _measure_groups(
    groups: Sequence[str], judged: JudgedRows, random_state: int
) -> tuple[GroupQuality, ...]:
    return measure_groups(
        [groups[number] for number in judged.rows],
        judged.labels,
        judged.probabilities,
        judged.customers,
        random_state=random_state,
    )
