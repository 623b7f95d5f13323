import pytest

from regulars.schema.column_labels import label_column


@pytest.mark.parametrize("spelling", ["MonthlyCharges", "monthly_charges", "Monthly Charge"])
def test_a_known_column_has_one_name_in_each_language_whatever_its_spelling(spelling):
    label = label_column(spelling)

    assert (label.en, label.ru) == ("monthly charge", "ежемесячная плата")


def test_the_words_of_the_contract_are_known():
    label = label_column("Семейное положение")

    assert (label.en, label.ru) == ("marital status", "семейное положение")


def test_an_unknown_name_is_made_readable_and_quoted_in_the_other_language():
    latin, cyrillic = label_column("FavouriteShop_Format"), label_column("ЛюбимыйМагазин")

    assert (latin.en, latin.ru) == ("favourite shop format", "«Favourite shop format»")
    assert (cyrillic.en, cyrillic.ru) == ("“Любимый магазин”", "любимый магазин")


@pytest.mark.parametrize("name", ["cons.price.idx", "x12", "C_FN"])
def test_a_code_stays_as_its_owner_knows_it(name):
    label = label_column(name)

    assert (label.en, label.ru) == (f"“{name}”", f"«{name}»")


@pytest.mark.parametrize(
    ("days", "russian"), [(1, "за 1 день"), (2, "за 2 дня"), (30, "за 30 дней"), (91, "за 91 день")]
)
def test_a_window_in_days_agrees_with_its_noun(days, russian):
    assert label_column(f"minutes_{days}d").ru == f"минуты {russian}"


@pytest.mark.parametrize(
    "name", ["Жалоб за 90 дней", "Жалоб за последние 90 дней", "Жалоб 90 дней"]
)
def test_a_window_that_the_name_says_in_words_is_said_once(name):
    assert label_column(name).ru == "жалоб за 90 дней"


@pytest.mark.parametrize(
    "name", ["visits_in_the_last_30_days", "visits over 30 days", "visits_30d"]
)
def test_an_english_window_is_said_once_too(name):
    assert label_column(name).en == "visits in 30 days"


def test_a_name_without_a_single_word_is_shown_as_it_is():
    assert label_column("%").en == "“%”"
