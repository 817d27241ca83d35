"""The rules of :mod:`spamsms.normalize` for a whole batch, in NumPy.

Most characters are Chinese ones that no rule but the table touches, so the
rules work on the few that are not, the marks.
"""

from __future__ import annotations

from functools import lru_cache
from string import ascii_letters
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.index_runs import expand
from spamsms.normalize import PLACEHOLDERS, TOP_LEVEL_DOMAINS
from spamsms.normalize_marks import Marks
from spamsms.normalize_numbers import fold_numbers, spell_numerals
from spamsms.tables.codes import (
    CLASS_DIGIT,
    CLASS_DROP,
    CLASS_LATIN,
    CLASS_LINK_MARK,
    CLASS_MASK,
    CLASS_TOKEN,
    LINK,
    SPACE,
)

Array = npt.NDArray[Any]
_ASCII_LETTERS = frozenset(ascii_letters)
_LONGEST_DOMAIN = max(map(len, TOP_LEVEL_DOMAINS))
# So many characters of each stretch between marks are looked at before a whole one is laid out.
_NEAR = 4
_BYTE = np.uint16(8)
# What placeholders start with, as they came, and their first two letters in lower case as one number.
_CAPITALS = frozenset(name[0] for name in PLACEHOLDERS)
_PLACEHOLDER_HEADS = [int.from_bytes(name[:2].lower().encode(), "big") for name in PLACEHOLDERS]


def apply_rules(marks: Marks, joined: str, offsets: bool) -> npt.NDArray[np.bool_]:
    """Fold what the rules fold.

    Parameters
    ----------
    marks : Marks
    joined : str
        The characters as they came.
    offsets : bool
        Whether the marks' stops will be looked at.

    Returns
    -------
    ndarray of bool, shape (n_units,)
        Whether each character stays.
    """
    _fold_placeholders(marks, joined)
    _fold_links(marks)
    _find_masks(marks)
    spell_numerals(marks)
    fold_numbers(marks)
    spaces = _drop_separators(marks, offsets)
    keep: npt.NDArray[np.bool_] = marks.all_kinds >= CLASS_LATIN
    keep[marks.at] = marks.kinds >= CLASS_LATIN
    keep[spaces] = True
    return keep


def _fold_placeholders(marks: Marks, joined: str) -> None:
    """Put tokens in place of placeholders, as :func:`spamsms.normalize.fold_placeholders` does."""
    pairs = marks.units[:-1] << _BYTE
    pairs |= marks.units[1:]
    heads = pairs == _PLACEHOLDER_HEADS[0]
    for head in _PLACEHOLDER_HEADS[1:]:
        heads |= pairs == head
    for mark in heads.nonzero()[0].tolist():
        start = int(marks.at[mark])
        if joined[start] not in _CAPITALS:
            continue
        for name, token in PLACEHOLDERS.items():
            end = start + len(name)
            if joined.startswith(name, start) and _ASCII_LETTERS.isdisjoint(joined[start - 1] + joined[end]):
                spelled = slice(mark, mark + len(name))
                marks.units[spelled] = marks.all_units[start:end] = ord(token)
                marks.kinds[spelled] = CLASS_TOKEN


def _fold_links(marks: Marks) -> None:
    units, kinds, beside = marks.units, marks.kinds, marks.beside
    dots = (units == ord(".")).nonzero()[0]
    dots = dots.take((kinds.take(dots + 1, mode="clip") == CLASS_LATIN).nonzero()[0])
    if dots.size:
        before = kinds.take(dots - 1) - np.uint8(CLASS_LATIN) <= CLASS_DIGIT - CLASS_LATIN
        dots = dots.take((before & beside.take(dots - 1) & beside.take(dots)).nonzero()[0])
    if dots.size:
        dots = dots.take(_is_domain(marks, dots + 1).nonzero()[0])
    colons = (units == ord(":")).nonzero()[0]
    colons = colons.take((units.take(colons + 1, mode="clip") == ord("/")).nonzero()[0])
    if colons.size:
        slashes = units.take(colons + 2, mode="clip") == ord("/")
        slashes &= beside.take(colons, mode="clip") & beside.take(colons + 1, mode="clip")
        colons = colons.take(slashes.nonzero()[0])
    if not dots.size and not colons.size:
        return
    linkable = kinds - np.uint8(CLASS_LINK_MARK) <= CLASS_MASK - CLASS_LINK_MARK
    linkable[0] = linkable[-1] = False
    parted = ~linkable[1:]
    parted |= ~linkable[:-1]
    parted |= ~beside
    # Where runs end, and what stands between two of them.
    ends = parted.nonzero()[0]
    linked = np.zeros(ends.size, np.bool_)
    for found in (dots, colons):
        linked[ends.searchsorted(found)] = True
    runs = linked.nonzero()[0]
    firsts, lasts = ends.take(runs - 1) + 1, ends.take(runs)
    kinds[expand(firsts, lasts + 1)] = CLASS_DROP
    marks.fold(firsts, lasts, ord(LINK))


