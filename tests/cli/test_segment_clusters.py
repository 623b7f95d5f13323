"""`regulars segment compare` and `tree`: what they print, straight on a file and on a workspace."""

import json

import numpy as np
import pytest

from regulars.cli.app import run


def _write_customers(file) -> None:
    generator = np.random.default_rng(1)
    lines = ["id,spend,visits,plan,gone"]
    for number in range(120):
        group = number % 3
        spend = generator.normal(100 + 300 * (group == 1), 9)
        visits = generator.normal(10 + 40 * (group == 2), 1)
        lines.append(f"c{number:03},{spend:.2f},{visits:.2f},{'ab'[group == 1]},{number % 2}")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _write_customers(tmp_path / "customers.csv")
    return tmp_path


def ask(capsys, *options):
    code = run(["segment", *options])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_comparison_is_one_object_of_json(shop, capsys):
    code, out, err = ask(
        *(capsys, "compare", "customers.csv", "--kind", "customers", "--id", "id"),
        *("--methods", "kmeans,ward", "--k", "3", "--no-input", "--format", "json"),
    )

    found = json.loads(out)
    assert code == 0
    assert [(one["name"], one["k"], one["sizes"]) for one in found["methods"]] == [
        ("kmeans", 3, [40, 40, 40]),
        ("ward", 3, [40, 40, 40]),
    ]
    assert found["methods"][0]["stability"] == {"mean": 1.0, "min": 1.0, "clusters": [1.0] * 3}
    assert found["methods"][0]["sampled"] == 120
    assert found["methods"][0]["silhouette"] > 0.5
    assert found["recommended"] in ("kmeans", "ward")
    assert found["why"]
    assert [one["size"] for one in found["clusters"]] == [40, 40, 40]
    assert found["clusters"][0]["traits"]
    assert found["read"] == found["recommended"]
    assert {"feature", "level", "cluster", "overall", "z"} == set(found["clusters"][0]["means"][0])
    assert [one["portrait"][:12] for one in found["methods"][1]["clusters"]] == ["40 customers"] * 3
    assert all(sum(map(sum, field["counts"])) == 120 for field in found["fields"])
    assert "Comparing methods of clustering" in err


def test_a_comparison_is_a_table_and_a_reason(shop, capsys):
    code, out, _ = ask(capsys, "compare", "customers.csv", "--methods", "kmeans,single", "--k", "3")

    lines = out.splitlines()
    assert code == 0
    assert lines[1].split() == [
        "Method",
        "k",
        "ette",
        "lity",
        "least",
        "tell",
        "Largest",
        "none",
        "as",
    ]
    assert lines[2].startswith("kmeans")
    assert "come back on resampled customers" in out
    assert "Measured on 120 customers." in out


def test_the_clusters_of_another_method_are_told_when_asked(shop, capsys):
    words = ("customers.csv", "--methods", "kmeans,single", "--read", "single")

    code, out, err = ask(capsys, "compare", *words)

    assert code == 0, err
    assert "Clusters of single:" in out
    assert out.splitlines()[-1].endswith("regulars analyze --segments single.")


def test_a_method_that_was_not_compared_cannot_be_read(shop, capsys):
    code, _, err = ask(capsys, "compare", "customers.csv", "--methods", "kmeans", "--read", "ward")

    assert code == 1
    assert "Method 'ward' is not in this comparison. It has: kmeans." in err


def test_a_comparison_speaks_russian(shop, capsys):
    code, out, _ = ask(
        *(capsys, "compare", "customers.csv", "--methods", "kmeans", "--k", "3", "--lang", "ru")
    )

    assert code == 0
    assert "Измерено на клиентах: 120." in out
    assert "k-средних: кластеры повторяются" in out


def test_a_workspace_is_compared_without_a_file(shop, capsys):
    run(["init", "home"])
    run(["load", "customers.csv", "--workspace", "home", "--outcome", "gone=1"])
    capsys.readouterr()

    code, out, _ = ask(
        *(capsys, "compare", "--workspace", "home", "--methods", "kmeans", "--k", "3"),
        *("--format", "json"),
    )

    assert code == 0
    assert json.loads(out)["methods"][0]["sizes"] == [40, 40, 40]


