"""`regulars segment baskets`: what it prints, straight on files and on a workspace."""

import json

import pytest

from regulars.cli.app import run

pytestmark = pytest.mark.slow

BASKETS = "tea,sugar,milk\ntea,sugar\nmilk\ntea,bread,sugar\nbread,milk\n" * 6
ORDERS = "order_id,customer_id,purchase_date,sku,product_name,quantity,price\n" + "".join(
    f"{n},{n % 7},2026-01-{1 + n % 20:02},{sku},{name},{quantity},2\n"
    for n in range(30)
    for sku, name, quantity in (
        ("A1", "Tea", 1),
        ("B2", "Sugar" if n < 25 else "Cane sugar", -1 if n % 3 == 2 else 1),
    )
)


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "baskets.csv").write_text(BASKETS, encoding="utf-8")
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (tmp_path / "customers.csv").write_text("id,age\n1,30\n2,40\n", encoding="utf-8")
    return tmp_path


def ask(capsys, *options):
    code = run(["segment", "baskets", *options])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_file_of_baskets_gives_rules_of_the_highest_lift_first(shop, capsys):
    code, out, _ = ask(capsys, "baskets.csv", "--support", "0.4", "--confidence", "0.5")

    assert code == 0
    assert out.splitlines() == [
        "2 rules in 30 baskets of 4 products: support at least 40%, confidence at least 50%.",
        "Who buys  also buys  Baskets  Support  Confidence  Lift",
        "sugar     tea             18      60%        100%  1.67",
        "tea       sugar           18      60%        100%  1.67",
        "Support: the share of all baskets with everything named. Confidence: the share of the left"
        " side's baskets with the right side too. Lift: in baskets with sugar there is tea 1.67 times"
        " as often as in any.",
    ]


def test_the_rules_are_one_object_of_json(shop, capsys):
    code, out, _ = ask(capsys, "baskets.csv", "--support", "0.4", "--top", "1", "--format", "json")

    assert code == 0
    assert json.loads(out) == {
        "rules": 2,
        "baskets": 30,
        "products": 4,
        "frequent_sets": 5,
        "support": 0.4,
        "confidence": 0.3,
        "top": [
            {
                "if": ["sugar"],
                "then": "tea",
                "support": 0.6,
                "confidence": 1.0,
                "lift": pytest.approx(5 / 3),
                "baskets": 18,
            }
        ],
    }


def test_order_lines_are_baskets_without_what_was_returned(shop, capsys):
    _, out, _ = ask(capsys, "orders.csv", "--format", "json")

    told = json.loads(out)
    assert (told["baskets"], told["rules"]) == (30, 2)
    assert [(one["if"], one["then"], one["baskets"]) for one in told["top"]] == [
        (["Sugar"], "Tea", 20),
        (["Tea"], "Sugar", 20),
    ]


def test_a_workspace_is_asked_as_a_file_is(shop, capsys):
    run(["init", "ws"])
    run(["load", "baskets.csv", "-w", "ws"])
    capsys.readouterr()

    _, asked, _ = ask(capsys, "-w", "ws", "--support", "0.4", "--format", "json")
    _, straight, _ = ask(capsys, "baskets.csv", "--support", "0.4", "--format", "json")

    assert json.loads(asked) == json.loads(straight)


def test_orders_of_a_later_day_are_not_seen(shop, capsys):
    _, out, _ = ask(capsys, "orders.csv", "--as-of", "2026-01-06", "--format", "json")

    assert json.loads(out)["baskets"] == 10


def test_nothing_found_says_how_to_go_on_in_russian(shop, capsys):
    code, out, _ = ask(capsys, "baskets.csv", "--support", "0.9", "--lang", "ru")

    assert code == 0
    assert out.splitlines() == [
        "0 правил: 30 корзин, 4 товара, поддержка не ниже 90\xa0%, уверенность не ниже 30\xa0%.",
        "Никакие два товара не лежат вместе так часто. Спросите о меньшей поддержке: --support 0.45.",
    ]


def test_unsure_pairs_say_how_sure_to_ask(shop, capsys):
    lines = "tea,milk\nmilk,tea\n" + "milk\ntea\njam\n" * 3 + "oil,jam,rye\n"
    (shop / "unsure.csv").write_text(lines * 3, encoding="utf-8")

    _, out, _ = ask(capsys, "unsure.csv", "--support", "0.15", "--confidence", "0.5")

    assert out.splitlines() == [
        "0 rules in 36 baskets of 5 products: support at least 15%, confidence at least 50%.",
        "Products lie together often enough, but none calls for another so surely. Ask for less:"
        " --confidence 0.25.",
    ]


def test_a_file_of_customers_has_no_baskets(shop, capsys):
    code, _, err = ask(capsys, "customers.csv")

    assert code == 1
    assert "Nothing here tells which products were bought together." in err


def test_a_support_in_percent_is_wrong_usage(shop, capsys):
    code, _, err = ask(capsys, "baskets.csv", "--support", "5")

    assert code == 2
    assert "--support 5 is no share" in err


@pytest.mark.data
def test_groceries_straight_on_the_file(tmp_path, monkeypatch, capsys, dataset):
    file = dataset("groceries/groceries.csv")
    monkeypatch.chdir(tmp_path)

    _, out, _ = ask(
        capsys, str(file), "--support", "0.006", "--confidence", "0.25", "--format", "json"
    )

    told = json.loads(out)
    assert told["rules"] == 463
    assert (told["top"][0]["if"], told["top"][0]["then"]) == (["herbs"], "root vegetables")
    assert told["top"][0]["lift"] == pytest.approx(3.956, abs=1e-3)


@pytest.mark.data
def test_thousands_of_products_are_searched(tmp_path, monkeypatch, capsys, dataset):
    file = dataset("online_retail/online_retail.parquet")
    monkeypatch.chdir(tmp_path)

    _, out, _ = ask(capsys, str(file), "--format", "json")

    told = json.loads(out)
    assert (told["baskets"], told["products"], told["rules"]) == (20_728, 3_941, 1_466)
