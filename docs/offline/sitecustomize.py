"""The commands of the documentation run without a network, which proves they need none."""

import socket
from typing import NoReturn


def _refuse(*_: object) -> NoReturn:
    raise OSError("The documentation's examples run without a network.")


socket.socket.connect = _refuse  # type: ignore[method-assign]
socket.socket.connect_ex = _refuse  # type: ignore[method-assign]
