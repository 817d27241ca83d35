"""What a message holds is found, typed and placed, however it is disguised."""

from __future__ import annotations

import numpy as np
import pytest
from arbitrary_messages import BATCHES, TEXTS
from growth import fastest
from hypothesis import given
from hypothesis import strategies as st

from spamsms import InputError, extract, extract_many
from spamsms.governance.entities import TYPES

EXAMPLES: dict[str, dict[str, list[tuple[str, str]]]] = {
    "signature": {
        "【优选商城】会员日": [("【优选商城】", "优选商城")],
        "会员日【优选商城】": [("【优选商城】", "优选商城")],
        "[艺品阁]已发货。": [("[艺品阁]", "艺品阁")],
        "会员日，退订回T【优选商城】": [("【优选商城】", "优选商城")],
        "会员日【优选商城】退订回T": [("【优选商城】", "优选商城")],
        "〔ABC银行〕到账": [("〔ABC银行〕", "ABC银行")],
        "\u200b【优\u200b选】会员日": [("【优\u200b选】", "优\u200b选")],
        "【携程网】【携程】订单": [("【携程网】", "携程网"), ("【携程】", "携程")],
        "您的注册码是【5467】": [],
        "今天【限时】五折": [],
        "【温馨提示】明天停水": [],
        "晚安[月亮]": [],
        "【优选": [],
    },
    "refusal": {
        "五折 退订回T": [("退订回T", "T")],
        "五折 拒收请回复R": [("拒收请回复R", "R")],
        "五折 回TD退订": [("回TD退订", "TD")],
        "五折 回N退": [("回N退", "N")],
        "五折 不需要回0000": [("不需要回0000", "0000")],
        "五折 TD退订": [("TD退订", "TD")],
        "五折 回复QX取消": [("回复QX取消", "QX")],
        "五折 如需屏蔽，回复0000": [("屏蔽，回复0000", "0000")],
        "五折 退订": [("退订", "")],
        "五折 退 订 回 T": [("退 订 回 T", "T")],
        "五折 退.訂囘Ｔ": [("退.訂囘Ｔ", "T")],
        "五折 拒收请回复Ｒ【优选】": [("拒收请回复Ｒ", "R")],
        "详询回Y，退订回TD": [("退订回TD", "TD")],
        "退\u200b订回T": [("退\u200b订回T", "T")],
        "不愿再接收此消息回复0000": [("不愿再接收此消息回复0000", "0000")],
        "回0000停发": [("回0000停发", "0000")],
        "如需退订该提醒服务，请发送QXTCMX至10086": [("退订该提醒服务，请发送QXTCMX", "QXTCMX")],
        "Sale! Reply STOP to unsubscribe": [("Reply STOP to unsubscribe", "STOP")],
        "Sale! Text STOP to 10690": [("Text STOP to 10690", "STOP")],
        "Sale! To opt out, reply TD": [("opt out, reply TD", "TD")],
        "Sale! Reply N to opt-out.": [("Reply N to opt-out", "N")],
        "Reply YES to confirm": [],
        "Please text me to stop by later": [],
        "Send money to stop the fee": [],
        "回复Y确认": [],
        "回1参加": [],
        "回复1取消预订": [],
        "签约无效退款": [],
        "7天内可退": [],
    },
    "link": {
        "戳 t.cn/Ab12 领": [("t.cn/Ab12", "t.cn/Ab12")],
        "见https://a.example.com/x?y=1。": [("https://a.example.com/x?y=1", "https://a.example.com/x?y=1")],
        "登录www.Shop.com,": [("www.Shop.com", "www.Shop.com")],
        "戳 t . cn / Ab12 领": [("t . cn / Ab12", "t.cn/ab12")],
        "戳t。cn/ab领": [("t。cn/ab", "t.cn/ab")],
        "戳shop点com领": [("shop点com", "shop.com")],
        "戳ｔ．ｃｎ／ａｂ领": [("ｔ．ｃｎ／ａｂ", "t.cn/ab")],
        "网址 y l 3 3 8 . net": [("y l 3 3 8 . net", "yl338.net")],
        "a.bond/k 领": [("a.bond/k", "a.bond/k")],
        "see you.me too": [],
        "版本3.14": [],
        "v1.2.3更新": [],
    },
    "email": {"写信到 a.b@mail.com 即可": [("a.b@mail.com", "a.b@mail.com")]},
    "phone": {
        "电13800138000": [("13800138000", "13800138000")],
        "电138 0013 8000": [("138 0013 8000", "13800138000")],
        "电+86-13800138000": [("+86-13800138000", "13800138000")],
        "电①③⑧００138000": [("①③⑧００138000", "13800138000")],
        "电壹叁捌零零一三八零零零": [("壹叁捌零零一三八零零零", "13800138000")],
        "电138oo138ooo": [("138oo138ooo", "13800138000")],
        "电138****8000": [("138****8000", "138****8000")],
        "电010-62345678": [("010-62345678", "01062345678")],
        "电(0571)8234 5678": [("(0571)8234 5678", "057182345678")],
        "电400-800-1234": [("400-800-1234", "4008001234")],
        "致电95588或12315": [("95588", "95588"), ("12315", "12315")],
        "客服热线：82345678": [("82345678", "82345678")],
        "报警请拨打110": [("110", "110")],
        "+852 9123 4567": [("+852 9123 4567", "85291234567")],
        "送千元豪礼,询8322692【优选】": [("8322692", "8322692")],
        "看房团出发，千元助购金。2515947【优选】": [("2515947", "2515947")],
        "发送“抽奖”至15808336": [("15808336", "15808336")],
        "1⃣3⃣8⃣0⃣0⃣1⃣3⃣8⃣0⃣0⃣0⃣": [("1⃣3⃣8⃣0⃣0⃣1⃣3⃣8⃣0⃣0⃣0⃣", "13800138000")],
        "卡号CA035358268648": [],
        "订单号13800138000已发货": [],
        "余额95588元": [],
        "卡号6222021234567890123": [],
        "编号82345678": [],
    },
    "handle": {
        "加微信：abc_123": [("abc_123", "abc_123")],
        "加V：zhengu66": [("zhengu66", "zhengu66")],
        "加 薇 a 6 0 7 1 9": [("a 6 0 7 1 9", "a60719")],
        "威信ａｂ１２３４": [("ａｂ１２３４", "ab1234")],
        "v❤:dk_5566": [("dk_5566", "dk_5566")],
        "QQ 3381 0927": [("3381 0927", "33810927")],
        "扣扣：⑧⑧②⑥①093": [("⑧⑧②⑥①093", "88261093")],
        "企鹅号123456": [("123456", "123456")],
        "加微信13800138000": [("13800138000", "13800138000")],
        "TG:abc_99": [("abc_99", "abc_99")],
        "绿泡泡 dp_1988": [("dp_1988", "dp_1988")],
        "微|信|号 yrs2025": [("yrs2025", "yrs2025")],
        "➕飞机✈️ rose_77": [("rose_77", "rose_77")],
        "V：壹捌捌gg伍贰零": [("壹捌捌gg伍贰零", "188gg520")],
        "V 一三五 二零六 七七八一": [("一三五 二零六 七七八一", "1352067781")],
        "微信同号 13800138000": [],
        "微信支付": [],
        "微信xxxxxxx": [],
        "QQ会员": [],
    },
    "amount": {
        "共9.9元": [("9.9元", "9.9")],
        "￥1,250.00": [("￥1,250.00", "1250")],
        "额度30万": [("30万", "300000")],
        "赔三百元": [("三百元", "三百")],
        "RMB 500 off": [("RMB 500", "500")],
        "仅CNY1,299": [("CNY1,299", "1299")],
        "about US$20": [("US$20", "20")],
        "500 RMB": [("500 RMB", "500")],
        "farmb 500": [],
        "30万人": [],
    },
    "percent": {"利率3.5%": [("3.5%", "3.5")], "涨百分之十": [("百分之十", "十")]},
    "discount": {
        "全场5折": [("5折", "5折")],
        "满300减50": [("满300减50", "满300减50")],
        "立减20元": [("立减20元", "立减20元")],
        "买一送一": [("买一送一", "买一送一")],
        "骨折": [],
    },
    "code": {
        "验证码是482913": [("482913", "482913")],
        "738204（登录校验码）": [("738204", "738204")],
        "G-123": [],
        "订单482913": [],
    },
    "pickup": {"取件码 8-2-3301": [("8-2-3301", "8-2-3301")], "凭A3301取件": [("A3301", "A3301")]},
    "card": {"尾号1234的卡": [("1234", "1234")], "尾号**34": [("**34", "34")]},
    "time": {
        "11月6日17时到": [("11月6日17时", "11月6日17时")],
        "即日起至12月31日": [("即日起至12月31日", "即日起至12月31日")],
        "今日截止": [("今日截止", "今日截止")],
        "24点前": [("24点前", "24点前")],
        "5分钟内有效": [("5分钟内", "5分钟内")],
        "9:00-18:00": [("9:00-18:00", "9:00-18:00")],
    },
}
CASES = [(kind, text, found) for kind, cases in EXAMPLES.items() for text, found in cases.items()]


