"""How well the chosen model ranks on real data, beside plain logistic regression and plain LightGBM.

Files are read as `analyze` reads them, and nothing is set for a data set but what its columns are. All
models stand in the same rounds: five folds of all customers where the split is random (three times
where there are fewer than 20,000), later dates where there is time. Needs the data sets; those that are
not there are left out.
"""

import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from measuring import Score, tell
from pyarrow import csv
from ranking import (
    Contest,
    Question,
    read_customers,
    read_rows,
    say,
    score,
    score_at_random,
    score_money,
    score_over_time,
    score_reasons,
)

from regulars.connectors.datasets import choose_datasets_folder
from regulars.evaluate import CustomerCosts, Round
from regulars.evaluate.profit import weigh_profit
from regulars.predictions.comparing.plan import plan_at_random
from regulars.predictions.fitting.training import TrainingRows
from regulars.settings import load_settings
from regulars.workspace.load import FileReading

SEED = 1
_COSTS = ("C_FP", "C_FN", "C_TP", "C_TN")
_CREDIT = (
    *(
        "checking",
        "months",
        "history",
        "purpose",
        "credit",
        "savings",
        "employment",
        "rate",
        "status",
    ),
    *(
        "guarantor",
        "residence",
        "property",
        "age",
        "plans",
        "housing",
        "credits",
        "job",
        "dependants",
    ),
    *("telephone", "foreign", "class"),
)


def run_telco(folder: Path) -> Iterator[Score]:
    """IBM Telco, and what a campaign by it would earn at best at the prices of the paper."""
    question = Question(folder / "Telco-Customer-Churn.csv")
    yield from score_at_random("Telco", question, limit=0.848)
    with say("Telco, profit"):
        rows = read_rows(question)
        plan = plan_at_random(rows, random_state=SEED)
        contest = Contest(rows, plan.choosing)
        tested = contest.test(rows, plan.repeats[0])
        yield score_money(
            "Telco: EMPC at 200 a customer, 10 an offer, 1 a contact",
            contest.chosen,
            tested,
            lambda labels, said: lambda weights: weigh_profit(labels, said)(weights)[0],
        )


def run_online_shoppers(folder: Path) -> Iterator[Score]:
    """Web sessions."""
    question = Question(folder / "online_shoppers_intention.csv", outcome="Revenue")
    yield from score_at_random("Online Shoppers", question, limit=0.93)


def run_tv_churn(folder: Path) -> Iterator[Score]:
    """TV subscribers; the costs of errors are no features, and tell what decisions save."""
    file = folder / "churn_tv_subscriptions.csv.gz"
    question = Question(file, drop=_COSTS)
    yield from score_at_random("TV churn", question)
    with say("TV churn, savings"):
        rows = read_rows(question)
        plan = plan_at_random(rows, random_state=SEED)
        contest = Contest(rows, plan.choosing)
        rounds = plan.repeats[0]
        tested = contest.test(rows, rounds)
        order = np.concatenate([np.flatnonzero(part.test) for part in rounds])
        costs = read_costs(file).take(order)
        for name, rival in (
            ("TV churn: savings over contacting nobody", None),
            ("TV churn: savings over a model blind to costs", 0.5),
        ):
            yield score_money(
                name, contest.chosen, tested, partial(weigh_savings, costs, rival), limit=0.0
            )


def read_costs(file: Path) -> CustomerCosts:
    """What each decision costs for each customer, in the order of their ids as numbers."""
    table = csv.read_csv(file)
    order = np.argsort(table["id"].to_numpy(), kind="stable")
    return CustomerCosts(*(table[name].to_numpy().astype(float)[order] for name in _COSTS))


def weigh_savings(
    costs: CustomerCosts, rival: float | None, labels: np.ndarray, said: np.ndarray
) -> Callable[[np.ndarray], float]:
    """Costs saved by deciding by own prices, less what one threshold for all (`rival`) saves."""
    own = costs.price(labels, costs.decide(said))
    nobody = costs.price(labels, np.zeros(len(labels), dtype=bool))
    other = nobody if rival is None else costs.price(labels, said >= rival)
    return lambda weights: float((weights @ other - weights @ own) / (weights @ nobody))


