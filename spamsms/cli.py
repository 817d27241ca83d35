"""The command line: ``spamsms check``, ``spamsms explain`` and what else stands in `COMMANDS`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from spamsms import __version__
from spamsms.commands import (
    DONE,
    EXIT_CODES,
    INTERRUPTED,
    NO_MODEL,
    UNUSABLE,
    adapt,
    audit,
    audit_labels,
    check,
    compare,
    data,
    drift,
    evaluate,
    explain,
    feedback,
    models,
    ports,
    profile,
    promote,
    suggest,
    train,
    triage,
    tune,
)
from spamsms.commands.console import standard_error
from spamsms.commands.model_option import ModelUnavailableError
from spamsms.commands.parsing import PROGRAM, CommandParser, as_typed, report_error
from spamsms.errors import ModelFormatError, SpamsmsError

# Each adds itself to the parser; see spamsms.commands.
COMMANDS = (
    check,
    explain,
    train,
    adapt,
    evaluate,
    audit_labels,
    models,
    suggest,
    drift,
    profile,
    tune,
    compare,
    promote,
    feedback,
    triage,
    ports,
    data,
    audit,
)

EPILOG = f"""\
examples:
  spamsms check "【优选商城】会员日满300减50，退订回T"
  spamsms check -f inbox.csv --column content --output verdicts.csv
  spamsms explain "【优选商城】会员日满300减50，退订回T"
  spamsms check --help

{EXIT_CODES}"""


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every subcommand."""
    parser = CommandParser(
        prog=PROGRAM, description="Tell marketing spam among Chinese SMS, and say why.", epilog=EPILOG
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    subparsers = parser.add_subparsers(metavar="command", required=True)
    for command in COMMANDS:
        command.add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process by default.

    Returns
    -------
    int
        The exit code, as ``spamsms --help`` lists them. Wrong usage and
        ``--help`` raise SystemExit, as argparse does.
    """
    try:
        args = build_parser().parse_args(argv)
        return int(args.run(args))
    except BrokenPipeError:
        _drop_unwritten_output()
        return DONE
    except KeyboardInterrupt:
        standard_error().write_line(f"{PROGRAM}: interrupted")
        return INTERRUPTED
    except (ModelUnavailableError, ModelFormatError) as error:
        report_error(str(error))
        return NO_MODEL
    except SpamsmsError as error:
        report_error(str(error))
        return UNUSABLE
    except OSError as error:
        name = error.filename
        where = "reading or writing failed: " if name is None else f"{as_typed(str(name))}: "
        report_error(f"{where}{error.strerror or error}")
        _drop_unwritten_output()
        return UNUSABLE


def _drop_unwritten_output() -> None:
    """Let the interpreter flush into nothing at its exit: what is left cannot be written."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
