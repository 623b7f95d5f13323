"""Rules of baskets: counted against every set that there is, and against published counts."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import Cancelled, InvalidParameterError, QualityError
from regulars.progress import Silent
from regulars.segments.baskets import Baskets, find_basket_rules


def put(bought):
    names = tuple(sorted({one for basket in bought for one in basket}))
    pairs = [(n, names.index(one)) for n, basket in enumerate(bought) for one in basket]
    basket, product = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Baskets(basket, product, names, len(bought))


def list_by_hand(bought, support, confidence):
    """Every rule, by looking at every set of products."""
    names = sorted({one for basket in bought for one in basket})
    sets = {
        chosen: sum(set(chosen) <= set(basket) for basket in bought)
        for size in range(1, len(names) + 1)
        for chosen in combinations(names, size)
    }
    return {
        (tuple(one for one in chosen if one != then), then): count
        for chosen, count in sets.items()
        for then in chosen
        if len(chosen) > 1
        and count
        and count / len(bought) >= support
        and count >= confidence * sets[tuple(one for one in chosen if one != then)]
    }


@given(
    st.lists(st.lists(st.sampled_from("abcdef"), max_size=6), min_size=1, max_size=90),
    st.sampled_from([0.02, 0.1, 0.25, 0.5, 1.0]),
    st.sampled_from([0.05, 0.25, 0.5, 1.0]),
)
def test_all_rules_are_found_and_nothing_else(bought, support, confidence):
    found = find_basket_rules(put(bought), support=support, confidence=confidence, top=10_000)

    wanted = list_by_hand(bought, support, confidence)
    assert {(one.products, one.then): one.baskets for one in found.top} == wanted
    assert found.rules == len(wanted)


def test_a_rule_says_its_support_confidence_and_lift():
    bought = [("herbs", "roots"), ("herbs", "roots", "milk"), ("herbs",), ("milk",), ("roots",), ()]

    found = find_basket_rules(put(bought), support=0.3, confidence=0.6)

    first = found.top[0]
    assert (first.products, first.then, first.baskets) == (("herbs",), "roots", 2)
    assert first.support == 2 / 6
    assert first.confidence == pytest.approx(2 / 3)
    assert first.lift == pytest.approx((2 / 3) / (3 / 6))
    assert (found.rules, found.baskets, found.products) == (2, 6, 3)


def test_a_product_that_stands_twice_in_a_basket_counts_once():
    bought = [("tea", "tea", "sugar"), ("tea",)]

    found = find_basket_rules(put(bought), support=0.5, confidence=0.5)

    assert [(one.products, one.then, one.baskets) for one in found.top] == [
        (("sugar",), "tea", 1),
        (("tea",), "sugar", 1),
    ]


def test_by_default_a_rule_stands_on_five_baskets_at_least():
    bought = [("tea", "sugar")] * 4 + [("jam", "bread")] * 5 + [("milk",)] * 3

    found = find_basket_rules(put(bought))

    assert found.support == 5 / 12
    assert {one.products for one in found.top} == {("bread",), ("jam",)}


def test_only_the_asked_number_of_rules_is_returned_and_all_are_counted():
    found = find_basket_rules(put([("a", "b", "c")] * 5), top=2)

    assert (found.rules, len(found.top), found.sets) == (9, 2, 7)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.5, float("nan")])
def test_a_support_that_is_no_share_is_refused(share):
    with pytest.raises(InvalidParameterError, match="is no share: say a number above 0"):
        find_basket_rules(put([("a", "b")]), support=share)


def test_a_confidence_that_is_no_share_is_refused():
    with pytest.raises(InvalidParameterError, match="--confidence 30 is no share"):
        find_basket_rules(put([("a", "b")]), confidence=30)


def test_no_baskets_are_refused_in_words():
    with pytest.raises(QualityError, match="There are no baskets"):
        find_basket_rules(put([]))


def test_baskets_of_one_product_have_no_pairs():
    found = find_basket_rules(put([("a",), ("b",)] * 5))

    assert (found.rules, found.sets, found.has_pairs) == (0, 2, False)


@pytest.mark.slow
def test_more_sets_than_can_be_held_are_refused_with_a_higher_support():
    alike = [tuple(f"p{n:02}" for n in range(30))] * 5

    with pytest.raises(QualityError, match=r"Ask for a higher support: --support 0\.4"):
        find_basket_rules(put(alike), support=0.2)


def test_a_search_stops_on_request():
    progress = Silent()
    progress.cancel()

    with pytest.raises(Cancelled):
        find_basket_rules(put([("a", "b")]), progress=progress)


@pytest.mark.data
@pytest.mark.parametrize(
    ("support", "confidence", "rules", "lift"),
    [(0.001, 0.6, 2_918, 18.995654), (0.006, 0.25, 463, 3.956477)],
)
def test_groceries_have_as_many_rules_as_are_published(dataset, support, confidence, rules, lift):
    lines = dataset("groceries/groceries.csv").read_text(encoding="utf-8").splitlines()
    bought = [[one.strip() for one in line.split(",") if one.strip()] for line in lines]

    found = find_basket_rules(put(bought), support=support, confidence=confidence)

    assert (found.baskets, found.products, found.rules) == (9_835, 169, rules)
    assert found.top[0].lift == pytest.approx(lift, abs=1e-6)
