"""What the commands print and where: text, JSON, two languages, pipes, exit codes."""

import csv
import json
import os
import random
import re
import subprocess
import sys
import zipfile

import pytest
from desk import finish, start, sums

from regulars import __version__

pytestmark = pytest.mark.slow


def make_customers(count=150, *, names=("Anna Smith",), plan="gold"):
    """Customers of whom some left, more of those who complain."""
    chance = random.Random(1)
    lines = ["customer_id,full_name,plan,complaints,spend,churn"]
    for number in range(count):
        complaints = chance.randint(0, 9)
        has_left = "yes" if chance.random() < 0.08 + complaints * 0.07 else "no"
        chosen = plan if number % 2 else "basic"
        name = names[number % len(names)]
        lines.append(f"{number},{name},{chosen},{complaints},{chance.randint(5, 99)},{has_left}")
    return "\n".join(lines) + "\n"


def test_a_load_is_told_as_one_json_object(desk):
    ran = desk.load(desk.write("plans.csv", "customer_id,plan\n1,a\n2,b\n3,a\n"))

    assert ran.code == 0
    assert {
        "load_id",
        "rows_in",
        "rows_inserted",
        "rows_updated",
        "rows_unchanged",
        "rows_quarantined",
        "tables",
        "findings",
    } <= set(ran.json)
    assert sums(ran.json) == (3, 3, 0, 0, 0)
    assert ran.json["load_id"] == desk.lake.list_loads()[-1].load_id


def test_several_files_are_told_as_a_list_of_loads(desk):
    desk.write("one.csv", "customer_id,plan\n1,a\n2,b\n")
    desk.write("two.csv", "customer_id,plan\n3,a\n")

    ran = desk.run("load", "one.csv", "two.csv", "-w", "ws", "--format", "json")

    assert [sums(load)[0] for load in ran.json["loads"]] == [2, 1]


def test_init_tells_the_folder_and_refuses_a_second_workspace(desk):
    first = desk.run("init", "shop", "--format", "json")
    second = desk.run("init", "shop")

    assert (first.code, first.json) == (0, {"workspace": str(desk.folder / "shop")})
    assert (second.code, second.complaint) == (
        1,
        "Folder 'shop' already holds a workspace; use it as it is.",
    )


def test_check_leaves_with_one_when_an_error_was_found(desk):
    desk.load_text("customer_id,age,plan\n1,40,a\n2,50,b\n3,60,b\n")
    fine = desk.run("check", "-w", "ws", "--format", "json")
    desk.load_text("customer_id,age,plan\n4,250,a\n5,30,b\n6,31,b\n")

    bad = desk.run("check", "-w", "ws", "--format", "json")

    assert (fine.code, bad.code) == (0, 1)
    assert [table["name"] for table in bad.json["tables"]] == ["profiles"]
    assert "error" in {finding["severity"] for finding in bad.json["findings"]}


def test_check_of_nothing_and_of_an_unknown_table_say_what_to_do(desk):
    nothing = desk.run("check", "-w", "ws")
    desk.load_text("customer_id,plan\n1,a\n2,b\n")
    unknown = desk.run("check", "profile", "-w", "ws")

    assert (nothing.code, unknown.code) == (1, 2)
    assert nothing.complaint == "Workspace 'ws' holds no data yet. Load some: regulars load FILE."
    assert unknown.complaint == (
        "There is no loaded table 'profile'. Did you mean 'profiles'? Choose from: profiles."
    )


def test_a_folder_that_is_no_workspace_is_told_how_to_become_one(desk):
    ran = desk.run("check", "-w", "elsewhere")

    assert (ran.code, ran.complaint) == (
        1,
        "Folder 'elsewhere' is not a workspace: it has no regulars.toml."
        " Make one with `regulars init elsewhere`, or name another with --workspace.",
    )


def test_the_workspace_may_be_named_by_the_environment(desk, monkeypatch):
    monkeypatch.setenv("REGULARS_HOME", str(desk.workspace))

    ran = desk.run("load", desk.write("a.csv", "customer_id,plan\n1,a\n2,b\n"))

    assert ran.code == 0
    assert desk.lake.snapshot().tables == ("profiles",)


def test_the_environment_goes_before_the_current_folder_and_that_is_said(desk, monkeypatch):
    monkeypatch.setenv("REGULARS_HOME", str(desk.workspace))
    desk.run("init", "other")
    file = desk.write("a.csv", "customer_id,plan\n1,a\n2,b\n")
    monkeypatch.chdir(desk.folder / "other")

    taken = desk.run("load", file)
    named = desk.run("load", file, "-w", ".")

    assert desk.lake.snapshot().row_count("profiles") == 2
    assert f"Using the workspace of REGULARS_HOME, {desk.workspace}," in taken.err
    assert "REGULARS_HOME" not in named.err


