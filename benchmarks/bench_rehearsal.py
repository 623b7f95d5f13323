"""The simulated telecom company over five seeds: how fast it is made, and who can foretell what.

The oracle scores with the true hazard; the observer sees the company's files only, with the
features below and LightGBM. It learns from the first cut-off dates and is tested on the last
eight, the month after the history included, which no file tells of. What they reach goes to
stderr and, with all figures, to build/rehearsal.json.
"""

import json
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import lightgbm
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from measuring import Figure, tell

from regulars.evaluate import bootstrap_interval, measure_lead_time
from regulars.evaluate.costs import count_decisions
from regulars.evaluate.metrics import rank_auc
from regulars.rehearsal import TelecomCompany, make_telecom_company

SEEDS = (1, 2, 3, 4, 5)
TEST_MONTHS = 8
THRESHOLD = 0.2
CAPACITY = 0.05
MOST_BEHIND = 0.02
RESULT = Path(__file__).resolve().parents[1] / "build" / "rehearsal.json"

KINDS = ("call", "sms", "traffic", "session")
WINDOWS = (7, 30, 90)
SEEN = """
CREATE TABLE base AS
    SELECT customer_id, as_of, any_value(tariff_id) AS tariff,
        as_of - max(started_on) AS term_days, as_of - min(registered_on) AS tenure_days
    FROM subscriptions JOIN customers USING (customer_id)
        JOIN dates ON started_on < as_of AND coalesce(ended_on >= as_of, true)
    GROUP BY customer_id, as_of;
CREATE TABLE seen AS
    SELECT customer_id, occurred_at, name, NULL AS page FROM usage
    UNION ALL SELECT customer_id, occurred_at, name, page FROM sessions;
CREATE TABLE used AS
    SELECT customer_id, as_of, {counts},
        count(*) FILTER (page LIKE 'cancel%' AND occurred_at >= as_of - INTERVAL 30 DAY) AS looks,
        date_diff('day', max(occurred_at), as_of) AS silent_days
    FROM base JOIN seen USING (customer_id)
    WHERE occurred_at < as_of AND occurred_at >= as_of - INTERVAL 90 DAY GROUP BY customer_id, as_of;
CREATE TABLE told AS
    SELECT customer_id, as_of, {topics}, min(csat) AS csat,
        count(*) FILTER (topic = 'complaint' AND NOT is_resolved) AS unresolved,
        count(*) FILTER (topic = 'offer' AND occurred_at >= as_of - INTERVAL 7 DAY) AS offers
    FROM base JOIN contacts USING (customer_id)
    WHERE occurred_at < as_of AND occurred_at >= as_of - INTERVAL 90 DAY GROUP BY customer_id, as_of;
CREATE TABLE paid AS
    SELECT customer_id, as_of, count(*) FILTER (status = 'failed') AS failed_90,
        count(*) FILTER (status = 'failed' AND paid_at >= as_of - INTERVAL 30 DAY) AS failed_30,
        (max(payment_method) = 'card')::INT AS by_card, arg_max(amount, paid_at) AS fee
    FROM base JOIN payments USING (customer_id)
    WHERE paid_at < as_of AND paid_at >= as_of - INTERVAL 90 DAY GROUP BY customer_id, as_of;
CREATE TABLE features AS
    SELECT * EXCLUDE (tariff), hash(tariff) % 1000 AS tariff,
        (all_30 + 4) / ((all_90 - all_30) / 2 + 4) AS trend
    FROM base LEFT JOIN used USING (customer_id, as_of)
        LEFT JOIN told USING (customer_id, as_of) LEFT JOIN paid USING (customer_id, as_of);
SELECT features.*, churn_probability AS hazard, churned
    FROM features JOIN truth USING (customer_id, as_of) ORDER BY as_of, customer_id
"""


@dataclass(frozen=True, slots=True)
class Quality:
    """What one who scores reached on the later months."""

    roc_auc: str
    precision_at_threshold: float
    recall_at_threshold: float
    precision_at_capacity: float
    recall_at_capacity: float
    median_lead_days: float
    share_of_7_days: float
    share_of_14_days: float


def observe(company: TelecomCompany) -> pa.Table:
    """One row per customer and date: features of the files, and the truth in the last columns."""
    con = duckdb.connect()
    for name, table in company.tables.items():
        con.register(f"{name}_rows", table)
        con.execute(f"CREATE TABLE {name} AS SELECT DISTINCT * FROM {name}_rows")
    con.register("truth", company.truth)
    con.execute("CREATE TABLE dates AS SELECT DISTINCT as_of FROM truth ORDER BY ALL OFFSET 3")
    counts = ", ".join(
        f"count(*) FILTER (occurred_at >= as_of - INTERVAL {days} DAY{condition}) AS {name}_{days}"
        for days in WINDOWS
        for name, condition in [("all", ""), *((kind, f" AND name = '{kind}'") for kind in KINDS)]
    )
    topics = ", ".join(
        f"count(*) FILTER (topic = '{topic}' AND occurred_at >= as_of - INTERVAL {days} DAY)"
        f" AS {topic[:5]}_{days}"
        for topic in ("complaint", "question", "price change")
        for days in WINDOWS
    )
    *making, reading = SEEN.format(counts=counts, topics=topics).split(";")
    for statement in making:
        con.execute(statement)
    table = con.execute(reading).to_arrow_table()
    con.close()
    return table


