"""How many customers a rule holds for."""

from datetime import UTC, date, datetime, timedelta

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from plain_rules import holds, members
from random_histories import AS_OF, HISTORIES, make_sources
from random_rules import RULES

from regulars.conditions import load_rule
from regulars.errors import InvalidParameterError
from regulars.features import AsOf
from regulars.segments.rules import RuleSources, count_members

FEW = settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
DAY = AsOf(date(2026, 3, 1))


@pytest.fixture(scope="module")
def shop():
    """Ten thousand customers: every third bought last week, every tenth calls."""
    moment = datetime(2026, 2, 25, tzinfo=UTC)
    ids = [str(number) for number in range(10_000)]
    buyers, callers = ids[::3], ids[::10]
    tables = {
        "customers": {"customer_id": ids, "birth_year": [1950 + int(one) % 50 for one in ids]},
        "purchases": {
            "customer_id": buyers,
            "purchased_at": [moment] * len(buyers),
            "amount": [10.0] * len(buyers),
        },
        "events": {
            "customer_id": callers,
            "occurred_at": [moment] * len(callers),
            "name": ["call"] * len(callers),
        },
    }
    return RuleSources({name: ibis.memtable(pa.table(rows)) for name, rows in tables.items()})


@pytest.mark.slow
@given(rule=RULES, history=HISTORIES)
@FEW
def test_the_members_and_those_of_every_clause_are_counted(rule, history):
    both = {"all": [rule, {"did": "call"}]}

    count = count_members(load_rule(both, where="test"), make_sources(history), as_of=AS_OF)

    people = history["customers"]
    assert count.customers == len(people)
    assert count.members == count.low == count.high == len(members(both, history, AS_OF))
    assert [one.members for one in count.clauses] == [
        sum(holds(part, who, history, AS_OF) for who in people) for part in both["all"]
    ]


def test_clauses_are_counted_one_after_another(shop):
    rule = load_rule({"all": [{"bought": {}}, {"did": "call"}]}, where="test")

    count = count_members(rule, shop, as_of=DAY, preview=2)

    assert [(one.members, one.together) for one in count.clauses] == [(3334, 3334), (1000, 334)]
    assert (count.members, count.customers, count.preview) == (334, 10_000, ("0", "1020"))


def test_what_any_joins_grows_from_clause_to_clause(shop):
    rule = load_rule({"any": [{"bought": {}}, {"did": "call"}]}, where="test")

    count = count_members(rule, shop, as_of=DAY)

    assert [(one.members, one.together) for one in count.clauses] == [(3334, 3334), (1000, 4000)]
    assert count.members == 4000


@pytest.mark.parametrize("buckets", [4, 16, 48])
def test_a_sample_tells_the_number_with_its_bounds(shop, buckets):
    count = count_members(load_rule({"bought": {}}, where="test"), shop, as_of=DAY, buckets=buckets)

    assert not count.is_exact
    assert count.customers == 10_000
    assert count.sampled == pytest.approx(10_000 * buckets / 64, rel=0.1)
    assert count.low <= 3334 <= count.high
    assert count.low <= count.members <= count.high


def test_a_larger_sample_has_narrower_bounds(shop):
    rule = load_rule({"bought": {}}, where="test")

    small, large = (count_members(rule, shop, as_of=DAY, buckets=buckets) for buckets in (4, 48))

    assert large.high - large.low < (small.high - small.low) / 2


def test_all_buckets_are_everybody(shop):
    count = count_members(load_rule({"did": "call"}, where="test"), shop, as_of=DAY, buckets=64)

    assert count.is_exact
    assert count.members == 1000


def test_a_sample_of_no_bucket_is_refused(shop):
    with pytest.raises(InvalidParameterError, match="1 to 64 buckets of customers, found 0"):
        count_members(load_rule({"did": "call"}, where="test"), shop, as_of=DAY, buckets=0)


def test_nobody_known_yet_is_nobody_counted():
    moment = datetime(2026, 2, 25, tzinfo=UTC)
    rows = {"customer_id": ["1"], "purchased_at": [moment], "known_at": [moment]}
    sources = RuleSources({"purchases": ibis.memtable(pa.table(rows))})
    before = AsOf((moment - timedelta(days=9)).date())

    count = count_members(load_rule({"bought": {}}, where="test"), sources, as_of=before)

    assert (count.customers, count.members, count.share) == (0, 0, None)
