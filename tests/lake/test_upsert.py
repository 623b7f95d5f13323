"""What becomes of the rows of a load, table by table."""

from decimal import Decimal

import pyarrow as pa
import pytest
from shop_lake import CARDS, FIRST_DAY, ORDERS, TYPES, VISITS, make_contract, order

from regulars.errors import ConflictError, InvalidParameterError, SchemaError
from regulars.lake import LoadRecord, UpsertResult
from regulars.lake.staging import Origin
from regulars.schema.contract import Role

NO_NOTE = TYPES.remove(TYPES.get_field_index("note"))


def _without_note(order_id):
    row = order(order_id)
    del row["note"]
    return row


def test_new_keys_are_inserted_same_content_is_unchanged_other_content_updates(shop):
    shop.load(ORDERS, [order("1", amount=10), order("2", amount=20)])

    result = shop.load(ORDERS, [order("1", amount=10), order("2", amount=25), order("3", "8")])

    assert result == UpsertResult(inserted=1, updated=1, unchanged=1)
    assert shop.read("orders") == [
        ("1", "17", Decimal(10)),
        ("2", "17", Decimal(25)),
        ("3", "8", Decimal(10)),
    ]


def test_loading_the_same_rows_twice_changes_no_file(shop):
    rows = [order(str(number), str(number % 7)) for number in range(40)]
    shop.load(ORDERS, rows)
    files = shop.lake.snapshot().files("orders")

    result = shop.load(ORDERS, rows)

    assert result == UpsertResult(unchanged=40)
    assert shop.lake.snapshot().files("orders") == files


def test_an_update_moves_a_row_to_the_bucket_of_its_new_customer(shop):
    shop.load(ORDERS, [order("1", None), order("2", "17")])

    shop.load(ORDERS, [order("1", "17")])

    assert shop.read("orders") == [("1", "17", Decimal(10)), ("2", "17", Decimal(10))]
    assert shop.read("orders", "count(DISTINCT bucket)") == [(1,)]


def test_a_corrected_fact_is_known_since_the_correction_and_what_it_said_is_kept(shop):
    shop.load(ORDERS, [order("1", amount=10)])

    shop.load(ORDERS, [order("1", amount=12)])

    now = shop.read("orders", "load_id, day(known_at), amount")
    past = shop.read("superseded_orders", "load_id, day(known_at), day(until_at), amount")
    assert now == [("load-2", 3, Decimal(12))]
    assert past == [("load-2", 2, 3, Decimal(10))]


def test_a_fact_corrected_within_a_day_of_the_first_load_never_said_otherwise(shop):
    shop.load(ORDERS, [order("1", amount=10)])
    shop.loads -= 1

    shop.load(ORDERS, [order("1", amount=12)], load_id="that-day")

    assert shop.read("orders", "day(known_at), amount") == [(2, Decimal(12))]
    assert shop.lake.snapshot().tables == ("orders",)


def test_a_repeated_key_with_one_content_is_kept_once(shop):
    result = shop.load(ORDERS, [order("1"), order("1"), order("2"), order("1")])

    assert result == UpsertResult(inserted=2, unchanged=2)
    assert shop.read("orders", "order_id") == [("1",), ("2",)]


def test_of_rows_that_contradict_each_other_the_last_is_stored_and_the_others_are_named(shop):
    shop.hold([order("1", amount=1), order("2"), order("1", amount=3), order("1", amount=2)])

    with shop.begin() as load:
        result = load.upsert(ORDERS, "source_rows")
        conflicts = shop.connection.execute(
            f"SELECT source_row FROM {result.conflicts_relation} ORDER BY ALL"
        ).fetchall()
        load.commit(LoadRecord(source="rows", kind="orders"))

    assert (result.inserted, result.unchanged, result.conflicts) == (2, 0, 2)
    assert conflicts == [(0,), (2,)]
    assert shop.read("orders", "order_id, amount") == [("1", Decimal(2)), ("2", Decimal(10))]


