"""Which models `predict compare` compares, how long they search, and what they are held to: read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.cli.options import split_names
from regulars.errors import InvalidParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["read_models", "read_tuning_seconds", "read_ways"]

_WAYS = {"up": 1, "down": -1}


def read_models(text: str | None) -> tuple[str, ...]:
    """The names, refused before anything is loaded where no kind of outcome has such a model."""
    from regulars.predictions.amounts.models import AMOUNT_MODELS
    from regulars.predictions.fitting.roster import arrange_models

    names = split_names(text)
    if not set(names) <= set(AMOUNT_MODELS):
        arrange_models(names)  # type: ignore[arg-type] # it checks them
    return names


def read_tuning_seconds(seconds: float | None, models: Sequence[str]) -> float:
    """How long a fit of the tuned model may search; 30 seconds where nobody says.

    Raises
    ------
    InvalidParameterError
        When that model is not compared: it is only where it is named.
    """
    if seconds is None:
        return 30.0
    if "tuned" not in models:
        raise InvalidParameterError(
            en="--tuning-seconds is how long the model `tuned` searches for its settings, and it is compared"
            " only where it is named. Add it, as in --models logistic,lightgbm,tuned, or leave"
            " --tuning-seconds out.",
            ru="--tuning-seconds говорит, сколько модель `tuned` подбирает настройки, а сравнивается она,"
            " только если названа. Добавьте её, например --models logistic,lightgbm,tuned, или уберите"
            " --tuning-seconds.",
        )
    return seconds


def read_ways(text: str | None) -> dict[str, int]:
    """By column 1 for up and -1 for down.

    Raises
    ------
    InvalidParameterError
        When a part is not COLUMN=up or COLUMN=down.

    Examples
    --------
    >>> read_ways("tenure=down,calls=up")
    {'tenure': -1, 'calls': 1}
    """
    ways = {}
    for told in split_names(text):
        name, _, way = told.rpartition("=")
        if not name or way not in _WAYS:
            raise InvalidParameterError(
                en=f"--monotone '{told}' is not COLUMN=up or COLUMN=down: whether the outcome may only become"
                " more probable as the column rises, or only less. For example: --monotone"
                " tenure=down,calls=up.",
                ru=f"--monotone «{told}» — не СТОЛБЕЦ=up и не СТОЛБЕЦ=down: становится ли исход с ростом"
                " столбца только вероятнее или только менее вероятным. Например: --monotone"
                " tenure=down,calls=up.",
            )
        ways[name] = _WAYS[way]
    return ways
