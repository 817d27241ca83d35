from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamsms import extract
from spamsms.governance.masking import mask_text


def masked(text: str, marketing: bool = False) -> str:
    return mask_text(text, extract(text), marketing)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("您的验证码是482913，请勿告诉他人", "482913"),
        ("【菜鸟】取件码8-2-3301，请到驿站取件", "8-2-3301"),
        ("尊敬的张伟先生，您的账单已出", "张伟"),
        ("尊敬的欧阳娜女士，您的账单已出", "欧阳娜"),
        ("李建国先生您好，您的车已修好", "李建国"),
        ("您尾号7715的卡支出20元", "7715"),
        ("快递员电话13912345678", "12345678"),
        ("快递员电话１３９１２３４５６７８", "１２３４５６７８"),
        ("身份证110101199003078888已登记", "110101199003078888"),
        ("身份证11010119900307888X已登记", "11010119900307888X"),
        ("转入6222021234567890123成功", "6222021234567890123"),
        ("您的订单20251111837261已发货", "20251111837261"),
        ("送至中山路35号3栋2单元501室", "501"),
        ("您的车粤A·D3R71已入场", "D3R71"),
        ("账单发往zhangwei88@example.com请查收", "zhangwei88"),
        ("详情见 https://a.example.cn/p?uid=12345&n=7", "12345"),
    ],
)
def test_personal_data_are_masked(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        "【优选商城】双11狂欢，满5000减500，限2025-11-11当天，戳 t.cn/Ab12，退订回T",
        "咨询400-123-4567，加微信 yx_888，QQ 12345678",
        "订房热线0571-8833 2107，机床找刘工，8833 2107",
        "尊敬的客户，您的话费余额32.10元，客服10086",
        "尊敬的会员，您有一张券",
    ],
)
def test_marketing_keeps_what_leads_to_the_sender(text: str) -> None:
    assert masked(text, marketing=True) == text


def test_mobile_numbers_keep_their_beginning_even_in_marketing() -> None:
    assert masked("贷款找小王13912345678", marketing=True) == "贷款找小王139********"


def test_names_and_identities_are_masked_in_marketing_too() -> None:
    text = "尊敬的王芳女士，您的身份证110101199003078888可贷5万元"
    assert masked(text, marketing=True) == "尊敬的**女士，您的身份证******************可贷5万元"


@given(
    st.text(alphabet="尊敬的张伟先生您13900138000 验证码-:：，.?=/abcn@cn微信", max_size=40), st.booleans()
)
def test_masking_twice_changes_nothing_that_matters_and_never_fails(text: str, marketing: bool) -> None:
    once = masked(text, marketing)
    assert sum(map(str.isdigit, once)) <= sum(map(str.isdigit, text))


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("【优贷】张伟强您好，您有5万元额度", "张伟强"),
        ("李小红：您好，恭喜您获得额度", "李小红"),
        ("【优贷】王芳，恭喜您获得5万元额度", "王芳"),
        ("【优贷】诸葛小明，您的额度已到账", "诸葛小明"),
        ("【铁路】订单E1,陈磊您已购G1次车票", "陈磊"),
        ("【快递】收件人：赵丽华，请到驿站取件", "赵丽华"),
        ("【医院】就诊人周杰已于今日报到", "周杰"),
        ("您购的保单，持卡人吴强电话请核对", "吴强"),
        ("身份证１１０１０１１９９００３０７８８８８可贷5万", "８８８８"),
        ("卡号6222.0212.3456.7890可提现", "7890"),
        ("卡号６２２２０２１２３４５６７８９０１２３可提现", "０１２３"),
        ("护照E12345678可办理", "E12345678"),
        ("户号1234567890可享8折", "1234567890"),
        ("点https://a.example.cn/u/13812345678领取", "12345678"),
        ("王小明,13812345678,快来领取", "王小明"),
        ("收件地址：幸福路1号院5号楼1201", "1201"),
    ],
)
@pytest.mark.parametrize("marketing", [False, True])
def test_names_and_numbers_of_the_reader_are_masked_however_they_are_written(
    text: str, secret: str, marketing: bool
) -> None:
    assert secret in text
    assert secret not in masked(text, marketing)


@pytest.mark.parametrize(
    "text", ["【优选】亲爱的会员您好，全场5折", "家长您好，周六开课", "【优选】限时特惠，您的专属券到账"]
)
def test_readers_without_a_name_are_left_as_they_are(text: str) -> None:
    assert masked(text, marketing=True) == text


def test_in_marketing_the_readers_house_is_masked_and_the_shops_is_not() -> None:
    assert "3单元402" not in masked("您住的幸福路88号3单元402室可办装修贷", marketing=True)
    assert "35号" in masked("新店开业，地址中山路35号，全场5折", marketing=True)
