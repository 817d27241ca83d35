"""``spamsms audit``: hold messages against rules before they are sent."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from spamsms.commands import BAD_ROWS, DONE
from spamsms.commands.check import STANDARD, choose_format, open_output
from spamsms.commands.complaint_options import add_column_options, chosen_columns
from spamsms.commands.console import printable, standard_error, standard_output
from spamsms.commands.model_option import add_model_option, load
from spamsms.commands.parsing import as_typed, epilog, refuse_same_file
from spamsms.commands.progress import Progress
from spamsms.errors import InputError

if TYPE_CHECKING:
    from spamsms.governance.audit import Audit

FORBIDDEN = 4

DESCRIPTION = """\
Hold messages against rules before they are sent: the law in force and what platforms
ask of templates, or rules of your own. Each finding names the rule, its source and
since when it is in force. What a text cannot show, such as consent, is listed as
"needs records" and never as kept. This is no legal advice.

FILE is csv, tsv, jsonl, Parquet or txt. Columns are found by their names, Chinese ones
too: the message; and where there are, the sending number and the time of sending."""

EXAMPLES = """\
  spamsms audit -t "【优选商城】会员日全场满300减50，速来抢购"
  spamsms audit templates.csv --category marketing --output findings.csv
  spamsms audit tonight.jsonl --profile house-rules.toml --fail-on error"""
MORE_CODES = f"\n  {FORBIDDEN}    done, and --fail-on found what it names"


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "audit",
        help="hold messages against rules before sending",
        description=DESCRIPTION,
        epilog=epilog(EXAMPLES) + MORE_CODES,
    )
    parser.add_argument("file", metavar="FILE", nargs="?", help="messages that are about to be sent")
    parser.add_argument(
        "-t",
        "--text",
        dest="texts",
        metavar="TEXT",
        action="append",
        type=as_typed,
        default=[],
        help="a message",
    )
    parser.add_argument(
        "--profile", metavar="NAME_OR_FILE", default="cn", help="cn, cn-drafts, or a TOML file (default: cn)"
    )
    parser.add_argument(
        "--category",
        choices=("marketing", "notice", "code"),
        help="what the messages are meant to be (default: as the model and the text have it)",
    )
    parser.add_argument("--sender", type=as_typed, help="sending number of messages that name none")
    parser.add_argument("--time", help="time of sending of messages that name none: 2025-11-11 08:30")
    add_column_options(parser)
    writing = parser.add_argument_group("writing")
    writing.add_argument("--output", metavar="FILE", help="default: standard output")
    writing.add_argument(
        "--format",
        choices=("text", "csv", "jsonl"),
        help="default: by the ending of --output; without it text on a terminal and for -t, else jsonl. "
        "csv has a row a finding, jsonl an object a message",
    )
    writing.add_argument("--language", choices=("en", "zh"), default="en", help="of the rules in text")
    writing.add_argument("--fail-on", choices=("error", "warning"), help="exit with 4 where one is found")
    add_model_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Audit, write, print the counts, return the exit code."""
    from spamsms.governance.audit_formats import header
    from spamsms.governance.audit_profile import load_profile
    from spamsms.governance.dates import parse_time

    if bool(args.texts) == (args.file is not None):
        raise InputError("give either FILE or -t TEXT (spamsms audit --help says more)")
    to_file = args.output not in (None, STANDARD)
    if to_file and args.file:
        refuse_same_file([args.output], [args.file], "another --output")
    args.profile = load_profile(args.profile)
    try:
        args.time = parse_time(args.time)
    except ValueError as error:
        raise InputError(f"--time: {error}") from error
    terminal = None if to_file else standard_output()
    name = choose_format(args, terminal)
    tally: Counter[str] = Counter()
    with open_output(args.output, terminal) as write:
        write(header(name))
        _audit_all(args, name, write, tally)
    if args.file:
        standard_error().write_line(_summary(as_typed(args.file), tally))
    if args.fail_on and (tally["error"] or (args.fail_on == "warning" and tally["warning"])):
        return FORBIDDEN
    return BAD_ROWS if tally["bad"] else DONE


def _audit_all(
    args: argparse.Namespace, name: str, write: Callable[[str], object], tally: Counter[str]
) -> None:
    from spamsms.governance.audit_formats import written

    with Progress(None, args.file is not None and standard_error().isatty(), " rows") as progress:
        for lines, audits in _parts(args, progress, tally):
            tally.update(_gravest(audit) for audit in audits)
            tally["rows"] += len(audits)
            for line, audit in zip(lines, audits, strict=True):
                write(_shown(written(audit, line, name, args.language), name))
            progress.advance(len(audits))


def _shown(text: str, name: str) -> str:
    """Return text without control characters, where it is meant for eyes."""
    return "\n".join(map(printable, text.split("\n"))) if name == "text" else text


def _parts(
    args: argparse.Namespace, progress: Progress, tally: Counter[str]
) -> Iterator[tuple[list[int | None], list[Audit]]]:
    from spamsms.governance.audit import audit_many
    from spamsms.governance.complaints import stream_complaints

    options: dict[str, Any] = {"category": args.category, "model": load(args.model)}
    if args.texts:
        size = len(args.texts)
        yield (
            [None] * size,
            audit_many(args.texts, [args.sender] * size, [args.time] * size, args.profile, **options),
        )
        return
    for part in stream_complaints(args.file, chosen_columns(args), args.encoding, 4096):
        for problem in part.problems:
            tally["bad"] += not problem.used
            progress.say(f"{as_typed(args.file)}:{problem.line}: {problem.reason}")
        senders = [sender or args.sender for sender in part.senders]
        times = [time or args.time for time in part.times]
        yield list(part.lines), audit_many(part.texts, senders, times, args.profile, **options)


def _gravest(audit: Audit) -> str:
    broken = {item.severity for item in audit.findings if item.outcome == "broken"}
    return next((severity for severity in ("error", "warning", "info") if severity in broken), "clean")


def _summary(name: str, tally: Counter[str]) -> str:
    found = f"spamsms: {name}: {tally['rows']:,} messages: {tally['error']:,} with errors, "
    found += f"{tally['warning']:,} with warnings, {tally['info']:,} with remarks, {tally['clean']:,} without"
    return found + f"; {tally['bad']:,} rows not usable" * bool(tally["bad"])
