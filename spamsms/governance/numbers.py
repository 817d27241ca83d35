"""Amounts, discounts, codes, card tails, dates and deadlines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from spamsms.governance.candidates import (
    AMOUNT,
    CARD,
    CODE,
    DISCOUNT,
    LATE_CODE,
    PERCENT,
    PICKUP,
    TIME,
    Candidate,
)

_NUMBER = r"[0-9]{1,12}(?:,[0-9]{3}){0,4}(?:\.[0-9]{1,4})?"
_HAN_NUMBER = "[零一二三四五六七八九十百千万两半]{1,12}"
_TIMES = {"百": 100, "千": 1000, "k": 1000, "w": 10_000, "万": 10_000, "亿": 100_000_000}
_COUNTED = "人次件名家户平套位字粉步里公亩只台吨辆条张份本个场店款种群用会员米积方科国里斤瓶盒箱"
# What stands before a sum, and what behind it, if it is no yuan.
_SIGNED = r"(?<![a-z])(?:us\$|hk\$|(?:rmb|cny|usd|hkd|eur|gbp)(?![a-z]))"
_CURRENCIES = {
    **{"$": "$", "us$": "USD", "hk$": "HKD", "usd": "USD", "hkd": "HKD", "eur": "EUR", "gbp": "GBP"},
    **{"美元": "USD", "美金": "USD", "港元": "HKD", "港币": "HKD", "欧元": "EUR", "英镑": "GBP"},
}
_AMOUNT = re.compile(
    rf"(?P<currency>[¥$]|{_SIGNED})[ ]?(?P<first>{_NUMBER})(?P<times>[万亿千百kw](?![a-z]))?(?:元)?|"
    rf"(?P<second>{_NUMBER})[ ]?(?P<times2>[万亿千百kw])?(?P<more>[多余几])?[ ]?"
    r"(?P<unit>元|块(?:钱)?|圆|(?:rmb|cny|usd|hkd|eur|gbp)(?![a-z])|美元|美金|港元|港币|欧元|英镑)"
    rf"|(?P<third>[0-9]{{1,8}}(?:\.[0-9]{{1,2}})?)[ ]?(?P<times3>[万亿])(?![{_COUNTED}a-z])"
    rf"|(?P<han>{_HAN_NUMBER})(?:元(?![一二三四五六七八九旦宵素月年])|块钱)"
)
_SUM = r"[ ]?¥?[ ]?[0-9]{1,9}(?:\.[0-9]{1,2})?[ ]?(?:元|块)?"
_DISCOUNT = re.compile(
    rf"(?P<threshold>[满每]{_SUM}[,]?(?:即|可|就|再|立|直|最高){{0,2}}(?:减|返|送|抵|省|享|赠)(?:立减)?{_SUM}|"
    rf"满{_SUM}-[0-9]{{1,6}}(?![0-9岁人天年月个周日位名次件.-])元?)|"
    rf"(?P<off>(?:立减|直降|立省|直减|减免|优惠|最高减|再减|省|返现|返|减){_SUM}(?<=[0-9元块])%?)|"
    r"(?P<gift>买[0-9一二两三四五六七八九十]{1,3}[赠送免][0-9一二两三四五六七八九十]{1,3})|(?P<half>半价)"
)
_CODE_NAME = (
    r"(?:验证码|校验码|检验码|动态[密验]?码|动态口令|确认码|激活码|授权码|登[录陆]码|短信码|安全码|随机码|识别码|注册码|密码|"
    r"验证密码|口令|verification code|code|otp)"
)
_CODE_BEHIND = re.compile(
    rf"{_CODE_NAME}[^0-9a-z\n。,;]{{0,12}}"
    r"(?P<code>[0-9]{3,4}[ \-][0-9]{3,4}|[a-z0-9]{4,8})(?![a-z0-9%])"
)
_CODE_AHEAD = re.compile(rf"(?P<code>[0-9]{{4,8}})[ ]?[^0-9\n。,!;]{{0,14}}?{_CODE_NAME}")
_PICKUP = re.compile(
    r"(?:取件码|取货码|提货码|取餐码|提取码|取件密码|取件号|开箱码|开柜码|取单号|取餐号|凭取?码?)[^0-9a-z\n。,;]{0,6}"
    r"(?P<code>[a-z0-9]{1,6}(?:-[a-z0-9]{1,6}){1,4}|[a-z]?[0-9]{3,10})(?![a-z0-9])(?P<rest>[^\n]{0,4})"
)
_CARD = re.compile(
    r"(?:尾号|末四位|尾数|后四位)(?:为|是|:)?[ \"(【]{0,2}(?P<tail>[0-9*x]{3,6})(?![0-9])|"
    r"(?:账户|卡号?|账号|储蓄卡|信用卡|借记卡)[ (]?(?P<masked>[*x]{1,16}[0-9]{3,4})(?![0-9])|"
    r"\*{2,16}(?P<last>[0-9]{4})(?=[)\"】]?(?:的?[^\n]{0,3}[卡账户]))"
)
_DAY = r"(?:[0-3]?[0-9])"
_CLOCK = (
    r"(?:[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?|[0-2]?[0-9](?:点(?!击)|时(?!尚))(?:[0-5]?[0-9]分?|半|整|钟)?)"
)
_PART = "(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上?|夜间|早)"
_RELATIVE = (
    "(?:今[天日晚早]|明[天日晚早]|后天|当[天日晚]|昨[天日晚]|[本这下上]?(?:周|星期|礼拜)[一二三四五六日天](?![年岁])|[本这下]周末?|本月底?|月底|年底|"
    "次日|双11|双十一|双12|双十二)"
)
_DATE = (
    rf"(?:(?:20)?[0-9]{{2}}年)?(?:1[0-2]|0?[1-9])月(?:{_DAY}[日号]?)?|20[0-9]{{2}}[\-/.](?:1[0-2]|0?[1-9])[\-/.]{_DAY}(?![0-9])|"
    rf"20[0-9]{{2}}年|{_DAY}[日号](?![线楼院码店馆门])"
)
_MOMENT = re.compile(
    rf"(?P<date>{_DATE}|{_RELATIVE})[ ,]?(?:[(][^\n()]{{1,4}}[)])?[ ]?"
    rf"(?:{_PART}?[ ]?{_CLOCK})?|{_PART}?(?P<clock>{_CLOCK})|"
    r"(?P<duration>[0-9]{1,3}[ ]?(?:个)?(?:分钟|小时|天|日|个?工作日|月|年)(?:以?内|之内))"
)
_MOMENT_ANCHORS = re.compile("[0-9]+|[今明后当昨本这下上周星礼月年次双凌清早中傍晚夜]")
_UNTIL_BEFORE = re.compile(
    r"(?:即日起?[ ]?(?:至|到|-)?|截止?(?:时间|日期)?[ ]?(?:至|到|:|为|于)?|"
    r"有效期?[ ]?(?:至|到)|于|请在|务必在|仅限|限)[ ]?\Z"
)
_JOINED = re.compile(r"[ ]?(?:-|~|至|到|—)[ ]?\Z")
_UNTIL_BEHIND = re.compile(r"[ ]?(?:前|止|截止|之前|以前|为止|结束|到期|过期|失效|内)")


_RUN = r"[0-9]+(?:[.,][0-9]+)*"
_AMOUNT_ANCHORS = re.compile(
    rf"[¥$]|rmb|cny|us[$d]|hk[$d]|eur|gbp|{_RUN}|[零一二三四五六七八九十百千万两半]+"
)
_DISCOUNT_ANCHORS = re.compile("[满每立减优最再省返买半直]")
_FOLD = re.compile("折(?![叠腾扣损返线旧页])")
_FOLD_BEFORE = re.compile(
    r"(?:[0-9](?:\.[0-9])?|[1-9][0-9]|[一二三四五六七八九]{1,2}(?:点[一二三四五六七八九])?)[ ]?\Z"
)
_PERCENT = re.compile("%|百分之(?P<han>[零一二三四五六七八九十百两]{1,8}|[0-9.]{1,6})")
_PERCENT_BEFORE = re.compile(rf"{_NUMBER}[ ]?\Z")
_WINDOW = 24
_CARD_ANCHORS = re.compile(r"[尾末后账卡储信借]|\*+")
# What may stand behind a run of digits, other anchors aside.
_BEHIND_AMOUNT = frozenset(" 元块圆万亿千百kwrcuheg美港欧英多余几")
_BEHIND_MOMENT = frozenset(" 年月日号点时:-/.个分小天工")


def anchored(
    pattern: re.Pattern[str], anchors: re.Pattern[str], text: str, behind: frozenset[str] | None = None
) -> Iterator[re.Match[str]]:
    """Yield a pattern's matches, tried only where one can start, which is faster than a search.

    Parameters
    ----------
    pattern : Pattern
    anchors : Pattern
        Matches where `pattern` may start.
    text : str
        Ends in a boundary.
    behind : frozenset of str, optional
        What has to follow an anchor that ends in a digit.
    """
    last = 0
    for anchor in anchors.finditer(text):
        start, end = anchor.span()
        if start < last or (behind is not None and text[end] not in behind and text[end - 1].isdigit()):
            continue
        match = pattern.match(text, start)
        if match:
            last = match.end()
            yield match


def find_amounts(text: str) -> Iterator[Candidate]:
    """Find sums of money; the value is the number in the currency's unit."""
    for match in anchored(_AMOUNT, _AMOUNT_ANCHORS, text, _BEHIND_AMOUNT):
        if text[match.start() - 1].isdigit() or (match["third"] and text[match.start() - 1] in ".-"):
            continue
        written = match["first"] or match["second"] or match["third"]
        times = match["times"] or match["times2"] or match["times3"]
        if written is None:
            value = match["han"]
        else:
            value = _plain_number(Decimal(written.replace(",", "")) * _TIMES.get(times or "", 1))
        currency = _CURRENCIES.get(match["currency"] or match["unit"], "CNY")
        yield Candidate(AMOUNT, match.start(), match.end(), "amount", value, {"currency": currency})


