"""Scores part by part: each on the disk when it is done, all of them one file in the end."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.lake import storage_guard
from regulars.predictions.comparing.verdict import band_risks
from regulars.report.tables import REASON, replacing
from regulars.workspace.reasons import LOOKED_AT, word_reasons

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from regulars.features import FeatureTable
    from regulars.predictions.families.names import ModelName
    from regulars.registry import SavedModels
    from regulars.schema.wording import Language

__all__ = ["ScoreParts", "ScoreTotals", "score_part"]

_CUSTOMERS_AT_ONCE = 100_000


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
    """

    def __init__(self, file: Path, fingerprint: str, n_parts: int) -> None:
        self.file = file
        self.n_parts = n_parts
        self.folder = file.parent / f".{file.name}.{fingerprint[:16]}"
        with storage_guard(file.parent):
            self.folder.mkdir(parents=True, exist_ok=True)
            for other in file.parent.glob(f".{file.name}.*"):
                if other.is_dir() and other != self.folder:
                    shutil.rmtree(other)
        self.continued = sum(map(self.has, range(n_parts)))

    def has(self, number: int) -> bool:
        """Whether a part is on the disk."""
        return self._name(number).is_file()

    def write(self, number: int, rows: pa.Table) -> None:
        """Write one part; it is there as a whole or not at all."""
        import pyarrow.parquet as pq

        with storage_guard(self.folder), replacing(self._name(number)) as unfinished:
            pq.write_table(rows, unfinished, compression="zstd")

    def join(self, *, threshold: float) -> ScoreTotals:
        """Make the one file of all parts, a row group at a time, and remove them."""
        import pyarrow.parquet as pq

        with storage_guard(self.file.parent):
            if self.n_parts == 1:
                self._name(0).replace(self.file)
            else:
                with (
                    replacing(self.file) as unfinished,
                    pq.ParquetWriter(
                        unfinished, pq.read_schema(self._name(0)), compression="zstd"
                    ) as writer,
                ):
                    for number in range(self.n_parts):
                        part = pq.ParquetFile(self._name(number))
                        for group in range(part.num_row_groups):
                            writer.write_table(part.read_row_group(group))
            totals = _sum_up(self.file, threshold)
            shutil.rmtree(self.folder)
        return totals

    def _name(self, number: int) -> Path:
        return self.folder / f"part-{number:02}.parquet"


def _sum_up(file: Path, threshold: float) -> ScoreTotals:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    customers, above, total = 0, 0, 0.0
    for rows in pq.ParquetFile(file).iter_batches(columns=["churn_probability"]):
        said = rows.column(0)
        customers += len(said)
        above += int(pc.sum(pc.greater_equal(said, threshold)).as_py() or 0)
        total += float(pc.sum(said).as_py() or 0.0)
    return ScoreTotals(customers, above, total / customers if customers else None)


def score_part(
    models: SavedModels,
    features: FeatureTable | None,
    *,
    model: ModelName,
    reasons: int = 0,
    language: Language = "en",
) -> pa.Table:
    """The scores of some customers: `customer_id`, `churn_probability`, `risk`, and `reasons` if asked.

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
    """
    import pyarrow as pa

    kinds = [
        ("customer_id", pa.string()),
        ("churn_probability", pa.float64()),
        ("risk", pa.string()),
    ]
    if reasons:
        kinds.append(("reasons", pa.list_(REASON)))
    schema = pa.schema(kinds)
    if features is None:
        return schema.empty_table()
    # Whether these are other customers, or other units, is asked of all of them and not of each slice.
    models.encode(features.sample(_CUSTOMERS_AT_ONCE))
    pieces = [
        _score(models, features.slice(start, _CUSTOMERS_AT_ONCE), model, reasons, language)
        for start in range(0, len(features), _CUSTOMERS_AT_ONCE)
    ]
    return pa.concat_tables(pieces).cast(schema)


def _score(
    models: SavedModels,
    features: FeatureTable,
    model: ModelName,
    reasons: int,
    language: Language,
) -> pa.Table:
    import pyarrow as pa

    matrix = models.encode(features, is_checked=True)
    said = models.get(model).probabilities(matrix.values)
    risk, _ = band_risks(said, models.manifest.threshold)
    columns = {
        "customer_id": features.customer_ids,
        "churn_probability": pa.array(said),
        "risk": pa.array(risk, pa.string()),
    }
    if reasons:
        told = models.explain(matrix, top=max(reasons, LOOKED_AT), model=model)
        columns["reasons"] = word_reasons(told, matrix, language, most=reasons)
    return pa.table(columns)
