"""Short sketches of messages, alike where the messages are made from one template.

What senders change from copy to copy is left out or folded: digits, links,
numbers, masks, Latin letters and signs are gone, characters that sound alike
are one. Of the pairs of neighbouring sounds that remain, a sketch keeps minima under
64 random orders (MinHash, Broder 1997): the share of places at which two
sketches agree estimates the Jaccard similarity of the two sets of runs, with a
standard error of at most .0625.

Runs that everybody writes (退订, 尊敬, 验证) come last in every order, so
they count where a message holds little else, and hardly otherwise. Which these
are is a static table, so that sketches of one run can be held against those of
another (:mod:`spamsms.governance.build_common_runs`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spamsms.index_runs import expand
from spamsms.normalize import NORMALIZER_VERSION
from spamsms.normalize_batch import normalize_batch, split_evenly
from spamsms.tables import characters
from spamsms.tables.codes import CLASS_BOUND, CLASS_HAN, CLASS_LATIN, CLASS_LETTER, CLASS_NUMERAL
from spamsms.unit_codes import scramble, sound_numbers

Array = npt.NDArray[Any]
# Another whenever the same text would give another sketch, which then says nothing to an older one;
# the first part is raised for what is changed here, the second when normalising changes.
SKETCH_VERSION = f"1.{NORMALIZER_VERSION}"
PLACES = 64
RUN = 2
# With fewer Chinese characters, Latin letters count too.
FEW_LETTERS = 8
_CHARACTERS_A_PART = 1 << 18
_PAD = RUN - 1
COMMON_RUNS = Path(__file__).parent / "common_runs.npy"
# Runs are looked up in the table by so many bits of their hash.
COMMON_BITS = 20
# Common runs take the last eighth of every order.
_LAST = np.uint32(0xE0000000)


class Sketches(NamedTuple):
    """Sketches of messages.

    Attributes
    ----------
    values : ndarray of uint16, shape (n_texts, 64)
        Zeros for a message of which nothing is left.
    runs : ndarray of int32, shape (n_texts,)
        How many runs each was drawn from; common ones count only where there are no others.
    """

    values: npt.NDArray[np.uint16]
    runs: npt.NDArray[np.int32]


class _Folded(NamedTuple):
    """Sounds of messages, padded by zeros behind each."""

    sounds: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]


def sketch_messages(texts: Sequence[str], advance: Callable[[int], None] | None = None) -> Sketches:
    """Return a sketch of each message.

    Parameters
    ----------
    texts : sequence of str, length n_texts
    advance : callable, optional
        Told how many more messages are done.

    Returns
    -------
    Sketches
        The same for a message alone or in any batch.
    """
    values = np.zeros((len(texts), PLACES), np.uint16)
    runs = np.zeros(len(texts), np.int32)
    done = 0
    for part in split_evenly(texts, _CHARACTERS_A_PART):
        hashes, filled, firsts = hash_runs(part)
        if filled.size:
            common = _is_common().take(hashes >> np.uint32(32 - COMMON_BITS))
            values[done + filled] = _minima(hashes, firsts, common)
            sizes = np.diff(np.append(firsts, hashes.size))
            rare = np.add.reduceat(~common, firsts, dtype=np.int64)
            runs[done + filled] = np.where(rare > 0, rare, sizes)
        done += len(part)
        if advance is not None:
            advance(len(part))
    return Sketches(values, runs)


def fingerprint(text: str) -> str:
    """Return 12 hexadecimal digits, the same for messages that fold to the same sounds."""
    folded = _fold([text])
    sounds = folded.sounds[: int(folded.lengths[0])]
    return hashlib.sha256(sounds.astype("<u4").tobytes()).hexdigest()[:12]


def agreement(a: Array, b: Array) -> npt.NDArray[np.float64]:
    """Return the share of places at which sketches agree, row by row."""
    same = np.count_nonzero(a == b, axis=-1)
    share: npt.NDArray[np.float64] = same / PLACES
    return share


def _fold(texts: Sequence[str]) -> _Folded:
    batch = normalize_batch(texts)
    units = batch.units
    kinds = characters.classes().take(units)
    kinds[units == 0] = CLASS_BOUND
    row_of = np.repeat(np.arange(len(texts)), np.diff(batch.starts))
    row_of = np.concatenate([np.zeros(int(batch.starts[0]), np.int64), row_of])[: units.size]
    inside = kinds != CLASS_BOUND
    letters = inside & ((kinds == CLASS_NUMERAL) | (kinds == CLASS_HAN) | (kinds == CLASS_LETTER))
    wider = letters | (kinds == CLASS_LATIN)
    kept = letters
    for choice in (wider, inside):
        few = np.bincount(row_of[kept], minlength=len(texts)) < (FEW_LETTERS if choice is wider else 1)
        kept = kept | (choice & few.take(row_of))
    rows = row_of[kept]
    lengths = np.bincount(rows, minlength=len(texts))
    starts = np.cumsum(lengths + _PAD) - lengths - _PAD
    sounds = np.zeros(int(lengths.sum()) + _PAD * len(texts), np.uint32)
    sounds[np.arange(rows.size) + _PAD * rows] = sound_numbers().take(units[kept])
    return _Folded(sounds, starts, lengths)


def hash_runs(
    texts: Sequence[str],
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return a hash of each pair of neighbouring sounds, message by message.

    Parameters
    ----------
    texts : sequence of str, length n_texts

    Returns
    -------
    hashes : ndarray of uint32, shape (n_runs,)
        A message of fewer sounds has one run.
    filled : ndarray of int64, shape (n_filled,)
        The messages that have any.
    firsts : ndarray of int64, shape (n_filled,)
        Where the runs of each of those start.
    """
    folded = _fold(texts)
    filled = np.flatnonzero(folded.lengths)
    sizes = np.maximum(folded.lengths[filled] - _PAD, 1)
    rolled = np.zeros(max(folded.sounds.size - _PAD, 0), np.uint32)
    for step in range(RUN):
        rolled *= np.uint32(0x9E3779B1)
        rolled += scramble(folded.sounds[step : step + rolled.size])
    firsts = np.cumsum(sizes) - sizes
    starts = folded.starts[filled]
    at = expand(starts, starts + sizes)
    return scramble(rolled.take(at)), filled, firsts


