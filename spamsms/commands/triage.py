"""``spamsms triage``: find out what complaints are about, and write a report."""

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
from spamsms.commands.console import percent, standard_output
from spamsms.commands.model_option import add_model_option, load
from spamsms.commands.parsing import as_typed, epilog
from spamsms.commands.progress import Steps

DESCRIPTION = """\
Find out what complaints are about: campaigns of messages made from one template,
clues to who sends them, shares by sector, days of surge, ports and signatures.

Written to the folder DIR:
  report.html      one page that holds everything it shows; Chinese and English
  campaigns.jsonl  each campaign with its clues; also what --previous reads
  clues.csv        a row for each signature, number, link or contact of a campaign
  complaints.csv   each complaint with its score, kind, sector and campaign
  sectors.csv timeline.csv senders.csv signatures.csv problems.csv summary.json

FILE is csv, tsv, jsonl, Parquet or txt. Columns are found by their names, Chinese
ones too: the message; and where there are, when it was reported, the sending number,
the receiver (or a hash), who is counted and never written. Times are China's.
Every row is used or listed in problems.csv. Personal data are masked: of clues, mobile
numbers keep their ends (138****8000); --unmask writes them out for passing on."""

EXAMPLES = """\
  spamsms triage data/complaints.csv -o out/
  spamsms triage week46.csv -o week46/ --previous week45/
  spamsms triage export.xlsx.csv -o out/ --column 内容 --time-column 受理时间 --sender-column 号码"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "triage",
        help="report on complaints: campaigns, clues, surges",
        description=DESCRIPTION,
        epilog=epilog(EXAMPLES),
    )
    parser.add_argument("file", metavar="FILE", help="complaints")
    add_report_options(parser)
    parser.add_argument(
        "--previous",
        metavar="DIR",
        nargs="+",
        help="folders that earlier runs wrote: campaigns that are in none of them are marked as new",
    )
    add_column_options(parser)
    add_model_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Triage, write, print the counts, return the exit code."""
    from spamsms.governance.exports import file_names
    from spamsms.governance.triage import STEPS, triage

    refuse_to_write_over(args.file, args.out, file_names())
    model = load(args.model)
    with Steps(len(STEPS) + 1) as steps:
        result = triage(
            args.file,
            model,
            columns=chosen_columns(args),
            encoding=args.encoding,
            previous=args.previous,
            unmask=args.unmask,
            report=steps.begin,
        )
        steps.begin("writing")
        result.write(args.out)
    say_problems(as_typed(args.file), result.tables["problems"])
    standard_output().write(render_summary(result.summary, as_typed(args.out)))
    return BAD_ROWS if result.summary["unusable"] else DONE


def render_summary(summary: dict[str, Any], out: str) -> str:
    """Return the counts to print."""
    lines = [f"{summary['read']:,} rows read: {summary['used']:,} used, {summary['unusable']:,} not usable"]
    if summary["undated"] and summary["first"]:
        lines.append(f"  {summary['undated']:,} without a usable date")
    if summary["used"]:
        low, high = summary["marketing_share_low"], summary["marketing_share_high"]
        lines.append(
            f"  {summary['marketing']:,} judged marketing: {percent(summary['marketing_share'])} "
            f"({percent(low)} to {percent(high)})"
        )
    new = summary["new_campaigns"]
    lines.append(
        f"  {summary['campaigns']:,} campaigns hold {summary['in_campaigns']:,} of them"
        + (f", {new:,} of these campaigns new" if new is not None else "")
    )
    if summary["peak"]:
        peak = summary["peak"]
        lines.append(
            f"  {len(summary['surge_days'])} days of surge, most on {peak['date']}: {peak['complaints']:,} "
            f"against {peak['baseline']:,.0f} on a usual day"
        )
    lines.append(f"report: {os.path.join(out, 'report.html')}")
    return "\n".join(lines) + "\n"
