"""Users' own rules, which decide in the model's place.

Precedence, whatever order the rules stand in:

1. A rule that names a sender comes before one that goes by content alone, an exact
   number before a pattern, a pattern with more fixed characters before one with
   fewer. Content is what the sender chooses: a signature or a phrase copied into
   an advert must not open the door, nor may a phrase close it to 12110, whose
   warnings quote the fraud they warn of. And a range of ports can be blocked save
   one customer.
2. Among these the stricter comes first: deny, review, allow. A refusal must be
   heeded whatever else a list says.
3. Then the rule with more conditions, then the smaller id; that changes the reason
   that is shown and not the action.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any

from spamsms.errors import InputError
from spamsms.governance.dates import CHINA
from spamsms.governance.entities import extract, extract_many
from spamsms.governance.rule_files import UserRule, raise_all, read_rules
from spamsms.governance.rule_matching import (
    LiteralIndex,
    SenderIndex,
    comparable,
    fixed_length,
    is_exact,
    plain_sender,
    readable_text,
)
from spamsms.validation import as_sequence, check_text, check_texts
from spamsms.verdict import Verdict

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

_STRICTEST_FIRST = ("deny", "review", "allow")
# So much of a message do regular expressions look at.
LONGEST_SEARCHED = 500
_NOTHING: tuple[int, ...] = ()


class Rules:
    """Users' own rules: what to block, to let pass or to review whatever the model says.

    Parameters
    ----------
    rules : iterable of UserRule
        In any order.

    Raises
    ------
    InputError
        If an item is no rule.
    DatasetError
        If two rules bear one id, or have the same conditions, hold on a same day
        and say otherwise.

    Examples
    --------
    >>> from spamsms import Rules, UserRule
    >>> rules = Rules([UserRule("r1", "deny", text="加微信领红包")])
    >>> rules.match("加·微 信,领紅包!").id
    'r1'
    """

    def __init__(self, rules: Iterable[UserRule]) -> None:
        given = list(rules)
        for rule in given:
            if not isinstance(rule, UserRule):
                raise InputError(f"rules holds a {type(rule).__name__}; pass UserRule objects")
        self._set([(f"rule {rule.id!r}", rule) for rule in given])

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Rules:
        """Read rules from a toml, csv, tsv, jsonl or Parquet file.

        Parameters
        ----------
        path : path

        Raises
        ------
        DatasetError
            If anything in it cannot be used, or contradicts another rule; the
            message names each ``file:line``.
        """
        found = cls.__new__(cls)
        found._set(read_rules(path))
        return found

    def _set(self, rules: Sequence[tuple[str, UserRule]]) -> None:
        _check_conflicts(rules)
        conditions = {rule.id: rule.conditions() for _, rule in rules}
        self.rules = tuple(
            sorted((rule for _, rule in rules), key=lambda rule: _rank(rule, conditions[rule.id]))
        )
        self._regexes = [re.compile(rule.regex, re.IGNORECASE) if rule.regex else None for rule in self.rules]
        self._conditions = [conditions[rule.id] for rule in self.rules]
        # Each rule waits for its rarest condition to come up; then the others are looked at.
        self._by_text: dict[str, list[int]] = {}
        self._by_sender: dict[str, list[int]] = {}
        self._by_signature: dict[str, list[int]] = {}
        self._by_regex: list[int] = []
        for place, (text, _, sender, signature) in enumerate(self._conditions):
            if text:
                self._by_text.setdefault(text, []).append(place)
            elif sender:
                self._by_sender.setdefault(sender, []).append(place)
            elif signature:
                self._by_signature.setdefault(signature, []).append(place)
            else:
                self._by_regex.append(place)
        self._literals = LiteralIndex(list(self._by_text))
        self._senders = SenderIndex(sorted({sender for _, _, sender, _ in self._conditions if sender}))
        self._asks_signature = any(signature for *_, signature in self._conditions)

    def __len__(self) -> int:
        return len(self.rules)

    def match(self, text: str, sender: str | None = None, day: date | None = None) -> UserRule | None:
        """Return the rule that decides, or None where none does.

        Parameters
        ----------
        text : str
        sender : str, optional
            Sending number; without it no rule that names a sender is met.
        day : datetime.date, optional
            Of the message; today in China by default.

        Raises
        ------
        InputError
            If an argument is not of the kind asked for.
        """
        text = check_text(text)
        return self._match(text, sender, _date(day), self._signatures([text])[0])

    def apply(self, verdict: Verdict, sender: str | None = None, day: date | None = None) -> Verdict:
        """Return the verdict as the rules have it; itself where none decides.

        Parameters
        ----------
        verdict : Verdict
        sender : str, optional
        day : datetime.date, optional
            Today in China by default.

        Returns
        -------
        Verdict
            With `override`, `action` and `is_spam` of the rule that decided;
            `probability` and `log_odds` stay the model's.
        """
        if not isinstance(verdict, Verdict):
            raise InputError(f"verdict is of type {type(verdict).__name__}; pass what classify returns")
        return _overridden(verdict, self.match(verdict.text, sender, day))

    def classify(
        self, model: SpamClassifier, text: str, sender: str | None = None, day: date | None = None
    ) -> Verdict:
        """Return what the model says of one message, and the rules in its place.

        Raises
        ------
        InputError
            If `text` or `sender` is no str.
        """
        return self.apply(model.classify(text), sender, day)

    def classify_many(
        self,
        model: SpamClassifier,
        texts: Any,
        senders: Any = None,
        day: date | None = None,
    ) -> list[Verdict]:
        """Return what the model says of each message, and the rules in its place.

        Parameters
        ----------
        model : SpamClassifier
        texts : sequence of str, length n_texts
        senders : sequence of str or None, length n_texts, optional
        day : datetime.date, optional
            Today in China by default.

        Returns
        -------
        list of Verdict, length n_texts

        Raises
        ------
        InputError
            If a row is no str, or there are more or fewer senders than texts.
        """
        rows = check_texts(texts, "texts")
        numbers = [None] * len(rows) if senders is None else as_sequence(senders, "senders")
        if len(numbers) != len(rows):
            raise InputError(f"{len(numbers)} senders for {len(rows)} texts; give one each, or None")
        verdicts = model.classify_many(rows)
        day = _date(day)
        return [
            _overridden(verdict, self._match(text, number, day, signatures))
            for verdict, text, number, signatures in zip(
                verdicts, rows, numbers, self._signatures(rows), strict=True
            )
            if isinstance(verdict, Verdict)
        ]

    def _signatures(self, texts: Sequence[str]) -> list[frozenset[str]]:
        """Return the names that each text signs with, if any rule asks."""
        if not self._asks_signature:
            return [frozenset()] * len(texts)
        found = [extract(texts[0])] if len(texts) == 1 else extract_many(texts)
        return [
            frozenset(comparable(item.value) for item in items if item.type == "signature") for items in found
        ]

    def _match(self, text: str, sender: str | None, day: date, signatures: frozenset[str]) -> UserRule | None:
        literals = self._literals.find(comparable(text)) if self._literals else set()
        senders = set(self._senders.find(plain_sender(sender))) if sender else set()
        candidates = {place for literal in literals for place in self._by_text[literal]}
        candidates.update(place for known in senders for place in self._by_sender.get(known, _NOTHING))
        candidates.update(place for name in signatures for place in self._by_signature.get(name, _NOTHING))
        candidates.update(self._by_regex)
        readable = readable_text(text) if any(self._regexes[place] for place in candidates) else ""
        for place in sorted(candidates):
            _, _, wanted, signature = self._conditions[place]
            regex, rule = self._regexes[place], self.rules[place]
            if (
                (not wanted or wanted in senders)
                and (not signature or signature in signatures)
                and rule.valid_on(day)
                and (regex is None or regex.search(readable, 0, LONGEST_SEARCHED))
            ):
                return rule
        return None


def _rank(rule: UserRule, conditions: tuple[str, str, str, str]) -> tuple[Any, ...]:
    sender = conditions[2]
    narrowness = (is_exact(sender), fixed_length(sender)) if sender else (False, 0)
    strictness = _STRICTEST_FIRST.index(rule.action)
    # Among exact numbers none is narrower than another.
    tier = (0, 0) if narrowness[0] else (1, -narrowness[1])
    return (*tier, strictness, -sum(map(bool, conditions)), rule.id)


def _check_conflicts(rules: Sequence[tuple[str, UserRule]]) -> None:
    problems = []
    ids: dict[str, str] = {}
    alike: dict[tuple[str, ...], list[tuple[str, UserRule]]] = {}
    for where, rule in rules:
        if rule.id in ids:
            problems.append(f"{where}: the id {rule.id!r} stands at {ids[rule.id]} too; give each its own")
        ids.setdefault(rule.id, where)
        alike.setdefault(rule.conditions(), []).append((where, rule))
    for group in alike.values():
        for (first, one), (second, other) in combinations(group, 2):
            if one.action != other.action and _overlap(one, other):
                problems.append(
                    f"{second}: {other.id!r} says {other.action} where {one.id!r} ({first}) says "
                    f"{one.action} of the same messages; keep one, or part them by dates"
                )
    raise_all(problems)


def _overlap(one: UserRule, other: UserRule) -> bool:
    starts = max(one.valid_from or date.min, other.valid_from or date.min)
    return starts <= min(one.valid_until or date.max, other.valid_until or date.max)


def _overridden(verdict: Verdict, rule: UserRule | None) -> Verdict:
    if rule is None:
        return verdict
    matched = [
        f"{name} {getattr(rule, name)!r}"
        for name in ("sender", "signature", "text", "regex")
        if getattr(rule, name)
    ]
    reason = ", ".join(matched) + (f": {rule.comment}" if rule.comment else "")
    return verdict.overridden(rule.id, rule.action, reason)


def _date(day: date | None) -> date:
    """Return a day, today in China where none is given."""
    if day is None:
        return datetime.now(CHINA).date()
    if not isinstance(day, date):
        raise InputError(f"day is of type {type(day).__name__}; pass a datetime.date")
    return day.date() if isinstance(day, datetime) else day
