"""The verb `erase`: a person's rows leave every file, their key the vault, and they stay away."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from regulars.errors import ConflictError, InvalidParameterError, NotFoundError, StorageError
from regulars.lake.storage import storage_guard
from regulars.schema.wording import Wording
from regulars.vault import Access
from regulars.workspace.runs import list_result_folders
from regulars.workspace.traces import erase_from_results, find_in_results
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = ["ErasureReport", "erase_customers", "finish_erasure"]

_PLAN = "erasing.json"
_NOT_REACHED = (
    Wording(
        en="The files and databases that were loaded: erase the person there, too.",
        ru="Файлы и базы, из которых загружали: сотрите человека и там.",
    ),
    Wording(
        en="Copies of reports and contact lists outside this workspace: sent, printed, in a CRM.",
        ru="Копии отчётов и списков вне рабочей папки: отправленные, напечатанные, в CRM.",
    ),
    Wording(
        en="Backups of the lake: they hold rows without names. Backups of the vault are dark for"
        " this person once the copies of keys.sqlite are replaced.",
        ru="Резервные копии озера: в них строки без имён. Копии сейфа для этого человека нечитаемы,"
        " когда заменены копии keys.sqlite.",
    ),
)


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What an erasure found, and whether it took it out.

    Attributes
    ----------
    is_done
        False for a look beforehand.
    customers
        How many were asked for.
    already_erased
        How many of them had been erased before.
    rows
        Rows by table of the lake, the quarantine among them; earlier versions are erased as well.
    personal_documents
        Customers with personal values in the vault.
    files
        Results that name them: `rewritten` without them, or `removed`.
    not_reached
        What no command can reach.
    load_id
        The erasure's entry in the list of loads; None when nothing was done.
    """

    is_done: bool
    customers: int
    already_erased: int = 0
    rows: Mapping[str, int] = field(default_factory=dict)
    personal_documents: int = 0
    files: Mapping[str, str] = field(default_factory=dict)
    not_reached: tuple[Wording, ...] = _NOT_REACHED
    load_id: str | None = None

    def to_dict(self) -> dict[str, object]:
        """The object that `erase --format json` prints."""
        return {
            **asdict(self),
            "rows": dict(self.rows),
            "files": dict(self.files),
            "not_reached": [words.model_dump() for words in self.not_reached],
        }


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is being erased; on the disk until it is done, so that a killed erasure is finished."""

    customer_ids: tuple[str, ...]
    reader: str
    purpose: str


def erase_customers(
    workspace: Workspace,
    customer_ids: Sequence[str],
    *,
    reader: str,
    purpose: str = "erasure on request",
    is_rehearsal: bool = False,
    language: Language = "en",
    progress: Progress,
) -> ErasureReport:
    """Erase customers from the lake with all its versions, the vault and the workspace's results.

    Killed in the middle, it is finished by the next command on the workspace.

    Parameters
    ----------
    workspace
        Whose data.
    customer_ids
        As the source has them; where those are personal themselves, their pseudonyms are found.
    reader, purpose
        Who erases, and why: for the journal of the vault, which names the customers by tombstones.
    is_rehearsal
        Only say what would be erased.
    language
        Of the stages.
    progress
        Told of each stage.

    Raises
    ------
    NotFoundError
        Somebody asked for is nowhere; nobody was erased.
    InvalidParameterError
        Nobody was named.
    """
    asked = tuple(dict.fromkeys(text for one in customer_ids if (text := one.strip())))
    if not asked:
        raise InvalidParameterError(
            en="Nobody to erase was named. Give one customer's id, or several.",
            ru="Не сказано, кого стереть. Назовите id клиента или нескольких.",
        )
    say = speak(language)
    finish_erasure(workspace, language=language, progress=progress)
    with progress.stage(say("seek")):
        wanted, report = _look(workspace, asked)
    if is_rehearsal or not wanted:
        return report
    plan = _Plan(wanted, reader, purpose)
    with _be_only_eraser(workspace):
        if left := _read_plan(workspace):
            # Of one that died while this one was looking.
            _carry_out(workspace, left)
        _write_plan(workspace, plan)
        with progress.stage(say("erase")):
            load_id, files = _carry_out(workspace, plan)
    return ErasureReport(
        is_done=True,
        customers=report.customers,
        already_erased=report.already_erased,
        rows=report.rows,
        personal_documents=report.personal_documents,
        files=files,
        load_id=load_id,
    )


def finish_erasure(workspace: Workspace, *, language: Language, progress: Progress) -> bool:
    """Do the rest of an erasure that died; whether there was one."""
    if not (workspace.folder / _PLAN).exists():
        return False
    with _be_only_eraser(workspace):
        plan = _read_plan(workspace)
        if plan is None:
            return False
        with progress.stage(speak(language)("finish_erasure")):
            _carry_out(workspace, plan)
    return True


def _look(workspace: Workspace, asked: Sequence[str]) -> tuple[tuple[str, ...], ErasureReport]:
    """Which values of `customer_id` are meant, and what would be erased."""
    key = workspace.master_key
    # An id that is a phone or an e-mail stands in the lake as its pseudonym.
    meant = {one: (one, key.pseudonym(one)) for one in asked}
    every = [value for values in meant.values() for value in values]
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        traces = workspace.lake.find_customers(every, connection=backend.con)
    in_vault = workspace.vault.find(every)
    in_results = find_in_results(_list_results(workspace), every)
    erased = workspace.lake.read_tombstones()
    known = traces.ids | in_vault | in_results.ids
    before = [one for one in asked if any(key.tombstone(value) in erased for value in meant[one])]
    gone = [one for one in before if not known & set(meant[one])]
    unknown = [
        place
        for place, one in enumerate(asked, start=1)
        if one not in before and not known & set(meant[one])
    ]
    if unknown:
        raise _explain_unknown(unknown, len(asked))
    wanted = tuple(value for one in asked for value in meant[one] if value in known)
    return wanted, ErasureReport(
        is_done=not wanted,
        customers=len(asked),
        already_erased=len(gone),
        rows=dict(traces.rows),
        personal_documents=len(in_vault),
        files=dict(in_results.files),
    )


def _list_results(workspace: Workspace) -> list[Path]:
    """Folders that may name customers: the usual results, those of runs, their records, kept clusters."""
    # Every load looks for an erasure to finish, and clusters bring Arrow and NumPy along.
    from regulars.workspace.cluster_choice import locate_clusters

    usual = workspace.results_folder.resolve()
    runs = (workspace.folder / "runs").resolve()
    others = (*list_result_folders(runs), *(one for one in sorted(runs.glob("*")) if one.is_dir()))
    clusters = locate_clusters(workspace).resolve()
    saved = sorted(clusters.iterdir()) if clusters.is_dir() else []
    folders = (usual, *others, clusters, *(one for one in saved if one.is_dir()))
    return list(dict.fromkeys(path for path in folders if path.is_dir()))


def _explain_unknown(places: Sequence[int], count: int) -> NotFoundError:
    # Not by name: an id may be a phone, and errors are kept in logs.
    if count == 1:
        return NotFoundError(
            en="There is no trace of this customer in the workspace. Check the id, with its leading"
            " zeros; nothing was erased.",
            ru="Следов этого клиента в рабочей папке нет. Проверьте id вместе с нулями в начале;"
            " ничего не стёрто.",
        )
    listed = ", ".join(map(str, places[:20])) + (", …" if len(places) > 20 else "")
    return NotFoundError(
        en=f"There is no trace of {len(places)} of the {count} customers: number {listed} of those"
        " given. Check the ids, with their leading zeros; nobody was erased.",
        ru=f"Нет следов клиентов: {len(places)} из {count}, по порядку № {listed}. Проверьте id"
        " вместе с нулями в начале; никто не стёрт.",
    )


def _carry_out(workspace: Workspace, plan: _Plan) -> tuple[str, dict[str, str]]:
    """Erase; each step may be done twice. The lake first: from then on the tombstones hold."""
    ids, now = plan.customer_ids, datetime.now(UTC)
    tombstones = [workspace.master_key.tombstone(one) for one in ids]
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        erasure = workspace.lake.erase_customers(
            ids,
            connection=backend.con,
            now=now,
            tombstones=tombstones,
            wait_seconds=workspace.settings.lock_wait_seconds,
        )
    access = Access(reader=plan.reader, purpose=plan.purpose, at=now, run_id=erasure.load_id)
    workspace.vault.forget(ids, access=access, tombstones=tombstones)
    files = erase_from_results(_list_results(workspace), ids, key=workspace.master_key)
    with storage_guard(workspace.folder):
        (workspace.folder / _PLAN).unlink()
    return erasure.load_id, files


@contextmanager
def _be_only_eraser(workspace: Workspace) -> Iterator[None]:
    seconds = workspace.settings.lock_wait_seconds
    with storage_guard(workspace.folder):
        try:
            lock = FileLock(workspace.folder / ".erasing.lock", timeout=seconds)
            lock.acquire()
        except Timeout as error:
            raise ConflictError(
                en=f"Another command is erasing from {workspace.folder}; waited {seconds:g} s."
                " Run this command again when the other one has ended.",
                ru=f"Другая команда стирает из {workspace.folder}; ждали {seconds:g} с."
                " Повторите команду, когда та закончит.",
            ) from error
    try:
        yield
    finally:
        lock.release()


def _write_plan(workspace: Workspace, plan: _Plan) -> None:
    unfinished = workspace.folder / f"{_PLAN}.new"
    with storage_guard(workspace.folder):
        unfinished.unlink(missing_ok=True)
        number = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            json.dump(asdict(plan), file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(workspace.folder / _PLAN)


def _read_plan(workspace: Workspace) -> _Plan | None:
    """The plan of an erasure that died; None when another command has finished it meanwhile."""
    file = workspace.folder / _PLAN
    try:
        entry = json.loads(file.read_text(encoding="utf-8"))
        return _Plan(tuple(entry["customer_ids"]), entry["reader"], entry["purpose"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(
            en=f"{file} says what was being erased, and it cannot be read. Delete it and erase the"
            " customers again.",
            ru=f"{file} говорит, кого стирали, но не читается. Удалите его и сотрите клиентов снова.",
        ) from error
