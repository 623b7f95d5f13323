"""The master key of a workspace and what is derived from it; it never leaves this object."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pydantic import SecretStr

from regulars.errors import (
    ConflictError,
    ForbiddenError,
    InvalidParameterError,
    NotFoundError,
    StorageError,
)
from regulars.schema.foreign_words import say_system_error

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MasterKey", "copy_master_key", "create_master_key", "load_master_key"]

_KEY_BYTES = 32
_NAME_LETTERS = 16
_ENVIRONMENT = "REGULARS_MASTER_KEY"
_MAKE_ONE = "A key is 32 random bytes in base64; `openssl rand -base64 32` makes one."
_MAKE_ONE_RU = "Ключ — это 32 случайных байта в base64; его создаёт openssl rand -base64 32."


class MasterKey:
    """32 secret bytes from which every other key is derived (HKDF-SHA256, one label each).

    Parameters
    ----------
    secret
        The bytes; wiped from no memory, so keep the object no longer than needed.

    Examples
    --------
    >>> key = MasterKey(bytes(range(32)))
    >>> key
    MasterKey(identity='832e60e4')
    >>> key.pseudonym("+7 900 000-00-00") == key.pseudonym("+7 900 000-00-00")
    True
    """

    __slots__ = ("_identity", "_pseudonyms", "_signatures", "_tombstones", "_wrapping")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != _KEY_BYTES:
            raise InvalidParameterError(
                en=f"The master key has {len(secret)} bytes, and it needs {_KEY_BYTES}. {_MAKE_ONE}",
                ru=f"В главном ключе {len(secret)} байт, а нужно {_KEY_BYTES}. {_MAKE_ONE_RU}",
            )
        self._wrapping = _derive(secret, "wrapping")
        self._pseudonyms = _derive(secret, "pseudonyms")
        self._signatures = _derive(secret, "signatures")
        self._tombstones = _derive(secret, "tombstones")
        self._identity = _derive(secret, "identity").hex()

    @classmethod
    def from_text(cls, text: str, *, where: str, ru: str) -> MasterKey:
        """The key that `text` spells in base64; `where` and `ru` start the message otherwise."""
        try:
            secret = base64.b64decode(text.strip(), validate=True)
        except (binascii.Error, ValueError):
            # The cause would show the text, and the text may be most of a key.
            raise InvalidParameterError(
                en=f"{where} is not base64. {_MAKE_ONE}",
                ru=f"{ru} — не base64. {_MAKE_ONE_RU}",
            ) from None
        if len(secret) != _KEY_BYTES:
            raise InvalidParameterError(
                en=f"{where} holds {len(secret)} bytes, and a key has {_KEY_BYTES}. {_MAKE_ONE}",
                ru=f"{ru}: {len(secret)} байт, а в ключе их {_KEY_BYTES}. {_MAKE_ONE_RU}",
            )
        return cls(secret)

    @property
    def identity(self) -> str:
        """Names the key without giving it away: equal for equal keys."""
        return self._identity

    @property
    def wrapping_key(self) -> bytes:
        """Wraps the keys of customers."""
        return self._wrapping

    def pseudonym(self, value: str) -> str:
        """A stable replacement of an identifier that is itself personal: keyed HMAC-SHA256, hex."""
        return hmac.digest(self._pseudonyms, value.encode(), "sha256").hex()

    def pseudonyms(self, values: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
        """`pseudonym` of every text of a column; each distinct text is worked out once.

        Examples
        --------
        >>> import pyarrow
        >>> key = MasterKey(bytes(32))
        >>> phones = pyarrow.array(["+79000000000", None, "+79000000000"])
        >>> [text and text[:6] for text in key.pseudonyms(phones).to_pylist()]
        ['0897cc', None, '0897cc']
        """
        return _replace(values, self.pseudonym)

    def tombstone(self, customer_id: str) -> str:
        """What stays of an erased customer: a keyed HMAC-SHA256 of the id, hex.

        Not the pseudonym: that one may be somebody's `customer_id`.
        """
        return hmac.digest(self._tombstones, customer_id.encode(), "sha256").hex()

    def tombstones(self, values: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
        """`tombstone` of every text of a column."""
        return _replace(values, self.tombstone)

    def sign(self, content: bytes) -> str:
        """The signature of a stored model or definition: HMAC-SHA256, hex."""
        return hmac.digest(self._signatures, content, "sha256").hex()

    def is_signature(self, signature: str, content: bytes) -> bool:
        """Whether `signature` is ours for exactly this content."""
        return hmac.compare_digest(self.sign(content).encode(), signature.encode())

    def __repr__(self) -> str:
        return f"MasterKey(identity='{self._identity[:8]}')"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a MasterKey is not pickled: secrets stay in the process that read them")


def _replace(values: pa.Array | pa.ChunkedArray, replace: Callable[[str], str]) -> pa.ChunkedArray:
    import pyarrow as pa

    column = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    replaced = [replace(value) for value in encoded.dictionary.to_pylist()]
    return pa.chunked_array([pa.array(replaced, pa.string()).take(encoded.indices)])


def _derive(secret: bytes, purpose: str) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    label = f"regulars/{purpose}/1".encode()
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=label).derive(secret)


def load_master_key(secret: SecretStr | None, *, key_file: Path) -> MasterKey:
    """The key given as a secret, else the one in `key_file`.

    Parameters
    ----------
    secret
        Base64 of 32 bytes, from the setting `master_key`.
    key_file
        Looked at only when there is no secret; nobody but its owner may be able to read it.

    Raises
    ------
    NotFoundError
        There is neither; the message lists both places.
    ForbiddenError
        Others can read the file.
    InvalidParameterError
        What is there is no key.
    """
    if secret is not None:
        return MasterKey.from_text(secret.get_secret_value(), where=_ENVIRONMENT, ru=_ENVIRONMENT)
    try:
        mode = key_file.stat().st_mode
        text = key_file.read_bytes().decode("ascii", errors="replace")
    except FileNotFoundError as error:
        raise NotFoundError(
            en=f"There is no master key: {_ENVIRONMENT} is not set and {key_file} does not exist."
            " Without the key that the vault was made with, personal data cannot be read."
            " `regulars init` makes a key for a new workspace.",
            ru=f"Главного ключа нет: {_ENVIRONMENT} не задана, а файла {key_file} нет."
            " Без ключа, с которым создан сейф, личные данные не прочесть."
            " Ключ для новой рабочей папки создаёт regulars init.",
        ) from error
    except OSError as error:
        raise StorageError(
            en=f"The key file {key_file} cannot be read: {say_system_error(error).en}. Let its owner run this,"
            f" or give the key in {_ENVIRONMENT}.",
            ru=f"Файл ключа {key_file} не читается: {say_system_error(error).ru}. Пусть команду запустит его "
            f"владелец, или задайте ключ в {_ENVIRONMENT}.",
        ) from error
    _check_private(key_file, mode)
    return MasterKey.from_text(text, where=f"The key file {key_file}", ru=f"Файл ключа {key_file}")


def _check_private(key_file: Path, mode: int) -> None:
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ForbiddenError(
            en=f"The key file {key_file} can be read by others (mode {stat.S_IMODE(mode):04o})."
            f" Close it: chmod 600 {key_file}",
            ru=f"Файл ключа {key_file} могут прочесть другие (права {stat.S_IMODE(mode):04o}). "
            f"Закройте его: chmod 600 {key_file}",
        )


def create_master_key(key_file: Path) -> MasterKey:
    """A new random key, written to `key_file` for its owner only (mode 0600).

    Raises
    ------
    ConflictError
        The file exists; a key is never overwritten, for what it protects would be lost.
    StorageError
        The file cannot be written.
    """
    secret = secrets.token_bytes(_KEY_BYTES)
    _write_key(key_file, base64.b64encode(secret) + b"\n")
    return MasterKey(secret)


def copy_master_key(key_file: Path, folder: Path) -> str:
    """Copy a key into a folder of keys; returns its name there, which is part of its identity.

    Killed in the middle and done again, it ends the same way.
    """
    name = load_master_key(None, key_file=key_file).identity[:_NAME_LETTERS]
    if not (folder / name).exists():
        beginning = folder / f"{name}.{os.getpid()}"
        _write_key(beginning, key_file.read_bytes())
        beginning.replace(folder / name)
    return name


def _write_key(key_file: Path, text: bytes) -> None:
    """Write a key for its owner only, and wait for the disk."""
    try:
        key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise ConflictError(
            en=f"There is a key already: {key_file}. It is not replaced, because the personal data"
            " that it opens would be lost.",
            ru=f"Ключ уже есть: {key_file}. Он не заменяется, потому что пропали бы личные данные, "
            "которые он открывает.",
        ) from error
    except OSError as error:
        raise StorageError(
            en=f"The key file {key_file} cannot be written: {say_system_error(error).en}. Choose a folder that"
            f" can be written (REGULARS_KEY_FOLDER), or give the key in {_ENVIRONMENT}.",
            ru=f"Файл ключа {key_file} не удаётся записать: {say_system_error(error).ru}. Выберите папку, в "
            f"которую можно писать (REGULARS_KEY_FOLDER), или задайте ключ в {_ENVIRONMENT}.",
        ) from error