def test_datasets_are_listed_as_json(desk, monkeypatch):
    monkeypatch.setenv("REGULARS_DATASETS", str(desk.folder))

    listed = desk.run("datasets", "--format", "json")
    verified = desk.run("datasets", "verify")

    names = {one["name"] for one in listed.json["datasets"]}
    assert (listed.code, verified.code) == (0, 1)
    assert {"telco", "online_retail", "cdnow"} <= names


@pytest.fixture
def collection(desk, monkeypatch):
    """A folder of data sets with a whole one; returned as a function that makes it so."""
    from regulars.connectors.datasets import list_datasets

    (wholesale,) = [one for one in list_datasets() if one.name == "wholesale"]
    (file,) = wholesale.files
    folder = desk.folder / "sets" / "wholesale"
    folder.mkdir(parents=True)
    monkeypatch.setenv("REGULARS_DATASETS", str(desk.folder / "sets"))
    return folder / file.name


def test_a_data_set_is_located_or_said_to_be_missing(desk, collection):
    collection.write_text("Channel,Region\n")

    found = desk.run("datasets", "locate", "wholesale")
    missing = desk.run("datasets", "locate", "telco")
    unknown = desk.run("datasets", "locate", "wholesal")

    assert (found.code, found.out) == (0, f"{collection.parent}\n")
    assert (missing.code, missing.out) == (1, "")
    assert unknown.code == 2
    assert "Did you mean 'wholesale'?" in unknown.complaint


def test_a_data_set_that_was_changed_is_not_verified(desk, collection):
    collection.write_text("Channel,Region\n")

    changed = desk.run("datasets", "verify", "wholesale", "--format", "json")

    (state,) = changed.json["datasets"]
    assert changed.code == 1
    assert (state["name"], state["is_verified"]) == ("wholesale", False)
    assert "! неполон или изменён" in desk.run("datasets", "--lang", "ru").out


@pytest.mark.data
def test_a_whole_data_set_is_verified(desk, collection, dataset):
    collection.write_bytes(dataset("wholesale/Wholesale customers data.csv").read_bytes())

    whole = desk.run("datasets", "verify", "wholesale")

    assert whole.code == 0
    assert "✓ verified" in whole.out


def test_the_demo_leaves_a_report_a_list_and_scores(desk):
    # README.md shows how it ends in English.
    ran = desk.run("demo", "company", "--customers", "1500", "--lang", "ru")

    files = {path.name for path in (desk.folder / "company").iterdir() if path.is_file()}
    assert ran.code == 0
    assert {"report.html", "report.json", "customers.parquet", "contact_list.xlsx"} <= files
    assert "нужен ROC-AUC около 0,97" in ran.out
    assert ran.out.rstrip().endswith(
        "С вашими файлами: regulars analyze клиенты.csv договоры.csv …"
    )


@pytest.mark.data
@pytest.mark.slow
def test_telco_is_analyzed_end_to_end(desk, dataset):
    file = dataset("telco/Telco-Customer-Churn.csv")

    first = desk.run("analyze", file, "--out", "out", "--format", "json")
    again = desk.run("analyze", file, "--out", "out", "--format", "json")

    data, churn = first.json["data"], first.json["churn"]
    assert first.code == 0
    assert (data["rows_in"], data["rows_loaded"], data["rows_quarantined"]) == (7043, 7043, 0)
    assert churn["outcome"]["column"] == "Churn"
    assert 0.80 < churn["holdout"]["roc_auc"] < 0.88
    assert again.json["churn"]["holdout"] == churn["holdout"]
    assert again.json["segments"] == first.json["segments"]


@pytest.mark.data
@pytest.mark.slow
def test_purchases_of_a_shop_are_analyzed_without_an_option(desk, dataset):
    report = desk.run(
        "analyze", dataset("online_retail/online_retail.parquet"), "--format", "json"
    ).json

    data, churn, listed = report["data"], report["churn"], report["contact_list"]
    accounted = ("rows_inserted", "rows_updated", "rows_unchanged", "rows_quarantined")
    assert data["rows_in"] == sum(data[name] for name in accounted) == 541_909
    assert sum(profile["size"] for profile in report["segments"]["profiles"]) == 4_372
    assert churn["outcome"]["column"] == "no_purchase"
    assert 0.70 < churn["holdout"]["roc_auc"] < 0.85
    assert listed["requested"] == listed["kept"] + sum(listed["excluded"].values())
    assert (desk.folder / "online_retail-regulars/report.html").stat().st_size < 2_500_000


