"""Scores part by part: each on the disk when it is done, all of them one file in the end."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from regulars.errors import ConflictError
from regulars.lake import storage_guard
from regulars.predictions.comparing.verdict import RISKS, code_risks
from regulars.report.tables import REASON, replacing
from regulars.workspace.reasons import LOOKED_AT, word_reasons

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from regulars.features import FeatureTable
    from regulars.predictions.families.names import ModelName
    from regulars.registry import SavedModels
    from regulars.schema.wording import Language

__all__ = ["ScoreParts", "ScoreTotals", "hold_scores", "score_part", "shape_scores"]

_CUSTOMERS_AT_ONCE = 100_000


@contextmanager
def hold_scores(file: Path) -> Iterator[None]:
    """Be the only one to write these scores and their parts; a process that dies lets go.

    Raises
    ------
    ConflictError
        When another process writes them.
    """
    # The operating system frees the lock of a dead process; a lock that is only a file would stay.
    lock = FileLock(file.parent / f".{file.name}.lock", timeout=0)
    with storage_guard(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout as error:
            raise ConflictError(
                en=f"Another `regulars predict score` is writing {file}. Wait until it ends, or write "
                "elsewhere: --out FILE.",
                ru=f"Файл {file} уже пишет другая команда `regulars predict score`. Дождитесь её конца "
                "или пишите в другой файл: --out ФАЙЛ.",
            ) from error
    try:
        yield
    finally:
        # Removed while it is held: whoever waited for this very file looks for a new one.
        (file.parent / f".{file.name}.lock").unlink(missing_ok=True)
        lock.release()


@dataclass(frozen=True, slots=True)
class ScoreTotals:
    """What all parts come to.

    Attributes
    ----------
    customers, above
        How many were scored, and how many of them are at or above the threshold.
    mean_probability
        None when nobody was scored.
    """

    customers: int
    above: int
    mean_probability: float | None


class ScoreParts:
    """The parts of a scoring, in a folder beside the file that they become.

    Parameters
    ----------
    file
        What they become.
    fingerprint
        Of what was asked: parts that another question left are not taken.
    n_parts
        How many there will be.
    schema
        Of their rows.
    """

    def __init__(self, file: Path, fingerprint: str, n_parts: int, schema: pa.Schema) -> None:
        self.file = file
        self.n_parts = n_parts
        self.schema = schema
        self.folder = file.parent / f".{file.name}.{fingerprint[:16]}"
        with storage_guard(file.parent):
            self.folder.mkdir(parents=True, exist_ok=True)
            for other in file.parent.glob(f".{file.name}.*"):
                if other.is_dir() and other != self.folder:
                    shutil.rmtree(other)
        self.continued = sum(map(self.has, range(n_parts)))
        self.written_rows = 0

    def has(self, number: int) -> bool:
        """Whether a part is on the disk."""
        return self._name(number).is_file()

    def write(self, number: int, rows: pa.Table) -> None:
        """Write one part; it is there as a whole or not at all."""
        import pyarrow as pa

        # As it lies in memory: it is read again in a moment, and written for good in the end.
        with (
            storage_guard(self.folder),
            replacing(self._name(number)) as unfinished,
            pa.ipc.new_file(unfinished, self.schema) as writer,
        ):
            writer.write_table(rows)
        self.written_rows += rows.num_rows

    def join(self, *, threshold: float) -> ScoreTotals:
        """Make the one file of all parts, one after another, and remove them."""
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        customers, above, total = 0, 0, 0.0
        with storage_guard(self.file.parent):
            with (
                replacing(self.file) as unfinished,
                # Ids and probabilities are all different: a dictionary of them is work for nothing.
                pq.ParquetWriter(
                    unfinished, self.schema, compression="zstd", use_dictionary=["risk"]
                ) as writer,
            ):
                for number in range(self.n_parts):
                    rows = self._read(number)
                    said = rows.column("churn_probability")
                    customers += len(said)
                    above += int(pc.sum(pc.greater_equal(said, threshold)).as_py() or 0)
                    total += float(pc.sum(said).as_py() or 0.0)
                    writer.write_table(rows)
            shutil.rmtree(self.folder)
        return ScoreTotals(customers, above, total / customers if customers else None)

    def _read(self, number: int) -> pa.Table:
        import pyarrow as pa

        with pa.ipc.open_file(self._name(number)) as part:
            return part.read_all()

    def _name(self, number: int) -> Path:
        return self.folder / f"part-{number:04}.arrow"


def shape_scores(*, has_reasons: bool) -> pa.Schema:
    """Columns of scores: `customer_id`, `churn_probability`, `risk`, and `reasons` if asked."""
    import pyarrow as pa

    kinds = [
        ("customer_id", pa.string()),
        ("churn_probability", pa.float64()),
        ("risk", pa.string()),
    ]
    return pa.schema([*kinds, ("reasons", pa.list_(REASON))] if has_reasons else kinds)


def score_part(
    models: SavedModels,
    features: FeatureTable | None,
    *,
    model: ModelName,
    reasons: int = 0,
    language: Language = "en",
    is_checked: bool = False,
    new_levels: Counter[str] | None = None,
) -> pa.Table:
    """The scores of some customers, as `shape_scores` has them.

    Parameters
    ----------
    models
        That were kept.
    features
        One row per customer; None gives no rows.
    model
        Which of them.
    reasons
        So many for each customer.
    language
        Of the reasons.
    is_checked
        Whether these are some of customers whose values were looked at together already.
    new_levels
        To which is added, by feature, how many of them have a level that nobody had before.
    """
    import pyarrow as pa

    schema = shape_scores(has_reasons=reasons > 0)
    if features is None or not len(features):
        return schema.empty_table()
    if not is_checked:
        # Whether these are other customers, or other units, is asked of all and not of each slice.
        models.encode(features.sample(_CUSTOMERS_AT_ONCE))
    pieces = [
        _score(
            models,
            features.slice(start, _CUSTOMERS_AT_ONCE),
            model,
            reasons,
            language,
            Counter() if new_levels is None else new_levels,
        )
        for start in range(0, len(features), _CUSTOMERS_AT_ONCE)
    ]
    return pa.concat_tables(pieces).cast(schema)


def _score(
    models: SavedModels,
    features: FeatureTable,
    model: ModelName,
    reasons: int,
    language: Language,
    new_levels: Counter[str],
) -> pa.Table:
    import pyarrow as pa

    from regulars.registry.acceptance import count_new_levels

    matrix = models.encode(features, is_checked=True)
    new_levels.update(count_new_levels(matrix, features))
    said = models.get(model).probabilities(matrix.values)
    risk = pa.array(code_risks(said, models.manifest.threshold))
    columns = {
        "customer_id": features.customer_ids,
        "churn_probability": pa.array(said),
        "risk": pa.DictionaryArray.from_arrays(risk, RISKS).dictionary_decode(),
    }
    if reasons:
        told = models.explain(matrix, top=max(reasons, LOOKED_AT), model=model)
        columns["reasons"] = word_reasons(told, matrix, language, most=reasons)
    return pa.table(columns)
