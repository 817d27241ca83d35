"""Numbers of a whole batch: spelled in Chinese, then folded into tokens of what they look like."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.normalize import AMOUNT_SIGNS, SERVICE_PREFIXES, TIME_SIGNS
from spamsms.normalize_marks import Marks, expand
from spamsms.tables.codes import (
    ACCOUNT,
    AMOUNT,
    CLASS_DIGIT,
    CLASS_GAP,
    CLASS_MASK,
    CLASS_NUMERAL,
    CODE,
    CURRENCY,
    MASK,
    NUMBER,
    NUMERALS,
    PHONE,
    SPACE,
)

Array = npt.NDArray[Any]
_ZERO = ord("0")
_SPELLED_DIGITS = 7


def spell_numerals(marks: Marks) -> None:
    """Read seven or more digits in a row, some of them Chinese numerals, as digits."""
    kinds = marks.kinds
    numerals = kinds == CLASS_NUMERAL
    places = numerals.nonzero()[0]
    if not places.size:
        return
    members = numerals | (kinds == CLASS_DIGIT)
    linked = members[1:] & members[:-1]
    linked &= marks.beside
    # One of seven in a row has three at one side of it, which few numerals have.
    three = linked[:-2] & linked[1:-1] & linked[2:] if linked.size > 2 else linked[:0]
    if not three.size or not (three.take(places, mode="clip") | three.take(places - 3, mode="clip")).any():
        return
    firsts, lasts = marks.runs(members)
    long = (lasts - firsts >= _SPELLED_DIGITS - 1).nonzero()[0]
    if long.size:
        inside = expand(firsts.take(long), lasts.take(long) + 1)
        marks.units[inside] = _numeral_units().take(marks.units[inside])
        kinds[inside] = CLASS_DIGIT


@lru_cache(maxsize=1)
def _numeral_units() -> npt.NDArray[np.uint16]:
    table = np.arange(0x10000, dtype=np.uint16)
    for value, numeral in enumerate(NUMERALS):
        table[ord(numeral)] = _ZERO + value
    return table


def fold_numbers(marks: Marks) -> None:
    """Fold runs of digits and masks, single separators between them, into tokens."""
    kinds, beside = marks.kinds, marks.beside
    solid = kinds - np.uint8(CLASS_DIGIT) < 2
    framed = solid[:-2] & solid[2:]
    framed &= beside[:-1]
    framed &= beside[1:]
    framed &= kinds[1:-1] - np.uint8(CLASS_GAP) < 2
    members = solid
    members[1:-1] |= framed
    firsts, lasts = marks.runs(members)
    if not firsts.size:
        return
    masked = kinds == CLASS_MASK
    tokens = np.full(firsts.size, ord(MASK), np.uint16)
    # Most masked runs begin or end with a mask; the others are found by counting.
    plain = ((kinds.take(firsts) == CLASS_DIGIT) & (kinds.take(lasts) == CLASS_DIGIT)).nonzero()[0]
    masks = np.cumsum(masked, dtype=np.int64)
    plain = plain.take((masks.take(firsts.take(plain)) == masks.take(lasts.take(plain))).nonzero()[0])
    if plain.size:
        digits = np.cumsum(kinds == CLASS_DIGIT, dtype=np.int64)
        first, last = firsts.take(plain), lasts.take(plain)
        tokens[plain] = _number_tokens(marks, first, last, digits.take(last) - digits.take(first) + 1)
    kinds *= ~members
    marks.fold(firsts, lasts, tokens)


def _number_tokens(marks: Marks, firsts: Array, lasts: Array, digits: Array) -> npt.NDArray[np.uint16]:
    """Choose the token of each run of digits; the rules stand in ``normalize.number_token``."""
    units, length = marks.units, lasts - firsts + 1
    tokens = _length_tokens().take(digits, mode="clip")
    long = (digits >= 5).nonzero()[0]
    tokens[long[_is_phone(units, firsts.take(long), digits.take(long), length.take(long))]] = ord(PHONE)
    behind_at = marks.behind(marks.at.take(lasts))
    behind = marks.all_units.take(behind_at)
    spaced = ((behind == SPACE) | (behind == ord(","))).nonzero()[0]
    behind[spaced] = marks.all_units.take(marks.behind(behind_at.take(spaced)), mode="clip")
    flags = _sign_flags().take(behind)
    timed = flags == 2
    short = digits <= 8
    joined = ((length > digits) & short).nonzero()[0]
    if joined.size:
        first, end = firsts.take(joined), length.take(joined)
        point = (end >= 3) & (units.take(first + end - 3) == ord("."))
        tokens[joined[point]] = ord(AMOUNT)
        colon = units.take(first + 1) == ord(":")
        colon |= (units.take(first + 2, mode="clip") == ord(":")) & (end > 3)
        fifth = units.take(first + 4, mode="clip")
        dated = (end >= 8) & ((fifth == ord("-")) | (fifth == ord("/")) | (fifth == ord(".")))
        timed[joined[colon | dated]] = True
    timed &= short
    tokens[timed] = ord(NUMBER)
    priced = marks.all_units.take(marks.before(marks.at.take(firsts))) == ord(CURRENCY)
    priced |= flags == 1
    tokens[priced] = ord(AMOUNT)
    return tokens


@lru_cache(maxsize=1)
def _length_tokens() -> npt.NDArray[np.uint16]:
    """Token of a plain number by its digits."""
    return np.array([ord(NUMBER)] * 4 + [ord(CODE)] * 5 + [ord(ACCOUNT)], np.uint16)


@lru_cache(maxsize=1)
def _sign_flags() -> npt.NDArray[np.uint8]:
    """1 for signs that make the number before them an amount, 2 for those that make it a time."""
    flags = np.zeros(0x10000, np.uint8)
    flags[[ord(c) for c in AMOUNT_SIGNS]] = 1
    flags[[ord(c) for c in TIME_SIGNS]] = 2
    return flags


@lru_cache(maxsize=1)
def _service_flags() -> npt.NDArray[np.bool_]:
    flags = np.zeros(1000, np.bool_)
    flags[list(SERVICE_PREFIXES)] = True
    return flags


def _is_phone(units: Array, first: Array, digits: Array, length: Array) -> npt.NDArray[np.bool_]:
    one, two, three = (units.take(first + step).astype(np.int64) - _ZERO for step in range(3))
    prefix = np.where((two >= 0) & (two <= 9) & (three >= 0) & (three <= 9), 100 * one + 10 * two + three, 0)
    phone = (one == 1) & (two >= 3) & (two <= 9) & (digits == 11)
    phone |= (one == 8) & (two == 6) & (digits == 13)
    phone |= ((prefix == 400) | (prefix == 800)) & (digits == 10)
    phone |= (one == 0) & (digits >= 10) & (digits <= 12)
    phone |= (digits == 5) & (length == 5) & _service_flags().take(prefix, mode="clip")
    is_phone: npt.NDArray[np.bool_] = phone
    return is_phone
