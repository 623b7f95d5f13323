"""What kind of outcome a column tells: yes or no, several classes, or a number; recognized, or as told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from regulars.errors import InvalidParameterError
from regulars.features import read_profile_column
from regulars.predictions.outcomes.outcome import MOST_CLASSES, count_classes
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingABC
    from collections.abc import Sequence

    import ibis

    from regulars.features import AsOf
    from regulars.schema.mapping import Mapping

__all__ = ["NamedOutcome", "OutcomeKind", "recognize_outcome"]

OutcomeKind = Literal["yes-no", "classes", "number"]
"""By the words of the command line."""

_NUMBERS = ("integer", "float", "decimal")
_YES_NO = 2


@dataclass(frozen=True, slots=True)
class NamedOutcome:
    """The column that was named as the outcome, and what kind of outcome it is.

    Attributes
    ----------
    column
        By the file's name of it.
    kind
        What it is taken as.
    sentence
        Why, and how to say otherwise.
    """

    column: str
    kind: OutcomeKind
    sentence: Wording


def recognize_outcome(
    tables: MappingABC[str, ibis.Table],
    mappings: Sequence[Mapping],
    *,
    as_of: AsOf,
    told: OutcomeKind | None = None,
) -> NamedOutcome | None:
    """What kind of outcome the named column is; None where no column was named.

    A column of two values, or with the value that counts, is a yes or no; one of up to twelve values has
    classes; one of more numbers is a number.

    Parameters
    ----------
    tables, mappings
        What is loaded, and how it was read.
    as_of
        First day that is not seen.
    told
        What somebody said that it is.

    Raises
    ------
    InvalidParameterError
        When a value that counts as yes was named, and something else than yes or no was said.
    """
    named = [one for one in mappings if one.outcome and one.table == "profiles"]
    if not named or named[-1].outcome is None or "profiles" not in tables:
        return None
    mapping, wanted = named[-1], named[-1].outcome
    if wanted.positive is not None and told not in (None, "yes-no"):
        raise InvalidParameterError(
            en=f"'{wanted.column}={wanted.positive}' says which value counts as yes, and --outcome-kind {told}"
            f" looks at all of them. Leave one of the two out: --outcome {wanted.column}.",
            ru=f"«{wanted.column}={wanted.positive}» называет значение, которое считать за «да», а"
            f" --outcome-kind {told} смотрит на все. Уберите одно из двух: --outcome {wanted.column}.",
        )
    source = mapping.get_source(wanted.column)
    values = read_profile_column(tables["profiles"], source.target, as_of=as_of)
    n_values = len(count_classes(values))
    kind = told or _recognize(n_values, source.type, is_value_named=wanted.positive is not None)
    return NamedOutcome(
        wanted.column, kind, _say(wanted.column, kind, n_values, is_told=told is not None)
    )


def _recognize(n_values: int, column_type: str, *, is_value_named: bool) -> OutcomeKind:
    if is_value_named or n_values <= _YES_NO:
        return "yes-no"
    if n_values <= MOST_CLASSES:
        return "classes"
    return "number" if column_type in _NUMBERS else "yes-no"


def _say(column: str, kind: OutcomeKind, n_values: int, *, is_told: bool) -> Wording:
    if is_told:
        return Wording(
            en=f"Taken as {_KINDS[kind].en}, as was said.",
            ru=f"Тип исхода — {_KINDS[kind].ru}, как сказано.",
        )
    if kind == "classes":
        return Wording(
            en=f"Taken as several classes, for it has {n_values} different values. One of them against the"
            f" others: --outcome '{column}=VALUE'; the values as numbers: --outcome-kind number.",
            ru=f"Тип исхода — несколько классов, потому что разных значений {n_values}. Один против остальных:"
            f" --outcome '{column}=ЗНАЧЕНИЕ'; значения как числа: --outcome-kind number.",
        )
    if kind == "number":
        return Wording(
            en=f"Taken as a number, for it has {n_values} different ones. One of them against the others:"
            f" --outcome '{column}=VALUE'.",
            ru=f"Тип исхода — число, потому что разных чисел {n_values}. Одно против остальных: --outcome"
            f" '{column}=ЗНАЧЕНИЕ'.",
        )
    return Wording(en="Taken as yes or no.", ru="Тип исхода — «да или нет».")


_KINDS: dict[OutcomeKind, Wording] = {
    "yes-no": Wording(en="yes or no", ru="«да или нет»"),
    "classes": Wording(en="several classes", ru="несколько классов"),
    "number": Wording(en="a number", ru="число"),
}
