"""Columns that know the outcome: looked for, left out, and what that changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from regulars.errors import InvalidParameterError
from regulars.features import find_leaks, list_blocking
from regulars.features.leakage import measure_with_each
from regulars.report.parts import LeakagePart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regulars.features import FeatureTable, Leak
    from regulars.predictions import Outcome
    from regulars.schema.mapping import Mapping as SourceMapping

__all__ = ["LeakSearch", "search_leaks"]


@dataclass(frozen=True, slots=True)
class LeakSearch:
    """Which columns know the outcome, and what was done about them.

    Attributes
    ----------
    features
        What is left for the models.
    leaks
        Blocking ones first.
    dropped
        Names of the features that were left out.
    roc_auc_without
        What one quick booster reaches on unseen customers without any of them; None when nothing was
        left out.
    roc_auc_with
        The same with one of them put back, by its name.
    """

    features: FeatureTable
    leaks: tuple[Leak, ...] = ()
    dropped: tuple[str, ...] = ()
    roc_auc_without: float | None = None
    roc_auc_with: Mapping[str, float] = field(default_factory=dict)

    def report(self) -> tuple[LeakagePart, ...]:
        """What the report says of them."""
        return tuple(
            LeakagePart(
                column=leak.feature,
                evidence=leak.sentence,
                is_blocking=leak.severity == "blocking",
                is_dropped=leak.feature in self.dropped,
                roc_auc_alone=leak.power,
                roc_auc_with=self.roc_auc_with.get(leak.feature),
                roc_auc_without=self.roc_auc_without if leak.feature in self.dropped else None,
            )
            for leak in self.leaks
        )


def search_leaks(
    features: FeatureTable,
    outcome: Outcome,
    *,
    keep: Sequence[str] = (),
    mappings: Sequence[SourceMapping] = (),
    seed: int,
) -> LeakSearch:
    """Look for columns that know the outcome, and leave out those of which there is no doubt.

    Parameters
    ----------
    features
        One row per customer.
    outcome
        Labels in the same order.
    keep
        Columns that stay even so, as the file or the features call them.
    mappings
        How the files were read.
    seed
        Of the folds.

    Raises
    ------
    InvalidParameterError
        When a column to keep is not there.
    """
    kept = _find_kept(features, keep, mappings)
    leaks = find_leaks(features, outcome.labels, outcome=outcome.column, random_state=seed)
    dropped = tuple(name for name in list_blocking(leaks) if name not in kept)
    if not dropped or len(dropped) == len(features.features):
        # With nothing left there would be no model to say what the columns hide.
        return LeakSearch(features, leaks)
    without, with_each = measure_with_each(features, outcome.labels, dropped, random_state=seed)
    return LeakSearch(features.drop(dropped), leaks, dropped, without, with_each)


def _find_kept(
    features: FeatureTable, keep: Sequence[str], mappings: Sequence[SourceMapping]
) -> frozenset[str]:
    """Names of features that the person wants in, whatever the search says."""
    targets = {column.source: column.target for one in mappings for column in one.columns}
    kept = set()
    for wanted in keep:
        names = {wanted, targets.get(wanted, wanted)}
        of_column = {
            feature.name for feature in features.features if {feature.name, feature.source} & names
        }
        if not of_column:
            known = ", ".join(sorted(features.names)[:20])
            raise InvalidParameterError(
                en=f"--keep names '{wanted}', and no feature is made of such a column."
                f" There are: {known}.",
                ru=f"--keep называет «{wanted}», а признака из такого столбца нет. Есть: {known}.",
            )
        kept |= of_column
    return frozenset(kept)
