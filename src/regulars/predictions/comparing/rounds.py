"""Where models are chosen and where they are tested: rounds at random or in order, and within a time."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError, QualityError
from regulars.evaluate.intervals import Interval
from regulars.evaluate.order import RowOrder, forward_rounds, rolling_rounds
from regulars.evaluate.splits import Round, deal_rounds
from regulars.predictions.comparing.standings import Ordering, SplitKind
from regulars.predictions.comparing.validation import Trial, fit_model, fit_models
from regulars.predictions.families.names import ModelName
from regulars.predictions.fitting.roster import EVERYDAY_MODELS, arrange_models, count_fits
from regulars.predictions.fitting.training import TrainingRows
from regulars.progress import Progress
from regulars.schema.wording import Wording

__all__ = [
    "COMPARING",
    "FOLDS",
    "SplitRounds",
    "draw_pilot",
    "fit_budget",
    "lay_rounds",
    "rank_at_random",
    "take_order",
    "watch",
]

FOLDS = 5
"""Into so many customers are dealt where there is no order."""

COMPARING = Wording(en="Comparing models", ru="Сравнение моделей")

_FEW_ROWS, _PILOT_ROWS, _WARMING_ROWS = 5_000, 2_500, 500
"""Of so few customers every model is quick; of more their time is measured on some of them."""
_OF_EACH_OUTCOME = 30
"""Models are calibrated in folds, which need several of each; one in 300 would be too few in a pilot."""
_GROWTH = 0.5
"""Ten times as many rows take about three times as long: of 10,000 one inner fold is fitted, not three."""


@dataclass(frozen=True, slots=True)
class SplitRounds:
    """Where a model is chosen, and where all are tested; the same rounds when dealt at random."""

    choosing: tuple[Round, ...]
    testing: tuple[Round, ...]

    def list_parts(self) -> list[Round]:
        """Every round once."""
        return list({id(part): part for part in (*self.choosing, *self.testing)}.values())


def take_order(
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


def lay_rounds(
    labels: NDArray[np.float64],
    groups: NDArray[np.int64],
    order: Ordering | None,
    split: SplitKind,
    gap: float,
    *,
    random_state: int,
) -> SplitRounds:
    """The rounds of a split.

    Parameters
    ----------
    labels
        1 and 0, or the numbers of several classes: all of them are in every round.
    groups
        Rows of the same number stay together.
    order, split, gap, random_state
        As in `rank_models`.

    Raises
    ------
    QualityError
        When too few of each outcome can be tested in order.
    """
    if order is None:
        folds = deal_rounds(labels, groups, n_folds=FOLDS, random_state=random_state)
        return SplitRounds(folds, folds)
    placed = RowOrder(order.values, groups, labels, gap)
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
    return SplitRounds(choosing, tests)


def fit_budget(
    rows: TrainingRows,
    rounds: SplitRounds,
    models: tuple[ModelName, ...],
    budget_seconds: float,
    *,
    random_state: int,
) -> tuple[ModelName, ...]:
    """The models that there is time for, by how long they take on some of the rows; slowest out first.

    Of those that `analyze` compares every day half the time counts, and the simplest never goes.
    """
    if len(rows.labels) <= _FEW_ROWS:
        return models
    first = np.flatnonzero(rounds.choosing[0].learn)
    drawn = draw_pilot(np.random.default_rng(random_state).permutation(first), rows.labels)
    seconds: dict[ModelName, float] = {}
    # The first time libraries are loaded, too; that is not counted.
    for n_rows in (_WARMING_ROWS, len(drawn)):
        chosen = np.zeros(len(rows.labels), dtype=bool)
        chosen[drawn[:n_rows]] = True
        pilot = fit_models(rows.take(chosen), random_state, lambda: None, models=models)
        # What is made of others takes no time of its own.
        seconds = {name: took if count_fits([name]) == 1 else 0.0 for name, _, took in pilot}
    sizes = np.array([part.learn.sum() for part in rounds.list_parts()])
    times = float(((sizes / len(drawn)) ** _GROWTH).sum())
    kept = models
    while len(kept) > 1 and times * sum(seconds[name] for name in kept) > budget_seconds:
        slowest = max(
            kept[1:], key=lambda name: seconds[name] * (1 if name in EVERYDAY_MODELS else 2)
        )
        # A model that is made of it goes, too.
        kept = tuple(name for name in kept if slowest not in arrange_models([name]))
    return kept


def draw_pilot(shuffled: NDArray[np.int64], labels: NDArray[np.float64]) -> NDArray[np.int64]:
    """The rows to try models on, those first of which even a few have every outcome several times."""
    few = [
        shuffled[labels[shuffled] == outcome][:_OF_EACH_OUTCOME]
        for outcome in np.unique(labels[shuffled])
    ]
    ahead = np.concatenate(few)
    return np.concatenate([ahead, shuffled[~np.isin(shuffled, ahead)]])[:_PILOT_ROWS]


def watch(advance: Callable[[], None], watched: Progress) -> Callable[[], None]:
    """Tells a stage of a fit, and asks whether to stop."""

    def tell() -> None:
        advance()
        watched.check()

    return tell


def rank_at_random(
    chosen: ModelName, rows: TrainingRows, random_state: int, advance: Callable[[], None]
) -> Interval:
    """What random folds would have said of the same model on the same rows."""
    trial = Trial()
    for part in deal_rounds(rows.labels, rows.groups, n_folds=FOLDS, random_state=random_state):
        trial.add(rows, part, fit_model(chosen, rows.take(part.learn), random_state))
        advance()
    return trial.rank(rows).interval()
