"""Links and mail addresses, plain and disguised."""

from __future__ import annotations

import re
from collections.abc import Iterator

from spamsms.governance.candidates import LINK, Candidate
from spamsms.normalize import TOP_LEVEL_DOMAINS

# Top-level domains that are English words or ends of sentences too: no link without a scheme or a path.
_WORDS_LISTED = (
    "me io so to us my im la co sh ai red run art work life live love world fun win de fr it is in fit"
)
_WORDS = frozenset(_WORDS_LISTED.split())
# Services whose whole business is short links.
_SHORTENERS_LISTED = """
t.cn url.cn dwz.cn suo.im u.nu bit.ly tinyurl.com goo.gl is.gd s.tb.cn m.tb.cn tb.cn 3.cn c.tb.cn
e.tb.cn dwz.tax dwz.mk rrd.me sohu.gg t.tl mrw.so suo.nz 985.so t.hk ow.ly rb.gy 6.cn 126.am
u.jd.com v.ly
"""
SHORTENERS = frozenset(_SHORTENERS_LISTED.split())
_TLD = "|".join(sorted({*TOP_LEVEL_DOMAINS, "bond", "cloud", "host", "press", "tc", "gs", "cf", "tk", "ml"}))
_LABEL_CHARS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-*_")
_HOST_CHARS = _LABEL_CHARS | {"."}
_LONGEST_HOST = 100
# A dot, or what stands in for one, and a top-level domain.
_DOT_TLD = re.compile(rf"[.。点·、,d](?:ot)?\)?[ ]?(?:(?:{_TLD})(?![a-z0-9\-])|[a-z]{{2,10}}/(?=[a-z0-9]))")
_SCHEME = re.compile(r"[a-z]{2,6}[ ]?:[ ]?/[ ]?/[ ]?(?=[a-z0-9*])")
_PATH = re.compile(r"(?:\.[a-z0-9\-]+)*(?::[0-9]{2,5})?(?:[/?#][a-z0-9*.:/\-_?=&%~+@#!$(]*)?")
_SPACED_PATH = re.compile(r"[ ]?/[ ]?[a-z0-9*][a-z0-9*./\-_?=&%~+#]*")
_AFTER_SCHEME = re.compile(r"[a-z0-9*.\-_:@]+(?:[/?#][a-z0-9*.:/\-_?=&%~+@#!$]*)?")
_SCHEME_BEFORE = re.compile(r"(?:https?|ftp)[ ]?:[ ]?/[ ]?/[ ]?\Z")
_DOT_BEFORE = re.compile(r"(?:[ ]?(?:[.。点·]|\(?dot\)?)[ ]?)\Z")
_TRAILING = ".,:?!&-_=~+#@$(*"


def find_links(text: str) -> Iterator[Candidate]:
    """Find links and mail addresses.

    The value is the link without disguise: no spaces, a plain dot, as readable
    text has it (lower case). Domains without scheme or path count unless their
    ending is a common word.
    """
    last = 0
    for match in sorted((*_SCHEME.finditer(text), *_DOT_TLD.finditer(text)), key=re.Match.start):
        if match.start() < last:
            continue
        found = (
            _from_scheme(text, match) if "/" in match[0] and ":" in match[0] else _from_dot(text, match, last)
        )
        if found is not None:
            last = found.end
            yield found


def _from_scheme(text: str, match: re.Match[str]) -> Candidate | None:
    rest = _AFTER_SCHEME.match(text, match.end())
    if rest is None or not match[0].startswith(("http", "ftp")):
        return None
    link = rest[0].rstrip(_TRAILING) or rest[0]
    host = re.split("[/?#]", link, maxsplit=1)[0].partition(":")[0]
    scheme = match[0].partition(":")[0].strip()
    return _link(match.start(), match.end() + len(link), host, link, scheme)


def _from_dot(text: str, match: re.Match[str], floor: int) -> Candidate | None:
    dot = match[0][0]
    start = _host_start(text, match.start(), floor, strict=dot != ".")
    if start is None:
        return None
    host = (
        re.sub(r"\(?dot\)?|[。点·、,]", ".", text[start : match.end()].replace(" ", "")).rstrip("/").lower()
    )
    if dot == "d" and not match[0].startswith("dot"):
        return None
    end = match.end() - match[0].endswith("/")
    path = _PATH.match(text, end)
    tail = path[0].rstrip(_TRAILING) if path else ""
    if not tail and text[end : end + 1] == " ":
        spaced = _SPACED_PATH.match(text, end) if " " in text[start:end] else None
        tail = spaced[0] if spaced else ""
    end += len(tail)
    if start and text[start - 1] == "@":
        return _mail(text, start, end, host)
    link = (host + tail).replace(" ", "")
    host = re.split("[/?#:]", link, maxsplit=1)[0]
    labels = host.split(".")
    bare = len(link) == len(host) and labels[0] not in ("www", "wap", "m")
    if (bare and labels[-1] in _WORDS and not re.search(r"[0-9\-]", host)) or not re.search(
        "[a-z0-9]", labels[-2]
    ):
        return None
    if dot != "." and bare and labels[-1] not in ("com", "cn", "net", "cc", "top", "vip", "xyz"):
        return None
    if dot in ",、" and not re.search("[a-z]", labels[-2]):
        return None
    scheme = _SCHEME_BEFORE.search(text, max(start - 12, 0), start)
    return _link(scheme.start() if scheme else start, end, host, link, "")


def _host_start(text: str, end: int, floor: int, strict: bool) -> int | None:
    """Return where the labels before a dot start, or None where there are none."""
    start = end
    lowest = max(floor, end - _LONGEST_HOST)
    while True:
        if start > lowest and text[start - 1] in " (":
            # One space, or a bracket, before a dot that is set apart.
            start -= 1
        begin = start
        while start > lowest and (text[start - 1] in _LABEL_CHARS or _is_spaced(text, start, begin)):
            start -= 1
        if start == begin:
            return None
        dot = _DOT_BEFORE.search(text, max(start - 8, lowest), start)
        if not dot or dot.start() <= lowest or text[dot.start() - 1] not in _LABEL_CHARS:
            break
        if dot[0] not in (".", "。") and not strict and " " not in text[start:end]:
            break
        start = dot.start()
    while start < end and text[start] in "-_*.":
        start += 1
    return start if start < end else None


def _is_spaced(text: str, start: int, begin: int) -> bool:
    """Tell whether a space parts single characters of a label: ``y l 3 3 8 . net``."""
    return (
        start < begin
        and text[start - 1] == " "
        and text[begin] == " "
        and text[start - 2] in _LABEL_CHARS
        and text[start - 3] not in _LABEL_CHARS
        and (start + 1 == begin or text[start + 1] == " ")
    )


def _mail(text: str, start: int, end: int, host: str) -> Candidate | None:
    begin = start - 1
    while begin > start - 64 and begin > 0 and text[begin - 1] in _HOST_CHARS:
        begin -= 1
    if begin == start - 1:
        return None
    return Candidate(LINK, begin, end, "email", text[begin:end], {"domain": host})


def _link(start: int, end: int, host: str, link: str, scheme: str) -> Candidate:
    path = link[len(host) :].lstrip("/")
    short = host in SHORTENERS or (len(host) <= 8 and 0 < len(path) <= 10 and "/" not in path)
    return Candidate(LINK, start, end, "link", link, {"domain": host, "scheme": scheme, "short": short})
