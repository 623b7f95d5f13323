"""What is personal inside texts, beside rare names, and in a date of birth."""

from desk import sums

PEOPLE = ["id,Имя,Фамилия,Дата рождения,comment,spent"]
PEOPLE += [
    f"{n},Зульфия,Гарипова,{n % 28 + 1:02}.03.19{60 + n % 30},"
    f"{'звоните +7 916 123-45-67' if n % 5 == 0 else f'всё хорошо, заказ {n}'},{n}"
    for n in range(100, 160)
]
PEOPLE_FILE = "\n".join(line.replace(", заказ", " заказ") for line in PEOPLE) + "\n"


def test_phones_in_comments_are_masked_and_counted(desk):
    told = desk.load_text(PEOPLE_FILE)

    (finding,) = [one for one in told["findings"] if one["check"] == "personal_in_text"]
    assert (finding["column"], finding["count"], finding["share"]) == ("comment", 12, 0.2)
    assert desk.read("profiles", "comment", order="customer_id LIMIT 2") == [
        ("звоните ***",),
        ("всё хорошо заказ 101",),
    ]


def test_rare_names_are_personal_under_a_name_that_means_one(desk):
    desk.load_text(PEOPLE_FILE)

    assert "Зульфия" not in str(desk.read("profiles"))


def test_the_year_of_birth_is_kept_and_the_day_is_not(desk):
    desk.load_text(PEOPLE_FILE)

    assert desk.read("profiles", "birth_year", order="customer_id LIMIT 2") == [(1970,), (1971,)]
    files = [path for path in (desk.workspace / "lake").rglob("*") if path.is_file()]
    assert not any("1970-03" in path.read_bytes().decode("latin-1") for path in files)


def test_a_year_that_the_file_has_is_not_made_again(desk):
    rows = "".join(f"{n},01.03.1970,{1971 + n % 9}\n" for n in range(40))

    desk.load_text("id,birth date,birth year\n" + rows)

    assert desk.read("profiles", "birth_year", order="customer_id LIMIT 2") == [(1971,), (1972,)]


def test_a_phone_in_the_text_of_a_row_that_is_set_aside_is_masked_too(desk):
    good = "".join(f"F{n},{n},2024-03-05,{n % 5 + 1},All is well number {n}\n" for n in range(30))
    bad = "F90,7,some day,5,call +7 916 123-45-67\nF91,7,2024-03-05,5,write to a@b.org,now\n"

    told = desk.load_text("review_id,customer_id,review_date,rating,text\n" + good + bad)

    assert (told["kind"], sums(told)) == ("feedback", (32, 30, 0, 0, 2))
    kept = "".join(raw for (raw,) in desk.read("quarantine", "raw"))
    assert "916" not in kept
    assert "a@b.org" not in kept
    assert "call ***" in kept


def test_several_values_of_one_customer_are_said(desk):
    rows = "".join(f"{n % 10},2024-01-{n % 28 + 1:02} 10:00,visit,10.0.0.{n}\n" for n in range(60))

    told = desk.load_text("customer_id,event_time,event_name,ip\n" + rows)

    (finding,) = [one for one in told["findings"] if one["check"] == "personal_overwritten"]
    assert (finding["column"], finding["count"], finding["unit"]) == ("ip_address", 10, "customer")


def test_names_of_products_are_never_masked(desk):
    rows = "".join(f"A{n},{n},2024-03-05,Phone 8 916 123-45-67 case,1,2.50\n" for n in range(30))

    desk.load_text("order_id,customer_id,order_date,description,quantity,unit_price\n" + rows)

    assert desk.read("purchase_items", "DISTINCT product_name") == [("Phone 8 916 123-45-67 case",)]
