"""What an analysis stands on, and how it is wanted."""

import json

import pytest
from small_shop import CUSTOMERS, PURCHASES

from regulars.campaigns import packaged_actions

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(desk):
    """A file of 200 customers and one of 900 purchases, by these and by others."""
    desk.write("clients.csv", CUSTOMERS)
    desk.write("orders.csv", PURCHASES)
    return desk


def _analyze(desk, *words):
    ran = desk.run("analyze", *words, "--format", "json", "--out", "out")
    return json.loads(ran.out)


def test_customers_and_their_purchases_are_looked_at_together(shop):
    report = _analyze(shop, "clients.csv", "orders.csv")

    uses = {use["table"]: use for use in report["data"]["uses"]}
    fields = {field["feature"] for field in report["segments"]["distributions"]}
    assert (uses["profiles"]["rows_used"], uses["profiles"]["customers_matched"]) == (200, 200)
    assert (uses["purchases"]["rows"], uses["purchases"]["rows_used"]) == (900, 810)
    assert uses["purchases"]["customers"] == 216
    assert uses["purchases"]["customers_matched"] == 180
    assert {"recency_days", "frequency"} <= fields
    assert report["segments"]["chosen"] == "kmeans"


def test_the_summary_says_which_rows_it_stands_on(shop):
    report = _analyze(shop, "clients.csv", "orders.csv")

    assert report["summary"]["sentences"][0]["en"] == (
        "1,100 rows read, and all of them are loaded. Rows that the analysis stands on:"
        " Customers, one row each, 200 of 200; Purchases, 810 of 900."
    )


def test_columns_of_two_values_are_named_where_none_is_known_to_be_the_outcome(desk):
    desk.write("clients.csv", CUSTOMERS.replace(",churn\n", ",RenewalState\n"))

    report = _analyze(desk, "clients.csv")

    assert report["why_absent"]["churn"] == {
        "en": "No column says who left. Name one with --outcome COLUMN or --outcome COLUMN=VALUE."
        " Of two values, as an outcome has them: plan (basic, gold), RenewalState (no, yes).",
        "ru": "Ни один столбец не говорит, кто ушёл. Назовите его: --outcome СТОЛБЕЦ или --outcome"
        " СТОЛБЕЦ=ЗНАЧЕНИЕ. По два значения, как у исхода, в столбцах: plan (basic, gold),"
        " RenewalState (no, yes).",
    }


def test_purchases_alone_give_segments_with_names_and_bounds_to_keep(shop):
    report = _analyze(shop, "orders.csv")

    assert report["segments"]["chosen"] == "rfm"
    assert {method["name"] for method in report["segments"]["methods"]} == {"kmeans", "rfm"}
    again = _analyze(shop, "orders.csv", "--rfm-bounds", "out/rfm_bounds.toml")
    assert again["segments"]["rfm"] == report["segments"]["rfm"]
    assert again["segments"]["why_chosen"]["en"].endswith("with the bounds that were given.")


def test_a_number_of_segments_can_be_asked_for(shop):
    report = _analyze(shop, "clients.csv", "--segments", "4")

    assert (report["segments"]["chosen"], len(report["segments"]["profiles"])) == ("kmeans", 4)


def test_a_method_of_clustering_can_be_asked_for(shop):
    report = _analyze(shop, "clients.csv", "--segments", "ward")

    part = report["segments"]
    assert (part["chosen"], [method["name"] for method in part["methods"]]) == ("ward", ["ward"])
    assert sum(profile["size"] for profile in part["profiles"]) == 200
    assert part["tree"]["joined"] == 200
    for profile in part["profiles"]:
        assert profile["in_words"]["en"].startswith(f"{profile['size']} customers, ")
        assert profile["in_words"]["ru"].endswith(".")


def test_all_methods_can_be_compared_and_the_analysis_is_made_again_the_same(shop):
    report = _analyze(shop, "clients.csv", "--segments", "compare")

    names = [method["name"] for method in report["segments"]["methods"]]
    assert {"kmeans", "fuzzy_cmeans", "ward", "hdbscan"} < set(names)
    assert report["segments"]["chosen"] in names
    assert shop.run("reproduce", "--workspace", "out/workspace").code == 0


def test_of_a_segment_of_one_person_nothing_but_its_size_is_told(desk):
    rows = ["customer_id,age,spend,outcome"]
    rows += [f"{n},{30 + n % 7},{100 + n % 11},{'yes' if n % 9 == 0 else 'no'}" for n in range(90)]
    desk.write("people.csv", "\n".join([*rows, "90,97,1000,yes"]) + "\n")

    report = _analyze(
        desk, "people.csv", "--segments", "single", "--money", "spend", "--outcome", "outcome=yes"
    )

    of_one = next(one for one in report["segments"]["profiles"] if one["size"] == 1)
    told = ("amount", "churn_share", "churn_probability", "rule")
    assert [of_one[name] for name in told] == [None] * 4
    assert (of_one["traits"], of_one["portraits"]) == ([], [])
    assert of_one["name"]["en"].startswith("Fewer than 5 customers")


@pytest.mark.parametrize("asked", ["1", "word", "-3"])
def test_an_unknown_way_of_segmenting_is_wrong_usage(shop, asked):
    ran = shop.run("analyze", "clients.csv", "--segments", asked)

    assert ran.code == 2
    assert ran.complaint.startswith(f"--segments '{asked}' is not known.")


def test_the_list_is_sorted_by_money_at_stake_where_it_is_named(shop):
    report = _analyze(shop, "clients.csv", "--money", "monthly_fee", "--top", "20")

    assert report["contact_list"]["expected_loss"] > 0
    assert sum(profile["amount"] for profile in report["segments"]["profiles"]) == pytest.approx(
        sum(300 + n * 13 % 90 for n in range(200))
    )


