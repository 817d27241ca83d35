"""Rows of csv and tsv files, each with the line it starts at, bad ones among them."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from spamsms.errors import DatasetError
from spamsms.text_lines import Line

# A quote that is never closed would otherwise take the rest of the file into one row.
LONGEST_ROW = 1 << 20


@dataclass(frozen=True)
class RowError:
    """A row that cannot be used, the line it starts at, and why.

    Attributes
    ----------
    line : int
    reason : str
    blank : bool
        Whether it is a blank line.
    used : bool
        Whether it is a remark only, and costs no row.
    """

    line: int
    reason: str
    blank: bool = False
    used: bool = False


@dataclass(frozen=True)
class Row:
    """The fields of a row and the line it starts at, counted from 1."""

    line: int
    fields: list[str]


def open_table(
    lines: Iterator[Line], file_format: str, name: str
) -> tuple[list[str], Iterator[Row | RowError]]:
    """Return the header and the rows under it, each as long as the header or a RowError."""
    rows = _csv_rows(lines) if file_format == "csv" else _tsv_rows(lines)
    first = next(rows, None)
    if first is None:
        raise DatasetError(f"{name}: the file is empty; a {file_format} starts with a header")
    if isinstance(first, RowError):
        raise DatasetError(f"{name}:{first.line}: the header cannot be read: {first.reason}")
    header = [field.strip() for field in first.fields]
    if not any(header):
        raise DatasetError(f"{name}:{first.line}: the header is blank; a {file_format} starts with one")
    return header, without_last_blanks(_check_rows(rows, header))


def _check_rows(rows: Iterator[Row | RowError], header: list[str]) -> Iterator[Row | RowError]:
    width = len(header)
    for row in rows:
        if isinstance(row, RowError):
            yield row
        elif len(row.fields) == width:
            again = width > 1 and [field.strip("\ufeff \r") for field in row.fields] == header
            yield RowError(row.line, "the header once more") if again else row
        elif row.fields in ([], [""]):
            # Where there is one column, an empty message is an empty line.
            yield Row(row.line, [""]) if width == 1 else RowError(row.line, "a blank line", blank=True)
        else:
            found = f"{len(row.fields)} field{'s' * (len(row.fields) != 1)}"
            yield RowError(row.line, f"{found} where the header has {width}")


def without_last_blanks(rows: Iterator[Any]) -> Iterator[Any]:
    """Pass rows on, but leave out blank lines that end the file."""
    blank: RowError | None = None
    n_blanks = 0
    for row in rows:
        if isinstance(row, RowError) and row.blank:
            blank, n_blanks = blank or row, n_blanks + 1
            continue
        if blank is not None:
            yield from (RowError(blank.line + i, blank.reason, True) for i in range(n_blanks))
            blank, n_blanks = None, 0
        yield row


def _tsv_rows(lines: Iterator[Line]) -> Iterator[Row | RowError]:
    for line in lines:
        if line.problem:
            yield RowError(line.number, line.problem)
        else:
            yield Row(line.number, line.text.removesuffix("\r").split("\t"))


def _csv_rows(lines: Iterator[Line]) -> Iterator[Row | RowError]:
    """Yield rows that may span lines; after a bad one, go on at the line after its first."""
    waiting: deque[Line] = deque()
    taken: list[Line] = []

    def feed() -> Iterator[str]:
        size = 0
        while True:
            line = waiting.popleft() if waiting else next(lines, None)
            if line is None:
                return
            size = len(line.text) if not taken else size + len(line.text)
            taken.append(line)
            if size > LONGEST_ROW and len(taken) > 1:
                raise csv.Error(f"a row longer than {LONGEST_ROW:,} characters")
            yield line.text + "\n"

    reader = csv.reader(feed(), strict=True)
    while True:
        try:
            fields = next(reader, None)
        except csv.Error as error:
            yield RowError(taken[0].number, taken[0].problem or _csv_reason(error))
            waiting.extendleft(reversed(taken[1:]))
            reader = csv.reader(feed(), strict=True)
        else:
            if fields is None:
                return
            bad = next((line for line in taken if line.problem), None)
            if bad is not None and bad.problem is not None:
                yield RowError(bad.number, bad.problem)
            else:
                yield Row(taken[0].number, fields)
        taken.clear()


def _csv_reason(error: csv.Error) -> str:
    if "new-line character" in str(error):
        return r"not valid csv: a bare \r in it; lines end in \n or \r\n, fields that hold breaks are quoted"
    if "field limit" in str(error):
        return (
            f"not valid csv: a field longer than {csv.field_size_limit():,} characters; is a quote missing?"
        )
    return f"not valid csv: {error}; is a quote missing?"
