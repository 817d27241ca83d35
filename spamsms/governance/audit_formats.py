"""How audits are written: lines to read, csv or JSON lines."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from spamsms.governance.audit import NEEDS_RECORDS, Audit, Finding
from spamsms.governance.exports import cell

COLUMNS = (
    *("line", "category", "probability", "outcome", "severity", "id", "start", "end", "found", "detail"),
    *("rule", "rule_zh", "source", "url", "in_force_from", "in_force_to", "verified", "suggestion"),
)
_MARKS = {"error": "ERROR", "warning": "warning", "info": "info"}


def header(name: str) -> str:
    """Return what stands before all audits of a format."""
    return _csv_line(list(COLUMNS)) if name == "csv" else ""


def written(audit: Audit, line: int | None, name: str, language: str = "en") -> str:
    """Return an audit as text that ends in a line break.

    Parameters
    ----------
    audit : Audit
    line : int or None
        Where the message stands in its file.
    name : {"text", "csv", "jsonl"}
    language : {"en", "zh"}, default="en"
        Of the rules in text.
    """
    if name == "jsonl":
        return json.dumps({"line": line, **audit.to_dict()}, ensure_ascii=False) + "\n"
    if name == "csv":
        return "".join(_csv_line(_row(audit, line, finding)) for finding in audit.findings)
    return _readable(audit, line, language)


def _row(audit: Audit, line: int | None, finding: Finding) -> list[Any]:
    values: dict[str, Any] = {
        **vars(finding),
        "line": line,
        "category": audit.category,
        "probability": round(audit.probability, 6),
        "found": audit.text[finding.start : finding.end],
    }
    shown = {name: cell(value) if isinstance(value, str) else value for name, value in values.items()}
    return ["" if shown[name] is None else shown[name] for name in COLUMNS]


def _csv_line(values: list[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(values)
    return buffer.getvalue()


def _readable(audit: Audit, line: int | None, language: str) -> str:
    where = "" if line is None else f"{line}: "
    broken = [item for item in audit.findings if item.outcome != NEEDS_RECORDS]
    state = "no breach found" if not broken else f"{len(broken)} finding{'s' * (len(broken) != 1)}"
    lines = [f"{where}{audit.category} (marketing {audit.probability:.1%}): {state}", f"  {audit.text}"]
    for item in broken:
        place = f"[{item.start}:{item.end}]"
        found = audit.text[item.start : item.end]
        said = f" {found!r}" if item.end - item.start < len(audit.text) and found else ""
        lines.append(f"  {_MARKS[item.severity]} {item.id} {place}{said}{_bracketed(item.detail)}")
        lines.append(f"    {_rule(item, language)}")
        if item.suggestion is not None:
            lines.append(
                f"    suggested: {item.suggestion!r}" if item.suggestion else "    suggested: leave it out"
            )
    if audit.needs_records:
        ids = ", ".join(dict.fromkeys(item.id for item in audit.needs_records))
        lines.append(f"  needs records, the text cannot show it: {ids}")
    return "\n".join(map(_one_line, lines)) + "\n"


def _rule(item: Finding, language: str) -> str:
    rule = item.rule_zh if language == "zh" and item.rule_zh else item.rule or item.rule_zh
    dates = [f"from {item.in_force_from}"] * bool(item.in_force_from) + [f"to {item.in_force_to}"] * bool(
        item.in_force_to
    )
    about = [item.source] * bool(item.source) + dates + ["unverified"] * (not item.verified)
    return f"{rule} ({', '.join(about)})" if about else rule


def _bracketed(detail: str) -> str:
    return f" ({detail})" if detail else ""


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())
