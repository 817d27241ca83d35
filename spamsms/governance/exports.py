"""Write what triage found: one HTML report, tables for spreadsheets, campaigns for the next run.

Tables are csv in UTF-8 with a byte order mark, as spreadsheets expect. A cell
that a spreadsheet would take for a formula has an apostrophe before it.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spamsms.atomic_file import open_atomically
from spamsms.errors import InputError
from spamsms.governance.previous import CAMPAIGNS_FILE, encode_sketch
from spamsms.governance.sketches import SKETCH_VERSION
from spamsms.governance.table_columns import COLUMNS, PORT_COLUMNS
from spamsms.governance.tallies import MOST_VALUES, ranked

if TYPE_CHECKING:
    from spamsms.governance.ports import PortRanking
    from spamsms.governance.triage import TriageResult

REPORT_FILE = "report.html"
PORTS_REPORT_FILE, PORTS_FILE = "ports.html", "ports.jsonl"
SUMMARY_FILE = "summary.json"
TABLES = ("complaints", "clues", "sectors", "timeline", "senders", "signatures", "problems")
# A cell that starts with one of these is a formula to a spreadsheet (OWASP: CSV Injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_ROWS_A_PART = 4096


def file_names() -> list[str]:
    """Return the names of the files that a triage writes."""
    return [REPORT_FILE, CAMPAIGNS_FILE, SUMMARY_FILE, *(f"{name}.csv" for name in TABLES)]


def write_result(result: TriageResult, folder: str | os.PathLike[str]) -> list[str]:
    """Write the report and the tables.

    Parameters
    ----------
    result : TriageResult
    folder : path
        Made where needed; files of an earlier run in it are replaced, each at once.

    Returns
    -------
    list of str
        The paths written.

    Raises
    ------
    InputError
        If `folder` is a file.
    OSError
        If a file cannot be written.
    """
    from spamsms.governance.report import render_report

    contents: dict[str, Iterable[str]] = {
        **{f"{name}.csv": table_lines(result.tables[name], COLUMNS[name]) for name in TABLES},
        CAMPAIGNS_FILE: _campaign_lines(result),
        SUMMARY_FILE: [_as_json(result.summary)],
        REPORT_FILE: [render_report(result)],
    }
    return _write_all(contents, folder)


def port_file_names() -> list[str]:
    """Return the names of the files that a ranking of ports writes."""
    return [PORTS_REPORT_FILE, "ports.csv", PORTS_FILE, "problems.csv", SUMMARY_FILE]


def write_ports(ranking: PortRanking, folder: str | os.PathLike[str]) -> list[str]:
    """Write a ranking of ports; see :func:`write_result`."""
    from spamsms.governance.ports_report import render_ports

    rows = ranking.rows
    contents: dict[str, Iterable[str]] = {
        "ports.csv": table_lines(rows, PORT_COLUMNS),
        PORTS_FILE: (json.dumps(row, ensure_ascii=False, default=_plain) + "\n" for row in rows),
        "problems.csv": table_lines(ranking.problems, COLUMNS["problems"]),
        SUMMARY_FILE: [_as_json(ranking.summary)],
        PORTS_REPORT_FILE: [render_ports(ranking)],
    }
    return _write_all(contents, folder)


def _as_json(summary: dict[str, Any]) -> str:
    return json.dumps(summary, ensure_ascii=False, indent=1, default=_plain) + "\n"


def _write_all(contents: dict[str, Iterable[str]], folder: str | os.PathLike[str]) -> list[str]:
    out = Path(folder)
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; name a folder for what is written")
    out.mkdir(parents=True, exist_ok=True)
    for name, lines in contents.items():
        with open_atomically(out / name) as file:
            for line in lines:
                file.write(line.encode("utf-8", "replace"))
    return [str(out / name) for name in contents]


def table_lines(rows: list[dict[str, Any]], header: Sequence[str]) -> Iterator[str]:
    """Yield a table as csv, a few thousand rows at a time."""
    yield "\ufeff"
    for start in range(0, max(len(rows), 1), _ROWS_A_PART):
        part = io.StringIO()
        writer = csv.writer(part, lineterminator="\r\n")
        if start == 0:
            writer.writerow(header)
        for row in rows[start : start + _ROWS_A_PART]:
            writer.writerow(map(cell, row.values()))
        yield part.getvalue()


def cell(value: Any) -> Any:
    """Return a value as a spreadsheet may safely show it."""
    if isinstance(value, str):
        return "'" + value if value.startswith(_FORMULA_STARTS) else value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return round(value, 5)
    return _plain(value) if isinstance(value, date) else value


def _campaign_lines(result: TriageResult) -> Iterator[str]:
    found = result.found
    for row, clues, sketch, runs in zip(
        result.tables["campaigns"],
        result.clues_by_campaign,
        found.sketches,
        found.runs.tolist(),
        strict=True,
    ):
        listed = {
            kind: [{"value": value, "complaints": count} for value, count in ranked(counts)[:MOST_VALUES]]
            for kind, counts in sorted(clues.items())
        }
        entry = {
            **row,
            "clues": listed,
            "sketch_version": SKETCH_VERSION,
            "sketch": encode_sketch(sketch),
            "runs": runs,
        }
        yield json.dumps(entry, ensure_ascii=False, default=_plain) + "\n"


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else str(value)
