"""What is bought together: products that call for another one in the same basket."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import InvalidParameterError, QualityError
from regulars.progress import Progress, Silent, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["BasketRule", "BasketSearch", "Baskets", "find_basket_rules"]

_LEAST_SUPPORT = 0.01
_FEWEST_BASKETS = 5
"""By default a rule stands on so many baskets at least, however few there are."""

_MOST_SETS = 500_000
_MOST_BITS = 16 * 10**9
_WORD = 64
_TOLERANCE = 1e-9
"""A support of 0.3 of 10 baskets is 3 of them, although 0.3 * 10 is a little more in floats."""

_Products = tuple[int, ...]
_Rule = tuple[_Products, int]
"""Products, and the place of the one that the others call for."""


@dataclass(frozen=True, slots=True, eq=False)
class Baskets:
    """Which product lies in which basket.

    Attributes
    ----------
    basket, product
        One pair each: the basket's number from 0, and the product's place in `names`; shape
        (n_pairs,). A pair counts once, however often it stands here.
    names
        What the products are called.
    count
        How many baskets there are, also those without any pair.
    """

    basket: NDArray[np.int64]
    product: NDArray[np.int64]
    names: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class BasketRule:
    """Who buys these products buys that one in the same basket more often than others do.

    Attributes
    ----------
    products
        What lies in the basket, in order.
    then
        What lies there too.
    baskets
        How many baskets hold all of it.
    support
        The same as a share of all baskets.
    confidence
        The share of the baskets with `products` that hold `then` too.
    lift
        How many times as often `then` lies in these baskets as in any; 1 says nothing.
    """

    products: tuple[str, ...]
    then: str
    baskets: int
    support: float
    confidence: float
    lift: float


@dataclass(frozen=True, slots=True)
class BasketSearch:
    """What was found among baskets.

    Attributes
    ----------
    baskets, products
        How many were looked at.
    support, confidence
        The least that was asked of a rule.
    sets
        Number of frequent sets of products, single ones among them.
    rules
        Number of rules with one product on the right side.
    top
        Those of the highest lift; of equal ones those that stand on more baskets, then the surer ones.
    has_pairs
        Whether any two products lie together often enough.
    """

    baskets: int
    products: int
    support: float
    confidence: float
    sets: int
    rules: int
    top: tuple[BasketRule, ...]
    has_pairs: bool


def find_basket_rules(
    baskets: Baskets,
    *,
    support: float | None = None,
    confidence: float = 0.3,
    top: int = 20,
    stage: str = "Looking for rules",
    progress: Progress | None = None,
) -> BasketSearch:
    """Every rule "who buys these buys that" with one product on the right side.

    All sets of products that lie in enough baskets are found first: by Eclat, a depth-first search in
    which a set is a line of bits with one bit a basket, so that one more product is one "and" of two
    lines, and a number of baskets is the number of bits. It finds the same sets as Apriori and
    FP-growth.

    Parameters
    ----------
    baskets
        At least one.
    support
        Least share of the baskets, above 0 and at most 1, that hold all products of a rule. By default
        0.01, and five baskets.
    confidence
        Least share of the baskets with the left side that hold the right side too.
    top
        How many rules to return; all of them are counted.
    stage, progress
        Told of one stage, by this name, and asked whether to stop.

    Raises
    ------
    InvalidParameterError
        When a share is not above 0 and at most 1.
    QualityError
        When there is no basket, or more than half a million sets are frequent.

    References
    ----------
    Zaki, M. J. (2000). Scalable algorithms for association mining. IEEE Transactions on Knowledge and
    Data Engineering 12(3), 372-390, doi:10.1109/69.846291. Lift: Brin, S., Motwani, R., Ullman, J. D.,
    Tsur, S. (1997). Dynamic itemset counting and implication rules for market basket data. SIGMOD
    Record 26(2), 255-264, doi:10.1145/253262.253325, where it is called interest.

    Examples
    --------
    >>> bought = [("tea", "sugar"), ("tea", "sugar", "milk"), ("tea",), ("milk",)]
    >>> names = ("milk", "sugar", "tea")
    >>> pairs = [(n, names.index(one)) for n, basket in enumerate(bought) for one in basket]
    >>> basket, product = np.array(pairs).T
    >>> found = find_basket_rules(Baskets(basket, product, names, 4), support=0.5, confidence=0.5)
    >>> found.rules
    2
    >>> found.top[0]
    BasketRule(products=('sugar',), then='tea', baskets=2, support=0.5, confidence=1.0, lift=1.3333333333333333)
    """
    _check_share("support", support)
    _check_share("confidence", confidence)
    if baskets.count < 1:
        raise QualityError(
            en="There are no baskets. Load order lines, or a file with one basket a line.",
            ru="Корзин нет. Загрузите позиции заказов или файл, где на строке одна корзина.",
        )
    asked = max(_LEAST_SUPPORT, min(1.0, _FEWEST_BASKETS / baskets.count))
    asked = asked if support is None else support
    least = max(1, int(np.ceil(asked * baskets.count - _TOLERANCE)))
    frequent = _find_frequent(baskets, least, asked, stage=stage, progress=progress or Silent())
    rules = list(_derive_rules(frequent, confidence))
    chosen = heapq.nsmallest(max(top, 0), rules, key=lambda rule: _rank(rule, frequent, baskets))
    return BasketSearch(
        baskets=baskets.count,
        products=len(baskets.names),
        support=asked,
        confidence=confidence,
        sets=len(frequent),
        rules=len(rules),
        top=tuple(_say_rule(rule, frequent, baskets) for rule in chosen),
        has_pairs=any(len(products) > 1 for products in frequent),
    )


def _check_share(name: str, share: float | None) -> None:
    if share is None or 0 < share <= 1:
        return
    raise InvalidParameterError(
        en=f"--{name} {share:g} is no share: say a number above 0 and at most 1, such as 0.01 for one in"
        " a hundred.",
        ru=f"--{name} {share:g} — не доля: нужно число больше 0 и не больше 1, например 0.01 — одна на сто.",
    )


def _find_frequent(
    baskets: Baskets, least: int, support: float, *, stage: str, progress: Progress
) -> dict[_Products, int]:
    """In how many baskets each frequent set lies; a set is its products' numbers in order."""
    basket, product = _drop_repeats(baskets)
    counts = np.bincount(product, minlength=len(baskets.names))
    chosen = np.flatnonzero(counts >= least)
    # Rare ones first: their branches are narrow, and the broad ones come last and are short.
    chosen = chosen[np.argsort(counts[chosen], kind="stable")]
    lines = _draw_lines(basket, product, chosen, support)
    with progress.stage(stage, total=len(chosen)) as shown:
        search = _Search(least, support, progress, shown)
        search.grow((), chosen, lines, counts[chosen])
    return search.found


