"""Normalise a whole batch of messages in NumPy.

The messages are laid one behind the other in one array of code units, two
boundary units before, between and behind them, and every rule runs over the
whole array. Most characters are Chinese ones that no rule but the table
touches, so the rules work on the few that are not (:class:`_Marks`). They are
those of :mod:`spamsms.normalize`; the tests hold the two against each other on
arbitrary text.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_letters
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spamsms.errors import InputError
from spamsms.normalize import (
    AMOUNT_SIGNS,
    PLACEHOLDERS,
    SERVICE_PREFIXES,
    TIME_SIGNS,
    TOP_LEVEL_DOMAINS,
)
from spamsms.tables import characters
from spamsms.tables.codes import (
    ACCOUNT,
    AMOUNT,
    CLASS_BOUND,
    CLASS_DIGIT,
    CLASS_DROP,
    CLASS_GAP,
    CLASS_LATIN,
    CLASS_LINK_MARK,
    CLASS_MASK,
    CLASS_NUMERAL,
    CLASS_TOKEN,
    CODE,
    CURRENCY,
    LINK,
    MASK,
    NUMBER,
    NUMERALS,
    PHONE,
    SPACE,
)

Array = npt.NDArray[Any]
PADDING = 2
_GAP = "\0" * PADDING
_ZERO = ord("0")
_SPELLED_DIGITS = 7
_ASCII_LETTERS = frozenset(map(ord, ascii_letters))
_LONGEST_DOMAIN = max(map(len, TOP_LEVEL_DOMAINS))


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


@dataclass
class _Marks:
    """The characters that rules look at: letters, digits, masks, tokens and what may join them.

    A mark that is no character stands at either end.

    Attributes
    ----------
    all_units, all_kinds : ndarray, shape (n_units,)
        Canonical unit and class of every character.
    keep : ndarray of bool, shape (n_units,)
        Whether the character stays; the rules change it.
    at : ndarray of int64, shape (n_marks,)
        Where the marks stand among all characters.
    units, kinds : ndarray, shape (n_marks,)
        Their units and classes; the rules change both.
    beside : ndarray of bool, shape (n_marks - 1,)
        Whether the next mark is the next visible character.
    stops : ndarray of int64, shape (n_marks,)
        Where what each mark stands for ends among all characters.
    """

    all_units: npt.NDArray[np.uint16]
    all_kinds: npt.NDArray[np.uint8]
    keep: npt.NDArray[np.bool_]
    at: npt.NDArray[np.int64]
    units: npt.NDArray[np.uint16]
    kinds: npt.NDArray[np.uint8]
    beside: npt.NDArray[np.bool_]
    stops: npt.NDArray[np.int64]

    def runs(self, members: Array) -> tuple[Array, Array]:
        """Return the first and last mark of each run of neighbours among some marks, given by index."""
        together = (members[1:] - members[:-1] == 1) & self.beside.take(members[:-1])
        breaks = np.flatnonzero(~together)
        edge = np.zeros(min(members.size, 1), np.int64)
        firsts = members.take(np.concatenate([edge, breaks + 1]))
        lasts = members.take(np.concatenate([breaks, edge + members.size - 1]))
        return firsts, lasts

    def fold(self, members: Array, firsts: Array, lasts: Array, tokens: Any) -> None:
        """Put a token in place of each run; `members` are the marks of all runs."""
        places = self.at.take(firsts)
        self.keep[self.at.take(members)] = False
        self.keep[places] = True
        self.kinds[members] = CLASS_DROP
        self.kinds[firsts] = CLASS_TOKEN
        self.units[firsts] = tokens
        self.all_units[places] = tokens
        self.stops[firsts] = self.stops[lasts]

    def behind(self, places: Array) -> Array:
        """Return the place of the visible character behind each place."""
        return self._visible(places + 1, 1)

    def before(self, places: Array) -> Array:
        """Return the place of the visible character before each place."""
        return self._visible(places - 1, -1)

    def _visible(self, places: Array, step: int) -> Array:
        """Step over runs of invisible characters, however long, at once."""
        stuck = np.flatnonzero(self.all_kinds.take(places) == CLASS_DROP)
        if stuck.size:
            hidden = np.flatnonzero(self.all_kinds == CLASS_DROP)
            last = np.append(hidden[1:] - hidden[:-1] != 1, True)
            ends = hidden[last] if step > 0 else hidden[np.roll(last, 1)]
            side: Any = "left" if step > 0 else "right"
            run = np.searchsorted(ends, places[stuck], side=side) - (step < 0)
            places[stuck] = ends.take(run) + step
        return places


def _find_marks(units: Array, kinds: Array) -> _Marks:
    chosen = (kinds - np.uint8(CLASS_GAP)) <= CLASS_TOKEN - CLASS_GAP
    chosen[0] = chosen[-1] = True
    at = np.flatnonzero(chosen)
    beside = at[1:] - at[:-1] == 1
    hidden = np.flatnonzero(kinds == CLASS_DROP)
    if hidden.size:
        before, count = np.unique(np.searchsorted(at, hidden) - 1, return_counts=True)
        beside[before] = at.take(before + 1) - at.take(before) - 1 == count
    return _Marks(units, kinds, kinds >= CLASS_LATIN, at, units.take(at), kinds.take(at), beside, at + 1)


@lru_cache(maxsize=1)
def _domain_codes() -> npt.NDArray[np.int64]:
    codes = [sum((ord(c) - 96) * 27**i for i, c in enumerate(domain)) for domain in TOP_LEVEL_DOMAINS]
    return np.array(sorted(codes), np.int64)


@lru_cache(maxsize=1)
def _numeral_units() -> npt.NDArray[np.uint16]:
    table = np.arange(0x10000, dtype=np.uint16)
    for value, numeral in enumerate(NUMERALS):
        table[ord(numeral)] = _ZERO + value
    return table


@lru_cache(maxsize=1)
def _service_flags() -> npt.NDArray[np.bool_]:
    flags = np.zeros(1000, np.bool_)
    flags[list(SERVICE_PREFIXES)] = True
    return flags


@lru_cache(maxsize=1)
def _sign_flags() -> npt.NDArray[np.uint8]:
    """1 for signs that make the number before them an amount, 2 for those that make it a time."""
    flags = np.zeros(0x10000, np.uint8)
    flags[[ord(c) for c in AMOUNT_SIGNS]] = 1
    flags[[ord(c) for c in TIME_SIGNS]] = 2
    return flags


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
    units, bounds = _lay_out(texts, offsets)
    kinds = characters.classes().take(units)
    units[bounds] = 0
    kinds[bounds] = CLASS_BOUND
    marks = _find_marks(units, kinds)
    _fold_links(marks)
    _find_masks(marks)
    _spell_numerals(marks)
    _fold_numbers(marks)
    _drop_separators(marks)
    positions = np.flatnonzero(marks.keep)
    kept = units.take(positions)
    starts = np.flatnonzero(kept == 0)[1::PADDING] + 1
    if not offsets:
        return NormalizedBatch(kept, starts)
    stops = np.arange(1, units.size + 1)
    stops[marks.at] = marks.stops
    return NormalizedBatch(kept, starts, positions, stops[positions])


def _lay_out(texts: Sequence[str], offsets: bool) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.int64]]:
    """Return the canonical unit of every character and where the boundaries stand.

    A surrogate pair is two characters here, the second of which vanishes,
    unless offsets are asked for.
    """
    joined = "".join((_GAP, _GAP.join(texts), _GAP)) if texts else _GAP
    raw = np.frombuffer(joined.encode("utf-16-le", "surrogatepass"), np.uint16)
    bounds = np.flatnonzero(raw == 0)
    high = bounds[:0]
    if raw.size != len(joined):
        high = np.flatnonzero((raw & 0xFC00) == 0xD800)
        high = high[(raw.take(high + 1) & 0xFC00) == 0xDC00]
    # Lone surrogates side by side look like a pair, and a text may hold what parts messages here.
    is_plain = raw.size - high.size == len(joined) and bounds.size == PADDING * (len(texts) + 1)
    if not is_plain or (offsets and high.size):
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        units = characters.full_canonical().take(_without_placeholders(points))
        return units, _bounds_by_length(texts)
    units = characters.canonical().take(_without_placeholders(raw))
    if high.size:
        astral = (raw.take(high).astype(np.int64) - 0xD800 << 10) + raw.take(high + 1) - 0xDC00 + 0x10000
        units[high] = characters.full_canonical().take(astral)
        units[high + 1] = 0
    return units, bounds


def _bounds_by_length(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    bounds = np.empty(PADDING * (lengths.size + 1), np.int64)
    bounds[0] = 0
    np.cumsum(lengths + PADDING, out=bounds[PADDING::PADDING])
    bounds[1::PADDING] = bounds[::PADDING] + 1
    return bounds


def _without_placeholders(points: Array) -> Array:
    """Put tokens in place of placeholders, as :func:`spamsms.normalize.fold_placeholders` does."""
    folded = points
    for name, token in PLACEHOLDERS.items():
        found = np.flatnonzero(points == ord(name[0]))
        for step in (1, 2):
            found = found[points.take(found + step, mode="clip") == ord(name[step])]
        for start in found.tolist():
            around = points[start - 1 : start + len(name) + 1].tolist()
            if "".join(map(chr, around[1:-1])) == name and not {around[0], around[-1]} & _ASCII_LETTERS:
                folded = folded.copy() if folded is points else folded
                folded[start : start + len(name)] = ord(token)
    return folded


def _fold_links(marks: _Marks) -> None:
    units, kinds, beside = marks.units, marks.kinds, marks.beside
    dots = np.flatnonzero(units == ord("."))
    if dots.size:
        before = kinds.take(dots - 1)
        framed = beside.take(dots - 1) & ((before == CLASS_LATIN) | (before == CLASS_DIGIT))
        dots = dots[framed & beside.take(dots) & (kinds.take(dots + 1) == CLASS_LATIN)]
    if dots.size:
        dots = dots[_is_domain(marks, dots + 1)]
    colons = np.flatnonzero(units == ord(":"))
    if colons.size:
        slashes = (units.take(colons + 1) == ord("/")) & (units.take(colons + 2, mode="clip") == ord("/"))
        colons = colons[slashes & beside.take(colons) & beside.take(colons + 1, mode="clip")]
    found = np.concatenate([dots, colons])
    if not found.size:
        return
    linkable = (kinds - np.uint8(CLASS_LINK_MARK)) <= CLASS_MASK - CLASS_LINK_MARK
    breaks = np.flatnonzero(~(linkable[1:] & linkable[:-1] & beside))
    run = np.zeros(breaks.size + 1, np.bool_)
    run[np.searchsorted(breaks, found)] = True
    chosen = np.flatnonzero(run)
    firsts, lasts = breaks.take(chosen - 1) + 1, breaks.take(chosen)
    marks.fold(_expand(firsts, lasts + 1), firsts, lasts, ord(LINK))


def _is_domain(marks: _Marks, starts: Array) -> npt.NDArray[np.bool_]:
    """Tell which labels that start at these marks are top-level domains."""
    index = starts[:, None] + np.arange(_LONGEST_DOMAIN + 1)
    latin = marks.kinds.take(index, mode="clip") == CLASS_LATIN
    latin[:, 1:] &= marks.beside.take(index[:, :-1], mode="clip")
    np.logical_and.accumulate(latin, axis=1, out=latin)
    letters = (marks.units.take(index, mode="clip").astype(np.int64) - 96) * latin
    codes = letters @ (27 ** np.arange(_LONGEST_DOMAIN + 1))
    known = _domain_codes()
    slot = np.minimum(np.searchsorted(known, codes), known.size - 1)
    listed: npt.NDArray[np.bool_] = ~latin[:, -1] & (known.take(slot) == codes)
    return listed


def _expand(starts: Array, ends: Array) -> Array:
    """Return every index of some runs."""
    lengths = ends - starts
    first = np.cumsum(lengths) - lengths
    index: Array = np.arange(int(lengths.sum())) + np.repeat(starts - first, lengths)
    return index


def _find_masks(marks: _Marks) -> None:
    """Let runs of ``#`` and of ``x`` that stand for hidden characters be masks."""
    kinds = marks.kinds
    hashes = np.flatnonzero((marks.units == ord("#")) & (kinds == CLASS_LINK_MARK))
    if hashes.size > 1:
        firsts, lasts = marks.runs(hashes)
        long = lasts > firsts
        kinds[_expand(firsts[long], lasts[long] + 1)] = CLASS_MASK
    crosses = np.flatnonzero((marks.units == ord("x")) & (kinds == CLASS_LATIN))
    if crosses.size:
        firsts, lasts = marks.runs(crosses)
        before, after = kinds.take(firsts - 1), kinds.take(lasts + 1)
        whole = ~((before == CLASS_LATIN) & marks.beside.take(firsts - 1))
        whole &= ~((after == CLASS_LATIN) & marks.beside.take(lasts))
        kinds[_expand(firsts[whole], lasts[whole] + 1)] = CLASS_MASK


