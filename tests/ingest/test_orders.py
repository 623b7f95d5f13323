"""Orders told line by line that come again: sent anew, continued, corrected, cut over files."""

from desk import sums

HEAD = "order_id,customer_id,order_date,product,quantity,unit_price\n"


def line(product, price, *, order="A1", quantity=1, customer=1):
    return f"{order},{customer},2024-03-05 10:00:00,{product},{quantity},{price}\n"


def told(document, check):
    return [f["count"] for f in document["findings"] if f["check"] == check]


def read_lines(desk):
    return desk.read("purchase_items", "purchase_id, product_id, line_amount::DOUBLE")


def read_orders(desk):
    return desk.read("purchases", "purchase_id, amount::DOUBLE, item_count")


def test_a_corrected_price_takes_the_place_of_the_old_one(desk):
    desk.load_text(HEAD + line("tea", 2) + line("cup", 4) + line("tea", 9, order="A2"))

    again = desk.load_text(HEAD + line("tea", 3) + line("cup", 4))

    assert sums(again) == (2, 0, 1, 1, 0)
    assert read_lines(desk) == [("A1", "cup", 4.0), ("A1", "tea", 3.0), ("A2", "tea", 9.0)]
    assert read_orders(desk) == [("A1", 7.0, 2), ("A2", 9.0, 1)]
    assert again["tables"]["purchases"] == {"inserted": 0, "updated": 1, "unchanged": 0}


def test_a_line_that_an_order_lost_is_gone_and_that_is_said(desk):
    desk.load_text(HEAD + line("tea", 2) + line("cup", 4) + line("pot", 8))

    again = desk.load_text(HEAD + line("tea", 2) + line("mug", 5))

    assert sums(again) == (2, 1, 0, 1, 0)
    assert told(again, "rows_gone") == [2]
    assert read_lines(desk) == [("A1", "mug", 5.0), ("A1", "tea", 2.0)]
    assert read_orders(desk) == [("A1", 7.0, 2)]


def test_an_order_of_other_products_is_continued_and_that_is_said(desk):
    desk.load_text(HEAD + line("tea", 2))

    more = desk.load_text(HEAD + line("cup", 4))

    assert sums(more) == (1, 1, 0, 0, 0)
    assert told(more, "orders_continued") == [1]
    assert read_orders(desk) == [("A1", 6.0, 2)]


def test_an_order_cut_over_two_files_keeps_its_alike_lines_when_the_file_is_said_to_have_parts(
    desk,
):
    desk.load_text(HEAD + line("tea", 2) + line("cup", 4))

    more = desk.load_text(HEAD + line("tea", 2) + line("pot", 8), "--orders", "parts")

    assert sums(more) == (2, 2, 0, 0, 0)
    assert more["findings"] == []
    assert read_orders(desk) == [("A1", 16.0, 4)]


def test_what_a_wrong_guess_took_away_comes_back_when_the_files_are_said_to_have_parts(desk):
    first = HEAD + line("tea", 2) + line("cup", 4) + line("tea", 1, order="A2")
    second = HEAD + line("tea", 2) + line("pot", 8)
    desk.load_text(first)
    desk.load_text(second)

    back = desk.load_text(first, "--orders", "parts")
    rest = desk.load_text(second, "--orders", "parts")

    assert (sums(back), sums(rest)) == ((3, 1, 0, 2, 0), (2, 1, 0, 1, 0))
    assert read_orders(desk) == [("A1", 16.0, 4), ("A2", 1.0, 1)]


def test_an_order_of_other_products_takes_the_place_of_the_old_one_when_said_to_be_whole(desk):
    desk.load_text(HEAD + line("tea", 2))

    again = desk.load_text(HEAD + line("cup", 4), "--orders", "whole")

    assert sums(again) == (1, 1, 0, 0, 0)
    assert read_orders(desk) == [("A1", 4.0, 1)]


def test_alike_lines_of_one_file_are_all_kept_however_often_it_comes(desk):
    lines = line("tea", 2) + line("cup", 4) + line("tea", 2)
    first = desk.load_text(HEAD + lines)

    again = desk.load_text((HEAD + lines).replace(",", ";"))

    assert (sums(first), sums(again)) == ((3, 3, 0, 0, 0), (3, 0, 0, 3, 0))
    assert read_orders(desk) == [("A1", 8.0, 3)]


def test_a_file_that_does_not_name_the_products_leaves_them_as_they_are(desk):
    desk.load_text(HEAD + line("tea", 2))
    head = "order_id,customer_id,order_date,line_number,unit_price,quantity\n"

    again = desk.load_text(head + "A1,1,2024-03-05 10:00:00,1,3,1\n", "--kind", "purchases")

    assert sums(again) == (1, 0, 1, 0, 0)
    assert read_lines(desk) == [("A1", "tea", 3.0)]


NUMBERED = "order_id,line_number,customer_id,order_date,product,quantity,unit_price\n"


def test_a_line_with_a_number_takes_the_place_of_the_one_with_its_number(desk):
    when = "1,2024-03-05 10:00:00"
    desk.load_text(NUMBERED + f"A1,1,{when},tea,1,2\nA1,2,{when},cup,1,4\nA1,3,{when},tea,1,2\n")

    again = desk.load_text(NUMBERED + f"A1,3,{when},pot,1,8\nA1,4,{when},tea,1,2\n")

    assert sums(again) == (2, 1, 1, 0, 0)
    assert desk.read("purchase_items", "line_number, product_id") == [
        (1, "tea"),
        (2, "cup"),
        (3, "pot"),
        (4, "tea"),
    ]
    assert read_orders(desk) == [("A1", 16.0, 4)]


def test_an_order_whose_lines_name_two_customers_is_reported(desk):
    told_of = desk.load_text(
        HEAD + line("tea", 2) + line("cup", 4, customer=2) + line("tea", 1, order="A2")
    )

    assert told(told_of, "orders_of_several_customers") == [1]
    assert desk.read("purchases", "purchase_id, customer_id") == [("A1", "1"), ("A2", "1")]


UNNUMBERED = """\
{customer},date,product,amount
{a},2024-03-01,tea,2
{a},2024-03-01,cup,4
{a},2024-03-02,tea,2
{b},2024-03-01,tea,3
"""


def test_what_a_customer_buys_at_one_moment_is_one_order_where_orders_have_no_numbers(desk):
    text = UNNUMBERED.format(customer="customer_id", a="007", b="008")

    told = desk.load_text(text)
    again = desk.load_text(text + "008,2024-03-05,cup,4\n")

    assert (told["kind"], sums(told), sums(again)) == (
        "purchases",
        (4, 4, 0, 0, 0),
        (5, 1, 0, 4, 0),
    )
    assert any("counts as one order" in note["en"] for note in told["notes"])
    assert desk.read(
        "purchases", "customer_id, purchased_on::VARCHAR, amount::INT, item_count"
    ) == [
        ("007", "2024-03-01", 6, 2),
        ("007", "2024-03-02", 2, 1),
        ("008", "2024-03-01", 3, 1),
        ("008", "2024-03-05", 4, 1),
    ]


def test_a_phone_does_not_get_into_the_numbers_of_orders_that_have_none(desk):
    desk.load_text(UNNUMBERED.format(customer="customer phone", a="+79161234567", b="+79161234568"))

    numbers = desk.read("purchases", "purchase_id, customer_id")
    assert len(numbers) == 3
    assert all(number.startswith(f"{customer} 2024-03-0") for number, customer in numbers)
    assert not any("7916" in number for number, _ in numbers)
