"""Uplift learners compared in the same folds, beside chance and a plain response model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate.folds import check_folds, deal_strata, group_repeated_rows
from regulars.evaluate.intervals import Interval, bootstrap_figures
from regulars.evaluate.qini import qini_coefficient, rank_qini
from regulars.evaluate.threads import one_thread
from regulars.features.matrix import encode_features
from regulars.predictions.comparing.plan import limit_rows
from regulars.predictions.uplift.experiment import Experiment, find_imbalances, measure_effect
from regulars.predictions.uplift.learners import (
    BASELINES,
    LEARNERS,
    TITLES,
    LearnerName,
    UpliftLesson,
    weigh_effects,
)
from regulars.predictions.uplift.results import LearnerResult, UpliftComparison, UpliftDecile
from regulars.progress import Progress, Silent
from regulars.schema.wording import Language, Wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from regulars.features.matrix import FeatureMatrix
    from regulars.features.table import FeatureTable

__all__ = ["compare_uplift"]

_FOLDS = 5
_DECILES = 10
_ORDERS = 200
_SAMPLES, _MANY_ROWS, _SAMPLES_OF_MANY = 500, 50_000, 200
_Z = 1.959963984540054
_COMPARING = Wording(en="Comparing uplift learners", ru="Сравнение моделей эффекта обращения")


@dataclass(slots=True)
class _Said:
    """What the models of five folds said of the customers of the other folds, shape (n,) each."""

    effects: dict[LearnerName, NDArray[np.float64]]
    contacted: NDArray[np.float64]
    control: NDArray[np.float64]
    propensity: NDArray[np.float64]


def compare_uplift(
    features: FeatureTable,
    experiment: Experiment,
    *,
    random_state: int,
    progress: Progress | None = None,
    language: Language = "en",
) -> UpliftComparison:
    """S-, T-, X- and DR-learners and a transformed outcome, judged in the same five folds.

    Customers with identical features are never on both sides, unless the columns allow so few values
    that they are no wonder.

    Parameters
    ----------
    features
        One row per customer of the experiment, as they were known before the contact.
    experiment
        Who was contacted and what came of it, in the same order.
    random_state
        Same seed and customers, same numbers.
    progress, language
        Told of every fitted learner, and in which language.

    Raises
    ------
    InvalidParameterError
        When there is not one row of features per customer.
    QualityError
        When there are no features.
    """
    _check_shapes(features, experiment)
    matrix = encode_features(features)
    imbalances, is_uneven = find_imbalances(matrix, experiment.treated)
    learnt = limit_rows(
        np.arange(len(features)), n_features=len(matrix.features), random_state=random_state
    )
    lesson = UpliftLesson(
        matrix.values[learnt],
        matrix.is_category,
        experiment.treated[learnt],
        experiment.outcomes[learnt],
        group_repeated_rows(matrix.values[learnt]),
        not is_uneven,
        random_state,
    )
    with one_thread():
        said = _try_learners(lesson, progress or Silent(), language)
    learners = _describe(lesson, said, random_state)
    recommended, why = _recommend(learners)
    shown = recommended if recommended != "random" else _find_best(learners).name
    difference = measure_effect(experiment)
    return UpliftComparison(
        contacted=experiment.contacted,
        control=experiment.control,
        effect=_measure_doubly(lesson, said) if is_uneven else difference,
        difference=difference,
        is_random=not is_uneven,
        imbalances=imbalances,
        learners=learners,
        recommended=recommended,
        why=why,
        deciles=_cut_deciles(lesson, said.effects[shown]),
        scored=_score(features, experiment, _tell_all(matrix, lesson, learnt, said, shown)),
    )


def _check_shapes(features: FeatureTable, experiment: Experiment) -> None:
    if len(features) != len(experiment.outcomes):
        raise InvalidParameterError(
            en=f"There are features of {len(features)} customers, and {len(experiment.outcomes)} are in the"
            " experiment. Give those of its customers, in its order.",
            ru=f"Признаки есть для {len(features)} клиентов, а в опыте их {len(experiment.outcomes)}. Дайте"
            " признаки участников в том же порядке.",
        )
    if not features.features:
        raise QualityError(
            en="There is no feature to tell for whom the contact works: every column is an id, the group,"
            " the outcome, or was written down after the contact. Add what was known before.",
            ru="Нет признаков, по которым видно, на кого обращение действует: все столбцы — это id, группа,"
            " исход или записаны после обращения. Добавьте то, что было известно до него.",
        )


def _try_learners(lesson: UpliftLesson, watched: Progress, language: Language) -> _Said:
    """Every learner in the same folds, with equal shares of those contacted and of the outcome."""
    size = len(lesson.outcomes)
    folds = deal_strata(
        2 * lesson.treated + lesson.outcomes,
        lesson.groups,
        n_folds=_FOLDS,
        random_state=lesson.random_state,
    )
    for own in (lesson.treated, ~lesson.treated):
        n_groups = len(np.unique(lesson.groups[own]))
        check_folds(lesson.outcomes[own], folds[own], _FOLDS, n_groups=n_groups)
    said = _Said({name: np.empty(size) for name in LEARNERS}, *(np.empty(size) for _ in range(3)))
    with watched.stage(_COMPARING.to(language), total=_FOLDS * len(LEARNERS)) as stage:
        for fold in range(_FOLDS):
            learning, tested = lesson.take(folds != fold), folds == fold
            rows = lesson.X[tested]
            for name, fit in LEARNERS.items():
                said.effects[name][tested] = fit(learning)(rows)
                watched.check()
                stage.advance()
            said.contacted[tested], said.control[tested] = (
                model(rows) for model in learning.outcome_models
            )
            said.propensity[tested] = learning.propensity(rows)
    return said


def _describe(lesson: UpliftLesson, said: _Said, random_state: int) -> tuple[LearnerResult, ...]:
    """Figures of all on the same bootstrap samples, drawn in each group by itself."""
    names = list(LEARNERS)
    rankings = [rank_qini(lesson.outcomes, lesson.treated, said.effects[name]) for name in names]
    response = names.index("response")

    def measure(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        figures = np.array([ranking(weights) for ranking in rankings])
        return np.concatenate([figures, figures - figures[response]])

    found = bootstrap_figures(
        measure,
        lesson.treated.astype(np.float64),
        random_state=random_state,
        n_samples=_SAMPLES if len(lesson.outcomes) <= _MANY_ROWS else _SAMPLES_OF_MANY,
    )
    plain = found[response]
    by_chance = LearnerResult(
        "random",
        TITLES["random"],
        _rank_by_chance(lesson, random_state),
        Interval(-plain.mean, -plain.high, -plain.low),
    )
    return by_chance, *(
        LearnerResult(name, TITLES[name], found[place], found[place + len(names)])
        for place, name in enumerate(names)
    )


def _rank_by_chance(lesson: UpliftLesson, random_state: int) -> Interval:
    """Nothing on average, and between which bounds 95 % of all orders by chance come out."""
    generator = np.random.default_rng(random_state)
    size = len(lesson.outcomes)
    figures = [
        qini_coefficient(lesson.outcomes, lesson.treated, generator.random(size))
        for _ in range(_ORDERS)
    ]
    low, high = np.quantile(figures, [0.025, 0.975])
    return Interval(0.0, float(low), float(high))


def _find_best(learners: tuple[LearnerResult, ...]) -> LearnerResult:
    return max(
        (one for one in learners if one.name not in BASELINES), key=lambda one: one.qini.mean
    )


def _recommend(learners: tuple[LearnerResult, ...]) -> tuple[LearnerName, Wording]:
    """The best learner, where it surely beats the response model; else that one, or chance."""
    best = _find_best(learners)
    response = next(one for one in learners if one.name == "response")
    figure, plain = _format(best.qini.mean), _format(response.qini.mean)
    if best.beats_response and best.qini.low > 0:
        low, high = _format(best.beyond_response.low), _format(best.beyond_response.high)
        return best.name, Wording(
            en=f"{best.title.en}: the highest Qini, {figure.en}, and surely above the response model's"
            f" {plain.en}: by {low.en} to {high.en} on the same customers.",
            ru=f"{best.title.ru}: наибольший Qini, {figure.ru}, и он заведомо выше, чем у модели отклика"
            f" ({plain.ru}): на {low.ru}–{high.ru} на тех же клиентах.",
        )
    is_ahead = best.qini.mean > response.qini.mean
    said = Wording(
        en=f"No learner beats the response model: the best, {best.title.en}, reaches {figure.en} and the"
        f" response model {plain.en}{', and the difference may be chance' if is_ahead else ''}.",
        ru=f"Ни одна модель эффекта не лучше модели отклика: у лучшей ({best.title.ru}) Qini {figure.ru}, у"
        f" модели отклика {plain.ru}{', и разница может быть случайной' if is_ahead else ''}.",
    )
    if response.qini.low > 0:
        return "response", Wording(
            en=f"{said.en} Contact those who are likely to have the outcome.",
            ru=f"{said.ru} Обращайтесь к тем, у кого исход вероятен.",
        )
    return "random", Wording(
        en=f"{said.en} Nor does the response model surely beat chance: whom to contact is not known from"
        " these features.",
        ru=f"{said.ru} И модель отклика не заведомо лучше случайного выбора: к кому обращаться, по этим"
        " признакам не видно.",
    )


def _measure_doubly(lesson: UpliftLesson, said: _Said) -> Interval:
    """The mean of doubly robust effects: what the groups were before the contact is allowed for."""
    effects = weigh_effects(
        lesson.outcomes, lesson.treated, said.contacted, said.control, said.propensity
    )
    mean, error = float(effects.mean()), float(effects.std() / np.sqrt(len(effects)))
    return Interval(mean, mean - _Z * error, mean + _Z * error)


def _cut_deciles(lesson: UpliftLesson, effects: NDArray[np.float64]) -> tuple[UpliftDecile, ...]:
    order = np.argsort(-effects, kind="stable")
    return tuple(_measure_decile(lesson, effects, rows) for rows in np.array_split(order, _DECILES))


def _measure_decile(
    lesson: UpliftLesson, effects: NDArray[np.float64], rows: NDArray[np.int64]
) -> UpliftDecile:
    treated, outcomes = lesson.treated[rows], lesson.outcomes[rows]
    nobody = Interval(float("nan"), float("nan"), float("nan"))
    own = Experiment(rows, treated, outcomes, 0)
    has_both = bool(treated.any() and (~treated).any())
    return UpliftDecile(
        customers=len(rows),
        predicted=float(effects[rows].mean()),
        treated_rate=own.contacted.rate if treated.any() else float("nan"),
        control_rate=own.control.rate if (~treated).any() else float("nan"),
        effect=measure_effect(own) if has_both else nobody,
    )


def _tell_all(
    matrix: FeatureMatrix,
    lesson: UpliftLesson,
    learnt: NDArray[np.int64],
    said: _Said,
    shown: LearnerName,
) -> NDArray[np.float64]:
    """Of very many customers a sample was learnt from; of the others one model of all of it tells."""
    effects = np.empty(len(matrix.values))
    effects[learnt] = said.effects[shown]
    rest = np.setdiff1d(np.arange(len(effects)), learnt)
    if len(rest):
        with one_thread():
            effects[rest] = LEARNERS[shown](lesson)(matrix.values[rest])
    return effects


def _score(
    features: FeatureTable, experiment: Experiment, effects: NDArray[np.float64]
) -> pa.Table:
    return pa.table(
        {
            "customer_id": features.customer_ids,
            "is_treated": pa.array(experiment.treated),
            "outcome": pa.array(experiment.outcomes == 1),
            "effect": pa.array(effects),
        }
    )


def _format(figure: float) -> Wording:
    text = f"{figure:.3f}"
    return Wording(en=text, ru=text.replace(".", ","))