def _spell_numerals(marks: _Marks) -> None:
    """Read seven or more digits in a row, some of them Chinese numerals, as digits."""
    kinds = marks.kinds
    numerals = kinds == CLASS_NUMERAL
    if not numerals.any():
        return
    firsts, lasts = marks.runs(np.flatnonzero((kinds == CLASS_DIGIT) | numerals))
    long = np.flatnonzero(lasts - firsts >= _SPELLED_DIGITS - 1)
    if long.size:
        inside = _expand(firsts[long], lasts[long] + 1)
        marks.units[inside] = _numeral_units().take(marks.units[inside])
        kinds[inside] = CLASS_DIGIT


def _fold_numbers(marks: _Marks) -> None:
    kinds, beside = marks.kinds, marks.beside
    solid = (kinds - np.uint8(CLASS_DIGIT)) < 2
    joint = (kinds - np.uint8(CLASS_GAP)) < 2
    joint[1:-1] &= solid[:-2] & beside[:-1] & solid[2:] & beside[1:]
    joint[0] = joint[-1] = False
    members = np.flatnonzero(solid | joint)
    if not members.size:
        return
    firsts, lasts = marks.runs(members)
    length = lasts - firsts + 1
    others = np.flatnonzero(kinds.take(members) != CLASS_DIGIT)
    run_of = np.repeat(np.arange(firsts.size), length).take(others)
    digits = length - np.bincount(run_of, minlength=firsts.size)
    tokens = _number_tokens(marks, firsts, lasts, digits)
    tokens[run_of[kinds.take(members.take(others)) == CLASS_MASK]] = ord(MASK)
    marks.fold(members, firsts, lasts, tokens)


