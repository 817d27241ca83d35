"""``spamsms models`` and ``spamsms rollback``: which models there are, and which is current."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spamsms.commands import BAD_ROWS, DONE
from spamsms.commands.console import display_width, pad, printable, standard_error, standard_output
from spamsms.commands.model_option import add_models_option, add_store_options, author_by_default, open_store
from spamsms.commands.parsing import as_typed, epilog

if TYPE_CHECKING:
    from spamsms.model_list import ModelEntry

DESCRIPTION = """\
List the packaged models and your own, version by version. A star marks the
version that the name alone means. Hash and version stand in every verdict;
rows, AUC, recall and wanted messages flagged are those of the model's own test.

With a name, also say who made which version current, when and why.

Your own models are in SPAMSMS_MODELS, or else in the folder that your system
has for an application's data; --models names another. A version is one folder,
models/NAME/VERSION: to remove it, delete that.

Every model is read and checked. The exit code is 1 where one is damaged."""

EXAMPLES = """\
  spamsms models
  spamsms models ours
  spamsms models --json
  spamsms check --model ours@2 "您的验证码是 482913\""""

ROLLBACK = """\
Make another version of one of your models the current one: by default the one
before. Nothing is deleted, and the history says who did it, when and why."""

ROLLBACK_EXAMPLES = """\
  spamsms rollback ours
  spamsms rollback ours --to 2 --reason "3 blocks parcel notices\""""

HEAD = ("", "model", "version", "hash", "trained", "rows", "AUC", "recall", "flagged")


def add_parser(subparsers: Any) -> None:
    """Add both subcommands."""
    listing = subparsers.add_parser(
        "models", help="list the models there are", description=DESCRIPTION, epilog=epilog(EXAMPLES)
    )
    listing.add_argument("name", metavar="NAME", nargs="?", type=as_typed, help="only versions of this name")
    listing.add_argument("--json", action="store_true", help="print a JSON object a version, one a line")
    add_models_option(listing)
    listing.set_defaults(run=run)
    back = subparsers.add_parser(
        "rollback",
        help="make another version of a model current",
        description=ROLLBACK,
        epilog=epilog(ROLLBACK_EXAMPLES),
    )
    back.add_argument("name", metavar="NAME", type=as_typed, help="a model of your own")
    back.add_argument("--to", metavar="VERSION", help="which (default: the one before)")
    add_store_options(back)
    back.set_defaults(run=run_rollback)


def run(args: argparse.Namespace) -> int:
    """Print the list and return the exit code."""
    from spamsms.errors import InputError
    from spamsms.model_list import list_models

    store = open_store(args.models)
    entries = [entry for entry in list_models(store) if args.name in (None, entry.name)]
    if args.name is not None and not entries:
        raise InputError(f"no model {args.name!r}: there is none packaged and none in {store.home}")
    output = standard_output()
    if args.json:
        output.write("".join(json.dumps(e.to_dict(), ensure_ascii=False) + "\n" for e in entries))
    else:
        output.write(_table(entries))
        if args.name is not None:
            output.write("".join(map(_history_line, store.history(args.name))))
    error = standard_error()
    for entry in entries:
        if entry.problem:
            error.write_line(f"spamsms: {entry.name} {entry.version}: {entry.problem}")
    return BAD_ROWS if any(entry.problem for entry in entries) else DONE


def _table(entries: Sequence[ModelEntry]) -> str:
    rows = [HEAD, *map(_cells, entries)]
    widths = [max(display_width(row[place]) for row in rows) for place in range(len(HEAD))]
    lines = ("  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(line.rstrip() + "\n" for line in lines)


def _cells(entry: ModelEntry) -> tuple[str, ...]:
    figures = entry.figures
    return (
        "*" if entry.current else "",
        printable(entry.name) + (" (packaged)" if entry.packaged else ""),
        printable(entry.version),
        "damaged" if entry.problem else entry.hash or "",
        (entry.trained or "")[:10],
        "" if entry.rows is None else f"{entry.rows:,}",
        f"{figures['auc']:.4f}" if figures.get("auc") is not None else "",
        f"{figures['recall']:.1%}" if figures.get("recall") is not None else "",
        f"{figures['false_positives']:.2%}" if figures.get("false_positives") is not None else "",
    )


def _history_line(entry: dict[str, Any]) -> str:
    said = f"{entry.get('time', '')}  {entry.get('action', '')} {entry.get('version', '')}"
    said += f" after {entry['previous']}" if "previous" in entry else ""
    said += f" by {entry['author']}" if "author" in entry else ""
    said += f": {entry['verdict']}" if "verdict" in entry else ""
    said += ", forced" if entry.get("forced") == "true" else ""
    said += f" ({entry['reason']})" if "reason" in entry else ""
    return printable(said) + "\n"


def run_rollback(args: argparse.Namespace) -> int:
    """Make the version current and return the exit code."""
    store = open_store(args.models)
    version = args.to or store.version_before(args.name)
    record = {"author": args.author or author_by_default(), "reason": args.reason}
    folder = store.make_current(args.name, version, record)
    standard_output().write(f"current is now {printable(args.name)} {version}, {folder}\n")
    return DONE
