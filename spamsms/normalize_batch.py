"""Normalise a whole batch of messages in NumPy.

The messages are laid one behind the other in one array of code units, two
boundary units before, between and behind them, and every rule runs over the
whole array. The rules are those of :mod:`spamsms.normalize`; the tests hold
the two against each other on arbitrary text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from string import ascii_letters
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

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
import itertools

Array = npt.NDArray[Any]
PADDING = 2
_ZERO = ord("0")
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
    positions : ndarray of int64, shape (n_units,)
        Index of each unit's first character in the joined text.
    stops : ndarray of int64, shape (n_units,), or None
        Index behind each unit's last character; only where offsets were asked for.
    """

    units: npt.NDArray[np.uint16]
    starts: npt.NDArray[np.int64]
    positions: npt.NDArray[np.int64]
    stops: npt.NDArray[np.int64] | None


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
        Also compute where each unit ends in the original.

    Returns
    -------
    NormalizedBatch
    """
    units, bounds = _lay_out(texts)
    kinds = characters.classes().take(units)
    units[bounds] = 0
    kinds[bounds] = CLASS_BOUND
    positions = None
    kept = kinds != CLASS_DROP
    if not kept.all():
        positions = np.flatnonzero(kept)
        units, kinds = units.take(positions), kinds.take(positions)
    stops = np.arange(1, units.size + 1) if offsets else None
    _fold_links(units, kinds, stops)
    _mark_masks(units, kinds)
    _spell_numerals(units, kinds)
    _fold_numbers(units, kinds, stops)
    index = _contents(units, kinds, stops)
    units = units.take(index)
    starts = np.flatnonzero(kinds.take(index) == CLASS_BOUND)[1::PADDING] + 1
    if stops is not None:
        last = stops.take(index) - 1
        stops = (last if positions is None else positions.take(last)) + 1
    return NormalizedBatch(units, starts, index if positions is None else positions.take(index), stops)


def _lay_out(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.int64]]:
    """Return the canonical unit of every character and where the boundaries stand."""
    gap = "\0" * PADDING
    joined = gap + gap.join(texts) + gap if texts else gap
    encoded = joined.encode("utf-16-le", "surrogatepass")
    if len(encoded) == 2 * len(joined):
        units = characters.canonical().take(_without_placeholders(np.frombuffer(encoded, np.uint16)))
    else:
        encoded = joined.encode("utf-32-le", "surrogatepass")
        units = characters.full_canonical().take(_without_placeholders(np.frombuffer(encoded, np.uint32)))
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    bounds = np.empty(PADDING * (lengths.size + 1), np.int64)
    bounds[0] = 0
    np.cumsum(lengths + PADDING, out=bounds[PADDING::PADDING])
    bounds[1::PADDING] = bounds[::PADDING] + 1
    return units, bounds


def _without_placeholders(points: Array) -> Array:
    """Put tokens in place of placeholders, as :func:`spamsms.normalize.fold_placeholders` does."""
    folded = points
    for name, token in PLACEHOLDERS.items():
        a, b, c = map(ord, name[:3])
        found = np.flatnonzero((points[:-2] == a) & (points[1:-1] == b) & (points[2:] == c))
        for start in found.tolist():
            around = points[start - 1 : start + len(name) + 1].tolist()
            if "".join(map(chr, around[1:-1])) == name and not {around[0], around[-1]} & _ASCII_LETTERS:
                folded = folded.copy() if folded is points else folded
                folded[start : start + len(name)] = ord(token)
    return folded


def _edges(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return where runs of True start and end, alternately; both ends of the array are False."""
    return np.flatnonzero(mask[1:] != mask[:-1]) + 1


