"""Numbers of a whole batch: spelled in Chinese, then folded into tokens of what they look like."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.normalize import AMOUNT_SIGNS, SERVICE_PREFIXES, TIME_SIGNS
from spamsms.normalize_marks import Marks
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
_AMOUNT_SIGN, _TIME_SIGN, _GAP_SIGN = 1, 2, 3
_LONGEST_PHONE, _SERVICE_LENGTH = 13, 5
# Prefixes are numbers of base 11, whose last digit stands for what is none.
_NO_DIGIT = 10
_PREFIX_LENGTH = 3


def spell_numerals(marks: Marks) -> None:
    """Read seven or more digits in a row, some of them Chinese numerals, as digits."""
    kinds = marks.kinds
    numerals = kinds == CLASS_NUMERAL
    members = kinds == CLASS_DIGIT
    members |= numerals
    linked = members[1:] & members[:-1]
    linked &= marks.beside
    # Seven in a row have six links: two, four and then six neighbours that all are.
    two = linked[1:] & linked[:-1]
    four = two[2:] & two[:-2]
    six = four[2:] & two[:-4]
    if not np.count_nonzero(six):
        return
    long = np.zeros(kinds.size, np.bool_)
    long[: six.size] = six
    # From the first of seven to two, four and then all of them.
    for step in (1, 2, 3):
        long[step:] |= long[:-step]
    numerals &= long
    spelled = numerals.nonzero()[0]
    marks.units[spelled] = _numeral_units().take(marks.units.take(spelled))
    kinds[spelled] = CLASS_DIGIT


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
    digits = lasts - firsts + 1
    separators = framed.nonzero()[0] + 1
    if separators.size:
        digits -= np.bincount(_run_of(firsts, separators), minlength=firsts.size)
    tokens = _number_tokens(marks, firsts, lasts, digits)
    masks = (kinds == CLASS_MASK).nonzero()[0]
    if masks.size:
        tokens[_run_of(firsts, masks)] = ord(MASK)
    kinds *= ~members
    marks.fold(firsts, lasts, tokens)


def _run_of(firsts: Array, members: Array) -> Array:
    """Return the index of the run that each of some marks belongs to."""
    run: Array = firsts.searchsorted(members, side="right") - 1
    return run


def _number_tokens(marks: Marks, firsts: Array, lasts: Array, digits: Array) -> npt.NDArray[np.uint16]:
    """Choose the token of each run of digits; the rules stand in ``normalize.number_token``."""
    length = lasts - firsts + 1
    tokens = _length_tokens().take(digits, mode="clip")
    phones = ((digits >= 5) & (digits <= _LONGEST_PHONE)).nonzero()[0]
    if phones.size:
        is_phone = _is_phone(marks, firsts.take(phones), digits.take(phones), length.take(phones))
        tokens[phones[is_phone]] = ord(PHONE)
    behind = marks.behind(marks.at.take(lasts))
    signs = _signs().take(marks.all_units.take(behind))
    spaced = (signs == _GAP_SIGN).nonzero()[0]
    if spaced.size:
        behind = marks.behind(behind.take(spaced))
        signs[spaced] = _signs().take(marks.all_units.take(behind, mode="clip"))
    timed = signs == _TIME_SIGN
    short = digits <= 8
    joined = ((length > digits) & short).nonzero()[0]
    if joined.size:
        pointed, dated = _read_separators(marks, firsts.take(joined), length.take(joined))
        tokens[joined[pointed]] = ord(AMOUNT)
        timed[joined[dated]] = True
    timed &= short
    np.putmask(tokens, timed, ord(NUMBER))
    priced = marks.all_units.take(marks.before(marks.at.take(firsts))) == ord(CURRENCY)
    priced |= signs == _AMOUNT_SIGN
    np.putmask(tokens, priced, ord(AMOUNT))
    return tokens


def _read_separators(
    marks: Marks, first: Array, length: Array
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Tell which runs with separators are written as sums of money, and which as dates or times."""
    units = marks.units
    pointed = (length >= 3) & (units.take(first + length - 3) == ord("."))
    dated = (units.take(first + 2, mode="clip") == ord(":")) & (length > 3)
    dated |= units.take(first + 1) == ord(":")
    fifth = units.take(first + 4, mode="clip")
    dated |= (length >= 8) & ((fifth == ord("-")) | (fifth == ord("/")) | (fifth == ord(".")))
    return pointed, dated


@lru_cache(maxsize=1)
def _length_tokens() -> npt.NDArray[np.uint16]:
    """Token of a plain number by its digits."""
    return np.array([ord(NUMBER)] * 4 + [ord(CODE)] * 5 + [ord(ACCOUNT)], np.uint16)


@lru_cache(maxsize=1)
def _signs() -> npt.NDArray[np.uint8]:
    """Return which units say what the number before them is, or may stand before one that does."""
    signs = np.zeros(0x10000, np.uint8)
    signs[list(map(ord, AMOUNT_SIGNS))] = _AMOUNT_SIGN
    signs[list(map(ord, TIME_SIGNS))] = _TIME_SIGN
    signs[[SPACE, ord(",")]] = _GAP_SIGN
    return signs


def _is_phone(marks: Marks, first: Array, digits: Array, length: Array) -> npt.NDArray[np.bool_]:
    prefix = np.zeros(first.size, np.uint16)
    for place in range(_PREFIX_LENGTH):
        prefix *= _NO_DIGIT + 1
        prefix += np.minimum(marks.units.take(first + place) - np.uint16(_ZERO), _NO_DIGIT)
    is_phone: npt.NDArray[np.bool_] = (_phone_lengths().take(prefix) >> digits & 1).astype(np.bool_)
    is_phone &= (digits != _SERVICE_LENGTH) | (length == _SERVICE_LENGTH)
    return is_phone


@lru_cache(maxsize=1)
def _phone_lengths() -> npt.NDArray[np.int64]:
    """Return, as a set of bits, how many digits make a phone number of each prefix of three characters."""
    lengths = np.zeros((_NO_DIGIT + 1,) * _PREFIX_LENGTH, np.int64)
    lengths[0] = 1 << 10 | 1 << 11 | 1 << 12
    lengths[1, 3:10] |= 1 << 11
    lengths[8, 6] |= 1 << 13
    lengths[(4, 8), 0, 0] |= 1 << 10
    for prefix in SERVICE_PREFIXES:
        lengths[prefix // 100, prefix // 10 % 10, prefix % 10] |= 1 << _SERVICE_LENGTH
    return lengths.ravel()