def _is_domain(marks: Marks, starts: Array) -> npt.NDArray[np.bool_]:
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


@lru_cache(maxsize=1)
def _domain_codes() -> npt.NDArray[np.int64]:
    codes = [sum((ord(c) - 96) * 27**i for i, c in enumerate(domain)) for domain in TOP_LEVEL_DOMAINS]
    return np.array(sorted(codes), np.int64)


def _find_masks(marks: Marks) -> None:
    """Let runs of ``#`` and of ``x`` that stand for hidden characters be masks."""
    kinds = marks.kinds
    hashes = marks.units == ord("#")
    if np.count_nonzero(hashes) > 1:
        hashes &= kinds == CLASS_LINK_MARK
        firsts, lasts = marks.runs(hashes)
        long = (lasts > firsts).nonzero()[0]
        if long.size:
            kinds[expand(firsts.take(long), lasts.take(long) + 1)] = CLASS_MASK
    crosses = marks.units == ord("x")
    crosses &= kinds == CLASS_LATIN
    if not np.count_nonzero(crosses):
        return
    firsts, lasts = marks.runs(crosses)
    before, after = kinds.take(firsts - 1), kinds.take(lasts + 1)
    part = (before == CLASS_LATIN) & marks.beside.take(firsts - 1)
    part |= (after == CLASS_LATIN) & marks.beside.take(lasts)
    whole = (~part).nonzero()[0]
    if whole.size:
        kinds[expand(firsts.take(whole), lasts.take(whole) + 1)] = CLASS_MASK


def _drop_separators(marks: Marks, offsets: bool) -> Array:
    """Drop all but one of equal tokens that nothing parts; return where Latin words need a space between."""
    latin = marks.kinds == CLASS_LATIN
    index = (latin | (marks.kinds == CLASS_TOKEN)).nonzero()[0]
    units = marks.units.take(index)
    # All letters count as the same.
    letters = latin.take(index)
    units *= ~letters
    same = units[1:] == units[:-1]
    together = index[1:] - index[:-1] == 1
    together &= marks.beside.take(index[:-1])
    same &= together <= ~letters[:-1]
    chosen = same.nonzero()[0]
    left, right = index.take(chosen), index.take(chosen + 1)
    # Most are parted by what follows the first at once.
    stops = marks.stops.take(left)
    near = stops == marks.at.take(right)
    near |= marks.all_kinds.take(stops) < CLASS_LATIN
    chosen = near.nonzero()[0]
    left, right = left.take(chosen), right.take(chosen)
    alone = _is_nothing_between(marks, left, right).nonzero()[0]
    left, right = left.take(alone), right.take(alone)
    letters = latin.take(left)
    doubles = (~letters).nonzero()[0]
    marks.kinds[right.take(doubles)] = CLASS_DROP
    if offsets:
        for slot in doubles[::-1].tolist():
            marks.stops[left[slot]] = marks.stops[right[slot]]
    spaces: Array = marks.stops.take(left.take(letters.nonzero()[0]))
    marks.all_units[spaces] = SPACE
    return spaces


def _is_nothing_between(marks: Marks, left: Array, right: Array) -> npt.NDArray[np.bool_]:
    """Tell which pairs of marks have only characters between them that go."""
    places, ends = marks.stops.take(left), marks.at.take(right)
    # Most stretches are short, or soon come to a character that stays.
    near = places[:, None] + np.arange(_NEAR)
    stays = marks.all_kinds.take(near, mode="clip") >= CLASS_LATIN
    stays &= near < ends[:, None]
    # Four truth values are one number.
    alone: npt.NDArray[np.bool_] = stays.view(np.uint32)[:, 0] == 0
    further = (alone & (ends - places > _NEAR)).nonzero()[0]
    if further.size:
        places, ends = places.take(further), ends.take(further)
        stays = marks.all_kinds.take(expand(places, ends)) >= CLASS_LATIN
        lengths = ends - places
        alone[further] = ~np.logical_or.reduceat(stays, np.cumsum(lengths) - lengths)
    return alone
