"""The static tables are what their sources give, and fit together."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from spamsms.tables import characters
from spamsms.tables.build import HERE, character_class, fold_reading, read_curated
from spamsms.tables.codes import (
    CLASS_DIGIT,
    CLASS_DROP,
    CLASS_HAN,
    CLASS_LATIN,
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

# A version of the Unicode database that every Python has: later ones add characters.
UNICODE = unicodedata.ucd_3_2_0
EVERY_CHARACTER = [chr(code) for code in range(0x110000)]


def canonical(char: str) -> str:
    unit = int(characters.full_canonical()[ord(char)])
    return chr(unit) if unit else ""


def class_of(char: str) -> int:
    return int(characters.classes()[ord(char)])


def test_tables_cover_every_code_point() -> None:
    assert (
        characters.canonical().shape == characters.classes().shape == characters.sounds().shape == (0x10000,)
    )
    assert characters.full_canonical().shape == (0x110000,)
    assert (characters.full_canonical()[:0x10000] == characters.canonical()).all()


def test_a_canonical_character_is_its_own() -> None:
    units = np.unique(characters.full_canonical())
    assert (characters.canonical()[units] == units).all()


def test_canonical_characters_have_the_class_that_the_builder_gives() -> None:
    units = np.unique(characters.full_canonical()).tolist()
    assert units[0] == DROP
    assert class_of("\0") == CLASS_DROP
    assert [class_of(chr(unit)) for unit in units[1:]] == [character_class(chr(unit)) for unit in units[1:]]


def test_no_canonical_character_is_a_surrogate() -> None:
    units = np.unique(characters.full_canonical())
    assert not ((units >= 0xD800) & (units <= 0xDFFF)).any()


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ("abcdefghijklmnopqrstuvwxyz", CLASS_LATIN),
        ("0123456789", CLASS_DIGIT),
        (NUMERALS, CLASS_NUMERAL),
        ("".join(sorted(TOKENS)), CLASS_TOKEN),
        ("你好微信" + chr(RARE_HAN), CLASS_HAN),
    ],
)
def test_characters_that_rules_name_stay_themselves(members: str, expected: int) -> None:
    assert [canonical(char) for char in members] == list(members)
    assert {class_of(char) for char in members} == {expected}


@pytest.mark.parametrize("mark", sorted(GAPS | LINK_MARKS | {"*", CURRENCY}))
def test_marks_that_rules_name_stay_themselves(mark: str) -> None:
    assert canonical(mark) == mark


def test_capital_full_width_and_bold_letters_are_plain_ones() -> None:
    for offset, letter in enumerate("abcdefghijklmnopqrstuvwxyz"):
        styled = [
            chr(first + offset) for first in (ord("A"), ord("ａ"), ord("Ａ"), 0x1D400, 0x1D41A, 0x1D5D4)
        ]
        assert [canonical(form) for form in styled] == [letter] * len(styled)


def test_every_digit_of_unicode_is_its_value() -> None:
    # A circled zero is the token of a number, which stands for itself.
    digits = {char: UNICODE.digit(char, None) for char in EVERY_CHARACTER if char not in TOKENS}
    wrong = [char for char, digit in digits.items() if digit is not None and canonical(char) != str(digit)]
    assert wrong == []
    assert sum(digit is not None for digit in digits.values()) > 200


def test_invisible_and_combining_characters_vanish() -> None:
    curated = read_curated(HERE / "curated.tsv")
    unseen = [char for char in EVERY_CHARACTER if UNICODE.category(char) in ("Cf", "Mn", "Me", "Cs")]
    kept = {char for char in unseen if canonical(char) and char not in curated}
    # Tag characters spell letters, one sign has become visible, and one is a blank.
    letters = {char for char in kept if 0xE0041 <= ord(char) <= 0xE007A}
    assert len(unseen) > 2500
    assert kept - letters == {"\u06de", "\u180e"}


@pytest.mark.parametrize(
    "char", "\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufeff\xad\ufe0f"
)
def test_known_hiding_places_vanish(char: str) -> None:
    assert canonical(char) == ""


@pytest.mark.parametrize(
    ("forms", "simplified"),
    [
        ("優", "优"),
        ("惠", "惠"),
        ("點", "点"),
        ("領", "领"),
        ("紅", "红"),
        ("錢", "钱"),
        ("賣", "卖"),
        ("發", "发"),
    ],
)
def test_traditional_characters_are_simplified(forms: str, simplified: str) -> None:
    assert [canonical(form) for form in forms] == [simplified] * len(forms)


def test_plain_separators_are_all_alike() -> None:
    assert {canonical(char) for char in "。！；、【】《》“”()|^★♥"} == {chr(SEPARATOR)}
    assert class_of(chr(SEPARATOR)) == CLASS_SEPARATOR


@pytest.mark.parametrize(
    ("code", "unit"),
    [(0x20000, RARE_HAN), (0x3FFFF, RARE_HAN), (0xE0100, DROP), (0x10FFFF, SEPARATOR), (0x1F600, SEPARATOR)],
)
def test_code_points_that_no_table_lists_have_a_default(code: int, unit: int) -> None:
    assert default_astral(code) == unit
    assert characters.full_canonical()[code] == unit


def test_every_curated_character_is_in_the_table() -> None:
    curated = read_curated(HERE / "curated.tsv")
    # A token stands for itself before any rule.
    wrong = {char for char, target in curated.items() if canonical(char) != canonical(target)} - TOKENS
    assert wrong == set()
    assert len(curated) > 100


@pytest.mark.parametrize("line", ["ab", "ab\tc", "ab\tcd\twhy", "ab\tc\twhy\tmore"])
def test_a_curated_line_that_is_no_rule_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "curated.tsv"
    path.write_text(f"# a comment\n\nx\ty\tfine\n{line}\n", "utf-8")
    with pytest.raises(ValueError, match=r"curated\.tsv:4: expected characters, one target and a reason"):
        read_curated(path)


@pytest.mark.parametrize(
    ("one", "other"), [("zhang", "zan"), ("chi", "ci"), ("shen", "sen"), ("nan", "lan"), ("nü", "lv")]
)
def test_readings_that_are_mixed_up_fold_together(one: str, other: str) -> None:
    assert fold_reading(one) == fold_reading(other)


@pytest.mark.parametrize(("one", "other"), [("n", "l"), ("ban", "pan"), ("wei", "mei")])
def test_readings_that_differ_stay_apart(one: str, other: str) -> None:
    assert fold_reading(one) != fold_reading(other)


@pytest.mark.parametrize("same", ["微薇威危", "信芯", "扣口", "群裙", "加家佳"])
def test_homophones_share_a_sound(same: str) -> None:
    sounds = {int(characters.sounds()[ord(canonical(char))]) for char in same}
    assert len(sounds) == 1
    assert sounds != {0}


def test_only_chinese_characters_have_a_sound() -> None:
    classes = characters.classes()[np.flatnonzero(characters.sounds())]
    assert np.isin(classes, (CLASS_HAN, CLASS_NUMERAL)).all()


def test_the_committed_table_is_what_the_sources_give() -> None:
    pytest.importorskip("opencc", reason="OpenCC, a source of the table, is not installed")
    pytest.importorskip("confusable_homoglyphs", reason="a source of the table is not installed")
    from spamsms.tables.build import CharacterMap

    mapping = CharacterMap()
    codes = [code for code in range(0x20, 0x3000) if UNICODE.category(chr(code)) != "Cn"]
    codes += list(range(0x4E00, 0x9F00, 5)) + list(range(0xFF01, 0xFF5F)) + list(range(0x1D400, 0x1D7FF))
    table = characters.full_canonical()
    assert [hex(code) for code in codes if mapping.unit(code) != table[code]] == []


@pytest.mark.parametrize("pair", ["珈加", "薇微", "啲的", "哋地", "涐我", "朲人", "菂的"])
def test_a_rare_character_is_the_common_one_in_it(pair: str) -> None:
    assert canonical(pair[0]) == pair[1]


@pytest.mark.parametrize("char", "和信证婆机明泽浩梅芳玲军玉红请怎")
def test_common_characters_keep_their_radicals(char: str) -> None:
    assert canonical(char) == char


def test_the_parts_of_characters_are_sorted_pairs_of_chinese_ones_that_join_in_no_circle() -> None:
    parts = characters.parts()
    keys = parts[:, 0].astype(np.int64) << 16 | parts[:, 1]
    assert (np.diff(keys) > 0).all()
    classes = characters.classes().take(parts)
    assert set(np.unique(classes).tolist()) <= {CLASS_HAN, CLASS_NUMERAL}
    height = {int(unit): 0 for unit in np.unique(parts)}
    for _ in range(12):
        for first, second, whole in parts.tolist():
            height[whole] = max(height[whole], height[first] + 1, height[second] + 1)
    assert max(height.values()) < 12
