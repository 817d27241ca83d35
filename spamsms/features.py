"""Turn normalised messages into hashed features, for a whole batch at once.

Every character position gives four features: the character itself (an exact
table), and its bigram, its trigram and its bigram of *sounds* (pinyin classes,
near-homophones folded), hashed into one shared table. Words, where asked for,
give a feature each and one for each pair of neighbours, in the same table.
Boundaries take part in the n-grams, so a message's beginning and end count.

The same buckets are summed for scoring and laid out as a sparse matrix for
fitting, so that training and serving cannot differ.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spamsms.errors import InputError
from spamsms.index_runs import expand
from spamsms.message_units import PADDING
from spamsms.normalize_batch import NormalizedBatch, normalize_batch
from spamsms.unit_codes import scramble, sound_codes, unit_and_sound_codes, unit_codes

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Array = npt.NDArray[Any]
# Raised whenever the same text would give other features: models of another version are refused.
FEATURES_VERSION = 2
TOKENIZERS = ("char", "jieba", "jieba+char")
N_UNITS = 0x10000
CHANNELS = 4
# Messages so few, of so few characters in all, are scored one by one: to set a batch up takes longer.
FEW_TEXTS, FEW_CHARACTERS = 16, 1000

# Odd multipliers with well-spread bits (the golden ratio and two of MurmurHash3's constants).
_PAIR, _TRIPLE, _SOUND = np.uint32(0x9E3779B1), np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_HASH_WIDTH = 32
_HASH = np.dtype(np.uint32)
# What one of them has at most, boundaries included: no message grows by being normalised.
FEW_UNITS = FEW_CHARACTERS + 2 * PADDING
_PAIR_AND_SOUND = np.tile(np.array([_PAIR, _SOUND]), FEW_UNITS)
# By bits of the hash; made once, as each message needs one.
_SHIFTS = [np.uint32(_HASH_WIDTH - bits) for bits in range(_HASH_WIDTH + 1)]


class Scratch:
    """Arrays to hash so many units in, made once for many parts of a batch.

    Parameters
    ----------
    size : int
        The most units that will be hashed at a time.
    """

    def __init__(self, size: int) -> None:
        self.index, self.bucket = np.empty(size, np.int64), np.empty(size, np.int64)
        self.codes, self.sounds = np.empty(size, np.uint32), np.empty(size, np.uint32)
        self.hashed = np.empty((CHANNELS - 1, size), np.uint32)


class Words(NamedTuple):
    """Hashed words of a batch.

    ``single`` and ``pair`` are the buckets of each word and of each pair of
    neighbours (the boundaries count as neighbours); ``starts`` and ``stops``
    are spans in the batch's units; ``ends`` are the words' cumulated counts,
    one a message, and message ``i`` has ``ends[i] - ends[i - 1] + 1`` pairs.
    """

    single: npt.NDArray[np.signedinteger[Any]]
    pair: npt.NDArray[np.signedinteger[Any]]
    starts: npt.NDArray[np.int64]
    stops: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


@dataclass(frozen=True)
class FeatureSpace:
    """How messages become features.

    Parameters
    ----------
    tokenizer : {"char", "jieba", "jieba+char"}, default="char"
        Character n-grams, jieba's words, or both.
    hash_bits : int, default=19
        The shared table has ``2 ** hash_bits`` buckets, 8 to 24.
    hmm : bool, default=True
        Let jieba guess words that are not in its dictionary.
    userdict : str, path or None, default=None
        A dictionary in jieba's format to add to jieba's own.

    Raises
    ------
    InputError
        If a parameter is not one of these.
    """

    tokenizer: str = "char"
    hash_bits: int = 19
    hmm: bool = True
    userdict: str | os.PathLike[str] | None = None

    def __post_init__(self) -> None:
        if self.tokenizer not in TOKENIZERS:
            raise InputError(f"tokenizer must be one of {', '.join(TOKENIZERS)}, not {self.tokenizer!r}")
        if isinstance(self.hash_bits, bool) or not isinstance(self.hash_bits, (int, np.integer)):
            raise InputError(f"hash_bits must be a whole number from 8 to 24, not {self.hash_bits!r}")
        if not 8 <= self.hash_bits <= 24:
            raise InputError(f"hash_bits must be a whole number from 8 to 24, not {self.hash_bits!r}")
        if not isinstance(self.hmm, bool):
            raise InputError(f"hmm must be True or False, not {self.hmm!r}")
        if self.userdict is not None and not isinstance(self.userdict, (str, os.PathLike)):
            raise InputError(f"userdict must be a path or None, not {self.userdict!r}")

    @property
    def uses_characters(self) -> bool:
        """Whether character n-grams take part."""
        return self.tokenizer != "jieba"

    @property
    def uses_words(self) -> bool:
        """Whether words take part."""
        return self.tokenizer != "char"

    @property
    def n_features(self) -> int:
        """Number of columns: one a canonical unit, then the shared table."""
        return N_UNITS + (1 << self.hash_bits)

    def buckets(self, units: npt.NDArray[np.integer[Any]], scratch: Scratch | None = None) -> Iterator[Array]:
        """Yield the buckets of the n-grams that start at each unit but the last two.

        Parameters
        ----------
        units : ndarray of int, shape (n_units,)
        scratch : Scratch, optional
            Room to work in, of at least `n_units`.

        Yields
        ------
        ndarray of int64, shape (n_units - 2,)
            Unigrams, bigrams, trigrams and sounds; each is valid until the next.
        """
        size = units.size - 2
        room = scratch or Scratch(units.size)
        index, codes, sounds = room.index[: size + 2], room.codes[: size + 2], room.sounds[: size + 2]
        hashed, bucket = room.hashed[:, :size], room.bucket[:size]
        np.copyto(index, units)
        # No index is out of range; of the checks that allow for `out`, this is the cheapest.
        unit_codes().take(index, out=codes, mode="wrap")
        sound_codes().take(index, out=sounds, mode="wrap")
        yield index[:size]
        self._hash(codes, sounds, hashed)
        for channel in hashed:
            np.copyto(bucket, channel)
            yield bucket

    def columns(self, units: npt.NDArray[np.integer[Any]]) -> tuple[Array, npt.NDArray[np.uint32]]:
        """Return where to look the n-grams up that start at each unit but the last two.

        The same as :meth:`buckets`, in fewer steps for few units.

        Parameters
        ----------
        units : ndarray of int, shape (n_units,)
            At most `FEW_UNITS`.

        Returns
        -------
        single : ndarray of int, shape (n_units - 2,)
            Columns of the unigrams.
        hashed : ndarray of uint32, shape (3 * (n_units - 2),)
            Buckets of bigrams and sounds in turn, then of trigrams.
        """
        size = units.size - 2
        # A unit's two codes side by side.
        codes = unit_and_sound_codes().take(units, 0).ravel()
        hashed = np.empty(3 * size, _HASH)
        pairs, triples = hashed[: 2 * size], hashed[2 * size :]
        np.multiply(codes[:-4], _PAIR_AND_SOUND[: 2 * size], pairs)
        np.add(pairs, codes[2:-2], pairs)
        np.multiply(pairs[::2], _TRIPLE, triples)
        np.add(triples, codes[4::2], triples)
        np.right_shift(hashed, _SHIFTS[self.hash_bits], hashed)
        return units[:size], hashed

    def _hash(self, codes: Array, sounds: Array, hashed: Array) -> None:
        """Put the buckets of bigrams, trigrams and sounds into the rows of `hashed`."""
        pairs, triples, sounded = hashed
        np.multiply(codes[:-2], _PAIR, out=pairs)
        np.add(pairs, codes[1:-1], out=pairs)
        np.multiply(pairs, _TRIPLE, out=triples)
        np.add(triples, codes[2:], out=triples)
        np.multiply(sounds[:-2], _SOUND, out=sounded)
        np.add(sounded, sounds[1:-1], out=sounded)
        np.right_shift(hashed, np.uint32(_HASH_WIDTH - self.hash_bits), out=hashed)

    def spread(self, weights: Array, units: npt.NDArray[np.uint16], factor: Array) -> npt.NDArray[np.float64]:
        """Return each unit's share of the weights of one message's n-grams.

        An n-gram's weight is shared evenly by its units, the boundary left out.

        Parameters
        ----------
        weights : ndarray of shape (n_features,)
        units : ndarray of uint16, shape (n_units,)
            As :func:`padded_units` gives them.
        factor : ndarray of shape (n_units - 3,)
            Of the weights of the n-grams that start at each unit from the second.

        Returns
        -------
        ndarray of float64, shape (n_units,)
        """
        shares = np.zeros(units.size)
        # Position 0 is the outer boundary, where no feature of the message starts.
        real = (units != 0).astype(np.float64)
        length = units.size - PADDING
        for channel, (bucket, span) in enumerate(zip(self.buckets(units), (1, 2, 3, 2), strict=True)):
            members = [real[step : step + length][1:] for step in range(span)]
            count = np.maximum(sum(members), 1)
            value = factor * weights.take(bucket[1:] + (N_UNITS if channel else 0)) / count
            for step, member in enumerate(members):
                shares[1 + step : length + step] += value * member
        return shares

    def words(self, batch: NormalizedBatch) -> Words:
        """Segment normalised messages into words and hash them."""
        from spamsms.tokenizer import word_segmenter
        from spamsms.word_spans import find_words

        codes, starts, stops, counts = find_words(batch, word_segmenter(self.hmm, self.userdict))
        ends = np.cumsum(counts)
        # A zero stands before and behind each message's words.
        padded = np.zeros(codes.size + 2 * counts.size + 1, np.uint32)
        row_of = np.repeat(np.arange(counts.size), counts)
        place = np.arange(codes.size) + 2 * row_of + 1
        padded[place] = scramble(codes + np.uint32(1 << 21))
        shift = np.uint32(_HASH_WIDTH - self.hash_bits)
        pair = (padded[:-1] * _PAIR + padded[1:]) * _SOUND >> shift
        # Each message's pairs start one place before its first word and end at its last.
        first = ends - counts + 2 * np.arange(counts.size)
        at = expand(first, first + counts + 1)
        single = (padded[place] >> shift).astype(np.int64)
        return Words(single, pair[at].astype(np.int64), starts, stops, counts)

    def sizes(self, batch: NormalizedBatch, words: Words | None) -> npt.NDArray[np.int64]:
        """Return how many features each message has; 0 for one in which nothing is left."""
        lengths = np.diff(batch.starts) - PADDING
        sizes = np.zeros(lengths.size, np.int64)
        if self.uses_characters:
            sizes += CHANNELS * (lengths + 1)
        if words is not None:
            sizes += 2 * words.counts + 1
        return np.where(lengths > 0, sizes, 0)

    def matrix(self, texts: Sequence[str]) -> tuple[csr_matrix, npt.NDArray[np.int64]]:
        """Return the features of messages as counts, and each message's size.

        Parameters
        ----------
        texts : sequence of str

        Returns
        -------
        counts : csr_matrix of float32, shape (n_texts, n_features)
            Duplicates are summed.
        sizes : ndarray of int64, shape (n_texts,)
            As :meth:`sizes` gives it.
        """
        from scipy.sparse import csr_matrix

        batch = normalize_batch(texts)
        words = self.words(batch) if self.uses_words else None
        columns, lengths = self.row_columns(batch, words)
        kept = columns > 0
        ends = np.append(0, np.cumsum(kept))[np.append(0, np.cumsum(lengths))]
        columns = columns[kept]
        counts = csr_matrix(
            (np.ones(columns.size, np.float32), columns, ends.astype(np.int32)),
            shape=(lengths.size, self.n_features),
        )
        counts.sum_duplicates()
        return counts, self.sizes(batch, words)

    def row_columns(
        self, batch: NormalizedBatch, words: Words | None
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """Return the columns of normalised messages behind one another, and how many each has.

        A repeated feature stands repeatedly. Column 0, the boundary's, is no
        feature; it may stand among them.

        Parameters
        ----------
        batch : NormalizedBatch
        words : Words or None
            As :meth:`words` gives them where words are features.
        """
        parts: list[tuple[Array, Array]] = []
        if self.uses_characters:
            parts.append(self._character_columns(batch))
        if words is not None:
            filled = np.diff(batch.starts) > PADDING
            for column, length in ((words.single, words.counts), (words.pair, words.counts + 1)):
                # Empty messages have no feature, though their boundaries are neighbours.
                column = np.where(np.repeat(filled, length), N_UNITS + column, 0)
                parts.append((column.astype(np.int32), length))
        return parts[0] if len(parts) == 1 else _side_by_side(parts)

    def _character_columns(self, batch: NormalizedBatch) -> tuple[Array, Array]:
        """Return the columns of all messages behind one another, and how many each has."""
        lengths = np.diff(batch.starts) - PADDING
        n_starts = np.where(lengths > 0, lengths + 1, 0)
        firsts = batch.starts[:-1] - 1
        at = expand(firsts, firsts + n_starts)
        columns = np.empty((at.size, CHANNELS), np.int32)
        for channel, bucket in enumerate(self.buckets(batch.units)):
            columns[:, channel] = bucket.take(at)
        columns[:, 1:] += N_UNITS
        return columns.ravel(), CHANNELS * n_starts


def are_few(texts: Sequence[str]) -> bool:
    """Tell whether it is faster to score messages one by one than as a batch."""
    return len(texts) <= FEW_TEXTS and sum(map(len, texts)) <= FEW_CHARACTERS


def _side_by_side(parts: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Join several lists of columns row by row."""
    row = np.concatenate([np.repeat(np.arange(lengths.size), lengths) for _, lengths in parts])
    order = np.argsort(row, kind="stable")
    lengths: Array = np.sum([lengths for _, lengths in parts], axis=0)
    return np.concatenate([columns for columns, _ in parts])[order], lengths
