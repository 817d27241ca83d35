"""``spamsms explain``: say which words of a message speak for spam and which against."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from spamsms.commands import DONE
from spamsms.commands.console import (
    Utf8Output,
    display_width,
    pad,
    paint,
    percent,
    printable,
    shorten,
    shown,
    standard_output,
)
from spamsms.commands.model_option import add_model_option, load
from spamsms.commands.parsing import as_typed, epilog, whole_number
from spamsms.commands.verdict_formats import ACTION_COLOURS, contribution_colour

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier
    from spamsms.verdict import Evidence, Verdict

DEFAULT_TOP = 8
WIDTH_WITHOUT_TERMINAL = 80
LONGEST_BAR = 30
LONGEST_WORD = 24

DESCRIPTION = """\
Say why a message is blocked, reviewed or let pass: its strongest words, what
each adds to the log-odds of spam, and how they add up to the probability.

Words for spam are red, or [+so+] without colour; words against are green, or
[-so-]. NO_COLOR=1 turns colour off."""

EXAMPLES = """\
  spamsms explain "【优选商城】会员日满300减50，退订回T"
  spamsms explain --top 20 --model ./my-model "您的快递已到驿站，凭取件码领取\""""


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "explain", help="say why a message is scored so", description=DESCRIPTION, epilog=epilog(EXAMPLES)
    )
    parser.add_argument("text", metavar="TEXT", type=as_typed, help="a message")
    parser.add_argument(
        "--top",
        metavar="N",
        type=whole_number,
        default=DEFAULT_TOP,
        help=f"words to show (default: {DEFAULT_TOP})",
    )
    add_model_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the account and return the exit code."""
    model = load(args.model)
    output = standard_output()
    output.write(_account(model, model.classify(args.text), args.top, output))
    return DONE


def _account(model: SpamClassifier, verdict: Verdict, top: int, output: Utf8Output) -> str:
    coloured = output.coloured
    evidence = list(verdict.evidence)
    strongest, others = evidence[:top], evidence[top:]
    action = paint(verdict.action, ACTION_COLOURS.get(verdict.action) if coloured else None)
    lines = [
        f"{action}  {percent(verdict.probability)} spam",
        f"blocked from {percent(verdict.threshold)} on, reviewed from {percent(model.review_threshold)} on",
        f"model {printable(verdict.model)}  ({verdict.model_hash})",
        *_kind_lines(verdict),
        "",
        marked(verdict.text, strongest, coloured),
        "",
    ]
    rows = [(printable(item.text), item.contribution) for item in strongest]
    if others:
        rows.append((f"({len(others)} more)", sum(item.contribution for item in others)))
    rows.append(("(intercept)", model.intercept_))
    lines += _table(rows, verdict.log_odds, output.width or WIDTH_WITHOUT_TERMINAL, coloured)
    lines += ["", f"log-odds {verdict.log_odds:+.2f} = probability {verdict.probability:.6g}"]
    return "\n".join(lines) + "\n"


def _kind_lines(verdict: Verdict) -> list[str]:
    """Say what kind of message it is and how much of it is disguise, where that is known."""
    from spamsms.kinds import KINDS

    lines = []
    if verdict.kind is not None and verdict.kind_probability is not None:
        meaning = KINDS.get(verdict.kind, "")
        lines.append(f"kind {verdict.kind} ({meaning}), {percent(verdict.kind_probability)}")
    if verdict.obfuscation:
        lines.append(f"disguised characters {percent(verdict.obfuscation)}")
    return lines


def marked(text: str, evidence: Sequence[Evidence], coloured: bool) -> str:
    """Return a message on one line, its evidence coloured, or in brackets with a sign."""
    owner: list[Evidence | None] = [None] * len(text)
    for item in reversed(evidence):
        owner[item.start : item.end] = [item] * (item.end - item.start)
    parts = []
    for _, places in groupby(range(len(text)), key=lambda place: id(owner[place])):
        span = list(places)
        part = "".join(shown(text[place]) for place in span)
        holder = owner[span[0]]
        if holder is None:
            parts.append(part)
        elif coloured:
            parts.append(paint(part, contribution_colour(holder.contribution)))
        else:
            sign = "+" if holder.contribution > 0 else "-"
            parts.append(f"[{sign}{part}{sign}]")
    return "".join(parts)


def _table(rows: Sequence[tuple[str, float]], log_odds: float, width: int, coloured: bool) -> list[str]:
    """Return a line for each row: what it is, what it adds, and a bar as long as that."""
    longest = max(display_width(name) for name, _ in rows)
    column = max(min(longest, LONGEST_WORD, width - 12), len("sum"))
    room = max(min(width - column - 12, LONGEST_BAR), 0)
    largest = max(abs(value) for _, value in rows) or 1.0
    lines = []
    for name, value in rows:
        bar = ("+" if value > 0 else "-") * round(room * abs(value) / largest)
        painted = paint(bar, contribution_colour(value) if coloured else None)
        lines.append(f"  {pad(shorten(name, column), column)} {value:+7.2f}  {painted}".rstrip())
    lines.append("  " + "-" * (column + 8))
    lines.append(f"  {pad('sum', column)} {log_odds:+7.2f}")
    return lines
