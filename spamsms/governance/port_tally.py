"""Counts by sending number, kept in arrays of bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from spamsms.governance.dates import Day
from spamsms.governance.distinct import DistinctCounts, Frequent
from spamsms.governance.sketches import fingerprint
from spamsms.kinds import KINDS

Array = npt.NDArray[Any]
# More numbers are not kept at a time; of these, the half with the fewest messages is forgotten.
MOST_PORTS = 100_000
KIND_CODES = tuple(KINDS)
_KIND_PLACES = {kind: place for place, kind in enumerate(KIND_CODES)}
_NO_KIND = len(KIND_CODES)
_EPOCH = datetime(1970, 1, 1)
_NEVER = np.iinfo(np.int64).max


class Observed(NamedTuple):
    """What is known of some messages, one entry each."""

    senders: Sequence[str]
    times: Sequence[datetime | None]
    marketing: npt.NDArray[np.bool_]
    kinds: Sequence[str | None]
    refusals: npt.NDArray[np.bool_]
    signatures: Sequence[str]
    campaigns: npt.NDArray[np.int64]


class Port(NamedTuple):
    """What is known of a sending number; distinct counts are estimates."""

    number: str
    messages: int
    marketing: int
    marketing_refusals: int
    kinds: dict[str, int]
    hours: list[int]
    first: datetime | None
    last: datetime | None
    n_signatures: int
    n_campaigns: int
    signatures: list[tuple[str, int]]
    campaigns: list[tuple[int, int]]


class PortTally:
    """Counts messages by sending number.

    Parameters
    ----------
    most : int, default=MOST_PORTS
        Numbers kept at a time.

    Attributes
    ----------
    n_forgotten, n_forgotten_messages : int
        Numbers with few messages that fell out, and their messages.
    """

    def __init__(self, most: int = MOST_PORTS) -> None:
        self._most = most
        self._places: dict[str, int] = {}
        self._counts = np.zeros((0, 3), np.int64)
        self._kinds = np.zeros((0, len(KIND_CODES) + 1), np.int64)
        self._hours = np.zeros((0, 24), np.int64)
        self._spans = np.zeros((0, 2), np.int64)
        self._signatures, self._campaigns = DistinctCounts(), DistinctCounts()
        self._top_signatures: list[Frequent] = []
        self._top_campaigns: list[Frequent] = []
        self.n_forgotten = 0
        self.n_forgotten_messages = 0

    def __len__(self) -> int:
        return len(self._places)

    def add(self, seen: Observed) -> None:
        """Count messages; those without a sending number are passed over."""
        rows = [row for row, sender in enumerate(seen.senders) if sender]
        if not rows:
            return
        places = np.array([self._place(seen.senders[row]) for row in rows])
        marketing = seen.marketing[rows]
        refused = marketing & seen.refusals[rows]
        np.add.at(self._counts, places, np.stack([np.ones(len(rows)), marketing, refused], 1).astype(int))
        kinds = np.array([_KIND_PLACES.get(seen.kinds[row] or "", _NO_KIND) for row in rows])
        np.add.at(self._kinds.reshape(-1), places * self._kinds.shape[1] + kinds, 1)
        self._add_times(places, [seen.times[row] for row in rows])
        self._add_contents(places, rows, seen)
        if len(self._places) > self._most:
            self._forget()

    def ports(self) -> Iterator[Port]:
        """Yield what is known of each number."""
        for number, place in self._places.items():
            messages, marketing, refused = self._counts[place].tolist()
            first, last = self._spans[place].tolist()
            kinds = dict(zip(KIND_CODES, self._kinds[place].tolist(), strict=False))
            yield Port(
                number,
                messages,
                marketing,
                refused,
                {kind: times for kind, times in kinds.items() if times},
                self._hours[place].tolist(),
                None if first == _NEVER else _as_time(first),
                None if first == _NEVER else _as_time(last),
                self._signatures.estimate(place),
                self._campaigns.estimate(place),
                self._top_signatures[place].most_common(3),
                self._top_campaigns[place].most_common(3),
            )

    def campaign_numbers(self) -> set[int]:
        """Return the campaigns that are among the most frequent of some number."""
        return {number for top in self._top_campaigns for number in top.counts}

    def _place(self, sender: str) -> int:
        place = self._places.get(sender)
        if place is None:
            place = self._places[sender] = len(self._places)
            self._top_signatures.append(Frequent())
            self._top_campaigns.append(Frequent())
            if place >= len(self._counts):
                self._grow(max(1024, 2 * place))
        return place

    def _grow(self, size: int) -> None:
        for name in ("_counts", "_kinds", "_hours", "_spans"):
            old = getattr(self, name)
            grown = np.zeros((size, old.shape[1]), old.dtype)
            grown[: len(old)] = old
            setattr(self, name, grown)
        known = len(self._places) - 1
        self._spans[known:] = (_NEVER, -_NEVER)
        self._signatures.resize(size)
        self._campaigns.resize(size)

    def _add_times(self, places: Array, times: list[datetime | None]) -> None:
        dated = [row for row, time in enumerate(times) if time is not None]
        found = [time for time in times if time is not None]
        at = places[dated]
        timed = [spot for spot, time in enumerate(found) if not isinstance(time, Day)]
        hours = np.array([found[spot].hour for spot in timed], np.int64)
        np.add.at(self._hours.reshape(-1), 24 * at[timed] + hours, 1)
        seconds = np.array([int((time - _EPOCH).total_seconds()) for time in found], np.int64)
        np.minimum.at(self._spans.reshape(-1), 2 * at, seconds)
        np.maximum.at(self._spans.reshape(-1), 2 * at + 1, seconds)

    def _add_contents(self, places: Array, rows: list[int], seen: Observed) -> None:
        campaigns = seen.campaigns[rows]
        told = campaigns >= 0
        self._campaigns.add(places[told], campaigns[told].astype(np.uint64) + np.uint64(1))
        signed = [spot for spot, row in enumerate(rows) if seen.signatures[row]]
        hashes = [_sound_of(seen.signatures[rows[spot]]) for spot in signed]
        self._signatures.add(places[signed], np.array(hashes, np.uint64))
        for place, row, campaign in zip(places.tolist(), rows, campaigns.tolist(), strict=True):
            if seen.signatures[row]:
                self._top_signatures[place].add((seen.signatures[row],))
            if campaign >= 0:
                self._top_campaigns[place].add((campaign,))

    def _forget(self) -> None:
        names = list(self._places)
        counts = self._counts[: len(names), 0]
        kept = np.sort(np.argsort(-counts, kind="stable")[: self._most // 2])
        self.n_forgotten += len(names) - kept.size
        self.n_forgotten_messages += int(counts.sum() - counts[kept].sum())
        self._places = {names[place]: new for new, place in enumerate(kept.tolist())}
        for name in ("_counts", "_kinds", "_hours", "_spans"):
            setattr(self, name, getattr(self, name)[kept])
        self._signatures.keep(kept)
        self._campaigns.keep(kept)
        self._top_signatures = [self._top_signatures[place] for place in kept.tolist()]
        self._top_campaigns = [self._top_campaigns[place] for place in kept.tolist()]


@lru_cache(maxsize=1 << 16)
def _sound_of(signature: str) -> int:
    """Return a number that is the same for signatures that are written in disguise."""
    return int(fingerprint(signature), 16)


def _as_time(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)
