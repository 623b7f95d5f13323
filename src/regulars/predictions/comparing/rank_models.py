"""All suitable models compared on one split, at random or in order, and the chosen one looked at closer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate.calibration import measure_calibration
from regulars.evaluate.costs import ContactCosts
from regulars.evaluate.folds import expects_identical_rows
from regulars.evaluate.gains import Gain, measure_gains
from regulars.evaluate.intervals import Interval
from regulars.evaluate.order import RowOrder, forward_rounds, rolling_rounds
from regulars.evaluate.profit import CampaignPrices, measure_maximum_profit
from regulars.evaluate.ranking import RankingQuality
from regulars.evaluate.savings import CustomerCosts, measure_savings
from regulars.evaluate.splits import Round, deal_rounds
from regulars.evaluate.threads import one_thread
from regulars.features.table import FeatureTable
from regulars.predictions.comparing.alarms import find_alarms
from regulars.predictions.comparing.comparison import gather_rows
from regulars.predictions.comparing.learning import (
    LEARNT_SHARES,
    choose_rounds,
    learn_from_less,
    measure_groups,
)
from regulars.predictions.comparing.results import Quality
from regulars.predictions.comparing.say_standings import (
    say_chosen_before,
    say_folds,
    say_gap,
    say_in_order,
)
from regulars.predictions.comparing.scorecard import choose_model
from regulars.predictions.comparing.standings import Ordering, SplitKind, Standings
from regulars.predictions.comparing.validation import (
    Trial,
    compare_trials,
    fit_model,
    fit_models,
    measure_quality,
    try_models,
)
from regulars.predictions.comparing.verdict import say_quality
from regulars.predictions.families.names import ModelName
from regulars.predictions.fitting.roster import (
    EVERYDAY_MODELS,
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

_FOLDS = 5
_FEW_ROWS, _PILOT_ROWS, _WARMING_ROWS = 5_000, 2_500, 500
"""Of so few customers every model is quick; of more their time is measured on some of them."""
_GROWTH = 0.5
"""Ten times as many rows take about three times as long: of 10,000 one inner fold is fitted, not three."""

_COMPARING = Wording(en="Comparing models", ru="Сравнение моделей")
_LOOKING = Wording(en="Looking at the chosen model", ru="Проверка выбранной модели")


@dataclass(frozen=True, slots=True)
class _Rounds:
    """Where a model is chosen, and where all are tested; the same rounds when dealt at random."""

    choosing: tuple[Round, ...]
    testing: tuple[Round, ...]


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
    cleaning: CleaningPlan | None = None,
    random_state: int,
    progress: Progress | None = None,
    language: Language = "en",
) -> Standings:
    """Compare models on customers they have not seen, by the split that is asked for.

    Everything that is learnt (what stands in for gaps, scaling, intervals, penalties, the number of trees,
    calibration) is learnt from the rows that teach in each round. Rows with identical features are
    never on both sides, unless the columns allow so few values that this is no wonder. In order a model is chosen on rows that stand before those it is judged on,
    and the chosen one is tested in random folds too, so that the difference is seen.

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
    cleaning
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
        features, outcome, cleaning=cleaning, random_state=random_state
    )
    has_natural_twins = expects_identical_rows(rows.X)
    if has_natural_twins:
        # Customers who are alike in three coarse columns are different customers.
        rows = replace(rows, groups=np.arange(len(rows.labels)))
    order = _take_order(ordering, split, known)
    rounds = _deal(rows, order, split, gap, random_state)
    watched = progress or Silent()
    wanted = arrange_models(models if models is not None else list_installed())
    costs, prices = costs or ContactCosts(), prices or CampaignPrices()
    with one_thread():
        asked = wanted
        if budget_seconds is not None and len(rows.labels) > _FEW_ROWS:
            wanted = _fit_budget(rows, rounds, asked, budget_seconds, random_state)
        n_rounds = len({id(part) for part in (*rounds.choosing, *rounds.testing)})
        with watched.stage(_COMPARING.to(language), total=count_fits(wanted) * n_rounds) as stage:
            advance = _watch(stage.advance, watched)
            choosing = try_models(
                rows, rounds.choosing, random_state=random_state, advance=advance, models=wanted
            )
            chosen, reason = choose_model(
                compare_trials(choosing, rows, costs=costs, random_state=random_state)
            )
            tests = choosing
            if order is not None:
                reason = say_chosen_before(reason)
                tests = try_models(
                    rows, rounds.testing, random_state=random_state, advance=advance, models=wanted
                )
        results = compare_trials(tests, rows, costs=costs, random_state=random_state)
        trial = tests[chosen]
        tested, said = trial.pool()
        labels, owners = rows.labels[tested], rows.groups[tested]
        quality = _judge(trial, rows, outcome, costs, random_state)
        best = next(result for result in results if result.name == chosen)
        n_fits = len(LEARNT_SHARES) * len(choose_rounds(len(rounds.testing)))
        with watched.stage(
            _LOOKING.to(language), total=n_fits + (_FOLDS if order is not None else 0)
        ) as stage:
            advance = _watch(stage.advance, watched)
            learning, said_more = learn_from_less(
                chosen, trial, rows, rounds.testing, random_state=random_state, advance=advance
            )
            at_random = (
                _test_at_random(chosen, rows, random_state, advance) if order is not None else None
            )
        together = _join_tests(tests, rows) if split == "rolling" else {}
        return Standings(
            outcome=outcome,
            base_rate=float(rows.labels.mean()),
            n=len(rows.labels),
            split=split,
            said_split=say_folds(len(rows.labels), _FOLDS, keeps_twins=not has_natural_twins)
            if order is None
            else say_in_order(split, rounds.testing, order, gap, rows.labels),
            rounds=len(rounds.testing),
            models=results,
            together=together,
            chosen=chosen,
            reason=reason,
            quality=quality,
            threshold=costs.threshold,
            capacity=_measure_capacity(labels, said, capacity, owners, random_state),
            calibration=measure_calibration(
                labels, said, customers=owners, random_state=random_state
            ),
            profit=measure_maximum_profit(
                labels, said, prices, customers=owners, random_state=random_state, n_samples=100
            ),
            alarms=tuple(
                alarm
                for alarm in find_alarms(
                    matrix, rows, best, quality, None, random_state=random_state
                )
                # In order the customers of another time differ, too; the gap is told beside the figures.
                if order is None or alarm.kind != "overfitting"
            ),
            savings=measure_savings(
                labels,
                said,
                customer_costs.take(known[tested]),
                customers=owners,
                random_state=random_state,
            )
            if customer_costs is not None
            else None,
            after_choosing=_test_choosing(tests, rows) if order is None else None,
            at_random=at_random,
            said_gap=say_gap(
                at_random,
                best.roc_auc,
                together=together.get(chosen),
                blind=together.get("baseline"),
            )
            if at_random is not None
            else None,
            learning=learning,
            said_more=said_more,
            groups=measure_groups(
                [groups[number] for number in known[tested]],
                labels,
                said,
                owners,
                random_state=random_state,
            )
            if groups is not None
            else (),
            left_out=tuple(name for name in asked if name not in wanted),
        )


