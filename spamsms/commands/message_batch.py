"""A file of unlabelled messages, read whole: its options, and the rows that can be used."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from spamsms.commands.check import STANDARD, add_input_options, choose_input_format, open_input, open_output
from spamsms.commands.console import standard_error, standard_output
from spamsms.commands.parsing import as_typed, refuse_same_file
from spamsms.commands.progress import Progress
from spamsms.errors import InputError
from spamsms.message_files import RowError, read_messages
from spamsms.text_lines import ByteSource


@dataclass
class MessageBatch:
    """The messages of a file, each with the line it starts at, and how many rows were bad."""

    name: str
    texts: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    n_bad: int = 0


def add_reading_options(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """Add ``FILE`` and what says how to read it."""
    said = "messages as for spamsms check -f; - is standard input"
    parser.add_argument("file", metavar="FILE", nargs="?" if optional else None, help=said)
    add_input_options(parser.add_argument_group("reading the file"))


def read_batch(
    path: str, input_format: str | None = None, column: str | None = None, encoding: str | None = None
) -> MessageBatch:
    """Read a file of messages whole; rows that cannot be used are reported on standard error.

    Raises
    ------
    InputError, DatasetError
        If the file cannot be used at all, or holds no message.
    OSError
        If it cannot be read.
    """
    file_format = choose_input_format(path, input_format)
    if file_format == "txt" and column is not None:
        raise InputError("--column goes with csv, tsv and jsonl; a txt has no columns")
    batch = MessageBatch("<stdin>" if path == STANDARD else as_typed(path))
    total = None if path == STANDARD else os.path.getsize(path)
    with open_input(path) as stream, Progress(total, standard_error().isatty()) as progress:
        source = ByteSource(stream, batch.name, encoding, progress.advance)
        for row in read_messages(source, file_format, column).rows:
            if isinstance(row, RowError):
                batch.n_bad += 1
                progress.say(f"{batch.name}:{row.line}: {row.reason}")
            else:
                batch.texts.append(row.text)
                batch.lines.append(row.line)
    if not any(text.strip() for text in batch.texts):
        raise InputError(f"{batch.name}: holds no message that can be used")
    return batch


def write_result(text: str, out: str | None, read: Sequence[str] = (), option: str = "--out") -> None:
    """Write to a file, which is replaced at once, or to standard output.

    Raises
    ------
    InputError
        If the file is one of those read.
    """
    to_file = out not in (None, STANDARD)
    refuse_same_file([out if to_file else None], read, f"another {option}")
    with open_output(out, None if to_file else standard_output()) as write:
        write(text)
