"""`regulars predict value`: what it prints, straight on files and on a workspace."""

import json

import pyarrow.csv
import pyarrow.parquet
import pytest

from regulars.cli.app import run

pytestmark = pytest.mark.slow


def write_orders(folder, name="orders.csv", *, customers=120, amount="{price:.2f}", last=12):
    """Orders whose rhythm and price hang on the number of the customer."""
    lines = ["order_id,customer_id,purchase_date,amount,channel"]
    for customer in range(customers):
        days = sorted(
            {(customer * 7 + n * (9 + customer % 23)) % 300 for n in range(1 + customer % last)}
        )
        for n, day in enumerate(days):
            price = 10 + customer % 17 + n % 3
            channel = "site" if customer % 3 else "shop"
            date = f"2025-{1 + day // 28:02}-{1 + day % 28:02}"
            lines.append(f"{customer}-{n},{customer},{date},{amount.format(price=price)},{channel}")
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_orders(tmp_path)
    return tmp_path


def ask(capsys, *options):
    code = run(["predict", "value", *options])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def ask_json(capsys, *options):
    code, out, err = ask(capsys, *options, "--format", "json")
    assert code == 0, err
    return json.loads(out)


def test_one_object_of_json_holds_the_models_and_the_totals(shop, capsys):
    told = ask_json(capsys, "orders.csv", "--unit", "weeks", "--horizon", "26", "--top", "2")

    assert set(told["bg_nbd"]) == {"r", "alpha", "a", "b", "log_likelihood"}
    assert set(told["mbg_nbd"]) == {"r", "alpha", "a", "b", "log_likelihood"}
    assert set(told["pareto_nbd"]) == {"r", "alpha", "s", "beta", "log_likelihood"}
    assert set(told["gamma_gamma"]) == {"p", "q", "v"}
    assert (told["customers"], told["horizon_days"], told["unit"]) == (120, 182, "weeks")
    assert told["total"]["value"]["low"] < told["total"]["value"]["mean"]
    assert len(told["top"]) == 2
    assert told["top"][0]["lifetime_value"] >= told["top"][1]["lifetime_value"]
    assert told["recommended"] in {"bg_nbd", "mbg_nbd", "pareto_nbd"}
    assert {one["name"] for one in told["holdout"]["models"]} >= {"bg_nbd", "as_before"}


def test_totals_models_and_customers_are_printed_in_both_languages(shop, capsys):
    _, english, _ = ask(capsys, "orders.csv", "--top", "3")
    _, russian, _ = ask(capsys, "orders.csv", "--top", "3", "--lang", "ru")

    assert "120 customers with " in english
    assert "turnover, discounted by 10% a year, with 95% intervals:" in english
    assert "Value of all customers" in english
    assert "everybody as before" in english
    assert "Ценность всех клиентов" in russian
    assert (
        "оборот, с дисконтом 10 % в год, с 95-процентными интервалами:".replace("10 %", "10\xa0%")
        in russian
    )


def test_a_workspace_is_asked_as_a_file_is(shop, capsys):
    run(["init", "ws"])
    run(["load", "orders.csv", "-w", "ws"])
    capsys.readouterr()

    asked, straight = ask_json(capsys, "-w", "ws"), ask_json(capsys, "orders.csv")

    assert asked["total"] == straight["total"]
    assert asked["counts"] == straight["counts"]


def test_until_is_the_last_day_that_is_seen(shop, capsys):
    until = ask_json(capsys, "orders.csv", "--until", "2025-06-30")
    as_of = ask_json(capsys, "orders.csv", "--as-of", "2025-07-01")

    assert until["until"] == "2025-06-30"
    assert until["counts"]["last_on"] <= "2025-06-30"
    assert until["bg_nbd"] == as_of["bg_nbd"]


def test_both_kinds_of_day_are_refused(shop, capsys):
    code, _, err = ask(capsys, "orders.csv", "--until", "2025-06-30", "--as-of", "2025-07-01")

    assert code == 2
    assert "name one of them" in err


def test_channels_are_valued_by_themselves(shop, capsys):
    told = ask_json(capsys, "orders.csv", "--by", "channel")
    _, out, _ = ask(capsys, "orders.csv", "--by", "Channel")

    assert {one["group"]: one["customers"] for one in told["groups"]} == {"site": 80, "shop": 40}
    total = sum(one["value"]["mean"] for one in told["groups"])
    assert total == pytest.approx(told["total"]["value"]["mean"])
    assert "A new one" in out


