"""Differences of two models on the same messages, with intervals: whole groups are drawn with replacement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.training.metrics import PARTIAL, group_draws

Array = npt.NDArray[Any]
# The ends of a 99.8 % interval of a rate then rest on ten replicates each.
RATE_REPLICATES = 10_000


@dataclass(frozen=True)
class Difference:
    """A figure of two models, and the new one's less the old one's with its interval.

    Attributes
    ----------
    old, new : float
    value, low, high : float
        ``new - old`` and the bounds of its interval.
    only_old, only_new : int or None
        Messages that only the one flags, as in McNemar's test; None for areas.
    """

    old: float
    new: float
    value: float
    low: float
    high: float
    only_old: int | None = None
    only_new: int | None = None

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval lies on one side of 0."""
        return self.low > 0 or self.high < 0

    def to_dict(self) -> dict[str, float | int | None]:
        """Return the figures as JSON values, floats rounded."""
        return {
            name: round(value, 6) if isinstance(value, float) else value for name, value in vars(self).items()
        }


def rate_difference(
    new: Array,
    old: Array,
    groups: Array,
    level: float = 0.95,
    seed: int = 0,
    replicates: int = RATE_REPLICATES,
) -> Difference:
    """Return how often two models flag the same messages.

    Parameters
    ----------
    new, old : ndarray of bool, shape (n,)
        What each flags; not empty.
    groups : ndarray of shape (n,)
        Template groups, the unit of the bootstrap.
    level : float, default=0.95
        Of the interval.

    Returns
    -------
    Difference
        Where they agree on every message, the interval's ends are the largest
        shares of groups that could be flagged by one of them alone and still
        stay unseen (Clopper and Pearson 1934).
    """
    _, place = np.unique(groups, return_inverse=True)
    size = np.bincount(place)
    change = np.bincount(place, new.astype(np.float64) - old.astype(np.float64))
    tail = (1 - level) / 2
    flagged_alone = (int((old & ~new).sum()), int((new & ~old).sum()))
    rates = float(old.mean()), float(new.mean())
    if not any(flagged_alone):
        reach = 1 - tail ** (1 / size.size)
        return Difference(*rates, 0.0, -reach, reach, *flagged_alone)
    # Groups of the same size and change are alike: how often each such sort is drawn is multinomial.
    sorts, count = np.unique(np.stack([size, change], axis=1), axis=0, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(size.size, count / size.size, replicates)
    found = (drawn @ sorts[:, 1]) / (drawn @ sorts[:, 0])
    low, high = np.quantile(found, [tail, 1 - tail])
    return Difference(*rates, rates[1] - rates[0], float(low), float(high), *flagged_alone)


def area_differences(
    new: Array, old: Array, labels: Array, groups: Array, level: float = 0.95, seed: int = 0
) -> tuple[Difference, Difference]:
    """Return how two models' scores order the same messages.

    Parameters
    ----------
    new, old : ndarray of float64, shape (n,)
        Scores.
    labels : ndarray of shape (n,)
        Both classes are there.
    groups : ndarray of shape (n,)
    level : float, default=0.95

    Returns
    -------
    area, partial : Difference
        Of the area under the curve, and of that up to 5 % false positives,
        standardised to .5 for chance (McClish 1989).
    """
    curves = [ScoreCurve(scores, labels) for scores in (old, new)]
    everyone = np.ones(labels.size)
    observed = np.array([curve.areas(everyone) for curve in curves])
    found = []
    for weights in group_draws(groups, seed):
        old_areas, new_areas = (curve.areas(weights) for curve in curves)
        found.append(np.subtract(new_areas, old_areas))
    tail = (1 - level) / 2
    bounds = np.nanquantile(found, [tail, 1 - tail], axis=0)
    area, partial = (
        Difference(float(a), float(b), float(b - a), float(low), float(high))
        for a, b, low, high in zip(*observed, *bounds, strict=True)
    )
    return area, partial


class ScoreCurve:
    """Messages in the order of their scores, to be weighted anew again and again."""

    def __init__(self, scores: Array, labels: Array) -> None:
        values, place = np.unique(scores, return_inverse=True)
        # From the highest score down.
        self._place = values.size - 1 - place
        self._n_values = values.size
        self._spam = labels == 1

    def areas(self, weights: npt.NDArray[np.float64]) -> tuple[float, float]:
        """Return the area and the standardised partial area; NaN without both classes."""
        x, y = (self._cumulated(np.where(chosen, weights, 0)) for chosen in (~self._spam, self._spam))
        if not (x[-1] and y[-1]):
            return float("nan"), float("nan")
        x, y = x / x[-1], y / y[-1]
        stop = int(np.searchsorted(x, PARTIAL, side="right"))
        part_x = np.append(x[:stop], PARTIAL)
        part_y = np.append(y[:stop], np.interp(PARTIAL, x[stop - 1 : stop + 1], y[stop - 1 : stop + 1]))
        chance = PARTIAL**2 / 2
        return _area(x, y), (1 + (_area(part_x, part_y) - chance) / (PARTIAL - chance)) / 2

    def _cumulated(self, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.append(0.0, np.cumsum(np.bincount(self._place, weights, self._n_values)))


def _area(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> float:
    return float((np.diff(x) * (y[1:] + y[:-1])).sum() / 2)
