"""What happened in the simulated telecom company, and when exactly: for all files the same."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.random import Generator
from numpy.typing import NDArray

from regulars.rehearsal.behavior import Behavior
from regulars.rehearsal.population import BURN_IN_MONTHS, Calendar, Population

__all__ = ["DAY_SECONDS", "History", "to_texts"]

Numbers = NDArray[np.int64]

DAY_SECONDS = 86_400

_WEEKEND = {5: 0.85, 6: 0.75}
_HOURS = {
    "day": (1, 1, 1, 1, 1, 2, 5, 10, 16, 20, 22, 22, 22, 21, 21, 21, 20, 18, 14, 10, 7, 4, 2, 1),
    "evening": (4, 2, 1, 1, 1, 1, 3, 6, 8, 9, 9, 10, 12, 11, 10, 11, 13, 16, 20, 24, 26, 24, 17, 9),
}


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Who the customers are, what they are called, and how they lived.

    Moments are seconds, and days are counted, from the first day of the history.
    """

    ids: pa.StringArray
    population: Population
    behavior: Behavior
    calendar: Calendar

    @property
    def months(self) -> range:
        """Places of the months of the history, without those lived through before it."""
        return range(BURN_IN_MONTHS, BURN_IN_MONTHS + self.calendar.months)

    def name_customers(self, customers: Numbers) -> pa.StringArray:
        """The ids of customers."""
        return self.ids.take(pa.array(customers))

    def list_occasions(self, counts: NDArray[np.generic]) -> tuple[Numbers, Numbers]:
        """Month and customer of each single thing in the history, those of a pair side by side.

        Parameters
        ----------
        counts
            How often, shape (n_months, n_customers), as in `Behavior`.
        """
        own = counts[BURN_IN_MONTHS:].astype(np.int64)
        flat = np.repeat(np.arange(own.size), own.ravel())
        months, customers = np.divmod(flat, own.shape[1])
        return months + BURN_IN_MONTHS, customers

    def draw_moments(
        self, months: Numbers, customers: Numbers, generator: Generator, *, hours: str = "day"
    ) -> Numbers:
        """A moment for each pair of month and customer.

        It lies in the month, not before the customer came and not after they left; fewer things
        happen at weekends.
        """
        first = int(self.calendar.starts[0])
        passed = self._pass_time()
        start = np.maximum(self.calendar.starts[months], self.population.start_day[customers])
        end = np.minimum(self.calendar.starts[months + 1] - 1, self.behavior.last_day[customers])
        begun, over = passed[start - first], passed[end + 1 - first]
        drawn = begun + generator.random(len(months)) * (over - begun)
        # The share is less than the whole, but rounding may reach the next day.
        day = np.minimum(np.searchsorted(passed, drawn, side="right") - 1 + first, end)
        weights = np.cumsum(_HOURS[hours])
        hour = np.searchsorted(weights / weights[-1], generator.random(len(months)), side="right")
        second = generator.integers(0, 3_600, len(months))
        return day * DAY_SECONDS + hour * 3_600 + second

    def to_instants(self, seconds: Numbers) -> pa.TimestampArray:
        """Moments as instants without a zone."""
        origin = np.datetime64(self.calendar.first_on, "s")
        return pa.array(origin + seconds.astype("timedelta64[s]"))

    def to_dates(
        self, days: Numbers, *, missing: NDArray[np.bool_] | None = None
    ) -> pa.Date32Array:
        """Days as dates; null where `missing`."""
        return pa.array(self.calendar.to_dates(days), mask=missing)

    def _pass_time(self) -> NDArray[np.float64]:
        """How much of people's time has passed at the beginning of each day."""
        days = np.arange(self.calendar.starts[0], self.calendar.starts[-1])
        weekday = (self.calendar.to_dates(days).astype(np.int64) + 3) % 7
        weights = np.ones(len(days))
        for number, weight in _WEEKEND.items():
            weights[weekday == number] = weight
        return np.concatenate([[0.0], np.cumsum(weights)])


def to_texts(
    words: tuple[str, ...], places: Numbers, *, missing: NDArray[np.bool_] | None = None
) -> pa.StringArray:
    """The words at the places; null where `missing`."""
    return pa.array(words, pa.string()).take(pa.array(places, mask=missing))
