"""The embedded lakehouse: Delta Lake tables, loads, snapshots, time travel, upserts, erasure."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.lake.erasure import Erasure, Traces
    from regulars.lake.lake import Lake
    from regulars.lake.records import LoadRecord, Recovery, UpsertResult
    from regulars.lake.snapshot import Snapshot
    from regulars.lake.storage import storage_guard
    from regulars.lake.transaction import LoadTransaction
    from regulars.lake.upkeep import Compaction, Vacuum

__all__ = [
    "Compaction",
    "Erasure",
    "Lake",
    "LoadRecord",
    "LoadTransaction",
    "Recovery",
    "Snapshot",
    "Traces",
    "UpsertResult",
    "Vacuum",
    "storage_guard",
]

_LAZY = {
    "Compaction": "regulars.lake.upkeep",
    "Erasure": "regulars.lake.erasure",
    "Lake": "regulars.lake.lake",
    "LoadRecord": "regulars.lake.records",
    "LoadTransaction": "regulars.lake.transaction",
    "Recovery": "regulars.lake.records",
    "Snapshot": "regulars.lake.snapshot",
    "Traces": "regulars.lake.erasure",
    "UpsertResult": "regulars.lake.records",
    "Vacuum": "regulars.lake.upkeep",
    "storage_guard": "regulars.lake.storage",
}


def __getattr__(name: str) -> object:
    # PEP 562: deltalake and DuckDB load only when the lake is used.
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'regulars.lake' has no attribute '{name}'")