def test_a_column_that_is_not_there_is_offered_another(shop, capsys):
    code, _, err = ask(capsys, "orders.csv", "--by", "chanel")

    assert code == 2
    assert "no column 'chanel'. Did you mean 'channel'?" in err


def test_a_column_with_a_value_for_everybody_makes_no_groups(shop, capsys):
    write_orders(shop, "many.csv", customers=260)

    code, _, err = ask(capsys, "many.csv", "--by", "order_id")

    assert code == 2
    assert "at most 200 groups" in err


@pytest.mark.parametrize("name", ["values.csv", "values.parquet"])
def test_every_customer_goes_to_a_file(shop, capsys, name):
    code, out, _ = ask(capsys, "orders.csv", "--out", name)

    read = pyarrow.csv.read_csv if name.endswith(".csv") else pyarrow.parquet.read_table
    table = read(name)
    assert code == 0
    assert name in out
    assert table.num_rows == 120
    assert table.column_names[:4] == [
        "customer_id", "purchase_count", "active_span_days", "tenure_days",
    ]  # fmt: skip
    values = table["lifetime_value"].to_pylist()
    assert values == sorted(values, reverse=True)


def test_a_file_of_an_unknown_kind_is_refused_before_anything_is_read(shop, capsys):
    code, _, err = ask(capsys, "orders.csv", "--out", "values.docx")

    assert code == 2
    assert "Customers are written to files that end in .csv, .xlsx, .parquet" in err


def test_amounts_that_are_all_missing_leave_purchases(shop, capsys):
    write_orders(shop, "unpriced.csv", amount="")

    told = ask_json(capsys, "unpriced.csv", "--kind", "purchases")
    _, out, _ = ask(capsys, "unpriced.csv", "--kind", "purchases", "--lang", "ru")

    assert (told["gamma_gamma"], told["total"]["value"]) == (None, None)
    assert told["total"]["purchases"]["mean"] > 0
    assert any("without money" in one for one in told["notices"])
    assert "Ценность дана в покупках, без денег" in out


def test_amounts_of_two_currencies_have_no_sum(shop, capsys):
    lines = (shop / "orders.csv").read_text(encoding="utf-8").splitlines()
    coded = [f"{line},{'EUR' if place % 2 else 'USD'}" for place, line in enumerate(lines[1:])]
    text = "\n".join([f"{lines[0]},currency", *coded])
    (shop / "mixed.csv").write_text(text, encoding="utf-8")

    told = ask_json(capsys, "mixed.csv")
    _, out, _ = ask(capsys, "mixed.csv", "--top", "1")

    assert (told["gamma_gamma"], told["currency"], told["counts"]["amount"]) == (None, None, None)
    assert "amounts are in EUR, USD, and have no sum" in told["notices"][-1] + told["notices"][0]
    assert "They bought for" not in out


def test_the_currency_stands_beside_the_money(shop, capsys):
    lines = (shop / "orders.csv").read_text(encoding="utf-8").splitlines()
    text = "\n".join([f"{lines[0]},currency", *(f"{line},EUR" for line in lines[1:])])
    (shop / "euros.csv").write_text(text, encoding="utf-8")

    told = ask_json(capsys, "euros.csv", "--top", "1")
    _, out, _ = ask(capsys, "euros.csv", "--top", "0")

    assert (told["currency"], told["top"][0]["currency"]) == ("EUR", "EUR")
    assert " EUR and gave back 0 EUR." in out


def test_returns_are_counted_and_no_purchases(shop, capsys):
    orders = (shop / "orders.csv").read_text(encoding="utf-8").splitlines()
    more = [f"r{n},{n},2025-11-02,-5.00,site" for n in range(5, 15)]
    (shop / "returns.csv").write_text("\n".join([*orders, *more]), encoding="utf-8")

    told = ask_json(capsys, "returns.csv", "--until", "2025-11-10")
    plain = ask_json(capsys, "orders.csv", "--until", "2025-11-10")

    counts = told["counts"]
    assert (counts["returns"], counts["returned_amount"]) == (10, -50.0)
    assert counts["rows"] == counts["purchase_days"] + counts["same_day"] + 10
    assert told["bg_nbd"] == plain["bg_nbd"]
    assert told["total"]["value"]["mean"] < plain["total"]["value"]["mean"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [f"{n},2025-01-{1 + n % 28:02},9" for n in range(60)],
            "Nobody bought on two days: 60 customers",
        ),
        (
            [f"{n % 40},2025-01-05,{n}" for n in range(60)],
            "All first purchases lie on the last day",
        ),
        ([f"7,2025-01-{1 + n:02},9" for n in range(20)], "needs at least 30 customers"),
    ],
)
def test_too_little_is_said(shop, capsys, rows, message):
    text = "\n".join(["customer_id,purchase_date,amount", *rows])
    (shop / "few.csv").write_text(text, encoding="utf-8")

    code, _, err = ask(capsys, "few.csv", "--kind", "purchases")

    assert code == 1
    assert message in err


