"""``spamsms ports``: rank sending numbers by the marketing that goes out over them."""

from __future__ import annotations

import argparse
import os
from typing import Any

from spamsms.commands import BAD_ROWS, DONE
from spamsms.commands.complaint_options import (
    add_column_options,
    add_report_options,
    chosen_columns,
    refuse_to_write_over,
    say_problems,
)
from spamsms.commands.console import percent, standard_error, standard_output
from spamsms.commands.model_option import add_model_option, load
from spamsms.commands.parsing import as_typed, epilog
from spamsms.commands.progress import Progress

# Numbers printed; the files have all.
MOST_PRINTED = 5

DESCRIPTION = """\
Rank sending numbers by the marketing that goes out over them, and say why: volume,
share of marketing with its interval, kinds, campaigns, how often there is a way to
refuse, hours.

Written to the folder DIR: ports.html, ports.csv, ports.jsonl, problems.csv and
summary.json. FILE is as for spamsms triage and may be larger than memory."""

EXAMPLES = """\
  spamsms ports data/complaints.csv -o out/
  spamsms ports sent-2025-11.jsonl -o out/ --column content --sender-column port"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "ports",
        help="rank sending numbers by their marketing, with reasons",
        description=DESCRIPTION,
        epilog=epilog(EXAMPLES),
    )
    parser.add_argument("file", metavar="FILE", help="messages with their sending numbers")
    add_report_options(parser)
    add_column_options(parser)
    add_model_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Rank, write, print the first, return the exit code."""
    from spamsms.governance.exports import port_file_names
    from spamsms.governance.ports import rank_ports

    refuse_to_write_over(args.file, args.out, port_file_names())
    model = load(args.model)
    with Progress(None, standard_error().isatty(), " rows") as progress:
        ranking = rank_ports(
            args.file,
            model,
            columns=chosen_columns(args),
            encoding=args.encoding,
            unmask=args.unmask,
            advance=progress.advance,
        )
    ranking.write(args.out)
    say_problems(as_typed(args.file), ranking.problems)
    output = standard_output()
    summary = ranking.summary
    output.write(
        f"{summary['read']:,} rows read: {summary['used']:,} used, {summary['unusable']:,} not usable; "
        f"{summary['ports']:,} sending numbers\n"
    )
    for row in ranking.rows[:MOST_PRINTED]:
        share = percent(row["marketing_share"])
        output.write_line(
            f"  {row['rank']}. {row['sender']}: {row['messages']:,} messages, {share} marketing"
        )
        if row["reasons"]:
            output.write_line(f"     {row['reasons']}")
    output.write(f"report: {os.path.join(as_typed(args.out), 'ports.html')}\n")
    return BAD_ROWS if summary["unusable"] else DONE
