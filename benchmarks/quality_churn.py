"""How well the chosen model ranks on real data, beside plain logistic regression and plain LightGBM.

All three stand in the same folds: five folds of all customers (three times where there are fewer than
20,000) where the split is random, later dates where there is time. Nothing is set for a data set but
what its columns are. Needs the data sets; those that are not there are left out.
"""

import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import ibis
import numpy as np
from measuring import Score, tell
from numpy.typing import NDArray

from regulars.connectors.datasets import choose_datasets_folder
from regulars.evaluate import ContactCosts, RankingQuality, Round
from regulars.evaluate.folds import group_identical_rows
from regulars.evaluate.threads import one_thread
from regulars.features import (
    AsOf,
    FeatureTable,
    ProfileColumn,
    encode_features,
    profile_features,
    read_profile_column,
)
from regulars.features.purchases import purchase_features
from regulars.predictions import (
    ChurnComparison,
    NoPurchase,
    Outcome,
    choose_cutoffs,
    compare_churn_models,
    compare_models_over_time,
    keep_at_risk,
    observe_outcome,
    propose_quiet_days,
    read_outcome,
)
from regulars.predictions.plan import plan_at_random, plan_over_time
from regulars.predictions.scorecard import choose_model
from regulars.predictions.scorers import TrainingRows
from regulars.predictions.validation import compare_trials, fit_model, try_models
from regulars.schema.contract import Role
from regulars.settings import load_settings

SEED = 1
Tested = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]
AS_OF = AsOf(date(2026, 1, 1))


def read_flat(
    table: ibis.Table, *, outcome: str, positive: str, drop: Sequence[str] = ()
) -> tuple[FeatureTable, Outcome]:
    """Features and outcome of a flat file, as `analyze` would make them."""
    if "customer_id" not in table.columns:
        table = table.mutate(customer_id=ibis.row_number().cast("string").lpad(9, "0"))
    columns = [
        ProfileColumn(
            name,
            Role.NUMERIC if kind.is_numeric() else Role.CATEGORY,
            "boolean" if kind.is_boolean() else "float",
        )
        for name, kind in table.schema().items()
        if name not in {"customer_id", outcome, *drop}
    ]
    table = table.mutate(customer_id=table["customer_id"].cast("string"))
    features = profile_features(table, columns, as_of=AS_OF)
    labels = read_profile_column(table, outcome, as_of=AS_OF)
    return features, read_outcome(labels, column=outcome, positive_value=positive)


def fit_plain_logistic(rows: TrainingRows) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Logistic regression as a textbook has it: one-hot, median, unit variance, C = 1."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()
    )
    levels = OneHotEncoder(handle_unknown="ignore")
    design = ColumnTransformer([("n", numbers, ~rows.is_category), ("c", levels, rows.is_category)])
    model = make_pipeline(design, LogisticRegression(max_iter=1_000)).fit(rows.X, rows.labels)
    return lambda X: np.asarray(model.decision_function(X))


def fit_plain_lightgbm(rows: TrainingRows) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """LightGBM with its own defaults."""
    import lightgbm

    categories = np.flatnonzero(rows.is_category).tolist()
    data = lightgbm.Dataset(rows.X, rows.labels, categorical_feature=categories)
    booster = lightgbm.train({"objective": "binary", "verbosity": -1, "num_threads": 1}, data)
    return lambda X: np.asarray(booster.predict(X, raw_score=True))


def test_in_rounds(
    rows: TrainingRows,
    rounds: Sequence[Round],
    fit: Callable[[TrainingRows], Callable[[NDArray[np.float64]], NDArray[np.float64]]],
) -> list[Tested]:
    """Labels, scores and customers of each round."""
    tested = []
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for part in rounds:
            said = fit(rows.take(part.learn))(rows.X[part.test])
            tested.append((rows.labels[part.test], said, rows.groups[part.test]))
    return tested


def rank(tested: Sequence[Tested], rows: TrainingRows) -> RankingQuality:
    """Mean ROC-AUC over the rounds."""
    return RankingQuality.over(tested, n_customers=int(rows.groups.max()) + 1)


def score(
    name: str,
    comparison: ChurnComparison,
    rows: TrainingRows,
    rounds: Sequence[Round],
    *,
    target: float | None = None,
) -> Score:
    """One line: ours, and the plain models in the same rounds."""
    quality = comparison.quality.roc_auc
    return Score(
        name,
        comparison.chosen,
        quality.mean,
        quality.low,
        quality.high,
        rank(test_in_rounds(rows, rounds, fit_plain_logistic), rows).mean,
        rank(test_in_rounds(rows, rounds, fit_plain_lightgbm), rows).mean,
        target,
        comparison.quality.n,
    )


