"""The verb `datasets`: where the well-known data sets lie, and whether they are whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from regulars.connectors.datasets import choose_datasets_folder, find_datasets, get_dataset
from regulars.settings import load_settings

if TYPE_CHECKING:
    from regulars.connectors.datasets import DatasetState

__all__ = ["find_known_datasets"]


def find_known_datasets(name: str | None = None) -> list[DatasetState]:
    """What of the known data sets is on this machine, each file compared with its checksum.

    Parameters
    ----------
    name
        Only this one; raises `UnknownNameError` when it is not known.
    """
    if name is not None:
        get_dataset(name)
    folder = choose_datasets_folder(load_settings(None).datasets, current=Path.cwd())
    return [state for state in find_datasets(folder) if name in (None, state.dataset.name)]
