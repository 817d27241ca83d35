"""Arrays that are costly to compute, kept in the user's cache directory.

A file is one plain ``.npy`` array of 64-bit words that begins with the SHA-256
of the rest. Whatever is wrong with it or with the directory, the caller is
told that there is no such array, and computes it.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from spamsms.atomic_file import open_atomically

VARIABLE = "SPAMSMS_CACHE_DIR"
FILES_KEPT = 4
_HASH_WORDS = 4

Words = npt.NDArray[np.int64]


def cache_directory() -> Path | None:
    """Return where the cache is, or None if this user has no place for one.

    ``SPAMSMS_CACHE_DIR`` decides; otherwise it is ``spamsms`` in
    ``$XDG_CACHE_HOME`` or ``~/.cache``, in ``~/Library/Caches`` on macOS and in
    ``%LOCALAPPDATA%`` on Windows.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(base):  # a relative one is to be ignored, says the XDG specification
        return Path(base) / "spamsms"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    places = {"darwin": home / "Library" / "Caches", "win32": home / "AppData" / "Local"}
    return places.get(sys.platform, home / ".cache") / "spamsms"


def load_words(name: str) -> Words | None:
    """Return the array kept under a name; None if there is none or it is damaged."""
    directory = cache_directory()
    if directory is None:
        return None
    try:
        with (directory / f"{name}.npy").open("rb") as file:
            whole = np.lib.format.read_array(file, allow_pickle=False)
    except (OSError, ValueError, TypeError, EOFError, MemoryError):  # whatever a damaged header leads to
        return None
    if whole.dtype != np.dtype("<i8") or whole.ndim != 1:
        return None
    words = whole[_HASH_WORDS:].astype(np.int64, copy=False)
    return words if whole[:_HASH_WORDS].tobytes() == _hash(words) else None


def save_words(name: str, words: Words) -> None:
    """Keep an array under a name, if that can be done, and drop the oldest of the same kind.

    The kind is the part of the name before its last ``-``.
    """
    directory = cache_directory()
    if directory is None:
        return
    whole = np.concatenate([np.frombuffer(_hash(words), "<i8"), words.astype("<i8", copy=False)])
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(directory / f"{name}.npy", whole)
        kind = name.rpartition("-")[0]
        files = sorted(directory.glob(f"{kind}-*.npy"), key=lambda file: file.stat().st_mtime)
        for old in files[:-FILES_KEPT]:
            old.unlink()
    except OSError:
        return


def _hash(words: Words) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(words, "<i8").data).digest()


def _write(path: Path, array: npt.NDArray[np.int64]) -> None:
    """Write a file under another name, then move it into place."""
    with open_atomically(path) as file:
        np.save(file, array, allow_pickle=False)
