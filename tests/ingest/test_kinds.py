"""Every kind of source, from a small file to exact rows of the lake."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from desk import sums


def at(day, hour=0, minute=0, second=0, *, month=3):
    return datetime(2024, month, day, hour, minute, second, tzinfo=UTC)


CUSTOMERS = """\
customer_id,age,city,plan
007,34,Paris,basic
008,51,,gold
009,27,Lyon,basic
"""
PURCHASES = """\
order_id,customer_id,order_date,amount,currency
A1,007,2024-03-05 10:15:00,12.50,EUR
A2,008,2024-03-06 23:59:59,-3,EUR
"""
ITEMS = """\
order_id,customer_id,order_date,product,quantity,unit_price
A1,007,2024-03-05 10:15:00,tea,2,1.25
A1,007,2024-03-05 10:15:00,cup,1,4
A2,008,2024-03-06 23:59:59,tea,1,1.25
"""
EVENTS = """\
event_id,customer_id,event_time,event_name,page
E1,007,2024-03-05T10:15:00Z,visit,/home
E2,008,2024-03-05T13:16:00+03:00,click,/cart
"""
INTERACTIONS = """\
interaction_id,customer_id,contact_date,channel,direction,topic,outcome
C1,007,2024-03-05 10:15:00,phone,in,bill,solved
C2,008,2024-03-06 10:15:00,chat,in,speed,open
"""
FEEDBACK = """\
review_id,customer_id,review_date,rating,text
F1,007,2024-03-05,5,Very good
F2,008,2024-03-06,1,Too slow
"""
RELATIONS = """\
customer_id,related_customer_id,relation
007,008,family
008,009,friend
"""
SUBSCRIPTIONS = """\
subscription_id,customer_id,tariff_id,started_on,ended_on,status
S1,007,T1,2023-01-01,,active
S2,008,T2,2023-02-01,2024-01-31,ended
"""
TARIFFS = """\
tariff_id,tariff_name,monthly_fee,included_minutes
T1,Small,9.90,100
T2,Large,19.90,1000
"""
PAYMENTS = """\
payment_id,customer_id,paid_at,amount,status
P1,007,2024-03-05,9.90,paid
P2,008,2024-03-06,19.90,failed
"""
PRODUCTS = """\
product_id,product_name,category,price
G1,Tea,drinks,1.25
G2,Cup,ware,4
"""
DEALS = """\
deal_id,customer_id,stage,amount,opened_on,closed_on
D1,007,won,1000,2024-01-01,2024-02-01
D2,008,offer,500,2024-02-01,
"""
LEADS = """\
lead_id,status,channel,created_on
L1,new,web,2024-03-01
L2,lost,fair,2024-03-02
"""

FILES = {
    "customers": (
        CUSTOMERS,
        "profiles",
        "customer_id, age, city, plan",
        [("007", 34, "Paris", "basic"), ("008", 51, None, "gold"), ("009", 27, "Lyon", "basic")],
    ),
    "purchases": (
        PURCHASES,
        "purchases",
        "purchase_id, customer_id, purchased_at, purchased_on, purchased_hour, amount, currency",
        [
            ("A1", "007", at(5, 10, 15), date(2024, 3, 5), 10, Decimal("12.5"), "EUR"),
            ("A2", "008", at(6, 23, 59, 59), date(2024, 3, 6), 23, Decimal(-3), "EUR"),
        ],
    ),
    "events": (
        EVENTS,
        "events",
        "event_id, customer_id, occurred_at, occurred_hour, name, page",
        [
            ("E1", "007", at(5, 10, 15), 10, "visit", "/home"),
            ("E2", "008", at(5, 10, 16), 10, "click", "/cart"),
        ],
    ),
    "interactions": (
        INTERACTIONS,
        "interactions",
        "interaction_id, customer_id, occurred_at, channel, direction, topic, outcome",
        [
            ("C1", "007", at(5, 10, 15), "phone", "in", "bill", "solved"),
            ("C2", "008", at(6, 10, 15), "chat", "in", "speed", "open"),
        ],
    ),
    "feedback": (
        FEEDBACK,
        "feedback",
        "feedback_id, customer_id, occurred_at, rating, text",
        [("F1", "007", at(5), 5.0, "Very good"), ("F2", "008", at(6), 1.0, "Too slow")],
    ),
    "relations": (
        RELATIONS,
        "relations",
        "customer_id, related_customer_id, relation",
        [("007", "008", "family"), ("008", "009", "friend")],
    ),
    "subscriptions": (
        SUBSCRIPTIONS,
        "subscriptions",
        "subscription_id, customer_id, tariff_id, started_on, ended_on, status",
        [
            ("S1", "007", "T1", date(2023, 1, 1), None, "active"),
            ("S2", "008", "T2", date(2023, 2, 1), date(2024, 1, 31), "ended"),
        ],
    ),
    "tariffs": (
        TARIFFS,
        "tariffs",
        "tariff_id, tariff_name, fee_amount, included_minutes",
        [("T1", "Small", Decimal("9.9"), 100.0), ("T2", "Large", Decimal("19.9"), 1000.0)],
    ),
    "payments": (
        PAYMENTS,
        "payments",
        "payment_id, customer_id, paid_at, amount, status",
        [
            ("P1", "007", at(5), Decimal("9.9"), "paid"),
            ("P2", "008", at(6), Decimal("19.9"), "failed"),
        ],
    ),
    "products": (
        PRODUCTS,
        "products",
        "product_id, product_name, category, price_amount",
        [("G1", "Tea", "drinks", Decimal("1.25")), ("G2", "Cup", "ware", Decimal(4))],
    ),
    "deals": (
        DEALS,
        "deals",
        "deal_id, customer_id, stage, amount, opened_on, closed_on",
        [
            ("D1", "007", "won", Decimal(1000), date(2024, 1, 1), date(2024, 2, 1)),
            ("D2", "008", "offer", Decimal(500), date(2024, 2, 1), None),
        ],
    ),
    "leads": (
        LEADS,
        "leads",
        "lead_id, status, channel, opened_on",
        [("L1", "new", "web", date(2024, 3, 1)), ("L2", "lost", "fair", date(2024, 3, 2))],
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_of_each_kind_is_recognized_and_stored(desk, kind):
    text, table, columns, rows = FILES[kind]

    told = desk.load_text(text)

    assert told["kind"] == kind
    assert sums(told) == (len(rows), len(rows), 0, 0, 0)
    assert desk.read_latest(table, columns) == rows


def test_one_row_an_item_becomes_items_and_orders_that_add_up(desk):
    told = desk.load_text(ITEMS)

    assert sums(told) == (3, 3, 0, 0, 0)
    assert told["tables"] == {
        "purchase_items": {"inserted": 3, "updated": 0, "unchanged": 0},
        "purchases": {"inserted": 2, "updated": 0, "unchanged": 0},
    }
    assert desk.read(
        "purchase_items", "purchase_id, product_id, quantity, unit_price, line_amount"
    ) == [
        ("A1", "cup", 1.0, Decimal(4), Decimal(4)),
        ("A1", "tea", 2.0, Decimal("1.25"), Decimal("2.5")),
        ("A2", "tea", 1.0, Decimal("1.25"), Decimal("1.25")),
    ]
    assert desk.read("purchases", "purchase_id, customer_id, purchased_at, amount, item_count") == [
        ("A1", "007", at(5, 10, 15), Decimal("6.5"), 2),
        ("A2", "008", at(6, 23, 59, 59), Decimal("1.25"), 1),
    ]


RUSSIAN = """\
Номер заказа;Код клиента;Дата покупки;Сумма;Магазин
0001;007;05.03.2024 10:15;1 250,50;Самара
0002;008;06.03.2024 00:30;300,00;Уфа
"""


def test_russian_headers_dates_and_numbers_in_the_company_zone(desk):
    (desk.workspace / "regulars.toml").write_text('time_zone = "Europe/Moscow"\n')

    told = desk.load(desk.write("покупки за год.csv", RUSSIAN.encode("cp1251"))).json

    assert (told["kind"], sums(told)) == ("purchases", (2, 2, 0, 0, 0))
    assert desk.read(
        "purchases", "purchase_id, customer_id, purchased_at, purchased_on, amount, store_id"
    ) == [
        ("0001", "007", at(5, 7, 15), date(2024, 3, 5), Decimal("1250.5"), "Самара"),
        ("0002", "008", at(5, 21, 30), date(2024, 3, 6), Decimal(300), "Уфа"),
    ]


def test_columns_that_no_table_has_are_kept_as_attributes(desk):
    desk.load_text(
        "order_id,customer_id,order_date,amount,basket colour,gift\n"
        "A1,007,2024-03-05,12.50,red,\n"
        "A2,008,2024-03-06,3,,yes\n"
    )

    assert desk.read("purchases", "purchase_id, attributes") == [
        ("A1", '{"basket_colour":"red"}'),
        ("A2", '{"gift":"yes"}'),
    ]


BASKETS = "tea,milk\nmilk\nbread,tea,milk\nmilk,bread\n\ntea\n" * 6


def test_baskets_become_items_without_a_time_under_the_number_of_their_line(desk):
    told = desk.load_text(BASKETS)

    assert (told["kind"], sums(told)) == ("purchase_items", (54, 54, 0, 0, 0))
    assert told["tables"] == {"purchase_items": {"inserted": 54, "updated": 0, "unchanged": 0}}
    assert desk.read(
        "purchase_items",
        "purchase_id, product_id, purchased_at",
        order="purchase_id::INT, product_id",
    )[-2:] == [("34", "milk", None), ("36", "tea", None)]


@pytest.mark.parametrize("kind", ["purchases", "purchase_items"])
def test_items_without_a_time_are_kept_whatever_they_are_called(desk, kind):
    told = desk.load_text("order_id,product_id\nA1,tea\nA1,cup\n", "--kind", kind)

    assert (told["kind"], sums(told)) == ("purchase_items", (2, 2, 0, 0, 0))
    assert "The orders have no time" in told["notes"][-1]["en"]


def test_baskets_of_a_second_file_are_not_mixed_with_those_of_the_first(desk):
    desk.load_text(BASKETS, name="march.csv")

    ran = desk.load(desk.write("april.csv", BASKETS + "milk\n"))

    assert ran.code == 1
    assert "basket 1 is not order 1" in ran.complaint


@pytest.mark.parametrize("text", [PURCHASES, ITEMS], ids=["orders", "lines of orders"])
def test_orders_with_numbers_are_not_mixed_with_baskets_numbered_by_line(desk, text):
    desk.load_text(BASKETS, name="baskets.csv")
    before = desk.lake.list_loads()

    ran = desk.load(desk.write("orders.csv", text), "--lang", "ru")

    assert ran.code == 1
    assert "уже есть корзины из baskets.csv, они нумеруются по строкам" in ran.complaint
    assert desk.lake.list_loads() == before
