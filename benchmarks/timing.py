"""Time several ways of doing the same in turns, so that a busy moment hits them all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

Spread = list[float]
Work = Callable[[], Any]
Key = TypeVar("Key", bound=Hashable)


def seconds(work: Work) -> float:
    """Return how long a piece of work took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def time_in_turns(works: Mapping[Key, Work], rounds: int) -> dict[Key, list[float]]:
    """Return the seconds of each work in each round; every round runs them all once.

    The order turns from round to round, so that none always follows the same one.
    """
    taken: dict[Key, list[float]] = {name: [] for name in works}
    names = list(works)
    for turn in range(rounds):
        for place in range(len(names)):
            name = names[(turn + place) % len(names)]
            taken[name].append(seconds(works[name]))
    return taken


def spread(values: Sequence[float], digits: int = 2) -> Spread:
    """Return the median and the quartiles, as [median, low, high]."""
    if len(values) < 2:
        return [round(values[0], digits)] * 3
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return [round(value, digits) for value in (statistics.median(values), low, high)]


def ratios(times: Mapping[str, Sequence[float]], ours: str) -> dict[str, Spread]:
    """Return how many times as long as ours each one takes: of the medians, and quartiles over rounds."""
    base = statistics.median(times[ours])
    found = {}
    for name, taken in times.items():
        by_round = [theirs / own for theirs, own in zip(taken, times[ours], strict=True)]
        _, low, high = spread(by_round)
        found[name] = [round(statistics.median(taken) / base, 2), low, high]
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of the values does not exceed."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]
