"""The models of a run: kept beside its record, and opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import NotFoundError
from regulars.lake import storage_guard

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from regulars.features import AsOf
    from regulars.predictions import ChurnComparison
    from regulars.registry import SavedModels
    from regulars.report.parts import LineagePart
    from regulars.workspace.folder import Workspace
    from regulars.workspace.study import CustomerStudy

__all__ = ["keep_models", "open_models"]


def keep_models(
    workspace: Workspace, study: CustomerStudy, *, as_of: AsOf, lineage: LineagePart
) -> dict[str, str]:
    """Write all models of a run into its folder; returns for each folder of them the chosen one.

    Parameters
    ----------
    workspace
        Whose runs and whose key.
    study
        With the models; of several classes those of each, in a folder by the number of the class.
    as_of
        First day that was not seen.
    lineage
        From what they were made; its run is the folder.
    """
    from regulars.registry import save_models
    from regulars.workspace.tested import TESTED, check_groups, measure_held_out, write_tested

    kept: dict[str, str] = {}
    folder = _find_folder(workspace, lineage.run or "")
    comparisons = _list_comparisons(study)
    with storage_guard(folder):
        for name, comparison in comparisons.items():
            save_models(
                folder / name,
                comparison,
                as_of=as_of,
                lineage=lineage,
                held_out=measure_held_out(comparison, seed=lineage.seed),
                groups=check_groups(study.everybody, comparison, seed=lineage.seed),
                sign=_find_signer(workspace),
            )
            kept[f"models/{name}".rstrip("/")] = comparison.chosen
        if comparisons:
            write_tested(folder.parent / TESTED, comparisons, sign=_find_signer(workspace))
    return kept


def open_models(
    workspace: Workspace, run_id: str, *, class_number: int | None = None
) -> SavedModels:
    """The models of a run, ready to score.

    Parameters
    ----------
    workspace
        Whose runs and whose key.
    run_id
        Which run.
    class_number
        Of an outcome of several classes which of them, from 1, most frequent first.

    Raises
    ------
    NotFoundError
        When the run kept none, or the key that signed them is not here.
    StorageError
        When a file is not as it was written.
    """
    from regulars.registry import load_models

    folder = _find_folder(workspace, run_id)
    own = folder if class_number is None else folder / str(class_number)
    return load_models(own, is_signature=workspace.master_key.is_signature)


def _find_folder(workspace: Workspace, run_id: str) -> Path:
    return workspace.folder / "runs" / run_id / "models"


def _list_comparisons(study: CustomerStudy) -> dict[str, ChurnComparison]:
    if study.churn is not None:
        return {"": study.churn}
    if study.classes is None:
        return {}
    return {
        str(number): comparison
        for number, comparison in enumerate(study.classes.comparisons.values(), start=1)
    }


def _find_signer(workspace: Workspace) -> Callable[[bytes], str] | None:
    try:
        return workspace.master_key.sign
    except NotFoundError:
        # Without personal data an analysis needs no key, and is not to fail for want of one.
        return None
