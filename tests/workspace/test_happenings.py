"""What is foretold instead of leaving, on the command line."""

import json

import pytest

pytestmark = pytest.mark.slow


def analyze(desk, *options):
    ran = desk.run("analyze", "-w", desk.workspace, "--out", "out", *options)
    file = desk.folder / "out/report.json"
    return ran, json.loads(file.read_text("utf-8")) if file.is_file() else None


@pytest.fixture
def contacted(desk):
    """Customers who call the more often the more they called before."""
    rows = ["interaction_id,customer_id,occurred_at,direction,outcome"]
    for number in range(240):
        every = 6 + number % 40
        for turn, day in enumerate(range(number % every, 360, every)):
            month, rest = 1 + day // 30, 1 + day % 28
            way = "out" if turn % 3 == 2 else "in"
            end = ("accepted" if number % 2 else "declined") if way == "out" else "settled"
            rows.append(f"{number}-{turn},{number},2025-{month:02}-{rest:02} 10:00:00,{way},{end}")
    desk.load_text("\n".join(rows), name="contacts.csv")
    return desk


def test_a_contact_with_support_is_foretold_and_called_so(contacted):
    ran, report = analyze(contacted, "--happens", "support-contact")

    assert ran.code == 0
    assert report["churn"]["outcome"]["is_churn"] is False
    assert "contact with support within 30 days" in report["churn"]["outcome"]["sentence"]["en"]
    assert report["churn"]["quality"]["roc_auc"] > 0.6


def test_an_answer_to_a_contact_is_foretold(contacted):
    ran, report = analyze(contacted, "--happens", "answer", "--answers", "accepted")

    assert ran.code == 0
    assert "ends with “accepted”" in report["churn"]["outcome"]["sentence"]["en"]


def test_an_outcome_that_no_contact_has_is_told_with_the_nearest(contacted):
    ran, _ = analyze(contacted, "--happens", "answer", "--answers", "acepted")

    assert ran.code == 2
    assert "outcome of a contact 'acepted'" in ran.complaint
    assert "accepted" in ran.complaint


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--happens", "answer"], "--happens answer needs --answers"),
        (["--happens", "event", "--event-names", "x"], "--happens event looks at events"),
        (["--happens", "support-contact", "--quiet-days", "3"], "--quiet-days goes with"),
        (
            ["--happens", "event", "--leaving", "no-event"],
            "--leaving no-event and --happens event both say",
        ),
    ],
)
def test_what_does_not_fit_is_refused(contacted, options, complaint):
    ran, _ = analyze(contacted, *options)

    assert ran.code == 2
    assert complaint in ran.complaint


def test_reproduce_foretells_the_same(contacted):
    analyze(contacted, "--happens", "answer", "--answers", "accepted")

    ran = contacted.run("reproduce", "-w", contacted.workspace)

    assert ran.code == 0
