"""Each kind of fitted model as plain values and files, and back; boosters in their own formats.

JSON writes a float64 with as many digits as bring it back bit for bit.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from regulars.predictions.families.boosting import HistogramModel, LevelCodes, LightgbmModel
from regulars.predictions.families.forests import ForestModel
from regulars.predictions.families.many_levels import LevelWeights, WeighedModel
from regulars.predictions.families.models import LogisticModel, Model, NaiveBayesModel
from regulars.predictions.families.naive_bayes import IntervalNaiveBayes
from regulars.predictions.families.network import NetworkModel, Typical
from regulars.predictions.families.one_feature import OneFeatureModel
from regulars.predictions.families.other_boosters import CatboostModel, XgboostModel

__all__ = ["KINDS", "Kind", "Reader", "Values", "Writer"]

Values = dict[str, Any]


class Writer(Protocol):
    """Takes what has a form of its own."""

    def add(self, name: str, content: bytes) -> str:
        """The name, once the file is added."""

    def add_skops(self, name: str, fitted: object) -> str:
        """The same of what scikit-learn fitted."""

    def pack_model(self, name: str, model: Model) -> Values:
        """A model inside another."""


class Reader(Protocol):
    """Gives it back."""

    def read(self, name: str) -> bytes:
        """The content of a file."""

    def load_skops(self, name: str) -> Any:  # noqa: ANN401 - whatever was written
        """What scikit-learn fitted."""

    def unpack_model(self, values: Values) -> Model:
        """A model inside another."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of model is written and read.

    Attributes
    ----------
    type
        The class.
    pack
        Of a model, the name of its files without their ending, and the writer: its values.
    unpack
        Of its values and the reader: the model.
    """

    type: type[Any]
    pack: Callable[[Any, str, Writer], Values]
    unpack: Callable[[Values, Reader], Model]


def _pack_weighed(model: WeighedModel, name: str, writer: Writer) -> Values:
    return {
        "columns": model.weights.columns.tolist(),
        "encoder": writer.add_skops(f"{name}-levels.skops", model.weights.encoder),
        "model": writer.pack_model(name, model.model),
    }


def _unpack_weighed(values: Values, reader: Reader) -> Model:
    columns: NDArray[np.int64] = np.array(values["columns"], np.int64)
    weights = LevelWeights(columns, reader.load_skops(values["encoder"]))
    return WeighedModel(reader.unpack_model(values["model"]), weights)


def _pack_one_feature(model: OneFeatureModel, _: str, __: Writer) -> Values:
    return {
        "column": model.column,
        "edges": model.edges.tolist(),
        "is_category": model.is_category,
        "steps": model.steps.tolist(),
        "center": model.center,
    }


def _unpack_one_feature(values: Values, _: Reader) -> Model:
    return OneFeatureModel(
        values["column"],
        np.array(values["edges"], np.float64),
        values["is_category"],
        np.array(values["steps"]),
        values["center"],
    )


def _pack_logistic(model: LogisticModel, name: str, writer: Writer) -> Values:
    return {
        "design": writer.add_skops(f"{name}-design.skops", model.design),
        "coefficients": model.coefficients.tolist(),
        "intercept": model.intercept,
        "penalty": model.penalty,
        "center": model.center.tolist(),
    }


def _unpack_logistic(values: Values, reader: Reader) -> Model:
    return LogisticModel(
        reader.load_skops(values["design"]),
        np.array(values["coefficients"]),
        values["intercept"],
        values["penalty"],
        np.array(values["center"]),
    )


def _pack_network(model: NetworkModel, name: str, writer: Writer) -> Values:
    return {
        "design": writer.add_skops(f"{name}-design.skops", model.design),
        "networks": [
            [[weights.tolist(), biases.tolist()] for weights, biases in layers]
            for layers in model.networks
        ],
        "centers": model.typical.centers.tolist(),
        "weights": model.typical.weights.tolist(),
        "n_epochs": model.n_epochs,
    }


def _unpack_network(values: Values, reader: Reader) -> Model:
    networks = tuple(
        tuple((np.array(weights), np.array(biases)) for weights, biases in layers)
        for layers in values["networks"]
    )
    typical = Typical(np.array(values["centers"]), np.array(values["weights"]))
    design = reader.load_skops(values["design"])
    # Models that earlier versions kept do not say how many.
    return NetworkModel(design, networks, typical, values.get("n_epochs"))


def _pack_forest(model: ForestModel, name: str, writer: Writer) -> Values:
    return {
        "booster": writer.add(f"{name}.txt", model.booster.model_to_string().encode()),
        "codes": _pack_codes(model.codes),
    }


def _unpack_forest(values: Values, reader: Reader) -> Model:
    return ForestModel(_read_lightgbm(values, reader), _unpack_codes(values["codes"]))


def _pack_lightgbm(model: LightgbmModel, name: str, writer: Writer) -> Values:
    return {
        "booster": writer.add(f"{name}.txt", model.booster.model_to_string().encode()),
        "codes": _pack_codes(model.codes),
        "n_trees": model.n_trees,
    }


def _unpack_lightgbm(values: Values, reader: Reader) -> Model:
    booster = _read_lightgbm(values, reader)
    return LightgbmModel(booster, _unpack_codes(values["codes"]), values["n_trees"])


def _read_lightgbm(values: Values, reader: Reader) -> Any:  # noqa: ANN401 - ships no types
    import lightgbm

    return lightgbm.Booster(model_str=reader.read(values["booster"]).decode())


def _pack_histogram(model: HistogramModel, name: str, writer: Writer) -> Values:
    return {
        "trees": writer.add_skops(f"{name}.skops", model.model),
        "codes": _pack_codes(model.codes),
        "order": model.order.tolist(),
        "n_trees": model.n_trees,
    }


def _unpack_histogram(values: Values, reader: Reader) -> Model:
    return HistogramModel(
        reader.load_skops(values["trees"]),
        _unpack_codes(values["codes"]),
        np.array(values["order"], np.int64),
        values["n_trees"],
    )


def _pack_xgboost(model: XgboostModel, name: str, writer: Writer) -> Values:
    return {
        "booster": writer.add(f"{name}.ubj", bytes(model.booster.save_raw("ubj"))),
        "codes": _pack_codes(model.codes),
        "n_trees": model.n_trees,
    }


def _unpack_xgboost(values: Values, reader: Reader) -> Model:
    from xgboost import Booster

    booster = Booster({"nthread": 1}, model_file=bytearray(reader.read(values["booster"])))
    return XgboostModel(booster, _unpack_codes(values["codes"]), values["n_trees"])


def _pack_catboost(model: CatboostModel, name: str, writer: Writer) -> Values:
    # CatBoost writes to paths only.
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.cbm"
        model.model.save_model(str(file), format="cbm")
        content = file.read_bytes()
    return {"booster": writer.add(f"{name}.cbm", content), "codes": _pack_codes(model.codes)}


def _unpack_catboost(values: Values, reader: Reader) -> Model:
    from catboost import CatBoostClassifier

    model = CatBoostClassifier().load_model(blob=reader.read(values["booster"]))
    return CatboostModel(model, _unpack_codes(values["codes"]))


def _pack_codes(codes: LevelCodes) -> list[list[Any]]:
    return [[column, known.tolist()] for column, known in codes.known.items()]


def _unpack_codes(values: list[list[Any]]) -> LevelCodes:
    return LevelCodes({column: np.array(known, np.float64) for column, known in values})


_TABLES = ("edges_", "counts_", "log_probabilities_")


def _pack_naive_bayes(model: NaiveBayesModel, _: str, __: Writer) -> Values:
    estimator = model.estimator
    return {
        "center": model.center.tolist(),
        "n_intervals": estimator.n_intervals,
        "alpha": estimator.alpha,
        "is_category": estimator.category_mask_.tolist(),
        "classes": estimator.classes_.tolist(),
        "class_log_prior": estimator.class_log_prior_.tolist(),
        **{name: [table.tolist() for table in getattr(estimator, name)] for name in _TABLES},
    }


def _unpack_naive_bayes(values: Values, _: Reader) -> Model:
    is_category: NDArray[np.bool_] = np.array(values["is_category"], dtype=bool)
    estimator = IntervalNaiveBayes(
        is_category, n_intervals=values["n_intervals"], alpha=values["alpha"]
    )
    estimator.category_mask_ = is_category
    estimator.n_features_in_ = len(is_category)
    estimator.classes_ = np.array(values["classes"])
    estimator.class_log_prior_ = np.array(values["class_log_prior"])
    for name in _TABLES:
        setattr(estimator, name, [np.array(table, np.float64) for table in values[name]])
    return NaiveBayesModel(estimator, np.array(values["center"]))


KINDS: dict[str, Kind] = {
    "weighed": Kind(WeighedModel, _pack_weighed, _unpack_weighed),
    "one_feature": Kind(OneFeatureModel, _pack_one_feature, _unpack_one_feature),
    "naive_bayes": Kind(NaiveBayesModel, _pack_naive_bayes, _unpack_naive_bayes),
    "logistic": Kind(LogisticModel, _pack_logistic, _unpack_logistic),
    "forest": Kind(ForestModel, _pack_forest, _unpack_forest),
    "lightgbm": Kind(LightgbmModel, _pack_lightgbm, _unpack_lightgbm),
    "histogram_trees": Kind(HistogramModel, _pack_histogram, _unpack_histogram),
    "xgboost": Kind(XgboostModel, _pack_xgboost, _unpack_xgboost),
    "catboost": Kind(CatboostModel, _pack_catboost, _unpack_catboost),
    "network": Kind(NetworkModel, _pack_network, _unpack_network),
}
"""Every kind of model by its name in a file; a name that is not here is not read."""