def test_a_day_before_all_purchases_is_said(shop, capsys):
    code, _, err = ask(capsys, "orders.csv", "--until", "2024-06-30")

    assert code == 1
    assert "Nothing was bought until 2024-06-30" in err


def test_customers_without_purchases_are_no_history(shop, capsys):
    (shop / "customers.csv").write_text("id,age\n1,30\n2,40\n", encoding="utf-8")

    code, _, err = ask(capsys, "customers.csv", "--lang", "ru")

    assert code == 1
    assert "Пожизненная ценность считается по покупкам" in err


def test_rows_of_somebody_at_some_day_are_taken_for_purchases(shop, capsys):
    told = ask_json(capsys, "orders.csv")["bg_nbd"]
    lines = (shop / "orders.csv").read_text(encoding="utf-8").splitlines()[1:]
    bare = ["id,date", *(",".join(line.split(",")[1:3]) for line in lines)]
    (shop / "log.csv").write_text("\n".join(bare), encoding="utf-8")

    code, out, err = ask(capsys, "log.csv", "--format", "json")

    assert code == 0, err
    assert "The rows are taken for purchases, one each." in err
    assert json.loads(out)["bg_nbd"] == told
    assert json.loads(out)["gamma_gamma"] is None


def test_rows_of_somebody_once_are_not_taken_for_purchases(shop, capsys):
    rows = [f"{n},2025-01-{1 + n % 28:02},{n % 7}" for n in range(60)]
    (shop / "once.csv").write_text("\n".join(["id,date,visits", *rows]), encoding="utf-8")

    code, _, err = ask(capsys, "once.csv")

    assert code == 1
    assert "Lifetime value is learnt from purchases" in err


def test_the_bare_number_of_an_order_is_no_customer(shop, capsys):
    rows = [f"{n // 3},2025-01-{1 + n // 3 % 28:02},{n % 7}" for n in range(60)]
    (shop / "lines.csv").write_text("\n".join(["id,date,price", *rows]), encoding="utf-8")

    code, _, err = ask(capsys, "lines.csv", "--kind", "purchases")

    assert code == 1
    assert "lines.csv as purchases lacks columns: needed are purchase_id; customer_id." in err


def test_a_discount_in_percent_below_zero_is_wrong_usage(shop, capsys):
    code, _, err = ask(capsys, "orders.csv", "--margin", "30")

    assert code == 2
    assert "the margin above 0 and at most 1" in err


@pytest.mark.data
def test_cdnow_straight_on_the_file(tmp_path, monkeypatch, capsys, dataset):
    file = dataset("cdnow/CDNOW_sample.txt")
    monkeypatch.chdir(tmp_path)
    columns = "customer_id,code,date,quantity,amount"

    told = ask_json(
        capsys, str(file), "--columns", columns, "--until", "1997-09-30", "--unit", "weeks"
    )

    assert (told["customers"], told["repeat_buyers"]) == (2_357, 946)
    assert told["bg_nbd"] == pytest.approx(
        {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426, "log_likelihood": -9_582.43}, abs=1e-2
    )
    assert told["pareto_nbd"] == pytest.approx(
        {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669, "log_likelihood": -9_594.976},
        abs=1e-3,
    )
    assert told["gamma_gamma"] == pytest.approx({"p": 6.25, "q": 3.74, "v": 15.44}, abs=5e-3)


@pytest.mark.data
def test_dirty_orders_with_returns_add_up(tmp_path, monkeypatch, capsys, dataset):
    file = dataset("online_retail/online_retail.parquet")
    monkeypatch.chdir(tmp_path)

    told = ask_json(capsys, str(file), "--by", "country")

    counts = told["counts"]
    assert (counts["rows"], counts["returns"], counts["without_customer"]) == (25_900, 3_654, 3_710)
    assert counts["rows"] == sum(
        counts[name] for name in ("purchase_days", "same_day", "returns", "without_customer")
    )
    assert told["customers"] == sum(one["customers"] for one in told["groups"]) == 4_339
