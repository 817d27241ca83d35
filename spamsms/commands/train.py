"""``spamsms train``: make a model from labelled files."""

from __future__ import annotations

import argparse
from typing import Any

from spamsms.commands import BAD_ROWS, DONE
from spamsms.commands.console import standard_output
from spamsms.commands.labelled_data import add_data_option, format_counts, say_problems
from spamsms.commands.parsing import add_jobs_option, as_typed, epilog, whole_number
from spamsms.commands.progress import Steps
from spamsms.errors import InputError

# With 200 messages adapting was better on both sources held out, with 1,000 on one (benchmarks.adapting).
FEW_MESSAGES = 500

DESCRIPTION = """\
Make a model from labelled messages and write it to a folder: the model, its
figures on test groups that it never saw (metrics.json) and its card.

Files are csv, tsv, jsonl or parquet (which needs pyarrow) with the columns text
and label (1, spam, 垃圾 or a capital kind code; 0, ham, 正常 or a small one); a
folder stands for the files in it, corpus for the messages that come with
spamsms. Optional columns: kind, group (messages of one template, which no split
divides), split (train or test), source, sender, time, weight. UTF-8 and GB18030
are told apart.

Rows that cannot be used are listed with their reasons. Duplicates, once
normalised, count once. The same files and configuration give the same weights."""

EXAMPLES = """\
  spamsms train --data labelled.csv --out my-model
  spamsms train --data labelled.csv corpus --out my-model
  spamsms train --config models/zh/training.toml --data DATA data/corpus --out models/zh
  spamsms check --model my-model "您的验证码是 482913\""""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "train", help="make a model from labelled files", description=DESCRIPTION, epilog=epilog(EXAMPLES)
    )
    add_data_option(parser)
    parser.add_argument("--out", metavar="DIR", required=True, help="folder to write the model to")
    parser.add_argument("--config", metavar="FILE", help="a training.toml; sensible defaults without one")
    parser.add_argument(
        "--feedback", metavar="FILE", help="corrections to learn too, which prevail (spamsms feedback)"
    )
    parser.add_argument(
        "--name",
        type=as_typed,
        help="what the model is called (default: what the configuration says, or custom)",
    )
    parser.add_argument(
        "--version",
        type=as_typed,
        help="default: as the configuration says, or the one after the latest of that name in DIR and "
        "among your own models (spamsms models)",
    )
    add_jobs_option(parser)
    parser.add_argument(
        "--streaming",
        action="store_true",
        help="read the files batch by batch, for more messages than memory holds; neither duplicates nor "
        "kinds are looked at",
    )
    parser.add_argument(
        "--passes",
        metavar="N",
        type=whole_number,
        help="times to read the files with --streaming (default: 3)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Train, print the figures, return the exit code."""
    from spamsms.training.config import read_config
    from spamsms.training.evaluate import format_table
    from spamsms.training.naming import name_model
    from spamsms.training.stream import PASSES, train_streaming
    from spamsms.training.train import STEPS, train_model

    if args.streaming and args.feedback:
        raise InputError("--feedback does not go with --streaming; adapt the model to the corrections")
    if args.passes is not None and not args.streaming:
        raise InputError("--passes goes with --streaming")
    passes = args.passes or PASSES
    config = name_model(read_config(args.config), args.out, args.name, args.version)
    with Steps(passes + 2 if args.streaming else len(STEPS)) as steps:
        if args.streaming:
            result = train_streaming(
                args.data, args.out, config, config_file=args.config, passes=passes, report=steps.begin
            )
        else:
            result = train_model(
                args.data,
                args.out,
                config,
                config_file=args.config,
                feedback=args.feedback,
                n_jobs=args.jobs,
                report=steps.begin,
            )
    say_problems(result.data.problems)
    counts = result.data.counts
    untested = counts.get("held_out", 0) - counts["test"]
    sampled = f" of {counts['held_out']} held out" if untested > 0 else ""
    standard_output().write(
        f"{format_counts(counts, bool(args.feedback))}; "
        f"trained on {counts['train']}, tested on {counts['test']}{sampled}\n\n"
        f"{format_table(result.figures)}\n\nwritten to {args.out}\n"
    )
    if counts["train"] < FEW_MESSAGES:
        standard_output().write(
            "\nSo few messages teach a new model little. spamsms adapt starts from the packaged model's "
            "weights,\nand says on held-out messages whether it does better than that model.\n"
        )
    return BAD_ROWS if counts["bad_rows"] else DONE