def score_flat(
    name: str, features: FeatureTable, outcome: Outcome, *, target: float | None
) -> Score:
    """A flat file, split at random."""
    comparison = compare_churn_models(features, outcome, random_state=SEED)
    rows = make_rows(features, outcome)
    rounds = [part for repeat in plan_at_random(rows, random_state=SEED).repeats for part in repeat]
    return score(name, comparison, rows, rounds, target=target)


def make_rows(features: FeatureTable, outcome: Outcome) -> TrainingRows:
    """What models learn from; every customer's outcome is known."""
    matrix = encode_features(features)
    groups = group_identical_rows(matrix.values)
    return TrainingRows(matrix.values, outcome.labels, groups, matrix.is_category)


def score_in_order(
    name: str,
    rows: TrainingRows,
    rounds: Sequence[Round],
    *,
    target: float | None,
) -> Iterator[Score]:
    """Rows in order of time: the model is chosen on what the first round learns from.

    With several rounds two figures: within each round, and over all rows tested together, where it also
    counts whether the model sees that one time is better than another.
    """
    first = rows.take(rounds[0].learn)
    with one_thread():
        trials = try_models(
            first,
            plan_at_random(first, random_state=SEED).choosing,
            random_state=SEED,
            advance=lambda: None,
        )
        results = compare_trials(trials, first, costs=ContactCosts(), random_state=SEED)
        chosen, _ = choose_model(results)

        def fit_chosen(
            part: TrainingRows,
        ) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
            return fit_model(chosen, part, SEED).probabilities

        ours = test_in_rounds(rows, rounds, fit_chosen)
    logistic = test_in_rounds(rows, rounds, fit_plain_logistic)
    lightgbm = test_in_rounds(rows, rounds, fit_plain_lightgbm)
    tested = int(sum(part.test.sum() for part in rounds))
    together = ", all together" if len(rounds) > 1 else ""
    found = rank([join(ours)], rows).interval()
    yield Score(
        name + together,
        chosen,
        found.mean,
        found.low,
        found.high,
        rank([join(logistic)], rows).mean,
        rank([join(lightgbm)], rows).mean,
        target,
        tested,
    )
    if together:
        found = rank(ours, rows).interval()
        yield Score(
            name + ", within each",
            chosen,
            found.mean,
            found.low,
            found.high,
            rank(logistic, rows).mean,
            rank(lightgbm, rows).mean,
            None,
            tested,
        )


def join(tested: Sequence[Tested]) -> Tested:
    """All rounds as one."""
    labels, said, groups = (np.concatenate(arrays) for arrays in zip(*tested, strict=True))
    return labels, said, groups


def score_purchases(name: str, purchases: ibis.Table, *, target: float | None = None) -> Score:
    """Who stops buying, on later dates than were learnt from."""
    tables = {"purchases": purchases}
    ends = (
        purchases.aggregate(
            first=purchases["purchased_at"].min().date(),
            last=purchases["purchased_at"].max().date(),
        )
        .to_pyarrow()
        .to_pylist()[0]
    )
    until = AsOf(ends["last"] + timedelta(days=1))
    definition = NoPurchase(horizon_days=propose_quiet_days(purchases))
    dates = choose_cutoffs(definition, first=AsOf(ends["first"]), until=until)
    seen = observe_outcome(definition, tables, as_of=[*dates, until], until=until)
    sides = [keep_at_risk(purchase_features(purchases, as_of=one.as_of), one) for one in seen]
    comparison = compare_models_over_time(sides[:-1], sides[-1][0], random_state=SEED)
    rows, rounds = make_rounds(sides[:-1])
    title = f"{name}: no purchase for {definition.horizon_days} days, {len(rounds)} later dates"
    return score(title, comparison, rows, rounds, target=target)


def make_rounds(
    past: Sequence[tuple[FeatureTable, Outcome]],
) -> tuple[TrainingRows, Sequence[Round]]:
    """The rounds in which `compare_models_over_time` tests."""
    parts = [encode_features(features) for features, _ in past]
    ids = np.concatenate(
        [features.customer_ids.to_numpy(zero_copy_only=False) for features, _ in past]
    )
    days = np.repeat(
        [features.as_of.day.toordinal() for features, _ in past],
        [len(features) for features, _ in past],
    )
    rows = TrainingRows(
        np.concatenate([part.values for part in parts]),
        np.concatenate([outcome.labels for _, outcome in past]),
        np.unique(ids, return_inverse=True)[1],
        parts[0].is_category,
    )
    wait = past[0][1].days_until_known
    plan = plan_over_time(rows, days, known_at=days + wait, random_state=SEED)
    return rows, plan.repeats[0]


