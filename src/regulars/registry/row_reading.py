"""One customer's features as the numbers that models see, without a table around them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NoReturn

import numpy as np

from regulars.errors import InvalidParameterError, QualityError, UnknownColumnError
from regulars.features.sentences import Value
from regulars.registry.manifest import SavedFeature
from regulars.schema.spelling import fold_spelling

__all__ = ["find_reader", "refuse_names", "refuse_nothing"]


def find_reader(feature: SavedFeature) -> Callable[[Value], float]:
    """What gives the number of a value; NaN where it is not known, or a level that was never seen.

    Raises
    ------
    InvalidParameterError
        By what is returned: when a value is of another kind than the feature.
    """
    readers: Mapping[str, Callable[[SavedFeature], Callable[[Value], float]]] = {
        "numeric": _read_numbers,
        "boolean": _read_booleans,
        "category": _read_levels,
    }
    return readers[feature.kind](feature)


def refuse_names(given: Iterable[str], features: Sequence[SavedFeature]) -> NoReturn:
    """Raise for a name that is no feature's."""
    known = [feature.name for feature in features]
    name = next(name for name in given if name not in (*known, "customer_id"))
    raise UnknownColumnError(
        name, known, where="What the models look at", ru="Среди того, на что смотрят модели,"
    )


def refuse_nothing() -> NoReturn:
    """Raise for a customer of whom nothing is known."""
    raise QualityError(
        en="Nothing that the models look at is known of this customer. Give some of the features of the "
        "manifest.",
        ru="Об этом клиенте не известно ничего из того, на что смотрят модели. Передайте какие-нибудь "
        "признаки из описи.",
    )


def _read_numbers(feature: SavedFeature) -> Callable[[Value], float]:
    def read(value: Value) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            # Infinity is how some sources write "not known".
            return float(value) if np.isfinite(value) else np.nan
        return _read_unknown(feature, value)

    return read


def _read_booleans(feature: SavedFeature) -> Callable[[Value], float]:
    def read(value: Value) -> float:
        return float(value) if isinstance(value, bool) else _read_unknown(feature, value)

    return read


def _read_levels(feature: SavedFeature) -> Callable[[Value], float]:
    levels = feature.levels or ()
    exact = {level: float(code) for code, level in enumerate(levels)}
    folded = {fold_spelling(level): exact[level] for level in reversed(levels)}

    def read(value: Value) -> float:
        if not isinstance(value, str):
            return _read_unknown(feature, value)
        code = exact.get(value)
        return folded.get(fold_spelling(value), np.nan) if code is None else code

    return read


def _read_unknown(feature: SavedFeature, value: Value) -> float:
    if value is None:
        return np.nan
    raise InvalidParameterError(
        en=f"'{feature.name}' is {feature.kind} to the models, and {value!r} was given.",
        ru=f"«{feature.name}» для моделей — {feature.kind}, а передано {value!r}.",
    )
