"""``spamsms adapt``: adapt a model to new labels."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from spamsms.commands import BAD_ROWS, DONE
from spamsms.commands.console import printable, standard_output
from spamsms.commands.labelled_data import add_data_option, config_of_model, format_counts, say_problems
from spamsms.commands.message_batch import read_batch
from spamsms.commands.model_option import add_model_option, load
from spamsms.commands.parsing import as_typed, epilog
from spamsms.commands.progress import Steps

if TYPE_CHECKING:
    from spamsms.training.adapt_files import AdaptingResult
    from spamsms.training.config import TrainingConfig

DESCRIPTION = """\
Adapt a model to new labels and write the adapted one to a folder; the old one
stays. Its weights are the prior, so that 200 labels already help, and what it
says of the anchors (the project's own corpus by default) is held on to.

The labels must be new to the model: of messages that it was trained on it is too
sure, and the threshold would come out too low.

Files are as spamsms train takes them. Some of their template groups are held
out, and both models are compared on them; --old-data compares them on older
data too, so that nothing is forgotten unseen. spamsms compare says more, and
spamsms promote makes the adapted model the one that is used."""

EXAMPLES = """\
  spamsms adapt --data corrections.csv --out adapted
  spamsms adapt --model zh --data inbox.tsv --out adapted --old-data OLD corpus
  spamsms adapt --data few.csv --test-share 0 --out adapted"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "adapt", help="adapt a model to new labels", description=DESCRIPTION, epilog=epilog(EXAMPLES)
    )
    add_model_option(parser)
    add_data_option(parser, "new labels: files, folders")
    parser.add_argument("--out", metavar="DIR", required=True, help="folder to write the adapted model to")
    parser.add_argument(
        "--old-data", metavar="PATH", nargs="+", default=[], help="older labelled data to compare on too"
    )
    parser.add_argument("--config", metavar="FILE", help="a training.toml whose sources and split count")
    parser.add_argument("--feedback", metavar="FILE", help="corrections to learn too (spamsms feedback)")
    parser.add_argument(
        "--anchors", metavar="FILE", help="messages whose verdicts must stay, in place of the corpus"
    )
    parser.add_argument(
        "--test-share", metavar="SHARE", type=_share, help="of the new groups, to compare on (default: 0.15)"
    )
    parser.add_argument("--name", type=as_typed, help="what the model is called (default: as the old one)")
    parser.add_argument("--version", type=as_typed, help="default: the old one's and +adapted")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Adapt, print the comparisons, return the exit code."""
    from spamsms.training.adapt_files import STEPS, adapt_to_files

    model = load(args.model)
    config = _config(args, model.name_)
    anchors = None if args.anchors is None else read_batch(args.anchors).texts
    with Steps(len(STEPS)) as steps:
        result = adapt_to_files(
            model,
            args.data,
            args.out,
            config=config,
            old_paths=args.old_data,
            old_config=config_of_model(args.model, args.old_data) if args.old_data else None,
            anchors=anchors,
            feedback=args.feedback,
            report=steps.begin,
        )
    say_problems(result.problems)
    standard_output().write("".join(printable(line) + "\n" for line in _lines(args, result)))
    return BAD_ROWS if result.data.counts["bad_rows"] else DONE


def _lines(args: argparse.Namespace, result: AdaptingResult) -> list[str]:
    from spamsms.training.gate_report import format_comparison

    counts, about = result.data.counts, result.model.details_["adapted"]
    lines = [
        format_counts(counts, bool(args.feedback)),
        f"adapted to {about['messages']} messages ({about['spam']} spam), {about['anchors']} anchors; "
        f"{about['kept']:.0%} of the old weights kept",
    ]
    parts = (("on held-out groups of the new labels", result.new), ("on the old data", result.old))
    for title, comparison in parts:
        if comparison is not None:
            lines += ["", title, *format_comparison(comparison).splitlines()]
    if result.new is None:
        lines += ["", "no new label was held out, so nothing says whether the adapted model is better"]
    return [*lines, "", f"written to {args.out}"]


def _config(args: argparse.Namespace, name: str) -> TrainingConfig:
    from spamsms.model_store import check_word
    from spamsms.training.config import TrainingConfig, read_config

    config = TrainingConfig(name=name)
    if args.config is not None:
        config = replace(read_config(args.config), name=name, version="", description="", model={})
    if args.test_share is not None:
        config = replace(config, test_share=args.test_share)
    if args.version is not None:
        config = replace(config, version=check_word("version", args.version))
    return config if args.name is None else replace(config, name=check_word("name", args.name))


def _share(value: str) -> float:
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise argparse.ArgumentTypeError(f"a share from 0 to below 1 is needed, not {value!r}")
    return share
