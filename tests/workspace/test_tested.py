"""What models said of customers is signed: whoever changes it is found out, and an erasure signs it again."""

import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from grouped_clients import make_clients

pytestmark = pytest.mark.slow

REFUSED = "is not as it was written: its signature is not ours. What the models of run"


@pytest.fixture
def tested(desk):
    """The file of an analysis of 240 clients."""
    desk.write("clients.csv", make_clients(rows=240))
    assert desk.run("analyze", "clients.csv", "--out", "out").code == 0
    (file,) = (desk.folder / "out/workspace/runs").glob("*/tested.parquet")
    return file


def _flatter(file):
    """Make the model right about everybody."""
    rows = pq.read_table(file)
    place = rows.column_names.index("churn_probability")
    pq.write_table(rows.set_column(place, "churn_probability", rows["label"]), file)


def _card(desk, *more):
    return desk.run("predict", "card", "latest", "-w", "out/workspace", *more)


def test_a_file_that_was_changed_is_refused(desk, tested):
    before = _card(desk)
    _flatter(tested)

    card, russian = _card(desk, "--lang", "en"), _card(desk, "--lang", "ru")
    fairness = desk.run("predict", "fairness", "-w", "out/workspace", "--remedies", "--lang", "en")

    assert before.code == 0
    assert REFUSED in card.complaint
    assert "подпись на нём не наша" in russian.complaint
    assert REFUSED in fairness.complaint
    assert card.code == russian.code == fairness.code != 0


def test_nor_is_it_read_without_its_signature_or_with_that_of_another_run(desk, tested):
    desk.run("analyze", "clients.csv", "--out", "out", "--seed", "2")
    first, last = sorted((desk.folder / "out/workspace/runs").glob("*/tested.parquet"))

    for name in ("tested.parquet", "tested.sig"):
        shutil.copy(first.with_name(name), last.with_name(name))
    of_another = _card(desk, "--lang", "en")
    last.with_name("tested.sig").unlink()
    of_nobody = _card(desk, "--lang", "en")

    assert first == tested
    assert REFUSED in of_another.complaint
    assert REFUSED in of_nobody.complaint


def test_an_erasure_signs_what_it_rewrites_but_not_what_somebody_changed(desk, tested):
    who = pq.read_table(tested)["customer_id"].to_pylist()

    erased = desk.run("erase", who[0], "-w", "out/workspace", "--yes")
    after = _card(desk)
    _flatter(tested)
    again = desk.run("erase", who[1], "-w", "out/workspace", "--yes")
    changed = _card(desk, "--lang", "en")

    left = pa.array(pq.read_table(tested)["customer_id"]).to_pylist()
    assert (erased.code, after.code, again.code) == (0, 0, 0)
    assert not {who[0], who[1]} & set(left)
    assert REFUSED in changed.complaint
