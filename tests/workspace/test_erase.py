"""A person who asks to be forgotten is in no file any more, and does not come back unasked."""

import signal

import pytest
from desk import sums
from load_processes import SPAWN, erase_and_die
from searching import find_words

from regulars.lake import Lake
from regulars.workspace import Workspace

pytestmark = pytest.mark.slow

WHO = "zq-0471"
NAME = "Ксенофонтовский"
WORDS = {WHO, NAME}


def make_clients(*, count=60, more=()):
    """Clients of whom some left; the sixth is the one who will ask."""
    lines = ["customer_id,surname,plan,complaints,churn"]
    for n in range(count):
        who, name = (WHO, NAME) if n == 5 else (f"c-{n:04d}", "Иванов")
        lines.append(f"{who},{name},{'ab'[n % 2]},{n % 7},{'yes' if n % 4 == 0 else 'no'}")
    return "\n".join([*lines, *more]) + "\n"


PURCHASES = f"""\
order_id,customer_id,order_date,amount
1,{WHO},2024-01-01,5
2,c-0001,2024-01-02,6
3,{WHO},2024-02-31,7
"""


@pytest.fixture
def shop(desk):
    """A workspace with two kinds of tables in several versions, a vault and a quarantine."""
    desk.load(desk.write("clients.csv", make_clients()))
    desk.load(desk.write("clients.csv", make_clients().replace(f"{NAME},b", f"{NAME},a")))
    desk.load(desk.write("orders.csv", PURCHASES))
    return desk


def erase(desk, *options, who=WHO):
    return desk.run("erase", who, "-w", desk.workspace, *options)


def traces(desk):
    return {file for file, _ in find_words(desk.workspace, WORDS)}


def test_an_erased_customer_is_in_no_file_of_the_workspace(shop):
    assert len(traces(shop)) >= 4
    assert Workspace(shop.workspace).vault.count() == 60

    erased = erase(shop, "--yes", "--format", "json")

    assert erased.code == 0
    assert erased.json["rows"] == {"profiles": 2, "purchases": 1, "quarantine": 1}
    assert (erased.json["customers"], erased.json["personal_documents"]) == (1, 1)
    assert traces(shop) == set()
    assert Workspace(shop.workspace).vault.count() == 59


def test_the_results_of_an_analysis_lose_the_customer_too(desk):
    desk.write("clients.csv", make_clients(count=200))
    desk.run("analyze", "clients.csv", "--out", "out", "--top", "150")
    before = {file for file, _ in find_words(desk.folder / "out", {WHO})}

    ran = desk.run("erase", WHO, "-w", "out/workspace", "--yes", "--format", "json")

    (tested,) = (desk.folder / "out/workspace/runs").glob("*/tested.parquet")
    assert {"customers.parquet", "contact_list.csv", "contact_list.xlsx"} <= before
    assert ran.code == 0
    assert ran.json["files"] == {
        "customers.parquet": "rewritten",
        "contact_list.csv": "rewritten",
        "contact_list.xlsx": "removed",
        str(tested): "rewritten",
    }
    assert find_words(desk.folder / "out", WORDS) == set()


def test_without_yes_it_is_shown_and_nothing_is_erased(shop):
    before = traces(shop)

    looked = erase(shop, "--dry-run", "--lang", "ru")
    refused = erase(shop)

    assert (looked.code, refused.code) == (0, 2)
    assert "Будет стёрто: 1 клиент." in looked.out
    assert "  profiles: 2 строки\n" in looked.out
    assert "To be erased: 1 customer." in refused.out
    assert refused.complaint == "Nothing was erased. Look at the counts and give --yes to erase."
    assert traces(shop) == before
    assert shop.lake.read_tombstones() == frozenset()


def test_somebody_unknown_stops_the_erasure_of_all(shop):
    ran = shop.run("erase", WHO, "c-9999", "-w", "ws", "--yes")

    assert ran.code == 1
    assert ran.complaint == (
        "There is no trace of 1 of the 2 customers: number 2 of those given."
        " Check the ids, with their leading zeros; nobody was erased."
    )
    assert len(traces(shop)) >= 4


def test_erasing_twice_says_that_it_was_done(shop):
    erase(shop, "--yes")

    again = erase(shop, "--yes", "--format", "json")

    assert again.code == 0
    assert (again.json["already_erased"], again.json["rows"]) == (1, {})
    assert len(shop.lake.read_tombstones()) == 1


def test_the_journal_names_the_customer_by_a_tombstone_only(shop):
    erase(shop, "--yes")

    workspace = Workspace(shop.workspace)
    *_, entry = workspace.vault.read_journal()
    assert (entry.action, entry.customer_count) == ("forget", 1)
    assert entry.tombstones == (workspace.master_key.tombstone(WHO),)
    assert frozenset(entry.tombstones) == shop.lake.read_tombstones()
    assert WHO not in (shop.workspace / "vault" / "journal.jsonl").read_text()


