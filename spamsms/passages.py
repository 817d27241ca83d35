"""The most spam-like passage of each message, found in cumulated sums of its positions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.index_runs import expand
from spamsms.kinds import PASSAGE

Array = npt.NDArray[Any]


def sums_of_windows(running: Array) -> Array:
    """Return the sum of the `PASSAGE` neighbours that start at each position."""
    windows: Array = running[PASSAGE:] - running[:-PASSAGE]
    return windows


def best_passages(windows: Array, firsts: Array, lengths: Array, totals: Array) -> npt.NDArray[np.int64]:
    """Return the largest window of each message; its total where it is shorter."""
    best: npt.NDArray[np.int64] = totals.copy()
    long = (lengths > PASSAGE).nonzero()[0]
    if long.size:
        stretches = np.empty((long.size, 2), np.int64)
        firsts.take(long, out=stretches[:, 0])
        np.add(stretches[:, 0], lengths.take(long) - (PASSAGE - 1), out=stretches[:, 1])
        best[long] = np.maximum.reduceat(windows, stretches.ravel())[::2]
    return best


def find_passages(windows: Array, firsts: Array, lengths: Array, best: Array) -> npt.NDArray[np.int64]:
    """Return where the first best passage of each message starts; -1 where it is no longer than one."""
    found = np.full(firsts.size, -1)
    long = (lengths > PASSAGE).nonzero()[0]
    if long.size:
        starts, counts = firsts.take(long), lengths.take(long) - (PASSAGE - 1)
        row_of = np.repeat(np.arange(long.size), counts)
        places = expand(starts, starts + counts)
        hits = (windows.take(places) == best.take(long).take(row_of)).nonzero()[0]
        first_hits = np.diff(row_of.take(hits), prepend=-1).nonzero()[0]
        found[long] = places.take(hits.take(first_hits))
    return found


def best_passage(running: npt.NDArray[np.int64]) -> tuple[int, int]:
    """Return where the first passage of the largest sum starts in one message, and that sum.

    Parameters
    ----------
    running : ndarray of int64, shape (n_positions,)
        Cumulated sums of more than `PASSAGE` positions.
    """
    later = running[PASSAGE:] - running[:-PASSAGE]
    start = int(later.argmax())
    first, best = running.item(PASSAGE - 1), later.item(start)
    return (0, first) if first >= best else (start + 1, best)
