"""`regulars segment cluster`: a feature space clustered, saved, and done again on another day."""

import random

import pytest

pytestmark = pytest.mark.slow


def make_purchases():
    """Two kinds of customers: who buys often and little, and who buys rarely and much."""
    chance = random.Random(8)
    lines = ["order_id,customer_id,purchased_at,amount"]
    number = 0
    for customer in range(400):
        is_often = customer % 2 == 0
        for _ in range(20 if is_often else 3):
            day = f"2025-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            amount = chance.randrange(5, 15) if is_often else chance.randrange(400, 600)
            lines.append(f"{number},{customer},{day},{amount}")
            number += 1
    return "\n".join(lines) + "\n"


@pytest.fixture
def shop(desk, monkeypatch):
    monkeypatch.setenv("REGULARS_HOME", str(desk.workspace))
    desk.load_text(make_purchases())
    made = desk.run(
        *("spaces", "create", "rhythm", "--features", "frequency,mean_amount,recency_days"),
        *("--criterion", "how they buy", "--period-days", "180"),
    )
    assert made.code == 0, made.err
    return desk


def cluster(shop, *words):
    ran = shop.run("segment", "cluster", *words, "--format", "json")
    assert ran.code == 0, ran.err
    return ran.json


def test_a_saved_segmentation_names_the_version_of_its_space(shop):
    told = cluster(shop, "rhythm", "--method", "kmeans", "--k", "2", "--save", "groups")

    saved = cluster(shop)["segmentations"][0]
    assert (told["criterion"], told["period_days"]) == ("how they buy", 180)
    assert (told["customers"], told["features"], told["wanted"], told["is_enough"]) == (
        *(told["customers"], 3, 210, True),
    )
    assert (saved["name"], saved["space"], saved["method"], saved["k"]) == (
        *("groups", "rhythm", "kmeans", 2),
    )
    assert saved["space_version"] == told["space_version"]
    assert saved["versions"] == [told["saved"]]


def test_it_is_done_again_on_another_day_and_clusters_keep_their_numbers(shop):
    first = cluster(
        shop,
        *("rhythm", "--method", "kmeans", "--k", "2"),
        *("--as-of", "2025-09-01", "--save", "groups"),
    )

    again = cluster(shop, "--like", "groups")

    assert first["as_of"] == "2025-09-01"
    assert again["as_of"] > first["as_of"]
    assert again["method"] == "kmeans"
    assert again["space_version"] == first["space_version"]
    assert sorted(one["id"] for one in again["clusters"]["clusters"]) == [1, 2]
    assert {one["kind"] for one in again["clusters"]["changes"]} == {"same"}
    assert again["saved"] is None


def test_another_period_and_criterion_are_another_version_that_is_kept(shop):
    first = cluster(shop, "rhythm", "--method", "kmeans", "--k", "2", "--save", "groups")

    words = ("--like", "groups", "--criterion", "leaving", "--period-days", "365")
    changed = cluster(shop, *words, "--save", "groups", "--replace")

    assert (changed["criterion"], changed["period_days"]) == ("leaving", 365)
    assert changed["space_version"] != first["space_version"]
    versions = shop.run("spaces", "list", "--format", "json").json["spaces"][0]["versions"]
    assert set(versions) == {first["space_version"], changed["space_version"]}
    kept = shop.run("spaces", "show", f"rhythm@{changed['space_version']}", "--format", "json").json
    assert kept["period_days"] == 365


def test_a_segmentation_is_not_overwritten_by_accident(shop):
    cluster(shop, "rhythm", "--method", "kmeans", "--k", "2", "--save", "groups")

    ran = shop.run("segment", "cluster", "rhythm", "--save", "groups")

    assert ran.code == 1
    assert "There is a segmentation 'groups' already." in ran.err


def test_too_few_customers_for_the_features_are_told(shop):
    ran = shop.run(
        *("segment", "cluster", "rhythm", "--method", "kmeans", "--k", "2", "--period-days", "6"),
        *("--as-of", "2025-06-15"),
    )

    assert ran.code == 0, ran.err
    assert " features: few, " in ran.out.splitlines()[1]
    assert "Widen the period (--period-days)" in ran.out


def test_a_space_in_which_nobody_is_left_says_what_to_do(shop):
    ran = shop.run("segment", "cluster", "rhythm", "--as-of", "2024-01-01")

    assert ran.code == 1
    assert "Nobody is in the feature space 'rhythm' as of 2024-01-01." in ran.err


