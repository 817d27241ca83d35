"""How much of a message a model knows nothing of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.features import N_UNITS
from spamsms.scoring import LinearScorer

Array = npt.NDArray[Any]
# With fewer empty buckets than this, next to every new n-gram falls on one that an old one fills.
LEAST_EMPTY = 0.02
_UNIT = 1000


def unseen_share(
    texts: Sequence[str], scorer: LinearScorer, margin: float = 0.0
) -> npt.NDArray[np.float64] | None:
    """Estimate the share of each message's features that the model never learnt from.

    A feature is taken for unseen where its weight is zero. New n-grams fall on
    buckets that training filled as often as such buckets are many; the count of
    the others is divided by the share of empty buckets to make up for it.

    Parameters
    ----------
    texts : sequence of str, length n_texts
    scorer : LinearScorer
    margin : float, default=0
        Standard errors to take off: a short message has few features to tell by.

    Returns
    -------
    ndarray of shape (n_texts,) or None
        0 to 1; None where the table is too full to tell.
    """
    empty = scorer.weights == 0
    share_empty = float(empty[N_UNITS:].mean())
    if share_empty < LEAST_EMPTY:
        return None
    counted = np.where(empty, _UNIT, 0).astype(np.int16)
    # Characters have buckets of their own, which nothing else can fill.
    counted[:N_UNITS] = np.rint(counted[:N_UNITS] * share_empty)
    found = _sums(texts, scorer, counted) / _UNIT
    root = np.maximum(_sums(texts, scorer, np.ones_like(counted)), 1)
    # The share that fell on empty buckets, and its error if features fell independently.
    fallen = np.clip(found / root, 0, share_empty)
    error = np.sqrt(fallen * (1 - fallen)) / root
    share: npt.NDArray[np.float64] = np.maximum(fallen - margin * error, 0) / share_empty
    return share


def _sums(texts: Sequence[str], scorer: LinearScorer, weights: npt.NDArray[np.int16]) -> Array:
    """Return the summed weights of each message's features over the root of their number."""
    weights[0] = 0
    return LinearScorer(scorer.space, weights, scale=1.0, intercept=0.0).log_odds(texts)
