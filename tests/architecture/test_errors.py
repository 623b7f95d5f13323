"""Every error that is raised says the same in English and in Russian."""

import ast
import pickle
import re
from inspect import signature
from pathlib import Path

import pytest

from regulars import errors

SOURCE = Path(__file__).resolve().parents[2] / "src" / "regulars"
# An error that takes no words has both languages within.
KINDS = {
    name
    for name, found in vars(errors).items()
    if isinstance(found, type)
    and issubclass(found, errors.RegularsError)
    and "ru" in signature(found).parameters
} | {"StaleVersionError"}
PIECES = {"en", "ru", "where", "what"}
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def raised_errors():
    """Place, English and Russian of each error that is made with a message of its own."""
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in calls:
            name = getattr(call.func, "id", None)
            if name in KINDS:
                said = {keyword.arg: keyword.value for keyword in call.keywords}
                yield f"{path.relative_to(SOURCE).as_posix()}:{call.lineno}", name, said


ERRORS = list(raised_errors())
WITH_BOTH = [(place, said["en"], said["ru"]) for place, _, said in ERRORS if "en" in said]


def is_literal(node):
    return isinstance(node, ast.Constant | ast.JoinedStr)


def test_there_are_many_errors():
    assert len(ERRORS) > 200


def test_no_error_is_said_in_english_alone():
    assert [place for place, _, said in ERRORS if "ru" not in said and None not in said] == []


def test_russian_words_are_russian():
    said = [(place, ast.unparse(ru)) for place, _, ru in WITH_BOTH if is_literal(ru)]

    # A message may be put together of pieces that have words themselves.
    assert [
        place for place, words in said if not CYRILLIC.search(words) and "{ru}" not in words
    ] == []


def test_english_words_are_not_russian():
    said = [(place, ast.unparse(en)) for place, en, _ in WITH_BOTH if is_literal(en)]

    assert [place for place, words in said if CYRILLIC.search(words)] == []


def list_values(node):
    """What a message tells of the case, by the names of the variables."""
    inside = [part for part in ast.walk(node) if isinstance(part, ast.FormattedValue)]
    return {
        name.id.removesuffix("_ru").removesuffix("_RU")
        for part in inside
        for name in ast.walk(part.value)
        if isinstance(name, ast.Name)
    }


def test_both_languages_tell_the_same_of_the_case():
    # Where the words around a value differ, the values are named as a pair: `hint`, `hint_ru`.
    differing = [
        (place, list_values(en) ^ list_values(ru)) for place, en, ru in WITH_BOTH if is_literal(ru)
    ]

    assert [(place, names) for place, names in differing if names - PIECES] == []


@pytest.mark.parametrize(
    "error",
    [
        errors.StorageError(en="Full.", ru="Полно."),
        errors.UnknownNameError("table", "a", ["b"], ru="таблицы"),
        errors.UnknownColumnError("a", ["b"], where="The row", ru="В строке"),
    ],
)
def test_an_error_crosses_into_another_process_whole(error):
    arrived = pickle.loads(pickle.dumps(error))

    assert (type(arrived), arrived.en, arrived.ru, arrived.__dict__) == (
        type(error),
        error.en,
        error.ru,
        error.__dict__,
    )
