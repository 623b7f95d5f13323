"""Reasons for each score as they go into files: in words, and none that says another one again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.features.sentences import capitalize
from regulars.report.tables import REASON

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from regulars.features import FeatureTable
    from regulars.features.matrix import FeatureMatrix
    from regulars.predictions import ChurnComparison
    from regulars.predictions.reasons.reason import Reason
    from regulars.schema.wording import Language

__all__ = ["LOOKED_AT", "gather_reasons", "pick_distinct", "word_reasons"]

MOST_REASONS = 3
LOOKED_AT = 7
"""So many are asked for, because some of them may say the same."""

_SAME_THING = 0.8
_MOST_ROWS = 5_000


class Sameness:
    """Which pairs of reasons say one thing: levels that the same people have.

    The Jaccard similarity of the customers who have them is 0.8 or more, measured on at most 5,000
    customers. Whole features that say nearly the same, numbers that rise together among them, are
    one reason already when they come from a model (`regulars.predictions.reasons.alike`).
    """

    def __init__(self, matrix: FeatureMatrix) -> None:
        step = max(1, len(matrix.values) // _MOST_ROWS)
        self._values = matrix.values[::step]
        self._place = {feature.name: j for j, feature in enumerate(matrix.features)}
        self._levels = matrix.levels
        self._known: dict[tuple[object, ...], bool] = {}

    def is_same(self, one: Reason, other: Reason) -> bool:
        """Whether the second reason adds nothing to the first."""
        key = (one.feature, self._level(one), other.feature, self._level(other))
        if key not in self._known:
            self._known[key] = self._compare(one, other)
        return self._known[key]

    def _level(self, reason: Reason) -> object:
        return None if self._levels[self._place[reason.feature]] is None else reason.value

    def _compare(self, one: Reason, other: Reason) -> bool:
        import numpy as np

        columns = [self._values[:, self._place[reason.feature]] for reason in (one, other)]
        levels = [self._levels[self._place[reason.feature]] for reason in (one, other)]
        if any(level is None for level in levels):
            return False
        masks = [
            self._mask(reason, column) for reason, column in zip((one, other), columns, strict=True)
        ]
        either = int(np.sum(masks[0] | masks[1]))
        return either > 0 and int(np.sum(masks[0] & masks[1])) / either >= _SAME_THING

    def _mask(self, reason: Reason, column: NDArray[np.float64]) -> NDArray[np.bool_]:
        import numpy as np

        levels = self._levels[self._place[reason.feature]] or ()
        if reason.value is None:
            return np.isnan(column)
        value = reason.value
        text = ("true" if value else "false") if isinstance(value, bool) else str(value)
        return np.asarray(column == levels.index(text), dtype=np.bool_)


def pick_distinct(
    reasons: Sequence[Reason], sameness: Sameness, *, most: int = MOST_REASONS
) -> list[Reason]:
    """The strongest reasons, without those that repeat a stronger one."""
    kept: list[Reason] = []
    for reason in reasons:
        if len(kept) == most:
            break
        if not any(sameness.is_same(earlier, reason) for earlier in kept):
            kept.append(reason)
    return kept


def gather_reasons(
    churn: ChurnComparison | None, features: FeatureTable, language: Language
) -> pa.Array:
    """The reasons of every customer, as `customers.parquet` has them.

    Parameters
    ----------
    churn
        The chosen model; None gives no reasons.
    features
        One row per customer.
    language
        Of the sentences.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if churn is None:
        return pa.array([[]] * len(features), pa.list_(REASON))
    rows = word_reasons(churn.reasons(top=LOOKED_AT), churn.explainer.matrix, language)
    place = pc.index_in(features.customer_ids, value_set=churn.customer_ids)
    return pc.fill_null(rows.take(place), pa.scalar([], rows.type))


def word_reasons(
    told: Sequence[Sequence[Reason]],
    matrix: FeatureMatrix,
    language: Language,
    *,
    most: int = MOST_REASONS,
) -> pa.Array:
    """The reasons of customers as a column, without those that repeat a stronger one.

    Parameters
    ----------
    told
        Of each customer more than `most`, strongest first: some may say the same.
    matrix
        Of the same customers.
    language
        Of the sentences.
    most
        So many are kept.
    """
    import pyarrow as pa

    sameness = Sameness(matrix)
    rows = [
        [
            {
                "feature": reason.feature,
                "value": _plain(reason.value),
                "peer_value": _plain(reason.peer_value),
                "contribution": reason.contribution,
                "text": capitalize(reason.text.to(language)),
            }
            for reason in pick_distinct(reasons, sameness, most=most)
        ]
        for reasons in told
    ]
    return pa.array(rows, pa.list_(REASON))


def _plain(value: float | str | bool | None) -> str | None:  # noqa: FBT001 - a value, not a switch
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}"
