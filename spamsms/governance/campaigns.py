"""Find campaigns: messages that were made from one template.

Messages with equal parts of their sketches (:mod:`spamsms.governance.sketches`)
meet in buckets (locality-sensitive hashing). In each bucket the most typical
message leads, the one that meets most others; a message joins the leader that
it is most like, if it is like enough. Nobody joins by way of a third message,
so unrelated campaigns do not grow together in chains. Leaders that are alike
are joined in the same way in further rounds. Time grows with the number of
messages, times its logarithm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spamsms.governance.sketches import PLACES, Sketches, agreement, fingerprint, sketch_messages

Array = npt.NDArray[Any]
# Jaccard similarity to its leader from which on a message belongs to it; chosen on the development
# half of the mutated messages (benchmarks/campaigns.py).
SIMILARITY = 0.37
# What is as short as this many runs must agree in nearly all of them.
SHORT_RUNS, SHORT_SIMILARITY = 4, 0.5
LONG_RUNS = 14
ROUNDS = 8
# Two places of a sketch a bucket.
BANDS = PLACES // 2
_PAIRS_A_PART = 1 << 16


class Campaigns(NamedTuple):
    """Campaigns, the largest first.

    Attributes
    ----------
    labels : ndarray of int64, shape (n_texts,)
        The campaign of each message; a message without a like one is its own.
    ids : list of str, length n_campaigns
        Stable names: a hash of the leader's folded text, or the id of the
        known campaign that it is like.
    leaders : ndarray of int64, shape (n_campaigns,)
        Row of the most typical message.
    sizes : ndarray of int64, shape (n_campaigns,)
    sketches : ndarray of uint16, shape (n_campaigns, 64)
        Of the leaders; no text can be read back from them.
    runs : ndarray of int32, shape (n_campaigns,)
    """

    labels: npt.NDArray[np.int64]
    ids: list[str]
    leaders: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    sketches: npt.NDArray[np.uint16]
    runs: npt.NDArray[np.int32]


class KnownCampaigns(NamedTuple):
    """Campaigns of an earlier run; see :class:`Campaigns`."""

    ids: list[str]
    sketches: npt.NDArray[np.uint16]
    runs: npt.NDArray[np.int32]


def find_campaigns(
    texts: Sequence[str],
    known: KnownCampaigns | None = None,
    advance: Callable[[int], None] | None = None,
) -> Campaigns:
    """Group messages by the template that they were made from.

    Digits, links, masks, Latin letters, signs and homophones make no
    difference; names and sentences put in between make little.

    Parameters
    ----------
    texts : sequence of str, length n_texts
    known : KnownCampaigns, optional
        Campaigns of an earlier run, whose ids are kept.
    advance : callable, optional
        Told how many more messages are sketched.

    Returns
    -------
    Campaigns

    Examples
    --------
    >>> found = find_campaigns(
    ...     [
    ...         "【优选】双11狂欢，满300减50，戳 a.cn/x1 抢券",
    ...         "您的快递到了，请来取",
    ...         "【优选】双12狂欢,满200减30,戳 b.top/q9 抢卷",
    ...     ]
    ... )
    >>> found.labels.tolist(), found.sizes.tolist()
    ([0, 1, 0], [2, 1])
    """
    sketches = sketch_messages(texts, advance)
    leader_of = lead(sketches)
    leaders, first, inverse, sizes = np.unique(
        leader_of, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -sizes))
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    leaders = leaders[order]
    values, runs = sketches.values[leaders], sketches.runs[leaders]
    ids = [fingerprint(texts[row]) for row in leaders.tolist()]
    ids = _unique_ids(_inherit(ids, values, runs, known) if known else ids)
    return Campaigns(place[inverse], ids, leaders, sizes[order], values, runs)


def needed_similarity(runs: Array) -> npt.NDArray[np.float64]:
    """Return how alike messages of so many runs must be to belong together.

    Parameters
    ----------
    runs : ndarray of int
        The smaller number of runs of each two.
    """
    slope = (np.minimum(runs, LONG_RUNS) - SHORT_RUNS) / (LONG_RUNS - SHORT_RUNS)
    need: npt.NDArray[np.float64] = SHORT_SIMILARITY - (SHORT_SIMILARITY - SIMILARITY) * np.maximum(slope, 0)
    return need


def lead(sketches: Sketches) -> npt.NDArray[np.int64]:
    """Return the row of the leader of each message; see the module."""
    _, first, inverse, counts = np.unique(
        _hash_rows(sketches), return_index=True, return_inverse=True, return_counts=True
    )
    values, runs = sketches.values[first], sketches.runs[first]
    order = np.lexsort((first, -_typicality(values, counts)))
    position = np.empty_like(order)
    position[order] = np.arange(order.size)
    roots = _Leading(values[order], runs[order]).roots()
    rows: npt.NDArray[np.int64] = first[order][roots][position[inverse]]
    return rows


def _hash_rows(sketches: Sketches) -> npt.NDArray[np.uint64]:
    """Return a hash of each sketch."""
    parts = sketches.values.view(np.uint64)
    found = sketches.runs.astype(np.uint64)
    for column in range(parts.shape[1]):
        found = (found ^ parts[:, column]) * np.uint64(0x9E3779B97F4A7C15)
        found ^= found >> np.uint64(29)
    return found


def _typicality(values: Array, counts: Array) -> npt.NDArray[np.float64]:
    """Return how many messages each meets in its buckets, on a logarithmic scale."""
    keys = values.view(np.uint32)
    total = np.zeros(len(values))
    for band in range(BANDS):
        _, inverse = np.unique(keys[:, band], return_inverse=True)
        total += np.log2(np.bincount(inverse, weights=counts)).take(inverse)
    return total


class _Leading:
    """Messages, the most typical first, each of which finds its leader among those before it."""

    def __init__(self, values: Array, runs: Array) -> None:
        self._values, self._runs = values, runs
        self._keys = values.view(np.uint32)
        self._leader = np.arange(len(values))

    def roots(self) -> npt.NDArray[np.int64]:
        """Return the leader of each."""
        # Of what nothing is left, nothing can be said; it is equal to itself alone.
        active = np.flatnonzero(self._runs > 0)
        for _ in range(ROUNDS):
            joined = self._join(active)
            if not joined.any():
                break
            active = active[~joined]
        leader = self._leader
        while True:
            further = leader[leader]
            if np.array_equal(further, leader):
                return leader
            leader = further

    def _join(self, active: Array) -> npt.NDArray[np.bool_]:
        """Let each join the best leader of its buckets; return which did."""
        best = self._best_heads(active)
        # A head that itself follows another cannot lead; try the head's head instead.
        chosen = best.copy()
        while True:
            further = best[chosen]
            if np.array_equal(further, chosen):
                break
            chosen = further
        movers = np.flatnonzero(chosen != np.arange(active.size))
        alike = self._alike(active[movers], active[chosen[movers]])
        joined = np.zeros(active.size, np.bool_)
        joined[movers[alike]] = True
        # Whoever a mover joins stays where it is.
        self._leader[active[joined]] = active[chosen[joined]]
        return joined

    def _best_heads(self, active: Array) -> npt.NDArray[np.int64]:
        """Return the position among `active` of the most similar head, its own where none is like it."""
        own = np.arange(active.size)
        best, best_share = own.copy(), np.zeros(active.size)
        for band in range(BANDS):
            keys = self._keys[active, band]
            order = np.argsort(keys, kind="stable")
            ordered = keys[order]
            new = np.append(np.ones(min(ordered.size, 1), np.bool_), ordered[1:] != ordered[:-1])
            head = np.empty_like(order)
            head[order] = order[np.flatnonzero(new)[np.cumsum(new) - 1]]
            tried = np.flatnonzero((head != own) & (head != best))
            share = self._shares(active[tried], active[head[tried]])
            better = share > best_share[tried]
            tried, share = tried[better], share[better]
            best[tried], best_share[tried] = head[tried], share
        alike = self._alike(active, active[best], best_share)
        return np.where(alike, best, own)

    def _shares(self, a: Array, b: Array) -> npt.NDArray[np.float64]:
        shares = np.empty(a.size)
        for start in range(0, a.size, _PAIRS_A_PART):
            part = slice(start, start + _PAIRS_A_PART)
            shares[part] = agreement(self._values[a[part]], self._values[b[part]])
        return shares

    def _alike(self, a: Array, b: Array, shares: Array | None = None) -> npt.NDArray[np.bool_]:
        need = needed_similarity(np.minimum(self._runs[a], self._runs[b]))
        found: npt.NDArray[np.bool_] = (self._shares(a, b) if shares is None else shares) >= need
        return found


def _inherit(ids: list[str], values: Array, runs: Array, known: KnownCampaigns) -> list[str]:
    """Return the ids, those of known campaigns where a campaign is like one."""
    if not known.ids:
        return ids
    by_key: dict[tuple[int, int], int] = {}
    for row, keys in enumerate(np.ascontiguousarray(known.sketches).view(np.uint32).tolist()):
        for band, key in enumerate(keys):
            by_key.setdefault((band, key), row)
    taken: set[str] = set()
    inherited = list(ids)
    for row, keys in enumerate(np.ascontiguousarray(values).view(np.uint32).tolist()):
        rows = sorted({by_key[pair] for pair in enumerate(keys) if pair in by_key})
        if not rows or not runs[row]:
            continue
        shares = agreement(known.sketches[rows], values[row])
        best = int(shares.argmax())
        old = rows[best]
        if shares[best] >= needed_similarity(np.array([min(runs[row], known.runs[old])]))[0]:
            if known.ids[old] not in taken:
                inherited[row] = known.ids[old]
            taken.add(known.ids[old])
    return inherited


def _unique_ids(ids: list[str]) -> list[str]:
    """Return the ids, a number behind those that occur again."""
    times: dict[str, int] = {}
    unique = []
    for name in ids:
        times[name] = times.get(name, 0) + 1
        unique.append(name if times[name] == 1 else f"{name}-{times[name]}")
    return unique
