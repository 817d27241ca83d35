"""Averaged stochastic gradient descent on the loss of :func:`spamsms.fitting.fit_hyperplane`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Array = npt.NDArray[Any]
# Averages forget the first iterates: the weight of the k-th grows with its third power (Shamir & Zhang 2013).
_DECAY = 3
# Few rows say nothing of how many there will be; regularisation must not take them for all.
FEWEST_ROWS = 1000
# A row that costs more times the usual is learnt from in several steps, at most MOST_STEPS of them.
LARGEST_COST = 4.0
MOST_STEPS = 64


class Descent:
    """A hyperplane on its way, of features times their term weights.

    Parameters
    ----------
    coefficients, average : ndarray of float, shape (n_features,)
        The last iterate and the average to go on from. Rows learnt from must be of their type.
    intercept, average_intercept : float
    steps : int
        Iterates averaged.
    C : float
    n_rows : int
        How many rows there are in all.
    learning_rate : float
    random_state : RandomState or None
        Of the order in which the rows of a step are learnt from; None for the order given.
    """

    def __init__(
        self,
        coefficients: Array,
        average: Array,
        intercept: float = 0.0,
        average_intercept: float = 0.0,
        steps: int = 0,
        *,
        C: float,
        n_rows: int,
        learning_rate: float,
        random_state: np.random.RandomState | None = None,
    ) -> None:
        from scipy.sparse import csr_matrix
        from sklearn.linear_model import SGDClassifier

        self._machine = SGDClassifier(
            loss="squared_hinge",
            alpha=1 / (C * max(n_rows, FEWEST_ROWS)),
            learning_rate="constant",
            eta0=learning_rate,
            shuffle=random_state is not None,
            random_state=random_state,
        )
        # A first row has the machine make its arrays, which then are given their start.
        row = csr_matrix((1, coefficients.size), dtype=coefficients.dtype)
        self._machine.partial_fit(row, [0], classes=[0, 1])
        self._machine.coef_[0] = coefficients
        self._machine.intercept_[0] = intercept
        self.average = average.copy()
        self.average_intercept, self.steps = average_intercept, steps
        self._change = np.empty_like(self.average)

    @property
    def coefficients(self) -> Array:
        """The last iterate."""
        last: Array = self._machine.coef_[0]
        return last

    @property
    def intercept(self) -> float:
        """That of the last iterate."""
        return float(self._machine.intercept_[0])

    def step(self, features: csr_matrix, labels: Array, costs: Array) -> None:
        """Learn from some rows, one after the other, and average once."""
        self._machine.partial_fit(features, labels, sample_weight=costs)
        self.steps += 1
        share = (_DECAY + 1) / (self.steps + _DECAY)
        np.subtract(self.coefficients, self.average, out=self._change)
        self._change *= share
        self.average += self._change
        self.average_intercept += share * (self.intercept - self.average_intercept)


def repeated_rows(costs: Array) -> npt.NDArray[np.int64]:
    """Return the rows that cost anything, dear ones several times."""
    times = np.minimum(np.ceil(costs / LARGEST_COST), MOST_STEPS).astype(np.int64)
    return np.repeat(np.arange(costs.size), times)


def costs_of_steps(costs: Array, order: Array) -> npt.NDArray[np.float64]:
    """Return what each row costs in each of the steps in which `order` has it."""
    steps_of_row = np.bincount(order, minlength=costs.size)
    shared: npt.NDArray[np.float64] = np.minimum(costs / np.maximum(steps_of_row, 1), LARGEST_COST)
    return shared
