from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.schema.number_shapes import format_number, measure_numbers, parse_number

STYLES = [(".", None), (",", None), (",", " "), (".", " "), (".", ","), (",", "."), (".", "'")]


@pytest.mark.parametrize(
    ("values", "decimal", "thousands"),
    [
        (["1", "-2", "3.5"], ".", None),
        (["1,5", "2,25", "1500"], ",", None),
        (["1 234,56", "12,5"], ",", " "),
        (["1\u00a0234,56", "1\u202f000"], ",", " "),
        (["1,234.56", "12.5"], ".", ","),
        (["1.234,56", "12,5"], ",", "."),
        (["1'234.56", "1’000"], ".", "'"),
        (["1,234,567", "2,000,000"], ".", ","),
        ([".5", "-.25"], ".", None),
        (["1e5", "2.5E-3"], ".", None),
    ],
)
def test_the_marks_of_numbers_are_told_from_the_values(values, decimal, thousands):
    shape = measure_numbers(values)

    assert (shape.share, shape.decimal, shape.thousands) == (1.0, decimal, thousands)


def test_a_comma_before_three_digits_is_for_thousands_in_english_and_decimal_in_russian():
    english = measure_numbers(["1,234", "5,678"])
    russian = measure_numbers(["1,234", "5,678"], comma_is_decimal=True)

    assert (english.decimal, english.thousands, english.is_ambiguous) == (".", ",", True)
    assert (russian.decimal, russian.thousands, russian.is_ambiguous) == (",", None, True)


def test_a_long_number_without_marks_proves_that_the_comma_is_decimal():
    shape = measure_numbers(["1,234", "15000"])

    assert (shape.decimal, shape.is_ambiguous) == (",", False)


def test_currency_signs_are_set_apart():
    shape = measure_numbers(["1 200,50 ₽", "99 руб.", "7"])

    assert (shape.share, shape.choose_format()) == (1.0, ("symbols", "₽"))
    assert parse_number("1 200,50 ₽", decimal=",", thousands=" ") == Decimal("1200.50")


@pytest.mark.parametrize("values", [["00123", "45"], ["1234567890123456789012"]])
def test_digits_with_leading_zeros_or_too_many_are_a_code(values):
    assert measure_numbers(values).is_code


@pytest.mark.parametrize("text", ["", "abc", "1-2", "nan", "inf", "12:30", "1.2.3", "1 23", "--5"])
def test_what_is_no_number_is_none(text):
    assert parse_number(text) is None


@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=4),
    st.sampled_from(STYLES),
)
def test_a_number_is_read_back_as_it_was_written(value, style):
    decimal, thousands = style

    written = format_number(value, decimal=decimal, thousands=thousands)

    assert parse_number(written, decimal=decimal, thousands=thousands) == value


@given(st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1), st.sampled_from(STYLES))
def test_a_column_written_in_one_style_reads_as_numbers_entirely(values, style):
    decimal, thousands = style

    written = [format_number(value, decimal=decimal, thousands=thousands) for value in values]

    assert measure_numbers(written).share == 1.0


@given(st.lists(st.text()))
def test_any_text_has_a_number_shape(values):
    assert 0.0 <= measure_numbers(values).share <= 1.0