def run_telco(folder: Path) -> Iterator[Score]:
    """IBM Telco."""
    raw = ibis.duckdb.connect().read_csv(
        str(folder / "Telco-Customer-Churn.csv"), nullstr=[" ", ""]
    )
    features, outcome = read_flat(
        raw.rename(customer_id="customerID"), outcome="Churn", positive="Yes"
    )
    yield score_flat("Telco, five folds", features, outcome, target=0.848)


def run_online_shoppers(folder: Path) -> Iterator[Score]:
    """Web sessions."""
    raw = ibis.duckdb.connect().read_csv(str(folder / "online_shoppers_intention.csv"))
    features, outcome = read_flat(raw, outcome="Revenue", positive="true")
    yield score_flat("Online Shoppers, five folds", features, outcome, target=0.93)


def run_tv_churn(folder: Path) -> Iterator[Score]:
    """TV subscribers; the costs of errors are no features."""
    raw = ibis.duckdb.connect().read_csv(str(folder / "churn_tv_subscriptions.csv.gz"))
    features, outcome = read_flat(
        raw.rename(customer_id="id"),
        outcome="target",
        positive="1",
        drop=["C_FP", "C_FN", "C_TP", "C_TN"],
    )
    yield score_flat("TV churn, five folds", features, outcome, target=None)


def run_bank_marketing(folder: Path) -> Iterator[Score]:
    """Bank Marketing without `duration`, which is known after the call only; rows in order of time."""
    with zipfile.ZipFile(folder / "bank-additional.zip") as archive:
        member = next(name for name in archive.namelist() if name.endswith("/bank-full.csv"))
        with tempfile.TemporaryDirectory() as name:
            file = Path(archive.extract(member, name))
            raw = ibis.duckdb.connect().read_csv(str(file), delim=";")
            features, outcome = read_flat(raw, outcome="y", positive="yes", drop=["duration"])
    yield score_flat("Bank Marketing, five random folds", features, outcome, target=0.795)
    rows = make_rows(features, outcome)
    place = np.arange(len(rows.labels))
    rolling = [
        Round(
            (place >= start) & (place < start + 20_000),
            (place >= start + 20_000) & (place < start + 21_000),
        )
        for start in range(0, len(place) - 20_999, 1_000)
    ]
    yield from score_in_order(
        "Bank Marketing, rolling: 20,000 rows, then the next 1,000", rows, rolling, target=0.72
    )
    cut = 2 * len(place) // 3
    yield from score_in_order(
        "Bank Marketing, first two thirds, then the last third",
        rows,
        [Round(place < cut, place >= cut)],
        target=0.65,
    )


def run_cdnow(folder: Path) -> Iterator[Score]:
    """CDNOW, all customers."""
    lines = ibis.duckdb.connect()
    lines.raw_sql(
        "CREATE TABLE lines AS SELECT split_part(line, ' ', 1) AS customer_id, "
        "strptime(split_part(line, ' ', 2), '%Y%m%d') AS purchased_at, "
        "split_part(line, ' ', 4)::DOUBLE AS amount FROM (SELECT regexp_replace(trim(column0), ' +', ' ', "
        f"'g') AS line FROM read_csv('{folder / 'CDNOW_master.txt'}', header=false, "
        "columns={'column0': 'VARCHAR'}, delim='|')) WHERE regexp_matches(line, '^[0-9]')"
    )
    table = lines.table("lines")
    yield score_purchases("CDNOW", table.mutate(known_at=table["purchased_at"]))


def run_online_retail(folder: Path) -> Iterator[Score]:
    """Online Retail, one purchase per invoice."""
    raw = ibis.duckdb.connect().read_parquet(str(folder / "online_retail.parquet"))
    lines = raw.filter(raw["CustomerID"].notnull()).mutate(
        customer_id=raw["CustomerID"].cast("int64").cast("string"),
        purchased_at=raw["InvoiceDate"].cast("timestamp"),
    )
    invoices = lines.group_by(["customer_id", "InvoiceNo", "purchased_at"]).aggregate(
        amount=(lines["Quantity"] * lines["UnitPrice"]).sum().cast("float64")
    )
    yield score_purchases("Online Retail", invoices.mutate(known_at=invoices["purchased_at"]))


RUNS: dict[str, Callable[[Path], Iterator[Score]]] = {
    "telco": run_telco,
    "online_shoppers": run_online_shoppers,
    "tv_churn": run_tv_churn,
    "bank_marketing": run_bank_marketing,
    "cdnow": run_cdnow,
    "online_retail": run_online_retail,
}


def main() -> None:
    """Every data set that is there, or those named."""
    known = choose_datasets_folder(load_settings(None).datasets, current=Path.cwd())
    for name in sys.argv[1:] or RUNS:
        if known is None or not (known / name).is_dir():
            sys.stderr.write(f"{name} is not here; see `regulars datasets`\n")
            continue
        for found in RUNS[name](known / name):
            tell(found)


if __name__ == "__main__":
    main()
