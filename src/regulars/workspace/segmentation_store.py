"""Saved segmentations: a TOML file each, which names the version of the feature space it was made in."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from regulars.conditions import explain_definition_error
from regulars.schema.definition_files import parse_toml
from regulars.schema.wording import Wording
from regulars.workspace.definition_store import DefinitionKind, DefinitionStore

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SegmentationDefinition", "SegmentationStore"]

_VERSION_LENGTH = 12


class SegmentationDefinition(BaseModel):
    """How customers were clustered, so that it can be done again.

    Attributes
    ----------
    name
        Small Latin letters, digits, `_` and `-`.
    space, space_version
        The feature space, and which version of it; the version holds criterion, period and filters.
    as_of
        The first day that was not seen.
    method
        Of clustering.
    k
        Number of clusters that was asked for; None when it was chosen.
    seed
        Of everything random.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=100)
    space: str
    space_version: str
    as_of: date
    method: str
    k: int | None = Field(default=None, ge=2)
    seed: int = 0

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits that follow from the content."""
        text = json.dumps(self._to_plain(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:_VERSION_LENGTH]

    def to_toml(self) -> str:
        """The definition as a file."""
        import tomlkit

        return tomlkit.dumps(self._to_plain())

    def _to_plain(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_defaults=True)


def _read(text: str, file: str) -> SegmentationDefinition:
    try:
        return SegmentationDefinition.model_validate(parse_toml(text, where=file))
    except ValidationError as error:
        raise explain_definition_error(error, where=file) from error


_KIND = DefinitionKind(
    folder="segmentation",
    noun=Wording(en="segmentation", ru="сегментация"),
    of_noun="сегментации",
    read=_read,
)


class SegmentationStore(DefinitionStore[SegmentationDefinition]):
    """Named segmentations in `definitions/segmentation/`.

    Parameters
    ----------
    folder
        Made when the first segmentation is saved.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, _KIND)

    def save(self, segmentation: SegmentationDefinition, *, replace: bool = False) -> None:
        """Save a segmentation and its version.

        Parameters
        ----------
        segmentation
            What to save.
        replace
            Save a new version of one that is there already.

        Raises
        ------
        ConflictError
            When there is one of this name, and it is not to be replaced.
        """
        text = segmentation.to_toml()
        self.keep(segmentation.name, segmentation.version, edited=text, kept=text, replace=replace)
