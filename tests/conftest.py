"""What every test may ask for: a real data set, a fresh engine, a loopback socket."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A slow machine is not a failed property, so no deadline anywhere. CI tries more examples.
settings.register_profile(
    "regulars",
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("ci", parent=settings.get_profile("regulars"), max_examples=100)
settings.load_profile("ci" if os.environ.get("CI") else "regulars")

_CHECKOUT = Path(__file__).resolve().parents[1]
_LOOPBACK = ["127.0.0.1", "::1", "localhost"]


# A shell without job control starts what runs in the background deaf to Ctrl-C, and commands that
# tests start inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Only tests of real servers may open network sockets, and only to this machine.
    for item in items:
        if item.get_closest_marker("service"):
            item.add_marker(pytest.mark.allow_hosts(_LOOPBACK))


@pytest.fixture(scope="session")
def dataset() -> Callable[[str], Path]:
    """Find one of the real data sets by its path in the folder of data sets, or skip the test."""
    from regulars.connectors.datasets import choose_datasets_folder

    chosen = os.environ.get("REGULARS_DATASETS")
    folder = choose_datasets_folder(Path(chosen) if chosen else None, current=_CHECKOUT)

    def find(name: str) -> Path:
        if folder is None or not (folder / name).exists():
            pytest.skip(f"the data set {name} is not here; set REGULARS_DATASETS to its folder")
        return folder / name

    return find


@pytest.fixture
def backend() -> Iterator[object]:
    """A fresh Ibis backend: DuckDB in memory."""
    import ibis

    connection = ibis.duckdb.connect()
    yield connection
    connection.disconnect()


@pytest.fixture
def con(backend: object) -> object:
    """The same as `backend`, under the name Ibis gives it."""
    return backend
