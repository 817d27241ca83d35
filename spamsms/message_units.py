"""A normalised message as an array of 16-bit units between its boundaries."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# Zeros before and behind each message, as many as the longest n-gram reaches over a boundary.
PADDING = 2
_PAD = "\0" * PADDING


def padded_units(text: str) -> npt.NDArray[np.int64]:
    """Return the units of one message between its boundaries, shape (n_units + 2 * PADDING,).

    As numbers of the size by which NumPy looks things up fastest.
    """
    encoded = f"{_PAD}{text}{_PAD}".encode("utf-16-le", "surrogatepass")
    return np.frombuffer(encoded, np.uint16).astype(np.int64)
