"""Every family of models is read from its files as it was written, bit for bit."""

import json
from dataclasses import replace

import numpy as np
import pytest

from regulars.errors import StorageError
from regulars.predictions.comparing.validation import fit_models
from regulars.predictions.fitting.calibration import Curve
from regulars.predictions.fitting.roster import FAMILIES, list_installed
from regulars.predictions.fitting.training import TrainingRows
from regulars.registry.model_files import FileReader, FileWriter

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def customers():
    chance = np.random.default_rng(4)
    X = np.column_stack([chance.normal(size=(400, 2)), chance.integers(0, 30, (400, 2))])
    X[chance.random(X.shape) < 0.05] = np.nan
    labels = (chance.random(400) < 1 / (1 + np.exp(-2 * np.nan_to_num(X[:, 0])))).astype(float)
    return TrainingRows(X, labels, np.arange(400), np.array([False, False, True, True]))


@pytest.fixture(scope="module")
def scorers(customers):
    fitted = fit_models(customers, 1, lambda: None, models=list_installed())
    return {name: scorer for name, scorer, _ in fitted}


@pytest.fixture(scope="module")
def written(scorers):
    writer = FileWriter()
    packed = json.dumps({name: writer.pack(name, scorers) for name in scorers}, allow_nan=False)
    return json.loads(packed), writer.files


def _read(written):
    values, files = written
    reader, found = FileReader(files.__getitem__, where="models"), {}
    for name, own in values.items():
        found[name] = reader.unpack(name, own, found)
    return found


def test_every_family_scores_and_explains_as_it_was_written(customers, scorers, written):
    found = _read(written)

    differ = [
        name
        for name, scorer in scorers.items()
        if not np.array_equal(scorer.log_odds(customers.X), found[name].log_odds(customers.X))
        or not np.array_equal(
            scorer.contributions(customers.X[:50]), found[name].contributions(customers.X[:50])
        )
    ]
    assert list(found) == list(list_installed())
    assert differ == []


def test_a_curve_is_read_as_it_was_written(customers, scorers):
    curve = Curve("venn_abers", np.array([-1.0, 0.1, 2.0]), np.array([-0.3, 0.2, 0.7]))
    bent = {"logistic": replace(scorers["logistic"], curve=curve)}
    writer = FileWriter()
    packed = json.loads(json.dumps({"logistic": writer.pack("logistic", bent)}))

    found = _read((packed, writer.files))["logistic"]

    assert found.curve.kind == "venn_abers"
    assert np.array_equal(found.log_odds(customers.X), bent["logistic"].log_odds(customers.X))


def test_nothing_is_a_pickle(written):
    _, files = written

    assert {name.rsplit(".", 1)[1] for name in files} <= {"skops", "txt", "ubj", "cbm"}


def test_a_model_whose_library_is_not_installed_says_how_to_install_it(written, monkeypatch):
    absent = replace(FAMILIES["lightgbm"], package="no_such_package", extra="boosters")
    monkeypatch.setitem(FAMILIES, "lightgbm", absent)

    with pytest.raises(StorageError, match=r"pip install 'regulars\[boosters\]'") as refused:
        _read(written)

    assert "здесь не установлен" in refused.value.ru
