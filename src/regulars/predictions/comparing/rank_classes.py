"""All suitable models of an outcome of several classes, compared on one split, and the chosen one looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.calibration import move_back, weigh_calibration_error
from regulars.evaluate.intervals import Interval, bootstrap_figures
from regulars.evaluate.metrics import rank_precision, row_losses
from regulars.evaluate.ranking import RankingQuality
from regulars.evaluate.splits import Round, deal_rounds
from regulars.evaluate.threads import one_thread
from regulars.features.table import FeatureTable
from regulars.predictions.comparing.class_standings import ClassGroup, ClassStandings
from regulars.predictions.comparing.classes import Classes, measure_classes
from regulars.predictions.comparing.comparison import gather_rows, keep_together
from regulars.predictions.comparing.results import ModelResult
from regulars.predictions.comparing.rounds import (
    COMPARING,
    FOLDS,
    fit_budget,
    lay_rounds,
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
from regulars.predictions.comparing.standings import Ordering, SplitKind
from regulars.predictions.comparing.validation import Trial, try_models
from regulars.predictions.families.names import ModelName
from regulars.predictions.fitting.roster import FAMILIES, arrange_models, count_fits, list_installed
from regulars.predictions.fitting.training import TrainingRows
from regulars.progress import Progress, Silent
from regulars.quality.cleaning import CleaningPlan
from regulars.schema.wording import Language

__all__ = ["rank_classes"]

_SAMPLES, _MANY_ROWS, _SAMPLES_OF_MANY = 200, 20_000, 50
_FEWEST_TO_RANK = 10


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """What one model said in every round: a row per test, a column per class; rows sum to one."""

    tested: tuple[NDArray[np.int64], ...]
    probabilities: tuple[NDArray[np.float64], ...]
    train_roc_auc: float
    seconds: float

    def pool(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        return np.concatenate(self.tested), np.concatenate(self.probabilities)


def rank_classes(
    features: FeatureTable,
    classes: Classes,
    *,
    split: SplitKind = "stratified",
    ordering: Ordering | None = None,
    gap: float = 0.0,
    models: Sequence[ModelName] | None = None,
    budget_seconds: float | None = None,
    groups: Sequence[str] | None = None,
    owners: NDArray[np.int64] | None = None,
    cleaning: CleaningPlan | None = None,
    tuning_seconds: float = 30.0,
    random_state: int,
    progress: Progress | None = None,
    language: Language = "en",
) -> ClassStandings:
    """Compare models that tell several classes apart, on customers they have not seen.

    Every model learns each class against the rest, and its probabilities are scaled to sum to one
    (one against the rest, Rifkin and Klautau 2004). The plain model says the share of each class to
    everybody. A model is chosen by the mean over the classes of how well each is told from the rest.

    Parameters
    ----------
    features, classes
        One row and one class per customer; customers whose class is not known are left out.
    split, ordering, gap, models, budget_seconds, groups, owners, cleaning, tuning_seconds, random_state
        As in `rank_models`.
    progress, language
        As in `rank_models`.

    Raises
    ------
    InvalidParameterError
        When there is no order for a split that needs one, or a model is not known.
    QualityError
        When too few customers, or too few of a class, can be tested.
    """
    first = next(iter(classes.outcomes.values()))
    _, known, rows = gather_rows(
        features,
        first,
        cleaning=cleaning,
        random_state=random_state,
        tuning_seconds=tuning_seconds,
    )
    codes = classes.codes[known]
    order = take_order(ordering, split, known)
    rows, keeps_twins, n_owners = keep_together(
        replace(rows, labels=codes.astype(np.float64)),
        owners[known] if owners is not None and order is None else None,
    )
    rounds = lay_rounds(rows.labels, rows.groups, order, split, gap, random_state=random_state)
    watched = progress or Silent()
    asked = arrange_models(models if models is not None else list_installed())
    with one_thread():
        wanted = asked
        if budget_seconds is not None:
            wanted = fit_budget(
                _against_rest(rows, 0),
                rounds,
                asked,
                budget_seconds / len(classes.names),
                random_state=random_state,
            )
        n_fits = count_fits(wanted) * len(classes.names)
        n_more = len(classes.names) * FOLDS if order is not None else 0
        total = n_fits * len(rounds.list_parts()) + n_more
        with watched.stage(COMPARING.to(language), total=total) as stage:
            advance = watch(stage.advance, watched)

            def try_all(
                parts: Sequence[Round], names: Sequence[ModelName]
            ) -> dict[ModelName, _Said]:
                trials = [
                    try_models(
                        _against_rest(rows, place),
                        parts,
                        random_state=random_state,
                        advance=advance,
                        models=names,
                    )
                    for place in range(len(classes.names))
                ]
                return {name: _join([one[name] for one in trials]) for name in trials[0]}

            tests = try_all(rounds.choosing, wanted)
            results = _compare(tests, rows, random_state)
            chosen, reason = choose_model(results)
            at_random: Interval | None = None
            if order is not None:
                reason = say_chosen_before(reason)
                tests = try_all(rounds.testing, wanted)
                results = _compare(tests, rows, random_state)
                folds = deal_rounds(
                    rows.labels, rows.groups, n_folds=FOLDS, random_state=random_state
                )
                at_random = _rank(try_all(folds, [chosen])[chosen], rows).interval()
    best = next(one for one in results if one.name == chosen)
    tested, said = tests[chosen].pool()
    truth = codes[tested]
    accuracy, by_class, confusion = measure_classes(
        said, truth, dict.fromkeys(classes.names, chosen), random_state=random_state
    )
    return ClassStandings(
        classes=classes,
        n=len(codes),
        split=split,
        said_split=say_folds(len(codes), FOLDS, keeps_twins=keeps_twins, n_owners=n_owners)
        if order is None
        else say_in_order(split, rounds.testing, order, gap, None),
        rounds=len(rounds.testing),
        models=results,
        chosen=chosen,
        reason=reason,
        by_class=by_class,
        confusion=confusion,
        accuracy=accuracy,
        at_random=at_random,
        said_gap=say_gap(at_random, best.roc_auc, together=None, blind=None)
        if at_random is not None
        else None,
        groups=_measure_groups(
            [groups[number] for number in known[tested]], truth, said, random_state
        )
        if groups is not None
        else (),
        left_out=tuple(name for name in asked if name not in wanted),
    )


def _against_rest(rows: TrainingRows, place: int) -> TrainingRows:
    return replace(rows, labels=(rows.labels == place).astype(np.float64))


def _join(trials: Sequence[Trial]) -> _Said:
    """The trials of the classes as one: what was said of each in the same rounds."""
    joined = []
    for told in zip(*(trial.probabilities for trial in trials), strict=True):
        raw = np.maximum(np.stack(told, axis=1), 1e-12)
        joined.append(raw / raw.sum(axis=1, keepdims=True))
    return _Said(
        tuple(trials[0].tested),
        tuple(joined),
        float(np.mean([trial.train_roc_auc for trial in trials])),
        sum(trial.seconds for trial in trials) / len(trials[0].tested),
    )


def _rank(said: _Said, rows: TrainingRows) -> RankingQuality:
    """The macro average, each customer's influence on all classes summed before it is squared."""
    n_customers = int(rows.groups.max()) + 1
    ranked = [
        RankingQuality.over(
            [
                (
                    (rows.labels[tested] == place).astype(np.float64),
                    told[:, place],
                    rows.groups[tested],
                )
                for tested, told in zip(said.tested, said.probabilities, strict=True)
            ],
            n_customers=n_customers,
        )
        for place in range(said.probabilities[0].shape[1])
    ]
    by_round = np.mean([one.rounds for one in ranked], axis=0)
    influence = np.mean([one.influence for one in ranked], axis=0)
    return RankingQuality(float(by_round.mean()), tuple(by_round.tolist()), influence)