def test_a_source_that_still_has_the_customer_does_not_bring_them_back(shop):
    erase(shop, "--yes")

    clients = shop.load(shop.write("clients.csv", make_clients(more=[f"{WHO},{NAME}"]))).json
    orders = shop.load(shop.write("orders.csv", PURCHASES)).json

    assert sums(clients) == (61, 0, 0, 59, 2)
    assert clients["quarantine_reasons"] == {"erased": 1, "too_few_columns": 1}
    assert sums(orders) == (3, 0, 0, 1, 2)
    assert orders["quarantine_reasons"] == {"erased": 2}
    kept = [row for row in shop.read("quarantine", "reason, raw, customer_id") if "erased" in row]
    assert kept == [("erased", None, None)] * 3
    assert traces(shop) == set()


def test_who_has_agreed_comes_back_and_stays(shop):
    erase(shop, "--yes")
    file = shop.write("clients.csv", make_clients())

    back = shop.load(file, "--readmit", WHO)
    more = shop.load(shop.write("orders.csv", PURCHASES))

    assert (back.code, sums(back.json)) == (0, (60, 1, 0, 59, 0))
    assert sums(more.json) == (3, 1, 0, 1, 1)
    assert Workspace(shop.workspace).vault.count() == 60
    assert shop.lake.read_tombstones() == frozenset()


def test_who_came_back_can_be_erased_again(shop):
    erase(shop, "--yes")
    shop.load(shop.write("clients.csv", make_clients()), "--readmit", WHO)

    erase(shop, "--yes")

    assert traces(shop) == set()
    assert len(shop.lake.read_tombstones()) == 1


def test_only_who_was_erased_can_be_readmitted(shop):
    ran = shop.load(shop.write("clients.csv", make_clients()), "--readmit", "c-0001")

    assert ran.code == 2
    assert ran.complaint.startswith("Customer 1 of those to readmit was not erased.")


def test_in_the_events_of_others_the_erased_side_is_blank(desk):
    events = f"customer_id,counterpart_id,event,time\nc-1,{WHO},call,2024-01-01 10:00\n"
    more = f"c-2,c-1,call,2024-01-01 11:00\n{WHO},c-1,call,2024-01-01 12:00\n"
    desk.load(desk.write("calls.csv", events + more), "--kind", "events")
    erase(desk, "--yes")

    told = desk.load(desk.write("calls.csv", events + more), "--kind", "events").json

    assert told["quarantine_reasons"] == {"erased": 1}
    assert set(desk.read("events", "customer_id, counterpart_id")) == {
        ("c-1", None),
        ("c-2", "c-1"),
    }
    assert traces(desk) == set()


def test_an_id_that_is_a_phone_is_found_under_its_pseudonym(desk):
    rows = [f"+7927400{n:04d},plan {n % 3}" for n in range(50)]
    desk.load(desk.write("phones.csv", "\n".join(["phone,plan", *rows])), "--id", "phone")
    phone = "+79274000007"

    ran = erase(desk, "--yes", "--format", "json", who=phone)
    told = desk.load(desk.write("phones.csv", "\n".join(["phone,plan", *rows])), "--id", "phone")

    assert ran.json["rows"] == {"profiles": 1}
    assert ran.json["personal_documents"] == 1
    assert told.json["quarantine_reasons"] == {"erased": 1}
    assert find_words(desk.workspace, {phone, phone.removeprefix("+")}) == set()


STEPS = (
    "begun",
    "committed profiles",
    "committed rewrites",
    "before loads",
    "after loads",
    "vault",
    "results",
)


@pytest.mark.parametrize(
    ("step", "next_command"),
    [*((step, "check") for step in STEPS), ("vault", "load"), ("vault", "erase")],
)
def test_an_erasure_that_was_killed_is_finished_by_the_next_command(shop, step, next_command):
    process = SPAWN.Process(target=erase_and_die, args=(WHO, str(shop.workspace), step))
    process.start()
    process.join(120)
    arguments = {"check": [], "load": [shop.write("one.csv", "customer_id,plan\nc-0001,a\n")]}

    ran = shop.run(next_command, *arguments.get(next_command, [WHO]), "-w", shop.workspace)

    assert process.exitcode == -signal.SIGKILL
    assert ran.code in (0, 1)
    assert "Finishing an erasure that was interrupted" in ran.err
    assert traces(shop) == set()
    assert not (shop.workspace / "erasing.json").exists()
    assert len(shop.lake.read_tombstones()) == 1


def test_a_customer_erased_while_a_load_is_under_way_does_not_slip_in(shop, monkeypatch):
    real = Lake.begin

    def erase_first(lake, load_id, **options):
        if not load_id.startswith("erasure"):
            Workspace(shop.workspace).erase(WHO)
        return real(lake, load_id, **options)

    monkeypatch.setattr(Lake, "begin", erase_first)
    told = shop.load(shop.write("clients.csv", make_clients()))

    assert told.json["quarantine_reasons"] == {"erased": 1}
    assert traces(shop) == set()
