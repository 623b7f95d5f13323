"""What each kind of check finds, with exact counts and words."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.errors import Cancelled, InvalidParameterError, UnknownColumnError
from regulars.progress import Silent
from regulars.quality import load_checks, rejection_reason, row_check_expressions, run_checks
from regulars.quality.check import (
    ConstantCheck,
    DatesCheck,
    ExactDuplicatesCheck,
    FreshnessCheck,
    NearDuplicatesCheck,
    OrphansCheck,
    PlaceholdersCheck,
    RangeCheck,
    RateCheck,
    RepeatedCheck,
    SessionLengthCheck,
    SpellingsCheck,
    TextCheck,
    UniqueCheck,
    VocabularyCheck,
)
from regulars.schema.contract import get_contract

AS_OF = datetime(2026, 1, 10, tzinfo=UTC)
MEANING = {"en": "Bad", "ru": "Плохо"}


def find(check, rows, **others):
    tables = {check.table: ibis.memtable(pa.table(rows))}
    tables |= {name: ibis.memtable(pa.table(table)) for name, table in others.items()}
    return run_checks(tables, [check], as_of=AS_OF)


def make(kind, **fields):
    return kind(name="bad", table="t", meaning=MEANING, **fields)


def test_a_range_finds_what_is_under_and_over_and_says_so_in_both_languages():
    rows = {"age": [200, -1, 30, None]}

    (finding,) = find(make(RangeCheck, columns=["age"], minimum=0, maximum=120), rows)

    assert (finding.count, finding.share, finding.column) == (2, 0.5, "age")
    assert finding.sentence.en == "Bad (age): 2 rows (50%)."
    assert finding.sentence.ru == "Плохо (age): 2 строки (50\u00a0%)."
    assert finding.examples == ({"age": -1}, {"age": 200})


def test_a_pattern_of_columns_gives_a_finding_for_each():
    rows = {"wait_days": [-1, 2], "stay_days": [3, 4], "name": ["a", "b"], "tenure_days": [-5, -6]}

    findings = find(make(RangeCheck, columns=["*_days"], minimum=0), rows)

    assert [(each.column, each.count) for each in findings] == [
        ("tenure_days", 2),
        ("wait_days", 1),
    ]


def test_dates_are_measured_against_the_moment_of_the_check():
    rows = {
        "paid_at": [AS_OF + timedelta(days=2), AS_OF + timedelta(days=2, seconds=1), None],
        "born_on": [date(1899, 12, 31), date(1900, 1, 1), date(2026, 1, 13)],
    }

    findings = find(
        make(DatesCheck, columns=["*"], not_before=date(1900, 1, 1), most_days_ahead=2), rows
    )

    assert {each.column: each.count for each in findings} == {"paid_at": 1, "born_on": 2}


def test_an_unknown_currency_is_found_and_a_missing_one_is_not():
    rows = {"currency": ["RUB", "DEM", "RBU", None]}

    (finding,) = find(make(VocabularyCheck, column="currency", vocabulary="currency"), rows)

    assert finding.examples == ({"currency": "RBU"},)


def test_exact_duplicates_count_the_rows_beyond_the_first():
    rows = {"a": [1, 1, 1, 2], "b": ["x", "x", "x", None], "load_id": ["1", "2", "3", "4"]}

    (finding,) = find(make(ExactDuplicatesCheck), rows)

    assert finding.count == 2
    assert finding.examples == ({"a": 1, "b": "x", "row_count": 3},)


def test_a_key_is_unique_among_the_rows_that_have_it():
    rows = {"id": ["1", "1", None, None], "value": [1, 2, 3, 4]}

    (finding,) = find(make(UniqueCheck, columns=["id"]), rows)

    assert (finding.count, finding.share) == (1, 0.25)


@pytest.mark.parametrize(
    ("how", "first", "second"),
    [
        ("words", "Иванов  Пётр", "ПЕТР ИВАНОВ"),
        ("text", "ООО «Ромашка»", "ооо ромашка"),
        ("digits", "+7 (846) 200-10-20", "88462001020"),
        ("exact", "Anna@example.com", "anna@example.com"),
    ],
)
def test_near_duplicates_set_spelling_aside(how, first, second):
    rows = {"id": ["1", "2", "3"], "name": [first, second, "9 иное"]}

    (finding,) = find(make(NearDuplicatesCheck, columns={"name": how}, entity="id"), rows)

    assert finding.count == 1


def test_near_duplicates_allow_a_few_edits_within_a_block():
    rows = {"id": ["1", "2", "3"], "name": ["Коростелёв", "Коростелев", "Коростылев"]}

    (finding,) = find(
        make(NearDuplicatesCheck, columns={"name": "words"}, entity="id", most_edits=1), rows
    )

    assert finding.count == 2


def test_orphans_are_rows_that_refer_to_nothing_in_any_of_the_lists():
    check = make(OrphansCheck, column="customer_id", refers_to=["a.customer_id", "b.customer_id"])
    rows = {"customer_id": ["1", "2", "3", None]}

    (finding,) = find(check, rows, a={"customer_id": ["1"]}, b={"customer_id": ["2"]})

    assert (finding.count, finding.examples) == (1, ({"customer_id": "3"},))


def test_what_was_never_loaded_cannot_be_missed():
    check = make(OrphansCheck, column="customer_id", refers_to=["a.customer_id"])
    empty = {"customer_id": pa.array([], pa.string())}

    assert find(check, {"customer_id": ["1"]}) == []
    assert find(check, {"customer_id": ["1"]}, a=empty) == []


def test_a_robot_is_a_customer_with_too_many_events_on_a_day():
    day = datetime(2026, 1, 9, tzinfo=UTC)
    rows = {"customer_id": ["1"] * 3 + ["2"], "occurred_at": [day] * 4}

    (finding,) = find(make(RateCheck, most_per_day=2), rows)

    assert finding.sentence.en == "Bad: 1 customer (50%)."
    assert finding.sentence.ru == "Плохо: 1 клиент (50\u00a0%)."
    assert finding.examples == ({"customer_id": "1", "day": "2026-01-09", "row_count": 3},)


def test_a_session_without_a_pause_can_be_too_long():
    start = datetime(2026, 1, 9, 10, tzinfo=UTC)
    moments = [start + timedelta(minutes=20 * step) for step in range(7)]
    rows = {"customer_id": ["1"] * 7, "occurred_at": moments}

    (finding,) = find(make(SessionLengthCheck, gap_minutes=30, most_minutes=119), rows)

    assert finding.sentence.en == "Bad: 1 session (100%)."
    assert finding.examples[0]["session_minutes"] == 120.0


def test_the_same_amount_soon_after_is_repeated():
    start = datetime(2026, 1, 9, 10, tzinfo=UTC)
    minutes = [0, 4, 30, 31, 32]
    rows = {
        "customer_id": ["1", "1", "1", "2", None],
        "amount": [Decimal("9.90")] * 5,
        "purchased_at": [start + timedelta(minutes=each) for each in minutes],
    }

    (finding,) = find(make(RepeatedCheck, within_minutes=5), rows)

    assert finding.count == 1


def test_codes_and_words_that_stand_for_unknown_are_found():
    rows = {
        "days_ago": [3, 6, 27, 999],
        "calls": [0, 1, 2, -1],
        "amount": [997, 998, 999, 1],
        "job": ["клерк", "Unknown ", "не указано", None],
    }

    findings = find(make(PlaceholdersCheck, columns=["*"]), rows)

    assert {each.column: each.count for each in findings} == {"days_ago": 1, "calls": 1, "job": 2}


def test_a_column_of_one_value_is_found():
    rows = {"country": ["RU", "RU", None], "city": ["Самара", "Омск", None]}

    (finding,) = find(make(ConstantCheck, columns=["*"]), rows)

    assert (finding.column, finding.examples) == ("country", ({"country": "RU"},))
    assert (finding.count, round(finding.share, 2)) == (2, 0.67)


def test_the_day_and_the_hour_of_an_instant_are_not_columns_of_their_own():
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    rows = {
        "updated_at": [moment, moment],
        "updated_on": [moment.date(), moment.date()],
        "updated_hour": [3, 3],
    }

    (finding,) = find(make(ConstantCheck, columns=["*"]), rows)

    assert finding.column == "updated_at"


def test_spellings_of_one_value_are_found_and_counted():
    rows = {
        "city": ["Москва"] * 5 + ["МОСКВА", "москва", "Moscow", "moscow ", "Орел", "Орёл", None]
    }

    (finding,) = find(make(SpellingsCheck, columns=["*"]), rows)

    assert (finding.column, finding.count) == ("city", 4)
    assert finding.examples == (
        {"city": "moscow ", "usual": "Moscow", "row_count": 1},
        {"city": "МОСКВА", "usual": "Москва", "row_count": 1},
        {"city": "Орёл", "usual": "Орел", "row_count": 1},
        {"city": "москва", "usual": "Москва", "row_count": 1},
    )
    assert finding.sentence.en == (
        "Bad (city): 4 rows (33.3%). moscow  = Moscow, МОСКВА = Москва, Орёл = Орел …"
    )


@pytest.mark.parametrize(
    "values",
    [
        ["А-1", "А1", "А.1"],
        ["Москва", "Московская область", "Мск"],
        [f"Отзыв {n}" for n in range(40)] + [f"отзыв {n}" for n in range(40)],
    ],
    ids=["punctuation", "other words", "texts that hardly repeat"],
)
def test_values_that_differ_in_more_than_spelling_are_left_alone(values):
    assert find(make(SpellingsCheck, columns=["*"]), {"city": values}) == []


def test_late_data_is_counted_in_days():
    rows = {"occurred_at": [datetime(2026, 1, 1, tzinfo=UTC)]}

    (finding,) = find(make(FreshnessCheck, column="occurred_at", most_days=7), rows)

    assert finding.share is None
    assert finding.sentence.en == "Bad: 9 days."
    assert finding.sentence.ru == "Плохо: 9 дней."


@pytest.mark.parametrize(
    ("fault", "bad", "good"),
    [
        ("empty", " …!! ", "ок"),
        ("repeated_characters", "ааааааааа", "оооочень долго!!!"),
        ("repeated_characters", "хахахахаха", "10 / 10"),
        ("repeated_characters", "аааааааааа!", "Ужаааааааас, связи нет второй день"),
        ("repeated_word", "Спам спам, СПАМ", "очень очень плохо"),
        ("link", "Заходи: www.casino.example", "Сайт не работает"),
    ],
)
def test_texts_that_say_nothing_are_told_from_those_that_do(fault, bad, good):
    (finding,) = find(make(TextCheck, column="text", faults=[fault]), {"text": [bad, good]})

    assert finding.count == 1
    assert finding.examples == ({"text": bad},)


def test_a_missing_text_is_empty_and_nothing_else():
    rows = {"text": pa.array([None], pa.string())}

    assert find(make(TextCheck, column="text", faults=["link", "repeated_word"]), rows) == []
    assert find(make(TextCheck, column="text", faults=["empty"]), rows)[0].count == 1


def test_personal_columns_are_masked_in_examples():
    rows = {"customer_id": ["1"], "phone": ["+7 846 200-10-20"], "birth_year": [1800]}
    tables = {"customers": ibis.memtable(pa.table(rows))}

    (finding,) = run_checks(
        tables, load_checks(), contracts={"customers": get_contract("customers")}, as_of=AS_OF
    )

    assert finding.examples == ({"birth_year": 1800, "customer_id": "1", "phone": "***"},)


def test_near_duplicates_of_personal_columns_are_masked_on_both_sides():
    rows = {"customer_id": ["1", "2"], "phone": ["+7 846 200-10-20", "88462001020"]}
    tables = {"customers": ibis.memtable(pa.table(rows))}

    (finding,) = run_checks(
        tables, load_checks(), contracts={"customers": get_contract("customers")}, as_of=AS_OF
    )

    assert finding.examples == ({"alike_count": 2, "phone": "***", "phone_too": "***"},)


def test_what_looks_personal_in_a_free_text_is_masked():
    rows = {"text": ["www.example.com пишите anna@example.com или +7 (846) 200-10-20"]}

    (finding,) = find(make(TextCheck, column="text", faults=["link"]), rows)

    assert finding.examples == ({"text": "www.example.com пишите *** или ***"},)


def test_a_users_check_on_a_column_that_is_not_there_is_answered():
    with pytest.raises(UnknownColumnError, match="Check 'bad': table 't' has no column 'agee'"):
        find(make(RangeCheck, columns=["agee"], minimum=0), {"age": [1]})


def test_the_moment_needs_a_time_zone():
    table = ibis.memtable(pa.table({"age": [1]}))

    with pytest.raises(InvalidParameterError, match="without a time zone"):
        run_checks({"t": table}, [make(UniqueCheck, columns=["age"])], as_of=datetime(2026, 1, 10))


def test_checking_stops_on_request():
    progress = Silent()
    progress.cancel()

    with pytest.raises(Cancelled):
        run_checks({}, [], as_of=AS_OF, progress=progress)


def test_an_empty_table_has_no_findings():
    types = {"instant": "timestamp('UTC')", "decimal": "decimal(18, 4)", "integer": "int64"}
    columns = get_contract("purchases").columns
    schema = {column.name: types.get(column.type, column.type) for column in columns}
    table = ibis.memtable([], schema=schema)

    assert run_checks({"purchases": table}, load_checks(), as_of=AS_OF) == []


def test_a_rejected_row_names_its_first_quarantine_check():
    strict = RangeCheck(
        name="negative",
        table="t",
        meaning=MEANING,
        columns=["minutes"],
        minimum=0,
        action="quarantine",
    )
    later = strict.model_copy(update={"name": "huge", "minimum": None, "maximum": -5.0})
    table = ibis.memtable(pa.table({"minutes": [-9, 5, None, 7]}))

    reason = rejection_reason([strict, later], table, AS_OF)

    assert table.select(reason=reason).to_pyarrow()["reason"].to_pylist() == [
        "negative",
        "huge",
        None,
        "huge",
    ]


def test_there_is_no_reason_where_nothing_is_sent_to_quarantine():
    table = ibis.memtable(pa.table({"minutes": [-9]}))

    assert (
        rejection_reason([make(RangeCheck, columns=["minutes"], minimum=0)], table, AS_OF) is None
    )


def test_each_check_of_single_rows_is_one_expression():
    table = ibis.memtable(pa.table({"a_days": [-1, 1], "b_days": [1, 1]}))
    checks = [
        make(RangeCheck, columns=["*_days"], minimum=0),
        make(UniqueCheck, columns=["a_days"]),
    ]

    ((check, failing),) = row_check_expressions(checks, table, AS_OF)

    assert check is checks[0]
    assert table.select(failing=failing).to_pyarrow()["failing"].to_pylist() == [True, False]


rows_of_purchases = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", None]),
        st.integers(min_value=-3, max_value=3),
        st.sampled_from(["RUB", "EUR", "???", None]),
    ),
    min_size=1,
    max_size=30,
)


def to_table(rows):
    customers, amounts, currencies = zip(*rows, strict=True)
    return pa.table(
        {
            "customer_id": pa.array(customers, pa.string()),
            "amount": pa.array([Decimal(each) for each in amounts], pa.decimal128(18, 4)),
            "currency": pa.array(currencies, pa.string()),
        }
    )


def found_in(rows):
    table = ibis.memtable(to_table(rows))
    return run_checks({"purchases": table}, load_checks(), as_of=AS_OF)


@settings(max_examples=20)
@given(rows_of_purchases)
def test_counts_are_those_of_counting_by_hand(rows):
    counts = {finding.check: finding.count for finding in found_in(rows)}

    expected = {
        "purchases_without_customer": sum(customer is None for customer, _, _ in rows),
        "purchases_returned": sum(amount < 0 for _, amount, _ in rows),
        "purchases_of_nothing": sum(amount == 0 for _, amount, _ in rows),
        "purchases_unknown_currency": sum(currency == "???" for _, _, currency in rows),
        "purchases_copied": sum(count - 1 for count in Counter(rows).values()),
    }
    assert counts == {name: count for name, count in expected.items() if count}


@pytest.mark.slow
@settings(max_examples=15)
@given(rows_of_purchases, st.randoms())
def test_shuffled_rows_give_the_same_findings(rows, random):
    shuffled = random.sample(rows, len(rows))

    assert found_in(shuffled) == found_in(rows)
