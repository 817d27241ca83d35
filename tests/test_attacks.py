"""Attacks disguise messages, reproducibly, within bounds, from tables in two halves."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections.abc import Iterator

import pytest
from growth import fastest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamsms.errors import InputError
from spamsms.training.attack_edits import LONGEST_WORD
from spamsms.training.attack_entries import (
    HALVES,
    STYLES,
    TABLES,
    Half,
    half_of,
    insertions,
    rows,
    styles,
    substitutes,
)
from spamsms.training.attacks import ATTACKS, PADDING, attack, attack_many

SPAM = [
    "【优品汇】尊敬的会员，您有一张200元优惠券即将过期，点击 t.cn/A6xYz12 领取，满500元可用，退订回T",
    "诚招兼职，在家刷单日赚300元，加微信 jz88766 或QQ 20458812 联系，无需押金，免费培训",
    "无抵押贷款，当天放款，最高额度50万，利息低至0.3%，电话13800138000张经理，VIP优先",
    "城南新区精装公寓，首付8万起，地铁口现房，周末看房送大礼，详询02166778899，APP预约更优惠",
    "美容院周年庆，面膜全场5折，充值1000送500，关注公众号meili2020，加V信领红包",
    "股票内部消息，跟着老师买，稳赚不赔，群号 66554433，先到先得，仅限今日，加QQ或VX",
    "正品香烟白酒批发，货到付款，支持支付宝，联系人刘先生 13912345678，Tel同号",
    "幼小衔接暑期班火热报名，前30名立减600元，电话咨询 88776655，地址：学府路12号 ABC大厦",
    "代开各类发票，点数优惠，验证后付款，手机13700001111，QQ同号，长期有效",
    "澳门娱乐城，注册就送88元，存100送100，网址 www.am88example.com，在线客服24小时服务",
]
WANTED = [
    "妈，今晚加班，不回家吃饭了",
    "快递放在东门驿站，取件码3-2-5021",
    "家长会改到下午三点，记得带户口本",
    "周六八点在地铁口见，别迟到",
    "体检报告出来了，一切正常",
    "车停在地下二层，钥匙在门卫那里",
]
MESSAGES = st.one_of(
    st.sampled_from(SPAM),
    st.text(max_size=60),
    st.text(alphabet="微信优惠贷款电话免费的我在加群，。 0123456789abcQ./*", max_size=60),
)
NAMES = st.sampled_from(sorted(ATTACKS))
HALF = st.sampled_from(HALVES)
# They change the shape of links or digits, which stay readable; the others leave both as they are.
RESHAPING = {"fullwidth", "latin_lookalikes", "styled_latin", "digit_styles", "mixture"}
SPACING = {"inserted_spaces", "zero_width"}


def kept_characters(before: str, after: str) -> int:
    """Return the length of the longest common subsequence."""
    row = [0] * (len(after) + 1)
    for char in before:
        diagonal = 0
        for column, other in enumerate(after, 1):
            above = row[column]
            row[column] = diagonal + 1 if char == other else max(above, row[column - 1])
            diagonal = above
    return row[-1]


def table_entries(table: str, half: Half) -> set[str]:
    if table in STYLES:
        return {new for style in styles(table, half) for new in style.values()}
    if table in rows("insertions"):
        return set(insertions(table, half))
    return {new for found in substitutes(table, half).values() for new in found}


def tables() -> Iterator[str]:
    return (table for entry in ATTACKS.values() for table in entry.tables)


def test_there_are_the_attacks_that_were_asked_for() -> None:
    names = """fullwidth styled_latin digit_styles latin_lookalikes compatibility_characters zero_width
        bidirectional combining_marks inserted_punctuation inserted_spaces inserted_latin vertical traditional
        martian lookalike_characters split_characters homophones near_homophones pinyin pinyin_initials slang
        emoji_for_words emoji_noise swapped_characters noise_tail padding_with_wanted_text mixture"""
    assert set(names.split()) == set(ATTACKS)
    assert all(name == entry.name and entry.summary for name, entry in ATTACKS.items())


@given(MESSAGES, NAMES, st.integers(), HALF)
def test_the_same_arguments_give_the_same_message(text: str, name: str, seed: int, half: Half) -> None:
    first = attack(text, name, seed=seed, half=half, padding=WANTED)
    assert first == attack(text, name, seed=seed, half=half, padding=WANTED)
    assert attack_many([text, text], name, seed=seed, half=half, padding=WANTED) == [first, first]


def test_another_process_gives_the_same_message() -> None:
    program = (
        f"from spamsms.training.attacks import attack; print(ascii(attack({SPAM[0]!r}, 'mixture', seed=5)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ascii(attack(SPAM[0], "mixture", seed=5))


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_changes_most_spam(name: str, half: Half) -> None:
    changed = [
        before != after
        for seed in range(5)
        for before, after in zip(
            SPAM, attack_many(SPAM, name, seed=seed, half=half, padding=WANTED), strict=True
        )
    ]
    assert sum(changed) >= 0.8 * len(changed)


@pytest.mark.parametrize("name", ATTACKS)
def test_another_seed_gives_another_message(name: str) -> None:
    assert (
        len({tuple(attack_many(SPAM, name, seed=seed, strength=0.1, padding=WANTED)) for seed in range(8)})
        > 1
    )


@settings(max_examples=300)
@given(MESSAGES, NAMES, st.integers(0, 99), HALF, st.none() | st.floats(0, 1))
def test_no_more_than_the_share_is_altered(
    text: str, name: str, seed: int, half: Half, strength: float | None
) -> None:
    after = attack(text, name, seed=seed, half=half, strength=strength, padding=WANTED)
    share = ATTACKS[name].strength if strength is None else strength
    bound = 0 if share == 0 else max(int(share * len(text)), LONGEST_WORD)
    assert len(text) - kept_characters(text, after) <= bound


@given(MESSAGES, NAMES)
def test_strength_zero_changes_nothing(text: str, name: str) -> None:
    assert attack(text, name, strength=0, padding=WANTED) == text


def test_more_strength_alters_more() -> None:
    lost = [
        len(SPAM[1]) - kept_characters(SPAM[1], attack(SPAM[1], "homophones", strength=strength))
        for strength in (0.05, 0.2, 0.4)
    ]
    assert lost == sorted(lost)
    assert lost[0] < lost[-1]


@pytest.mark.parametrize("table", sorted(set(tables())))
def test_the_halves_of_a_table_are_disjoint_and_not_empty(table: str) -> None:
    development, test = (table_entries(table, half) for half in HALVES)
    assert development
    assert test
    assert not development & test


@pytest.mark.parametrize(
    "name", ["homophones", "lookalike_characters", "martian", "traditional", "split_characters"]
)
@pytest.mark.parametrize("half", HALVES)
def test_what_is_put_in_belongs_to_the_half(name: str, half: Half) -> None:
    for seed, before in enumerate(SPAM * 3):
        after = attack(before, name, seed=seed, half=half)
        if name == "split_characters":
            gone = {char for char in before if char not in after}
            assert all(half_of(rows("splits")[char][0]) == half for char in gone)
        else:
            assert all(half_of(b) == half for a, b in zip(before, after, strict=True) if a != b)


@pytest.mark.parametrize("name", sorted(set(ATTACKS) - RESHAPING))
@pytest.mark.parametrize("half", HALVES)
def test_links_and_numbers_stay_whole(name: str, half: Half) -> None:
    for seed in range(10):
        for text, parts in (
            (SPAM[0], ["t.cn/A6xYz12", "200", "500"]),
            (SPAM[1], ["jz88766", "20458812", "300"]),
            (SPAM[2], ["13800138000", "0.3"]),
            (SPAM[9], ["www.am88example.com", "24"]),
            ("下载 am88.com 或写信到 ab12c@qq.com 领红包", ["am88.com", "ab12c@qq.com"]),
        ):
            after = attack(text, name, seed=seed, half=half, padding=WANTED)
            if name in SPACING:
                put_in = {
                    char
                    for kind in ("spaces", "zero_width")
                    for new in rows("insertions")[kind]
                    for char in new
                }
                after = "".join(char for char in after if char not in put_in)
            assert all(part in after for part in parts), after


@pytest.mark.parametrize("name", ["fullwidth", "latin_lookalikes", "styled_latin", "digit_styles"])
@pytest.mark.parametrize("half", HALVES)
def test_reshaped_letters_and_digits_can_be_read_back(name: str, half: Half) -> None:
    (table,) = ATTACKS[name].tables
    if table in STYLES:
        back = {new: char for style in styles(table, half) for char, new in style.items()}
    else:
        back = {new: char for char, found in substitutes(table, half).items() for new in found}
    for text in SPAM:
        before, after = text, attack(text, name, half=half)
        for new in sorted(back, key=len, reverse=True):
            before, after = before.replace(new, back[new]), after.replace(new, back[new])
        assert after.lower() == before.lower()


@pytest.mark.parametrize("text", ["退订请拨PHONE，见URL", "尾号***的卡", "xxxx平台", "WECHAT"])
@pytest.mark.parametrize("name", ATTACKS)
def test_what_stands_for_something_removed_is_left_alone(text: str, name: str) -> None:
    for seed in range(10):
        after = attack(text, name, seed=seed, padding=WANTED)
        assert all(part in after for part in ("PHONE", "URL", "***", "xxxx", "WECHAT") if part in text)


@pytest.mark.parametrize(
    ("table", "least"),
    [("lookalikes", 150), ("martian", 120), ("splits", 120), ("slang", 60), ("emoji_words", 80)],
)
def test_the_tables_are_large_and_well_formed(table: str, least: int) -> None:
    lines = [line for line in (TABLES / f"{table}.tsv").read_text("utf-8").splitlines() if line[:2] != "# "]
    assert len(lines) == len(rows(table)) >= least
    for source, found in rows(table).items():
        assert source not in found
        assert all(found)
        assert len(set(found)) == len(found)


@pytest.mark.parametrize("unit", ["a", "a.", "1", "微信"])
def test_time_grows_no_faster_than_the_text(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * size)[:size]
        return fastest(lambda: attack(text, "inserted_spaces"))

    # Quadratic growth would be a hundredfold.
    assert seconds(50_000) < 40 * seconds(5_000) + 0.01


def test_characters_are_split_into_their_parts() -> None:
    both = {attack("信加微", "split_characters", strength=1, half=half) for half in HALVES}
    assert any("亻言" in text for text in both)
    assert any("力口" in text for text in both)


def test_homophones_sound_alike() -> None:
    sounding = {reading[:-1] for reading, (characters,) in rows("homophones").items() if "信" in characters}
    for half in HALVES:
        assert substitutes("homophones", half)["信"]
        for new in substitutes("homophones", half)["信"]:
            assert {
                r[:-1] for r, (characters,) in rows("homophones").items() if new in characters
            } == sounding


def test_the_word_decides_between_traditional_forms() -> None:
    for text, traditional in (
        ("头发", "頭髮"),
        ("发展", "發展"),
        ("皇后", "皇后"),
        ("以后", "以後"),
        ("干净", "乾淨"),
    ):
        forms = [attack(text, "traditional", half=half) for half in HALVES]
        merged = [
            next((form[place] for form in forms if form[place] != char), char)
            for place, char in enumerate(text)
        ]
        assert "".join(merged) == traditional


def test_direction_controls_leave_the_order_that_is_seen() -> None:
    for seed in range(20):
        for half in HALVES:
            after = attack(SPAM[2], "bidirectional", seed=seed, half=half)
            seen, turned, run = "", False, ""
            for char in after:
                if char == "\u202e":
                    turned, run = True, ""
                elif char == "\u202c":
                    seen, turned, run = seen + run[::-1], False, ""
                elif unicodedata.category(char) != "Cf":
                    seen, run = (seen, run + char) if turned else (seen + char, run)
            assert seen == SPAM[2]


def test_vertical_puts_one_character_a_line_and_keeps_numbers() -> None:
    assert "".join(attack("加微信138001380", "vertical", half="test").split()) == "加微信138001380"
    assert len(attack("加微信138001380", "vertical", half="test").split()) == 4


def test_an_unknown_attack_is_refused_with_the_names_of_all() -> None:
    with pytest.raises(InputError, match=r"no attack 'upside_down'.*bidirectional.*zero_width"):
        attack(SPAM[0], "upside_down")


def test_arguments_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match=r"strength must be from 0 to 1, not 1\.5"):
        attack(SPAM[0], "slang", strength=1.5)
    with pytest.raises(InputError, match="half must be one of development, test"):
        attack(SPAM[0], "slang", half="train")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="text must be a str, not bytes"):
        attack(b"", "slang")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not one str; use attack"):
        attack_many(SPAM[0], "slang")
    with pytest.raises(InputError, match="pass more wanted texts as padding"):
        attack(SPAM[0], PADDING)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_empty_text_stays_empty(name: str) -> None:
    assert attack("", name, padding=WANTED) == ""


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("text", ["hello world", "2024", "!?", "\ud800", "🙂", " "])
def test_a_text_without_chinese_is_taken(text: str, name: str) -> None:
    assert attack(text, name, padding=WANTED)


def test_only_the_standard_library_is_needed() -> None:
    program = (
        "import sys; from spamsms.training.attacks import attack; attack('加微信', 'traditional');"
        "print(sorted({'numpy', 'sklearn', 'jieba', 'pypinyin', 'opencc'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