@pytest.mark.data
@pytest.mark.slow
def test_rows_without_an_id_or_an_outcome_give_segments_only(desk, dataset):
    ran = desk.run("analyze", dataset("wholesale/Wholesale customers data.csv"), "--format", "json")

    assert (ran.code, ran.json["churn"], ran.json["contact_list"]) == (0, None, None)
    assert sum(profile["size"] for profile in ran.json["segments"]["profiles"]) == 440


@pytest.mark.data
@pytest.mark.slow
def test_answers_to_a_bank_are_analyzed_without_what_is_known_after_the_call(desk, dataset):
    archive = dataset("bank_marketing/bank-additional.zip")
    file = f"{archive}::bank-additional/bank-additional-full.csv"

    report = desk.run("analyze", file, "--out", "out", "--format", "json").json

    (leak,) = [leak for leak in report["leakage"] if leak["is_dropped"]]
    assert report["churn"]["outcome"]["column"] == "y"
    assert leak["column"] == "duration"
    assert leak["roc_auc_with"] > leak["roc_auc_without"] + 0.05
    assert "duration" not in {driver["feature"] for driver in report["churn"]["drivers"]}


@pytest.mark.data
@pytest.mark.slow
def test_online_retail_is_loaded_and_told_end_to_end(desk, dataset):
    told = desk.load(dataset("online_retail/online_retail.parquet")).json
    checked = desk.run("check", "-w", "ws", "--format", "json", "--html", "state.html")

    rows = sums(told)
    assert rows[0] == sum(rows[1:]) == 541_909
    assert told["rows_without_customer"] == 135_080
    found = {one["check"] for one in checked.json["findings"]}
    assert {"items_without_customer", "items_cancelled"} <= found
    assert {table["name"] for table in checked.json["tables"]} == {"purchases", "purchase_items"}
    assert (desk.folder / "state.html").stat().st_size > 10_000


def test_russian_output_is_russian(desk):
    desk.write("тарифы.csv", "customer_id,plan\n1,a\n2,b\n")

    loaded = desk.run("load", "тарифы.csv", "-w", "ws", "--lang", "ru")
    checked = desk.run("check", "-w", "ws", "--lang", "ru")

    assert "2 строки" in loaded.out
    assert re.search(r"^Чтение тарифы\.csv: \d+,\d с$", loaded.err, flags=re.MULTILINE)
    assert "rows" not in loaded.out
    assert "Описание таблиц" in checked.err
    assert "row" not in checked.out


def test_stages_are_one_line_each_on_standard_error(desk):
    ran = desk.load(desk.write("plans.csv", "customer_id,plan\n1,a\n2,b\n"))

    stages = [line.rpartition(": ")[0] for line in ran.err.splitlines()]
    assert stages == [
        "Reading plans.csv",
        "Bringing columns into shape",
        "Checking rows",
        "Writing to the lake",
    ]
    json.loads(ran.out)


@pytest.mark.parametrize(
    "arguments",
    [
        ["load"],
        ["analyze"],
        ["frobnicate"],
        ["load", "x.csv", "--format", "xml"],
        ["load", "x.csv", "--as-of", "yesterday"],
        ["load", "x.csv", "--no-such-option"],
        ["datasets", "burn"],
        ["load", "x.csv", "--lang", "fr"],
    ],
)
def test_wrong_usage_leaves_with_two(desk, arguments):
    ran = desk.run(*arguments)

    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint


