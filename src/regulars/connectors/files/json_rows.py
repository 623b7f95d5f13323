"""JSON as rows: an object a line, or one array of objects; nested objects become dotted columns."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from regulars.connectors.files.converted import write_rows
from regulars.connectors.files.delimited import note_encoding
from regulars.connectors.files.engine_text import quote_name, quote_path
from regulars.connectors.files.line_tables import reject_undecoded
from regulars.connectors.files.lines import TextFile
from regulars.connectors.files.naming import make_names
from regulars.connectors.files.places import Places
from regulars.connectors.files.rejects import explain
from regulars.connectors.protocol import RejectedLine
from regulars.errors import SourceError
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

__all__ = ["JsonRows"]

_BATCH_ROWS = 20_000
_LOOK_LINES = 20
_BETWEEN = re.compile(r"[\s,\[]*")


class JsonRows:
    """The objects of a JSON file, read once when it is opened: any line may bring a new column."""

    def __init__(self, file: TextFile) -> None:
        self._file = file
        self._keys: dict[str, None] = {}
        self._rejected: list[RejectedLine] = []
        self._places = Places()
        self._parts = list(self._convert())
        if not self._keys:
            raise SourceError(
                en=f"{file.content.name} holds no JSON object with a field; expected one object a"
                ' line, as {"id": 1, "name": "…"}, or an array of such objects.',
                ru=f"В {file.content.name} нет ни одного объекта JSON с полями; ожидался один объект "
                f'на строку, например {{"id": 1, "name": "…"}}, или массив таких объектов.',
            )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The dotted names of all fields, in the order in which they were first met."""
        return make_names(list(self._keys))[0]

    @property
    def notes(self) -> tuple[Wording, ...]:
        """Encoding, and how nested values are kept."""
        return (
            note_encoding(self._file.encoding),
            Wording(
                en="JSON: nested objects are columns with dots, lists are kept as JSON text.",
                ru="JSON: вложенные объекты — столбцы через точку, списки оставлены текстом JSON.",
            ),
        )

    def _convert(self) -> Iterator[Path]:
        _ = self._file.survey
        batch: list[dict[str, str | None]] = []
        for item in self._iterate():
            if isinstance(item, RejectedLine):
                self._rejected.append(item)
                continue
            flat = dict(_flatten(item))
            self._keys.update(dict.fromkeys(flat))
            batch.append(flat)
            if len(batch) >= _BATCH_ROWS:
                yield self._write(batch)
                batch = []
        yield self._write(batch)

    def _write(self, batch: list[dict[str, str | None]]) -> Path:
        path = self._file.folder / f"rows-{len(list(self._file.folder.glob('rows-*')))}.parquet"
        # A part has the columns known so far, by number: their names may still have to be changed.
        numbers = [f"c{number}" for number in range(len(self._keys))]
        write_rows(path, numbers, ([row.get(key) for key in self._keys] for row in batch))
        return path

    def _iterate(self) -> Generator[Mapping[str, Any] | RejectedLine]:
        first = self._file.head().lstrip().decode("utf-8", "replace").split("\n")[:_LOOK_LINES]
        # A broken line among good ones is a broken line; an object over many lines has no good one.
        if any(_parse(line) is not None for line in first):
            return self._iterate_lines()
        return self._iterate_stream()

    def _iterate_lines(self) -> Generator[Mapping[str, Any] | RejectedLine]:
        for number, text, raw in self._file.lines():
            if text is None:
                yield reject_undecoded(number, raw)
            elif text.strip():
                found = _parse(text)
                if found is not None:
                    self._places.add(number)
                yield (
                    RejectedLine(number, text[:10_000], "not_json", explain("not_json"))
                    if found is None
                    else found
                )

    def _iterate_stream(self) -> Generator[Mapping[str, Any]]:
        """Objects of an array, or one after another, whatever lines they take."""
        buffer = ""
        for piece in self._file.pieces():
            buffer += piece
            position = _skip(buffer, 0)
            while buffer.startswith("{", position):
                try:
                    found, end = _DECODER.raw_decode(buffer, position)
                except json.JSONDecodeError:
                    break
                yield found
                position = _skip(buffer, end)
            buffer = buffer[position:]
        if buffer.strip(" \t\n],"):
            raise SourceError(
                en=f"{self._file.content.name}: the JSON breaks off or is not well formed; what could"
                f" not be read begins with {buffer[:60]!r}. Export it again; nothing was loaded.",
                ru=f"{self._file.content.name}: JSON обрывается или записан с ошибкой; непрочитанное "
                f"начинается с {buffer[:60]!r}. Выгрузите его заново; ничего не загружено.",
            )

    def sample(self, connection: DuckDBPyConnection, rows: int) -> pa.Table:
        """The first rows."""
        query = f"SELECT * FROM {self.scan(connection)} LIMIT {int(rows)}"
        return connection.execute(query).to_arrow_table()

    def scan(self, _connection: DuckDBPyConnection) -> str:
        """SQL for all rows."""
        listed = ", ".join(quote_path(part) for part in self._parts)
        columns = ", ".join(
            f"c{number} AS {quote_name(name)}" for number, name in enumerate(self.names)
        )
        return (
            f"(SELECT {columns} FROM read_parquet([{listed}], union_by_name=true,"
            " hive_partitioning=false))"
        )

    def find_lines(self, _connection: DuckDBPyConnection, numbers: Sequence[int]) -> dict[int, int]:
        """The line of each of these objects; its number in an array."""
        return dict(zip(numbers, self._places.find(numbers), strict=True))

    def rejected_lines(self, _connection: DuckDBPyConnection) -> list[RejectedLine]:
        """The lines that are no objects."""
        return list(self._rejected)


def _skip(buffer: str, position: int) -> int:
    """The next place that is not between objects."""
    match = _BETWEEN.match(buffer, position)
    return match.end() if match else position


class _Number(str):
    """A number as it is written in the file: 1.10 stays 1.10."""

    __slots__ = ()


_DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number)


def _parse(text: str) -> Mapping[str, Any] | None:
    try:
        found = _DECODER.decode(text.strip())
    except (json.JSONDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _flatten(found: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str | None]]:
    for key, value in found.items():
        if isinstance(value, dict) and value:
            yield from _flatten(value, f"{prefix}{key}.")
        elif isinstance(value, str) or value is None:
            yield prefix + key, value
        else:
            yield prefix + key, _write_json(value)


def _write_json(value: object) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(_write_json(part) for part in value) + "]"
    if isinstance(value, dict):
        pairs = (f"{_write_json(str(key))}: {_write_json(part)}" for key, part in value.items())
        return "{" + ", ".join(pairs) + "}"
    return json.dumps(value, ensure_ascii=False)
