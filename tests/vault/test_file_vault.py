import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import (
    ConflictError,
    ForbiddenError,
    InvalidParameterError,
    StorageError,
    UnknownColumnError,
)
from regulars.vault import Access, FileVault, JournalEntry, MasterKey, PutCounts, Vault

KEY = MasterKey(bytes(range(32)))
AT = datetime(2026, 1, 10, 12, tzinfo=UTC)
ANNA = Access("anna", "a call back", AT)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.fixture
def vault(tmp_path):
    with FileVault(tmp_path / "хранилище 1", KEY) as opened:
        yield opened


def _rows(**columns):
    return pa.table(
        {name: pa.array(values, pa.string()) for name, values in columns.items()},
    )


def _keep(vault, load_id="a", **columns):
    counts = vault.put(_rows(**columns), load_id=load_id)
    vault.confirm(load_id)
    return counts


def _get(vault, *customer_ids, **options):
    return vault.get(customer_ids, access=ANNA, **options).to_pylist()


def test_a_file_vault_is_a_vault(vault):
    assert isinstance(vault, Vault)


def test_what_was_kept_is_read_in_the_order_asked(vault):
    _keep(vault, customer_id=["1", "02"], phone=["+7900", None], surname=["Иванов", "Петрова"])

    assert _get(vault, "02", "7", "1") == [
        {"customer_id": "02", "phone": None, "surname": "Петрова"},
        {"customer_id": "7", "phone": None, "surname": None},
        {"customer_id": "1", "phone": "+7900", "surname": "Иванов"},
    ]


@given(
    kept=st.dictionaries(
        TEXTS.filter(bool), st.dictionaries(st.sampled_from(["a", "b", "с"]), TEXTS), max_size=6
    )
)
def test_any_text_comes_back_as_it_was(kept):
    rows = pa.Table.from_pylist(
        [{"customer_id": customer_id, **document} for customer_id, document in kept.items()],
        schema=pa.schema([(name, pa.string()) for name in ("customer_id", "a", "b", "с")]),
    )

    with tempfile.TemporaryDirectory() as folder, FileVault(Path(folder), KEY) as vault:
        vault.put(rows, load_id="a")
        vault.confirm("a")
        read = vault.get(list(kept), columns=["a", "b", "с"] if kept else None, access=ANNA)

    assert [
        {name: value for name, value in row.items() if name != "customer_id" and value is not None}
        for row in read.to_pylist()
    ] == list(kept.values())


def test_a_later_load_adds_and_replaces_and_leaves_what_it_does_not_know(vault):
    _keep(vault, "a", customer_id=["1"], phone=["+7900"], email=["a@b.ru"])

    _keep(vault, "b", customer_id=["1"], phone=["+7999"], email=[None], city=["Уфа"])

    assert _get(vault, "1") == [
        {"customer_id": "1", "city": "Уфа", "email": "a@b.ru", "phone": "+7999"}
    ]


def test_unchanged_values_add_nothing(vault, tmp_path):
    _keep(vault, "a", customer_id=["1", "2"], phone=["+7900", "+7901"])
    before = (tmp_path / "хранилище 1" / "documents.sqlite").read_bytes()

    counts = vault.put(_rows(customer_id=["1", "2"], phone=["+7900", "+7901"]), load_id="b")

    assert counts == PutCounts(unchanged=2)
    assert vault.roll_back("b") == 0
    assert _sealed_documents(before) == _sealed_documents(
        (tmp_path / "хранилище 1" / "documents.sqlite").read_bytes()
    )


def _sealed_documents(content):
    connection = sqlite3.connect(":memory:")
    connection.deserialize(content)
    rows = connection.execute("select * from documents").fetchall()
    connection.close()
    return rows


def test_the_counts_add_up_to_the_customers_of_the_load(vault):
    _keep(vault, "a", customer_id=["1", "2"], phone=["+7900", "+7901"])

    counts = vault.put(
        _rows(
            customer_id=["1", "2", "3", "3", None],
            phone=["+7900", "+7000", None, "+7902", "+7903"],
        ),
        load_id="b",
    )

    assert counts == PutCounts(inserted=1, updated=1, unchanged=1, without_customer=1)


def test_record_batches_are_kept_as_they_come(vault):
    batches = _rows(customer_id=["1", "2", "1"], phone=["a", "b", "c"]).to_batches(1)

    assert vault.put(iter(batches), load_id="a") == PutCounts(inserted=2)
    assert vault.confirm("a") == 2
    assert _get(vault, "1", "2", columns=["phone"]) == [
        {"customer_id": "1", "phone": "c"},
        {"customer_id": "2", "phone": "b"},
    ]


