"""The generated character tables, loaded on first use."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.tables.codes import default_astral

HERE = os.path.dirname(__file__)
TOP_OF_BMP = 0xFFFF


def _read(name: str) -> npt.NDArray[Any]:
    return np.load(os.path.join(HERE, f"{name}.npy"), allow_pickle=False)  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def canonical() -> npt.NDArray[np.uint16]:
    """Return the canonical unit of each code point up to U+FFFF, shape (65536,)."""
    return _read("canonical")


@lru_cache(maxsize=1)
def classes() -> npt.NDArray[np.uint8]:
    """Return the class of each canonical unit, shape (65536,)."""
    return _read("classes")


@lru_cache(maxsize=1)
def sounds() -> npt.NDArray[np.uint16]:
    """Return 1 + the reading class of each canonical unit, 0 where it has none, shape (65536,)."""
    return _read("sounds")


@lru_cache(maxsize=1)
def parts() -> npt.NDArray[np.uint16]:
    """Return the units of pairs that stand for one character, and that character's; shape (n, 3), sorted."""
    return _read("parts")


@lru_cache(maxsize=1)
def full_canonical() -> npt.NDArray[np.uint16]:
    """Return the canonical unit of every code point, shape (0x110000,)."""
    table = np.empty(0x110000, np.uint16)
    table[: TOP_OF_BMP + 1] = canonical()
    for start, stop in ((0x10000, 0x20000), (0x20000, 0x40000), (0x40000, 0xE0000), (0xE0000, 0xF0000)):
        table[start:stop] = default_astral(start)
    table[0xF0000:] = default_astral(0xF0000)
    listed = _read("astral")
    table[listed[:, 0]] = listed[:, 1]
    return table
