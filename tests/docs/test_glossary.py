"""Every table, every thing with an id and every public class is explained in the glossary."""

import inspect
import re
from pathlib import Path

import pytest
from public_names import list_package_exports

from regulars.schema.contract import list_contracts

GLOSSARY = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
# What everybody knows from Python itself.
PLAIN_WORDS = {"error", "cancelled"}
ENDINGS = [
    "id",
    "at",
    "on",
    "hour",
    "days",
    "seconds",
    "minutes",
    "megabytes",
    "gigabytes",
    "count",
    "amount",
    "price",
    "share",
    "probability",
    "index",
]


def rows() -> list[list[str]]:
    lines = GLOSSARY.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    return [row for row in cells if not set("".join(row)) <= set("-") and row[1] != "термин"]


TERMS = [row for row in rows() if len(row) == 5]
WORDS = {row[0] for row in TERMS}
IN_THE_CODE = {name for row in TERMS for name in re.findall(r"`(\w+)`", row[2])}
TABLES = list_contracts()
COLUMNS = [(table.name, column) for table in TABLES for column in table.columns]


def noun_of(name: str) -> str:
    """The last word of a class name: "contract" of `TableContract`."""
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]+", name)[-1].lower()


def test_the_glossary_is_read():
    assert len(TERMS) > 80


@pytest.mark.parametrize("row", TERMS, ids=lambda row: row[0])
def test_a_term_is_explained_in_both_languages(row):
    _, russian, _, meaning, russian_meaning = row

    assert meaning
    assert not CYRILLIC.search(meaning)
    assert CYRILLIC.search(russian)
    assert CYRILLIC.search(russian_meaning)


def test_a_word_is_explained_once():
    listed = [row[0] for row in TERMS]

    assert sorted(listed) == sorted(set(listed))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_in_the_glossary(table):
    assert table.name in IN_THE_CODE


@pytest.mark.parametrize(
    "name", sorted({column.name for _, column in COLUMNS if column.name.endswith("_id")})
)
def test_a_thing_with_an_id_is_in_the_glossary(name):
    # A related customer is a customer; a counterpart has a line of its own.
    assert name.removeprefix("related_") in IN_THE_CODE


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_ending_of_column_names_is_explained(ending):
    assert f"`_{ending}`" in GLOSSARY.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["at", "on"])
def test_the_ending_of_a_time_tells_its_type(name):
    expected = {"at": "instant", "on": "date"}[name]
    types = {column.type for _, column in COLUMNS if column.name.endswith(f"_{name}")}

    assert types == {expected}


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: f"{column[0]}.{column[1].name}")
def test_a_column_has_a_meaning_in_both_languages(column):
    _, contract = column

    assert contract.meaning.en
    assert not CYRILLIC.search(contract.meaning.en)
    assert CYRILLIC.search(contract.meaning.ru)


def test_the_noun_of_every_class_that_a_package_exports_is_in_the_glossary():
    exported = [one for one in list_package_exports() if inspect.isclass(one)]
    classes = [one for one in exported if one.__module__.startswith("regulars")]
    # A word may be part of a longer term: "item" of "purchase item".
    known = {word for term in WORDS for word in (term, *term.split())}
    unknown = {
        noun_of(one.__name__): one.__name__
        for one in classes
        if noun_of(one.__name__) not in known | PLAIN_WORDS and one.__name__ not in IN_THE_CODE
    }

    assert unknown == {}