def _drop_repeats(baskets: Baskets) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    width = max(len(baskets.names), 1)
    # Sorted by hand: NumPy's `unique` of integers goes by hashes, and takes ten times as long.
    pairs = np.sort(baskets.basket * width + baskets.product)
    is_first = np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]
    return pairs[is_first] // width, pairs[is_first] % width


def _draw_lines(
    basket: NDArray[np.int64],
    product: NDArray[np.int64],
    chosen: NDArray[np.int64],
    support: float,
) -> NDArray[np.uint64]:
    """One line of bits a product; baskets without two of them are left out, they hold no pair."""
    place = np.full(int(product.max(initial=-1)) + 1, -1)
    place[chosen] = np.arange(len(chosen))
    is_kept = place[product] >= 0
    numbers, row = np.unique(basket[is_kept], return_inverse=True)
    column = place[product[is_kept]]
    is_full = np.bincount(row, minlength=len(numbers)) > 1
    position = np.cumsum(is_full) - 1
    is_shared = is_full[row]
    row, column = position[row[is_shared]], column[is_shared]
    words = -(-int(is_full.sum()) // _WORD)
    if words * _WORD * len(chosen) > _MOST_BITS:
        raise _too_many(support)
    lines = np.zeros((len(chosen), words), np.uint64)
    order = np.argsort(column, kind="stable")
    ends = np.searchsorted(column[order], np.arange(len(chosen) + 1))
    for number, (first, last) in enumerate(itertools.pairwise(ends)):
        line = np.zeros(words * _WORD, dtype=bool)
        line[row[order[first:last]]] = True
        lines[number] = np.packbits(line).view(np.uint64)
    return lines


class _Search:
    """The depth-first search, and what it has found."""

    def __init__(self, least: int, support: float, progress: Progress, shown: Stage) -> None:
        self._least, self._support = least, support
        self._progress, self._shown = progress, shown
        self.found: dict[_Products, int] = {}

    def grow(
        self,
        prefix: _Products,
        products: NDArray[np.int64],
        lines: NDArray[np.uint64],
        counts: NDArray[np.int64],
    ) -> None:
        """Note the frequent sets of one more product than `prefix`, and all that follow on them."""
        self._progress.check()
        for place, one in enumerate(products):
            own = (*prefix, int(one))
            self.found[tuple(sorted(own))] = int(counts[place])
            if len(self.found) > _MOST_SETS:
                raise _too_many(self._support)
            if place + 1 < len(products):
                both = lines[place + 1 :] & lines[place]
                together = np.bitwise_count(both).sum(axis=1, dtype=np.int64)
                is_frequent = together >= self._least
                if is_frequent.any():
                    rest = products[place + 1 :][is_frequent]
                    self.grow(own, rest, both[is_frequent], together[is_frequent])
            if not prefix:
                self._shown.advance()


def _too_many(support: float) -> QualityError:
    higher = f"{support * 2:.2g}"
    return QualityError(
        en=f"More than half a million sets of products lie together in a share of {support:g} of the"
        f" baskets: too many to read, or to hold. Ask for a higher support: --support {higher}.",
        ru=f"В доле корзин {support:g} встречается вместе больше полумиллиона наборов товаров: столько не"
        f" прочитать и не уместить. Спросите с поддержкой повыше: --support {higher}.",
    )


def _derive_rules(frequent: dict[_Products, int], confidence: float) -> Iterator[_Rule]:
    """Each frequent set with the place of the product that the others call for."""
    for products, count in frequent.items():
        if len(products) < 2:
            continue
        for place in range(len(products)):
            if count >= confidence * frequent[_leave_out(products, place)] - _TOLERANCE:
                yield products, place


def _rank(rule: _Rule, frequent: dict[_Products, int], baskets: Baskets) -> tuple[object, ...]:
    products, place = rule
    left = _leave_out(products, place)
    # Equal lifts must not be told apart by the last digit of their quotients.
    lift = round(_measure_lift(rule, frequent, baskets.count), 9)
    return -lift, -frequent[products], frequent[left], left, products[place]


def _leave_out(products: _Products, place: int) -> _Products:
    return products[:place] + products[place + 1 :]


def _measure_lift(rule: _Rule, frequent: dict[_Products, int], baskets: int) -> float:
    products, place = rule
    left, right = _leave_out(products, place), products[place : place + 1]
    return frequent[products] * baskets / (frequent[left] * frequent[right])


def _say_rule(rule: _Rule, frequent: dict[_Products, int], baskets: Baskets) -> BasketRule:
    products, place = rule
    left, then = _leave_out(products, place), products[place]
    together = frequent[products]
    return BasketRule(
        products=tuple(baskets.names[one] for one in left),
        then=baskets.names[then],
        baskets=together,
        support=together / baskets.count,
        confidence=together / frequent[left],
        lift=_measure_lift(rule, frequent, baskets.count),
    )
