"""Models tested on customers they have not seen, round by round."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.calibration import move_back, weigh_calibration_error
from regulars.evaluate.costs import Confusion, ContactCosts, count_decisions
from regulars.evaluate.intervals import Interval, bootstrap_intervals
from regulars.evaluate.metrics import equalize_errors, rank_precision, roc_auc, row_losses
from regulars.evaluate.ranking import RankingQuality
from regulars.evaluate.splits import Round
from regulars.predictions.comparing.results import ModelResult, Quality
from regulars.predictions.comparing.verdict import Examined
from regulars.predictions.families.names import ModelName
from regulars.predictions.fitting.roster import EVERYDAY_MODELS, FAMILIES, arrange_models
from regulars.predictions.fitting.scorers import Fitted, Scorer
from regulars.predictions.fitting.training import TrainingRows, prepare_lesson
from regulars.schema.wording import Wording

__all__ = [
    "Trial",
    "compare_trials",
    "fit_model",
    "fit_models",
    "measure_quality",
    "try_models",
]

_SAMPLES_TO_COMPARE, _SAMPLES_TO_JUDGE = 200, 500
_MANY_ROWS, _SAMPLES_OF_MANY = 50_000, 100


@dataclass(slots=True)
class Trial:
    """What one model said in each round, shape of each array (n_tested_in_the_round,).

    Attributes
    ----------
    tested
        Row numbers.
    probabilities
        Of those rows.
    train_roc_auc
        One figure per round.
    scorers
        Those that were tested.
    seconds
        To fit and score, over all rounds.
    """

    tested: list[NDArray[np.int64]] = field(default_factory=list)
    probabilities: list[NDArray[np.float64]] = field(default_factory=list)
    train_roc_auc: list[float] = field(default_factory=list)
    scorers: list[Scorer] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, rows: TrainingRows, part: Round, scorer: Scorer) -> None:
        """Test a fitted scorer."""
        started = time.monotonic()
        self.tested.append(np.flatnonzero(part.test))
        self.probabilities.append(scorer.probabilities(rows.X[part.test]))
        self.seconds += time.monotonic() - started
        self.scorers.append(scorer)
        self.train_roc_auc.append(
            roc_auc(rows.labels[part.learn], scorer.probabilities(rows.X[part.learn]))
        )

    def look_at(self, round_number: int) -> "Trial":
        """One round by itself."""
        place = slice(round_number, round_number + 1)
        return Trial(
            self.tested[place],
            self.probabilities[place],
            self.train_roc_auc[place],
            self.scorers[place],
        )

    def extend(self, other: "Trial") -> None:
        """Add the rounds of another trial."""
        self.tested += other.tested
        self.probabilities += other.probabilities
        self.train_roc_auc += other.train_roc_auc
        self.scorers += other.scorers

    def rank(self, rows: TrainingRows) -> RankingQuality:
        """The ranking over all rounds."""
        return RankingQuality.over(
            [
                (rows.labels[tested], said, rows.groups[tested])
                for tested, said in zip(self.tested, self.probabilities, strict=True)
            ],
            n_customers=int(rows.groups.max()) + 1,
        )

    def pool(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Row numbers and probabilities of all rounds together."""
        return np.concatenate(self.tested), np.concatenate(self.probabilities)


def fit_model(name: ModelName, rows: TrainingRows, random_state: int) -> Scorer:
    """One model of any name; one that is made of others is fitted from its parts."""
    *_, (_, scorer, _) = fit_models(rows, random_state, lambda: None, models=[name])
    return scorer


def fit_models(
    rows: TrainingRows,
    random_state: int,
    advance: Callable[[], None],
    *,
    models: Sequence[ModelName] = EVERYDAY_MODELS,
) -> Iterator[tuple[ModelName, Scorer, float]]:
    """Each of `models`, simplest first, with the seconds it took; `advance` is told after each fit.

    A model made of others takes as long as they did together, and comes with them.
    """
    fitted: dict[ModelName, Fitted] = {}
    seconds: dict[ModelName, float] = {}
    lesson = prepare_lesson(rows, random_state=random_state)
    for name in arrange_models(models):
        started, family = time.monotonic(), FAMILIES[name]
        if family.fit is not None:
            fitted[name] = family.fit(lesson)
            scorer = fitted[name].scorer
            advance()
        else:
            scorer = family.combine([fitted[part] for part in family.parts], lesson)
        own = time.monotonic() - started
        seconds[name] = own + sum(seconds[part] for part in family.parts)
        yield name, scorer, seconds[name]


