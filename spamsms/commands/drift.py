"""``spamsms drift``: tell whether a new batch differs from what a model was trained for."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spamsms.commands import BAD_ROWS, DONE
from spamsms.commands.check import STANDARD
from spamsms.commands.console import printable, standard_error
from spamsms.commands.labelled_data import add_side_options, config_of_model, say_problems
from spamsms.commands.message_batch import add_reading_options, read_batch, write_result
from spamsms.commands.model_option import add_model_option, load
from spamsms.commands.parsing import as_typed, epilog
from spamsms.errors import DatasetError, InputError

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier
    from spamsms.training.batch_reference import BatchReference

FORMATS = ("text", "json", "html")

DESCRIPTION = """\
Compare a batch of messages with what the model was trained for, and say in one
sentence whether to label anew. Compared are scores, the share of messages that
the model is not sure of, n-grams it never saw, kinds, disguise and length; what
chance alone does to so few or so many messages does not count. Messages of one
template count once. No labels are needed. The messages to look at first are
listed as by spamsms suggest.

A model's reference stands beside it (reference.json): counts, no text. spamsms
train writes it from the test side. Where a model has none, name messages to
compare with (--reference FILE), or make it once from labelled data that the
model was not fitted on (--make-reference): with the configuration beside the
model the test side counts, with --every-row every row.

(spamsms evaluate --drift is something else: it refits models without a source.)"""

EXAMPLES = """\
  spamsms drift this-week.csv
  spamsms drift this-week.csv --model my-model --format html --out drift.html
  spamsms drift this-week.csv --reference last-week.csv
  spamsms drift --make-reference DATA data/corpus --model models/zh"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "drift",
        help="tell whether new messages differ from what the model was trained for",
        description=DESCRIPTION,
        epilog=epilog(EXAMPLES),
    )
    add_reading_options(parser, optional=True)
    parser.add_argument(
        "--reference",
        metavar="FILE",
        help="messages, or a reference.json, to compare with (default: the model's)",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    parser.add_argument("--out", metavar="FILE", help="file to write (default: standard output)")
    making = parser.add_argument_group("making a reference")
    making.add_argument(
        "--make-reference",
        metavar="PATH",
        nargs="+",
        help="labelled files, or folders; written to --out, by default beside the model",
    )
    every_row = "the model was fitted on none of the rows: use all but those marked train"
    add_side_options(making, "the model", every_row)
    add_model_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compare, or make a reference; return the exit code."""
    if (args.file is None) == (args.make_reference is None):
        raise InputError("give either a FILE of messages or --make-reference PATH (spamsms drift --help)")
    if args.make_reference:
        return _make_reference(args)
    from spamsms.registry import model_folder
    from spamsms.training.batch_drift import measure_drift
    from spamsms.training.batch_reference import read_reference
    from spamsms.training.drift_report import drift_values, format_drift_html, format_drift_text

    model = load(args.model)
    if args.reference is None:
        reference = read_reference(model_folder(args.model))
    else:
        reference = _given_reference(args, model)
    batch = read_batch(args.file, args.input_format, args.column, args.encoding)
    drift = measure_drift(batch.texts, model, reference)
    if args.format == "json":
        text = json.dumps(drift_values(drift), ensure_ascii=False, indent=1) + "\n"
    elif args.format == "html":
        text = format_drift_html(drift, batch.name, batch.lines)
    else:
        found = format_drift_text(drift, batch.name, batch.lines)
        text = "".join(f"{printable(line)}\n" for line in found.split("\n")[:-1])
    write_result(text, args.out, [args.file, *filter(None, [args.reference])])
    if args.out not in (None, STANDARD):
        standard_error().write_line(f"spamsms: {batch.name}: {drift.sentence}")
    return BAD_ROWS if batch.n_bad else DONE


def _given_reference(args: argparse.Namespace, model: SpamClassifier) -> BatchReference:
    """Return the reference that a file holds, or that its messages make."""
    from spamsms.training.batch_reference import make_reference, read_reference

    path = Path(args.reference)
    if path.suffix.lower() == ".json" or path.is_dir():
        return read_reference(path)
    column = None if path.suffix.lower() == ".txt" else args.column
    batch = read_batch(args.reference, None, column, args.encoding)
    return make_reference(batch.texts, model, origin=batch.name)


def _make_reference(args: argparse.Namespace) -> int:
    from spamsms.registry import model_folder
    from spamsms.training.batch_reference import (
        FEWEST_TEMPLATES,
        REFERENCE,
        TEST_SIDE,
        reference_of_test_side,
        write_reference,
    )
    from spamsms.training.config import TrainingConfig
    from spamsms.training.train import CONFIG, prepare_data

    if args.reference is not None or args.format != "text":
        raise InputError("--reference and --format go with a FILE of messages, not with --make-reference")
    model, folder = load(args.model), model_folder(args.model)
    config: TrainingConfig | None
    if args.every_row:
        config, origin = TrainingConfig(test_share=1.0), ", ".join(map(as_typed, args.make_reference))
    else:
        config, origin = config_of_model(args.model, args.make_reference, args.config), TEST_SIDE
    if config is None:
        raise DatasetError(
            f"{folder / CONFIG}: there is no such file to tell training and test side by; name it with "
            "--config, or say --every-row if the model was fitted on none of these rows"
        )
    data = prepare_data(args.make_reference, config)
    reference = reference_of_test_side(model, data, origin)
    if reference is None:
        raise DatasetError(f"the data given hold fewer than {FEWEST_TEMPLATES} templates on the test side")
    out = args.out or folder / REFERENCE
    write_reference(reference, out)
    say_problems(data.problems)
    standard_error().write_line(
        f"spamsms: reference of {reference.model} from {reference.n_templates:,} templates, "
        f"written to {as_typed(str(out))}"
    )
    return BAD_ROWS if data.counts["bad_rows"] else DONE
