"""What a contact changed for the customers of a workspace, by the columns of a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from regulars.errors import InvalidParameterError, UnknownNameError
from regulars.features import FeatureTable
from regulars.predictions import read_outcome
from regulars.predictions.outcomes.outcome import MOST_CLASSES
from regulars.predictions.uplift import compare_uplift, find_late_columns, read_experiment
from regulars.workspace.rule_sources import open_seen_sources, read_mappings
from regulars.workspace.told_columns import (
    NO_WORDS,
    YES_WORDS,
    DroppedColumn,
    as_stored,
    open_told_columns,
)
from regulars.workspace.words import speak

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.predictions.uplift import Experiment, UpliftComparison
    from regulars.progress import Progress
    from regulars.schema.wording import Language
    from regulars.workspace.folder import Workspace
    from regulars.workspace.told_columns import ToldColumns

__all__ = ["Condition", "UpliftStudy", "study_uplift"]

_MOST_VALUES = 50
_NUMBERS = ("integer", "float", "decimal")


@dataclass(frozen=True, slots=True)
class Condition:
    """A column and a value of it.

    Attributes
    ----------
    column, value
        As the file has them; upper and lower case are one.
    """

    column: str
    value: str


@dataclass(frozen=True, slots=True, eq=False)
class UpliftStudy:
    """What a contact changed.

    Attributes
    ----------
    comparison
        The effect, the learners, and the one to go by.
    others
        How many customers were in neither group.
    dropped
        Columns that were written down after the contact, and were left out.
    """

    comparison: UpliftComparison
    others: int
    dropped: tuple[DroppedColumn, ...] = ()


def study_uplift(
    workspace: Workspace,
    *,
    treatment: Condition,
    control: Condition,
    outcome: str,
    outcome_value: str | None = None,
    keep: Sequence[str] = (),
    as_of: date | None = None,
    seed: int = 0,
    language: Language,
    progress: Progress,
) -> UpliftStudy:
    """Uplift learners on the customers of a workspace.

    Parameters
    ----------
    workspace
        Whose lake.
    treatment, control
        Who was contacted, and who was kept back.
    outcome, outcome_value
        The column of what was to be reached, and its value for yes.
    keep
        Columns that stay although they seem to be written down after the contact.
    as_of
        First day that must not be seen; by default that of `analyze`.
    seed
        Of the folds and the trees.
    language, progress
        Told of every stage, and how stages are called.

    Raises
    ------
    InvalidParameterError
        When both groups are the same, or the outcome tells the group or is an amount.
    UnknownColumnError, UnknownNameError
        When there is no such column, or no such value in it; the nearest is offered.
    NotFoundError
        When there is no file with one row per customer.
    QualityError
        When a group has too few customers with or without the outcome.
    """
    _check_different(treatment, control, outcome)
    with (
        open_seen_sources(workspace, as_of=as_of) as (sources, day),
        progress.stage(speak(language)("features")),
    ):
        told = open_told_columns(sources.tables, read_mappings(workspace), as_of=day)
        is_treated, is_control = (_find_members(told, one) for one in (treatment, control))
        values = told.read(outcome)
        if outcome_value is None:
            _check_no_amount(values, told.find_type(outcome), outcome)
        labels = read_outcome(
            values,
            column=outcome,
            positive_value=as_stored(outcome_value, told.find_type(outcome)),
        )
        experiment = read_experiment(labels, is_treated, is_control)
        features = told.without({treatment.column, control.column, outcome})
        kept = told.list_made_of(keep)
    features = _take(features, experiment)
    with progress.stage(speak(language)("leaks")):
        late = [
            one
            for one in find_late_columns(features, experiment, outcome=outcome, random_state=seed)
            if one.feature not in kept
        ]
    found = compare_uplift(
        features.drop([one.feature for one in late]),
        experiment,
        random_state=seed,
        progress=progress,
        language=language,
    )
    dropped = tuple(told.call(one.feature, one.sentence) for one in late)
    return UpliftStudy(found, experiment.others, dropped)


def _check_different(treatment: Condition, control: Condition, outcome: str) -> None:
    if (treatment.column, _fold(treatment.value)) == (control.column, _fold(control.value)):
        raise InvalidParameterError(
            en=f"Treatment and control are the same: {treatment.column}={treatment.value}. Name who was"
            " contacted and who was kept back: --treatment COLUMN=VALUE --control COLUMN=VALUE.",
            ru=f"Группа воздействия и контрольная совпадают: {treatment.column}={treatment.value}. Назовите,"
            " к кому обращались и кого оставили для сравнения: --treatment СТОЛБЕЦ=ЗНАЧЕНИЕ --control"
            " СТОЛБЕЦ=ЗНАЧЕНИЕ.",
        )
    if outcome in (treatment.column, control.column):
        raise InvalidParameterError(
            en=f"Column '{outcome}' is the outcome and also tells who was contacted. Name another outcome:"
            " --outcome COLUMN.",
            ru=f"Столбец «{outcome}» — это и исход, и признак обращения. Назовите другой исход: --outcome"
            " СТОЛБЕЦ.",
        )


def _check_no_amount(values: pa.ChunkedArray, kind: str, outcome: str) -> None:
    if kind in _NUMBERS and len(values.unique()) > MOST_CLASSES:
        raise InvalidParameterError(
            en=f"The outcome '{outcome}' is an amount, and what a contact changes is measured for yes or no."
            f" Name a column that says who did it at all, or add one that is 1 where '{outcome}' is above 0.",
            ru=f"Исход «{outcome}» — это величина, а эффект обращения измеряется для «да или нет». Назовите"
            f" столбец, где сказано, кто вообще это сделал, или добавьте такой, где 1, если «{outcome}»"
            " больше 0.",
        )


def _find_members(told: ToldColumns, condition: Condition) -> NDArray[np.bool_]:
    """Who has the value, in the order of the features."""
    texts = [_as_text(value) for value in told.read(condition.column).to_pylist()]
    wanted = _match(condition, {text for text in texts if text is not None})
    return np.array([text is not None and _fold(text) == _fold(wanted) for text in texts])


def _match(condition: Condition, present: set[str]) -> str:
    """The value as it stands in the column; of a column of yes and no also by another word for it."""
    if any(_fold(text) == _fold(condition.value) for text in present):
        return condition.value
    if present <= {"true", "false"}:
        for words, value in ((YES_WORDS, "true"), (NO_WORDS, "false")):
            if _fold(condition.value) in words and value in present:
                return value
    shown = sorted(present)[:_MOST_VALUES]
    raise UnknownNameError(
        f"value of column '{condition.column}' that is",
        condition.value,
        shown,
        ru=f"значения столбца «{condition.column}», равного",
    )


def _as_text(value: object) -> str | None:
    if value is None or value != value:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() or None


def _fold(text: str) -> str:
    # "1.0" and "1" are one value: whole numbers with gaps are stored as floats.
    return re.sub(r"^(-?\d+)\.0+$", r"\1", text.strip().casefold())


def _take(features: FeatureTable, experiment: Experiment) -> FeatureTable:
    """The features of the customers of the experiment."""
    import pyarrow as pa

    rows: pa.Array = pa.array(experiment.rows)
    return FeatureTable(features.table.take(rows), features.features, features.as_of)
