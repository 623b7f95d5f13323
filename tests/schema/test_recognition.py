import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import SchemaError, UnknownColumnError, UnknownNameError
from regulars.schema import KINDS, SourceColumn, recognize, suggest_columns
from regulars.schema.contract import Role


def _file(**columns):
    return [SourceColumn(name, values=values) for name, values in columns.items()]


def _targets(mapping):
    return {column.source: column.target for column in mapping.columns}


def _describe(name, values, **facts):
    column = recognize([SourceColumn(name, values=values, **facts)], kind="customers").get_source(
        name
    )
    return column.role, column.type, column.format


MANY = [str(number) for number in range(60)]


def test_whole_numbers_too_long_to_measure_anything_are_identifiers():
    keys = [str(490_000_000_000_000_000 + number * 7_919) for number in range(60)]
    moments = [str(1_700_000_000_000_000 + number * 86_400_000_000) for number in range(60)]

    assert _describe("twitid", keys)[:2] == (Role.ID, "string")
    assert _describe("twitid", [key[:16] for key in keys])[0] is Role.NUMERIC
    assert _describe("seen", moments)[0] is Role.NUMERIC


def test_a_russian_file_of_customers_is_recognized():
    mapping = recognize(
        _file(
            **{
                "Код клиента": ["00017", "00018", "00021"],
                "ФИО": ["Иванов Пётр Ильич", "Ли Вера Павловна", "Кац Анна Львовна"],
                "Дата рождения": ["01.02.1980", "13.04.1991", "05.06.1970"],
                "Город": ["Самара", "Казань", "Самара"],
                "Сумма, руб.": ["1 200,50", "99,90", "нет данных"],
                "Ушёл": ["да", "нет", "нет"],
            }
        )
    )

    assert (mapping.kind, mapping.id_column) == ("customers", "Код клиента")
    assert _targets(mapping) == {
        "Код клиента": "customer_id",
        "ФИО": "full_name",
        "Дата рождения": "birth_on",
        "Город": "город",
        "Сумма, руб.": "сумма_руб",
        "Ушёл": "ушёл",
    }
    assert [c.source for c in mapping.personal] == ["ФИО", "Дата рождения"]
    assert (mapping.outcome.column, mapping.outcome.positive) == ("Ушёл", "да")
    amount = mapping.get_source("Сумма, руб.")
    assert (amount.type, amount.decimal, amount.thousands) == ("float", ",", " ")


def test_russian_order_lines_are_recognized():
    mapping = recognize(
        _file(
            **{
                "Номер чека": ["1", "1", "2"],
                "Код клиента": ["7", "7", "9"],
                "Дата покупки": ["30.06.2024 10:20", "30.06.2024 10:20", "01.07.2024 9:05"],
                "Товар": ["Чай", "Хлеб", "Чай"],
                "Количество": ["2", "1", "1"],
                "Цена": ["99,90", "45,00", "99,90"],
                "Магазин": ["Центр", "Центр", "Вокзал"],
            }
        )
    )

    assert (mapping.kind, mapping.has_items) == ("purchases", True)
    assert _targets(mapping) == {
        "Номер чека": "purchase_id",
        "Код клиента": "customer_id",
        "Дата покупки": "purchased_at",
        "Товар": "product_id",
        "Количество": "quantity",
        "Цена": "unit_price",
        "Магазин": "store_id",
    }
    assert mapping.get_source("Дата покупки").format == "%d.%m.%Y %H:%M"


