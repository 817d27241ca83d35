"""What a message is: a linear head that scores every kind.

The head sums 8-bit weights of hashed characters, one column a kind, each kind
held against all others. To name a message's kind it is read within each class:
among spam which kind of spam, among wanted messages which kind of those; the
classifier's probability joins the two. The margin between the strongest kinds of
both classes takes part in the verdict, see :mod:`spamsms.second_look`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.features import CHANNELS, N_UNITS, FeatureSpace, Scratch, are_few
from spamsms.kind_names import KINDS as KINDS
from spamsms.kind_names import SPAM_KINDS as SPAM_KINDS
from spamsms.kind_names import WANTED_KINDS as WANTED_KINDS
from spamsms.message_units import PADDING
from spamsms.normalize import normalized_units
from spamsms.normalize_batch import NormalizedBatch, normalize_batch, split_evenly

Array = npt.NDArray[Any]
KIND_SPACE = FeatureSpace("char", 15)
LARGEST_WEIGHT = 127
# Several kinds are added up at once, side by side in one 64-bit number. A bias keeps the sum of a position's
# four weights from being negative, and so many positions from running into the next kind.
_LANES = 4
_BIAS = CHANNELS * (LARGEST_WEIGHT + 1)
_LONGEST_PIECE = (1 << 16) // (2 * _BIAS)
_CHARACTERS_A_PART = 1 << 18
_UNITS_A_PART = 1 << 13
# The most spam-like passage of so many characters counts on its own.
PASSAGE = 32


@dataclass(frozen=True, eq=False)
class KindHead:
    """Weights of the kinds.

    Attributes
    ----------
    codes : tuple of str
        The kinds, one a column; capital ones are spam.
    weights : ndarray of int8, shape (n_features, n_kinds)
        Over `KIND_SPACE`.
    scales : ndarray of float64, shape (n_kinds,)
        What one unit of each column's weights is worth.
    intercepts : ndarray of float64, shape (n_kinds,)
    sharpness : ndarray of float64, shape (n_kinds,)
        Factor on each score under which kinds of one class have the right
        probabilities.
    """

    codes: tuple[str, ...]
    weights: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float64]
    intercepts: npt.NDArray[np.float64]
    sharpness: npt.NDArray[np.float64]

    @cached_property
    def is_spam(self) -> npt.NDArray[np.bool_]:
        """Which kinds are spam, shape (n_kinds,)."""
        return np.array([code.isupper() for code in self.codes])

    def probabilities(self, texts: Sequence[str], spam: Array) -> npt.NDArray[np.float64]:
        """Return the probability of each kind.

        Parameters
        ----------
        texts : sequence of str, length n_texts
        spam : ndarray of shape (n_texts,)
            Probability that each is spam.

        Returns
        -------
        ndarray of shape (n_texts, n_kinds)
            Rows add up to one where both classes have kinds.
        """
        scores = self.scores(texts) * self.sharpness
        joint = np.zeros_like(scores)
        for side, share in ((self.is_spam, spam), (~self.is_spam, 1 - np.asarray(spam))):
            if side.any():
                raised = np.exp(scores[:, side] - scores[:, side].max(axis=1, keepdims=True))
                joint[:, side] = raised / raised.sum(axis=1, keepdims=True) * np.asarray(share)[:, None]
        return joint

    def best(self, texts: Sequence[str], spam: Array) -> Iterator[tuple[str, float]]:
        """Yield each message's most probable kind and its probability."""
        joint = self.probabilities(texts, spam)
        for place, row in zip(joint.argmax(axis=1).tolist(), joint, strict=True):
            yield self.codes[place], float(row[place])

    def scores(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return how much speaks for each kind, shape (n_texts, n_kinds); above 0 more than against."""
        if are_few(texts):
            parts = [self.scores_of_batch(batch_of_one(normalized_units(text))) for text in texts]
        else:
            parts = [
                self.scores_of_batch(normalize_batch(part))
                for part in split_evenly(texts, _CHARACTERS_A_PART)
            ]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.codes)))

    def scores_of_batch(self, batch: NormalizedBatch) -> npt.NDArray[np.float64]:
        """Return :meth:`scores` of normalised messages."""
        return self.whole_scores(batch, self.position_sums(batch.units))

    def whole_scores(self, batch: NormalizedBatch, sums: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Return :meth:`scores` of normalised messages, given their :meth:`position_sums`."""
        sizes = KIND_SPACE.sizes(batch, None)
        # A message starts at the boundary before it; a long one is added up piece by piece.
        firsts, lengths = batch.starts[:-1] - 1, np.diff(batch.starts) - PADDING + 1
        n_pieces = (lengths - 1) // _LONGEST_PIECE + 1
        ends = np.cumsum(n_pieces)
        step = np.arange(int(n_pieces.sum())) - np.repeat(ends - n_pieces, n_pieces)
        sums[batch.starts[1:-1] - PADDING] = 0
        pieces = np.add.reduceat(sums, np.repeat(firsts, n_pieces) + step * _LONGEST_PIECE, axis=0)
        totals = np.add.reduceat(self._unpack(pieces), ends - n_pieces, axis=0)
        totals -= _BIAS * lengths[:, None]
        totals[sizes == 0] = 0
        return self._scaled(totals, sizes)

    def passage_scores(self, sums: npt.NDArray[np.int64], starts: Array) -> npt.NDArray[np.float64]:
        """Return :meth:`scores` of passages.

        Parameters
        ----------
        sums : ndarray of int64
            What :meth:`position_sums` gave.
        starts : ndarray of int64, shape (n_passages,)
            Positions at which passages start, ascending, none in another.
        """
        bounds = np.stack([starts, starts + PASSAGE], axis=1).ravel()
        inner = bounds[:-1] if starts.size and bounds[-1] >= len(sums) else bounds
        totals = self._unpack(np.add.reduceat(sums, inner, axis=0)[::2]) - _BIAS * PASSAGE
        return self._scaled(totals, np.full(starts.size, CHANNELS * PASSAGE))

    def margins(self, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the strongest spam kind's score less the strongest wanted kind's, shape (n_texts,)."""
        strongest: npt.NDArray[np.float64] = scores[:, self.is_spam].max(axis=1)
        strongest -= scores[:, ~self.is_spam].max(axis=1)
        return strongest

    def margin_of_one(self, units: npt.NDArray[np.int64], passage: int = -1) -> float:
        """Return the margin of one message; the short way to the same number.

        Parameters
        ----------
        units : ndarray of int64
            As :func:`padded_units` gives them, at most `features.FEW_UNITS`, not of an empty message.
        passage : int, default=-1
            Where a passage of `PASSAGE` positions starts whose margin has half
            the say; negative for none.
        """
        # The first position is the boundary before the message, where no feature starts.
        weights = self.weights.take(_columns(units[1:]), axis=0)
        margin = self._margin_of_weights(weights)
        if passage < 0:
            return margin
        size, start, stop = weights.shape[0] // CHANNELS, passage - 1, passage - 1 + PASSAGE
        slices = ((start, stop), (size + 2 * start, size + 2 * stop), (3 * size + start, 3 * size + stop))
        part = np.concatenate([weights[first:last] for first, last in slices])
        return (margin + self._margin_of_weights(part)) / 2

    def _margin_of_weights(self, weights: npt.NDArray[np.int8]) -> float:
        scores = np.add.reduce(weights, axis=0, dtype=np.int32) / sqrt(weights.shape[0])
        scores *= self.scales
        scores += self.intercepts
        values: list[float] = scores.tolist()
        spam, wanted = self._sides
        return max([values[column] for column in spam]) - max([values[column] for column in wanted])

    @cached_property
    def _sides(self) -> tuple[list[int], list[int]]:
        return np.flatnonzero(self.is_spam).tolist(), np.flatnonzero(~self.is_spam).tolist()

    def strongest(self, scores: npt.NDArray[np.float64]) -> tuple[int, int]:
        """Return the columns of the strongest spam kind and the strongest wanted kind of one message."""
        spam = np.where(self.is_spam, scores, -np.inf)
        wanted = np.where(self.is_spam, -np.inf, scores)
        return int(spam.argmax()), int(wanted.argmax())

    def _scaled(self, totals: Array, sizes: Array) -> npt.NDArray[np.float64]:
        scaled: npt.NDArray[np.float64] = totals / np.sqrt(np.maximum(sizes, 1))[:, None]
        return scaled * self.scales + self.intercepts

    def position_sums(self, units: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.int64]:
        """Return the summed weights of the n-grams that start at each unit but the last two.

        Returns
        -------
        ndarray of int64, shape (n_units - 2, n_kinds / 4)
            In 16-bit lanes, with a bias.
        """
        size = units.size - 2
        rows = self._rows
        sums = np.empty((size, rows.shape[1]), np.int16)
        scratch = Scratch(min(size, _UNITS_A_PART) + 2)
        for start in range(0, size, _UNITS_A_PART):
            stop = min(start + _UNITS_A_PART, size)
            total = sums[start:stop]
            for channel, bucket in enumerate(KIND_SPACE.buckets(units[start : stop + 2], scratch)):
                if channel == 0:
                    np.add(rows.take(bucket, axis=0), np.int16(_BIAS), out=total)
                else:
                    total += rows[N_UNITS:].take(bucket, axis=0)
        return sums.view(np.int64)

    @cached_property
    def _rows(self) -> npt.NDArray[np.int8]:
        """Weights with columns of zeros up to a multiple of `_LANES`."""
        n_columns = -(-len(self.codes) // _LANES) * _LANES
        rows = np.zeros((len(self.weights), n_columns), np.int8)
        rows[:, : len(self.codes)] = self.weights
        return rows

    def _unpack(self, sums: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return what the lanes of sums hold, the bias included, shape (n, n_kinds)."""
        lanes = np.ascontiguousarray(sums).view(np.uint16)
        return lanes[:, : len(self.codes)].astype(np.int64)


def _columns(units: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.int64]:
    """Return the columns of few units' n-grams: unigrams, bigrams and sounds in turn, trigrams."""
    single, hashed = KIND_SPACE.columns(units)
    return np.concatenate([single, hashed + np.int64(N_UNITS)])


def batch_of_one(units: npt.NDArray[np.integer[Any]]) -> NormalizedBatch:
    """Return the batch of one message, given as :func:`padded_units`."""
    return NormalizedBatch(units.astype(np.uint16), np.array([PADDING, units.size]))
