"""Read labelled messages, and say of every row that cannot be used why."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.errors import DatasetError
from spamsms.kinds import KINDS, SPAM_KINDS
from spamsms.normalize import normalize_text
from spamsms.training.config import Source, TrainingConfig

_LABELS = {
    "1": 1, "spam": 1, "垃圾": 1, "垃圾短信": 1, "true": 1, "yes": 1, "是": 1,
    "0": 0, "ham": 0, "正常": 0, "正常短信": 0, "wanted": 0, "false": 0, "no": 0, "否": 0,
}  # fmt: skip
ENDINGS = (".csv", ".tsv", ".jsonl")
_PLACEHOLDER_TAIL = re.compile(r"\b(URL|PHONE|CELLPHONE)[a-z0-9]+")
_HANDLE = re.compile(r"\b(?:WECHAT|QQ)\b")
_NAME = re.compile(r"\b(?:PLACE|NAME)\b")


@dataclass(frozen=True)
class RowProblem:
    """A row that was not used as it stands."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True)
class Dataset:
    """Labelled messages, column by column; all columns have one entry a message."""

    texts: list[str] = field(default_factory=list)
    labels: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    kinds: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    writers: list[str] = field(default_factory=list)
    weights: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    calibrate: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    origins: list[tuple[str, int]] = field(default_factory=list)

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


def find_files(paths: Sequence[str | os.PathLike[str]]) -> list[Path]:
    """Return the data files among some files and folders, folders searched without their subfolders.

    Raises
    ------
    DatasetError
        If a path does not exist or holds no csv, tsv or jsonl file.
    """
    found = []
    for given in paths:
        path = Path(given)
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
    paths: Sequence[str | os.PathLike[str]], config: TrainingConfig
) -> tuple[Dataset, list[RowProblem]]:
    """Read every file that the configuration names, or every file where it names none.

    Parameters
    ----------
    paths : sequence of path
        Files, or folders of files.
    config : TrainingConfig

    Returns
    -------
    dataset : Dataset
    problems : list of RowProblem
        Rows left out, with their reasons.

    Raises
    ------
    DatasetError
        If a file cannot be used at all, a named source is missing, or nothing is left.
    """
    parts, problems, used = [], [], set()
    for path in find_files(paths):
        source = config.source_of(path)
        if source is None:
            continue
        used.add(source.file)
        part, found = read_dataset(path, source)
        parts.append(part)
        problems.extend(found)
    missing = [source.file for source in config.sources if source.file not in used]
    if missing:
        raise DatasetError(f"the configuration names {', '.join(missing)}, which the data given do not hold")
    dataset = join(parts)
    if not len(dataset):
        raise DatasetError("no labelled message in the data given; columns text and label are needed")
    return dataset, problems


def read_dataset(path: Path, source: Source) -> tuple[Dataset, list[RowProblem]]:
    """Read one file.

    Raises
    ------
    DatasetError
        If the file cannot be read or lacks the columns.
    """
    from spamsms.message_files import RowError, read_table

    rows: list[dict[str, Any]] = []
    problems = []
    for record in read_table(path, needed=(source.text,)):
        if isinstance(record, RowError):
            problems.append(RowProblem(str(path), record.line, record.reason))
            continue
        row = _read_row(record.values, source)
        if isinstance(row, str):
            problems.append(RowProblem(str(path), record.line, row))
        else:
            rows.append({**row, "origins": (str(path), record.line)})
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in (rows or [{}])[0]}
    columns["labels"] = np.array(columns.get("labels", ()), np.int64)
    columns["weights"] = np.full(len(rows), source.weight)
    columns["calibrate"] = np.full(len(rows), source.calibrate)
    return Dataset(**columns), problems


def _read_row(values: dict[str, str], source: Source) -> dict[str, Any] | str:
    """Return a row's entry in each column, or what is wrong with it."""
    text = values.get(source.text)
    if text is None or not text.strip():
        return f"the column {source.text!r} is empty"
    kind = (values.get(source.kind) or "").strip()
    kind = source.kinds.get(kind, kind)
    given = values.get(source.label)
    label = read_label(given if given is not None and given.strip() else kind)
    if label is None:
        return f"label {given!r} is none of 0, 1, ham, spam, 正常, 垃圾 or a kind's code"
    if kind in KINDS and label != int(kind in SPAM_KINDS):
        return f"label {given!r} contradicts kind {kind!r}"
    if source.cleaning == "placeholders":
        text = clean_placeholders(text)
    title = values.get(source.source_column) or source.title
    group = values.get(source.group) or ""
    writer = values.get(source.writer) or ""
    return {
        "texts": text,
        "labels": label,
        "kinds": kind,
        "sources": title,
        "files": source.title,
        "groups": group and f"{source.title}:{group}",
        "splits": (values.get(source.split) or "").strip(),
        "flags": values.get("flags") or "",
        "writers": writer and f"{source.title}:{writer}",
    }


def read_label(value: str) -> int | None:
    """Return 1 for spam, 0 for wanted, None for what is no label."""
    value = value.strip()
    if value in KINDS:
        return int(value in SPAM_KINDS)
    return _LABELS.get(value.lower())


def clean_placeholders(text: str) -> str:
    """Undo what a research corpus did to a message: names out, handles masked, URL tails off."""
    text = _PLACEHOLDER_TAIL.sub(r"\1", text)
    return _NAME.sub("", _HANDLE.sub("*", text)).strip()


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
        yield f"... and {len(listed) - limit} more"
