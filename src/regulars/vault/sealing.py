"""Encryption of one customer's document: AES-256-GCM under a key of the customer's own.

A sealed text is a random nonce and what GCM makes of it; the customer's id and the kind of the text
are bound to it as associated data, so that nothing can be moved to another customer.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from regulars.errors import StorageError

__all__ = ["CustomerKey", "KeyWrapper"]

_NONCE_BYTES = 12
_KEY_BYTES = 32
_ID_BYTES = 8


def _seal(cipher: AESGCM, content: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, content, bound)


def _open(cipher: AESGCM, sealed: bytes, bound: bytes, *, what: str, ru: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
    except (InvalidTag, ValueError):
        # The cause says nothing that helps, and a broken file is not a bug.
        raise StorageError(
            en=f"{what} is damaged or was changed by another program. Restore documents.sqlite and"
            " keys.sqlite from the same backup, or forget the customer and load the source again.",
            ru=f"{ru} повреждён или изменён другой программой. Восстановите documents.sqlite и"
            " keys.sqlite из одной резервной копии или сотрите клиента и загрузите источник снова.",
        ) from None


@dataclass(frozen=True, slots=True, repr=False)
class CustomerKey:
    """The key of one customer, and the name of the key.

    A document names the key it was sealed with: when the customer was forgotten and came back,
    an old document is then known for dark, and not taken for damaged.
    """

    customer_id: str
    key_id: bytes
    secret: bytes

    def seal(self, document: Mapping[str, str]) -> bytes:
        """The document, encrypted."""
        text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return _seal(AESGCM(self.secret), text.encode(), self._bound())

    def open(self, sealed: bytes) -> dict[str, str]:
        """The document, decrypted; raises `StorageError` when a byte of it was changed."""
        text = _open(
            AESGCM(self.secret),
            sealed,
            self._bound(),
            what=f"The vault's document of customer '{self.customer_id}'",
            ru=f"В сейфе документ клиента «{self.customer_id}»",
        )
        document: dict[str, str] = json.loads(text)
        return document

    def _bound(self) -> bytes:
        return b"regulars document 1\0" + self.key_id + self.customer_id.encode()


class KeyWrapper:
    """Makes keys of customers, and wraps and unwraps them with the master key's subkey."""

    def __init__(self, wrapping_key: bytes) -> None:
        self._cipher = AESGCM(wrapping_key)

    def make(self, customer_id: str) -> CustomerKey:
        """A new random key."""
        return CustomerKey(
            customer_id, secrets.token_bytes(_ID_BYTES), secrets.token_bytes(_KEY_BYTES)
        )

    def wrap(self, key: CustomerKey) -> bytes:
        """The key, encrypted."""
        return _seal(self._cipher, key.secret, self._bound(key.customer_id, key.key_id))

    def unwrap(self, customer_id: str, key_id: bytes, wrapped: bytes) -> CustomerKey:
        """The key, decrypted; raises `StorageError` when a byte of it was changed."""
        secret = _open(
            self._cipher,
            wrapped,
            self._bound(customer_id, key_id),
            what=f"The vault's key of customer '{customer_id}'",
            ru=f"В сейфе ключ клиента «{customer_id}»",
        )
        return CustomerKey(customer_id, key_id, secret)

    @staticmethod
    def _bound(customer_id: str, key_id: bytes) -> bytes:
        return b"regulars key 1\0" + key_id + customer_id.encode()
