"""A progress bar over the steps of a long command, off where there is no terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from spamsms.commands.console import standard_error


class Steps:
    """A bar that names the step under way.

    Parameters
    ----------
    total : int
        How many steps there are.
    """

    def __init__(self, total: int) -> None:
        self._bar: Any = None
        output = standard_error()
        if output.isatty():
            from tqdm import tqdm

            form = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}]"
            self._bar = tqdm(total=total, file=output, leave=False, bar_format=form)
        self._begun = False

    def __enter__(self) -> Steps:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def begin(self, step: str) -> None:
        """Name the step that begins."""
        if self._bar is None:
            return
        self._bar.set_description(step, refresh=False)
        self._bar.update(1 if self._begun else 0)
        self._bar.refresh()
        self._begun = True