def test_a_value_taken_back_within_a_load_is_not_changed(vault):
    _keep(vault, "a", customer_id=["1"], phone=["old"])
    batches = _rows(customer_id=["1", "1"], phone=["new", "old"]).to_batches(1)

    assert vault.put(batches, load_id="b") == PutCounts(unchanged=1)
    vault.confirm("b")

    assert _get(vault, "1") == [{"customer_id": "1", "phone": "old"}]


def test_dates_and_numbers_are_kept_as_text(vault):
    rows = pa.table(
        {"customer_id": ["1"], "birth": pa.array([datetime(1980, 5, 1)], pa.date32()), "n": [7]}
    )

    vault.put(rows, load_id="a")
    vault.confirm("a")

    assert _get(vault, "1") == [{"customer_id": "1", "birth": "1980-05-01", "n": "7"}]


def test_ids_that_are_numbers_are_refused(vault):
    with pytest.raises(InvalidParameterError, match="customer ids of type int64"):
        vault.put(pa.table({"customer_id": [1], "phone": ["x"]}), load_id="a")


def test_nothing_is_read_before_the_load_is_confirmed(vault):
    vault.put(_rows(customer_id=["1"], phone=["+7900"]), load_id="a")

    assert vault.count() == 0
    assert vault.list_columns() == ()
    assert vault.list_pending_loads() == ("a",)


def test_a_dead_load_is_undone(vault):
    _keep(vault, "a", customer_id=["1"], phone=["old"])
    vault.put(_rows(customer_id=["1", "2"], phone=["new", "new"]), load_id="b")

    assert vault.roll_back("b") == 2

    assert vault.list_pending_loads() == ()
    assert _get(vault, "1", "2") == [
        {"customer_id": "1", "phone": "old"},
        {"customer_id": "2", "phone": None},
    ]


def test_undoing_one_load_leaves_another_that_met_the_same_customer(vault):
    vault.put(_rows(customer_id=["1"], phone=["of a"]), load_id="a")
    vault.put(_rows(customer_id=["1"], email=["of b"]), load_id="b")

    vault.confirm("b")
    vault.roll_back("a")

    assert _get(vault, "1") == [{"customer_id": "1", "email": "of b"}]


def test_confirming_twice_does_nothing_more(vault):
    _keep(vault, "a", customer_id=["1"], phone=["+7900"])

    assert vault.confirm("a") == 0
    assert vault.confirm("never heard of") == 0
    assert vault.count() == 1


def test_a_put_that_is_repeated_after_a_crash_adds_nothing(vault):
    rows = _rows(customer_id=["1"], phone=["+7900"])

    assert vault.put(rows, load_id="a") == vault.put(rows, load_id="a")
    assert vault.confirm("a") == 1


