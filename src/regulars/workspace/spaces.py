"""Feature spaces of a workspace: a TOML file each, and versions that never change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.features import FeatureSpace, read_space
from regulars.schema.wording import Wording
from regulars.workspace.definition_store import DefinitionKind, DefinitionStore

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from regulars.features import FeatureDefinition

__all__ = ["SpaceStore"]

_KIND = DefinitionKind(
    folder="space",
    noun=Wording(en="feature space", ru="пространство признаков"),
    of_noun="пространства признаков",
    read=lambda text, where: read_space(text, file=where),
)


class SpaceStore(DefinitionStore[FeatureSpace]):
    """Named feature spaces in `definitions/space/`; a version keeps what its features were.

    Parameters
    ----------
    folder
        Made when the first space is created.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> store = SpaceStore(Path(tempfile.mkdtemp()))
    >>> space = store.create(FeatureSpace(name="rhythm", features=("recency_days",)))
    >>> store.list() == ("rhythm",), store.list_versions("rhythm") == (space.version,)
    (True, True)
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, _KIND)

    def create(
        self,
        space: FeatureSpace,
        *,
        definitions: Sequence[FeatureDefinition] | None = None,
        replace: bool = False,
    ) -> FeatureSpace:
        """Save a space and its version; the version is returned, with its definitions.

        Parameters
        ----------
        space
            What to save.
        definitions
            Where its features are looked up; None takes the library.
        replace
            Save a new version of a space that is there already.

        Raises
        ------
        ConflictError
            When there is a space of this name, and it is not to be replaced.
        UnknownNameError
            When a feature does not exist.
        """
        pinned = space.pin(definitions)
        self.keep(
            space.name,
            pinned.version,
            edited=space.model_copy(update={"definitions": ()}).to_toml(),
            kept=pinned.to_toml(),
            replace=replace,
        )
        return pinned
