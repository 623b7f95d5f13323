"""What the sample promised of a column and the whole source does not keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import SchemaError
from regulars.ingest.conform import conform_column
from regulars.ingest.staging import SOURCE_ROWS, survey_columns
from regulars.lake.sql import fetch_counts, quote_name
from regulars.quality.examples import mask_personal
from regulars.quality.finding import Finding
from regulars.quality.numbers import format_count, format_share
from regulars.schema.contract import Role
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from regulars.connectors.protocol import Source
    from regulars.ingest.staging import Staged, Survey
    from regulars.schema.column_mapping import ColumnMapping
    from regulars.schema.contract import ColumnType, Contract
    from regulars.schema.mapping import Mapping
    from regulars.schema.wording import Language

__all__ = ["settle_types"]

_MOST_UNREADABLE = 0.01
"""A column of the source's own in which more than this share cannot be read is kept as text."""
_HOPELESS = 0.5
"""A column of which more than this share cannot be read, though it must be, was mapped wrongly."""
_MOST_CATEGORIES = 50
_MOST_EXAMPLES = 3
_LONGEST_EXAMPLE = 40

_TYPE_WORDS: dict[ColumnType, Wording] = {
    "boolean": Wording(en="yes or no", ru="«да» или «нет»"),
    "date": Wording(en="dates", ru="даты"),
    "instant": Wording(en="dates", ru="даты"),
}
_NUMBERS = Wording(en="numbers", ru="числа")


def settle_types(
    mapping: Mapping,
    surveys: Sequence[Survey],
    staged: Staged,
    source: Source,
    contract: Contract,
    connection: DuckDBPyConnection,
) -> tuple[Mapping, tuple[Survey, ...], tuple[Finding, ...]]:
    """Correct what the sample promised and the whole file does not keep.

    A column of the source's own (not of the contract) of whole numbers that has fractions too
    becomes one of numbers; one that often cannot be read as its type becomes text, and a finding
    says so. Where the contract or a person gave the type, it stays:
    rows that cannot be read are set aside, and if most cannot, the load stops.

    Returns
    -------
    tuple
        The mapping, the surveys of its columns, and a finding for each column that became text.

    Raises
    ------
    SchemaError
        When most values of a column that must be read so cannot.
    """
    changed: dict[str, ColumnMapping] = {}
    findings = []
    for survey in surveys:
        column = survey.column.mapping
        present = staged.row_count - (survey.missing or 0)
        share = survey.unreadable / present if present else 0.0
        must_be_read = _must_be_read(column, contract)
        if share > _HOPELESS and must_be_read:
            raise _hopeless(survey, share, source, connection)
        if must_be_read:
            continue
        if column.type == "integer" and survey.unreadable:
            numbers, unreadable = _as_fractions(survey, staged, connection)
            if unreadable < survey.unreadable and unreadable <= _MOST_UNREADABLE * present:
                changed[column.source] = numbers
                continue
        if share > _MOST_UNREADABLE:
            changed[column.source] = _as_text(column, connection)
            findings.append(_find_unreadable(survey, share, mapping.table, connection))
    findings += _find_rounded(surveys, mapping.table, connection)
    if not changed:
        return mapping, tuple(surveys), tuple(findings)
    read = [survey.column.mapping for survey in surveys]
    surveys = survey_columns((changed.get(one.source, one) for one in read), staged, connection)
    columns = tuple(changed.get(column.source, column) for column in mapping.columns)
    return mapping.model_copy(update={"columns": columns}), tuple(surveys), tuple(findings)


def _as_fractions(
    survey: Survey, staged: Staged, connection: DuckDBPyConnection
) -> tuple[ColumnMapping, int]:
    """A column of whole numbers as one of numbers with fractions, and what cannot be read then."""
    column = survey.column.mapping
    numbers = column.model_copy(update={"type": "float"})
    condition = conform_column(numbers, staged.types[column.source]).is_unreadable
    (unreadable,) = fetch_counts(
        connection, f"SELECT count(*) FILTER ({condition}) FROM {SOURCE_ROWS}"
    )
    return numbers, unreadable


def _find_rounded(
    surveys: Sequence[Survey], table: str, connection: DuckDBPyConnection
) -> list[Finding]:
    """A finding for each column of money with more decimals than money keeps."""
    asked = [survey.column for survey in surveys if survey.column.is_rounded]
    counts: tuple[int, ...] = ()
    if asked:
        tests = ", ".join(f"count(*) FILTER ({column.is_rounded})" for column in asked)
        counts = fetch_counts(connection, f"SELECT {tests} FROM {SOURCE_ROWS}")
    return [
        _find_rounding(column.mapping, count, table)
        for column, count in zip(asked, counts, strict=True)
        if count
    ]


def _find_rounding(column: ColumnMapping, count: int, table: str) -> Finding:
    values = format_count(count, "en", "value", "values")
    values_ru = format_count(count, "ru", "значение", "значения", "значений")
    return Finding(
        check="amounts_rounded",
        table=table,
        column=column.target,
        severity="notice",
        count=count,
        share=None,
        examples=(),
        sentence=Wording(
            en=f"{values} of '{column.source}' have more than 4 decimals and were rounded. To keep"
            f' them all: --map "{column.source}={column.target}_exact:float".',
            ru=f"В «{column.source}» {values_ru} с точностью больше 4 знаков после запятой: они"
            f' округлены. Чтобы сохранить все знаки: --map "{column.source}={column.target}_exact:float".',
        ),
    )


