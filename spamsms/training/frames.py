"""Labelled messages in a pandas DataFrame."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from spamsms.message_files import Record, RowError, TableColumns, check_header
from spamsms.object_rows import ObjectRow, object_records
from spamsms.validation import is_missing

Frame = Any
FRAME_NAME = "DataFrame"


def is_frame(data: Any) -> bool:
    """Tell a DataFrame from a path, without importing pandas."""
    return hasattr(data, "columns") and hasattr(data, "iloc")


def frame_records(frame: Frame, columns: TableColumns, name: str = FRAME_NAME) -> Iterator[Record | RowError]:
    """Yield the rows of a DataFrame as those of a file; they count from 0, as in ``iloc``.

    Raises
    ------
    DatasetError
        If it lacks a column, or has one twice.
    """
    header, repeated = check_header([str(column) for column in frame.columns], columns, name)
    if repeated:
        yield RowError(0, f"{repeated[0]!r} names two columns; both are ignored", used=True)
    kept = [place for place, column in enumerate(header) if column not in repeated]
    names = [header[place] for place in kept]
    lists = [frame.iloc[:, place].tolist() for place in kept]
    # A table's missing text is a fault; any other missing value is none.
    objects = (
        ObjectRow(row, {key: None if is_missing(v) else v for key, v in zip(names, values, strict=True)})
        for row, values in enumerate(zip(*lists, strict=True))
    )
    yield from object_records(objects, columns.needed, columns.any_of, origin="DataFrame")