@pytest.mark.parametrize(("kind", "text", "found"), CASES, ids=[f"{k}: {t!a}" for k, t, _ in CASES])
def test_entities_of_a_kind_are_found(kind: str, text: str, found: list[tuple[str, str]]) -> None:
    assert [(entity.text, entity.value) for entity in extract(text) if entity.type == kind] == found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("13800138000", "mobile"),
        ("010-62345678", "landline"),
        ("8008101234", "hotline"),
        ("95588", "service"),
        ("发到10690123456789", "port"),
        ("+44 20 7946 0958", "foreign"),
    ],
)
def test_a_phone_says_its_class(text: str, kind: str) -> None:
    assert [entity.attributes["kind"] for entity in extract(text)] == [kind]


def test_attributes_tell_what_types_do_not() -> None:
    signature, phone, refusal = extract("【优选】致电13800138000（微信同号），退订回T")
    assert signature.attributes == {"position": "start", "length": 2}
    assert phone.attributes["wechat"]
    assert not phone.attributes["masked"]
    assert refusal.attributes == {"verb": "退订", "code": "T", "obfuscated": False}
    (handle,) = extract("薇信：１３８００１３８０００")
    assert handle.attributes == {"app": "wechat", "phone": True, "obfuscated": True}
    (link,) = extract("戳t.cn/Ab12领")
    assert link.attributes == {"domain": "t.cn", "scheme": "", "short": True, "obfuscated": False}


