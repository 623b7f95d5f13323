"""What comes before leaving: sequences of steps that those who left took more often than others."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import InvalidParameterError, QualityError
from regulars.progress import Progress, Silent
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Precursor", "PrecursorSearch", "Steps", "find_precursors"]

_FEWEST = 10
"""Sequences of fewer who left are anecdotes."""

_MOST_KINDS = 40
_MOST_CASES = 200_000
_LONGEST = 3
_SURE = 0.95
_ADDS = 1.1
_NEVER = np.iinfo(np.int64).max
_BEFORE_ALL = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """What happened before the cut-off dates, and what became of those it happened to.

    Attributes
    ----------
    case, at, kind
        One entry per step: the number of the case, the moment in any whole unit, and the kind's place
        in `kinds`; shape (n_steps,).
    kinds
        What the kinds are called.
    customer
        Of each case the number of the customer, who may be there at several dates; shape (n_cases,).
    left
        Of each case whether the customer left after the cut-off; shape (n_cases,).
    """

    case: NDArray[np.int64]
    at: NDArray[np.int64]
    kind: NDArray[np.int64]
    kinds: tuple[Wording, ...]
    customer: NDArray[np.int64]
    left: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Precursor:
    """A sequence that comes before leaving more often than otherwise.

    Attributes
    ----------
    steps
        One after another, each later than the one before.
    cases, customers
        With how many it was seen; a customer may count at several dates.
    left
        How many of the cases left.
    support
        The share of all who left that had it.
    confidence
        The share of those who had it that left.
    lift
        How many times as often as all they left.
    low, high
        Bounds of the lift, which hold for all tested sequences together with 95 %.
    """

    steps: tuple[Wording, ...]
    cases: int
    customers: int
    left: int
    support: float
    confidence: float
    lift: float
    low: float
    high: float

    @property
    def sentence(self) -> Wording:
        """The steps in a row."""
        return Wording(
            en=" → ".join(step.en for step in self.steps),
            ru=" → ".join(step.ru for step in self.steps),
        )


@dataclass(frozen=True, slots=True)
class PrecursorSearch:
    """What was found.

    Attributes
    ----------
    cases, customers, left
        How many were looked at, and how many of the cases left.
    tested
        Number of sequences that enough of them had.
    found
        How many of these come before leaving more often, beyond chance, and say more than their parts.
    top
        Those whose lift is surely the highest: by its lower bound.
    """

    cases: int
    customers: int
    left: int
    tested: int
    found: int
    top: tuple[Precursor, ...]


def find_precursors(
    steps: Steps,
    *,
    support: float = 0.02,
    longest: int = 3,
    top: int = 20,
    random_state: int = 0,
    stage: str = "Looking for what comes before leaving",
    progress: Progress | None = None,
) -> PrecursorSearch:
    """The sequences of one to three steps after which customers left more often than overall.

    Sequences grow step by step (as in PrefixSpan); the next step has to come later than the earliest end
    of the sequence so far, whatever lies between. The bounds of a lift are those of Wilson's interval of
    the confidence, by the number of customers, at 95 % for all tested sequences together (Bonferroni). A
    sequence is left out when one step less does as well (within a tenth).

    Parameters
    ----------
    steps
        Before the cut-off dates only.
    support
        Least share of those who left that had a sequence, above 0 and at most 1; ten of them at least.
    longest
        Steps of a sequence, 1 to 3.
    top
        How many to return.
    random_state
        Of the 200,000 cases that are looked at where there are more.
    stage, progress
        Told of one stage, by this name, and asked whether to stop.

    Raises
    ------
    InvalidParameterError
        When a bound is none.
    QualityError
        When fewer than ten left, or everybody did.

    References
    ----------
    Pei, J. et al. (2004). Mining sequential patterns by pattern-growth: the PrefixSpan approach. IEEE
    TKDE 16(11), 1424-1440, doi:10.1109/TKDE.2004.77. Wilson, E. B. (1927). JASA 22, 209-212,
    doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> words = tuple(Wording(en=one, ru=one) for one in ("complaint", "call"))
    >>> cases = np.arange(40)
    >>> steps = Steps(cases, np.zeros(40, int), np.repeat([0, 1], 20), words, cases, cases < 20)
    >>> found = find_precursors(steps)
    >>> found.top[0].sentence.en, found.top[0].confidence, found.top[0].lift
    ('complaint', 1.0, 2.0)
    """
    _check(support, longest)
    steps = _sample(steps, random_state)
    leavers = int(steps.left.sum())
    if leavers < _FEWEST or leavers == len(steps.left):
        raise QualityError(
            en=f"Of {len(steps.left)} cases {leavers} left; to compare, ten have to leave and some to stay.",
            ru=f"Из {len(steps.left)} случаев ушли {leavers}; для сравнения нужно, чтобы ушли хотя бы "
            "десять и кто-то остался.",
        )
    least = max(_FEWEST, int(np.ceil(support * leavers - 1e-9)))
    search = _Search(steps, least, longest, progress or Silent())
    with (progress or Silent()).stage(stage):
        search.grow((), np.full(len(steps.left), _BEFORE_ALL, dtype=np.int64))
    told = [search.measure(pattern) for pattern in search.found]
    lifts = {pattern: one.lift for pattern, one in zip(search.found, told, strict=True)}
    kept = [
        one
        for pattern, one in zip(search.found, told, strict=True)
        if one.low > 1 and not _adds_nothing(pattern, lifts)
    ]
    # By what is sure of the lift: the highest ones are those of a few lucky cases.
    kept.sort(key=lambda one: (-round(one.low, 9), -one.cases, one.sentence.en))
    return PrecursorSearch(
        cases=len(steps.left),
        customers=len(np.unique(steps.customer)),
        left=leavers,
        tested=len(told),
        found=len(kept),
        top=tuple(kept[: max(top, 0)]),
    )


def _check(support: float, longest: int) -> None:
    if not 0 < support <= 1:
        raise InvalidParameterError(
            en=f"--support {support:g} is no share: say a number above 0 and at most 1, such as 0.02.",
            ru=f"--support {support:g} — не доля: нужно число больше 0 и не больше 1, например 0.02.",
        )
    if not 1 <= longest <= _LONGEST:
        raise InvalidParameterError(
            en=f"--steps {longest} is not possible: sequences have 1 to {_LONGEST} steps.",
            ru=f"--steps {longest} невозможно: в последовательности от 1 до {_LONGEST} шагов.",
        )


def _sample(steps: Steps, random_state: int) -> Steps:
    count = len(steps.left)
    if count <= _MOST_CASES:
        return steps
    chosen = np.random.default_rng(random_state).choice(count, _MOST_CASES, replace=False)
    place = np.full(count, -1, dtype=np.int64)
    place[np.sort(chosen)] = np.arange(_MOST_CASES)
    is_kept = place[steps.case] >= 0
    return Steps(
        place[steps.case[is_kept]],
        steps.at[is_kept],
        steps.kind[is_kept],
        steps.kinds,
        steps.customer[place >= 0],
        steps.left[place >= 0],
    )


_Pattern = tuple[int, ...]


class _Search:
    """The search step by step, and the cases that each sequence was seen in."""

    def __init__(self, steps: Steps, least: int, longest: int, progress: Progress) -> None:
        self._steps, self._least, self._longest = steps, least, longest
        self._progress = progress
        self.found: dict[_Pattern, NDArray[np.int64]] = {}
        order = np.lexsort((steps.at, steps.case))
        case, at, kind = steps.case[order], steps.at[order], steps.kind[order]
        counts = np.bincount(kind, minlength=len(steps.kinds))
        frequent = np.argsort(-counts, kind="stable")[:_MOST_KINDS]
        self._rows = {
            int(one): (case[kind == one], at[kind == one]) for one in frequent if counts[one]
        }

    def grow(self, pattern: _Pattern, ends: NDArray[np.int64]) -> None:
        """Add each kind of step after the earliest end of the sequence in every case."""
        for kind, (case, at) in self._rows.items():
            self._progress.check()
            later = np.flatnonzero(at > ends[case])
            # The rows stand in order of their cases and moments.
            told = case[later]
            first = later[np.flatnonzero(np.append(True, told[1:] != told[:-1])[: len(told)])]
            cases = case[first]
            if int(self._steps.left[cases].sum()) < self._least:
                continue
            longer = (*pattern, kind)
            self.found[longer] = cases
            if len(longer) < self._longest:
                reached = np.full(len(ends), _NEVER, dtype=np.int64)
                reached[cases] = at[first]
                self.grow(longer, reached)

    def measure(self, pattern: _Pattern) -> Precursor:
        """How often those left who had it."""
        cases, left = self.found[pattern], self._steps.left
        base = float(left.mean())
        gone = int(left[cases].sum())
        customers = len(np.unique(self._steps.customer[cases]))
        confidence = gone / len(cases)
        low, high = _bound(confidence, customers, tests=len(self.found))
        return Precursor(
            steps=tuple(self._steps.kinds[kind] for kind in pattern),
            cases=len(cases),
            customers=customers,
            left=gone,
            support=gone / int(left.sum()),
            confidence=confidence,
            lift=confidence / base,
            low=low / base,
            high=high / base,
        )


def _bound(share: float, count: int, *, tests: int) -> tuple[float, float]:
    """Wilson's interval of a share, which holds for so many shares together."""
    z = NormalDist().inv_cdf(1 - (1 - _SURE) / (2 * max(tests, 1)))
    spread = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    middle, scale = share + z**2 / (2 * count), 1 + z**2 / count
    return float((middle - spread) / scale), float((middle + spread) / scale)


def _adds_nothing(pattern: _Pattern, lifts: dict[_Pattern, float]) -> bool:
    """Whether one step less does as well."""
    if len(pattern) < 2:
        return False
    shorter = (pattern[:place] + pattern[place + 1 :] for place in range(len(pattern)))
    return any(lifts[pattern] < _ADDS * lifts[one] for one in shorter if one in lifts)
