"""The pages around the reference keep their form."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("0*.md"))
FRAGMENTS = sorted((ROOT / "changelog.d").glob("*.md"))
RUSSIAN = sorted((ROOT / "docs" / "ru").glob("*.md"))
LINES_ON_A_PAGE = 60
KINDS = {"added", "changed", "fixed", "removed", "security"}


def name(path: Path) -> str:
    return path.name


def test_decisions_are_numbered_without_gaps():
    numbers = [int(path.name[:4]) for path in DECISIONS]

    assert numbers == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=name)
def test_a_decision_has_its_parts_and_fits_on_a_page(path):
    text = path.read_text(encoding="utf-8")

    assert text.startswith(f"# {int(path.name[:4])}. ")
    assert "**Status:**" in text
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert "- Good:" in text
    assert "- Bad:" in text
    assert len(text.splitlines()) <= LINES_ON_A_PAGE


@pytest.mark.parametrize("path", FRAGMENTS, ids=name)
def test_a_changelog_fragment_has_a_known_kind_and_says_something(path):
    assert path.name.split(".")[-2] in KINDS
    assert path.read_text(encoding="utf-8").strip().endswith(".")


@pytest.mark.parametrize("path", RUSSIAN, ids=name)
def test_a_russian_page_is_in_russian(path):
    prose = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    letters = re.findall(r"[A-Za-zА-Яа-яёЁ]", prose)

    cyrillic = [letter for letter in letters if re.match("[А-Яа-яёЁ]", letter)]
    assert len(cyrillic) / len(letters) > 0.6