def test_the_text_is_russian_too(shop):
    ran = shop.run(
        *("segment", "cluster", "rhythm", "--method", "kmeans", "--k", "2", "--save", "groups"),
        *("--lang", "ru"),
    )

    lines = ran.out.splitlines()
    assert lines[0].startswith("Пространство признаков rhythm@")
    assert lines[0].endswith(", за 180 дней, критерий: how they buy.")
    assert lines[-1].startswith("Сохранено как groups@")


def test_a_name_of_nothing_is_wrong_usage(shop):
    nothing = shop.run("segment", "cluster", "--save", "groups")
    unknown = shop.run("segment", "cluster", "rythm")

    assert (nothing.code, unknown.code) == (2, 2)
    assert "Cluster the customers of which feature space?" in nothing.err
    assert "Did you mean 'rhythm'?" in unknown.err


def test_an_erased_customer_leaves_a_saved_segmentation(shop):
    cluster(shop, "rhythm", "--method", "kmeans", "--k", "2", "--save", "groups")

    erased = shop.run("erase", "7", "--yes")

    import pyarrow.parquet as pq

    kept = pq.read_table(shop.workspace / "clusters" / "groups" / "customers.parquet")
    assert erased.code == 0, erased.err
    assert "7" not in kept["customer_id"].to_pylist()
    assert (
        cluster(shop, "--like", "groups")["clusters"]["since"]
        == cluster(shop)["segmentations"][0]["as_of"]
    )


def test_a_file_is_clustered_by_everything_that_is_known_and_found_again(desk):
    lines = ["customer_id,age,plan"]
    lines += [f"{n},{20 + 30 * (n % 2) + n % 5},{'gold' if n % 2 else 'basic'}" for n in range(90)]
    desk.write("people.csv", "\n".join(lines) + "\n")

    words = ("people.csv", "--method", "ward", "--k", "2", "--save", "kinds")
    said = desk.run("segment", "cluster", *words)
    again = cluster(desk, "people.csv", "--like", "kinds")

    assert said.code == 0, said.err
    assert said.out.splitlines()[-1].endswith(
        "regulars segment cluster people.csv --like kinds --as-of DAY."
    )
    assert (again["space"], again["customers"], again["features"]) == ("everything", 90, 2)
    assert [one["size"] for one in again["clusters"]["clusters"]] == [45, 45]
    assert again["method"] == "ward"


def test_purchases_and_their_customers_are_clustered_together(desk):
    lines = ["customer_id,age,plan"] + [f"{n},{20 + n % 50},basic" for n in range(400)]
    desk.write("people.csv", "\n".join(lines) + "\n")
    desk.write("orders.csv", make_purchases())

    told = cluster(desk, "people.csv", "orders.csv", "--method", "kmeans", "--period-days", "90")

    assert told["period_days"] == 90
    assert told["customers"] == 400
    assert told["features"] > 5


def test_a_file_that_is_not_there_is_not_taken_for_a_space(desk):
    ran = desk.run("segment", "cluster", "poeple.csv")

    assert ran.code == 1
    assert ran.complaint.startswith("There is no file 'poeple.csv'")


def test_features_of_files_can_be_left_out_by_patterns_and_stay_out(desk):
    desk.write("orders.csv", make_purchases())
    words = ("orders.csv", "--method", "kmeans", "--k", "2")

    whole = cluster(desk, *words)
    some = cluster(desk, *words, "--without", "*_30d,*_90d,*_365d", "--save", "calm")
    again = cluster(desk, "orders.csv", "--like", "calm")

    assert some["features"] < whole["features"]
    assert (again["features"], again["space_version"]) == (some["features"], some["space_version"])


def test_a_space_says_itself_what_is_left_out(shop):
    ran = shop.run("segment", "cluster", "rhythm", "--without", "frequency")

    assert ran.code == 2
    assert ran.complaint.startswith("--without is for files")


def test_who_has_no_subscription_any_more_is_not_clustered_with_everything(desk):
    lines = ["contract_id,customer_id,plan,started_on,ended_on"]
    for number in range(120):
        ended = "2025-06-01" if number < 40 else ""
        lines.append(f"K{number},{number},p{number % 2},2024-0{1 + number % 9}-01,{ended}")
    desk.write("contracts.csv", "\n".join(lines) + "\n")

    told = cluster(desk, "contracts.csv", "--method", "kmeans", "--k", "2", "--as-of", "2025-12-01")

    assert told["customers"] == 80
