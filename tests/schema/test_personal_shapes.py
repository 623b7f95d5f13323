import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.schema.column_roles import find_personal_field
from regulars.schema.measured import measure_columns
from regulars.schema.personal_shapes import find_personal_shape
from regulars.schema.recognition import recognize
from regulars.schema.shapes import SourceColumn

SURNAMES = ["Иванов", "Кузнецова", "Пушкин", "Достоевский", "Шевченко", "Соловьёва", "Ли"]
GIVEN_NAMES = ["Пётр", "Анна", "Ольга", "Дмитрий", "Екатерина", "Илья"]
PATRONYMICS = ["Ильич", "Олегович", "Павловна", "Никитична", "Сергеевна"]
ENGLISH_NAMES = ["John Smith", "Mary Jane Watson", "James T. Kirk", "Dr. Emily Stone", "Ann Lee"]


def _find_field(name, values):
    measured, _, _ = measure_columns([SourceColumn(name, values=values)])
    found = find_personal_field(measured[0])
    return found[0] if found else None


digits = st.text(alphabet="0123456789", min_size=7, max_size=7)


@given(
    st.lists(digits, min_size=3),
    st.sampled_from(
        [
            "+7 (916) {0}{1}{2}-{3}{4}-{5}{6}",
            "8-916-{0}{1}{2}-{3}{4}-{5}{6}",
            "8 (916) {0}{1}{2} {3}{4} {5}{6}",
            "+7916{0}{1}{2}{3}{4}{5}{6}",
            "8916{0}{1}{2}{3}{4}{5}{6}",
            "+1-202-{0}{1}{2}-{3}{4}{5}{6}",
            "(202) {0}{1}{2}-{3}{4}{5}{6}",
            "+90 532 {0}{1}{2} {3}{4} {5}{6}",
        ]
    ),
)
def test_phones_are_known_by_their_look(numbers, pattern):
    assert find_personal_shape([pattern.format(*number) for number in numbers]) == "phone"


@given(st.lists(st.emails(), min_size=3))
def test_emails_are_known_by_their_look(values):
    assert find_personal_shape(values) == "email"


@given(st.lists(st.from_regex(r"\A\d{2} \d{2} \d{6}\Z", fullmatch=True), min_size=3))
def test_passports_are_known_by_their_look(values):
    ascii_values = [value for value in values if value.isascii()] or ["45 03 123456"] * 3

    assert find_personal_shape((ascii_values * 3)[:9]) == "passport"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(SURNAMES), st.sampled_from(GIVEN_NAMES), st.sampled_from(PATRONYMICS)
        ),
        min_size=3,
    )
)
def test_russian_full_names_are_known_by_their_look(names):
    assert find_personal_shape([" ".join(name) for name in names]) == "full_name"


def test_a_surname_with_initials_is_a_name():
    values = ["Иванов И.И.", "Петрова А. С.", "Сидорук В.", "О. П. Берг"]

    assert find_personal_shape(values) == "full_name"


def test_english_full_names_are_known_by_their_look():
    assert find_personal_shape(ENGLISH_NAMES) == "full_name"


def test_given_names_alone_are_known_in_both_alphabets():
    assert find_personal_shape(GIVEN_NAMES) == "given_name"
    assert find_personal_shape(["John", "Mary", "Dmitriy", "Olga"]) == "given_name"


