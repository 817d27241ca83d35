"""What a message holds: signature, refusal, links, contacts, amounts, codes, dates.

>>> from spamsms import extract
>>> [(entity.type, entity.text) for entity in extract("【优选商城】满300减50，戳 t.cn/Ab12，退订回T")]
[('signature', '【优选商城】'), ('discount', '满300减50'), ('link', 't.cn/Ab12'), ('refusal', '退订回T')]

Patterns read the message as a reader sees it (:mod:`spamsms.governance.readable`),
so full-width and circled digits, look-alikes, traditional characters and invisible
characters hide nothing; spans lead back to the original.

Where finds overlap, the more certain one stays: signature, link or mail address,
refusal, code behind its word, pick-up code, card tail, code before its word, handle,
phone, discount, percentage, amount, time; of one kind the earlier one, then
the longer one. So entities never overlap, and each character belongs to one at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from spamsms.governance.candidates import Candidate, Finder
from spamsms.governance.handles import find_handles
from spamsms.governance.links import find_links
from spamsms.governance.numbers import (
    find_amounts,
    find_cards,
    find_codes,
    find_discounts,
    find_percents,
    find_pickups,
    find_times,
)
from spamsms.governance.phones import find_phones
from spamsms.governance.readable import ReadableBatch, make_readable
from spamsms.governance.refusals import find_refusals
from spamsms.governance.signatures import find_signatures
from spamsms.validation import check_text, check_texts

FINDERS: dict[str, Finder] = {
    "signature": find_signatures,
    "link": find_links,
    "refusal": find_refusals,
    "code": find_codes,
    "pickup": find_pickups,
    "card": find_cards,
    "handle": find_handles,
    "phone": find_phones,
    "discount": find_discounts,
    "percent": find_percents,
    "amount": find_amounts,
    "time": find_times,
}
TYPES = (*FINDERS, "email")
# Patterns run over so many messages at once, which costs less than one at a time.
_TEXTS_A_PART = 256
# Of these, what a machine would read plainly is not disguised.
_DISGUISABLE = frozenset(("link", "email", "handle", "phone", "refusal", "code"))


# Invisible ones that belong to the character before them: the keycap of 1\ufe0f\u20e3.
_MODIFIERS = frozenset("\ufe0e\ufe0f\u20e3")


class Entity(NamedTuple):
    """Something that a message holds.

    Attributes
    ----------
    type : str
        One of :data:`TYPES`.
    start, end : int
        Span in the original text, in characters.
    text : str
        ``original[start:end]``.
    value : str
        What it says without disguise: the name in a signature, the reply code
        of a refusal (empty where none is named), a link, a phone's digits, an
        amount's number.
    attributes : dict
        By type: ``signature`` position ("start" or "end") and length of the
        name with what is around it in the brackets; ``refusal`` verb, code;
        ``link`` domain, scheme, short; ``email`` domain; ``phone`` kind
        ("mobile", "landline", "hotline", "service", "port", "foreign"), masked,
        wechat (the same number in WeChat); ``handle`` app, phone (whether it is
        a mobile number); ``amount`` currency; ``discount`` and ``time`` kind.
        What can be disguised also says whether it is: obfuscated.
    """

    type: str
    start: int
    end: int
    text: str
    value: str
    attributes: dict[str, Any]


def extract(text: str) -> list[Entity]:
    """Return what a message holds, from left to right.

    Parameters
    ----------
    text : str
        Any string.

    Returns
    -------
    list of Entity
        Without overlap.

    Raises
    ------
    InputError
        If `text` is not a str.
    """
    return _extract([check_text(text)])[0]


def extract_many(texts: Sequence[str]) -> list[list[Entity]]:
    """Return what each message holds, as :func:`extract` does, at less cost.

    Parameters
    ----------
    texts : list, tuple, ndarray or Series of str

    Returns
    -------
    list of list of Entity
        One a message.

    Raises
    ------
    InputError
        If `texts` is no batch of str; ``row`` tells which row is none.
    """
    rows = check_texts(texts, "texts")
    return list(
        chain.from_iterable(
            _extract(rows[at : at + _TEXTS_A_PART]) for at in range(0, len(rows), _TEXTS_A_PART)
        )
    )


def _extract(texts: Sequence[str]) -> list[list[Entity]]:
    batch = make_readable(texts)
    found = sorted(chain.from_iterable(finder(batch.text) for finder in FINDERS.values()), key=_start)
    results: list[list[Entity]] = []
    at = 0
    for row, text in enumerate(texts):
        stop = batch.starts[row + 1]
        first = at
        while at < len(found) and found[at].start < stop:
            at += 1
        results.append(list(_entities(batch, row, text, found[first:at])) if at > first else [])
    return results


def _start(candidate: Candidate) -> int:
    return candidate.start


def _entities(batch: ReadableBatch, row: int, text: str, found: list[Candidate]) -> Iterator[Entity]:
    offset = batch.starts[row]
    spans = batch.spans(row)
    for rank, start, end, kind, value, attributes in without_overlaps(found):
        del rank
        start -= offset
        end -= offset
        if spans is not None:
            start, end = spans[start], spans[end - 1] + 1
            while end < len(text) and text[end] in _MODIFIERS:
                end += 1
        written = text[start:end]
        if kind == "signature":
            value = written[1:-1].strip()
        elif kind in _DISGUISABLE:
            attributes["obfuscated"] = _is_disguised(kind, written, value)
            if (kind == "link" and not attributes["obfuscated"]) or (
                kind == "code" and value.upper() == written.upper()
            ):
                value = written
        yield Entity(kind, start, end, written, value, attributes)


def _is_disguised(kind: str, written: str, value: str) -> bool:
    if kind == "refusal":
        return not written.isascii() and not _plain(written)
    if not written.isascii():
        return not (
            kind == "phone" and written.replace("转", "").replace("（", "").replace("）", "").isascii()
        )
    return kind != "phone" and " " in written


def _plain(written: str) -> bool:
    """Tell whether an instruction is written in ordinary characters without gaps in its words."""
    return all(
        "\u4e00" <= char <= "\u9fff" or char.isascii() or char in "，：“”。、（）【】！" for char in written
    )


def without_overlaps(found: list[Candidate]) -> list[Candidate]:
    """Return the candidates that stay, by start; the stronger of two that overlap does.

    Parameters
    ----------
    found : list of Candidate
        By start.
    """
    last = 0
    for candidate in found:
        if candidate.start < last:
            break
        last = candidate.end
    else:
        return found
    kept: list[Candidate] = []
    for candidate in sorted(found, key=_strength):
        if all(candidate.start >= other.end or candidate.end <= other.start for other in kept):
            kept.append(candidate)
    return sorted(kept, key=_start)


def _strength(candidate: Candidate) -> tuple[int, int, int]:
    return candidate.rank, candidate.start, -candidate.end
