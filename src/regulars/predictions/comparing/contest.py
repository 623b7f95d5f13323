"""Models compared in the rounds of a plan: one chosen, judged and explained, everybody scored."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.evaluate.costs import ContactCosts, count_decisions
from regulars.evaluate.gains import measure_gains
from regulars.evaluate.threads import one_thread
from regulars.features.matrix import FeatureMatrix
from regulars.predictions.comparing.alarms import find_alarms
from regulars.predictions.comparing.plan import Plan
from regulars.predictions.comparing.results import ChurnComparison, ModelResult, Quality, Threshold
from regulars.predictions.comparing.scorecard import choose_model, fill_scorecard
from regulars.predictions.comparing.validation import (
    Trial,
    compare_trials,
    fit_model,
    fit_models,
    measure_quality,
    try_models,
)
from regulars.predictions.comparing.verdict import band_risks, say_quality, say_threshold
from regulars.predictions.families.names import ModelName
from regulars.predictions.fitting.roster import EVERYDAY_MODELS, count_fits
from regulars.predictions.fitting.scorers import Scorer
from regulars.predictions.fitting.training import TrainingRows
from regulars.predictions.outcomes.definitions import ColumnOutcome
from regulars.predictions.outcomes.happenings import Happening
from regulars.predictions.outcomes.outcome import Outcome
from regulars.predictions.reasons.alike import find_alike
from regulars.predictions.reasons.drivers import list_drivers, trace_drivers
from regulars.predictions.reasons.explainer import CrossFittedExplainer, Peers
from regulars.predictions.reasons.faithfulness import measure_faithfulness
from regulars.predictions.reasons.reason import Driver
from regulars.progress import Progress, Silent
from regulars.schema.wording import Language, Wording

__all__ = ["Contest", "ContestRows"]

_MOST_ROWS_DRIVING = 10_000
_MOST_ROWS_TRACED, _FEWEST_DATES = 1_000, 2
_COMPARING = Wording(en="Comparing churn models", ru="Сравнение моделей оттока")
_SCORING = Wording(en="Scoring customers", ru="Оценка клиентов")


def _name_comparing(outcome: Outcome) -> Wording:
    """What the stage is called: of what is no leaving by what it predicts."""
    definition = outcome.definition
    if definition.is_churn or not isinstance(definition, ColumnOutcome | Happening):
        return _COMPARING
    return Wording(
        en=f"Comparing models: {definition.name('en')}",
        ru=f"Сравнение моделей: {definition.name('ru')}",
    )


@dataclass(frozen=True, slots=True, eq=False)
class ContestRows:
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


class Contest:
    """One comparison of models, from the first fit to the last sentence.

    Parameters
    ----------
    material
        What is learnt from, tested and scored.
    plan
        The rounds of the comparison.
    random_state
        Same seed and material, same numbers.
    costs
        What a lost customer and a contact cost.
    progress, language
        Told of every fitted model, and in which language.
    models
        Which are compared; parts of those that are made of others are compared too.
    """

    def __init__(
        self,
        material: ContestRows,
        plan: Plan,
        *,
        random_state: int,
        costs: ContactCosts | None,
        progress: Progress | None,
        language: Language,
        models: Sequence[ModelName] = EVERYDAY_MODELS,
    ) -> None:
        self.models = models
        self.material = material
        self.rows = material.rows
        self.plan = plan
        self.random_state = random_state
        self.costs = costs or ContactCosts()
        self.watched = progress or Silent()
        self.language = language

    def run(self, split: Wording) -> ChurnComparison:
        """Compare the models, choose one, judge it and score everybody; `split` says how it was done."""
        with one_thread():
            compared = self._compare()
            results = compare_trials(
                compared, self.rows, costs=self.costs, random_state=self.random_state
            )
            chosen, reason = choose_model(results)
            n_fits = sum(map(len, self.plan.repeats)) + count_fits(self.models)
            with self.watched.stage(_SCORING.to(self.language), total=n_fits) as stage:
                advance = self._watch(stage.advance)
                judged = self._judge(chosen, compared[chosen], advance)
                fitted = fit_models(self.rows, self.random_state, advance, models=self.models)
                finals = {name: scorer for name, scorer, _ in fitted}
            return self._conclude(split, results, reason, chosen, judged, finals)

    def _compare(self) -> dict[ModelName, Trial]:
        n_fits = len(self.plan.choosing) * count_fits(self.models)
        title = _name_comparing(self.material.outcome).to(self.language)
        with self.watched.stage(title, total=n_fits) as stage:
            return try_models(
                self.rows,
                self.plan.choosing,
                random_state=self.random_state,
                advance=self._watch(stage.advance),
                models=self.models,
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
            drivers=self._trace(_drive(explainer.matrix, finals[chosen]), judged[0]),
            alarms=find_alarms(
                material.matrix,
                self.rows,
                chosen_result,
                quality,
                holdout,
                random_state=self.random_state,
            ),
            explainer=explainer,
            faithfulness=measure_faithfulness(explainer, random_state=self.random_state),
            others={
                name: scorer.probabilities(X) for name, scorer in finals.items() if name != chosen
            },
            scorers=finals,
            past_scores=self._tell_past(tested, said),
        )

    def _trace(self, drivers: tuple[Driver, ...], judged: Trial) -> tuple[Driver, ...]:
        """With their weights at the dates that were tested, where there is time."""
        seen = self.material.seen
        if seen is None or len(judged.scorers) < _FEWEST_DATES:
            return drivers
        moments = []
        for tested, scorer in zip(judged.tested, judged.scorers, strict=True):
            rows = tested[:: max(1, len(tested) // _MOST_ROWS_TRACED)]
            day = seen["as_of"][int(tested[0])].as_py()
            moments.append((day, scorer.contributions(self.rows.X[rows])))
        names = [feature.name for feature in self.material.matrix.features]
        return trace_drivers(drivers, names, moments)

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
            material.outcome.phrases,
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
