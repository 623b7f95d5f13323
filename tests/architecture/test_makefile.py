"""`make demo` and `make test` install once; the second time they only do their job."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Stands for Python: writes down what it was asked, and makes the environment it is asked to make.
PYTHON = """\
#!/bin/sh
echo "$@" >> "{log}"
if [ "$1 $2" = "-m venv" ]; then
  mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && echo "#!$PWD/$3/bin/python" > "$3/bin/pip"
fi
"""

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")


@pytest.fixture
def make(tmp_path):
    """Run a target in a copy of the project's files for installing; what Python was asked to do."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    log, python = tmp_path / "log", tmp_path / "python3"
    python.write_text(PYTHON.format(log=log))
    python.chmod(0o755)

    def run(target):
        log.write_text("")
        subprocess.run(
            ["make", target, f"PYTHON={python}"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            check=True,
            capture_output=True,
        )
        asked = [
            line
            for line in log.read_text().splitlines()
            if not line.startswith(("-c", "--version"))
        ]
        return [" ".join(line.split()[:3]) for line in asked]

    return run


JOBS = {"demo": ["-m regulars demo"], "test": ["-m pytest -n"]}


@pytest.mark.parametrize("target", JOBS)
def test_the_first_time_everything_is_installed_and_the_second_time_nothing(make, target):
    first, second = make(target), make(target)

    assert first == ["-m venv .venv", "-m pip install", *JOBS[target]]
    assert second == JOBS[target]


def test_what_one_target_installed_serves_the_other(make):
    make("demo")

    assert make("test") == JOBS["test"]


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_new_requirements_are_installed_into_the_same_environment(make, tmp_path, name):
    make("demo")
    stamp = (tmp_path / ".venv" / "installed").stat().st_mtime
    os.utime(tmp_path / name, (stamp + 5, stamp + 5))

    assert make("demo") == ["-m pip install", *JOBS["demo"]]


def test_an_environment_that_was_made_elsewhere_is_made_anew(make, tmp_path):
    make("demo")
    (tmp_path / ".venv" / "installed").write_text("/another/folder\n")
    (tmp_path / ".venv" / "bin" / "pip").write_text("#!/another/folder/.venv/bin/python\n")

    assert make("demo") == ["-m venv .venv", "-m pip install", *JOBS["demo"]]
