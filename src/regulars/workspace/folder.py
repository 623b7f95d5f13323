"""A workspace: one folder with settings, the lake, the vault, mappings, definitions and runs."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from regulars.errors import ConflictError, EngineError, NotFoundError, StorageError
from regulars.schema.definition_files import read_text_file
from regulars.schema.foreign_words import say_system_error
from regulars.workspace.key_place import KeyPlace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from typing import Self

    from duckdb import DuckDBPyConnection
    from ibis.backends.duckdb import Backend

    from regulars.features import FeatureDefinition
    from regulars.ingest.result import LoadResult
    from regulars.ingest.wishes import Wishes
    from regulars.lake import Lake
    from regulars.progress import Progress
    from regulars.quality import Check
    from regulars.schema.mapping import Mapping
    from regulars.settings import Settings
    from regulars.vault import FileVault, MasterKey
    from regulars.workspace.check import DataState
    from regulars.workspace.erase import ErasureReport
    from regulars.workspace.load import FileReading
    from regulars.workspace.segment_store import SegmentStore
    from regulars.workspace.segmentation_store import SegmentationStore
    from regulars.workspace.spaces import SpaceStore

__all__ = ["REQUEST_FILE", "Workspace"]

_SETTINGS_FILE = "regulars.toml"
REQUEST_FILE = "analyze.json"
"""For which files and wishes `analyze` made the workspace: it lies beside their results."""
_SCRATCH = ".scratch-"
_IN_USE = "in-use"
_FIRST_SETTINGS = """\
# Settings of this workspace. Every key can also be set in the environment: REGULARS_TIME_ZONE=…
# All keys, with their units: `docs/reference/settings.md`.

