"""``spamsms suggest``: choose the messages to label next."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from spamsms.commands import BAD_ROWS, DONE
from spamsms.commands.check import STANDARD
from spamsms.commands.console import standard_error
from spamsms.commands.message_batch import add_reading_options, read_batch, write_result
from spamsms.commands.model_option import add_model_option, load
from spamsms.commands.parsing import as_typed, epilog, whole_number
from spamsms.commands.progress import Steps

DEFAULT_NUMBER = 200

DESCRIPTION = """\
Choose the messages whose labels would teach the model most, and write them as a
csv with an empty column label, the most instructive first:
  near the threshold  half of them: the decision that costs
  undecided           a quarter: nearest to even odds
  novel               a quarter: most of their n-grams were never trained on
Of messages made from one template one is listed; group_size says for how many
it stands. Blank messages are passed over. The same file and model give the same
list.

Fill in label (1 or spam or 垃圾, 0 or ham or 正常, or a kind's code) and give the
file to spamsms train --data, which lists the rows left empty and leaves them out."""

EXAMPLES = """\
  spamsms suggest inbox.csv --out to-label.csv
  spamsms suggest inbox.csv --model my-model -n 50 --labelled labelled.csv --out to-label.csv
  spamsms train --data labelled.csv to-label.csv --out my-model"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "suggest", help="choose the messages to label next", description=DESCRIPTION, epilog=epilog(EXAMPLES)
    )
    add_reading_options(parser)
    parser.add_argument(
        "-n",
        metavar="N",
        type=whole_number,
        default=DEFAULT_NUMBER,
        help=f"how many (default: {DEFAULT_NUMBER})",
    )
    parser.add_argument(
        "--labelled",
        metavar="PATH",
        nargs="+",
        default=[],
        help="labelled files, or folders: templates that stand in them are passed over",
    )
    parser.add_argument("--out", metavar="FILE", help="csv file to write (default: standard output)")
    add_model_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Choose, write the list, say how many and why, return the exit code."""
    from spamsms.training.config import TrainingConfig
    from spamsms.training.dataset import find_files, read_datasets
    from spamsms.training.suggest import (
        BYTE_ORDER_MARK,
        STEPS,
        render_suggestions,
        suggest_labels,
    )

    model = load(args.model)
    labelled = read_datasets(args.labelled, TrainingConfig())[0].texts if args.labelled else []
    batch = read_batch(args.file, args.input_format, args.column, args.encoding)
    with Steps(len(STEPS)) as steps:
        found = suggest_labels(batch.texts, model, args.n, labelled=labelled, report=steps.begin)
    text = render_suggestions(found, batch.lines)
    to_file = args.out not in (None, STANDARD)
    read = [args.file, *(str(path) for path in find_files(args.labelled))]
    write_result(BYTE_ORDER_MARK * to_file + text, args.out, read)
    reasons = Counter(item.reason for item in found)
    said = ", ".join(f"{count} {reason}" for reason, count in reasons.items()) or "every template has a label"
    where = f", written to {as_typed(args.out)}" if to_file else ""
    standard_error().write_line(
        f"spamsms: {batch.name}: {len(found)} of {len(batch.texts):,} messages to label ({said}){where}"
    )
    return BAD_ROWS if batch.n_bad else DONE
