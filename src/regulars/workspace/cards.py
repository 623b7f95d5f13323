"""The card of a model: gathered from what is kept of it, its run, and the journal."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from regulars.workspace.champions import gate_bounds, list_champions, list_decisions
from regulars.workspace.fairness import find_run
from regulars.workspace.runs import read_record
from regulars.workspace.tested import TESTED, open_tested, take_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regulars.evaluate import CalibrationPoint
    from regulars.registry import ModelManifest
    from regulars.registry.card import CardFacts
    from regulars.workspace.folder import Workspace

__all__ = ["gather_card"]


def gather_card(workspace: Workspace, run: str, *, class_number: int | None = None) -> CardFacts:
    """What the card of a model says.

    Parameters
    ----------
    workspace
        Whose models.
    run
        Its name; `latest` for the last run that kept models.
    class_number
        Of an outcome of several classes which, from 1.

    Raises
    ------
    UnknownNameError, StorageError, NotFoundError
        When there is no such run, a file is not as it was written, or the key is not here.
    """
    from regulars.registry import read_manifest
    from regulars.registry.card import CardFacts
    from regulars.registry.gate import check_gate

    name = find_run(workspace, run, class_number=class_number)
    folder = workspace.folder / "runs" / name
    own = folder / "models" / ("" if class_number is None else str(class_number))
    manifest = read_manifest(own, is_signature=workspace.master_key.is_signature)
    record = read_record(workspace.folder / "runs", name)
    here = (name, class_number)
    return CardFacts(
        manifest=manifest,
        manifest_sha256=hashlib.sha256((own / "manifest.json").read_bytes()).hexdigest(),
        key=workspace.master_key.identity[:8],
        made_at=record.get("finished_at"),
        made_by=record.get("made_by"),
        rows=_count_rows(workspace, manifest),
        calibration=_measure_promises(workspace, name, manifest, class_number),
        gate=check_gate(manifest, gate_bounds(workspace)),
        decisions=[one for one in list_decisions(workspace) if (one.run, one.class_number) == here],
        in_use=any((one.run, one.class_number) == here for one in list_champions(workspace)),
        class_number=class_number,
    )


def _count_rows(workspace: Workspace, manifest: ModelManifest) -> dict[str, int]:
    """Rows of each source, by its name as the lineage has it."""
    wanted = set(manifest.lineage.load_ids)
    return {
        load.source.rpartition("/")[2]: load.rows_in
        for load in workspace.lake.list_loads()
        if load.load_id in wanted
    }


def _measure_promises(
    workspace: Workspace, run: str, manifest: ModelManifest, class_number: int | None
) -> Sequence[CalibrationPoint]:
    from regulars.evaluate import measure_calibration

    if not (workspace.folder / "runs" / run / TESTED).is_file():
        return ()
    rows = take_rows(open_tested(workspace, run, manifest, class_number=class_number))
    if not len(rows.labels):
        return ()
    return measure_calibration(
        rows.labels,
        rows.probabilities,
        customers=rows.customers,
        random_state=manifest.lineage.seed,
    )
