"""Rows in = inserted + updated + unchanged + quarantined, or an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.errors import QualityError
from regulars.quality import Reconciliation

counts = st.integers(min_value=0, max_value=10**9)


@given(counts, counts, counts, counts)
def test_the_sum_is_accepted(inserted, updated, unchanged, quarantined):
    total = inserted + updated + unchanged + quarantined

    sums = Reconciliation(total, inserted, updated, unchanged, quarantined)

    assert sums.loaded + sums.quarantined == sums.rows_in


@given(counts, counts, counts, counts, st.integers().filter(bool))
def test_any_other_sum_is_refused(inserted, updated, unchanged, quarantined, difference):
    total = inserted + updated + unchanged + quarantined + difference

    with pytest.raises(QualityError, match="does not add up"):
        Reconciliation(total, inserted, updated, unchanged, quarantined)


def test_a_count_below_zero_is_refused_even_when_the_sum_holds():
    with pytest.raises(QualityError, match="updated is -1"):
        Reconciliation(0, inserted=1, updated=-1, unchanged=0, quarantined=0)


def test_the_sum_is_said_in_both_languages():
    sums = Reconciliation(541_909, inserted=541_900, updated=0, unchanged=0, quarantined=9)

    assert sums.sentence.en == (
        "541,909 rows = 541,900 inserted + 0 updated + 0 unchanged + 9 quarantined."
    )
    assert sums.sentence.ru == (
        "541\xa0909 строк = добавлено 541\xa0900 + обновлено 0 + без изменений 0 + в карантине 9."
    )


def test_the_second_load_of_a_file_is_unchanged():
    assert Reconciliation(3, inserted=0, updated=0, unchanged=3, quarantined=0).is_unchanged
    assert not Reconciliation(3, inserted=1, updated=0, unchanged=2, quarantined=0).is_unchanged
