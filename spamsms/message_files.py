"""Read messages from txt, csv, tsv, jsonl and Parquet files of any size, row by row.

Every row comes back, in order: as what it holds, or as a :class:`RowError` that
says why it cannot be used. Nothing is dropped but blank lines at a file's end.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spamsms.column_names import (
    DEFAULT_COLUMN,
    Spellings,
    choose_column,
    repeated_columns,
    spelled_columns,
)
from spamsms.errors import DatasetError, InputError
from spamsms.object_rows import Message, Record, json_objects, object_messages, object_records
from spamsms.parquet_rows import ParquetTable
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
    "TableColumns",
    "check_header",
    "choose_column",
    "format_by_ending",
    "read_messages",
    "read_table",
]
FORMATS = ("txt", "csv", "tsv", "jsonl", "parquet")
TABLE_FORMATS = ("csv", "tsv", "jsonl", "parquet")


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


def read_messages(
    source: ByteSource, file_format: str, column: str | None = None, sender_column: str | None = None
) -> MessageRows:
    """Open a file of messages; its rows are read as they are asked for.

    Parameters
    ----------
    source : ByteSource
    file_format : {"txt", "csv", "tsv", "jsonl", "parquet"}
        txt has a message a line; csv and tsv start with a header; jsonl has an
        object a line. A tsv is split on tabs, quotes mean nothing in it. Rows of
        Parquet files, which need pyarrow, count as lines.
    column : str, optional
        Column or key that holds the message; by default ``text``, or the only
        one where there is one.
    sender_column : str, optional
        Column or key that holds the sending number; a row may have none.

    Returns
    -------
    MessageRows

    Raises
    ------
    InputError
        If the format or the encoding is unknown, or pyarrow is needed and not installed.
    DatasetError
        If the file cannot be read as `file_format`, or lacks the column.
    """
    if file_format not in FORMATS:
        raise InputError(f"the format must be one of {', '.join(FORMATS)}, not {file_format!r}")
    if file_format == "parquet":
        table = ParquetTable(source)
        column = choose_column(table.header, column, source.name)
        columns = (
            [column, choose_column(table.header, sender_column, source.name)] if sender_column else [column]
        )
        rows = table.rows(list(dict.fromkeys(columns)))
        return MessageRows(column, object_messages(rows, column, "Parquet", sender_column))
    lines = read_lines(source)
    if file_format == "txt":
        return MessageRows(None, map(_line_message, lines))
    if file_format == "jsonl":
        objects = object_messages(json_objects(lines), column, sender_column=sender_column)
        return MessageRows(column, without_last_blanks(objects))
    return _table_messages(source, lines, file_format, column, sender_column)


def _table_messages(
    source: ByteSource, lines: Iterator[Line], file_format: str, column: str | None, sender_column: str | None
) -> MessageRows:
    header, rows = open_table(lines, file_format, source.name)
    column = choose_column(header, column, source.name)
    place = header.index(column)
    if sender_column is None:
        return MessageRows(
            column,
            (row if isinstance(row, RowError) else Message(row.line, row.fields[place]) for row in rows),
        )
    beside = header.index(choose_column(header, sender_column, source.name))
    found = (
        row if isinstance(row, RowError) else Message(row.line, row.fields[place], row.fields[beside])
        for row in rows
    )
    return MessageRows(column, found)


def _line_message(line: Line) -> Message | RowError:
    if line.problem:
        return RowError(line.number, line.problem)
    return Message(line.number, line.text.removesuffix("\r"))


@dataclass(frozen=True)
class TableColumns:
    """What a table must have.

    Attributes
    ----------
    needed : sequence of str
        Columns that every row must have, as strings.
    any_of : sequence of str
        Columns of which one must be there.
    spellings : mapping of str to sequence of str
        Other names, in lower case, of columns; they come under the first.
    """

    needed: Sequence[str] = ()
    any_of: Sequence[str] = ()
    spellings: Spellings = field(default_factory=dict)


def read_table(
    path: str | os.PathLike[str],
    needed: Sequence[str] = (),
    encoding: str | None = None,
    columns: TableColumns | None = None,
) -> Iterator[Record | RowError]:
    """Yield each row of a csv, tsv, jsonl or Parquet file with all its columns.

    Parameters
    ----------
    path : path
    needed : sequence of str, default=()
        Columns that every row must have, as strings.
    encoding : str, optional
        None to tell UTF-8 from GB18030 by the bytes.
    columns : TableColumns, optional
        More to ask of the columns, in place of `needed`.

    Raises
    ------
    DatasetError
        If the file cannot be read, lacks a needed column or names one twice.
    """
    path = Path(path)
    columns = columns or TableColumns(needed)
    try:
        file_format = format_by_ending(path, TABLE_FORMATS)
        with path.open("rb") as stream:
            yield from _records(ByteSource(stream, str(path), encoding), file_format, columns)
    except InputError as error:
        raise DatasetError(str(error)) from error
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror or error})") from error


def _records(source: ByteSource, file_format: str, columns: TableColumns) -> Iterator[Record | RowError]:
    if file_format == "jsonl":
        objects = json_objects(read_lines(source))
        yield from without_last_blanks(
            object_records(objects, columns.needed, columns.any_of, columns.spellings)
        )
        return
    if file_format == "parquet":
        table = ParquetTable(source)
        check_header(table.header, columns, source.name)
        yield from object_records(
            table.rows(), columns.needed, columns.any_of, columns.spellings, origin="Parquet"
        )
        return
    header, rows = open_table(read_lines(source), file_format, source.name)
    header, ignored = check_header(header, columns, source.name)
    if ignored:
        yield RowError(1, f"the header names {ignored[0]!r} twice; both columns are ignored", used=True)
    for row in rows:
        if isinstance(row, RowError):
            yield row
        else:
            values = dict(zip(header, row.fields, strict=True))
            yield Record(row.line, {key: values[key] for key in values if key not in ignored})


def check_header(header: Sequence[str], columns: TableColumns, name: str) -> tuple[list[str], list[str]]:
    """Return the header with spellings undone, and the columns that are there twice.

    Raises
    ------
    DatasetError
        If a column that must be there is not, or is there twice.
    """
    renamed = spelled_columns(header, columns.spellings)
    header = [renamed.get(column, column) for column in header]
    for column in columns.needed:
        choose_column(header, column, name)
    if columns.any_of and not set(columns.any_of) & set(header):
        names = " or ".join(map(repr, columns.any_of))
        raise DatasetError(f"{name}: no column {names} among {', '.join(map(repr, header))}")
    repeated = repeated_columns(header)
    for column in set(repeated) & set(columns.any_of):
        choose_column(header, column, name)
    return header, repeated
