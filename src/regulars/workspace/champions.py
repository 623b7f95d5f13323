"""The model in use: promoted through a gate, rolled back, and every decision in a signed journal."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from getpass import getuser
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from filelock import FileLock, Timeout

from regulars.errors import (
    ConflictError,
    ForbiddenError,
    InvalidParameterError,
    NotFoundError,
    StorageError,
    UnknownNameError,
)
from regulars.lake import storage_guard
from regulars.workspace.challenge import Challenge, challenge_champion
from regulars.workspace.fairness import find_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from regulars.progress import Progress
    from regulars.registry import ModelManifest
    from regulars.registry.champions import ChampionEntry, Journal
    from regulars.registry.gate import GateBounds, GateLine
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace

__all__ = [
    "Promotion",
    "gate_bounds",
    "list_champions",
    "list_decisions",
    "open_journal",
    "promote_model",
    "roll_back",
]


@dataclass(frozen=True, slots=True)
class Promotion:
    """A model that was to be promoted.

    Attributes
    ----------
    run, class_number
        Where it is kept.
    manifest
        What is kept of it.
    gate
        Its figures against their bounds.
    champion
        The decision by which another model of the same outcome was in use; None where none was.
    challenge
        It beside that one; None where none was, or where it cannot be opened any more.
    entry
        The line in the journal; None when it was only looked at.
    """

    run: str
    class_number: int | None
    manifest: ModelManifest
    gate: tuple[GateLine, ...]
    champion: ChampionEntry | None
    challenge: Challenge | None
    entry: ChampionEntry | None

    @property
    def refused(self) -> tuple[GateLine, ...]:
        """The figures that are not met."""
        return tuple(line for line in self.gate if line.state == "not_met")


def open_journal(workspace: Workspace) -> Journal:
    """The decisions about models of a workspace.

    Raises
    ------
    StorageError
        When the journal is not as it was written.
    NotFoundError
        When the key that signs it is not here.
    """
    from regulars.registry.champions import Journal

    folder = workspace.folder / "models"
    with storage_guard(folder):
        return Journal(
            folder,
            sign=workspace.master_key.sign,
            is_signature=workspace.master_key.is_signature,
        )


def list_champions(workspace: Workspace) -> tuple[ChampionEntry, ...]:
    """The decisions by which models are in use; none where nothing was ever decided."""
    from regulars.registry.champions import has_journal

    # Whoever never promoted anything needs no key to list models.
    return open_journal(workspace).champions if has_journal(workspace.folder / "models") else ()


def list_decisions(workspace: Workspace) -> tuple[ChampionEntry, ...]:
    """Every decision about which model is in use, oldest first."""
    from regulars.registry.champions import has_journal

    return open_journal(workspace).entries if has_journal(workspace.folder / "models") else ()


def gate_bounds(workspace: Workspace) -> GateBounds:
    """The bounds of the gate that hold in a workspace."""
    from regulars.registry.gate import GateBounds

    settings = workspace.settings
    return GateBounds(
        **{name: getattr(settings, f"gate_{name}") for name in GateBounds.model_fields}
    )


def promote_model(
    workspace: Workspace,
    run: str,
    *,
    class_number: int | None = None,
    override: str | None = None,
    by: str | None = None,
    is_rehearsal: bool = False,
    language: Language,
    progress: Progress,
) -> Promotion:
    """Take the chosen model of a run into use, when it meets the bounds of the gate.

    Parameters
    ----------
    workspace
        Whose models.
    run
        Its name; `latest` for the last run that kept models.
    class_number
        Of an outcome of several classes which, from 1.
    override
        Why it is promoted in spite of a figure that is not met; needs `by`.
    by
        Who decides; the person at the computer when None.
    is_rehearsal
        Only look at the gate.
    language, progress
        Told of each stage.

    Raises
    ------
    ForbiddenError
        When a bound is not met and nothing overrides it; nothing is written then.
    InvalidParameterError
        When an override gives no reason, or nobody's name.
    ConflictError
        When that model is in use already.
    UnknownNameError, StorageError, NotFoundError
        When there is no such run, a file is not as it was written, or the key is not here.
    """
    from regulars.registry import load_models
    from regulars.registry.gate import check_gate

    _check_override(override, by)
    name = find_run(workspace, run, class_number=class_number)
    folder = _locate(workspace, name, class_number)
    # Opened whole: what goes into use must load.
    manifest = load_models(folder, is_signature=workspace.master_key.is_signature).manifest
    gate = check_gate(manifest, gate_bounds(workspace))
    with _be_only_one(workspace):
        journal = open_journal(workspace)
        champion = journal.find_champion(manifest.outcome)
        if champion and (champion.run, champion.class_number) == (name, class_number):
            raise ConflictError(
                en=f"The model of run {name} is in use already, since {champion.at}.",
                ru=f"Модель прогона {name} уже в деле с {champion.at}.",
            )
        challenge: Challenge | None = None
        if champion is not None:
            # One that cannot be opened any more must not keep a better one out.
            with suppress(NotFoundError, StorageError):
                challenge = challenge_champion(
                    workspace,
                    name,
                    champion,
                    class_number=class_number,
                    language=language,
                    progress=progress,
                )
        looked = Promotion(name, class_number, manifest, gate, champion, challenge, None)
        if is_rehearsal:
            return looked
        if looked.refused and override is None:
            raise _refuse(looked)
        entry = journal.append(
            "promote",
            manifest,
            run=name,
            class_number=class_number,
            manifest_sha256=_hash_manifest(folder),
            gate=gate,
            override=override if looked.refused else None,
            by=by or getuser(),
            at=_say_now(workspace),
        )
    return replace(looked, entry=entry)


def roll_back(
    workspace: Workspace,
    run: str | None = None,
    *,
    class_number: int | None = None,
    by: str | None = None,
) -> ChampionEntry:
    """Take the model into use again that was before the one in use.

    Parameters
    ----------
    workspace
        Whose models.
    run
        The run whose model goes out of use; that of the last decision when None.
    class_number
        Of a run of several classes which.
    by
        Who decides; the person at the computer when None.

    Raises
    ------
    NotFoundError
        When nothing is in use, or nothing was before.
    UnknownNameError
        When the model of no such run is in use.
    StorageError
        When the journal, or the earlier model, is not as it was written.
    """
    from regulars.registry import load_models

    with _be_only_one(workspace):
        journal = open_journal(workspace)
        if not journal.entries:
            raise NotFoundError(
                en="No model is in use yet. Promote one: regulars predict promote RUN.",
                ru="Ни одной модели ещё нет в деле. Введите её: regulars predict promote ПРОГОН.",
            )
        going = _find_going(journal, run, class_number)
        before = journal.find_before(going.outcome)
        folder = _locate(workspace, before.run, before.class_number)
        manifest = load_models(folder, is_signature=workspace.master_key.is_signature).manifest
        if _hash_manifest(folder) != before.manifest_sha256:
            raise StorageError(
                en=f"The models of run {before.run} are not those that were promoted on {before.at}. Take the"
                " folder from a backup, or promote another run.",
                ru=f"Модели прогона {before.run} — не те, что введены в дело {before.at}. Возьмите папку из "
                "резервной копии или введите другой прогон.",
            )
        return journal.append(
            "rollback",
            manifest,
            run=before.run,
            class_number=before.class_number,
            manifest_sha256=before.manifest_sha256,
            gate=before.gate,
            override=before.override,
            by=by or getuser(),
            at=_say_now(workspace),
        )


def _find_going(journal: Journal, run: str | None, class_number: int | None) -> ChampionEntry:
    """The decision by which the model is in use that is to go."""
    if run is None:
        return journal.entries[-1]
    in_use = [entry for entry in journal.champions if entry.run == run]
    if not in_use:
        runs = [entry.run for entry in journal.champions]
        raise UnknownNameError("run in use", run, runs, ru="прогона в деле")
    own = [one for one in in_use if class_number is None or one.class_number == class_number]
    if len(own) != 1:
        classes = ", ".join(str(one.class_number) for one in in_use)
        raise InvalidParameterError(
            en=f"Of run {run} the models of classes {classes} are in use. Say which goes: --class N.",
            ru=f"У прогона {run} в деле модели классов {classes}. Скажите, какая уходит: --class N.",
        )
    return own[0]


def _check_override(override: str | None, by: str | None) -> None:
    if override is None or (override.strip() and by and by.strip()):
        return
    raise InvalidParameterError(
        en="An override is signed by a person and gives a reason: --override 'REASON' --by NAME.",
        ru="Решение в обход проверки подписывает человек и называет причину: --override 'ПРИЧИНА' --by ИМЯ.",
    )


def _refuse(looked: Promotion) -> ForbiddenError:
    said = [line.sentence for line in looked.refused]
    return ForbiddenError(
        en=f"The model of run {looked.run} is not promoted. {'; '.join(one.en for one in said)}. Look at"
        " what could be done (regulars predict fairness --remedies, regulars predict card), change the"
        " bound in regulars.toml (gate_…), or override it: --override 'REASON' --by NAME.",
        ru=f"Модель прогона {looked.run} не введена в дело. {'; '.join(one.ru for one in said)}. "
        "Посмотрите, что можно сделать (regulars predict fairness --remedies, regulars predict card), "
        "измените границу в regulars.toml (gate_…) или примите решение в обход: --override 'ПРИЧИНА' "
        "--by ИМЯ.",
    )


def _locate(workspace: Workspace, run: str, class_number: int | None) -> Path:
    folder = workspace.folder / "runs" / run / "models"
    return folder if class_number is None else folder / str(class_number)


def _hash_manifest(folder: Path) -> str:
    return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()


def _say_now(workspace: Workspace) -> str:
    zone = ZoneInfo(workspace.settings.time_zone)
    return datetime.now(UTC).astimezone(zone).isoformat(timespec="seconds")


@contextmanager
def _be_only_one(workspace: Workspace) -> Iterator[None]:
    """Two decisions at once must not write the same line."""
    folder, seconds = workspace.folder / "models", workspace.settings.lock_wait_seconds
    with storage_guard(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = FileLock(folder / ".champions.lock", timeout=seconds)
            lock.acquire()
        except Timeout as error:
            raise ConflictError(
                en=f"Another command is deciding about models in {workspace.folder}; waited {seconds:g} s."
                " Run this command again when it has ended.",
                ru=f"Другая команда решает о моделях в {workspace.folder}; ждали {seconds:g} с. "
                "Повторите команду, когда она закончит.",
            ) from error
    try:
        yield
    finally:
        lock.release()
