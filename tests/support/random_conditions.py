"""Conditions about a row and rows to ask them of, drawn at random."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
from hypothesis import strategies as st

__all__ = ["ROWS", "TREES", "TYPES", "make_table"]

LETTERS = st.text(alphabet="abzABZяжёЯЖЁ09 _-.%'\"\\\n€", max_size=5)
MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
)
DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1))
WHOLE = st.integers(min_value=-(2**62), max_value=2**62) | st.integers(-3, 3)
FLOATS = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
MONEY = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False)

ROW_VALUES = {
    "city": LETTERS,
    "town": LETTERS,
    "visits": WHOLE,
    "calls": WHOLE,
    "share": FLOATS | st.just(float("nan")) | st.just(float("inf")),
    "amount": MONEY,
    "debt": MONEY,
    "is_active": st.booleans(),
    "started_on": DAYS,
    "ended_on": DAYS,
    "paid_at": MOMENTS,
    "local_at": MOMENTS.map(lambda moment: moment.replace(tzinfo=None)),
}
TYPES = {
    "city": pa.string(),
    "town": pa.string(),
    "visits": pa.int64(),
    "calls": pa.int64(),
    "share": pa.float64(),
    "amount": pa.decimal128(18, 4),
    "debt": pa.decimal128(18, 4),
    "is_active": pa.bool_(),
    "started_on": pa.date32(),
    "ended_on": pa.date32(),
    "paid_at": pa.timestamp("us", "UTC"),
    "local_at": pa.timestamp("us"),
}
ROWS = st.lists(
    st.fixed_dictionaries({name: st.none() | values for name, values in ROW_VALUES.items()}),
    min_size=1,
    max_size=8,
)
DAYS_FROM_AS_OF = st.fixed_dictionaries({"as_of_plus_days": st.integers(-40_000, 20_000)})
NUMBERS = WHOLE | FLOATS
LITERALS = {
    "city": LETTERS,
    "town": LETTERS,
    "visits": NUMBERS,
    "calls": NUMBERS,
    "share": NUMBERS,
    "amount": MONEY | st.decimals(-1000, 1000, places=7) | st.integers(-(10**17), 10**17),
    "debt": MONEY,
    "started_on": DAYS | DAYS_FROM_AS_OF,
    "ended_on": DAYS.map(date.isoformat) | DAYS_FROM_AS_OF,
    "paid_at": MOMENTS | DAYS_FROM_AS_OF,
    "local_at": MOMENTS | DAYS_FROM_AS_OF,
}
OPS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
ORDERED = st.sampled_from(sorted(LITERALS))
PAIRS = st.sampled_from(
    [
        ("city", "town"),
        ("visits", "calls"),
        ("visits", "share"),
        ("visits", "amount"),
        ("amount", "debt"),
        ("started_on", "ended_on"),
    ]
)
PATTERNS = st.sampled_from(
    [r"^a", r"\d+$", r"[^\w]", r"\w\W", "(а|ж)+", ".", r"a.*b", r"\s", "Я?ё", r"[\d-]{1,2}"]
)


def _compare(column):
    return st.fixed_dictionaries({"column": st.just(column), "op": OPS, "value": LITERALS[column]})


def _between(column):
    bounds = st.tuples(LITERALS[column], LITERALS[column])
    return st.fixed_dictionaries({"column": st.just(column), "between": bounds})


def _is_forwards(condition):
    bounds = condition["between"]
    kinds = {type(bound) for bound in bounds}
    numbers = kinds <= {int, float, Decimal}
    if numbers:
        return bounds[0] <= bounds[1]
    if kinds == {dict}:
        return bounds[0]["as_of_plus_days"] <= bounds[1]["as_of_plus_days"]
    return True


LEAVES = st.one_of(
    ORDERED.flatmap(_compare),
    ORDERED.flatmap(_between).filter(_is_forwards),
    st.builds(lambda pair, op: {"column": pair[0], "op": op, "other": pair[1]}, PAIRS, OPS),
    st.builds(
        lambda op, value: {"column": "is_active", "op": op, "value": value},
        st.sampled_from(["=", "!="]),
        st.booleans(),
    ),
    st.builds(
        lambda column, value: {"column": column, "is_missing": value},
        st.sampled_from(sorted(ROW_VALUES)),
        st.booleans(),
    ),
    st.builds(
        lambda values: {"column": "city", "in": values}, st.lists(LETTERS, min_size=1, max_size=9)
    ),
    st.builds(
        lambda values: {"column": "visits", "in": values}, st.lists(WHOLE, min_size=1, max_size=3)
    ),
    st.builds(
        lambda values: {"column": "amount", "in": values}, st.lists(MONEY, min_size=1, max_size=3)
    ),
    st.builds(
        lambda values: {"column": "share", "in": values}, st.lists(FLOATS, min_size=1, max_size=3)
    ),
    st.builds(
        lambda how, value, ignore_case: {
            "column": "city",
            "text": how,
            "value": value,
            "ignore_case": ignore_case,
        },
        st.sampled_from(["contains", "starts_with", "ends_with"]),
        LETTERS.filter(bool),
        st.booleans(),
    ),
    st.builds(
        lambda pattern, ignore_case: {
            "column": "city",
            "text": "matches",
            "value": pattern,
            "ignore_case": ignore_case,
        },
        PATTERNS,
        st.booleans(),
    ),
)
TREES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.builds(lambda part: {"not": part}, parts),
        st.builds(lambda several: {"all": several}, st.lists(parts, min_size=1, max_size=3)),
        st.builds(lambda several: {"any": several}, st.lists(parts, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)


def make_table(rows):
    """The rows as Arrow, every column typed."""
    schema = pa.schema([(name, TYPES[name]) for name in TYPES])
    return pa.Table.from_pylist(rows, schema=schema)
