"""Which model is in use, and who decided so when: a journal that only grows and is signed."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from regulars.errors import NotFoundError, StorageError
from regulars.predictions.families.names import ModelName
from regulars.predictions.outcomes.definitions import OutcomeDefinition
from regulars.registry.gate import GateLine
from regulars.registry.manifest import ModelManifest

__all__ = ["ChampionEntry", "Journal", "has_journal"]

_JOURNAL, _HEAD = "champions.jsonl", "champions.head"
_BEGINNING = "0" * 64


def has_journal(folder: Path) -> bool:
    """Whether anything was ever decided."""
    return (folder / _JOURNAL).exists() or (folder / _HEAD).exists()


class ChampionEntry(BaseModel):
    """One decision about which model is in use.

    Attributes
    ----------
    number
        From 1, without gaps.
    at
        When, ISO 8601 with its offset.
    by
        Who.
    action
        `promote`, or `rollback` to a model that was in use before.
    run, class_number, model
        The model that is in use from then on: its run, of several classes which, its name.
    manifest_sha256
        Of what is kept of it.
    outcome
        What it predicts; of each outcome one model is in use.
    gate
        The figures that it was let through by, or in spite of.
    override
        Why it was let through in spite of a figure; None when every bound was met.
    previous
        sha256 of the entry before, so that none can be taken out or changed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    at: str
    by: str
    action: Literal["promote", "rollback"]
    run: str
    class_number: int | None = None
    model: ModelName
    manifest_sha256: str
    outcome: OutcomeDefinition
    gate: tuple[GateLine, ...] = ()
    override: str | None = None
    previous: str


