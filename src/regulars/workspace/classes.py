"""An outcome of several classes in an analysis: columns that know one of them, and who is which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.schema.wording import Wording
from regulars.workspace.leaks import LeakSearch, search_leaks

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from regulars.features import FeatureTable, Leak
    from regulars.predictions import ClassComparison, Classes
    from regulars.schema.mapping import Mapping

__all__ = ["list_class_scores", "say_several_classes", "search_class_leaks"]


def say_several_classes(classes: Classes) -> Wording:
    """Why there is no forecast of leaving and no list, and what would give them."""
    number, column = len(classes.names), classes.column
    return Wording(
        en=f"The outcome '{column}' has {number} classes, and which of them means that a customer left"
        f" was not said; they are told apart one by one. For a forecast and a contact list name it:"
        f" --outcome '{column}=VALUE'.",
        ru=f"У исхода «{column}» несколько классов ({number}), и какой из них значит, что клиент ушёл, не"
        " сказано; они различаются по одному. Чтобы получить прогноз и список для связи, назовите его:"
        f" --outcome '{column}=ЗНАЧЕНИЕ'.",
    )


def search_class_leaks(
    features: FeatureTable,
    classes: Classes,
    *,
    keep: Sequence[str] = (),
    mappings: Sequence[Mapping] = (),
    seed: int,
) -> LeakSearch:
    """Columns that know one of the classes; without doubt about one they are left out for all.

    Parameters are those of `search_leaks`.
    """
    found: dict[str, Leak] = {}
    dropped: dict[str, None] = {}
    for outcome in classes.outcomes.values():
        search = search_leaks(features, outcome, keep=keep, mappings=mappings, seed=seed)
        for leak in search.leaks:
            known = found.get(leak.feature)
            if known is None or (leak.severity, -leak.power) < (known.severity, -known.power):
                found[leak.feature] = leak
        dropped |= dict.fromkeys(search.dropped)
    leaks = tuple(sorted(found.values(), key=lambda leak: (leak.severity, -leak.power)))
    if len(dropped) == len(features.features):
        return LeakSearch(features, leaks)
    return LeakSearch(features.drop(list(dropped)), leaks, tuple(dropped))


def list_class_scores(features: FeatureTable, compared: ClassComparison) -> pa.Table:
    """One row per customer: `customer_id`, `predicted_class`, `probabilities` by class."""
    import pyarrow as pa

    names = compared.classes.names
    told = [
        [{"class": name, "probability": share} for name, share in zip(names, row, strict=True)]
        for row in compared.probabilities.tolist()
    ]
    kind = pa.list_(pa.struct([("class", pa.string()), ("probability", pa.float64())]))
    return pa.table(
        {
            "customer_id": features.customer_ids,
            "predicted_class": pa.array(compared.predicted, pa.string()),
            "probabilities": pa.array(told, kind),
        }
    )
