"""What terminals and pipes are given: UTF-8, no control characters, colour only where it is seen."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from typing import Any

RED, GREEN, YELLOW = "31", "32", "33"
REPLACEMENT = "\ufffd"


class Utf8Output:
    r"""A text stream written in UTF-8 with ``\n``, whatever the locale says.

    Parameters
    ----------
    stream : text file or None
        Such as ``sys.stdout``, which is left as it is. None writes nowhere.
    """

    encoding = "utf-8"

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._buffer = getattr(stream, "buffer", None)

    def write(self, text: str) -> int:
        """Write and flush; lone surrogates are replaced."""
        if self._stream is None:
            return len(text)
        data = encode_utf8(text)
        if self._buffer is None:
            self._stream.write(data.decode("utf-8"))
        else:
            self._stream.flush()
            # An unbuffered stream may take only a part at a time.
            rest = memoryview(data)
            while rest:
                rest = rest[self._buffer.write(rest) :]
        self.flush()
        return len(text)

    def write_line(self, text: str) -> None:
        """Write one line that holds no control characters."""
        self.write(printable(text) + "\n")

    def flush(self) -> None:
        """Hand everything to the system."""
        if self._stream is not None:
            self._stream.flush()

    def isatty(self) -> bool:
        """Return whether this is a terminal."""
        return self._stream is not None and bool(self._stream.isatty())

    def fileno(self) -> int:
        """Return the descriptor, which tells the terminal's size."""
        return int(self._stream.fileno())

    @property
    def coloured(self) -> bool:
        """Whether colours are wanted here."""
        return self.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    @property
    def width(self) -> int | None:
        """Columns of the terminal; None where this is none."""
        return shutil.get_terminal_size().columns if self.isatty() else None


def standard_output() -> Utf8Output:
    """Return standard output as it is now."""
    return Utf8Output(sys.stdout)


def standard_error() -> Utf8Output:
    """Return standard error as it is now."""
    return Utf8Output(sys.stderr)


def encode_utf8(text: str) -> bytes:
    """Return the text in UTF-8, U+FFFD in place of lone surrogates."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode("utf-8")


def printable(text: str) -> str:
    """Return the text as one line that a terminal shows and does not obey."""
    return text if text.isprintable() else "".join(map(shown, text))


def shown(char: str) -> str:
    """Return what stands for a character: a space for breaks, nothing for invisible ones."""
    category = unicodedata.category(char)
    if category in ("Zl", "Zp") or char in "\t\n\v\f\r\x85":
        return " "
    if category in ("Cc", "Cs"):
        return REPLACEMENT
    return "" if category == "Cf" else char


def display_width(text: str) -> int:
    """Return the columns that printable text takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_char_width, text))


def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def shorten(text: str, width: int) -> str:
    """Return printable text cut to some columns, dots at the end where it was cut."""
    if display_width(text) <= width:
        return text
    dots = "..."[: max(width, 0)]
    left = width - len(dots)
    for place, char in enumerate(text):
        left -= _char_width(char)
        if left < 0:
            return text[:place] + dots
    return text


def pad(text: str, width: int) -> str:
    """Return printable text with spaces after it up to some columns."""
    return text + " " * (width - display_width(text))


def paint(text: str, colour: str | None) -> str:
    """Return the text in a colour; None leaves it as it is."""
    return f"\x1b[{colour}m{text}\x1b[0m" if text and colour else text


def percent(probability: float) -> str:
    """Return a probability as a percentage that is not rounded to certainty."""
    if 0 < probability < 0.001:
        return "<0.1%"
    if 0.999 < probability < 1:
        return ">99.9%"
    return f"{probability:.1%}"