def test_russian_surnames_alone_are_known_by_their_endings():
    assert find_personal_shape(SURNAMES[:6]) == "surname"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (["г. Самара, ул. Ленина, д. 5", "пр-т Мира 12-4", "ул. Садовая, 7"], "address"),
        (["12 Main Street", "7 Oak Ave, Apt 3", "221B Baker Street"], "address"),
        (["112-233-445 95", "087-654-303 00", "123-456-789 64"], "tax_number"),
        (["4111 1111 1111 1111", "5500005555555559", "4012-8888-8888-1881"], "card_number"),
        (["192.168.0.1", "10.0.0.12", "8.8.8.8"], "ip_address"),
    ],
)
def test_other_documents_and_places_are_known_by_their_look(values, field):
    assert find_personal_shape(values) == field


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("Фамилия", ["Ли", "Ким", "Гёте"], "surname"),
        ("Отчество", ["Ильич", "Олегович", "нет"], "patronymic"),
        ("ФИО", ["Ли Вера", "Ким Чен", "Ян Гус"], "full_name"),
        ("Фамилия абонента", ["Ли", "Ким", "Гёте"], "surname"),
        ("familiya", ["Lee", "Kim", "Goethe"], "surname"),
        ("Last Name", ["Lee", "Kim", "Goethe"], "surname"),
        ("Телефон", ["123-456", "2345678", "345 67 89"], "phone"),
        ("phone_number", ["2025550123", "2025550199", "2025550111"], "phone"),
        ("E-mail", ["a@b.ru", "нет", "c@d.com"], "email"),
        ("Дата рождения", ["01.02.1980", "13.04.1991", "05.06.1970"], "birth_on"),
        ("DateOfBirth", ["1980-02-01", "1991-04-13", "1970-06-05"], "birth_on"),
        ("Паспорт", ["4503123456", "4504654321", "4505111222"], "passport"),
        ("Адрес", ["Самара, Ленина ул., 5", "ул. Мира, 7", "ул. Победы 1"], "address"),
        ("ИНН", ["631234567890", "770987654321", "500100732259"], "tax_number"),
    ],
)
def test_a_name_and_values_that_may_be_so_settle_it(name, values, field):
    assert _find_field(name, values) == field


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("PhoneService", ["Yes", "No", "No phone service"]),
        ("contact", ["telephone", "cellular", "unknown"]),
        ("email_open_rate", ["0.1", "0.25", "0.3"]),
        ("phone_calls_count", ["12345", "12", "7"]),
        ("Description", ["WHITE METAL LANTERN", "Victoria Sponge Tin", "Charlotte Bag Suki"]),
        ("product_name", ["Анна Каренина", "Иван Чай", "Мария Стюарт"]),
        ("Country", ["United Kingdom", "France", "Jordan"]),
        ("Город", ["Саратов", "Ростов", "Псков"]),
        ("Город", ["Иваново", "Пушкин", "Королёв"]),
        ("InvoiceNo", ["536365", "536366", "C536379"]),
        ("basket_id", ["31625220889", "32053127496", "32106771365"]),
        ("user_id", ["219483890", "219564105", "219639338"]),
        ("zip_code", ["443001", "443010", "443099"]),
        ("callee", ["301", "512", "299"]),
        ("amount", ["1234567890", "9876543210", "5555555555"]),
        ("timestamp", ["1577836800", "1577836801", "1577836802"]),
        ("age", ["25", "31", "47"]),
        ("birth_year", ["1980", "1991", "1970"]),
        ("sex", ["male", "female", "male"]),
        ("month", ["April", "May", "June"]),
        ("job_title", ["Sales Manager", "Data Analyst", "Cook"]),
        ("name", ["Basic Plan", "Family Plan", "Gold Plan"]),
        ("version", ["10.0.1", "10.0.2", "11.2.3"]),
    ],
)
def test_what_is_nobodys_own_is_not_personal(name, values):
    assert _find_field(name, values) is None


@pytest.mark.parametrize(
    ("name", "values", "field"),
    [
        ("ФИО", ["=1+1 Иванов Иван", "Петров 2, дубль", "-- Ким (нов.)"], "full_name"),
        ("Фамилия", ["Ким 1", "Цой 2", "Ан 3"], "surname"),
        ("email", ["olga at mail", "ivan at mail", "petr at mail"], "email"),
        ("паспорт", ["AB1", "AB2", "AB3"], "passport"),
    ],
)
def test_a_name_that_leaves_no_doubt_decides_whatever_the_values_look_like(name, values, field):
    assert _find_field(name, values) == field


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("email", ["yes", "no", "yes"]),
        ("email", ["1", "2", "3"]),
        ("customer_name", ["Заря-2000, ООО", "Acme 3 Ltd", "Восход 5, ПАО"]),
        ("email_domain", ["one of a kind", "two of a kind", "three of a kind"]),
    ],
)
def test_a_flag_a_count_and_a_firm_stay_under_such_a_name(name, values):
    assert _find_field(name, values) is None


