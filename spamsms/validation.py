"""Check what users pass in, and say which row is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.errors import InputError

_REMEDY = "pass a list, tuple, NumPy array or pandas Series of str"


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


def as_sequence(X: Any, name: str = "X") -> Sequence[Any]:
    """Return a batch as a list or tuple, its rows unchecked.

    Raises
    ------
    InputError
        If it is not a list, tuple, one-dimensional array or Series.
    """
    if isinstance(X, (list, tuple)):
        return X
    if isinstance(X, (str, bytes)):
        raise InputError(f"{name} is one {type(X).__name__} where a batch is meant; {_REMEDY}: [{name}]")
    if isinstance(X, np.ndarray) or (hasattr(X, "tolist") and hasattr(X, "ndim")):
        if X.ndim != 1:
            raise InputError(
                f"{name} has {X.ndim} dimensions, expected 1; select one column, such as {name}[:, 0]"
            )
        rows: list[Any] = X.tolist()
        return rows
    if hasattr(X, "columns"):
        raise InputError(
            f"{name} is a {type(X).__name__}; select the column of texts, such as {name}['text']"
        )
    raise InputError(f"{name} is a {type(X).__name__}; {_REMEDY}")


def check_texts(X: Any, name: str = "X") -> Sequence[str]:
    """Return a batch as a list or tuple of str.

    Raises
    ------
    InputError
        If it is no batch, or a row of it is not a str; ``row`` tells which.
    """
    rows = as_sequence(X, name)
    if set(map(type, rows)) <= {str}:
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
    if isinstance(value, float) and value != value:
        return "NaN"
    shown = repr(value)
    return f"{type(value).__name__} {shown if len(shown) <= 40 else shown[:37] + '...'}"


def _advice(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value) or type(value).__name__ == "NAType":
        return "drop missing messages or fill them with ''"
    if isinstance(value, (bytes, bytearray)):
        return "decode it first, such as .decode('utf-8')"
    return "every message must be a str; convert it with str(...) if that is what you mean"


def check_labels(y: Any, n_texts: int) -> npt.NDArray[np.int64]:
    """Return labels as an array of 0 and 1, both present.

    Raises
    ------
    InputError
        If there are too many or too few, one is not 0 or 1, or a class is missing.
    """
    rows = as_sequence(y, "y")
    if len(rows) != n_texts:
        raise InputError(f"y has {len(rows)} labels for {n_texts} texts; pass one label a text")
    for index, label in enumerate(rows):
        if not isinstance(label, (bool, int, float, np.bool_, np.number)) or label not in (0, 1):
            raise InputError(
                f"y[{index}] is {label!r}; labels are 1 (marketing spam) and 0 (wanted)", row=index
            )
    labels = np.array(rows, np.int64)
    for value, meaning in ((0, "wanted"), (1, "marketing spam")):
        if not (labels == value).any():
            raise InputError(f"y holds no {value} ({meaning}); a model needs messages of both classes")
    return labels


def check_weights(weights: Any, n_texts: int) -> npt.NDArray[np.float64]:
    """Return sample weights, ones where none are given.

    Raises
    ------
    InputError
        If one is negative or not finite, or their number is wrong.
    """
    if weights is None:
        return np.ones(n_texts)
    checked = np.asarray(weights, np.float64)
    if checked.shape != (n_texts,):
        raise InputError(f"sample_weight has shape {checked.shape}, expected ({n_texts},)")
    wrong = np.flatnonzero(~(np.isfinite(checked) & (checked >= 0)))
    if wrong.size:
        row = int(wrong[0])
        raise InputError(f"sample_weight[{row}] is {checked[row]}; weights are finite and >= 0", row=row)
    return checked
