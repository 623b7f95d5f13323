"""Calibrated scorers as plain values and files, and back; never pickle."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import numpy as np

from regulars.errors import StorageError
from regulars.predictions.families.models import Model
from regulars.predictions.families.names import ModelName
from regulars.predictions.fitting.calibration import Curve
from regulars.predictions.fitting.cleaned import Cleaner, keep_rows
from regulars.predictions.fitting.roster import FAMILIES
from regulars.predictions.fitting.scorers import (
    BaselineScorer,
    BlendScorer,
    CalibratedScorer,
    Scorer,
)
from regulars.predictions.fitting.stacking import StackScorer
from regulars.registry.model_kinds import KINDS, Values

__all__ = ["FileReader", "FileWriter"]

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
        """One scorer; of one that is made of others the names of its parts."""
        scorer = scorers[name]
        if isinstance(scorer, BaselineScorer):
            return {"kind": "baseline", "base_rate": scorer.base_rate}
        if isinstance(scorer, BlendScorer):
            return {"kind": "blend", "parts": _name_parts(scorer.parts, scorers)}
        if isinstance(scorer, StackScorer):
            return {
                "kind": "stack",
                "parts": _name_parts(scorer.parts, scorers),
                "weights": scorer.weights.tolist(),
                "offset": scorer.offset,
            }
        calibrated = cast("CalibratedScorer", scorer)
        return {
            "kind": "calibrated",
            "slope": calibrated.slope,
            "offset": calibrated.offset,
            "columns": calibrated.columns.tolist(),
            "curve": _pack_curve(calibrated.curve),
            "cleaner": self._pack_cleaner(calibrated.clean),
            "model": self.pack_model(name, calibrated.model),
        }

    def pack_model(self, name: str, model: Model) -> Values:
        """A model without its calibration; files are called after `name`."""
        kind = next(kind for kind, own in KINDS.items() if isinstance(model, own.type))
        return {"kind": kind, **KINDS[kind].pack(model, name, self)}

    def add(self, name: str, content: bytes) -> str:
        """The name, once the file is added."""
        self.files[name] = content
        return name

    def add_skops(self, name: str, fitted: object) -> str:
        """The same of what scikit-learn fitted."""
        import skops.io

        return self.add(name, skops.io.dumps(fitted))

    def _pack_cleaner(self, clean: object) -> str | None:
        if not isinstance(clean, Cleaner):
            return None
        # All models of a run learnt from rows that were cleaned together.
        if id(clean) not in self._cleaners:
            name = f"cleaner-{len(self._cleaners) + 1}.skops"
            self._cleaners[id(clean)] = self.add_skops(name, clean.pipeline)
        return self._cleaners[id(clean)]


def _pack_curve(curve: Curve | None) -> Values | None:
    if curve is None:
        return None
    return {"kind": curve.kind, "before": curve.before.tolist(), "after": curve.after.tolist()}


def _unpack_curve(values: Values | None) -> Curve | None:
    if values is None:
        return None
    return Curve(values["kind"], np.array(values["before"]), np.array(values["after"]))


def _name_parts(parts: tuple[Scorer, ...], scorers: Mapping[ModelName, Scorer]) -> list[ModelName]:
    return [next(name for name, one in scorers.items() if one is part) for part in parts]


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
        self.read = read
        self._where = where
        self._cleaners: dict[str, Cleaner] = {}

    def unpack(
        self, name: ModelName, values: Values, scorers: Mapping[ModelName, Scorer]
    ) -> Scorer:
        """One scorer; the parts of one that is made of others are among `scorers`.

        Raises
        ------
        StorageError
            When what it is made with is not installed.
        """
        if not FAMILIES[name].is_installed:
            raise _absent(name, self._where)
        if values["kind"] == "baseline":
            return BaselineScorer(values["base_rate"])
        if values["kind"] in ("blend", "stack"):
            parts = tuple(scorers[part] for part in values["parts"])
            if values["kind"] == "blend":
                return BlendScorer(parts)
            return StackScorer(parts, np.array(values["weights"]), values["offset"])
        return CalibratedScorer(
            self.unpack_model(values["model"]),
            values["slope"],
            values["offset"],
            columns=np.array(values["columns"], np.int64),
            clean=keep_rows
            if values["cleaner"] is None
            else self._unpack_cleaner(values["cleaner"]),
            # Models that earlier versions kept have none.
            curve=_unpack_curve(values.get("curve")),
        )

    def unpack_model(self, values: Values) -> Model:
        """A model without its calibration."""
        return KINDS[values["kind"]].unpack(values, self)

    def load_skops(self, name: str) -> Any:  # noqa: ANN401 - whatever was written
        """What scikit-learn fitted, when it is made of nothing strange."""
        import skops.io

        content = self.read(name)
        strange = sorted(set(skops.io.get_untrusted_types(data=content)) - set(_TRUSTED))
        if strange:
            raise StorageError(
                en=f"'{name}' in '{self._where}' holds {', '.join(strange)}, which no model of ours is "
                "made of. It is not loaded; learn the models anew.",
                ru=f"В файле «{name}» в «{self._where}» есть {', '.join(strange)}: таких частей в наших "
                "моделях не бывает. Он не загружен; обучите модели заново.",
            )
        return skops.io.loads(content, trusted=list(_TRUSTED))

    def _unpack_cleaner(self, name: str) -> Cleaner:
        if name not in self._cleaners:
            self._cleaners[name] = Cleaner(self.load_skops(name))
        return self._cleaners[name]


def _absent(name: ModelName, where: str) -> StorageError:
    family = FAMILIES[name]
    return StorageError(
        en=f"The models in '{where}' include {family.title.en}, and {family.package} is not installed "
        f"here. Install it: pip install 'regulars[{family.extra}]'.",
        ru=f"Среди моделей в «{where}» есть {family.title.ru}, а {family.package} здесь не установлен. "
        f"Установите: pip install 'regulars[{family.extra}]'.",
    )