def _plain_number(value: Decimal) -> str:
    """Return a number without exponent and trailing zeros."""
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def find_discounts(text: str) -> Iterator[Candidate]:
    """Find reductions: 5折, 满300减50, 立减20元, 买一送一, 半价."""
    for match in anchored(_DISCOUNT, _DISCOUNT_ANCHORS, text):
        start = match.start()
        written = match[0].rstrip()
        yield _discount(start, start + len(written), written, str(match.lastgroup))
    for match in _FOLD.finditer(text):
        before = _FOLD_BEFORE.search(text, max(match.start() - _WINDOW, 0), match.start())
        if before and not (text[before.start() - 1].isdigit() or text[before.start() - 1] == "."):
            yield _discount(before.start(), match.end(), before[0] + match[0], "fold")


def _discount(start: int, end: int, written: str, kind: str) -> Candidate:
    return Candidate(DISCOUNT, start, end, "discount", written.replace(" ", ""), {"kind": kind})


def find_percents(text: str) -> Iterator[Candidate]:
    """Find percentages; the value is the number."""
    for match in _PERCENT.finditer(text):
        start, end = match.span()
        value = match["han"]
        if value is None:
            before = _PERCENT_BEFORE.search(text, max(start - _WINDOW, 0), start)
            if before is None:
                continue
            start, value = before.start(), before[0].strip().replace(",", "")
        yield Candidate(PERCENT, start, end, "percent", value, {})


