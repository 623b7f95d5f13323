"""`regulars predict uplift`: straight on a file."""

import json

import numpy as np
import pytest

from regulars.cli.app import run

pytestmark = pytest.mark.slow

LETTER = ("--treatment", "group=letter", "--control", "group=none")


@pytest.fixture
def mailing(tmp_path, monkeypatch):
    """A letter that works for those who bought lately; whoever reads a lot comes anyway."""
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(8)
    lines = ["id,group,recent,reads,called,came,spent,age"]
    for number in range(3000):
        group = ["letter", "call", "none"][number % 3]
        recent, reads = generator.integers(0, 2), generator.integers(0, 10)
        chance = 0.1 + 0.02 * reads + 0.35 * (group == "letter") * recent
        came = int(generator.random() < chance)
        spent = round(float(generator.random() * 50), 2) if came else 0
        called = int(group == "letter" and generator.random() < 0.6)
        age = generator.integers(18, 80)
        lines.append(f"c{number},{group},{recent},{reads},{called},{came},{spent},{age}")
    (tmp_path / "mailing.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def ask(capsys, *options):
    code = run(["predict", "uplift", *options])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_file_gives_one_object_of_json(mailing, capsys):
    code, out, _ = ask(capsys, "mailing.csv", *LETTER, "--outcome", "came", "--format", "json")

    found = json.loads(out)
    assert code == 0
    assert list(found) == [
        "effect",
        "difference",
        "treatment",
        "control",
        "in_neither",
        "is_random",
        "imbalances",
        "learners",
        "recommended",
        "why",
        "deciles",
        "dropped",
    ]
    assert found["effect"]["low"] < 0.175 < found["effect"]["high"]
    assert (found["treatment"]["customers"], found["in_neither"]) == (1000, 1000)
    assert [one["name"] for one in found["learners"]] == [
        "random",
        "response",
        "s",
        "t",
        "x",
        "dr",
        "transformed",
    ]
    assert list(found["learners"][0]) == ["name", "qini", "beyond_response"]
    assert found["recommended"] not in {"random", "response"}
    assert [one["column"] for one in found["dropped"]] == ["spent", "called"]
    assert len(found["deciles"]) == 10


def test_it_is_said_in_words_and_in_russian(mailing, capsys):
    _, english, _ = ask(capsys, "mailing.csv", *LETTER, "--outcome", "came")
    _, russian, _ = ask(capsys, "mailing.csv", *LETTER, "--outcome", "came", "--lang", "ru")

    assert "1,000 customers in neither group were left out." in english
    assert "The two groups were alike before, as chance makes them" in english
    assert "so it was written down after the groups were made." in english
    assert "До обращения группы были одинаковы, как при случайном делении" in russian
    assert "Вне обеих групп и не учтены: 1\xa0000 клиентов." in russian


def test_the_effects_on_single_customers_are_written_to_a_file(mailing, capsys):
    options = ("--outcome", "came", "--out", "effects.csv")
    code, out, _ = ask(capsys, "mailing.csv", *LETTER, *options)

    lines = (mailing / "effects.csv").read_text(encoding="utf-8-sig").splitlines()
    assert code == 0
    assert out.splitlines()[-1] == "effects.csv"
    assert (lines[0], len(lines)) == ("customer_id,is_treated,outcome,effect", 2001)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["group=leter", "group=none", "came"], "that is 'leter'. Did you mean 'letter'?"),
        (["group=letter", "group=letter", "came"], "Treatment and control are the same"),
        (["group", "group=none", "came"], "--treatment 'group' is not of the form COLUMN=VALUE"),
        (["groups=letter", "group=none", "came"], "no column 'groups'. Did you mean 'group'?"),
        (["group=letter", "recent=1", "came"], "customers are both treated and controls"),
        (["group=letter", "group=none", "group=call"], "is the outcome and also tells who"),
        (["group=letter", "group=none", "spent"], "The outcome 'spent' is an amount"),
        (["group=letter", "group=none", "came=2"], "'came' has no value '2'"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(mailing, capsys, options, message):
    treatment, control, outcome = options
    groups = ("--treatment", treatment, "--control", control)

    code, out, err = ask(capsys, "mailing.csv", *groups, "--outcome", outcome)

    assert code in (1, 2)
    assert out == ""
    assert message in err


@pytest.mark.parametrize(
    ("came", "message"),
    [(0, "is '0' for all 400 customers"), (5, "5 customers and not for 395; at least 20")],
)
def test_too_few_outcomes_are_refused(tmp_path, monkeypatch, capsys, came, message):
    monkeypatch.chdir(tmp_path)
    rows = [f"c{n},{'letter' if n % 2 else 'none'},{int(n < came)},{n % 7}" for n in range(400)]
    (tmp_path / "few.csv").write_text("id,group,came,age\n" + "\n".join(rows), encoding="utf-8")

    code, _, err = ask(capsys, "few.csv", *LETTER, "--outcome", "came")

    assert code == 1
    assert message in err


@pytest.mark.data
def test_the_womens_letter_is_told_by_every_learner_better_than_by_the_response_model(
    dataset, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    path = str(dataset("hillstrom/hillstrom_email_data.csv"))
    groups = ("--treatment", "segment=Womens E-Mail", "--control", "segment=No E-Mail")

    _, out, _ = ask(capsys, path, *groups, "--outcome", "visit", "--format", "json")

    found = json.loads(out)
    figures = {one["name"]: one for one in found["learners"]}
    assert found["effect"]["mean"] == pytest.approx(0.0452, abs=5e-5)
    assert found["is_random"]
    assert {one["column"] for one in found["dropped"]} == {"conversion", "spend"}
    assert figures[found["recommended"]]["qini"]["mean"] >= 0.05
    learners = [figures[name] for name in ("s", "t", "x", "dr", "transformed")]
    assert min(one["qini"]["mean"] for one in learners) >= 0.05
    assert min(one["beyond_response"]["low"] for one in learners) > 0


@pytest.mark.data
def test_for_the_mens_letter_no_learner_beats_the_response_model(
    dataset, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    path = str(dataset("hillstrom/hillstrom_email_data.csv"))
    groups = ("--treatment", "segment=Mens E-Mail", "--control", "segment=No E-Mail")

    _, out, _ = ask(capsys, path, *groups, "--outcome", "visit", "--format", "json")

    found = json.loads(out)
    assert found["effect"]["mean"] == pytest.approx(0.0766, abs=5e-5)
    assert found["recommended"] == "response"
    assert found["why"].startswith("No learner beats the response model")
    assert not any(one["beyond_response"]["low"] > 0 for one in found["learners"])


@pytest.mark.data
def test_a_visit_is_no_feature_of_a_purchase_that_needs_it(dataset, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path = str(dataset("hillstrom/hillstrom_email_data.csv"))
    groups = ("--treatment", "segment=Womens E-Mail", "--control", "segment=No E-Mail")

    _, out, _ = ask(capsys, path, *groups, "--outcome", "conversion", "--format", "json")

    assert {one["column"] for one in json.loads(out)["dropped"]} == {"visit", "spend"}