def _number_tokens(marks: _Marks, firsts: Array, lasts: Array, digits: Array) -> npt.NDArray[np.uint16]:
    """Choose the token of each run of digits; the rules stand in ``normalize.number_token``."""
    units, length = marks.units, lasts - firsts + 1
    tokens = _length_tokens().take(digits, mode="clip")
    long = np.flatnonzero(digits >= 5)
    tokens[long[_is_phone(units, firsts[long], digits[long], length[long])]] = ord(PHONE)
    behind_at = marks.behind(marks.at.take(lasts))
    behind = marks.all_units.take(behind_at)
    spaced = np.flatnonzero((behind == SPACE) | (behind == ord(",")))
    behind[spaced] = marks.all_units.take(marks.behind(behind_at[spaced]), mode="clip")
    flags = _sign_flags().take(behind)
    timed = flags == 2
    joined = np.flatnonzero((length > digits) & (digits <= 8))
    if joined.size:
        first, end = firsts[joined], length[joined]
        point = units.take(first + end - 3) == ord(".")
        tokens[joined[point & (end >= 3)]] = ord(AMOUNT)
        colon = units.take(first + 1) == ord(":")
        colon |= (units.take(first + 2, mode="clip") == ord(":")) & (end > 3)
        fifth = units.take(first + 4, mode="clip")
        dated = (end >= 8) & ((fifth == ord("-")) | (fifth == ord("/")) | (fifth == ord(".")))
        timed[joined[colon | dated]] = True
    tokens[timed & (digits <= 8)] = ord(NUMBER)
    priced = marks.all_units.take(marks.before(marks.at.take(firsts))) == ord(CURRENCY)
    tokens[priced | (flags == 1)] = ord(AMOUNT)
    return tokens


