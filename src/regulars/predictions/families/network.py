"""A small neural network on the design matrix of the linear models, several of them averaged."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.features.design import DesignMatrix
from regulars.predictions.families.rescaling import share_out_rest

__all__ = ["NetworkModel", "Typical", "fit_network"]

_LAYERS = (32, 16)
_NETWORKS = 2
"""Each starts at another point of chance; their mean is better than either."""

_EPOCHS = (3, 6, 12, 24)
_PENALTY = 0.1
_STEP = 0.003
_BATCHES = 60
"""Steps an epoch, within these sizes of a batch."""

_SMALLEST_BATCH, _LARGEST_BATCH = 64, 1_024

_CENTERS = 8
_FEWEST_IN_CENTER = 20
_MOST_ROWS_GROUPED = 5_000
_NODES = 8
"""Of the Gauss-Legendre rule: on the smooth curves that these networks draw, right to five digits."""

_MOST_CELLS = 4_000_000

Layer = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Weights of shape (n_inputs, n_outputs) and biases of shape (n_outputs,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Typical:
    """Typical customers: what a customer is explained against.

    Attributes
    ----------
    centers
        Each the mean of at least 20 customers, shape (n_centers, n_design_columns).
    weights
        Shares of the customers, shape (n_centers,).
    """

    centers: NDArray[np.float64]
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class NetworkModel:
    """Networks of tanh units whose log-odds are averaged.

    Attributes
    ----------
    design
        Makes numbers of the features.
    networks
        The layers of each, from the design to the log-odds.
    typical
        Whom customers are explained against.
    n_epochs
        How often each customer was learnt from; None where an earlier version kept the model.
    """

    design: DesignMatrix
    networks: tuple[tuple[Layer, ...], ...]
    typical: Typical
    n_epochs: int | None = None

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds, shape (n_customers,)."""
        return self._score(self.design.transform(X))

    def contributions(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        r"""Expected gradients against the typical customers, shape (n_customers, n_features).

        On the straight way from a typical customer :math:`c` to the customer :math:`x` design column
        :math:`j` adds

        .. math:: (x_j - c_j) \int_0^1 \partial_j f(c + t (x - c))\, dt,

        the Aumann-Shapley value (Sundararajan, Taly and Yan 2017, arXiv:1703.01365, equation 1); the
        mean over :math:`c` are expected gradients (Erion et al. 2021, doi:10.1038/s42256-021-00343-w).
        They sum to :math:`f(x)` less the mean of :math:`f(c)`, and their cost does not depend on the
        number of features. What the rule of eight nodes leaves is shared out in proportion.
        """
        rows = self.design.transform(X)
        told = np.zeros(X.shape)
        step = max(1, _MOST_CELLS // max(1, rows.shape[1] * _NODES))
        for start in range(0, len(rows), step):
            part = slice(start, start + step)
            np.add.at(told[part].T, self.design.source_, self._attribute(rows[part]).T)
        return told

    def _attribute(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """What each design column adds, in the shape of `rows`."""
        nodes, shares = np.polynomial.legendre.leggauss(_NODES)
        total = np.zeros(rows.shape)
        for center, weight in zip(self.typical.centers, self.typical.weights, strict=True):
            way = rows - center
            gradient = np.zeros(rows.shape)
            for node, share in zip((nodes + 1) / 2, shares / 2, strict=True):
                gradient += share * self._slope(center + node * way)
            total += weight * share_out_rest(
                way * gradient, self._score(rows) - self._score(center[None, :])
            )
        return total

    def _score(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.mean([_walk(layers, rows)[-1] for layers in self.networks], axis=0))[
            :, 0
        ]

    def _slope(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """The gradient of the log-odds, in the shape of `rows`."""
        total = np.zeros(rows.shape)
        for layers in self.networks:
            *hidden, _ = _walk(layers, rows)
            back = np.ones((len(rows), 1))
            for (weights, _), said in zip(reversed(layers), [*reversed(hidden), None], strict=True):
                back = back @ weights.T
                if said is not None:
                    back *= 1 - said**2
            total += back
        return total / len(self.networks)


def _walk(layers: tuple[Layer, ...], rows: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """What every layer says; the last are log-odds, shape (n_rows, 1)."""
    said = []
    for place, (weights, biases) in enumerate(layers):
        rows = rows @ weights + biases
        if place < len(layers) - 1:
            rows = np.tanh(rows)
        said.append(rows)
    return said


@dataclass(frozen=True, slots=True, eq=False)
class NetworkEpochs:
    """The same networks after several numbers of epochs."""

    models: tuple[NetworkModel, ...]

    def log_odds(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Raw log-odds by each candidate, shape (n_candidates, n_customers)."""
        return np.stack([model.log_odds(X) for model in self.models])

    def pick(self, position: int) -> NetworkModel:
        """The networks after one number of epochs."""
        return self.models[position]


def fit_network(
    X: NDArray[np.float64],
    labels: NDArray[np.float64],
    is_category: NDArray[np.bool_],
    *,
    only: int | None = None,
) -> NetworkEpochs:
    """Two networks of two hidden layers, looked at after 3 to 24 epochs of Adam."""
    design = DesignMatrix(is_category).fit(X, labels)
    matrix = design.transform(X)
    epochs = _EPOCHS if only is None else _EPOCHS[: only + 1]
    grown = [_train(matrix, labels, epochs, seed) for seed in range(_NETWORKS)]
    typical = _find_typical(matrix)
    return NetworkEpochs(
        tuple(
            NetworkModel(design, networks, typical, n_epochs)
            for n_epochs, networks in zip(epochs, zip(*grown, strict=True), strict=True)
        )
    )


def _train(
    matrix: NDArray[np.float64], labels: NDArray[np.float64], epochs: tuple[int, ...], seed: int
) -> list[tuple[Layer, ...]]:
    """The layers of one network after each number of epochs."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    network = MLPClassifier(
        _LAYERS,
        activation="tanh",
        alpha=_PENALTY,
        learning_rate_init=_STEP,
        batch_size=min(
            len(matrix),
            int(np.clip(len(matrix) // _BATCHES, _SMALLEST_BATCH, _LARGEST_BATCH)),
        ),
        random_state=seed,
    )
    seen = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for epoch in range(1, epochs[-1] + 1):
            network.partial_fit(matrix, labels, classes=np.array([0.0, 1.0]))
            if epoch in epochs:
                seen.append(
                    tuple(
                        (weights.copy(), biases.copy())
                        for weights, biases in zip(network.coefs_, network.intercepts_, strict=True)
                    )
                )
    return seen


def _find_typical(matrix: NDArray[np.float64]) -> Typical:
    """Means of groups of alike customers; a group of fewer than 20 would point at a person."""
    from sklearn.cluster import KMeans

    sample = matrix[:: max(1, len(matrix) // _MOST_ROWS_GROUPED)]
    n_different = len(np.unique(sample, axis=0))
    n_centers = max(1, min(_CENTERS, len(sample) // (2 * _FEWEST_IN_CENTER), n_different))
    groups = KMeans(n_centers, n_init=1, random_state=0).fit(sample)
    counts = np.bincount(groups.labels_, minlength=n_centers)
    kept = counts >= _FEWEST_IN_CENTER
    if not kept.any():
        return Typical(matrix.mean(axis=0)[None, :], np.ones(1))
    return Typical(groups.cluster_centers_[kept], counts[kept] / counts[kept].sum())
