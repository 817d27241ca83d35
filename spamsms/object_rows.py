"""Rows that are objects, keys with values of any type: JSON lines, and whatever is read as such."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from spamsms.column_names import DEFAULT_COLUMN, Spellings, spelled_columns
from spamsms.table_rows import RowError
from spamsms.text_lines import Line

_TYPES = {type(None): "null", bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}


@dataclass(frozen=True)
class ObjectRow:
    """An object and the line it stands at, counted from 1."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Message:
    """A message, the line it starts at, counted from 1, and the sender where it was asked for."""

    line: int
    text: str
    sender: str = ""


@dataclass(frozen=True)
class Record:
    """A row of a table by column, and the line it starts at, counted from 1.

    A value that is no string stands as its JSON text; null stands as no value.
    """

    line: int
    values: dict[str, str]


def json_objects(lines: Iterable[Line]) -> Iterator[ObjectRow | RowError]:
    """Yield the object that each line holds, or why it holds none."""
    for line in lines:
        if line.problem:
            yield RowError(line.number, line.problem)
        elif not line.text.strip("\ufeff \t\r"):
            yield RowError(line.number, "a blank line", blank=True)
        else:
            yield _json_object(line)


def _json_object(line: Line) -> ObjectRow | RowError:
    try:
        # Files put behind one another leave a byte order mark in the middle.
        value = json.loads(line.text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        return RowError(line.number, f"not valid JSON: {error.msg} at character {error.pos + 1}")
    except (ValueError, RecursionError) as error:
        return RowError(line.number, f"not readable as JSON: {error}")
    if isinstance(value, dict):
        return ObjectRow(line.number, value)
    return RowError(line.number, f"a JSON {_type_name(value)} where an object is expected")


def object_messages(
    rows: Iterable[ObjectRow | RowError],
    column: str | None,
    origin: str = "JSON",
    sender_column: str | None = None,
) -> Iterator[Message | RowError]:
    """Yield the message of each object: the key given, or ``text``, or the first object's only one."""
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        if column is None:
            column = next(iter(row.values)) if len(row.values) == 1 else DEFAULT_COLUMN
        reason = _not_text(row.values, column, origin)
        if reason:
            yield RowError(row.line, reason)
        else:
            sender = row.values.get(sender_column) if sender_column else None
            yield Message(row.line, row.values[column], "" if sender is None else _plain(sender))


def object_records(
    rows: Iterable[ObjectRow | RowError],
    needed: Sequence[str] = (),
    any_of: Sequence[str] = (),
    spellings: Spellings | None = None,
    origin: str = "JSON",
) -> Iterator[Record | RowError]:
    """Yield each object with its values as text, or what it lacks.

    Parameters
    ----------
    rows : iterable of ObjectRow or RowError
    needed : sequence of str, default=()
        Keys that every object must have, as strings.
    any_of : sequence of str, default=()
        Keys of which every object must have one.
    spellings : mapping of str to sequence of str, optional
        Other names of keys.
    origin : str, default="JSON"
        What the types of values are said to be of.
    """
    renamings: dict[tuple[str, ...], dict[str, str]] = {}
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        keys = tuple(row.values)
        if keys not in renamings and len(renamings) < 1000:
            renamings[keys] = spelled_columns(keys, spellings or {})
        renamed = renamings.get(keys, {})
        values = {renamed.get(key, key): value for key, value in row.values.items()}
        reason = _lacking(values, needed, any_of, origin)
        yield RowError(row.line, reason) if reason else Record(row.line, _as_text(values))


def _lacking(values: dict[str, Any], needed: Sequence[str], any_of: Sequence[str], origin: str) -> str | None:
    for name in needed:
        reason = _not_text(values, name, origin)
        if reason:
            return reason
    if any_of and not any(name in values for name in any_of):
        return f"no key {' or '.join(map(repr, any_of))}"
    return None


def _as_text(values: Mapping[str, Any]) -> dict[str, str]:
    return {key: _plain(value) for key, value in values.items() if value is not None}


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bool, int, float, list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _not_text(values: dict[str, Any], key: str, origin: str) -> str | None:
    """Return why the value of a key is no text, or None."""
    if key not in values:
        return f"no key {key!r}"
    if isinstance(values[key], str):
        return None
    return f"{key!r} is a {origin} {_type_name(values[key])} where text is expected"


def _type_name(value: Any) -> str:
    return "string" if isinstance(value, str) else _TYPES.get(type(value), type(value).__name__)
