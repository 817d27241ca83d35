"""Check what users pass in, and say which row is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.errors import InputError

_STR = {str}
_BATCH = "pass a list, tuple, NumPy array or pandas Series of"


def check_text(text: Any) -> str:
    """Return the text if it is one, or say what is wrong.

    Raises
    ------
    InputError
        If it is not a str.
    """
    if not isinstance(text, str):
        raise InputError(f"text is {_describe(text)}; {_advice(text)}")
    return text


def as_sequence(X: Any, name: str = "X", items: str = "str") -> Sequence[Any]:
    """Return a batch as a list or tuple, its rows unchecked.

    Parameters
    ----------
    X : list, tuple, ndarray or Series
    name : str, default="X"
        What errors call it.
    items : str, default="str"
        What errors say that it should hold.

    Raises
    ------
    InputError
        If it is not a list, tuple, one-dimensional array or Series.
    """
    if isinstance(X, (list, tuple)):
        return X
    if isinstance(X, (str, bytes)):
        raise InputError(
            f"{name} is one {type(X).__name__} where a batch is meant; {_BATCH} {items}, such as [{name}]"
        )
    if isinstance(X, np.ndarray) or (hasattr(X, "tolist") and hasattr(X, "ndim")):
        if X.ndim == 0:
            raise InputError(f"{name} is a single value where a batch is meant; {_BATCH} {items}")
        if X.ndim != 1:
            raise InputError(
                f"{name} has {X.ndim} dimensions, expected 1; select one column, such as {name}[:, 0]"
            )
        rows: list[Any] = X.tolist()
        return rows
    if hasattr(X, "columns"):
        raise InputError(
            f"{name} is of type {type(X).__name__}; select the column of texts, such as {name}['text']"
        )
    raise InputError(f"{name} is of type {type(X).__name__}; {_BATCH} {items}")


def check_texts(X: Any, name: str = "X") -> Sequence[str]:
    """Return a batch as a list or tuple of str.

    Raises
    ------
    InputError
        If it is no batch, or a row of it is not a str; ``row`` tells which.
    """
    rows = as_sequence(X, name)
    if set(map(type, rows)) == _STR:
        return rows
    for index, row in enumerate(rows):
        error = row_error(row, index, name)
        if error is not None:
            raise error
    return rows


def row_error(row: Any, index: int, name: str = "X") -> InputError | None:
    """Return what is wrong with a row of a batch, or None."""
    if isinstance(row, str):
        return None
    return InputError(f"{name}[{index}] is {_describe(row)}; {_advice(row)}", row=index)


def _describe(value: Any) -> str:
    if value is None:
        return "None"
    if is_missing(value):
        return "NaN" if isinstance(value, (float, np.floating)) else str(value)
    shown = repr(value)
    return f"{type(value).__name__} {shown if len(shown) <= 40 else shown[:37] + '...'}"


def is_missing(value: Any) -> bool:
    """Tell what stands for a missing value: None, NaN, and pandas' NA and NaT."""
    if isinstance(value, (float, np.floating)):
        return bool(np.isnan(value))
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def _advice(value: Any) -> str:
    if is_missing(value):
        return "drop missing messages or fill them with ''"
    if isinstance(value, (bytes, bytearray)):
        return "decode it first, such as .decode('utf-8')"
    return "every message must be a str; convert it with str(...) if that is what you mean"


def _is_number(value: Any) -> bool:
    return isinstance(value, (bool, int, float, np.bool_, np.integer, np.floating))


def _as_numbers(rows: Sequence[Any]) -> npt.NDArray[Any] | None:
    """Return many plain numbers as an array; None where there are others, to be looked at one by one."""
    if not set(map(type, rows)) <= {bool, int, float}:
        return None
    numbers = np.array(rows)
    # Whole numbers too large for an array stay objects.
    return numbers if numbers.dtype.kind in "biuf" else None


