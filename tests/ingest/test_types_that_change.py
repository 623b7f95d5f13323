"""A column of the file's own that holds other values in the next file."""

from desk import sums

HEAD = "customer_id,city,visits,visited\n"


def load(desk, *values, first=1):
    rows = [f"{first + n},Rome,{value},2024-01-0{n + 1}" for n, value in enumerate(values)]
    return desk.load_text(HEAD + "\n".join(rows) + "\n")


def widened(document):
    return [f["sentence"]["en"] for f in document["findings"] if f["check"] == "column_widened"]


def test_fractions_after_whole_numbers_are_kept_beside_them(desk):
    load(desk, 1, 2, 3)

    told = load(desk, 1.5, 2, 7.25)

    assert sums(told) == (3, 0, 2, 1, 0)
    assert widened(told) == [
        "Column 'visits' held whole numbers, and something else came: it holds numbers from now"
        " on, and nothing of it is lost."
    ]
    assert desk.read_latest("profiles", "visits") == [(1.5,), (2.0,), (7.25,)]


def test_words_after_numbers_make_the_column_text_and_later_numbers_stay_text(desk):
    first = load(desk, 1, 2, 3)
    second = load(desk, "many", "few", "none at all")

    third = load(desk, 4, 5, 6)

    assert [len(widened(one)) for one in (first, second, third)] == [0, 1, 0]
    assert desk.read("profiles", "customer_id, visits", order="known_at, customer_id") == [
        ("1", "1"),
        ("2", "2"),
        ("3", "3"),
        ("1", "many"),
        ("2", "few"),
        ("3", "none at all"),
        ("1", "4"),
        ("2", "5"),
        ("3", "6"),
    ]
    assert desk.read("profiles", "visits", load_id=first["load_id"]) == [(1,), (2,), (3,)]


def test_an_analysis_works_after_a_column_became_text(desk):
    rows = [f"{n},{20 + n * 7 % 50},{n % 9},{'yes' if n % 3 else 'no'}" for n in range(200)]
    head = "customer_id,age,visits,churn\n"
    desk.load_text(head + "\n".join(rows) + "\n")
    desk.load_text(head + "7,30,many,yes\n8,31,few,no\n")

    again = desk.load_text(head + "\n".join(rows[:150]) + "\n")

    assert sums(again) == (150, 0, 2, 148, 0)
