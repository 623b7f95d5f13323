"""Facts are sorted before their columns are worked out: every row is as its line says."""

import re

import duckdb

HEAD = "customer_id,occurred_at,name,amount,place\n"
LINES = [
    "a1,2024-03-30 23:30:00,it's a call,1.5,Perm",
    ",2024-03-31 00:10:00,sms,2,",
    "a2,2024-03-31 12:00:00,,3,Tver",
    "a1,2024-04-01 09:00:00,Звонок,,",
    "a3,soon,sms,4,Perm",
    "a2,2024-04-02 10:00:00,sms,5.25,Tver",
]


def test_customers_names_days_and_attributes_are_those_of_the_lines(desk):
    (desk.workspace / "regulars.toml").write_text('time_zone = "Europe/Moscow"\n')

    told = desk.load_text(HEAD + "\n".join(LINES * 20) + "\n", "--kind", "events")

    assert told["rows_inserted"] == 100
    assert told["rows_quarantined"] == 20
    found = desk.read(
        "events",
        "DISTINCT customer_id, strftime(timezone('UTC', occurred_at), '%d %H:%M') AS utc, name,"
        " CAST(amount AS DOUBLE), attributes, day(occurred_on), occurred_hour,"
        " occurred_at = known_at",
        order="utc",
    )
    assert found == [
        ("a1", "01 06:00", "Звонок", None, None, 1, 9, True),
        ("a2", "02 07:00", "sms", 5.25, '{"place":"Tver"}', 2, 10, True),
        ("a1", "30 20:30", "it's a call", 1.5, '{"place":"Perm"}', 30, 23, True),
        (None, "30 21:10", "sms", 2.0, None, 31, 0, True),
        ("a2", "31 09:00", None, 3.0, '{"place":"Tver"}', 31, 12, True),
    ]


def test_a_file_holds_no_text_of_customers_in_other_files(desk):
    lines = [f"c{n},2024-04-01 09:00:00,only of {n % 20 + 10}," for n in range(200)]

    desk.load_text(
        "customer_id,occurred_at,name,amount\n" + "\n".join(lines) + "\n", "--kind", "events"
    )

    files = list((desk.workspace / "lake/events").rglob("*.parquet"))
    for file in files:
        own = duckdb.sql(f"SELECT DISTINCT name FROM read_parquet('{file}')").fetchall()
        found = re.findall(rb"only of \d\d", file.read_bytes())
        assert {text.decode() for text in found} <= {name for (name,) in own}
    assert len(files) > 20
