"""Normalise a whole batch of messages in NumPy.

The messages are laid one behind the other in one array of code units, two
boundary units before, between and behind them, and every rule
(:mod:`spamsms.normalize_rules`) runs over all of them at once. The rules are
those of :mod:`spamsms.normalize`; the tests hold the two against each other on
arbitrary text.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spamsms.errors import InputError
from spamsms.normalize_marks import find_marks
from spamsms.normalize_rules import apply_rules
from spamsms.tables import characters
from spamsms.tables.codes import CLASS_BOUND, CLASS_DROP

Array = npt.NDArray[Any]
PADDING = 2
_GAP = "\0" * PADDING


class NormalizedBatch(NamedTuple):
    """Normalised messages, one behind the other.

    Attributes
    ----------
    units : ndarray of uint16, shape (n_units,)
        Canonical units; two zeros before, between and behind the messages.
    starts : ndarray of int64, shape (n_texts + 1,)
        Where each message's units start; message ``i`` is
        ``units[starts[i] : starts[i + 1] - 2]``.
    positions, stops : ndarray of int64, shape (n_units,), or None
        Index of each unit's first character in the joined text, and the index
        behind its last; only where offsets were asked for.
    """

    units: npt.NDArray[np.uint16]
    starts: npt.NDArray[np.int64]
    positions: npt.NDArray[np.int64] | None = None
    stops: npt.NDArray[np.int64] | None = None


def normalize_batch(texts: Sequence[str], *, offsets: bool = False) -> NormalizedBatch:
    """Normalise messages at once.

    Parameters
    ----------
    texts : sequence of str
        The messages; any string will do, lone surrogates included.
    offsets : bool, default=False
        Also say where each unit stands in the original.

    Returns
    -------
    NormalizedBatch
    """
    points, units, kinds = _lay_out(texts, offsets)
    marks = find_marks(units, kinds)
    positions = apply_rules(marks, points, offsets).nonzero()[0]
    kept = units.take(positions)
    starts = (kept == 0).nonzero()[0][1::PADDING] + 1
    if not offsets:
        return NormalizedBatch(kept, starts)
    stops = np.arange(1, units.size + 1)
    stops[marks.at] = marks.stops
    return NormalizedBatch(kept, starts, positions, stops[positions])


def _lay_out(
    texts: Sequence[str], offsets: bool
) -> tuple[Array, npt.NDArray[np.uint16], npt.NDArray[np.uint8]]:
    """Return the characters of all texts with boundaries, and the canonical unit and class of each.

    A surrogate pair is two characters here, the second of which vanishes,
    unless offsets are asked for.
    """
    joined = _GAP.join(["", *texts, ""]) if texts else _GAP
    points: Array = np.frombuffer(joined.encode("utf-16-le", "surrogatepass"), np.uint16)
    high = np.zeros(0, np.int64)
    if points.size != len(joined):
        high = (points & 0xFC00 == 0xD800).nonzero()[0]
        high = high.take((points.take(high + 1) & 0xFC00 == 0xDC00).nonzero()[0])
    n_bounds = points.size - np.count_nonzero(points)
    # Lone surrogates side by side look like a pair, and a text may hold what parts messages here.
    is_plain = points.size - high.size == len(joined) and n_bounds == PADDING * (len(texts) + 1)
    if not is_plain or (offsets and high.size):
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        units = characters.full_canonical().take(points)
        kinds = characters.classes().take(units)
        bounds = _bounds_by_length(texts)
        units[bounds], kinds[bounds] = 0, CLASS_BOUND
        return points, units, kinds
    index = points.astype(np.int64)
    units, kinds = characters.canonical().take(index), _classes_of_units().take(index)
    if high.size:
        astral = (index.take(high) - 0xD800 << 10) + index.take(high + 1) - 0xDC00 + 0x10000
        units[high] = characters.full_canonical().take(astral)
        kinds[high] = characters.classes().take(units.take(high))
        units[high + 1], kinds[high + 1] = 0, CLASS_DROP
    return points, units, kinds


@lru_cache(maxsize=1)
def _classes_of_units() -> npt.NDArray[np.uint8]:
    """Return the class of what each code unit becomes; zero is the boundary."""
    classes = characters.classes().take(characters.canonical())
    classes[0] = CLASS_BOUND
    return classes


def _bounds_by_length(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    bounds = np.empty(PADDING * (lengths.size + 1), np.int64)
    bounds[0] = 0
    np.cumsum(lengths + PADDING, out=bounds[PADDING::PADDING])
    bounds[1::PADDING] = bounds[::PADDING] + 1
    return bounds


def normalize_with_offsets(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return the canonical form and, for each of its characters, its span in the original.

    Parameters
    ----------
    text : str
        Any string.

    Returns
    -------
    normalized : str
        As :func:`spamsms.normalize_text` gives it.
    spans : list of (int, int)
        Start and end, in characters of `text`, of what each character of
        `normalized` stands for; ascending and without overlap.

    Raises
    ------
    InputError
        If `text` is not a string.
    """
    if not isinstance(text, str):
        raise InputError(f"text must be a str, not {type(text).__name__}; decode or convert it first")
    batch = normalize_batch([text], offsets=True)
    inner = slice(int(batch.starts[0]), int(batch.starts[1]) - PADDING)
    assert batch.positions is not None
    assert batch.stops is not None
    starts = (batch.positions[inner] - PADDING).tolist()
    stops = (batch.stops[inner] - PADDING).tolist()
    return decode_batch(batch)[0], list(zip(starts, stops, strict=True))


def decode_batch(batch: NormalizedBatch) -> list[str]:
    """Return the normalised messages as strings."""
    whole = batch.units.tobytes().decode("utf-16-le", "surrogatepass")
    starts = batch.starts.tolist()
    return [whole[start : stop - PADDING] for start, stop in itertools.pairwise(starts)]


def message_offsets(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return where each text starts in the joined text that ``positions`` counts in."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    return np.cumsum(lengths + PADDING) - lengths


def split_evenly(texts: Sequence[str], characters_a_part: int) -> list[Sequence[str]]:
    """Cut a batch into parts of about so many characters, at least one message a part."""
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    parts: list[Sequence[str]] = []
    start = 0
    while start < len(texts):
        base = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, base + characters_a_part, side="right")))
        parts.append(texts[start:stop])
        start = stop
    return parts
