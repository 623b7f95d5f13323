"""The settings that are kept with models are those of the models themselves."""

import numpy as np
import pytest

from regulars.features import Feature
from regulars.predictions.comparing.validation import fit_models
from regulars.predictions.fitting.roster import FAMILIES
from regulars.predictions.fitting.training import TrainingRows
from regulars.registry.model_files import FileReader, FileWriter
from regulars.registry.parameters import read_parameters, say_parameters
from regulars.schema.wording import Wording

FEATURES = [
    Feature(name, Wording(en=name, ru=name), None, kind)
    for name, kind in {"age": "numeric", "fee": "numeric", "city": "category"}.items()
]
CALIBRATED = {"n_features", "calibration", "slope", "offset"}
LEVELS = {"weighed_levels", "level_smooth"}


@pytest.fixture(scope="module")
def scorers():
    """Every family that is not made to search, on customers of forty cities."""
    chance = np.random.default_rng(3)
    X = np.column_stack([chance.normal(size=(400, 2)), chance.integers(0, 40, 400)])
    labels = (chance.random(400) < 1 / (1 + np.exp(-2 * X[:, 0]))).astype(float)
    rows = TrainingRows(X, labels, np.arange(400), np.array([False, False, True]))
    models = [name for name, family in FAMILIES.items() if family.is_installed and name != "tuned"]
    return {name: scorer for name, scorer, _ in fit_models(rows, 1, lambda: None, models=models)}


@pytest.mark.slow
def test_every_family_tells_what_it_was_set_to(scorers):
    told = read_parameters(scorers, FEATURES)

    names = {name: set(settings) - CALIBRATED - LEVELS for name, settings in told.items()}
    assert list(told) == list(scorers)
    assert names["baseline"] == {"base_rate"}
    assert names["one_feature"] == {"feature", "n_steps"}
    assert names["naive_bayes"] == {"n_intervals", "alpha"}
    assert names["logistic"] == {"C", "n_design_columns"}
    assert {"n_trees", "learning_rate", "num_leaves", "lambda_l2"} <= names["lightgbm"]
    assert {"n_trees", "num_leaves", "extra_trees"} <= names["random_forest"]
    assert {"n_trees", "learning_rate", "max_leaf_nodes"} <= names["histogram_trees"]
    assert {"n_trees", "eta", "max_leaves", "lambda"} <= names["xgboost"]
    assert {"n_trees", "learning_rate", "depth"} <= names["catboost"]
    assert names["network"] == {"n_epochs", "layers", "n_networks"}
    assert told["blend"] == {"parts": ("logistic", "lightgbm")}
    assert set(told["stack"]) == {"parts", "weights", "offset"}
    assert told["one_feature"]["feature"] == "age"
    assert told["lightgbm"]["weighed_levels"] == ("city",)


@pytest.mark.slow
def test_a_model_that_was_read_again_tells_the_same(scorers):
    writer = FileWriter()
    packed = {name: writer.pack(name, scorers) for name in scorers}
    reader = FileReader(writer.files.__getitem__, where="here")

    read = {}
    for name, values in packed.items():
        read[name] = reader.unpack(name, values, read)

    told, before = read_parameters(read, FEATURES), read_parameters(scorers, FEATURES)
    # The files of these two do not keep them: they are in the manifest only.
    kept = [name for name in scorers if name not in {"xgboost", "catboost"}]
    assert [say_parameters(told[name]) for name in kept] == [
        say_parameters(before[name]) for name in kept
    ]
