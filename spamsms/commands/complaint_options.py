"""What the commands that read complaints share: options, and what is said of rows with problems."""

from __future__ import annotations

import argparse
import os
from typing import Any

from spamsms.commands.console import standard_error
from spamsms.commands.parsing import as_typed, refuse_same_file

# As many problems are printed; problems.csv has all.
MOST_PRINTED = 20


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Add where a report is written to, and whether personal data stay in it."""
    parser.add_argument("-o", "--out", metavar="DIR", required=True, help="folder to write to")
    parser.add_argument(
        "--unmask", action="store_true", help="leave personal data in what is written (default: masked)"
    )


def add_column_options(parser: argparse.ArgumentParser) -> None:
    """Add what says which columns hold what, and the encoding."""
    reading = parser.add_argument_group("reading the file (by default, columns are found by their names)")
    for option, name, what in (
        ("--column", "text", "the messages"),
        ("--time-column", "reported_at", "when they were reported"),
        ("--sender-column", "sender", "the sending numbers"),
        ("--receiver-column", "receiver", "the receivers or their hashes"),
    ):
        reading.add_argument(
            option, metavar="NAME", dest=f"{name}_column", type=as_typed, help=f"column that holds {what}"
        )
    reading.add_argument("--encoding", help="default: UTF-8 or else GB18030, by what the file holds")


def chosen_columns(args: argparse.Namespace) -> dict[str, str]:
    """Return the columns that options name."""
    names = ("text", "reported_at", "sender", "receiver")
    given = {name: getattr(args, f"{name}_column") for name in names}
    return {name: column for name, column in given.items() if column is not None}


def refuse_to_write_over(path: str, out: str, names: list[str]) -> None:
    """Stop before a file that is read would be written to.

    Raises
    ------
    InputError
        If it is one of the files of these names in the folder `out`.
    """
    refuse_same_file([os.path.join(out, name) for name in names], [path], "another folder for -o")


def say_problems(name: str, problems: list[dict[str, Any]]) -> None:
    """Report rows with problems on standard error, the first of many."""
    error = standard_error()
    for row in problems[:MOST_PRINTED]:
        error.write_line(f"{name}:{row['line']}: {row['reason']}")
    if len(problems) > MOST_PRINTED:
        error.write_line(f"… and {len(problems) - MOST_PRINTED:,} more, all in problems.csv")