def test_a_key_of_two_columns_is_one_key(shop):
    pairs = make_contract("pairs", key=("order_id", "customer_id"))
    shop.load(pairs, [order("1", "a"), order("1", "b"), order("1", "a", amount=2)])

    result = shop.load(
        pairs,
        [order("1", "a", amount=2), order("1", "b", amount=3), order("2", "a"), order("3", None)],
    )

    assert result == UpsertResult(inserted=2, updated=1, unchanged=1)
    assert shop.read("pairs", "order_id, customer_id, amount") == [
        ("1", "a", Decimal(2)),
        ("1", "b", Decimal(3)),
        ("2", "a", Decimal(10)),
        ("3", None, Decimal(10)),
    ]


def test_rows_without_their_key_are_counted_as_whole_rows(shop):
    shop.load(ORDERS, [order(None), order(None), order("1")])

    result = shop.load(ORDERS, [order(None), order(None), order(None), order("1")])

    assert result == UpsertResult(inserted=1, unchanged=3)
    assert shop.read("orders", "order_id") == [("1",), (None,), (None,), (None,)]


def test_a_table_without_key_gets_only_as_many_copies_as_it_lacks(shop):
    shop.load(VISITS, [order("1"), order("1"), order("2", None)])

    result = shop.load(VISITS, [order("1"), order("1"), order("1"), order("2", None), order("3")])

    assert result == UpsertResult(inserted=2, unchanged=3)
    assert shop.read("visits", "order_id") == [("1",), ("1",), ("1",), ("2",), ("3",)]


def test_a_load_of_fewer_copies_takes_nothing_away(shop):
    shop.load(VISITS, [order("1"), order("1")])

    result = shop.load(VISITS, [order("1")])

    assert result == UpsertResult(unchanged=1)
    assert shop.lake.snapshot().row_count("visits") == 2


def test_a_row_of_another_time_is_another_row(shop):
    shop.load(VISITS, [order("1", day=1)])

    result = shop.load(VISITS, [order("1", day=1), order("1", day=2)])

    assert result == UpsertResult(inserted=1, unchanged=1)


def test_a_column_that_only_stored_rows_fill_tells_rows_apart(shop):
    shop.load(VISITS, [order("1", note="gift"), order("2")])

    result = shop.load(VISITS, [_without_note("1"), _without_note("2")], schema=NO_NOTE)

    assert result == UpsertResult(inserted=1, unchanged=1)
    assert shop.read("visits", "order_id, note") == [("1", "gift"), ("1", None), ("2", None)]


def test_a_column_that_no_row_fills_stays_missing(shop):
    shop.load(VISITS, [_without_note("1")], schema=NO_NOTE)

    result = shop.load(VISITS, [_without_note("1"), _without_note("2")], schema=NO_NOTE)

    assert result == UpsertResult(inserted=1, unchanged=1)
    assert shop.read("visits", "order_id, note") == [("1", None), ("2", None)]


def test_state_keeps_a_version_for_each_change(shop):
    shop.load(CARDS, [order("1", amount=1), order("2", amount=5)])
    shop.load(CARDS, [order("1", amount=2), order("2", amount=5)])

    result = shop.load(CARDS, [order("1", amount=1), order("2", amount=5)])

    assert result == UpsertResult(updated=1, unchanged=1)
    assert shop.read("cards", "order_id, CAST(known_at AS DATE), amount") == [
        ("1", FIRST_DAY.date().replace(day=2), Decimal(1)),
        ("1", FIRST_DAY.date().replace(day=3), Decimal(2)),
        ("1", FIRST_DAY.date().replace(day=4), Decimal(1)),
        ("2", FIRST_DAY.date().replace(day=2), Decimal(5)),
    ]


def test_versions_have_an_order_even_when_the_clock_goes_back(shop):
    shop.load(CARDS, [order("1", amount=1)])
    shop.loads = -20
    shop.hold([order("1", amount=2)])

    with shop.begin("late") as load:
        load.upsert(CARDS, "source_rows")
        load.commit(LoadRecord(source="rows", kind="cards"))

    assert shop.read("cards", "arg_max(amount, known_at), count(DISTINCT known_at)") == [
        (Decimal(2), 2)
    ]


