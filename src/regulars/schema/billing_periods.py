"""How long a billing period is, by what a file calls it."""

import re

__all__ = ["MONTH_DAYS", "find_period_days"]

MONTH_DAYS = 365.25 / 12
"""Days of a month, on average."""

_PERIODS = (
    (re.compile(r"^(y|annual|год|г\.)", re.IGNORECASE), 365.25),
    (re.compile(r"^(q|quarter|кварт)", re.IGNORECASE), 365.25 / 4),
    (re.compile(r"^(w|week|нед)", re.IGNORECASE), 7.0),
    (re.compile(r"^(d|day|сут|ден|ежедн)", re.IGNORECASE), 1.0),
)


def find_period_days(period: str | None) -> float:
    """Days of a billing period; a month where nothing else is said.

    Examples
    --------
    >>> find_period_days("yearly"), find_period_days("week"), round(find_period_days(None), 2)
    (365.25, 7.0, 30.44)
    """
    return next((days for words, days in _PERIODS if words.match(period or "")), MONTH_DAYS)
