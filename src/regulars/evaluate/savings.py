"""What decisions cost where every customer has prices of their own, and what a model saves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.errors import InvalidParameterError
from regulars.evaluate.intervals import Interval, bootstrap_figures

__all__ = ["CustomerCosts", "Savings", "measure_savings"]

_LIKELIER_THAN_NOT = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class CustomerCosts:
    """What each decision costs for each customer, in one currency; shape (n_customers,) each.

    Attributes
    ----------
    false_positive
        Contacted, and would have stayed.
    false_negative
        Not contacted, and left.
    true_positive
        Contacted, and would have left.
    true_negative
        Not contacted, and stayed.
    """

    false_positive: NDArray[np.float64]
    false_negative: NDArray[np.float64]
    true_positive: NDArray[np.float64]
    true_negative: NDArray[np.float64]

    def __post_init__(self) -> None:
        parts = (self.false_positive, self.false_negative, self.true_positive, self.true_negative)
        if len({part.shape for part in parts}) > 1 or not all(
            np.isfinite(part).all() for part in parts
        ):
            raise InvalidParameterError(
                en="Costs need a finite number for every customer and each of the four decisions; found "
                f"shapes {', '.join(str(part.shape) for part in parts)}. Fill the gaps or leave those "
                "customers out.",
                ru="Для каждого клиента и каждого из четырёх решений нужна конечная цена; получены "
                f"размеры {', '.join(str(part.shape) for part in parts)}. Заполните пропуски или "
                "исключите этих клиентов.",
            )

    def take(self, rows: NDArray[np.int64]) -> "CustomerCosts":
        """The costs of the customers with these row numbers."""
        return CustomerCosts(
            self.false_positive[rows],
            self.false_negative[rows],
            self.true_positive[rows],
            self.true_negative[rows],
        )

    def decide(self, probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whom to contact: those for whom it is expected to cost less, shape (n_customers,).

        Each customer has a threshold of their own (Elkan 2001, eq. 1; Bayes minimum risk in Correa
        Bahnsen et al. 2015, doi:10.1186/s40165-015-0014-6). It holds for calibrated probabilities.
        """
        stay = 1 - probabilities
        contacted = probabilities * self.true_positive + stay * self.false_positive
        left_alone = probabilities * self.false_negative + stay * self.true_negative
        return np.asarray(contacted < left_alone)

    def price(
        self, labels: NDArray[np.float64], is_contacted: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """What the decision cost for each customer, shape (n_customers,)."""
        of_leaver = np.where(is_contacted, self.true_positive, self.false_negative)
        of_stayer = np.where(is_contacted, self.false_positive, self.true_negative)
        return np.where(labels == 1, of_leaver, of_stayer)


@dataclass(frozen=True, slots=True)
class Savings:
    """What contacting by a model saves, as shares of what it costs without one.

    Attributes
    ----------
    by_own_costs
        Everybody decided by their probability and their own prices, against the cheaper of
        contacting nobody and contacting everybody.
    at_one_threshold
        The same with one threshold for all, the one that costs least at average prices.
    blind
        The same by a model that is blind to costs: whoever is more likely to leave than to stay.
    ahead_of_threshold, ahead_of_blind
        By how much the first saves more than the two others, on the same customers.
    nobody, everybody, decided
        Mean cost per customer of contacting nobody, everybody, and by own prices.
    """

    by_own_costs: Interval
    at_one_threshold: Interval
    blind: Interval
    ahead_of_threshold: Interval
    ahead_of_blind: Interval
    nobody: float
    everybody: float
    decided: float


def measure_savings(
    labels: NDArray[np.float64],
    probabilities: NDArray[np.float64],
    costs: CustomerCosts,
    *,
    customers: NDArray[np.int64] | None = None,
    random_state: int,
    n_samples: int = 500,
) -> Savings:
    """What decisions by calibrated probabilities save, with 95 % intervals by bootstrap.

    Savings are 1 - cost / min(cost of nobody, cost of everybody) (Correa Bahnsen et al. 2015): 0
    is as dear as doing without a model, 1 is free.

    Parameters
    ----------
    labels, probabilities
        1 and 0, and the calibrated probability; shape (n_customers,).
    costs
        Of the same customers.
    customers, random_state, n_samples
        As in `bootstrap_intervals`.

    Examples
    --------
    >>> costs = CustomerCosts(*(np.array(one) for one in ([1.0, 1], [2.0, 50], [1.0, 1], [0.0, 0])))
    >>> saved = measure_savings(
    ...     np.array([0.0, 1.0]), np.array([0.3, 0.3]), costs, random_state=0, n_samples=10
    ... )
    >>> saved.nobody, saved.everybody, saved.decided, round(saved.by_own_costs.mean, 2)
    (25.0, 1.0, 0.5, 0.5)
    """
    own = costs.price(labels, costs.decide(probabilities))
    threshold = costs.price(labels, probabilities >= _average_threshold(costs))
    blind = costs.price(labels, probabilities >= _LIKELIER_THAN_NOT)
    nobody = costs.price(labels, np.zeros(len(labels), dtype=bool))
    everybody = costs.price(labels, np.ones(len(labels), dtype=bool))

    def measure(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        least = min(weights @ nobody, weights @ everybody)
        saved = 1 - np.array([weights @ own, weights @ threshold, weights @ blind]) / least
        return np.array([*saved, saved[0] - saved[1], saved[0] - saved[2]])

    by_own, at_one, at_half, ahead, ahead_of_half = bootstrap_figures(
        measure, labels, random_state=random_state, customers=customers, n_samples=n_samples
    )
    return Savings(
        by_own_costs=by_own,
        at_one_threshold=at_one,
        blind=at_half,
        ahead_of_threshold=ahead,
        ahead_of_blind=ahead_of_half,
        nobody=float(nobody.mean()),
        everybody=float(everybody.mean()),
        decided=float(own.mean()),
    )


def _average_threshold(costs: CustomerCosts) -> float:
    """From which probability on a contact costs less at average prices; never where it never does."""
    vain = float((costs.false_positive - costs.true_negative).mean())
    saved = float((costs.false_negative - costs.true_positive).mean())
    return vain / (vain + saved) if vain + saved > 0 else float("inf")