def test_what_to_suggest_for_a_reason_is_edited_and_given_back(shop):
    before = _analyze(shop, "clients.csv", "--top", "20")
    written = (shop.folder / "out/actions.toml").read_text(encoding="utf-8")
    shop.write(
        "ours.toml",
        '[otherwise]\ncode = "visit"\naction = {en = "Visit", ru = "Зайти в гости"}\n'
        '[[actions]]\ncode = "gift"\nfeatures = ["age"]\n'
        'action = {en = "Send a gift", ru = "Послать подарок"}\n',
    )

    after = _analyze(shop, "clients.csv", "--top", "20", "--actions", "ours.toml")

    assert written == packaged_actions().to_toml()
    assert before["contact_list"]["by_action"].keys() <= {
        action.code for action in (*packaged_actions().actions, packaged_actions().otherwise)
    }
    assert sum(after["contact_list"]["by_action"].values()) == 20
    assert after["contact_list"]["by_action"].keys() <= {"visit", "gift"}
    assert after["contact_list"]["actions"]["gift"]["ru"] == "Послать подарок"
    assert "Send a gift" in (shop.folder / "out/contact_list.csv").read_text(encoding="utf-8-sig")
    assert "Send a gift" in (shop.folder / "out/report.html").read_text(encoding="utf-8")
    run = shop.folder / "out/workspace/runs" / after["lineage"]["run"] / "run.json"
    assert json.loads(run.read_text())["recipe"]["actions"]["actions"][0]["code"] == "gift"


def test_a_slip_in_the_table_of_actions_is_said_before_anything_is_done(shop):
    shop.write("ours.toml", '[otherwise]\ncode = "visit"\nacton = "Visit"\n')

    ran = shop.run("analyze", "clients.csv", "--actions", "ours.toml", "--out", "out")

    assert ran.code == 1
    assert ran.complaint.startswith("ours.toml, otherwise.action: it is missing.")
    assert not (shop.folder / "out").exists()


def test_money_must_be_a_number(shop):
    ran = shop.run("analyze", "clients.csv", "--money", "plan")

    assert ran.code == 1
    assert ran.complaint == "--money 'plan' is no column of numbers. There are: age, monthly_fee."


def test_no_cell_of_the_report_points_to_single_people(shop):
    report = _analyze(shop, "clients.csv", "orders.csv")

    counts = [
        count
        for field in report["segments"]["distributions"]
        for row in field["counts"]
        for count in row
    ]
    assert [count for count in counts if count in (1, 2, 3, 4)] == []


def test_what_was_masked_while_loading_is_told_in_the_report(desk):
    header, *rows = CUSTOMERS.splitlines()
    told = [f"{row},Call me back: +7 921 555-01-{n % 90 + 10}" for n, row in enumerate(rows)]
    desk.write("clients.csv", "\n".join([f"{header},comment", *told]) + "\n")

    report = _analyze(desk, "clients.csv")

    found = {finding["check"]: finding for finding in report["data"]["findings"]}
    assert found["personal_in_text"]["count"] == 200
    assert "555-01" not in json.dumps(report)


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (["yes"] * 5 + ["no"] * 195, "was seen for 5 customers and not for 195"),
        (["yes"] * 200, "is 'yes' for all 200 customers"),
        ([f"v{n % 100}" for n in range(200)], "was seen for 2 customers and not for 198"),
    ],
)
def test_an_outcome_that_teaches_nothing_fails_and_the_rest_is_written(desk, outcome, told):
    rows = [f"{n},{20 + n * 7 % 50},{300 + n * 13 % 90},{value}" for n, value in enumerate(outcome)]
    desk.write("clients.csv", "\n".join(["customer_id,age,monthly_fee,churn", *rows]))

    ran = desk.run("analyze", "clients.csv", "--outcome", f"churn={outcome[0]}", "--out", "out")

    report = json.loads((desk.folder / "out/report.json").read_text("utf-8"))
    assert ran.code == 1
    assert told in report["why_absent"]["churn"]["en"]
    assert told in ran.out
    assert len(report["segments"]["profiles"]) >= 2


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (["yes"] * 200, "is 'yes' for all 200 customers"),
        ([f"v{n}" for n in range(200)], "has 200 different values; an outcome is yes or no"),
        (["a"] * 150 + ["b"] * 45 + ["c"] * 5, "the rarest, 'c', has 5 customers; at least 20"),
    ],
)
def test_a_column_that_teaches_nothing_fails_without_a_value_too(desk, outcome, told):
    rows = [f"{n},{20 + n * 7 % 50},{300 + n * 13 % 90},{value}" for n, value in enumerate(outcome)]
    desk.write("clients.csv", "\n".join(["customer_id,age,monthly_fee,churn", *rows]))

    ran = desk.run("analyze", "clients.csv", "--outcome", "churn", "--out", "out")

    report = json.loads((desk.folder / "out/report.json").read_text("utf-8"))
    assert ran.code == 1
    assert told in report["why_absent"]["churn"]["en"]
    assert "v7" not in json.dumps(report["why_absent"])
    assert len(report["segments"]["profiles"]) >= 2
    assert (desk.folder / "out/report.html").is_file()


def test_an_outcome_that_is_no_column_is_a_wrong_command(desk):
    desk.write("clients.csv", CUSTOMERS)

    ran = desk.run("analyze", "clients.csv", "--outcome", "chrun", "--out", "out")

    assert ran.code == 2
    assert "Did you mean 'churn'" in ran.complaint
    assert not (desk.folder / "out/report.json").exists()
