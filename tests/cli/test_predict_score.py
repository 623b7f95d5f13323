"""`regulars predict score` as it is used: scored, told how fast, stopped, and gone on with."""

import json
import subprocess
import sys

import pytest
from small_shop import CUSTOMERS

from regulars.cli.app import run

pytestmark = pytest.mark.slow

# The command with parts of 50 customers; Ctrl-C comes when two of them are written.
PRESS_AFTER_TWO = """
import os, signal
from regulars.cli import main
from regulars.workspace import score_parts, scoring

write = score_parts.ScoreParts.write

def write_and_press(parts, number, rows):
    write(parts, number, rows)
    if number == 1:
        os.kill(os.getpid(), signal.SIGINT)

scoring._CUSTOMERS_AT_ONCE = 50
score_parts.ScoreParts.write = write_and_press
main()
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    (folder / "clients.csv").write_text(CUSTOMERS, encoding="utf-8")
    run(["analyze", str(folder / "clients.csv"), "--out", str(folder / "out")])
    return folder


def score(shop, *options, starter=("-m", "regulars")):
    command = [sys.executable, *starter, "predict", "score", "-w", "out/workspace", *options]
    return subprocess.run(command, cwd=shop, capture_output=True, text=True, check=False)


def test_ctrl_c_keeps_the_parts_that_are_done_and_the_same_command_goes_on(shop):
    stopped = score(shop, "--reasons", "1", starter=["-c", PRESS_AFTER_TWO])
    (parts,) = (shop / "out").glob(".scores.parquet.*/")
    done = sorted(path.name for path in parts.iterdir())

    again = score(shop, "--reasons", "1", starter=["-c", PRESS_AFTER_TWO])

    assert stopped.returncode == 130
    assert stopped.stderr.endswith(
        "\nregulars: stopped; the parts that are done are kept: the same command goes on from there.\n"
    )
    assert done == ["part-0000.arrow", "part-0001.arrow"]
    assert again.returncode == 0
    assert "2 of 4 parts were there from a scoring that was stopped." in again.stdout
    assert "200 customers scored" in again.stdout
    assert not parts.exists()


def test_how_many_customers_a_second_is_told(shop):
    text, told = score(shop), json.loads(score(shop, "--format", "json").stdout)

    assert " customers a second.\n" in text.stdout
    assert told["rows_per_second"] * told["seconds"] == pytest.approx(200)


def test_that_all_customers_were_held_at_once_is_said(tmp_path, capsys):
    (tmp_path / "clients.csv").write_text(CUSTOMERS, encoding="utf-8")
    run(["analyze", str(tmp_path / "clients.csv"), "--out", str(tmp_path), "--outliers", "drop"])
    capsys.readouterr()

    run(["predict", "score", "-w", str(tmp_path / "workspace")])

    assert "Memory grows with them." in capsys.readouterr().out
