"""All models of a run in a folder: written, signed, and loaded only as they were written."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from regulars.errors import NotFoundError, StorageError, UnknownNameError
from regulars.features.matrix import FeatureMatrix, encode_features
from regulars.features.sentences import Value
from regulars.features.table import AsOf, FeatureTable
from regulars.predictions.comparing.results import ChurnComparison
from regulars.predictions.fairness.group_checks import GroupCheck
from regulars.predictions.families.names import ModelName
from regulars.predictions.fitting.scorers import Scorer
from regulars.predictions.reasons.explainer import CrossFittedExplainer
from regulars.predictions.reasons.reason import Reason
from regulars.registry.acceptance import check_columns, check_values, find_range
from regulars.registry.manifest import HeldOut, ModelManifest, SavedFeature, SavedFigures
from regulars.registry.model_files import FileReader, FileWriter
from regulars.registry.parameters import read_parameters
from regulars.registry.row_reading import find_reader, refuse_names, refuse_nothing
from regulars.registry.usual import Usual
from regulars.report.parts import Interval, LineagePart

__all__ = ["SavedModels", "load_models", "read_manifest", "save_models"]

_MANIFEST, _SIGNATURE, _MODELS = "manifest.json", "manifest.sig", "models.json"
_USUAL = "usual.json"


@dataclass(frozen=True, slots=True, eq=False)
class SavedModels:
    """The models of a run, ready to score.

    Attributes
    ----------
    manifest
        What they are, and from what they were made.
    scorers
        Each by its name, simplest first.
    usual
        What is usual among the customers they learnt from, for reasons; None where an earlier version
        of Regulars kept them.
    """

    manifest: ModelManifest
    scorers: Mapping[ModelName, Scorer]
    usual: Usual | None = None

    def score(
        self, features: FeatureTable, *, model: ModelName | None = None
    ) -> NDArray[np.float64]:
        """Probabilities of customers who came later, shape (n_customers,).

        Parameters
        ----------
        features
            As for `encode`.
        model
            Which of them; the chosen one when None.

        Raises
        ------
        InvalidParameterError, QualityError
            As by `encode`.
        """
        return self.get(model).probabilities(self.encode(features).values)

    def get(self, model: ModelName | None = None) -> Scorer:
        """One of the models; the chosen one when None."""
        return self.scorers[self.check_name(model)]

    def check_name(self, model: str | None) -> ModelName:
        """The name of one of the models; of the chosen one when None.

        Raises
        ------
        UnknownNameError
            When there is none of that name.
        """
        wanted = model or self.manifest.chosen
        for name in self.scorers:
            if name == wanted:
                return name
        raise UnknownNameError("model", wanted, self.scorers, ru="модели")

    def encode(self, features: FeatureTable, *, is_checked: bool = False) -> FeatureMatrix:
        """Features of customers who came later, as the models see them.

        Parameters
        ----------
        features
            With the features that the models learnt from; others are left aside. A level that was
            never seen counts as not known.
        is_checked
            Whether these are some of customers whose values were looked at together already.

        Raises
        ------
        InvalidParameterError
            When features are missing, of another kind, or as if in another unit.
        QualityError
            When nothing at all is known of them.
        """
        wanted, run = self.manifest.features, self.manifest.lineage.run
        check_columns(wanted, features.features, run=run)
        by_name = {feature.name: feature for feature in features.features}
        names = [feature.name for feature in wanted]
        seen = FeatureTable(
            features.table.select(["customer_id", *names]),
            tuple(by_name[name] for name in names),
            features.as_of,
        )
        matrix = encode_features(seen, levels=[feature.levels for feature in wanted])
        if not is_checked:
            check_values(wanted, matrix, run=run)
        return matrix

    def open_row(self, model: ModelName | None = None) -> Callable[[Mapping[str, Value]], float]:
        """What scores one customer at a time, given the features by name.

        It takes a tenth of a millisecond or two; a feature that is not given counts as not known.

        Parameters
        ----------
        model
            Which of them; the chosen one when None.

        Raises
        ------
        InvalidParameterError
            By what is returned: when a value is of another kind than its feature.
        UnknownColumnError
            By what is returned: when a name but `customer_id` is no feature of the manifest.
        QualityError
            By what is returned: when nothing is known.
        """
        scorer = self.get(model)
        readers = [(feature.name, find_reader(feature)) for feature in self.manifest.features]
        known = frozenset(["customer_id", *(name for name, _ in readers)])

        def score(values: Mapping[str, Value]) -> float:
            if not known.issuperset(values):
                refuse_names(values, self.manifest.features)
            row = np.array([[read(values.get(name)) for name, read in readers]])
            if np.isnan(row).all():
                refuse_nothing()
            return float(scorer.probabilities(row)[0])

        return score

    def get_usual(self) -> Usual:
        """What is usual among the customers they learnt from.

        Raises
        ------
        NotFoundError
            When it was not kept with the models.
        """
        if self.usual is None:
            raise NotFoundError(
                en=f"The models of run {self.manifest.lineage.run} were kept by an earlier version, "
                "without what reasons are told by. Analyze again, or score without reasons.",
                ru=f"Модели прогона {self.manifest.lineage.run} сохранены прежней версией, без того, по "
                "чему называют причины. Проанализируйте заново или оценивайте без причин.",
            )
        return self.usual

    def explain(
        self, matrix: FeatureMatrix, *, top: int, model: ModelName | None = None
    ) -> list[list[Reason]]:
        """The `top` reasons of each customer of a matrix that `encode` made.

        Raises
        ------
        NotFoundError
            When what is usual was not kept with the models.
        """
        usual = self.get_usual()
        explainer = CrossFittedExplainer(
            matrix,
            (self.get(model),),
            np.zeros(len(matrix.values), dtype=np.int64),
            self.manifest.outcome.phrases,
            usual.peers,
            usual.alike,
        )
        return explainer.explain(np.arange(len(matrix.values)), top=top)


def save_models(
    folder: Path,
    comparison: ChurnComparison,
    *,
    as_of: AsOf,
    lineage: LineagePart,
    held_out: HeldOut | None = None,
    groups: tuple[GroupCheck, ...] = (),
    sign: Callable[[bytes], str] | None = None,
) -> ModelManifest:
    """Write every model of a comparison, as it was learnt from all customers of known outcome.

    LightGBM is written in its own text, linear models and naive Bayes as their numbers in JSON, and
    what scikit-learn fitted (scales, levels, trees) by skops. Nobody's id is among them.

    Parameters
    ----------
    folder
        Where; made when it is not there.
    comparison
        The models that were compared.
    as_of
        First day that was not seen.
    lineage
        From what they were made.
    held_out
        What the chosen model achieved on customers that it had not seen.
    groups
        How it treats groups of customers.
    sign
        Gives the signature of the manifest; without it none is written.
    """
    writer = FileWriter()
    packed = {name: writer.pack(name, comparison.scorers) for name in comparison.scorers}
    explainer = comparison.explainer
    usual = Usual.of(explainer)
    files = {**writer.files, _MODELS: _to_json(packed), _USUAL: _to_json(usual.to_values())}
    matrix = explainer.matrix
    manifest = ModelManifest(
        outcome=comparison.outcome.definition,
        as_of=as_of.day.isoformat(),
        chosen=comparison.chosen,
        threshold=comparison.threshold.value,
        features=tuple(
            SavedFeature(
                name=feature.name,
                kind=feature.kind,
                meaning=feature.meaning,
                levels=levels,
                usual_range=find_range(values) if feature.kind == "numeric" else None,
            )
            for feature, levels, values in zip(
                matrix.features, matrix.levels, matrix.values.T, strict=True
            )
        ),
        figures={
            model.name: SavedFigures(
                **{
                    name: Interval(mean=found.mean, low=found.low, high=found.high)
                    for name, found in (
                        ("roc_auc", model.roc_auc),
                        ("pr_auc", model.pr_auc),
                        ("brier", model.brier),
                    )
                }
            )
            for model in comparison.models
        },
        parameters=read_parameters(comparison.scorers, matrix.features),
        held_out=held_out,
        groups=groups,
        files={name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        lineage=lineage,
    )
    told = _to_json(manifest.model_dump(mode="json"))
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / _MANIFEST).write_bytes(told)
    if sign is not None:
        (folder / _SIGNATURE).write_text(sign(told), encoding="ascii")
    return manifest


def load_models(
    folder: Path, *, is_signature: Callable[[str, bytes], bool] | None = None
) -> SavedModels:
    """The models that `save_models` wrote, after every file was found to be as it was written.

    Parameters
    ----------
    folder
        Where they lie.
    is_signature
        Says whether a signature is that of the manifest; without it signatures are not looked at, and
        whoever can write to the folder can change a model.

    Raises
    ------
    NotFoundError
        When there are no models.
    StorageError
        When a file was changed, is missing, or was made by another version of scikit-learn.
    """
    manifest = read_manifest(folder, is_signature=is_signature)
    contents = {name: _read_file(folder, name, digest) for name, digest in manifest.files.items()}
    _check_versions(folder, manifest)
    reader = FileReader(contents.__getitem__, where=str(folder))
    scorers: dict[ModelName, Scorer] = {}
    for name, values in json.loads(contents[_MODELS]).items():
        scorers[name] = reader.unpack(name, values, scorers)
    usual = Usual.from_values(json.loads(contents[_USUAL])) if _USUAL in contents else None
    return SavedModels(manifest, scorers, usual)


def read_manifest(
    folder: Path, *, is_signature: Callable[[str, bytes], bool] | None = None
) -> ModelManifest:
    """What lies in a folder of models; the models themselves are not opened.

    Parameters
    ----------
    folder
        Where they lie.
    is_signature
        As in `load_models`.

    Raises
    ------
    NotFoundError
        When there are no models.
    StorageError
        When the manifest was changed.
    """
    told = _read_manifest(folder)
    if is_signature is not None:
        signature = folder / _SIGNATURE
        signed = signature.read_text(encoding="ascii").strip() if signature.is_file() else ""
        if not is_signature(signed, told):
            raise _damaged(folder, _MANIFEST, "its signature is not ours", "подпись на нём не наша")
    try:
        return ModelManifest.model_validate_json(told)
    except ValidationError as error:
        raise _damaged(folder, _MANIFEST, "it is no manifest", "это не опись моделей") from error


def _to_json(values: object) -> bytes:
    return (json.dumps(values, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _read_manifest(folder: Path) -> bytes:
    file = folder / _MANIFEST
    if not file.is_file():
        raise NotFoundError(
            en=f"There are no models in '{folder}': {_MANIFEST} is missing. Name the folder 'models' of a "
            "run that compared some.",
            ru=f"В «{folder}» нет моделей: не найден {_MANIFEST}. Назовите папку models того прогона, "
            "где их сравнивали.",
        )
    return file.read_bytes()


def _read_file(folder: Path, name: str, digest: str) -> bytes:
    # A name and no path: nothing outside the folder is read.
    file = folder / Path(name).name
    if not file.is_file():
        raise _damaged(folder, name, "it is missing", "его нет")
    content = file.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise _damaged(
            folder,
            name,
            f"its sha256 is {found[:12]}…, and {digest[:12]}… was written down",
            f"его sha256 {found[:12]}…, а записан {digest[:12]}…",
        )
    return content


def _damaged(folder: Path, name: str, en: str, ru: str) -> StorageError:
    return StorageError(
        en=f"'{name}' in '{folder}' is not as it was written: {en}. The models are not loaded; take "
        "the folder from a backup, or learn them anew.",
        ru=f"Файл «{name}» в «{folder}» не такой, каким был записан: {ru}. Модели не загружены; возьмите "
        "папку из резервной копии или обучите их заново.",
    )


def _check_versions(folder: Path, manifest: ModelManifest) -> None:
    """What scikit-learn fitted may mean something else to another version of it."""
    written = manifest.lineage.versions.get("scikit-learn")
    here = metadata.version("scikit-learn")
    if written is not None and written.split(".")[:2] != here.split(".")[:2]:
        raise StorageError(
            en=f"The models in '{folder}' were written with scikit-learn {written}, and here is {here}. "
            "Install that version, or learn them anew.",
            ru=f"Модели в «{folder}» записаны с scikit-learn {written}, а здесь {here}. Установите ту "
            "версию или обучите их заново.",
        )
