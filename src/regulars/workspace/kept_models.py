"""The models that the runs of a workspace have kept, as a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.errors import NotFoundError, StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from regulars.predictions.families.names import ModelName
    from regulars.registry.parameters import Parameters
    from regulars.report.parts import Interval
    from regulars.schema.wording import Wording
    from regulars.workspace.folder import Workspace

__all__ = ["KeptModels", "list_models"]


@dataclass(frozen=True, slots=True)
class KeptModels:
    """The models of one run, or of one class of a run.

    Attributes
    ----------
    run
        Name of the run.
    class_number
        Of an outcome of several classes which, from 1; None where there is one outcome.
    as_of
        First day that they have not seen, ISO 8601.
    outcome
        What they predict, in words.
    chosen
        Name of the model in use.
    title
        What people call it.
    roc_auc
        Of the chosen one, on customers that it had not seen.
    parameters
        The settings of each that is kept, by its name; empty where an earlier version kept them.
    n_models
        How many are kept.
    champion_since
        When the chosen one was taken into use, ISO 8601; None where it is not in use.
    """

    run: str
    class_number: int | None
    as_of: str
    outcome: Wording
    chosen: ModelName
    title: Wording
    roc_auc: Interval
    parameters: Mapping[ModelName, Parameters]
    n_models: int
    champion_since: str | None = None


def list_models(workspace: Workspace) -> tuple[KeptModels, ...]:
    """The models that are kept, oldest run first; folders whose manifest is damaged are left out.

    Parameters
    ----------
    workspace
        Whose runs.

    Raises
    ------
    StorageError
        When models are kept, and all of them are damaged.
    """
    from regulars.predictions.fitting.roster import FAMILIES
    from regulars.registry import read_manifest
    from regulars.workspace.champions import list_champions

    in_use = {(entry.run, entry.class_number): entry.at for entry in list_champions(workspace)}
    found, damage = [], None
    for folder in sorted((workspace.folder / "runs").glob("*/models")):
        for own in (folder, *sorted(folder.glob("[0-9]*"))):
            try:
                manifest = read_manifest(own)
            except NotFoundError:
                continue
            except StorageError as error:
                # Opening them says what is wrong; a list is of those that can be opened.
                damage = damage or error
                continue
            number = int(own.name) if own != folder else None
            found.append(
                KeptModels(
                    run=folder.parent.name,
                    class_number=number,
                    as_of=manifest.as_of,
                    outcome=manifest.outcome.sentence,
                    chosen=manifest.chosen,
                    title=FAMILIES[manifest.chosen].title,
                    roc_auc=manifest.figures[manifest.chosen].roc_auc,
                    parameters=manifest.parameters,
                    n_models=len(manifest.figures),
                    champion_since=in_use.get((folder.parent.name, number)),
                )
            )
    if not found and damage is not None:
        raise damage
    return tuple(found)
