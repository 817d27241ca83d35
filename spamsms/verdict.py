"""What a model says of a message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import InitVar, dataclass, field, fields
from functools import lru_cache
from typing import Any, overload

ACTIONS = ("pass", "review", "block")
# What a user's rule says, and what becomes of the message.
RULE_ACTIONS = {"allow": "pass", "deny": "block", "review": "review"}
# Kind, its probability, obfuscation: fields that a verdict works out when first asked for them.
LAZY_FIELDS = ("kind", "kind_probability", "obfuscation")
Details = tuple[str | None, float | None, float | None]


@dataclass(frozen=True)
class Evidence:
    """A word of the message and what it adds to the log-odds.

    Attributes
    ----------
    start, end : int
        Span in the original text, in characters.
    text : str
        ``original[start:end]``.
    contribution : float
        Natural log-odds; positive speaks for spam.
    """

    start: int
    end: int
    text: str
    contribution: float


class EvidenceList(Sequence[Evidence]):
    """All evidence of a verdict, strongest first; worked out when first looked at.

    Finding words takes jieba's dictionary, which a filter that only wants the
    verdict should not have to load.
    """

    __slots__ = ("_find", "_found")

    def __init__(self, find: Callable[[], Sequence[Evidence]]) -> None:
        self._find: Callable[[], Sequence[Evidence]] | None = find
        self._found: tuple[Evidence, ...] = ()

    def _all(self) -> tuple[Evidence, ...]:
        find = self._find
        if find is not None:
            self._found = tuple(find())
            self._find = None
        return self._found

    @overload
    def __getitem__(self, index: int) -> Evidence: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Evidence, ...]: ...
    def __getitem__(self, index: int | slice) -> Evidence | tuple[Evidence, ...]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Evidence]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return (
            self._all() == tuple(other) if isinstance(other, (EvidenceList, tuple, list)) else NotImplemented
        )

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self._all(),)


@dataclass(frozen=True)
class Override:
    """A user's rule that decided in the model's place.

    Attributes
    ----------
    rule : str
        The rule's id.
    action : {"allow", "deny", "review"}
    reason : str
        What of the message the rule matched, and the rule's comment.
    model_action : {"pass", "review", "block"}
        What the model alone would have done.
    """

    rule: str
    action: str
    reason: str
    model_action: str


@lru_cache(maxsize=1)
def _field_names() -> tuple[str, ...]:
    return tuple(field.name for field in fields(Verdict))


@dataclass(frozen=True)
class Verdict:
    """What a model says of a message.

    Attributes
    ----------
    text : str
        The message as it was given.
    is_spam : bool
        ``probability >= threshold``; where there is an override, whether it denies.
    probability : float
        Calibrated probability that the message is marketing spam, 0 to 1.
    log_odds : float
        Natural log-odds of `probability`; intercept plus all contributions.
    threshold : float
        Probability from which on the model blocks.
    action : {"pass", "review", "block"}
        "block" from the threshold on, "review" from the review threshold on; where
        there is an override, what its rule says.
    evidence : sequence of Evidence
        Every word with its contribution, strongest first.
    model : str
        Name and version of the model.
    model_hash : str
        Tells models apart that bear one name: another hash, another model.
    kind : str or None
        Code of what the message most probably is, such as "R" or "c"; see
        :data:`spamsms.kinds.KINDS`. None where the model knows no kinds.
    kind_probability : float or None
        Probability of that kind.
    obfuscation : float or None
        Share of the characters that disguise the message, 0 to 1.
    override : Override or None
        The user's rule that decided, see :class:`spamsms.Rules`; `probability` and
        `log_odds` stay the model's.
    """

    text: str
    is_spam: bool
    probability: float
    log_odds: float
    threshold: float
    action: str
    evidence: Sequence[Evidence] = field(repr=False)
    model: str
    model_hash: str = ""
    kind: str | None = field(init=False)
    kind_probability: float | None = field(init=False)
    obfuscation: float | None = field(init=False)
    # A default of the class, so that verdicts without rules cost nothing more.
    override: Override | None = field(default=None, init=False)
    details: InitVar[Details | Callable[[], Details] | None] = None

    def __post_init__(self, details: Details | Callable[[], Details] | None) -> None:
        if callable(details):
            self.__dict__["_find_details"] = details
        else:
            self.__dict__.update(zip(LAZY_FIELDS, details or (None, None, None), strict=True))

    def __getattr__(self, name: str) -> Any:
        # Reached only while a field that is worked out on demand has not been asked for.
        find = self.__dict__.get("_find_details") if name in LAZY_FIELDS else None
        if find is not None:
            self.__dict__.update(zip(LAZY_FIELDS, find(), strict=True))
            self.__dict__.pop("_find_details", None)
        # Another thread may have worked it out in between.
        if name in self.__dict__:
            return self.__dict__[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "details"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    def _repr_html_(self) -> str:
        from spamsms.html_cards import verdict_card

        return verdict_card(self)

    def overridden(self, rule: str, action: str, reason: str) -> Verdict:
        """Return the verdict with a rule's action in place of the model's.

        Parameters
        ----------
        rule : str
            The rule's id.
        action : {"allow", "deny", "review"}
        reason : str
        """
        model_action = self.override.model_action if self.override else self.action
        copied = object.__new__(Verdict)
        copied.__dict__.update(
            self.__dict__,
            is_spam=action == "deny",
            action=RULE_ACTIONS[action],
            override=Override(rule, action, reason, model_action),
        )
        return copied

    def to_dict(self, *, evidence: bool = True) -> dict[str, Any]:
        """Return the fields as plain values.

        Parameters
        ----------
        evidence : bool, default=True
            Whether to work the evidence out; otherwise it is None.
        """
        plain: dict[str, Any] = {name: getattr(self, name) for name in _field_names()}
        plain["evidence"] = [vars(item) for item in self.evidence] if evidence else None
        plain["override"] = vars(self.override) if self.override else None
        return plain
