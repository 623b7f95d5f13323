"""The settings of fitted models as plain values: what was chosen, what was fixed, in the libraries' own words."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from regulars.features.table import Feature
from regulars.predictions.families.boosting import HistogramModel, LightgbmModel
from regulars.predictions.families.forests import ForestModel
from regulars.predictions.families.many_levels import WeighedModel
from regulars.predictions.families.models import LogisticModel, Model, NaiveBayesModel
from regulars.predictions.families.names import ModelName
from regulars.predictions.families.network import NetworkModel
from regulars.predictions.families.one_feature import OneFeatureModel
from regulars.predictions.families.other_boosters import CatboostModel, XgboostModel
from regulars.predictions.fitting.scorers import (
    BaselineScorer,
    BlendScorer,
    CalibratedScorer,
    Scorer,
)
from regulars.predictions.fitting.stacking import StackScorer

__all__ = ["ParameterValue", "Parameters", "read_parameters", "say_parameters"]

ParameterValue = int | float | str | tuple[int | float | str, ...]
Parameters = Mapping[str, ParameterValue]
"""By name."""

_LIGHTGBM = (
    *("learning_rate", "num_leaves", "min_data_in_leaf", "lambda_l2"),
    *("feature_fraction", "bagging_fraction"),
)
_XGBOOST = ("eta", "max_leaves", "min_child_weight", "lambda", "subsample", "colsample_bytree")
_CATBOOST = ("learning_rate", "depth", "l2_leaf_reg", "rsm")
_HISTOGRAM = (
    *("learning_rate", "max_leaf_nodes", "min_samples_leaf"),
    *("l2_regularization", "max_features"),
)


def read_parameters(
    scorers: Mapping[ModelName, Scorer], features: Sequence[Feature]
) -> dict[ModelName, Parameters]:
    """The settings of every model.

    Parameters
    ----------
    scorers
        Each by its name.
    features
        The columns that they are given.
    """
    names = {id(scorer): name for name, scorer in scorers.items()}
    columns = [feature.name for feature in features]
    return {name: _read_scorer(scorer, names, columns) for name, scorer in scorers.items()}


def say_parameters(told: Parameters) -> str:
    """Settings in one line, numbers to four digits.

    Examples
    --------
    >>> say_parameters({"n_trees": 200, "learning_rate": 0.05, "parts": ("logistic", "lightgbm")})
    'n_trees=200, learning_rate=0.05, parts=logistic+lightgbm'
    """
    return ", ".join(f"{name}={_say_value(value)}" for name, value in told.items())


def _say_value(value: ParameterValue) -> str:
    if isinstance(value, tuple):
        return "+".join(map(_say_value, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _read_scorer(
    scorer: Scorer, names: Mapping[int, ModelName], features: Sequence[str]
) -> Parameters:
    if isinstance(scorer, BaselineScorer):
        return {"base_rate": scorer.base_rate}
    if isinstance(scorer, BlendScorer):
        return {"parts": tuple(names[id(part)] for part in scorer.parts)}
    if isinstance(scorer, StackScorer):
        return {
            "parts": tuple(names[id(part)] for part in scorer.parts),
            "weights": tuple(scorer.weights.tolist()),
            "offset": scorer.offset,
        }
    calibrated = cast("CalibratedScorer", scorer)
    given = [features[column] for column in calibrated.columns.tolist()]
    return {
        **_read_model(calibrated.model, given),
        "n_features": len(given),
        "calibration": "line" if calibrated.curve is None else calibrated.curve.kind,
        "slope": calibrated.slope,
        "offset": calibrated.offset,
    }


def _read_model(model: Model, given: Sequence[str]) -> Parameters:
    return _READERS[type(model)](model, given)


def _read_weighed(model: WeighedModel, given: Sequence[str]) -> Parameters:
    weighed = tuple(given[column] for column in model.weights.columns.tolist())
    smooth = float(model.weights.encoder.smooth)
    return {**_read_model(model.model, given), "weighed_levels": weighed, "level_smooth": smooth}


def _read_logistic(model: LogisticModel, _: Sequence[str]) -> Parameters:
    return {"C": model.penalty, "n_design_columns": len(model.coefficients)}


def _read_naive_bayes(model: NaiveBayesModel, _: Sequence[str]) -> Parameters:
    return {"n_intervals": model.estimator.n_intervals, "alpha": model.estimator.alpha}


def _read_one_feature(model: OneFeatureModel, given: Sequence[str]) -> Parameters:
    return {"feature": given[model.column], "n_steps": len(model.steps) - 1}


def _read_lightgbm(model: LightgbmModel, _: Sequence[str]) -> Parameters:
    return {"n_trees": model.n_trees, **_pick(model.booster.params, _LIGHTGBM)}


def _read_forest(model: ForestModel, _: Sequence[str]) -> Parameters:
    settings = model.booster.params
    return {
        "n_trees": model.booster.num_trees(),
        **_pick(settings, ["num_leaves", "min_data_in_leaf", "lambda_l2"]),
        **_pick(settings, ["feature_fraction", "feature_fraction_bynode", "bagging_fraction"]),
        "extra_trees": int(bool(settings["extra_trees"])),
    }


def _read_histogram(model: HistogramModel, _: Sequence[str]) -> Parameters:
    return {"n_trees": model.n_trees, **_pick(model.model.get_params(), _HISTOGRAM)}


def _read_xgboost(model: XgboostModel, _: Sequence[str]) -> Parameters:
    booster = json.loads(model.booster.save_config())["learner"]["gradient_booster"]
    told = {name: float(booster["tree_train_param"][name]) for name in _XGBOOST}
    return {"n_trees": model.n_trees, **told, "max_leaves": int(told["max_leaves"])}


def _read_catboost(model: CatboostModel, _: Sequence[str]) -> Parameters:
    return {"n_trees": int(model.model.tree_count_), **_pick(model.model.get_params(), _CATBOOST)}


def _read_network(model: NetworkModel, _: Sequence[str]) -> Parameters:
    first = model.networks[0]
    layers = tuple(int(biases.shape[0]) for _, biases in first[:-1])
    epochs = {} if model.n_epochs is None else {"n_epochs": model.n_epochs}
    return {**epochs, "layers": layers, "n_networks": len(model.networks)}


def _pick(settings: Mapping[str, Any], names: Sequence[str]) -> Parameters:
    return {name: settings[name] for name in names if settings.get(name) is not None}


_READERS: Mapping[type[Any], Callable[[Any, Sequence[str]], Parameters]] = {
    WeighedModel: _read_weighed,
    LogisticModel: _read_logistic,
    NaiveBayesModel: _read_naive_bayes,
    OneFeatureModel: _read_one_feature,
    LightgbmModel: _read_lightgbm,
    ForestModel: _read_forest,
    HistogramModel: _read_histogram,
    XgboostModel: _read_xgboost,
    CatboostModel: _read_catboost,
    NetworkModel: _read_network,
}
