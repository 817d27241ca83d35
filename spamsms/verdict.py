"""What a model says of a message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

ACTIONS = ("pass", "review", "block")


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
class Verdict:
    """What a model says of a message.

    Attributes
    ----------
    text : str
        The message as it was given.
    is_spam : bool
        ``probability >= threshold``.
    probability : float
        Calibrated probability that the message is marketing spam, 0 to 1.
    log_odds : float
        Natural log-odds of `probability`; intercept plus all contributions.
    threshold : float
        Probability from which on the model blocks.
    action : {"pass", "review", "block"}
        "block" from the threshold on, "review" from the review threshold on.
    evidence : sequence of Evidence
        Every word with its contribution, strongest first.
    model : str
        Name and version of the model.
    """

    text: str
    is_spam: bool
    probability: float
    log_odds: float
    threshold: float
    action: str
    evidence: Sequence[Evidence] = field(repr=False)
    model: str

    def to_dict(self, *, evidence: bool = True) -> dict[str, Any]:
        """Return the fields as plain values.

        Parameters
        ----------
        evidence : bool, default=True
            Whether to work the evidence out; otherwise it is None.
        """
        plain: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        plain["evidence"] = [vars(item) for item in self.evidence] if evidence else None
        return plain