def test_another_process_finds_only_what_was_confirmed_when_one_was_killed(tmp_path):
    program = (
        "import os, signal, pyarrow as pa\n"
        "from pathlib import Path\n"
        "from regulars.vault import FileVault, MasterKey\n"
        f"vault = FileVault(Path({str(tmp_path)!r}), MasterKey(bytes(range(32))))\n"
        "row = lambda phone: pa.table({'customer_id': ['1'], 'phone': [phone]})\n"
        "vault.put(row('first'), load_id='a'); vault.confirm('a')\n"
        "vault.put(row('second'), load_id='b')\n"
        "vault._connection.execute('begin immediate')\n"
        "vault._connection.execute('delete from documents')\n"
        "vault._connection.execute('delete from keys.wrapped')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )

    killed = subprocess.run([sys.executable, "-c", program], check=False)

    with FileVault(tmp_path, KEY) as vault:
        assert killed.returncode == -signal.SIGKILL
        assert vault.list_pending_loads() == ("b",)
        assert _get(vault, "1") == [{"customer_id": "1", "phone": "first"}]


def test_the_forgotten_are_gone_and_the_others_stay(vault):
    _keep(vault, "a", customer_id=["1", "2"], phone=["+7900", "+7901"])
    vault.put(_rows(customer_id=["1"], phone=["+7999"]), load_id="b")

    assert vault.forget(["1", "3"], access=ANNA) == 1

    assert vault.count() == 1
    assert vault.confirm("b") == 0
    assert _get(vault, "1", "2") == [
        {"customer_id": "1", "phone": None},
        {"customer_id": "2", "phone": "+7901"},
    ]


def test_a_copy_of_the_documents_is_dark_once_the_customer_is_forgotten(vault, tmp_path):
    folder = tmp_path / "хранилище 1"
    _keep(vault, "a", customer_id=["1", "2"], phone=["+7900", "+7901"])
    shutil.copy(folder / "documents.sqlite", tmp_path / "backup.sqlite")
    vault.forget(["1"], access=ANNA)
    vault.close()

    shutil.copy(tmp_path / "backup.sqlite", folder / "documents.sqlite")

    with FileVault(folder, KEY) as restored:
        assert restored.count() == 1
        assert _get(restored, "1", "2") == [
            {"customer_id": "1", "phone": None},
            {"customer_id": "2", "phone": "+7901"},
        ]


def test_a_customer_who_comes_back_is_kept_anew_over_a_dark_copy(vault, tmp_path):
    folder = tmp_path / "хранилище 1"
    _keep(vault, "a", customer_id=["1"], phone=["+7900"], email=["old@b.ru"])
    shutil.copy(folder / "documents.sqlite", tmp_path / "backup.sqlite")
    vault.forget(["1"], access=ANNA)
    vault.close()
    shutil.copy(tmp_path / "backup.sqlite", folder / "documents.sqlite")

    with FileVault(folder, KEY) as restored:
        _keep(restored, "b", customer_id=["1"], phone=["+7999"])

        assert _get(restored, "1") == [{"customer_id": "1", "email": None, "phone": "+7999"}]


def test_documents_begin_anew_beside_the_keys_that_are_left(vault, tmp_path):
    folder = tmp_path / "хранилище 1"
    _keep(vault, "a", customer_id=["1"], phone=["+7900"])
    vault.close()
    (folder / "documents.sqlite").unlink()

    with FileVault(folder, KEY) as reopened:
        _keep(reopened, "b", customer_id=["1"], phone=["+7999"])

        assert _get(reopened, "1") == [{"customer_id": "1", "phone": "+7999"}]


def test_a_forgotten_key_is_not_left_in_the_bytes_of_the_file(vault, tmp_path):
    _keep(vault, "a", customer_id=["customer-one", "customer-two"], phone=["+7900", "+7901"])

    vault.forget(["customer-one"], access=ANNA)
    vault.close()

    left = (tmp_path / "хранилище 1" / "keys.sqlite").read_bytes()
    assert b"customer-two" in left
    assert b"customer-one" not in left


def test_no_file_of_the_vault_holds_a_value(vault, tmp_path):
    _keep(vault, "a", customer_id=["1"], phone=["+79001234567"], surname=["Необычайная"])
    vault.put(_rows(customer_id=["1"], phone=["+79007654321"]), load_id="b")
    _get(vault, "1")
    vault.close()

    content = b"".join(path.read_bytes() for path in (tmp_path / "хранилище 1").iterdir())

    assert b"+79001234567" not in content
    assert b"+79007654321" not in content
    assert "Необычайная".encode() not in content


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such modes")
def test_the_files_are_closed_to_others(vault, tmp_path):
    _keep(vault, "a", customer_id=["1"], phone=["+7900"])
    _get(vault, "1")

    folder = tmp_path / "хранилище 1"
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}

    assert modes == {"documents.sqlite": 0o600, "keys.sqlite": 0o600, "journal.jsonl": 0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_another_key_does_not_open_the_vault(vault, tmp_path):
    with pytest.raises(ForbiddenError) as raised:
        FileVault(tmp_path / "хранилище 1", MasterKey(bytes(32)))

    assert "was made with the key '832e60e4', and this is" in str(raised.value)
    assert "REGULARS_MASTER_KEY or in keys/master" in str(raised.value)


def _change(path, statement):
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("file", "statement"),
    [
        (
            "documents.sqlite",
            "update documents set sealed = cast(x'00' || substr(sealed, 2) as blob)",
        ),
        ("documents.sqlite", "update documents set sealed = substr(sealed, 1, length(sealed) - 1)"),
        ("documents.sqlite", "update documents set sealed = x'0000'"),
        (
            "documents.sqlite",
            "update documents set sealed ="
            " (select max(sealed) from documents where customer_id != '1') where customer_id = '1'",
        ),
        ("keys.sqlite", "update wrapped set wrapped = zeroblob(60)"),
    ],
)
def test_changed_bytes_are_refused(vault, tmp_path, file, statement):
    _keep(vault, "a", customer_id=["1", "2"], phone=["+7900", "+7901"])
    _change(tmp_path / "хранилище 1" / file, statement)

    with pytest.raises(StorageError) as raised:
        _get(vault, "1")

    assert "of customer '1' is damaged or was changed by another program" in str(raised.value)
    assert "Restore documents.sqlite and keys.sqlite from the same backup" in str(raised.value)
    assert "+7900" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_lost_keys_are_said_to_be_lost(vault, tmp_path):
    _keep(vault, "a", customer_id=["1"], phone=["+7900"])
    vault.close()
    (tmp_path / "хранилище 1" / "keys.sqlite").unlink()

    with pytest.raises(StorageError, match="their keys are gone"):
        FileVault(tmp_path / "хранилище 1", KEY)


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path):
    (tmp_path / "documents.sqlite").write_bytes(b"this is not a database at all" * 100)

    with pytest.raises(StorageError, match="not a database: restore both files"):
        FileVault(tmp_path, KEY)


