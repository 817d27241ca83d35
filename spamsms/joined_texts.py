"""Messages one behind the other in a single string: cheaper to hand on than a list of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from spamsms.message_units import PADDING

GAP = "\0" * PADDING


class JoinedTexts(NamedTuple):
    """Some messages.

    Attributes
    ----------
    text : str
        The messages, `GAP` before, between and behind them; none holds a NUL.
    n_texts : int
        How many there are.
    """

    text: str
    n_texts: int


def join_texts(texts: Sequence[str]) -> JoinedTexts | None:
    """Return the messages joined; None where one holds a NUL.

    Raises
    ------
    TypeError
        If one is not a str.
    """
    return checked_join(GAP.join(["", *texts, ""]), len(texts))


def checked_join(text: str, n_texts: int) -> JoinedTexts | None:
    """Return so many messages already joined; None where one holds a NUL."""
    return JoinedTexts(text, n_texts) if text.count("\0") == PADDING * (n_texts + 1) else None
