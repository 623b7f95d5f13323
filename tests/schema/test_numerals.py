"""Numbers are written as CLDR has it, without reading all of CLDR."""

from babel.core import Locale
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from regulars.schema.numerals import choose_tag, group_digits

languages = st.sampled_from(["en", "ru"])
counts = st.integers(-(10**7), 10**7) | st.integers(0, 130)
amounts = st.floats(-1e15, 1e15) | st.decimals(-(10**9), 10**9, places=3)


@given(number=counts | amounts, language=languages, digits=st.integers(0, 4))
def test_a_number_is_written_as_babel_writes_it(number, language, digits):
    pattern = "#,##0" + ("." + "#" * digits if digits else "")

    written = group_digits(number, language, digits)

    assert written == format_decimal(number, format=pattern, locale=language)


@given(count=counts | st.floats(0, 1e6), language=languages)
def test_the_form_of_a_noun_is_chosen_as_babel_chooses_it(count, language):
    assert choose_tag(count, language) == Locale(language).plural_form(count)


def test_what_is_no_number_is_said():
    assert group_digits(float("nan"), "en") == "NaN"
