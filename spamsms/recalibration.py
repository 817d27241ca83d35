"""Calibrate an adapted model and choose its thresholds, where labels are few with a view to the old ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.calibration import fit_platt, sigmoid
from spamsms.decision import KEPT_RATES

Array = npt.NDArray[Any]
# The old calibration weighs as much as so many new messages, the old thresholds as so many of a class.
PRIOR_MESSAGES = 50
PRIOR_OF_A_CLASS = 200


def recalibrate(
    log_odds: Array, labels: Array, weights: Array, known: Array, before: Array
) -> tuple[float, float]:
    """Return slope and offset that make log-odds mean what they say.

    Parameters
    ----------
    log_odds : ndarray of shape (n,)
        Of new messages, out of fold.
    labels, weights : ndarray of shape (n,)
    known, before : ndarray of shape (n_known,)
        New and old log-odds of other messages. The old ones count as true, and
        all of them together as much as `PRIOR_MESSAGES` new ones.

    Returns
    -------
    slope, offset : float
    """
    share = PRIOR_MESSAGES / max(before.size, 1)
    spam = sigmoid(before)
    slope, offset = fit_platt(
        np.concatenate([log_odds, known, known]),
        np.concatenate([labels, np.ones_like(spam), np.zeros_like(spam)]),
        np.concatenate([weights, share * spam, share * (1 - spam)]),
        smooth=False,
    )
    return (slope, offset) if slope > 0 else (1.0, 0.0)


def translate_points(points: dict[str, list[float]], known: Array, before: Array) -> dict[str, list[float]]:
    """Return operating points on the scale of a new model, of whom as many known messages stay below.

    Parameters
    ----------
    points : dict
        As :attr:`Thresholds.operating_points_`.
    known, before : ndarray of shape (n_known,)
        New and old probabilities of messages that both models should judge alike.
    """
    old, new = np.sort(before), np.sort(known)
    return {
        side: np.interp(values, old, new, left=0.0, right=1.0).tolist() for side, values in points.items()
    }


def mix_operating_points(
    old: dict[str, list[float]], probabilities: Array, labels: Array
) -> dict[str, list[float]]:
    """Return operating points of new messages and of those that the old ones stand for, taken together.

    Parameters
    ----------
    old : dict
        As :attr:`Thresholds.operating_points_`.
    probabilities : ndarray of shape (n,)
        Of new messages, out of fold and calibrated.
    labels : ndarray of shape (n,)

    Returns
    -------
    dict
    """
    wanted, spam = probabilities[labels == 0], probabilities[labels == 1]
    return {
        "wanted": _mix(old["wanted"], wanted),
        # What stays below a threshold is what reaches it on the scale turned round.
        "spam": [1 - point for point in _mix([1 - point for point in old["spam"]], 1 - spam)],
    }


def _mix(old: Sequence[float], values: Array) -> list[float]:
    """Return for each of `KEPT_RATES` the lowest point that no more of both together reach."""
    points, rates = np.array(old)[::-1], np.array(KEPT_RATES)[::-1]
    candidates = np.unique(
        np.concatenate([points, np.minimum(np.nextafter(values, np.inf), 1.0), [0.0, 1.0]])
    )
    ordered = np.sort(values)
    reached = ordered.size - np.searchsorted(ordered, candidates)
    old_share = np.interp(candidates, points, rates, left=1.0, right=0.0)
    share = (reached + PRIOR_OF_A_CLASS * old_share) / (ordered.size + PRIOR_OF_A_CLASS)
    # The share falls as points rise.
    first = [int((share > rate + 1e-12).sum()) for rate in KEPT_RATES]
    return [float(candidates[place]) if place < candidates.size else 1.0 for place in first]
