"""A file without a header: names are offered on a terminal, and the command is told elsewhere."""

import json
import os
import random
import re

import pytest
from terminal import run_on_a_terminal

from regulars.cli.naming import rename
from regulars.errors import InvalidParameterError

pytestmark = pytest.mark.slow

ROWS = "".join(f"A{n},{20 + n * 7 % 50},{'left' if n % 3 else 'stays'}\n" for n in range(60))
posix = pytest.mark.skipif(os.name != "posix", reason="other systems have no such terminals")


def read_report(folder):
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("options", [["--no-input"], []])
def test_nobody_is_asked_without_a_terminal_and_the_command_is_told(desk, options):
    bare = desk.write("bare.csv", ROWS)

    refused = desk.run("analyze", bare, *options, "--out", "here", "--seed", "3")
    told = refused.complaint.rpartition(": ")[2].split()
    typed = desk.run(*told[1:])

    assert (refused.code, refused.out) == (2, "")
    assert refused.complaint.startswith(
        "bare.csv has no line with the names of its columns. Name them (better names are welcome):"
        " regulars analyze "
    )
    assert told[told.index("--columns") + 1] == "customer_id,quantity,text"
    assert typed.code == 0
    assert read_report(desk.folder / "here")["data"]["rows_loaded"] == 60


def test_a_file_that_could_not_be_read_leaves_no_second_workspace(desk):
    bare = desk.write("bare.csv", ROWS)

    desk.run("analyze", bare, "--out", "here")
    desk.run("analyze", bare, "--out", "here", "--columns", "customer_id,age,state")

    assert [one.name for one in desk.folder.glob("here/workspace*")] == ["workspace"]


@posix
def test_on_a_terminal_the_columns_are_shown_and_a_person_names_them(desk):
    bare = desk.write("bare.csv", ROWS)

    code, _, shown = run_on_a_terminal(
        "analyze", bare, "--out", "here",
        answers=["9=age", "2=age,3=state", "", "stat", "3=left"], cwd=desk.folder,
    )  # fmt: skip

    report = read_report(desk.folder / "here")
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    assert code == 0
    assert re.search(r"2 +quantity +20, 27, 34, 41", plain)
    assert re.search(r"2 +age +20, 27, 34, 41", plain)
    assert "There is no column '9'. They have the numbers 1 to 3." in plain
    assert "There is no column 'stat'. Did you mean 'state'?" in plain
    assert report["churn"]["outcome"]["positives"] == 40
    assert "--outcome state=left --columns customer_id,age,state" in report["lineage"]["command"]


@posix
def test_who_does_not_want_to_answer_gets_the_command(desk):
    bare = desk.write("bare.csv", ROWS)

    code, out, shown = run_on_a_terminal("analyze", bare, answers=["q"], cwd=desk.folder)

    assert (code, out) == (2, "")
    assert "--columns customer_id,quantity,text" in shown.rpartition("regulars: ")[2]


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ("a,b", "There are 3 columns and 2 names."),
        ("a,b,a", "The name 'a' stands twice."),
        ("1=b,2", "'2' is not of the form NUMBER=NAME."),
        ("0=b", "There is no column '0'. They have the numbers 1 to 3."),
    ],
)
def test_names_that_do_not_fit_are_refused(answer, complaint):
    with pytest.raises(InvalidParameterError) as refused:
        rename(("x", "y", "z"), answer)

    assert refused.value.en == complaint


def test_a_horizon_is_for_a_history(desk):
    flat = desk.write(
        "flat.csv", "customer_id,age\n" + "".join(f"{n},{n % 9}\n" for n in range(40))
    )

    refused = [desk.run("analyze", flat, "--horizon-days", days) for days in ("30", "0")]

    assert [one.code for one in refused] == [2, 2]
    assert (
        "Days and events say who left by a history of subscriptions, purchases or events"
        in refused[0].complaint
    )
    assert "horizon_days must be at least 1; found 0." in refused[1].complaint


def test_the_horizon_of_purchases_is_the_one_asked_for(desk):
    chance = random.Random(1)
    rows = "".join(
        f"{n},2024-{month:02d}-{chance.randint(1, 28):02d},{chance.randint(5, 50)}\n"
        for n in range(150)
        for month in range(1, 13)
        if chance.random() < 0.45
    )
    orders = desk.write("orders.csv", "customer_id,date,amount\n" + rows)

    desk.run("analyze", orders, "--kind", "purchases", "--horizon-days", "45", "--out", "here")

    report = read_report(desk.folder / "here")
    assert "45 days" in report["churn"]["outcome"]["sentence"]["en"]
    assert report["lineage"]["command"].endswith("--horizon-days 45")
