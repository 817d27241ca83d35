"""Indices of many runs at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def expand(starts: npt.NDArray[Any], ends: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return every index of some runs, one run behind the other.

    Parameters
    ----------
    starts, ends : ndarray of int64, shape (n_runs,)
        A run's first index, and the one behind its last.
    """
    lengths = ends - starts
    first = np.cumsum(lengths) - lengths
    index: npt.NDArray[np.int64] = np.arange(int(lengths.sum())) + np.repeat(starts - first, lengths)
    return index
