"""The clusters that the analyst chose: kept in the workspace, and found again after clustering anew."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.lake.storage import storage_guard
from regulars.report.tables import replacing
from regulars.schema.wording import Wording
from regulars.segments.identity import Identity, match_clusters

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa

    from regulars.segments.comparison import Comparison
    from regulars.workspace.folder import Workspace

__all__ = [
    "ClusterChoice",
    "FoundAgain",
    "find_again",
    "find_choice",
    "keep_choice",
    "locate_clusters",
]

_FILE = "customers.parquet"
_KEY = b"regulars"


@dataclass(frozen=True, slots=True, eq=False)
class ClusterChoice:
    """Clusters that were chosen.

    Attributes
    ----------
    method
        By which they were found.
    as_of
        The first day that was not seen.
    names
        Of each cluster by its lasting number.
    first_free
        The first number that no cluster ever had.
    members
        `customer_id` and `cluster`, the lasting number; null for nobody's.
    """

    method: str
    as_of: str
    names: Mapping[int, Wording]
    first_free: int
    members: pa.Table


@dataclass(frozen=True, slots=True)
class FoundAgain:
    """The chosen method's clusters now, beside those that were kept.

    Attributes
    ----------
    method
        By which they were found now.
    sizes
        Customers of each cluster now.
    choice
        What was kept.
    identity
        Which cluster is which.
    names
        Of each cluster now by its lasting number: the same cluster keeps its name.
    """

    method: str
    sizes: tuple[int, ...]
    choice: ClusterChoice | None
    identity: Identity
    names: Mapping[int, Wording]


def find_choice(workspace: Workspace, name: str = "") -> ClusterChoice | None:
    """What the analyst chose, or saved under a name; None where nothing was."""
    import pyarrow.parquet as pq

    file = locate_clusters(workspace) / name / _FILE
    if not file.is_file():
        return None
    with storage_guard(file):
        members = pq.read_table(file)
    told = json.loads(members.schema.metadata[_KEY])
    return ClusterChoice(
        method=told["method"],
        as_of=told["as_of"],
        names={int(number): Wording(**name) for number, name in told["names"].items()},
        first_free=told["first_free"],
        members=members,
    )


def find_again(comparison: Comparison, method: str, choice: ClusterChoice | None) -> FoundAgain:
    """The lasting numbers and names of a method's clusters.

    Parameters
    ----------
    comparison
        Made of the customers as they are now.
    method
        Whose clusters.
    choice
        What was kept; None for the first time.

    Raises
    ------
    NotFoundError
        When the method was not compared.
    """
    import numpy as np
    import pyarrow.compute as pc

    clustering = comparison.get_score(method).clustering
    earlier = np.empty(0, dtype=np.int64)
    rows = np.empty(0, dtype=np.int64)
    first_free = 1
    if choice is not None:
        places = pc.index_in(comparison.customer_ids, value_set=choice.members["customer_id"])
        rows = np.flatnonzero(places.is_valid().to_numpy(zero_copy_only=False))
        was = choice.members["cluster"].take(places.drop_null()).fill_null(-1)
        earlier, first_free = was.to_numpy().astype(np.int64), choice.first_free
    identity = match_clusters(
        earlier, clustering.labels[rows], k=clustering.k, first_free=first_free
    )
    kept = dict(choice.names) if choice else {}
    names = {
        number: kept.get(number, profile.name)
        for number, profile in zip(identity.numbers, comparison.describe(method), strict=True)
    }
    return FoundAgain(method, clustering.sizes, choice, identity, names)


def keep_choice(
    workspace: Workspace, comparison: Comparison, method: str, *, name: str = ""
) -> FoundAgain:
    """Keep a method's clusters as the analyst's choice; those that are the same keep number and name.

    Parameters
    ----------
    workspace
        Where.
    comparison
        Made of the customers as they are now.
    method
        Whose clusters.
    name
        Of a saved segmentation; empty for the one choice of `segment compare`.

    Raises
    ------
    NotFoundError
        When the method was not compared.
    StorageError
        When the workspace cannot be written to.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = find_again(comparison, method, find_choice(workspace, name))
    labels = comparison.get_score(method).clustering.labels
    numbers = np.append(np.array(found.identity.numbers, dtype=np.int64), -1)[labels]
    ever = [*found.identity.numbers, (found.choice.first_free if found.choice else 1) - 1]
    told = {
        "method": method,
        "as_of": comparison.as_of.isoformat(),
        "names": {str(number): name.model_dump() for number, name in found.names.items()},
        "first_free": max(ever) + 1,
    }
    members = pa.table(
        {
            "customer_id": comparison.customer_ids,
            "cluster": pa.array(numbers, mask=labels < 0),
        }
    ).replace_schema_metadata({_KEY: json.dumps(told, ensure_ascii=False).encode()})
    folder = locate_clusters(workspace) / name
    with storage_guard(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(folder / _FILE) as file:
            pq.write_table(members, file)
    return found


def locate_clusters(workspace: Workspace) -> Path:
    """The folder of the kept clusters, which names customers once anything was kept."""
    return workspace.folder / "clusters"
