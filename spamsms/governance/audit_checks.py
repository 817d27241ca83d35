"""What looks for breaches of rules, one function a check.

A check is given a message and a rule and yields a :class:`Hit` for each place
that breaks it, and for what only records can show.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from spamsms.governance.dates import Day
from spamsms.governance.entities import Entity
from spamsms.governance.senders import classify_sender
from spamsms.obfuscation import disguised_spans, plain_text
from spamsms.verdict import Verdict

_BRACKETED = re.compile(r"【([^【】]*)】")
_BEFORE_REFUSAL = re.compile(r"[\s,，;；。.!！、]+\Z")
_ENDING = re.compile(r"[\s。.!！)）\]\"”~/\-—*]*")
_OTHER_WAY = re.compile(
    r"(?:退订|拒收|取消订阅|拒绝接收)[^，,。；;！!\n]{0,4}?(?:点击?|戳|拨打?|致电|电话|登[录陆]|访问)"
)
_PRICE = re.compile(r"[¥￥]\s*(?P<sum>[0-9][0-9,]*(?:\.[0-9]+)?)(?!\s*元)")


@dataclass(frozen=True)
class Message:
    """A message that is about to be sent, and what is known of it."""

    text: str
    entities: tuple[Entity, ...]
    verdict: Verdict
    category: str
    sender: str | None = None
    time: datetime | None = None

    def of(self, *types: str) -> list[Entity]:
        """Return the entities of some types."""
        return [entity for entity in self.entities if entity.type in types]


@dataclass(frozen=True)
class Hit:
    """A place that breaks a rule, or has to be shown by records."""

    start: int
    end: int
    suggestion: str | None = None
    detail: str = ""
    needs_records: bool = False


Parameters = Mapping[str, Any]
Check = Callable[[Message, Parameters], Iterator[Hit]]


def needs_records(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Ask for records: no text can show it."""
    yield Hit(0, len(message.text), needs_records=True)


