"""Reading checks: the built-in ones, and mistakes in the user's TOML."""

import pytest

from regulars.errors import DefinitionError
from regulars.quality import load_checks
from regulars.quality.check import RangeCheck, VocabularyCheck
from regulars.schema.contract import list_contracts

OWN = """
name = "nobody_is_older"
table = "profiles"
kind = "range"
columns = ["age"]
maximum = 100
severity = "error"
meaning = { en = "Older than 100", ru = "Старше 100" }
"""


def test_every_built_in_check_is_about_a_canonical_table():
    tables = {check.table for check in load_checks()}

    assert tables <= {contract.name for contract in list_contracts()}


def test_built_in_checks_name_columns_that_the_contracts_have():
    columns = {contract.name: contract.column_names for contract in list_contracts()}
    plain = [
        (check.name, name)
        for check in load_checks()
        if check.table != "profiles" and not isinstance(check, RangeCheck)
        for name in (
            [*getattr(check, "columns", ())]
            + [
                getattr(check, each)
                for each in ("column", "time", "amount")
                if hasattr(check, each)
            ]
        )
        if name and name != "*" and name not in columns[check.table]
    ]

    assert plain == []


def test_built_in_checks_are_skipped_where_a_column_is_not_there():
    assert {check.if_missing for check in load_checks()} == {"skip"}


def test_a_users_check_is_added():
    names = [check.name for check in load_checks({"own.toml": OWN}, tables=["profiles"])]

    assert "nobody_is_older" in names
    assert "profiles_impossible_age" in names


def test_a_users_check_replaces_the_built_in_one_of_its_name():
    own = OWN.replace("nobody_is_older", "profiles_impossible_age")

    (check,) = [
        check for check in load_checks({"own.toml": own}) if check.name == "profiles_impossible_age"
    ]

    assert isinstance(check, RangeCheck)
    assert check.maximum == 100


def test_a_built_in_check_can_be_switched_off():
    own = OWN.replace("nobody_is_older", "profiles_impossible_age") + "is_enabled = false\n"

    names = [check.name for check in load_checks({"own.toml": own})]

    assert "profiles_impossible_age" not in names


def test_several_checks_stand_in_one_file():
    second = "[[checks]]\n" + OWN.replace("nobody_is_older", "another")

    names = [check.name for check in load_checks({"own.toml": f"[[checks]]\n{OWN}\n{second}"})]

    assert {"nobody_is_older", "another"} <= set(names)


def test_the_same_name_in_two_files_is_refused():
    with pytest.raises(DefinitionError, match=r"two\.toml: check 'nobody_is_older' .* one\.toml"):
        load_checks({"one.toml": OWN, "two.toml": OWN})


@pytest.mark.parametrize(
    ("line", "wrong", "message"),
    [
        (
            'severity = "error"',
            'severty = "error"',
            "own.toml, nobody_is_older: 'severty' is not a field of kind 'range'. "
            "Did you mean 'severity'? It has: name, table, severity, meaning, action, is_enabled, "
            "if_missing, kind, columns, minimum, maximum.",
        ),
        (
            'severity = "error"',
            'severity = "eror"',
            "own.toml, nobody_is_older: 'severity' is 'eror'. Did you mean 'error'? "
            "Choose from: error, warning, notice.",
        ),
        (
            'kind = "range"',
            'kind = "rang"',
            "own.toml, nobody_is_older: there is no kind 'rang'. Did you mean 'range'? "
            "Choose from: rows, range, dates, vocabulary, text, unique, exact_duplicates, "
            "near_duplicates, orphans, rate, session_length, repeated, freshness, placeholders, "
            "constant, spellings.",
        ),
        (
            'columns = ["age"]',
            "",
            "own.toml, nobody_is_older: 'columns' is missing. Add a line 'columns = …'.",
        ),
        (
            "maximum = 100",
            "",
            "own.toml, nobody_is_older: a range needs 'minimum', 'maximum' or both.",
        ),
        (
            "maximum = 100",
            'maximum = "many"',
            "own.toml, nobody_is_older: 'maximum' is 'many': a number is wanted.",
        ),
    ],
)
def test_a_mistake_is_answered_with_file_check_and_what_is_allowed(line, wrong, message):
    with pytest.raises(DefinitionError) as caught:
        load_checks({"own.toml": OWN.replace(line, wrong)})

    assert str(caught.value) == message


def test_a_check_of_many_rows_cannot_send_one_to_quarantine():
    own = """
    name = "same_twice"
    table = "purchases"
    kind = "exact_duplicates"
    action = "quarantine"
    meaning = { en = "Twice", ru = "Дважды" }
    """

    with pytest.raises(DefinitionError, match="needs a check of single rows"):
        load_checks({"own.toml": own})


def test_broken_toml_names_the_file():
    with pytest.raises(DefinitionError, match=r"own\.toml is not valid TOML"):
        load_checks({"own.toml": "name = "})


def test_a_wrong_condition_names_the_check():
    own = """
    name = "odd"
    table = "profiles"
    kind = "rows"
    condition = { column = "age", op = "=>", value = 3 }
    meaning = { en = "Odd", ru = "Странно" }
    """

    with pytest.raises(DefinitionError, match=r"own\.toml, odd"):
        load_checks({"own.toml": own})


def test_given_values_belong_to_the_given_vocabulary():
    with pytest.raises(ValueError, match="belong together"):
        VocabularyCheck(
            name="x", table="t", meaning={"en": "x", "ru": "x"}, column="c", vocabulary="given"
        )


def test_every_table_with_a_currency_is_checked_for_unknown_ones():
    with_currency = {each.name for each in list_contracts() if "currency" in each.column_names}

    checked = {
        check.table
        for check in load_checks()
        if isinstance(check, VocabularyCheck) and check.vocabulary == "currency"
    }

    assert checked == with_currency
