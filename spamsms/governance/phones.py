"""Phone numbers of mainland China by class, plain and disguised.

Classes follow the numbering plan (MIIT, 电信网编号计划): mobile numbers of 11
digits from 1 3–9; landlines with area codes 010, 02x and 0[3–9]xx; 400 and 800
hotlines of 10 digits; service numbers 95xxx(xxx), 96xxx(x), 100xx, 123xx, 1010xxxx;
106 ports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spamsms.governance.candidates import NUMERAL_DIGITS, PHONE, Candidate

_G = r"[ \-_·.~]{0,2}"
_D = "[0-9零一二三四五六七八九oil]"
_MASKABLE = "[0-9零一二三四五六七八九oil*]"
_MOBILE = rf"(?:[(]?(?:\+|00)?[ ]?86[)]?[ \-]{{0,2}})?[1一il]{_G}[3-9三四五六七八九](?:{_G}{_MASKABLE}){{9}}"
_HOTLINE = rf"[48四八]{_G}[0零o]{_G}[0零o](?:{_G}{_D}){{7}}"
_LANDLINE = (
    r"[(]?0(?:10|2[0-57-9]|[3-9][0-9]{2})[)]?[ \-_]{0,3}"
    r"(?:[0-9]{3,4}[ \-][0-9]{4}|[0-9]{7,8})(?:[ ]?(?:转|-|ext\.?)[ ]?[0-9]{1,5})?"
)
_SERVICE = (
    r"(?:1010[ \-]?[0-9]{4}|95105[ \-]?[0-9]{3}|106[0-9]{7,17}|95[0-9]{3,4}|96[0-9]{3,4}|"
    r"100(?:0[0-9]|1[0-9]|[2-9][0-9])|123[0-9]{2}|11[68]114|1[12]5[0-9]{2}|1118[0-9]|12110[0-9]*|1258[0-9])(?![0-9])"
)
_FOREIGN = (
    r"(?:85[23]-|[(]85[23][)][ \-]?)[0-9]{4}[ \-]?[0-9]{4}|"
    r"(?:\+|00)(?!86)[1-9][0-9]{0,3}(?:[ ]?[(][0-9]{1,4}[)])?(?:[ \-]?[0-9]){6,12}"
)
# Seven or eight digits are a number only where the text says so.
_LOCAL = r"[1-9][0-9]{2,3}[ \-]?[0-9]{4}(?![0-9])"
_EMERGENCY = r"1(?:10|19|20|22|14)"
_NUMBER = re.compile(
    rf"(?P<foreign>{_FOREIGN})|(?P<landline>{_LANDLINE})|(?P<mobile>{_MOBILE})|(?P<hotline>{_HOTLINE})|"
    rf"(?P<service>{_SERVICE})|(?P<local>{_LOCAL})|(?P<emergency>{_EMERGENCY})|"
    r"(?P<short>[0-9]{3,12}(?:[ \-][0-9]{3,8})?)"
)
_ANCHORS = re.compile("[0-9]+|[+(一四八il]")
_SEPARATORS = frozenset(" -_·.~*()零一二三四五六七八九oil")
_CALLED = re.compile(
    r"(?:电话?|热线|专线|致电|拨打?|咨询|垂询|询|联系|客服|座机|订座|预[约定订]|tel|phone|手机|打|[☎T]|传真|报警|急救|火警|专员|"
    r"投诉|举报|登[录陆]|发送?[^\n]{0,6}[到至]|[到至])[ :!(\"是为请或]{0,4}\Z"
)
_DIALLED = re.compile(r"(?:拨打?|致电|请打|热线|电话|专线)[ :\"]{0,2}\Z")
_TEL = re.compile(r"(?:tel|phone|mob|ext|fax)\Z")
_SENT_TO = re.compile(r"(?:发送?|编辑|回复?)[^\n。]{0,10}[到至]\Z")
# A label or a sentence before, a signature or nothing behind: what else could the digits be.
_LABELLED = re.compile(r"[\u4e00-\u9fff]:\Z")
_LAST = re.compile(r"[ .。!,、/;]{0,3}(?:1[3-9][0-9]{9}|[【\n]|[\u4e00-\u9fff]{0,3}[【\n])")
_LISTED = re.compile(r"[0-9][)]?[ ]?(?:[,、/;或|]|转)[ ]?\Z")
_UNITS = re.compile(r"[ ]?(?:[元块万亿%折个名人次年月日天米m点时分秒号楼倍积g㎡平里颗件份套家℃度]|\.[0-9])")
_SUM_BEHIND = re.compile(r"(?:\.[0-9]{1,2})?[ ]?(?:元(?![旦经总先女])|块钱|人民币)")
# What is a number of something else: orders, parcels, accounts.
_SERIAL = re.compile(
    r"(?:单号?|编号|流水号?|卡号|账号|户号|尾号|序列?号|批号|身份证号?|号段|版本|id)"
    r"(?:码|为|是)?[ :!(]{0,3}\Z"
)
_NO_PHONE = re.compile(r"(?:码|号|代码|[qv])[^\n]{0,4}\Z|[0-9a-z.+\-*/]\Z|[0-9] \Z")
_MONEY = re.compile(r"(?:[¥$]|余额|金额|尾号|人民币|rmb|积分|价|仅|满|减|送)[ :为是*]{0,3}\Z")
_WECHAT_TOO = re.compile(
    r"[ ,(!/]{0,3}(?:微信?|v信?|薇信?|wx|vx)[ ]?(?:同(?:号|步)?|号?同|也是)|"
    r"[ ,(!]{0,3}同微|[ ,(!]{0,2}微信(?![\u4e00-\u9fff:])"
)
_WECHAT_BEFORE = re.compile(r"(?:微信?|薇信?|v信?|[vw]x)同(?:号|步)[ :!]{0,3}\Z")
_LOOKBACK = 16


def find_phones(text: str) -> Iterator[Candidate]:
    """Find phone numbers; the value is the digits alone, masks kept as ``*``."""
    last = 0
    for anchor in _ANCHORS.finditer(text):
        start, end = anchor.span()
        if start < last or (end - start < 3 and text[end] not in _SEPARATORS and text[start].isdigit()):
            continue
        match = _NUMBER.match(text, start)
        found = match and _checked(text, match)
        if found:
            last = found.end
            yield found


def _checked(text: str, match: re.Match[str]) -> Candidate | None:
    kind = str(match.lastgroup)
    start, end = match.span()
    written = match[0]
    if kind == "landline" and written[0] == "(" and ")" not in written:
        start += 1
        written = written[1:]
    digits = re.sub(r"[^0-9*]", "", written.translate(NUMERAL_DIGITS))
    if kind == "mobile" and len(digits) > 11:
        digits = digits[-11:]
    before, after = text[start - 1], text[end]
    if _glued(before, after, written) or (
        before.isascii() and before.isalpha() and not _TEL.search(text, max(start - 6, 0), start)
    ):
        return None
    window = max(start - _LOOKBACK, 0)
    if not _plausible(text, kind, digits, start, end, window):
        return None
    attributes = {
        "kind": _KINDS.get(kind) or ("port" if digits.startswith("106") else kind),
        "masked": "*" in digits,
        "wechat": (_WECHAT_TOO.match(text, end) or _WECHAT_BEFORE.search(text, window, start)) is not None,
    }
    return Candidate(PHONE, start, end, "phone", digits, attributes)


_KINDS = {"local": "landline", "emergency": "service", "short": "service"}


def _glued(before: str, after: str, written: str) -> bool:
    """Tell whether the number is a part of something longer."""
    if before.isdigit() or after.isdigit() or before in "*" or after in "*":
        return True
    return (written[0] in "il" or written[-1] in "oil") and ("a" <= before <= "z" or "a" <= after <= "z")


def _plausible(text: str, kind: str, digits: str, start: int, end: int, window: int) -> bool:
    serial = _SERIAL.search(text, window, start) is not None
    if kind == "mobile":
        money = _SUM_BEHIND.match(text, end) is not None
        return (
            not money
            and _is_mobile(text, digits, start, end)
            and (not serial or "手机" in text[window:start])
        )
    if serial or kind in ("foreign", "hotline"):
        return not serial
    if kind == "landline":
        return len(digits) >= 10
    if _UNITS.match(text, end) or _MONEY.search(text, window, start):
        return False
    if kind == "short":
        dialled = _DIALLED.search(text, window, start) is not None
        return dialled or (len(digits) > 3 and _SENT_TO.search(text, window, start) is not None)
    if _CALLED.search(text, window, start) or _LISTED.search(text, window, start):
        return True
    if kind == "local" and digits[0] in "23456789":
        labelled = _LABELLED.search(text, window, start) is not None
        return (labelled or _LAST.match(text, end) is not None) and not _NO_PHONE.search(text, window, start)
    if kind != "service" or text[start - 1] in ".-/:#" or text[end] in "-/:":
        return False
    if digits[:2] == "12" and len(digits) == 5:
        return digits[:3] == "123"
    return len(digits) >= 8 or (digits[:2] in ("95", "10", "12") and digits != "10000")


def _is_mobile(text: str, digits: str, start: int, end: int) -> bool:
    hidden = digits.count("*")
    if len(digits) != 11 or hidden > 6 or (digits[-1] == "*" and hidden > 4):
        return False
    return sum(char in "oil" for char in text[start:end]) <= 5
