"""What the attacks put in place of what: static tables, each split into two halves.

One table a ``.tsv`` file in ``attack_tables``, one entry a line: what is replaced, a tab, what it is
replaced with, separated by spaces; ``U+200B`` stands for a character that
cannot be seen. Some files are written by hand, some by
:mod:`spamsms.training.build_attack_tables`.

A substitute belongs to the half that its SHA-1 says, whatever it replaces: what
a model meets in augmentation (``development``) is never what tests it (``test``).
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

Half = Literal["development", "test"]
HALVES: tuple[Half, Half] = ("development", "test")

TABLES = Path(__file__).parent / "attack_tables"
# A line of these is one style of all these characters, and goes to one half as a whole.
STYLES = {"digit_styles": string.digits, "letter_styles": string.ascii_uppercase + string.ascii_lowercase}
INSERTIONS = "insertions"
# A character with fewer of its sound and tone takes others of its sound.
ENOUGH_TO_CHOOSE_FROM = 4

_ESCAPE = re.compile(r"U\+([0-9A-F]{4,5})")


@lru_cache(maxsize=1 << 16)
def half_of(substitute: str) -> Half:
    """Return the half that a substitute belongs to, in every table.

    Parameters
    ----------
    substitute : str
        What is put into a message.

    Returns
    -------
    {"development", "test"}
    """
    return HALVES[hashlib.sha1(substitute.encode("utf-8", "surrogatepass")).digest()[0] & 1]


def _plain(field: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), field)


@cache
def rows(name: str) -> dict[str, tuple[str, ...]]:
    """Return a table as it is written: the first field of each line and the fields behind it."""
    found: dict[str, tuple[str, ...]] = {}
    for line in (TABLES / f"{name}.tsv").read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("# "):
            key, _, values = line.partition("\t")
            found[_plain(key)] = tuple(_plain(value) for value in values.split(" "))
    return found


def _pairs(name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each source of a table with all its substitutes."""
    if name in {"homophones", "near_homophones"}:
        yield from _sounding_alike(near=name == "near_homophones")
    elif name == "pinyin":
        yield from ((word, (spelling.replace("'", ""),)) for word, (spelling,) in rows("words").items())
    elif name == "pinyin_initials":
        for word, (spelling,) in rows("words").items():
            yield word, ("".join(syllable[0] for syllable in spelling.split("'")),)
    else:
        yield from rows(name).items()


def _sounding_alike(near: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each character with those of its sound and tone, of any tone where those are few."""
    by_tone = {reading: characters for reading, (characters,) in rows("homophones").items()}
    by_sound: dict[str, str] = {}
    for reading, characters in by_tone.items():
        by_sound[reading[:-1]] = by_sound.get(reading[:-1], "") + characters
    for reading, characters in by_tone.items():
        alike = rows("near_readings").get(reading, ()) if near else (reading,)
        others = "".join(by_tone[other] for other in alike)
        if len(others) < ENOUGH_TO_CHOOSE_FROM:
            others = "".join(by_sound[sound] for sound in sorted({other[:-1] for other in alike}))
        for char in characters:
            yield char, tuple(other for other in others if other != char)


@cache
def entries(name: str) -> dict[str, tuple[str, ...]]:
    """Return each source of a table with its substitutes of both halves."""
    return dict(_pairs(name))


@cache
def substitutes(name: str, half: Half) -> dict[str, tuple[str, ...]]:
    """Return what each source of a table may become in one half; sources without any are left out.

    Parameters
    ----------
    name : str
        A table of substitutes, such as ``martian``.
    half : {"development", "test"}

    Returns
    -------
    dict of str to tuple of str
    """
    found: dict[str, tuple[str, ...]] = {}
    for source, others in entries(name).items():
        kept = tuple(other for other in others if half_of(other) == half)
        if kept:
            found[source] = kept
    return found


@cache
def styles(name: str, half: Half) -> tuple[dict[str, str], ...]:
    """Return the styles of one half, each a map of plain characters to styled ones."""
    plain = STYLES[name]
    return tuple(
        {char: new for char, new in zip(plain, styled, strict=True) if new != char}
        for styled in rows(name).values()
        if half_of("".join(styled)) == half
    )


@cache
def insertions(kind: str, half: Half) -> tuple[str, ...]:
    """Return what one half of the attacks may put between characters."""
    return tuple(item for item in rows(INSERTIONS)[kind] if half_of(item) == half)
