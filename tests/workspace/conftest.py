"""The desk that the tests of a workspace sit at."""

import pytest
from desk import Desk

from regulars.workspace import Workspace


@pytest.fixture(scope="session")
def empty_workspace(tmp_path_factory):
    """A workspace as `regulars init` makes it; copied, because making one takes longer."""
    return Workspace.create(tmp_path_factory.mktemp("empty") / "ws").folder


@pytest.fixture
def desk(tmp_path, capsys, monkeypatch, empty_workspace):
    """A folder of its own, which is the current folder too, with an empty workspace."""
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capsys, empty_workspace=empty_workspace)