def find_codes(text: str) -> Iterator[Candidate]:
    """Find verification codes: only beside a word that says so."""
    for match in _CODE_BEHIND.finditer(text):
        if any(map(str.isdigit, match["code"])):
            yield _code(CODE, match)
    if "码" in text or "code" in text:
        for match in _CODE_AHEAD.finditer(text):
            before = text[match.start() - 1]
            if not (before.isdigit() or before in "*.:-¥") and not match["code"].startswith("20"):
                yield _code(LATE_CODE, match)


def _code(rank: int, match: re.Match[str]) -> Candidate:
    start, end = match.span("code")
    return Candidate(rank, start, end, "code", re.sub("[ -]", "", match["code"]), {})


def find_pickups(text: str) -> Iterator[Candidate]:
    """Find the codes that parcels, goods and meals are handed out for."""
    for match in _PICKUP.finditer(text):
        bare = match[0].startswith("凭") and not match[0].startswith(("凭取件", "凭码", "凭取货"))
        digits = sum(map(str.isdigit, match["code"]))
        if not digits or (bare and not re.match("[ ,]?(?:取|到|至|领|提|来|在)", match["rest"])):
            continue
        yield Candidate(PICKUP, *match.span("code"), "pickup", match["code"].upper(), {})


def find_cards(text: str) -> Iterator[Candidate]:
    """Find the last digits of cards and accounts, masks among them."""
    for match in anchored(_CARD, _CARD_ANCHORS, text):
        name = str(match.lastgroup)
        if any(map(str.isdigit, match[name])):
            yield Candidate(CARD, *match.span(name), "card", match[name].strip("*x"), {})


def find_times(text: str) -> Iterator[Candidate]:
    """Find dates, times of day, spans of them, and deadlines."""
    pending: Candidate | None = None
    for match in anchored(_MOMENT, _MOMENT_ANCHORS, text, _BEHIND_MOMENT):
        start, end = match.span()
        if text[start].isdigit() and (text[start - 1].isdigit() or text[start - 1] == "."):
            continue
        while text[end - 1] in " ,":
            end -= 1
        found = _moment(text, match, end)
        if pending is not None:
            if start - pending.end <= 3 and _JOINED.match(text, pending.end, start):
                kind = "deadline" if found.attributes["kind"] == "deadline" else "range"
                start, end = pending.start, found.end
                found = Candidate(TIME, start, end, "time", text[start:end], {"kind": kind})
            else:
                yield pending
        pending = found
    if pending is not None:
        yield pending


def _moment(text: str, match: re.Match[str], end: int) -> Candidate:
    start = match.start()
    kind = "date" if match["date"] else "clock" if match["clock"] else "deadline"
    before = _UNTIL_BEFORE.search(text, max(start - 8, 0), start)
    behind = _UNTIL_BEHIND.match(text, end)
    if before or behind:
        starts = before.start() if before and before[0][0] in "即截有" else start
        kind = "deadline" if behind or starts < start else kind
        start, end = starts, behind.end() if behind else end
    return Candidate(TIME, start, end, "time", text[start:end], {"kind": kind})
