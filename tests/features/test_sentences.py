"""Values as people write them."""

import pytest

from regulars.features import Feature
from regulars.features.sentences import (
    format_number,
    format_share,
    format_value,
    name_level,
    quote,
)
from regulars.schema.wording import Wording

NB = "\u00a0"


def _feature(kind: str, unit: str | None = None) -> Feature:
    return Feature("x", Wording(en="x", ru="x"), unit, kind)


@pytest.mark.parametrize(
    ("number", "english", "russian"),
    [
        (0.0, "0", "0"),
        (29.0, "29", "29"),
        (-1.25, "-1.2", "-1,2"),
        (1234567.8, "1,234,568", f"1{NB}234{NB}568"),
        (0.00123, "0.0012", "0,0012"),
        (2.5e-9, "2.5e-09", "2,5e-09"),
        (1e100, "1.00e+100", "1,00e+100"),
    ],
)
def test_numbers_have_the_digits_they_deserve(number, english, russian):
    assert format_number(number, "en") == english
    assert format_number(number, "ru") == russian


def test_a_small_share_is_not_rounded_to_nothing():
    assert format_share(0.004, "ru") == f"0,4{NB}%"


@pytest.mark.parametrize(("days", "russian"), [(1.0, "1 день"), (3.0, "3 дня"), (11.0, "11 дней")])
def test_days_are_declined(days, russian):
    assert format_value(_feature("numeric", "day"), days, "ru") == russian


def test_a_share_reads_as_a_percentage():
    assert format_value(_feature("numeric", "share"), 0.25, "en") == "25%"


def test_a_boolean_reads_yes_or_no():
    assert format_value(_feature("boolean"), False, "ru") == "нет"
    assert format_value(_feature("boolean"), True, "en") == "yes"


def test_the_unknown_is_said():
    assert format_value(_feature("category"), None, "ru") == "нет данных"


def test_yes_and_no_of_a_file_are_said_in_the_language_of_the_reader():
    partner = Feature("partner", Wording(en="partner", ru="партнёр"), None, "category")

    assert name_level(partner, "No", "ru") == "партнёр: нет"
    assert name_level(partner, "Yes", "en") == "partner: yes"


def test_a_name_that_stands_in_quotes_is_set_apart_from_its_level():
    own = Feature("tier", Wording(en="tier", ru="«Tier»"), None, "category")

    assert name_level(own, "Gold", "ru") == "«Tier»: «Gold»"
    assert name_level(own, "Gold", "en") == "tier “Gold”"


def test_quotes_inside_quotes_are_the_inner_ones():
    assert quote("days since “a”", "en") == "“days since ‘a’”"
    assert quote("дней после даты «а»", "ru") == "«дней после даты „а“»"


def test_what_stands_in_quotes_is_not_quoted_again():
    assert (quote("“a”", "en"), quote("«а»", "ru"), quote("а", "ru")) == ("“a”", "«а»", "«а»")
