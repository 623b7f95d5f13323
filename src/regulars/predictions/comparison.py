"""Models compared on equal terms, the choice explained, every customer scored."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate.costs import ContactCosts, count_decisions
from regulars.evaluate.folds import deal_folds, group_identical_rows
from regulars.evaluate.intervals import bootstrap_interval, corrected_interval
from regulars.evaluate.metrics import average_precision, brier_score, rank_auc, roc_auc
from regulars.evaluate.threads import one_thread
from regulars.features.matrix import FeatureMatrix, encode_features
from regulars.features.table import FeatureTable
from regulars.predictions.alarms import find_alarms, measure_single_features
from regulars.predictions.drivers import list_drivers
from regulars.predictions.models import fit_logistic_path, fit_naive_bayes
from regulars.predictions.outcome import Outcome
from regulars.predictions.reasons import CrossFittedExplainer, Peers
from regulars.predictions.results import (
    ChurnComparison,
    Driver,
    Holdout,
    ModelName,
    ModelResult,
    Threshold,
)
from regulars.predictions.scorers import Scorer, TrainingRows, fit_baseline, fit_scorer
from regulars.predictions.verdict import (
    TITLES,
    band_risks,
    choose_model,
    say_holdout,
    say_split,
    say_threshold,
)
from regulars.progress import Progress, Silent

__all__ = ["compare_churn_models"]

_FOLDS = 5
_HELD_OUT = 0
"""The fold that is kept aside until the model is chosen."""

_MOST_ROWS_DRIVING = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class _Scores:
    """Every customer's probability, and the model that gave it."""

    probabilities: NDArray[np.float64]
    scorers: tuple[Scorer, ...]
    scorer_of: NDArray[np.int64]


def compare_churn_models(
    features: FeatureTable,
    outcome: Outcome,
    *,
    random_state: int,
    costs: ContactCosts | None = None,
    progress: Progress | None = None,
) -> ChurnComparison:
    """Naive Bayes and logistic regression beside the base rate; the chosen one scores everybody.

    A fifth of the customers is kept aside, stratified by the outcome. On the rest the models are
    compared in five folds; imputing, scaling, the strength of the penalty and calibration are
    learnt inside each fold, and customers with identical features are never on both sides. The
    simplest model within one standard error of the best ROC-AUC is chosen and measured on the
    hold-out. Then every customer is scored by a model that was not shown that customer's outcome.

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
    progress
        Told of every fitted model; asked whether to stop.

    Raises
    ------
    QualityError
        When there are no features, or no split in which every part holds both outcomes.
    """
    _check_shapes(features, outcome)
    with one_thread():
        return _compare(
            features, outcome, random_state, costs or ContactCosts(), progress or Silent()
        )


