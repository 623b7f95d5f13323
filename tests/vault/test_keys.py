import base64
import os
import pickle
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from regulars.errors import (
    ConflictError,
    ForbiddenError,
    InvalidParameterError,
    NotFoundError,
    RegularsError,
)
from regulars.vault import MasterKey, create_master_key, load_master_key

SECRET = bytes(range(32))
TEXT = base64.b64encode(SECRET).decode()


def test_the_secret_setting_goes_before_the_file(tmp_path):
    create_master_key(tmp_path / "keys" / "master")

    key = load_master_key(SecretStr(TEXT), key_file=tmp_path / "keys" / "master")

    assert key.identity == MasterKey(SECRET).identity


def test_a_made_key_is_read_back_and_is_closed_to_others(tmp_path):
    made = create_master_key(tmp_path / "keys" / "master")

    read = load_master_key(None, key_file=tmp_path / "keys" / "master")

    assert read.identity == made.identity
    assert (tmp_path / "keys" / "master").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_two_made_keys_differ(tmp_path):
    assert create_master_key(tmp_path / "a").identity != create_master_key(tmp_path / "b").identity


def test_a_key_is_never_overwritten(tmp_path):
    made = create_master_key(tmp_path / "master")

    with pytest.raises(ConflictError, match="There is a key already"):
        create_master_key(tmp_path / "master")

    assert load_master_key(None, key_file=tmp_path / "master").identity == made.identity


@pytest.mark.skipif(os.name != "posix", reason="other systems have no such modes")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_key_file_that_others_can_read_is_refused(tmp_path, mode):
    create_master_key(tmp_path / "master")
    (tmp_path / "master").chmod(mode)

    with pytest.raises(ForbiddenError, match=r"can be read by others .* chmod 600"):
        load_master_key(None, key_file=tmp_path / "master")


def test_a_missing_key_lists_both_places():
    with pytest.raises(NotFoundError) as raised:
        load_master_key(None, key_file=Path("keys/master"))

    assert "REGULARS_MASTER_KEY is not set and keys/master does not exist" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not base64 !", "REGULARS_MASTER_KEY is not base64"),
        ("ключ", "REGULARS_MASTER_KEY is not base64"),
        ("c2hvcnQ=", "REGULARS_MASTER_KEY holds 5 bytes, and a key has 32"),
    ],
)
def test_what_is_no_key_is_refused_and_not_shown(text, message):
    with pytest.raises(InvalidParameterError, match=message) as raised:
        load_master_key(SecretStr(text), key_file=Path("keys/master"))

    assert text not in str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


def test_the_key_shows_itself_nowhere():
    key = MasterKey(SECRET)

    shown = f"{key!r} {key} {vars(type(key)).get('__dict__')}"

    assert TEXT not in shown
    assert SECRET.hex() not in shown
    assert key.wrapping_key.hex() not in shown


def test_the_key_is_not_pickled():
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(MasterKey(SECRET))


def test_each_purpose_has_a_key_of_its_own():
    key = MasterKey(SECRET)

    assert len({key.identity, key.wrapping_key.hex(), key.pseudonym("x"), key.sign(b"x")}) == 4


def test_pseudonyms_are_stable_for_one_key_and_different_for_another():
    here, there = MasterKey(SECRET), MasterKey(bytes(32))

    assert here.pseudonym("a@b.ru") == MasterKey(SECRET).pseudonym("a@b.ru")
    assert here.pseudonym("a@b.ru") != there.pseudonym("a@b.ru")
    assert len(here.pseudonym("a@b.ru")) == 64


@given(values=st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), max_size=20))
def test_a_column_of_pseudonyms_is_that_of_each_value(values):
    key = MasterKey(SECRET)

    replaced = key.pseudonyms(pa.array(values, pa.string())).to_pylist()

    assert replaced == [None if value is None else key.pseudonym(value) for value in values]


def test_chunks_are_replaced_as_one_column():
    key = MasterKey(SECRET)
    phones = pa.chunked_array([["+7900"], [], [None, "+7900"]], type=pa.string())

    first, gap, last = key.pseudonyms(phones).to_pylist()

    assert (first, gap) == (last, None)


def test_a_signature_holds_for_exactly_what_was_signed():
    key = MasterKey(SECRET)
    signature = key.sign(b"a model")

    assert key.is_signature(signature, b"a model")
    assert not key.is_signature(signature, b"A model")
    assert not MasterKey(bytes(32)).is_signature(signature, b"a model")
    assert not key.is_signature("подпись", b"a model")


def test_a_short_key_is_refused():
    with pytest.raises(RegularsError, match="has 5 bytes, and it needs 32"):
        MasterKey(b"short")
