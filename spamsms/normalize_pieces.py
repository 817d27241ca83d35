"""The last rules of :mod:`spamsms.normalize`: put together what was taken apart.

Single Latin letters between Chinese characters go where a message has several
(``优a惠b券``): one alone means something (``加V信``, ``A座``). Then a character that
is written as its two parts (``亻言``) becomes one again.

Both forms, for one text and for a batch, give the same result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spamsms.index_runs import expand
from spamsms.message_units import UNITS_AT_ONCE, padded_units
from spamsms.tables import characters
from spamsms.tables.codes import CLASS_HAN, CLASS_NUMERAL
from spamsms.tables.gb2312 import is_common

Array = npt.NDArray[Any]
# So many single letters between Chinese characters are no words any more.
FEWEST_STRAY_LETTERS = 3
# Of parts that can come first, so that most neighbours that are no pair are told apart by a bit each.
_GROUPS = 8
# What a stray letter is at least. What looks behind comes last: other characters are passed over faster.
_LONE_LETTER = re.compile("[a-z](?<=[^a-z][a-z])(?=[^a-z])")


def join_pieces(text: str) -> str:
    """Return a normalised text with its pieces put together."""
    return _join_text(text)[0]


def joined_units(text: str) -> npt.NDArray[np.int64]:
    """Return :func:`padded_units` of what :func:`join_pieces` makes of a normalised text."""
    return _join_text(text)[1]


def _join_text(text: str) -> tuple[str, npt.NDArray[np.int64]]:
    if len(_LONE_LETTER.findall(text)) >= FEWEST_STRAY_LETTERS:
        letters = _stray_letter()
        if len(letters.findall(text)) >= FEWEST_STRAY_LETTERS:
            text = letters.sub("", text)
    units = padded_units(text)
    while _holds_pair(units):
        # What was joined may be a part in turn.
        text = _pair().sub(_whole, text)
        units = padded_units(text)
    return text, units


def _holds_pair(units: npt.NDArray[np.int64]) -> bool:
    # To make the expression that finds pairs takes long, and hardly any message has one.
    places, table = _pair_tables()
    flat = places.take(units, 0).ravel()
    wholes = table.take(flat[:-2:2] + flat[3::2])
    return bool(wholes.item(wholes.argmax()))


@lru_cache(maxsize=1)
def _stray_letter() -> re.Pattern[str]:
    classes = characters.classes()
    han = "".join(map(chr, np.flatnonzero((classes == CLASS_HAN) | (classes == CLASS_NUMERAL)).tolist()))
    return re.compile(f"(?<=[{_ranges(han)}])[a-z](?=[{_ranges(han)}])")


@lru_cache(maxsize=1)
def _rare_part() -> re.Pattern[str]:
    return re.compile(f"[{''.join(sorted(char for char in set().union(*_pairs()) if not is_common(char)))}]")


def _ranges(members: str) -> str:
    """Return sorted characters as the ranges of a class."""
    codes = np.array([ord(char) for char in members])
    breaks = np.flatnonzero(np.diff(codes) != 1)
    firsts, lasts = np.append(codes[0], codes[breaks + 1]), np.append(codes[breaks], codes[-1])
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(firsts.tolist(), lasts.tolist(), strict=True))


def taken_apart(text: str) -> Iterator[tuple[int, int]]:
    """Yield where characters stand that no writer uses but as parts of others, beside the other part.

    Pairs of ordinary characters that could be one, such as 女 and 且, may be just that.
    """
    if _rare_part().search(text) and _holds_pair(padded_units(text)):
        for match in _pair().finditer(text):
            if not all(map(is_common, match[0])):
                yield match.span()


@lru_cache(maxsize=1)
def _pairs() -> dict[str, str]:
    columns = characters.parts().astype("<u2").T
    firsts, seconds, wholes = (column.tobytes().decode("utf-16-le") for column in columns)
    pairs = (first + second for first, second in zip(firsts, seconds, strict=True))
    return dict(zip(pairs, wholes, strict=True))


@lru_cache(maxsize=1)
def _pair() -> re.Pattern[str]:
    seconds: dict[str, str] = {}
    for pair in _pairs():
        seconds[pair[0]] = seconds.get(pair[0], "") + pair[1]
    return re.compile("|".join(f"{first}[{behind}]" for first, behind in seconds.items()))


def _whole(match: re.Match[str]) -> str:
    return _pairs()[match[0]]


class Joined(NamedTuple):
    """What was put together in a batch.

    Attributes
    ----------
    gone : ndarray of int64
        Places that are no more.
    places, lasts : ndarray of int64
        Places that stay in messages where some went, and the last that each
        stands for.
    """

    gone: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64]
    lasts: npt.NDArray[np.int64]


def join_pieces_of_batch(units: npt.NDArray[np.uint16], bounds: Array) -> Joined | None:
    """Put the pieces of normalised messages together.

    Parameters
    ----------
    units : ndarray of uint16, shape (n_units,)
        Canonical units, two zeros before, between and behind the messages.
        Changed in place: the first part of a pair becomes the whole.
    bounds : ndarray of int64, shape (2 * n_texts + 2,)
        Where the zeros are.

    Returns
    -------
    Joined or None
        None where every place stays.
    """
    stray = _stray_places(units, bounds)
    # Strays hide pairs, but only in their own messages, which are looked at in any case.
    found = np.concatenate([stray, _find_pairs(units)[0]])
    if not found.size:
        return None
    # Few messages have anything to join: only they are gone over again.
    hit = np.zeros(bounds.size, np.bool_)
    hit[bounds.searchsorted(found)] = True
    behind = hit.nonzero()[0]
    at = expand(bounds.take(behind - 1), bounds.take(behind) + 1)
    part = units.take(at)
    kept, last = _join(part, np.searchsorted(at, stray))
    units[at] = part
    return Joined(at.take(_others(at.size, kept)), at.take(kept), at.take(last))


def _join(units: npt.NDArray[np.uint16], stray: Array) -> tuple[Array, Array]:
    """Return the places that stay without strays and second parts, and the last that each stands for."""
    kept = _others(units.size, stray)
    last = kept.copy()
    # What went belongs to the character before it.
    last[np.searchsorted(kept, stray) - 1] = stray
    while True:
        firsts, wholes = _find_pairs(units.take(kept))
        if not firsts.size:
            return kept, last
        units[kept[firsts]] = wholes
        last[firsts] = last[firsts + 1]
        stays = _others(kept.size, firsts + 1)
        kept, last = kept.take(stays), last.take(stays)


def _others(size: int, gone: Array) -> npt.NDArray[np.int64]:
    """Return all indices below a size but some."""
    stays = np.ones(size, np.bool_)
    stays[gone] = False
    return stays.nonzero()[0]


def _stray_places(units: npt.NDArray[np.uint16], bounds: Array) -> Array:
    letter = units - np.uint16(ord("a")) < 26
    lone = letter[1:-1] > letter[2:]
    np.greater(lone, letter[:-2], out=lone)
    letters = lone.nonzero()[0] + 1
    if letters.size < FEWEST_STRAY_LETTERS:
        return letters[:0]
    han = _is_han()
    between = han.take(units.take(letters - 1))
    between &= han.take(units.take(letters + 1))
    letters = letters[between]
    # Messages are told apart by the zeros before them.
    message = bounds.searchsorted(letters)
    several = FEWEST_STRAY_LETTERS - 1
    enough = message[several:] == message[:-several]
    chosen = np.zeros(letters.size, np.bool_)
    for step in range(FEWEST_STRAY_LETTERS):
        chosen[step : step + enough.size] |= enough
    return letters.take(chosen.nonzero()[0])


def _find_pairs(units: npt.NDArray[np.uint16]) -> tuple[Array, Array]:
    """Return where pairs start, from the left, none in another, and their wholes."""
    tables, groups = _pair_tables(), np.empty(units.size, np.uint16)
    for start in range(0, units.size, UNITS_AT_ONCE):
        part = slice(start, start + UNITS_AT_ONCE)
        # As numbers of the size by which NumPy looks things up, which take four times the room.
        _groups().take(units[part].astype(np.int64), out=groups[part], mode="wrap")
    common = groups[1:] >> _GROUPS
    common &= groups[:-1]
    starts = common.astype(np.bool_).nonzero()[0]
    first, second = (tables.places.take(units.take(at), 0) for at in (starts, starts + 1))
    wholes = tables.wholes.take(first[:, 0] + second[:, 1])
    found = wholes.nonzero()[0]
    starts, wholes = starts.take(found), wholes.take(found)
    beside = starts[1:] - starts[:-1] == 1
    if beside.any():
        # Of pairs that overlap, every second one from the left.
        place = np.arange(starts.size)
        first = np.zeros(starts.size, np.int64)
        np.multiply(place[1:], ~beside, out=first[1:])
        chosen = ((place - np.maximum.accumulate(first)) % 2 == 0).nonzero()[0]
        starts, wholes = starts.take(chosen), wholes.take(chosen)
    return starts, wholes


class _PairTables(NamedTuple):
    """Pairs of parts as a table of two dimensions.

    The whole, or 0, of two units is ``wholes[places[first, 0] + places[second, 1]]``.
    """

    places: npt.NDArray[np.int64]
    wholes: npt.NDArray[np.uint16]


@lru_cache(maxsize=1)
def _pair_tables() -> _PairTables:
    first, second, whole = characters.parts().T
    places = np.zeros((characters.TOP_OF_BMP + 1, 2), np.int64)
    # The first row and the first column are for units that are not first, or not second, of any pair.
    rows, columns = _number(places[:, 0], first), _number(places[:, 1], second)
    places[:, 0] *= columns
    wholes = np.zeros(rows * columns, np.uint16)
    wholes[places[first, 0] + places[second, 1]] = whole
    return _PairTables(places, wholes)


def _number(numbers: npt.NDArray[np.int64], units: npt.NDArray[np.uint16]) -> int:
    """Give some units numbers from one on, all others being zero, and return how many numbers there are."""
    numbers[units] = 1
    # What np.unique finds too, but it imports numpy.ma.
    members = numbers.nonzero()[0]
    numbers[members] = np.arange(1, members.size + 1)
    return int(members.size) + 1


@lru_cache(maxsize=1)
def _groups() -> npt.NDArray[np.uint16]:
    """Return a bit for each group of units that can be first of a pair, shape (65536,).

    The low byte of a unit tells its own group, the high byte those of the units
    with which it is second: where a byte of each of two units have no bit in
    common, they are no pair.
    """
    first, second, _ = characters.parts().T
    # Parts of many characters together: the groups of those that have but one or two pairs seldom agree.
    pairs = np.bincount(first)
    common = np.argsort(-pairs, kind="stable")[: np.count_nonzero(pairs)]
    group = np.zeros(pairs.size, np.int64)
    group[common] = np.arange(common.size) * _GROUPS // common.size
    bits = np.left_shift(1, group.take(first)).astype(np.uint16)
    groups = np.zeros(characters.TOP_OF_BMP + 1, np.uint16)
    np.bitwise_or.at(groups, first, bits)
    np.bitwise_or.at(groups, second, bits << _GROUPS)
    return groups


@lru_cache(maxsize=1)
def _is_han() -> npt.NDArray[np.bool_]:
    classes = characters.classes()
    han: npt.NDArray[np.bool_] = (classes == CLASS_HAN) | (classes == CLASS_NUMERAL)
    return han