def _minima(hashes: Array, firsts: Array, common: Array) -> npt.NDArray[np.uint16]:
    """Return the sketches of the messages of which something is left."""
    last = np.where(common, _LAST, np.uint32(0))
    mixed = np.empty_like(hashes)
    found = np.empty((firsts.size, PLACES), np.uint16)
    for place, (factor, offset) in enumerate(_orders()):
        np.multiply(hashes, factor, out=mixed)
        np.add(mixed, offset, out=mixed)
        np.bitwise_or(mixed, last, out=mixed)
        least = np.minimum.reduceat(mixed, firsts)
        # The upper bits of a minimum are nearly always zero.
        found[:, place] = (least ^ (least >> np.uint32(16))) & np.uint32(0xFFFF)
    return found


@lru_cache(maxsize=1)
def _is_common() -> npt.NDArray[np.bool_]:
    """Return whether runs are common, by the upper bits of their hash."""
    flags = np.zeros(1 << COMMON_BITS, np.bool_)
    flags[np.load(COMMON_RUNS, allow_pickle=False)] = True
    return flags


@lru_cache(maxsize=1)
def _orders() -> list[tuple[np.uint32, np.uint32]]:
    """Return an odd factor and an offset for each place."""
    drawn = scramble(np.arange(1, 2 * PLACES + 1, dtype=np.uint32))
    return [(factor | np.uint32(1), offset) for factor, offset in zip(drawn[::2], drawn[1::2], strict=True)]
