"""The card of a model: everything a reader has to know, and nothing that could be markup."""

import pytest
from kept_manifests import make_check, make_manifest

from regulars.registry.card import CardFacts, render_card, render_card_page
from regulars.registry.gate import GateBounds, check_gate
from regulars.schema.wording import Wording


def _facts(**changed):
    manifest = make_manifest(**changed)
    return CardFacts(
        manifest=manifest,
        manifest_sha256="ef" * 32,
        key="832e60e4",
        made_at="2026-01-10T12:00:00+00:00",
        made_by="anna",
        rows={"clients.csv": 1000},
        calibration=(),
        gate=check_gate(manifest, GateBounds()),
        decisions=(),
        in_use=False,
    )


def test_the_card_says_what_for_of_what_how_good_how_fair_and_how_to_repeat():
    text = render_card(_facts(), language="en")

    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Model card: Logistic regression",
        "## What it is for",
        "## What it was made of",
        "## What it looks at",
        "## How good it is",
        "## How it treats groups of people",
        "### Sex",
        "## The gate, and who decided",
        "## Limits and known risks",
        "## How it can be made again",
    ]
    assert "| clients.csv | 1,000 |" in text
    assert "| Recall at the threshold | 0.8 (0.78–0.82) |" in text
    assert "`regulars reproduce r1`" in text


def test_an_alarm_is_the_first_of_the_risks():
    text = render_card(_facts(alarms=["leak"]), language="ru")

    risks = text.partition("## Пределы и известные риски\n\n")[2]
    assert risks.startswith("- **leak**")


@pytest.mark.parametrize("groups", [(), (make_check(is_seen=False),)])
def test_what_was_not_looked_at_and_what_is_not_seen_is_said(groups):
    text = render_card(_facts(groups=groups), language="en")

    said = "does not look at this column" if groups else "was not looked at, for nothing here"
    assert said in text


def test_a_name_of_the_companys_own_is_no_markup():
    check = make_check(column="x")
    named = Wording(en="<script>alert(1)</script> | *x*", ru="x")
    evil = type(check)(
        **{name: getattr(check, name) for name in check.__slots__} | {"meaning": named}
    )

    page = render_card_page(_facts(groups=(evil,)), language="en")

    assert "<script" not in page
    assert "&lt;script&gt;" in page
