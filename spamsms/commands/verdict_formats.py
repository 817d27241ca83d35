"""How verdicts are written: a line to read, csv or JSON lines."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from spamsms.commands.console import (
    GREEN,
    RED,
    YELLOW,
    display_width,
    paint,
    percent,
    printable,
    shorten,
)
from spamsms.verdict import Evidence, Override, Verdict

FORMATS = ("text", "csv", "jsonl")
ACTION_COLOURS = {"block": RED, "review": YELLOW, "pass": GREEN}
# However narrow the terminal, this much of a message is shown.
LEAST_WIDTH = 8


@dataclasses.dataclass(frozen=True)
class VerdictFormat:
    """What comes before all verdicts, and the text of each."""

    header: str
    line: Callable[[Verdict], str]


def verdict_format(
    name: str, n_evidence: int = 0, width: int | None = None, coloured: bool = False
) -> VerdictFormat:
    """Return a format by name.

    Parameters
    ----------
    name : {"text", "csv", "jsonl"}
    n_evidence : int, default=0
        Words of evidence to write; none are worked out at 0.
    width : int, optional
        Columns that a line of text may take; None does not shorten it.
    coloured : bool, default=False
    """
    if name == "text":
        return VerdictFormat("", partial(_readable, n_evidence=n_evidence, width=width, coloured=coloured))
    if name == "jsonl":
        return VerdictFormat("", partial(_json_line, n_evidence=n_evidence))
    header = _csv_line([field.name for field in dataclasses.fields(Verdict)])
    return VerdictFormat(header, partial(_csv_row, n_evidence=n_evidence))


def _json_line(verdict: Verdict, n_evidence: int) -> str:
    return _json(_plain(verdict, n_evidence)) + "\n"


def _csv_row(verdict: Verdict, n_evidence: int) -> str:
    return _csv_line(list(_plain(verdict, n_evidence).values()))


def _plain(verdict: Verdict, n_evidence: int) -> dict[str, Any]:
    plain = verdict.to_dict(evidence=n_evidence > 0)
    if n_evidence:
        plain["evidence"] = plain["evidence"][:n_evidence]
    return plain


# Made once: json.dumps makes one each time.
_json = json.JSONEncoder(ensure_ascii=False).encode


def _csv_line(values: list[Any]) -> str:
    return ",".join(map(_csv_field, values)) + "\n"


def _csv_field(value: Any) -> str:
    """Return a field, quoted where any reader of csv might need it."""
    if value is None:
        return ""
    field = value if isinstance(value, str) else _json(value)
    if field.isidentifier() or not isinstance(value, (str, list, dict)):
        return field
    return '"' + field.replace('"', '""') + '"'


def _readable(verdict: Verdict, n_evidence: int, width: int | None, coloured: bool) -> str:
    start = f"{verdict.action:<6} {percent(verdict.probability):>6}  "
    text = printable(verdict.text)
    if width is not None:
        text = shorten(text, max(width - len(start), LEAST_WIDTH))
    colour = ACTION_COLOURS.get(verdict.action) if coloured else None
    line = paint(start.rstrip(), colour) + "  " + text + "\n"
    if verdict.override is not None:
        line += _override_line(verdict.override, width)
    if n_evidence:
        line += _evidence_line(list(verdict.evidence[:n_evidence]), width, coloured)
    return line


def _override_line(override: Override, width: int | None) -> str:
    said = (
        f"  rule {override.rule}: {override.action} ({override.reason}); the model: {override.model_action}"
    )
    said = printable(said)
    return (said if width is None else shorten(said, max(width, LEAST_WIDTH))) + "\n"


def _evidence_line(evidence: list[Evidence], width: int | None, coloured: bool) -> str:
    """Return the words and what they add, as many as the line has room for."""
    line, used = "", 0
    for item in evidence:
        word = f"  {item.contribution:+.2f} {shorten(printable(item.text), 20)}"
        used += display_width(word)
        if line and width is not None and used > width:
            break
        line += paint(word, contribution_colour(item.contribution) if coloured else None)
    return line and line + "\n"


def contribution_colour(contribution: float) -> str:
    """Return the colour of what speaks for spam, or of what speaks against."""
    return RED if contribution > 0 else GREEN
