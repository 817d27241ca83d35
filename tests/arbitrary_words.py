"""Strategies for texts to be cut into words, from ordinary ones to what no sender would write."""

from __future__ import annotations

from hypothesis import strategies as st

from spamsms.segment import HAN_FIRST, HAN_LAST

MESSAGES = [
    "",
    "他来到了网易杭研大厦，小明硕士毕业于中国科学院计算所。",
    "【某某银行】您尾号0412的账户于3月5日支出人民币1,250.00元，余额88.5%。",
    "全场五折起！加微信vip-888领红包，退订回T，详情见 http://t.cn/A6_b?x=1&y=2#top",
    "验证码：739201，请勿告诉他人。\r\n如非本人操作，请致电10086。\n\r\t ",
    "明天下午三点开会，记得带C++和T恤的资料，AT&T+3.14%-x._",
    "妳好，這個週末壹起去吃飯嗎？龘靐齉爩麤灪",
    "\ud83d\ude00😀 \x00\x85\u2028\u3000ａｂｃ１２３①㎡",
    "乒乓球拍卖完了 南京市长江大桥 结婚的和尚未结婚的",
    "龘" * 50 + "a" * 50 + "乪乫乬1.5%2.%3",
]
HAN = st.characters(min_codepoint=ord(HAN_FIRST), max_codepoint=ord(HAN_LAST))
COMMON = st.sampled_from(
    "的一是了我不人在他有这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学"
)
LATIN = st.sampled_from("abzAZ019+#&._%-")
OTHER = st.one_of(
    st.characters(), st.sampled_from("\r\n\t \u3000，。！【】\ud800\udfff\U00020000\u9fd6\u4dff")
)
TEXTS = st.lists(
    st.one_of(st.text(COMMON), st.text(HAN), st.text(LATIN), st.text(OTHER), st.sampled_from(MESSAGES))
).map("".join)