def _fold_links(units: Array, kinds: Array, stops: Array | None) -> None:
    found = np.flatnonzero(units == ord("."))
    if found.size:
        before, after = kinds.take(found - 1), kinds.take(found + 1)
        found = found[((before == CLASS_LATIN) | (before == CLASS_DIGIT)) & (after == CLASS_LATIN)]
    if found.size:
        found = found[_is_domain(units, kinds, found + 1)]
    colons = np.flatnonzero(units == ord(":"))
    if colons.size:
        colons = colons[(units.take(colons + 1) == ord("/")) & (units.take(colons + 2) == ord("/"))]
        found = np.concatenate([found, colons])
    if not found.size:
        return
    edges = _edges((kinds - np.uint8(CLASS_LINK_MARK)) <= CLASS_MASK - CLASS_LINK_MARK)
    starts, ends = edges[::2], edges[1::2]
    hit = np.zeros(starts.size, np.bool_)
    hit[np.searchsorted(starts, found, side="right") - 1] = True
    starts, ends = starts[hit], ends[hit]
    kinds[_expand(starts, ends)] = CLASS_DROP
    _write_tokens(units, kinds, stops, starts, ends, ord(LINK))


def _is_domain(units: Array, kinds: Array, starts: Array) -> npt.NDArray[np.bool_]:
    """Tell which labels that start here are top-level domains."""
    codes = np.zeros(starts.size, np.int64)
    alive = np.ones(starts.size, np.bool_)
    for step in range(_LONGEST_DOMAIN + 1):
        at = np.minimum(starts + step, units.size - 1)
        alive &= kinds.take(at) == CLASS_LATIN
        if not alive.any():
            break
        codes += np.where(alive, units.take(at).astype(np.int64) - 96, 0) * 27**step
    known = _domain_codes()
    slot = np.minimum(np.searchsorted(known, codes), known.size - 1)
    listed: npt.NDArray[np.bool_] = ~alive & (known.take(slot) == codes)
    return listed


def _expand(starts: Array, ends: Array) -> Array:
    """Return every index of some runs."""
    lengths = ends - starts
    first = np.cumsum(lengths) - lengths
    index: Array = np.arange(int(lengths.sum())) + np.repeat(starts - first, lengths)
    return index


def _write_tokens(
    units: Array, kinds: Array, stops: Array | None, starts: Array, ends: Array, tokens: Any
) -> None:
    """Put a token at the start of each run."""
    units[starts] = tokens
    kinds[starts] = CLASS_TOKEN
    if stops is not None:
        stops[starts] = ends


def _mark_masks(units: Array, kinds: Array) -> None:
    """Let runs of ``#`` and of ``x`` that stand for hidden characters be masks."""
    hashes = np.flatnonzero((units == ord("#")) & (kinds == CLASS_LINK_MARK))
    if hashes.size > 1:
        next_to = np.diff(hashes) == 1
        if next_to.any():
            kinds[hashes[np.append(next_to, False) | np.append(False, next_to)]] = CLASS_MASK
    crosses = np.flatnonzero((units == ord("x")) & (kinds == CLASS_LATIN))
    if not crosses.size:
        return
    first = np.append(True, np.diff(crosses) != 1)
    starts, ends = crosses[first], crosses[np.append(first[1:], True)] + 1
    whole = (kinds.take(starts - 1) != CLASS_LATIN) & (kinds.take(ends) != CLASS_LATIN)
    kinds[crosses[whole[np.cumsum(first) - 1]]] = CLASS_MASK


def _spell_numerals(units: Array, kinds: Array) -> None:
    """Read seven or more digits in a row, some of them Chinese numerals, as digits."""
    if not (kinds == CLASS_NUMERAL).any():
        return
    at = np.flatnonzero((kinds == CLASS_NUMERAL) | (kinds == CLASS_DIGIT))
    run = np.flatnonzero(at[6:] - at[:-6] == 6)
    if not run.size:
        return
    inside = at[(run[:, None] + np.arange(7)).ravel()]
    units[inside] = _numeral_units().take(units[inside])
    kinds[inside] = CLASS_DIGIT


