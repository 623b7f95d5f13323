"""An outcome of several classes: what is refused, and how they are told apart."""

from datetime import date
from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from regulars.errors import QualityError
from regulars.features import AsOf, Feature, FeatureTable
from regulars.predictions import compare_classes, read_classes
from regulars.schema.wording import Wording


@cache
def _told():
    generator = np.random.default_rng(1)
    place = generator.normal(size=240)
    classes = np.where(place < -0.5, "leaves", np.where(place > 0.5, "buys more", "stays"))
    feature = Feature("x", Wording(en="x", ru="x"), None, "numeric")
    ids = pa.array([f"{row:03d}" for row in range(240)])
    table = pa.table({"customer_id": ids, "x": place + 0.2 * generator.normal(size=240)})
    features = FeatureTable(table, (feature,), AsOf(date(2025, 1, 1)))
    values = [*classes.tolist()[:-2], None, None]
    return compare_classes(features, read_classes(values, column="plan"), random_state=1), values


@pytest.mark.slow
def test_several_classes_are_told_apart_one_by_one():
    told, values = _told()

    assert set(told.comparisons) == {"leaves", "stays", "buys more"}
    np.testing.assert_allclose(told.probabilities.sum(axis=1), 1)
    assert 0.85 < told.roc_auc.low < told.roc_auc.mean < told.roc_auc.high
    assert np.mean([one == other for one, other in zip(told.predicted, values, strict=True)]) > 0.7


@pytest.mark.slow
def test_the_confusion_counts_those_whose_class_is_known():
    told, values = _told()

    assert told.confusion.sum(axis=1).tolist() == [one.customers for one in told.by_class]
    assert told.confusion.sum(axis=0).tolist() == [one.predicted for one in told.by_class]
    assert told.confusion.sum() == 238
    assert told.accuracy.mean == np.trace(told.confusion) / 238
    assert told.frequent_share == values.count(told.classes.names[0]) / 238


@pytest.mark.slow
def test_precision_and_recall_of_a_class_are_those_of_the_confusion():
    told, _ = _told()

    first = told.by_class[0]
    right, named, has = told.confusion[0, 0], told.confusion[:, 0].sum(), told.confusion[0].sum()
    assert first.precision.mean == pytest.approx(right / named, rel=1e-12)
    assert first.recall.mean == pytest.approx(right / has, rel=1e-12)
    assert first.f1.mean == pytest.approx(2 * right / (named + has), rel=1e-12)


@pytest.mark.slow
def test_every_model_is_averaged_over_the_classes():
    told, _ = _told()

    of_classes = [one.models[2].roc_auc.mean for one in told.comparisons.values()]
    assert list(told.models)[2] == "logistic"
    assert told.models["logistic"].mean == pytest.approx(np.mean(of_classes), rel=1e-12)
    assert told.models["baseline"].mean == 0.5


def test_classes_are_said_with_how_often_each_was_seen():
    classes = read_classes(["stays"] * 60 + ["Leaves"] * 25 + ["moves"] * 20 + [None], column="end")

    assert classes.names == ("stays", "Leaves", "moves")
    assert classes.codes.tolist() == [0] * 60 + [1] * 25 + [2] * 20 + [-1]
    assert classes.sentence.en == (
        "The outcome “end” has 3 classes. Of 105 customers: “stays” 60 (57%), “Leaves” 25 (24%), "
        "“moves” 20 (19%). For 1 more it is not known."
    )


def test_upper_and_lower_case_are_one_class():
    classes = read_classes(["Gold"] * 30 + ["gold"] * 25 + ["tin"] * 20 + ["zinc"] * 20, column="c")

    assert classes.names == ("Gold", "tin", "zinc")
    assert classes.outcomes["Gold"].positives == 55


def test_five_hundred_classes_are_refused():
    with pytest.raises(QualityError, match="'total' has 500 different values; at most 12"):
        read_classes(list(range(500)), column="total")


def test_a_rare_class_is_refused_by_its_name():
    with pytest.raises(QualityError, match="the rarest, 'dead', has 19 customers; at least 20"):
        read_classes(["stays"] * 60 + ["left"] * 30 + ["dead"] * 19, column="end")
