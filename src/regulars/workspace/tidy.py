"""The verb `tidy`: few large files instead of many small ones, and no versions past their time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from regulars.workspace.words import speak

if TYPE_CHECKING:
    from datetime import date

    from regulars.lake import Compaction, Vacuum
    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = ["Tidying", "tidy_lake"]


@dataclass(frozen=True, slots=True)
class Tidying:
    """What became of the files of a lake; no row changes.

    Attributes
    ----------
    compaction
        Small files that were joined.
    vacuum
        Files that were deleted.
    readable_since
        Every state of the lake from this day (UTC) on can still be looked at.
    """

    compaction: Compaction
    vacuum: Vacuum
    readable_since: date


def tidy_lake(workspace: Workspace, *, language: Language = "en", progress: Progress) -> Tidying:
    """Join the small files that many loads left, and delete old versions past `retention_days`.

    Parameters
    ----------
    workspace
        Whose lake; its setting `retention_days` says how long versions are kept.
    language, progress
        Told of the stage.

    Raises
    ------
    ConflictError
        When another process keeps writing for longer than `lock_wait_seconds`.
    StorageError
        When the disk is full: what stood there stands there still.
    """
    settings, wait = workspace.settings, workspace.settings.lock_wait_seconds
    with progress.stage(speak(language)("tidy")):
        with workspace.open_scratch() as scratch, workspace.open_connection(scratch) as connection:
            compaction = workspace.lake.compact(
                connection=connection, now=datetime.now(UTC), wait_seconds=wait
            )
        # A later moment, at which the small files are a version of the past.
        now = datetime.now(UTC)
        vacuum = workspace.lake.vacuum(
            now=now, retention_days=settings.retention_days, wait_seconds=wait
        )
    since = (now - timedelta(days=settings.retention_days)).date()
    return Tidying(compaction, vacuum, since)
