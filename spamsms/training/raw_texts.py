"""Find known messages in raw downloads of whatever form: tables, lines, JSON.

Nothing is known of the files' columns, so every field of every line is looked up.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spamsms.errors import DatasetError, SpamsmsError
from spamsms.parquet_rows import ParquetTable
from spamsms.text_lines import ByteSource, read_lines
from spamsms.training.labelled_rows import read_label
from spamsms.training.public_labels import message_hash

# Read as one value; more is read line by line.
LARGEST_JSON = 1 << 28
_HEAD = 1 << 16
_PACKED = (".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".xls", ".xlsx", ".ods", ".db", ".sqlite")
_UNPACK = "packed or a workbook; unpack it, or save it as csv"


@dataclass
class RawTexts:
    """What was found.

    Attributes
    ----------
    texts : dict of str to str
        The first text of each hash.
    files : dict of str to int
        Messages found first in each file that was read.
    unreadable : dict of str to str
        Files that could not be read, and why.
    """

    texts: dict[str, str] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


def raw_files(folder: str | os.PathLike[str]) -> list[Path]:
    """Return the files of a folder and its subfolders in order, hidden ones left out.

    Raises
    ------
    DatasetError
        If there is no such folder, or it holds no file.
    """
    top = Path(folder)
    if not top.is_dir():
        raise DatasetError(f"{folder}: there is no such folder")
    found: list[Path] = []
    for place, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found.extend(Path(place, name) for name in sorted(names) if not name.startswith("."))
    if not found:
        raise DatasetError(f"{folder}: the folder is empty; put the raw downloads there")
    return found


def find_texts(
    paths: Collection[Path], hashes: Collection[str], on_read: Callable[[int], None] = lambda size: None
) -> RawTexts:
    """Look for messages by their hashes.

    Parameters
    ----------
    paths : collection of path
    hashes : collection of str
        As of :func:`spamsms.training.public_labels.message_hash`.
    on_read : callable, optional
        Told the size of each piece read.

    Returns
    -------
    RawTexts
    """
    found, wanted = RawTexts(), set(hashes)
    for path in paths:
        if path.suffix.lower() in _PACKED:
            found.unreadable[str(path)] = _UNPACK
            continue
        before = len(found.texts)
        try:
            for text in _candidates(path, on_read):
                name = message_hash(text)
                if name in wanted and name not in found.texts:
                    found.texts[str(name)] = text
        except OSError as error:
            found.unreadable[str(path)] = f"cannot be read ({error.strerror or error})"
        except SpamsmsError as error:
            found.unreadable[str(path)] = str(error).removeprefix(f"{path}: ")
        if str(path) not in found.unreadable:
            found.files[str(path)] = len(found.texts) - before
    return found


def _candidates(path: Path, on_read: Callable[[int], None]) -> Iterator[str]:
    """Yield whatever in a file may be a message."""
    with path.open("rb") as stream:
        source = ByteSource(stream, str(path), on_read=on_read)
        if path.suffix.lower() == ".parquet":
            for row in ParquetTable(source).rows():
                yield from _strings(getattr(row, "values", None))
            return
        head = stream.read(_HEAD)
        if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
            # An image, a pickle, an executable: there are no messages to miss in it.
            on_read(path.stat().st_size)
            return
        stream.seek(0)
        if path.suffix.lower() == ".json" and path.stat().st_size <= LARGEST_JSON:
            yield from _json_strings("\n".join(line.text for line in read_lines(source)))
            return
        width = 0
        for line in read_lines(source):
            if line.number == 1 and path.suffix.lower() == ".csv":
                width = len(_csv_fields(line.text))
            yield from _line_candidates(line.text, width)
    if path.suffix.lower() == ".csv":
        yield from _long_fields(path)


def _line_candidates(line: str, width: int = 0) -> list[str]:
    """Return what may be a message in a line, the likeliest first.

    A hash does not tell a message from one with a number before or behind it,
    so the order decides: columns of JSON and tsv, of csv where it is one (`width`
    tells how many its header has), what stands behind a label, the line itself.
    """
    found: list[str] = []
    if line.lstrip("\ufeff \t").startswith(("{", "[", '"')):
        found.extend(_json_strings(line))
    if "\t" in line:
        found += [*line.split("\t"), line.partition("\t")[2]]
    parts = _csv_fields(line)
    is_row = len(parts) == width or ',"' in line or line.startswith('"')
    behind = [line[len(first) + 1 :] for first in _first_fields(line) if read_label(first) is not None]
    found += [*parts, *behind, line] if is_row else [*behind, line, *parts]
    found += [line[len(first) + 1 :] for first in _first_fields(line)]
    return list(dict.fromkeys(found))


def _first_fields(line: str) -> list[str]:
    return [line.partition(sign)[0] for sign in ", " if sign in line]


def _csv_fields(line: str) -> list[str]:
    if "," not in line and '"' not in line:
        return []
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return []


def _long_fields(path: Path) -> Iterator[str]:
    """Yield the quoted fields of a csv that span lines."""
    with path.open("rb") as stream:
        lines = (line.text + "\n" for line in read_lines(ByteSource(stream, str(path))))
        try:
            for fields in csv.reader(lines):
                yield from (text for text in fields if "\n" in text)
        except csv.Error:
            return


def _json_strings(text: str) -> Iterator[str]:
    try:
        value = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        # Lines of JSON in a file called .json, or no JSON at all.
        if "\n" in text:
            for line in text.split("\n"):
                yield from _line_candidates(line)
        return
    yield from _strings(value)


def _strings(value: Any) -> Iterator[str]:
    """Yield the strings of a JSON value, keys left out."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