def _compare(
    features: FeatureTable,
    outcome: Outcome,
    random_state: int,
    costs: ContactCosts,
    watched: Progress | Silent,
) -> ChurnComparison:
    matrix = encode_features(features)
    known = np.flatnonzero(~np.isnan(outcome.labels))
    X = matrix.values[known]
    rows = TrainingRows(X, outcome.labels[known], group_identical_rows(X), matrix.is_category)
    folds = deal_folds(rows.labels, rows.groups, n_folds=_FOLDS, random_state=random_state)
    train = _make_trainer(random_state)
    with watched.stage("Comparing models", total=2 * _FOLDS) as stage:

        def advance() -> None:
            stage.advance()
            watched.check()

        results = _validate(rows.take(folds != _HELD_OUT), train, random_state, advance)
    chosen, reason = choose_model(results)
    with watched.stage("Scoring customers", total=_FOLDS + 1) as stage:

        def advance_scoring() -> None:
            stage.advance()
            watched.check()

        scores = _score_everybody(
            matrix, known, rows, folds, lambda learnt: train(chosen, learnt), advance_scoring
        )
    held_out = known[folds == _HELD_OUT]
    threshold, holdout = _measure_holdout(
        outcome.labels[held_out],
        scores.probabilities[held_out],
        costs,
        outcome,
        random_state,
    )
    single = measure_single_features(rows, folds, random_state=random_state)
    chosen_result = next(result for result in results if result.name == chosen)
    risk, bands = band_risks(scores.probabilities, threshold.value)
    peers = Peers.of(matrix, outcome.labels)
    return ChurnComparison(
        outcome=outcome,
        base_rate=outcome.base_rate,
        n=len(known),
        split=say_split(int((folds != _HELD_OUT).sum()), len(held_out), rows.groups),
        models=results,
        chosen=chosen,
        reason=reason,
        threshold=threshold,
        holdout=holdout,
        customer_ids=features.customer_ids,
        churn_probability=scores.probabilities,
        risk=risk,
        risk_bands=bands,
        drivers=_drive(matrix, scores.scorers[-1]),
        alarms=find_alarms(matrix, single, chosen_result.roc_auc, holdout.roc_auc),
        explainer=CrossFittedExplainer(matrix, scores.scorers, scores.scorer_of, outcome, peers),
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


def _make_trainer(random_state: int) -> Callable[[ModelName, TrainingRows], Scorer]:
    def train(name: ModelName, rows: TrainingRows) -> Scorer:
        if name == "baseline":
            return fit_baseline(rows)
        family = fit_logistic_path if name == "logistic" else fit_naive_bayes
        return fit_scorer(rows, family, random_state=random_state + 2)

    return train


def _validate(
    rows: TrainingRows,
    train: Callable[[ModelName, TrainingRows], Scorer],
    random_state: int,
    advance: Callable[[], None],
) -> tuple[ModelResult, ...]:
    """Every model in the same five folds."""
    folds = deal_folds(rows.labels, rows.groups, n_folds=_FOLDS, random_state=random_state + 1)
    results = []
    for name, title in TITLES.items():
        figures = []
        for fold in range(_FOLDS):
            figures.append(_measure_fold(rows, folds == fold, lambda part: train(name, part)))  # noqa: B023 - called at once
            if name != "baseline":
                advance()
        aucs, precisions, briers, train_aucs = np.array(figures).T
        results.append(
            ModelResult(
                name=name,
                title=title,
                roc_auc=corrected_interval(aucs.tolist(), test_share=1 / _FOLDS),
                fold_roc_auc=tuple(aucs.tolist()),
                pr_auc=float(precisions.mean()),
                brier=float(briers.mean()),
                train_roc_auc=float(train_aucs.mean()),
            )
        )
    return tuple(results)


def _measure_fold(
    rows: TrainingRows, is_held_out: NDArray[np.bool_], fit: Callable[[TrainingRows], Scorer]
) -> tuple[float, float, float, float]:
    """ROC-AUC, average precision and Brier score on a fold, and ROC-AUC on what it learnt from."""
    learnt, held_out = rows.take(~is_held_out), rows.take(is_held_out)
    scorer = fit(learnt)
    probabilities = scorer.probabilities(held_out.X)
    return (
        roc_auc(held_out.labels, probabilities),
        average_precision(held_out.labels, probabilities),
        brier_score(held_out.labels, probabilities),
        roc_auc(learnt.labels, scorer.probabilities(learnt.X)),
    )


def _score_everybody(
    matrix: FeatureMatrix,
    known: NDArray[np.int64],
    rows: TrainingRows,
    folds: NDArray[np.int64],
    fit: Callable[[TrainingRows], Scorer],
    advance: Callable[[], None],
) -> _Scores:
    """Probabilities of known customers by models of the other folds, of the rest by one of all."""
    probabilities = np.empty(len(matrix.values))
    scorer_of = np.full(len(matrix.values), _FOLDS, dtype=np.int64)
    scorers = []
    for fold in range(_FOLDS):
        scorer = fit(rows.take(folds != fold))
        scorers.append(scorer)
        scorer_of[known[folds == fold]] = fold
        advance()
    scorers.append(fit(rows))
    advance()
    for position, scorer in enumerate(scorers):
        own = np.flatnonzero(scorer_of == position)
        if len(own):
            probabilities[own] = scorer.probabilities(matrix.values[own])
    return _Scores(probabilities, tuple(scorers), scorer_of)


def _measure_holdout(
    labels: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    costs: ContactCosts,
    outcome: Outcome,
    random_state: int,
) -> tuple[Threshold, Holdout]:
    confusion = count_decisions(labels, probabilities, threshold=costs.threshold)
    nobody = count_decisions(labels, probabilities, threshold=np.inf)
    threshold = Threshold(
        value=costs.threshold,
        costs=costs,
        cost_per_customer=costs.cost_per_customer(confusion),
        cost_if_nobody=costs.cost_per_customer(nobody),
        cost_if_everybody=costs.contact,
        sentence=say_threshold(costs),
    )
    holdout = Holdout(
        n=len(labels),
        positives=int(labels.sum()),
        roc_auc=bootstrap_interval(
            rank_auc(labels, probabilities), labels, random_state=random_state
        ),
        pr_auc=average_precision(labels, probabilities),
        brier=brier_score(labels, probabilities),
        precision=confusion.precision,
        recall=confusion.recall,
        f1=confusion.f1,
        confusion=confusion,
        sentence=say_holdout(confusion, outcome),
    )
    return threshold, holdout


def _drive(matrix: FeatureMatrix, scorer: Scorer) -> tuple[Driver, ...]:
    n_rows = len(matrix.values)
    rows = np.arange(0, n_rows, max(1, n_rows // _MOST_ROWS_DRIVING))
    return list_drivers(matrix, rows, scorer.contributions(matrix.values[rows]))
