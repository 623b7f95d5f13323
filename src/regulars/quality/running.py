"""Running checks over tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from regulars.progress import Progress, Silent
from regulars.quality.check import Check
from regulars.quality.examples import choose_columns, take_examples
from regulars.quality.fetching import fetch_counts
from regulars.quality.finding import Finding, sort_findings
from regulars.quality.row_tests import RowTest, build_row_tests
from regulars.quality.table_tests import Subject, find_in_table, make_finding
from regulars.schema.contract import Contract

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["run_checks"]

# A statement with thousands of aggregates takes longer to plan than to run.
_MOST_TESTS_A_PASS = 200


def run_checks(
    tables: "Mapping[str, ir.Table]",
    checks: Iterable[Check],
    *,
    contracts: Mapping[str, Contract] | None = None,
    as_of: datetime,
    progress: Progress | None = None,
) -> list[Finding]:
    """What the checks find in the tables.

    All checks of single rows of a table are computed in one pass over it.

    Parameters
    ----------
    tables
        Table name → rows under canonical names.
    checks
        From `load_checks`; those of tables that are not there are passed over.
    contracts
        Table name → contract: says which columns are personal (masked in examples) and which
        values a category may take.
    as_of
        The moment of the check, with its time zone: later is "the future".
    progress
        Told of every check; may cancel between two.

    Returns
    -------
    list of Finding
        Gravest and largest first; only what was found.

    Raises
    ------
    UnknownColumnError
        When a user's check names a column that the table lacks.

    Examples
    --------
    >>> import ibis
    >>> import pyarrow as pa
    >>> from datetime import UTC, datetime
    >>> from regulars.quality import load_checks
    >>> purchases = ibis.memtable(pa.table({"purchase_id": ["1", "2"], "customer_id": ["7", None]}))
    >>> found = run_checks(
    ...     {"purchases": purchases}, load_checks(), as_of=datetime(2026, 1, 10, tzinfo=UTC)
    ... )
    >>> [finding.sentence.en for finding in found]
    ['Purchases without a customer: 1 row (50%).']
    """
    by_table: dict[str, list[Check]] = {}
    for check in checks:
        if check.table in tables:
            by_table.setdefault(check.table, []).append(check)
    told = progress or Silent()
    total = sum(len(each) for each in by_table.values())
    findings: list[Finding] = []
    with told.stage("Checking", total=total) as stage:
        for name, own in by_table.items():
            contract = (contracts or {}).get(name)
            counted = fetch_counts(tables[name].aggregate(rows=tables[name].count()))
            subject = Subject(name, tables[name], counted["rows"], contract, tables, as_of)
            findings += _find_rows(own, subject)
            told.check()
            for check in own:
                findings += _find_in_table(check, subject)
                stage.advance()
                told.check()
    return sort_findings(findings)


def _find_in_table(check: Check, subject: Subject) -> list[Finding]:
    if check.looks_at_single_rows or not subject.row_count:
        return []
    return find_in_table(check, subject)


def _find_rows(checks: Sequence[Check], subject: Subject) -> list[Finding]:
    tests = build_row_tests(checks, subject.table, subject.as_of, contract=subject.contract)
    findings: list[Finding] = []
    for start in range(0, len(tests), _MOST_TESTS_A_PASS):
        findings += _run_pass(tests[start : start + _MOST_TESTS_A_PASS], subject)
    return findings


def _run_pass(tests: Sequence[RowTest], subject: Subject) -> list[Finding]:
    table = subject.table
    counted = table.aggregate(
        **{f"c{place}": table.count(where=test.failing) for place, test in enumerate(tests)}
    )
    counts = fetch_counts(counted)
    findings = []
    for place, test in enumerate(tests):
        count = counts[f"c{place}"]
        if not count:
            continue
        shown = choose_columns(table, test.columns, contract=subject.contract)
        examples = take_examples(table.filter(test.failing), shown, contract=subject.contract)
        finding = make_finding(
            test.check, column=test.column, count=count, whole=subject.row_count, examples=examples
        )
        findings += [finding] if finding else []
    return findings
