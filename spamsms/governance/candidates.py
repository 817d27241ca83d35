"""What patterns find before overlaps are settled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Candidate(NamedTuple):
    """A span of readable text that may be an entity; smaller ranks win where spans overlap."""

    rank: int
    start: int
    end: int
    type: str
    value: str
    attributes: dict[str, Any]


# Ranks, strongest first: the order in which overlapping finds are believed.
(SIGNATURE, LINK, REFUSAL, CODE, PICKUP, CARD, LATE_CODE, HANDLE, PHONE, DISCOUNT, PERCENT, AMOUNT, TIME) = (
    range(13)
)

Finder = Callable[[str], Iterator[Candidate]]
NUMERAL_DIGITS = str.maketrans("零一二三四五六七八九两oil", "01234567892011")
