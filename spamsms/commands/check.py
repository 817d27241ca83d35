"""``spamsms check``: score messages given as arguments or in a file."""

from __future__ import annotations

import argparse
import io
import os
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from spamsms.commands import BAD_ROWS, DONE
from spamsms.commands.console import Utf8Output, encode_utf8, standard_error, standard_output
from spamsms.commands.model_option import add_model_option, load
from spamsms.commands.parsing import add_jobs_option, as_typed, epilog, whole_number
from spamsms.commands.progress import Progress
from spamsms.commands.verdict_formats import FORMATS, VerdictFormat, verdict_format
from spamsms.errors import InputError
from spamsms.message_files import FORMATS as INPUT_FORMATS
from spamsms.message_files import Message, RowError, format_by_ending, read_messages
from spamsms.text_lines import ByteSource
from spamsms.verdict import ACTIONS

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier
    from spamsms.governance.overrides import Rules
    from spamsms.verdict import Verdict

# So many rows, or characters, are held and scored at a time.
CHUNK_ROWS = 4096
CHUNK_CHARACTERS = 1 << 20
DEFAULT_EVIDENCE = 5
STANDARD = "-"
# Texts and their sending numbers.
Batch = tuple[list[str], "list[str] | None"]

DESCRIPTION = """\
Say of each message whether to block it, review it or let it pass.

Messages come from the command line or from a file:
  txt      one message a line
  csv      with a header; fields may be quoted and hold line breaks
  tsv      with a header; split on tabs, quotes mean nothing
  jsonl    one object a line
  parquet  needs pyarrow (spamsms[arrow])
Text files may be in UTF-8 or GB18030 (GBK) and larger than memory. A row that cannot
be used is reported on standard error as file:line: reason; the others are scored.
Output has one verdict a message, in the order of the input; jsonl and csv name
its fields as the library does. Both are in UTF-8. Rules (docs/rules.md) decide in the
model's place, and the verdict names the rule that did."""

EXAMPLES = """\
  spamsms check "【优选商城】会员日满300减50，退订回T" "妈，我晚上回家吃饭"
  spamsms check -f inbox.csv --column content --output verdicts.csv
  spamsms check -f inbox.jsonl --evidence 3 --output verdicts.jsonl
  spamsms check -f inbox.csv --rules rules.toml --sender-column sender --output verdicts.csv
  cat inbox.txt | spamsms check -f - --format jsonl | head
  spamsms check -- "-50% 全场折扣"      (a message that starts with a dash)"""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "check", help="score messages", description=DESCRIPTION, epilog=epilog(EXAMPLES)
    )
    parser.add_argument("texts", metavar="TEXT", nargs="*", type=as_typed, help="a message")
    reading = parser.add_argument_group("reading a file")
    reading.add_argument("-f", "--file", help="file of messages; - is standard input")
    add_input_options(reading)
    ruling = parser.add_argument_group("rules of your own")
    ruling.add_argument(
        "--rules", metavar="FILE", help="toml, csv, tsv or jsonl of rules that come before the model"
    )
    ruling.add_argument("--sender", metavar="NUMBER", type=as_typed, help="sending number of TEXT")
    ruling.add_argument(
        "--sender-column", metavar="NAME", type=as_typed, help="column or JSON key of the sending number"
    )
    writing = parser.add_argument_group("writing")
    writing.add_argument(
        "--output", metavar="FILE", help="default: standard output. A file is replaced only once all is done"
    )
    writing.add_argument(
        "--format",
        choices=FORMATS,
        help="default: by the ending of --output (.txt, .csv, .jsonl); without it text on a terminal "
        "and for TEXT, jsonl when a file's verdicts go to a pipe",
    )
    writing.add_argument(
        "--evidence",
        metavar="N",
        nargs="?",
        type=whole_number,
        const=DEFAULT_EVIDENCE,
        default=0,
        help=f"add the N strongest words of each message (default: none; {DEFAULT_EVIDENCE} without N)",
    )
    add_jobs_option(parser, "processes to score a file with")
    add_model_option(parser)
    parser.set_defaults(run=run)


