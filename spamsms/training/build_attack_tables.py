"""Generate the large attack tables; run ``python -m spamsms.training.build_attack_tables``.

Sources:

* GB 2312, level 1 (Python's codec): the 3,755 characters in common use;
* jieba's dictionary: which words are frequent;
* pypinyin: the readings of characters and words;
* OpenCC (package ``OpenCC``): traditional forms, also those that depend on the word;
* the Unicode Character Database (:mod:`unicodedata`): compatibility and styled forms.

The results are ``.tsv`` files in ``attack_tables``. They are committed, so that
the attacks need none of these packages.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from spamsms.tables.gb2312 import common_characters
from spamsms.training.attack_entries import STYLES, TABLES, rows

FREQUENT_WORDS = 8000
LONGEST_WORD = 4
# Rarer characters puzzle a reader more than they disguise.
FREQUENT_CHARACTERS = 2500
# A character that is read otherwise in more than this share of running text is no sure homophone.
RARE_READING = 0.03
RARE_TONE = 0.15
NAME_FLAGS = ("nr", "nrt", "nrfg")

# What speakers of different regions, and disguisers, mix up: initials, finals, whole syllables.
NEAR_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("r", "l"))
NEAR_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"))
NEAR_SYLLABLES = ("hu fu", "hua fa", "huan fan", "huang fang", "hui fei", "hun fen")

LETTER_STYLE_NAMES = {
    "bold": "MATHEMATICAL BOLD {case} {letter}",
    "italic": "MATHEMATICAL ITALIC {case} {letter}",
    "bold_italic": "MATHEMATICAL BOLD ITALIC {case} {letter}",
    "script": "MATHEMATICAL SCRIPT {case} {letter}",
    "bold_script": "MATHEMATICAL BOLD SCRIPT {case} {letter}",
    "fraktur": "MATHEMATICAL FRAKTUR {case} {letter}",
    "bold_fraktur": "MATHEMATICAL BOLD FRAKTUR {case} {letter}",
    "double_struck": "MATHEMATICAL DOUBLE-STRUCK {case} {letter}",
    "sans": "MATHEMATICAL SANS-SERIF {case} {letter}",
    "sans_bold": "MATHEMATICAL SANS-SERIF BOLD {case} {letter}",
    "sans_italic": "MATHEMATICAL SANS-SERIF ITALIC {case} {letter}",
    "sans_bold_italic": "MATHEMATICAL SANS-SERIF BOLD ITALIC {case} {letter}",
    "monospace": "MATHEMATICAL MONOSPACE {case} {letter}",
    "circled": "CIRCLED LATIN {case} LETTER {letter}",
    "parenthesized": "PARENTHESIZED LATIN {case} LETTER {letter}",
    "negative_circled": "NEGATIVE CIRCLED LATIN {case} LETTER {letter}",
    "squared": "SQUARED LATIN {case} LETTER {letter}",
    "negative_squared": "NEGATIVE SQUARED LATIN {case} LETTER {letter}",
    "regional": "REGIONAL INDICATOR SYMBOL LETTER {letter}",
    "small_capitals": "LATIN LETTER SMALL CAPITAL {letter}",
    "superscript": "MODIFIER LETTER SMALL {letter}",
}
# Of these, Unicode has no small letters, or few.
CAPITALS_ONLY = ("NEGATIVE", "SQUARED")
# Mathematical letters that Unicode had before, under other names.
OLDER_NAMES = (
    ("MATHEMATICAL ITALIC SMALL H", "PLANCK CONSTANT"),
    ("MODIFIER LETTER SMALL", "SUPERSCRIPT LATIN SMALL LETTER"),
    ("MATHEMATICAL SCRIPT", "SCRIPT"),
    ("MATHEMATICAL FRAKTUR", "BLACK-LETTER"),
    ("MATHEMATICAL DOUBLE-STRUCK", "DOUBLE-STRUCK"),
)
COMPATIBILITY_BLOCKS = (
    range(0x2F00, 0x2FD6),
    range(0x3220, 0x33FF),
    range(0xF900, 0xFAFF),
    range(0x1F210, 0x1F260),
)
# Radicals that Unicode gives no decomposition to.
RADICALS = (
    "西⻄", "见⻅", "贝⻉", "车⻋", "长⻓", "门⻔", "页⻚", "风⻛", "飞⻜", "马⻢", "鱼⻥", "鸟⻦",
    "龙⻰", "民⺠", "母⺟", "食⻝", "青⻘", "韦⻙", "齐⻬", "齿⻮", "龟⻳", "角⻆", "王⺩",
)  # fmt: skip


@lru_cache(maxsize=1)
def dictionary() -> dict[str, int]:
    """Return the words of jieba's dictionary that hold common characters only, most frequent first."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("jieba is not installed; install it: pip install jieba")
    common = set(common_characters())
    found: dict[str, int] = {}
    for line in (Path(spec.origin).parent / "dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, flag = line.split(" ")
        if len(word) <= LONGEST_WORD and flag not in NAME_FLAGS and common.issuperset(word):
            found[word] = int(count)
    return dict(sorted(found.items(), key=lambda entry: (-entry[1], entry[0])))


def reading_of(word: str) -> list[str]:
    """Return the syllables of a word, each with the number of its tone, ü as v."""
    from pypinyin import Style, lazy_pinyin

    return list(lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True))


