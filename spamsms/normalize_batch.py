"""Normalise a whole batch of messages in NumPy.

The messages are laid one behind the other in one array of code units, two
boundary units before, between and behind them, and every rule
(:mod:`spamsms.normalize_rules`) runs over all of them at once. The rules are
those of :mod:`spamsms.normalize`; the tests hold the two against each other on
arbitrary text.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from spamsms.joined_texts import JoinedTexts, joined_text
from spamsms.message_units import PADDING, UNITS_AT_ONCE
from spamsms.normalize_pieces import join_pieces_of_batch
from spamsms.tables import characters
from spamsms.tables.codes import CLASS_BOUND, CLASS_DROP
from spamsms.validation import check_text

Array = npt.NDArray[Any]
Scalar = TypeVar("Scalar", bound=np.generic)
# Counted at a time, so that the texts counted last are still in the processor's cache when looked up.
_TEXTS_A_BLOCK = 1024
_CLASS_SHIFT = np.uint32(16)
# Of the table of all usual characters, and of the one that holds emoji too.
_BMP_SIZE, _EMOJI_SIZE = characters.TOP_OF_BMP + 1, 0x20000
# What is between so few places is copied as a whole.
_FEW = 100


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


def normalize_batch(texts: Sequence[str] | JoinedTexts, *, offsets: bool = False) -> NormalizedBatch:
    """Normalise messages at once.

    Parameters
    ----------
    texts : sequence of str, or JoinedTexts
        The messages; any string will do, lone surrogates included.
    offsets : bool, default=False
        Also say where each unit stands in the original.

    Returns
    -------
    NormalizedBatch
    """
    # Few messages are scored without these: a process that judges one need not import them.
    from spamsms.normalize_marks import find_marks
    from spamsms.normalize_rules import apply_rules

    joined = texts.text if isinstance(texts, JoinedTexts) else joined_text(texts)
    units, kinds = _look_up(joined)
    if not isinstance(texts, JoinedTexts):
        _set_bounds(kinds, texts)
    marks = find_marks(units, kinds)
    keep = apply_rules(marks, joined, offsets)
    kept = _take_where(units, keep)
    positions = stops = None
    if offsets:
        positions = keep.nonzero()[0]
        stops = np.arange(1, units.size + 1)
        stops[marks.at] = marks.stops
        stops = stops[positions]
    bounds = (kept == 0).nonzero()[0]
    pieces = join_pieces_of_batch(kept, bounds)
    if pieces is not None:
        kept = _without(kept, pieces.gone)
        bounds -= np.bincount(bounds.searchsorted(pieces.gone), minlength=bounds.size).cumsum()
        if positions is not None and stops is not None:
            stops[pieces.places] = stops[pieces.lasts]
            positions, stops = _without(positions, pieces.gone), _without(stops, pieces.gone)
    starts = bounds[1::PADDING] + 1
    return NormalizedBatch(kept, starts, positions, stops)


def _look_up(joined: str) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.uint8]]:
    """Return the canonical unit and the class of every character and boundary."""
    units, kinds = np.empty(len(joined), np.uint16), np.empty(len(joined), np.uint8)
    room = min(len(joined), UNITS_AT_ONCE)
    index, codes = np.empty(room, np.int64), np.empty(room, np.uint32)
    above: list[tuple[Array, Array]] = []
    for start in range(0, len(joined), UNITS_AT_ONCE):
        part = slice(start, start + UNITS_AT_ONCE)
        # Faster than to encode them, lone surrogates above all.
        points = np.array([joined[part]]).view(np.uint32)
        places, found = index[: points.size], codes[: points.size]
        np.copyto(places, points)
        top = int(np.maximum.reduce(points))
        size = _BMP_SIZE if top < _BMP_SIZE else _EMOJI_SIZE
        # What lies above the table is looked up on its own below.
        _units_and_classes(size).take(places, out=found, mode="wrap")
        if top >= size:
            high = (points >= size).nonzero()[0]
            above.append((high + start, points.take(high)))
        np.copyto(units[part], found, casting="unsafe")
        np.right_shift(found, _CLASS_SHIFT, out=found)
        np.copyto(kinds[part], found, casting="unsafe")
    if above:
        at, points = map(np.concatenate, zip(*above, strict=True))
        units[at] = characters.full_canonical().take(points)
        kinds[at] = characters.classes().take(units.take(at))
    return units, kinds


def _set_bounds(kinds: npt.NDArray[np.uint8], texts: Sequence[str]) -> None:
    """Let only what parts messages be boundaries, where a text holds zeros of its own."""
    if np.count_nonzero(kinds == CLASS_BOUND) == PADDING * (len(texts) + 1):
        return
    kinds[kinds == CLASS_BOUND] = CLASS_DROP
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    ends = np.cumsum(np.append(PADDING, lengths + PADDING))
    kinds[ends - 1] = kinds[ends - 2] = CLASS_BOUND


def _take_where(units: npt.NDArray[np.uint16], keep: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint16]:
    """Return the units that stay."""
    kept, stop = np.empty(np.count_nonzero(keep), np.uint16), 0
    for start in range(0, units.size, UNITS_AT_ONCE):
        places = keep[start : start + UNITS_AT_ONCE].nonzero()[0]
        taken = kept[stop : stop + places.size]
        # No place is outside: "wrap" is but the mode that checks them fastest.
        units[start : start + UNITS_AT_ONCE].take(places, out=taken, mode="wrap")
        stop += places.size
    return kept


def _without(values: npt.NDArray[Scalar], gone: npt.NDArray[np.int64]) -> npt.NDArray[Scalar]:
    """Return all values but those at some places, ascending and at least one."""
    if gone.size > _FEW:
        stays = np.ones(values.size, np.bool_)
        stays[gone] = False
        return values[stays]
    first, *others = np.split(values, gone)
    return np.concatenate([first, *(part[1:] for part in others)])


@lru_cache(maxsize=2)
def _units_and_classes(size: int) -> npt.NDArray[np.uint32]:
    """Return the unit that each of the first characters becomes, the class in the bits above it.

    Zero is the boundary.
    """
    units = characters.canonical() if size == _BMP_SIZE else characters.full_canonical()[:size]
    classes = characters.classes().take(units).astype(np.uint32)
    classes[0] = CLASS_BOUND
    return classes << _CLASS_SHIFT | units


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
    batch = normalize_batch([check_text(text)], offsets=True)
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


def split_evenly(texts: Sequence[str], characters_a_part: int) -> Iterator[Sequence[str]]:
    """Cut a batch into parts of about so many characters, at least one message a part."""
    start = 0
    while start < len(texts):
        stop, room = start, characters_a_part
        while stop < len(texts):
            block = texts[stop : stop + _TEXTS_A_BLOCK]
            size = sum(map(len, block))
            if size > room:
                ends = np.cumsum(np.fromiter(map(len, block), np.int64))
                stop += int(ends.searchsorted(room, side="right"))
                break
            stop += len(block)
            room -= size
        stop = max(stop, start + 1)
        yield texts[start:stop]
        start = stop
