"""Rules about customers, drawn at random: what the grammar allows, over few names so that they meet."""

from datetime import date, timedelta

from hypothesis import strategies as st

__all__ = ["AS_OF_DAY", "CATEGORIES", "EVENT_NAMES", "RULES", "rules_over"]

AS_OF_DAY = date(2026, 3, 1)
EVENT_NAMES = ("call", "visit")
CATEGORIES = ("bread", "milk")
OPS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
DAYS = st.integers(0, 70).map(lambda days: AS_OF_DAY - timedelta(days=days))
PERIODS = st.one_of(
    st.just({}),
    st.integers(1, 60).map(lambda days: {"within_days": days}),
    st.tuples(DAYS, DAYS).map(lambda pair: {"between": [min(pair), max(pair)]}),
)
LIMITS = st.one_of(
    st.just({}),
    st.integers(1, 3).map(lambda count: {"at_least": count}),
    st.integers(0, 3).map(lambda count: {"at_most": count}),
    st.tuples(st.integers(0, 3), st.integers(0, 3)).map(
        lambda pair: {"at_least": min(pair), "at_most": max(pair)}
    ),
)
LONG = st.sampled_from(
    [
        {},
        {"where": {"column": "duration_seconds", "op": ">", "value": 60}},
        {"where": {"not": {"column": "duration_seconds", "op": "<=", "value": 90}}},
    ]
)


def _merge(*parts):
    return st.tuples(*parts).map(lambda found: {key: one[key] for one in found for key in one})


DID = _merge(st.sampled_from([{"did": name} for name in EVENT_NAMES]), LONG, PERIODS)
HAD = _merge(st.just({"had": "events"}), LONG, PERIODS)
BOUGHT = _merge(
    st.sampled_from([{"bought": {}}, *({"bought": {"category": name}} for name in CATEGORIES)]),
    PERIODS,
)
BEHAVIORS = st.one_of(DID, HAD, BOUGHT)
OCCASIONS = st.one_of(
    _merge(
        st.sampled_from(["first", "last"]).flatmap(
            lambda which: BEHAVIORS.map(lambda behavior: {which: behavior})
        ),
        OPS.map(lambda op: {"op": op}),
        st.one_of(
            st.integers(0, 70).map(lambda days: {"days_ago": days}),
            DAYS.map(lambda day: {"on": day}),
        ),
    )
)
SPENT = _merge(
    st.tuples(OPS, st.integers(0, 60)).map(lambda pair: {"spent": pair[0], "value": pair[1]}),
    PERIODS,
)
SEQUENCES = _merge(
    st.lists(BEHAVIORS, min_size=2, max_size=3).map(lambda steps: {"sequence": steps}),
    st.one_of(st.just({}), st.integers(1, 30).map(lambda days: {"within_days": days})),
)
MEMBERS = st.sampled_from([{"segment": "vip"}])
SCORES = st.tuples(OPS, st.sampled_from([0, 0.25, 0.5, 1])).map(
    lambda pair: {"score": "churn", "op": pair[0], "value": pair[1]}
)
COLUMNS = st.one_of(
    st.tuples(OPS, st.integers(15, 60)).map(
        lambda pair: {"column": "age", "op": pair[0], "value": pair[1]}
    ),
    st.sampled_from([{"column": "city", "in": ["Самара", "Уфа"]}]),
    st.booleans().map(lambda value: {"column": "city", "is_missing": value}),
    st.tuples(OPS, st.integers(0, 3)).map(
        lambda pair: {"column": "purchases_30d", "op": pair[0], "value": pair[1]}
    ),
    st.tuples(OPS, st.integers(0, 40)).map(
        lambda pair: {"column": "recency_days", "op": pair[0], "value": pair[1]}
    ),
)


def rules_over(leaves):
    """Trees of `all`, `any` and `not` over the leaves."""
    return st.recursive(
        leaves,
        lambda parts: st.one_of(
            parts.map(lambda part: {"not": part}),
            st.lists(parts, min_size=1, max_size=3).map(lambda several: {"all": several}),
            st.lists(parts, min_size=1, max_size=3).map(lambda several: {"any": several}),
        ),
        max_leaves=6,
    )


RULES = rules_over(
    st.one_of(_merge(BEHAVIORS, LIMITS), OCCASIONS, SPENT, SEQUENCES, MEMBERS, SCORES, COLUMNS)
)
