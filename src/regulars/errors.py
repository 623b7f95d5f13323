"""Every error that Regulars raises on purpose, as one tree.

    RegularsError
    ├── InvalidParameterError      an argument or option has a value that is not allowed
    ├── UnknownColumnError         a table or file has no such column
    ├── UnknownNameError           a name (kind, table, check, language …) is not in the list
    ├── SchemaError                what a file holds does not fit its contract or mapping
    ├── DefinitionError            a definition file (TOML) says something that is not allowed
    ├── SourceError                a source cannot be read: empty, binary, cut off, wrong sheet
    ├── QualityError               data is too poor, or too little, for what was asked
    ├── StorageError               the disk is full, a folder is read-only, a file is damaged
    ├── EngineError
    │   └── UnsupportedByEngineError
    ├── ConnectorError
    │   └── TransientError         worth another try
    ├── NotFoundError
    ├── ConflictError              somebody else was faster, or the two wishes exclude each other
    ├── ForbiddenError
    └── Cancelled                  the person asked to stop

A message says *subject, problem, what was found, what to do*. It never holds personal data.
"""

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "Cancelled",
    "ConflictError",
    "ConnectorError",
    "DefinitionError",
    "EngineError",
    "ForbiddenError",
    "InvalidParameterError",
    "NotFoundError",
    "QualityError",
    "RegularsError",
    "SchemaError",
    "SourceError",
    "StorageError",
    "TransientError",
    "UnknownColumnError",
    "UnknownNameError",
    "UnsupportedByEngineError",
    "find_nearest",
]

_MOST_NAMES_SHOWN = 30


def find_nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name closest to `name`, or None when none is close.

    Examples
    --------
    >>> find_nearest("recency_day", ["recency_days", "frequency"])
    'recency_days'
    >>> find_nearest("zzz", ["recency_days"])
    """
    by_folded = {known.casefold(): known for known in allowed}
    close = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def _suggest(name: str, allowed: tuple[str, ...]) -> str:
    nearest = find_nearest(name, allowed)
    return f" Did you mean '{nearest}'?" if nearest else ""


def _listing(names: tuple[str, ...]) -> str:
    if not names:
        return "nothing"
    shown = ", ".join(names[:_MOST_NAMES_SHOWN])
    rest = len(names) - _MOST_NAMES_SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown


class RegularsError(Exception):
    """The base of all errors raised on purpose; `code` is stable, for logs and the API."""

    code = "regulars_error"

    def __str__(self) -> str:
        # KeyError among the bases would show the message in quotes.
        return str(self.args[0]) if self.args else self.code


class InvalidParameterError(RegularsError, ValueError):
    """An argument or option has a value that is not allowed."""

    code = "invalid_parameter"


class UnknownColumnError(RegularsError, KeyError):
    """A table or file has no such column.

    Parameters
    ----------
    name
        The column asked for.
    available
        The columns that exist, in order.
    where
        What was looked at, for the start of the sentence: "Table 'rfm'".
    """

    code = "unknown_column"

    def __init__(self, name: str, available: Iterable[str], *, where: str) -> None:
        self.name = name
        self.available = tuple(available)
        self.where = where
        super().__init__(
            f"{where} has no column '{name}'.{_suggest(name, self.available)}"
            f" It has: {_listing(self.available)}."
        )


class UnknownNameError(RegularsError, KeyError):
    """A name is not among those that exist.

    Parameters
    ----------
    noun
        What is named: "kind", "table", "check".
    name
        The name asked for.
    allowed
        The names that exist.
    """

    code = "unknown_name"

    def __init__(self, noun: str, name: str, allowed: Iterable[str]) -> None:
        self.noun = noun
        self.name = name
        self.allowed = tuple(allowed)
        super().__init__(
            f"There is no {noun} '{name}'.{_suggest(name, self.allowed)}"
            f" Choose from: {_listing(self.allowed)}."
        )


class SchemaError(RegularsError, ValueError):
    """What a source holds does not fit its contract or mapping."""

    code = "schema"


class DefinitionError(RegularsError, ValueError):
    """A definition file says something that is not allowed; names file and place."""

    code = "definition"


class SourceError(RegularsError, ValueError):
    """A source cannot be read."""

    code = "source"


class QualityError(RegularsError, ValueError):
    """Data is too poor, or too little, for what was asked."""

    code = "quality"


class StorageError(RegularsError, OSError):
    """The disk is full, a folder is read-only, or a stored file is damaged."""

    code = "storage"


class EngineError(RegularsError, RuntimeError):
    """The engine that computes tables failed."""

    code = "engine"


class UnsupportedByEngineError(EngineError, NotImplementedError):
    """The engine cannot do this, and another can."""

    code = "unsupported_by_engine"


class ConnectorError(RegularsError, RuntimeError):
    """An outside system did not do what was asked."""

    code = "connector"


class TransientError(ConnectorError):
    """An outside system failed in a way that may pass: worth another try."""

    code = "transient"


class NotFoundError(RegularsError, LookupError):
    """A workspace, run, load, customer or model does not exist."""

    code = "not_found"


class ConflictError(RegularsError, RuntimeError):
    """Somebody else was faster, or two wishes exclude each other."""

    code = "conflict"


class ForbiddenError(RegularsError, PermissionError):
    """The person may not do this."""

    code = "forbidden"


class Cancelled(RegularsError):  # noqa: N818 - not an error: the person asked for it
    """The person asked to stop; what was begun has been rolled back."""

    code = "cancelled"
