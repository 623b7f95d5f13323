"""Who is learnt from and who is tested: at random where there is no time, forward in time else."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.errors import QualityError
from regulars.evaluate.folds import deal_folds

__all__ = ["Round", "deal_rounds", "roll_rounds"]


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """One round: learn from some rows, test on others.

    Attributes
    ----------
    learn, test
        Shape (n_rows,); no row is in both, and rows may be in neither.
    """

    learn: NDArray[np.bool_]
    test: NDArray[np.bool_]


def deal_rounds(
    labels: NDArray[np.float64], groups: NDArray[np.int64], *, n_folds: int, random_state: int
) -> tuple[Round, ...]:
    """Cross-validation: each row is tested once, by what was learnt from the other folds.

    Groups stay whole and folds hold equal shares of the outcome, see `deal_folds`.

    Examples
    --------
    >>> rounds = deal_rounds(np.array([1.0, 0.0] * 4), np.arange(8), n_folds=4, random_state=1)
    >>> [int(part.test.sum()) for part in rounds]
    [2, 2, 2, 2]
    """
    folds = deal_folds(labels, groups, n_folds=n_folds, random_state=random_state)
    return tuple(Round(folds != fold, folds == fold) for fold in range(n_folds))


def roll_rounds(
    labels: NDArray[np.float64],
    cutoff: NDArray[np.int64],
    *,
    known_at: NDArray[np.int64],
    fewest: int,
) -> tuple[Round, ...]:
    """Rolling origin: each later cut-off is tested by what was known before it.

    Parameters
    ----------
    labels
        1 and 0, shape (n_rows,).
    cutoff
        The day number of the cut-off that each row was seen at, shape (n_rows,).
    known_at
        The day number on which the label of each row became known: its horizon is then over. A
        row is learnt from only at cut-offs from that day on, so no label looks past a test's start.
    fewest
        A round needs so many rows of each outcome to learn from and to test.

    Raises
    ------
    QualityError
        When no cut-off can be tested.

    Examples
    --------
    >>> labels, cutoff = np.tile([0.0, 1.0], 3), np.repeat([0, 30, 60], 2)
    >>> rounds = roll_rounds(labels, cutoff, known_at=cutoff + 30, fewest=1)
    >>> [(part.learn.tolist().count(True), part.test.tolist().count(True)) for part in rounds]
    [(2, 2), (4, 2)]
    """
    rounds = []
    for day in np.unique(cutoff):
        part = Round(known_at <= day, cutoff == day)
        if min(_count_least(labels, part.learn), _count_least(labels, part.test)) >= fewest:
            rounds.append(part)
    if not len(cutoff):
        raise QualityError(
            en="No date can be tested: there is no earlier date at which it is known both who was a"
            " customer and what became of them. Load a longer period or choose a shorter horizon.",
            ru="Ни одну дату нельзя проверить: нет более раннего дня, о котором известно и кто был "
            "клиентом, и что с ними стало. Загрузите больший период или выберите горизонт короче.",
        )
    if not rounds:
        n_dates = len(np.unique(cutoff))
        raise QualityError(
            en=f"No date can be tested: of {n_dates} cut-off dates none has at least {fewest} "
            "customers with and without the outcome both known before it and seen after it. Load a "
            "longer period or choose a shorter horizon.",
            ru=f"Ни одну дату нельзя проверить: дат отсчёта {n_dates}, и ни у одной нет хотя бы "
            f"{fewest} клиентов с исходом и {fewest} без него, известных до неё, и стольких же после. "
            "Загрузите больший период или выберите горизонт короче.",
        )
    return tuple(rounds)


def _count_least(labels: NDArray[np.float64], chosen: NDArray[np.bool_]) -> int:
    return int(min((labels[chosen] == 1).sum(), (labels[chosen] == 0).sum()))
