"""Who is learnt from and who is tested: the rounds in which models are compared, judged, checked."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.folds import deal_folds
from regulars.evaluate.splits import Round, deal_rounds, roll_rounds
from regulars.predictions.fitting.training import TrainingRows

__all__ = ["Plan", "limit_rows", "plan_at_random", "plan_over_time"]

_FOLDS = 5
_REPEATS = 3
_MANY_ROWS = 20_000
"""From here on one deal of the folds says enough."""

_ENOUGH_ROUNDS = 2
"""Of many customers so many of the five folds tell which model is better."""

_MOST_ROWS = 100_000
"""More customers than that teach these models nothing new, and cost hours."""

_MOST_TESTED = 6
"""Later cut-offs are nearer to today, and learn from more; earlier ones would say less for the time."""

_MOST_CELLS = 10_000_000
"""Of more than a hundred features fewer customers are learnt from, for the same reason."""

FEWEST_IN_ROUND = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """The rounds of a comparison.

    Attributes
    ----------
    choosing
        Where all models are compared; the rows of `check.test` are not in them.
    check
        The hold-out: tested once, by the model that was chosen without it.
    repeats
        Where the chosen model is judged, every labelled row that can be tested once a repeat.
    """

    choosing: tuple[Round, ...]
    check: Round
    repeats: tuple[tuple[Round, ...], ...]


def plan_at_random(rows: TrainingRows, *, random_state: int) -> Plan:
    """A fifth is the hold-out, the rest is dealt into five folds; all of it three times to judge.

    Of more than 20,000 customers two of the five folds are tested to choose, and all is dealt once.
    """
    is_plenty = len(rows.labels) > _MANY_ROWS
    n_repeats = 1 if is_plenty else _REPEATS
    repeats = tuple(
        deal_rounds(rows.labels, rows.groups, n_folds=_FOLDS, random_state=random_state + repeat)
        for repeat in range(n_repeats)
    )
    check = repeats[0][0]
    choosing = _deal_within(rows, check.learn, random_state + _REPEATS)
    return Plan(choosing[: _ENOUGH_ROUNDS if is_plenty else _FOLDS], check, repeats)


def plan_over_time(
    rows: TrainingRows,
    cutoff: NDArray[np.int64],
    *,
    known_at: NDArray[np.int64],
    random_state: int,
) -> Plan:
    """The last cut-off is the hold-out; models are compared at the five before it.

    Where only one cut-off can be tested, they are compared in five folds of what was known before
    it, a customer's rows together.

    Raises
    ------
    QualityError
        When no cut-off can be tested.
    """
    rounds = roll_rounds(rows.labels, cutoff, known_at=known_at, fewest=FEWEST_IN_ROUND)
    rounds = rounds[-_MOST_TESTED:]
    *earlier, check = rounds
    choosing = tuple(earlier) or _deal_within(rows, check.learn, random_state)
    return Plan(choosing, check, (rounds,))


def limit_rows(
    known: NDArray[np.int64], *, n_features: int, random_state: int
) -> NDArray[np.int64]:
    """At most 100,000 of the rows `known`, and ten million cells, drawn at random, in their order."""
    most = max(_MANY_ROWS, min(_MOST_ROWS, _MOST_CELLS // max(n_features, 1)))
    if len(known) <= most:
        return known
    generator = np.random.default_rng(random_state)
    return np.sort(generator.choice(known, most, replace=False))


def _deal_within(
    rows: TrainingRows, chosen: NDArray[np.bool_], random_state: int
) -> tuple[Round, ...]:
    """Five folds of the `chosen` rows."""
    inside = rows.take(chosen)
    folds = np.full(len(rows.labels), -1)
    folds[chosen] = deal_folds(
        inside.labels, inside.groups, n_folds=_FOLDS, random_state=random_state
    )
    return tuple(Round(chosen & (folds != fold), folds == fold) for fold in range(_FOLDS))
