"""What the models of repeat purchases learn from: how often each customer came back, and until when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import InvalidParameterError

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.features import AsOf

__all__ = ["Patterns", "RepeatPurchases"]


@dataclass(frozen=True, slots=True, eq=False)
class RepeatPurchases:
    """The purchases of every customer, as few numbers as the models need.

    A day with purchases counts once, however many there were. Letters of the literature in brackets.

    Attributes
    ----------
    repeat_purchase_count
        Days with purchases after the first such day (`x`), shape (n_customers,).
    active_span_days
        From the first purchase to the last (`t_x`), shape (n_customers,).
    tenure_days
        From the first purchase to the last day that is seen (`T`), shape (n_customers,).
    mean_amount
        Mean basket of the repeat purchases (`z`), less what was given back; NaN where there is none
        or no amount is known, shape (n_customers,).
    amount_count
        Repeat purchases whose amount is known, shape (n_customers,).
    customer_ids
        In the order of the arrays; None where nobody asks who they are.
    as_of
        First day that was not seen; None where the days are nobody's calendar.

    Examples
    --------
    >>> bought = RepeatPurchases(
    ...     np.array([2, 0]), np.array([213, 0]), np.array([272, 270]), np.array([22.35, np.nan])
    ... )
    >>> len(bought), bought.repeat_buyers
    (2, 1)
    """

    repeat_purchase_count: NDArray[np.int64]
    active_span_days: NDArray[np.int64]
    tenure_days: NDArray[np.int64]
    mean_amount: NDArray[np.float64] | None = None
    amount_count: NDArray[np.int64] | None = None
    customer_ids: pa.Array | None = None
    as_of: AsOf | None = None

    def __post_init__(self) -> None:
        x, span, tenure = self.repeat_purchase_count, self.active_span_days, self.tenure_days
        fits = len(x) == len(span) == len(tenure) and bool(
            np.all((x >= 0) & (span >= 0) & (span <= tenure) & ((x > 0) | (span == 0)))
        )
        if not fits:
            raise InvalidParameterError(
                en="These are no repeat purchases: of each customer there must be a count of at least 0"
                " and 0 <= active_span_days <= tenure_days, with a span of 0 where nothing was"
                " repeated. Were the columns mixed up?",
                ru="Это не повторные покупки: у каждого клиента число не меньше 0 и 0 <="
                " active_span_days <= tenure_days, а без повторных покупок срок равен 0. Не"
                " перепутаны ли столбцы?",
            )

    def __len__(self) -> int:
        return len(self.repeat_purchase_count)

    @property
    def repeat_buyers(self) -> int:
        """How many customers bought again."""
        return int((self.repeat_purchase_count > 0).sum())

    @property
    def paid_counts(self) -> NDArray[np.int64]:
        """Repeat purchases that tell of the basket: none where its mean is not known."""
        if self.mean_amount is None:
            return np.zeros(len(self), dtype=np.int64)
        counts = self.repeat_purchase_count if self.amount_count is None else self.amount_count
        return np.where(np.isnan(self.mean_amount), 0, counts)

    def without_amounts(self) -> RepeatPurchases:
        """The same without money: amounts of several currencies have no mean."""
        return replace(self, mean_amount=None, amount_count=None)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> RepeatPurchases:
        """The customers of some rows."""
        import pyarrow as pa

        places = np.flatnonzero(rows) if rows.dtype == bool else rows
        ids = None if self.customer_ids is None else self.customer_ids.take(pa.array(places))
        return RepeatPurchases(
            self.repeat_purchase_count[rows],
            self.active_span_days[rows],
            self.tenure_days[rows],
            None if self.mean_amount is None else self.mean_amount[rows],
            None if self.amount_count is None else self.amount_count[rows],
            ids,
            self.as_of,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Customers who did the same on the same days, counted once.

    A million customers of two years have some hundred thousand patterns; what depends on `x` alone
    is worked out for some dozens of values.

    Attributes
    ----------
    count
        `x` of each pattern, shape (n_patterns,).
    span
        `t_x` in units of time, shape (n_patterns,).
    tenure
        `T` in units of time, shape (n_patterns,).
    weight
        Customers with the pattern, shape (n_patterns,).
    counts
        Values of `x`, ascending, shape (n_counts,).
    place
        Of each pattern's `x` among `counts`, shape (n_patterns,).
    pattern
        Of each customer, shape (n_customers,).
    """

    count: NDArray[np.float64]
    span: NDArray[np.float64]
    tenure: NDArray[np.float64]
    weight: NDArray[np.float64]
    counts: NDArray[np.float64]
    place: NDArray[np.int64]
    pattern: NDArray[np.int64]

    @classmethod
    def of(cls, purchases: RepeatPurchases, *, unit_days: float) -> Patterns:
        """The patterns of customers, with times in units of `unit_days`.

        Examples
        --------
        >>> same = RepeatPurchases(np.array([1, 0, 1]), np.array([7, 0, 7]), np.array([14] * 3))
        >>> found = Patterns.of(same, unit_days=7)
        >>> found.count.tolist(), found.span.tolist(), found.weight.tolist()
        ([0.0, 1.0], [0.0, 1.0], [1.0, 2.0])
        """
        days = int(purchases.tenure_days.max(initial=0)) + 1
        key = purchases.repeat_purchase_count.astype(np.int64) * days + purchases.active_span_days
        key = key * days + purchases.tenure_days
        found, first, pattern, weight = np.unique(
            key, return_index=True, return_inverse=True, return_counts=True
        )
        counts, place = np.unique(found // days // days, return_inverse=True)
        return cls(
            count=purchases.repeat_purchase_count[first].astype(np.float64),
            span=purchases.active_span_days[first] / unit_days,
            tenure=purchases.tenure_days[first] / unit_days,
            weight=weight.astype(np.float64),
            counts=counts.astype(np.float64),
            place=place,
            pattern=pattern,
        )

    def scale(self, unit: float) -> Patterns:
        """The same with times in units that are `unit` times as long."""
        return Patterns(
            self.count,
            self.span / unit,
            self.tenure / unit,
            self.weight,
            self.counts,
            self.place,
            self.pattern,
        )
