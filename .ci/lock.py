"""Choose a version of everything Regulars can use, and pin it in constraints.txt.

Run by ``make lock``. pip resolves in an empty environment and installs nothing. Versions younger
than two weeks are left out: a bad release is usually noticed, and withdrawn, sooner than that.
"""

import json
import subprocess
import sys
import tempfile
import venv
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Newer builds bring several gigabytes for graphics cards that Regulars does not ask for.
HELD_BACK = "torch==2.13.0\n"
HEADER = """\
# The versions Regulars is tested with, extras included. Made by `make lock`; not edited by hand.
"""


def resolve(extras: str, folder: Path) -> dict[str, str]:
    """The version of each package that ``regulars[extras]`` needs, by name."""
    report = folder / "report.json"
    prior = (datetime.now(UTC) - timedelta(days=14)).date().isoformat()
    python = folder / "venv" / "bin" / "python"
    venv.create(folder / "venv", with_pip=True)
    pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--upgrade", "pip>=26"], check=True)
    (folder / "held_back.txt").write_text(HELD_BACK, encoding="utf-8")
    pip += ["-c", folder / "held_back.txt"]
    options = ["--dry-run", "--ignore-installed", "--uploaded-prior-to", prior]
    target = f"{ROOT}[{extras}]"
    subprocess.run([*pip, *options, "--report", report, target], check=True)
    chosen = json.loads(report.read_text(encoding="utf-8"))["install"]
    metadata = [entry["metadata"] for entry in chosen]
    # A local version such as 2.13.0+cpu is one machine's choice among builds of the same release.
    return {entry["name"].lower(): entry["version"].partition("+")[0] for entry in metadata}


def main() -> int:
    """Write constraints.txt."""
    with tempfile.TemporaryDirectory() as folder:
        versions = resolve("dev,all", Path(folder))
    versions.pop("regulars")
    lines = [f"{name}=={version}\n" for name, version in sorted(versions.items())]
    (ROOT / "constraints.txt").write_text(HEADER + "".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
