"""Rank customers as `analyze` would, beside plain logistic regression and plain LightGBM in the same rounds."""

import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
from measuring import Score
from numpy.typing import NDArray

from regulars.evaluate import ContactCosts, RankingQuality, Round
from regulars.evaluate.folds import group_identical_rows
from regulars.evaluate.intervals import bootstrap_figures
from regulars.evaluate.threads import one_thread
from regulars.features import AsOf, FeatureSpace, FeatureTable, encode_features
from regulars.features.matrix import FeatureMatrix
from regulars.ingest.wishes import Wishes
from regulars.predictions import (
    NoPurchase,
    choose_cutoffs,
    keep_at_risk,
    observe_outcome,
    propose_quiet_days,
)
from regulars.predictions.comparing.plan import limit_rows, plan_at_random, plan_over_time
from regulars.predictions.comparing.scorecard import choose_model
from regulars.predictions.comparing.validation import compare_trials, fit_model, try_models
from regulars.predictions.families.names import ModelName
from regulars.predictions.fitting.training import TrainingRows
from regulars.predictions.outcomes.phrases import Phrases
from regulars.predictions.reasons.alike import find_alike
from regulars.predictions.reasons.explainer import CrossFittedExplainer, Peers
from regulars.predictions.reasons.faithfulness import Faithfulness, measure_faithfulness
from regulars.progress import Silent
from regulars.workspace.folder import Workspace
from regulars.workspace.load import FileReading, load_file
from regulars.workspace.material import gather_material
from regulars.workspace.tables import see_tables

__all__ = [
    "Contest",
    "Customers",
    "Question",
    "read_customers",
    "read_rows",
    "say",
    "score",
    "score_at_random",
    "score_money",
    "score_over_time",
    "score_reasons",
    "tell_reasons",
]

SEED = 1
_PURCHASES = FeatureSpace(name="leaving", features=("table:purchases",))
Tested = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]
Scoring = Callable[[NDArray[np.float64]], NDArray[np.float64]]
Fit = Callable[[TrainingRows], Scoring]
Weighed = Callable[[NDArray[np.float64]], float]


@dataclass(frozen=True, slots=True)
class Question:
    """A file and what a person says about it; nothing is set for a file but what its columns are."""

    path: Path | str
    outcome: str | None = None
    drop: tuple[str, ...] = ()
    reading: FileReading = field(default_factory=FileReading)


@contextmanager
def _open(question: Question) -> Iterator[tuple[dict[str, object], list[object]]]:
    """The tables of a fresh workspace that the file was loaded into, and its mapping."""
    with tempfile.TemporaryDirectory() as name:
        workspace = Workspace.create(Path(name) / "workspace", keeps_key_elsewhere=False)
        wishes = Wishes(outcome=question.outcome, drop=question.drop)
        load = load_file(
            workspace,
            question.path,
            wishes=wishes,
            reading=question.reading,
            progress=Silent(),
        )
        with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
            yield see_tables(workspace.lake.snapshot(), backend, as_of=_tomorrow()), [load.mapping]


@dataclass(frozen=True, slots=True, eq=False)
class Customers:
    """What models learn from, the same customers as a matrix, and how sentences speak of the outcome."""

    rows: TrainingRows
    matrix: FeatureMatrix
    phrases: Phrases


def read_rows(question: Question) -> TrainingRows:
    """The rows of `read_customers`."""
    return read_customers(question).rows


def read_customers(question: Question) -> Customers:
    """What models learn from, as `analyze` gathers it: columns that know the outcome left out.

    At most 100,000 customers, and those only whose outcome is known; numbered rows in their order.
    """
    with _open(question) as (tables, mappings):
        material = gather_material(
            tables, mappings, as_of=_tomorrow(), seed=SEED, language="en", progress=Silent()
        )
    if material.features is None or material.outcome is None:
        raise SystemExit(f"{question.path}: {material.why_no_outcome}")
    matrix = encode_features(material.features)
    labels = material.outcome.labels
    # Customers are sorted by their ids as text; rows that were numbered are wanted in their order.
    ids = material.features.customer_ids.to_pylist()
    order = np.array(sorted(range(len(ids)), key=lambda row: (len(ids[row]), ids[row])))
    matrix, labels = matrix.take(order), labels[order]
    known = limit_rows(
        np.flatnonzero(~np.isnan(labels)), n_features=len(matrix.features), random_state=SEED
    )
    values = matrix.values[known]
    rows = TrainingRows(values, labels[known], group_identical_rows(values), matrix.is_category)
    return Customers(rows, matrix.take(known), material.outcome.phrases)


