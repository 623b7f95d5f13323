"""Groups read from columns, twins of another group, the group guessed, and what could be done."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import QualityError, UnknownColumnError
from regulars.evaluate import ContactCosts
from regulars.features import AsOf, Feature, FeatureTable, encode_features
from regulars.predictions.fairness.group_checks import (
    JudgedRows,
    check_group,
    guess_group,
    score_twins,
)
from regulars.predictions.fairness.group_sentences import say_check
from regulars.predictions.fairness.groups import find_groups, read_groups
from regulars.predictions.fairness.mitigation import equalize_recall, refit_remedies
from regulars.predictions.fairness.remedy_sentences import say_remedy
from regulars.predictions.fitting.training import TrainingRows
from regulars.schema.wording import Wording

DAY = AsOf(date(2026, 1, 10))


class OfColumn:
    """A scorer whose probability is one column plus a tenth of another."""

    def probabilities(self, X):
        return X[:, 0] / 2 + X[:, 1] / 10


def _table(**columns):
    kinds = {"string": "category", "double": "numeric", "bool": "boolean"}
    arrays = {name: pa.array(values) for name, values in columns.items()}
    features = tuple(
        Feature(name, Wording(en=name, ru=name), None, kinds[str(column.type)], source=name)
        for name, column in arrays.items()
    )
    ids = [f"{n:04}" for n in range(len(next(iter(arrays.values()))))]
    return FeatureTable(pa.table({"customer_id": ids} | arrays), features, DAY)


def test_sex_age_and_region_are_found_and_nothing_else():
    features = _table(
        Gender=["F", "M"] * 20,
        client_age=[float(20 + n) for n in range(40)],
        plan=["a", "b"] * 20,
        account_age=[float(n) for n in range(40)],
        город=["Самара", "Пермь"] * 20,
        column7=["жен", "муж"] * 20,
    )

    found = [(groups.column, groups.kind) for groups in find_groups(features)]

    assert found == [
        ("Gender", "sex"),
        ("client_age", "age"),
        ("город", "region"),
        ("column7", "sex"),
    ]


def test_age_is_cut_into_bands():
    ages = [18.0, 24.9, 25.0, 34.0, 35.0, 44.0, 45.0, 54.0, 55.0, 64.0, 65.0, 90.0, None]

    groups = read_groups(_table(age=ages), "age")

    assert groups.names == ("< 25", "25–34", "35–44", "45–54", "55–64", "65+")
    assert groups.codes.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, -1]


def test_a_year_of_birth_is_an_age_on_the_day():
    years = [float(1940 + 5 * n) for n in range(13)]

    groups = read_groups(_table(birth_year=years), "birth_year")

    assert groups.names[groups.codes[0]] == "65+"
    assert groups.names[groups.codes[-1]] == "25–34"


def test_another_number_is_cut_into_quarters_and_a_few_values_are_groups():
    features = _table(fee=[float(n) for n in range(40)], senior=[0.0, 1.0] * 20)

    assert np.bincount(read_groups(features, "fee").codes).tolist() == [10, 10, 10, 10]
    assert read_groups(features, "senior").names == ("0", "1")


def test_a_column_that_is_not_there_has_the_nearest_named():
    with pytest.raises(UnknownColumnError, match=r"no column 'gendr'\. Did you mean 'gender'\?"):
        read_groups(_table(gender=["f", "m"], fee=[1.0, 2.0]), "gendr")


def test_a_column_that_nobody_has_a_value_of_makes_no_groups():
    with pytest.raises(QualityError, match="Nobody's value of 'age' is known"):
        read_groups(_table(age=pa.array([None, None], pa.float64())), "age")


def test_customers_are_located_by_their_id():
    groups = read_groups(_table(sex=["f", "m", None]), "sex")

    assert groups.locate(pa.array(["0001", "9999", "0000", "0002"])).tolist() == [1, -1, 0, -1]


def test_twins_differ_by_what_the_column_alone_does():
    features = _table(fee=[0.4] * 60 + [0.8] * 60, sex=["f", "m"] * 60)
    groups = read_groups(features, "sex")

    twins = score_twins(
        OfColumn(), encode_features(features), groups, groups.codes, [0, 1], threshold=0.25
    )

    # At a fee of 0.4 a woman has 0.2 and a man 0.3; at 0.8 both are above the threshold.
    assert twins.flips.mean == 0.5
    assert [(one.name, one.customers) for one in twins.shifts] == [("f", 60), ("m", 60)]
    assert [one.change.mean for one in twins.shifts] == pytest.approx([-0.1, 0.1])
    assert [one.flips.mean for one in twins.shifts] == [0.5, 0.5]


def test_a_model_that_does_not_see_the_column_has_no_twins_and_says_so():
    rng = np.random.default_rng(1)
    features = _table(fee=rng.random(200).tolist(), sex=["f", "m"] * 100)
    groups = read_groups(features, "sex")
    said = rng.random(200)
    tested = JudgedRows((rng.random(200) < said) * 1.0, said, groups.codes, np.arange(200))

    check = check_group(
        groups,
        tested,
        threshold=0.5,
        scorer=OfColumn(),
        matrix=encode_features(features.drop(["sex"])),
        codes=groups.codes,
        random_state=1,
    )

    assert (check.is_seen, check.twins) == (False, None)
    assert abs(check.guess.roc_auc.mean - 0.5) < 0.15
    assert any("does not look at this column" in said.en for said in say_check(check))


def test_a_group_that_another_feature_tells_is_guessed():
    rng = np.random.default_rng(2)
    sex = rng.random(300) < 0.5
    features = _table(
        height=np.where(sex, 180.0, 165.0) + rng.normal(0, 5, 300),
        fee=rng.random(300),
        sex=np.where(sex, "m", "f").tolist(),
    )
    groups = read_groups(features, "sex")

    guess = guess_group(encode_features(features), groups, groups.codes, [0, 1], random_state=1)

    assert guess.roc_auc.low > 0.9
    assert guess.features == ("height",)


def test_thresholds_by_group_make_the_recall_equal_and_say_what_they_cost():
    said = np.concatenate([np.linspace(0.2, 0.8, 100), np.linspace(0.0, 0.6, 100)])
    labels = np.tile([1.0, 0.0], 100)
    tested = JudgedRows(labels, said, np.repeat([0, 1], 100), np.arange(200))

    remedy = equalize_recall(tested, ["a", "b"], costs=ContactCosts(missed=2.5))

    assert remedy.recall_gap.difference.mean == 0.0
    assert dict(remedy.thresholds)["a"] > 0.4 > dict(remedy.thresholds)["b"]
    assert remedy.roc_auc_change is None
    assert say_remedy(remedy).en.startswith("A threshold for each group (a: ")


def test_thresholds_by_group_need_somebody_with_the_outcome():
    tested = JudgedRows(np.zeros(9), np.zeros(9), np.zeros(9, int), np.arange(9))

    assert equalize_recall(tested, ["a"], costs=ContactCosts()) is None


@pytest.mark.slow
def test_a_model_without_the_column_and_its_proxy_is_learnt_and_priced():
    rng = np.random.default_rng(3)
    n = 600
    sex = (rng.random(n) < 0.5).astype(float)
    height = sex + rng.normal(0, 0.2, n)
    fee = rng.normal(0, 1, n)
    labels = (rng.random(n) < 1 / (1 + np.exp(1 - 2 * sex - fee))).astype(float)
    rows = TrainingRows(
        np.column_stack([sex, height, fee]), labels, np.arange(n), np.zeros(3, dtype=bool)
    )

    found = refit_remedies(
        rows,
        sex.astype(int),
        ["f", "m"],
        model="logistic",
        columns=["sex", "height", "fee"],
        column="sex",
        proxies=["height"],
        costs=ContactCosts(),
        random_state=1,
    )

    by_name = {one.name: one for one in found}
    assert list(by_name) == ["without_column", "without_proxies", "weights"]
    assert by_name["without_proxies"].left_out == ("sex", "height")
    assert by_name["without_proxies"].roc_auc_change.high < 0
    assert abs(by_name["without_column"].roc_auc_change.mean) < 0.03
    gaps = {name: one.recall_gap.difference.mean for name, one in by_name.items()}
    assert gaps["without_proxies"] < gaps["without_column"]
