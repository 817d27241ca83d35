"""Bring a message into canonical form: what a reader sees, and no more.

The rules, in order:

1. every character becomes its canonical one (:mod:`spamsms.tables`): half
   width, lower case, simplified, no accents, look-alikes and styled forms
   undone, all plain separators alike; invisible ones vanish;
2. links, and numbers by what they look like (phone, account, code, amount,
   plain number), and masks (``*``, ``x``, ``##`` in place of characters) become
   one token each; so do the placeholders DIGIT, PHONE, CELLPHONE and URL;
3. separators vanish, but for one space between two Latin words;
4. what was taken apart is put together (:mod:`spamsms.normalize_pieces`):
   Chinese characters that single Latin letters part, and those that are written
   as their two parts.

The result of normalising is its own normal form. Everything is linear in the
length of the text and defined for every string.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from spamsms.normalize_pieces import join_pieces, joined_units
from spamsms.tables import characters
from spamsms.tables.codes import (
    ACCOUNT,
    AMOUNT,
    CLASS_DROP,
    CODE,
    CURRENCY,
    LINK,
    MASK,
    NUMBER,
    NUMERALS,
    PHONE,
    TOKENS,
)
from spamsms.validation import check_text

# Raised whenever the same text would normalise otherwise: models of another version are refused.
NORMALIZER_VERSION = 2

# Signs behind a number that make it a sum of money or a discount; behind it, a date or a time.
AMOUNT_SIGNS = "元块万亿折%毛角圆"
TIME_SIGNS = "年月日号点时分秒周天"
# The first three digits of five-digit service numbers: operators 100xx, public hotlines 123xx,
# banks and insurers 95xxx, regional services 96xxx (numbering plan of MIIT).
SERVICE_PREFIXES = (100, 123, *range(950, 970))
# Country domains and the generic ones that turn up in messages.
TOP_LEVEL_DOMAINS = [
    "cn",
    "com",
    "net",
    "org",
    "cc",
    "top",
    "vip",
    "xyz",
    "me",
    "io",
    "co",
    "tv",
    "info",
    "app",
    "shop",
    "site",
    "club",
    "link",
    "ltd",
    "hk",
    "tw",
    "mo",
    "gov",
    "edu",
    "ly",
    "gl",
    "im",
    "la",
    "mobi",
    "wang",
    "ren",
    "pub",
    "fun",
    "online",
    "store",
    "tech",
    "work",
    "so",
    "to",
    "us",
    "uk",
    "jp",
    "kr",
    "sg",
    "my",
    "ru",
    "de",
    "fr",
    "eu",
    "biz",
    "pro",
    "ink",
    "win",
    "icu",
    "cyou",
    "live",
    "life",
    "world",
    "asia",
    "love",
    "red",
    "run",
    "art",
    "group",
    "games",
    "chat",
    "space",
    "website",
    "email",
    "pw",
    "ws",
    "fm",
    "fit",
    "sh",
    "gg",
    "ai",
]

PLACEHOLDERS = {"CELLPHONE": PHONE, "PHONE": PHONE, "DIGIT": NUMBER, "URL": LINK}

_LINK_RUN = re.compile(r"[a-z0-9*.:/\-_?=&%~+@#]+")
_HASHES = re.compile(r"##+")
_CROSSES = re.compile(r"(?<![a-z])x+(?![a-z])")
_SPELLED = re.compile(f"[0-9{NUMERALS}]{{7,}}")
_NUMBER_RUN = re.compile(r"[0-9*](?:[ ,.:/\-_?=&%~+@#]?[0-9*])*")
_SEPARATORS = re.compile(r"[! ,.:/\-_?=&%~+@#" + CURRENCY + "]+")
_LATIN_GAP = re.compile("[a-z]" + _SEPARATORS.pattern + "[a-z]")
_STRAY_SPACE = re.compile(r"(?<![a-z]) | (?![a-z])")
_REPEATED_TOKEN = re.compile("([" + "".join(sorted(TOKENS)) + r"])\1+")
_SPELLED_DIGITS = str.maketrans(NUMERALS, "0123456789")


class CanonicalCharacters(dict[int, str]):
    """What :meth:`str.translate` looks characters up in; filled as characters turn up."""

    def __missing__(self, code: int) -> str:
        table = characters.canonical() if code <= characters.TOP_OF_BMP else characters.full_canonical()
        unit = int(table[code])
        char = "" if int(characters.classes()[unit]) == CLASS_DROP else chr(unit)
        self[code] = char
        return char


_CANONICAL = CanonicalCharacters()


def normalize_text(text: str) -> str:
    """Return the canonical form of a message.

    Parameters
    ----------
    text : str
        Any string.

    Returns
    -------
    str
        Simplified characters, lower-case Latin letters, one space between
        Latin words, and the tokens of :mod:`spamsms.tables.codes`: ``⇗`` link,
        ``☏`` phone, ``⎆`` account, ``⌗`` code, ``¤`` amount, ``⓪`` number,
        ``※`` mask. Normalising it again changes nothing.

    Raises
    ------
    InputError
        If `text` is not a string.

    Examples
    --------
    >>> normalize_text("【优选】加微 信:１３８００１３８０００，戳 t.cn/Ab12")
    '优选加微信☏戳⇗'
    """
    return join_pieces(_fold(check_text(text)))


def normalized_units(text: str) -> npt.NDArray[np.int64]:
    """Return the units of a normalised message, unchecked, between its boundaries.

    Parameters
    ----------
    text : str

    Returns
    -------
    ndarray of int64, shape (n_units + 2 * PADDING,)
        ``padded_units(normalize_text(text))``.
    """
    return joined_units(_fold(text))


def _fold(text: str) -> str:
    """Apply all rules but the last; each that is rare or slow only where there is something to do."""
    text = fold_placeholders(text).translate(_CANONICAL)
    if "." in text or "://" in text:
        text = _LINK_RUN.sub(_fold_link, text)
    if "##" in text:
        text = _HASHES.sub(_hide, text)
    if "x" in text:
        text = _CROSSES.sub(_hide, text)
    text = _SPELLED.sub(_spell, text)
    text = _NUMBER_RUN.sub(_fold_number, text)
    if _LATIN_GAP.search(text):
        text = _STRAY_SPACE.sub("", _SEPARATORS.sub(" ", text))
    else:
        text = _SEPARATORS.sub("", text)
    if _REPEATED_TOKEN.search(text):
        text = _REPEATED_TOKEN.sub(r"\1", text)
    return text


def fold_placeholders(text: str) -> str:
    """Replace placeholders, in capitals, by their tokens, the length kept."""
    for name in ("PHONE", "DIGIT", "URL"):
        if name in text:
            return _placeholder().sub(lambda match: PLACEHOLDERS[match[0]] * len(match[0]), text)
    return text


def number_token(run: str, before: str, after: str) -> str:
    """Return the token of a run of digits and masks.

    Parameters
    ----------
    run : str
        Digits and masks, single separators between them.
    before, after : str
        The canonical character before the run, and the (up to) two behind it.
    """
    if "*" in run:
        return MASK
    digits = len(run) if run.isdigit() else sum(map(str.isdigit, run))
    if after[:1] in (" ", ","):
        after = after[1:]
    sign = after[:1]
    if before == CURRENCY or (sign and sign in AMOUNT_SIGNS):
        return AMOUNT
    if digits <= 8:
        is_date = len(run) >= 8 and run[4] in "-/."
        if (sign and sign in TIME_SIGNS) or ":" in run[1:3] or is_date:
            return NUMBER
        if run[-3:-2] == ".":
            return AMOUNT
    if _is_phone(run, digits):
        return PHONE
    return ACCOUNT if digits >= 9 else CODE if digits >= 4 else NUMBER


def _is_phone(run: str, digits: int) -> bool:
    """Tell mobile, hotline, landline and service numbers of mainland China."""
    if digits == 11 and run[0] == "1" and "3" <= run[1] <= "9":
        return True
    if digits == 13 and run.startswith("86"):
        return True
    if digits == 10 and run[:3] in ("400", "800"):
        return True
    if run[0] == "0" and 10 <= digits <= 12:
        return True
    return len(run) == digits == 5 and int(run[:3]) in SERVICE_PREFIXES


def _fold_link(match: re.Match[str]) -> str:
    run = match[0]
    return LINK if _link_core().search(run) else run


@lru_cache(maxsize=1)
def _link_core() -> re.Pattern[str]:
    # Made when first needed, like the placeholders': most messages do without either.
    return re.compile(r"[a-z0-9]\.(?:" + "|".join(TOP_LEVEL_DOMAINS) + r")(?![a-z])|://")


@lru_cache(maxsize=1)
def _placeholder() -> re.Pattern[str]:
    return re.compile(r"(?<![A-Za-z])(?:CELLPHONE|PHONE|DIGIT|URL)(?![A-Za-z])")


def _hide(match: re.Match[str]) -> str:
    return "*" * len(match[0])


def _spell(match: re.Match[str]) -> str:
    return match[0].translate(_SPELLED_DIGITS)


def _fold_number(match: re.Match[str]) -> str:
    text, (start, end) = match.string, match.span()
    return number_token(text[start:end], text[start - 1] if start else "", text[end : end + 2])
