"""Append-only JSON lines: what was written stays, and several may write at once."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from spamsms.errors import InputError
from spamsms.file_lock import exclusive_lock

ENDING = ".jsonl"


def append_record(path: str | os.PathLike[str], record: Mapping[str, Any]) -> None:
    """Append a record as one line, safely against others who do the same.

    A last line that a crash cut short is ended first: it stays as it is, for the
    reader to report, and does not spoil the new one.

    Parameters
    ----------
    path : path
        Ends in ``.jsonl``; made where needed, with its folder.
    record : mapping
        JSON values.

    Raises
    ------
    InputError
        If the name does not end in ``.jsonl``, or a value is none of JSON's.
    OSError
        If the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ENDING:
        raise InputError(f"{path}: records are kept in a file that ends in {ENDING}")
    line = _encode(path, record)
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o666)
    try:
        with exclusive_lock(descriptor):
            if os.lseek(descriptor, 0, os.SEEK_END):
                os.lseek(descriptor, -1, os.SEEK_END)
                if os.read(descriptor, 1) != b"\n":
                    line = b"\n" + line
            while line:
                line = line[os.write(descriptor, line) :]
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _encode(path: Path, record: Mapping[str, Any]) -> bytes:
    try:
        try:
            text = json.dumps(record, ensure_ascii=False, allow_nan=False).encode("utf-8")
        except UnicodeEncodeError:  # a lone surrogate in a message
            text = json.dumps(record, allow_nan=False).encode("ascii")
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}: a record takes JSON values only ({error}); nothing was written") from error
    return text + b"\n"


def time_now() -> str:
    """Return the time in UTC as ISO 8601 has it, in whole seconds."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
