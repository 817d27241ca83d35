"""Messages one behind the other in a single string: cheaper to hand on than a list of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from spamsms.message_units import PADDING

GAP = "\0" * PADDING
# Read from UTF-16, two lone surrogates beside each other would be one character.
_PICKLED = (("utf-16-le", "strict"), ("utf-32-le", "surrogatepass"))


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

    def __reduce__(self) -> tuple[Any, ...]:
        # Python's own pickles hold UTF-8, which takes several times as long to write and to read.
        for how in _PICKLED:
            with suppress(UnicodeEncodeError):
                return _unpack, (self.text.encode(*how), how, self.n_texts)
        raise AssertionError("a lone surrogate passes")


def _unpack(encoded: bytes, how: tuple[str, str], n_texts: int) -> JoinedTexts:
    return JoinedTexts(encoded.decode(*how), n_texts)


def join_texts(texts: Sequence[str]) -> JoinedTexts | None:
    """Return the messages joined; None where one holds a NUL.

    Raises
    ------
    TypeError
        If one is not a str.
    """
    return checked_join(joined_text(texts), len(texts))


def joined_text(texts: Sequence[str]) -> str:
    """Return messages one behind the other, `GAP` before, between and behind them, whatever they hold."""
    return GAP.join(["", *texts, ""])


def checked_join(text: str, n_texts: int) -> JoinedTexts | None:
    """Return so many messages already joined; None where one holds a NUL."""
    return JoinedTexts(text, n_texts) if text.count("\0") == PADDING * (n_texts + 1) else None
