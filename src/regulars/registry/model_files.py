"""Fitted models as plain values and files, and back: JSON, LightGBM's own text, skops; never pickle.

JSON writes a float64 with as many digits as bring it back bit for bit.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from regulars.errors import StorageError
from regulars.features.design import DesignMatrix
from regulars.predictions.boosting import HistogramModel, LevelCodes, LightgbmModel
from regulars.predictions.cleaned import Cleaner, keep_rows
from regulars.predictions.many_levels import LevelWeights, WeighedModel
from regulars.predictions.models import LogisticModel, Model, NaiveBayesModel
from regulars.predictions.naive_bayes import IntervalNaiveBayes
from regulars.predictions.results import ModelName
from regulars.predictions.scorers import BaselineScorer, BlendScorer, CalibratedScorer, Scorer

__all__ = ["FileReader", "FileWriter"]

Values = dict[str, Any]

_TRUSTED = (
    "functools.partial",
    "numpy.dtype",
    "regulars.features.design.DesignMatrix",
    "regulars.features.design.TailTamer",
    "regulars.features.design.name_after_source",
    "regulars.quality.outliers.OutlierCapper",
    "regulars.quality.pattern_imputer.PatternImputer",
    "regulars.quality.pattern_imputer._Submodel",
    "regulars.quality.planned_imputer.PlannedImputer",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.model_selection._split.KFold",
    "sklearn.utils.validation.check_array",
)
"""What may be made from a file beside what skops itself knows; nothing else is loaded."""


class FileWriter:
    """Turns scorers into plain values; what has a form of its own goes to a file beside them.

    Attributes
    ----------
    files
        Name and content of each file.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._cleaners: dict[int, str] = {}

    def pack(self, name: ModelName, scorers: Mapping[ModelName, Scorer]) -> Values:
        """One scorer; of a blend the names of its parts."""
        scorer = scorers[name]
        if isinstance(scorer, BaselineScorer):
            return {"kind": "baseline", "base_rate": scorer.base_rate}
        if isinstance(scorer, BlendScorer):
            parts = [next(n for n, one in scorers.items() if one is part) for part in scorer.parts]
            return {"kind": "blend", "parts": parts}
        calibrated = cast("CalibratedScorer", scorer)
        return {
            "kind": "calibrated",
            "slope": calibrated.slope,
            "offset": calibrated.offset,
            "columns": calibrated.columns.tolist(),
            "cleaner": self._pack_cleaner(calibrated.clean),
            "model": self._pack_model(name, calibrated.model),
        }

    def _pack_cleaner(self, clean: object) -> str | None:
        if not isinstance(clean, Cleaner):
            return None
        # All models of a run learnt from rows that were cleaned together.
        if id(clean) not in self._cleaners:
            name = f"cleaner-{len(self._cleaners) + 1}.skops"
            self._cleaners[id(clean)] = self._add_skops(name, clean.pipeline)
        return self._cleaners[id(clean)]

    def _pack_model(self, name: str, model: Model) -> Values:
        if isinstance(model, WeighedModel):
            return {
                "kind": "weighed",
                "columns": model.weights.columns.tolist(),
                "encoder": self._add_skops(f"{name}-levels.skops", model.weights.encoder),
                "model": self._pack_model(name, model.model),
            }
        if isinstance(model, LogisticModel):
            return {
                "kind": "logistic",
                "design": self._add_skops(f"{name}-design.skops", model.design),
                "coefficients": model.coefficients.tolist(),
                "intercept": model.intercept,
                "penalty": model.penalty,
                "center": model.center.tolist(),
            }
        if isinstance(model, NaiveBayesModel):
            return {"kind": "naive_bayes", **_pack_naive_bayes(model)}
        if isinstance(model, LightgbmModel):
            self.files[f"{name}.txt"] = model.booster.model_to_string().encode()
            return {
                "kind": "lightgbm",
                "booster": f"{name}.txt",
                "codes": _pack_codes(model.codes),
                "n_trees": model.n_trees,
            }
        trees = cast("HistogramModel", model)
        return {
            "kind": "histogram_trees",
            "trees": self._add_skops(f"{name}.skops", trees.model),
            "codes": _pack_codes(trees.codes),
            "order": trees.order.tolist(),
            "n_trees": trees.n_trees,
        }

    def _add_skops(self, name: str, fitted: object) -> str:
        import skops.io

        self.files[name] = skops.io.dumps(fitted)
        return name


