"""Handles in messengers: WeChat, QQ and others, however they are spelled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spamsms.governance.candidates import HANDLE, Candidate

_S = r"[ .\-_·!~*|/]{0,2}"
_JOIN = "[加架家佳咖嘉茄+]"
_CUES = {
    "wechat": (
        rf"绿{_S}泡泡|绿色软件|[微薇威徽溦葳]{_S}(?:信|芯|讯|亻{_S}言|x(?:in)?(?![a-z])|!)?|"
        rf"v{_S}(?:信|x(?:in)?(?![a-z]))|wx|we ?chat|wei ?xin|wei(?=[ ]?:)|"
        rf"卫星|{_JOIN}{_S}v(?:{_S}(?:信|芯|xin))?"
    ),
    "qq": (
        rf"q{_S}q|[群裙](?=号?[ :]{{0,3}}[0-9]{{6}})|扣{_S}扣|企{_S}鹅|球球|"
        rf"{_JOIN}{_S}[q扣]|q群|扣(?=[ ]?:)"
    ),
    "telegram": rf"tg|telegram|电[报极]|(?:[小纸]?飞机|{_JOIN}{_S}机)机?",
    "line": r"line|赖",
    "whatsapp": r"whats ?app",
    "skype": r"skype",
    "bat": r"蝙蝠",
    "wangwang": r"旺旺",
    "douyin": r"抖音",
    "other": r"加(?:我|这个|好友|一下)?[ :]{1,2}(?=[a-z][a-z]*[_\-0-9])",
}
_CUE = re.compile("|".join(f"(?P<{app}>{cue})" for app, cue in _CUES.items()))
# One letter is a cue only with a colon behind it.
_LETTER_CUE = re.compile(r"(?P<letter>[vq])(?=[ !]{0,2}:|[ ]{0,2}[0-9零一二三四五六七八九]{3})")
_ANCHORS = re.compile("[飞群裙绿小微薇威徽溦葳vqw扣企球卫加架家佳咖嘉茄+t电飞纸l赖s蝙旺抖]")
_BETWEEN = (
    r"(?P<between>(?:公众|服务|订阅|官方|企业|客服|账|帐|号|码|群|裙|id|好友|订购|联系|联络|详询|咨询|客服|搜|索|添|加|关注|"
    r"直接|或|及|、|手机|电话|和|我|吧|看|[ :;!\"=是为(~+\-_>@<./|]){0,12}?)"
)
_DIGITS = "0-9零一二三四五六七八九"
_ID = (
    rf"(?P<spaced>[a-z0-9_](?:[ ][a-z0-9_]){{4,20}}(?![a-z0-9]))|"
    rf"(?P<number>(?:[{_DIGITS}][ \-.·~!]{{0,2}}){{4,12}}[{_DIGITS}](?![a-z{_DIGITS}_]))|"
    r"(?P<name>[a-z0-9](?:[a-z0-9_\-]|!(?=[a-z0-9_])){3,23})|"
    rf"(?P<mixed>(?=[{_DIGITS}]*[a-z])[a-z{_DIGITS}]{{5,20}})"
)
_BEHIND_CUE = re.compile(rf"{_BETWEEN}(?:{_ID})")
_SPELLED_DIGITS = str.maketrans("零一二三四五六七八九", "0123456789")
_NO_IDS = frozenset(("http", "https", "html", "wifi", "push", "plus", "music", "mail", "email", "game"))


def find_handles(text: str) -> Iterator[Candidate]:
    """Find handles behind the names of messengers, disguised ones included.

    The span is the handle itself. Names of public accounts in Chinese are
    none, and neither are masked ones (``xxxx``). A mobile number behind a cue
    is a handle whose attribute ``phone`` says so.
    """
    last = 0
    for anchor in _ANCHORS.finditer(text):
        start = anchor.start()
        if start < last:
            continue
        latin_before = "a" <= text[start - 1] <= "z"
        cue = _LETTER_CUE.match(text, start) or _CUE.match(text, start)
        if cue is None or (latin_before and "a" <= text[start] <= "z"):
            continue
        found = _behind(text, cue)
        if found is not None:
            last = found.end
            yield found


def _behind(text: str, cue: re.Match[str]) -> Candidate | None:
    match = _BEHIND_CUE.match(text, cue.end())
    if match is None:
        return None
    app = str(cue.lastgroup)
    if app == "letter":
        app = "wechat" if cue["letter"] == "v" else "qq"
    group = str(match.lastgroup)
    written = match[group].rstrip("-_!")
    start = match.start(group)
    value = re.sub(r"[ !]", "", written)
    if group in ("number", "mixed"):
        value = re.sub(r"[^a-z0-9]", "", written.translate(_SPELLED_DIGITS))
    if not _is_id(value, app, match):
        return None
    attributes = {"app": app, "phone": re.fullmatch("1[3-9][0-9]{9}", value) is not None}
    return Candidate(HANDLE, start, start + len(written), "handle", value, attributes)


def _is_id(value: str, app: str, match: re.Match[str]) -> bool:
    if value.isdigit():
        return 5 <= len(value) <= 12
    if app == "qq" and sum(map(str.isdigit, value)) < 5:
        return False
    if len(value) < 4 or value in _NO_IDS or not value.strip("x*_-"):
        return False
    marked = any(sign in match["between"] for sign in (":", "号", "id", "(")) or (
        len(value) >= 6 and match["between"] == ""
    )
    return marked or any(char.isdigit() or char in "_-" for char in value)
