"""What a person should know about personal values that the vault cannot keep as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.ingest.canonical import CONFORMED, PERSONAL_PREFIX
from regulars.ingest.staging import READ_VALUES
from regulars.lake.sql import quote_name, quote_text
from regulars.quality.finding import Finding
from regulars.quality.numbers import format_count, format_share
from regulars.schema.personal_text import MASK
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from regulars.ingest.staging import Survey
    from regulars.schema.column_mapping import ColumnMapping
    from regulars.schema.mapping import Mapping

__all__ = ["find_privacy"]


def find_privacy(
    mapping: Mapping, surveys: Sequence[Survey], connection: DuckDBPyConnection
) -> list[Finding]:
    """What was masked in free texts, and of which customers the vault keeps only the last value."""
    texts = [one.column.mapping for one in surveys if one.column.mapping.is_free_text]
    return [
        *_find_masked(mapping.table, texts, connection),
        *_find_overwritten(mapping, connection),
    ]


def _find_masked(
    table: str, texts: Sequence[ColumnMapping], connection: DuckDBPyConnection
) -> list[Finding]:
    if not texts:
        return []
    counted = ", ".join(
        f"count(*) FILTER (contains({quote_name(one.source)}, {quote_text(MASK)})),"
        f" count({quote_name(one.source)})"
        for one in texts
    )
    row = connection.execute(f"SELECT {counted} FROM {READ_VALUES}").fetchone() or ()
    findings = []
    for column, masked, present in zip(texts, row[::2], row[1::2], strict=True):
        if not masked:
            continue
        share = masked / present
        findings.append(
            Finding(
                check="personal_in_text",
                table=table,
                column=column.target,
                severity="notice",
                count=masked,
                share=share,
                examples=(),
                sentence=Wording(
                    en=f"Texts with a phone, an e-mail, a document or a name in them"
                    f" ({column.target}): {format_count(masked, 'en', 'text', 'texts')}"
                    f" ({format_share(share, 'en')}); these are replaced by {MASK} and kept nowhere.",
                    ru=f"Тексты, в которых есть телефон, почта, документ или имя"
                    f" ({column.target}): {format_count(masked, 'ru', 'текст', 'текста', 'текстов')}"
                    f" ({format_share(share, 'ru')}); они заменены на {MASK} и нигде не хранятся.",
                ),
            )
        )
    return findings


def _find_overwritten(mapping: Mapping, connection: DuckDBPyConnection) -> list[Finding]:
    """Personal columns of which a customer has several values: the vault keeps one a customer."""
    columns = [column.target for column in mapping.personal]
    if not columns or mapping.find_target("customer_id") is None:
        return []
    distinct = ", ".join(
        f"count(DISTINCT {quote_name(PERSONAL_PREFIX + name)}) > 1 AS c{place}"
        for place, name in enumerate(columns)
    )
    counted = ", ".join(f"count(*) FILTER (c{place})" for place in range(len(columns)))
    counts = (
        connection.execute(
            f"SELECT {counted}, count(*) FROM (SELECT {distinct} FROM {CONFORMED}"
            " WHERE customer_id IS NOT NULL GROUP BY customer_id)"
        ).fetchone()
        or ()
    )
    findings = []
    for name, count in zip(columns, counts, strict=False):
        if not count:
            continue
        share = count / counts[-1]
        findings.append(
            Finding(
                check="personal_overwritten",
                table=mapping.table,
                column=name,
                severity="notice",
                count=count,
                share=share,
                examples=(),
                sentence=Wording(
                    en=f"Customers with several values of {name}:"
                    f" {format_count(count, 'en', 'customer', 'customers')}"
                    f" ({format_share(share, 'en')}); the vault keeps the last one of each.",
                    ru=f"Клиенты с несколькими значениями {name}:"
                    f" {format_count(count, 'ru', 'клиент', 'клиента', 'клиентов')}"
                    f" ({format_share(share, 'ru')}); в сейфе остаётся последнее.",
                ),
                unit="customer",
            )
        )
    return findings