def try_models(
    rows: TrainingRows,
    rounds: Sequence[Round],
    *,
    random_state: int,
    advance: Callable[[], None],
    models: Sequence[ModelName] = EVERYDAY_MODELS,
) -> dict[ModelName, Trial]:
    """Each of `models` in the same rounds, simplest first; `advance` is told after each fit."""
    trials: dict[ModelName, Trial] = {name: Trial() for name in arrange_models(models)}
    for part in rounds:
        learnt = rows.take(part.learn)
        for name, scorer, seconds in fit_models(learnt, random_state, advance, models=models):
            trials[name].seconds += seconds
            trials[name].add(rows, part, scorer)
    return trials


def compare_trials(
    trials: Mapping[ModelName, Trial],
    rows: TrainingRows,
    *,
    costs: ContactCosts,
    random_state: int,
) -> tuple[ModelResult, ...]:
    """Figures of every model, simplest first, each beside the best on the same customers."""
    rankings = {name: trial.rank(rows) for name, trial in trials.items()}
    best = max(rankings.values(), key=lambda ranking: ranking.mean)
    results = []
    for name, trial in trials.items():
        behind, behind_error = best.minus(rankings[name])
        tested, probabilities = trial.pool()
        figures = _measure(
            rows.labels[tested],
            probabilities,
            customers=rows.groups[tested],
            threshold=costs.threshold,
            random_state=random_state,
            n_samples=_SAMPLES_TO_COMPARE,
        )
        results.append(
            ModelResult(
                name=name,
                title=FAMILIES[name].title,
                roc_auc=rankings[name].interval(),
                fold_roc_auc=rankings[name].rounds,
                pr_auc=figures["pr_auc"],
                brier=figures["brier"],
                log_loss=figures["log_loss"],
                calibration_error=figures["calibration_error"],
                f1=figures["f1"],
                train_roc_auc=float(np.mean(trial.train_roc_auc)),
                behind=behind,
                behind_error=behind_error,
                seconds=trial.seconds / len(trial.tested),
            )
        )
    return tuple(results)


def measure_quality(
    trials: Sequence[Trial],
    rows: TrainingRows,
    *,
    costs: ContactCosts,
    random_state: int,
    is_in_time: bool,
    say: Callable[[Confusion, Examined], Wording],
) -> Quality:
    """The chosen model over the rounds of `trials`, each a repeat; `say` gives the sentence.

    In time every round is a date. The ranking is the mean of all repeats, all else that of the first, which scored the customers.
    """
    every = Trial(
        [tested for trial in trials for tested in trial.tested],
        [said for trial in trials for said in trial.probabilities],
    )
    tested, probabilities = trials[0].pool()
    labels = rows.labels[tested]
    figures = _measure(
        labels,
        probabilities,
        customers=rows.groups[tested],
        threshold=costs.threshold,
        random_state=random_state,
        n_samples=_SAMPLES_TO_JUDGE,
    )
    confusion = count_decisions(labels, probabilities, threshold=costs.threshold)
    whom = Examined(len(labels))
    if is_in_time:
        whom = Examined(len(np.unique(rows.groups[tested])), len(trials[0].tested))
    return Quality(
        n=len(labels),
        positives=int(labels.sum()),
        customers=whom.customers,
        dates=whom.dates,
        repeats=len(trials),
        roc_auc=every.rank(rows).interval(),
        pr_auc=figures["pr_auc"],
        brier=figures["brier"],
        precision=figures["precision"],
        recall=figures["recall"],
        f1=figures["f1"],
        confusion=confusion,
        equal_errors=equalize_errors(labels, probabilities),
        sentence=say(confusion, whom),
    )


def _measure(
    labels: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    *,
    customers: NDArray[np.int64],
    threshold: float,
    random_state: int,
    n_samples: int,
) -> dict[str, Interval]:
    """Figures with their intervals, all on the same bootstrap samples."""
    is_above = probabilities >= threshold
    found = (labels == 1) & is_above
    squares = (probabilities - labels) ** 2
    losses = row_losses(labels, probabilities)

    def share(of: NDArray[np.bool_], among: NDArray[np.float64]) -> Callable[..., float]:
        def weigh(weights: NDArray[np.float64]) -> float:
            size = float(weights @ among)
            return float(weights @ of) / size if size else 0.0

        return weigh

    found = bootstrap_intervals(
        {
            "pr_auc": rank_precision(labels, probabilities),
            "brier": lambda weights: float(weights @ squares / weights.sum()),
            "log_loss": lambda weights: float(weights @ losses / weights.sum()),
            "calibration_error": weigh_calibration_error(labels, probabilities),
            "precision": share(found, is_above.astype(float)),
            "recall": share(found, labels),
            # Twice the found over the warned and the true ones together.
            "f1": share(found, (is_above + labels) / 2),
        },
        labels,
        random_state=random_state,
        customers=customers,
        n_samples=n_samples if len(labels) <= _MANY_ROWS else _SAMPLES_OF_MANY,
    )
    return found | {"calibration_error": move_back(found["calibration_error"])}
