"""What was made of values that are more than a number or a day: units, signs, clocks, times apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.quality.finding import Finding
from regulars.schema.contract import Role
from regulars.schema.number_units import UNITS_FORMAT
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regulars.ingest.staging import Staged, Survey
    from regulars.schema.column_mapping import ColumnMapping

__all__ = ["find_readings"]

_UNITS = {
    "second": Wording(en="seconds", ru="секунды"),
    "minute": Wording(en="minutes", ru="минуты"),
    "megabyte": Wording(en="megabytes", ru="мегабайты"),
    "gigabyte": Wording(en="gigabytes", ru="гигабайты"),
    "share": Wording(en="shares of one", ru="доли единицы"),
    "year": Wording(en="years", ru="годы"),
}
_PLAIN = Wording(en="", ru="")


def find_readings(surveys: Sequence[Survey], staged: Staged, table: str) -> tuple[Finding, ...]:
    """A notice for each column of which more than the plain value was read."""
    found = []
    for survey in surveys:
        column = survey.column.mapping
        said = None if column.role is Role.PERSONAL else _say(column)
        if said is not None:
            present = staged.row_count - (survey.missing or 0) - survey.unreadable
            found.append(
                Finding(
                    check="values_with_units" if column.time_source is None else "time_apart",
                    table=table,
                    column=column.target,
                    severity="notice",
                    count=present,
                    share=None,
                    examples=(),
                    sentence=said,
                )
            )
    return tuple(found)


def _say(column: ColumnMapping) -> Wording | None:
    if column.time_source is not None:
        return Wording(
            en=f"'{column.source}' gives the day and '{column.time_source}' the time of one moment:"
            " they are read together; without a time it is midnight.",
            ru=f"«{column.source}» даёт день, а «{column.time_source}» — время одного момента: они"
            " читаются вместе; где времени нет, берётся полночь.",
        )
    if column.type == "string" or column.format is None:
        return None
    if column.format == "clock":
        return _say_clock(column)
    if column.format.startswith(UNITS_FORMAT):
        return _say_units(column)
    return None if column.unit is None else _say_sign(column)


def _say_clock(column: ColumnMapping) -> Wording:
    remedy = f'--map "{column.source}=text"'
    return Wording(
        en=f"'{column.source}' holds readings of a clock (3:05, 1:02:03): how long it took, read"
        f" as seconds. If they are times of the day, keep the text: {remedy}.",
        ru=f"В «{column.source}» показания часов (3:05, 1:02:03): длительность, прочитана в"
        f" секундах. Если это время суток, оставьте текст: {remedy}.",
    )


def _say_units(column: ColumnMapping) -> Wording:
    remedy = f'--map "{column.source}=text"'
    pairs = (column.format or "").removeprefix(UNITS_FORMAT).split(",")
    sizes = ", ".join(pair.replace("=", " = ") for pair in pairs if not pair.endswith("=1"))
    unit = _UNITS.get(column.unit or "", Wording(en=f"'{column.unit}'", ru=f"«{column.unit}»"))
    if pairs[0].startswith("="):
        return Wording(
            en=f"The name '{column.source}' says another unit than the table has: read in"
            f" {unit.en}, 1 as {pairs[0][1:]}.",
            ru=f"Название «{column.source}» называет другую единицу, чем в таблице: прочитано в"
            f" единице «{unit.ru}», 1 как {pairs[0][1:]}.",
        )
    kept = Wording(en=f" in {unit.en}", ru=f", единица — {unit.ru}") if column.unit else _PLAIN
    return Wording(
        en=f"Words stand behind the numbers of '{column.source}': read as numbers{kept.en}"
        f"{f' ({sizes})' if sizes else ''}. To keep the text: {remedy}.",
        ru=f"В «{column.source}» за числами стоят слова: прочитаны как числа{kept.ru}"
        f"{f' ({sizes})' if sizes else ''}. Чтобы оставить текст: {remedy}.",
    )


def _say_sign(column: ColumnMapping) -> Wording:
    return Wording(
        en=f"Numbers of '{column.source}' bear the sign {column.unit}: read as numbers, and that is"
        " their unit.",
        ru=f"В «{column.source}» числа со знаком {column.unit}: прочитаны как числа, это их единица.",
    )