@lru_cache(maxsize=1)
def _length_tokens() -> npt.NDArray[np.uint16]:
    """Token of a plain number by its digits."""
    return np.array([ord(NUMBER)] * 4 + [ord(CODE)] * 5 + [ord(ACCOUNT)], np.uint16)


def _is_phone(units: Array, first: Array, digits: Array, length: Array) -> npt.NDArray[np.bool_]:
    one, two, three = (units.take(first + step).astype(np.int64) - _ZERO for step in range(3))
    prefix = np.where((two >= 0) & (two <= 9) & (three >= 0) & (three <= 9), 100 * one + 10 * two + three, 0)
    phone = (one == 1) & (two >= 3) & (two <= 9) & (digits == 11)
    phone |= (one == 8) & (two == 6) & (digits == 13)
    phone |= ((prefix == 400) | (prefix == 800)) & (digits == 10)
    phone |= (one == 0) & (digits >= 10) & (digits <= 12)
    phone |= (digits == 5) & (length == 5) & _service_flags().take(prefix, mode="clip")
    is_phone: npt.NDArray[np.bool_] = phone
    return is_phone


def _drop_separators(marks: _Marks) -> None:
    """Leave one space between Latin words, and one of equal tokens that nothing parts."""
    index = np.flatnonzero((marks.kinds == CLASS_LATIN) | (marks.kinds == CLASS_TOKEN))
    kinds, places = marks.kinds.take(index), marks.at.take(index)
    stops = marks.stops.take(index)
    same = kinds[1:] == kinds[:-1]
    token = kinds[1:] == CLASS_TOKEN
    same &= ~token | (marks.units.take(index[1:]) == marks.units.take(index[:-1]))
    adjoin = (index[1:] - index[:-1] == 1) & marks.beside.take(index[:-1])
    same &= token | ~adjoin
    pairs = np.flatnonzero(same)
    if not pairs.size:
        return
    left, right = stops.take(pairs), places.take(pairs + 1)
    alone = left == right
    if not alone.all():
        # What stays between two marks parts them; a zero-length stretch would read its neighbour.
        wide = np.flatnonzero(~alone)
        stretches = np.stack([left[wide], right[wide]], axis=1).ravel()
        between = np.add.reduceat(marks.keep.view(np.uint8), stretches, dtype=np.int64)[::2]
        alone[wide[between == 0]] = True
    pairs = pairs[alone]
    token = token.take(pairs)
    spaces = stops.take(pairs[~token])
    marks.all_units[spaces] = SPACE
    marks.keep[spaces] = True
    doubles = pairs[token]
    marks.keep[places.take(doubles + 1)] = False
    for slot in doubles[::-1].tolist():
        marks.stops[index[slot]] = marks.stops[index[slot + 1]]


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
