"""Checks that need more than one row: duplicates, orphans, robots, sessions, delay."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from regulars.quality.check import (
    Check,
    ConstantCheck,
    DatesCheck,
    ExactDuplicatesCheck,
    FreshnessCheck,
    NearDuplicatesCheck,
    OrphansCheck,
    PlaceholdersCheck,
    RangeCheck,
    RateCheck,
    RepeatedCheck,
    SessionLengthCheck,
    SpellingsCheck,
    UniqueCheck,
)
from regulars.quality.check_columns import find_columns, require_columns
from regulars.quality.column_tests import find_constant_columns, find_placeholders
from regulars.quality.examples import choose_columns, take_examples
from regulars.quality.finding import Finding, Unit, word_finding
from regulars.quality.near_duplicates import find_near_duplicates
from regulars.quality.sessions import measure_sessions
from regulars.quality.spellings import find_spellings
from regulars.schema.contract import Contract, Role
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Subject", "find_in_table", "make_finding"]

_MANY_COLUMNS = (RangeCheck, DatesCheck, PlaceholdersCheck, ConstantCheck, SpellingsCheck)
_MOST_SPELLINGS_SAID = 3
_MOST_EXAMPLES = 5
# What the lake adds to each row; two rows that differ only there are the same row.
LAKE_COLUMNS = frozenset(
    {"known_at", "load_id", "bucket", "row_key", "occurrence", "row_hash", "source_row"}
)


@dataclass(frozen=True)
class Subject:
    """One table under check, with what its checks may look up."""

    name: str
    table: "ir.Table"
    row_count: int
    contract: Contract | None
    others: Mapping[str, "ir.Table"]
    as_of: datetime


def make_finding(
    check: Check,
    *,
    column: str | None,
    count: int,
    whole: int | None,
    examples: Sequence[Mapping[str, object]],
    unit: Unit = "row",
) -> Finding | None:
    """The finding of `check`, or None when there is nothing to find."""
    if not count:
        return None
    share = count / whole if whole else None
    return Finding(
        check=check.name,
        table=check.table,
        column=column,
        severity=check.severity,
        count=count,
        share=share,
        examples=tuple(examples),
        sentence=word_finding(
            check.meaning,
            # Where one check looks at several columns, the headline cannot say which.
            column=column if isinstance(check, _MANY_COLUMNS) else None,
            count=count,
            share=share,
            unit=unit,
        ),
        unit=unit,
        action=check.action,
    )


def find_in_table(check: Check, subject: Subject) -> list[Finding]:
    """What one check that needs more than one row finds in the subject."""
    if isinstance(check, PlaceholdersCheck):
        return _find_placeholders(check, subject)
    if isinstance(check, ConstantCheck):
        return _find_constant(check, subject)
    if isinstance(check, SpellingsCheck):
        return _find_spellings(check, subject)
    finding = _TESTS[type(check)](check, subject)
    return [finding] if finding else []


def _find_placeholders(check: PlaceholdersCheck, subject: Subject) -> list[Finding]:
    findings = []
    names = _analyzed_columns(check, check.columns, subject)
    for each in find_placeholders(subject.table, names, row_count=subject.row_count):
        shown = choose_columns(subject.table, (each.column,), contract=subject.contract)
        rows = subject.table.filter(each.is_placeholder)
        findings.append(
            make_finding(
                check,
                column=each.column,
                count=each.count,
                whole=subject.row_count,
                examples=take_examples(rows, shown, contract=subject.contract),
            )
        )
    return [finding for finding in findings if finding]


def _find_constant(check: ConstantCheck, subject: Subject) -> list[Finding]:
    names = _analyzed_columns(check, check.columns, subject)
    findings = [
        make_finding(
            check,
            column=name,
            count=count,
            whole=subject.row_count,
            examples=take_examples(
                subject.table.drop_null(name), (name,), contract=subject.contract
            )[:1],
        )
        for name, count in find_constant_columns(subject.table, names).items()
    ]
    return [finding for finding in findings if finding]


def _find_spellings(check: SpellingsCheck, subject: Subject) -> list[Finding]:
    roles = {each.name: each.role for each in subject.contract.columns} if subject.contract else {}
    names = [
        name
        for name in _analyzed_columns(check, check.columns, subject)
        if roles.get(name, Role.CATEGORY) is Role.CATEGORY
    ]
    findings = []
    for each in find_spellings(subject.table, names, row_count=subject.row_count):
        shown = each.variants[:_MOST_SPELLINGS_SAID]
        finding = make_finding(
            check,
            column=each.column,
            count=each.count,
            whole=subject.row_count,
            examples=[
                {each.column: spelling, "usual": usual, "row_count": count}
                for spelling, usual, count in each.variants[:_MOST_EXAMPLES]
            ],
        )
        if finding:
            told = ", ".join(f"{spelling} = {usual}" for spelling, usual, _ in shown)
            more = " …" if len(each.variants) > len(shown) else "."
            sentence = finding.sentence
            findings.append(
                replace(
                    finding,
                    sentence=Wording(
                        en=f"{sentence.en} {told}{more}", ru=f"{sentence.ru} {told}{more}"
                    ),
                )
            )
    return findings


def _analyzed_columns(check: Check, patterns: Sequence[str], subject: Subject) -> list[str]:
    """The columns that fit, but for those that are no attribute: ids, personal, of the lake."""
    roles = {each.name: each.role for each in subject.contract.columns} if subject.contract else {}
    left_out = {Role.ID, Role.PERSONAL, Role.IGNORED}
    return [
        name
        for name in find_columns(check, subject.table.columns, patterns)
        if name not in LAKE_COLUMNS
        and name not in {"customer_id", "observed_at", "attributes"}
        and roles.get(name) not in left_out
    ]


def _find_exact_duplicates(check: ExactDuplicatesCheck, subject: Subject) -> Finding | None:
    table = subject.table
    columns = check.columns or tuple(
        name
        for name in table.columns
        if name not in LAKE_COLUMNS and name not in check.besides and not name.startswith("_")
    )
    if not require_columns(check, table.columns, columns):
        return None
    return _find_copies(check, subject, table, columns)


def _find_repeated_keys(check: UniqueCheck, subject: Subject) -> Finding | None:
    if not require_columns(check, subject.table.columns, check.columns):
        return None
    known = subject.table.drop_null(list(check.columns), how="any")
    return _find_copies(check, subject, known, check.columns)


def _find_copies(
    check: Check, subject: Subject, rows: "ir.Table", columns: Sequence[str]
) -> Finding | None:
    """Rows beyond the first of each group that is the same in `columns`."""
    counted = rows.group_by(*columns).aggregate(row_count=rows.count())
    groups = counted.filter(counted.row_count > 1)
    count = groups.aggregate(extra=(groups.row_count - 1).sum().coalesce(0))
    extra = int(count.to_pyarrow().to_pylist()[0]["extra"])
    if not extra:
        return None
    shown = (*choose_columns(groups, columns, contract=subject.contract)[:9], "row_count")
    shown = tuple(dict.fromkeys(shown))
    return make_finding(
        check,
        column=columns[0] if len(columns) == 1 else None,
        count=extra,
        whole=subject.row_count,
        examples=take_examples(groups, shown, contract=subject.contract),
    )


def _find_near_duplicates(check: NearDuplicatesCheck, subject: Subject) -> Finding | None:
    columns = (*check.columns, *check.block, *([check.entity] if check.entity else []))
    if not require_columns(check, subject.table.columns, columns):
        return None
    pairs = find_near_duplicates(
        subject.table,
        check.columns,
        most_edits=check.most_edits,
        block=check.block,
        entity=check.entity,
    )
    return make_finding(
        check,
        column=next(iter(check.columns)) if len(check.columns) == 1 else None,
        count=int(pairs.extra.sum().coalesce(0).to_pyarrow().as_py()),
        whole=subject.row_count,
        examples=take_examples(
            pairs.drop("extra"), pairs.drop("extra").columns, contract=subject.contract
        ),
    )


def _find_orphans(check: OrphansCheck, subject: Subject) -> Finding | None:
    if not require_columns(check, subject.table.columns, (check.column,)):
        return None
    known = _referred_keys(check, subject)
    if not known:
        return None
    lost = subject.table.filter(subject.table[check.column].notnull())
    for keys in known:
        lost = lost.anti_join(keys, lost[check.column].cast("string") == keys.key)
    return _finding_of_rows(check, subject, lost, check.column)


def _referred_keys(check: OrphansCheck, subject: Subject) -> "list[ir.Table]":
    known = []
    for place in check.refers_to:
        table_name, _, column = place.partition(".")
        other = subject.others.get(table_name)
        if other is None or not require_columns(check, other.columns, (column,)):
            continue
        keys = other.select(key=other[column].cast("string")).drop_null().distinct()
        if keys.limit(1).count().to_pyarrow().as_py():
            known.append(keys)
    return known


def _find_rates(check: RateCheck, subject: Subject) -> Finding | None:
    table = subject.table
    if not require_columns(check, table.columns, (check.customer, check.time)):
        return None
    known = table.filter(table[check.customer].notnull() & table[check.time].notnull())
    on_day = known[check.time].cast("date")
    days = known.group_by(known[check.customer], day=on_day).aggregate(row_count=known.count())
    busy = days.filter(days.row_count > check.most_per_day)
    return make_finding(
        check,
        column=None,
        count=int(busy[check.customer].nunique().to_pyarrow().as_py()),
        whole=int(known[check.customer].nunique().to_pyarrow().as_py()),
        examples=take_examples(busy, busy.columns, contract=subject.contract),
        unit="customer",
    )


def _find_long_sessions(check: SessionLengthCheck, subject: Subject) -> Finding | None:
    if not require_columns(check, subject.table.columns, (check.customer, check.time)):
        return None
    sessions = measure_sessions(
        subject.table, gap_minutes=check.gap_minutes, customer=check.customer, time=check.time
    )
    is_long = sessions.session_minutes > check.most_minutes
    counts = sessions.aggregate(whole=sessions.count(), long=sessions.count(where=is_long))
    (row,) = counts.to_pyarrow().to_pylist()
    if not row["long"]:
        return None
    shown = (check.customer, "started_at", "session_minutes", "event_count")
    return make_finding(
        check,
        column=None,
        count=row["long"],
        whole=row["whole"],
        examples=take_examples(sessions.filter(is_long), shown, contract=subject.contract),
        unit="session",
    )


def _find_repeated(check: RepeatedCheck, subject: Subject) -> Finding | None:
    import ibis

    table = subject.table
    if not require_columns(check, table.columns, (check.customer, check.amount, check.time)):
        return None
    paid = table.filter(
        table[check.customer].notnull() & table[check.time].notnull() & (table[check.amount] > 0)
    )
    window = ibis.window(
        group_by=[paid[check.customer], paid[check.amount]], order_by=paid[check.time]
    )
    previous = paid[check.time].lag().over(window)
    seconds = paid[check.time].epoch_seconds() - previous.epoch_seconds()
    marked = paid.mutate(seconds_after=seconds)
    repeated = marked.filter(marked.seconds_after <= check.within_minutes * 60)
    return _finding_of_rows(check, subject, repeated, check.amount)


def _find_delay(check: FreshnessCheck, subject: Subject) -> Finding | None:
    if not require_columns(check, subject.table.columns, (check.column,)):
        return None
    newest = subject.table[check.column].max().to_pyarrow().as_py()
    if newest is None:
        return None
    days = (subject.as_of - _moment(newest)).total_seconds() / 86400
    if days <= check.most_days:
        return None
    return make_finding(
        check,
        column=check.column,
        count=int(days),
        whole=None,
        examples=({check.column: str(newest)},),
        unit="day",
    )


def _finding_of_rows(
    check: Check, subject: Subject, rows: "ir.Table", column: str
) -> Finding | None:
    count = int(rows.count().to_pyarrow().as_py())
    if not count:
        return None
    shown = choose_columns(rows, (column,), contract=subject.contract)
    return make_finding(
        check,
        column=column,
        count=count,
        whole=subject.row_count,
        examples=take_examples(rows, shown, contract=subject.contract),
    )


def _moment(value: date | datetime) -> datetime:
    if not isinstance(value, datetime):
        return datetime.combine(value, datetime.min.time(), tzinfo=UTC)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


_TESTS: dict[type[Check], Callable[[Any, Subject], Finding | None]] = {
    ExactDuplicatesCheck: _find_exact_duplicates,
    UniqueCheck: _find_repeated_keys,
    NearDuplicatesCheck: _find_near_duplicates,
    OrphansCheck: _find_orphans,
    RateCheck: _find_rates,
    SessionLengthCheck: _find_long_sessions,
    RepeatedCheck: _find_repeated,
    FreshnessCheck: _find_delay,
}
