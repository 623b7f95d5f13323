"""Groups of customers where leaving is what happened: those who have left are in their groups, too."""

from datetime import date, timedelta

import numpy as np
import pyarrow.parquet as pq
import pytest

from regulars.workspace import Workspace
from regulars.workspace.models import open_models

pytestmark = pytest.mark.slow

START = date(2025, 1, 1)


def _write_files(desk, *, customers=260, days=420):
    """Customers who log in rarely in the month before their contract ends."""
    rng = np.random.default_rng(5)
    people, contracts = ["customer_id,gender"], ["subscription_id,customer_id,started_on,ended_on"]
    logins = ["customer_id,occurred_at,name"]
    for number in range(customers):
        begun = int(rng.integers(0, 90))
        ended = begun + 60 + int(rng.exponential(200))
        people.append(f"c{number:03},{'fm'[number % 2]}")
        end = START + timedelta(days=ended) if ended < days else ""
        contracts.append(f"s{number:03},c{number:03},{START + timedelta(days=begun)},{end}")
        logins += [
            f"c{number:03},{START + timedelta(days=day)} 10:00:00,login"
            for day in range(begun, min(ended, days))
            if rng.random() < (0.05 if day > ended - 30 else 0.4)
        ]
    for name, lines in (("people", people), ("contracts", contracts), ("logins", logins)):
        desk.write(f"{name}.csv", "\n".join(lines) + "\n")


def test_who_has_left_is_counted_in_their_group(desk):
    _write_files(desk)
    ran = desk.run(
        *("analyze", "people.csv", "contracts.csv", "logins.csv", "--out", "out"),
        *("--format", "json"),
    )
    assert ran.code == 0, ran.err
    run = ran.json["lineage"]["run"]
    folder = desk.folder / "out/workspace"

    (sex,) = open_models(Workspace(folder), run).manifest.groups
    looked = desk.run("predict", "fairness", "-w", folder, "--by", "gender", "--remedies")

    tested = pq.read_table(folder / "runs" / run / "tested.parquet")
    labels = tested["label"].to_numpy()
    assert (sex.column, sex.is_seen, sex.twins) == ("gender", False, None)
    assert sex.fairness.left_out == 0
    assert sum(group.rows for group in sex.fairness.groups) == len(labels)
    assert sum(group.positives for group in sex.fairness.groups) == labels.sum() > 20
    assert looked.code == 0, looked.err
    assert "The model does not look at this column" in looked.out
    assert "A threshold for each group" in looked.out
