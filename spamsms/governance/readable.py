"""A message as a reader sees it, character for character, so that patterns see through disguise.

Unlike :func:`spamsms.normalize_text` this keeps numbers, links and brackets:
one readable character for each visible one of the original.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from spamsms.normalize import CanonicalCharacters

# Parts the messages of a batch; no message has it once it is readable.
BOUNDARY = "\n"
# Signs that the normaliser takes for mere separators but patterns tell apart.
_KEPT = {
    "【": "【〖〔「『［[｢〘〚",
    "】": "】〗〕」』］]｣〙〛",
    "(": "(（﹙",
    ")": ")）﹚",
    "《": "《",
    "》": "》",
    "<": "<＜〈",
    ">": ">＞〉",
    "。": "。｡",
    "、": "、､",
    ";": ";；",
    "·": "·•・‧",
    "|": "|｜",
    "$": "$＄",
    '"': "\"“”＂'‘’",
    "-": "-—–－﹣―‐‑‒",
    "…": "…",
}
_READABLE = CanonicalCharacters({ord(char): kept for kept, chars in _KEPT.items() for char in chars})


class ReadableBatch(NamedTuple):
    """Readable messages, one behind the other, `BOUNDARY` before, between and behind them.

    Attributes
    ----------
    text : str
    starts : list of int
        Where each message starts in `text`, and where the next would.
    texts : sequence of str
        The originals.
    """

    text: str
    starts: list[int]
    texts: Sequence[str]

    def spans(self, row: int) -> list[int] | None:
        """Return the original place of each readable character of a message, or None where nothing moved."""
        original = self.texts[row]
        if self.starts[row + 1] - self.starts[row] - 1 == len(original):
            return None
        lookup = _READABLE
        return [place for place, char in enumerate(original) if lookup[ord(char)]]


def make_readable(texts: Sequence[str]) -> ReadableBatch:
    """Return messages as a reader sees them.

    Parameters
    ----------
    texts : sequence of str
        Any strings, lone surrogates included.
    """
    readable = [text.translate(_READABLE) for text in texts]
    starts = [1]
    for text in readable:
        starts.append(starts[-1] + len(text) + 1)
    return ReadableBatch(BOUNDARY + BOUNDARY.join([*readable, ""]), starts, texts)
