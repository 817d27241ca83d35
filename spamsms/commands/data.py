"""``spamsms data``: rebuild the public training data from raw downloads and this project's labels."""

from __future__ import annotations

import argparse
from typing import Any

from spamsms.commands import BAD_ROWS, DONE
from spamsms.commands.console import printable, standard_error, standard_output
from spamsms.commands.message_batch import write_result
from spamsms.commands.parsing import as_typed, epilog
from spamsms.commands.progress import Progress

DESCRIPTION = """\
The packaged model learnt from messages that others published and that are not
part of this project. Their labels are: each stands in labels.tsv beside a hash of
the message. data/README.md says where to download the messages."""

BUILD_DESCRIPTION = """\
Look for the labelled messages in a folder of raw downloads, subfolders included,
and write those found with their labels to inbox.tsv, for spamsms train.

Files may be of any text format, in UTF-8 or GB18030, or Parquet; every field of
every line is looked up. The labels whose messages were not found are listed in
missing.tsv, and counted by source; the exit code is then 1."""

LABELS_DESCRIPTION = """\
Make the file of public labels from a labelled file with the columns text, kind,
source and group: hash, kind, label, source and a group number of each message.
Messages of fewer than 8 letters are left out."""

EXAMPLES = """\
  spamsms data build --raw downloads --out rebuilt
  spamsms train --data rebuilt/inbox.tsv corpus --out my-model
  spamsms data labels --data inbox.tsv --out data/labels.tsv"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and its own."""
    parser = subparsers.add_parser(
        "data",
        help="rebuild the public training data",
        description=DESCRIPTION,
        epilog=epilog(EXAMPLES),
    )
    actions = parser.add_subparsers(metavar="action", required=True)
    build = actions.add_parser(
        "build",
        help="join raw downloads with the labels",
        description=BUILD_DESCRIPTION,
        epilog=epilog(EXAMPLES),
    )
    build.add_argument("--raw", metavar="DIR", required=True, help="folder of raw downloads")
    build.add_argument("--out", metavar="DIR", required=True, help="folder to write inbox.tsv to")
    build.add_argument("--labels", metavar="FILE", help="default: those that come with spamsms")
    build.set_defaults(run=run_build)
    labels = actions.add_parser(
        "labels",
        help="make the file of labels without messages",
        description=LABELS_DESCRIPTION,
        epilog=epilog(EXAMPLES),
    )
    labels.add_argument("--data", metavar="FILE", required=True, help="labelled file")
    labels.add_argument("--out", metavar="FILE", required=True, help="tsv to write")
    labels.set_defaults(run=run_labels)


def run_build(args: argparse.Namespace) -> int:
    """Join, say what was found and what is missing, return the exit code."""
    from spamsms.training.public_labels import read_labels
    from spamsms.training.raw_texts import raw_files
    from spamsms.training.rebuild import INBOX, MISSING, rebuild

    labels = read_labels(args.labels)
    total = sum(path.stat().st_size for path in raw_files(args.raw))
    with Progress(total, standard_error().isatty()) as progress:
        built = rebuild(args.raw, args.out, labels, progress.advance)
    lines = [*str(built).split("\n"), "", f"{built.rows:,} messages written to {as_typed(args.out)}/{INBOX}"]
    if built.missing:
        lines.append(f"{built.missing:,} are missing; listed in {as_typed(args.out)}/{MISSING}")
    standard_output().write("\n".join(map(printable, lines)) + "\n")
    return BAD_ROWS if built.missing else DONE


def run_labels(args: argparse.Namespace) -> int:
    """Make the labels, say what was left out, return the exit code."""
    from spamsms.training.public_labels import make_labels, render_labels

    labels, counts = make_labels(args.data)
    write_result(render_labels(labels), args.out, [args.data])
    standard_output().write(
        f"{counts['rows']:,} rows: {counts['labels']:,} labels written to {as_typed(args.out)}; left out "
        f"{counts['too_short']:,} too short, {counts['repeated']:,} repeated, "
        f"{counts['contradictory']:,} contradictory\n"
    )
    return DONE
