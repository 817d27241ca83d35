"""Progress bars on standard error: over what is read, and over the steps of a long command."""

from __future__ import annotations

from types import TracebackType
from typing import Any, TypeVar

from spamsms.commands.console import printable, standard_error

_Self = TypeVar("_Self", bound="_Bar")


class _Bar:
    """A bar of tqdm, where it is to be seen."""

    def __init__(self, visible: bool, **options: Any) -> None:
        self._output = standard_error()
        self._bar: Any = None
        if visible:
            from tqdm import tqdm

            self._bar = tqdm(file=self._output, leave=False, **options)

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()


class Progress(_Bar):
    """A bar over what is read, and lines that do not disturb it.

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
        super().__init__(visible, total=total, unit=unit, unit_scale=True)

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


class Steps(_Bar):
    """A bar that names the step under way, drawn on a terminal only.

    Parameters
    ----------
    total : int
        How many steps there are.
    """

    def __init__(self, total: int) -> None:
        form = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}]"
        super().__init__(standard_error().isatty(), total=total, bar_format=form)
        self._begun = False

    def begin(self, step: str) -> None:
        """Name the step that begins."""
        if self._bar is None:
            return
        self._bar.set_description(step, refresh=False)
        self._bar.update(1 if self._begun else 0)
        self._bar.refresh()
        self._begun = True
