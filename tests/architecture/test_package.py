"""What is built is what is installed: the wheel alone runs, without the checkout."""

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "regulars"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, ROOT]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment with the wheel and the same libraries, from which src/ cannot be imported."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    site = next(folder.glob("lib/python*/site-packages"))
    # A folder named in a .pth file is searched, but its own .pth files (the editable install) are not.
    libraries = sysconfig.get_path("purelib")
    (site / "libraries.pth").write_text(libraries, encoding="utf-8")
    install = ["-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet"]
    options = ["--no-deps", "--no-index", "--ignore-installed", wheel]
    subprocess.run([sys.executable, *install, *options], check=True, capture_output=True)
    return folder


def run(installed: Path, *command: str) -> str:
    program, *rest = command
    full = [installed / "bin" / program, *rest]
    return subprocess.run(full, cwd=installed, check=True, capture_output=True, text=True).stdout


def test_the_wheel_holds_every_file_of_the_package(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        path.relative_to(ROOT / "src").as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert expected <= held


def test_the_wheel_holds_nothing_else_but_its_description(wheel):
    foreign = [
        name
        for name in zipfile.ZipFile(wheel).namelist()
        if not name.startswith("regulars/") and ".dist-info/" not in name
    ]

    assert foreign == []


def test_the_wheel_carries_the_licence_and_the_notice(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    assert [name.rpartition("/")[2] for name in names if "/licenses/" in name] == [
        "LICENSE",
        "NOTICE",
    ]


def test_the_installed_package_is_not_the_checkout(installed):
    where = run(installed, "python", "-c", "import regulars; print(regulars.__file__)")

    assert Path(where.strip()).is_relative_to(installed)


def test_the_installed_command_explains_itself(installed):
    printed = run(installed, "regulars", "--help")

    assert "Usage: regulars" in printed


def test_the_installed_package_finds_its_tables(installed):
    code = (
        "import json; from regulars.schema.contract import list_contracts;"
        "print(json.dumps([contract.name for contract in list_contracts()]))"
    )
    files = sorted(path.stem for path in (PACKAGE / "schema" / "tables").glob("*.toml"))

    assert sorted(json.loads(run(installed, "python", "-c", code))) == files
