"""Score columns of Apache Arrow: what DuckDB, Polars, Parquet and Spark hand over."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.calibration import sigmoid
from spamsms.errors import InputError
from spamsms.joined_texts import GAP, JoinedTexts, checked_join
from spamsms.parallel import CHARACTERS_WORTH_STARTING, map_parts
from spamsms.registry import as_model

if TYPE_CHECKING:
    import pyarrow as pa

    from spamsms.classifier import SpamClassifier

# Some `scoring.CHARACTERS_A_PART` of Chinese.
_BYTES_A_PART = 3 << 18


def score_arrow(
    array: pa.Array | pa.ChunkedArray, model: SpamClassifier | str | os.PathLike[str] | None = None
) -> pa.Array | pa.ChunkedArray:
    """Return the probability that each message of an Arrow column is marketing spam.

    Parameters
    ----------
    array : pyarrow.Array or pyarrow.ChunkedArray, length n_texts
        Of strings or bytes in UTF-8, of either size or as views, or a dictionary
        of those, each of whose values is then scored once.
    model : SpamClassifier, str or path, optional
        A model, or what :func:`spamsms.load_model` makes one of. Its `n_jobs`
        holds for large columns.

    Returns
    -------
    pyarrow.Array or pyarrow.ChunkedArray of double, length n_texts
        As what was passed, chunk for chunk. Null where the message is null or
        no UTF-8.

    Raises
    ------
    InputError
        If `array` is no Arrow column of texts, or there is no such model.

    Examples
    --------
    >>> import pyarrow
    >>> score_arrow(pyarrow.array(["您的验证码是 482913，请勿告诉他人", None])).null_count
    1
    """
    pa = _pyarrow()
    classifier = as_model(model)
    if isinstance(array, pa.ChunkedArray):
        check_type(array.type)
        chunks = [_score_chunk(chunk, classifier) for chunk in array.chunks]
        return pa.chunked_array(chunks, pa.float64())
    if not isinstance(array, pa.Array):
        raise InputError(f"array is of type {type(array).__name__}; pass a pyarrow.Array or ChunkedArray")
    check_type(array.type)
    return _score_chunk(array, classifier)


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise InputError(
            'Arrow columns need pyarrow, which is not installed; python -m pip install "spamsms[arrow]"'
        ) from error
    return pyarrow


def check_type(kind: pa.DataType) -> None:
    """Refuse a column of something else than texts.

    Raises
    ------
    InputError
        If it is one.
    """
    types = _pyarrow().types
    values = kind.value_type if types.is_dictionary(kind) else kind
    if not (types.is_null(values) or _is_text(values)):
        raise InputError(f"array holds {kind}; pass a column of strings, or cast it to string")


def _is_text(kind: pa.DataType) -> bool:
    types = _pyarrow().types
    tests = [types.is_string, types.is_large_string, types.is_binary, types.is_large_binary]
    tests += [getattr(types, name) for name in ("is_string_view", "is_binary_view") if hasattr(types, name)]
    return any(test(kind) for test in tests)


def _score_chunk(array: pa.Array, model: SpamClassifier) -> pa.Array:
    pa = _pyarrow()
    if pa.types.is_dictionary(array.type):
        if len(array.dictionary) <= len(array):
            return _score_chunk(array.dictionary, model).take(array.indices)
        array = array.dictionary_decode()
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), pa.float64())
    array = _without_view(array)
    known = np.ones(len(array), np.bool_)
    scorer, n_jobs = model._fitted(), model.n_jobs
    if array.nbytes < CHARACTERS_WORTH_STARTING:
        n_jobs = None
    tasks = ([part] for part in _parts_of(array, known))
    scores = list(map_parts(scorer.log_odds_of_parts, tasks, n_jobs))
    probabilities = np.zeros(len(array))
    probabilities[known] = sigmoid(np.concatenate(scores)) if scores else 0.0
    return pa.array(probabilities, mask=~known)


def _parts_of(array: pa.Array, known: npt.NDArray[np.bool_]) -> Iterator[JoinedTexts | Sequence[str]]:
    """Yield the texts of a column part by part, without those that are null or no UTF-8.

    Which are left is noted in `known`.
    """
    start = 0
    for stop in _ends_of_parts(array):
        part = array.slice(start, stop - start)
        texts: JoinedTexts | Sequence[str] | None = _join(part)
        if texts is None:
            texts, known[start:stop] = texts_of(part)
        elif part.null_count:
            known[start:stop] = part.is_valid().to_numpy(zero_copy_only=False)
        start = stop
        if texts:
            yield texts


def _ends_of_parts(array: pa.Array) -> list[int]:
    """Return where parts of at most about `_BYTES_A_PART` end, evenly."""
    from pyarrow import compute

    lengths = compute.binary_length(array).fill_null(0).to_numpy(zero_copy_only=False)
    ends = np.cumsum(lengths, dtype=np.int64)
    if not ends.size:
        return []
    n_parts = -(-ends.item(-1) // _BYTES_A_PART)
    shares = ends.item(-1) * np.arange(1, n_parts) // max(n_parts, 1)
    stops: list[int] = np.unique(np.append(ends.searchsorted(shares) + 1, ends.size)).tolist()
    return stops


def _join(array: pa.Array) -> JoinedTexts | None:
    """Return the texts of a column that are not null, without making a str of each.

    None where one is no UTF-8 or holds a NUL, or all are null.
    """
    pa = _pyarrow()
    from pyarrow import compute

    n_texts = len(array) - array.null_count
    if not n_texts:
        return None
    nothing = pa.array([b""], pa.binary()).cast(array.type)
    rows = pa.concat_arrays([nothing, array.drop_null() if array.null_count else array, nothing])
    gap = pa.scalar(GAP.encode(), pa.binary()).cast(array.type)
    joined = compute.binary_join(pa.ListArray.from_arrays(pa.array([0, len(rows)], pa.int32()), rows), gap)
    try:
        return checked_join(str(joined[0].as_buffer(), "utf-8"), n_texts)
    except UnicodeDecodeError:
        return None


def _without_view(array: pa.Array) -> pa.Array:
    """Return a column of views as one of bytes, of which Arrow can do more."""
    pa = _pyarrow()
    if "view" not in str(array.type):
        return array
    try:
        return array.cast(pa.large_binary())
    except pa.ArrowNotImplementedError:
        # The oldest releases that know views cannot.
        pass
    rows = [value.as_buffer() for value in array]
    return pa.array([None if row is None else row.to_pybytes() for row in rows], pa.large_binary())


def texts_of(array: pa.Array) -> tuple[list[str], npt.NDArray[np.bool_]]:
    """Return the texts of a column, and which rows they are: not those that are null or no UTF-8.

    Parameters
    ----------
    array : pyarrow.Array of strings or bytes, length n_rows

    Returns
    -------
    texts : list of str
    known : ndarray of bool, shape (n_rows,)
    """
    try:
        rows: list[str | bytes | None] = array.to_pylist()
        texts = [row.decode("utf-8") if isinstance(row, bytes) else row for row in rows]
    except UnicodeDecodeError:
        texts = [_decoded(value.as_buffer()) for value in array]
    there = [text for text in texts if text is not None]
    known = np.ones(len(texts), np.bool_)
    if len(there) < len(texts):
        known[:] = [text is not None for text in texts]
    return there, known


def _decoded(value: pa.Buffer | None) -> str | None:
    try:
        return None if value is None else str(value, "utf-8")
    except UnicodeDecodeError:
        return None
