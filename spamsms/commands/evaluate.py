"""``spamsms evaluate``: measure a model on labelled files."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from spamsms.commands import BAD_ROWS, DONE
from spamsms.commands.console import standard_output
from spamsms.commands.labelled_data import (
    add_data_option,
    add_side_options,
    config_of_model,
    say_problems,
)
from spamsms.commands.message_batch import write_result
from spamsms.commands.model_option import add_model_option, load
from spamsms.commands.parsing import epilog, refuse_to_overwrite
from spamsms.commands.progress import Steps

if TYPE_CHECKING:
    from spamsms.training.config import TrainingConfig
    from spamsms.training.train import PreparedData

DESCRIPTION = """\
Measure a model on labelled messages: area under the curve, recall, wanted
messages flagged, per source, kind and length, each with its 95 % interval.

With the configuration that the model was trained with (the packaged model's by
default, where the data are its own) only groups that it never saw count, and
of those only messages that do not repeat training. Without, every row counts.

--attacks and --probes change the messages of sources that are like real inboxes
and measure the model again: it should not be moved.

--drift fits models as the configuration says, each without a file, a source or
a writer, or on one source alone, and measures them on what they never saw; it
says nothing of --model and takes as long as so many fits."""

EXAMPLES = """\
  spamsms evaluate --data labelled.csv --model my-model --every-row
  spamsms evaluate --data DATA data/corpus --json figures.json --figures pictures
  spamsms evaluate --data DATA data/corpus --attacks --probes
  spamsms evaluate --data DATA data/corpus --config models/zh/training.toml --drift"""

STEPS_OF_EVALUATION = 5


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "evaluate", help="measure a model on labelled files", description=DESCRIPTION, epilog=epilog(EXAMPLES)
    )
    add_data_option(parser)
    add_model_option(parser)
    add_side_options(parser, "the model", "measure on every row: the model has seen none of them")
    parser.add_argument(
        "--drift", action="store_true", help="also refit without each source and measure what that costs"
    )
    parser.add_argument(
        "--attacks",
        action="store_true",
        help="also disguise the messages in every known way and measure again",
    )
    parser.add_argument(
        "--probes",
        action="store_true",
        help="also measure how far punctuation, masks, signatures, script and width move a probability",
    )
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument(
        "--figures",
        metavar="DIR",
        help="draw reliability, recall by false positives, rates by kind and kinds named as PNG files in DIR",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure, print the figures, return the exit code."""
    from spamsms.training.drift import format_drift
    from spamsms.training.evaluate import format_table
    from spamsms.training.figures import write_figures
    from spamsms.training.probes import format_probes, probe_model
    from spamsms.training.robustness import attack_model, format_attacks
    from spamsms.training.train import evaluate_files

    refuse_to_overwrite([args.json], args.data)
    model = load(args.model)
    config = None if args.every_row else config_of_model(args.model, args.data, args.config)
    with Steps(STEPS_OF_EVALUATION + args.attacks + args.probes + args.drift) as steps:
        figures, data = evaluate_files(model, args.data, config, steps.begin)
        tables = [format_table(figures)]
        if args.attacks:
            steps.begin("attacks")
            figures["attacks"] = attack_model(model, data.test, data.test_groups)
            tables.append(format_attacks(figures["attacks"]))
        if args.probes:
            steps.begin("probes")
            figures["probes"] = probe_model(model, data.test)
            tables.append(format_probes(figures["probes"]))
        if args.drift:
            steps.begin("drift")
            figures["drift"] = _drift(args.data, data, config)
            tables.append(format_drift(figures["drift"]))
    say_problems(data.problems)
    side = "test groups of the model's own data" if config else "every row of the data given"
    standard_output().write(f"measured on {side}\n" + "\n\n".join(tables) + "\n")
    if args.json:
        write_result(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", args.json)
    if args.figures:
        for path in write_figures(figures, args.figures):
            standard_output().write(f"drawn {path}\n")
    return BAD_ROWS if data.counts["bad_rows"] else DONE


def _drift(paths: list[str], data: PreparedData, config: TrainingConfig | None) -> dict[str, Any]:
    """Measure drift on the split of the configuration, or on the usual one where every row was measured."""
    from spamsms.training.config import TrainingConfig
    from spamsms.training.drift import measure_drift
    from spamsms.training.train import prepare_data

    if config is None:
        config = TrainingConfig()
        data = prepare_data(paths, config)
    return measure_drift(data, config)
