"""Rewrite messages the way spammers disguise them, to test models and to augment what they learn from.

Each attack leaves a message readable: it alters no more than a share of the
characters, links and numbers stay whole or keep their shape, and what stands for
something that was taken out of a message (``***``, ``PHONE``) is left alone.

What an attack puts into a message comes from one of two halves of its table:
augment with ``half="development"``, test with ``half="test"``.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from spamsms.errors import InputError
from spamsms.training import attack_techniques as techniques
from spamsms.training.attack_edits import FREE, LINK, NUMBER, Budget, Message, Situation
from spamsms.training.attack_entries import HALVES, Half, half_of

PADDING = "padding_with_wanted_text"
MIXTURE = "mixture"
MIXTURE_SIZES = (2, 3)


@dataclass(frozen=True)
class Attack:
    """One way to disguise a message.

    Parameters
    ----------
    name : str
        Its key in `ATTACKS`.
    summary : str
        What it does to a message.
    strength : float
        The greatest share of the characters that it alters unless told otherwise.
        Insertions count one each; a single edit is made in any case.
    technique : callable
        Takes a text and a :class:`Situation`, returns the text rewritten.
    tables : tuple of str, default=()
        What it draws its substitutes from.
    """

    name: str
    summary: str
    strength: float
    technique: techniques.Technique
    tables: tuple[str, ...] = ()


def _mix(text: str, situation: Situation) -> str:
    """Use two or three of the other attacks, in the order of `ATTACKS`, within one budget."""
    rng, budget = situation.rng, situation.budget
    # Padding needs texts to pad with.
    excluded = {MIXTURE} if situation.padding else {MIXTURE, PADDING}
    names = [name for name in ATTACKS if name not in excluded]
    chosen = sorted(rng.sample(range(len(names)), rng.choice(MIXTURE_SIZES)))
    for position, index in enumerate(chosen):
        share = budget.left // (len(chosen) - position)
        part = Budget(share, first_is_free=budget.first_is_free)
        text = ATTACKS[names[index]].technique(text, replace(situation, budget=part))
        budget.left -= share - part.left
        budget.first_is_free = part.first_is_free
    return text


def _characters(name: str, summary: str, strength: float, table: str, *kinds: int) -> Attack:
    return Attack(name, summary, strength, techniques.substituting(table, *(kinds or (FREE,))), (table,))


def _sounds(name: str, summary: str, strength: float, table: str) -> Attack:
    # Two wrong characters in a row would leave a reader nothing to hold on to.
    return Attack(name, summary, strength, techniques.substituting(table, FREE, apart=True), (table,))


def _words(name: str, summary: str, strength: float, table: str) -> Attack:
    return Attack(name, summary, strength, techniques.rewording(table), (table,))


def _styles(name: str, summary: str, strength: float, table: str, *kinds: int) -> Attack:
    return Attack(name, summary, strength, techniques.styling(table, *kinds), (table,))


def _signs(
    name: str, summary: str, strength: float, kind: str, gaps: Callable[[Message], Iterator[int]]
) -> Attack:
    return Attack(name, summary, strength, techniques.inserting(kind, gaps), (kind,))


# In the order in which a mixture uses them: words first, while they can still be found.
_ALL = (
    _words("slang", "Words of adverts become slang: 微信 -> 薇", 0.3, "slang"),
    _words("emoji_for_words", "Words become emoji", 0.3, "emoji_words"),
    _words("pinyin", "Words are spelled in Latin letters", 0.2, "pinyin"),
    _words("pinyin_initials", "Words become the first letters of their syllables", 0.12, "pinyin_initials"),
    Attack("swapped_characters", "Neighbouring characters change places", 0.2, techniques.exchange),
    _sounds("homophones", "Characters of the same sound", 0.25, "homophones"),
    _sounds("near_homophones", "Characters of similar sound: zh/z, n/l, ng/n", 0.25, "near_homophones"),
    _characters("lookalike_characters", "Characters of similar shape: 末/未", 0.3, "lookalikes"),
    _characters("martian", "Rare variants of characters, as in 火星文", 0.3, "martian"),
    _characters("split_characters", "Characters become their parts: 信 -> 亻言", 0.2, "splits"),
    Attack("traditional", "Traditional characters", 1.0, techniques.write_traditionally, ("traditional",)),
    _words("compatibility_characters", "Radicals, compatibility and enclosed forms", 1.0, "compatibility"),
    _characters("fullwidth", "Full-width letters, digits and signs", 1.0, "fullwidth", FREE, LINK, NUMBER),
    _characters("latin_lookalikes", "Letters of other scripts", 1.0, "latin_lookalikes", FREE, LINK),
    _styles("styled_latin", "Mathematical and enclosed letters", 1.0, "letter_styles", FREE, LINK),
    _styles("digit_styles", "Styled digits and numerals: ① 一 壹", 1.0, "digit_styles", NUMBER),
    _signs("inserted_latin", "Latin letters between characters", 0.2, "latin", Message.han_gaps),
    _signs("inserted_punctuation", "Signs between characters", 0.3, "punctuation", Message.gaps),
    _signs("inserted_spaces", "Blanks between characters", 0.5, "spaces", techniques.anywhere),
    _signs("combining_marks", "Marks on characters", 0.3, "combining_marks", techniques.behind_letters),
    _signs("emoji_noise", "Emoji between characters", 0.1, "emoji", techniques.behind_clauses),
    _signs("zero_width", "Characters that cannot be seen", 0.5, "zero_width", techniques.anywhere),
    Attack(
        "bidirectional",
        "Direction controls that leave the order that is seen",
        0.5,
        techniques.enclose,
        ("bidirectional",),
    ),
    Attack("noise_tail", "Letters or rare characters behind", 0.2, techniques.add_tail, techniques.TAILS),
    Attack(PADDING, "Wanted texts before or behind", 1.0, techniques.pad),
    Attack("vertical", "One character a line", 1.0, techniques.stand_vertically, ("line_breaks",)),
    Attack(MIXTURE, "Two or three of the others", 0.3, _mix),
)
ATTACKS: dict[str, Attack] = {entry.name: entry for entry in _ALL}


def attack(
    text: str,
    name: str,
    *,
    strength: float | None = None,
    seed: int = 0,
    half: Half = "development",
    padding: Sequence[str] | None = None,
) -> str:
    """Return a message as one attack rewrites it.

    Parameters
    ----------
    text : str
        The message.
    name : str
        A key of `ATTACKS`.
    strength : float or None, default=None
        The greatest share of the characters to alter, from 0 to 1; one edit of
        at most four characters is made even where that is more, none at 0. The
        attack's own where None.
    seed : int, default=0
        Another seed, another rewriting; the same one gives the same message everywhere.
    half : {"development", "test"}, default="development"
        The half of the tables to draw from.
    padding : sequence of str or None, default=None
        Wanted texts for ``padding_with_wanted_text``, which must have some, and
        for ``mixture``, which may. They are split into halves like the tables.

    Returns
    -------
    str
        The message unchanged where the attack finds nothing to rewrite.

    Raises
    ------
    InputError
        If an argument is not of the kind asked for, or there is no attack of that name.

    Examples
    --------
    >>> attack("加微信领优惠券", "split_characters", half="test")
    '加微信领亻尤惠券'
    """
    plan = _plan(name, strength, seed, half, padding)
    return _rewritten(text, plan)


def attack_many(
    texts: Iterable[str],
    name: str,
    *,
    strength: float | None = None,
    seed: int = 0,
    half: Half = "development",
    padding: Sequence[str] | None = None,
) -> list[str]:
    """Return messages as one attack rewrites them, each as :func:`attack` would alone.

    Parameters
    ----------
    texts : iterable of str
        The messages.
    name, strength, seed, half, padding
        As in :func:`attack`.

    Returns
    -------
    list of str
        One rewritten message for each of `texts`.

    Raises
    ------
    InputError
        As in :func:`attack`; `texts` must not be a single string.
    """
    if isinstance(texts, str):
        raise InputError("texts must be several messages, not one str; use attack for one")
    plan = _plan(name, strength, seed, half, padding)
    return [_rewritten(text, plan, row) for row, text in enumerate(texts)]


def _find(name: str) -> Attack:
    try:
        return ATTACKS[name]
    except (KeyError, TypeError):
        names = ", ".join(sorted(ATTACKS))
        raise InputError(f"there is no attack {name!r}; choose one of: {names}") from None


@dataclass(frozen=True)
class _Plan:
    """The arguments of an attack, checked once for all texts."""

    chosen: Attack
    share: float
    seed: int
    half: Half
    padding: tuple[str, ...]


def _plan(name: str, strength: float | None, seed: int, half: Half, padding: Sequence[str] | None) -> _Plan:
    chosen = _find(name)
    share = chosen.strength if strength is None else strength
    if not 0 <= share <= 1:
        raise InputError(f"strength must be from 0 to 1, not {strength!r}")
    if half not in HALVES:
        raise InputError(f"half must be one of {', '.join(HALVES)}, not {half!r}")
    pool = tuple(entry for entry in padding or () if entry and half_of(entry) == half)
    if name == PADDING and not pool:
        raise InputError(f"{PADDING} has no text for half={half!r}; pass more wanted texts as padding")
    return _Plan(chosen, share, seed, half, pool)


def _rewritten(text: str, plan: _Plan, row: int | None = None) -> str:
    if not isinstance(text, str):
        raise InputError(f"text must be a str, not {type(text).__name__}; decode or convert it first", row)
    if not text or plan.share == 0:
        return text
    # Each text has its own chance, so that it is rewritten alike alone and in any batch.
    key = "\0".join((str(plan.seed), plan.chosen.name, plan.half, text)).encode("utf-8", "surrogatepass")
    rng = random.Random(int.from_bytes(hashlib.sha1(key).digest(), "big"))
    budget = Budget(int(plan.share * len(text)))
    return plan.chosen.technique(text, Situation(rng, plan.half, budget, plan.padding))