def _tomorrow() -> AsOf:
    return AsOf(datetime.now(UTC).date() + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class History:
    """Customers at several dates, as one matrix: the day of each row, and until when the outcome shows."""

    customers: Customers
    days: NDArray[np.int64]
    wait_days: int


def read_history(question: Question) -> History:
    """Who stopped buying at earlier dates, by everything that the library says of purchases."""
    with _open(question) as (tables, _):
        purchases = tables["purchases"]
        ends = purchases.aggregate(
            first=purchases["purchased_at"].min(), last=purchases["purchased_at"].max()
        )
        (span,) = ends.to_pyarrow().to_pylist()
        until = AsOf(span["last"].date() + timedelta(days=1))
        definition = NoPurchase(horizon_days=propose_quiet_days(purchases))
        dates = choose_cutoffs(definition, first=AsOf(span["first"].date()), until=until)
        seen = {"purchases": purchases}
        observed = observe_outcome(definition, seen, as_of=dates, until=until)
        built = _PURCHASES.build(seen, as_of=dates)
    kept = [keep_at_risk(table, one) for table, one in zip(built, observed, strict=True)]
    tables = [features for features, _ in kept]
    stacked = FeatureTable(
        pa.concat_tables([one.table for one in tables]), tables[-1].features, tables[-1].as_of
    )
    matrix = encode_features(stacked)
    known = ~np.isnan(matrix.values).all(axis=0)
    rows = TrainingRows(
        matrix.values[:, known],
        np.concatenate([outcome.labels for _, outcome in kept]),
        np.unique(stacked.customer_ids.to_numpy(zero_copy_only=False), return_inverse=True)[1],
        matrix.is_category[known],
    )
    days = np.repeat([one.as_of.day.toordinal() for one in tables], list(map(len, tables)))
    kept_columns = np.flatnonzero(known)
    seen = FeatureMatrix(
        matrix.values[:, known],
        tuple(matrix.features[column] for column in kept_columns),
        tuple(matrix.levels[column] for column in kept_columns),
    )
    return History(Customers(rows, seen, definition.phrases), days, definition.days_until_known)


def fit_plain_logistic(rows: TrainingRows) -> Scoring:
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


def fit_plain_lightgbm(rows: TrainingRows) -> Scoring:
    """LightGBM with its own defaults."""
    import lightgbm

    categories = np.flatnonzero(rows.is_category).tolist()
    data = lightgbm.Dataset(rows.X, rows.labels, categorical_feature=categories)
    booster = lightgbm.train({"objective": "binary", "verbosity": -1, "num_threads": 1}, data)
    return lambda X: np.asarray(booster.predict(X, raw_score=True))


class Contest:
    """The chosen model and the plain ones, all tested in the same rounds.

    Parameters
    ----------
    rows
        What is learnt from.
    choosing
        The rounds in which the model is chosen.
    """

    def __init__(self, rows: TrainingRows, choosing: Sequence[Round]) -> None:
        self._rows = rows
        with one_thread():
            trials = try_models(rows, choosing, random_state=SEED, advance=lambda: None)
            results = compare_trials(trials, rows, costs=ContactCosts(), random_state=SEED)
        self.chosen, _ = choose_model(results)

    def test(self, rows: TrainingRows, rounds: Sequence[Round]) -> dict[str, list[Tested]]:
        """Labels, scores and customers of each round, by model."""
        fits: dict[str, Fit] = {
            "ours": lambda part: fit_model(self.chosen, part, SEED).log_odds,
            "logistic": fit_plain_logistic,
            "lightgbm": fit_plain_lightgbm,
        }
        return {name: _test(rows, rounds, fit) for name, fit in fits.items()}


def _test(rows: TrainingRows, rounds: Sequence[Round], fit: Fit) -> list[Tested]:
    tested = []
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for part in rounds:
            said = fit(rows.take(part.learn))(rows.X[part.test])
            tested.append((rows.labels[part.test], said, rows.groups[part.test]))
    return tested


def score(
    name: str,
    chosen: str,
    tested: dict[str, list[Tested]],
    rows: TrainingRows,
    *,
    n_tested: int,
    limit: float | None = None,
    together: bool = False,
) -> Score:
    """One line of the table: the mean over rounds or, `together`, one figure of all rounds."""
    n_customers = int(rows.groups.max()) + 1
    rank = {
        name: RankingQuality.over([_join(parts)] if together else parts, n_customers=n_customers)
        for name, parts in tested.items()
    }
    ours = rank["ours"].interval()
    best = max(rank["logistic"], rank["lightgbm"], key=lambda one: one.mean)
    ahead, error = rank["ours"].minus(best)
    return Score(
        name,
        chosen,
        ours.mean,
        ours.low,
        ours.high,
        rank["logistic"].mean,
        rank["lightgbm"].mean,
        ahead,
        error,
        limit,
        n_tested,
    )


def _join(parts: Sequence[Tested]) -> Tested:
    labels, said, groups = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return labels, said, groups


def score_money(
    name: str,
    chosen: str,
    tested: dict[str, list[Tested]],
    measure: Callable[[NDArray[np.float64], NDArray[np.float64]], Weighed],
    *,
    limit: float | None = None,
) -> Score:
    """One line of the table: money that decisions by each model's probabilities earn or save.

    `measure` takes the labels and the probabilities of all tests, and gives a figure for row weights.
    """
    from scipy.special import expit

    joined = {model: _join(parts) for model, parts in tested.items()}
    labels, _, customers = joined["ours"]
    figures = {model: measure(labels, expit(said)) for model, (_, said, _) in joined.items()}
    whole = {model: figure(np.ones(len(labels))) for model, figure in figures.items()}
    rival = max(("logistic", "lightgbm"), key=lambda model: whole[model])

    def weigh(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        ours = figures["ours"](weights)
        return np.array([ours, ours - figures[rival](weights)])

    ours, ahead = bootstrap_figures(
        weigh, labels, random_state=SEED, customers=customers, n_samples=200
    )
    error = (ahead.high - ahead.low) / 3.92
    plain = (whole["logistic"], whole["lightgbm"])
    bounds = (ours.mean, ours.low, ours.high)
    return Score(name, chosen, *bounds, *plain, ahead.mean, error, limit, len(labels))


def score_reasons(name: str, chosen: ModelName, customers: Customers, part: Round) -> Score:
    """One line of the table: how far the log-odds of unseen customers move without three reasons.

    Beside it, as that of the plain models, how far they move without as many features drawn by chance.
    """
    matrix, learn = customers.matrix, np.flatnonzero(part.learn)
    with one_thread():
        scorer = fit_model(chosen, customers.rows.take(part.learn), SEED)
        explainer = CrossFittedExplainer(
            matrix.take(np.flatnonzero(part.test)),
            (scorer,),
            np.zeros(int(part.test.sum()), np.int64),
            customers.phrases,
            Peers.of(matrix.take(learn), customers.rows.labels[learn]),
            find_alike(matrix.take(learn)),
        )
        found = measure_faithfulness(explainer, random_state=SEED)
    if found is None:
        raise SystemExit(f"{name}: nobody has a reason")
    return tell_reasons(name, chosen, found)


def tell_reasons(name: str, chosen: ModelName, found: Faithfulness) -> Score:
    """The same of what was measured already."""
    gain, drawn = found.gain, found.drawn
    half = (gain.high - gain.low) / 2
    return Score(
        name=f"{name}: log-odds moved by 3 reasons (plain: by chance)",
        chosen=chosen,
        roc_auc=found.named,
        low=drawn + gain.low,
        high=drawn + gain.high,
        plain_logistic=drawn,
        plain_lightgbm=drawn,
        ahead=gain.mean,
        ahead_error=half / 1.96,
        # The reasons hold where the interval of the difference is above zero.
        limit=drawn + half,
        tested=found.customers,
    )


def score_at_random(
    name: str, question: Question, *, limit: float | None = None
) -> Iterator[Score]:
    """A file with one row per customer: five folds of all, three times below 20,000 customers."""
    with say(name):
        customers = read_customers(question)
        rows = customers.rows
        plan = plan_at_random(rows, random_state=SEED)
        contest = Contest(rows, plan.choosing)
        rounds = [part for repeat in plan.repeats for part in repeat]
        tested = contest.test(rows, rounds)
        yield score(name, contest.chosen, tested, rows, n_tested=len(rows.labels), limit=limit)
    with say(f"{name}, reasons"):
        yield score_reasons(name, contest.chosen, customers, rounds[0])


def score_over_time(
    name: str, question: Question, *, limit: float | None = None
) -> Iterator[Score]:
    """Purchases: learnt at earlier dates, tested at later ones."""
    with say(name):
        history = read_history(question)
        rows, days = history.customers.rows, history.days
        plan = plan_over_time(rows, days, known_at=days + history.wait_days, random_state=SEED)
        contest = Contest(rows, plan.choosing)
        rounds = plan.repeats[0]
        tested = contest.test(rows, rounds)
        n_tested = int(sum(part.test.sum() for part in rounds))
        title = f"{name}: no purchase for {history.wait_days} days, {len(rounds)} later dates"
        yield score(title, contest.chosen, tested, rows, n_tested=n_tested, limit=limit)
    with say(f"{name}, reasons"):
        yield score_reasons(name, contest.chosen, history.customers, rounds[-1])


@contextmanager
def say(name: str) -> Iterator[None]:
    """Tell on the terminal what is measured, and how long it took."""
    started = time.monotonic()
    sys.stderr.write(f"{name} … ")
    sys.stderr.flush()
    yield
    sys.stderr.write(f"{time.monotonic() - started:.0f} s\n")