def test_nothing_is_known_later_than_it_was_loaded(shop):
    shop.hold([order("1")])
    shop.connection.execute(
        "ALTER TABLE source_rows ADD COLUMN known_at TIMESTAMP DEFAULT TIMESTAMP '2099-01-01'"
    )

    with shop.begin() as load:
        load.upsert(ORDERS, "source_rows")
        load.commit(LoadRecord(source="rows", kind="orders"))

    assert shop.read("orders", "CAST(known_at AS DATE)") == [(FIRST_DAY.date().replace(day=2),)]


def test_a_source_without_a_column_leaves_what_is_known_of_it(shop):
    shop.load(ORDERS, [order("1", note="gift"), order("2", note="gift")])
    schema = TYPES.remove(TYPES.get_field_index("note"))
    rows = [order("1", amount=10), order("2", amount=11)]
    for row in rows:
        del row["note"]

    result = shop.load(ORDERS, rows, schema=schema)

    assert result == UpsertResult(updated=1, unchanged=1)
    assert shop.read("orders", "order_id, amount, note") == [
        ("1", Decimal(10), "gift"),
        ("2", Decimal(11), "gift"),
    ]


def test_a_new_column_is_missing_in_the_rows_from_before(shop):
    shop.load(VISITS, [order("1")])

    shop.load(
        VISITS,
        [{**order("2"), "Скидка, %": 5}],
        schema=TYPES.append(pa.field("Скидка, %", pa.int64())),
    )

    assert shop.read("visits", 'order_id, "Скидка, %"') == [("1", None), ("2", 5)]
    assert shop.read("visits", load_id="load-1") == [("1", "17", Decimal(10))]
    assert "Скидка, %" not in shop.lake.snapshot(load_id="load-1").schema("visits").names


def test_whole_numbers_fit_where_numbers_are_stored(shop):
    shop.load(VISITS, [order("1")])
    schema = TYPES.set(3, pa.field("amount", pa.int32()))
    row = {**order("2"), "amount": None}

    shop.load(VISITS, [row], schema=schema)
    shop.connection.execute("CREATE TABLE whole AS SELECT * REPLACE (7 AS amount) FROM source_rows")
    with shop.begin() as load:
        load.upsert(VISITS, "whole")
        load.commit(LoadRecord(source="rows", kind="visits"))

    assert shop.read("visits", "amount") == [(Decimal(7),), (Decimal(10),), (None,)]


def test_a_column_of_another_type_is_refused_with_both_types(shop):
    shop.hold([order("1")])
    shop.connection.execute(
        "CREATE TABLE text AS SELECT * REPLACE ('ten' AS amount) FROM source_rows"
    )

    with (
        pytest.raises(SchemaError, match=r"'amount' is stored as DECIMAL\(18,4\).*has VARCHAR"),
        shop.begin() as load,
    ):
        load.upsert(ORDERS, "text")

    assert shop.lake.snapshot().tables == ()


def test_a_number_too_large_for_its_column_is_refused(shop):
    shop.hold([order("1")])
    shop.connection.execute(
        "CREATE TABLE huge AS SELECT * REPLACE (10::HUGEINT ** 30 AS amount) FROM source_rows"
    )

    with (
        pytest.raises(SchemaError, match="1 of 1 values do not fit without loss"),
        shop.begin() as load,
    ):
        load.upsert(ORDERS, "huge")


def test_a_column_named_like_one_of_the_lake_is_refused(shop):
    shop.hold([order("1")])

    with (
        pytest.raises(SchemaError, match="'Bucket' has a name that the lake uses"),
        shop.begin() as load,
    ):
        load.upsert(ORDERS, '(SELECT *, 1 AS "Bucket" FROM source_rows)')


def test_a_personal_column_is_refused(shop):
    shop.hold([order("1")])
    columns = [
        column.model_copy(update={"role": Role.PERSONAL}) if column.name == "note" else column
        for column in ORDERS.columns
    ]
    contract = ORDERS.model_copy(update={"columns": tuple(columns)})

    with pytest.raises(SchemaError, match="'note' is personal"), shop.begin() as load:
        load.upsert(contract, "source_rows")


