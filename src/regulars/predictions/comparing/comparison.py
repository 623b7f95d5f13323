"""Models compared on equal terms: what they learn from and are tested on, at random or in time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate.costs import ContactCosts
from regulars.evaluate.folds import expects_identical_rows, group_identical_rows
from regulars.features.matrix import FeatureMatrix, encode_features
from regulars.features.table import FeatureTable
from regulars.predictions.comparing.contest import Contest, ContestRows
from regulars.predictions.comparing.plan import limit_rows, plan_at_random, plan_over_time
from regulars.predictions.comparing.results import ChurnComparison
from regulars.predictions.comparing.verdict import say_split, say_split_in_time
from regulars.predictions.families.names import ModelName
from regulars.predictions.fitting.cleaned import spread_plan
from regulars.predictions.fitting.monotone import keep_monotone, lay_out_ways
from regulars.predictions.fitting.roster import EVERYDAY_MODELS
from regulars.predictions.fitting.training import TrainingRows
from regulars.predictions.outcomes.outcome import Outcome
from regulars.progress import Progress
from regulars.quality.cleaning import CleaningPlan
from regulars.schema.wording import Language

__all__ = ["compare_churn_models", "compare_models_over_time", "gather_rows", "keep_together"]

_EPOCH = date(1970, 1, 1).toordinal()


def compare_churn_models(
    features: FeatureTable,
    outcome: Outcome,
    *,
    random_state: int,
    costs: ContactCosts | None = None,
    cleaning: CleaningPlan | None = None,
    progress: Progress | None = None,
    language: Language = "en",
    models: Sequence[ModelName] = EVERYDAY_MODELS,
    monotone: Mapping[str, int] | None = None,
    tuning_seconds: float = 30.0,
) -> ChurnComparison:
    """Models compared on customers they have not seen; the chosen one scores everybody.

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
    models
        Which are compared; those that others are made of are compared too.
    monotone
        By name of a number 1 where the outcome may only become more probable as it rises, -1 where
        only less. Models that cannot be held to that are left out.
    tuning_seconds
        How long each fit of the model `tuned`, if it is compared, may search for its settings.

    Raises
    ------
    QualityError
        When there are no features, or no split in which every part holds both outcomes.
    """
    matrix, known, rows = gather_rows(
        features,
        outcome,
        cleaning=cleaning,
        monotone=monotone,
        random_state=random_state,
        tuning_seconds=tuning_seconds,
    )
    material = ContestRows(
        matrix, known, rows, np.arange(len(features)), features.customer_ids, outcome
    )
    plan = plan_at_random(rows, random_state=random_state)
    split = say_split(int(plan.check.learn.sum()), int(plan.check.test.sum()), rows.groups)
    contest = Contest(
        material,
        plan,
        random_state=random_state,
        costs=costs,
        progress=progress,
        language=language,
        models=keep_monotone(models) if monotone else models,
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
    models: Sequence[ModelName] = EVERYDAY_MODELS,
    monotone: Mapping[str, int] | None = None,
    tuning_seconds: float = 30.0,
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
    random_state, costs, cleaning, progress, language, models, monotone, tuning_seconds
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
        lay_out_ways(matrix, monotone) if monotone else None,
        tuning_seconds,
    )
    outcome = Outcome.gather(
        [outcome for _, outcome in past], [table.customer_ids for table, _ in past]
    )
    scored = np.arange(len(seen), len(stacked))
    as_of = pa.array((days[known] - _EPOCH).astype(np.int32), pa.int32()).cast(pa.date32())
    told = pa.table({"customer_id": owners, "as_of": as_of})
    material = ContestRows(matrix, known, rows, scored, features.customer_ids, outcome, told)
    plan = plan_over_time(
        rows, days[known], known_at=days[known] + waits[known], random_state=random_state
    )
    split = say_split_in_time(plan, days[known], outcome.days_until_known)
    contest = Contest(
        material,
        plan,
        random_state=random_state,
        costs=costs,
        progress=progress,
        language=language,
        models=keep_monotone(models) if monotone else models,
    )
    return contest.run(split)


def gather_rows(
    features: FeatureTable,
    outcome: Outcome,
    *,
    cleaning: CleaningPlan | None = None,
    monotone: Mapping[str, int] | None = None,
    random_state: int,
    tuning_seconds: float = 30.0,
) -> tuple[FeatureMatrix, NDArray[np.int64], TrainingRows]:
    """The matrix of all customers, the numbers of those who may be learnt from, and what is learnt.

    Parameters are those of `compare_churn_models`.
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
        lay_out_ways(matrix, monotone) if monotone else None,
        tuning_seconds,
    )
    return matrix, known, rows


def keep_together(
    rows: TrainingRows, owners: NDArray[np.int64] | None
) -> tuple[TrainingRows, bool, int | None]:
    """The rows with those that stay on one side of every split, and what these are.

    Rows of one customer do, where a customer has several; else rows with identical features, but not
    where customers who are alike in three coarse columns are different customers.

    Returns
    -------
    tuple
        The rows, whether those with identical features stay together, and how many customers they are
        of; None where each row is one.
    """
    if owners is not None:
        known, groups = np.unique(owners, return_inverse=True)
        return replace(rows, groups=groups.astype(np.int64)), False, len(known)
    if expects_identical_rows(rows.X):
        return replace(rows, groups=np.arange(len(rows.labels))), False, None
    return rows, True, None


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
