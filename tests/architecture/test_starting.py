"""`regulars --help` answers at once, because it loads nothing it does not need."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "connectorx",
    "deltalake",
    "duckdb",
    "ibis",
    "lightgbm",
    "pandas",
    "pyarrow",
    "scipy",
    "sklearn",
}
HELP = "from regulars.cli.app import run; run(['--help'])"


def modules_loaded_by(code: str) -> set[str]:
    tell = "import json, sys; sys.stderr.write(json.dumps(sorted(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tell}"], capture_output=True, text=True, check=True
    )
    return set(json.loads(ran.stderr))


@pytest.mark.parametrize(
    "code", ["import regulars", "import regulars.cli", "import regulars.cli.app", HELP]
)
def test_starting_loads_no_heavy_library(code):
    assert modules_loaded_by(code) & HEAVY == set()


@pytest.mark.parametrize(
    "package", ["schema", "conditions", "quality", "lake", "engines", "report"]
)
def test_naming_a_package_does_not_load_an_engine(package):
    loaded = modules_loaded_by(f"import regulars.{package}")

    assert loaded & {"duckdb", "ibis", "sklearn", "scipy", "deltalake"} == set()


def test_a_load_with_its_checks_loads_neither_ibis_nor_arrow(tmp_path):
    file = tmp_path / "events.csv"
    file.write_text("customer_id,occurred_at,name\n1,2026-01-05 10:00:00,call\n")
    verbs = [["init", f"{tmp_path}/w"], ["load", str(file), "--workspace", f"{tmp_path}/w"]]
    run = f"from regulars.cli.app import run\nfor verb in {verbs!r}: assert run(verb) == 0"
    quiet = "import logging, os, sys; sys.stderr = open(os.devnull, 'w')"

    loaded = modules_loaded_by(f"{quiet}\n{run}\nsys.stderr = sys.__stderr__")

    assert "duckdb" in loaded
    assert loaded & {"ibis", "sqlglot", "pyarrow", "numpy", "pandas", "sklearn", "scipy"} == set()
