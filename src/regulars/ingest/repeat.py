"""A source that was loaded already is answered as the first time: from the list of loads."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from regulars.ingest.result import LoadResult, TableCounts
from regulars.quality import Finding, Reconciliation
from regulars.schema.mapping import Mapping
from regulars.schema.wording import Wording

if TYPE_CHECKING:
    from regulars.connectors.protocol import Source
    from regulars.lake import LoadRecord

__all__ = ["recall_load", "repeat_load", "write_findings"]


def write_findings(result: LoadResult) -> str:
    """What a load found, as the JSON text that the list of loads keeps.

    Examples are rows of customers: they stay out of it.
    """
    findings = [
        {name: value for name, value in finding.to_dict().items() if name != "examples"}
        for finding in result.findings
    ]
    return json.dumps(
        {
            "findings": findings,
            "quarantine_reasons": dict(result.quarantine_reasons),
            "rows_without_customer": result.rows_without_customer,
        },
        ensure_ascii=False,
    )


def recall_load(load: LoadRecord) -> LoadResult:
    """What `load` did, as it was told when it was made; without examples and the reader's notes.

    Parameters
    ----------
    load
        Of action "load".
    """
    said = _read_findings(load.findings)
    mapping = Mapping.from_toml(load.mapping, where=f"the mapping of load {load.load_id}")
    return LoadResult(
        load_id=load.load_id,
        source=load.source,
        source_sha256=load.source_sha256,
        mapping=mapping,
        rows=Reconciliation(
            load.rows_in,
            inserted=load.rows_inserted,
            updated=load.rows_updated,
            unchanged=load.rows_unchanged,
            quarantined=load.rows_quarantined,
        ),
        tables={name: TableCounts(**counts) for name, counts in load.tables.items()},
        findings=tuple(
            Finding(**{**one, "examples": (), "sentence": Wording(**one["sentence"])})
            for one in said["findings"]
        ),
        quarantine_reasons=said["quarantine_reasons"],
        notes=mapping.notes,
        rows_without_customer=said["rows_without_customer"],
        cursor_value=load.cursor_value.partition("=")[2] or None,
    )


def repeat_load(load: LoadRecord, source: Source) -> LoadResult:
    """What `load` did, said of the same source that comes again: nothing is new, and the rest is.

    Parameters
    ----------
    load
        The earlier load.
    source
        The same content, read in the same way.
    """
    before = recall_load(load)
    return replace(
        before,
        source=source.name,
        rows=Reconciliation(
            load.rows_in,
            inserted=0,
            updated=0,
            unchanged=before.rows.loaded,
            quarantined=load.rows_quarantined,
        ),
        tables={
            name: TableCounts(inserted=0, updated=0, unchanged=sum(counts.to_dict().values()))
            for name, counts in before.tables.items()
        },
        notes=(*source.notes, *before.notes),
        is_repeat=True,
    )


def _read_findings(text: str) -> dict[str, Any]:
    said = json.loads(text)
    if isinstance(said, list):
        # As loads were written before reasons were kept beside the findings.
        return {"findings": said, "quarantine_reasons": {}, "rows_without_customer": 0}
    return {"findings": [], "quarantine_reasons": {}, "rows_without_customer": 0, **said}
