"""Count different things, and keep the most frequent ones, in little room."""

from __future__ import annotations

from collections.abc import Iterable
from math import log
from typing import Any

import numpy as np
import numpy.typing as npt

BITS = 1024


class DistinctCounts:
    """How many different things each of many counters has seen: linear counting.

    Each counter is a bitmap of 1,024 bits (Whang et al. 1990): about 3 % off up to a
    thousand things, 10 % at three thousand; beyond some 5,000 it is full.
    """

    def __init__(self) -> None:
        self._bits = np.zeros((0, BITS // 8), np.uint8)

    def resize(self, size: int) -> None:
        """Have so many counters."""
        if size > len(self._bits):
            grown = np.zeros((max(size, 2 * len(self._bits)), BITS // 8), np.uint8)
            grown[: len(self._bits)] = self._bits
            self._bits = grown

    def keep(self, counters: npt.NDArray[Any]) -> None:
        """Keep some counters, in this order."""
        self._bits = self._bits[counters]

    def add(self, counters: npt.NDArray[Any], hashes: npt.NDArray[np.uint64]) -> None:
        """Take note of a thing at each counter."""
        bit = (_scatter(hashes) & np.uint64(BITS - 1)).astype(np.int64)
        np.bitwise_or.at(self._bits, (counters, bit >> 3), (1 << (bit & 7)).astype(np.uint8))

    def estimate(self, counter: int) -> int:
        """Return about how many different things a counter has seen."""
        empty = BITS - int(np.unpackbits(self._bits[counter]).sum())
        return round(-BITS * log(max(empty, 1) / BITS))


def _scatter(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Make numbers in a row random ones, as linear counting needs (the finaliser of SplitMix64)."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


class Frequent:
    """The most frequent of many values, by Misra and Gries (1982).

    With room for `size` values, each count is too low by at most the number of
    all values over `size`.
    """

    __slots__ = ("_size", "counts")

    def __init__(self, size: int = 16) -> None:
        self._size = size
        self.counts: dict[Any, int] = {}

    def add(self, values: Iterable[Any]) -> None:
        """Count values."""
        counts = self.counts
        for value in values:
            if value in counts or len(counts) < self._size:
                counts[value] = counts.get(value, 0) + 1
            else:
                self.counts = counts = {key: left - 1 for key, left in counts.items() if left > 1}

    def most_common(self, number: int) -> list[tuple[Any, int]]:
        """Return the most frequent values and their counts."""
        return sorted(self.counts.items(), key=lambda item: (-item[1], str(item[0])))[:number]