def add_input_options(parser: argparse._ActionsContainer) -> None:
    """Add what says how a file of messages is read."""
    parser.add_argument(
        "--input-format",
        choices=INPUT_FORMATS,
        help="default: by the file's ending; txt for standard input",
    )
    parser.add_argument(
        "--column",
        type=as_typed,
        help="column or JSON key that holds the messages (default: text, or the only one)",
    )
    parser.add_argument("--encoding", help="default: UTF-8 or else GB18030, by what the file holds")


def run(args: argparse.Namespace) -> int:
    """Score the messages and return the exit code."""
    _check_usage(args)
    to_file = args.output not in (None, STANDARD)
    terminal = None if to_file else standard_output()
    width = terminal.width if terminal else None
    coloured = terminal is not None and terminal.coloured
    written_as = verdict_format(choose_format(args, terminal), args.evidence, width, coloured)
    if args.file is None:
        rules, model = _read_rules(args.rules), load(args.model)
        senders = None if args.sender is None else [args.sender] * len(args.texts)
        with open_output(args.output, terminal) as write:
            write(written_as.header + _score(model, rules, written_as, (args.texts, senders))[0])
        return DONE
    with open_input(args.file) as stream:
        if to_file:
            _refuse_same_file(stream, args.output)
        return _check_file(args, stream, terminal, written_as)


def _check_usage(args: argparse.Namespace) -> None:
    if bool(args.texts) == (args.file is not None):
        raise InputError("give either messages or -f FILE (spamsms check --help says more)")
    if args.file is None and (args.input_format or args.column is not None or args.encoding):
        raise InputError("--input-format, --column and --encoding go with -f FILE")
    if args.rules is None and (args.sender is not None or args.sender_column is not None):
        raise InputError(
            "--sender and --sender-column go with --rules FILE; the model does not look at senders"
        )
    if args.file is None and args.sender_column is not None:
        raise InputError("--sender-column goes with -f FILE; for TEXT give --sender NUMBER")
    if args.file is not None and args.sender is not None:
        raise InputError("--sender goes with TEXT; for a file give --sender-column NAME")


def _read_rules(path: str | None) -> Rules | None:
    if path is None:
        return None
    from spamsms.governance.overrides import Rules

    return Rules.read(path)


def choose_format(args: argparse.Namespace, terminal: Utf8Output | None) -> str:
    """Return the output format.

    Raises
    ------
    InputError
        If the output's name tells none.
    """
    if args.format:
        return str(args.format)
    if terminal is not None:
        return "text" if args.texts or terminal.isatty() else "jsonl"
    try:
        ending = format_by_ending(args.output, ("txt", "csv", "jsonl"))
    except InputError as error:
        raise InputError(f"{error}; say --format {'|'.join(FORMATS)}") from None
    return "text" if ending == "txt" else ending


def _check_file(
    args: argparse.Namespace, stream: BinaryIO, terminal: Utf8Output | None, written_as: VerdictFormat
) -> int:
    name = "<stdin>" if args.file == STANDARD else as_typed(args.file)
    input_format = choose_input_format(args.file, args.input_format)
    if input_format == "txt" and args.column is not None:
        raise InputError("--column goes with csv, tsv and jsonl; a txt has no columns")
    from spamsms.parallel import map_parts

    if input_format == "txt" and args.sender_column is not None:
        raise InputError("--sender-column goes with csv, tsv, jsonl and parquet; a txt has no columns")
    rules, model = _read_rules(args.rules), load(args.model)
    shown = standard_error().isatty() and not (terminal is not None and terminal.isatty())
    with Progress(_size(stream), shown) as progress:
        messages = read_messages(
            ByteSource(stream, name, args.encoding, progress.advance),
            input_format,
            args.column,
            args.sender_column,
        )
        if messages.column is not None and args.column is None and messages.column != "text":
            progress.say(f"spamsms: {name}: reading the only column, {messages.column!r}")
        tally: Counter[str] = Counter()
        with open_output(args.output, terminal) as write:
            write(written_as.header)
            chunks = _chunks(messages.rows, name, progress, tally)
            for written, actions in map_parts(partial(_score, model, rules, written_as), chunks, args.jobs):
                write(written)
                tally += actions
    standard_error().write_line(_summary(name, tally))
    return BAD_ROWS if tally["bad"] else DONE


