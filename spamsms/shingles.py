"""Hashes of runs of characters, and a key that messages of one template mostly share."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.index_runs import expand
from spamsms.message_units import PADDING
from spamsms.normalize import normalize_text
from spamsms.normalize_batch import normalize_batch, split_evenly

Array = npt.NDArray[Any]
KEY_SHINGLE = 4
_CHARACTERS_A_PART = 1 << 20
PRIME = np.uint64(0x9E3779B97F4A7C15)


def shingle_hashes(texts: Sequence[str], length: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Return a hash of each run of so many normalised characters.

    Returns
    -------
    hashes : ndarray of uint64
        Message by message; one that is shorter than a run has none.
    starts : ndarray of int64, shape (n_texts + 1,)
    """
    hashes, counts = [], []
    for part in split_evenly(texts, _CHARACTERS_A_PART):
        batch = normalize_batch(part)
        units = batch.units.astype(np.uint64)
        rolled = np.zeros(max(units.size - length + 1, 0), np.uint64)
        for step in range(length):
            rolled = rolled * PRIME + units[step : step + rolled.size] + np.uint64(1)
        rolled ^= rolled >> np.uint64(29)
        rolled *= np.uint64(0xBF58476D1CE4E5B9)
        rolled ^= rolled >> np.uint64(32)
        sizes = np.maximum(np.diff(batch.starts) - PADDING - length + 1, 0)
        starts = batch.starts[:-1]
        hashes.append(rolled[expand(starts, starts + sizes)])
        counts.append(sizes)
    sizes = np.concatenate(counts) if counts else np.zeros(0, np.int64)
    flat = np.concatenate(hashes) if hashes else np.zeros(0, np.uint64)
    return flat, np.append(0, np.cumsum(sizes))


def template_keys(texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Return a number for each message, the same for one message and mostly for its near-duplicates.

    The least hash of its runs of `KEY_SHINGLE` characters (Broder 1997): two
    messages share it as often as they share runs. A shorter message has a hash
    of the whole.

    Parameters
    ----------
    texts : sequence of str, length n_texts

    Returns
    -------
    ndarray of uint64, shape (n_texts,)
        Spread evenly over all numbers of 64 bits by a last mixing.
    """
    hashes, starts = shingle_hashes(texts, KEY_SHINGLE)
    keys = np.zeros(len(texts), np.uint64)
    long = np.flatnonzero(np.diff(starts))
    if long.size:
        keys[long] = np.minimum.reduceat(hashes, starts[long])
    for row in np.flatnonzero(np.diff(starts) == 0).tolist():
        text = normalize_text(texts[row]).encode("utf-8", "surrogatepass")
        keys[row] = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")
    # The least of many is small.
    keys ^= keys >> np.uint64(33)
    keys *= np.uint64(0xFF51AFD7ED558CCD)
    return keys ^ (keys >> np.uint64(33))
