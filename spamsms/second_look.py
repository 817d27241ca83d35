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
from spamsms.index_runs import expand
from spamsms.kinds import KIND_SPACE, PASSAGE, KindHead, batch_of_one
from spamsms.message_units import PADDING
from spamsms.normalize_batch import NormalizedBatch

Array = npt.NDArray[Any]
# Log-odds of the hyperplane up to which the kinds have their whole say, and over how many more it fades.
# Out of fold on the packaged model's data nothing is lost against a say everywhere, which costs three
# times as much.
UNSURE = 2.5
FADING = 1.0
# Log-odds of one unit of the kinds' margin.
SAY = 1.75


@dataclass(frozen=True, eq=False)
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
        beyond = self.low - first if first < self.low else first - self.high
        if beyond >= self.fading:
            return 0.0
        return 1 - max(beyond / self.fading, 0.0)

    def margins(self, batch: NormalizedBatch, passages: Array | None = None) -> npt.NDArray[np.float64]:
        """Return how far the strongest kind of spam is ahead of the strongest wanted kind.

        Parameters
        ----------
        batch : NormalizedBatch
        passages : ndarray of int64, shape (n_texts,), optional
            Position at which each message's most spam-like passage starts, of
            `PASSAGE` positions; -1 where the message is no longer than that.

        Returns
        -------
        ndarray of float64, shape (n_texts,)
            The mean of the message's margin and its passage's, so that neither
            wanted text around an advert nor an advert in the tail of a notice
            has the only say.
        """
        head = self.head
        sums = head.position_sums(batch.units)
        margins = head.margins(head.whole_scores(batch, sums))
        long = np.zeros(0, np.int64) if passages is None else np.flatnonzero(passages >= 0)
        if passages is not None and long.size:
            scores = head.passage_scores(sums, passages.take(long))
            margins[long] = (margins.take(long) + head.margins(scores)) / 2
        return margins

    def add(
        self,
        first: npt.NDArray[np.float64],
        batch: NormalizedBatch,
        rows: npt.NDArray[np.int64],
        passages: Array | None = None,
    ) -> None:
        """Add what the kinds say to the first scores of some messages.

        Parameters
        ----------
        first : ndarray of float64, shape (n_rows,)
            Changed in place.
        batch : NormalizedBatch
        rows : ndarray of int64, shape (n_rows,)
            Which messages of the batch these are.
        passages : ndarray of int64, shape (n_rows,), optional
            As in :meth:`margins`.
        """
        if not rows.size:
            return
        part = select(batch, rows)
        if passages is not None:
            moved = passages - batch.starts.take(rows) + part.starts[:-1]
            passages = np.where(passages >= 0, moved, -1)
        first += self.scale * self.share(first) * self.margins(part, passages)

    def add_one(self, first: float, units: npt.NDArray[np.int64], passage: int = -1) -> float:
        """Return the first score of one message with what the kinds say added."""
        share = self.share_one(first)
        if not share:
            return first
        return first + self.scale * share * self.head.margin_of_one(units, passage)

    def spread(
        self, first: float, units: npt.NDArray[np.uint16], passage: int = -1
    ) -> npt.NDArray[np.float64]:
        """Return each unit's share of what the kinds add to one message, shape (n_units,)."""
        shares = np.zeros(units.size)
        say = self.scale * self.share_one(first)
        if not say:
            return shares
        head, sums = self.head, self.head.position_sums(units)
        n_real = units.size - 2 * PADDING
        parts = [(head.whole_scores(batch_of_one(units), sums), slice(0, n_real + 1))]
        if passage >= 0:
            scores = head.passage_scores(sums, np.array([passage]))
            parts.append((scores, slice(passage - 1, passage - 1 + PASSAGE)))
        for scores, where in parts:
            spam, wanted = head.strongest(scores[0])
            weights = (
                head.weights[:, spam] * head.scales[spam] - head.weights[:, wanted] * head.scales[wanted]
            )
            factor = np.zeros(n_real + 1)
            factor[where] = say / len(parts) / sqrt(CHANNELS * factor[where].size)
            shares += KIND_SPACE.spread(weights, units, factor)
            beside = head.intercepts[spam] - head.intercepts[wanted]
            shares[PADDING:-PADDING] += say / len(parts) * beside / n_real
        return shares


def select(batch: NormalizedBatch, rows: Array) -> NormalizedBatch:
    """Return some messages of a batch.

    Parameters
    ----------
    batch : NormalizedBatch
    rows : ndarray of int64, shape (n_rows,)
    """
    starts, ends = batch.starts.take(rows), batch.starts.take(rows + 1)
    units = np.concatenate([np.zeros(PADDING, np.uint16), batch.units.take(expand(starts, ends))])
    return NormalizedBatch(units, np.concatenate([[0], np.cumsum(ends - starts)]) + PADDING)
