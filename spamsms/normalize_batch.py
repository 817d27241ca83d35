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
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spamsms.message_units import PADDING
from spamsms.normalize_pieces import join_pieces_of_batch
from spamsms.tables import characters
from spamsms.tables.codes import CLASS_BOUND, CLASS_DROP
from spamsms.validation import check_text

Array = npt.NDArray[Any]
_GAP = "\0" * PADDING
# Looked up at a time, so that the texts and what becomes of them stay in the processor's cache.
_TEXTS_A_BLOCK = 1024


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
    # Few messages are scored without these: a process that judges one need not import them.
    from spamsms.normalize_marks import find_marks
    from spamsms.normalize_rules import apply_rules

    points, units, kinds = _lay_out(texts)
    marks = find_marks(units, kinds)
    positions = apply_rules(marks, points, offsets).nonzero()[0]
    kept = units.take(positions)
    stops = None
    if offsets:
        stops = np.arange(1, units.size + 1)
        stops[marks.at] = marks.stops
        stops = stops[positions]
    joined = join_pieces_of_batch(kept)
    if joined is not None:
        stays = np.ones(kept.size, np.bool_)
        stays[joined.gone] = False
        kept = kept[stays]
        if stops is not None:
            stops[joined.places] = stops[joined.lasts]
            positions, stops = positions[stays], stops[stays]
    starts = (kept == 0).nonzero()[0][1::PADDING] + 1
    return NormalizedBatch(kept, starts, positions if offsets else None, stops)


def _lay_out(
    texts: Sequence[str],
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint16], npt.NDArray[np.uint8]]:
    """Return the code point, the canonical unit and the class of every character and boundary."""
    blocks = [_look_up(_GAP)]
    for start in range(0, len(texts), _TEXTS_A_BLOCK):
        blocks.append(_look_up(_GAP.join([*texts[start : start + _TEXTS_A_BLOCK], ""])))
    points, units, kinds = map(np.concatenate, zip(*blocks, strict=True))
    if np.count_nonzero(kinds == CLASS_BOUND) != PADDING * (len(texts) + 1):
        # A text holds what parts messages here.
        kinds[points == 0] = CLASS_DROP
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        ends = np.cumsum(np.append(PADDING, lengths + PADDING))
        kinds[ends - 1] = kinds[ends - 2] = CLASS_BOUND
    return points, units, kinds


def _look_up(joined: str) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint16], npt.NDArray[np.uint8]]:
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    index = points.astype(np.int64)
    # What lies above the tables is looked up on its own below.
    units = characters.canonical().take(index, mode="clip")
    kinds = _classes_of_characters().take(index, mode="clip")
    if int(np.maximum.reduce(points)) > characters.TOP_OF_BMP:
        high = (points > characters.TOP_OF_BMP).nonzero()[0]
        units[high] = characters.full_canonical().take(index.take(high))
        kinds[high] = characters.classes().take(units.take(high))
    return points, units, kinds


@lru_cache(maxsize=1)
def _classes_of_characters() -> npt.NDArray[np.uint8]:
    """Return the class of what each character up to U+FFFF becomes; zero is the boundary."""
    classes = characters.classes().take(characters.canonical())
    classes[0] = CLASS_BOUND
    return classes


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
            # Not all lengths at once: texts looked at now are still in the processor's cache when scored.
            ends = np.cumsum(np.fromiter(map(len, texts[stop : stop + _TEXTS_A_BLOCK]), np.int64))
            fitting = int(ends.searchsorted(room, side="right"))
            stop += fitting
            if fitting < ends.size:
                break
            room -= int(ends[-1])
        stop = max(stop, start + 1)
        yield texts[start:stop]
        start = stop