def test_times_without_a_zone_are_utc_whatever_the_session_says(shop):
    shop.connection.execute("SET TimeZone = 'Asia/Vladivostok'")
    shop.hold([order("1")])

    with shop.begin() as load:
        load.upsert(
            ORDERS,
            "(SELECT * REPLACE (TIMESTAMP '2025-12-01 09:30:00' AS ordered_at) FROM source_rows)",
        )
        load.commit(LoadRecord(source="rows", kind="orders"))

    assert shop.read("orders", "epoch(ordered_at)") == [(1764581400.0,)]


def test_days_in_company_time_do_not_make_a_row_another_row(shop):
    schema = TYPES.append(pa.field("ordered_on", pa.string()))
    shop.load(VISITS, [{**order("1"), "ordered_on": "2025-12-01"}], schema=schema)

    result = shop.load(VISITS, [{**order("1"), "ordered_on": "2025-12-02"}], schema=schema)

    assert result == UpsertResult(unchanged=1)


def test_rows_put_aside_are_kept_with_their_reason(shop):
    shop.connection.execute(
        "CREATE TABLE aside AS SELECT 'shop.csv' AS source, 'orders' AS \"table\", 7 AS source_row,"
        " 'no date' AS reason, 'ordered_at' AS \"column\", '{\"a\": \"1\"}' AS raw"
    )

    with shop.begin() as load:
        count = load.append("quarantine", "aside")
        load.commit(LoadRecord(source="rows", kind="orders"))

    assert count == 1
    assert shop.read("quarantine", "source_row, reason, load_id, CAST(quarantined_at AS DATE)") == [
        (7, "no date", "load-1", FIRST_DAY.date().replace(day=2))
    ]


def test_several_tables_of_one_load_are_seen_together(shop):
    shop.hold([order("1")])

    with shop.begin() as load:
        load.upsert(ORDERS, "source_rows")
        assert shop.lake.snapshot().tables == ()
        load.upsert(VISITS, "source_rows")
        versions = load.commit(LoadRecord(source="rows", kind="orders"))

    assert versions == {"orders": 0, "visits": 0}
    assert shop.lake.snapshot().tables == ("orders", "visits")


def test_two_relations_of_one_load_may_go_to_one_table(shop):
    shop.hold([order("1"), order("2")])

    with shop.begin() as load:
        load.upsert(ORDERS, "(SELECT * FROM source_rows WHERE order_id = '1')")
        second = load.upsert(ORDERS, "source_rows")
        load.commit(LoadRecord(source="rows", kind="orders"))

    assert second == UpsertResult(inserted=1, unchanged=1)


def test_an_empty_relation_makes_an_empty_table(shop):
    result = shop.load(ORDERS, [])

    assert result == UpsertResult()
    assert shop.read("orders") == []
    assert shop.lake.snapshot().schema("orders").field("ordered_at").type == pa.timestamp(
        "us", "UTC"
    )


def test_a_load_that_is_left_without_commit_leaves_nothing(shop):
    shop.load(ORDERS, [order("1", amount=1)])
    shop.hold([order("1", amount=2), order("2")])

    def load_half():
        with shop.begin() as load:
            load.upsert(ORDERS, "source_rows")
            load.upsert(VISITS, "source_rows")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_half()

    assert shop.read("orders") == [("1", "17", Decimal(1))]
    assert not (shop.lake.folder / "visits").exists()
    assert [file.name for file in shop.lake.folder.rglob("part-load-2-*")] == []


def test_a_load_id_is_used_once(shop):
    shop.load(ORDERS, [order("1")], load_id="january")

    with pytest.raises(ConflictError, match="already has a load 'january'"):
        shop.load(ORDERS, [order("2")], load_id="january")


@pytest.mark.parametrize("load_id", ["", "a/b", "имя", "x" * 81])
def test_a_load_id_that_cannot_be_in_a_file_name_is_refused(shop, load_id):
    with pytest.raises(InvalidParameterError, match="A load id has letters"):
        shop.lake.begin(load_id, connection=shop.connection, now=FIRST_DAY)


