"""A linear model over hashed features: sums of whole numbers, one division, one intercept.

Weights are 16-bit whole numbers, so that a message's sum is exact: the same to
the last bit alone or in a batch, in whatever order, on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.features import (
    CHANNELS,
    FEW_CHARACTERS,
    N_UNITS,
    FeatureSpace,
    Scratch,
    Words,
    are_few,
)
from spamsms.joined_texts import JoinedTexts
from spamsms.kinds import PASSAGE
from spamsms.message_units import PADDING
from spamsms.normalize import normalized_units
from spamsms.normalize_batch import NormalizedBatch, normalize_batch, split_evenly
from spamsms.passages import best_passage, best_passages, find_passages, sums_of_windows
from spamsms.second_look import SecondLook

Array = npt.NDArray[Any]
# Characters scored at a time: memory is bounded, while normalising and hashing, each with tables that
# fill the processor's cache, do not take turns too often.
CHARACTERS_A_PART = 1 << 18
UNITS_A_PART = 1 << 15
# A block that is taken and let go again, never written to. Some C libraries, glibc among them, give all freed
# memory but twice the largest such block back to the system, and fetch it anew, page by page, for each batch:
# a part needs less than that.
_ROOM = 3 << 20
# Made once: NumPy looks a type up each time it is named.
_SUM = np.dtype(np.int64)
# Four weights, the most that a position sums, stay within 16 bits.
LARGEST_WEIGHT = 8191
# The 16-bit sums of fewer positions than these add up to a number of 32 bits.
_LONGEST_OF_32_BITS = 1 << 16


@dataclass(frozen=True, eq=False)
class LinearScorer:
    """Weights and how to sum them.

    Attributes
    ----------
    space : FeatureSpace
    weights : ndarray of int16, shape (n_features,)
    scale : float
        Log-odds of one unit of weight in a message of one feature.
    passage_scale : float
        The same for the message's most spam-like passage of `PASSAGE`
        characters, the whole message where it is shorter: an advert in the tail
        of a notice is seen, and wanted text around one does not hide it. Only
        with characters as features.
    intercept : float
        Log-odds of a message without features.
    second_look : SecondLook or None
        What the kinds add where the hyperplane is unsure.
    """

    space: FeatureSpace
    weights: npt.NDArray[np.int16]
    scale: float
    intercept: float
    passage_scale: float = 0.0
    second_look: SecondLook | None = None

    @property
    def coefficients(self) -> npt.NDArray[np.float64]:
        """Log-odds of each feature in a message of one passage, shape (n_features,)."""
        return self.weights.astype(np.float64) * (self.scale + self.passage_scale)

    def rescaled(self, slope: float, offset: float) -> LinearScorer:
        """Return the scorer whose log-odds are these times `slope` plus `offset`."""
        look = self.second_look
        return replace(
            self,
            scale=slope * self.scale,
            passage_scale=slope * self.passage_scale,
            intercept=slope * self.intercept + offset,
            second_look=None if look is None else look.rescaled(slope, offset),
        )

    def log_odds(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return the log-odds of checked texts, shape (n_texts,)."""
        if are_few(texts):
            return np.array([self.log_odds_one(text) for text in texts])
        return self.log_odds_of_parts(split_evenly(texts, CHARACTERS_A_PART))

    def log_odds_of_parts(self, parts: Iterable[Sequence[str] | JoinedTexts]) -> npt.NDArray[np.float64]:
        """Return the log-odds of the checked texts of one or more parts, shape (n_texts,).

        Parameters
        ----------
        parts : iterable of sequences of str or JoinedTexts
            None empty, each of about `CHARACTERS_A_PART`, which bounds the memory.
        """
        np.empty(_ROOM, np.uint8)
        return np.concatenate([self.log_odds_of_batch(normalize_batch(part)) for part in parts])

    def log_odds_of_batch(self, batch: NormalizedBatch) -> npt.NDArray[np.float64]:
        """Return the log-odds of normalised messages, shape (n_texts,)."""
        words = self.space.words(batch) if self.space.uses_words else None
        sizes = self.space.sizes(batch, words)
        filled = sizes > 0
        totals = np.zeros(sizes.size, np.int64)
        best = passages = None
        if self.space.uses_characters:
            running = self._running_sums(batch)
            firsts, ends = batch.starts[:-1] - 1, batch.starts[1:] - PADDING
            totals += running.take(ends) - running.take(firsts)
            if self.passage_scale:
                lengths, windows = ends - firsts, sums_of_windows(running)
                best = best_passages(windows, firsts, lengths, totals)
        if words is not None:
            totals += self._word_totals(words)
        # Nothing is left of an empty message but the intercept.
        totals *= filled
        result = self.intercept + self.scale * totals / np.sqrt(np.maximum(sizes, 1))
        if best is not None:
            best *= filled
            result += self.passage_scale * best / np.sqrt(CHANNELS * np.minimum(lengths, PASSAGE))
        if self.second_look is not None:
            unsure = ((self.second_look.share(result) > 0) & filled).nonzero()[0]
            if best is not None:
                passages = find_passages(
                    windows, firsts.take(unsure), lengths.take(unsure), best.take(unsure)
                )
            part = result.take(unsure)
            self.second_look.add(part, batch, unsure, passages)
            result[unsure] = part
        return result

    def passages(self, batch: NormalizedBatch) -> npt.NDArray[np.int64] | None:
        """Return where each message's most spam-like passage starts, as a second look wants it."""
        if not self.passage_scale:
            return None
        firsts, lengths = batch.starts[:-1] - 1, np.diff(batch.starts) - PADDING + 1
        windows = sums_of_windows(self._running_sums(batch))
        best = best_passages(windows, firsts, lengths, np.zeros(firsts.size, np.int64))
        return find_passages(windows, firsts, lengths, best)

    def log_odds_one(self, text: str) -> float:
        """Return the log-odds of one checked text; the short way to the same number."""
        if self.space.uses_words or len(text) > FEW_CHARACTERS:
            return float(self.log_odds_of_batch(normalize_batch([text]))[0])
        units = normalized_units(text)
        n_positions = units.size - 1 - PADDING
        if n_positions == 1:
            return self.intercept
        running = np.add.accumulate(self._sums_of_one(units))
        total, passage = running.item(-1), -1
        log_odds = self.intercept + self.scale * total / sqrt(CHANNELS * n_positions)
        if self.passage_scale:
            if n_positions > PASSAGE:
                start, total = best_passage(running)
                passage = start + 1
            log_odds += self.passage_scale * total / sqrt(CHANNELS * min(n_positions, PASSAGE))
        look = self.second_look
        return log_odds if look is None else look.add_one(log_odds, units, passage)

    def _sums_of_one(self, units: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return :meth:`_position_sums` of one message, from the boundary before it on."""
        single, hashed = self.space.columns(units[1:])
        weights, of_hashed = self._tables
        sums, others = weights.take(single), of_hashed.take(hashed)
        pairs = 2 * single.size
        sums += others[:pairs:2]
        sums += others[1:pairs:2]
        sums += others[pairs:]
        return sums.astype(_SUM)

    @cached_property
    def _tables(self) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16]]:
        """Weights of single units and of what is hashed."""
        return self.weights[:N_UNITS], self.weights[N_UNITS:]

    def _running_sums(self, batch: NormalizedBatch) -> Array:
        """Return the sums of :meth:`_position_sums` before each position, the last one twice.

        Differences within a message are exact, even where the sums have overflown.
        """
        sums = self._position_sums(batch.units)
        narrow = int(np.diff(batch.starts).max(initial=0)) < _LONGEST_OF_32_BITS
        running = np.zeros(sums.size + 2, np.int32 if narrow else np.int64)
        np.cumsum(sums, dtype=running.dtype, out=running[1:-1])
        running[-1] = running[-2]
        return running

    def _position_sums(self, units: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.int16]:
        """Return the summed weights of the n-grams that start at each unit but the last two."""
        size = units.size - 2
        sums = np.empty(size, np.int16)
        scratch = Scratch(min(size, UNITS_A_PART) + 2)
        weight = np.empty(min(size, UNITS_A_PART), np.int16)
        single, hashed = self._tables
        for start in range(0, size, UNITS_A_PART):
            stop = min(start + UNITS_A_PART, size)
            total, addend = sums[start:stop], weight[: stop - start]
            for channel, bucket in enumerate(self.space.buckets(units[start : stop + 2], scratch)):
                if channel == 0:
                    single.take(bucket, out=total, mode="wrap")
                else:
                    hashed.take(bucket, out=addend, mode="wrap")
                    np.add(total, addend, out=total)
        return sums

    def _word_totals(self, words: Words) -> npt.NDArray[np.int64]:
        hashed = self.weights[N_UNITS:]
        ends = np.cumsum(words.counts)
        single = np.append(0, np.cumsum(hashed.take(words.single), dtype=np.int64))
        pair = np.append(0, np.cumsum(hashed.take(words.pair), dtype=np.int64))
        pair_ends = ends + np.arange(1, ends.size + 1)
        by_word: npt.NDArray[np.int64] = single[ends] - single[ends - words.counts]
        by_word += pair[pair_ends] - pair[pair_ends - words.counts - 1]
        return by_word

    def unit_contributions(self, batch: NormalizedBatch) -> npt.NDArray[np.float64]:
        """Return what each unit of one normalised message adds to its log-odds.

        An n-gram's weight is shared evenly by its units, the boundary left out;
        what the kinds add beside their weights, by all units.

        Parameters
        ----------
        batch : NormalizedBatch
            Of one message.

        Returns
        -------
        ndarray of shape (n_units_of_the_message,)
        """
        first, last = int(batch.starts[0]), int(batch.starts[1]) - PADDING
        words = self.space.words(batch) if self.space.uses_words else None
        passage = -1
        size = int(self.space.sizes(batch, words)[0])
        if size == 0:
            return np.zeros(0)
        shares = np.zeros(batch.units.size)
        if self.space.uses_characters:
            factor = np.full(batch.units.size - 1 - PADDING, self.scale / sqrt(size))
            if self.passage_scale:
                sums = self._position_sums(batch.units)[1:]
                start = 0
                if sums.size > PASSAGE:
                    start, _ = best_passage(np.cumsum(sums, dtype=np.int64))
                    passage = start + 1
                factor[start : start + PASSAGE] += self.passage_scale / sqrt(
                    CHANNELS * min(sums.size, PASSAGE)
                )
            shares += self.space.spread(self.weights, batch.units, factor)
        if words is not None:
            self._share_words(words, shares, self.scale / sqrt(size))
        shares = shares[first:last]
        if self.second_look is not None:
            first_score = self.intercept + float(shares.sum())
            shares += self.second_look.spread(first_score, batch.units, passage)[first:last]
        return shares

    def _share_words(self, words: Words, shares: Array, factor: float) -> None:
        hashed = self.weights[N_UNITS:]
        value = hashed.take(words.single).astype(np.float64)
        pair = hashed.take(words.pair).astype(np.float64)
        if value.size:
            pair[1:-1] /= 2
            value += pair[:-1] + pair[1:]
        for start, stop, amount in zip(words.starts, words.stops, value, strict=True):
            shares[start:stop] += factor * amount / (stop - start)


def make_scorer(
    space: FeatureSpace, coefficients: Array, intercept: float, passage_weight: float
) -> LinearScorer:
    """Return the scorer of a fitted hyperplane.

    Parameters
    ----------
    space : FeatureSpace
    coefficients : ndarray of shape (n_features,)
    intercept : float
    passage_weight : float
        Share of the most spam-like passage in the decision, 0 to 1; the whole
        message has the rest. Without effect where words are features.
    """
    weights, scale = quantize(coefficients)
    share = 0.0 if space.uses_words else passage_weight
    return LinearScorer(space, weights, (1 - share) * scale, intercept, share * scale)


def quantize(coefficients: Array) -> tuple[npt.NDArray[np.int16], float]:
    """Round coefficients to 16-bit weights.

    Returns
    -------
    weights : ndarray of int16
    scale : float
        ``weights * scale`` is `coefficients` to within ``scale / 2``.
    """
    largest = float(np.abs(coefficients).max(initial=0.0))
    scale = largest / LARGEST_WEIGHT
    if scale < np.finfo(np.float64).tiny:
        # Next to zero, numbers are too coarse to divide by.
        scale = 1.0
    return np.rint(coefficients / scale).astype(np.int16), scale
