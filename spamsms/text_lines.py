r"""Lines of a file of any size, in UTF-8 or GB18030, each with its number.

Lines end at ``\n`` alone: a message may hold every other character that
``str.splitlines`` would break it at.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from spamsms.errors import DatasetError, InputError

BLOCK = 1 << 18
# A longer line is no message; reading it whole would let a file decide how much memory is used.
LONGEST_LINE = 1 << 20
_ASCII = "".join(map(chr, (*range(32, 127), 9, 10, 13)))
_NON_ASCII = re.compile(rb"[\x80-\xff]")
_NAMES = {"utf-8": "UTF-8", "gb18030": "GB18030"}


class Line(NamedTuple):
    r"""A line without its ``\n``, and why it cannot be used, if so."""

    number: int
    text: str
    problem: str | None


def _ignore(n_bytes: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class ByteSource:
    """Where lines come from.

    Attributes
    ----------
    stream : binary file
        Only its ``read`` is used, so a pipe will do.
    name : str
        What messages call it.
    encoding : str or None
        None to tell UTF-8 from GB18030 by the bytes.
    on_read : callable
        Told the size of each piece read.
    """

    stream: BinaryIO
    name: str
    encoding: str | None = None
    on_read: Callable[[int], None] = _ignore


def check_encoding(name: str) -> str:
    """Return the name that Python gives to an encoding that lines can be read in.

    Raises
    ------
    InputError
        If it is unknown, or does not contain ASCII as it is.
    """
    try:
        found = codecs.lookup(name).name
        found = "utf-8" if found == "utf-8-sig" else found
        if _ASCII.encode(found) == _ASCII.encode("ascii"):
            return found
    except (LookupError, UnicodeError, ValueError):
        raise InputError(f"the encoding {name!r} is unknown; try utf-8, gb18030 or big5") from None
    raise InputError(f"the encoding {name!r} cannot be read line by line; save the file as UTF-8 first")


def read_lines(source: ByteSource) -> Iterator[Line]:
    """Yield each line; memory does not grow with the file.

    Raises
    ------
    DatasetError
        If the file is in UTF-16 or UTF-32.
    InputError
        If the encoding given cannot be used.
    """
    encoding = check_encoding(source.encoding) if source.encoding else None
    number = 0
    for piece in _pieces(source):
        if piece is None:
            number += 1
            yield Line(number, "", f"longer than {LONGEST_LINE:,} bytes; a line holds one message")
            continue
        if number == 0 and encoding is None:
            _refuse_wide_characters(piece, source.name)
        if number == 0 and encoding in (None, "utf-8") and piece.startswith(codecs.BOM_UTF8):
            piece, encoding = piece[len(codecs.BOM_UTF8) :], "utf-8"
        if encoding is None and _NON_ASCII.search(piece):
            encoding = guess_encoding(piece)
        for text, problem in _decode(piece, encoding or "utf-8"):
            number += 1
            yield Line(number, text, problem)


def guess_encoding(sample: bytes) -> str:
    """Return "utf-8" where most characters beyond ASCII are valid in it, else "gb18030".

    A few damaged bytes do not make a file GB18030; Chinese in GB18030 is hardly
    ever valid UTF-8.
    """
    decoded = sample.decode("utf-8", "replace")
    damaged = decoded.count("\ufffd")
    beyond = sum(char > "\x7f" for char in decoded)
    return "utf-8" if beyond - damaged >= damaged else "gb18030"


def _refuse_wide_characters(start: bytes, name: str) -> None:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)):
        raise DatasetError(f"{name}: the file is in UTF-16 or UTF-32; save it as UTF-8 (or use iconv)")


def _pieces(source: ByteSource) -> Iterator[bytes | None]:
    """Yield whole lines, many at a time; None for a line that is too long."""
    rest, too_long = b"", False
    while block := source.stream.read(BLOCK):
        source.on_read(len(block))
        if too_long:
            _, newline, block = block.partition(b"\n")
            if not newline:
                continue
            too_long = False
            yield None
        head, newline, tail = block.rpartition(b"\n")
        if newline:
            yield rest + head + newline
            rest = tail
        else:
            rest += block
        if len(rest) > LONGEST_LINE:
            rest, too_long = b"", True
    if too_long:
        yield None
    elif rest:
        yield rest


def _decode(piece: bytes, encoding: str) -> Iterator[tuple[str, str | None]]:
    """Yield the decoded lines of a piece; those that cannot be decoded with what is wrong."""
    body = piece[:-1] if piece.endswith(b"\n") else piece
    try:
        texts = body.decode(encoding).split("\n")
    except UnicodeDecodeError:
        yield from (_decode_line(line, encoding) for line in body.split(b"\n"))
    else:
        yield from ((text, None) for text in texts)


def _decode_line(line: bytes, encoding: str) -> tuple[str, str | None]:
    try:
        return line.decode(encoding), None
    except UnicodeDecodeError as error:
        wrong = " ".join(f"{byte:02x}" for byte in line[error.start : error.end][:4])
        name = _NAMES.get(encoding, encoding)
        return line.decode(encoding, "replace"), f"not {name} at byte {error.start + 1} ({wrong})"
