"""Which models there are, which run, and what is said of those that cannot."""

from dataclasses import replace

import pytest

from regulars.errors import InvalidParameterError, UnknownNameError
from regulars.predictions import EVERYDAY_MODELS, arrange_models, list_installed
from regulars.predictions.fitting.roster import FAMILIES, count_fits, say_absent


def test_everyday_models_stand_simplest_first():
    assert arrange_models(reversed(EVERYDAY_MODELS)) == EVERYDAY_MODELS
    assert count_fits(EVERYDAY_MODELS) == 5


def test_a_model_made_of_others_comes_with_them():
    assert arrange_models(["blend"]) == ("logistic", "lightgbm", "blend")


def test_a_model_that_does_not_exist_is_refused_by_its_name():
    with pytest.raises(UnknownNameError, match="There is no model 'lightgmb'"):
        arrange_models(["lightgmb"])


def test_no_models_at_all_are_refused():
    with pytest.raises(InvalidParameterError, match="No model is named"):
        arrange_models([])


def test_a_model_that_is_not_installed_is_named_with_the_way_to_install_it(monkeypatch):
    absent = replace(FAMILIES["lightgbm"], package="no_such_package", extra="boosters")
    monkeypatch.setitem(FAMILIES, "lightgbm", absent)

    with pytest.raises(InvalidParameterError, match=r"pip install 'regulars\[boosters\]'"):
        arrange_models(["lightgbm"])

    assert "lightgbm" not in list_installed()
    assert say_absent(["lightgbm"]).ru.startswith("Не сравнивались, потому что не установлены")


def test_nothing_is_said_where_all_are_installed():
    assert say_absent(EVERYDAY_MODELS) is None


def test_a_model_that_takes_its_time_runs_only_where_it_is_named():
    assert "tuned" not in list_installed()
    assert FAMILIES["tuned"].is_named
