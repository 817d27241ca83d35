"""One process at a time, where several write to one file."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Windows lets nobody else read what is locked: this byte is beyond the end of any file.
_FAR_BYTE = 1 << 62
_PAUSE = 0.05


@contextmanager
def exclusive_lock(descriptor: int) -> Iterator[None]:
    """Hold the lock of an open file, once whoever else holds it lets go.

    It is advisory, and gone when its process is.

    Parameters
    ----------
    descriptor : int
        Of a file opened for writing; each holder opens the file anew.
    """
    if sys.platform == "win32":
        import msvcrt

        while True:
            os.lseek(descriptor, _FAR_BYTE, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
                break
            except OSError:
                time.sleep(_PAUSE)
        try:
            yield
        finally:
            os.lseek(descriptor, _FAR_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
