"""Find messages that are the same, and messages made from the same template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.normalize import normalize_text
from spamsms.shingles import PRIME, shingle_hashes

Array = npt.NDArray[Any]
SHINGLE = 4
SIMILARITY = 0.6
# 20 bands of 3: two messages of similarity .6 meet in at least one band 99 times of 100.
BANDS, ROWS = 20, 3
RUN = 12


class DisjointSets:
    """Union-find; the smallest member stands for its set."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def find(self, item: int) -> int:
        """Return what stands for an item's set."""
        root = item
        while self._parent[root] != root:
            root = self._parent[root]
        while self._parent[item] != root:
            self._parent[item], item = root, self._parent[item]
        return root

    def join(self, a: int, b: int) -> None:
        """Make the sets of two items one."""
        a, b = self.find(a), self.find(b)
        self._parent[max(a, b)] = min(a, b)

    def roots(self) -> npt.NDArray[np.int64]:
        """Return what stands for each item's set."""
        return np.array([self.find(item) for item in range(len(self._parent))], np.int64)


def near_duplicate_groups(
    texts: Sequence[str], known_groups: Sequence[str | None] | None = None, similarity: float = SIMILARITY
) -> npt.NDArray[np.int64]:
    """Return a group number for each message; messages of one template share it.

    Two messages are joined when their sets of four-character runs overlap by
    `similarity` (Jaccard) or more, in chains, and when a known group joins them.

    Parameters
    ----------
    texts : sequence of str, length n_texts
    known_groups : sequence of str or None, length n_texts, optional
        Groups known beforehand; None or "" for a message without one.
    similarity : float, default=0.6

    Returns
    -------
    ndarray of int64, shape (n_texts,)
        Index of the first message of the group.
    """
    sets = DisjointSets(len(texts))
    first_of: dict[str, int] = {}
    for row, group in enumerate(known_groups or ()):
        if group:
            sets.join(row, first_of.setdefault(group, row))
    hashes, starts = shingle_hashes(texts, SHINGLE)
    filled = np.flatnonzero(np.diff(starts) > 0)
    shingles = [np.unique(hashes[starts[row] : starts[row + 1]]) for row in range(len(texts))]
    for band in range(BANDS if filled.size else 0):
        keys = _band_keys(hashes, starts[filled], band)
        order = np.argsort(keys, kind="stable")
        same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
        for slot in same.tolist():
            a, b = int(filled[order[slot]]), int(filled[order[slot + 1]])
            if sets.find(a) != sets.find(b) and _jaccard(shingles[a], shingles[b]) >= similarity:
                sets.join(a, b)
    return sets.roots()


def template_groups(
    texts: Sequence[str], known_groups: Sequence[str | None] | None = None
) -> npt.NDArray[np.int64]:
    """Return groups as :func:`near_duplicate_groups` does, with messages that normalise alike joined too.

    Messages too short to have runs of characters are joined only where they are the same.
    """
    sets = DisjointSets(len(texts))
    first_of: dict[str, int] = {}
    groups = near_duplicate_groups(texts, known_groups)
    for row, (text, group) in enumerate(zip(texts, groups.tolist(), strict=True)):
        sets.join(row, group)
        sets.join(row, first_of.setdefault(normalize_text(text), row))
    return sets.roots()


def _band_keys(hashes: Array, starts: Array, band: int) -> npt.NDArray[np.uint64]:
    """Return the combined minhashes of one band for each message that has runs."""
    key = np.zeros(starts.size, np.uint64)
    for row in range(ROWS):
        salt = np.uint64((2 * (band * ROWS + row) + 1) * int(PRIME) % (1 << 64))
        mixed = (hashes ^ salt) * np.uint64(0xD6E8FEB86659FD93)
        mixed ^= mixed >> np.uint64(32)
        key = key * PRIME + np.minimum.reduceat(mixed, starts)
    return key


def _jaccard(a: Array, b: Array) -> float:
    shared = np.intersect1d(a, b, assume_unique=True).size
    return shared / (a.size + b.size - shared)


def share_seen(texts: Sequence[str], training_texts: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return the share of each message's 12-character runs that also stand in training texts.

    A group split lets rows through that repeat most of a training message;
    figures leave out those of a half or more.

    Returns
    -------
    ndarray of shape (n_texts,)
        0 for a message that is shorter than a run.
    """
    known = np.unique(shingle_hashes(training_texts, RUN)[0])
    hashes, starts = shingle_hashes(texts, RUN)
    seen = np.isin(hashes, known).astype(np.int64)
    cumulated = np.append(0, np.cumsum(seen))
    sizes = np.diff(starts)
    share: npt.NDArray[np.float64] = (cumulated[starts[1:]] - cumulated[starts[:-1]]) / np.maximum(sizes, 1)
    return share