def _fold_numbers(units: Array, kinds: Array, stops: Array | None) -> None:
    solid = (kinds - np.uint8(CLASS_DIGIT)) < 2
    runs = solid.copy()
    joints = (kinds - np.uint8(CLASS_GAP)) < 2
    runs[1:-1] |= joints[1:-1] & solid[:-2] & solid[2:]
    edges = _edges(runs)
    if not edges.size:
        return
    starts, ends = edges[::2], edges[1::2]
    others = np.flatnonzero(runs & (kinds != CLASS_DIGIT))
    run_of = np.searchsorted(starts, others, side="right") - 1
    digits = ends - starts - np.bincount(run_of, minlength=starts.size)
    tokens = _number_tokens(units, kinds, starts, ends, digits)
    tokens[run_of[kinds.take(others) == CLASS_MASK]] = ord(MASK)
    np.multiply(kinds, ~runs, out=kinds)
    _write_tokens(units, kinds, stops, starts, ends, tokens)


def _number_tokens(
    units: Array, kinds: Array, starts: Array, ends: Array, digits: Array
) -> npt.NDArray[np.uint16]:
    """Choose the token of each run of digits; the rules stand in ``normalize.number_token``."""
    tokens = np.where(digits >= 9, ord(ACCOUNT), np.where(digits >= 4, ord(CODE), ord(NUMBER)))
    first, second = units.take(starts), units.take(starts + 1)
    is_one = first == ord("1")
    mobile = is_one & (second >= ord("3")) & (second <= ord("9")) & (digits == 11)
    prefix = (first.astype(np.int64) - _ZERO) * 100 + (second.astype(np.int64) - _ZERO) * 10
    prefix += units.take(starts + 2, mode="clip").astype(np.int64) - _ZERO
    mobile |= (prefix // 10 == 86) & (digits == 13)
    hotline = ((prefix == 400) | (prefix == 800)) & (digits == 10)
    landline = (first == _ZERO) & (digits >= 10) & (digits <= 12)
    service = (digits == 5) & (ends - starts == 5) & _service_flags().take(prefix, mode="clip")
    tokens[mobile | hotline | landline | service] = ord(PHONE)
    behind = units.take(ends)
    spaced = kinds.take(ends) == CLASS_GAP
    behind = np.where(spaced, units.take(ends + 1, mode="clip"), behind)
    flags = _sign_flags().take(behind)
    short = digits <= 8
    point = units.take(np.maximum(ends - 3, starts)) == ord(".")
    tokens[short & point] = ord(AMOUNT)
    clock = (units.take(starts + 2) == ord(":")) | (units.take(starts + 1) == ord(":"))
    fifth = units.take(starts + 4, mode="clip")
    dated = (ends - starts >= 8) & ((fifth == ord("-")) | (fifth == ord("/")) | (fifth == ord(".")))
    tokens[short & ((flags == 2) | clock | dated)] = ord(NUMBER)
    tokens[(flags == 1) | (units.take(starts - 1) == ord(CURRENCY))] = ord(AMOUNT)
    return tokens.astype(np.uint16)


def _contents(units: Array, kinds: Array, stops: Array | None) -> npt.NDArray[np.int64]:
    """Return the index of what stays: no separators but one space between Latin words."""
    index = np.flatnonzero(kinds >= CLASS_LATIN)
    after = kinds.take(index)
    latin = after == CLASS_LATIN
    gaps = np.flatnonzero(latin[1:] & latin[:-1] & (index[1:] - index[:-1] > 1))
    if gaps.size:
        spaces = index[gaps] + 1
        units[spaces] = SPACE
        kinds[spaces] = CLASS_LATIN
        index = np.insert(index, gaps + 1, spaces)
        after = kinds.take(index)
    tokens = np.flatnonzero(after == CLASS_TOKEN)
    if tokens.size > 1:
        codes = units.take(index.take(tokens))
        again = (np.diff(tokens) == 1) & (codes[1:] == codes[:-1])
        if again.any():
            if stops is not None:
                _extend_stops(stops, index, tokens, again)
            index = np.delete(index, tokens[1:][again])
    return index


def _extend_stops(stops: Array, index: Array, tokens: Array, again: Array) -> None:
    """Let the first of equal neighbouring tokens end where the last of them does."""
    for slot in np.flatnonzero(again)[::-1].tolist():
        stops[index[tokens[slot]]] = stops[index[tokens[slot + 1]]]


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