def frequent_words() -> dict[str, tuple[str, ...]]:
    """Return frequent words of two characters and more, and the words of adverts, with their syllables."""
    words = [word for word in dictionary() if len(word) > 1][:FREQUENT_WORDS]
    common = set(common_characters())
    adverts = [word for name in ("slang", "emoji_words") for word in rows(name)]
    listed = dict.fromkeys([*words, *(w for w in adverts if len(w) > 1 and common.issuperset(w))])
    # One field, so that the whole word's spelling is one substitute and goes to one half.
    return {word: ("'".join(syllable[:-1] for syllable in reading_of(word)),) for word in listed}


def sure_readings() -> dict[str, str]:
    """Return the frequent characters that are nearly always read alike, with that reading."""
    heard: dict[str, Counter[str]] = defaultdict(Counter)
    for word, count in dictionary().items():
        for char, syllable in zip(word, reading_of(word), strict=True):
            heard[char][syllable] += count
    frequent = sorted(heard, key=lambda char: (-heard[char].total(), char))[:FREQUENT_CHARACTERS]
    found: dict[str, str] = {}
    for char in frequent:
        ((syllable, count),) = heard[char].most_common(1)
        total = heard[char].total()
        same_sound = sum(n for other, n in heard[char].items() if other[:-1] == syllable[:-1])
        if count >= (1 - RARE_TONE) * total and same_sound >= (1 - RARE_READING) * total:
            found[char] = syllable
    return found


def homophones() -> dict[str, tuple[str, ...]]:
    """Return each reading with the characters that have it."""
    found: dict[str, str] = defaultdict(str)
    for char, syllable in sure_readings().items():
        found[syllable] += char
    return {syllable: (characters,) for syllable, characters in sorted(found.items())}