def learn(observed: pa.Table, is_test: np.ndarray) -> np.ndarray:
    """Probabilities of all rows by a model that saw those that are not for testing."""
    names = [name for name in observed.column_names[2:] if name not in ("hazard", "churned")]
    matrix = np.column_stack(
        [pc.fill_null(observed[name].cast(pa.float64()), 0).to_numpy() for name in names]
    )
    labels = observed["churned"].to_numpy().astype(float)
    model = lightgbm.LGBMClassifier(
        n_estimators=300, learning_rate=0.03, num_leaves=15, min_child_samples=100, subsample=0.8,
        subsample_freq=1, colsample_bytree=0.5, reg_lambda=10, verbose=-1, random_state=1,
    )  # fmt: skip
    model.fit(matrix[~is_test], labels[~is_test])
    return model.booster_.predict(matrix)


def judge(observed: pa.Table, scores: np.ndarray, is_test: np.ndarray, losses: pa.Table) -> Quality:
    """What the scores reach on the later months."""
    labels, chosen = observed["churned"].to_numpy()[is_test].astype(float), scores[is_test]
    limit = np.quantile(chosen, 1 - CAPACITY)
    by_threshold, by_capacity = (
        count_decisions(labels, chosen, threshold=value) for value in (THRESHOLD, limit)
    )
    warnings = observed.select(["customer_id", "as_of"]).append_column(
        "is_warned", pa.array(scores >= limit)
    )
    last_dates = warnings.filter(pa.array(is_test))
    later = losses.filter(pc.greater_equal(losses["lost_on"], pc.min(last_dates["as_of"])))
    lead = measure_lead_time(warnings, later)
    auc = bootstrap_interval(rank_auc(labels, chosen), labels, random_state=0, n_samples=200)
    return Quality(
        str(auc), by_threshold.precision, by_threshold.recall, by_capacity.precision,
        by_capacity.recall, lead.median_days, lead.share_of_at_least(7), lead.share_of_at_least(14),
    )  # fmt: skip


def measure(seed: int) -> tuple[float, dict[str, object], float]:
    """Seconds to make it, the figures, and how far the observer stays behind."""
    started = time.perf_counter()
    company = make_telecom_company(seed=seed)
    seconds = time.perf_counter() - started
    observed = observe(company)
    months = observed["as_of"].to_numpy()
    is_test = np.isin(months, np.unique(months)[-TEST_MONTHS:])
    labels, hazard = observed["churned"].to_numpy(), observed["hazard"].to_numpy()
    ended = company.tables["subscriptions"].filter(
        pc.equal(company.tables["subscriptions"]["status"], "ended")
    )
    losses = pa.table({"customer_id": ended["customer_id"], "lost_on": ended["ended_on"]})
    scores = learn(observed, is_test)
    rates = [float(labels[months == month].mean()) for month in np.unique(months)]
    aucs = [rank_auc(labels[is_test].astype(float), each[is_test])(np.ones(is_test.sum()))
            for each in (hazard, scores)]  # fmt: skip
    figures = {
        "seed": seed,
        "events": sum(company.tables[name].num_rows for name in ("usage", "sessions")),
        "monthly_churn": [statistics.mean(rates), min(rates), max(rates)],
        "oracle": asdict(judge(observed, hazard, is_test, losses)),
        "observer": asdict(judge(observed, scores, is_test, losses)),
    }
    return seconds, figures, aucs[0] - aucs[1]


def say(figures: dict[str, object], behind: float) -> None:
    """One seed in a few lines."""
    mean, low, high = figures["monthly_churn"]
    lines = [
        f"seed {figures['seed']}: {figures['events']:,} events, monthly churn {mean:.1%}"
        f" ({low:.1%} to {high:.1%}), the observer {behind:.4f} behind"
    ]
    for name in ("oracle", "observer"):
        told = figures[name]
        lines.append(
            f"  {name:9} AUC {told['roc_auc']}; precision and recall at {THRESHOLD}:"
            f" {told['precision_at_threshold']:.2f}, {told['recall_at_threshold']:.2f};"
            f" at {CAPACITY:.0%} of the base: {told['precision_at_capacity']:.2f},"
            f" {told['recall_at_capacity']:.2f}; lead time {told['median_lead_days']:.0f} days,"
            f" {told['share_of_7_days']:.0%} at least 7, {told['share_of_14_days']:.0%} at least 14"
        )
    sys.stderr.write("\n".join(lines) + "\n")


def main() -> None:
    """All seeds; fails when the observer stays too far behind."""
    measured = [measure(seed) for seed in SEEDS]
    for _, figures, behind in measured:
        say(figures, behind)
    behind = statistics.mean(gap for _, _, gap in measured)
    sys.stderr.write(
        f"Behind the oracle by {behind:.4f} on average (at most {MOST_BEHIND} wanted). A precision of"
        " 0.75 with a recall of 0.65 needs an AUC near 0.97 at such rates of churn.\n"
    )
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([figures for _, figures, _ in measured], indent=2) + "\n")
    tell(
        Figure(
            name="telecom company of 20,000 customers: made",
            seconds=statistics.median(seconds for seconds, _, _ in measured),
            limit_seconds=60.0,
            repeats=len(SEEDS),
        )
    )
    if behind > MOST_BEHIND:
        sys.exit(
            f"The observer stays {behind:.4f} behind the oracle; at most {MOST_BEHIND} is wanted."
        )


if __name__ == "__main__":
    main()
