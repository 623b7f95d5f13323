"""Kept models over a million customers, beside the booster itself; learning, reasons, one row.

The customers have 20 columns. Ours reads them from the lake and writes the scores down; the raw tool is
`Booster.predict` on the same rows in memory.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from measuring import Figure, Usage, compare, tell

from regulars.predictions.families.boosting import LightgbmModel, fit_lightgbm
from regulars.progress import Silent
from regulars.registry import SavedModels
from regulars.workspace.analyze import analyze_files
from regulars.workspace.models import open_models
from regulars.workspace.score_parts import score_part
from regulars.workspace.scoring import score_customers
from regulars.workspace.straight import load_files

CUSTOMERS, LEARNT_FROM, EXPLAINED = 1_000_000, 20_000, 10_000
NUMBERS, LEVELS = 14, 6
REPEATS = 5


def make_customers(n: int, *, seed: int) -> pa.Table:
    """Numbers and categories, some of which matter."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(50, 15, (n, NUMBERS)).round(2)
    levels = rng.integers(0, 8, (n, LEVELS))
    raw = (numbers[:, 0] - 50) / 15 + (levels[:, 0] > 4) - (numbers[:, 1] > 60) - 1
    left = rng.random(n) < 1 / (1 + np.exp(-raw))
    columns: dict[str, pa.Array] = {"customer_id": pa.array([f"c{seed}-{i}" for i in range(n)])}
    columns |= {f"number_{j}": pa.array(numbers[:, j]) for j in range(NUMBERS)}
    names = np.array([f"kind {i}" for i in range(8)])
    columns |= {f"group_{j}": pa.array(names[levels[:, j]]) for j in range(LEVELS)}
    return pa.table(columns | {"churn": pa.array(np.where(left, "yes", "no"))})


def measure_scoring(folder: Path) -> None:
    """A million rows from the lake to the scores, reasons of ten thousand, and one row."""
    for name, n, seed in (("learnt", LEARNT_FROM, 1), ("many", CUSTOMERS, 2)):
        pacsv.write_csv(make_customers(n, seed=seed), folder / f"{name}.csv")
    keeper = analyze_files(
        [str(folder / "learnt.csv")], folder=folder / "learnt", progress=Silent()
    )
    many = load_files(
        [str(folder / "many.csv")], verb="bench", folder=folder / "many", progress=Silent()
    ).workspace
    models = open_models(keeper.workspace, keeper.report.lineage.run)
    booster = models.get("lightgbm").model
    features = keeper.study.features
    rows = code_rows(booster, models, make_customers(CUSTOMERS, seed=2))

    def ours() -> Usage:
        started = time.perf_counter()
        score_customers(
            many,
            keeper=keeper.workspace,
            model="lightgbm",
            file=folder / "scores.parquet",
            progress=Silent(),
        )
        return Usage(time.perf_counter() - started, 0)

    def raw() -> Usage:
        started = time.perf_counter()
        # Training left it with one thread; it is given every core.
        booster.booster.predict(
            rows, raw_score=True, num_iteration=booster.n_trees, num_threads=os.cpu_count()
        )
        return Usage(time.perf_counter() - started, 0)

    own, other = compare(ours, raw, repeats=REPEATS)
    tell(
        Figure(
            name="scores of 1,000,000 customers of the lake, 20 columns",
            seconds=own.seconds,
            raw_name=f"Booster.predict in memory, {booster.n_trees} trees",
            raw_seconds=other.seconds,
            limit=1.5,
            repeats=REPEATS,
        )
    )
    coded = code_rows(booster, models, make_customers(LEARNT_FROM, seed=1))
    few = features.slice(0, EXPLAINED)
    started = time.perf_counter()
    score_part(models, few, model="lightgbm", reasons=3)
    explained = time.perf_counter() - started
    started = time.perf_counter()
    booster.booster.predict(coded[:EXPLAINED], pred_contrib=True, num_iteration=booster.n_trees)
    tell(
        Figure(
            name="exact reasons in words of 10,000 customers",
            seconds=explained,
            raw_name="pred_contrib in memory",
            raw_seconds=time.perf_counter() - started,
            limit_seconds=20,
        )
    )
    one = models.open_row("lightgbm")
    row = {name: features.table[name][5].as_py() for name in features.names}
    took = []
    for _ in range(2_000):
        started = time.perf_counter()
        one(row)
        took.append(time.perf_counter() - started)
    tell(
        Figure(
            name="one customer in process, median",
            seconds=statistics.median(took),
            limit_seconds=0.0003,
            repeats=len(took),
        )
    )


def code_rows(model: LightgbmModel, models: SavedModels, table: pa.Table) -> np.ndarray:
    """The rows as the booster takes them, in memory."""
    columns = []
    for feature in models.manifest.features:
        column = table[feature.name]
        if feature.levels is None:
            columns.append(column.to_numpy())
        else:
            codes = pc.index_in(column, value_set=pa.array(feature.levels))
            columns.append(codes.cast(pa.float64()).to_numpy())
    return model.codes.transform(np.column_stack(columns))


def measure_learning() -> None:
    """LightGBM as it is fitted, small trees and large ones, beside the boosters on the same matrix."""
    table = make_customers(LEARNT_FROM * 5, seed=3)
    X = np.stack([table[f"number_{j}"].to_numpy() for j in range(NUMBERS)], axis=1)
    labels = (table["churn"].to_numpy() == "yes").astype(float)
    is_category = np.zeros(NUMBERS, dtype=bool)
    ours, raw = [], []
    for _ in range(REPEATS):
        started = time.perf_counter()
        fitted = fit_lightgbm(X, labels, is_category)
        ours.append(time.perf_counter() - started)
        started = time.perf_counter()
        for booster in fitted.boosters.values():
            lightgbm.train(booster.params, lightgbm.Dataset(X, labels), booster.num_trees())
        raw.append(time.perf_counter() - started)
    tell(
        Figure(
            name="learning of LightGBM from 100,000 customers, 14 columns",
            seconds=statistics.median(ours),
            raw_name="lightgbm.train on the same matrix",
            raw_seconds=statistics.median(raw),
            limit=1.1,
            repeats=REPEATS,
        )
    )


def main() -> None:
    """Measure in turns; or only write a file of so many customers: `bench_predict.py 250000 FILE`."""
    if len(sys.argv) > 1:
        pacsv.write_csv(make_customers(int(sys.argv[1]), seed=2), sys.argv[2])
        return
    with tempfile.TemporaryDirectory() as name:
        measure_scoring(Path(name))
    measure_learning()


if __name__ == "__main__":
    main()
