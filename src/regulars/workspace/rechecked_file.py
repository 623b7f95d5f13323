"""The verb `predict recheck` on scores that are kept in a file, beside a file that tells what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import (
    InvalidParameterError,
    NotFoundError,
    QualityError,
    SourceError,
    UnknownColumnError,
)
from regulars.features import AsOf, read_profile_column
from regulars.predictions import observe_outcome, read_outcome
from regulars.predictions.comparing.recheck import recheck_scores
from regulars.schema.foreign_words import say_system_error
from regulars.workspace.as_of import choose_as_of
from regulars.workspace.outcomes import LeavingWishes, choose_outcome, names_outcome
from regulars.workspace.rechecked import RecheckedRun, align_labels
from regulars.workspace.rule_sources import find_end, read_mappings
from regulars.workspace.tables import open_history, see_tables

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    import ibis
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.schema.mapping import Mapping
    from regulars.schema.wording import Wording
    from regulars.workspace.folder import Workspace

__all__ = ["recheck_file"]

_PROBABILITIES = ("churn_probability", "probability", "score")
_SCORED_ON = "as_of"


def recheck_file(
    workspace: Workspace,
    scores: Path,
    *,
    scored_on: date | None = None,
    leaving: LeavingWishes | None = None,
    as_of: date | None = None,
    seed: int = 0,
) -> RecheckedRun:
    """Compare scores that are kept in a file with what a workspace tells of the customers.

    Parameters
    ----------
    workspace
        What has become of the customers: a column that tells it, or a history.
    scores
        A row per customer, as Parquet or as text with a header: an id, and the probability in a column
        `churn_probability`, `probability` or `score`.
    scored_on
        First day that the scores had not seen; needed for a history, where the file has no column `as_of`.
    leaving
        What leaving is, where a history tells it.
    as_of
        First day that is not looked at now; all that is loaded is looked at when None.
    seed
        Of the bootstrap.

    Raises
    ------
    SourceError, UnknownColumnError
        When the scores cannot be read, or have no such column.
    InvalidParameterError
        When a probability is none, or the day of the scores is not known.
    NotFoundError
        When none of the customers who have a score is known.
    QualityError
        When too little has come since, or nothing tells the outcome.
    """
    mappings = read_mappings(workspace)
    own = {one.id_column for one in mappings if one.id_column}
    table = _read_table(scores)
    owners, said = _read_scores(table, scores.name, own)
    moment = scored_on or _read_day(table)
    with workspace.open_scratch() as scratch, workspace.open_engine(scratch) as backend:
        snapshot = workspace.lake.snapshot()
        latest = choose_as_of(workspace, as_of)
        until = latest if as_of else find_end(open_history(snapshot, backend), latest, mappings)
        now = see_tables(snapshot, backend, as_of=until, told_until=latest)
        if names_outcome(mappings) and not (leaving and leaving.kind):
            ids, labels, outcome = _read_column(now, mappings, until)
        else:
            ids, labels, outcome = _observe(now, leaving, moment, until)
    came = align_labels(owners, ids, labels)
    _check_known(owners, ids, scores.name)
    found = recheck_scores(said, came, promised=None, random_state=seed)
    return RecheckedRun(
        run=None,
        model=None,
        title=None,
        outcome=outcome,
        as_of=moment.isoformat() if moment else None,
        until=until.day.isoformat(),
        found=found,
    )


def _read_table(file: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv as pa_csv
    import pyarrow.parquet as pq

    try:
        if file.suffix.lower() == ".parquet":
            return pq.read_table(file)
        with file.open("rb") as lines:
            header = lines.readline()
        delimiter = max(b",;\t", key=lambda mark: header.count(bytes([mark])))
        return pa_csv.read_csv(file, parse_options=pa_csv.ParseOptions(delimiter=chr(delimiter)))
    except (OSError, pa.ArrowInvalid) as error:
        why = say_system_error(error) if isinstance(error, OSError) else None
        raise SourceError(
            en=f"The scores '{file}' cannot be read{f': {why.en}' if why else ''}. Give a Parquet file, or text"
            " with a header and commas: --scores FILE.",
            ru=f"Оценки «{file}» не удаётся прочитать{f': {why.ru}' if why else ''}. Нужен файл Parquet или"
            " текст с заголовком и запятыми: --scores ФАЙЛ.",
        ) from error


def _read_scores(table: pa.Table, name: str, ids: set[str]) -> tuple[pa.Array, NDArray[np.float64]]:
    """Whose scores they are, and the probabilities."""
    import numpy as np
    import pyarrow as pa

    def find(wanted: Sequence[str]) -> pa.ChunkedArray:
        for one in wanted:
            if one in table.column_names:
                return table[one]
        raise UnknownColumnError(
            wanted[0],
            table.column_names,
            where=f"The file of scores '{name}'",
            ru=f"В файле оценок «{name}»",
        )

    owners = find(("customer_id", *sorted(ids)))
    try:
        said = np.asarray(find(_PROBABILITIES).cast(pa.float64()).to_numpy(), np.float64)
    except pa.ArrowInvalid as error:
        raise InvalidParameterError(
            en=f"The scores in '{name}' are texts. They must be probabilities between 0 and 1.",
            ru=f"Оценки в «{name}» — тексты, а нужны вероятности от 0 до 1.",
        ) from error
    known = np.isfinite(said)
    if ((said[known] < 0) | (said[known] > 1)).any():
        raise InvalidParameterError(
            en=f"The scores in '{name}' lie between {said[known].min():g} and {said[known].max():g}; they must be"
            " probabilities between 0 and 1.",
            ru=f"Оценки в «{name}» лежат между {said[known].min():g} и {said[known].max():g}, а нужны"
            " вероятности от 0 до 1.",
        )
    return owners.cast(pa.string()).combine_chunks().filter(pa.array(known)), said[known]


def _read_day(table: pa.Table) -> date | None:
    """The day of the scores, where a column says one and the same for all."""
    import pyarrow as pa

    if _SCORED_ON not in table.column_names:
        return None
    try:
        days = table[_SCORED_ON].cast(pa.date32()).unique().to_pylist()
    except pa.ArrowInvalid:
        return None
    return days[0] if len(days) == 1 else None


def _read_column(
    tables: MappingABC[str, ibis.Table], mappings: Sequence[Mapping], until: AsOf
) -> tuple[pa.Array, NDArray[np.float64], Wording]:
    import pyarrow as pa

    mapping = [one for one in mappings if one.table == "profiles" and one.outcome][-1]
    if mapping.outcome is None:
        raise AssertionError("chosen by it")
    wanted, profiles = mapping.outcome, tables["profiles"]
    column = mapping.get_source(wanted.column).target
    ids = read_profile_column(profiles, "customer_id", as_of=until).cast(pa.string())
    values = read_profile_column(profiles, column, as_of=until)
    outcome = read_outcome(values, column=wanted.column, positive_value=wanted.positive)
    return ids.combine_chunks(), outcome.labels, outcome.definition.sentence


def _observe(
    tables: MappingABC[str, ibis.Table],
    leaving: LeavingWishes | None,
    scored_on: date | None,
    until: AsOf,
) -> tuple[pa.Array, NDArray[np.float64], Wording]:
    definition = choose_outcome(tables, leaving, until=until.day)
    if definition is None:
        raise QualityError(
            en="Nothing here tells what became of the customers. Name the column: --outcome COLUMN=VALUE.",
            ru="Здесь ничто не говорит, что стало с клиентами. Назовите столбец: --outcome"
            " СТОЛБЕЦ=ЗНАЧЕНИЕ.",
        )
    if scored_on is None:
        raise InvalidParameterError(
            en="A history tells what came after a day, and the day of the scores is not known. Say it:"
            " --scored-on YYYY-MM-DD.",
            ru="История говорит, что случилось после дня, а день оценок не известен. Назовите его:"
            " --scored-on ГГГГ-ММ-ДД.",
        )
    day = AsOf(scored_on, until.zone)
    (seen,) = observe_outcome(definition, tables, as_of=[day], until=until)
    return seen.customer_ids, seen.labels, definition.sentence


def _check_known(owners: pa.Array, ids: pa.Array, name: str) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    if pc.any(pc.is_in(owners, value_set=ids.cast(pa.string()))).as_py():
        return
    raise NotFoundError(
        en=f"None of the {len(owners)} customers who have a score in '{name}' is among those of whom it is known what"
        " became of them. Both files must have the same ids, and ids that are phones or e-mails are replaced by"
        " others in each workspace.",
        ru=f"Ни один из клиентов с оценкой в «{name}» ({len(owners)}) не найден среди тех, о ком известно, что с"
        " ними стало. Идентификаторы в обоих файлах должны быть одни и те же, а телефоны и адреса почты в каждой"
        " рабочей папке заменяются своими.",
    )