def _compare(
    tests: Mapping[ModelName, _Said], rows: TrainingRows, random_state: int
) -> tuple[ModelResult, ...]:
    """Figures of every model, simplest first, each beside the best on the same customers."""
    rankings = {name: _rank(said, rows) for name, said in tests.items()}
    best = max(rankings.values(), key=lambda ranking: ranking.mean)
    results = []
    for name, said in tests.items():
        behind, behind_error = best.minus(rankings[name])
        tested, told = said.pool()
        pr_auc, brier, log_loss, calibration, f1 = _measure(
            told, rows.labels[tested].astype(np.int64), rows.groups[tested], random_state
        )
        results.append(
            ModelResult(
                name=name,
                title=FAMILIES[name].title,
                roc_auc=rankings[name].interval(),
                fold_roc_auc=rankings[name].rounds,
                pr_auc=pr_auc,
                brier=brier,
                log_loss=log_loss,
                calibration_error=move_back(calibration),
                f1=f1,
                train_roc_auc=said.train_roc_auc,
                behind=behind,
                behind_error=behind_error,
                seconds=said.seconds,
            )
        )
    return tuple(results)


def _measure(
    told: NDArray[np.float64],
    truth: NDArray[np.int64],
    owners: NDArray[np.int64],
    random_state: int,
) -> tuple[Interval, ...]:
    """PR-AUC, Brier, log loss, calibration error and F1, all on the same bootstrap samples."""
    n_classes = told.shape[1]
    has = np.stack([truth == place for place in range(n_classes)], axis=1).astype(np.float64)
    squares = ((told - has) ** 2).sum(axis=1)
    losses = row_losses(np.ones(len(truth)), told[np.arange(len(truth)), truth])
    precisions = [rank_precision(has[:, place], told[:, place]) for place in range(n_classes)]
    errors = [weigh_calibration_error(has[:, place], told[:, place]) for place in range(n_classes)]
    said = told.argmax(axis=1)

    def measure(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        right = np.bincount(truth, weights * (said == truth), minlength=n_classes)
        both = np.bincount(truth, weights, minlength=n_classes)
        both = both + np.bincount(said, weights, minlength=n_classes)
        total = weights.sum()
        return np.array(
            [
                np.mean([one(weights) for one in precisions]),
                weights @ squares / total,
                weights @ losses / total,
                np.mean([one(weights) for one in errors]),
                np.mean(2 * right / np.maximum(both, 1e-12)),
            ]
        )

    return bootstrap_figures(
        measure,
        truth.astype(np.float64),
        customers=owners,
        random_state=random_state,
        n_samples=_SAMPLES if len(truth) <= _MANY_ROWS else _SAMPLES_OF_MANY,
    )


def _measure_groups(
    group: Sequence[str],
    truth: NDArray[np.int64],
    said: NDArray[np.float64],
    random_state: int,
) -> tuple[ClassGroup, ...]:
    """The model within each group, in the order in which the names sort."""
    names, numbers = np.unique(np.array(group), return_inverse=True)
    right = (said.argmax(axis=1) == truth).astype(np.float64)
    found = []
    for number, name in enumerate(names):
        own = numbers == number
        (accuracy,) = bootstrap_figures(
            lambda weights, own=own: np.array([weights @ right[own] / weights.sum()]),  # type: ignore[misc]
            np.zeros(int(own.sum())),
            random_state=random_state,
            n_samples=_SAMPLES,
        )
        found.append(
            ClassGroup(str(name), int(own.sum()), _rank_group(truth[own], said[own]), accuracy)
        )
    return tuple(found)


def _rank_group(truth: NDArray[np.int64], said: NDArray[np.float64]) -> Interval | None:
    """The mean over the classes of how well each is told from the rest; None where one is too rare."""
    counts = np.bincount(truth, minlength=said.shape[1])
    if min(counts.min(), (len(truth) - counts).min()) < _FEWEST_TO_RANK:
        return None
    every = np.arange(len(truth))
    ranked = [
        RankingQuality.over(
            [((truth == place).astype(np.float64), said[:, place], every)], n_customers=len(every)
        )
        for place in range(said.shape[1])
    ]
    influence = np.mean([one.influence for one in ranked], axis=0)
    mean = float(np.mean([one.mean for one in ranked]))
    return RankingQuality(mean, (mean,), influence).interval()
