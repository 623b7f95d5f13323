"""The chosen model looked at closer: learnt from fewer customers, and group by group."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.intervals import Interval, bootstrap_interval
from regulars.evaluate.ranking import RankingQuality
from regulars.evaluate.splits import Round
from regulars.predictions.comparing.say_standings import say_more
from regulars.predictions.comparing.standings import GroupQuality, LearningPoint
from regulars.predictions.comparing.validation import Trial, fit_model
from regulars.predictions.families.names import ModelName
from regulars.predictions.fitting.training import TrainingRows
from regulars.schema.wording import Wording

__all__ = ["LEARNT_SHARES", "choose_rounds", "learn_from_less", "measure_group", "measure_groups"]

LEARNT_SHARES = (0.125, 0.25, 0.5)
"""Parts of the customers that the chosen model is learnt from beside all of them."""

_FEWEST_TO_LEARN = 30
_FEWEST_TO_RANK = 10
_MOST_ROUNDS = 2


def choose_rounds(n_rounds: int) -> tuple[int, ...]:
    """Numbers of the rounds in which less is learnt from: two at most, far apart."""
    return tuple(sorted({0, n_rounds // 2}))[:_MOST_ROUNDS]


def learn_from_less(
    chosen: ModelName,
    whole: Trial,
    rows: TrainingRows,
    rounds: Sequence[Round],
    *,
    random_state: int,
    advance: Callable[[], None],
) -> tuple[tuple[LearningPoint, ...], Wording | None]:
    """The learning curve of a model, and whether more customers would help.

    Parameters
    ----------
    chosen
        Name of the model.
    whole
        The same learnt from everybody, in all rounds.
    rows, rounds
        What is learnt from and tested, and when.
    random_state
        Of who is left out; customers leave with all their rows.
    advance
        Told of every fit.
    """
    places = choose_rounds(len(rounds))
    rankings: dict[float, RankingQuality] = {}
    sizes: dict[float, int] = {}
    drawn = np.random.default_rng(random_state).random(int(rows.groups.max()) + 1)[rows.groups]
    for share in LEARNT_SHARES:
        trial, learnt = Trial(), 0
        for place in places:
            part = rounds[place]
            learn = part.learn & (drawn < share)
            if _count_least(rows.labels[learn]) < _FEWEST_TO_LEARN:
                break
            learnt += int(learn.sum())
            scorer = fit_model(chosen, rows.take(learn), random_state)
            trial.add(rows, Round(learn, part.test), scorer)
            advance()
        if len(trial.tested) == len(places):
            rankings[share], sizes[share] = trial.rank(rows), learnt // len(places)
    full = Trial()
    for place in places:
        full.extend(whole.look_at(place))
    rankings[1.0] = full.rank(rows)
    sizes[1.0] = sum(int(rounds[place].learn.sum()) for place in places) // len(places)
    curve = tuple(
        LearningPoint(share, sizes[share], ranking.interval())
        for share, ranking in rankings.items()
    )
    half = rankings.get(0.5)
    if half is None:
        return curve, None
    gain, error = rankings[1.0].minus(half)
    return curve, say_more(
        half.interval(),
        rankings[1.0].interval(),
        gain,
        error,
        looked_at=len(places),
        rounds=len(rounds),
    )


def measure_groups(
    group: Sequence[str],
    labels: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    customers: NDArray[np.int64],
    *,
    random_state: int,
) -> tuple[GroupQuality, ...]:
    """The model within each group, in the order in which the groups are first met when sorted.

    Parameters
    ----------
    group
        What each tested row belongs to.
    labels, probabilities, customers
        Of the same rows, shape (n_tested,); rows of the same number belong together.
    random_state
        Of the bootstrap.
    """
    names, numbers = np.unique(np.array(group), return_inverse=True)
    return tuple(
        measure_group(
            str(name),
            labels[numbers == number],
            probabilities[numbers == number],
            customers[numbers == number],
            random_state,
        )
        for number, name in enumerate(names)
    )


def measure_group(
    name: str,
    labels: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    customers: NDArray[np.int64],
    random_state: int,
) -> GroupQuality:
    """One group: its name, and labels, probabilities and customers of its tests."""
    ranked: Interval | None = None
    if _count_least(labels) >= _FEWEST_TO_RANK:
        _, own = np.unique(customers, return_inverse=True)
        ranked = RankingQuality.over(
            [(labels, probabilities, own)], n_customers=int(own.max()) + 1
        ).interval()
    came = bootstrap_interval(
        lambda weights: float(weights @ labels / weights.sum()),
        # Drawn without regard to the outcome, for its share is what is asked.
        np.zeros(len(labels)),
        random_state=random_state,
        n_samples=200,
    )
    return GroupQuality(
        name, len(labels), int(labels.sum()), ranked, float(probabilities.mean()), came
    )


def _count_least(labels: NDArray[np.float64]) -> int:
    return int(min((labels == 1).sum(), (labels == 0).sum()))
