"""Splits of rows that stand in an order, such as that of time: earlier ones teach, later ones test."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.splits import Round

__all__ = ["RowOrder", "forward_rounds", "rolling_rounds"]

_STRETCHES = 6
_SHARE_LEARNT = 2 / 3
_WINDOW_SHARE, _MOST_IN_WINDOW = 4 / 9, 20_000
_STEPS_IN_WINDOW = 20


@dataclass(frozen=True, slots=True, eq=False)
class RowOrder:
    """Where each row stands among the others.

    Rows of the same value stand at the same place, so that no cut goes through them. A row without a
    value is neither learnt from nor tested.

    Attributes
    ----------
    values
        Days, numbers or row numbers; NaN where there is none; shape (n_rows,).
    groups
        Rows of the same number belong together: whoever is tested is not learnt from; shape (n_rows,).
    labels
        1 and 0, or the numbers of several classes from 0 on, shape (n_rows,).
    gap
        So much of the order is left empty between what is learnt from and what is tested, in the
        unit of `values`.
    fewest
        A round needs so many rows of each outcome to learn from and to test.
    """

    values: NDArray[np.float64]
    groups: NDArray[np.int64]
    labels: NDArray[np.float64]
    gap: float = 0.0
    fewest: int = 20

    @property
    def n(self) -> int:
        """Rows that have a place."""
        return int(np.isfinite(self.values).sum())

    def places(self) -> NDArray[np.int64]:
        """How many rows stand before each row; -1 without a value; shape (n_rows,)."""
        known = np.isfinite(self.values)
        ranked = np.sort(self.values[known])
        return np.where(known, np.searchsorted(ranked, self.values), -1).astype(np.int64)

    def cut(self, first: int, start: int, end: int) -> Round:
        """Learn from places `first` to `start` less the gap, test on `start` to `end`."""
        places = self.places()
        test = (places >= start) & (places < end)
        learn = (places >= first) & (places < start)
        if test.any():
            begins = self.values[test].min()
            learn &= self.values < begins - self.gap if self.gap else learn
            learn &= ~np.isin(self.groups, np.unique(self.groups[test]))
        return Round(learn, test)

    def is_enough(self, part: Round) -> bool:
        """Whether a round holds enough of each outcome on both sides."""
        return all(
            (self.labels[side] == value).sum() >= self.fewest
            for side in (part.learn, part.test)
            for value in self.list_outcomes()
        )

    def list_outcomes(self) -> range:
        """The numbers that `labels` may hold."""
        return range(max(int(self.labels.max(initial=1)), 1) + 1)


def forward_rounds(order: RowOrder) -> tuple[tuple[Round, ...], Round | None]:
    """The last third of the rows as one test, and earlier stretches to choose a model by.

    The first two thirds are cut into six stretches; each after the first is tested by all that stands
    before it. Stretches with too few of an outcome are left out, and so is the last test then (None).

    Examples
    --------
    >>> rows = np.arange(36)
    >>> order = RowOrder(rows.astype(float), rows, rows % 2.0, fewest=2)
    >>> earlier, last = forward_rounds(order)
    >>> [(int(part.learn.sum()), int(part.test.sum())) for part in (*earlier, last)]
    [(4, 4), (8, 4), (12, 4), (16, 4), (20, 4), (24, 12)]
    """
    learnt = round(order.n * _SHARE_LEARNT)
    last = order.cut(0, learnt, order.n)
    edges = [learnt * number // _STRETCHES for number in range(1, _STRETCHES + 1)]
    earlier = [order.cut(0, start, end) for start, end in pairwise(edges)]
    return tuple(filter(order.is_enough, earlier)), last if order.is_enough(last) else None


def rolling_rounds(order: RowOrder) -> tuple[tuple[Round, ...], tuple[Round, ...]]:
    """A window that moves on through the rows: learnt from what is in it, tested on what comes next.

    The window holds four ninths of the rows, 20,000 at most, and moves by a twentieth of itself; where
    that holds too few of an outcome, by as much as is needed.

    Returns
    -------
    tuple
        Stretches of the first window to choose a model by, and the tests. No tests where there are
        too few rows.

    Examples
    --------
    >>> rows = np.arange(90)
    >>> order = RowOrder(rows.astype(float), rows, rows % 2.0, fewest=5)
    >>> _, tests = rolling_rounds(order)
    >>> [(int(part.learn.sum()), int(part.test.sum())) for part in tests]
    [(40, 10), (40, 10), (40, 10), (40, 10), (40, 10)]
    """
    window = min(_MOST_IN_WINDOW, round(order.n * _WINDOW_SHARE))
    edges = [window * number // _STRETCHES for number in range(1, _STRETCHES + 1)]
    earlier = [order.cut(0, start, end) for start, end in pairwise(edges)]
    spans = list(_step(order, window))
    tests = [order.cut(start - window, start, end) for start, end in spans]
    return tuple(filter(order.is_enough, earlier)), tuple(filter(order.is_enough, tests))


def _step(order: RowOrder, window: int) -> Iterator[tuple[int, int]]:
    """Places from the window's end on, in steps that hold enough of each outcome."""
    step = max(window // _STEPS_IN_WINDOW, 1)
    known = np.isfinite(order.values)
    places, labels = order.places()[known], order.labels[known]
    counted = np.stack(
        [
            np.append(0, np.cumsum(np.bincount(places, weights=labels == one, minlength=order.n)))
            for one in order.list_outcomes()
        ]
    )
    starts = _close_steps(counted, window, order.n, step, order.fewest)
    yield from pairwise(starts)


def _close_steps(
    counted: NDArray[np.float64], begin: int, n: int, step: int, fewest: int
) -> Sequence[int]:
    """Ends of steps; what is left at the end and holds too few goes to the last of them."""
    ends = [begin]
    for end in range(begin + step, n + 1, step):
        if (counted[:, end] - counted[:, ends[-1]]).min() >= fewest:
            ends.append(end)
    if len(ends) > 1:
        ends[-1] = n
    return ends
