"""The figures that are known of the real data sets."""

from datetime import date

import ibis
import pytest

from regulars.evaluate.metrics import roc_auc
from regulars.features import AsOf, ProfileColumn, profile_features, read_profile_column
from regulars.predictions import compare_churn_models, read_outcome
from regulars.schema.contract import Role

AS_OF = AsOf(date(2026, 1, 1))


@pytest.mark.data
def test_telco_is_ranked_better_than_by_logistic_regression(dataset):
    path = dataset("telco/Telco-Customer-Churn.csv")
    raw = ibis.duckdb.connect().read_csv(str(path), nullstr=[" ", ""])
    profiles = raw.rename(customer_id="customerID")
    numeric = {"tenure", "MonthlyCharges", "TotalCharges"}
    columns = [
        ProfileColumn(
            name,
            Role.NUMERIC if name in numeric else Role.CATEGORY,
            "boolean" if profiles[name].type().is_boolean() else "float",
        )
        for name in profiles.columns
        if name not in {"customer_id", "Churn"}
    ]
    features = profile_features(profiles, columns, as_of=AS_OF)
    outcome = read_outcome(
        read_profile_column(profiles, "Churn", as_of=AS_OF), column="Churn", positive_value="Yes"
    )

    comparison = compare_churn_models(features, outcome, random_state=1)

    models = {model.name: model for model in comparison.models}
    assert comparison.chosen in {"lightgbm", "histogram_trees", "blend"}
    assert comparison.quality.roc_auc.mean >= 0.848
    assert models["logistic"].roc_auc.mean == pytest.approx(0.845, abs=0.003)
    assert roc_auc(outcome.labels, comparison.churn_probability) >= 0.848
    assert comparison.faithfulness.gain.low > 0
    assert [alarm for alarm in comparison.alarms if alarm.severity == "alarm"] == []
    assert (outcome.positives, outcome.negatives) == (1869, 5174)
