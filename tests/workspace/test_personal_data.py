"""Personal values are in the vault and on the contact list, and nowhere else."""

import random

import pytest
from desk import sums
from searching import find_words

from regulars.workspace import Workspace

pytestmark = pytest.mark.slow

SURNAMES = ("Ксенофонтовский", "Благовещенская", "Преображенцев", "Крестовоздвиженский")
GIVEN = ("Аристарх", "Мария", "Пантелеймон", "Глафира")


def make_people(count=120):
    """Customers with everything personal, of whom some have left."""
    chance = random.Random(4)
    return [
        {
            "Код клиента": f"{number:05d}",
            "Фамилия": SURNAMES[number % 4],
            "Имя": GIVEN[number // 4 % 4],
            "Телефон": f"+7927{4000000 + number * 7919 % 999983:07d}",
            "E-mail": f"zhx{number}qw@pochta.example",
            "Паспорт": f"36 {10 + number % 80} {400000 + number * 811}",
            "Дата рождения": f"{1 + number % 28:02d}.{1 + number % 12:02d}.{1950 + number % 50}",
            "Тариф": ("Базовый", "Золотой", "Семейный")[number % 3],
            "Платёж": str(chance.randint(100, 900)),
            "Звонков": str(chance.randint(0, 60)),
            "Отток": "да" if chance.random() < (0.6 if number % 3 == 0 else 0.15) else "нет",
        }
        for number in range(count)
    ]


def as_text(people, *more):
    head = ";".join(people[0])
    return "\n".join([head, *(";".join(person.values()) for person in people), *more, ""])


def words_of(people):
    names = ("Фамилия", "Телефон", "E-mail", "Паспорт")
    bare_phones = {person["Телефон"].removeprefix("+7") for person in people}
    return {person[name] for person in people for name in names} | bare_phones


# Lines that go wrong in every way, each with personal values in them.
BROKEN = (
    "99901;Ксенофонтовский;Аристарх;+79274999901;zhx999@pochta.example",
    "00001;Благовещенская;Глафира;+79274999902;zhx998@pochta.example;36 11 999111;01.01.1990;Золотой;1;1;нет",
    '99903;"Преображенцев;Глафира;+79274999903;zhx997@pochta.example;36 11 999112;01.01.1990;Золотой;1;1;нет',
    ";Крестовоздвиженский;Глафира;+79274999904;zhx996@pochta.example;36 11 999113;01.01.1990;Золотой;1;1;нет",
)


@pytest.mark.parametrize("language", ["ru"])
def test_personal_values_are_found_on_the_contact_list_alone(desk, language, caplog):
    people = make_people()
    desk.write("клиенты.csv", as_text(people, *BROKEN))

    ran = desk.run("analyze", "клиенты.csv", "--out", "итог", "--lang", language)

    words = words_of(people) | {"zhx99", "7499990", "999111", "999112", "999113"}
    held = {path for path, _ in find_words(desk.folder / "итог", words)}
    assert ran.code == 0
    assert held == {"contact_list.csv", "contact_list.xlsx"}
    assert [word for word in words if word in ran.out + ran.err + caplog.text] == []


def test_personal_values_are_in_the_vault_and_each_reading_is_written_down(desk):
    people = make_people()
    desk.write("клиенты.csv", as_text(people))
    desk.run("analyze", "клиенты.csv", "--out", "итог", "--lang", "ru")

    vault = Workspace(desk.folder / "итог" / "workspace").vault

    assert vault.count() == len(people)
    assert vault.list_pending_loads() == ()
    assert {"surname", "phone", "email", "passport", "birth_on"} <= set(vault.list_columns())
    assert [(entry.action, entry.purpose) for entry in vault.read_journal()] == [
        ("read", "contact list"),
        ("read", "contact list"),
    ]
    vault.close()


PHONES = [f"+7 927 {600 + number} {10 + number}-{20 + number}" for number in range(40)]


def test_ids_that_are_phones_are_replaced_by_pseudonyms_everywhere(desk):
    people = "телефон,тариф,сумма\n" + "".join(
        f"{phone},{'золотой' if place % 3 else 'базовый'},{place * 7 % 40}\n"
        for place, phone in enumerate(PHONES)
    )
    orders = "order_id,customer_id,order_date,amount\n" + "".join(
        f"A{place},{phone},2024-03-05,{place}\n" for place, phone in enumerate(PHONES[:10])
    )

    told = desk.load(desk.write("клиенты.csv", people), "--id", "телефон").json
    desk.load_text(orders, name="orders.csv")

    ids = {row[0] for row in desk.read("profiles", "customer_id")}
    buyers = {row[0] for row in desk.read("purchases", "customer_id")}
    bare = {"".join(sign for sign in phone if sign.isdigit())[1:] for phone in PHONES}
    places = ("lake", "runs", "mappings")
    found = [find_words(desk.workspace / place, {*PHONES, *bare}) for place in places]
    assert sums(told) == (40, 40, 0, 0, 0)
    assert len(ids) == 40
    assert buyers < ids
    assert found == [set(), set(), set()]


def test_an_error_about_a_personal_column_shows_no_value(desk):
    people = "".join(f"{n},+7 927 111 22 {n:02d},x\n" for n in range(40))
    desk.write("people.csv", "customer_id,phone,plan\n" + people)

    ran = desk.load("people.csv", "--map", "phone=birth_on:date:%d.%m.%Y")

    assert "927" not in ran.err + ran.out