def _must_be_read(column: ColumnMapping, contract: Contract) -> bool:
    """Whether the contract or a person gave the type; no row is lost for what the vault keeps."""
    is_given = column.is_given and column.role is not Role.PERSONAL
    return is_given or column.target in contract.column_names


def _as_text(column: ColumnMapping, connection: DuckDBPyConnection) -> ColumnMapping:
    """The column as text; what is personal stays personal."""
    words = _TYPE_WORDS.get(column.type, _NUMBERS)
    update: dict[str, object] = {"type": "string", "format": None, "decimal": "."}
    update |= {"thousands": None, "unit": None, "confidence": min(column.confidence, 0.5)}
    update["evidence"] = Wording(
        en=f"looked like {words.en}, but not all of it can be read so",
        ru=f"похоже на {words.ru}, но прочитать так удаётся не всё",
    )
    if column.role is not Role.PERSONAL:
        (count,) = connection.execute(
            f"SELECT count(DISTINCT {quote_name(column.source)}) FROM {SOURCE_ROWS}"
        ).fetchone() or (0,)
        update["role"] = Role.CATEGORY if count <= _MOST_CATEGORIES else Role.TEXT
    return column.model_copy(update=update)


def _find_unreadable(
    survey: Survey, share: float, table: str, connection: DuckDBPyConnection
) -> Finding:
    column = survey.column.mapping
    examples = [] if column.role is Role.PERSONAL else _list_unreadable(survey, connection)
    return Finding(
        check="unreadable_values",
        table=table,
        column=column.target,
        severity="warning",
        count=survey.unreadable,
        share=share,
        examples=tuple({column.target: text} for text in examples),
        sentence=Wording(
            en=_say(column, survey.unreadable, share, examples, "en"),
            ru=_say(column, survey.unreadable, share, examples, "ru"),
        ),
    )


def _say(
    column: ColumnMapping, count: int, share: float, examples: list[str], language: Language
) -> str:
    words = _TYPE_WORDS.get(column.type, _NUMBERS).to(language)
    portion = format_share(share, language)
    # Under a new name: this load stores the text under the old one.
    remedy = f'--map "{column.source}={column.target}_read:{column.type}"'
    quoted = ", ".join(f"«{text}»" if language == "ru" else f"'{text}'" for text in examples)
    if language == "ru":
        shown = f" (например, {quoted})" if quoted else ""
        values = format_count(count, "ru", "значение", "значения", "значений")
        return (
            f"Столбец «{column.source}» похож на {words}, но {values} ({portion}) прочитать так"
            f" нельзя{shown}, поэтому он оставлен текстом. Чтобы читать его как {words}, а такие"
            f" строки отложить: {remedy}."
        )
    shown = f" (such as {quoted})" if quoted else ""
    values = format_count(count, "en", "value", "values")
    return (
        f"Column '{column.source}' looks like {words}, but {values} ({portion}) cannot be read"
        f" so{shown}, and it is kept as text. To read {words} and set such rows aside: {remedy}."
    )


def _list_unreadable(survey: Survey, connection: DuckDBPyConnection) -> list[str]:
    """The most frequent of the values that cannot be read, with what looks personal masked."""
    value = f"CAST({quote_name(survey.column.mapping.source)} AS VARCHAR)"
    found = connection.execute(
        f"SELECT {value} FROM {SOURCE_ROWS} WHERE {survey.column.is_unreadable}"
        f" GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {_MOST_EXAMPLES}"
    ).fetchall()
    return [mask_personal(str(text))[:_LONGEST_EXAMPLE] for (text,) in found]


def _hopeless(
    survey: Survey, share: float, source: Source, connection: DuckDBPyConnection
) -> SchemaError:
    column = survey.column.mapping
    kind = f"{column.type}, {column.format}" if column.format else column.type
    example = example_ru = ""
    if column.role is not Role.PERSONAL:
        row, text = connection.execute(
            f"SELECT rowid + 1, {quote_name(column.source)}::VARCHAR FROM {SOURCE_ROWS}"
            f" WHERE {survey.column.is_unreadable} ORDER BY rowid LIMIT 1"
        ).fetchone() or (1, "")
        shown, row = (
            mask_personal(text)[:_LONGEST_EXAMPLE],
            source.find_lines(connection, [row])[row],
        )
        example, example_ru = (
            f", such as '{shown}' in row {row}",
            f", например «{shown}» в строке {row}",
        )
    return SchemaError(
        en=f"Column '{column.source}' was mapped to {column.target} ({kind}), but"
        f" {share:.0%} of its values cannot be read so{example}. Map it otherwise:"
        f' --map "{column.source}=TARGET:TYPE:FORMAT", or leave it out: --drop "{column.source}".',
        ru=f"Столбцу «{column.source}» назначено {column.target} ({kind}), но"
        f" {share:.0%} его значений так не читаются{example_ru}. Назначьте иначе:"
        f' --map "{column.source}=ЦЕЛЬ:ТИП:ФОРМАТ" — или уберите его: --drop "{column.source}".',
    )