def choose_input_format(path: str, given: str | None) -> str:
    """Return the input format.

    Raises
    ------
    InputError
        If the file's name tells none.
    """
    if given:
        return given
    if path == STANDARD:
        return "txt"
    try:
        return format_by_ending(path)
    except InputError as error:
        raise InputError(f"{error}; say --input-format {'|'.join(INPUT_FORMATS)}") from None


def _chunks(
    rows: Iterator[Message | RowError], name: str, progress: Progress, tally: Counter[str]
) -> Iterator[Batch]:
    """Yield the good rows and their senders, some thousand at a time, and report the bad ones."""
    texts: list[str] = []
    senders: list[str] = []
    size = 0
    for row in rows:
        if isinstance(row, RowError):
            tally["bad"] += 1
            progress.say(f"{name}:{row.line}: {row.reason}")
            continue
        texts.append(row.text)
        senders.append(row.sender)
        size += len(row.text)
        if len(texts) == CHUNK_ROWS or size > CHUNK_CHARACTERS:
            yield texts, senders
            texts, senders, size = [], [], 0
    if texts:
        yield texts, senders


def _score(
    model: SpamClassifier, rules: Rules | None, written_as: VerdictFormat, batch: Batch
) -> tuple[str, Counter[str]]:
    """Return the lines of verdicts, and how often each action, and rules, stand in them."""
    texts, senders = batch
    if rules is None:
        verdicts = cast("list[Verdict]", model.classify_many(texts))
    else:
        verdicts = rules.classify_many(model, texts, senders)
    tally = Counter(verdict.action for verdict in verdicts)
    tally["by a rule"] = sum(verdict.override is not None for verdict in verdicts)
    return "".join(map(written_as.line, verdicts)), tally


def _summary(name: str, tally: Counter[str]) -> str:
    n_scored = sum(tally[action] for action in ACTIONS)
    found = f"spamsms: {name}: {n_scored + tally['bad']:,} rows, {n_scored:,} scored"
    if n_scored:
        found += f" (block {tally['block']:,}, review {tally['review']:,}, pass {tally['pass']:,})"
    found += f", {tally['by a rule']:,} by a rule" * bool(tally["by a rule"])
    return found + f", {tally['bad']:,} bad" * bool(tally["bad"])


@contextmanager
def open_input(path: str) -> Iterator[BinaryIO]:
    """Open a file, or standard input for ``-``."""
    if path != STANDARD:
        with open(path, "rb") as stream:
            yield stream
    elif sys.stdin is None:
        raise InputError("standard input is closed")
    else:
        yield sys.stdin.buffer


@contextmanager
def open_output(path: str | None, terminal: Utf8Output | None) -> Iterator[Callable[[str], object]]:
    """Yield what writes text to standard output, or to a file that is replaced at the end."""
    if terminal is not None or path is None:
        yield (terminal or standard_output()).write
        return
    from spamsms.atomic_file import open_atomically

    with open_atomically(path) as file:
        yield lambda text: file.write(encode_utf8(text))


def _refuse_same_file(stream: BinaryIO, output: str) -> None:
    try:
        same = os.path.samestat(os.fstat(stream.fileno()), os.stat(output))
    except (FileNotFoundError, io.UnsupportedOperation):
        return
    if same and stat.S_ISREG(os.stat(output).st_mode):
        raise InputError(f"{as_typed(output)} is the file that is read; name another --output")


def _size(stream: BinaryIO) -> int | None:
    """Return the bytes of a regular file."""
    try:
        found = os.fstat(stream.fileno())
    except io.UnsupportedOperation:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None
