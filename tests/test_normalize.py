"""Normalising keeps what a reader sees, the same for one message and for many, and knows where it stood."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from arbitrary_messages import BATCHES, PIECES, TEXTS
from growth import fastest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from labelled_corpus import read_rows

from spamsms import InputError, normalize_text
from spamsms.joined_texts import join_texts
from spamsms.normalize_batch import decode_batch, normalize_batch, normalize_with_offsets, split_evenly
from spamsms.tables import characters
from spamsms.tables.codes import SPACE, TOKENS

EXAMPLES = {
    "full-width forms": [("ＡＢＣ，ｄ．", "abc d"), ("ＷＩＦＩ", "wifi"), ("ﾊﾟ", "ハ")],
    "case": [("TaoBao VIP", "taobao vip")],
    "accents": [("é", "e"), ("e\u0301", "e"), ("Ｃａｆé", "cafe")],
    "traditional to simplified": [("優惠活動", "优惠活动"), ("點擊領取", "点击领取")],
    "financial numerals": [("壹佰伍拾", "一百五十")],
    "enclosed digits": [("①", "⓪"), ("❶❷", "⓪"), ("⑳", "⓪")],
    "styled digits": [("𝟙𝟚𝟛𝟜", "⌗"), ("1\ufe0f\u20e33\ufe0f\u20e3", "⓪")],
    "styled letters": [("𝕍𝕏", "vx"), ("ⓥⓧ", "vx"), ("🅥🅧", "vx"), ("🇻🇽", "vx")],
    "Cyrillic and Greek look-alikes": [("аbс", "abc"), ("ΑΒ", "ab"), ("Тао", "tao")],
    "symbols that stand for characters": [("🔥爆款", "火爆款"), ("30㎡", "⓪平")],
    "other emoji": [("你好😀", "你好"), ("👨\u200d👩\u200d👧", "")],
    "invisible characters": [("加\u200b微\u2060信\ufeff", "加微信"), ("a\xadb", "ab"), ("\0你\0", "你")],
    "bidirectional marks": [("\u202e加\u2066微\u2069信", "加微信")],
    "lone surrogates": [("\ud83d你\ude00", "你"), ("\ud800", "")],
    "separators in Chinese": [("加.微-信", "加微信"), ("加 微　信", "加微信"), ("微、信……", "微信")],
    "one space between Latin words": [("hello,  big_world", "hello big world"), ("a 你 b", "a你b")],
    "links": [
        ("戳 t.cn/Ab12 领", "戳⇗领"),
        ("https://x.yz?a=1&b=2。", "⇗"),
        ("ＷＷＷ．ｔａｏｂａｏ．ｃｏｍ", "⇗"),
        ("abc@qq.com", "⇗"),
        ("a.b", "a b"),
        ("t.cnx", "t cnx"),
    ],
    "mobile numbers": [("13800138000", "☏"), ("138 0013-8000", "☏"), ("+86 13800138000", "☏")],
    "numbers spelled in Chinese": [("一三八零零一三八零零零", "☏"), ("三八妇女节", "三八妇女节")],
    "landlines and hotlines": [("010-12345678", "☏"), ("400-800-1234", "☏"), ("95588", "☏"), ("12306", "☏")],
    "accounts": [("6222021234567890123", "⎆")],
    "codes": [("验证码482913", "验证码⌗"), ("8-2-3301", "⌗")],
    "amounts": [("￥300", "¤"), ("300元", "¤元"), ("1,250.00", "¤"), ("5折", "¤折"), ("50%", "¤")],
    "dates and times": [("2024-01-01", "⓪"), ("12:30", "⓪"), ("2024年3月", "⓪年⓪月")],
    "masks": [("尾号**12", "尾号※"), ("尾号xx", "尾号※"), ("尾号##12", "尾号※"), ("x先生", "※先生")],
    "x and # that hide nothing": [("max", "max"), ("#话题#", "话题")],
    "placeholders": [
        ("CELLPHONE或PHONE", "☏或☏"),
        ("DIGIT元", "⓪元"),
        ("URL", "⇗"),
        ("CURL phone", "curl phone"),
    ],
    "equal tokens side by side": [("t.cn/a，t.cn/b", "⇗"), ("t.cn/a 或 t.cn/b", "⇗或⇗")],
    "nothing": [("", ""), (" 。\n", "")],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [pytest.param(*pair, id=f"{rule}: {pair[0]!a}") for rule, pairs in EXAMPLES.items() for pair in pairs],
)
def test_a_rule_gives_its_canonical_form(text: str, expected: str) -> None:
    assert normalize_text(text) == expected


@given(TEXTS)
def test_the_normal_form_is_its_own_normal_form(text: str) -> None:
    normalized = normalize_text(text)
    assert normalize_text(normalized) == normalized


@given(TEXTS)
def test_the_normal_form_holds_only_visible_canonical_characters(text: str) -> None:
    codes = [ord(char) for char in normalize_text(text)]
    assert all(0 < code <= 0xFFFF and not 0xD800 <= code <= 0xDFFF for code in codes)
    assert all(code == characters.canonical()[code] for code in codes)


@given(BATCHES, st.booleans())
@example(["\ud83d", "\ude00"], False)
@example(["\ud83d", "\ude00", "😀\ud83d"], True)
@example(["1", "年", "¥", "1"], False)
@example(["¥\u200b1\u200b", "年", "1,\u200b\u200b元"], False)
@example(["a", "b", "a "], False)
@example(["☏", "☏☏"], True)
@example(["PHO", "NE"], False)
@example(["\0", "", "\0\0a\0\0"], False)
@example(["1,x", "10088，x您", "1,##", "一，x二三四五六七"], True)
@settings(max_examples=250)
def test_a_batch_is_normalised_like_each_of_its_messages(texts: list[str], offsets: bool) -> None:
    assert decode_batch(normalize_batch(texts, offsets=offsets)) == [normalize_text(text) for text in texts]


def test_messages_with_strays_in_them_are_normalised_alike_in_a_batch() -> None:
    random = np.random.default_rng(0)
    texts = []
    for row in read_rows(1):
        pieces = list(row["text"])
        for piece in random.choice(PIECES, random.integers(0, 5)):
            pieces.insert(int(random.integers(len(pieces) + 1)), str(piece))
        texts.append("".join(pieces))
    assert decode_batch(normalize_batch(texts)) == [normalize_text(text) for text in texts]


@given(BATCHES)
@example(["\ud83d\ude00", "😀"])
def test_messages_joined_are_normalised_as_a_list_of_them_is(texts: list[str]) -> None:
    joined = join_texts(texts)
    if any("\0" in text for text in texts):
        assert joined is None
    else:
        assert joined is not None
        assert joined.n_texts == len(texts)
        assert pickle.loads(pickle.dumps(joined)) == joined
        for ours, theirs in zip(normalize_batch(joined)[:2], normalize_batch(texts)[:2], strict=True):
            np.testing.assert_array_equal(ours, theirs)


@given(TEXTS)
@settings(max_examples=150)
def test_spans_ascend_within_the_text_and_lead_to_what_each_character_stands_for(text: str) -> None:
    normalized, spans = normalize_with_offsets(text)
    assert normalized == normalize_text(text)
    assert len(spans) == len(normalized)
    behind = 0
    for char, (start, stop) in zip(normalized, spans, strict=True):
        assert behind <= start < stop <= len(text)
        behind = stop
        if char == chr(SPACE):
            assert normalize_text(text[start:stop]) == ""
        elif char not in TOKENS:
            assert stop == start + 1
            assert characters.full_canonical()[ord(text[start])] == ord(char)


@given(TEXTS)
def test_only_separators_and_invisible_characters_stand_outside_all_spans(text: str) -> None:
    _, spans = normalize_with_offsets(text)
    covered = {place for start, stop in spans for place in range(start, stop)}
    assert all(normalize_text(char) == "" for place, char in enumerate(text) if place not in covered)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("加 微\u200b信", [("加", "加"), ("微", "微"), ("信", "信")]),
        ("戳 t.cn/Ab12。", [("戳", "戳"), ("⇗", "t.cn/Ab12")]),
        ("😀电138-0013-8000", [("电", "电"), ("☏", "138-0013-8000")]),
        ("a , b", [("a", "a"), (" ", " "), ("b", "b")]),
        ("￥1,250.00元", [("¤", "1,250.00"), ("元", "元")]),
        ("尾号**12", [("尾", "尾"), ("号", "号"), ("※", "**12")]),
        ("CELLPHONE", [("☏", "CELLPHONE")]),
        ("t.cn/a，t.cn/b", [("⇗", "t.cn/a，t.cn/b")]),
        ("1\ufe0f\u20e32\ufe0f\u20e3", [("⓪", "1\ufe0f\u20e32")]),
    ],
)
def test_a_token_spans_all_that_it_stands_for(text: str, expected: list[tuple[str, str]]) -> None:
    normalized, spans = normalize_with_offsets(text)
    found = [(char, text[start:stop]) for char, (start, stop) in zip(normalized, spans, strict=True)]
    assert found == expected


@pytest.mark.parametrize("function", [normalize_text, normalize_with_offsets])
@pytest.mark.parametrize("value", [None, b"text", 1, ["text"], float("nan")])
def test_what_is_no_str_is_an_input_error(function: Callable[[Any], Any], value: Any) -> None:
    with pytest.raises(
        InputError, match=r"^text is .*; (decode it first|drop missing messages|every message must be a str)"
    ):
        function(value)


def test_no_message_is_a_batch_too() -> None:
    assert decode_batch(normalize_batch([])) == []


@given(BATCHES, st.integers(1, 40))
def test_a_batch_is_cut_into_parts_without_loss(texts: list[str], size: int) -> None:
    parts = split_evenly(texts, size)
    assert [text for part in parts for text in part] == texts
    assert all(len(part) == 1 or 0 < sum(map(len, part)) <= size for part in parts if sum(map(len, part)))
    assert all(parts)


HOSTILE = {
    "invisible characters beside numbers": "1年\u200b",
    "numbers, then invisible characters": "年1",
    "crosses": "x",
    "crosses and a letter": "xxxxxxxxa",
    "hashes": "#",
    "dotted letters": "a.",
    "almost links": "a.c",
    "schemes": "://",
    "joined digits": "1.",
    "numerals": "一",
    "runs of six numerals": "一二三四五六a",
    "placeholders": "URL ",
    "placeholders that are none": "PHONEPHONE",
    "tokens": "☏",
    "Latin words": "a ",
    "surrogates": "\ud83d",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("batch", [False, True], ids=["one message", "batch"])
def test_time_grows_no_faster_than_the_text(name: str, batch: bool) -> None:
    def make(size: int) -> str:
        text = HOSTILE[name] * (size // len(HOSTILE[name]))
        return text + "\u200b" * size if name.startswith("numbers") else text

    def seconds(size: int) -> float:
        text = make(size)
        if batch:
            return fastest(lambda: normalize_batch([text], offsets=True))
        return fastest(lambda: normalize_text(text))

    # Sixteen times the text would take 256 times as long if the square of its length counted.
    ratios = (seconds(80_000) / seconds(5_000) for _ in range(3))
    assert any(ratio < 64 for ratio in ratios)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("加亻言 办亻弋款", "加信办代款"),
        ("力口微信", "加微信"),
        ("扌 戈 工作", "找工作"),
        ("优a惠b券c大d放送", "优惠券大放送"),
        ("亻a言用卡b额c度", "信用卡额度"),
        ("加V信，到A座", "加v信到a座"),
        ("一位女子说", "一位女子说"),
        ("3月月饼", "⓪月月饼"),
    ],
)
def test_what_was_taken_apart_is_put_together(text: str, expected: str) -> None:
    assert normalize_text(text) == expected
    normalized, spans = normalize_with_offsets(text)
    assert normalized == expected
    assert all(start < stop for start, stop in spans)
    assert all(stop <= start for (_, stop), (start, _) in itertools.pairwise(spans))
