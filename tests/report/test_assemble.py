from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.campaigns import build_contact_list
from regulars.evaluate.costs import Confusion, ContactCosts
from regulars.evaluate.gains import Gain
from regulars.evaluate.intervals import Interval
from regulars.evaluate.metrics import EqualErrors
from regulars.features import AsOf, Feature, FeatureTable
from regulars.predictions.comparing import results
from regulars.predictions.outcomes.definitions import ColumnOutcome
from regulars.predictions.outcomes.outcome import Outcome
from regulars.predictions.reasons.reason import Driver
from regulars.quality import Finding
from regulars.quality.state import Bar, ColumnState, Outliers, TableState, ValueCount
from regulars.report.assemble import (
    report_churn,
    report_contact_list,
    report_findings,
    report_tables,
)
from regulars.report.assemble_segments import report_segments, report_tree
from regulars.report.tables import CUSTOMERS_SCHEMA
from regulars.schema.contract import Role
from regulars.schema.wording import Wording
from regulars.segments import grow_tree, segmentation


def words(text):
    return Wording(en=text, ru=text)


def test_a_finding_is_taken_over_as_it_is():
    found = Finding(
        check="late",
        table="events",
        column=None,
        severity="notice",
        count=3,
        share=None,
        examples=({"day": "2026-01-01", "count": 3},),
        sentence=words("Late"),
        unit="day",
    )

    (part,) = report_findings([found])

    assert (part.check, part.share, part.unit) == ("late", None, "day")
    assert part.examples == ({"day": "2026-01-01", "count": 3},)


def test_the_state_of_a_table_is_taken_over_without_examples_of_values():
    column = ColumnState(
        name="age",
        type="int64",
        role=Role.NUMERIC,
        meaning=words("Age"),
        row_count=2,
        missing_count=0,
        completeness=1.0,
        distinct_count=2,
        is_distinct_approximate=False,
        uniqueness=1.0,
        minimum=18.0,
        maximum=90.0,
        outliers=Outliers(low=0.0, high=100.0, tukey_count=0, robust_z_count=None),
        bars=(Bar(18.0, 90.0, 2),),
        values=(ValueCount(value=18, count=1, share=0.5),),
        examples=(18, 90),
    )
    table = TableState("profiles", 2, 2, None, None, None, 1.0, None, None, (column,))

    (part,) = report_tables([table])

    assert part.columns[0].role == "numeric"
    assert part.columns[0].bars[0].count == 2
    assert "examples" not in part.model_dump(mode="json")["columns"][0]


def _segmentation():
    def profile(number, z):
        tenure = 29.0 + 20 * z
        trait = segmentation.Differentiator("tenure", None, tenure, 29.0, z, words("Long"))
        level = segmentation.Differentiator("contract", "year", 0.6, 0.3, 0.75, words("Year"))
        means = (
            segmentation.SegmentMean("tenure", None, tenure, 29.0),
            segmentation.SegmentMean("contract", "year", 0.6 if number == 1 else 0.0, 0.3),
        )
        differentiators = (trait, level) if number == 1 else (trait,)
        return segmentation.SegmentProfile(
            number, words(f"Name {number}"), 2, 0.5, 0.9, 0.1, 0.2, differentiators, means
        )

    return segmentation.Segmentation(
        customer_ids=pa.array(["1", "2", "3", "4"]),
        segment=np.array([1, 1, 2, 2]),
        k=2,
        silhouette=0.3,
        stability=0.9,
        methods=(segmentation.MethodResult("kmeans", 2, float("nan"), 0.9, (2, 2)),),
        chosen=0,
        reason=words("Steady"),
        sample_size=4,
        profiles=(profile(1, 1.1), profile(2, -0.9)),
    )


def test_segments_are_taken_over_with_what_sets_them_apart():
    labels = {"tenure": Wording(en="Months with us", ru="Месяцев с нами")}

    part = report_segments(_segmentation(), labels=labels, churn_probability={1: 0.25})

    assert [profile.segment for profile in part.profiles] == ["S1", "S2"]
    assert part.profiles[0].churn_probability == 0.25
    assert part.profiles[1].churn_probability is None
    assert part.methods[0].silhouette is None
    assert [feature.ru for feature in part.means.features] == [
        "Месяцев с нами",
        "Contract «year»",
    ]
    assert np.allclose(part.means.z, [[1.1, -0.9], [0.75, -0.75]])


def quality(*, n, repeats):
    certain = Interval(1.0, 1.0, 1.0)
    return results.Quality(
        n=n,
        positives=1,
        customers=n,
        dates=1,
        repeats=repeats,
        roc_auc=Interval(0.8, 0.7, 0.9),
        pr_auc=Interval(0.5, 0.4, 0.6),
        brier=Interval(0.1, 0.1, 0.2),
        precision=certain,
        recall=certain,
        f1=certain,
        confusion=Confusion(1, 0, 0, n - 1),
        equal_errors=EqualErrors(0.5, 0.25),
        sentence=words("x"),
    )


