"""What a run was made from and gave: the record in `runs/<id>/run.json`."""

from __future__ import annotations

import hashlib
import json
import platform
from contextlib import suppress
from datetime import date
from functools import cache
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from regulars import __version__
from regulars.errors import StorageError
from regulars.lake import storage_guard

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from importlib.resources.abc import Traversable

__all__ = [
    "code_version",
    "find_last_as_of",
    "find_last_run",
    "library_versions",
    "list_result_folders",
    "make_id",
    "read_record",
    "write_run",
]

_LIBRARIES = (
    *("duckdb", "deltalake", "ibis-framework", "lightgbm", "numpy", "pyarrow", "scikit-learn"),
    "scipy",
)


def make_id(now: datetime) -> str:
    """An id of a load or a run: sorts by time and is never made twice."""
    return f"{now:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"


@cache
def code_version() -> str:
    """The version of Regulars and a fingerprint of its source: `0.1.0+3f2a…`.

    Two runs with the same text here ran the same code.
    """
    digest = hashlib.sha256()
    for name, content in _walk(resources.files("regulars"), ""):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return f"{__version__}+{digest.hexdigest()[:12]}"


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                found += _walk(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((".py", ".toml")):
            found.append((prefix + entry.name, entry.read_bytes()))
    return found


def library_versions() -> dict[str, str]:
    """Versions of Python and of the libraries that figures depend on."""
    versions = {name: metadata.version(name) for name in _LIBRARIES}
    return {"python": platform.python_version(), **versions}


def write_run(folder: Path, run_id: str, record: Mapping[str, object]) -> Path:
    """Keep the record of a run; returns the file."""
    file = folder / run_id / "run.json"
    text = json.dumps({"run_id": run_id, **record}, ensure_ascii=False, indent=2) + "\n"
    with storage_guard(folder):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return file


def read_record(folder: Path, run_id: str) -> dict[str, Any]:
    """The record of one run.

    Raises
    ------
    StorageError
        When it cannot be read.
    """
    file = folder / run_id / "run.json"
    try:
        record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StorageError(
            en=f"The record of run {run_id} cannot be read: {error}.",
            ru=f"Запись о прогоне {run_id} не прочитать: {error}.",
        ) from error
    return record


def list_result_folders(folder: Path) -> list[Path]:
    """The folders that the recorded runs wrote results to, and that are still there."""
    written = {Path(one["folder"]) for one in _read_runs(folder) if one.get("folder")}
    return sorted(path for path in written if path.is_dir())


def find_last_as_of(folder: Path) -> date | None:
    """The first day that the results in the usual folder have not seen; None without any."""
    run = find_last_run(folder)
    return date.fromisoformat(run["as_of"]) if run else None


def find_last_run(folder: Path) -> dict[str, Any] | None:
    """The record of the run whose results are in the usual folder; None without any."""
    runs = [one for one in _read_runs(folder) if one.get("as_of") and not one.get("folder")]
    return runs[-1] if runs else None


def _read_runs(folder: Path) -> list[dict[str, Any]]:
    """The records, oldest first; a damaged one says nothing, and `reproduce` complains of it."""
    found = []
    for file in sorted(folder.glob("*/run.json")):
        with suppress(ValueError):
            found.append(json.loads(file.read_text(encoding="utf-8")))
    return found
