"""A progress bar over what is read, and lines that do not disturb it."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from spamsms.commands.console import printable, standard_error


class Progress:
    """A bar on standard error.

    Parameters
    ----------
    total : int or None
        Bytes to read; None where nobody knows.
    visible : bool
        Whether to draw at all.
    unit : str, default="B"
        What is counted, where it is not bytes.
    """

    def __init__(self, total: int | None, visible: bool, unit: str = "B") -> None:
        self._output = standard_error()
        self._bar: Any = None
        if visible:
            from tqdm import tqdm

            self._bar = tqdm(total=total, unit=unit, unit_scale=True, file=self._output, leave=False)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def advance(self, n: int) -> None:
        """Take note of what is read."""
        if self._bar is not None:
            self._bar.update(n)

    def say(self, line: str) -> None:
        """Write a line above the bar."""
        if self._bar is None:
            self._output.write_line(line)
        else:
            self._bar.write(printable(line), file=self._output)
