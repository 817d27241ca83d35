"""The argument parser: help and errors in UTF-8 whatever the locale, one form of error."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from spamsms.commands import EXIT_CODES, UNUSABLE
from spamsms.commands.console import Utf8Output, standard_error
from spamsms.errors import InputError
from spamsms.text_lines import guess_encoding

PROGRAM = "spamsms"


class CommandParser(argparse.ArgumentParser):
    """A parser whose every word may be Chinese."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def _print_message(self, message: str, file: Any = None) -> None:
        # argparse would write in the locale's encoding, and fail at the first Chinese character.
        Utf8Output(file or sys.stderr).write(message)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the usage, and exit."""
        self.print_usage(sys.stderr)
        report_error(f"{message} ({self.prog} --help says more)")
        raise SystemExit(UNUSABLE)


def epilog(examples: str) -> str:
    """Return the end of a command's help: examples and the exit codes."""
    return f"examples:\n{examples}\n\n{EXIT_CODES}"


def report_error(message: str) -> None:
    """Print an error on standard error."""
    standard_error().write_line(f"{PROGRAM}: error: {message}")


def as_typed(argument: str) -> str:
    """Return an argument as it was typed, where the locale made Python misread it."""
    if argument.isascii() or os.name != "posix":
        return argument
    try:
        argument.encode("utf-8")
    except UnicodeEncodeError:
        typed = os.fsencode(argument)
        return typed.decode(guess_encoding(typed), "replace")
    return argument


def whole_number(argument: str) -> int:
    """Return an argument as a number from 1.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is none.
    """
    if not argument.isdecimal() or int(argument) < 1:
        raise argparse.ArgumentTypeError(f"{argument!r} is no whole number from 1 on")
    return int(argument)


def add_jobs_option(parser: argparse.ArgumentParser, said: str = "processes to fit with") -> None:
    """Add ``--jobs``."""
    parser.add_argument("--jobs", metavar="N", type=whole_number, default=1, help=f"{said} (default: 1)")


def refuse_to_overwrite(outputs: Iterable[str | None], read: Iterable[str], instead: str = "another") -> None:
    """Refuse to write to a file that is read; `read` names files and folders of them.

    Raises
    ------
    InputError
        If an output is one of the files; says to name `instead`.
    """
    from spamsms.training.dataset import find_files

    refuse_same_file(outputs, find_files(list(read)), instead)


def refuse_same_file(
    outputs: Iterable[str | None], read: Iterable[str | os.PathLike[str]], instead: str = "another"
) -> None:
    """Refuse to write to a file that is read.

    Raises
    ------
    InputError
        If an output is one of the files; says to name `instead`.
    """
    files = {os.path.realpath(path) for path in read}
    for out in filter(None, outputs):
        if os.path.realpath(out) in files:
            raise InputError(f"{as_typed(out)} is a file that is read; name {instead}")
