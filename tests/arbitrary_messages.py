"""Strategies for messages, from ordinary ones to what no sender would write."""

from __future__ import annotations

from hypothesis import strategies as st

_COMMON = "ax xx X Z 0 1 8 13800138000 400 95588 10086 一 七 零 十 壹 〇 你 好 微 信 元 年 月 折 点"
_MARKS = "t.cn/ www. com cn :// // . : / - _ ? = & % ~ + @ # ## * ** ! ¥ ￥ $ ， 。 、 … 【 】"
_CLASSES = "PHONE CELLPHONE DIGIT URL PHON phone 12:30 2024-01-01 1.50 ¤ ☏ ⇗ ⎆ ⌗ ⓪ ※"
_RARE = "① ❶ ⑳ 𝟙 𝕏 ㎡ ㈱ ½ Ⅷ ª ﬁ ß İ ı é ǅ ﷺ １ Ａ ． 繁 體 龘 𠀀 〓 한 が ゙ ا ١ а О х"
# What rules look for, what separates it and what hides in it.
PIECES = [
    *f"{_COMMON} {_MARKS} {_CLASSES} {_RARE}".split(" "),
    *("😀", "🔥", "👨\u200d👩\u200d👧", "1\ufe0f\u20e3", "\U0001f1e8\U0001f1f3", "\U000e0041"),
    *("\0", "\0\0", "\ud800", "\udc00", "\ud83d", "\ude00", "\uffff", "\U0010ffff"),
    *("\u200b", "\u200b" * 3, "\u200d", "\u202e", "\u2066", "\ufeff", "\u0301", "\xad", "\u3164"),
    *(" ", ",", "\n", "\t", "\r\n", "\u3000", "\xa0", "\u2028", "\x85", "\x1b"),
]
MESSAGES = [
    "",
    "【优选商城】双11狂欢价直降,满300减50,戳 t.cn/Ab12 抢券,退订回T",
    "您的取件码是 8-2-3301,请到菜鸟驿站取件",
    "加薇❤信：ｖｘ①③⑧００，繁體優惠，一三八零零一三八零零零",
    "【银行】您尾号**12的账户6222021234567890123支出￥1,250.00元，余额xx元，致电95588",
    "妈，我今晚加班，不回来吃饭了😀",
]

ANY_TEXT = st.text(st.characters(), max_size=30)
PIECED_TEXT = st.lists(st.sampled_from(PIECES), max_size=16).map("".join)
TEXTS = st.one_of(PIECED_TEXT, ANY_TEXT, st.sampled_from(MESSAGES))
BATCHES = st.lists(TEXTS, max_size=12)
