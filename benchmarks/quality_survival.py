"""Time to leaving by Harrell's C-index, and the effect of a contact by Qini, on real data.

Files are read as `predict survival` and `predict uplift` read them. The plain models of the table are
those of the same folds: of survival proportional hazards and boosted hazards, of uplift chance (which
is 0) and a response model. Needs the data sets; those that are not there are left out.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from measuring import Score, tell

from regulars.connectors.datasets import choose_datasets_folder
from regulars.ingest.wishes import Wishes
from regulars.progress import Silent
from regulars.settings import load_settings
from regulars.workspace import Workspace
from regulars.workspace.straight import load_files
from regulars.workspace.survival import study_survival
from regulars.workspace.uplift import Condition, study_uplift

LETTERS = {"Womens E-Mail": 0.05, "Mens E-Mail": None}
"""The letters of the experiment, and which Qini is to be reached."""


def load(file: Path, folder: str, *, outcome: str) -> Workspace:
    """The file in a workspace of its own."""
    loaded = load_files(
        [str(file)],
        verb="predict",
        folder=Path(folder),
        wishes=Wishes(outcome=outcome),
        progress=Silent(),
    )
    return loaded.workspace


def run_telco(folder: Path) -> Iterator[Score]:
    """How long customers stay; the total that they have paid is found to tell it."""
    with tempfile.TemporaryDirectory() as place:
        home = load(folder / "Telco-Customer-Churn.csv", place, outcome="Churn=Yes")
        study = study_survival(
            home,
            duration="tenure",
            event="Churn",
            event_value="Yes",
            language="en",
            progress=Silent(),
        )
    found = study.comparison
    models = {model.name: model for model in found.models}
    chosen = models[found.chosen]
    yield Score(
        name="Telco, C-index (plain: Cox, boosted hazards)",
        chosen=found.chosen,
        roc_auc=chosen.c_index.mean,
        low=chosen.c_index.low,
        high=chosen.c_index.high,
        plain_logistic=models["cox"].c_index.mean,
        plain_lightgbm=models["hazard"].c_index.mean,
        ahead=-chosen.behind,
        ahead_error=chosen.behind_error,
        limit=0.86,
        tested=found.customers,
    )


def run_hillstrom(folder: Path) -> Iterator[Score]:
    """Whom a letter brings to the shop's site."""
    with tempfile.TemporaryDirectory() as place:
        home = load(folder / "hillstrom_email_data.csv", place, outcome="visit")
        for letter, limit in LETTERS.items():
            study = study_uplift(
                home,
                treatment=Condition("segment", letter),
                control=Condition("segment", "No E-Mail"),
                outcome="visit",
                language="en",
                progress=Silent(),
            )
            found = study.comparison
            learners = {one.name: one for one in found.learners}
            chosen, beyond = (
                learners[found.recommended],
                learners[found.recommended].beyond_response,
            )
            yield Score(
                name=f"Hillstrom, {letter}, Qini (plain: chance, response)",
                chosen=found.recommended,
                roc_auc=chosen.qini.mean,
                low=chosen.qini.low,
                high=chosen.qini.high,
                plain_logistic=learners["random"].qini.mean,
                plain_lightgbm=learners["response"].qini.mean,
                ahead=beyond.mean,
                ahead_error=(beyond.high - beyond.low) / 2 / 1.96,
                limit=limit,
                tested=found.contacted.customers + found.control.customers,
            )


RUNS = {"telco": run_telco, "hillstrom": run_hillstrom}


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
