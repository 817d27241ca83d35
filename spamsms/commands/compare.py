"""``spamsms compare``: whether a new model is better than the old one."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spamsms.commands import DONE, WORSE
from spamsms.commands.console import standard_error, standard_output
from spamsms.commands.labelled_data import (
    add_data_option,
    add_side_options,
    config_of_model,
    say_problems,
)
from spamsms.commands.message_batch import write_result
from spamsms.commands.model_option import load
from spamsms.commands.parsing import as_typed, epilog, refuse_to_overwrite
from spamsms.commands.progress import Steps
from spamsms.errors import InputError

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier
    from spamsms.training.gate import Comparison

DESCRIPTION = """\
Compare two models on the same labelled messages, slice by slice: what changed,
with bootstrap intervals over template groups, the messages on which they decide
differently with the words that each rests on, and a verdict: better, no
difference, worse, or cannot tell, of too few messages. The rules of the verdict
are spamsms.training.gate_rules'; a TOML file changes them: --rules.

Only messages that the new model was not trained on count: with the training.toml
beside it (or --config) those of test groups, with --every-row all of them, for
data that neither model has seen.

Where the old model surely ranks wanted messages above spam, the labels are
probably exchanged: the verdict says so, and nothing is judged.

The exit code is 1 where the new model is worse or the labels are probably
exchanged; rows that cannot be used are listed and do not change it."""

PICTURES = (".png", ".svg", ".pdf")
EXAMPLES = """\
  spamsms compare zh my-model --data labelled.csv
  spamsms compare ours@2 my-model --data fresh.csv --every-row --html report.html
  spamsms compare zh my-model --data labelled.csv --flips flips.jsonl --json changes.json"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "compare",
        help="tell whether a new model is better than the old one",
        description=DESCRIPTION,
        epilog=epilog(EXAMPLES),
    )
    parser.add_argument("old", metavar="OLD", help="a name, NAME@VERSION, or the folder of a saved model")
    parser.add_argument("new", metavar="NEW", help="the same")
    add_comparison_options(parser, required=True)
    parser.set_defaults(run=run)


def add_comparison_options(parser: argparse.ArgumentParser, required: bool) -> None:
    """Add what says how two models are compared, and where the comparison is written."""
    add_data_option(parser, required=required)
    add_side_options(parser, "NEW", "compare on every row: neither model has seen any of them")
    parser.add_argument(
        "--feedback", metavar="FILE", help="what the new model was trained with: labels corrected there"
    )
    parser.add_argument("--rules", metavar="FILE", help="TOML file with rules of the verdict")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument(
        "--flips", metavar="FILE", help="write every message decided differently there, as JSON lines"
    )
    parser.add_argument(
        "--html", metavar="FILE", help="write a page with a picture and the worst flips there"
    )
    parser.add_argument("--figure", metavar="FILE", help="draw the changes there, as .png, .svg or .pdf")


def run(args: argparse.Namespace) -> int:
    """Compare, print and write what was asked for, return the exit code."""
    old, new = load(args.old), load(args.new)
    comparison = compare_on_files(args, old, new)
    return WORSE if comparison.verdict == "worse" or comparison.doubt else DONE


def compare_on_files(args: argparse.Namespace, old: SpamClassifier, new: SpamClassifier) -> Comparison:
    """Compare two models as the options say, print the comparison and write it where asked to."""
    from spamsms.training.gate import compare_models
    from spamsms.training.gate_report import format_comparison, format_flips
    from spamsms.training.gate_rules import read_rules
    from spamsms.training.train import read_measured

    refuse_to_overwrite((args.json, args.flips, args.html, args.figure), args.data)
    if args.figure and Path(args.figure).suffix.lower() not in PICTURES:
        raise InputError(f"{as_typed(args.figure)} ends in none of {', '.join(PICTURES)}")
    rules = read_rules(args.rules)
    config = None if args.every_row else config_of_model(args.new, args.data, args.config)
    with Steps(6) as steps:
        data = read_measured(args.data, config, steps.begin, args.feedback)
        steps.begin("compare")
        comparison = compare_models(old, new, data.test, rules, data.test_groups)
        steps.begin("explain")
        flips = format_flips(comparison, old, new)
    say_problems(data.problems)
    if config and not args.feedback and new.details_.get("data", {}).get("corrected"):
        standard_error().write_line(
            "spamsms: the new model has learnt corrections; give its --feedback, or some may be compared on"
        )
    side = "test groups of the new model's own data" if config else "every row of the data given"
    lines = f"compared on {side}\n{format_comparison(comparison)}\n" + (f"\n{flips}\n" if flips else "")
    for line in lines.splitlines():
        standard_output().write_line(line)
    _write(args, comparison, old, new)
    return comparison


def _write(
    args: argparse.Namespace, comparison: Comparison, old: SpamClassifier, new: SpamClassifier
) -> None:
    from spamsms.atomic_file import open_atomically
    from spamsms.training.flips import explain_flips
    from spamsms.training.gate_report import draw_comparison, render_page

    if args.json:
        write_result(json.dumps(comparison.to_dict(), ensure_ascii=False, indent=1) + "\n", args.json)
    if args.flips:
        flips = explain_flips(comparison.flips, old, new)
        write_result("".join(json.dumps(flip, ensure_ascii=False) + "\n" for flip in flips), args.flips)
    if args.html:
        write_result(render_page(comparison, old, new), args.html)
    if args.figure:
        picture = draw_comparison(comparison)
        with open_atomically(args.figure) as file:
            picture.savefig(file, dpi=150, format=Path(args.figure).suffix[1:].lower())
    for path in filter(None, (args.json, args.flips, args.html, args.figure)):
        standard_output().write(f"written to {as_typed(path)}\n")