def test_what_is_too_much_is_named(desk):
    assert desk.run("check", "a", "b").complaint == "Too much in the command: b."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["load"], "Не хватает значения: ИСТОЧНИК."),
        (["lod"], "Команды «lod» нет. Может быть, «load»? Есть: "),
        (["segment", "lst"], "Команды «lst» нет. Может быть, «list»? Есть: list, "),
        (["load", "x.csv", "--no-such-option"], "Параметра --no-such-option нет."),
        (["load", "x.csv", "--as-of", "вчера"], "Значение «вчера» не подходит для --as-of."),
        (["load", "x.csv", "--format=xml"], "Значение «xml» не подходит для --format. Выберите"),
        (["load", "x.csv", "--kind", "a", "--kind", "b"], "Параметр --kind указан не один раз."),
        (["datasets", "burn"], "Значение «burn» не подходит для аргумента ДЕЙСТВИЕ. Выберите"),
        (
            ["load", "x.csv", "--day-first=так"],
            "Значение «так» не подходит для --day-first. Нужно true",
        ),
        (["--sheet", "2", "load", "x.csv"], "Параметра --sheet здесь нет: сначала команда, "),
        (["check", "a", "b"], "Лишнее в команде: b."),
        (["check", "-w", "nowhere"], "Папка «nowhere» — не рабочая: в ней нет regulars.toml."),
        (["load", "нет.csv", "-w", "ws"], "Файла «нет.csv» нет в "),
        (["load", "ws", "-w", "ws"], "ws — папка, а не файл. В ней «regulars.toml»."),
        (["analyze", "mysql://a"], "analyze читает файлы, а дан адрес базы данных."),
    ],
)
@pytest.mark.parametrize("how", ["asked", "set"])
def test_whoever_reads_russian_reads_russian_errors(desk, monkeypatch, arguments, said, how):
    monkeypatch.setenv("REGULARS_LANGUAGE", "ru" if how == "set" else "en")

    ran = desk.run(*arguments, *(["--lang", "ru"] if how == "asked" else []))

    assert ran.code in (1, 2)
    assert ran.complaint.startswith(said)


def test_a_workspace_in_russian_complains_in_russian(desk):
    settings = desk.workspace / "regulars.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8") + 'language = "ru"\n', encoding="utf-8"
    )

    ran = desk.run("check", "-w", "ws")

    assert ran.complaint.startswith("В рабочей папке «ws» ещё нет данных.")


def test_the_version_is_printed(desk):
    assert desk.run("--version").out == f"{__version__}\n"


def test_a_reader_that_goes_away_is_no_error(desk):
    desk.write("plans.csv", make_customers(40))
    command = f'"{sys.executable}" -m regulars load plans.csv -w ws | head -n 1'

    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=desk.folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1
    assert "BrokenPipe" not in done.stderr
    assert "Traceback" not in done.stderr


def test_the_work_is_done_although_nobody_reads_its_progress(desk):
    desk.write("plans.csv", make_customers(40))
    process = start("load", "plans.csv", "-w", "ws", cwd=desk.folder)
    process.stderr.close()
    process.stdout.close()

    assert process.wait(60) == 0
    assert desk.lake.snapshot().row_count("profiles") == 40


@pytest.mark.slow
def test_a_process_leaves_with_the_code_of_the_command(desk):
    assert finish(start("check", "-w", "nowhere", cwd=desk.folder)).code == 1
    assert finish(start("load", cwd=desk.folder)).code == 2


def test_formulas_and_markup_in_values_are_harmless_in_every_output(desk):
    names = [
        '"=HYPERLINK(""http://evil.example"")"',
        "+7-cmd|calc",
        "@SUM(1+1)",
        "-2+3",
        "<b>Anna</b>",
    ]
    hostile_plan = "<script>alert(1)</script>"
    table = make_customers(names=names, plan=hostile_plan).replace(",plan,", ",<i>plan</i>,")
    desk.write("hostile.csv", table)

    ran = desk.run("analyze", "hostile.csv", "--out", "out", "--map", "full_name=full_name")

    page = (desk.folder / "out" / "report.html").read_text(encoding="utf-8")
    with (desk.folder / "out" / "contact_list.csv").open(encoding="utf-8-sig") as file:
        cells = [cell for row in csv.reader(file, delimiter=";") for cell in row]
    with zipfile.ZipFile(desk.folder / "out" / "contact_list.xlsx") as book:
        inside = {name: book.read(name).decode() for name in book.namelist()}
    sheets = [text for name, text in inside.items() if name.startswith("xl/worksheets/sheet")]
    assert ran.code == 0
    assert [text for text in (hostile_plan, "<i>plan", "<b>Anna") if text in page] == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;i&gt;plan&lt;/i&gt;" in page
    assert [cell for cell in cells if cell.startswith(("=", "+", "@"))] == []
    assert any("HYPERLINK" in cell for cell in cells)
    assert "HYPERLINK" in inside["xl/sharedStrings.xml"]
    assert [sheet for sheet in sheets if "<f>" in sheet or "<hyperlink" in sheet] == []


def test_the_language_of_the_settings_is_spoken_unless_another_is_asked_for(desk, monkeypatch):
    file = desk.write("rows.csv", "customer_id,plan\n1,gold\n2,red\n3,gold\n")
    monkeypatch.setenv("REGULARS_LANGUAGE", "ru")

    russian = desk.run("load", file, "-w", desk.workspace)
    english = desk.run("load", file, "-w", desk.workspace, "--lang", "en")

    assert "3 строки" in russian.out
    assert "3 rows" in english.out
