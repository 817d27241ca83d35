"""Words of normalised messages: where each stands, and a checksum of what it is."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from spamsms.message_units import PADDING
from spamsms.normalize_batch import NormalizedBatch, decode_batch
from spamsms.segment_batch import segment_batch
from spamsms.tokenizer import WordSegmenter

# So few units are cut message by message: setting a batch up would take longer, and so would compiling the
# dictionary for it.
_FEW_UNITS = 1000
# Words of more units are hashed one by one: a round for few words costs as much as one for many.
_LONGEST_WORD = 16
_ALL_ONES = np.uint32(0xFFFFFFFF)
_POLYNOMIAL = np.uint32(0xEDB88320)  # CRC-32 of ISO 3309, as in zlib
_BITS_PER_UNIT = 16


class WordSpans(NamedTuple):
    """Words of a batch.

    Attributes
    ----------
    codes : ndarray of uint32, shape (n_words,)
        CRC-32 of each word in UTF-16, little end first.
    starts, stops : ndarray of int64, shape (n_words,)
        Spans in the batch's units.
    counts : ndarray of int64, shape (n_texts,)
        How many words each message has.
    """

    codes: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]
    stops: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


def find_words(batch: NormalizedBatch, segmenter: WordSegmenter) -> WordSpans:
    """Cut normalised messages into words.

    Parameters
    ----------
    batch : NormalizedBatch
    segmenter : WordSegmenter
    """
    texts = decode_batch(batch)
    if batch.units.size <= _FEW_UNITS:
        cuts = [segmenter.cut_spans(text) for text in texts]
        counts = np.array([len(spans) for spans in cuts], np.int64)
        bounds = np.array([span for spans in cuts for span in spans], np.int64).reshape(-1, 2)
        bounds += np.repeat(batch.starts[:-1], counts)[:, None]
        starts, stops = bounds.T
    else:
        starts, stops, row = segment_batch(texts, segmenter)
        counts = np.bincount(row, minlength=len(texts)).astype(np.int64, copy=False)
        # Between the messages of the batch, and before the first, stand units that the texts lack.
        before = PADDING * (row + 1)
        starts, stops = starts + before, stops + before
    return WordSpans(_checksums(batch.units, starts, stops), starts, stops, counts)


def _checksums(
    units: npt.NDArray[np.uint16], starts: npt.NDArray[np.int64], stops: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint32]:
    """Return :func:`zlib.crc32` of the bytes of spans of units."""
    lengths = stops - starts
    table = _checksum_table()
    checksums = np.full(starts.size, _ALL_ONES)
    todo = np.flatnonzero(lengths <= _LONGEST_WORD)
    for offset in range(_LONGEST_WORD):
        todo = todo[lengths.take(todo) > offset]
        if not todo.size:
            break
        so_far = checksums.take(todo)
        index = (so_far & np.uint32(0xFFFF)) ^ units.take(starts.take(todo) + offset)
        checksums[todo] = table.take(index) ^ (so_far >> np.uint32(_BITS_PER_UNIT))
    checksums ^= _ALL_ONES
    for word in np.flatnonzero(lengths > _LONGEST_WORD).tolist():
        checksums[word] = crc32(units[starts[word] : stops[word]].astype("<u2").tobytes())
    return checksums


@lru_cache(maxsize=1)
def _checksum_table() -> npt.NDArray[np.uint32]:
    """Return what CRC-32 makes of each unit."""
    table = np.arange(1 << _BITS_PER_UNIT, dtype=np.uint32)
    for _ in range(_BITS_PER_UNIT):
        table = np.where(table & np.uint32(1), table >> np.uint32(1) ^ _POLYNOMIAL, table >> np.uint32(1))
    return table
