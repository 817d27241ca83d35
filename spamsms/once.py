"""Values that a process makes once, whatever its threads and forks do."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Once(Generic[Value]):
    """Values by key, each made at the first request while other threads wait."""

    def __init__(self) -> None:
        self._values: dict[str, Value] = {}
        self._lock = threading.RLock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew_lock)

    def _renew_lock(self) -> None:
        """Free a forked child of a lock whose holder was left behind."""
        self._lock = threading.RLock()

    def get(self, key: str, make: Callable[[], Value]) -> Value:
        """Return the value of a key, made now if it has none; ``make`` may ask for other keys."""
        if key not in self._values:
            with self._lock:
                if key not in self._values:
                    self._values[key] = make()
        return self._values[key]

    def clear(self) -> None:
        """Forget every value."""
        with self._lock:
            self._values.clear()
