"""The quality of a model by how long customers have been there, and by other groups."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from regulars.predictions.comparing.groupings import Grouping, cut_tenure, measure_grouping
from regulars.schema.wording import Wording

TITLE = Wording(en="Group", ru="Группа")


@given(st.lists(st.floats(0, 20_000), min_size=1, max_size=60))
def test_there_are_at_most_five_spans_and_everybody_is_in_one(days):
    names, codes = cut_tenure(np.array(days))

    assert 1 <= len(names) <= 5
    assert set(codes.tolist()) == set(range(len(names)))
    assert (np.diff(codes[np.argsort(days, kind="stable")]) >= 0).all()


def test_spans_are_told_in_months_and_years():
    names, codes = cut_tenure(np.repeat([10.0, 60.0, 200.0, 500.0, 4_000.0], 20))

    assert [name.en for name in names] == [
        "less than 1 month",
        "1–6 months",
        "6 months to 1 year",
        "1–10 years",
        "10 years and more",
    ]
    assert [name.ru for name in names] == [
        "до 1 месяца",
        "1–6 месяцев",
        "от 6 месяцев до 1 года",
        "1–10 лет",
        "от 10 лет",
    ]
    assert np.bincount(codes).tolist() == [20] * 5


def test_a_small_group_tells_nothing_of_the_ranking():
    generator = np.random.default_rng(1)
    labels = np.tile([1.0, 0.0], 50)
    said = np.clip(0.3 * labels + generator.uniform(0.1, 0.6, 100), 0, 1)
    codes = np.where(np.arange(100) < 12, 0, 1)
    names = (Wording(en="few", ru="мало"), Wording(en="many", ru="много"))

    found = measure_grouping(
        Grouping("column", TITLE, names, codes), labels, said, np.arange(100), random_state=0
    )

    few, many = found.groups
    assert (few.customers, few.positives, few.is_told) == (12, 6, False)
    assert (many.customers, many.is_told) == (88, True)
    assert many.roc_auc.low > 0.6
    assert few.came.mean == 0.5


def test_a_single_group_is_no_grouping():
    labels = np.tile([1.0, 0.0], 20)
    one = Grouping("column", TITLE, (TITLE,), np.zeros(40, np.int64))

    assert measure_grouping(one, labels, labels, np.arange(40), random_state=0) is None
