"""Columns that say the number which is to be predicted over again."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.features.sentences import quote
from regulars.features.table import FeatureTable
from regulars.schema.wording import Wording

__all__ = ["Twin", "find_twins"]

_CERTAIN, _WORTH_A_LOOK = 0.995, 0.95
_FEWEST = 20


@dataclass(frozen=True, slots=True)
class Twin:
    """A feature that goes with a number nearly in lockstep.

    Attributes
    ----------
    feature
        Its name.
    correlation
        Spearman's, with the number; 1 and -1 are the same order for everybody.
    is_certain
        Whether there is no doubt that it says the same.
    sentence
        What was seen.
    """

    feature: str
    correlation: float
    is_certain: bool
    sentence: Wording


def find_twins(features: FeatureTable, amounts: NDArray[np.float64]) -> tuple[Twin, ...]:
    """Numbers whose order is that of `amounts`, closest first.

    From a rank correlation of 0.995 on a column says the same in other words: in cents, with the tax.
    From 0.95 on it is worth a look whether it was known before.

    Parameters
    ----------
    features
        One row per customer.
    amounts
        In the same order; NaN where not known.
    """
    from scipy.stats import rankdata

    found = []
    for feature in features.features:
        if feature.kind != "numeric":
            continue
        values = features.table[feature.name].cast(pa.float64()).to_numpy()
        both = np.isfinite(values) & np.isfinite(amounts)
        if both.sum() < _FEWEST:
            continue
        ranks = np.stack([rankdata(values[both]), rankdata(amounts[both])])
        if (ranks.std(axis=1) == 0).any():
            continue
        rho = float(np.asarray(np.corrcoef(ranks))[0, 1])
        if abs(rho) >= _WORTH_A_LOOK:
            found.append(_describe(feature.name, rho))
    return tuple(sorted(found, key=lambda twin: -abs(twin.correlation)))


def _describe(name: str, rho: float) -> Twin:
    is_certain = abs(rho) >= _CERTAIN
    en = f"{quote(name, 'en')} goes with it nearly in lockstep: rank correlation {rho:.3f}. "
    ru = f"{quote(name, 'ru')} меняется почти вместе с ним: ранговая корреляция {rho:.3f}. "
    if is_certain:
        en += "It says the same in other words."
        ru += "Это то же самое другими словами."
    else:
        en += "Was it known before the number was?"
        ru += "Было ли это известно раньше, чем само число?"
    return Twin(
        name,
        rho,
        is_certain,
        Wording(en=en, ru=ru.replace(f"{rho:.3f}", f"{rho:.3f}".replace(".", ","))),
    )