def test_a_vault_where_a_file_stands_is_refused(tmp_path):
    (tmp_path / "vault").write_text("a file")

    with pytest.raises(StorageError, match="cannot be made"):
        FileVault(tmp_path / "vault", KEY)


def test_a_second_writer_waits_and_then_says_so(vault, tmp_path):
    _keep(vault, "a", customer_id=["1"], phone=["+7900"])
    vault._connection.execute("begin immediate")

    with FileVault(tmp_path / "хранилище 1", KEY, lock_wait_seconds=0.05) as second:
        with pytest.raises(ConflictError, match="Another process is writing to the vault"):
            second.put(_rows(customer_id=["2"], phone=["+7901"]), load_id="b")

        assert second.count() == 1


def test_a_full_disk_is_said_to_be_full_and_the_load_can_be_undone(vault):
    _keep(vault, "a", customer_id=["1"], phone=["+7900"])
    vault._connection.execute("pragma max_page_count = 1")
    many = _rows(customer_id=[str(n) for n in range(5_000)], phone=["+7900"] * 5_000)

    with pytest.raises(StorageError, match="The disk is full: free some space and try again"):
        vault.put(many, load_id="b")

    assert vault.roll_back("b") == 0
    assert _get(vault, "1") == [{"customer_id": "1", "phone": "+7900"}]


def test_a_vault_that_cannot_be_written_says_so_and_can_still_be_read(vault):
    _keep(vault, "a", customer_id=["1"], phone=["+7900"])
    vault._connection.execute("pragma query_only = on")

    with pytest.raises(StorageError, match="It is read-only: make the folder writable"):
        vault.put(_rows(customer_id=["2"], phone=["+7901"]), load_id="b")

    assert vault.count() == 1


def test_reading_is_written_down_without_values(vault):
    _keep(vault, "a", customer_id=["1", "2"], phone=["+7900", "+7901"], email=["a@b.ru", None])

    _get(vault, "1", "7", columns=["phone"])
    vault.forget(["2"], access=Access("cli:boss", "asked by letter", AT, run_id="r1"))

    assert list(vault.read_journal()) == [
        JournalEntry(AT, "read", "anna", "a call back", None, ("phone",), 1),
        JournalEntry(AT, "forget", "cli:boss", "asked by letter", "r1", (), 1),
    ]
    assert "+7900" not in vault.journal_path.read_text(encoding="utf-8")


def test_nothing_is_handed_out_when_it_cannot_be_written_down(vault):
    _keep(vault, "a", customer_id=["1"], phone=["+7900"])
    vault.journal_path.mkdir()

    with pytest.raises(StorageError, match="Nothing was handed out"):
        _get(vault, "1")
    with pytest.raises(StorageError):
        vault.forget(["1"], access=ANNA)

    assert vault.count() == 1


def test_an_access_without_a_time_zone_is_refused(vault):
    _keep(vault, "a", customer_id=["1"], phone=["+7900"])

    with pytest.raises(InvalidParameterError, match="no time zone"):
        vault.get(["1"], access=Access("anna", "a call back", datetime(2026, 1, 1)))


def test_an_unknown_personal_column_offers_the_nearest(vault):
    _keep(vault, "a", customer_id=["1"], phone=["+7900"])

    with pytest.raises(UnknownColumnError, match="Did you mean 'phone'"):
        _get(vault, "1", columns=["phon"])


def test_columns_are_listed_in_alphabetical_order(vault):
    _keep(vault, "a", customer_id=["1"], surname=["Иванов"], email=["a@b.ru"])

    assert vault.list_columns() == ("email", "surname")


def test_nothing_personal_shows_in_what_is_printed_or_raised(vault, caplog):
    _keep(vault, "a", customer_id=["1"], phone=["+79001234567"])
    shown = f"{vault!r} {vault._look_up(['1'], 'a')!r} {KEY!r}"

    assert "+79001234567" not in shown
    assert KEY.wrapping_key.hex() not in shown
    assert caplog.text == ""
