"""What patterns find before overlaps are settled."""

from __future__ import annotations

import re
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
(SIGNATURE, LINK, REFUSAL, CODE, PICKUP, CARD, HANDLE, PHONE, DISCOUNT, PERCENT, AMOUNT, LATE_CODE, TIME) = (
    range(13)
)

Finder = Callable[[str], Iterator[Candidate]]
NUMERAL_DIGITS = str.maketrans("零一二三四五六七八九两oil", "01234567892011")


def group_span(match: re.Match[str], *names: str) -> tuple[int, int]:
    """Return the span of the first of some groups that took part."""
    for name in names:
        if match[name] is not None:
            return match.span(name)
    return match.span()