@given(TEXTS)
def test_entities_lie_in_the_text_in_order_without_overlap(text: str) -> None:
    last = 0
    for entity in extract(text):
        assert last <= entity.start < entity.end <= len(text)
        assert text[entity.start : entity.end] == entity.text
        assert entity.type in TYPES
        last = entity.end


@given(
    st.lists(
        st.sampled_from([text for _, text, _ in CASES] + ["", "\n", "\0", "\u200b", "一", " ", "，"]),
        max_size=6,
    ).map("".join)
)
def test_what_is_found_lies_in_the_text_where_much_is_found(text: str) -> None:
    for entity in extract(text):
        assert text[entity.start : entity.end] == entity.text


@given(BATCHES)
def test_a_batch_gives_what_each_message_gives(texts: list[str]) -> None:
    assert extract_many(texts) == [extract(text) for text in texts]


def test_batches_larger_than_a_part_come_back_in_order() -> None:
    texts = [f"验证码是{code}" for code in range(100000, 100700)]
    assert [[entity.value for entity in found] for found in extract_many(np.array(texts))] == [
        [str(code)] for code in range(100000, 100700)
    ]
    assert extract_many([]) == []


def test_what_is_no_text_is_refused_with_its_row() -> None:
    with pytest.raises(InputError, match="text is None; drop missing messages"):
        extract(None)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"texts\[1\] is int 5"):
        extract_many(["a", 5])  # type: ignore[list-item]


