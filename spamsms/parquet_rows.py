"""Rows of Parquet files, read with pyarrow, which is an extra."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from spamsms.errors import DatasetError, InputError
from spamsms.object_rows import ObjectRow
from spamsms.table_rows import RowError
from spamsms.text_lines import ByteSource

BATCH_ROWS = 8192


class ParquetTable:
    """An open Parquet file.

    Parameters
    ----------
    source : ByteSource
        Its stream must be able to seek.

    Attributes
    ----------
    header : list of str
        The columns.

    Raises
    ------
    InputError
        If pyarrow is not installed, or the stream cannot seek.
    DatasetError
        If the file is no Parquet file, or a damaged one.
    """

    def __init__(self, source: ByteSource) -> None:
        try:
            from pyarrow import ArrowException
            from pyarrow.parquet import ParquetFile
        except ImportError as error:
            raise InputError(
                f"{source.name}: Parquet files are read with pyarrow, which is not installed; "
                'python -m pip install "spamsms[arrow]"'
            ) from error
        if not source.stream.seekable():
            raise InputError(f"{source.name}: a Parquet file cannot be read from a pipe; name the file")
        self._source = source
        self._errors = (ArrowException, OSError)
        try:
            self._size = source.stream.seek(0, 2)
            source.stream.seek(0)
            self._file = ParquetFile(source.stream)
        except self._errors as error:
            raise self._damaged(error) from error
        self.header: list[str] = list(self._file.schema_arrow.names)

    def rows(self, columns: Sequence[str] | None = None) -> Iterator[ObjectRow | RowError]:
        """Yield the rows, numbered from 1, with all columns or some of them.

        Raises
        ------
        DatasetError
            If what follows is damaged.
        """
        total, number = self._file.metadata.num_rows, 0
        batches = self._file.iter_batches(BATCH_ROWS, columns=columns)
        while True:
            try:
                batch = next(batches, None)
            except self._errors as error:
                raise self._damaged(error) from error
            if batch is None:
                return
            for values in _batch_rows(batch):
                number += 1
                yield RowError(number, values) if isinstance(values, str) else ObjectRow(number, values)
            self._source.on_read(self._size * batch.num_rows // total)

    def _damaged(self, error: Exception) -> DatasetError:
        said = str(error).split("\n")[0]
        return DatasetError(f"{self._source.name}: cannot be read as Parquet: {said}")


def _batch_rows(batch: Any) -> Iterator[dict[str, Any] | str]:
    """Yield the rows of a batch; of one that cannot be decoded, why."""
    names = batch.schema.names
    try:
        columns = [column.to_pylist() for column in batch.columns]
    except UnicodeDecodeError:
        for row in range(batch.num_rows):
            try:
                yield {name: column[row].as_py() for name, column in zip(names, batch.columns, strict=True)}
            except UnicodeDecodeError as error:
                yield f"not UTF-8 at byte {error.start + 1}"
        return
    for values in zip(*columns, strict=True):
        yield dict(zip(names, values, strict=True))