def near_readings(readings: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return each reading with those that differ from it by one sound that speakers mix up, not in tone."""
    known = set(readings)
    found: dict[str, set[str]] = defaultdict(set)
    for reading in known:
        sound, tone = reading[:-1], reading[-1]
        near = [b + sound[len(a) :] for a, b in NEAR_INITIALS if sound.startswith(a)]
        near += [sound[: -len(a)] + b for a, b in NEAR_FINALS if sound.endswith(a)]
        near += [pair.split()[1] for pair in NEAR_SYLLABLES if pair.split()[0] == sound]
        for other in (each + tone for each in near):
            if other in known:
                found[reading].add(other)
                found[other].add(reading)
    return {reading: tuple(sorted(others)) for reading, others in sorted(found.items())}


def traditional() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Return the usual traditional form of each character, and the words in which it is another."""
    import opencc

    convert = opencc.OpenCC("s2t").convert
    characters = {char: convert(char) for char in common_characters()}
    table = str.maketrans(characters)
    words: dict[str, tuple[str, ...]] = {}
    for word in dictionary():
        right = convert(word)
        # A word that a shorter exception already explains needs no line of its own.
        if len(word) > 1 and right != word.translate(table) and right != _by_parts(word, words, table):
            words[word] = (right,)
    return {char: (form,) for char, form in characters.items() if form != char}, words


def _by_parts(word: str, words: Mapping[str, tuple[str, ...]], table: dict[int, str]) -> str:
    for start in range(len(word)):
        for stop in range(start + 2, len(word) + 1):
            if word[start:stop] in words:
                (middle,) = words[word[start:stop]]
                return word[:start].translate(table) + middle + word[stop:].translate(table)
    return word.translate(table)


def compatibility() -> dict[str, tuple[str, ...]]:
    """Return the compatibility ideographs, radicals and enclosed forms of common characters."""
    import opencc

    simplify, restore = opencc.OpenCC("t2s").convert, opencc.OpenCC("s2t").convert
    common = set(common_characters())
    found: dict[str, list[str]] = defaultdict(list)
    for code in chain(*COMPATIBILITY_BLOCKS):
        plain = re.sub(r"^[(〔](.)[)〕]$", r"\1", unicodedata.normalize("NFKC", chr(code)))
        source = simplify(plain)
        # A form whose plain character is not the usual traditional one means another word (里, 裡).
        is_form = source in common and plain in {source, restore(source)}
        if is_form or re.fullmatch("[0-9]{1,2}[月日点]", source):
            found[source].append(chr(code))
    for pair in RADICALS:
        found[pair[0]].append(pair[1])
    return {source: tuple(forms) for source, forms in sorted(found.items())}


def fullwidth() -> dict[str, tuple[str, ...]]:
    """Return the full-width form of each ASCII character and the half-width forms of Chinese punctuation."""
    found = {chr(code): (chr(code + 0xFEE0),) for code in range(0x21, 0x7F)}
    return {" ": ("\u3000",), **found, "。": ("｡",), "、": ("､",), "「": ("｢",), "」": ("｣",), "·": ("･",)}


def _styled(letter: str, pattern: str) -> str:
    case = "CAPITAL" if letter.isupper() or pattern.startswith(CAPITALS_ONLY) else "SMALL"
    name = pattern.format(case=case, letter=letter.upper())
    for candidate in (name, *(name.replace(new, old) for new, old in OLDER_NAMES)):
        try:
            return unicodedata.lookup(candidate)
        except KeyError:
            continue
    return letter


def letter_styles() -> dict[str, tuple[str, ...]]:
    """Return the 52 Latin letters in each style, plain where Unicode has no such form."""
    return {
        style: tuple(_styled(letter, pattern) for letter in STYLES["letter_styles"])
        for style, pattern in LETTER_STYLE_NAMES.items()
    }


def escaped(field: str) -> str:
    """Write the blanks among the characters of a field as code points."""
    return "".join(f"U+{ord(char):04X}" if char.isspace() else char for char in field)


def build() -> dict[str, tuple[str, dict[str, tuple[str, ...]]]]:
    """Compute every generated table, with the line that says what it is."""
    sounds = homophones()
    forms, words = traditional()
    return {
        "homophones": ("Readings and the common characters that have them.", sounds),
        "near_readings": ("Readings and those that speakers mix them up with.", near_readings(sounds)),
        "words": ("Frequent words and words of adverts, and how they are read.", frequent_words()),
        "traditional": ("Characters and their usual traditional forms.", forms),
        "traditional_words": ("Words in which a character has another traditional form.", words),
        "compatibility": ("Characters and their compatibility, radical and enclosed forms.", compatibility()),
        "fullwidth": ("Characters and their full-width or half-width forms.", fullwidth()),
        "letter_styles": ("The letters A to Z and a to z in one style a line.", letter_styles()),
    }


def main() -> None:
    """Write one ``.tsv`` file a table."""
    for name, (title, table) in build().items():
        lines = [f"# {title}"]
        lines += [f"{escaped(key)}\t{' '.join(map(escaped, values))}" for key, values in table.items()]
        (TABLES / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{name}.tsv: {len(table)} lines")


if __name__ == "__main__":
    main()