# The company's time zone (IANA); days begin and end by it.
time_zone = "{time_zone}"
"""


class Workspace:
    """One company's data and everything made of it, in one folder.

    Parameters
    ----------
    folder
        Must hold `regulars.toml`; `create` makes one.
    settings
        Already read; None reads them from the folder and the environment.

    Raises
    ------
    NotFoundError
        When the folder is no workspace.

    Examples
    --------
    >>> import tempfile
    >>> workspace = Workspace.create(Path(tempfile.mkdtemp()) / "shop")
    >>> workspace.settings.time_zone
    'UTC'
    """

    def __init__(self, folder: Path, *, settings: Settings | None = None) -> None:
        from regulars.settings import load_settings

        if not (folder / _SETTINGS_FILE).is_file():
            raise NotFoundError(
                en=f"Folder '{folder}' is not a workspace: it has no {_SETTINGS_FILE}."
                f" Make one with `regulars init {folder}`, or name another with --workspace.",
                ru=f"Папка «{folder}» — не рабочая: в ней нет {_SETTINGS_FILE}. Создайте рабочую папку "
                f"командой regulars init {folder} или назовите другую: --workspace.",
            )
        self.folder = folder
        self.settings = settings or load_settings(folder)

    @classmethod
    def create(
        cls, folder: Path, *, time_zone: str = "UTC", keeps_key_elsewhere: bool = False
    ) -> Self:
        """Make a workspace in `folder`, which may exist but may not hold one.

        Parameters
        ----------
        folder
            Where.
        time_zone
            The company's (IANA).
        keeps_key_elsewhere
            The folder is given away with the results in it, so the key lies in the person's own
            folder of keys (setting `key_folder`) and only its name lies here.

        Raises
        ------
        ConflictError
            When there is a workspace already.
        InvalidParameterError
            When there is no such time zone.
        StorageError
            When the folder cannot be written.
        """
        from regulars.lake import Lake
        from regulars.settings import check_time_zone, load_settings

        if (folder / _SETTINGS_FILE).exists():
            raise ConflictError(
                en=f"Folder '{folder}' already holds a workspace; use it as it is.",
                ru=f"В папке «{folder}» уже есть рабочая папка; пользуйтесь ею.",
            )
        check_time_zone(time_zone)
        try:
            for part in ("definitions", "mappings", "runs", "models"):
                (folder / part).mkdir(parents=True, exist_ok=True)
            KeyPlace(folder).make_key(load_settings(folder), is_elsewhere=keeps_key_elsewhere)
            Lake.create(folder / "lake")
            # Last: a folder with settings is a complete workspace.
            text = _FIRST_SETTINGS.format(time_zone=time_zone)
            (folder / _SETTINGS_FILE).write_text(text, encoding="utf-8")
        except OSError as error:
            raise StorageError(
                en=f"Workspace '{folder}' cannot be made: {say_system_error(error).en}."
                " Choose a folder that you may write to.",
                ru=f"Рабочую папку «{folder}» не удаётся создать: {say_system_error(error).ru}. Выберите "
                "папку, в которую можно писать.",
            ) from error
        return cls(folder)

    @classmethod
    def find(cls, argument: Path | None = None) -> Self:
        """The workspace named by the argument, by `REGULARS_HOME`, or the current folder."""
        from regulars.settings import load_settings

        home = load_settings(None).home
        return cls(argument or home or Path.cwd())

    @property
    def results_folder(self) -> Path:
        """Where analyses write if nobody says otherwise: beside this workspace, or inside it."""
        if (self.folder / REQUEST_FILE).is_file():
            return self.folder.parent
        return self.folder / "analysis"

    @property
    def is_beside_another(self) -> bool:
        """Whether the current folder is a workspace, too, and not this one."""
        here = Path.cwd()
        return (here / _SETTINGS_FILE).is_file() and here.resolve() != self.folder.resolve()

    @property
    def lake(self) -> Lake:
        """The tables."""
        return self._lake

    @cached_property
    def _lake(self) -> Lake:
        from regulars.lake import Lake

        return Lake.open(self.folder / "lake")

    @cached_property
    def master_key(self) -> MasterKey:
        """The key of all keys, from the environment or the key file."""
        from regulars.vault import load_master_key

        return load_master_key(self.settings.master_key, key_file=self.key_file)

    @property
    def key_file(self) -> Path:
        """Where the key is looked for when the environment gives none."""
        return self._key_place.find_file(self.settings)

    @property
    def has_key_inside(self) -> bool:
        """Whether the key lies in this folder, as it should not beside a report."""
        return self._key_place.is_inside

    def move_key_elsewhere(self) -> None:
        """Move the key out of this folder, into the person's own folder of keys."""
        self._key_place.move_elsewhere(self.settings)

    @property
    def _key_place(self) -> KeyPlace:
        return KeyPlace(self.folder)

    @cached_property
    def vault(self) -> FileVault:
        """Personal values, encrypted per customer."""
        from regulars.vault import FileVault

        return FileVault(
            self.folder / "vault",
            self.master_key,
            lock_wait_seconds=self.settings.lock_wait_seconds,
        )

    def load(
        self,
        path: Path | str,
        *,
        wishes: Wishes | None = None,
        reading: FileReading | None = None,
        known_on: date | None = None,
        progress: Progress | None = None,
    ) -> LoadResult:
        """Load a file; see `regulars.workspace.load.load_file` for the parameters."""
        from regulars.progress import Silent
        from regulars.workspace.load import load_file

        return load_file(
            self,
            path,
            wishes=wishes,
            reading=reading,
            known_on=known_on,
            language=self.settings.language,
            progress=progress or Silent(),
        )

    def check(self, *tables: str, progress: Progress | None = None) -> DataState:
        """The state of the loaded tables (all by default) and what the checks find."""
        from regulars.progress import Silent
        from regulars.workspace.check import check_data

        return check_data(
            self,
            tables=tables,
            language=self.settings.language,
            progress=progress or Silent(),
        )

    def erase(
        self,
        *customer_ids: str,
        is_rehearsal: bool = False,
        reader: str | None = None,
        progress: Progress | None = None,
    ) -> ErasureReport:
        """Erase customers everywhere; see `regulars.workspace.erase.erase_customers`."""
        from getpass import getuser

        from regulars.progress import Silent
        from regulars.workspace.erase import erase_customers

        return erase_customers(
            self,
            customer_ids,
            reader=reader or getuser(),
            is_rehearsal=is_rehearsal,
            language=self.settings.language,
            progress=progress or Silent(),
        )

    @contextmanager
    def open_scratch(self, *, may_be_elsewhere: bool = False) -> Iterator[Path]:
        """An empty folder beside the lake, removed at the end.

        With `may_be_elsewhere`, for work that only reads, it is among the system's temporary
        folders when the workspace cannot be written.
        """
        try:
            self._sweep_scratch()
            scratch, lock = self._make_scratch()
        except OSError as error:
            if may_be_elsewhere:
                with tempfile.TemporaryDirectory(prefix="regulars-") as folder:
                    yield Path(folder)
                return
            raise StorageError(
                en=f"Workspace '{self.folder}' cannot be written: {say_system_error(error).en}."
                " Free some space, or give yourself the right to write there.",
                ru=f"В рабочую папку «{self.folder}» не удаётся писать: {say_system_error(error).ru}. "
                "Освободите место или дайте себе право на запись.",
            ) from error
        try:
            yield scratch
        finally:
            lock.release()
            shutil.rmtree(scratch, ignore_errors=True)

    def _make_scratch(self) -> tuple[Path, FileLock]:
        """A new folder with its lock, held as long as this process lives: sweeps leave it alone."""
        while True:
            scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=self.folder))
            lock = FileLock(scratch / _IN_USE)
            # Until it is locked, a sweep takes it for one that a dead process left.
            with suppress(FileNotFoundError, FileExistsError):
                lock.acquire()
                if (scratch / _IN_USE).exists():
                    return scratch, lock
                lock.release()

    def _sweep_scratch(self) -> None:
        """Remove what dead processes left: it may hold rows as they came, names and all."""
        for left in self.folder.glob(f"{_SCRATCH}*"):
            try:
                with FileLock(left / _IN_USE, timeout=0):
                    shutil.rmtree(left, ignore_errors=True)
            except (Timeout, OSError):
                continue

    @contextmanager
    def open_engine(self, scratch: Path) -> Iterator[Backend]:
        """A fresh engine under Ibis that spills into `scratch`; raises as `open_connection` does."""
        import ibis

        with self.open_connection(scratch) as connection:
            yield ibis.duckdb.from_connection(connection)

    @contextmanager
    def open_connection(self, scratch: Path) -> Iterator[DuckDBPyConnection]:
        """A fresh engine that spills into `scratch`.

        Raises
        ------
        EngineError
            When what is done with it needs more memory than it may take.
        StorageError
            When there is no room to spill into.
        """
        import duckdb

        from regulars.engines.duckdb import open_connection
        from regulars.lake.storage import explain_storage_error

        limit = self.settings.memory_limit
        connection = open_connection(scratch, memory_limit=limit, threads=self.settings.threads)
        try:
            yield connection
        except duckdb.OutOfMemoryException as error:
            raise EngineError(
                en=f"The engine needs more memory than it may take ({limit or 'most of the machine'}),"
                f" or more room to work in {self.folder} than the disk has."
                " Set a larger memory_limit in regulars.toml, fewer threads, or free some space.",
                ru="Движку нужно больше памяти, чем ему разрешено "
                f"({limit or 'почти вся память машины'}), или больше места в {self.folder}, чем "
                "есть на диске. Увеличьте memory_limit в regulars.toml, уменьшите threads или "
                "освободите место.",
            ) from error
        except duckdb.IOException as error:
            explained = explain_storage_error(error, scratch)
            if explained is None:
                raise
            raise explained from error
        finally:
            connection.close()

    def read_checks(self) -> tuple[Check, ...]:
        """The built-in checks with the workspace's own."""
        from regulars.quality import load_checks

        return load_checks(self.read_definitions("check"))

    def read_features(self) -> tuple[FeatureDefinition, ...]:
        """The built-in features with the workspace's own."""
        from regulars.features import load_features

        return load_features(self.read_definitions("feature"))

    @property
    def spaces(self) -> SpaceStore:
        """The feature spaces and their versions."""
        from regulars.workspace.spaces import SpaceStore

        return SpaceStore(self.folder / "definitions" / "space")

    @property
    def segments(self) -> SegmentStore:
        """The segments by rules, and their versions."""
        from regulars.workspace.segment_store import SegmentStore

        return SegmentStore(self.folder / "definitions" / "segment")

    @property
    def segmentations(self) -> SegmentationStore:
        """The saved segmentations, and their versions."""
        from regulars.workspace.segmentation_store import SegmentationStore

        return SegmentationStore(self.folder / "definitions" / "segmentation")

    def read_definitions(self, kind: str) -> dict[str, str]:
        """The workspace's own definitions of a kind, as TOML by file."""
        folder = self.folder / "definitions" / kind
        files = sorted(folder.glob("*.toml")) if folder.is_dir() else []
        names = {file: f"definitions/{kind}/{file.name}" for file in files}
        return {name: read_text_file(file, where=name) for file, name in names.items()}

    def find_mapping(self, columns: tuple[str, ...], kind: str | None) -> Mapping | None:
        """The mapping saved for a source with these columns, if it is of `kind`."""
        from regulars.schema.mapping import Mapping, make_columns_key

        file = self._mapping_file(make_columns_key(columns))
        if not file.is_file():
            return None
        where = f"mappings/{file.name}"
        mapping = Mapping.from_toml(read_text_file(file, where=where), where=where)
        return mapping if kind in (None, mapping.kind) else None

    def save_mapping(self, mapping: Mapping) -> Path:
        """Keep a mapping for the next source with the same columns."""
        from regulars.lake import storage_guard

        file = self._mapping_file(mapping.columns_key())
        with storage_guard(file.parent):
            file.parent.mkdir(exist_ok=True)
            file.write_text(mapping.to_toml(), encoding="utf-8")
        return file

    def _mapping_file(self, key: str) -> Path:
        return self.folder / "mappings" / f"{key}.toml"
