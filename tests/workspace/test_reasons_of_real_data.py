"""Reasons and nearest changes on every file with an outcome of two values, as `analyze` gives them."""

import numpy as np
import pytest

from regulars.ingest.wishes import Wishes
from regulars.predictions.reasons.changeable import find_changeable
from regulars.predictions.reasons.counterfactuals import find_nearest_change
from regulars.progress import Silent
from regulars.workspace.analyze import analyze_files
from regulars.workspace.demo import run_demo
from regulars.workspace.load import FileReading
from regulars.workspace.models import open_models

pytestmark = [pytest.mark.data, pytest.mark.slow]

PURCHASES = ("master_id", "customer_id", "order_date", "cds", "dollars")
APPLICANTS = (
    "checking,months,history,purpose,credit,savings,employment,rate,status,guarantor,residence,"
    "property,age,plans,housing,credits,job,dependants,telephone,foreign,class"
)
FILES = {
    "telco/Telco-Customer-Churn.csv": (Wishes(), None),
    "online_shoppers/online_shoppers_intention.csv": (Wishes(outcome="Revenue"), None),
    "tv_churn/churn_tv_subscriptions.csv.gz": (
        Wishes(drop=("C_FP", "C_FN", "C_TP", "C_TN")),
        None,
    ),
    "german_credit/german.data": (Wishes(outcome="class=2"), tuple(APPLICANTS.split(","))),
    "bank_marketing/bank-additional.zip::bank-additional/bank-full.csv": (
        Wishes(outcome="y", drop=("duration",)),
        None,
    ),
    "hillstrom/hillstrom_email_data.csv": (
        Wishes(outcome="visit", drop=("conversion", "spend")),
        None,
    ),
    "cdnow/CDNOW_sample.txt": (Wishes(), PURCHASES),
    "online_retail/online_retail.parquet": (Wishes(), None),
}


@pytest.mark.parametrize("name", FILES)
def test_reasons_move_scores_and_changes_are_enough_and_no_larger(name, dataset, tmp_path):
    path, mark, member = name.partition("::")
    wishes, columns = FILES[name]

    analysis = analyze_files(
        [f"{dataset(path)}{mark}{member}"],
        folder=tmp_path,
        wishes=wishes,
        reading=FileReading(columns=columns),
        progress=Silent(),
    )

    assert analysis.report.churn.faithfulness.gain.low > 0
    check_changes(analysis)


def test_reasons_of_the_simulated_company_move_scores(tmp_path):
    analysis = run_demo(tmp_path, customers=2_000, progress=Silent()).analysis

    assert analysis.report.churn.faithfulness.gain.low > 0
    check_changes(analysis)


def check_changes(analysis):
    """Of twenty customers at risk: changes only what may be, crosses, and no part can be left out."""
    models = open_models(analysis.workspace, analysis.report.lineage.run)
    matrix = analysis.study.churn.explainer.matrix
    score = models.open_row()
    may = find_changeable(matrix.features)
    threshold = models.manifest.threshold
    at_risk = np.flatnonzero(models.get(None).probabilities(matrix.values) >= threshold)
    for row in at_risk[:: max(1, len(at_risk) // 20)][:20]:
        found = find_nearest_change(
            models.get(None).probabilities,
            matrix.values[row],
            models.get_usual().grid,
            changeable=may,
            threshold=threshold,
        )
        own = {
            feature.name: matrix.decode(column, float(matrix.values[row, column]))
            for column, feature in enumerate(matrix.features)
        }
        changed = own | {
            matrix.features[one.column].name: matrix.decode(one.column, one.after)
            for one in found.changes
        }
        assert all(may[one.column] for one in found.changes)
        assert score(own) == pytest.approx(found.before, abs=1e-9)
        assert not found.changes or score(changed) == pytest.approx(found.after, abs=1e-9)
        assert not found.changes or found.after < threshold <= found.before
        for one in found.changes:
            name = matrix.features[one.column].name
            assert score(changed | {name: own[name]}) >= threshold
