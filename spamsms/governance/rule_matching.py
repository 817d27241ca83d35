"""Find which of many users' rules a message meets, in one pass whatever their number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from spamsms.governance.readable import make_readable
from spamsms.governance.senders import classify_sender
from spamsms.normalize_pieces import join_pieces

# What tells one word from another; separators, which disguise puts anywhere, do not.
_MEANINGFUL = re.compile(r"[^\W_]|[%¥]")
_WILDCARD = re.compile("[*?]")
# A literal's first so many characters say where it may start; long ones are told by more.
ANCHOR, LONG_ANCHOR = 2, 4


def readable_text(text: str) -> str:
    """Return a text as a reader sees it, in small letters, numbers and punctuation kept."""
    return make_readable([text]).text[1:-1]


class _ComparableCharacters(dict[int, str]):
    """What :meth:`str.translate` looks characters up in; filled as characters turn up."""

    def __missing__(self, code: int) -> str:
        char = readable_text(chr(code))
        self[code] = char = char if _MEANINGFUL.fullmatch(char) else ""
        return char


_COMPARABLE = _ComparableCharacters()


def comparable(text: str) -> str:
    """Return a text as a reader sees it, without separators, its parted characters put together."""
    return join_pieces(text.translate(_COMPARABLE))


@lru_cache(maxsize=4096)
def plain_sender(sender: str) -> str:
    """Return a sending number, or a name, as rules compare it: ``+86`` and spaces taken off."""
    found = classify_sender(sender)
    return found.number if found.kind != "invalid" else _without_code(readable_text(sender))


def plain_pattern(pattern: str) -> str:
    """Return the pattern of a sender as rules compare it; without wildcards it is one sender."""
    return _without_code(readable_text(pattern)) if _WILDCARD.search(pattern) else plain_sender(pattern)


def _without_code(number: str) -> str:
    plain = re.sub(r"[\s\-()]", "", number)
    return re.sub(r"^(?:\+|00)86", "", plain)


def fixed_length(pattern: str) -> int:
    """Return how many characters of a pattern are no wildcards."""
    return len(_WILDCARD.sub("", pattern))


def is_exact(pattern: str) -> bool:
    """Tell whether a pattern stands for one sender."""
    return _WILDCARD.search(pattern) is None


class LiteralIndex:
    """Finds which of many strings a text holds.

    Each place of the text is looked up by two and by four characters; only where
    literals start with these are the lengths that such literals have looked up.
    So the cost depends on the text and not on the number of literals.

    Parameters
    ----------
    literals : sequence of str
        Each of `ANCHOR` characters or more.
    """

    def __init__(self, literals: Sequence[str]) -> None:
        self._literals = frozenset(literals)
        self._short = _lengths([item for item in self._literals if len(item) < LONG_ANCHOR], ANCHOR)
        self._long = _lengths([item for item in self._literals if len(item) >= LONG_ANCHOR], LONG_ANCHOR)

    def __bool__(self) -> bool:
        return bool(self._literals)

    def find(self, text: str) -> set[str]:
        """Return the literals that the text holds."""
        literals, found = self._literals, set()
        for known, anchor in ((self._short, ANCHOR), (self._long, LONG_ANCHOR)):
            for at in range(len(text) - anchor + 1) if known else ():
                for length in known.get(text[at : at + anchor], ()):
                    part = text[at : at + length]
                    if part in literals:
                        found.add(part)
        return found


def _lengths(literals: Sequence[str], anchor: int) -> dict[str, list[int]]:
    """Return which lengths literals of one start have."""
    found: dict[str, set[int]] = {}
    for literal in literals:
        found.setdefault(literal[:anchor], set()).add(len(literal))
    return {start: sorted(lengths) for start, lengths in found.items()}


class SenderIndex:
    """Finds which of many patterns a sender meets.

    Parameters
    ----------
    patterns : sequence of str
        As :func:`plain_pattern` returns them.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self._exact = frozenset(filter(is_exact, patterns))
        wild = set(patterns) - self._exact
        # 1069*, by far the most frequent form, needs no scan either.
        self._prefixes = frozenset(
            pattern[:-1] for pattern in wild if pattern[-1] == "*" and is_exact(pattern[:-1])
        )
        self._lengths = sorted({len(prefix) for prefix in self._prefixes})
        self._globs = [
            (pattern, _compile_glob(pattern))
            for pattern in sorted(wild)
            if pattern[-1] != "*" or pattern[:-1] not in self._prefixes
        ]

    def find(self, sender: str) -> Iterator[str]:
        """Yield the patterns that a sender meets, which is as :func:`plain_sender` returns it."""
        if sender in self._exact:
            yield sender
        for length in self._lengths:
            if len(sender) >= length and sender[:length] in self._prefixes:
                yield sender[:length] + "*"
        for pattern, glob in self._globs:
            if glob.fullmatch(sender):
                yield pattern


def _compile_glob(pattern: str) -> re.Pattern[str]:
    # Runs of stars, as one: several would take a regular expression long to refuse.
    return re.compile("".join(_glob_part(char) for char in re.sub(r"\*+", "*", pattern)))


def _glob_part(char: str) -> str:
    return {"*": ".*", "?": "."}.get(char) or re.escape(char)