def test_names_typed_in_latin_letters_are_russian_names():
    mapping = recognize(
        _file(
            kod_klienta=["1", "1", "2"],
            data_pokupki=["30.06.2024", "30.06.2024", "01.07.2024"],
            summa=["10", "20", "30"],
        )
    )

    assert mapping.kind == "purchases"
    assert list(_targets(mapping).values()) == ["customer_id", "purchased_at", "amount"]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("payments", ["client_id", "payment_date", "amount", "status"]),
        ("events", ["user_id", "event_time", "event_name"]),
        ("interactions", ["Клиент", "Дата обращения", "Тема обращения", "Канал", "Оператор"]),
        ("feedback", ["Клиент", "Дата отзыва", "Отзыв"]),
        ("events", ["Номер А", "Номер Б", "Дата звонка", "Длительность"]),
        ("relations", ["caller", "callee", "duration"]),
        ("purchases", ["order_id", "customer_id", "order_purchase_timestamp"]),
        ("subscriptions", ["Клиент", "Тариф", "Дата подключения", "Дата отключения"]),
        ("tariffs", ["Тариф", "Абонентская плата", "Минуты", "ГБ"]),
        ("products", ["Артикул", "Наименование", "Категория", "Цена"]),
        ("deals", ["deal_id", "stage", "amount", "close_date"]),
        ("leads", ["lead_id", "lead_status", "source", "created_at"]),
        ("carts", ["cart_id", "customer_id", "status", "updated_at"]),
        ("returns", ["Номер возврата", "Дата возврата", "Причина возврата"]),
        ("web_goals", ["goal_id", "date", "client_id"]),
        ("external_factors", ["date", "indicator", "value"]),
    ],
)
def test_the_kind_is_told_by_the_names(kind, names):
    assert recognize([SourceColumn(name) for name in names]).kind == kind


def test_referrals_are_relations_although_nobody_is_referred_twice():
    mapping = recognize(
        _file(
            referrer_id=[f"{number % 25:04}" for number in range(40)],
            referred_id=[f"{number + 100:04}" for number in range(40)],
            date=["2026-01-10"] * 40,
        )
    )

    assert mapping.kind == "relations"
    assert list(_targets(mapping).values()) == [
        "customer_id",
        "related_customer_id",
        "occurred_at",
    ]


def test_a_list_of_customers_with_a_friend_each_stays_a_list_of_customers():
    mapping = recognize(
        _file(
            client_id=[f"{number:04}" for number in range(40)],
            friend=[f"{number % 25 + 100:04}" for number in range(40)],
            city=["Perm"] * 40,
        )
    )

    assert mapping.kind == "customers"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_accepted_with_its_own_column_names(kind):
    from regulars.schema import get_contract

    names = get_contract(kind).column_names

    mapping = recognize([SourceColumn(name) for name in names], kind=kind)

    assert mapping.kind == kind
    assert kind == "customers" or set(_targets(mapping).values()) == set(names)


@pytest.mark.parametrize(
    ("name", "values", "role", "type_name"),
    [
        ("spend", ["10.5", "7", "3.25"], Role.NUMERIC, "float"),
        ("visits", ["3", "7", "5"], Role.NUMERIC, "integer"),
        ("flag", ["0", "1", "1"], Role.CATEGORY, "string"),
        ("plan", ["a", "b", "c"], Role.CATEGORY, "string"),
        ("Region", ["1", "2", "3"], Role.CATEGORY, "string"),
        ("zip", ["443001", "443002", "443010"], Role.CATEGORY, "string"),
        ("code", ["007", "012", "100"], Role.CATEGORY, "string"),
        ("joined", ["2020-01-05", "2021-02-03", "2021-02-04"], Role.DATE, "date"),
        (
            "seen",
            ["2020-01-05 10:00", "2021-02-03 11:00", "2021-02-04 09:30"],
            Role.DATE,
            "instant",
        ),
        ("note", [f"words number {n} of a long text" for n in MANY], Role.TEXT, "string"),
        ("store code", MANY, Role.ID, "string"),
    ],
)
def test_a_profile_column_has_the_role_of_its_values(name, values, role, type_name):
    assert _describe(name, values)[:2] == (role, type_name)