class Journal:
    """The decisions of a workspace, oldest first: `champions.jsonl`, a signed JSON object a line.

    Each line holds the entry, and its signature by the master key; `champions.head` holds that of the
    last one, so that a line that is taken off the end is missed.

    Parameters
    ----------
    folder
        Where it lies.
    sign
        Gives the signature of a text.
    is_signature
        Says whether a signature is that of a text.

    Raises
    ------
    StorageError
        When the journal is not as it was written.
    """

    def __init__(
        self,
        folder: Path,
        *,
        sign: Callable[[bytes], str],
        is_signature: Callable[[str, bytes], bool],
    ) -> None:
        self._folder, self._sign, self._is_signature = folder, sign, is_signature
        self._last = _BEGINNING
        self.entries: tuple[ChampionEntry, ...] = self._read()

    def _read(self) -> tuple[ChampionEntry, ...]:
        file, head = self._folder / _JOURNAL, self._folder / _HEAD
        lines = file.read_bytes().splitlines() if file.is_file() else []
        entries, heads = [], [self._say_head(0)]
        for number, line in enumerate(lines, start=1):
            entries.append(self._read_line(number, line))
            self._last = hashlib.sha256(line).hexdigest()
            heads.append(self._say_head(number))
        signed = head.read_text(encoding="ascii").strip() if head.is_file() else ""
        # A process that died between the two files has left one signed line more than the head says.
        is_begun = len(lines) == 1 and not signed
        is_right = any(self._is_signature(signed, one) for one in heads[-2:])
        if (lines or signed) and not (is_begun or is_right):
            raise self._damaged("its end is not as it was signed", "конец не такой, какой подписан")
        return tuple(entries)

    def _read_line(self, number: int, line: bytes) -> ChampionEntry:
        try:
            told = json.loads(line)
            entry = ChampionEntry.model_validate(told["entry"])
            signature = str(told["signature"])
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise self._damaged(
                f"line {number} is no entry", f"строка {number} — не запись"
            ) from error
        if not self._is_signature(signature, _to_bytes(told["entry"])):
            raise self._damaged(
                f"the signature of line {number} is not ours", f"подпись строки {number} не наша"
            )
        if entry.previous != self._last or entry.number != number:
            raise self._damaged(
                f"line {number} does not follow from the one before",
                f"строка {number} не продолжает предыдущую",
            )
        return entry

    def _damaged(self, en: str, ru: str) -> StorageError:
        return StorageError(
            en=f"The journal of champions '{self._folder / _JOURNAL}' is not as it was written: {en}. It is"
            " not believed, and nothing is added; take it from a backup.",
            ru=f"Журнал моделей «{self._folder / _JOURNAL}» не такой, каким был записан: {ru}. Ему нельзя "
            "верить, и ничего не добавлено; возьмите его из резервной копии.",
        )

    def _say_head(self, count: int) -> bytes:
        return f"regulars champions {count} {self._last}".encode()

    def find_champion(self, outcome: OutcomeDefinition) -> ChampionEntry | None:
        """The decision by which the model of an outcome is in use; None when none is."""
        stack = self._replay(outcome)
        return stack[-1] if stack else None

    @property
    def champions(self) -> tuple[ChampionEntry, ...]:
        """The model in use of each outcome, in the order in which outcomes came."""
        outcomes = list(dict.fromkeys(_key(entry.outcome) for entry in self.entries))
        last = {_key(entry.outcome): entry for entry in self.entries}
        return tuple(last[one] for one in outcomes)

    def find_before(self, outcome: OutcomeDefinition) -> ChampionEntry:
        """The decision to go back to: by which the model before the one in use was.

        Raises
        ------
        NotFoundError
            When there was none.
        """
        stack = self._replay(outcome)
        if len(stack) > 1:
            return stack[-2]
        raise NotFoundError(
            en="There is no earlier champion to go back to. Promote another model: regulars predict"
            " promote RUN.",
            ru="Нет прежней модели, к которой можно вернуться. Введите в дело другую: regulars predict "
            "promote ПРОГОН.",
        )

    def _replay(self, outcome: OutcomeDefinition) -> list[ChampionEntry]:
        """Those in use one on top of the other: a promotion puts one there, a rollback takes one off."""
        stack: list[ChampionEntry] = []
        for entry in self.entries:
            if entry.outcome != outcome:
                continue
            if entry.action == "rollback":
                stack.pop()
            else:
                stack.append(entry)
        return stack

    def append(
        self,
        action: Literal["promote", "rollback"],
        manifest: ModelManifest,
        *,
        run: str,
        class_number: int | None = None,
        manifest_sha256: str,
        gate: Sequence[GateLine],
        override: str | None,
        by: str,
        at: str,
    ) -> ChampionEntry:
        """Write one more decision down; returns it.

        Parameters
        ----------
        action
            What was decided.
        manifest, run, class_number, manifest_sha256
            The model in use from now on, and where it is kept.
        gate
            Its figures against their bounds.
        override
            Why it is let through in spite of one of them.
        by, at
            Who decided, and when.
        """
        entry = ChampionEntry(
            number=len(self.entries) + 1,
            at=at,
            by=by,
            action=action,
            run=run,
            class_number=class_number,
            model=manifest.chosen,
            manifest_sha256=manifest_sha256,
            outcome=manifest.outcome,
            gate=tuple(gate),
            override=override,
            previous=self._last,
        )
        told = entry.model_dump(mode="json")
        line = _to_bytes({"entry": told, "signature": self._sign(_to_bytes(told))})
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / _JOURNAL).open("ab") as file:
            file.write(line + b"\n")
        self._last = hashlib.sha256(line).hexdigest()
        self.entries = (*self.entries, entry)
        head = self._sign(self._say_head(len(self.entries)))
        (self._folder / _HEAD).write_text(head, encoding="ascii")
        return entry


def _to_bytes(values: Mapping[str, object]) -> bytes:
    return json.dumps(values, ensure_ascii=False, allow_nan=False, sort_keys=True).encode()


def _key(outcome: OutcomeDefinition) -> str:
    return outcome.model_dump_json()
