"""The real data sets Regulars is checked against: known by name and checksum, found, never fetched."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from regulars.errors import NotFoundError, StorageError, UnknownNameError
from regulars.schema.foreign_words import say_system_error
from regulars.schema.wording import Wording

__all__ = [
    "Dataset",
    "DatasetFile",
    "DatasetState",
    "choose_datasets_folder",
    "find_datasets",
    "get_dataset",
    "list_datasets",
]

_BESIDE = Path("..") / "shared" / "data"

FileState = Literal["verified", "changed", "missing"]


class DatasetFile(BaseModel):
    """One file of a data set, as it was published."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=1)


class Dataset(BaseModel):
    """One data set: a folder of files.

    Attributes
    ----------
    name
        Also the name of its folder.
    meaning
        What it is, in both languages.
    license
        As its publisher states it.
    files
        What the folder holds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    meaning: Wording
    license: str
    files: tuple[DatasetFile, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class DatasetState:
    """What of a data set is there.

    Attributes
    ----------
    dataset
        Which one.
    path
        Its folder; None when no folder of data sets is known.
    files
        Each file's name with `verified` (as published), `changed` or `missing`.
    """

    dataset: Dataset
    path: Path | None
    files: dict[str, FileState]

    @property
    def is_verified(self) -> bool:
        """Whether every file is there as it was published."""
        return set(self.files.values()) == {"verified"}

    @property
    def present(self) -> tuple[str, ...]:
        """Names of the files that are there, changed or not."""
        return tuple(name for name, state in self.files.items() if state != "missing")


@cache
def list_datasets() -> tuple[Dataset, ...]:
    """Every known data set."""
    listing = resources.files("regulars.connectors") / "datasets.toml"
    tables = tomllib.loads(listing.read_text(encoding="utf-8"))["datasets"]
    return tuple(Dataset.model_validate(table) for table in tables)


def get_dataset(name: str) -> Dataset:
    """The data set `name`; raises `UnknownNameError`.

    Examples
    --------
    >>> get_dataset("telco").files[0].name
    'Telco-Customer-Churn.csv'
    """
    known = {dataset.name: dataset for dataset in list_datasets()}
    if name not in known:
        raise UnknownNameError("data set", name, known, ru="набора данных")
    return known[name]


def choose_datasets_folder(chosen: Path | None, *, current: Path) -> Path | None:
    """The folder of data sets: the one chosen, else `../shared/data` beside `current` if it exists.

    Parameters
    ----------
    chosen
        The setting `datasets`.
    current
        The folder the person stands in.

    Raises
    ------
    NotFoundError
        The chosen folder does not exist.
    """
    if chosen is not None:
        if not chosen.is_dir():
            raise NotFoundError(
                en=f"The folder of data sets {chosen} does not exist. Set REGULARS_DATASETS to the"
                " folder that holds them.",
                ru=f"Папки наборов данных {chosen} нет. Укажите в REGULARS_DATASETS папку, где они "
                "лежат.",
            )
        return chosen
    beside = current / _BESIDE
    return beside.resolve() if beside.is_dir() else None


def find_datasets(folder: Path | None) -> list[DatasetState]:
    """What of every known data set is in `folder`, each file compared with its checksum.

    Parameters
    ----------
    folder
        As `choose_datasets_folder` gives it; with None everything is missing.
    """
    return [_find_one(dataset, folder) for dataset in list_datasets()]


def _find_one(dataset: Dataset, folder: Path | None) -> DatasetState:
    if folder is None:
        return DatasetState(dataset, None, {file.name: "missing" for file in dataset.files})
    path = folder / dataset.name
    return DatasetState(
        dataset, path, {file.name: _compare(path / file.name, file) for file in dataset.files}
    )


def _compare(path: Path, file: DatasetFile) -> FileState:
    if not path.is_file():
        return "missing"
    try:
        with path.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise StorageError(
            en=f"{path} cannot be read: {say_system_error(error).en}. Give yourself the right to read it.",
            ru=f"{path} не читается: {say_system_error(error).ru}. Дайте себе право на чтение.",
        ) from error
    return "verified" if found == file.sha256 else "changed"