def records_for_entities(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Ask for records of each entity of some types."""
    for entity in message.of(*parameters["types"]):
        yield Hit(entity.start, entity.end, detail=entity.value, needs_records=True)


def refusal_required(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for a missing refusal instruction; it is suggested before a signature at the end.

    A link or a number to refuse by is one too; :func:`refusal_code` has its say on it.
    """
    if message.of("refusal") or _other_ways(message):
        return
    ends = [entity.start for entity in message.of("signature") if entity.attributes["position"] == "end"]
    place = ends[0] if ends else len(message.text)
    yield Hit(place, place, parameters["insert"])


def refusal_code(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for instructions that do not say what to reply."""
    for entity in message.of("refusal"):
        if not entity.value:
            yield Hit(entity.start, entity.end, "拒收请回复R")
    if not message.of("refusal"):
        for match in _other_ways(message):
            yield Hit(match.start(), match.end(), detail="by link or call")


def _other_ways(message: Message) -> list[re.Match[str]]:
    """Return what tells to refuse by a link or a call rather than a reply."""
    if not message.of("link", "phone"):
        return []
    return list(_OTHER_WAY.finditer(message.text))


def refusal_at_end(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for an instruction that something but a signature follows."""
    found = message.of("refusal")
    if not found:
        return
    place = found[-1].end
    for entity in message.of("signature"):
        if entity.start >= place and _ENDING.fullmatch(message.text, place, entity.start):
            place = entity.end
    if not _ENDING.fullmatch(message.text, place):
        yield Hit(found[-1].start, found[-1].end)


def refusal_forbidden(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for instructions where none belongs; taking them out is suggested."""
    for entity in message.of("refusal"):
        before = _BEFORE_REFUSAL.search(message.text, max(entity.start - 8, 0), entity.start)
        yield Hit(before.start() if before else entity.start, entity.end, "")


def marketing_forbidden(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for what the model takes for marketing."""
    if message.verdict.is_spam:
        yield Hit(0, len(message.text), detail=f"marketing at {message.verdict.probability:.1%}")


def signature_required(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for a missing signature."""
    if not message.of("signature"):
        yield Hit(0, 0)


def signature_length(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for signatures that are too short or too long."""
    for entity in message.of("signature"):
        if not parameters["least"] <= len(entity.value) <= parameters["most"]:
            yield Hit(entity.start, entity.end, detail=f"{len(entity.value)} characters")


def signature_characters(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for other brackets than 【】, and for symbols in signatures."""
    for entity in message.of("signature"):
        name = "".join(char for char in entity.value if char.isalnum())
        if name and entity.text != f"【{name}】":
            yield Hit(entity.start, entity.end, f"【{name}】")


def brackets_in_body(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for 【】 beside the first signature."""
    signatures = message.of("signature")
    own = signatures[0].start if signatures else -1
    for match in _BRACKETED.finditer(message.text):
        if match.start() != own:
            yield Hit(match.start(), match.end(), f"“{match[1]}”")


def contact_required(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for a missing contact."""
    if not message.of("phone", "link", "email", "handle"):
        yield Hit(len(message.text), len(message.text))


def entity_forbidden(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for entities of some types; phones of some kinds, where kinds are given."""
    kinds = parameters["phone_kinds"]
    for entity in message.of(*parameters["types"]):
        if entity.type != "phone" or not kinds or entity.attributes["kind"] in kinds:
            yield Hit(entity.start, entity.end, detail=entity.type)


def pattern(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for a regular expression in the text, in names only where they are not left out."""
    names = [] if parameters["signatures"] else message.of("signature")
    for match in _compiled(parameters["pattern"]).finditer(message.text):
        if match[0] and not any(name.start <= match.start() < name.end for name in names):
            yield Hit(match.start(), match.end(), detail=match[0])


def pattern_required(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for the lack of a regular expression."""
    if not _compiled(parameters["pattern"]).search(message.text):
        yield Hit(0, len(message.text))


@lru_cache(maxsize=256)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


def disguise(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for disguised characters and handles, phones and links in disguise; plain text is suggested."""
    for start, end in disguised_spans(message.text):
        yield Hit(start, end, plain_text(message.text[start:end]))


def special_characters(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for symbols; 元 is suggested for a currency sign."""
    found = {char for char in parameters["characters"] if char in message.text}
    priced: set[int] = set()
    if found & {"¥", "￥"}:
        for match in _PRICE.finditer(message.text):
            priced.add(match.start())
            yield Hit(match.start(), match.end(), match["sum"] + "元")
    for place, char in enumerate(message.text):
        if char in found and place not in priced:
            yield Hit(place, place + 1, "")


def length(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for too long a text."""
    size = len(message.text)
    if size > parameters["most"]:
        yield Hit(parameters["most"], size, detail=f"{size} characters")


def parts(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Count the parts of a text that takes more than one; characters beyond U+FFFF count twice."""
    size = len(message.text.encode("utf-16-le", "surrogatepass")) // 2
    if size > parameters["single"]:
        count = -(-size // parameters["part"])
        yield Hit(0, len(message.text), detail=f"{size} characters, {count} parts")


def hours(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look for a time of sending outside the hours; without a time, records have to show it."""
    if message.time is None or isinstance(message.time, Day):
        yield Hit(0, len(message.text), detail="no time of sending was given", needs_records=True)
    elif not parameters["first"] <= f"{message.time:%H:%M}" <= parameters["last"]:
        yield Hit(0, len(message.text), detail=f"at {message.time:%H:%M}")


def sender(message: Message, parameters: Parameters) -> Iterator[Hit]:
    """Look at the sending number; that it is the sender's own, only records can show."""
    if message.sender is None:
        yield Hit(0, len(message.text), detail="no sending number was given", needs_records=True)
        return
    found = classify_sender(message.sender)
    if found.kind not in parameters["kinds"]:
        yield Hit(0, len(message.text), detail=f"{message.sender}: {found.kind}")
    else:
        yield Hit(0, len(message.text), detail=f"{message.sender}: {found.kind}", needs_records=True)


CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (
        *(needs_records, records_for_entities, refusal_required, refusal_code, refusal_at_end),
        *(refusal_forbidden, marketing_forbidden, signature_required, signature_length),
        *(signature_characters, brackets_in_body, contact_required, entity_forbidden, pattern),
        *(pattern_required, disguise, special_characters, length, parts, hours, sender),
    )
}
