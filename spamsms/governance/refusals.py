"""Instructions how to refuse further messages: 拒收请回复R, 回T退订, TD退订."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from spamsms.governance.candidates import REFUSAL, Candidate

# What disguise puts between the characters of a word.
_G = r"[ .\-_·!~|/+*]{0,2}"
_UNSUBSCRIBE = rf"退{_G}[订定丁汀仃阅]|拒{_G}收|拒阅|取阅|tui{_G}ding"
_VERB = (
    rf"(?P<verb>{_UNSUBSCRIBE}|拒{_G}绝(?:接收)?|拒(?={_G}[,:]?[回囬囘])|"
    rf"取{_G}消(?:订阅|接收|提醒|通知|关注|推送|短信)?|屏{_G}蔽|谢绝|"
    r"不(?:愿|想|希望)?(?:再|继续)?(?:接收|收取|收到)|勿扰|免打扰|免扰|不需要|无需(?:提醒|接收)?|停止接收|停发|"
    r"关闭(?:通知|提醒|短信|推送)?|退)"
)
_FILL = (
    r"(?:该|此|本|以上|类|接收|广告|营销|推送|订阅|服务|业务|提醒|短信|信息|通知|评价|可|"
    r"直接|的|您|均|都|免费|此类|消息|提示|到期|缓冲期){0,6}"
)
_REPLY = rf"(?:回{_G}[复覆]|[囬囘]{_G}[复覆]?|发{_G}送|编辑(?:短信)?|编写|[回复覆发])"
_BEFORE_CODE = r"(?:短信|信息|代码|字母|数字|大写|小写|内容|至|为)?[ :\"(【'=]{0,3}"
_SHORT_CODE = rf"t{_G}d|t{_G}q|tdtq|q{_G}x|[tnrq]|0000|00000"
_CODE = rf"(?:t{_G}d|q{_G}x|[a-z][a-z0-9]{{0,7}}|[0-9]{{1,6}})(?![a-z0-9]|[.,:][0-9])"
_END = r"(?=[ !.。)\"~*;]{0,8}(?:\n|【[^\n【】]{1,20}】[ !.。]{0,4}\n))"

_VERB_FIRST = re.compile(
    rf"{_VERB}{_FILL}(?:[ ,:!、(;。]{{0,2}}|{_G})(?:均可|敬请|烦请|请您?|可以?|直接)?"
    rf"[ ]?{_REPLY}{_BEFORE_CODE}(?P<code>{_CODE})"
)
_VERB_CODE = re.compile(rf"(?P<verb>{_UNSUBSCRIBE}|退)[ :\"]{{0,2}}(?P<code>{_SHORT_CODE})(?![a-z0-9恤])")
_UNSUBSCRIBE_VERB = re.compile(_UNSUBSCRIBE)
_AT_END = re.compile(_END)
_REPLY_FIRST = re.compile(
    rf"{_REPLY}{_BEFORE_CODE}(?P<code>{_CODE})[ \")】']{{0,2}}[,、]?"
    rf"(?:即可|便可|就可以?|可以?|可直接|办理|就|以|为|则|来|至本号码?|以便)?{_VERB}(?P<object>[一-龥]{{0,4}})"
)
_REPLY_TO = re.compile(
    rf"{_REPLY}(?:短信)?[ \"]{{0,2}}(?P<code>{_CODE})[ \"]{{0,2}}(?:发送)?[到至][ ]?[0-9]{{4,20}}"
    rf"[ ]?[,]?(?:即可|便可|可|来)?{_VERB}"
)
_REPLY_LAST = re.compile(rf"{_REPLY}{_G}(?P<code>t{_G}d|q{_G}x|[tnr]){_END}")
_CODE_BEFORE = re.compile(rf"(?<![a-z0-9])(?:{_SHORT_CODE}){_G}\Z")
_LEAVE = r"(?:unsubscribe|opt[ -]?out|stop(?: (?:receiving|messages|sms))?)"
_ASK = r"(?:reply|text|send|sms)(?: with)?"
_ENGLISH_CODE = (
    r"[ \"':]{1,3}(?P<code>stop|unsub(?:scribe)?|opt-?out|td|qx|[tnrq]|no|out|end|quit|cancel|0000)[\"']?"
    r"(?![a-z0-9])(?: to [0-9]{3,12})?"
)
_ENGLISH_REPLY = re.compile(rf"{_ASK}{_ENGLISH_CODE}(?:[ ,]{{1,2}}(?:to|and) (?P<verb>{_LEAVE}))?")
_ENGLISH_VERB = re.compile(rf"(?P<verb>{_LEAVE})[ ,:]{{1,3}}(?:please |just )?{_ASK}{_ENGLISH_CODE}")
# Codes that say themselves what they ask for.
_ENGLISH_STOPS = frozenset({"stop", "unsubscribe", "unsub", "optout", "opt-out"})
_ANCHORS = re.compile("reply|text|send|sms|unsub|opt|stop|[退拒取屏谢不无勿免停关回囬囘复覆发编t]")
_VERB_ANCHORS = frozenset("退拒取屏谢不无勿免停关t")
# What a bare reply agrees to, joins or leaves.
_ASKED = re.compile(
    r"(?:收到|同意|确认|参加|报名|订购|办理|开通|续订|(?<!不)需要|退[群课出票费]|预约|订单|行程|出席|(?<!不)愿意)"
    r"[^。,!\n]{0,6}\Z"
)
# What is cancelled here is a thing of the reader's, not the sender's messages.
_OTHER_OBJECT = re.compile(
    r"预|订单|行程|航班|交易|支付|自动|会员|续|代扣|机票|房|申请|授权|绑定|业务|套餐|流量|操作|登录|群|出|款|货|票|保"
)
_CERTAIN = ("退", "拒")


class RefusalSpan(NamedTuple):
    """An instruction in readable text; the code is empty where none is named."""

    start: int
    end: int
    verb: str
    code: str


def find_refusals(text: str) -> Iterator[Candidate]:
    """Find instructions how to refuse further messages, the reply code in capitals as value.

    "Reply STOP" and "text T to opt out" are some. "回复Y确认" and "回1参加" are
    none, and neither is what cancels a booking or an order.
    """
    for start, end, verb, code in refusal_spans(text, 0, len(text)):
        plain = re.sub(r"[^a-z0-9]", "", code).upper()
        attributes = {"verb": re.sub(r"[^a-z\u3400-\u9fff]", "", verb), "code": plain}
        yield Candidate(REFUSAL, start, end, "refusal", plain, attributes)


def refusal_spans(text: str, place: int, stop: int) -> Iterator[RefusalSpan]:
    """Yield the instructions in a part of readable text, from left to right."""
    for anchor in _ANCHORS.finditer(text, place, stop):
        start = anchor.start()
        if start < place:
            continue
        if len(anchor[0]) > 1:
            found = _from_english(text, start)
        else:
            found = _from_verb(text, start) if anchor[0] in _VERB_ANCHORS else _from_reply(text, start)
        if found is not None:
            place = found.end
            yield found


def _from_verb(text: str, start: int) -> RefusalSpan | None:
    match = _VERB_FIRST.match(text, start)
    if match:
        certain = match["verb"].startswith(_CERTAIN)
        plausible = certain or not _OTHER_OBJECT.match(text, match.end("verb"))
        if plausible and not _is_answer(match["verb"], match["code"]):
            return RefusalSpan(start, match.end(), match["verb"], match["code"])
    match = _VERB_CODE.match(text, start)
    if match:
        return RefusalSpan(start, match.end(), match["verb"], match["code"])
    if text[start] not in _CERTAIN:
        return None
    verb = _UNSUBSCRIBE_VERB.match(text, start)
    if verb is None:
        return None
    code = _CODE_BEFORE.search(text, max(start - 8, 0), start)
    if code:
        return RefusalSpan(code.start(), verb.end(), verb[0], code[0])
    is_last = _AT_END.match(text, verb.end()) and not "\u3400" <= text[start - 1] <= "\u9fff"
    return RefusalSpan(start, verb.end(), verb[0], "") if is_last else None


def _from_reply(text: str, start: int) -> RefusalSpan | None:
    match = _REPLY_TO.match(text, start)
    if match and match["verb"].startswith(_CERTAIN):
        return RefusalSpan(start, match.end(), match["verb"], match["code"])
    match = _REPLY_FIRST.match(text, start)
    if match and not _is_other(text, match):
        return RefusalSpan(start, match.end("verb"), match["verb"], match["code"])
    match = _REPLY_LAST.match(text, start)
    if match is None or text[start - 1] in "否不" or _ASKED.search(text, max(start - 16, 0), start):
        return None
    return RefusalSpan(start, match.end(), "", match["code"])


def _from_english(text: str, start: int) -> RefusalSpan | None:
    match = _ENGLISH_VERB.match(text, start) or _ENGLISH_REPLY.match(text, start)
    if match is None or "a" <= text[start - 1] <= "z":
        return None
    code, verb = match["code"], match["verb"]
    if not verb and code not in _ENGLISH_STOPS:
        return None
    return RefusalSpan(start, match.end(), verb or code, code)


def _is_answer(verb: str, code: str) -> bool:
    """Tell answers to a question (谢绝回2) and refunds (退回9) from refusals."""
    digits = code.isdigit() and set(code) != {"0"}
    return digits and (verb == "退" or not verb.startswith(_CERTAIN))


def _parted(written: str) -> bool:
    """Tell whether a sign ends a clause within."""
    return any(sign in written for sign in ",、;。!")


def _is_other(text: str, match: re.Match[str]) -> bool:
    """Tell where the verb has a code of its own behind it, or cancels something else."""
    own = _VERB_FIRST.match(text, match.start("verb"))
    if own and not (_parted(own[0]) and not _parted(match[0])):
        return True
    verb = match["verb"]
    if verb == "退":
        return match["object"] != ""
    return not verb.startswith(_CERTAIN) and bool(_OTHER_OBJECT.match(match["object"]))