def _watch(advance: Callable[[], None], watched: Progress) -> Callable[[], None]:
    def tell() -> None:
        advance()
        watched.check()

    return tell


def _take_order(
    ordering: Ordering | None, split: SplitKind, known: NDArray[np.int64]
) -> Ordering | None:
    """The order of those who are learnt from; None where the split does not look at it."""
    if split == "stratified":
        return None
    if ordering is None:
        raise InvalidParameterError(
            en=f"The split '{split}' needs to know which rows are earlier. Name a column: --order-by COLUMN.",
            ru=f"Для деления «{split}» нужно знать, какие строки раньше. Назовите столбец: --order-by "
            "СТОЛБЕЦ.",
        )
    return Ordering(ordering.name, ordering.values[known], ordering.unit)


def _deal(
    rows: TrainingRows, order: Ordering | None, split: SplitKind, gap: float, random_state: int
) -> _Rounds:
    if order is None:
        folds = deal_rounds(rows.labels, rows.groups, n_folds=_FOLDS, random_state=random_state)
        return _Rounds(folds, folds)
    placed = RowOrder(order.values, rows.groups, rows.labels, gap)
    if split == "time":
        choosing, last = forward_rounds(placed)
        tests: tuple[Round, ...] = (last,) if last is not None else ()
    else:
        choosing, tests = rolling_rounds(placed)
    if not choosing or not tests:
        raise QualityError(
            en=f"Too few rows to test in order: of {placed.n} rows with a place in it no stretch has "
            f"{placed.fewest} customers with and without the outcome before it and in it. Load more, leave a "
            "smaller gap, or take --split stratified.",
            ru=f"Слишком мало строк, чтобы проверять по порядку: из {placed.n} строк с местом в нём нет "
            f"отрезка, до которого и в котором есть хотя бы по {placed.fewest} клиентов с исходом и без "
            "него. Загрузите больше, оставьте меньший промежуток или возьмите --split stratified.",
        )
    return _Rounds(choosing, tests)


