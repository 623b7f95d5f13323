"""Segments as definitions: presets, schedules, and segments that stand on others."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest

from regulars.errors import ConflictError, DefinitionError, UnknownNameError
from regulars.features import AsOf
from regulars.schema.wording import Wording
from regulars.segments.rules import RuleSources, compile_rule
from regulars.segments.rules.definition import (
    SegmentDefinition,
    check_unused,
    list_presets,
    order_segments,
    read_segments,
)
from regulars.segments.rules.nesting import add_memberships

TITLE = Wording(en="Test", ru="Проверка")
DAY = AsOf(date(2026, 3, 1))
NOON = datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("Europe/Samara"))


def _make(name, rule, **more):
    return SegmentDefinition.model_validate({"name": name, "title": TITLE, "rule": rule, **more})


def _index(*segments):
    return {segment.name: segment for segment in segments}


@pytest.fixture
def sources():
    """Customer `n` had n events, one a day, up to the last day of February."""
    rows = [
        {"customer_id": str(n), "occurred_at": DAY.instant - timedelta(days=day, hours=-9)}
        for n in (1, 5, 12, 25)
        for day in range(1, n + 1)
    ]
    rows.append({"customer_id": "0", "occurred_at": datetime(2025, 12, 1, tzinfo=UTC)})
    table = pa.Table.from_pylist(rows)
    names = pa.array(["visit"] * len(rows))
    return RuleSources({"events": ibis.memtable(table.append_column("name", names))})


def _members(rule, sources, definitions=None):
    known = add_memberships(rule, sources, definitions or {}, as_of=DAY)
    found = compile_rule(rule, known, as_of=DAY).members.to_pyarrow()
    return sorted(found["customer_id"].to_pylist())


def test_a_definition_is_read_back_from_its_file():
    segment = _make("rich", {"all": [{"spent": ">", "value": 100}, {"did": "call"}]}, every_hours=6)

    (read,) = read_segments(segment.to_toml(), file="rich.toml")

    assert read == segment
    assert read.version == segment.version


def test_a_slip_in_a_definition_names_file_segment_and_nearest_key():
    text = (
        'name = "rich"\ntitle = { en = "Rich", ru = "Богатые" }\nrule = { spend = ">", value = 5 }'
    )

    with pytest.raises(DefinitionError) as refused:
        read_segments(text, file="own.toml")

    assert refused.value.en.startswith(
        "own.toml, segment 'rich': rule: no kind of condition has these keys: 'spend', 'value'."
    )


def test_every_preset_has_a_name_of_its_own_and_words_in_both_languages():
    presets = list_presets()

    assert len({preset.name for preset in presets}) == len(presets) == 19
    assert all(preset.title.en.isascii() and not preset.title.ru.isascii() for preset in presets)


def test_everybody_with_events_is_in_exactly_one_segment_of_activity(sources):
    presets = {preset.name: preset.rule for preset in list_presets()}

    found = {
        name: _members(presets[name], sources)
        for name in ("hub", "regular", "sporadic", "sleeping", "all-clients")
    }

    assert found == {
        "hub": ["25"],
        "regular": ["12"],
        "sporadic": ["1", "5"],
        "sleeping": ["0"],
        "all-clients": ["0", "1", "12", "25", "5"],
    }


def test_customers_are_told_apart_by_what_they_watch():
    def watched(customer, *products):
        return [
            {"customer_id": customer, "product_id": product, "name": "view",
             "occurred_at": DAY.instant - timedelta(days=day)}
            for day, product in enumerate(products, start=1)
        ]  # fmt: skip

    contents = {
        "product_id": ["old drama", "new drama", "comedy", "crime", "history", "music"],
        "genre": ["drama", "drama", "comedy", "crime", "history", "music"],
        "released_on": [date(2020, 1, 1), date(2026, 1, 20), *[date(2021, 1, 1)] * 4],
    }
    events = [
        *watched("fan", "old drama", "new drama", "old drama", "old drama", "old drama"),
        *watched("explorer", "old drama", "comedy", "crime", "history", "music"),
        *watched("first night", "new drama", "new drama", "new drama"),
    ]
    sources = RuleSources(
        {
            "events": ibis.memtable(pa.Table.from_pylist(events)),
            "products": ibis.memtable(pa.table(contents)),
        }
    )
    presets = {preset.name: preset.rule for preset in list_presets()}

    found = {
        name: _members(presets[name], sources)
        for name in ("one-genre", "genre-explorers", "premieres-only")
    }

    assert found == {
        "one-genre": ["fan"],
        "genre-explorers": ["explorer"],
        "premieres-only": ["first night"],
    }


@pytest.mark.parametrize(
    ("schedule", "last", "is_due"),
    [
        ({}, None, True),
        ({}, NOON - timedelta(hours=11), False),
        ({}, NOON - timedelta(hours=13), True),
        ({"refresh": "monthly"}, NOON - timedelta(hours=11), False),
        ({"refresh": "monthly"}, NOON - timedelta(hours=13), True),
        ({"every_hours": 6}, NOON - timedelta(hours=5), False),
        ({"every_hours": 6}, NOON - timedelta(hours=6), True),
        ({"frozen_on": "2026-01-01"}, NOON - timedelta(days=400), False),
        ({"frozen_on": "2026-01-01"}, None, True),
    ],
)
def test_a_segment_is_due_by_its_schedule_and_the_clock_of_the_company(schedule, last, is_due):
    segment = _make("any", {"did": "call"}, **schedule)
    refreshed_at = None if last is None else last.astimezone(UTC)

    assert segment.is_due(refreshed_at, now=NOON) is is_due


def test_a_segment_stands_on_others_in_order(sources):
    definitions = _index(
        _make("busy", {"all": [{"segment": "often"}, {"did": "visit", "at_least": 20}]}),
        _make("often", {"did": "visit", "at_least": 12}),
    )
    rule = definitions["busy"].rule

    assert [one.name for one in order_segments(rule, definitions)] == ["often"]
    assert _members(rule, sources, definitions) == ["25"]


def test_a_segment_without_another_is_a_difference_of_sets(sources):
    definitions = _index(_make("often", {"did": "visit", "at_least": 12}))
    rule = _make("rest", {"all": [{"did": "visit"}, {"not": {"segment": "often"}}]}).rule

    assert _members(rule, sources, definitions) == ["0", "1", "5"]


def test_a_static_segment_keeps_the_members_of_its_day(sources):
    definitions = _index(_make("then", {"did": "visit"}, frozen_on="2026-01-01"))
    rule = _make("now", {"segment": "then"}).rule

    assert _members(rule, sources, definitions) == ["0"]


def test_segments_in_a_circle_are_refused_by_name():
    definitions = _index(
        _make("a", {"not": {"segment": "b"}}),
        _make("b", {"segment": "c"}),
        _make("c", {"segment": "a"}),
    )

    with pytest.raises(DefinitionError) as refused:
        order_segments(definitions["a"].rule, definitions, name="a")

    assert refused.value.en == (
        "Segments stand on each other in a circle: a → b → c → a. Take one of them out of the rule"
        " of another."
    )


def test_a_segment_that_stands_on_itself_is_refused():
    definitions = _index(_make("a", {"segment": "a"}))

    with pytest.raises(DefinitionError, match="circle: a → a"):
        order_segments(definitions["a"].rule, definitions, name="a")


def test_a_segment_that_is_not_there_is_refused_with_the_nearest():
    definitions = _index(_make("often", {"did": "visit"}))

    with pytest.raises(UnknownNameError, match=r"no segment 'oftn'\. Did you mean 'often'"):
        order_segments(_make("b", {"segment": "oftn"}).rule, definitions)


def test_a_segment_that_others_use_is_not_deleted():
    definitions = _index(
        _make("a", {"segment": "c"}),
        _make("b", {"not": {"segment": "c"}}),
        _make("c", {"did": "x"}),
    )

    with pytest.raises(ConflictError, match="Segment 'c' is used by: a, b"):
        check_unused("c", definitions)
