"""The single techniques: each proposes edits to a message, of which the budget lets some be made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from spamsms.training.attack_edits import (
    FREE,
    NUMBER,
    Edit,
    Message,
    Situation,
    find_words,
    rewrite,
)
from spamsms.training.attack_entries import entries, half_of, insertions, styles, substitutes

Technique = Callable[[str, Situation], str]
Proposer = Callable[[Message, Situation], Iterator[Edit]]

# A disguiser uses one or two signs throughout, not another one at each place.
SIGNS_A_MESSAGE = 2
LONGEST_ENCLOSED = 4
TAILS = ("tail_letters", "tail_rare", "tail_scripts")
TAIL_LENGTHS = (4, 10)
# The longest padding where the message itself is shorter: one SMS.
ONE_SMS = 70
JOINTS = ("", " ", "\n")
JOINTS_BEHIND_WORDS = (" ", "，", "。", "\n")
_STOPS = frozenset("，。！？；：,.!?;:】")

# Inserting must not tear a link, a number or an emoji apart.
_UNIT = re.compile(r".(?:\u200d.|[\ufe00-\ufe0f\u20e3\U0001f3fb-\U0001f3ff])*", re.DOTALL)
_CLAUSE_END = re.compile(r".*[，。！？；,.!?;\s]", re.DOTALL)
_DATE_MARKS = frozenset("0123456789.-:/")


def proposing(propose: Proposer, *, apart: bool = False) -> Technique:
    """Make a technique of a function that proposes edits."""

    def technique(text: str, situation: Situation) -> str:
        message = Message(text)
        return rewrite(message, propose(message, situation), situation, apart=apart)

    return technique


def substituting(table: str, *kinds: int, apart: bool = False) -> Technique:
    """Replace single characters by a table, in the kinds of positions given."""

    def propose(message: Message, situation: Situation) -> Iterator[Edit]:
        found = substitutes(table, situation.half)
        for place, (char, kind) in enumerate(zip(message.text, message.kinds, strict=True)):
            if kind in kinds and char in found:
                yield Edit(place, place + 1, situation.rng.choice(found[char]))

    return proposing(propose, apart=apart)


def rewording(table: str) -> Technique:
    """Replace words by a table; other words of the table are not cut into."""

    @proposing
    def technique(message: Message, situation: Situation) -> Iterator[Edit]:
        found = substitutes(table, situation.half)
        for start, stop in find_words(message.text, entries(table)):
            word = message.text[start:stop]
            if word in found and (message.is_free(start, stop) or _is_whole_date(message, start)):
                yield Edit(start, stop, situation.rng.choice(found[word]))

    return technique


def _is_whole_date(message: Message, start: int) -> bool:
    """Tell whether digits that belong to a word, such as 12月, are not the end of a longer number."""
    return message.kinds[start] == NUMBER and (start == 0 or message.text[start - 1] not in _DATE_MARKS)


def styling(table: str, *kinds: int) -> Technique:
    """Give letters or digits one style throughout."""

    @proposing
    def technique(message: Message, situation: Situation) -> Iterator[Edit]:
        style = situation.rng.choice(styles(table, situation.half))
        for place, (char, kind) in enumerate(zip(message.text, message.kinds, strict=True)):
            if kind in kinds and char in style:
                yield Edit(place, place + 1, style[char])

    return technique


def inserting(kind: str, gaps: Callable[[Message], Iterator[int]]) -> Technique:
    """Insert one or two signs of a kind, each at some of the gaps."""

    @proposing
    def technique(message: Message, situation: Situation) -> Iterator[Edit]:
        signs = situation.rng.sample(insertions(kind, situation.half), SIGNS_A_MESSAGE)
        for place in gaps(message):
            yield Edit(place, place, situation.rng.choice(signs))

    return technique


def anywhere(message: Message) -> Iterator[int]:
    """Yield the gaps between letters and those in long numbers."""
    yield from message.gaps()
    yield from message.number_gaps()


def behind_letters(message: Message) -> Iterator[int]:
    """Yield the positions behind Chinese and Latin letters."""
    for place, (han, kind, char) in enumerate(zip(message.han, message.kinds, message.text, strict=True), 1):
        if han or (kind == FREE and char.isascii() and char.isalpha()):
            yield place


def behind_clauses(message: Message) -> Iterator[int]:
    """Yield the positions between Chinese characters, behind Chinese punctuation and at the end."""
    yield from message.han_gaps()
    yield from (place for place, char in enumerate(message.text, 1) if char in "，。！？；：】、")
    yield len(message.text)


@proposing
def enclose(message: Message, situation: Situation) -> Iterator[Edit]:
    """Insert direction controls; where they turn the order round, the text is stored turned round."""
    rng = situation.rng
    controls = insertions("bidirectional", situation.half)
    place = 0
    # A control beside digits or at the very start could move what is seen; between Chinese it cannot.
    while place < len(message.text):
        length = min(rng.randint(1, LONGEST_ENCLOSED), len(message.text) - place)
        run = message.text[place : place + length]
        if place and message.han[place - 1] and all(message.han[place : place + length]):
            before, _, behind = rng.choice(controls).partition("|")
            turned = run[::-1] if "\u202e" in before else run
            yield Edit(place, place + length, before + turned + behind)
            place += length
        else:
            place += 1


@proposing
def stand_vertically(message: Message, situation: Situation) -> Iterator[Edit]:
    """Put each character on a line of its own; links and numbers stay whole."""
    line_break = situation.rng.choice(insertions("line_breaks", situation.half))
    for unit in _UNIT.finditer(message.text):
        place = unit.start()
        if place == 0 or unicodedata.category(message.text[place])[0] in "MCZ":
            continue
        if FREE in message.kinds[place - 1 : place + 1]:
            yield Edit(place, place, line_break)


def _exchanges(message: Message, situation: Situation) -> Iterator[Edit]:
    for place in message.han_gaps():
        left, right = message.text[place - 1], message.text[place]
        if left != right and half_of(right + left) == situation.half:
            yield Edit(place - 1, place + 1, right + left)


exchange = proposing(_exchanges, apart=True)


@proposing
def write_traditionally(message: Message, situation: Situation) -> Iterator[Edit]:
    """Write traditional characters, those that the word asks for."""
    text = message.text
    usual = entries("traditional")
    forms = {place: usual[char][0] for place, char in enumerate(text) if char in usual}
    words = entries("traditional_words")
    for start, stop in find_words(text, words):
        forms.update(zip(range(start, stop), words[text[start:stop]][0], strict=True))
    for place, form in forms.items():
        if form != text[place] and half_of(form) == situation.half:
            yield Edit(place, place + 1, form)


def add_tail(text: str, situation: Situation) -> str:
    """Append letters like those of a hash, rare characters or another script."""
    rng = situation.rng
    kind = rng.choice(TAILS)
    shortest, longest = TAIL_LENGTHS
    length = max(shortest, min(longest, situation.budget.left))
    situation.budget.take(1)
    tail = "".join(rng.choices(insertions(kind, situation.half), k=rng.randint(shortest, length)))
    # Nothing may run together with a link or a number.
    return text + (" " if text[-1:].isascii() else "") + tail


def pad(text: str, situation: Situation) -> str:
    """Put wanted texts before the message, behind it or around it."""
    rng = situation.rng
    longest = max(1, max(len(text), ONE_SMS) * situation.budget.left // len(text))
    situation.budget.take(1)
    where = rng.choice(("before", "behind", "around"))
    if where == "around":
        longest = max(1, longest // 2)
    before = _shortened(rng.choice(situation.padding), longest) if where != "behind" else ""
    behind = _shortened(rng.choice(situation.padding), longest) if where != "before" else ""
    return _joined(before, _joined(text, behind, situation), situation)


def _shortened(text: str, longest: int) -> str:
    """Return whole clauses of a text, or its beginning where the first clause is too long."""
    if len(text) <= longest:
        return text
    clauses = _CLAUSE_END.match(text[:longest])
    return clauses[0] if clauses else text[:longest]


def _joined(left: str, right: str, situation: Situation) -> str:
    if not left or not right:
        return left + right
    joint = situation.rng.choice(JOINTS if left[-1] in _STOPS else JOINTS_BEHIND_WORDS)
    return left + joint + right
