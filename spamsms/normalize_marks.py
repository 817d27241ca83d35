"""The characters of a batch that the rules of normalising look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.tables.codes import (
    CLASS_DROP,
    CLASS_GAP,
    CLASS_LINK_MARK,
    CLASS_MASK,
    CLASS_NUMERAL,
    CLASS_TOKEN,
)

Array = npt.NDArray[Any]
# How far to step over invisible characters one by one.
_STEPS = 3


@dataclass
class Marks:
    """The characters that rules look at: letters, digits, masks, tokens and what may join them.

    Numerals and gaps are marks only beside a digit, a numeral, what is a mask or may
    become one (``x``, ``#``), or what is invisible, gaps between two: no others can be
    part of a number.
    A mark that is no character stands at either end.

    Attributes
    ----------
    all_units, all_kinds : ndarray, shape (n_units,)
        Canonical unit and class of every character; the rules put tokens and
        spaces into the units.
    at : ndarray of int64, shape (n_marks,)
        Where the marks stand among all characters.
    units, kinds : ndarray, shape (n_marks,)
        Their units and classes; the rules change both, and leave a class below
        ``CLASS_LATIN`` to what goes.
    beside : ndarray of bool, shape (n_marks - 1,)
        Whether the next mark is the next visible character.
    stops : ndarray of int64, shape (n_marks,)
        Where what each mark stands for ends among all characters.
    """

    all_units: npt.NDArray[np.uint16]
    all_kinds: npt.NDArray[np.uint8]
    at: npt.NDArray[np.int64]
    units: npt.NDArray[np.uint16]
    kinds: npt.NDArray[np.uint8]
    beside: npt.NDArray[np.bool_]
    stops: npt.NDArray[np.int64]

    def runs(self, members: Array) -> tuple[Array, Array]:
        """Return the first and last mark of each run of neighbours among some marks.

        Parameters
        ----------
        members : ndarray of bool, shape (n_marks,)
            The first and the last mark are none.
        """
        linked = members[1:] & members[:-1]
        linked &= self.beside
        firsts = (members[1:] > linked).nonzero()[0]
        firsts += 1
        return firsts, (members[:-1] > linked).nonzero()[0]

    def fold(self, firsts: Array, lasts: Array, tokens: Any) -> None:
        """Put a token in place of each run, whose classes the caller has let go."""
        self.kinds[firsts] = CLASS_TOKEN
        self.units[firsts] = tokens
        self.all_units[self.at.take(firsts)] = tokens
        self.stops[firsts] = self.stops.take(lasts)

    def behind(self, places: Array) -> Array:
        """Return the place of the visible character behind each place."""
        return self._visible(places + 1, 1)

    def before(self, places: Array) -> Array:
        """Return the place of the visible character before each place."""
        return self._visible(places - 1, -1)

    def _visible(self, places: Array, step: int) -> Array:
        """Step over runs of invisible characters: one by one, then over what is left of them at once."""
        stuck = (self.all_kinds.take(places) == CLASS_DROP).nonzero()[0]
        for _ in range(_STEPS):
            if not stuck.size:
                return places
            places[stuck] += step
            still = self.all_kinds.take(places.take(stuck)) == CLASS_DROP
            stuck = stuck.take(still.nonzero()[0])
        if not stuck.size:
            return places
        hidden = (self.all_kinds == CLASS_DROP).nonzero()[0]
        last = np.append(hidden[1:] - hidden[:-1] != 1, True)
        ends = hidden[last] if step > 0 else hidden[np.roll(last, 1)]
        side: Any = "left" if step > 0 else "right"
        run = np.searchsorted(ends, places[stuck], side=side) - (step < 0)
        places[stuck] = ends.take(run) + step
        return places


def find_marks(units: npt.NDArray[np.uint16], kinds: npt.NDArray[np.uint8]) -> Marks:
    """Find the marks among characters, given their canonical units and classes."""
    dropped = kinds == CLASS_DROP
    chosen = _choose(kinds, dropped)
    at = chosen.nonzero()[0]
    stops = at + 1
    beside = at[1:] == stops[:-1]
    hidden = dropped.nonzero()[0]
    if hidden.size:
        # Marks are neighbours where all between them is hidden.
        before, counts = _count_equal(at.searchsorted(hidden) - 1)
        beside[before] = at.take(before + 1) - at.take(before) - 1 == counts
    return Marks(units, kinds, at, units.take(at), kinds.take(at), beside, stops)


def _choose(kinds: npt.NDArray[np.uint8], dropped: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which characters are marks: numerals and gaps only where they may be part of a number."""
    shifted = kinds - np.uint8(CLASS_LINK_MARK)
    numeric = shifted <= CLASS_NUMERAL - CLASS_LINK_MARK
    numeric |= dropped
    chosen = shifted <= CLASS_MASK - CLASS_LINK_MARK
    chosen |= kinds == CLASS_TOKEN
    chosen[0] = chosen[-1] = True
    inner = numeric[:-2] | numeric[2:]
    inner &= kinds[1:-1] == CLASS_NUMERAL
    chosen[1:-1] |= inner
    np.logical_and(numeric[:-2], numeric[2:], out=inner)
    inner &= kinds[1:-1] == CLASS_GAP
    chosen[1:-1] |= inner
    return chosen


def _count_equal(numbers: Array) -> tuple[Array, Array]:
    """Return the different ones of ascending numbers, and how often each is there."""
    new = numbers[1:] != numbers[:-1]
    firsts = np.concatenate([[0], new.nonzero()[0] + 1, [numbers.size]])
    return numbers.take(firsts[:-1]), firsts[1:] - firsts[:-1]
