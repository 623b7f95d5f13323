"""Segments of a workspace: a TOML file each, beside those that come with Regulars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.schema.wording import Wording
from regulars.segments.rules.definition import (
    SegmentDefinition,
    check_unused,
    list_presets,
    order_segments,
    read_segments,
)
from regulars.workspace.definition_store import DefinitionKind, DefinitionStore

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SegmentStore"]

_KIND = DefinitionKind(
    folder="segment",
    noun=Wording(en="segment", ru="сегмент"),
    of_noun="сегмента",
    read=lambda text, where: read_segments(text, file=where)[0],
)


class SegmentStore(DefinitionStore[SegmentDefinition]):
    """Named segments in `definitions/segment/`.

    Parameters
    ----------
    folder
        Made when the first segment is saved.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from regulars.schema.wording import Wording
    >>> store = SegmentStore(Path(tempfile.mkdtemp()))
    >>> title = Wording(en="Buyers", ru="Покупатели")
    >>> store.save(SegmentDefinition(name="buyers", title=title, rule={"bought": {}}))
    >>> store.get("buyers").rule.bought.is_anything
    True
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, _KIND)

    def read_all(self) -> dict[str, SegmentDefinition]:
        """All segments by name: those that come with Regulars, and the workspace's own over them."""
        presets = {preset.name: preset for preset in list_presets()}
        return presets | {name: self.get(name) for name in self.list()}

    def save(self, segment: SegmentDefinition, *, replace: bool = False) -> None:
        """Save a segment and its version.

        Parameters
        ----------
        segment
            What to save.
        replace
            Save a new version of a segment that is there already.

        Raises
        ------
        ConflictError
            When there is a segment of this name, and it is not to be replaced.
        UnknownNameError, DefinitionError
            When it stands on a segment that is not there, or on itself in a circle.
        """
        known = self.read_all() | {segment.name: segment}
        order_segments(segment.rule, known, name=segment.name)
        text = segment.to_toml()
        self.keep(segment.name, segment.version, edited=text, kept=text, replace=replace)

    def keep_version(self, segment: SegmentDefinition) -> None:
        """Keep the version of a segment whose members are stored: its file may have been edited."""
        self.keep_only_version(segment.name, segment.version, segment.to_toml())

    def delete(self, name: str) -> None:
        """Take a segment off the list; its versions stay.

        Raises
        ------
        UnknownNameError
            When there is none.
        ConflictError
            When other segments stand on it.
        """
        self.get(name)
        check_unused(name, self.read_all())
        super().delete(name)
