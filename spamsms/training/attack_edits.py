"""How an attack changes a message: it proposes edits, and as many as its budget allows are made."""

from __future__ import annotations

import random
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from spamsms.training.attack_entries import Half, rows

# What a position of a message is part of.
FREE, LINK, NUMBER, MASK = range(4)

LONGEST_WORD = 4
# Shorter runs of digits are sums and dates; these are telephone and account numbers.
LONG_NUMBER = 7
# How much sooner the words that give an advert away are chosen than others.
HOT_WEIGHT = 0.3

_PARTS = re.compile(
    # Words that stand for what was taken out of a message, and what was crossed out.
    r"(?P<mask>(?<![A-Za-z])(?:CELLPHONE|PHONE|DIGIT|URL|PLACE|NAME|WECHAT)(?![A-Za-z])|[*#]{2,}|[xX]{2,})"
    r"|(?P<link>(?:https?://|www\.)[!-~]+"
    # Not from within a run of letters, which would take quadratic time.
    r"|(?<![A-Za-z0-9_+.-])[A-Za-z0-9_+.-]+@[A-Za-z0-9.-]+"
    r"|(?<![A-Za-z0-9.-])[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}(?:[:/?][!-~]*)?"
    # Letters that run together with digits, as in an account's name; not QQ or tel before a number.
    r"|(?i:(?<![a-z])(?!(?:qq|v|vx|wx|tel)[0-9])[a-z]+(?=[0-9]))|(?<=[0-9])[A-Za-z]+)"
    r"|(?P<number>[0-9](?:[-. ]?[0-9])*)"
)
_KINDS = {"mask": MASK, "link": LINK, "number": NUMBER}


class Edit(NamedTuple):
    """Put `new` in the place of the characters from `start` up to `stop`."""

    start: int
    stop: int
    new: str

    @property
    def cost(self) -> int:
        """How many characters of the message it alters; one where it only inserts."""
        return max(1, self.stop - self.start)


@dataclass
class Budget:
    """How many characters may still be altered.

    Parameters
    ----------
    left : int
        The number of characters.
    first_is_free : bool, default=True
        Whether the first edit is made even where it costs more, so that short
        messages are attacked too.
    """

    left: int
    first_is_free: bool = True

    def take(self, cost: int) -> bool:
        """Pay for an edit; tell whether there was enough left."""
        if cost > self.left and not self.first_is_free:
            return False
        self.left -= cost
        self.first_is_free = False
        return True


@dataclass(frozen=True)
class Situation:
    """What an attack works with: chance, the half of the tables, its budget, texts to pad with."""

    rng: random.Random
    half: Half
    budget: Budget
    padding: Sequence[str] = field(default=())


def is_han(char: str) -> bool:
    """Tell whether a character is Chinese."""
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf"


def find_words(text: str, words: Container[str]) -> Iterator[tuple[int, int]]:
    """Yield where known words stand, from the left, the longest at each place, none in another."""
    start = 0
    while start < len(text):
        for stop in range(min(start + LONGEST_WORD, len(text)), start, -1):
            if text[start:stop] in words:
                yield start, stop
                start = stop
                break
        else:
            start += 1


class Message:
    """A message and what each of its positions is part of.

    Parameters
    ----------
    text : str
        The message.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def kinds(self) -> bytearray:
        """For each position FREE, LINK, NUMBER or MASK."""
        kinds = bytearray(len(self.text))
        for part in _PARTS.finditer(self.text):
            kind = _KINDS[str(part.lastgroup)]
            kinds[part.start() : part.end()] = bytes([kind]) * (part.end() - part.start())
        return kinds

    @cached_property
    def han(self) -> list[bool]:
        """For each position whether a Chinese character stands there."""
        return [is_han(char) for char in self.text]

    @cached_property
    def hot(self) -> bytearray:
        """For each position 1 where it is part of a word that gives an advert away."""
        hot = bytearray(len(self.text))
        for start, stop in find_words(self.text, rows("slang")):
            hot[start:stop] = b"\1" * (stop - start)
        return hot

    def is_free(self, start: int, stop: int) -> bool:
        """Tell whether no link, number or mask stands between two positions."""
        return not any(self.kinds[start:stop])

    def han_gaps(self) -> Iterator[int]:
        """Yield the positions between two Chinese characters."""
        return (i for i in range(1, len(self.text)) if self.han[i - 1] and self.han[i])

    def gaps(self) -> Iterator[int]:
        """Yield the positions between two letters, Chinese or Latin."""
        solid = [
            han or (kind == FREE and char.isascii() and char.isalpha())
            for han, kind, char in zip(self.han, self.kinds, self.text, strict=True)
        ]
        yield from (i for i in range(1, len(self.text)) if solid[i - 1] and solid[i])

    def number_gaps(self) -> Iterator[int]:
        """Yield the positions between the digits of telephone and account numbers."""
        for part in _PARTS.finditer(self.text):
            if part.lastgroup == "number" and part.end() - part.start() >= LONG_NUMBER:
                digits = range(part.start() + 1, part.end())
                yield from (i for i in digits if self.text[i - 1].isdigit() and self.text[i].isdigit())


def rewrite(message: Message, edits: Iterable[Edit], situation: Situation, *, apart: bool = False) -> str:
    """Make as many of the proposed edits as the budget allows.

    Parameters
    ----------
    message : Message
    edits : iterable of Edit
        In any order; of two that overlap, one is made.
    situation : Situation
    apart : bool, default=False
        Whether a character between two edits is left as it was.

    Returns
    -------
    str
    """
    margin = int(apart)
    chance = situation.rng.random
    hot = message.hot
    ranked = []
    for edit in edits:
        weight = HOT_WEIGHT if any(hot[edit.start : edit.start + edit.cost]) else 1.0
        ranked.append((chance() * weight, edit))
    taken = bytearray(len(message.text))
    chosen = []
    for _, edit in sorted(ranked):
        if not any(taken[max(0, edit.start - margin) : edit.stop + margin]) and situation.budget.take(
            edit.cost
        ):
            taken[edit.start : edit.stop] = b"\1" * (edit.stop - edit.start)
            chosen.append(edit)
    return apply(message.text, chosen)


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Make edits that do not overlap."""
    pieces: list[str] = []
    end = 0
    for edit in sorted(edits):
        pieces += (text[end : edit.start], edit.new)
        end = edit.stop
    return "".join((*pieces, text[end:]))
