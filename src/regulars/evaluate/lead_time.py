"""How long before the loss the first warning came."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["LeadTime", "measure_lead_time"]

_SPANS = (7, 14, 30, 60, 90)
"""A week is time for a call, a fortnight for a letter, more for an offer that takes effect."""


@dataclass(frozen=True, slots=True, eq=False)
class LeadTime:
    """Days from warning to loss of those who were warned about.

    Attributes
    ----------
    lead_time_days
        One entry per customer lost after a warning, ascending.
    missed
        Customers lost without a warning at the last date before.
    """

    lead_time_days: NDArray[np.int64]
    missed: int

    @property
    def warned(self) -> int:
        """Customers lost after a warning."""
        return len(self.lead_time_days)

    @property
    def median_days(self) -> float:
        """Half of those warned about were warned about at least so early; NaN when nobody was."""
        return float(np.median(self.lead_time_days)) if self.warned else float("nan")

    def count_spans(self) -> tuple[tuple[int, int | None, int], ...]:
        """Customers warned about by how long before: first and last day of each span, and how many.

        Examples
        --------
        >>> LeadTime(np.array([3, 9, 9, 120]), missed=0).count_spans()[:3]
        ((0, 6, 1), (7, 13, 2), (14, 29, 0))
        """
        counts = np.bincount(
            np.searchsorted(_SPANS, self.lead_time_days, side="right"), minlength=len(_SPANS) + 1
        ).tolist()
        starts = (0, *_SPANS)
        ends: tuple[int | None, ...] = (*(start - 1 for start in _SPANS), None)
        return tuple(zip(starts, ends, counts, strict=True))

    def share_of_at_least(self, days: int) -> float:
        """Share of those warned about whose warning came `days` before the loss or earlier."""
        return float((self.lead_time_days >= days).mean()) if self.warned else float("nan")


def measure_lead_time(warnings: pa.Table, losses: pa.Table) -> LeadTime:
    """Days from the beginning of the last unbroken run of warnings to the loss.

    A warning that was taken back before the loss does not count: whoever read the list of the
    last date did not see it.

    Parameters
    ----------
    warnings
        One row per customer and date on which there were scores: `customer_id`, `as_of` (date),
        `is_warned`.
    losses
        One row per customer who was lost: `customer_id`, `lost_on` (date). Those who were never
        scored before that day are left out.

    Examples
    --------
    >>> from datetime import date
    >>> days = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    >>> rows = {"customer_id": ["1"] * 3, "as_of": days, "is_warned": [False, True, True]}
    >>> lost = pa.table({"customer_id": ["1"], "lost_on": [date(2026, 3, 11)]})
    >>> measure_lead_time(pa.table(rows), lost).lead_time_days.tolist()
    [38]
    """
    joined = warnings.join(losses, "customer_id", join_type="inner").sort_by(
        [("customer_id", "ascending"), ("as_of", "ascending")]
    )
    as_of, lost_on = (
        joined[name].to_numpy().astype("datetime64[D]") for name in ("as_of", "lost_on")
    )
    before = as_of <= lost_on
    customer = joined["customer_id"].to_numpy()[before]
    is_warned = joined["is_warned"].to_numpy()[before]
    as_of, lost_on = as_of[before], lost_on[before]
    if not len(customer):
        return LeadTime(np.zeros(0, np.int64), 0)
    is_last = np.append(customer[1:] != customer[:-1], True)
    is_first = np.roll(is_last, 1)
    # A run begins at a warning that follows none of the same customer.
    begins = is_warned & (is_first | ~np.roll(is_warned, 1))
    place = np.maximum.accumulate(np.where(begins, np.arange(len(customer)), 0))
    told = is_last & is_warned
    days = (lost_on[told] - as_of[place[told]]).astype(np.int64)
    return LeadTime(np.sort(days), int((is_last & ~is_warned).sum()))
