"""Rows that contradict each other under one key: a few are dirt, most of them are another kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.errors import SchemaError
from regulars.quality.numbers import format_count, format_number
from regulars.schema.recognition import KINDS

if TYPE_CHECKING:
    from regulars.connectors.protocol import Source
    from regulars.lake import UpsertResult
    from regulars.schema.contract import Contract
    from regulars.schema.mapping import Mapping

__all__ = ["refuse_contradictions"]

_MOST_CONTRADICTED = 0.5


def refuse_contradictions(
    mapping: Mapping, contract: Contract, upserted: UpsertResult, row_count: int, source: Source
) -> None:
    """Stop a load that would set most of its rows aside, unless a person said what they are.

    Raises
    ------
    SchemaError
        When more than half of the rows share a key with a later row that says otherwise, and
        the kind was only guessed.
    """
    is_said = mapping.confidence == 1.0
    if is_said or upserted.conflicts <= _MOST_CONTRADICTED * row_count:
        return
    key = mapping.find_target(contract.key[0])
    name = key.source if key else contract.key[0]
    others = ", ".join(kind for kind in KINDS if kind != mapping.kind)
    keep = f'--kind {mapping.kind} --id "{name}"' if mapping.table == "profiles" else ""
    keep = keep or f"--kind {mapping.kind}"
    raise SchemaError(
        en=f"{source.name} looked like {mapping.kind}, but '{name}' does not tell its rows apart:"
        f" {format_count(upserted.conflicts, 'en', 'row', 'rows')} of {format_number(row_count, 'en')}"
        " contradict a later row with the same one and would be set aside. Nothing was loaded."
        " Say what a row is: --kind with one of"
        f' {others} (one that happened needs a moment: --map "COLUMN=occurred_at"); or which'
        f" column tells the rows apart: --id COLUMN. With {keep} only the last row of each"
        " is kept.",
        ru=f"{source.name}: похоже на вид «{mapping.kind}», но «{name}» не различает строки:"
        f" {format_count(upserted.conflicts, 'ru', 'строка', 'строки', 'строк')} из"
        f" {format_number(row_count, 'ru')} противоречат более поздней строке с тем же значением и"
        " были бы отложены. Ничего не загружено. Скажите, что такое строка: --kind и один из видов"
        f' {others} (тому, что произошло, нужен момент: --map "СТОЛБЕЦ=occurred_at"); или какой'
        f" столбец различает строки: --id СТОЛБЕЦ. С {keep} останется только последняя"
        " строка каждого.",
    )
