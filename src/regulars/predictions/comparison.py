"""Models compared on equal terms, the choice explained, every customer scored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate.costs import ContactCosts, count_decisions
from regulars.evaluate.folds import group_identical_rows
from regulars.evaluate.gains import measure_gains
from regulars.evaluate.threads import one_thread
from regulars.features.matrix import FeatureMatrix, encode_features
from regulars.features.table import FeatureTable
from regulars.predictions.alarms import find_alarms
from regulars.predictions.alike import find_alike
from regulars.predictions.cleaned import spread_plan
from regulars.predictions.drivers import list_drivers
from regulars.predictions.outcome import Outcome
from regulars.predictions.plan import Plan, limit_rows, plan_at_random, plan_over_time
from regulars.predictions.reasons import CrossFittedExplainer, Peers
from regulars.predictions.results import (
    ChurnComparison,
    Driver,
    ModelName,
    ModelResult,
    Quality,
    Threshold,
)
from regulars.predictions.scorecard import choose_model, fill_scorecard
from regulars.predictions.scorers import FITTERS, Scorer
from regulars.predictions.training import TrainingRows
from regulars.predictions.validation import (
    Trial,
    compare_trials,
    fit_model,
    fit_models,
    measure_quality,
    try_models,
)
from regulars.predictions.verdict import (
    band_risks,
    say_quality,
    say_split,
    say_split_in_time,
    say_threshold,
)
from regulars.progress import Progress, Silent
from regulars.quality.cleaning import CleaningPlan
from regulars.schema.wording import Language, Wording

__all__ = ["compare_churn_models", "compare_models_over_time"]

_MOST_ROWS_DRIVING = 10_000
_EPOCH = date(1970, 1, 1).toordinal()
_COMPARING = Wording(en="Comparing churn models", ru="Сравнение моделей оттока")
_SCORING = Wording(en="Scoring customers", ru="Оценка клиентов")


@dataclass(frozen=True, slots=True, eq=False)
class _Material:
    """What is learnt from, tested and scored, as rows of one matrix.

    Attributes
    ----------
    matrix
        Every row.
    known
        Numbers of the rows with a label that may be learnt from.
    rows
        The same as training rows.
    scored
        Numbers of the rows to score, in the order of `customer_ids`.
    seen
        Where there is time whom each training row is of, and as of which day: `customer_id`, `as_of`.
    """

    matrix: FeatureMatrix
    known: NDArray[np.int64]
    rows: TrainingRows
    scored: NDArray[np.int64]
    customer_ids: pa.StringArray
    outcome: Outcome
    seen: pa.Table | None = None


def compare_churn_models(
    features: FeatureTable,
    outcome: Outcome,
    *,
    random_state: int,
    costs: ContactCosts | None = None,
    cleaning: CleaningPlan | None = None,
    progress: Progress | None = None,
    language: Language = "en",
) -> ChurnComparison:
    """Six models compared on customers they have not seen; the chosen one scores everybody.

    A fifth of the customers is kept aside, stratified by the outcome. On the rest the models are
    compared in five folds; imputing, scaling, the strength of the penalty, the number of trees and
    calibration are learnt inside each fold, and customers with identical features are never on
    both sides. Of the models that the best does not beat by more than the standard error of the
    paired difference, the simplest is chosen. It is judged on all customers, dealt into five folds
    three times, and checked on those kept aside. Every customer is scored by a model that was not
    shown that customer's outcome.

    Parameters
    ----------
    features
        One row per customer.
    outcome
        Labels in the same order; customers of whom it is not known are scored, not learnt from.
    random_state
        Same seed and data, same numbers.
    costs
        What a lost customer and a contact cost; five contacts for a lost customer by default.
    cleaning
        What stands in for missing numbers and codes, and the limits of outliers: learnt in each
        round from its training rows. Columns that it does not name are left to the models.
    progress
        Told of every fitted model; asked whether to stop.
    language
        In which the stages are called.

    Raises
    ------
    QualityError
        When there are no features, or no split in which every part holds both outcomes.
    """
    _check_shapes(features, outcome)
    matrix = encode_features(features)
    known = limit_rows(
        np.flatnonzero(~np.isnan(outcome.labels)),
        n_features=len(matrix.features),
        random_state=random_state,
    )
    X = matrix.values[known]
    rows = TrainingRows(
        X,
        outcome.labels[known],
        group_identical_rows(X),
        matrix.is_category,
        spread_plan(cleaning, features.names) if cleaning else None,
    )
    material = _Material(
        matrix, known, rows, np.arange(len(features)), features.customer_ids, outcome
    )
    plan = plan_at_random(rows, random_state=random_state)
    split = say_split(int(plan.check.learn.sum()), int(plan.check.test.sum()), rows.groups)
    contest = _Contest(
        material, plan, random_state=random_state, costs=costs, progress=progress, language=language
    )
    return contest.run(split)


def compare_models_over_time(
    past: Sequence[tuple[FeatureTable, Outcome]],
    features: FeatureTable,
    *,
    random_state: int,
    costs: ContactCosts | None = None,
    cleaning: CleaningPlan | None = None,
    progress: Progress | None = None,
    language: Language = "en",
) -> ChurnComparison:
    """The same where there is time: learnt from earlier cut-off dates, tested at later ones.

    At each cut-off a model is learnt from those earlier ones whose horizon was over by then, as it
    could have been on that day. The last cut-off is the hold-out.

    Parameters
    ----------
    past
        For each cut-off date the features as they were known and the outcome as it came, in the
        same order of customers; labels of customers not at risk are NaN.
    features
        The customers to score today; the same features.
    random_state, costs, cleaning, progress, language
        As in `compare_churn_models`.

    Raises
    ------
    QualityError
        When no date can be tested.
    """
    for table, outcome in past:
        _check_shapes(table, outcome)
    stacked = _stack([table for table, _ in past] + [features])
    matrix = encode_features(stacked)
    seen = np.concatenate([outcome.labels for _, outcome in past])
    days = np.repeat(
        [table.as_of.day.toordinal() for table, _ in past], [len(table) for table, _ in past]
    )
    waits = np.repeat(
        [outcome.days_until_known for _, outcome in past], [len(table) for table, _ in past]
    )
    known = limit_rows(
        np.flatnonzero(~np.isnan(seen)),
        n_features=len(matrix.features),
        random_state=random_state,
    )
    owners = stacked.customer_ids.take(pa.array(known))
    _, groups = np.unique(owners.to_numpy(zero_copy_only=False), return_inverse=True)
    rows = TrainingRows(
        matrix.values[known],
        seen[known],
        groups,
        matrix.is_category,
        spread_plan(cleaning, features.names) if cleaning else None,
    )
    outcome = Outcome.gather([outcome for _, outcome in past])
    scored = np.arange(len(seen), len(stacked))
    as_of = pa.array((days[known] - _EPOCH).astype(np.int32), pa.int32()).cast(pa.date32())
    told = pa.table({"customer_id": owners, "as_of": as_of})
    material = _Material(matrix, known, rows, scored, features.customer_ids, outcome, told)
    plan = plan_over_time(
        rows, days[known], known_at=days[known] + waits[known], random_state=random_state
    )
    split = say_split_in_time(plan, days[known], outcome.days_until_known)
    contest = _Contest(
        material, plan, random_state=random_state, costs=costs, progress=progress, language=language
    )
    return contest.run(split)


def _stack(tables: Sequence[FeatureTable]) -> FeatureTable:
    last = tables[-1]
    for table in tables:
        if table.names != last.names:
            raise InvalidParameterError(
                en=f"The features at {table.as_of.day} and at {last.as_of.day} differ. "
                "Build all dates from one feature space.",
                ru=f"Признаки на {table.as_of.day} и на {last.as_of.day} разные. Постройте все даты "
                "по одному пространству признаков.",
            )
    return FeatureTable(
        pa.concat_tables([table.table.cast(last.table.schema) for table in tables]),
        last.features,
        last.as_of,
    )


def _check_shapes(features: FeatureTable, outcome: Outcome) -> None:
    if len(features) != len(outcome.labels):
        raise InvalidParameterError(
            en=f"The outcome has {len(outcome.labels)} labels for {len(features)} customers. "
            "Read both at the same `as_of`.",
            ru=f"Меток исхода {len(outcome.labels)}, а клиентов {len(features)}. Читайте то и "
            "другое на один день as_of.",
        )
    if not features.features:
        raise QualityError(
            en="There is no feature to predict from: every column is an id, the outcome, personal or "
            "ignored. Give some column another role.",
            ru="Прогнозировать не по чему: все столбцы — это id, исход, личные или "
            "неиспользуемые. Дайте какому-нибудь столбцу другую роль.",
        )


class _Contest:
    """One comparison from the first fit to the last sentence."""

    def __init__(
        self,
        material: _Material,
        plan: Plan,
        *,
        random_state: int,
        costs: ContactCosts | None,
        progress: Progress | None,
        language: Language,
    ) -> None:
        self.material = material
        self.rows = material.rows
        self.plan = plan
        self.random_state = random_state
        self.costs = costs or ContactCosts()
        self.watched = progress or Silent()
        self.language = language

    def run(self, split: Wording) -> ChurnComparison:
        with one_thread():
            compared = self._compare()
            results = compare_trials(
                compared, self.rows, costs=self.costs, random_state=self.random_state
            )
            chosen, reason = choose_model(results)
            n_fits = sum(map(len, self.plan.repeats)) + len(FITTERS)
            with self.watched.stage(_SCORING.to(self.language), total=n_fits) as stage:
                advance = self._watch(stage.advance)
                judged = self._judge(chosen, compared[chosen], advance)
                finals = {
                    name: scorer
                    for name, scorer, _ in fit_models(self.rows, self.random_state, advance)
                }
            return self._conclude(split, results, reason, chosen, judged, finals)

    def _compare(self) -> dict[ModelName, Trial]:
        n_fits = len(self.plan.choosing) * len(FITTERS)
        with self.watched.stage(_COMPARING.to(self.language), total=n_fits) as stage:
            return try_models(
                self.rows,
                self.plan.choosing,
                random_state=self.random_state,
                advance=self._watch(stage.advance),
            )

    def _watch(self, advance: Callable[[], None]) -> Callable[[], None]:
        def tell() -> None:
            advance()
            self.watched.check()

        return tell

    def _judge(
        self, chosen: ModelName, compared: Trial, advance: Callable[[], None]
    ) -> tuple[Trial, ...]:
        """The chosen model in every round, one trial a repeat."""
        # In time models are compared in the rounds that judge: what was fitted there is not again.
        fitted = {id(part.test): place for place, part in enumerate(self.plan.choosing)}
        judged = []
        for rounds in self.plan.repeats:
            trial = Trial()
            for part in rounds:
                place = fitted.get(id(part.test))
                if place is None:
                    learnt = self.rows.take(part.learn)
                    trial.add(self.rows, part, fit_model(chosen, learnt, self.random_state))
                else:
                    trial.extend(compared.look_at(place))
                advance()
            judged.append(trial)
        return tuple(judged)

    def _measure(self, trials: Sequence[Trial]) -> Quality:
        return measure_quality(
            trials,
            self.rows,
            costs=self.costs,
            random_state=self.random_state,
            is_in_time=self.material.seen is not None,
            say=lambda confusion, whom: say_quality(confusion, self.material.outcome, whom),
        )

    def _check(self, judged: Trial) -> Quality:
        """The quality on the hold-out, which is one of the rounds of the first repeat."""
        place = next(
            place
            for place, part in enumerate(self.plan.repeats[0])
            if part.test is self.plan.check.test
        )
        return self._measure([judged.look_at(place)])

    def _conclude(
        self,
        split: Wording,
        results: tuple[ModelResult, ...],
        reason: Wording,
        chosen: ModelName,
        judged: tuple[Trial, ...],
        finals: dict[ModelName, Scorer],
    ) -> ChurnComparison:
        material = self.material
        X = material.matrix.values[material.scored]
        explainer = self._explain((*judged[0].scorers, finals[chosen]))
        probabilities = explainer.probabilities()
        quality, holdout = self._measure(judged), self._check(judged[0])
        tested, said = judged[0].pool()
        risk, bands = band_risks(probabilities, self.costs.threshold)
        chosen_result = next(result for result in results if result.name == chosen)
        return ChurnComparison(
            outcome=material.outcome,
            base_rate=material.outcome.base_rate,
            n=len(self.rows.labels),
            split=split,
            models=results,
            chosen=chosen,
            reason=reason,
            scorecard=fill_scorecard(results),
            threshold=self._price(tested, said),
            quality=quality,
            holdout=holdout,
            gains=measure_gains(
                self.rows.labels[tested],
                said,
                customers=self.rows.groups[tested],
                random_state=self.random_state,
            ),
            tested=np.stack([self.rows.labels[tested], said]),
            customer_ids=material.customer_ids,
            churn_probability=probabilities,
            risk=risk,
            risk_bands=bands,
            drivers=_drive(explainer.matrix, finals[chosen]),
            alarms=find_alarms(
                material.matrix,
                self.rows,
                chosen_result,
                quality,
                holdout,
                random_state=self.random_state,
            ),
            explainer=explainer,
            others={
                name: scorer.probabilities(X) for name, scorer in finals.items() if name != chosen
            },
            past_scores=self._tell_past(tested, said),
        )

    def _tell_past(self, tested: NDArray[np.int64], said: NDArray[np.float64]) -> pa.Table | None:
        seen = self.material.seen
        if seen is None:
            return None
        told = seen.take(pa.array(tested)).append_column("churn_probability", pa.array(said))
        return told.append_column("label", pa.array(self.rows.labels[tested]))

    def _explain(self, scorers: tuple[Scorer, ...]) -> CrossFittedExplainer:
        """Each scored customer with a model that was not shown their outcome: the last, of all, else."""
        material = self.material
        scorer_of = np.full(len(material.matrix.values), len(scorers) - 1, dtype=np.int64)
        for place, part in enumerate(self.plan.repeats[0]):
            scorer_of[material.known[part.test]] = place
        matrix = material.matrix.take(material.scored)
        return CrossFittedExplainer(
            matrix,
            scorers,
            scorer_of[material.scored],
            material.outcome,
            Peers.of(material.matrix.take(material.known), self.rows.labels),
            find_alike(material.matrix.take(material.known)),
        )

    def _price(self, tested: NDArray[np.int64], said: NDArray[np.float64]) -> Threshold:
        costs, labels = self.costs, self.rows.labels[tested]
        confusion = count_decisions(labels, said, threshold=costs.threshold)
        nobody = count_decisions(labels, said, threshold=np.inf)
        return Threshold(
            value=costs.threshold,
            costs=costs,
            cost_per_customer=costs.cost_per_customer(confusion),
            cost_if_nobody=costs.cost_per_customer(nobody),
            cost_if_everybody=costs.contact,
            sentence=say_threshold(costs, self.material.outcome),
        )


def _drive(matrix: FeatureMatrix, scorer: Scorer) -> tuple[Driver, ...]:
    n_rows = len(matrix.values)
    rows = np.arange(0, n_rows, max(1, n_rows // _MOST_ROWS_DRIVING))
    return list_drivers(matrix, rows, scorer.contributions(matrix.values[rows]))
