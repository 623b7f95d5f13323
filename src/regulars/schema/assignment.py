"""Which canonical column each foreign column fills: one to one, by name and by shape."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from regulars.schema.contract import Column, Role
from regulars.schema.measured import Measured
from regulars.schema.name_matching import NameIndex

__all__ = ["Assignment", "assign_columns", "fit_shape"]

_LEAST_SCORE = 0.55
_NUMBERS = ("integer", "float", "decimal")
_MOMENTS = ("date", "instant")


@dataclass(frozen=True, slots=True)
class Assignment:
    """One foreign column that fills a canonical one.

    Attributes
    ----------
    position
        Of the foreign column.
    target
        The canonical column.
    score
        Name and shape together, 0 to 1.
    name_score
        The name alone.
    """

    position: int
    target: str
    score: float
    name_score: float


def assign_columns(
    measured: Sequence[Measured],
    index: NameIndex,
    *,
    exclude: Collection[int] = (),
    without: Collection[str] = (),
) -> dict[str, Assignment]:
    """Canonical column → the foreign column that fills it.

    The best pair is taken first and both leave the game, until no pair is good enough. Names are
    decisive: a shape only lowers the score of a name, it never stands for one. Ties go to the
    earlier foreign column, then to the earlier canonical one, so the result is deterministic.

    Parameters
    ----------
    measured
        The foreign columns.
    index
        The canonical columns.
    exclude
        Positions of foreign columns that are spoken for.
    without
        Canonical columns that are spoken for.
    """
    order = {name: place for place, name in enumerate(index.columns)}
    pairs = []
    for position, one in enumerate(measured):
        if position in exclude or one.is_empty:
            continue
        for target, name_score in index.match(one.name).items():
            score = name_score * fit_shape(one, index.columns[target])
            if score >= _LEAST_SCORE and target not in without:
                pairs.append(Assignment(position, target, score, name_score))
    pairs.sort(key=lambda pair: (-pair.score, pair.position, order[pair.target]))
    chosen: dict[str, Assignment] = {}
    used: set[int] = set()
    for pair in pairs:
        if pair.target not in chosen and pair.position not in used:
            chosen[pair.target] = pair
            used.add(pair.position)
    return chosen


def fit_shape(measured: Measured, column: Column) -> float:
    """How well the values fit what the canonical column holds, 0 to 1.

    An empty sample fits everything: there is nothing that speaks against the name.
    """
    if not measured.shape.present:
        return 1.0
    if column.type in _MOMENTS:
        return _fit_moment(measured, column)
    if column.type in _NUMBERS:
        return _fit_number(measured, column)
    if column.type == "boolean":
        return 1.0 if measured.shape.boolean or measured.column.type == "boolean" else 0.0
    return _fit_text(measured, column)


def _fit_moment(measured: Measured, column: Column) -> float:
    date, number = measured.shape.date, measured.shape.number
    if date.share >= 0.5:
        return max(0.8, date.share)
    is_count = number.share >= 0.95 and number.is_whole and not (number.is_code or number.is_clock)
    # Seconds from a start that only the owner of the file knows.
    return 0.7 if is_count and column.type == "instant" else 0.0


def _fit_number(measured: Measured, column: Column) -> float:
    number = measured.shape.number
    if number.is_clock and column.unit != "second":
        return 0.0
    if number.units is not None and number.choose_format(column.unit)[0] is None:
        return 0.0
    if measured.shape.is_date and number.share < 1.0:
        return 0.0
    if number.share < 0.5:
        return 0.0
    return 0.6 if number.is_code else max(0.8, number.share)


def _fit_text(measured: Measured, column: Column) -> float:
    shape = measured.shape
    if shape.is_date and shape.number.share < 1.0:
        return 0.3
    has_decimals = shape.is_number and not measured.is_whole
    if column.role is Role.ID:
        return 0.0 if has_decimals else 1.0
    if shape.is_number and column.role is Role.TEXT:
        return 0.5
    return 0.6 if has_decimals else 1.0
