"""The journal of champions: it grows only, and a changed one is not believed."""

import json

import pytest
from kept_manifests import make_manifest

from regulars.errors import NotFoundError, StorageError
from regulars.predictions import ColumnOutcome
from regulars.registry.champions import Journal, has_journal
from regulars.registry.gate import GateBounds, check_gate
from regulars.vault.keys import MasterKey

KEY = MasterKey(bytes(range(32)))
OTHER = ColumnOutcome(column="answer", positive="yes")


def _open(folder, *, key=KEY):
    return Journal(folder, sign=key.sign, is_signature=key.is_signature)


def _promote(journal, run, *, action="promote", override=None, **changed):
    manifest = make_manifest(run=run, **changed)
    return journal.append(
        action,
        manifest,
        run=run,
        manifest_sha256="ab" * 32,
        gate=check_gate(manifest, GateBounds()),
        override=override,
        by="an analyst",
        at="2026-01-10T12:00:00+00:00",
    )


@pytest.fixture
def written(tmp_path):
    """A folder with three decisions."""
    journal = _open(tmp_path)
    _promote(journal, "r1")
    _promote(journal, "r2", override="a pilot")
    _promote(journal, "r3", outcome=OTHER)
    return tmp_path


def test_what_was_decided_is_read_again_as_it_was(written):
    entries = _open(written).entries

    assert [(one.number, one.run, one.by, one.override) for one in entries] == [
        (1, "r1", "an analyst", None),
        (2, "r2", "an analyst", "a pilot"),
        (3, "r3", "an analyst", None),
    ]
    assert [line.name for line in entries[0].gate][:2] == ["ranking", "calibration"]


def test_of_each_outcome_one_model_is_in_use(written):
    assert [one.run for one in _open(written).champions] == ["r2", "r3"]


def test_a_rollback_goes_one_further_back_each_time(written):
    journal = _open(written)
    outcome = make_manifest().outcome
    _promote(journal, "r4")

    first = journal.find_before(outcome)
    _promote(journal, first.run, action="rollback")
    second = journal.find_before(outcome)
    _promote(journal, second.run, action="rollback")

    assert (first.run, second.run) == ("r2", "r1")
    assert journal.find_champion(outcome).run == "r1"
    with pytest.raises(NotFoundError, match="no earlier champion"):
        journal.find_before(outcome)


def test_a_changed_line_is_not_believed(written):
    file = written / "champions.jsonl"
    file.write_text(file.read_text("utf-8").replace("a pilot", "a trial"), "utf-8")

    with pytest.raises(StorageError, match="the signature of line 2 is not ours"):
        _open(written)


def test_a_line_taken_out_of_the_middle_is_missed(written):
    file = written / "champions.jsonl"
    lines = file.read_text("utf-8").splitlines()
    file.write_text("\n".join([lines[0], lines[2]]) + "\n", "utf-8")

    with pytest.raises(StorageError, match="line 2 does not follow from the one before"):
        _open(written)


def test_a_line_taken_off_the_end_is_missed(written):
    file = written / "champions.jsonl"
    file.write_text("\n".join(file.read_text("utf-8").splitlines()[:2]) + "\n", "utf-8")

    with pytest.raises(StorageError, match="its end is not as it was signed"):
        _open(written)


def test_a_journal_that_was_removed_is_missed(written):
    (written / "champions.jsonl").unlink()

    with pytest.raises(StorageError, match="its end is not as it was signed"):
        _open(written)


def test_a_line_that_is_no_entry_is_told(written):
    with (written / "champions.jsonl").open("a") as file:
        file.write("{}\n")

    with pytest.raises(StorageError, match="line 4 is no entry"):
        _open(written)


def test_another_key_does_not_believe_the_journal(written):
    with pytest.raises(StorageError, match="the signature of line 1 is not ours"):
        _open(written, key=MasterKey(bytes(32)))


def test_a_process_that_died_before_the_end_was_signed_does_no_harm(written):
    head = (written / "champions.head").read_text("ascii")
    _promote(_open(written), "r4")
    (written / "champions.head").write_text(head, "ascii")

    assert [one.run for one in _open(written).entries] == ["r1", "r2", "r3", "r4"]


def test_the_first_line_may_be_without_a_signed_end(tmp_path):
    _promote(_open(tmp_path), "r1")
    (tmp_path / "champions.head").unlink()

    assert len(_open(tmp_path).entries) == 1


def test_a_folder_without_decisions_has_no_journal(tmp_path):
    assert _open(tmp_path).entries == ()
    assert not has_journal(tmp_path)


def test_each_line_is_an_object_that_others_can_read(written):
    told = [
        json.loads(line) for line in (written / "champions.jsonl").read_text("utf-8").splitlines()
    ]

    assert [one["entry"]["number"] for one in told] == [1, 2, 3]
    assert all(len(one["signature"]) == 64 for one in told)