def test_a_constant_and_an_empty_column_are_left_out_when_all_rows_prove_it():
    constant = _describe("a", ["x", "x"], distinct_count=1)
    empty = _describe("b", ["", "NA"], distinct_count=0)
    perhaps = _describe("c", ["x", "x"])

    assert (constant[0], empty[0], perhaps[0]) == (Role.IGNORED, Role.IGNORED, Role.CATEGORY)


def test_numbers_of_rows_are_left_out():
    mapping = recognize(_file(**{"Unnamed: 0": MANY, "spend": MANY}))

    assert mapping.get_source("Unnamed: 0").role is Role.IGNORED


def test_a_number_that_merely_never_repeats_is_no_id():
    mapping = recognize(_file(spend=MANY, visits=MANY))

    assert mapping.id_column is None
    assert "the rows are numbered" in mapping.notes[0].en


def test_codes_that_never_repeat_may_be_the_id():
    mapping = recognize(_file(who=[f"A-{n}" for n in MANY], spend=MANY))

    assert mapping.id_column == "who"


@pytest.mark.parametrize(
    "name", ["number_customer_service_calls", "num_customers", "account_no_type"]
)
def test_what_counts_or_sorts_customers_does_not_identify_them(name):
    values = [str(number % 7) for number in range(600)]

    assert recognize(_file(**{name: values, "spend": MANY * 10})).id_column is None


def test_an_account_number_identifies_although_customers_come_again():
    mapping = recognize(_file(account_no=MANY * 12, spend=MANY * 12))

    assert mapping.id_column == "account_no"


def test_the_id_of_a_campaign_is_not_that_of_a_customer():
    assert recognize(_file(campaign_id=MANY, budget=MANY)).id_column is None


def test_a_postal_code_is_no_id():
    mapping = recognize(_file(**{"Postal Code": [str(443000 + n) for n in range(60)]}))

    assert mapping.id_column is None
    assert mapping.columns[0].role is Role.CATEGORY


def test_a_loyalty_card_is_the_id_and_a_bank_card_is_personal():
    loyalty = _file(**{"Номер карты": [f"22000000{n:05}" for n in range(60)]})
    bank = _file(card_number=["4111111111111111", "5500005555555559", "4012888888881881"])

    assert recognize(loyalty).id_column == "Номер карты"
    assert [column.target for column in recognize(bank).personal] == ["card_number"]


def test_an_order_number_makes_orders_even_if_every_customer_has_one():
    mapping = recognize(
        _file(order_id=MANY, customer_id=MANY, order_date=["2024-01-02"] * 60, amount=MANY)
    )

    assert mapping.kind == "purchases"


def test_an_id_that_a_spreadsheet_kept_as_a_float_is_whole():
    mapping = recognize(_file(CustomerID=["17850.0", "17851.0"], spend=["1", "2"]))

    assert mapping.get_source("CustomerID").format == "whole_number"


def test_a_phone_that_serves_as_the_id_is_personal():
    mapping = recognize(
        _file(client_id=["+79161234567", "+79161234568", "+79161234569"], spend=["1", "2", "3"])
    )

    assert (mapping.id_column, mapping.id_is_personal) == ("client_id", True)


def test_a_plain_id_is_not_personal():
    assert not recognize(_file(client_id=["1", "2", "3"], spend=["1", "2", "3"])).id_is_personal


def test_two_phones_have_two_places_in_the_vault():
    phones = ["+79161234567", "+79161234568", "+79161234569"]

    mapping = recognize(_file(client_id=["1", "2", "3"], phone=phones, mobile=phones))

    assert [column.target for column in mapping.personal] == ["phone", "phone_2"]


def test_one_date_proves_the_order_of_the_others():
    mapping = recognize(
        _file(
            id=["1", "2"], joined=["01/02/2020", "03/04/2020"], left_on=["13/01/2021", "02/02/2021"]
        )
    )

    assert mapping.get_source("joined").format == "%d/%m/%Y"
    assert mapping.day_first
    assert mapping.notes[0].en == "Dates are read as day.month.year: a part above 12 proves it."


