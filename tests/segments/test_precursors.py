"""Sequences before leaving: planted ones are found, in their order, and counted as by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import Cancelled, InvalidParameterError, QualityError
from regulars.progress import Silent
from regulars.schema.wording import Wording
from regulars.segments.precursors import Steps, find_precursors


def put(histories, left, customer=None):
    """Steps from one list of (moment, kind) for each case."""
    kinds = sorted({kind for history in histories for _, kind in history})
    rows = [
        (case, at, kinds.index(kind))
        for case, history in enumerate(histories)
        for at, kind in history
    ]
    case, at, kind = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    names = tuple(Wording(en=one, ru=one) for one in kinds)
    owner = np.arange(len(histories)) if customer is None else np.array(customer)
    return Steps(case, at, kind, names, owner, np.array(left, dtype=bool))


def plant(count=2000, seed=0):
    """Customers who complain and then look at the page of cancelling leave more often."""
    chance = np.random.default_rng(seed)
    histories, left = [], []
    for _ in range(count):
        history = [(int(at), "visit") for at in chance.integers(0, 100, chance.integers(0, 4))]
        roll = chance.random()
        if roll < 0.1:
            history += [(20, "complaint"), (60, "cancel page")]
        elif roll < 0.2:
            history += [(20, "cancel page"), (60, "complaint")]
        histories.append(history)
        left.append(chance.random() < (0.7 if roll < 0.1 else 0.1))
    return histories, left


def test_a_planted_sequence_is_found_in_its_order():
    found = find_precursors(put(*plant()))

    first = found.top[0]
    assert first.sentence.en == "complaint → cancel page"
    assert first.confidence == pytest.approx(0.7, abs=0.05)
    assert first.low > 3
    assert "cancel page → complaint" not in [one.sentence.en for one in found.top]


def test_what_is_said_is_counted():
    histories = [[(1, "a"), (2, "b")]] * 20 + [[(1, "b")]] * 80
    left = [True] * 15 + [False] * 5 + [True] * 5 + [False] * 75

    found = find_precursors(put(histories, left), longest=1)

    one = found.top[0]
    assert (one.sentence.en, one.cases, one.customers, one.left) == ("a", 20, 20, 15)
    assert (one.support, one.confidence, one.lift) == (0.75, 0.75, pytest.approx(3.75))
    assert one.low < one.lift < one.high
    assert (found.cases, found.left, found.tested, found.found) == (100, 20, 2, 1)


def test_what_happens_at_one_moment_is_not_one_after_the_other():
    histories = [[(5, "a"), (5, "b")]] * 20 + [[]] * 80
    left = [True] * 20 + [False] * 80

    found = find_precursors(put(histories, left))

    assert {one.sentence.en for one in found.top} == {"a", "b"}


def test_a_longer_sequence_that_adds_nothing_is_left_out():
    histories = [[(1, "visit"), (2, "complaint")]] * 50 + [[(1, "visit")]] * 150
    left = [True] * 40 + [False] * 160

    found = find_precursors(put(histories, left))

    assert [one.sentence.en for one in found.top] == ["complaint"]
    assert found.tested == 3


def test_chance_is_no_precursor():
    chance = np.random.default_rng(3)
    histories = [
        [(int(at), str(chance.choice(list("abcdef")))) for at in chance.integers(0, 99, 5)]
        for _ in range(3000)
    ]
    left = chance.random(3000) < 0.2

    found = find_precursors(put(histories, left))

    assert found.tested > 30
    assert found.found == 0


def test_a_customer_who_counts_at_many_dates_is_one_customer():
    histories = [[(1, "a")]] * 120 + [[]] * 880
    left = [True] * 40 + [False] * 80 + [True] * 60 + [False] * 820
    many = find_precursors(put(histories, left))
    few = find_precursors(
        put(histories, left, customer=[*(n % 12 for n in range(120)), *range(880)])
    )

    assert (many.top[0].customers, many.top[0].lift) == (120, pytest.approx(10 / 3))
    assert (few.top[0].customers, few.top[0].lift) == (12, pytest.approx(10 / 3))
    assert few.top[0].low < many.top[0].low


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 6), st.sampled_from("abc")), max_size=5),
        min_size=30,
        max_size=60,
    ),
    st.randoms(use_true_random=False),
)
def test_the_cases_of_a_sequence_are_those_that_have_it(histories, chance):
    left = [True] * 10 + [False] * 5 + [chance.random() < 0.5 for _ in histories[15:]]

    found = find_precursors(put(histories, left), support=1e-9, top=1000)

    counted = {
        one.sentence.en: sum(has(history, [step.en for step in one.steps]) for history in histories)
        for one in found.top
    }
    assert {one.sentence.en: one.cases for one in found.top} == counted


def has(history, steps, after=-1):
    """Whether the steps stand in a history one after another, by trying every way."""
    if not steps:
        return True
    return any(
        kind == steps[0] and at > after and has(history, steps[1:], at) for at, kind in history
    )


def test_too_few_who_left_are_refused():
    with pytest.raises(QualityError, match="Of 30 cases 9 left"):
        find_precursors(put([[(1, "a")]] * 30, [True] * 9 + [False] * 21))


def test_a_support_in_percent_is_refused():
    with pytest.raises(InvalidParameterError, match="--support 2 is no share"):
        find_precursors(put([[(1, "a")]], [True]), support=2)


def test_a_sequence_of_four_steps_is_refused():
    with pytest.raises(InvalidParameterError, match="sequences have 1 to 3 steps"):
        find_precursors(put([[(1, "a")]], [True]), longest=4)


def test_a_search_stops_on_request():
    progress = Silent()
    progress.cancel()

    with pytest.raises(Cancelled):
        find_precursors(put(*plant(200)), progress=progress)
