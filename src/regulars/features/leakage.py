"""Features that know the outcome: found by power, names, gaps and time, with the evidence in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError
from regulars.features.leak_evidence import (
    Evidence,
    look_at_gaps,
    look_at_marks,
    quote_feature,
    say_percent,
)
from regulars.features.leak_names import Told, find_told_names
from regulars.features.matrix import FeatureMatrix, encode_features
from regulars.features.power import Power, measure_powers, measure_together
from regulars.features.sentences import format_number
from regulars.features.table import Feature, FeatureTable
from regulars.schema.wording import Language, Wording

__all__ = ["Evidence", "Leak", "find_leaks", "list_blocking", "measure_with_each"]

LeakSeverity = Literal["blocking", "suspect"]

_CERTAIN = 0.95
"""From this ROC-AUC on (lower bound) one column alone says more than people's behavior can."""
_WORTH_A_LOOK = 0.75
_FAR_ABOVE = 0.05
_NAMED_AND_STRONG = 0.75
_MOST_PUT_BACK = 20
_MOST_CODES, _MOST_NUMBERS = 12, 3
"""A column of more levels, or more different numbers, is no copy of the outcome."""
_SLIPS = 0.01


@dataclass(frozen=True, slots=True)
class Leak:
    """A feature that knows the outcome, or may.

    Attributes
    ----------
    feature
        Its name.
    severity
        `blocking`: leave it out unless you know better; `suspect`: ask who fills it in, and when.
    power
        ROC-AUC of the feature alone, on rows that it was not fitted on.
    evidence
        Strongest first.
    """

    feature: str
    severity: LeakSeverity
    power: float
    evidence: tuple[Evidence, ...]

    @property
    def sentence(self) -> Wording:
        """All evidence in one text."""
        return Wording(
            en=" ".join(one.sentence.en for one in self.evidence),
            ru=" ".join(one.sentence.ru for one in self.evidence),
        )


def find_leaks(
    features: FeatureTable,
    labels: NDArray[np.float64],
    *,
    outcome: str = "",
    changes: Mapping[str, tuple[float, float]] | None = None,
    random_state: int = 0,
) -> tuple[Leak, ...]:
    """Features that know the outcome, blocking ones first, then by power.

    A leak is blocking when one kind of evidence leaves no doubt (alone nearly certain; known for one
    outcome only; not 0, or of one value, for those with the outcome only; changing with the
    outcome), or when two agree: a name that tells, and power far
    above what any other feature has. Power alone, however large beside the others, is a suspicion:
    some honest columns are that good. So is near certainty where the features that are not that sure
    reach it together: then the outcome is easy to tell, as an illness is by its measurements. A copy of
    the outcome is blocked even there.

    Parameters
    ----------
    features
        One row per customer.
    labels
        1 where the outcome came, 0 where not, NaN where not known; shape (n_customers,).
    outcome
        What the outcome's column is called: a feature called after it is told by its name.
    changes
        By feature: how often it changed in the step in which the outcome came, and how often in
        other steps, as shares (see `measure_changes`).
    random_state
        Of the folds.

    Raises
    ------
    InvalidParameterError
        When there is not one label per customer.

    Examples
    --------
    >>> import numpy as np, pyarrow as pa
    >>> from datetime import date
    >>> from regulars.features import AsOf
    >>> def feature(name):
    ...     return Feature(name, Wording(en=name, ru=name), None, "numeric")
    >>> labels = np.tile([0.0, 1.0, 0.0, 0.0], 100)
    >>> noise = np.random.default_rng(0).normal(size=400)
    >>> columns = {"customer_id": [f"{n:03}" for n in range(400)], "visits": noise}
    >>> columns["refund_code"] = [7.0 if label else None for label in labels]
    >>> table = pa.table(columns)
    >>> known = FeatureTable(
    ...     table, (feature("visits"), feature("refund_code")), AsOf(date(2026, 1, 1))
    ... )
    >>> [(leak.feature, leak.severity) for leak in find_leaks(known, labels)]
    [('refund_code', 'blocking')]
    """
    if len(labels) != len(features):
        raise InvalidParameterError(
            en=f"There are {len(labels)} labels for {len(features)} customers. Give one for each.",
            ru=f"Меток {len(labels)}, а клиентов {len(features)}. Дайте по одной на клиента.",
        )
    known = np.flatnonzero(~np.isnan(labels))
    matrix = encode_features(features)
    values, truth = matrix.values[known], labels[known].astype(bool)
    if truth.all() or not truth.any() or not len(matrix.features):
        return ()
    powers = measure_powers(values, truth, matrix.is_category, random_state=random_state)
    told = find_told_names(matrix.features, outcome=outcome)
    without = _measure_without_certain(values, truth, matrix.is_category, powers, random_state)
    found = []
    for column, feature in enumerate(matrix.features):
        name = told.get(feature.name)
        # Of a column whose name tells it is enough to be the strongest beyond chance.
        is_leading = _leads(column, powers, by=_FAR_ABOVE if name is None else 0.0)
        is_easy = without >= _CERTAIN and not _is_copy(
            values[:, column], truth, is_coded=bool(matrix.is_category[column])
        )
        evidence = [
            *_look_at_power(
                column,
                powers[column],
                matrix,
                values,
                truth,
                random_state,
                is_leading=is_leading,
                without=without if is_easy else None,
            ),
            *(
                look_at_gaps(feature, values[:, column], truth)
                or look_at_marks(matrix, column, values[:, column], truth)
            ),
            *_look_at_changes(feature, (changes or {}).get(feature.name)),
        ]
        severity = _judge(evidence, name, powers[column], is_leading=is_leading, is_easy=is_easy)
        if name is not None and severity is not None:
            evidence.append(_say_name(feature, name))
        if severity is not None:
            found.append(Leak(feature.name, severity, powers[column].value, tuple(evidence)))
    return tuple(sorted(found, key=lambda leak: (leak.severity != "blocking", -leak.power)))


