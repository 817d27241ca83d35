"""Codes shared by the table builder and the normaliser."""

from __future__ import annotations

# Class of a canonical character. The order matters: what is below CLASS_LATIN is no content,
# CLASS_GAP to CLASS_TOKEN is what rules look at, GAP and LINK_MARK may stand inside a number,
# LINK_MARK to MASK inside a link.
CLASS_DROP = 0
CLASS_SEPARATOR = 1
CLASS_GAP = 2
CLASS_LINK_MARK = 3
CLASS_LATIN = 4
CLASS_DIGIT = 5
CLASS_MASK = 6
CLASS_NUMERAL = 7
CLASS_TOKEN = 8
CLASS_HAN = 9
CLASS_LETTER = 10
CLASS_BOUND = 11

GAPS = frozenset(" ,")
LINK_MARKS = frozenset(".:/-_?=&%~+@#")
CURRENCY = "¥"
# Chinese numerals that spell out a number digit by digit.
NUMERALS = "零一二三四五六七八九"

# What a folded run becomes: one character a class. The signs are rare in messages and stay
# themselves under the table, which makes normalising idempotent.
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
SEPARATOR = ord("!")
RARE_HAN = ord("〓")


def default_astral(code: int) -> int:
    """Return the canonical unit of a code point above U+FFFF that no table lists.

    Planes 2 and 3 hold rare Chinese characters, plane 14 invisible selectors,
    the rest is mostly emoji and symbols: separators.
    """
    if 0x20000 <= code < 0x40000:
        return RARE_HAN
    return DROP if 0xE0000 <= code < 0xF0000 else SEPARATOR
