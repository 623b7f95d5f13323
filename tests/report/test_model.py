import math
from datetime import date

import pytest
from pydantic import ValidationError

from regulars.report.model import REPORT_VERSION, Report
from regulars.report.parts import (
    ContactListPart,
    DataPart,
    FindingPart,
    LineagePart,
    MethodPart,
    ValueCount,
)
from regulars.schema.wording import Wording


def _data(**changes):
    counts = {
        "rows_in": 10,
        "rows_loaded": 9,
        "rows_inserted": 6,
        "rows_updated": 2,
        "rows_unchanged": 1,
        "rows_quarantined": 1,
    }
    return DataPart(**{**counts, **changes})


def _report(**changes):
    parts = {
        "title": "customers.csv",
        "data": _data(),
        "lineage": LineagePart(data={"customers.csv": "ab"}, code="0.1.0", seed=7),
    }
    return Report(**{**parts, **changes})


def test_the_version_is_written():
    assert '"version": "1.6"' in _report().to_json()
    assert REPORT_VERSION == "1.6"


def test_a_report_comes_back_from_its_json():
    report = _report(contact_list=ContactListPart(requested=5, kept=3, excluded={"no_phone": 2}))

    assert Report.from_json(report.to_json()) == report


def test_the_same_report_gives_the_same_bytes_whatever_the_order_of_its_keys():
    one = _report(stages={"load": 1.0, "segment": 2.0})
    two = _report(stages={"segment": 2.0, "load": 1.0})

    assert one.to_json() == two.to_json()


def test_rows_that_do_not_add_up_are_refused():
    with pytest.raises(ValidationError, match="rows do not add up: 11 in, 9 loaded"):
        _report(data=_data(rows_in=11))


def test_a_contact_list_that_does_not_add_up_is_refused():
    with pytest.raises(ValidationError, match="the contact list does not add up: 5 requested"):
        _report(contact_list=ContactListPart(requested=5, kept=3, excluded={"no_phone": 1}))


def test_a_figure_that_does_not_exist_is_null():
    method = MethodPart(name="k-means", k=2, silhouette=math.nan, stability=math.inf, sizes=(1, 2))

    assert method.model_dump(mode="json")["silhouette"] is None
    assert method.stability is None


def test_a_required_figure_must_be_finite():
    with pytest.raises(ValidationError, match="finite number"):
        _report(stages={"load": math.nan})


def test_an_unknown_key_is_refused():
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        _report(colour="red")


def test_a_value_that_json_cannot_hold_becomes_text():
    finding = FindingPart(
        check="infinite",
        table="profiles",
        severity="error",
        count=1,
        sentence=Wording(en="Infinite", ru="Бесконечность"),
        examples=({"income": math.inf, "on": date(2026, 1, 5), "age": 3, "is_vip": True},),
    )

    assert finding.examples == ({"income": "inf", "on": "2026-01-05", "age": 3, "is_vip": True},)
    assert ValueCount(value=math.nan, count=1, share=1.0).value == "nan"
