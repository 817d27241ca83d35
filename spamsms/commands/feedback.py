"""``spamsms feedback``: record what a model got wrong, for the next training."""

from __future__ import annotations

import argparse
import dataclasses
import json
from typing import TYPE_CHECKING, Any

from spamsms.commands import BAD_ROWS, DONE
from spamsms.commands.console import percent, printable, standard_output
from spamsms.commands.labelled_data import say_problems
from spamsms.commands.model_option import add_model_option, author_by_default, load
from spamsms.commands.parsing import as_typed, epilog
from spamsms.errors import InputError

if TYPE_CHECKING:
    from spamsms.training.feedback import Correction

DESCRIPTION = """\
Record corrections in a file that is only ever appended to, and see which count.

A correction holds the message, its label, who says so and when, and what the
model said of it: name, version, hash and probability. An undo is a further line.
An author's latest word on a message counts; where authors disagree, the message
is left out until one of them corrects or undoes. spamsms train --feedback FILE
learns from them, and there they prevail over the data's labels."""

EXAMPLES = """\
  spamsms feedback add --file corrections.jsonl --label 0 --author Li --text "您的快递已到驿站"
  spamsms feedback list --file corrections.jsonl
  spamsms feedback undo --file corrections.jsonl --id 3f2a9c81d0e7 --author Li
  spamsms train --data labelled.csv --feedback corrections.jsonl --out my-model"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand with its three actions."""
    parser = subparsers.add_parser(
        "feedback",
        help="record corrections for the next training",
        description=DESCRIPTION,
        epilog=epilog(EXAMPLES),
    )
    actions = parser.add_subparsers(metavar="action", required=True)
    add = actions.add_parser("add", help="record a correction", epilog=epilog(EXAMPLES))
    _add_file(add)
    add.add_argument("--text", required=True, type=as_typed, help="the message")
    add.add_argument("--label", required=True, type=as_typed, help="1, spam, 垃圾 / 0, ham, 正常")
    add.add_argument("--kind", default="", type=as_typed, help="code of the message's kind")
    add.add_argument("--note", default="", type=as_typed, help="why")
    _add_author(add)
    add_model_option(add)
    add.set_defaults(run=run_add)
    undo = actions.add_parser("undo", help="let a correction no longer count", epilog=epilog(EXAMPLES))
    _add_file(undo)
    undo.add_argument("--id", required=True, type=as_typed, help="of the correction, as list shows it")
    undo.add_argument("--note", default="", type=as_typed, help="why")
    _add_author(undo)
    undo.set_defaults(run=run_undo)
    listing = actions.add_parser("list", help="show the corrections", epilog=epilog(EXAMPLES))
    _add_file(listing)
    listing.add_argument("--json", action="store_true", help="print a JSON object a correction, one a line")
    listing.set_defaults(run=run_list)


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--file", required=True, help="file of corrections, ends in .jsonl")


def _add_author(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--author", metavar="WHO", type=as_typed, help="who says so (default: the user)")


def _author(args: argparse.Namespace) -> str:
    author = args.author if args.author is not None else author_by_default()
    if not author:
        raise InputError("the user's name is not known: say --author")
    return str(author)


def run_add(args: argparse.Namespace) -> int:
    """Judge the message, record the correction, return the exit code."""
    from spamsms.training.feedback import Feedback

    verdict = load(args.model).classify(args.text)
    feedback = Feedback(args.file)
    added = feedback.add(
        args.text, args.label, _author(args), verdict=verdict, kind=args.kind, note=args.note
    )
    said = (
        f"{added}  recorded; {verdict.model} ({verdict.model_hash}) said {percent(verdict.probability)} spam"
    )
    standard_output().write(printable(said) + "\n")
    return DONE


def run_undo(args: argparse.Namespace) -> int:
    """Record the undo and return the exit code."""
    from spamsms.training.feedback import Feedback

    undone = Feedback(args.file).undo(args.id, _author(args), args.note)
    standard_output().write(printable(f"{undone.id}  undone: {undone.label} {undone.text}") + "\n")
    return DONE


def run_list(args: argparse.Namespace) -> int:
    """Print the corrections and return the exit code: 1 where lines are unusable or authors disagree."""
    from spamsms.training.feedback import Feedback

    replayed = Feedback(args.file).replay()
    output = standard_output()
    for item in replayed.corrections:
        line = json.dumps(dataclasses.asdict(item), ensure_ascii=False) if args.json else _line(item)
        output.write(line + "\n")
    say_problems(replayed.problems)
    return BAD_ROWS if replayed.problems else DONE


def _line(item: Correction) -> str:
    said = "" if item.probability is None else f"  ({item.model} said {percent(item.probability)})"
    state = "" if item.state == "counts" else f"  [{item.state}]"
    return printable(f"{item.id}  {item.time}  {item.author}  {item.label}{state}  {item.text}{said}")
