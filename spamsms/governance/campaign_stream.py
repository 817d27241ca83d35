"""Campaigns in a stream of any length, with bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.governance.campaigns import BANDS, lead, needed_similarity
from spamsms.governance.sketches import PLACES, Sketches, agreement, sketch_messages

Array = npt.NDArray[Any]
# More campaigns are not kept at a time; those of one message only, and then the oldest, are forgotten.
MOST_CAMPAIGNS = 40_000


class CampaignStream:
    """Tells the campaign of messages that come part by part.

    A message joins the first leader that it is like; what is like none is
    grouped within its part, and the groups' most typical messages lead from
    then on. So the result depends somewhat on the order of the messages.

    Parameters
    ----------
    most : int, default=MOST_CAMPAIGNS
        Campaigns kept at a time.
    """

    def __init__(self, most: int = MOST_CAMPAIGNS) -> None:
        self._most = most
        self._sketches = np.zeros((0, PLACES), np.uint16)
        self._runs = np.zeros(0, np.int32)
        self._numbers = np.zeros(0, np.int64)
        self._counts = np.zeros(0, np.int64)
        self._bands: list[dict[int, int]] = [{} for _ in range(BANDS)]
        self.n_found = 0
        self.n_forgotten = 0

    def assign(self, texts: Sequence[str]) -> tuple[npt.NDArray[np.int64], dict[int, int]]:
        """Return each message's campaign number, and for each new campaign its leader's row.

        Returns
        -------
        numbers : ndarray of int64, shape (n_texts,)
            -1 for a message of which nothing is left.
        leaders : dict of int to int
        """
        sketches = sketch_messages(texts)
        keys = np.ascontiguousarray(sketches.values).view(np.uint32)
        places = self._known(sketches, keys)
        unknown = np.flatnonzero((places < 0) & (sketches.runs > 0))
        new: dict[int, int] = {}
        if unknown.size:
            rows = lead(Sketches(sketches.values[unknown], sketches.runs[unknown]))
            leaders, inverse = np.unique(rows, return_inverse=True)
            first = self._numbers.size
            self._add(sketches, keys, unknown[leaders])
            places[unknown] = first + inverse
            numbers = self._numbers[first:].tolist()
            new = dict(zip(numbers, unknown[leaders].tolist(), strict=True))
        found = places >= 0
        np.add.at(self._counts, places[found], 1)
        result = np.full(len(texts), -1, np.int64)
        result[found] = self._numbers[places[found]]
        if self._numbers.size > self._most:
            self._forget()
        return result, new

    def kept(self) -> npt.NDArray[np.int64]:
        """Return the numbers of the campaigns that are kept."""
        return self._numbers

    def _known(self, sketches: Sketches, keys: Array) -> npt.NDArray[np.int64]:
        """Return the place of the most similar leader, -1 where none is like a message."""
        size = len(sketches.values)
        best, best_share = np.full(size, -1, np.int64), np.zeros(size)
        for band, known in enumerate(self._bands):
            tried = np.fromiter((known.get(key, -1) for key in keys[:, band].tolist()), np.int64, size)
            rows = np.flatnonzero((tried >= 0) & (tried != best))
            shares = agreement(sketches.values[rows], self._sketches[tried[rows]])
            better = shares > best_share[rows]
            rows, shares = rows[better], shares[better]
            best[rows], best_share[rows] = tried[rows], shares
        rows = np.flatnonzero(best >= 0)
        need = needed_similarity(np.minimum(sketches.runs[rows], self._runs[best[rows]]))
        best[rows[best_share[rows] < need]] = -1
        return best

    def _add(self, sketches: Sketches, keys: Array, rows: Array) -> None:
        start = self._numbers.size
        self._sketches = np.concatenate([self._sketches, sketches.values[rows]])
        self._runs = np.concatenate([self._runs, sketches.runs[rows]])
        self._numbers = np.concatenate([self._numbers, np.arange(self.n_found, self.n_found + rows.size)])
        self._counts = np.concatenate([self._counts, np.zeros(rows.size, np.int64)])
        self.n_found += rows.size
        self._index(keys[rows], start)

    def _index(self, keys: Array, start: int) -> None:
        for band, known in enumerate(self._bands):
            for place, key in enumerate(keys[:, band].tolist(), start):
                known.setdefault(key, place)

    def _forget(self) -> None:
        """Keep half: campaigns of several messages first, of the others the latest."""
        order = np.lexsort((self._numbers, self._counts > 1))
        kept = np.sort(order[-self._most // 2 :])
        self.n_forgotten += self._numbers.size - kept.size
        self._sketches, self._runs = self._sketches[kept], self._runs[kept]
        self._numbers, self._counts = self._numbers[kept], self._counts[kept]
        self._bands = [{} for _ in range(BANDS)]
        self._index(np.ascontiguousarray(self._sketches).view(np.uint32), 0)
