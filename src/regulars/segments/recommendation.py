"""Which of several clusterings to take, and why, in words."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from regulars.features.sentences import capitalize, format_number
from regulars.schema.wording import Language, Wording, format_share
from regulars.segments.clustering.methods import TITLES
from regulars.segments.cutting import is_stable

__all__ = ["Scored", "recommend"]

_MOST_IN_ONE = 0.9
_MOST_NOBODYS = 0.2
_AS_CLEAR = 0.02
_AS_READABLE = 0.02


class Scored(Protocol):
    """What is known of a clustering when one is chosen; see `MethodScore`."""

    @property
    def name(self) -> str:
        """Of the method."""

    @property
    def silhouette(self) -> float | None:
        """Mean silhouette."""

    @property
    def stabilities(self) -> NDArray[np.float64]:
        """Of each cluster."""

    @property
    def readability(self) -> float | None:
        """Balanced accuracy of short rules."""

    @property
    def largest_share(self) -> float:
        """Of the customers in one cluster."""

    @property
    def nobody_share(self) -> float:
        """Of the customers in no cluster."""


def recommend(scores: Sequence[Scored]) -> tuple[str, Wording]:
    """The method to take, and why.

    Only methods count that divide the customers: two clusters at least, at most 90 % of the
    customers in one, at most 20 % in none. Of those whose clusters come back in bootstrap samples
    the clearest is taken, by its silhouette; of those that are as clear within 0.02 the one that
    short rules tell best; the earlier one when they do so within 0.02. When none comes back, the one that does so most is taken, with a warning.
    """
    divides = [score for score in scores if _divides(score)]
    pool = divides or [score for score in scores if len(score.stabilities)] or list(scores)
    stable = [score for score in pool if len(score.stabilities) and is_stable(score.stabilities)]
    if not stable:
        chosen = max(
            pool, key=lambda score: score.stabilities.mean() if len(score.stabilities) else 0
        )
        return chosen.name, Wording(en=_say_soft(chosen, "en"), ru=_say_soft(chosen, "ru"))
    clearest = max(stable, key=_clear)
    near = [score for score in stable if _clear(score) >= _clear(clearest) - _AS_CLEAR]
    best_told = max(score.readability or 0.0 for score in near)
    # The quick and well known ones come first.
    chosen = next(score for score in near if (score.readability or 0.0) >= best_told - _AS_READABLE)
    others = len(near) - 1
    return chosen.name, Wording(
        en=_say(chosen, others, len(scores), "en"), ru=_say(chosen, others, len(scores), "ru")
    )


def _divides(score: Scored) -> bool:
    return (
        score.silhouette is not None
        and score.largest_share <= _MOST_IN_ONE
        and score.nobody_share <= _MOST_NOBODYS
    )


def _clear(score: Scored) -> float:
    return -1.0 if score.silhouette is None else score.silhouette


def _say_title(chosen: Scored, language: Language) -> str:
    title = TITLES[chosen.name].to(language)
    return title if title.startswith("k-") else capitalize(title)


def _say(chosen: Scored, others: int, tried: int, language: Language) -> str:
    title = _say_title(chosen, language)
    silhouette, mean, least = (
        format_number(round(float(value), 2), language)
        for value in (_clear(chosen), chosen.stabilities.mean(), chosen.stabilities.min())
    )
    readability = format_share(chosen.readability or 0.0, language)
    if language == "en":
        held = (
            f"its clusters come back on resampled customers (stability {mean}, the least {least})"
        )
        if others:
            return (
                f"{title}: {held}, no method sets customers apart more clearly (silhouette"
                f" {silhouette}; {others} of {tried} as clear), and of those none has clusters that"
                f" short rules tell notably better (right in {readability} of cases)."
            )
        return (
            f"{title}: {held}, and of such methods it sets customers apart most clearly (silhouette"
            f" {silhouette}). Short rules tell its clusters in {readability} of cases."
        )
    held = f"кластеры повторяются на других выборках клиентов (устойчивость {mean}, наименьшая {least})"
    if others:
        return (
            f"{title}: {held}, никакой метод не разделяет клиентов чётче (силуэт {silhouette}; столь "
            f"же чётких ещё {others} из {tried}), и ни у одного из них кластеры не узнаются по "
            f"коротким правилам заметно лучше (верно в {readability} случаев)."
        )
    return (
        f"{title}: {held}, и из таких методов этот разделяет клиентов чётче всех (силуэт "
        f"{silhouette}). Короткие правила верно узнают кластер в {readability} случаев."
    )


def _say_soft(chosen: Scored, language: Language) -> str:
    title = _say_title(chosen, language)
    mean = chosen.stabilities.mean() if len(chosen.stabilities) else 0.0
    stability = format_number(round(float(mean), 2), language)
    if language == "en":
        return (
            f"{title}: the clusters of no method come back reliably on resampled customers; these do"
            f" so most (stability {stability}). Read the borders as soft."
        )
    return (
        f"{title}: кластеры ни одного метода не повторяются надёжно на других выборках клиентов; эти "
        f"повторяются чаще прочих (устойчивость {stability}). Границы кластеров условны."
    )
