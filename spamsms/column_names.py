"""Which column of a table is meant, by its name or one of its common spellings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from spamsms.errors import DatasetError

DEFAULT_COLUMN = "text"
Spellings = Mapping[str, Sequence[str]]


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


def repeated_columns(header: Sequence[str]) -> list[str]:
    """Return the names that stand in a header more than once."""
    return [column for column, times in Counter(header).items() if times > 1]


def spelled_columns(header: Sequence[str], spellings: Spellings) -> dict[str, str]:
    """Return the columns that stand for wanted ones, each with what it stands for.

    Parameters
    ----------
    header : sequence of str
    spellings : mapping of str to sequence of str
        Other names, in lower case, of each wanted column. Where the wanted
        column is there, or several others are, none stands for it.
    """
    plain: dict[str, list[str]] = {}
    for column in header:
        plain.setdefault(column.strip().lower(), []).append(column)
    found = {}
    for wanted, others in spellings.items():
        if wanted in header:
            continue
        columns = plain.get(wanted) or [column for other in others for column in plain.get(other, ())]
        if len(columns) == 1:
            found[columns[0]] = wanted
    return found
