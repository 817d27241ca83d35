"""Generate the static character tables; run ``python -m spamsms.tables.build``.

Sources, in the order in which they apply:

* the Unicode Character Database (Python's :mod:`unicodedata`): compatibility
  forms, case folding, decimal digits, general categories;
* Unicode's confusables (package ``confusable-homoglyphs``): letters of other
  scripts that look like Latin letters;
* OpenCC (package ``OpenCC``): traditional, Hong Kong, Taiwan and Japanese
  forms to simplified characters;
* ``curated.tsv`` beside this file: numerals, emoji and signs that no general
  source maps;
* :mod:`spamsms.tables.decompositions`: rare characters that are common ones with
  a radical added, and common ones written as their two parts;
* pypinyin: the reading of each character, near-homophones folded.

The results are the ``.npy`` files beside this file. They are committed, so
that scoring needs none of these packages.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from spamsms.tables.codes import (
    CLASS_DIGIT,
    CLASS_DROP,
    CLASS_GAP,
    CLASS_HAN,
    CLASS_LATIN,
    CLASS_LETTER,
    CLASS_LINK_MARK,
    CLASS_MASK,
    CLASS_NUMERAL,
    CLASS_SEPARATOR,
    CLASS_TOKEN,
    CURRENCY,
    DROP,
    GAPS,
    LINK_MARKS,
    NUMERALS,
    RARE_HAN,
    SEPARATOR,
    TOKENS,
    default_astral,
)
from spamsms.tables.decompositions import plain_form, split_characters
from spamsms.tables.gb2312 import is_standard

HERE = Path(__file__).parent
LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")
STYLED_LETTER = re.compile(
    r"(?:LATIN LETTER SMALL CAPITAL|REGIONAL INDICATOR SYMBOL LETTER"
    r"|(?:NEGATIVE CIRCLED|NEGATIVE SQUARED|SQUARED|CIRCLED|TAG|PARENTHESIZED|CROSSED NEGATIVE SQUARED)"
    r" LATIN (?:CAPITAL|SMALL) LETTER) ([A-Z])"
)
BLANKS = frozenset("\u2800\u3164\u115f\u1160\uffa0\u3000\u180e")


def _is_han(char: str) -> bool:
    code = ord(char)
    return 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x3FFFF or char == "〇"


def read_curated(path: Path) -> dict[str, str]:
    """Read ``characters<TAB>target<TAB>reason`` lines into a character map."""
    curated: dict[str, str] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != 3 or len(fields[1]) != 1:
            raise ValueError(f"{path}:{number}: expected characters, one target and a reason")
        for char in fields[0]:
            curated[char] = fields[1]
    return curated


def _confusables() -> dict[str, str]:
    """Map letters of other scripts to the Latin letter that they look like."""
    import confusable_homoglyphs

    path = os.path.join(os.path.dirname(confusable_homoglyphs.__file__), "confusables.json")
    with open(path, encoding="utf-8") as file:
        table: dict[str, list[dict[str, str]]] = json.load(file)
    found: dict[str, str] = {}
    for latin in sorted(LATIN) + [c.upper() for c in sorted(LATIN)]:
        for entry in table.get(latin, []):
            other = entry["c"]
            if len(other) == 1 and ord(other) > 0x7F and unicodedata.category(other)[0] in "LNS":
                found.setdefault(other, latin.lower())
    return found


class CharacterMap:
    """Canonical character of each code point (``""`` where nothing is left)."""

    def __init__(self) -> None:
        import opencc

        self._curated = read_curated(HERE / "curated.tsv")
        self._confusables = _confusables()
        self._simplify = [opencc.OpenCC(name) for name in ("t2s", "tw2s", "hk2s")]
        self._japanese = opencc.OpenCC("jp2t")

    def canonical(self, char: str) -> str:
        """Return the fixed point of one step."""
        seen = {char}
        while True:
            new = self._step(char)
            if new == char or new == "" or new in seen:
                return new
            seen.add(new)
            char = new

    def unit(self, code: int) -> int:
        """Return the canonical 16-bit unit of a code point; all plain separators are one."""
        char = self.canonical(chr(code))
        if not char:
            return DROP
        if character_class(char) == CLASS_SEPARATOR and char != CURRENCY:
            return SEPARATOR
        if ord(char) > 0xFFFF:
            return RARE_HAN if _is_han(char) else SEPARATOR
        return ord(char)

    def _step(self, char: str) -> str:
        if char in TOKENS:
            return char
        if char in self._curated:
            return self._curated[char]
        category = unicodedata.category(char)
        if category == "Cc":
            return " " if char.isspace() else ""
        if char in BLANKS or category in ("Zs", "Zl", "Zp"):
            return " "
        styled = STYLED_LETTER.fullmatch(unicodedata.name(char, ""))
        if styled:
            return styled[1].lower()
        if category in ("Cf", "Mn", "Me", "Mc", "Cs"):
            return ""
        if category in ("Co", "Cn"):
            return chr(SEPARATOR)
        if category == "Sc":
            return CURRENCY
        digit = unicodedata.digit(char, None)
        if digit is not None:
            return str(digit)
        if _is_han(char):
            return self._han(char)
        # A styled or full-width capital I is an i, however much it looks like an l.
        compatible = unicodedata.normalize("NFKC", char).lower()
        if compatible in LATIN:
            return compatible
        if char in self._confusables:
            return self._confusables[char]
        return self._compatible(char)

    def _han(self, char: str) -> str:
        compatible = unicodedata.normalize("NFKC", char)
        if len(compatible) == 1 and compatible != char:
            return compatible
        standard = is_standard(char)
        for converter in self._simplify[:1] if standard else self._simplify:
            simple = str(converter.convert(char))
            if len(simple) == 1 and simple != char and ord(simple) <= 0xFFFF:
                return simple
        if not standard:
            traditional = str(self._japanese.convert(char))
            if len(traditional) == 1 and traditional != char:
                return traditional
        plain = plain_form(char, _sound_alike, self._is_settled)
        return char if plain is None else plain

    def _is_settled(self, char: str) -> bool:
        return char not in NUMERALS and self.canonical(char) == char

    def _compatible(self, char: str) -> str:
        folded = unicodedata.normalize("NFKC", char).casefold()
        folded = "".join(
            c for c in unicodedata.normalize("NFKD", folded) if unicodedata.category(c) not in ("Mn", "Me")
        )
        folded = unicodedata.normalize("NFC", folded).replace("⁄", "/").strip()
        if not folded:
            return " "
        if len(folded) == 1:
            return folded
        # One code point stands for several characters: keep the one that a reader takes from it.
        inner = folded.strip("()〔〕.,") or "."
        for wanted in (_is_han, str.isdigit, str.isalpha):
            match = [c for c in inner if wanted(c)]
            if match:
                return match[0]
        return inner[0]


def character_class(char: str) -> int:
    """Return the class code of a canonical character."""
    if char == "":
        return CLASS_DROP
    if char in TOKENS:
        return CLASS_TOKEN
    if char in LATIN:
        return CLASS_LATIN
    if char in "0123456789":
        return CLASS_DIGIT
    if char in NUMERALS:
        return CLASS_NUMERAL
    if char == "*":
        return CLASS_MASK
    if char in LINK_MARKS:
        return CLASS_LINK_MARK
    if char in GAPS:
        return CLASS_GAP
    if _is_han(char) or char == chr(RARE_HAN):
        return CLASS_HAN
    if unicodedata.category(char)[0] == "L":
        return CLASS_LETTER
    return CLASS_SEPARATOR


def fold_reading(syllable: str) -> str:
    """Fold a pinyin syllable into its class of near-homophones.

    zh/z, ch/c, sh/s, n/l, and -ng/-n are what speakers and disguisers mix up.
    """
    for wide, narrow in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        if syllable.startswith(wide):
            syllable = narrow + syllable[2:]
    if syllable.startswith("n") and len(syllable) > 1:
        syllable = "l" + syllable[1:]
    if syllable.endswith("ng"):
        syllable = syllable[:-1]
    return syllable.replace("ü", "v")


@lru_cache(maxsize=1 << 16)
def _reading(char: str) -> str:
    from pypinyin import Style, pinyin

    found = pinyin(char, style=Style.NORMAL, errors="ignore", heteronym=False)
    return fold_reading(found[0][0]) if found and found[0][0] else ""


def _sound_alike(char: str, other: str) -> bool:
    return _reading(char) != "" and _reading(char) == _reading(other)


def readings(characters: list[str]) -> tuple[list[str], np.ndarray[Any, Any]]:
    """Return the reading classes and, per BMP code unit, 1 + its class (0: no reading)."""
    names: dict[str, int] = {}
    table = np.zeros(0x10000, np.uint16)
    for char in characters:
        name = _reading(char)
        if name:
            table[ord(char)] = names.setdefault(name, len(names) + 1)
    return list(names), table


def build() -> dict[str, np.ndarray[Any, Any]]:
    """Compute every table."""
    mapping = CharacterMap()
    bmp = np.zeros(0x10000, np.uint16)
    astral: dict[int, int] = {}
    for code in range(0x110000):
        if code > 0xFFFF and unicodedata.category(chr(code)) == "Cn":
            continue
        unit = mapping.unit(code)
        if code < 0x10000:
            bmp[code] = unit
        elif unit != default_astral(code):
            astral[code] = unit
    classes = np.zeros(0x10000, np.uint8)
    for unit in np.unique(np.concatenate([bmp, np.array(list(astral.values()), np.uint16)])).tolist():
        classes[unit] = character_class("" if unit == DROP else chr(unit))
    is_han = np.isin(classes, (CLASS_HAN, CLASS_NUMERAL))
    _, sounds = readings([chr(unit) for unit in np.flatnonzero(is_han).tolist()])
    parts = [
        [ord(first), ord(second), ord(whole)]
        for (first, second), whole in split_characters(mapping.canonical).items()
        if is_han[ord(first)] and is_han[ord(second)] and bmp[ord(whole)] == ord(whole)
    ]
    return {
        "canonical": bmp,
        "astral": np.array(sorted(astral.items()), np.uint32),
        "classes": classes,
        "sounds": sounds,
        "parts": np.array(sorted(parts), np.uint16),
    }


def main() -> None:
    """Write one ``.npy`` file a table."""
    for name, table in build().items():
        np.save(HERE / f"{name}.npy", table, allow_pickle=False)
        print(f"{name}.npy: {table.shape} {table.dtype}")


if __name__ == "__main__":
    main()
