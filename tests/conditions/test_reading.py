import pytest

from regulars.conditions import explain_condition, load_condition, read_condition
from regulars.schema.wording import Wording

NAMES = {
    "age": Wording(en="Age", ru="Возраст"),
    "city": Wording(en="City", ru="Город"),
    "ended_on": Wording(en="Day of end", ru="Дата окончания"),
    "started_on": Wording(en="Day of start", ru="Дата начала"),
    "amount": Wording(en="Amount", ru="Сумма"),
    "price": Wording(en="Price", ru="Цена"),
    "nps": Wording(en="NPS", ru="NPS"),
    "has_consent": Wording(en="Consent", ru="Согласие"),
}


def _read(definition, language):
    condition = load_condition(definition, where="test")
    return read_condition(condition, language, names=NAMES).replace("\N{NO-BREAK SPACE}", "_")


@pytest.mark.parametrize(
    ("definition", "english", "russian"),
    [
        (
            {"column": "age", "op": ">", "value": 120},
            "age is over 120",
            "возраст больше 120",
        ),
        (
            {"not": {"column": "age", "op": ">", "value": 120}},
            "age is missing or is at most 120",
            "возраст отсутствует или не больше 120",
        ),
        (
            {"not": {"not": {"column": "age", "op": ">", "value": 120}}},
            "age is over 120",
            "возраст больше 120",
        ),
        (
            {"column": "nps", "between": [-100, 100]},
            "NPS is from -100 to 100",
            "NPS от -100 до 100",
        ),
        (
            {"column": "amount", "op": ">=", "value": 1234567.5},
            "amount is at least 1,234,567.5",
            "сумма не меньше 1_234_567,5",
        ),
        (
            {"column": "city", "in": ["Самара", "Казань", "Уфа"]},
            'city is "Самара", "Казань" or "Уфа"',
            "город — «Самара», «Казань» или «Уфа»",
        ),
        (
            {"not": {"column": "city", "in": ["Самара", "Казань"]}},
            'city is missing or is neither "Самара" nor "Казань"',
            "город отсутствует или ни «Самара», ни «Казань»",
        ),
        (
            {"column": "age", "in": list(range(1, 23))},
            "age is one of 22 values (1, 2, 3…)",
            "возраст — одно из 22 значений (1, 2, 3…)",
        ),
        (
            {"column": "has_consent", "op": "=", "value": True},
            "consent is true",
            "согласие — да",
        ),
        (
            {"column": "ended_on", "op": "<", "other": "started_on"},
            "day of end is before day of start",
            "дата окончания раньше, чем дата начала",
        ),
        (
            {"column": "amount", "op": ">", "other": "price"},
            "amount is more than price",
            "сумма больше, чем цена",
        ),
        (
            {"column": "ended_on", "op": "<", "value": "1900-01-01"},
            "day of end is before 1 January 1900",
            "дата окончания раньше 1 января 1900 года",
        ),
        (
            {"column": "paid_at", "op": ">=", "value": "2026-01-31T09:30:00+03:00"},
            "paid_at is not before 31 January 2026, 09:30 UTC+03:00",
            "paid_at не раньше 31 января 2026 года, 09:30 UTC+03:00",
        ),
        (
            {"column": "ended_on", "op": ">", "value": {"as_of_plus_days": 0}},
            "day of end is after the day of the calculation",
            "дата окончания позже дня расчёта",
        ),
        (
            {"column": "ended_on", "op": "<", "value": {"as_of_plus_days": -31}},
            "day of end is before 31 days before the day of the calculation",
            "дата окончания раньше чем за 31 день до дня расчёта",
        ),
        (
            {"column": "ended_on", "between": [{"as_of_plus_days": -30}, "2026-01-31"]},
            "day of end is not before 30 days before the day of the calculation"
            " and is not after 31 January 2026",
            "дата окончания не раньше чем за 30 дней до дня расчёта и не позже 31 января 2026 года",
        ),
        (
            {"column": "city", "text": "starts_with", "value": "Сам", "ignore_case": True},
            'city starts with "Сам" (in upper or lower case)',
            "город начинается с «Сам» (без учёта регистра)",
        ),
        (
            {
                "all": [
                    {"column": "age", "op": ">=", "value": 18},
                    {
                        "any": [
                            {"column": "city", "op": "=", "value": "Самара"},
                            {"column": "city", "is_missing": True},
                        ]
                    },
                ]
            },
            'age is at least 18 and (city is "Самара" or city is missing)',
            "возраст не меньше 18 и (город — «Самара» или город отсутствует)",
        ),
        (
            {
                "all": [
                    {"column": "age", "op": ">=", "value": 18},
                    {"column": "city", "in": ["Самара", "Уфа"]},
                ]
            },
            'age is at least 18 and (city is "Самара" or "Уфа")',
            "возраст не меньше 18 и (город — «Самара» или «Уфа»)",
        ),
        (
            {
                "any": [
                    {"column": "age", "op": ">=", "value": 18},
                    {"column": "price", "op": "=", "value": 5},
                    {"column": "city", "is_missing": False},
                ]
            },
            "age is at least 18, price is 5 or city is known",
            "возраст не меньше 18, цена — 5 или город имеется",
        ),
        (
            {
                "not": {
                    "any": [
                        {"column": "city", "is_missing": True},
                        {"column": "price", "op": "=", "value": 5},
                    ]
                }
            },
            "city is known and (price is missing or is not 5)",
            "город имеется и (цена отсутствует или не 5)",
        ),
    ],
)
def test_a_condition_reads_as_a_sentence(definition, english, russian):
    assert _read(definition, "en") == english
    assert _read(definition, "ru") == russian


@pytest.mark.parametrize(
    ("definition", "holds", "english", "russian"),
    [
        (
            {"column": "age", "op": ">", "value": 120},
            False,
            "age is at most 120 (35)",
            "возраст не больше 120 (35)",
        ),
        (
            {"column": "price", "op": "=", "value": 3},
            True,
            "price is 3",
            "цена — 3",
        ),
        (
            {"not": {"column": "city", "op": "=", "value": "Уфа"}},
            True,
            "city is missing",
            "город отсутствует",
        ),
        (
            {
                "all": [
                    {"column": "age", "op": ">", "value": 40},
                    {"column": "price", "op": "<", "value": 40},
                    {"column": "city", "in": ["Уфа", "Самара"]},
                ]
            },
            False,
            "age is at most 40 (35) and city is missing",
            "возраст не больше 40 (35) и город отсутствует",
        ),
        (
            {
                "any": [
                    {"column": "age", "op": ">", "value": 40},
                    {"column": "price", "between": [1, 4]},
                ]
            },
            True,
            "price is from 1 to 4 (3)",
            "цена от 1 до 4 (3)",
        ),
    ],
)
def test_the_reason_says_what_decided(definition, holds, english, russian):
    condition = load_condition(definition, where="test")
    row = {"age": 35, "city": None, "price": 3}

    in_english = explain_condition(condition, row, language="en", names=NAMES)
    in_russian = explain_condition(condition, row, language="ru", names=NAMES)

    assert (in_english.holds, in_english.sentence) == (holds, english)
    assert (in_russian.holds, in_russian.sentence) == (holds, russian)


def test_every_part_is_explained_beneath_the_whole():
    condition = load_condition(
        {
            "all": [
                {"column": "age", "op": ">", "value": 18},
                {"column": "city", "is_missing": True},
            ]
        },
        where="test",
    )

    explained = explain_condition(condition, {"age": 35, "city": None})

    assert [(part.holds, part.value) for part in explained.parts] == [(True, 35), (True, None)]