def test_each_cluster_tells_who_left_and_its_means(shop, capsys):
    options = ("--outcome", "gone=1", "--methods", "kmeans", "--k", "3")

    _, out, _ = ask(capsys, "compare", "customers.csv", *options, "--format", "json")
    _, table, _ = ask(capsys, "compare", "customers.csv", *options)

    clusters = json.loads(out)["clusters"]
    spend = [next(one for one in each["means"] if one["feature"] == "spend") for each in clusters]
    assert [each["outcome_share"] for each in clusters] == [0.5, 0.5, 0.5]
    assert sorted(round(one["cluster"], -2) for one in spend) == [100, 100, 400]
    assert "Outcome" in table
    assert "50%" in table


def test_each_cluster_of_buyers_tells_what_it_brings(shop, capsys):
    lines = ["customer_id,purchased_at,amount"]
    for number in range(60):
        often = 6 if number < 20 else 1
        lines += [f"c{number:02},2025-0{1 + month}-10,{100 - often}" for month in range(often)]
    (shop / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    _, out, _ = ask(
        capsys, "compare", "orders.csv", "--methods", "kmeans", "--k", "2", "--format", "json"
    )

    clusters = json.loads(out)["clusters"]
    assert [(each["size"], each["amount"]) for each in clusters] == [
        (40, 40 * 99.0),
        (20, 20 * 6 * 94.0),
    ]


def test_only_those_who_left_are_clustered_when_asked(shop, capsys):
    code, out, _ = ask(
        *(capsys, "compare", "customers.csv", "--outcome", "gone=1", "--departed"),
        *("--methods", "kmeans", "--k", "3", "--format", "json"),
    )

    found = json.loads(out)
    assert code == 0
    assert (found["customers"], found["methods"][0]["sizes"]) == (60, [20, 20, 20])


def test_who_left_must_be_told(shop, capsys):
    rows = (shop / "customers.csv").read_text(encoding="utf-8").splitlines()
    kept = "\n".join(row.rpartition(",")[0] for row in rows)
    (shop / "unknown.csv").write_text(kept + "\n", encoding="utf-8")

    code, _, err = ask(capsys, "compare", "unknown.csv", "--departed")

    assert code == 1
    assert "No column says who left" in err


def test_a_weight_of_zero_leaves_a_feature_out(shop, capsys):
    _, out, _ = ask(
        *(capsys, "compare", "customers.csv", "--methods", "kmeans", "--k", "2"),
        *("--weight", "spend=0", "--weight", "plan=0", "--weight", "gone=0", "--format", "json"),
    )

    assert json.loads(out)["methods"][0]["sizes"] == [80, 40]


def test_a_tree_is_its_merges_and_the_suggested_cut(shop, capsys):
    code, out, _ = ask(
        *(capsys, "tree", "customers.csv", "--outcome", "gone", "--linkage", "average"),
        *("--format", "json"),
    )

    found = json.loads(out)
    assert code == 0
    assert found["linkage"] == "average"
    assert (found["customers"], found["sampled"], len(found["leaves"])) == (120, 120, 120)
    assert len(found["merges"]) == 119
    assert found["merges"][-1][3] == 120
    assert found["suggested"]["k"] == 3
    assert found["suggested"]["sizes"] == [40, 40, 40]
    heights = [merge[2] for merge in found["merges"]]
    assert heights[-3] < found["suggested"]["height"] < heights[-2]


def test_a_tree_is_drawn(shop, capsys):
    code, out, _ = ask(capsys, "tree", "customers.csv", "--outcome", "gone")

    lines = out.splitlines()
    assert code == 0
    assert len([line for line in lines if line.strip()[:1].isdigit()]) >= 12
    assert "┊" in out
    assert "into 3 clusters: 40 · 40 · 40" in out


def _choose(capsys, *options):
    code, out, _ = ask(
        *(capsys, "compare", "--workspace", "home", "--methods", "kmeans,ward", "--format", "json"),
        *options,
    )
    return code, json.loads(out)["chosen"]


@pytest.fixture
def home(shop, capsys):
    run(["init", "home"])
    run(["load", "customers.csv", "--workspace", "home", "--outcome", "gone=1"])
    capsys.readouterr()
    return shop


def test_without_a_choice_there_is_none(home, capsys):
    assert _choose(capsys, "--k", "3") == (0, None)


def test_a_choice_is_kept_with_its_names_and_found_again(home, capsys):
    _, chosen = _choose(capsys, "--k", "3", "--choose", "ward")
    code, again = _choose(capsys, "--k", "3")

    assert code == 0
    assert [one["id"] for one in chosen["clusters"]] == [1, 2, 3]
    assert (chosen["since"], chosen["changes"]) == (None, [])
    assert again["method"] == "ward"
    assert again["clusters"] == chosen["clusters"]
    assert again["compared"] == 120
    assert [(one["kind"], one["similarity"]) for one in again["changes"]] == [("same", 1.0)] * 3


def test_clusters_that_merge_and_split_are_told_and_the_same_keep_number_and_name(home, capsys):
    _, chosen = _choose(capsys, "--k", "3", "--choose", "ward")
    _, merged = _choose(capsys, "--k", "2", "--choose", "ward")
    _, split = _choose(capsys, "--k", "3", "--choose", "ward")

    names = {one["id"]: one["name"] for one in chosen["clusters"]}
    kept = {one["id"]: one["name"] for one in merged["clusters"]}
    assert [one["kind"] for one in merged["changes"]] == ["same", "same", "merged"]
    assert kept.items() <= names.items()
    assert [one["kind"] for one in split["changes"]] == ["same", "same", "split"]
    # A number is never given twice.
    assert {one["id"] for one in split["clusters"]} == {*kept, 4}


def test_what_became_of_the_choice_is_told_in_words(home, capsys):
    compare = ("compare", "--workspace", "home", "--methods", "ward")
    ask(capsys, *compare, "--k", "3", "--choose", "ward")

    _, english, _ = ask(capsys, *compare, "--k", "2")
    _, russian, _ = ask(capsys, *compare, "--k", "2", "--lang", "ru")

    assert "over the 120 customers of both days:" in english
    assert ": merged into 1 (" in english
    assert ": тот же (общих 100" in russian
    assert ": слились в 1 (" in russian


def test_an_erased_customer_leaves_the_kept_clusters_too(home, capsys):
    import pyarrow.parquet as pq

    _choose(capsys, "--k", "3", "--choose", "ward")

    run(["erase", "c007", "--yes", "--workspace", "home"])
    capsys.readouterr()
    _, again = _choose(capsys, "--k", "3")

    members = pq.read_table(home / "home" / "clusters" / "customers.parquet")
    assert "c007" not in members["customer_id"].to_pylist()
    assert (members.num_rows, again["compared"]) == (119, 119)


def test_a_choice_that_was_not_compared_is_refused(home, capsys):
    code, _, err = ask(
        *(capsys, "compare", "--workspace", "home", "--methods", "kmeans", "--k", "3"),
        *("--choose", "ward"),
    )

    assert code == 1
    assert "'ward' is not in this comparison" in err


def test_more_clusters_than_customers_are_refused_in_a_sentence(shop, capsys):
    code, _, err = ask(capsys, "compare", "customers.csv", "--k", "121")

    assert code == 2
    assert "121 segments cannot be made of 120 customers" in err


def test_an_unknown_method_is_named_with_the_nearest(shop, capsys):
    code, _, err = ask(capsys, "compare", "customers.csv", "--methods", "k_means")

    assert code == 2
    assert "Did you mean 'kmeans'" in err


@pytest.mark.parametrize("weight", ["spend", "spend=-1", "=2", "spend=x"])
def test_a_weight_that_is_none_is_refused_in_a_sentence(shop, capsys, weight):
    code, _, err = ask(capsys, "compare", "customers.csv", "--weight", weight)

    assert code == 2
    assert "is not of the form FEATURE=NUMBER" in err


def test_a_weight_of_an_unknown_feature_is_named_with_the_nearest(shop, capsys):
    code, _, err = ask(capsys, "tree", "customers.csv", "--weight", "spent=2")

    assert code == 2
    assert "Did you mean 'spend'" in err


def test_how_a_file_is_read_cannot_be_said_without_a_file(shop, capsys):
    code, _, err = ask(capsys, "compare", "--kind", "customers")

    assert code == 2
    assert "no file was named" in err


def test_baskets_without_customers_are_not_clustered_and_it_is_said_what_can_be_told(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    rows = "tea,sugar,milk\ntea,sugar\nmilk\ntea,bread,sugar\nbread,milk\n" * 6
    (tmp_path / "baskets.csv").write_text(rows, encoding="utf-8")

    code, _, err = ask(capsys, "compare", "baskets.csv")

    assert code == 1
    assert "name no customer" in err
    assert "regulars segment baskets" in err


def test_a_workspace_without_rows_says_what_to_do(shop, capsys):
    run(["init", "home"])
    capsys.readouterr()

    code, _, err = ask(capsys, "tree", "--workspace", "home")

    assert code == 1
    assert "holds no data yet" in err