HOSTILE = [
    *("1", "1 ", "13", "a.", ".cn", "a.cn", "x.", "【", "【a】", "退 订", "回T", "满1减", "1,0", "*", "微信"),
    *("¥", "http://", "a@b.cn", "8-2-", "尾号", "验证码", "1月", "一", "（", "折", "+86", "q q", "即日起至"),
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_no_faster_than_the_text(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * size)[:size]
        return fastest(lambda: extract(text))

    # Quadratic growth would be a hundredfold.
    assert seconds(100_000) < 40 * seconds(10_000) + 0.01


def values(kind: str, text: str) -> list[tuple[str, str]]:
    return [(entity.text, entity.value) for entity in extract(text) if entity.type == kind]


@pytest.mark.parametrize(
    "text",
    [
        "取消订单请回复QX",
        "收到请回复R",
        "同意请回T",
        "确认请回复R",
        "退群请回复T",
        "到店领取退T恤",
        "活动报名回T",
    ],
)
def test_what_agrees_joins_or_leaves_is_no_refusal(text: str) -> None:
    assert values("refusal", text) == []


@pytest.mark.parametrize(
    ("text", "written", "code"),
    [
        ("全场5折，拒·收·回R", "拒·收·回R", "R"),
        ("全场5折 拒回R", "拒回R", "R"),
        ("编辑短信TD发送至10086退订", "编辑短信TD发送至10086退订", "TD"),
        ("发送TD到10690000退订", "发送TD到10690000退订", "TD"),
        ("回T退，回Y办理", "回T退", "T"),
        ("回复1办理，退订回2", "退订回2", "2"),
        ("回复【T】退订", "回复【T】退订", "T"),
        ("办理贷款，回R【优贷】", "回R", "R"),
    ],
)
def test_a_refusal_has_its_own_code(text: str, written: str, code: str) -> None:
    assert values("refusal", text) == [(written, code)]


def test_a_sum_of_eleven_digits_is_no_phone() -> None:
    assert values("phone", "转账13800138000元") == values("phone", "支付13800138000.00元") == []
    assert values("amount", "余额1381234567.89元") == [("1381234567.89元", "1381234567.89")]
    assert values("phone", "13800138000元经理") == [("13800138000", "13800138000")]


def test_values_keep_what_is_written() -> None:
    assert values("code", "您的验证码为A1B2c3") == [("A1B2c3", "A1B2c3")]
    assert values("discount", "会员优惠20%") == [("优惠20%", "优惠20%")]


def test_numbers_abroad_are_whole_and_reductions_may_be_written_with_a_dash() -> None:
    assert values("phone", "致电(852) 9123 4567") == [("(852) 9123 4567", "85291234567")]
    assert values("phone", "致电+1 (415) 555-0100") == [("+1 (415) 555-0100", "14155550100")]
    assert values("discount", "每满300-50") == [("满300-50", "满300-50")]
    assert values("discount", "满199元-100元") == [("满199元-100元", "满199元-100元")]
    assert values("discount", "买3免1") == [("买3免1", "买3免1")]
    assert values("discount", "满18-25岁，满2025-11-11") == []


@pytest.mark.parametrize(
    ("text", "currency"),
    [("¥5", "CNY"), ("RMB 5", "CNY"), ("5元", "CNY"), ("5美金", "USD"), ("USD 5", "USD"), ("US$5", "USD"),
     ("HK$5", "HKD"), ("5港币", "HKD"), ("5欧元", "EUR"), ("GBP 5", "GBP"), ("5英镑", "GBP"), ("$5", "$")],
)  # fmt: skip
def test_a_sum_of_money_names_its_currency(text: str, currency: str) -> None:
    (found,) = (item for item in extract(text) if item.type == "amount")
    assert found.attributes["currency"] == currency
