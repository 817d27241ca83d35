"""Codes shared by the table builder and the normaliser."""

from __future__ import annotations

# Class of a canonical character. Order matters: everything from CLASS_LATIN on is content.
CLASS_DROP = 0
CLASS_SEPARATOR = 1
CLASS_LINK_MARK = 2
CLASS_LATIN = 3
CLASS_DIGIT = 4
CLASS_MASK = 5
CLASS_HAN = 6
CLASS_NUMERAL = 7
CLASS_LETTER = 8
CLASS_TOKEN = 9
CLASS_BOUND = 10

# Marks that may stand inside a link.
LINK_MARKS = frozenset(".:/-_?=&%~+@#,")
# Chinese numerals that spell out a number digit by digit.
NUMERALS = frozenset("零一二三四五六七八九")

LINK = "⇗"
PHONE = "☏"
ACCOUNT = "⎆"
CODE = "⌗"
AMOUNT = "¤"
NUMBER = "⓪"
MASK = "※"
TOKENS = frozenset((LINK, PHONE, ACCOUNT, CODE, AMOUNT, NUMBER, MASK))

# Canonical units that stand for no character of their own.
DROP = 0
SPACE = ord(" ")
RARE_HAN = ord("〓")


def default_astral(code: int) -> int:
    """Return the canonical unit of a code point above U+FFFF that no table lists.

    Planes 2 and 3 hold rare Chinese characters, plane 14 invisible selectors,
    the rest is mostly emoji and symbols.
    """
    if 0x20000 <= code < 0x40000:
        return RARE_HAN
    return DROP if 0xE0000 <= code < 0xF0000 else SPACE
