"""Customers in the results that an analysis left: which files name them, and how they leave."""

from __future__ import annotations

import csv
import json
import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from regulars.lake.storage import storage_guard
from regulars.workspace.tested import TESTED, sign_rewritten

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from regulars.vault.keys import MasterKey

__all__ = ["ResultTraces", "erase_from_results", "find_in_results"]

Fate = Literal["rewritten", "removed"]
_CSV_FILES = ("contact_list.csv", "quarantine.csv")
_SCORES = ("customers.parquet", "classes.parquet", "scores.parquet", TESTED)
_UNFINISHED_SCORES = ".scores.parquet.*/"
_WORKBOOK = "contact_list.xlsx"


@dataclass(frozen=True, slots=True)
class ResultTraces:
    """Where customers are named in the results.

    Attributes
    ----------
    ids
        Which of them.
    files
        Name of each file that names one, and what an erasure does with it.
    """

    ids: frozenset[str] = frozenset()
    files: Mapping[str, Fate] = field(default_factory=dict)


def find_in_results(folders: Sequence[Path], ids: Iterable[str]) -> ResultTraces:
    """Which results name which of these customers; a name is a path beside the first folder."""
    wanted = frozenset(ids)
    found: set[str] = set()
    files: dict[str, Fate] = {}
    for folder in folders:
        traces = _find_in_folder(folder, wanted)
        found |= traces.ids
        files |= {_say_file(folder, name, folders): fate for name, fate in traces.files.items()}
    return ResultTraces(frozenset(found), files)


def _say_file(folder: Path, name: str, folders: Sequence[Path]) -> str:
    return name if folder == folders[0] else str(folder / name)


def _find_in_folder(folder: Path, wanted: Collection[str]) -> ResultTraces:
    files: dict[str, Fate] = {}
    found: set[str] = set()
    with storage_guard(folder):
        for name, find, fate in _list_finders():
            file = folder / name
            named = find(file, wanted) if file.is_file() else set()
            if named:
                files[name] = fate
                found |= named
        for parts in folder.glob(_UNFINISHED_SCORES):
            named = _find_in_parts(parts, wanted)
            if named:
                files[parts.name] = "removed"
                found |= named
    # The page is drawn from it.
    if "report.json" in files and (folder / "report.html").is_file():
        files["report.html"] = "removed"
    return ResultTraces(frozenset(found), files)


def erase_from_results(
    folders: Sequence[Path], ids: Iterable[str], *, key: MasterKey
) -> dict[str, str]:
    """Take customers out of the results; tables are rewritten, what else names them is removed.

    Parameters
    ----------
    folders
        Where results lie.
    ids
        Of the customers.
    key
        Signs again what was signed.
    """
    wanted = frozenset(ids)
    files: dict[str, str] = {}
    for folder in folders:
        done = _erase_from_folder(folder, wanted, key)
        files |= {_say_file(folder, name, folders): fate for name, fate in done.items()}
    return files


def _erase_from_folder(folder: Path, wanted: Collection[str], key: MasterKey) -> Mapping[str, Fate]:
    traces = _find_in_folder(folder, wanted)
    with storage_guard(folder):
        for name, fate in traces.files.items():
            if (folder / name).is_dir():
                shutil.rmtree(folder / name)
            elif fate == "removed":
                (folder / name).unlink(missing_ok=True)
            elif name in _SCORES:
                _rewrite_parquet(folder / name, wanted, key)
            else:
                _rewrite_csv(folder / name, wanted)
    return traces.files


def _list_finders() -> list[tuple[str, Callable[[Path, Collection[str]], set[str]], Fate]]:
    return [
        *((name, _find_in_parquet, "rewritten") for name in _SCORES),
        *((name, _find_in_csv, "rewritten") for name in _CSV_FILES),
        (_WORKBOOK, _find_in_workbook, "removed"),
        ("report.json", _find_in_report, "removed"),
    ]


def _find_in_parquet(file: Path, wanted: Collection[str]) -> set[str]:
    import pyarrow.parquet as pq

    return set(pq.read_table(file, columns=["customer_id"])[0].to_pylist()) & set(wanted)


def _find_in_parts(folder: Path, wanted: Collection[str]) -> set[str]:
    """In the parts of a scoring that was stopped."""
    import pyarrow as pa

    found: set[str] = set()
    for file in folder.glob("*.arrow"):
        with pa.ipc.open_file(file) as part:
            found |= set(part.read_all()["customer_id"].to_pylist()) & set(wanted)
    return found


def _rewrite_parquet(file: Path, wanted: Collection[str], key: MasterKey) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from regulars.report.tables import replacing

    rows = pq.read_table(file)
    known = pa.array(sorted(wanted), pa.string())
    kept = rows.filter(pc.invert(pc.is_in(rows["customer_id"], value_set=known)))
    with replacing(file) as unfinished:
        pq.write_table(kept, unfinished, compression="zstd")
        if file.name == TESTED:
            sign_rewritten(file, unfinished, key)


def _find_in_csv(file: Path, wanted: Collection[str]) -> set[str]:
    return {one for row in _read_csv(file)[1] for one in _find_in_cells(row, wanted)}


def _rewrite_csv(file: Path, wanted: Collection[str]) -> None:
    from regulars.report.tables import replacing

    delimiter, rows = _read_csv(file)
    with replacing(file) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as f:
        writer = csv.writer(f, delimiter=delimiter, lineterminator="\r\n")
        writer.writerows(row for row in rows if not _find_in_cells(row, wanted))


def _read_csv(file: Path) -> tuple[str, list[list[str]]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        first = stream.readline()
        stream.seek(0)
        delimiter = ";" if first.count(";") > first.count(",") else ","
        return delimiter, list(csv.reader(stream, delimiter=delimiter))


def _find_in_cells(cells: Iterable[object], wanted: Collection[str]) -> set[str]:
    """Which ids are a cell, or a text inside the JSON that a cell holds of a row set aside."""
    found: set[str] = set()
    for cell in cells:
        # A quotation mark before a text keeps spreadsheets from reading it as a formula.
        text = str(cell).removeprefix("'")
        values = {text} | (set(re.findall(r'"([^"]*)"', text)) if text.startswith("{") else set())
        found |= values & set(wanted)
    return found


def _find_in_workbook(file: Path, wanted: Collection[str]) -> set[str]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(file))
    rows = (row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())
    return {one for row in rows for one in _find_in_cells(row, wanted)}


def _find_in_report(file: Path, wanted: Collection[str]) -> set[str]:
    """Only examples are rows of customers; everything else in a report is a sum."""
    findings = json.loads(file.read_text(encoding="utf-8")).get("data", {}).get("findings", [])
    cells = [
        value
        for finding in findings
        for example in finding.get("examples", [])
        for value in example.values()
    ]
    return _find_in_cells(cells, wanted)
