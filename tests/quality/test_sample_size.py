"""Is there enough, and what to do if not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import InvalidParameterError, UnknownNameError
from regulars.quality import advise_sample_size, widen_period


def test_a_small_base_prefers_traditional_methods():
    advice = advise_sample_size(7043, 1869, method="logistic")

    assert (advice.is_enough, advice.prefers_traditional, advice.most_features) == (True, True, 186)
    assert advice.sentences[0].ru == (
        "В базе 7\xa0043 клиента, меньше 10\xa0000, и истории за несколько месяцев нет: лучше "
        "традиционные методы (правила, RFM, k-средние, логистическая регрессия)."
    )
    assert advice.sentences[1].en == (
        "1,869 events of the rarer outcome support up to 186 features (ten events each)."
    )


def test_learning_methods_want_points_and_a_flow():
    advice = advise_sample_size(20_000, 5_000, n_rows=40_000, method="boosting")

    assert not advice.is_enough
    assert [sentence.en for sentence in advice.sentences] == [
        "There are 20,000 customers: enough for traditional methods.",
        "Learning methods want 50,000 data points; there are 40,000.",
        "Learning methods want a constant flow of new data; none is known.",
        "5,000 events of the rarer outcome support up to 500 features (ten events each).",
    ]


def test_enough_points_and_a_flow_are_enough():
    assert advise_sample_size(
        20_000, 5_000, n_rows=60_000, method="boosting", is_growing=True
    ).is_enough


def test_the_rarer_outcome_decides_how_many_features():
    advice = advise_sample_size(1000, 960, method="logistic", n_features=5)

    assert (advice.is_enough, advice.most_features) == (False, 4)
    assert advice.sentences[1].ru == (
        "Более редкий исход встречается 40 раз: по правилу «десять событий на признак» этого "
        "хватит на 4 признака, а взято 5: отберите признаки или включите регуляризацию."
    )


def test_a_period_of_weeks_is_too_short():
    advice = advise_sample_size(20_000, method="clustering", months=1)

    assert not advice.is_enough
    assert advice.sentences[-1].en.startswith("The data covers less than 3 months")


@pytest.mark.parametrize("counts", [(-1, 0), (10, -1), (10, 11)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(InvalidParameterError):
        advise_sample_size(*counts)


def test_an_unknown_method_is_answered():
    with pytest.raises(UnknownNameError, match="Did you mean 'boosting'"):
        advise_sample_size(10, method="bosting")


HISTORY = [("2025-12", 300), ("2026-01", 500), ("2025-11", 400)]


def test_a_period_that_holds_enough_stays():
    period = widen_period(HISTORY, months=1, needed=500)

    assert (period.months, period.count, period.was_widened) == (1, 500, False)
    assert period.sentence.en == "The period of 1 month: 500, and 500 are needed."
    assert period.sentence.ru == "Период в 1 месяц: 500 при нужных 500."


def test_a_period_that_is_too_small_is_widened():
    period = widen_period(HISTORY, months=1, needed=700)

    assert (period.months, period.count, period.was_widened) == (2, 800, True)
    assert period.sentence.ru == "Период расширен, теперь это 2 месяца: 800 при нужных 700."


def test_all_there_is_may_not_be_enough():
    period = widen_period(HISTORY, months=1, needed=5000)

    assert (period.months, period.is_enough) == (3, False)
    assert period.sentence.en == "Even 3 months, all there are, hold 1,200 of the 5,000 needed."


@given(
    st.lists(st.integers(0, 100), min_size=1, max_size=12), st.integers(1, 6), st.integers(0, 500)
)
def test_the_widened_period_is_the_shortest_that_is_enough(counts, months, needed):
    history = [(f"2025-{place + 1:02}", count) for place, count in enumerate(counts)]

    period = widen_period(history, months=months, needed=needed)

    shorter = sum(counts[::-1][: period.months - 1])
    assert period.is_enough == (period.count >= needed)
    assert not period.was_widened or shorter < needed


def test_a_method_that_is_regularized_may_have_many_features():
    plain = advise_sample_size(20_000, 600, n_features=80)
    held = advise_sample_size(20_000, 600, n_features=80, is_regularized=True)

    assert not plain.is_enough
    assert plain.sentences[-1].en.endswith("80 are too many: select or regularize.")
    assert held.is_enough
    assert held.sentences[-1].ru == (
        "Более редкий исход встречается 600 раз: по правилу «десять событий на признак» этого хватит "
        "на 60 признаков, а взято 80, поэтому модели с регуляризацией: она сдерживает признаки, "
        "которые мало что говорят."
    )
