"""The source's rows as the contract wants them: canonical columns in company time.

`conformed` is a view with one row per source row: `source_row` (place in the source, from 1),
the columns of the contract, `known_at`, `attributes` (JSON of the source's other columns), and
the personal columns (named `personal:…`, they go to the vault and not further). It is a view:
the values lie read in `read_values`, and what is made of them here costs next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.ingest.staging import READ_VALUES, ROW_PLACE
from regulars.lake.sql import quote_name, quote_text
from regulars.schema.contract import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from regulars.ingest.conform import Conformed
    from regulars.ingest.staging import Survey
    from regulars.schema.contract import Contract
    from regulars.schema.mapping import Mapping

__all__ = ["CONFORMED", "PERSONAL_PREFIX", "Moment", "build_conformed"]

CONFORMED = "conformed"
PERSONAL_PREFIX = "personal:"


@dataclass(frozen=True, slots=True)
class Moment:
    """When a load takes place.

    Attributes
    ----------
    now
        The instant of the load, UTC.
    zone
        The company's time zone (IANA).
    known_at
        Since when what it tells is known; None when nobody said which day that is.
    """

    now: datetime
    zone: str
    known_at: datetime | None = None


def build_conformed(
    mapping: Mapping,
    surveys: Sequence[Survey],
    contract: Contract,
    *,
    moment: Moment,
    connection: DuckDBPyConnection,
) -> str:
    """Make the temporary view `conformed` over `read_values`; returns its select list."""
    canonical = {
        survey.column.mapping.target: survey.column
        for survey in surveys
        if _is_stored(survey.column, contract, mapping)
    }
    selected = [f"{ROW_PLACE} AS source_row"]
    if contract.name == "profiles" and mapping.id_column is None:
        selected.append(f"CAST({ROW_PLACE} AS VARCHAR) AS customer_id")
    for name, column in canonical.items():
        selected.extend(_select_column(name, column, moment))
    selected.extend(
        f"{survey.column.read} AS {quote_name(PERSONAL_PREFIX + survey.column.mapping.target)}"
        for survey in surveys
        if survey.column.mapping.role is Role.PERSONAL
    )
    selected.extend(_select_derived(mapping, surveys))
    if contract.name == "purchase_items":
        selected.extend(_line_amount(canonical))
        selected.extend(_number_orders(mapping, canonical, moment))
    selected.extend(_known_at(contract, canonical, moment))
    if contract.name != "profiles":
        selected.extend(_attributes(surveys, contract, mapping))
    values = ", ".join(selected)
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW {CONFORMED} AS SELECT {values} FROM {READ_VALUES}"
    )
    return values


def _select_derived(mapping: Mapping, surveys: Sequence[Survey]) -> Iterable[str]:
    """The year of a date of birth: enough to know an age by, too little to know a person by."""
    for derived in mapping.derived:
        for survey in surveys:
            if survey.column.mapping.target == "birth_on":
                yield f"CAST(year({survey.column.read}) AS BIGINT) AS {quote_name(derived.target)}"


def _is_stored(column: Conformed, contract: Contract, mapping: Mapping) -> bool:
    """Whether the column is one of the lake's: of the contract, or of a profile."""
    if column.mapping.role in (Role.PERSONAL, Role.IGNORED):
        return False
    return mapping.table == "profiles" or column.mapping.target in contract.column_names


def _select_column(name: str, column: Conformed, moment: Moment) -> Iterable[str]:
    quoted = quote_name(name)
    if column.mapping.type != "instant":
        yield f"{column.read} AS {quoted}"
        return
    local, utc = _local_and_utc(column, moment.zone)
    stem = name.removesuffix("_at")
    yield f"{utc} AS {quoted}"
    yield f"CAST({local} AS DATE) AS {quote_name(stem + '_on')}"
    yield f"CAST(hour({local}) AS TINYINT) AS {quote_name(stem + '_hour')}"


def _local_and_utc(column: Conformed, zone: str) -> tuple[str, str]:
    """The instant as a company-local TIMESTAMP and as a TIMESTAMP WITH TIME ZONE."""
    if zone == "UTC":
        # Reading it as microseconds skips the calendar arithmetic of zones: 2x faster.
        return column.read, f"make_timestamptz(epoch_us({column.read}))"
    if column.is_utc:
        utc = f"make_timestamptz(epoch_us({column.read}))"
        return f"timezone({quote_text(zone)}, {utc})", utc
    return column.read, f"timezone({quote_text(zone)}, {column.read})"


def _known_at(contract: Contract, canonical: dict[str, Conformed], moment: Moment) -> Iterable[str]:
    """A fact is known when it happened, a state from its own first day; else the lake knows when.

    A profile without a day of its own is not given one: the same customer in the next file must
    compare as unchanged.
    """
    column = canonical.get(contract.time_column or "")
    if column is not None:
        yield f"{_begin_of(column, moment)} AS known_at"
    end = canonical.get(contract.end_column or "")
    if end is not None:
        yield f"{_begin_of(end, moment)} AS end_known_at"


def _begin_of(column: Conformed, moment: Moment) -> str:
    """The instant of a moment, or the one with which a day begins."""
    if column.mapping.type == "instant":
        return _local_and_utc(column, moment.zone)[1]
    return f"timezone({quote_text(moment.zone)}, CAST({column.read} AS TIMESTAMP))"


def _attributes(surveys: Sequence[Survey], contract: Contract, mapping: Mapping) -> Iterable[str]:
    """The source's other columns as one JSON object, missing ones left out.

    A source without other columns says nothing about them: what is known of a row stays.
    """
    others = [
        survey.column
        for survey in surveys
        if not _is_stored(survey.column, contract, mapping)
        and survey.column.mapping.role not in (Role.PERSONAL, Role.IGNORED)
    ]
    if not others:
        return
    pairs = ", ".join(f"{quote_text(one.mapping.target)}, {one.read}" for one in others)
    merged = f"json_merge_patch('{{}}', json_object({pairs}))"
    # A row without any has none: another column in the next file does not change the row.
    yield f"nullif(CAST({merged} AS VARCHAR), '{{}}') AS attributes"


def _number_orders(
    mapping: Mapping, canonical: dict[str, Conformed], moment: Moment
) -> Iterable[str]:
    """A number for each order of a source that has none: its customer and its moment."""
    if mapping.has_unnumbered_orders:
        local, _ = _local_and_utc(canonical["purchased_at"], moment.zone)
        customer = f"coalesce({canonical['customer_id'].read}, '')"
        yield f"{customer} || ' ' || strftime({local}, '%Y-%m-%d %H:%M:%S') AS purchase_id"


def _line_amount(canonical: dict[str, Conformed]) -> Iterable[str]:
    """The amount of a line from quantity and unit price, where the source has only those."""
    if "line_amount" in canonical or not {"quantity", "unit_price"} <= set(canonical):
        return
    # Through decimal and not float: a sum of money keeps every hundredth.
    factors = (
        f"CAST({canonical[name].read} AS DECIMAL(18,4))" for name in ("quantity", "unit_price")
    )
    yield f"CAST({' * '.join(factors)} AS DECIMAL(18,4)) AS line_amount"
