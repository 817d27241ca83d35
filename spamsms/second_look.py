"""Where the hyperplane is unsure, the kinds decide with it.

One hyperplane draws one line between all adverts and all wanted messages. Where
a message lies near that line, the strongest kind of spam is held against the
strongest kind of wanted message: a form that bends, and whose terms still add
up to the score word by word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.features import CHANNELS
from spamsms.kinds import KIND_SPACE, KindHead
from spamsms.normalize_batch import PADDING, NormalizedBatch

Array = npt.NDArray[Any]
# Log-odds of the hyperplane up to which the kinds have their whole say, and over how many more it fades.
# Out of fold on the packaged model's data nothing is lost against a say everywhere, which costs three
# times as much.
UNSURE = 2.5
FADING = 1.0
# Log-odds of one unit of the kinds' margin.
SAY = 1.75


@dataclass(frozen=True)
class SecondLook:
    """How the kinds take part in the score.

    Attributes
    ----------
    head : KindHead
    scale : float
        Log-odds of one unit of the margin between the strongest kinds.
    low, high : float
        First scores between which the kinds have their whole say.
    fading : float
        Over how much further it fades to nothing.
    """

    head: KindHead
    scale: float = SAY
    low: float = -UNSURE
    high: float = UNSURE
    fading: float = FADING

    def rescaled(self, slope: float, offset: float) -> SecondLook:
        """Return what goes with first scores that were multiplied and moved."""
        return replace(
            self,
            scale=slope * self.scale,
            low=slope * self.low + offset,
            high=slope * self.high + offset,
            fading=slope * self.fading,
        )

    def share(self, first: Array) -> npt.NDArray[np.float64]:
        """Return how much the kinds have to say, 0 to 1, given the first scores."""
        beyond = np.maximum(self.low - first, first - self.high)
        share: npt.NDArray[np.float64] = 1 - np.minimum(np.maximum(beyond / self.fading, 0.0), 1.0)
        return share

    def share_one(self, first: float) -> float:
        """Return :meth:`share` of one score."""
        beyond = max(self.low - first, first - self.high)
        return 1 - min(max(beyond / self.fading, 0.0), 1.0)

    def add(self, first: npt.NDArray[np.float64], batch: NormalizedBatch) -> None:
        """Add what the kinds say to the first scores of a batch.

        Parameters
        ----------
        first : ndarray of float64, shape (n_texts,)
            Changed in place.
        batch : NormalizedBatch
        """
        share = self.share(first)
        rows = np.flatnonzero(share)
        if rows.size:
            margins = self.head.margins(self.head.scores_of_batch(select(batch, rows)))
            first[rows] += self.scale * share.take(rows) * margins

    def add_one(self, first: float, units: npt.NDArray[np.uint16]) -> float:
        """Return the first score of one message with what the kinds say added."""
        share = self.share_one(first)
        if not share:
            return first
        return first + self.scale * share * float(self.head.margins(self.head.scores_of_units(units))[0])

    def spread(self, first: float, units: npt.NDArray[np.uint16]) -> npt.NDArray[np.float64]:
        """Return each unit's share of what the kinds add to one message, shape (n_units,)."""
        share = self.share_one(first)
        if not share:
            return np.zeros(units.size)
        head, say = self.head, self.scale * share
        spam, wanted = head.strongest(head.scores_of_units(units)[0])
        weights = head.weights[:, spam] * head.scales[spam] - head.weights[:, wanted] * head.scales[wanted]
        n_real = units.size - 2 * PADDING
        factor = np.full(units.size - 1 - PADDING, say / sqrt(CHANNELS * (n_real + 1)))
        shares = KIND_SPACE.spread(weights, units, factor)
        shares[PADDING:-PADDING] += say * (head.intercepts[spam] - head.intercepts[wanted]) / n_real
        return shares


def select(batch: NormalizedBatch, rows: Array) -> NormalizedBatch:
    """Return some messages of a batch.

    Parameters
    ----------
    batch : NormalizedBatch
    rows : ndarray of int64, shape (n_rows,)
    """
    starts = batch.starts.take(rows)
    lengths = batch.starts.take(rows + 1) - starts
    ends = np.cumsum(lengths)
    at = np.arange(int(ends[-1]) if ends.size else 0)
    at += np.repeat(starts - (ends - lengths), lengths)
    units = np.concatenate([np.zeros(PADDING, np.uint16), batch.units.take(at)])
    return NormalizedBatch(units, np.concatenate([[0], ends]) + PADDING)
