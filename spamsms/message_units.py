"""A normalised message as an array of 16-bit units between its boundaries."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# Zeros before and behind each message, as many as the longest n-gram reaches over a boundary.
PADDING = 2
# Looked up at a time, so that what they go through stays in the processor's cache.
UNITS_AT_ONCE = 1 << 15
_PAD = bytes(2 * PADDING)
# Made once: NumPy looks a type up each time it is named.
_UNIT, _INDEX = np.dtype("<u2"), np.dtype(np.int64)


def padded_units(text: str) -> npt.NDArray[np.int64]:
    """Return the units of one message between its boundaries, shape (n_units + 2 * PADDING,).

    As numbers of the size by which NumPy looks things up fastest.
    """
    encoded = _PAD + text.encode("utf-16-le", "surrogatepass") + _PAD
    return np.frombuffer(encoded, _UNIT).astype(_INDEX)
