"""Read TOML files, and say where one is wrong."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

from spamsms.errors import DatasetError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read_toml(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    DatasetError
        If it cannot be read or is no TOML.
    """
    return parse_toml(read_toml_text(path), path)


def read_toml_text(path: str | os.PathLike[str]) -> str:
    """Return the text of a TOML file, without a byte order mark.

    Raises
    ------
    DatasetError
        If it cannot be read or is not UTF-8.
    """
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path}: not UTF-8, as TOML must be: {error}") from error


def parse_toml(text: str, name: str | os.PathLike[str]) -> dict[str, Any]:
    """Return what a text says in TOML.

    Raises
    ------
    DatasetError
        If it is no TOML; says in which line of the file `name`.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise DatasetError(f"{name}{':' + line[1] if line else ''}: not valid TOML: {error}") from error
