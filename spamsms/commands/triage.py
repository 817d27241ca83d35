"""``spamsms triage``: find out what complaints are about, and write a report."""

from __future__ import annotations

import argparse
import os
from typing import Any

from spamsms.commands import BAD_ROWS, DONE
from spamsms.commands.console import percent, standard_error, standard_output
from spamsms.commands.model_option import add_model_option, load
from spamsms.commands.parsing import as_typed, epilog
from spamsms.commands.steps import Steps
from spamsms.errors import InputError

# As many problems are printed; problems.csv has all.
MOST_PRINTED = 20

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
    parser.add_argument("-o", "--out", metavar="DIR", required=True, help="folder to write to")
    parser.add_argument(
        "--previous",
        metavar="DIR",
        nargs="+",
        help="folders that earlier runs wrote: campaigns that are in none of them are marked as new",
    )
    parser.add_argument(
        "--unmask", action="store_true", help="leave personal data in what is written (default: masked)"
    )
    add_column_options(parser)
    add_model_option(parser)
    parser.set_defaults(run=run)


def add_column_options(parser: argparse.ArgumentParser) -> None:
    """Add what says which columns hold what, and the encoding."""
    reading = parser.add_argument_group("reading the file (by default, columns are found by their names)")
    for option, name, what in (
        ("--column", "text", "the messages"),
        ("--time-column", "reported_at", "when they were reported"),
        ("--sender-column", "sender", "the sending numbers"),
        ("--receiver-column", "receiver", "the receivers or their hashes"),
    ):
        reading.add_argument(
            option, metavar="NAME", dest=f"{name}_column", type=as_typed, help=f"column that holds {what}"
        )
    reading.add_argument("--encoding", help="default: UTF-8 or else GB18030, by what the file holds")


def chosen_columns(args: argparse.Namespace) -> dict[str, str]:
    """Return the columns that options name."""
    names = ("text", "reported_at", "sender", "receiver")
    given = {name: getattr(args, f"{name}_column") for name in names}
    return {name: column for name, column in given.items() if column is not None}


def run(args: argparse.Namespace) -> int:
    """Triage, write, print the counts, return the exit code."""
    from spamsms.governance.exports import file_names
    from spamsms.governance.triage import STEPS, triage

    refuse_overwriting(args.file, args.out, file_names())
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


def refuse_overwriting(path: str, out: str, names: list[str]) -> None:
    """Stop before a file that is read would be written to.

    Raises
    ------
    InputError
        If it would.
    """
    if any(os.path.realpath(path) == os.path.realpath(os.path.join(out, name)) for name in names):
        raise InputError(f"{as_typed(path)} would be overwritten; name another folder for -o")


def say_problems(name: str, problems: list[dict[str, Any]]) -> None:
    """Report rows with problems on standard error, the first of many."""
    error = standard_error()
    for row in problems[:MOST_PRINTED]:
        error.write_line(f"{name}:{row['line']}: {row['reason']}")
    if len(problems) > MOST_PRINTED:
        error.write_line(f"… and {len(problems) - MOST_PRINTED:,} more, all in problems.csv")


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
