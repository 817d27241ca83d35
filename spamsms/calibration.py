"""Turn scores into probabilities and choose thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
_MAX_STEPS = 100
_PRECISION = 1e-10
_FAR_FROM_UNDERFLOW = 700.0


def sigmoid(log_odds: Array) -> npt.NDArray[np.float64]:
    """Return the probabilities of some log-odds, without overflow."""
    with np.errstate(under="ignore"):
        small = np.exp(-np.abs(log_odds))
        return np.where(np.asarray(log_odds) >= 0, 1.0, small) / (1.0 + small)


def sigmoid_one(log_odds: float) -> float:
    """Return :func:`sigmoid` of one number, the same to the last bit, without setting arrays up."""
    if not -_FAR_FROM_UNDERFLOW < log_odds < _FAR_FROM_UNDERFLOW:
        return float(sigmoid(np.array([log_odds]))[0])
    small = float(np.exp(-abs(log_odds)))
    return (1.0 if log_odds >= 0 else small) / (1.0 + small)


def fit_platt(
    scores: Array, labels: Array, weights: Array | None = None, *, smooth: bool = True
) -> tuple[float, float]:
    """Fit ``probability = sigmoid(slope * score + offset)`` by maximum likelihood.

    Targets are smoothed as in Platt (1999): the likelihood of data that a score
    separates has no maximum without it.

    Parameters
    ----------
    scores : ndarray of shape (n,)
        Out-of-fold decision values.
    labels : ndarray of shape (n,)
        0 or 1.
    weights : ndarray of shape (n,), optional
        Weight of each row.
    smooth : bool, default=True
        Whether to smooth the targets; without, no score may separate the classes.

    Returns
    -------
    slope, offset : float
    """
    x = np.asarray(scores, np.float64)
    w = np.ones(x.size) if weights is None else np.asarray(weights, np.float64)
    positive = np.asarray(labels) == 1
    n_spam, n_wanted = float(w[positive].sum()), float(w[~positive].sum())
    target = np.where(positive, (n_spam + 1) / (n_spam + 2), 1 / (n_wanted + 2)) if smooth else positive * 1.0
    # Newton's steps fail where probabilities saturate: scores of one scale, and a flat start.
    centre, spread = float(x.mean()), float(x.std())
    if spread < 1e-12 * (1 + abs(centre)):
        spread = 1.0
    design = np.stack([(x - centre) / spread, np.ones_like(x)])
    theta = np.array([0.0, np.log((n_spam + 1) / (n_wanted + 1))])
    loss = _platt_loss(theta, design, target, w)
    for _ in range(_MAX_STEPS):
        p = sigmoid(theta @ design)
        gradient = design @ (w * (p - target))
        hessian = (design * (w * p * (1 - p))) @ design.T + 1e-12 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while (new := _platt_loss(theta - size * step, design, target, w)) > loss and size > 1e-10:
            size /= 2
        theta = theta - size * step
        if loss - new < _PRECISION * (1 + loss):
            break
        loss = new
    slope = float(theta[0]) / spread
    return slope, float(theta[1]) - slope * centre


def _platt_loss(theta: Array, design: Array, target: Array, weights: Array) -> float:
    z = theta @ design
    with np.errstate(under="ignore"):
        return float(np.sum(weights * (np.logaddexp(0.0, z) - target * z)))


def threshold_for_rate(wanted: Array, rate: float) -> float:
    """Return the lowest threshold that at most a share `rate` of wanted scores reach.

    Parameters
    ----------
    wanted : ndarray of shape (n,)
        Scores of wanted messages of held-out groups.
    rate : float
        Accepted false-positive rate, 0 to 1.

    Returns
    -------
    float
        ``mean(wanted >= threshold) <= rate``; infinite where no finite value does.
    """
    ordered = np.sort(np.asarray(wanted, np.float64))[::-1]
    allowed = int(np.floor(rate * ordered.size + 1e-9))
    if allowed >= ordered.size:
        return float(ordered[-1]) if ordered.size else float("-inf")
    return float(np.nextafter(ordered[allowed], np.inf))
