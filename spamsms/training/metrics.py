"""Figures with their uncertainty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.calibration import sigmoid

Array = npt.NDArray[Any]
# Two-sided 95 %.
Z = 1.959963984540054
REPLICATES = 400
BINS = 15
PARTIAL = 0.05


@dataclass(frozen=True)
class Rate:
    """A share of counted messages with its Wilson 95 % interval."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """The share; NaN of nothing."""
        return self.hits / self.total if self.total else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound after Wilson (1927)."""
        n = self.total
        if n == 0:
            return (0.0, 1.0)
        p, spread = self.value, Z * Z / n
        middle = (p + spread / 2) / (1 + spread)
        reach = Z * float(np.sqrt(p * (1 - p) / n + spread / (4 * n))) / (1 + spread)
        low = 0.0 if self.hits == 0 else max(0.0, middle - reach)
        high = 1.0 if self.hits == n else min(1.0, middle + reach)
        return (low, high)

    def to_dict(self) -> dict[str, Any]:
        """Return value, interval and counts as JSON values."""
        low, high = self.interval
        value = None if self.total == 0 else round(self.value, 5)
        return {
            "value": value,
            "low": round(low, 5),
            "high": round(high, 5),
            "hits": self.hits,
            "of": self.total,
        }


def rate_of(flags: Array) -> Rate:
    """Return the share of True."""
    return Rate(int(np.count_nonzero(flags)), int(flags.size))


def area_under_curve(scores: Array, labels: Array, weights: Array | None = None) -> float:
    """Return the probability that a spam message scores above a wanted one; ties count half."""
    w = np.ones(scores.size) if weights is None else weights
    values, place = np.unique(scores, return_inverse=True)
    spam = np.bincount(place, w * (labels == 1), values.size)
    wanted = np.bincount(place, w * (labels == 0), values.size)
    below = np.cumsum(wanted) - wanted
    total = spam.sum() * wanted.sum()
    return float((spam * (below + wanted / 2)).sum() / total) if total else float("nan")


def partial_area(scores: Array, labels: Array) -> float:
    """Return the area up to 5 % false positives, standardised to .5 for chance (McClish 1989)."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(labels, scores, max_fpr=PARTIAL))


def recall_at(scores: Array, labels: Array, false_positive_rate: float) -> Rate:
    """Return the recall at the threshold that lets through that share of these wanted messages."""
    from spamsms.calibration import threshold_for_rate

    cut = threshold_for_rate(scores[labels == 0], false_positive_rate)
    return rate_of(scores[labels == 1] >= cut)


def group_draws(
    groups: Array, seed: int = 0, replicates: int = REPLICATES
) -> Iterator[npt.NDArray[np.float64]]:
    """Yield how often each row is drawn, whole groups drawn with replacement."""
    _, place = np.unique(groups, return_inverse=True)
    n_groups = int(place.max()) + 1
    random = np.random.default_rng(seed)
    for _ in range(replicates):
        drawn = np.bincount(random.integers(0, n_groups, n_groups), minlength=n_groups)
        yield drawn[place].astype(np.float64)


def bootstrap_area(
    scores: Array, labels: Array, groups: Array, seed: int = 0, replicates: int = REPLICATES
) -> tuple[float, float]:
    """Return a 95 % interval of the area, whole groups drawn with replacement."""
    found = [area_under_curve(scores, labels, drawn) for drawn in group_draws(groups, seed, replicates)]
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return float(low), float(high)


def bootstrap_difference(
    flags: Array, other_flags: Array, groups: Array, seed: int = 0, replicates: int = REPLICATES
) -> tuple[float, float, float]:
    """Return the difference of two paired rates and its 95 % interval, groups drawn with replacement."""
    _, place = np.unique(groups, return_inverse=True)
    n_groups = int(place.max()) + 1
    size = np.bincount(place, minlength=n_groups).astype(np.float64)
    change = np.bincount(place, flags.astype(np.float64) - other_flags, n_groups)
    random = np.random.default_rng(seed)
    drawn = random.integers(0, n_groups, (replicates, n_groups))
    found = change[drawn].sum(axis=1) / size[drawn].sum(axis=1)
    low, high = np.percentile(found, [2.5, 97.5])
    return float(change.sum() / size.sum()), float(low), float(high)


def reliability(log_odds: Array, labels: Array) -> list[dict[str, float]]:
    """Return mean probability and share of spam for each of 15 equally wide bins that is not empty."""
    p = sigmoid(log_odds)
    place = np.minimum((p * BINS).astype(np.int64), BINS - 1)
    rows = []
    for bin_ in np.unique(place):
        inside = place == bin_
        rows.append(
            {
                "probability": round(float(p[inside].mean()), 5),
                "spam": round(float(labels[inside].mean()), 5),
                "n": int(inside.sum()),
            }
        )
    return rows


def calibration_error(log_odds: Array, labels: Array) -> float:
    """Return the expected calibration error over 15 equally wide bins."""
    rows = reliability(log_odds, labels)
    return float(sum(r["n"] * abs(r["probability"] - r["spam"]) for r in rows) / max(len(labels), 1))


def brier_score(log_odds: Array, labels: Array) -> float:
    """Return the mean squared error of the probabilities."""
    return float(np.mean((sigmoid(log_odds) - labels) ** 2))