@given(st.text(), st.lists(st.text(), max_size=8))
def test_any_column_is_either_personal_or_not(name, values):
    assert _find_field(name, values) == _find_field(name, values)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("phone", ["020 7946 0958", "01632 960 001", "(0161) 496 0000"]),
        ("phone", ["07700900123", "07700900456", "07700900789"]),
        ("phone", ["(212) 555-0123", "212.555.0199", "1-800-555-0142 x12"]),
        ("phone", ["01 23 45 67 89", "06 12 34 56 78", "0145 000 111"]),
        ("postcode", ["SW1A 1AA", "M1 1AE", "ec1a 1bb"]),
        ("postcode", ["K1A 0B1", "V6B 4Y8", "M5V 3L9"]),
        ("tax_number", ["500100732259", "500100732259", "500100732259"]),
        ("tax_number", ["11223344595", "112-233-445 95", "11223344595"]),
        ("tax_number", ["AB123456C", "CE 12 34 56 D", "JK123456A"]),
        ("tax_number", ["12345678Z", "X1234567L", "00000000T"]),
        ("ip_address", ["192.168.0.1:8080", "10.0.0.7", "2001:db8::1:2"]),
    ],
)
def test_values_that_can_be_nothing_else_are_found_under_any_name(field, values):
    assert find_personal_shape(values) == field


@pytest.mark.parametrize(
    "values",
    [
        ["02134567890", "02134567891", "02134567892"],
        ["500100732258", "500100732257", "500100732256"],
        ["443001", "443002", "101000"],
        ["90210", "10001", "60601"],
        ["AB12CD", "XY34ZW", "QQ11QQ"],
        ["12345-6789", "12345-6790", "12345-6791"],
        ["1.2.3", "2.0.1", "10.4.2"],
        ["2024-01-05", "2024-02-06", "2023-11-30"],
        ["10:15:00", "23:59:59", "01:02:03"],
    ],
)
def test_codes_places_and_times_are_not_personal(values):
    assert find_personal_shape(values) is None


def name_column(name, values):
    return SourceColumn(name, values=values * 5)


RARE = ["Aoife Ng", "Zulfiya", "Oyelaran Ife", "Wei"]


@pytest.mark.parametrize("other", ["phone", "surname", "e-mail"])
def test_rare_names_are_personal_beside_what_only_people_have(other):
    told = {
        "phone": ["+7 916 123-45-67", "+7 916 123-45-68", "+7 916 123-45-69", "+7 916 123-45-70"],
        "surname": ["Abara", "Bello", "Chukwu", "Dike"],
        "e-mail": ["a@b.org", "b@b.org", "c@b.org", "d@b.org"],
    }

    mapping = recognize(
        [name_column("name", RARE), name_column(other, told[other])], kind="customers"
    )

    assert mapping.get_source("name").target == "full_name"


def test_names_of_products_and_of_firms_stay_beside_a_phone():
    phone = name_column("phone", ["+7 916 123-45-67", "+7 916 123-45-68", "+7 916 123-45-69"])
    firms = name_column("name", ["ООО Заря", "ПАО Восход", "Acme Inc"])
    goods = name_column("name", ["green tea 100 g", "blue cup", "spoon, steel"])

    assert recognize([firms, phone], kind="customers").get_source("name").role != "personal"
    assert recognize([goods, phone], kind="customers").get_source("name").role != "personal"