@pytest.fixture
def comparison():
    return results.ChurnComparison(
        outcome=Outcome(
            ColumnOutcome(column="churn", positive="yes"), np.array([1.0, 0.0, 0.0, np.nan])
        ),
        base_rate=1 / 3,
        n=3,
        split=words("Split"),
        models=(
            results.ModelResult(
                name="logistic",
                title=words("LR"),
                roc_auc=Interval(0.8, 0.7, 0.9),
                fold_roc_auc=(0.8,),
                pr_auc=Interval(0.5, 0.4, 0.6),
                brier=Interval(0.1, 0.1, 0.2),
                log_loss=Interval(0.3, 0.2, 0.4),
                calibration_error=Interval(0.02, 0.01, 0.03),
                f1=Interval(0.6, 0.5, 0.7),
                train_roc_auc=0.85,
                behind=0.0,
                behind_error=0.0,
                seconds=0.1,
            ),
        ),
        chosen="logistic",
        reason=words("Best"),
        threshold=results.Threshold(0.2, ContactCosts(), 0.1, 0.2, 0.3, words("Pays")),
        scorecard=(
            results.ScorecardLine(
                "ranking", words("ROC"), {"logistic": 0.8}, ("logistic",), decides=False
            ),
            results.ScorecardLine(
                "seconds", words("s"), {"logistic": 0.1}, ("logistic",), decides=False
            ),
        ),
        quality=quality(n=3, repeats=3),
        holdout=quality(n=1, repeats=1),
        gains=(
            Gain(0.5, 2, Interval(1.0, 0.8, 1.0), Interval(0.6, 0.5, 0.7), Interval(2.0, 1.6, 2.0)),
        ),
        tested=np.array([[1.0, 0.0, 0.0], [0.9, 0.1, 0.2]]),
        customer_ids=pa.array(["1", "2", "3", "4"]),
        churn_probability=np.array([0.9, 0.1, 0.2, 0.3]),
        risk=("high", "low", "low", "medium"),
        risk_bands=(results.RiskBand("high", words("high"), 0.5, 1.0, 1),),
        drivers=(Driver("tenure", "lowers", 0.7, words("Longer, rarer")),),
        alarms=(results.Alarm("leak", "alarm", "end", 0.99, words("Leak")),),
        explainer=None,
        others={},
    )


def test_churn_is_taken_over_whole(comparison):
    part = report_churn(comparison)

    assert (part.outcome.positives, part.outcome.negatives, part.outcome.unknown) == (1, 2, 1)
    assert (part.split.train, part.split.holdout) == (2, 1)
    assert (part.models[0].roc_auc.low, part.holdout.roc_auc_high) == (0.7, 0.9)
    assert part.holdout.confusion.true_positive == 1
    assert (part.quality.n, part.quality.repeats, part.quality.reliability) == (3, 3, 0.75)
    assert part.models[0].intervals["brier"].high == 0.2
    assert [line.name for line in part.scorecard] == ["ranking"]
    assert (part.gains[0].share, part.gains[0].customers) == (0.5, 2)
    assert (part.gains[0].recall.low, part.gains[0].lift.mean) == (0.8, 2.0)
    assert part.outcome.will.en == "will leave"
    assert (part.drivers[0].label.en, part.drivers[0].direction) == ("Tenure", "lowers")
    assert part.alarms[0].kind == "leak"


def test_the_contact_list_is_taken_over_in_figures():
    scores = pa.table(
        {
            "customer_id": ["1", "2"],
            "segment": ["S1", None],
            "churn_probability": [0.9, 0.8],
            "risk": ["high", "high"],
            "reasons": pa.array([[], []], CUSTOMERS_SCHEMA.field("reasons").type),
        }
    )
    found = build_contact_list(scores, top=2, exclusions={"no_consent": {"1"}})

    part = report_contact_list(found, rule=words("Two"))

    assert (part.requested, part.kept, part.excluded) == (2, 1, {"no_consent": 1})
    assert part.by_segment == {"": 1}


def test_few_known_outcomes_are_not_grouped_by_promise(comparison):
    assert report_churn(comparison).calibration == ()


def test_promises_are_compared_with_what_came_in_groups_of_equal_size(comparison):
    count = 300
    labels = np.where(np.arange(count) % 4 == 0, 1.0, 0.0)
    promised = np.linspace(0.0, 1.0, count)
    wide = replace(comparison, tested=np.stack([labels, promised]))

    points = report_churn(wide).calibration

    assert [point.count for point in points] == [30] * 10
    assert points[0].predicted == pytest.approx(promised[:30].mean())
    assert sum(point.observed * point.count for point in points) == pytest.approx(labels.sum())


def test_a_branch_says_the_segment_that_half_of_it_is_in():
    # 24 crowds of six at one place each are the 24 branches.
    place = np.repeat(np.arange(24.0) ** 2, 6)
    names = pa.array([f"{row:03}" for row in range(144)])
    feature = Feature("x", words("x"), None, "numeric")
    features = FeatureTable(
        pa.table({"customer_id": names, "x": place}), (feature,), AsOf(date(2026, 1, 1))
    )
    numbers = np.repeat([1, 2], [72, 72])
    numbers[:6] = [1, 1, 2, 2, 3, 3]

    part = report_tree(grow_tree(features, random_state=0), numbers)

    branches = [(branch.customers, branch.segment) for branch in part.branches]
    assert sorted(branches, key=str) == [(6, "S1")] * 11 + [(6, "S2")] * 12 + [(6, None)]
    assert (part.joined, part.linkage, part.joints[-1].customers) == (144, "ward", 144)
    assert [cut.k for cut in part.cuts] == list(range(2, 11))
