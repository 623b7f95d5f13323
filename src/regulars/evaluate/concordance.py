"""Harrell's C-index: whether those who left sooner were ranked as being at more risk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from regulars.errors import QualityError
from regulars.evaluate.intervals import Interval

__all__ = ["Concordance", "concordance_index"]

_Z = 1.959963984540054
"""97.5 % of a normal distribution lie below it."""


@dataclass(frozen=True, slots=True, eq=False)
class Concordance:
    """Harrell's C-index over rounds of testing, with what each customer adds to its error.

    A pair can be compared when it is known who left first: one left, and the other one was still
    there then, or was last seen still there on the very same day (Harrell et al. 1982,
    doi:10.1001/jama.1982.03320430047030). It counts 1 when the one who left first has the higher
    risk, and 1/2 when both risks are equal. Pairs are made within a round only: risks of models that
    learnt from different customers are not on one scale.

    Attributes
    ----------
    mean
        The share of the pairs that are in order: 1/2 by chance, 1 at best.
    pairs
        How many pairs could be compared.
    influence
        Per customer; the sum of squares is the variance of `mean`. A pair counts for both of its
        customers (the first term of Hoeffding's projection of a ratio of two U-statistics).

    Examples
    --------
    >>> durations, left = np.array([1.0, 2.0, 3.0, 3.0]), np.array([True, True, True, False])
    >>> found = concordance_index(durations, left, np.array([9.0, 5.0, 5.0, 1.0]))
    >>> found.mean, found.pairs
    (0.9166666666666666, 6)
    """

    mean: float
    pairs: int
    influence: NDArray[np.float64]

    @classmethod
    def over(
        cls,
        durations: NDArray[np.float64],
        has_left: NDArray[np.bool_],
        risks: NDArray[np.float64],
        rounds: Sequence[NDArray[np.int64]],
    ) -> Self:
        """From the customers tested in each of `rounds`, as row numbers of the other arguments.

        Raises
        ------
        QualityError
            When no two customers can be compared.
        """
        found, pairs = np.zeros(len(durations)), np.zeros(len(durations))
        for rows in rounds:
            own = _count_pairs(durations[rows], has_left[rows], risks[rows])
            found[rows] += own[0]
            pairs[rows] += own[1]
        total = float(pairs.sum()) / 2
        if total == 0:
            raise QualityError(
                en="Of no two customers it is known who left first: nobody was there longer than one"
                " who left. Load customers who stayed, or a longer time.",
                ru="Ни о каких двух клиентах не известно, кто ушёл раньше: никто не пробыл дольше тех,"
                " кто ушёл. Загрузите оставшихся клиентов или больший период.",
            )
        mean = float(found.sum()) / 2 / total
        return cls(mean, int(total), (found - mean * pairs) / total)

    @property
    def standard_error(self) -> float:
        """Of the mean."""
        return float(np.sqrt(np.sum(self.influence**2)))

    def interval(self) -> Interval:
        """The mean with its 95 % interval."""
        half = _Z * self.standard_error
        return Interval(self.mean, max(self.mean - half, 0.0), min(self.mean + half, 1.0))

    def minus(self, other: "Concordance") -> tuple[float, float]:
        """How much higher this one is on the same pairs, and the standard error of that."""
        error = float(np.sqrt(np.sum((self.influence - other.influence) ** 2)))
        return self.mean - other.mean, error


def concordance_index(
    durations: NDArray[np.float64], has_left: NDArray[np.bool_], risks: NDArray[np.float64]
) -> Concordance:
    """The C-index of one set of customers, exact, in O(n log n).

    Parameters
    ----------
    durations
        How long each customer was there, shape (n_customers,).
    has_left
        Whether they left at the end of it, or were last seen still there, shape (n_customers,).
    risks
        More of it should mean leaving sooner, shape (n_customers,).

    Raises
    ------
    QualityError
        When no two customers can be compared.
    """
    return Concordance.over(durations, has_left, risks, [np.arange(len(durations))])


def _count_pairs(
    durations: NDArray[np.float64], has_left: NDArray[np.bool_], risks: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each customer the pairs in order that they are part of, and all of their pairs."""
    # Who left on a day comes before those who were last seen on it.
    turn = np.unique(np.stack([durations, ~has_left], axis=1), axis=0, return_inverse=True)[1]
    turn = turn.ravel().astype(np.int64)
    everybody = np.ones(len(turn), dtype=bool)
    low, equal, after = _count_below(-turn, risks, everybody)
    found = np.where(has_left, low + equal / 2, 0.0)
    pairs = np.where(has_left, after, 0.0)
    high, same, before = _count_below(turn, -risks, has_left)
    return found + high + same / 2, pairs + before


def _count_below(
    key: NDArray[np.int64], value: NDArray[np.float64], counted: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], ...]:
    """For each row the counted rows of a smaller key: with a smaller value, an equal one, all."""
    # Of equal keys the larger values come first, so that none of a smaller value stands before.
    by_key = np.lexsort((-value, key))
    place = np.empty(len(key), dtype=np.int64)
    place[by_key] = np.arange(len(key))
    # Of equal values the later places come first, for the same reason.
    by_value = np.lexsort((-place, value))
    below = np.empty(len(key))
    below[by_key] = _count_smaller_before(place[by_value], counted[by_value])
    return below, _count_earlier(key, value, counted), _count_earlier(key, None, counted)


def _count_earlier(
    key: NDArray[np.int64], value: NDArray[np.float64] | None, counted: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """For each row the counted rows of a smaller key, of the same value where there is one."""
    group = np.zeros(len(key), dtype=np.int64)
    if value is not None:
        group = np.unique(value, return_inverse=True)[1].ravel().astype(np.int64)
    order = np.lexsort((key, group))
    before = np.concatenate([[0.0], np.cumsum(counted[order])])
    group, key = group[order], key[order]
    starts = np.ones(len(key), dtype=bool)
    starts[1:] = group[1:] != group[:-1]
    changes = starts.copy()
    changes[1:] |= key[1:] != key[:-1]
    first = np.flatnonzero(starts)[np.cumsum(starts) - 1]
    own = np.flatnonzero(changes)[np.cumsum(changes) - 1]
    earlier = np.empty(len(key))
    earlier[order] = before[own] - before[first]
    return earlier


def _count_smaller_before(
    sequence: NDArray[np.int64], counted: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """For each number of a permutation, by number, the smaller counted ones that stand before it.

    The numbers are parted by their bits, the highest first: at each bit, the ones of a part wait
    behind as many of its zeros as stood before them. A pass over all numbers for each bit.
    """
    size = len(sequence)
    smaller = np.zeros(size)
    numbers, marks = sequence, counted.astype(np.float64)
    for bit in reversed(range(max(size - 1, 1).bit_length())):
        is_high = (numbers >> bit) & 1 == 1
        start = (numbers >> (bit + 1)) << (bit + 1)
        low_marks = np.concatenate([[0.0], np.cumsum(marks * ~is_high)])
        waiting = low_marks[:-1] - low_marks[start]
        smaller[numbers[is_high]] += waiting[is_high]
        # Parts before this one are full, so the places of its zeros and ones are known.
        lows = np.concatenate([[0], np.cumsum(~is_high)])
        low_rank = lows[:-1] - lows[start]
        high_rank = np.arange(size) - start - low_rank
        target = np.where(is_high, start + (1 << bit) + high_rank, start + low_rank)
        moved, moved_marks = np.empty_like(numbers), np.empty_like(marks)
        moved[target], moved_marks[target] = numbers, marks
        numbers, marks = moved, moved_marks
    return smaller
