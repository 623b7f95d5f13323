"""The repository holds nothing of the machine it was written on."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NEIGHBOUR = "../" + "shared"
MACHINE_PATHS = ["/" + "work/main", "/" + "root/", "/" + "home/"]
# Where `regulars datasets` looks, and the command that says so.
DATASETS = {"src/regulars/connectors/datasets.py", "src/regulars/cli/datasets.py"}


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is not a git checkout, so the list of its own files is not known")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def files_that_name(words: list[str]) -> list[str]:
    return [
        path.relative_to(ROOT).as_posix()
        for path in tracked_files()
        if any(word.encode() in path.read_bytes() for word in words)
    ]


def test_only_the_data_sets_know_a_folder_beside_the_checkout():
    assert set(files_that_name([NEIGHBOUR])) <= DATASETS


def test_no_file_names_a_place_of_one_machine():
    assert files_that_name(MACHINE_PATHS) == []


def test_the_lock_names_versions_only():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]

    assert len(pins) > 50
    assert [pin for pin in pins if "==" not in pin or "/" in pin or "@" in pin] == []
