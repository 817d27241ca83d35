"""Read complaints: messages, when they were reported, who sent them, who received them.

Every row is either used or reported with its line and the reason; a bad date
alone does not lose a row, it is used as undated and reported too.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from spamsms.errors import DatasetError, InputError
from spamsms.governance.dates import parse_time
from spamsms.message_files import (
    Record,
    RowError,
    TableColumns,
    format_by_ending,
    read_messages,
    read_table,
)
from spamsms.text_lines import ByteSource
from spamsms.validation import is_missing

TEXT_COLUMN = "text"
# Names of columns by what they hold, in lower case, the surest first.
SPELLINGS: dict[str, tuple[str, ...]] = {
    TEXT_COLUMN: (
        *("content", "message", "msg", "body", "sms", "短信内容", "被举报内容", "举报内容", "投诉内容"),
        *("消息内容", "内容", "短信", "正文", "文本"),
    ),
    "reported_at": (
        *("report_time", "reported", "received_at", "created_at", "timestamp", "datetime", "time", "date"),
        *(
            "举报时间",
            "投诉时间",
            "受理时间",
            "接收时间",
            "收到时间",
            "发送时间",
            "时间",
            "举报日期",
            "投诉日期",
        ),
        *("日期",),
    ),
    "sender": (
        *("sender_number", "sending_number", "from", "port", "number", "source_number", "被举报号码"),
        *(
            "发送号码",
            "发送端口",
            "主叫号码",
            "端口号码",
            "端口号",
            "端口",
            "发送方",
            "发件人",
            "发送人",
            "号码",
        ),
    ),
    "receiver": (
        *("receiver_hash", "receiver_id", "recipient", "to", "user", "user_id", "接收号码", "被叫号码"),
        *("接收方", "接收人", "投诉人", "举报人", "用户号码", "用户", "手机号"),
    ),
}
FIELDS = tuple(SPELLINGS)
# Objects with so many different sets of keys are remembered.
MOST_SHAPES = 1000


@dataclass(frozen=True)
class Problem:
    """A row, or a field of it, that cannot be used.

    Attributes
    ----------
    line : int
        Counted from 1 in a file; the position in a DataFrame.
    reason : str
    used : bool
        Whether the row is used all the same, such as one with a bad date.
    """

    line: int
    reason: str
    used: bool


@dataclass
class Complaints:
    """The complaints of a file or a DataFrame.

    Attributes
    ----------
    name : str
        The file, or ``complaints``.
    texts : list of str
    times : list of datetime or None
        In China's time.
    senders, receivers : list of str
        Empty where none is given.
    lines : list of int
        Where each stands.
    problems : list of Problem
    columns : dict
        Which column was read for ``text``, ``reported_at``, ``sender`` and
        ``receiver``; None where there is none.
    n_read : int
        ``len(texts)`` and the problems of rows that were not used.
    """

    name: str
    texts: list[str] = field(default_factory=list)
    times: list[datetime | None] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    columns: dict[str, str | None] = field(default_factory=lambda: dict.fromkeys(FIELDS))
    n_read: int = 0

    def add(self, line: int, values: Mapping[str, Any]) -> None:
        """Take a row in, by field."""
        self.n_read += 1
        text = values.get(TEXT_COLUMN)
        if not isinstance(text, str) or not text.strip():
            empty = is_missing(text) or isinstance(text, str)
            reason = "no text" if empty else f"a value of type {type(text).__name__} where text is expected"
            self.problems.append(Problem(line, reason, used=False))
            return
        time = None
        try:
            time = parse_time(values.get("reported_at"))
        except ValueError as error:
            self.problems.append(Problem(line, f"reported_at: {error}; used without a date", used=True))
        self.texts.append(text)
        self.times.append(time)
        self.senders.append(_plain(values.get("sender")))
        self.receivers.append(_plain(values.get("receiver")))
        self.lines.append(line)

    def report(self, line: int, reason: str, used: bool = False) -> None:
        """Take note of a row that cannot be used, or of something wrong with the file."""
        if not used:
            self.n_read += 1
        self.problems.append(Problem(line, reason, used))


def read_complaints(
    source: Any,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> Complaints:
    """Read complaints from a csv, tsv, jsonl, Parquet or txt file, or a DataFrame.

    Parameters
    ----------
    source : path or pandas.DataFrame
        A txt has a message a line and nothing else.
    columns : mapping of str to str, optional
        Names of the columns that hold ``text``, ``reported_at``, ``sender`` and
        ``receiver``; found by their names otherwise (:data:`SPELLINGS`).
    encoding : str, optional
        None to tell UTF-8 from GB18030 by the bytes.

    Returns
    -------
    Complaints

    Raises
    ------
    InputError
        If the source is neither, or a column is given that is none of these.
    DatasetError
        If the file cannot be read, or lacks a column.
    """
    return next(stream_complaints(source, columns, encoding, None))


def stream_complaints(
    source: Any,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    rows_a_part: int | None = 16384,
) -> Iterator[Complaints]:
    """Read complaints as :func:`read_complaints` does, so many rows at a time, at least one part.

    Parameters
    ----------
    source, columns, encoding
        As for :func:`read_complaints`.
    rows_a_part : int or None, default=16384
        None for one part.
    """
    given = dict(columns or {})
    for name in given:
        if name not in FIELDS:
            raise InputError(f"columns names {name!r}; it may name {', '.join(FIELDS)}")
    if hasattr(source, "columns") and hasattr(source, "itertuples"):
        return _parts("complaints", _frame_records(source, given), given, rows_a_part)
    if not isinstance(source, (str, os.PathLike)):
        raise InputError(f"complaints must be a path or a DataFrame, not {type(source).__name__}")
    path = Path(source)
    is_txt = format_by_ending(path) == "txt"
    records = _line_records(path, encoding) if is_txt else _file_records(path, encoding, given)
    return _parts(str(source), records, given, rows_a_part)


def _line_records(path: Path, encoding: str | None) -> Iterator[Record | RowError]:
    with path.open("rb") as stream:
        for row in read_messages(ByteSource(stream, str(path), encoding), "txt").rows:
            yield row if isinstance(row, RowError) else Record(row.line, {TEXT_COLUMN: row.text})


def _file_records(path: Path, encoding: str | None, given: Mapping[str, str]) -> Iterator[Record | RowError]:
    text = given.get(TEXT_COLUMN, TEXT_COLUMN)
    spellings = {} if TEXT_COLUMN in given else {TEXT_COLUMN: SPELLINGS[TEXT_COLUMN]}
    try:
        yield from read_table(path, encoding=encoding, columns=TableColumns((text,), spellings=spellings))
    except DatasetError as error:
        if "no column" not in str(error):
            raise
        hint = "name the one that holds the messages: --column, or columns={'text': …}"
        raise DatasetError(f"{error}; {hint}") from error


def _frame_records(frame: Any, given: Mapping[str, str]) -> Iterator[Record | RowError]:
    names = [str(name) for name in frame.columns]
    picked = _pick(names, given)
    if TEXT_COLUMN not in picked:
        wanted = given.get(TEXT_COLUMN, TEXT_COLUMN)
        raise DatasetError(
            f"complaints: no column {wanted!r} among {', '.join(map(repr, names))}; "
            'name the one that holds the messages: columns={"text": "…"}'
        )
    places = [names.index(column) for column in picked.values()]
    for row, values in enumerate(zip(*(frame.iloc[:, place].tolist() for place in places), strict=True)):
        yield Record(row, dict(zip(picked.values(), values, strict=True)))


def _parts(
    name: str,
    records: Iterable[Record | RowError],
    given: Mapping[str, str],
    rows_a_part: int | None,
) -> Iterator[Complaints]:
    picks: dict[tuple[str, ...], dict[str, str]] = {}
    part = Complaints(name)
    n_rows = 0
    for record in records:
        if rows_a_part is not None and part.n_read >= rows_a_part:
            yield part
            part = Complaints(name, columns=part.columns)
        if isinstance(record, RowError):
            part.report(record.line, record.reason, record.used)
            continue
        n_rows += 1
        keys = tuple(record.values)
        if keys not in picks:
            if len(picks) == MOST_SHAPES:
                picks.clear()
            picks[keys] = _pick(keys, given)
            for field_name, column in picks[keys].items():
                part.columns[field_name] = part.columns[field_name] or column
        part.add(
            record.line, {field_name: record.values.get(column) for field_name, column in picks[keys].items()}
        )
    for field_name, column in given.items():
        if n_rows and part.columns[field_name] is None:
            seen = ", ".join(map(repr, sorted({key for keys in picks for key in keys})))
            raise DatasetError(f"{name}: no column {column!r} for {field_name} among {seen}")
    yield part


def _pick(keys: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the column of each field, as it was given or by its name."""
    plain: dict[str, str] = {}
    for key in keys:
        plain.setdefault(key.strip().lower(), key)
    picked: dict[str, str] = {}
    for name, others in SPELLINGS.items():
        if name in given:
            if given[name] in keys:
                picked[name] = given[name]
            continue
        found = next((plain[other] for other in (name, *others) if other in plain), None)
        if found is not None and found not in picked.values():
            picked[name] = found
    return picked


def _plain(value: Any) -> str:
    """Return a sending number or a receiver as text; spreadsheets make numbers of them."""
    if is_missing(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text
