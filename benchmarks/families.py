"""Every installed family of models on real data, in the same five folds as the plain models.

The table is Markdown on the standard output: mean ROC-AUC over the folds, and log-loss and seconds a fit
beside it. Bank Marketing is the set with the economy's figures, without `duration`. Run by itself:

    python benchmarks/families.py [NAME …]
"""

import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from quality_churn import _CREDIT, SEED
from ranking import Question, fit_plain_lightgbm, fit_plain_logistic, read_rows, say

from regulars.connectors.datasets import choose_datasets_folder
from regulars.evaluate.metrics import log_loss, roc_auc
from regulars.evaluate.splits import deal_rounds
from regulars.evaluate.threads import one_thread
from regulars.predictions import list_installed
from regulars.predictions.comparing.validation import fit_models
from regulars.predictions.fitting.training import TrainingRows
from regulars.settings import load_settings
from regulars.workspace.load import FileReading


def read_bank_additional(folder: Path) -> TrainingRows:
    """Bank Marketing with the figures of the economy; how long a call lasted is known after it only."""
    file = folder / "bank-additional.zip"
    with zipfile.ZipFile(file) as archive, tempfile.TemporaryDirectory() as name:
        path = archive.extract("bank-additional/bank-additional-full.csv", name)
        return read_rows(Question(path, outcome="y", drop=("duration",)))


READ: dict[str, Callable[[Path], TrainingRows]] = {
    "telco": lambda folder: read_rows(Question(folder / "Telco-Customer-Churn.csv")),
    "bank_marketing": read_bank_additional,
    "online_shoppers": lambda folder: read_rows(
        Question(folder / "online_shoppers_intention.csv", outcome="Revenue")
    ),
    "tv_churn": lambda folder: read_rows(
        Question(folder / "churn_tv_subscriptions.csv.gz", drop=("C_FP", "C_FN", "C_TP", "C_TN"))
    ),
    "german_credit": lambda folder: read_rows(
        Question(folder / "german.data", outcome="class=2", reading=FileReading(columns=_CREDIT))
    ),
}


def measure(rows: TrainingRows) -> dict[str, tuple[float, float, float]]:
    """ROC-AUC, log-loss and seconds a fit by model; of the plain models no log-loss."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    rounds = deal_rounds(rows.labels, rows.groups, n_folds=5, random_state=SEED)
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for part in rounds:
            learnt, seen = rows.take(part.learn), rows.X[part.test]
            labels = rows.labels[part.test]
            for name, fit in (
                ("plain logistic", fit_plain_logistic),
                ("plain LightGBM", fit_plain_lightgbm),
            ):
                started = time.monotonic()
                said = fit(learnt)(seen)
                line = (roc_auc(labels, said), np.nan, time.monotonic() - started)
                found.setdefault(name, []).append(line)
            for name, scorer, seconds in fit_models(
                learnt, SEED, lambda: None, models=list_installed()
            ):
                said = scorer.probabilities(seen)
                line = (roc_auc(labels, said), log_loss(labels, said), seconds)
                found.setdefault(name, []).append(line)
    return {name: tuple(np.mean(lines, axis=0)) for name, lines in found.items()}


def main() -> None:
    """Every data set that is there, or those named."""
    known = choose_datasets_folder(load_settings(None).datasets, current=Path.cwd())
    print("| data | model | ROC-AUC | log-loss | seconds |\n|---|---|---|---|---|")
    for name in sys.argv[1:] or READ:
        if known is None or not (known / name).is_dir():
            sys.stderr.write(f"{name} is not here; see `regulars datasets`\n")
            continue
        with say(name):
            rows = READ[name](known / name)
            for model, (auc, loss, seconds) in measure(rows).items():
                print(f"| {name} | {model} | {auc:.4f} | {loss:.4f} | {seconds:.2f} |", flush=True)


if __name__ == "__main__":
    main()
