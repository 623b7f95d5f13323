"""What is found and masked inside free texts, and what is left alone."""

import re

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.schema.personal_text import (
    MASK,
    PERSONAL_HINT,
    PERSONAL_PATTERN,
    mask_personal_text,
)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("пишите на Ivan.Petrov@mail.ru.", "пишите на ***."),
        ("тел. +7(916)123-45-67", "тел. ***"),
        ("тел. 8-495-123-45-67 доб. 5", "тел. *** доб. 5"),
        ("мой номер 9161234567", "мой номер ***"),
        ("call (212) 555-0123", "call ***"),
        ("ring 020 7946 0958", "ring ***"),
        ("карта 4111 1111 1111 1111", "карта ***"),
        ("паспорт 45 08 123456", "паспорт ***"),
        ("СНИЛС 112-233-445 95", "СНИЛС ***"),
        ("передал Иванову Петру Ильичу лично", "передал *** лично"),
        ("от Кузнецовой Анны Олеговны", "от ***"),
        ("Меня зовут Зульфия", "***"),
        ("My name is Aoife Ng", "***"),
    ],
)
def test_what_is_personal_is_masked(text, masked):
    assert mask_personal_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "заказ 4711 от 05.03.2024 на 1 234,50 руб. не пришёл",
        "2024-03-05 10:15:00, код 12345678",
        "@operator связь плохая, 100500 раз звонил, http://t.co/aBc123",
        "Фильм «Александр Невский», 12 серий по 45 минут",
        "iPhone 15 Pro 256 GB, IMEI не читается",
        "Скидка 50 % на 3 товара до 31 декабря",
    ],
)
def test_orders_dates_sums_and_handles_stay(text):
    assert mask_personal_text(text) == text


@given(st.from_regex(PERSONAL_PATTERN, fullmatch=True))
def test_everything_personal_gives_the_hint_that_is_looked_for_first(text):
    assert re.search(PERSONAL_HINT, text)


@pytest.mark.parametrize("text", ["+7 916 123-45-67 Анна Петровна", "a.b@c.org 4111111111111111"])
def test_the_engine_masks_as_python_does(text):
    query = "SELECT regexp_replace(?, ?, ?, 'g')"

    (answer,) = duckdb.execute(query, [text, PERSONAL_PATTERN, MASK]).fetchone()

    assert answer == mask_personal_text(text)
