"""Read labelled messages, and say of every row that cannot be used why."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.bundled import CORPUS, bundled_corpus
from spamsms.errors import DatasetError
from spamsms.message_files import Record, RowError, read_table
from spamsms.normalize import normalize_text
from spamsms.training.config import Source, TrainingConfig
from spamsms.training.frames import FRAME_NAME, frame_records, is_frame
from spamsms.training.labelled_rows import columns_of, read_row

ENDINGS = (".csv", ".tsv", ".jsonl", ".parquet")
# The split of rows that somebody corrected: their whole template group is trained on.
CORRECTED = "corrected"
# A path, or a pandas DataFrame.
DataPath = Any
_ARRAYS = {"labels": "int64", "times": "datetime64[s]", "weights": "float64", "calibrate": "bool"}
_FILLINGS: dict[str, Any] = {"times": np.datetime64("NaT"), "weights": 1.0, "calibrate": True}


@dataclass(frozen=True)
class RowProblem:
    """A row that was not used as it stands.

    Attributes
    ----------
    file : str
    line : int
    reason : str
    used : bool
        Whether the row was used all the same.
    """

    file: str
    line: int
    reason: str
    used: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True)
class Dataset:
    """Labelled messages, column by column; all columns have one entry a message.

    Columns left out are filled: with "" or what stands for none, weights with 1,
    `calibrate` with True.
    """

    texts: list[str] = field(default_factory=list)
    labels: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    kinds: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    writers: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    times: npt.NDArray[np.datetime64] = field(default_factory=lambda: np.zeros(0, "datetime64[s]"))
    weights: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    calibrate: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    origins: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        size = len(self.texts)
        for name in self.__dataclass_fields__:
            if size and not len(getattr(self, name)):
                object.__setattr__(self, name, _filled(name, size))

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: Iterable[int]) -> Dataset:
        """Return some rows, in the order given."""
        index = np.array(list(rows), np.int64)
        columns: dict[str, Any] = {}
        for name in self.__dataclass_fields__:
            column = getattr(self, name)
            columns[name] = column[index] if isinstance(column, np.ndarray) else [column[i] for i in index]
        return Dataset(**columns)

    def replaced(self, **columns: Any) -> Dataset:
        """Return these rows with some columns replaced."""
        return replace(self, **columns)

    def select(self, mask: npt.NDArray[np.bool_]) -> Dataset:
        """Return the rows where `mask` is True."""
        return self.take(np.flatnonzero(mask).tolist())


def _filled(name: str, size: int) -> Any:
    if name == "labels":
        raise DatasetError(f"labels are missing for {size} texts")
    if name == "origins":
        return [("", row + 1) for row in range(size)]
    if name in _ARRAYS:
        return np.full(size, _FILLINGS[name], _ARRAYS[name])
    return [""] * size


def join(parts: Sequence[Dataset]) -> Dataset:
    """Return several data sets as one."""
    columns: dict[str, Any] = {}
    for name in Dataset.__dataclass_fields__:
        values = [getattr(part, name) for part in parts]
        if values and isinstance(values[0], np.ndarray):
            columns[name] = np.concatenate(values)
        else:
            columns[name] = [item for value in values for item in value]
    return Dataset(**columns)


def find_files(paths: Sequence[DataPath]) -> list[Path]:
    """Return the data files among some files and folders, folders searched without their subfolders.

    ``corpus`` is the project's own corpus, where no file or folder is called so.
    A DataFrame is no file and is passed over.

    Raises
    ------
    DatasetError
        If a path does not exist or holds no csv, tsv, jsonl or Parquet file.
    """
    found = []
    for given in paths:
        if is_frame(given):
            continue
        path = Path(given)
        if given == CORPUS and not path.exists():
            path = bundled_corpus()
        if path.is_dir():
            inside = sorted(item for item in path.iterdir() if item.suffix.lower() in ENDINGS)
            if not inside:
                raise DatasetError(f"{path}: holds no file that ends in {', '.join(ENDINGS)}")
            found.extend(inside)
        elif path.exists():
            found.append(path)
        else:
            raise DatasetError(f"{path}: there is no such file or folder")
    return found


def read_datasets(
    paths: DataPath | Sequence[DataPath], config: TrainingConfig
) -> tuple[Dataset, list[RowProblem]]:
    """Read every file that the configuration names, or every file where it names none.

    Parameters
    ----------
    paths : sequence of path or DataFrame
        Files, folders of files, ``corpus`` for the project's own corpus, or
        pandas DataFrames with the columns that files have.
    config : TrainingConfig

    Returns
    -------
    dataset : Dataset
    problems : list of RowProblem
        Rows left out or not used as they stand, with their reasons.

    Raises
    ------
    DatasetError
        If a file cannot be used at all, a named source is missing, or nothing is left.
    """
    parts: list[Dataset] = []
    problems, used = [], set()
    for source, name, records in open_all(paths, config):
        used.add(source.file)
        part, found = _read_records(records, name, source)
        parts.append(part)
        problems.extend(found)
    missing = [source.file for source in config.sources if source.file not in used]
    if missing:
        raise DatasetError(f"the configuration names {', '.join(missing)}, which the data given do not hold")
    dataset = join(parts)
    if not len(dataset):
        first = f"; {problems[0]}" if problems else ""
        raise DatasetError(f"no labelled message in the data given; columns text and label are needed{first}")
    return dataset, problems


def open_all(
    paths: DataPath | Sequence[DataPath], config: TrainingConfig
) -> Iterator[tuple[Source, str, Iterator[Record | RowError]]]:
    """Yield each file or frame that is to be read: how to use it, what to call it, its rows.

    A single path or frame stands for a list of one.
    """
    if isinstance(paths, (str, os.PathLike)) or is_frame(paths):
        paths = [paths]
    n_frames, frames_seen = sum(map(is_frame, paths)), 0
    for given in paths:
        if is_frame(given):
            frames_seen += 1
            name = FRAME_NAME if n_frames == 1 else f"{FRAME_NAME} {frames_seen}"
            source = config.source_of(Path(FRAME_NAME)) or Source(file=FRAME_NAME)
            yield source, name, frame_records(given, columns_of(source), name)
            continue
        for path in find_files([given]):
            named = config.source_of(path)
            if named is not None:
                yield named, str(path), read_table(path, columns=columns_of(named))


def read_dataset(path: Path, source: Source) -> tuple[Dataset, list[RowProblem]]:
    """Read one file.

    Raises
    ------
    DatasetError
        If the file cannot be read or lacks the columns.
    """
    return _read_records(read_table(path, columns=columns_of(source)), str(path), source)


def _read_records(
    records: Iterable[Record | RowError], name: str, source: Source
) -> tuple[Dataset, list[RowProblem]]:
    problems: list[RowProblem] = []
    rows = (usable_row(record, name, source, problems.append) for record in records)
    return dataset_of_rows([row for row in rows if row is not None]), problems


def usable_row(
    record: Record | RowError, name: str, source: Source, note: Callable[[RowProblem], object]
) -> dict[str, Any] | None:
    """Return a row's entry in every column, None where it cannot be used; `note` is told what is wrong."""
    if isinstance(record, RowError):
        note(RowProblem(name, record.line, record.reason, record.used))
        return None
    row = read_row(record.values, source)
    if isinstance(row, str):
        note(RowProblem(name, record.line, row))
        return None
    for remark in row.remarks:
        note(RowProblem(name, record.line, remark, used=True))
    return {**row.entries, "origins": (name, record.line)}


