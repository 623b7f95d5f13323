import re

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.conditions import compile_condition, load_condition
from regulars.conditions.patterns import translate_pattern

PIECES = st.sampled_from(
    [
        "a",
        "ж",
        "Ё",
        "1",
        ".",
        r"\d",
        r"\W",
        r"\s",
        "[a-c]",
        "[^ж-]",
        r"[\w.]",
        r"\.",
        "-",
        "]",
        "&&",
        "^a",
        "(а|ж)",
        "()",
        "(^|a)",
    ]
)
PATTERNS = st.builds(
    lambda pieces, repeat, alternative: "".join(pieces) + repeat + alternative,
    st.lists(PIECES, min_size=1, max_size=5),
    st.sampled_from(["", "*", "+", "?", "{2}", "{1,3}", "+?"]),
    st.sampled_from(["", "|б", "$"]),
)
TEXTS = st.text(alphabet="abcжЁб19 .-_]&\t\n", max_size=8)


@given(pattern=PATTERNS, text=TEXTS)
def test_an_allowed_pattern_means_the_same_to_re2_and_to_python(pattern, text):
    translated = translate_pattern(pattern)
    # Python's own `$` also stands before a last line break; RE2's does not.
    for_python = re.sub(r"\$$", r"\\Z", translated)

    in_re2 = pc.match_substring_regex(pa.array([text]), translated)[0].as_py()

    assert in_re2 == bool(re.search(for_python, text))


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (r"^\w+$", "Ёлка_1", True),
        (r"^\w+$", "a b", False),
        (r"^\d{3}-\d{2}$", "123-45", True),
        (r"^\d+$", "١٢٣", False),
        ("а.б", "а\nб", False),
        (r"[\d-]+", "--", True),
    ],
)
def test_shorthands_know_both_alphabets_and_nothing_else(pattern, text, expected):
    table = ibis.memtable(pa.table({"x": [text]}))
    condition = load_condition({"column": "x", "text": "matches", "value": pattern}, where="test")

    found = ibis.duckdb.connect().to_pyarrow(compile_condition(condition, table)).to_pylist()

    assert found == [expected]
