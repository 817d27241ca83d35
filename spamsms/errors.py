"""What can go wrong, as exceptions that say what, where and what to do."""

from __future__ import annotations


class SpamsmsError(Exception):
    """Base class of every error that this package raises on purpose."""


class InputError(SpamsmsError, ValueError, TypeError):
    """A text, a batch or an argument is not of the kind asked for.

    It is a :class:`ValueError` and a :class:`TypeError`, so code written for
    scikit-learn estimators catches it.

    Parameters
    ----------
    message : str
        What was wrong, where, and what to do.
    row : int or None, default=None
        Zero-based row of the batch that is at fault, where one row is.
    """

    def __init__(self, message: str, row: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.row = row

    def __reduce__(self) -> tuple[type[InputError], tuple[str, int | None]]:
        return type(self), (self.message, self.row)


class DatasetError(SpamsmsError, ValueError):
    """A data file cannot be used, or rows of it cannot."""


class ModelFormatError(SpamsmsError, ValueError):
    """A model artifact is damaged, truncated, too large or of an unknown version."""
