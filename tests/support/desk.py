"""A desk with a folder and a workspace: the command line in this process, and what it left."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

import duckdb

from regulars.cli.app import run
from regulars.lake import Lake
from regulars.schema.contract import get_contract


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """What it printed, as an object."""
        return json.loads(self.out)

    @property
    def complaint(self):
        """The line of the error, without the stages before it."""
        (line,) = [line for line in self.err.splitlines() if line.startswith("regulars: ")]
        return line.removeprefix("regulars: ")


class Desk:
    """Write files, run commands, look at the lake."""

    def __init__(self, folder, capsys, *, empty_workspace=None):
        self.folder = folder
        self.workspace = folder / "ws"
        self._capsys = capsys
        if empty_workspace is not None:
            shutil.copytree(empty_workspace, self.workspace)

    def write(self, name, content):
        """A file in the folder: text as UTF-8, or bytes."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, *arguments):
        """Run one command line in this process; an unexpected error is the test's."""
        self._capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        told = self._capsys.readouterr()
        return Ran(code, told.out, told.err)

    def load(self, source, *options):
        """Load a file into the workspace and say it as JSON."""
        return self.run("load", source, "-w", self.workspace, "--format", "json", *options)

    def load_text(self, text, *options, name="rows.csv"):
        """Write a file and load it; the JSON object."""
        ran = self.load(self.write(name, text), *options)
        assert ran.code == 0, ran.err
        return ran.json

    @property
    def lake(self):
        """The lake of the workspace."""
        return Lake.open(self.workspace / "lake")

    def read(self, table, columns="*", *, order="ALL", load_id=None):
        """Rows of a table as tuples, in order."""
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        self.lake.snapshot(load_id=load_id).register(connection, [table])
        found = connection.execute(f"SELECT {columns} FROM {table} ORDER BY {order}")
        return [tuple(row.values()) for row in found.to_arrow_table().to_pylist()]

    def read_latest(self, table, columns="*"):
        """Rows of a table as tuples, in order; of states only what is known last."""
        key = ", ".join(get_contract(table).key or ["ALL"])
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        self.lake.snapshot().register(connection, [table])
        found = connection.execute(
            f"SELECT {columns} FROM {table}"
            + (
                f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY known_at DESC) = 1"
                if get_contract(table).temporal == "state"
                else ""
            )
            + " ORDER BY ALL"
        )
        return [tuple(row.values()) for row in found.to_arrow_table().to_pylist()]

    def list_leftovers(self):
        """What a command should have cleared away."""
        return sorted(path.name for path in self.workspace.glob(".scratch-*"))


def sums(document):
    """The counts of a load as a tuple: in, inserted, updated, unchanged, quarantined."""
    names = ("rows_in", "rows_inserted", "rows_updated", "rows_unchanged", "rows_quarantined")
    return tuple(document[name] for name in names)


def start(*arguments, cwd=None, environment=None):
    """The command line as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "regulars", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process, *, seconds=120):
    """Wait for a process that `start` gave."""
    out, err = process.communicate(timeout=seconds)
    return Ran(process.returncode, out, err)
