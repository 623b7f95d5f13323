"""The verbs `features` and `spaces`: what they print, and with which code they leave."""

import json

import pytest

from regulars.cli.app import run
from regulars.workspace import Workspace

OWN = """
name = "big_orders"
table = "purchases"
aggregate = "count"
where = { column = "amount", op = ">=", value = 100 }
windows = [30]
meaning = { en = "big orders", ru = "крупных заказов" }
"""


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A workspace, which is the current folder too."""
    workspace = Workspace.create(tmp_path / "shop")
    monkeypatch.chdir(workspace.folder)
    return workspace


def test_the_library_is_listed_without_a_workspace(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    code = run(["features", "list", "--table", "purchases", "--lang", "ru"])

    assert code == 0
    assert "покупок за последние 90 дней" in capsys.readouterr().out


def test_a_feature_of_the_workspace_is_listed_and_shown(shop, capsys):
    folder = shop.folder / "definitions" / "feature"
    folder.mkdir(parents=True)
    (folder / "big.toml").write_text(OWN, encoding="utf-8")

    listed = run(["features", "--table", "purchases"])
    lines = capsys.readouterr().out
    shown = run(["features", "show", "big_orders_30d"])

    assert (listed, shown) == (0, 0)
    assert "big orders in the last 30 days" in lines
    assert json.loads(capsys.readouterr().out)["aggregate"] == "count"


def test_a_slip_in_a_definition_is_told_in_one_line_with_its_place(shop, capsys):
    folder = shop.folder / "definitions" / "feature"
    folder.mkdir(parents=True)
    (folder / "big.toml").write_text(OWN.replace("windows", "window"), encoding="utf-8")

    code = run(["features"])

    assert code == 1
    said = capsys.readouterr().err
    assert "definitions/feature/big.toml, line 6, feature 'big_orders': 'window' is not" in said
    assert "Did you mean 'windows'?" in said


def test_an_unknown_feature_is_wrong_usage(shop, capsys):
    assert run(["features", "show", "recency"]) == 2
    assert "no feature 'recency'" in capsys.readouterr().err


def test_a_space_goes_through_its_life(shop, capsys):
    made = run(["spaces", "create", "loyal", "--features", "recency_days,spend_90d"])
    again = run(["spaces", "create", "loyal", "--features", "recency_days", "--replace"])
    capsys.readouterr()
    run(["spaces", "list", "--format", "json"])
    (space,) = json.loads(capsys.readouterr().out)["spaces"]
    run(["spaces", "compare", f"loyal@{space['versions'][0]}", "loyal"])
    compared = capsys.readouterr().out
    gone = run(["spaces", "delete", "loyal"])

    assert (made, again, gone) == (0, 0, 0)
    assert space["name"] == "loyal"
    assert compared == "- spend_90d\n"
    assert shop.spaces.list() == ()


def test_a_space_is_created_with_filters_of_rows_and_of_customers(shop, tmp_path, capsys):
    file = tmp_path / "large.json"
    file.write_text('{"column": "amount", "op": ">", "value": 100}', encoding="utf-8")
    words = ["--features", "recency_days,frequency", "--period-days", "90"]
    often = '{"column": "frequency", "op": ">=", "value": 2}'

    code = run(
        ["spaces", "create", "large", *words, "--filter", f"purchases={file}", "--customers", often]
    )

    assert code == 0
    assert capsys.readouterr().out.splitlines()[1:4] == [
        "Period: 90 days",
        "purchases: amount is over 100",
        "Customers: frequency is at least 2",
    ]
    space = shop.spaces.get("large")
    assert space.filters["purchases"].value == 100
    assert space.customers.value == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--filter", "purchases"], "is not of the form TABLE=CONDITION"),
        (["--filter", "purchase={}"], "Did you mean 'purchases'?"),
        (["--customers", "nowhere.json"], "'nowhere.json' cannot be read"),
        (["--customers", '{"bought": {}}'], "asks about a customer"),
    ],
)
def test_a_slip_in_a_filter_of_a_space_is_told(shop, capsys, words, said):
    code = run(["spaces", "create", "large", *words])

    assert code in (1, 2)
    assert said in capsys.readouterr().err
    assert shop.spaces.list() == ()


def test_a_space_is_not_overwritten_by_accident(shop, capsys):
    run(["spaces", "create", "loyal", "--features", "recency_days"])

    code = run(["spaces", "create", "loyal", "--features", "frequency"])

    assert code == 1
    assert "--replace" in capsys.readouterr().err
    assert shop.spaces.get("loyal").features == ("recency_days",)


@pytest.mark.parametrize(
    "arguments",
    [
        ["show"],
        ["show", "loyal"],
        ["create", "Loyal One"],
        ["create", "loyal", "--features", "recency_day"],
    ],
)
def test_what_cannot_be_done_is_wrong_usage(shop, capsys, arguments):
    assert run(["spaces", *arguments]) == 2
    assert capsys.readouterr().err.startswith("regulars: ")