def test_an_order_that_nothing_proves_is_said():
    mapping = recognize(_file(id=["1", "2"], joined=["01/02/2020", "03/04/2020"]))

    assert not mapping.day_first
    assert "no value proves it" in mapping.notes[0].en


def test_a_person_says_the_order():
    mapping = recognize(_file(id=["1", "2"], joined=["01/02/2020", "03/04/2020"]), day_first=True)

    assert mapping.get_source("joined").format == "%d/%m/%Y"


def test_names_of_the_lake_are_not_taken_by_columns_of_the_file():
    mapping = recognize(_file(load_id=["a", "b"], Known_At=["1", "2"]), kind="customers")

    assert list(_targets(mapping).values()) == ["load_id_2", "known_at_2"]


def test_equal_names_are_made_unique():
    mapping = recognize(_file(**{"a b": ["1"], "a_b": ["2"], "a-b": ["3"]}), kind="customers")

    assert list(_targets(mapping).values()) == ["a_b", "a_b_2", "a_b_3"]


def test_a_kind_without_its_moment_says_what_to_type():
    with pytest.raises(SchemaError) as caught:
        recognize(_file(client=["1"], sum=["2"]), kind="purchases")

    assert str(caught.value) == (
        "Kind 'purchases' needs a column for purchased_at (when it was paid), and none of the names"
        " tells it. The source has: 'client', 'sum'. Say which: --map 'COLUMN=purchased_at', or"
        " choose another --kind."
    )


def test_a_correction_gives_the_kind_its_moment():
    mapping = recognize(
        _file(client=["1"], week=["202001"]),
        kind="purchases",
        overrides={"week": "purchased_at:instant:%Y%m"},
    )

    assert mapping.find_target("purchased_at").source == "week"


def test_a_correction_without_a_format_leaves_it_to_the_values():
    mapping = recognize(
        _file(client=["17.0", "18.0"], when=["30.06.2024", "01.07.2024"], worth=["1,5", "2,25"]),
        kind="purchases",
        overrides={"when": "purchased_at", "worth": "amount", "client": "customer_id"},
    )

    assert [(c.format, c.decimal) for c in mapping.columns] == [
        ("whole_number", "."),
        ("%d.%m.%Y", "."),
        (None, ","),
    ]


def test_a_correction_may_name_the_outcome():
    mapping = recognize(_file(id=["1", "2"], visit=["no", "yes"]), overrides={"visit": "outcome"})

    assert (mapping.outcome.column, mapping.outcome.positive) == ("visit", "yes")


def test_two_phones_of_an_event_have_two_places_in_the_vault():
    phones = ["+79161234567", "+79161234568", "+79161234569"]

    mapping = recognize(
        _file(
            user=["1", "1", "2"],
            time=["2024-01-02"] * 3,
            event=["a", "b", "c"],
            tel=phones,
            tel2=phones,
        )
    )

    assert mapping.kind == "events"
    assert [column.target for column in mapping.personal] == ["phone", "phone_2"]


def test_a_source_with_types_needs_no_formats():
    mapping = recognize(
        [
            SourceColumn("id", type="integer", values=["1", "2"]),
            SourceColumn("joined", type="date", values=["2020-01-05", "2020-01-06"]),
            SourceColumn("spend", type="float", values=["1.5", "2.5"]),
            SourceColumn("active", type="boolean", values=["true", "false"]),
        ]
    )

    assert [(c.role, c.type, c.format) for c in mapping.columns] == [
        (Role.ID, "string", None),
        (Role.DATE, "date", None),
        (Role.NUMERIC, "float", None),
        (Role.CATEGORY, "boolean", None),
    ]


def test_the_only_column_of_dates_is_the_moment():
    mapping = recognize(_file(client=["1"], moment_x=["2020-01-02"]), kind="purchases")

    assert mapping.find_target("purchased_at").source == "moment_x"


def test_an_unknown_kind_offers_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'purchases'"):
        recognize([], kind="purchase")