def dataset_of_rows(rows: Sequence[dict[str, Any]]) -> Dataset:
    """Return rows, each with an entry for every column, as a data set."""
    columns: dict[str, Any] = {column: [row[column] for row in rows] for column in (rows or [{}])[0]}
    for column, kind in _ARRAYS.items():
        columns[column] = np.array(columns.get(column, ()), kind)
    return Dataset(**columns)


def remove_duplicates(dataset: Dataset) -> tuple[Dataset, list[RowProblem]]:
    """Keep the first of the messages that are the same once normalised.

    Where their labels differ the majority's is kept; a tie leaves all of them
    out. Test rows are kept apart: they count as duplicates among themselves only.

    Returns
    -------
    dataset : Dataset
    problems : list of RowProblem
        The conflicts.
    """
    rows_of: dict[tuple[str, bool], list[int]] = {}
    for row, text in enumerate(dataset.texts):
        rows_of.setdefault((normalize_text(text), dataset.splits[row] == "test"), []).append(row)
    kept, problems, labels = [], [], dataset.labels.copy()
    for rows in rows_of.values():
        votes = Counter(dataset.labels[rows].tolist())
        if len(votes) == 2:
            tied = votes[0] == votes[1]
            places = ", ".join(f"{file}:{line}" for file, line in (dataset.origins[row] for row in rows[1:4]))
            reason = f"labelled otherwise in {places}{' and more' if len(rows) > 4 else ''}; "
            reason += "a tie, all left out" if tied else "the majority's label is kept"
            problems.append(RowProblem(*dataset.origins[rows[0]], reason))
            if tied:
                continue
        labels[rows[0]] = votes.most_common(1)[0][0]
        kept.append(rows[0])
    kept.sort()
    return replace(dataset, labels=labels).take(kept), problems


def iter_problems(problems: Iterable[RowProblem], limit: int) -> Iterator[str]:
    """Yield the first problems as lines, then how many more there are."""
    listed = list(problems)
    yield from map(str, listed[:limit])
    if len(listed) > limit:
        yield f"... and {len(listed) - limit} more (spamsms profile --format json lists up to 1,000)"