def test_nothing_can_be_written_after_the_end(shop):
    shop.hold([order("1")])
    with shop.begin() as load:
        load.commit(LoadRecord(source="rows", kind="orders"))

    with pytest.raises(InvalidParameterError, match="is not under way"):
        load.upsert(ORDERS, "source_rows")


def test_a_moment_without_zone_is_refused(shop):
    begun = shop.lake.begin("x", connection=shop.connection, now=FIRST_DAY.replace(tzinfo=None))

    with pytest.raises(InvalidParameterError, match="with a time zone"):
        begun.__enter__()


def test_no_temporary_table_is_left_behind(shop):
    shop.load(ORDERS, [order("1"), order("1"), order(None), order("2", amount=1)])
    shop.load(ORDERS, [order("1"), order(None), order("2", amount=2)])
    shop.load(CARDS, [order("1")])
    shop.load(CARDS, [order("1", amount=3)])

    left = shop.connection.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'lake_%'"
    ).fetchall()
    assert left == []


def test_five_hundred_columns_are_compared_too(shop):
    wide = make_contract("wide", temporal="state", key=("order_id",))
    columns = ", ".join(f"{number} AS c{number}" for number in range(500))
    shop.hold([order("1"), order("2")])

    for changed in ("c499", "c499", "c499 + order_id::INT % 2 AS c499"):
        with shop.begin() as load:
            result = load.upsert(
                wide,
                f"(SELECT * EXCLUDE (c499), {changed} FROM (SELECT *, {columns} FROM source_rows))",
            )
            load.commit(LoadRecord(source="rows", kind="wide"))

    assert result == UpsertResult(updated=1, unchanged=1)


def test_a_column_of_the_sources_own_gets_a_type_that_holds_what_comes(shop):
    def load(stars):
        shop.hold([order("1")])
        with shop.begin() as load:
            load.upsert(
                VISITS,
                f"(SELECT * REPLACE ({shop.loads} AS source_row), {stars} AS stars,"
                f" '{shop.loads}' AS note FROM (SELECT * EXCLUDE (note) FROM source_rows))",
            )
            load.commit(LoadRecord(source="rows", kind="visits"))

    for stars in ("4", "NULL::DOUBLE", "5.0::DOUBLE", "4.5::DOUBLE", "3", "'many'", "7"):
        load(stars)

    assert shop.read("visits", "stars", load_id="load-3") == [(4,), (5,), (None,)]
    assert shop.read("visits", "stars", load_id="load-5") == [
        (3.0,),
        (4.0,),
        (4.5,),
        (5.0,),
        (None,),
    ]
    assert shop.read("visits", "stars") == [
        ("3.0",),
        ("4.0",),
        ("4.5",),
        ("5.0",),
        ("7",),
        ("many",),
        (None,),
    ]


def test_rows_that_are_sorted_before_they_are_worked_out_are_the_same_rows(shop):
    rows = [
        order(str(number), None if number % 5 == 0 else str(number % 7), day=1 + number % 28)
        for number in range(200)
    ]
    shop.hold(rows)
    worked_out = "order_id, customer_id, ordered_at, 2 * half AS amount, note, source_row"
    shop.connection.execute(
        "CREATE VIEW halves AS SELECT * EXCLUDE (amount), CAST(amount / 2 AS DECIMAL(17,4)) AS half"
        " FROM source_rows"
    )
    shop.connection.execute(f"CREATE VIEW wholes AS SELECT {worked_out} FROM halves")
    origin = Origin(
        "halves", '"customer_id"', lambda rows, more: f"SELECT {worked_out}, {more} FROM {rows}"
    )

    with shop.begin() as load:
        load.upsert(ORDERS, "wholes", origin=origin)
        load.upsert(VISITS, "wholes")
        load.commit(LoadRecord(source="rows", kind="orders", rows_in=200))

    every = "order_id, customer_id, CAST(ordered_at AS VARCHAR), amount, bucket, load_id, known_at = ordered_at"
    assert shop.read("orders", every) == shop.read("visits", every)
    assert shop.read("orders", "count(*)") == [(200,)]
