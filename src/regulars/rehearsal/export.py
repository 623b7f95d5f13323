"""The files of the simulated telecom company, under the names that such a company gives."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from regulars.rehearsal.words import COLUMN_NAMES, FILE_NAMES, VALUES
from regulars.schema.wording import Language

if TYPE_CHECKING:
    from regulars.rehearsal.telecom import TelecomCompany

__all__ = ["write_telecom_company", "write_truth"]

_PARQUET = frozenset({"usage", "sessions"})
_KINDS = {
    "customers": "customers",
    "tariffs": "tariffs",
    "subscriptions": "subscriptions",
    "payments": "payments",
    "usage": "events",
    "sessions": "events",
    "contacts": "interactions",
    "reviews": "feedback",
    "referrals": "relations",
}
"""In the order in which they are worth loading: what others refer to comes first."""


def write_telecom_company(
    company: "TelecomCompany", folder: Path, *, language: Language = "en"
) -> dict[Path, str]:
    """Write the files of a company: Parquet where it counts millions, CSV elsewhere.

    In Russian the files are called in Russian, and so are their columns and values; the delimiter
    is a semicolon, numbers have a decimal comma and dates are written 31.12.2025.

    Parameters
    ----------
    company
        Whose tables. The truth is not among them.
    folder
        Made when it is not there.
    language
        Of the names.

    Returns
    -------
    dict
        Each file with the kind of its rows, in the order in which to load them.

    Examples
    --------
    >>> import tempfile
    >>> from regulars.rehearsal import make_telecom_company
    >>> company = make_telecom_company(customers=50, months=6)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = write_telecom_company(company, Path(folder), language="ru")
    >>> [path.name for path in files][:3]
    ['абоненты.csv', 'тарифы.csv', 'договоры.csv']
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, kind in _KINDS.items():
        table = _translate(company.tables[name], name, language)
        stem = FILE_NAMES[name].to(language)
        if name in _PARQUET:
            path = folder / f"{stem}.parquet"
            _write_parquet(table, path)
        else:
            path = folder / f"{stem}.csv"
            _write_csv(_spell(table) if language == "ru" else table, path, language)
        written[path] = kind
    return written


def write_truth(company: "TelecomCompany", path: Path) -> None:
    """Write the truth as Parquet: to a folder that nothing is loaded from."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_parquet(company.truth, path)


def _translate(table: pa.Table, name: str, language: Language) -> pa.Table:
    names = COLUMN_NAMES[name]
    if language == "ru":
        table = pa.table({column: _say(table[column], VALUES) for column in table.column_names})
    return table.rename_columns([names[column].to(language) for column in table.column_names])


def _say(values: pa.ChunkedArray, words: Mapping[str, str]) -> pa.ChunkedArray:
    """The values in Russian, where they have a word."""
    if not pa.types.is_string(values.type):
        return values
    encoded = values.combine_chunks().dictionary_encode()
    spoken = pa.array([words.get(value, value) for value in encoded.dictionary.to_pylist()])
    if not len(spoken):
        return values
    return pa.chunked_array([spoken.take(encoded.indices)])


def _spell(table: pa.Table) -> pa.Table:
    """Numbers, dates and yes or no as a Russian program writes them."""
    return pa.table({name: _spell_column(table[name]) for name in table.column_names})


def _spell_column(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_floating(values.type):
        return pc.replace_substring(values.cast(pa.string()), ".", ",")
    if pa.types.is_date(values.type):
        return pc.strftime(values, format="%d.%m.%Y")
    if pa.types.is_timestamp(values.type):
        return pc.strftime(values, format="%d.%m.%Y %H:%M:%S")
    if pa.types.is_boolean(values.type):
        return pc.if_else(values, "да", "нет")
    return values


def _write_csv(table: pa.Table, path: Path, language: Language) -> None:
    from pyarrow import csv

    delimiter = ";" if language == "ru" else ","
    csv.write_csv(table, path, csv.WriteOptions(delimiter=delimiter, quoting_style="needed"))


def _write_parquet(table: pa.Table, path: Path) -> None:
    from pyarrow import parquet

    parquet.write_table(table, path, compression="zstd")
