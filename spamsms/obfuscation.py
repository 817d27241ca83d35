"""How much of a message had to be undone before it could be read."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from spamsms.normalize_pieces import join_pieces, taken_apart
from spamsms.tables import characters
from spamsms.tables.codes import (
    CLASS_DIGIT,
    CLASS_DROP,
    CLASS_HAN,
    CLASS_LATIN,
    CLASS_LETTER,
    CLASS_NUMERAL,
)

# Four characters or more, each alone between separators: put in to break words, not to end them.
_SPLIT_UP = re.compile(
    r"(?:[\u3400-\u9fff][^\w\s，。！？；：、【】（）《》“”]+|[\u3400-\u9fff]\s+){3,}[\u3400-\u9fff]"
)
_INSERTED = re.compile(r"(?<=[\u3400-\u9fff])[^\u3400-\u9fffA-Za-z0-9]+(?=[\u3400-\u9fff])")
# Masks between units of time are no separators: **月**日.
_MASKED = re.compile(r"(?:[\u3400-\u9fff](?:\*{2,}[\W_]*)+)+[\u3400-\u9fff]")
_ORDINARY = re.compile(r"[\u0020-\u007e\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e\n\r\t“”‘’…—·￥]*")
# What every sender uses without a second thought, although the table changes or removes it.
_COMMON = frozenset(
    "\n\r\t\u3000\xa0\ufeff…—–·‘’“”￥¥№℃™®©①②③④⑤⑥⑦⑧⑨⑩ⅠⅡⅢⅣ²³½¼μΩ㎡㎥㎞㎏㎝㎜㎎㎖\ufe0f\u200d\u20e3"
)


@lru_cache(maxsize=1)
def _disguises() -> npt.NDArray[np.bool_]:
    """Tell, for every code point, whether it is there to be misread by machines."""
    canonical = characters.full_canonical()
    kind = characters.classes().take(canonical)
    codes = np.arange(canonical.size)
    changed = canonical != codes
    content = np.isin(kind, (CLASS_LATIN, CLASS_DIGIT, CLASS_HAN, CLASS_NUMERAL, CLASS_LETTER))
    disguise: npt.NDArray[np.bool_] = changed & content & (codes > 0x7F)
    disguise[0xFF01:0xFF5F] = False
    # Traditional and Japanese forms are writing, not disguise; so are accented letters.
    disguise[0x3400:0xA000] = False
    disguise[0x00C0:0x0250] = False
    # Emoji that stand for a word are ordinary in chat.
    disguise[0x1F000:0x1F100] = False
    disguise[0x1F200:0x1FB00] = False
    disguise[0x2600:0x27C0] = False
    disguise |= (kind == CLASS_DROP) & (codes > 0x9F) & ((codes < 0xD800) | (codes > 0xF8FF))
    disguise[0xFE00:0xFE10] = False
    disguise[[ord(char) for char in _COMMON]] = False
    # Dingbat digits are written in place of plain ones to hide numbers.
    disguise[0x2776:0x2794] = True
    return disguise


def obfuscation(text: str) -> float:
    """Return the share of a message's characters that disguise it.

    Counted are invisible characters, letters and digits of other scripts or
    styles that stand for plain ones, compatibility forms of Chinese characters,
    characters written as their two parts, and separators that break words into
    single characters.

    Parameters
    ----------
    text : str

    Returns
    -------
    float
        From 0 (nothing to undo) to 1.
    """
    if not text:
        return 0.0
    hidden = 0
    if not _ORDINARY.fullmatch(text):
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        hidden = int(np.count_nonzero(_disguises().take(points)))
    for match in _SPLIT_UP.finditer(text):
        hidden += sum(len(part[0]) for part in _INSERTED.finditer(match[0]))
    hidden += sum(end - start for start, end in taken_apart(text))
    return min(hidden / len(text), 1.0)


def disguised_spans(text: str) -> list[tuple[int, int]]:
    """Return where a message is disguised: the runs of characters that :func:`obfuscation` counts.

    Words that separators break into single characters are one span each.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of (int, int)
        Ascending, without overlap.
    """
    spans = [match.span() for match in _SPLIT_UP.finditer(text) if not _MASKED.fullmatch(match[0])]
    spans.extend(taken_apart(text))
    if not _ORDINARY.fullmatch(text):
        disguise = _disguises()
        for place, char in enumerate(text):
            if disguise[ord(char)]:
                spans.append((place, place + 1))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def plain_text(text: str) -> str:
    """Return a disguised passage as a reader takes it: plain characters, nothing put in between.

    Letters and digits lose their style; separators between Chinese characters
    that break a word apart go; characters in two parts are one again; all else
    stays.
    """
    table, disguise = characters.full_canonical(), _disguises()
    kinds = characters.classes()
    if _SPLIT_UP.fullmatch(text):
        text = _INSERTED.sub("", text)
    plain = []
    for char in text:
        unit = int(table[ord(char)])
        if not disguise[ord(char)]:
            plain.append(char)
        elif int(kinds[unit]) != CLASS_DROP:
            plain.append(chr(unit))
    return join_pieces("".join(plain)) if any(taken_apart(text)) else "".join(plain)