def list_blocking(leaks: Sequence[Leak]) -> tuple[str, ...]:
    """Names of the features that are to be left out."""
    return tuple(leak.feature for leak in leaks if leak.severity == "blocking")


def measure_with_each(
    features: FeatureTable,
    labels: NDArray[np.float64],
    names: Sequence[str],
    *,
    random_state: int,
) -> tuple[float, dict[str, float]]:
    """ROC-AUC on unseen customers without the features called `names`, and with each alone of them.

    The same quick booster on the same folds, so that the figures may be compared. Of many names the
    first 20 are put back.

    Parameters
    ----------
    features, labels
        As for `find_leaks`.
    names
        Features to do without; at least one other must remain.
    random_state
        Of the folds.
    """
    known = np.flatnonzero(~np.isnan(labels))
    truth = labels[known].astype(bool)
    matrix = encode_features(features)
    left_out = set(names)
    values, is_category = matrix.values[known], matrix.is_category

    def measure(back: str | None) -> float:
        seen = np.array([one.name == back or one.name not in left_out for one in matrix.features])
        return measure_together(
            values[:, seen], truth, is_category[seen], random_state=random_state
        )

    return measure(None), {name: measure(name) for name in names[:_MOST_PUT_BACK]}


def _measure_without_certain(
    values: NDArray[np.float64],
    truth: NDArray[np.bool_],
    is_category: NDArray[np.bool_],
    powers: Sequence[Power],
    random_state: int,
) -> float:
    """ROC-AUC of all features together but those that are nearly certain alone; 0.5 if none is."""
    rest = np.array([power.low < _CERTAIN for power in powers])
    if rest.all() or not rest.any():
        return 0.5
    return measure_together(values[:, rest], truth, is_category[rest], random_state=random_state)


def _is_copy(column: NDArray[np.float64], truth: NDArray[np.bool_], *, is_coded: bool) -> bool:
    """Whether a few values stand for the outcome one by one."""
    known = ~np.isnan(column)
    values, place = np.unique(column[known], return_inverse=True)
    if not len(values) or len(values) > (_MOST_CODES if is_coded else _MOST_NUMBERS):
        return False
    shares = np.bincount(place, weights=truth[known]) / np.bincount(place)
    return bool(np.minimum(shares, 1 - shares).max() <= _SLIPS)


def _judge(
    evidence: Sequence[Evidence],
    name: Told | None,
    power: Power,
    *,
    is_leading: bool,
    is_easy: bool,
) -> LeakSeverity | None:
    kinds = {one.kind for one in evidence}
    is_certain = power.low >= _CERTAIN and not is_easy
    if kinds & {"missing", "mark", "time"} or is_certain or (name and is_leading):
        return "blocking"
    if name in ("after", "outcome"):
        return "blocking" if power.value >= _NAMED_AND_STRONG else "suspect"
    return "suspect" if "power" in kinds else None