@pytest.mark.parametrize(
    "wish", [{"drop": ["Ciyt"]}, {"id_column": "Ciyt"}, {"overrides": {"Ciyt": "city"}}]
)
def test_a_column_that_is_not_there_offers_the_nearest(wish):
    with pytest.raises(UnknownColumnError, match="Did you mean 'City'"):
        recognize(_file(City=["a"]), **wish)


def test_a_dropped_column_is_left_out_and_never_the_outcome():
    mapping = recognize(_file(id=["1", "2"], Churn=["0", "1"]), drop=["Churn"])

    assert mapping.outcome is None
    assert mapping.get_source("Churn").role is Role.IGNORED


def test_columns_without_names_get_names_by_their_values():
    rows = [
        ("00004", "0001", "19970101", "2", "29.33"),
        ("00004", "0001", "19970118", "2", "29.73"),
        ("00021", "0002", "19970802", "1", "14.96"),
        ("00050", "0003", "19970802", "1", "14.96"),
    ]
    columns = [SourceColumn(f"column_{n}", values=v) for n, v in enumerate(zip(*rows, strict=True))]

    assert suggest_columns(columns) == ("customer_id", "code", "date", "quantity", "amount")


VALUES = st.lists(
    st.none()
    | st.text(max_size=12)
    | st.integers().map(str)
    | st.sampled_from(["", "NA", "да", "1,5", "01.02.2020", "inf", "nan", "1e999", "٣"]),
    max_size=12,
)
SOURCES = st.lists(
    st.tuples(
        st.text(max_size=12) | st.sampled_from(["id", "date", "amount", "phone", "Churn", "name"]),
        VALUES,
    ),
    max_size=6,
    unique_by=lambda pair: pair[0],
)


@given(SOURCES)
def test_anything_is_recognized_and_always_as_the_same(sources):
    columns = [SourceColumn(name, values=values) for name, values in sources]

    first, again = recognize(columns), recognize(columns)

    assert first == again
    assert [column.source for column in first.columns] == [name for name, _ in sources]
    assert first == type(first).from_toml(first.to_toml(), where="here")


@given(SOURCES)
def test_no_two_columns_fill_the_same_target(sources):
    columns = [SourceColumn(name, values=values) for name, values in sources]

    targets = [column.target for column in recognize(columns).columns]

    assert len(set(targets)) == len(targets)


@given(SOURCES)
def test_anything_without_a_header_gets_names(sources):
    columns = [SourceColumn(name, values=values) for name, values in sources]

    names = suggest_columns(columns)

    assert len(set(names)) == len(columns)


def test_a_file_whose_column_is_the_outcome_has_a_row_for_each_customer():
    columns = [
        SourceColumn("contract no", values=[f"D-{n}" for n in range(40)]),
        SourceColumn("started on", values=[f"2024-01-{1 + n % 28:02}" for n in range(40)]),
        SourceColumn("comment", values=["called twice and asked for a tariff"] * 40),
        SourceColumn("gone", values=["yes", "no"] * 20),
    ]

    assert recognize(columns, outcome="gone=yes").kind == "customers"
    assert recognize(columns).kind != "customers"


@pytest.mark.parametrize(
    ("name", "values", "is_row"),
    [
        ("rownames", [str(n) for n in range(1, 41)], True),
        ("row.names", [str(3 * n) for n in range(40)], True),
        ("rownames", [str(n * 7 % 40) for n in range(40)], True),
        ("X", [str(n) for n in range(1, 41)], True),
        ("x", [str(n * n) for n in range(40)], False),
        ("x", [str(100 + n) for n in range(40)], False),
    ],
)
def test_the_number_of_a_row_is_no_feature(name, values, is_row):
    columns = [SourceColumn(name, values=values), SourceColumn("fee", values=["9", "7"] * 20)]

    (column, _) = recognize(columns, kind="customers").columns

    assert (column.role is Role.IGNORED) == is_row