def _fit_budget(
    rows: TrainingRows,
    rounds: _Rounds,
    models: tuple[ModelName, ...],
    budget_seconds: float,
    random_state: int,
) -> tuple[ModelName, ...]:
    """The models that there is time for, by how long they take on some of the rows; slowest out first.

    Of those that `analyze` compares every day half the time counts, and the simplest never goes.
    """
    first = np.flatnonzero(rounds.choosing[0].learn)
    drawn = np.random.default_rng(random_state).permutation(first)[:_PILOT_ROWS]
    seconds: dict[ModelName, float] = {}
    # The first time libraries are loaded, too; that is not counted.
    for n_rows in (_WARMING_ROWS, len(drawn)):
        chosen = np.zeros(len(rows.labels), dtype=bool)
        chosen[drawn[:n_rows]] = True
        pilot = fit_models(rows.take(chosen), random_state, lambda: None, models=models)
        # What is made of others takes no time of its own.
        seconds = {name: took if count_fits([name]) == 1 else 0.0 for name, _, took in pilot}
    parts = {id(part): part for part in (*rounds.choosing, *rounds.testing)}
    sizes = np.array([part.learn.sum() for part in parts.values()])
    times = float(((sizes / len(drawn)) ** _GROWTH).sum())
    kept = models
    while len(kept) > 1 and times * sum(seconds[name] for name in kept) > budget_seconds:
        slowest = max(
            kept[1:], key=lambda name: seconds[name] * (1 if name in EVERYDAY_MODELS else 2)
        )
        # A model that is made of it goes, too.
        kept = tuple(name for name in kept if slowest not in arrange_models([name]))
    return kept


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


def _test_at_random(
    chosen: ModelName, rows: TrainingRows, random_state: int, advance: Callable[[], None]
) -> Interval:
    """What random folds would have said of the same model on the same rows."""
    trial = Trial()
    for part in deal_rounds(rows.labels, rows.groups, n_folds=_FOLDS, random_state=random_state):
        trial.add(rows, part, fit_model(chosen, rows.take(part.learn), random_state))
        advance()
    return trial.rank(rows).interval()


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


def _measure_capacity(
    labels: NDArray[np.float64],
    said: NDArray[np.float64],
    share: float,
    customers: NDArray[np.int64],
    random_state: int,
) -> Gain:
    (gain,) = measure_gains(
        labels, said, shares=(share,), customers=customers, random_state=random_state
    )
    return gain