def run_hillstrom(folder: Path) -> Iterator[Score]:
    """Who visits after an e-mail; what was bought then is not known before."""
    question = Question(
        folder / "hillstrom_email_data.csv", outcome="visit", drop=("conversion", "spend")
    )
    yield from score_at_random("Hillstrom, visit", question)


def run_german_credit(folder: Path) -> Iterator[Score]:
    """A thousand applicants."""
    question = Question(
        folder / "german.data", outcome="class=2", reading=FileReading(columns=_CREDIT)
    )
    yield from score_at_random("German credit", question)


def run_bank_marketing(folder: Path) -> Iterator[Score]:
    """Bank Marketing, of which `duration` is found to be known after the call only; rows in order of time."""
    with zipfile.ZipFile(folder / "bank-additional.zip") as archive:
        member = next(name for name in archive.namelist() if name.endswith("/bank-full.csv"))
        with tempfile.TemporaryDirectory() as name:
            customers = read_customers(Question(archive.extract(member, name)))
    rows = customers.rows
    with say("Bank Marketing, at random"):
        plan = plan_at_random(rows, random_state=SEED)
        contest = Contest(rows, plan.choosing)
        tested = contest.test(rows, plan.repeats[0])
        yield score(
            "Bank Marketing, at random",
            contest.chosen,
            tested,
            rows,
            n_tested=len(rows.labels),
            limit=0.795,
        )
    with say("Bank Marketing, reasons"):
        yield score_reasons("Bank Marketing", contest.chosen, customers, plan.repeats[0][0])
    place = np.arange(len(rows.labels))
    rolling = [
        Round(
            (place >= start) & (place < start + 20_000),
            (place >= start + 20_000) & (place < start + 21_000),
        )
        for start in range(0, len(place) - 20_999, 1_000)
    ]
    yield from score_in_order("Bank Marketing, rolling", rows, rolling, limit=0.72)
    cut = 2 * len(place) // 3
    yield from score_in_order(
        "Bank Marketing, first two thirds, then the last third",
        rows,
        [Round(place < cut, place >= cut)],
        limit=0.65,
    )


def score_in_order(
    name: str, rows: TrainingRows, rounds: list[Round], *, limit: float
) -> Iterator[Score]:
    """Rows in order of time: the model is chosen on what the first round learns from, in time too.

    As `analyze` does where there is time, models are compared at five later stretches of it. With several rounds two figures. All tests together, in one ranking, are the model of a plan that
    is renewed as time goes by: it counts, too, whether the model sees that one time is better than
    another. The mean within each round is the list of one day, where all have the same time.
    """
    with say(name):
        first = rows.take(rounds[0].learn)
        contest = Contest(first, roll_forward(len(first.labels)))
        tested = contest.test(rows, rounds)
        n_tested = int(sum(part.test.sum() for part in rounds))
        title = f"{name}, {len(rounds)} tests as one" if len(rounds) > 1 else name
        yield score(
            title, contest.chosen, tested, rows, n_tested=n_tested, limit=limit, together=True
        )
        if len(rounds) > 1:
            title = f"{name}, within each test"
            yield score(title, contest.chosen, tested, rows, n_tested=n_tested)


def roll_forward(n_rows: int, n_stretches: int = 6) -> list[Round]:
    """Each stretch of rows in order of time after the first, tested by what was learnt before it."""
    place = np.arange(n_rows)
    edges = [n_rows * number // n_stretches for number in range(n_stretches + 1)]
    return [
        Round(place < start, (place >= start) & (place < end)) for start, end in pairwise(edges[1:])
    ]


def run_cdnow(folder: Path) -> Iterator[Score]:
    """CDNOW, all customers."""
    columns = ("customer_id", "date", "quantity", "amount")
    question = Question(folder / "CDNOW_master.txt", reading=FileReading(columns=columns))
    yield from score_over_time("CDNOW", question)


def run_online_retail(folder: Path) -> Iterator[Score]:
    """Online Retail."""
    yield from score_over_time("Online Retail", Question(folder / "online_retail.parquet"))


RUNS: dict[str, Callable[[Path], Iterator[Score]]] = {
    "telco": run_telco,
    "online_shoppers": run_online_shoppers,
    "tv_churn": run_tv_churn,
    "hillstrom": run_hillstrom,
    "german_credit": run_german_credit,
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
