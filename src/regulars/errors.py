"""Every error that Regulars raises on purpose, as one tree.

    RegularsError
    ├── InvalidParameterError      an argument or option has a value that is not allowed
    │   └── UnnamedColumnsError    a file has no line with the names of its columns
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

A message says *subject, problem, what was found, what to do*, in English and in Russian. It never
holds personal data.
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
    "UnnamedColumnsError",
    "UnsupportedByEngineError",
    "find_nearest",
    "suggest",
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


def suggest(name: str, allowed: Iterable[str]) -> tuple[str, str]:
    """A sentence that offers the nearest name, in English and Russian; empty when none is close.

    Examples
    --------
    >>> suggest("recency_day", ["recency_days", "frequency"])
    (" Did you mean 'recency_days'?", ' Может быть, «recency_days»?')
    >>> suggest("zzz", ["recency_days"])
    ('', '')
    """
    nearest = find_nearest(name, allowed)
    if nearest is None:
        return "", ""
    return f" Did you mean '{nearest}'?", f" Может быть, «{nearest}»?"


def _list_names(names: tuple[str, ...]) -> tuple[str, str]:
    if not names:
        return "nothing", "ничего"
    shown = ", ".join(names[:_MOST_NAMES_SHOWN])
    rest = len(names) - _MOST_NAMES_SHOWN
    return (f"{shown} and {rest} more", f"{shown} и ещё {rest}") if rest > 0 else (shown, shown)


class RegularsError(Exception):
    """The base of all errors raised on purpose; `code` is stable, for logs and the API.

    Parameters
    ----------
    en, ru
        The message in the two languages; as a text the error is English.

    Examples
    --------
    >>> error = RegularsError(en="There is no file.", ru="Файла нет.")
    >>> str(error), error.to("ru")
    ('There is no file.', 'Файла нет.')
    """

    code = "regulars_error"

    def __init__(self, en: str, ru: str) -> None:
        super().__init__(en)
        self.en = en
        self.ru = ru

    def to(self, language: str) -> str:
        """The message in `language`: "en" or "ru"."""
        return self.ru if language == "ru" else self.en

    def __str__(self) -> str:
        # KeyError among the bases would show the message in quotes.
        return self.en

    def __reduce__(self) -> tuple[object, ...]:
        # Not by calling the class again: every subclass takes arguments of its own.
        return _restore, (type(self), self.args, self.__dict__)


def _restore(
    kind: type[RegularsError], args: tuple[object, ...], state: dict[str, object]
) -> RegularsError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class InvalidParameterError(RegularsError, ValueError):
    """An argument or option has a value that is not allowed."""

    code = "invalid_parameter"


class UnnamedColumnsError(InvalidParameterError):
    """A file has no line with the names of its columns, and nobody has named them.

    Parameters
    ----------
    source
        The file.
    proposed
        A name for each column, in order.
    examples
        For each column a few of its values: for the eyes of whoever has the file, never for a
        message or a log.
    command
        What to type instead, when it is known.
    """

    code = "unnamed_columns"

    def __init__(
        self,
        source: str,
        proposed: Iterable[str],
        *,
        examples: Iterable[tuple[str, ...]] = (),
        command: str | None = None,
    ) -> None:
        self.source = source
        self.proposed = tuple(proposed)
        self.examples = tuple(examples)
        same = f"--columns {','.join(self.proposed)}"
        how = f"Name them: run the same command with {same} (or better names)."
        how_ru = f"Назовите их: повторите команду с {same} (или с лучшими именами)."
        if command is not None:
            # It comes last, so that it can be copied as it stands.
            how = f"Name them (better names are welcome): {command}"
            how_ru = f"Назовите их (лучше — своими именами): {command}"
        super().__init__(
            en=f"{source} has no line with the names of its columns. {how}",
            ru=f"В {source} нет строки с именами столбцов. {how_ru}",
        )


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
    ru
        The same for the start of the Russian sentence: "В таблице «rfm»".
    """

    code = "unknown_column"

    def __init__(self, name: str, available: Iterable[str], *, where: str, ru: str) -> None:
        self.name = name
        self.available = tuple(available)
        self.where = where
        hint, hint_ru = suggest(name, self.available)
        listed, listed_ru = _list_names(self.available)
        super().__init__(
            en=f"{where} has no column '{name}'.{hint} It has: {listed}.",
            ru=f"{ru} нет столбца «{name}».{hint_ru} Есть: {listed_ru}.",
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
    ru
        The noun in Russian, as it stands after "нет": "вида данных", "таблицы", "проверки".
    """

    code = "unknown_name"

    def __init__(self, noun: str, name: str, allowed: Iterable[str], *, ru: str) -> None:
        self.noun = noun
        self.name = name
        self.allowed = tuple(allowed)
        hint, hint_ru = suggest(name, self.allowed)
        listed, listed_ru = _list_names(self.allowed)
        super().__init__(
            en=f"There is no {noun} '{name}'.{hint} Choose from: {listed}.",
            ru=f"Нет {ru} «{name}».{hint_ru} Выберите из: {listed_ru}.",
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
