"""Fit the linear model batch by batch: averaged stochastic gradient descent in bounded memory.

The loss, the regularisation and the term weights are those of
:mod:`spamsms.fitting`; only the optimiser differs. Measured on the packaged
model's data (48,826 messages, three passes), the area up to 5 % false positives
on held-out inboxes is .915, that of the support vector machine .917; on the
corpus .893 and .897.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.descent import Descent, costs_of_steps, repeated_rows
from spamsms.fitting import column_strength, weigh_features

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Array = npt.NDArray[Any]
# Of 0.1, 0.3 and 1 the best after three passes and after six.
LEARNING_RATE = 0.3
# Iterates are averaged once in so many rows.
ROWS_A_STEP = 1024


@dataclass(frozen=True)
class ColumnCounts:
    """What term weights rest on, summed over rows seen.

    Attributes
    ----------
    rows : int
    frequency, occurrences : ndarray of int64, shape (n_features,)
        Rows that hold a column, and how often they do.
    found : tuple of two ndarray of float64, shape (n_features,)
        Cost of the spam rows and of the wanted rows that hold it.
    totals : tuple of two float
    """

    rows: int
    frequency: npt.NDArray[np.int64]
    occurrences: npt.NDArray[np.int64]
    found: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
    totals: tuple[float, float]

    @classmethod
    def none(cls, n_features: int) -> ColumnCounts:
        """Return the counts of no row."""
        whole, real = np.zeros(n_features, np.int64), np.zeros(n_features)
        return cls(0, whole, whole, (real, real), (0.0, 0.0))

    @classmethod
    def of(cls, counts: csr_matrix, labels: Array, costs: Array) -> ColumnCounts:
        """Return the counts of some rows, whose repeated features were summed."""
        width = counts.shape[1]
        row_of = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        mass = [np.where(labels == value, costs, 0.0) for value in (1, 0)]
        spam, wanted = (np.bincount(counts.indices, part[row_of], width).astype(np.float64) for part in mass)
        return cls(
            counts.shape[0],
            np.bincount(counts.indices, minlength=width),
            np.bincount(counts.indices, counts.data, width).astype(np.int64),
            (spam, wanted),
            (float(mass[0].sum()), float(mass[1].sum())),
        )

    def __add__(self, other: ColumnCounts) -> ColumnCounts:
        return self._combine(other, 1)

    def __sub__(self, other: ColumnCounts) -> ColumnCounts:
        return self._combine(other, -1)

    def _combine(self, other: ColumnCounts, sign: int) -> ColumnCounts:
        # What is left of a difference of sums must not fall below nothing.
        found = [np.maximum(a + sign * b, 0.0) for a, b in zip(self.found, other.found, strict=True)]
        return ColumnCounts(
            self.rows + sign * other.rows,
            self.frequency + sign * other.frequency,
            self.occurrences + sign * other.occurrences,
            (found[0], found[1]),
            (self.totals[0] + sign * other.totals[0], self.totals[1] + sign * other.totals[1]),
        )

    def terms(self) -> npt.NDArray[np.float64]:
        """Return the term weights, as :func:`spamsms.fitting.term_weights` scales them."""
        known = column_strength(self.rows, self.frequency, self.found, self.totals)
        total = float(self.occurrences.sum())
        typical = np.sqrt(float(self.occurrences @ known**2) / max(total, 1.0))
        scaled: npt.NDArray[np.float64] = known / max(typical, 1e-12)
        return scaled


@dataclass(frozen=True)
class RunningFit:
    """A hyperplane on its way; every batch gives a new one.

    Attributes
    ----------
    coefficients, average : ndarray of float64, shape (n_features,)
        The last iterate, and the average that is the result; of
        ``counts / sqrt(size)``, as :func:`spamsms.fitting.fit_hyperplane` gives them.
    intercept, average_intercept : float
    steps : int
        Iterates averaged.
    rows : int
        Rows seen; those of a second pass count again.
    """

    coefficients: npt.NDArray[np.float64]
    average: npt.NDArray[np.float64]
    intercept: float = 0.0
    average_intercept: float = 0.0
    steps: int = 0
    rows: int = 0

    @classmethod
    def start(cls, coefficients: Array, intercept: float = 0.0, rows: int = 0) -> RunningFit:
        """Return a fit that starts from a hyperplane; `rows` tells how much is behind it."""
        return cls(coefficients, coefficients, intercept, intercept, rows=rows)

    def learn(
        self,
        rows: csr_matrix,
        sizes: Array,
        labels: Array,
        costs: Array,
        terms: Array,
        *,
        C: float,
        n_rows: int | None = None,
        random_state: int | tuple[int, ...] | None = None,
    ) -> RunningFit:
        """Return the fit after one pass over some rows, in random order.

        Parameters
        ----------
        rows, sizes : csr_matrix, ndarray
            Features as :meth:`FeatureSpace.rows` gives them, and their numbers.
        labels, costs : ndarray of shape (n_texts,)
            Costs must be about 1 on average.
        terms : ndarray of shape (n_features,)
        C : float
        n_rows : int, optional
            How many rows there are in all; those seen so far by default.
        random_state : int or tuple of int, optional
            Of the order.
        """
        order = np.random.default_rng(random_state).permutation(repeated_rows(costs))
        if not order.size:
            return self
        costs = costs_of_steps(costs, order)
        seen = self.rows + costs.size
        descent = Descent(
            self.coefficients / terms,
            self.average / terms,
            self.intercept,
            self.average_intercept,
            self.steps,
            C=C,
            n_rows=n_rows or seen,
            learning_rate=LEARNING_RATE,
        )
        features = weigh_features(rows, sizes, terms)
        for start in range(0, order.size, ROWS_A_STEP):
            part = order[start : start + ROWS_A_STEP]
            descent.step(features[part], labels[part], costs[part])
        return replace(
            self,
            coefficients=descent.coefficients * terms,
            average=descent.average * terms,
            intercept=descent.intercept,
            average_intercept=descent.average_intercept,
            steps=descent.steps,
            rows=seen,
        )