class FileReader:
    """Turns plain values and files back into scorers.

    Parameters
    ----------
    read
        Gives the content of a file by its name.
    where
        The folder, for an error.
    """

    def __init__(self, read: Callable[[str], bytes], *, where: str) -> None:
        self._read = read
        self._where = where
        self._cleaners: dict[str, Cleaner] = {}

    def unpack(self, values: Values, scorers: Mapping[ModelName, Scorer]) -> Scorer:
        """One scorer; the parts of a blend are among `scorers`."""
        if values["kind"] == "baseline":
            return BaselineScorer(values["base_rate"])
        if values["kind"] == "blend":
            return BlendScorer(tuple(scorers[name] for name in values["parts"]))
        return CalibratedScorer(
            self._unpack_model(values["model"]),
            values["slope"],
            values["offset"],
            columns=np.array(values["columns"], np.int64),
            clean=keep_rows
            if values["cleaner"] is None
            else self._unpack_cleaner(values["cleaner"]),
        )

    def _unpack_cleaner(self, name: str) -> Cleaner:
        if name not in self._cleaners:
            self._cleaners[name] = Cleaner(self._load_skops(name))
        return self._cleaners[name]

    def _unpack_model(self, values: Values) -> Model:
        unpack: dict[str, Callable[[Values], Model]] = {
            "weighed": self._unpack_weighed,
            "logistic": self._unpack_logistic,
            "naive_bayes": _unpack_naive_bayes,
            "lightgbm": self._unpack_lightgbm,
            "histogram_trees": self._unpack_histogram,
        }
        return unpack[values["kind"]](values)

    def _unpack_weighed(self, values: Values) -> Model:
        weights = LevelWeights(
            np.array(values["columns"], np.int64), self._load_skops(values["encoder"])
        )
        return WeighedModel(self._unpack_model(values["model"]), weights)

    def _unpack_logistic(self, values: Values) -> Model:
        design: DesignMatrix = self._load_skops(values["design"])
        return LogisticModel(
            design,
            np.array(values["coefficients"]),
            values["intercept"],
            values["penalty"],
            np.array(values["center"]),
        )

    def _unpack_lightgbm(self, values: Values) -> Model:
        import lightgbm

        booster = lightgbm.Booster(model_str=self._read(values["booster"]).decode())
        return LightgbmModel(booster, _unpack_codes(values["codes"]), values["n_trees"])

    def _unpack_histogram(self, values: Values) -> Model:
        return HistogramModel(
            self._load_skops(values["trees"]),
            _unpack_codes(values["codes"]),
            np.array(values["order"], np.int64),
            values["n_trees"],
        )

    def _load_skops(self, name: str) -> Any:  # noqa: ANN401 - whatever was written
        import skops.io

        content = self._read(name)
        strange = sorted(set(skops.io.get_untrusted_types(data=content)) - set(_TRUSTED))
        if strange:
            raise StorageError(
                en=f"'{name}' in '{self._where}' holds {', '.join(strange)}, which no model of ours is "
                "made of. It is not loaded; learn the models anew.",
                ru=f"В файле «{name}» в «{self._where}» есть {', '.join(strange)}: таких частей в наших "
                "моделях не бывает. Он не загружен; обучите модели заново.",
            )
        return skops.io.loads(content, trusted=list(_TRUSTED))


def _pack_codes(codes: LevelCodes) -> list[list[Any]]:
    return [[column, known.tolist()] for column, known in codes.known.items()]


def _unpack_codes(values: list[list[Any]]) -> LevelCodes:
    return LevelCodes({column: np.array(known, np.float64) for column, known in values})


_TABLES = ("edges_", "counts_", "log_probabilities_")


def _pack_naive_bayes(model: NaiveBayesModel) -> Values:
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


def _unpack_naive_bayes(values: Values) -> NaiveBayesModel:
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
