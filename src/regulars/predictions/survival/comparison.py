"""Survival models compared in the same folds, and how much longer each customer will stay."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate.concordance import Concordance
from regulars.evaluate.folds import group_identical_rows, join_groups
from regulars.evaluate.splits import deal_rounds
from regulars.evaluate.survival_error import censored_brier_score
from regulars.evaluate.threads import one_thread
from regulars.features.matrix import encode_features
from regulars.predictions.comparing.plan import limit_rows
from regulars.predictions.reasons.alike import find_alike
from regulars.predictions.reasons.explainer import Peers
from regulars.predictions.survival.curves import CustomerCurves, measure_curve
from regulars.predictions.survival.durations import DAYS
from regulars.predictions.survival.echoes import find_duration_echoes
from regulars.predictions.survival.hazard_ratios import list_hazard_ratios
from regulars.predictions.survival.models import (
    FITTERS,
    TITLES,
    SurvivalModel,
    SurvivalModelName,
    SurvivalRows,
    fit_cox,
)
from regulars.predictions.survival.reasons import StayExplainer
from regulars.predictions.survival.results import (
    CalibrationGroup,
    SurvivalComparison,
    SurvivalResult,
)
from regulars.progress import Progress, Silent
from regulars.schema.wording import Language, Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from regulars.features.table import FeatureTable
    from regulars.predictions.outcomes.outcome import Outcome
    from regulars.predictions.survival.durations import Durations

__all__ = ["compare_survival"]

_FOLDS = 5
_GROUPS = 5
_SCORED_AT_ONCE = 20_000
_WITHIN_DAYS = (30, 90, 180, 365)
_COMPARING = Wording(en="Comparing survival models", ru="Сравнение моделей дожития")
_NOTE = Wording(
    en="The features are as they were when each customer was last seen, not as they were in the"
    " beginning: what was known only at the end of the time makes every model look better than it would"
    " be for somebody who has just come.",
    ru="Признаки взяты такими, какими они были, когда клиента видели в последний раз, а не какими были"
    " вначале: всё, что стало известно только к концу срока, делает модели на вид лучше, чем они были бы"
    " для того, кто только что пришёл.",
)
_NOTE_AT_START = Wording(
    en="The features are as they were when each subscription began.",
    ru="Признаки взяты такими, какими они были в начале каждой подписки.",
)


@dataclass(slots=True)
class _Tried:
    """What one model said of every customer, each time one that was not shown them."""

    risks: NDArray[np.float64]
    models: list[SurvivalModel] = field(default_factory=list)
    curves: list[tuple[NDArray[np.int64], CustomerCurves]] = field(default_factory=list)
    seconds: float = 0.0


def compare_survival(
    features: FeatureTable,
    durations: Durations,
    outcome: Outcome,
    *,
    random_state: int,
    keep: Sequence[str] = (),
    is_at_start: bool = False,
    progress: Progress | None = None,
    language: Language = "en",
) -> SurvivalComparison:
    """Kaplan-Meier, Cox and boosted hazards in the same five folds; the simplest good one is chosen.

    Parameters
    ----------
    features
        One row per customer.
    durations, outcome
        How long each was there, and whether they left then; in the same order.
    random_state
        Same seed and customers, same numbers.
    keep
        Features that stay although they are made of the duration.
    is_at_start
        Whether the features are as they were when the durations began, so that they cannot look ahead.
    progress, language
        Told of every fitted model, and in which language.

    Raises
    ------
    InvalidParameterError
        When there is not one duration and one label per customer.
    QualityError
        When nothing is left to learn from, or no two customers can be compared.
    """
    _check_shapes(features, durations, outcome)
    known = np.flatnonzero(~np.isnan(durations.values) & ~np.isnan(outcome.labels))
    echoes = tuple(
        echo
        for echo in find_duration_echoes(encode_features(features), durations.values)
        if echo.feature not in keep
    )
    features = features.drop([echo.feature for echo in echoes])
    matrix = encode_features(features)
    learnt = known[
        limit_rows(
            np.arange(len(known)), n_features=len(matrix.features), random_state=random_state
        )
    ]
    rows = SurvivalRows(
        matrix.values[learnt],
        matrix.is_category,
        durations.days[learnt],
        outcome.labels[learnt] == 1,
    )
    with one_thread():
        owners = features.customer_ids.take(pa.array(learnt)).dictionary_encode().indices
        tried, rounds = _try_models(
            rows, owners.to_numpy(), random_state, progress or Silent(), language
        )
        ratios = (
            list_hazard_ratios(matrix.take(learnt), fit_cox(rows, random_state=random_state))
            if matrix.features
            else ()
        )
    rankings = {
        name: Concordance.over(rows.times, rows.has_left, one.risks, rounds)
        for name, one in tried.items()
    }
    horizons = tuple(np.quantile(rows.times[rows.has_left], [0.25, 0.5, 0.75]).tolist())
    results = _describe(rows, tried, rankings, horizons)
    chosen, why = _choose(results)
    models, model_of = _deal_out(
        tried[chosen], chosen, rows, learnt, known=known, random_state=random_state
    )
    curve = measure_curve(durations.days[known], outcome.labels[known] == 1)
    drawn = _draw(models, model_of, matrix.values)
    staying = known[outcome.labels[known] == 0]
    scored = _score(features.customer_ids, durations, known, staying, drawn)
    return SurvivalComparison(
        durations=durations,
        customers=len(known),
        left=int((outcome.labels[known] == 1).sum()),
        curve=curve,
        models=results,
        chosen=chosen,
        why=why,
        echoes=echoes,
        horizons_days=horizons,
        calibration=_calibrate(rows, tried[chosen], horizons[1]),
        hazard_ratios=ratios,
        scored=scored,
        note=_NOTE_AT_START if is_at_start else _NOTE,
        explainer=StayExplainer(
            features.customer_ids,
            matrix,
            models,
            model_of,
            outcome.phrases,
            Peers.of(matrix.take(learnt), outcome.labels[learnt]),
            find_alike(matrix.take(learnt)),
            curve,
            scored,
            staying,
        ),
    )


def _check_shapes(features: FeatureTable, durations: Durations, outcome: Outcome) -> None:
    sizes = {len(features), len(durations.values), len(outcome.labels)}
    if len(sizes) > 1:
        raise InvalidParameterError(
            en=f"There are {len(durations.values)} durations and {len(outcome.labels)} labels for"
            f" {len(features)} customers. Give one of each for every customer.",
            ru=f"Длительностей {len(durations.values)}, меток {len(outcome.labels)}, а клиентов"
            f" {len(features)}. Дайте по одной на каждого клиента.",
        )
    known = ~np.isnan(durations.values) & ~np.isnan(outcome.labels)
    left = int((outcome.labels[known] == 1).sum())
    if left < _FOLDS:
        raise QualityError(
            en=f"Of the {int(known.sum())} customers with a duration {left} have left; at least {_FOLDS}"
            " are needed. Load more customers or a longer period.",
            ru=f"Из клиентов с длительностью ({int(known.sum())}) ушли {left}, а нужно хотя бы {_FOLDS}."
            " Загрузите больше клиентов или больший период.",
        )


def _try_models(
    rows: SurvivalRows,
    owners: NDArray[np.int64],
    random_state: int,
    watched: Progress,
    language: Language,
) -> tuple[dict[SurvivalModelName, _Tried], list[NDArray[np.int64]]]:
    """Every model in the same folds, all rows of one of `owners` together, and the rows of each fold."""
    has_features = bool(rows.X.shape[1])
    groups = join_groups(
        owners, group_identical_rows(np.column_stack([rows.X, rows.times, rows.has_left]))
    )
    parts = deal_rounds(_spread(rows), groups, n_folds=_FOLDS, random_state=random_state)
    names = list(FITTERS) if has_features else ["kaplan_meier"]
    tried = {name: _Tried(np.zeros(len(rows.times))) for name in FITTERS if name in names}
    with watched.stage(_COMPARING.to(language), total=len(parts) * len(tried)) as stage:
        for part in parts:
            learn, test = np.flatnonzero(part.learn), np.flatnonzero(part.test)
            learning = rows.take(learn)
            for name, one in tried.items():
                started = time.monotonic()
                model = FITTERS[name](learning, random_state=random_state)
                one.models.append(model)
                one.risks[test] = model.risks(rows.X[test])
                one.curves.append((test, model.curves(rows.X[test])))
                one.seconds += (time.monotonic() - started) / len(parts)
                watched.check()
                stage.advance()
    return tried, [np.flatnonzero(part.test) for part in parts]


def _spread(rows: SurvivalRows) -> NDArray[np.float64]:
    """What the folds shall hold equal shares of: who left; where nearly all did, the longer half."""
    stayed = int((~rows.has_left).sum())
    is_spread = rows.has_left if stayed >= _FOLDS else rows.times > np.median(rows.times)
    return is_spread.astype(np.float64)


def _describe(
    rows: SurvivalRows,
    tried: dict[SurvivalModelName, _Tried],
    rankings: dict[SurvivalModelName, Concordance],
    horizons: tuple[float, ...],
) -> tuple[SurvivalResult, ...]:
    best = max(rankings.values(), key=lambda ranking: ranking.mean)
    results = []
    for name, one in tried.items():
        behind, error = best.minus(rankings[name])
        brier = tuple(
            censored_brier_score(rows.times, rows.has_left, _stay_until(one, horizon), horizon)
            for horizon in horizons
        )
        interval = rankings[name].interval()
        results.append(
            SurvivalResult(name, TITLES[name], interval, behind, error, brier, one.seconds)
        )
    return tuple(results)


def _stay_until(one: _Tried, horizon: float) -> NDArray[np.float64]:
    """The probability of being there at a horizon; beyond the grid that of its end."""
    staying = np.empty(len(one.risks))
    for rows, curves in one.curves:
        asked = np.full(len(rows), min(horizon, float(curves.times[-1])))
        staying[rows] = curves.at(asked)
    return staying


def _choose(results: tuple[SurvivalResult, ...]) -> tuple[SurvivalModelName, Wording]:
    """The one-standard-error rule, as for models of churn."""
    best = max(results, key=lambda result: result.c_index.mean)
    chosen = next(result for result in results if result.behind <= result.behind_error)
    figure, top = _format(chosen.c_index.mean), _format(best.c_index.mean)
    if len(results) == 1:
        return chosen.name, Wording(
            en="There are no features to tell customers apart by: one curve stands for all.",
            ru="Нет признаков, по которым клиенты различались бы: кривая одна на всех.",
        )
    if chosen.name == "kaplan_meier":
        return chosen.name, Wording(
            en="No model ranks customers better than chance by more than the standard error of that: one"
            " curve stands for all.",
            ru="Ни одна модель не расставляет клиентов лучше случайности больше чем на стандартную ошибку"
            " этого: кривая одна на всех.",
        )
    if chosen.name == best.name:
        return chosen.name, Wording(
            en=f"{chosen.title.en}: the highest C-index, {figure.en}, and no simpler model is within the"
            " standard error of the difference.",
            ru=f"{chosen.title.ru}: наибольший C-индекс, {figure.ru}, и более простые модели отстают"
            " больше чем на стандартную ошибку разности.",
        )
    return chosen.name, Wording(
        en=f"{chosen.title.en}: with a C-index of {figure.en} it is the simplest model that the best"
        f" ({best.title.en}, {top.en}) does not beat by more than the standard error of the difference.",
        ru=f"{chosen.title.ru}: C-индекс {figure.ru}, и это самая простая модель, которую лучшая"
        f" ({best.title.ru}, {top.ru}) превосходит не больше чем на стандартную ошибку разности.",
    )


def _calibrate(rows: SurvivalRows, one: _Tried, horizon: float) -> tuple[CalibrationGroup, ...]:
    """Five groups of equal size by what was predicted, each with its own Kaplan-Meier curve."""
    leaving = 1 - _stay_until(one, horizon)
    limits = np.quantile(leaving, np.linspace(0, 1, _GROUPS + 1)[1:-1])
    group_of = np.searchsorted(np.unique(limits), leaving, side="left")
    groups = []
    for group in np.unique(group_of):
        inside = group_of == group
        curve = measure_curve(rows.times[inside], rows.has_left[inside])
        past = [point for point in curve.points if point.days <= horizon]
        share, low, high = (past[-1].share, past[-1].low, past[-1].high) if past else (1.0,) * 3
        groups.append(
            CalibrationGroup(
                int(inside.sum()), float(leaving[inside].mean()), 1 - share, 1 - high, 1 - low
            )
        )
    return tuple(groups)


def _deal_out(
    one: _Tried,
    chosen: SurvivalModelName,
    rows: SurvivalRows,
    learnt: NDArray[np.int64],
    *,
    known: NDArray[np.int64],
    random_state: int,
) -> tuple[list[SurvivalModel], NDArray[np.int64]]:
    """Models, and by which of them each customer is told: one that was not shown them; -1 for none."""
    models, model_of = list(one.models), np.full(int(known.max()) + 1, -1)
    for place, (part, _) in enumerate(one.curves):
        model_of[learnt[part]] = place
    rest = np.setdiff1d(known, learnt)
    if len(rest):
        # Of very many customers a sample was learnt from; the others are told by a model of all of it.
        model_of[rest] = len(models)
        with one_thread():
            models.append(FITTERS[chosen](rows, random_state=random_state))
    return models, model_of


def _draw(
    models: Sequence[SurvivalModel], model_of: NDArray[np.int64], X: NDArray[np.float64]
) -> Iterator[tuple[NDArray[np.int64], CustomerCurves]]:
    """Numbers of customers and their curves, some at a time."""
    for place, model in enumerate(models):
        own = np.flatnonzero(model_of == place)
        for start in range(0, len(own), _SCORED_AT_ONCE):
            part = own[start : start + _SCORED_AT_ONCE]
            with one_thread():
                yield part, model.curves(X[part])


def _score(
    customer_ids: pa.Array,
    durations: Durations,
    known: NDArray[np.int64],
    staying: NDArray[np.int64],
    curves: Iterable[tuple[NDArray[np.int64], CustomerCurves]],
) -> pa.Table:
    """How likely who is still there will leave, and in how much time half of those like them have."""
    days = durations.days
    longest = float(days[known].max())
    within = [day for day in _WITHIN_DAYS if DAYS[durations.unit] * 0.9 <= day <= longest]
    figures = np.full((len(days), len(within) + 1), np.nan)
    for own, drawn in curves:
        figures[own, :-1] = np.column_stack(
            [drawn.leave_within(days[own], day) for day in within] or [np.empty((len(own), 0))]
        )
        figures[own, -1] = drawn.median_left(days[own])
    columns: dict[str, pa.Array] = {
        "customer_id": customer_ids.take(pa.array(staying)),
        "duration_days": pa.array(days[staying]),
    }
    for place, day in enumerate(within):
        columns[f"leaves_within_{day}_days"] = _as_column(figures[staying, place])
    columns["median_days_left"] = _as_column(figures[staying, -1])
    return pa.table(columns)


def _as_column(figures: NDArray[np.float64]) -> pa.Array:
    return pa.array(figures, mask=~np.isfinite(figures))


def _format(figure: float) -> Wording:
    text = f"{figure:.3f}"
    return Wording(en=text, ru=text.replace(".", ","))
