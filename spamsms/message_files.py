"""Read messages from txt, csv, tsv and jsonl files of any size, row by row.

Every row comes back, in order: as what it holds, or as a :class:`RowError` that
says why it cannot be used. Nothing is dropped but blank lines at a file's end.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spamsms.errors import DatasetError, InputError
from spamsms.table_rows import RowError, open_table, without_last_blanks
from spamsms.text_lines import ByteSource, Line, read_lines

__all__ = [
    "DEFAULT_COLUMN",
    "FORMATS",
    "TABLE_FORMATS",
    "Message",
    "MessageRows",
    "Record",
    "RowError",
    "choose_column",
    "format_by_ending",
    "read_messages",
    "read_table",
]
FORMATS = ("txt", "csv", "tsv", "jsonl")
TABLE_FORMATS = ("csv", "tsv", "jsonl")
DEFAULT_COLUMN = "text"


@dataclass(frozen=True)
class Message:
    """A message and the line it starts at, counted from 1."""

    line: int
    text: str


@dataclass(frozen=True)
class Record:
    """A row of a table by column, and the line it starts at, counted from 1.

    A JSON value that is no string stands as its JSON text; null stands as no value.
    """

    line: int
    values: dict[str, str]


@dataclass(frozen=True)
class MessageRows:
    """The rows of a file, to be read once.

    Attributes
    ----------
    column : str or None
        Where the messages stand; None for txt, and for jsonl unless it was given.
    rows : iterator of Message or RowError
    """

    column: str | None
    rows: Iterator[Message | RowError]


def format_by_ending(path: str | os.PathLike[str], formats: Sequence[str] = FORMATS) -> str:
    """Return the format that a file's name ends in.

    Raises
    ------
    InputError
        If it ends in none of `formats`.
    """
    ending = Path(path).suffix.lower().lstrip(".")
    if ending not in formats:
        raise InputError(f"{str(path)!r} ends in none of {', '.join('.' + name for name in formats)}")
    return ending


def read_messages(source: ByteSource, file_format: str, column: str | None = None) -> MessageRows:
    """Open a file of messages; its rows are read as they are asked for.

    Parameters
    ----------
    source : ByteSource
    file_format : {"txt", "csv", "tsv", "jsonl"}
        txt has a message a line; csv and tsv start with a header; jsonl has an
        object a line. A tsv is split on tabs, quotes mean nothing in it.
    column : str, optional
        Column or key that holds the message; by default ``text``, or the only
        one where there is one.

    Returns
    -------
    MessageRows

    Raises
    ------
    InputError
        If the format or the encoding is unknown.
    DatasetError
        If the file cannot be read as `file_format`, or lacks the column.
    """
    if file_format not in FORMATS:
        raise InputError(f"the format must be one of {', '.join(FORMATS)}, not {file_format!r}")
    lines = read_lines(source)
    if file_format == "txt":
        return MessageRows(None, map(_line_message, lines))
    if file_format == "jsonl":
        return MessageRows(column, without_last_blanks(_json_messages(lines, column)))
    header, rows = open_table(lines, file_format, source.name)
    column = choose_column(header, column, source.name)
    place = header.index(column)
    found = (row if isinstance(row, RowError) else Message(row.line, row.fields[place]) for row in rows)
    return MessageRows(column, found)


def _line_message(line: Line) -> Message | RowError:
    if line.problem:
        return RowError(line.number, line.problem)
    return Message(line.number, line.text.removesuffix("\r"))


def read_table(
    path: str | os.PathLike[str], needed: Sequence[str] = (), encoding: str | None = None
) -> Iterator[Record | RowError]:
    """Yield each row of a csv, tsv or jsonl file with all its columns.

    Parameters
    ----------
    path : path
    needed : sequence of str, default=()
        Columns that every row must have, as strings.
    encoding : str, optional
        None to tell UTF-8 from GB18030 by the bytes.

    Raises
    ------
    DatasetError
        If the file cannot be read, lacks a needed column or names one twice.
    """
    path = Path(path)
    try:
        file_format = format_by_ending(path, TABLE_FORMATS)
        with path.open("rb") as stream:
            source = ByteSource(stream, str(path), encoding)
            yield from _records(source, file_format, needed)
    except InputError as error:
        raise DatasetError(str(error)) from error
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror or error})") from error


def _records(source: ByteSource, file_format: str, needed: Sequence[str]) -> Iterator[Record | RowError]:
    if file_format == "jsonl":
        yield from without_last_blanks(_json_records(read_lines(source), needed))
        return
    header, rows = open_table(read_lines(source), file_format, source.name)
    for name in needed:
        choose_column(header, name, source.name)
    repeated = [name for name, times in Counter(header).items() if times > 1]
    if repeated:
        raise DatasetError(f"{source.name}: the header names {repeated[0]!r} twice; rename one")
    for row in rows:
        if isinstance(row, RowError):
            yield row
        else:
            yield Record(row.line, dict(zip(header, row.fields, strict=True)))


def choose_column(header: Sequence[str], wanted: str | None, name: str) -> str:
    """Return the column that holds the messages.

    Raises
    ------
    DatasetError
        If it is missing, is there twice, or cannot be told.
    """
    column = wanted
    if column is None:
        column = header[0] if len(header) == 1 else DEFAULT_COLUMN
    if column not in header:
        remedy = "" if wanted is not None else "; name the one that holds the messages"
        raise DatasetError(f"{name}: no column {column!r} among {', '.join(map(repr, header))}{remedy}")
    if list(header).count(column) > 1:
        raise DatasetError(f"{name}: the header names {column!r} twice; rename one")
    return column


# -- JSON lines -------------------------------------------------------------------------------


def _json_objects(lines: Iterator[Line]) -> Iterator[tuple[int, dict[str, Any]] | RowError]:
    for line in lines:
        if line.problem:
            yield RowError(line.number, line.problem)
        elif not line.text.strip():
            yield RowError(line.number, "a blank line", blank=True)
        else:
            try:
                value = json.loads(line.text)
            except json.JSONDecodeError as error:
                yield RowError(line.number, f"not valid JSON: {error.msg} at character {error.pos + 1}")
                continue
            except (ValueError, RecursionError) as error:
                yield RowError(line.number, f"not readable as JSON: {error}")
                continue
            if isinstance(value, dict):
                yield line.number, value
            else:
                yield RowError(line.number, f"a JSON {_json_type(value)} where an object is expected")


def _json_messages(lines: Iterator[Line], column: str | None) -> Iterator[Message | RowError]:
    for item in _json_objects(lines):
        if isinstance(item, RowError):
            yield item
            continue
        number, values = item
        if column is None:
            column = next(iter(values)) if len(values) == 1 else DEFAULT_COLUMN
        reason = _not_text(values, column)
        yield RowError(number, reason) if reason else Message(number, values[column])


def _json_records(lines: Iterator[Line], needed: Sequence[str]) -> Iterator[Record | RowError]:
    for item in _json_objects(lines):
        if isinstance(item, RowError):
            yield item
            continue
        number, values = item
        reason = next(filter(None, (_not_text(values, name) for name in needed)), None)
        if reason:
            yield RowError(number, reason)
        else:
            plain = {
                key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                for key, value in values.items()
                if value is not None
            }
            yield Record(number, plain)


def _not_text(values: dict[str, Any], key: str) -> str | None:
    """Return why the value of a key is no text, or None."""
    if key not in values:
        return f"no key {key!r}"
    if isinstance(values[key], str):
        return None
    return f"{key!r} is a JSON {_json_type(values[key])} where text is expected"


def _json_type(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names[type(value)]
