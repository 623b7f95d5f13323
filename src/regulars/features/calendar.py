"""Days between moments, counted on the company's calendar and not in hours."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from regulars.features.table import AsOf

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["count_days"]

_SECONDS_A_DAY = 86_400
_MOST_DAYS = 40_000
"""A little more than a century: before that clocks had no zones."""


def count_days(seconds: npt.ArrayLike, as_of: AsOf) -> npt.NDArray[np.float64]:
    """Days from each moment's day in company time to `as_of`: 1 for the day before it.

    A day on which the clocks are set has 23 or 25 hours, so the hours do not tell the days.

    Parameters
    ----------
    seconds
        Moments before `as_of` in seconds since 1970 (UTC), shape (n,); NaN where unknown.
    as_of
        First day that is not seen.

    Examples
    --------
    >>> from datetime import UTC, date, datetime
    >>> late = datetime(2026, 3, 28, 23, 30, tzinfo=UTC).timestamp()
    >>> count_days([late, late - 3600], AsOf(date(2026, 3, 30), "Europe/Berlin"))
    array([1., 2.])
    """
    moments = np.asarray(seconds, dtype=np.float64)
    until = as_of.instant.timestamp()
    known = moments[np.isfinite(moments)]
    oldest = float(known.min()) if known.size else until
    reach = min(int((until - oldest) // _SECONDS_A_DAY) + 2, _MOST_DAYS)
    reach = min(reach, (as_of.day - date.min).days - 1)
    days = [as_of.day - timedelta(days=back) for back in range(reach, -1, -1)]
    midnights = np.array([AsOf(day, as_of.zone).instant.timestamp() for day in days])
    counted = len(midnights) - np.searchsorted(midnights, moments, side="right").astype(np.float64)
    far = np.ceil((until - moments) / _SECONDS_A_DAY)
    return np.where(moments < midnights[0], far, np.where(np.isnan(moments), np.nan, counted))