def _leads(column: int, powers: Sequence[Power], *, by: float) -> bool:
    """Whether the column alone says much, and more than any other by itself."""
    others = [power.value for number, power in enumerate(powers) if number != column]
    power = powers[column]
    return power.value >= _WORTH_A_LOOK and power.low >= max(others, default=0.5) + by


def _look_at_power(
    column: int,
    power: Power,
    matrix: FeatureMatrix,
    values: NDArray[np.float64],
    truth: NDArray[np.bool_],
    random_state: int,
    *,
    is_leading: bool,
    without: float | None,
) -> list[Evidence]:
    feature = matrix.features[column]
    if power.low >= _CERTAIN:
        return [_say_certain(feature, power, without)]
    if not is_leading:
        return []
    rest = np.array([number != column for number in range(values.shape[1])])
    together = 0.5
    if rest.any():
        together = measure_together(
            values[:, rest], truth, matrix.is_category[rest], random_state=random_state
        )
    # Beside a single column that knows the outcome, all honest ones together look weak.
    return [_say_above_all(feature, power, together)] if power.high >= together else []


def _look_at_changes(feature: Feature, shares: tuple[float, float] | None) -> list[Evidence]:
    if shares is None:
        return []
    at_outcome, otherwise = shares
    if at_outcome < 0.5 or at_outcome < 5 * otherwise:
        return []
    name = quote_feature(feature)
    share = say_percent(at_outcome)
    rest = say_percent(otherwise)
    sentence = Wording(
        en=f"{name.en} changes for {share.en} of customers at the very moment the outcome is written"
        f" down, and for {rest.en} otherwise.",
        ru=f"{name.ru} меняется у {share.ru} клиентов именно тогда, когда записан исход, а в остальное"
        f" время — у {rest.ru}.",
    )
    return [Evidence("time", at_outcome, sentence)]


def _say_certain(feature: Feature, power: Power, without: float | None) -> Evidence:
    name, auc = quote_feature(feature), _auc(power.value)
    if without is not None:
        rest = _auc(without)
        easy = Wording(
            en=f"{name.en} alone tells the outcome almost for certain (ROC-AUC {auc.en}), and so do"
            f" weaker features together ({rest.en}): the outcome seems easy to tell.",
            ru=f"{name.ru} в одиночку почти точно выдаёт исход (ROC-AUC {auc.ru}), но и более слабые"
            f" признаки вместе тоже ({rest.ru}): похоже, исход легко угадать.",
        )
        return Evidence("power", power.value, easy)
    sentence = Wording(
        en=f"{name.en} alone tells the outcome almost for certain (ROC-AUC {auc.en}).",
        ru=f"{name.ru} в одиночку почти точно выдаёт исход (ROC-AUC {auc.ru}).",
    )
    return Evidence("power", power.value, sentence)


def _say_above_all(feature: Feature, power: Power, together: float) -> Evidence:
    name, auc, rest = quote_feature(feature), _auc(power.value), _auc(together)
    sentence = Wording(
        en=f"{name.en} alone (ROC-AUC {auc.en}) says at least as much as all other features together"
        f" ({rest.en}).",
        ru=f"{name.ru} в одиночку (ROC-AUC {auc.ru}) говорит не меньше, чем все остальные признаки"
        f" вместе ({rest.ru}).",
    )
    return Evidence("power", power.value, sentence)


def _say_name(feature: Feature, told: Told) -> Evidence:
    name = quote_feature(feature)
    sentences = {
        "after": Wording(
            en=f"{name.en} is called like something that is written down after the outcome.",
            ru=f"{name.ru} называется как то, что записывают уже после исхода.",
        ),
        "during": Wording(
            en=f"{name.en} is called like something measured during the contact itself, so it is not"
            " known before it.",
            ru=f"{name.ru} называется как то, что измеряют во время самого контакта, то есть до него"
            " оно неизвестно.",
        ),
        "outcome": Wording(
            en=f"{name.en} is called after the outcome itself.",
            ru=f"{name.ru} называется так же, как сам исход.",
        ),
    }
    return Evidence("name", None, sentences[told])


def _auc(value: float) -> Wording:
    return Wording(en=_three_digits(value, "en"), ru=_three_digits(value, "ru"))


def _three_digits(value: float, language: Language) -> str:
    if value == 1:
        return format_number(value, language)
    return f"{value:.3f}" if language == "en" else f"{value:.3f}".replace(".", ",")