def _check_length(rows: Sequence[Any], n_texts: int, name: str) -> None:
    if len(rows) != n_texts:
        raise InputError(f"{name} has {len(rows)} entries for {n_texts} texts; pass one a text")


def check_labels(y: Any, n_texts: int, *, both: bool = True) -> npt.NDArray[np.int64]:
    """Return labels as an array of 0 and 1.

    Parameters
    ----------
    y : sequence of {0, 1}
    n_texts : int
    both : bool, default=True
        Whether both must occur.

    Raises
    ------
    InputError
        If there are too many or too few, one is not 0 or 1, or a class is missing.
    """
    rows = as_sequence(y, "y", "0 and 1")
    _check_length(rows, n_texts, "y")
    numbers = _as_numbers(rows)
    in_order = numbers is not None and bool(((numbers == 0) | (numbers == 1)).all())
    for index, label in enumerate(() if in_order else rows):
        if not _is_number(label) or label not in (0, 1):
            raise InputError(
                f"y[{index}] is {label!r}; labels are 1 (marketing spam) and 0 (wanted)", row=index
            )
    labels = np.array(rows, np.int64)
    for value, meaning in ((0, "wanted"), (1, "marketing spam")):
        if both and not (labels == value).any():
            raise InputError(f"y holds no {value} ({meaning}); a model needs messages of both classes")
    return labels


def check_weights(
    weights: Any, labels: npt.NDArray[np.int64], *, both: bool = True
) -> npt.NDArray[np.float64]:
    """Return the sample weights of labelled texts, ones where none are given.

    Parameters
    ----------
    weights : sequence of float, or None
    labels : ndarray of shape (n_texts,)
    both : bool, default=True
        Whether both classes must have some weight.

    Raises
    ------
    InputError
        If one is negative or not finite, their number is wrong, or a class has
        no weight.
    """
    if weights is None:
        return np.ones(labels.size)
    rows = as_sequence(weights, "sample_weight", "numbers")
    _check_length(rows, labels.size, "sample_weight")
    numbers = _as_numbers(rows)
    in_order = numbers is not None and bool(((numbers >= 0) & (numbers < np.inf)).all())
    for index, weight in enumerate(() if in_order else rows):
        if not _is_number(weight) or not 0 <= weight < np.inf:
            raise InputError(
                f"sample_weight[{index}] is {weight!r}; weights are finite numbers of at least 0", row=index
            )
    checked = np.array(rows, np.float64)
    for value, meaning in ((0, "wanted"), (1, "marketing spam")):
        if both and not (checked[labels == value] > 0).any():
            raise InputError(f"sample_weight gives no weight to {value} ({meaning}); a model needs both")
    return checked


def check_groups(groups: Any, n_texts: int) -> npt.NDArray[np.int64] | None:
    """Return the groups of texts, numbered; None where none are given.

    Raises
    ------
    InputError
        If their number is wrong, or one cannot be told from another.
    """
    if groups is None:
        return None
    rows = as_sequence(groups, "groups", "names or numbers")
    _check_length(rows, n_texts, "groups")
    numbers: dict[Any, int] = {}
    for index, group in enumerate(rows):
        try:
            numbers.setdefault(group, len(numbers))
        except TypeError:
            raise InputError(
                f"groups[{index}] is {_describe(group)}; groups are names or numbers", row=index
            ) from None
    return np.array([numbers[group] for group in rows], np.int64)


def check_scores(log_odds: Any) -> npt.NDArray[np.float64]:
    """Return log-odds as an array.

    Raises
    ------
    InputError
        If one is not a finite number.
    """
    rows = as_sequence(log_odds, "log_odds", "numbers")
    numbers = _as_numbers(rows)
    in_order = numbers is not None and bool(np.isfinite(numbers).all())
    for index, value in enumerate(() if in_order else rows):
        if not _is_number(value) or not np.isfinite(value):
            raise InputError(f"log_odds[{index}] is {value!r}; they must be finite numbers", row=index)
    return np.array(rows, np.float64)
