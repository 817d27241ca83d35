"""``spamsms tune``: search the parameters of a training run."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from spamsms.commands import DONE
from spamsms.commands.console import standard_output
from spamsms.commands.labelled_data import add_data_option
from spamsms.commands.parsing import add_jobs_option, as_typed, epilog, whole_number
from spamsms.commands.progress import Steps
from spamsms.errors import InputError

# As of spamsms.training.tune, which is not imported for the help's sake; a test holds them together.
TRIALS, INNER_FOLDS, OUTER_FOLDS = 16, 4, 3
METRICS = ("partial_auc", "auc", "recall")

DESCRIPTION = """\
Search the parameters of a training run, and write the best as a training.toml
that spamsms train --config takes, with a table of all trials (trials.csv) and a
summary (tuning.json).

Trials are drawn at random: C, wanted_weight, passage_weight, tokenizer,
augment_copies, augment_weight, and the weights of the sources that --config
names. They race over the folds of a cross-validation that divides no template:
all run on one fold, the better half on the next, and so on. The configuration
as given is trial 0. Since the best of many trials flatters itself, the whole
search is repeated within outer folds and measured on what it never saw; only
that figure says whether tuning helps. The test side is never looked at.

It fits as many models as the progress bar counts, about eight times --trials.
The same files and arguments give the same result, whatever --jobs says."""

EXAMPLES = """\
  spamsms tune --data labelled.csv --out tuned
  spamsms tune --data labelled.csv --out tuned --trials 40 --jobs 4 --parameters C passage_weight
  spamsms train --data labelled.csv --config tuned/training.toml --out my-model"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "tune",
        help="search the parameters of a training run",
        description=DESCRIPTION,
        epilog=epilog(EXAMPLES),
    )
    add_data_option(parser)
    parser.add_argument("--out", metavar="DIR", required=True, help="folder to write the files to")
    parser.add_argument("--config", metavar="FILE", help="a training.toml to start from")
    for name, default, said in (
        ("--trials", TRIALS, "sets of parameters to try"),
        ("--folds", INNER_FOLDS, "folds of the race"),
        ("--outer-folds", OUTER_FOLDS, "folds that the search as a whole is measured on"),
    ):
        parser.add_argument(
            name, metavar="N", type=whole_number, default=default, help=f"{said} (default: {default})"
        )
    add_jobs_option(parser)
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of draws and folds (default: 0)")
    parser.add_argument(
        "--metric",
        choices=METRICS,
        default=METRICS[0],
        help="area up to 5 %% false positives, whole area, or recall at 2 %% (default: %(default)s)",
    )
    parser.add_argument(
        "--parameters",
        metavar="NAME",
        nargs="+",
        type=as_typed,
        help="search these alone, such as C or 'weight of inbox' (default: all)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Search, write the files, print the best trials, return the exit code."""
    from spamsms.training.config import read_config
    from spamsms.training.tune import count_fits, tune
    from spamsms.training.tuning_result import format_trials, write_tuning

    if args.seed < 0:
        raise InputError(f"--seed must be 0 or more, not {args.seed}")
    out = Path(args.out)
    if args.config and os.path.realpath(args.config) == os.path.realpath(out / "training.toml"):
        raise InputError(f"{as_typed(args.config)} would be written over; name another --out")
    config = read_config(args.config).for_files(args.data) if args.config else None
    with Steps(count_fits(args.trials, args.folds, args.outer_folds)) as steps:
        result = tune(
            args.data,
            config,
            n_trials=args.trials,
            metric=args.metric,
            parameters=args.parameters,
            inner_folds=args.folds,
            outer_folds=args.outer_folds,
            seed=args.seed,
            n_jobs=args.jobs,
            report=steps.begin,
        )
    written = ", ".join(as_typed(str(path)) for path in write_tuning(result, out))
    for line in f"{format_trials(result)}\nwritten {written}".split("\n"):
        standard_output().write_line(line)
    return DONE
