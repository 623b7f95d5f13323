"""Whether the reasons named are those that move the score."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.evaluate.intervals import Interval
from regulars.predictions.reasons.explainer import CrossFittedExplainer
from regulars.quality.numbers import format_number, format_times
from regulars.schema.wording import Language, Wording

__all__ = ["Faithfulness", "measure_faithfulness"]

_MOST_CUSTOMERS = 500
_Z = 1.959963984540054
_NOTHING = 1e-9
_HOLD = Wording(
    en="Do the reasons hold? With a customer's {top} strongest reasons taken away the score moves {times} as"
    " far as with as many features drawn by chance ({figures}).",
    ru="Верны ли причины? Если убрать у клиента самые сильные причины ({top}), оценка сдвигается в {times}"
    " дальше, чем если убрать столько же признаков наугад ({figures}).",
)
_DOUBTFUL = Wording(
    en="The reasons are doubtful: with a customer's {top} strongest reasons taken away the score moves no"
    " farther, beyond chance, than with as many features drawn by chance ({figures}). Do not tell them to"
    " customers.",
    ru="Причины сомнительны: если убрать у клиента самые сильные причины ({top}), оценка сдвигается не"
    " дальше, чем если убрать столько же признаков наугад, — с поправкой на случайность ({figures})."
    " Не называйте их клиентам.",
)
_FIGURES = Wording(
    en="{named} against {drawn} in log-odds; the difference is {mean}, 95% interval {low} to {high}",
    ru="{named} против {drawn} в логарифме шансов; разница {mean}, интервал 95 % от {low} до {high}",
)


@dataclass(frozen=True, slots=True)
class Faithfulness:
    """How far scores move when the named reasons are taken away, and when other features are.

    Attributes
    ----------
    gain
        The mean difference of the two moves, in log-odds, with its 95 % interval.
    named, drawn
        The mean move without the named reasons, and without as many features drawn at random.
    top
        So many reasons were named.
    customers
        Of how many customers.
    """

    gain: Interval
    named: float
    drawn: float
    top: int
    customers: int

    @property
    def sentence(self) -> Wording:
        """The same in words."""
        # Where hardly anything moves there is no saying how many times as far.
        template = _HOLD if self.gain.low > 0 and self.drawn > _NOTHING else _DOUBTFUL
        return Wording(en=self._fill(template, "en"), ru=self._fill(template, "ru"))

    def _fill(self, template: Wording, language: Language) -> str:
        gain = self.gain
        numbers = {"named": self.named, "drawn": self.drawn}
        numbers |= {"mean": gain.mean, "low": gain.low, "high": gain.high}
        told = {name: format_number(number, language, digits=2) for name, number in numbers.items()}
        return template.to(language).format(
            top=self.top,
            times=format_times(self.named / max(self.drawn, _NOTHING), language),
            figures=_FIGURES.to(language).format(**told),
        )


def measure_faithfulness(
    explainer: CrossFittedExplainer, *, top: int = 3, random_state: int
) -> Faithfulness | None:
    """By how much more the log-odds move when the named reasons are removed than when others are.

    A feature is removed by giving the customer the value that is usual among their peers. For each
    of at most 500 customers the `top` named reasons are removed, and as many features drawn at
    random from all. Where the interval of the difference is above zero the reasons say what the model
    goes by (deletion test, Samek et al. 2017, doi:10.1109/TNNLS.2016.2599820). None where nobody has
    a reason, or there are not two customers.

    Parameters
    ----------
    explainer
        The `explainer` of a comparison: its scores and reasons.
    top
        How many reasons are named.
    random_state
        Draws the customers and the features.
    """
    generator = np.random.default_rng(random_state)
    n_customers = len(explainer.scorer_of)
    rows = np.sort(generator.permutation(n_customers)[:_MOST_CUSTOMERS])
    places = {feature.name: place for place, feature in enumerate(explainer.matrix.features)}
    named = np.zeros((len(rows), len(places)), dtype=bool)
    for place, reasons in enumerate(explainer.explain(rows, top=top)):
        for reason in reasons:
            named[place, [places[name] for name in (reason.feature, *reason.alike)]] = True
    if not named.any() or len(rows) < 2:
        return None
    drawn = np.zeros_like(named)
    for place, count in enumerate(named.sum(axis=1)):
        drawn[place, generator.permutation(len(places))[:count]] = True
    with_reasons, with_drawn = (_move(explainer, rows, one) for one in (named, drawn))
    gains = with_reasons - with_drawn
    half = _Z * float(gains.std(ddof=1)) / len(gains) ** 0.5
    mean = float(gains.mean())
    interval = Interval(mean, mean - half, mean + half)
    return Faithfulness(
        interval, float(with_reasons.mean()), float(with_drawn.mean()), top, len(rows)
    )


def _move(
    explainer: CrossFittedExplainer, rows: NDArray[np.int64], removed: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """How far the log-odds of each customer move, shape (len(rows),)."""
    values = explainer.matrix.values[rows]
    changed = np.where(removed, explainer.peers.typical[None, :], values)
    moves = np.empty(len(rows))
    for position, scorer in enumerate(explainer.scorers):
        own = explainer.scorer_of[rows] == position
        if own.any():
            moves[own] = np.abs(scorer.log_odds(values[own]) - scorer.log_odds(changed[own]))
    return moves
