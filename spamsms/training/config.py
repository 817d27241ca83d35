"""What a training run is made of, read from TOML."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from spamsms.errors import DatasetError
from spamsms.toml_files import read_toml

# A mild preference against overfitting, see models/zh/training.toml for how it was chosen.
DEFAULT_C = 1.0


@dataclass(frozen=True)
class Source:
    """A labelled file and how to use it.

    Attributes
    ----------
    file : str
        File name, or the end of its path, within the data given.
    name : str
        What figures call its rows; the column `source_column` overrides it row by row.
    weight : float
        Weight of each row in fitting.
    calibrate : bool
        Whether its rows take part in calibration and thresholds: only files
        that are like the inboxes to be judged should.
    calibration_weight : float
        Weight of each row in calibration: below one where the file's share of
        hard messages is not that of real inboxes.
    cleaning : {"none", "placeholders"}
        "placeholders" undoes the masks of pre-tokenised research corpora.
    kinds : dict of str to str
        Codes of the kinds that the file names otherwise.
    text, label, kind, group, split, source_column, writer, sender, time, weight_column : str
        Names of columns; all but `text` and one of `label` and `kind` may be
        missing. A row's weight is multiplied by the file's.
    """

    file: str
    name: str = ""
    weight: float = 1.0
    calibrate: bool = True
    calibration_weight: float = 1.0
    cleaning: str = "none"
    kinds: dict[str, str] = field(default_factory=dict)
    text: str = "text"
    label: str = "label"
    kind: str = "kind"
    group: str = "group"
    split: str = "split"
    source_column: str = "source"
    writer: str = "writer"
    sender: str = "sender"
    time: str = "time"
    weight_column: str = "weight"

    def __post_init__(self) -> None:
        if self.cleaning not in ("none", "placeholders"):
            raise DatasetError(
                f'source {self.file}: cleaning must be "none" or "placeholders", not {self.cleaning!r}'
            )
        for name in ("weight", "calibration_weight"):
            if not getattr(self, name) >= 0:
                raise DatasetError(f"source {self.file}: {name} must be >= 0, not {getattr(self, name)!r}")

    @property
    def title(self) -> str:
        """The source's name, or its file's."""
        return self.name or Path(self.file).stem


@dataclass(frozen=True)
class TrainingConfig:
    """A training run.

    Attributes
    ----------
    name, version : str
        What the model is called. No version means the one after the latest of
        that name, see :func:`spamsms.training.naming.name_model`.
    description : str
        For the model card.
    model : dict
        Parameters of :class:`spamsms.SpamClassifier`.
    sources : tuple of Source
        Empty: every file given is read with the defaults.
    augment_copies : int
        Disguised copies of each training message; see :mod:`spamsms.training.augment`.
    augment_weight : float
        Weight of a copy as a share of its message's.
    feedback_weight : float
        Least weight of a corrected message; see :mod:`spamsms.training.feedback`.
    test_share : float
        Share of the groups that is never trained on.
    seed : int
        Of the split; groups change sides only when it changes.
    """

    name: str = "custom"
    version: str = ""
    description: str = ""
    model: dict[str, Any] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    augment_copies: int = 0
    augment_weight: float = 0.5
    feedback_weight: float = 1.0
    test_share: float = 0.15
    seed: int = 0

    def for_files(self, paths: Sequence[str | os.PathLike[str]]) -> TrainingConfig:
        """Return this configuration with only the sources that the files given hold.

        One that names none of the files keeps its split, and every file counts.
        """
        from spamsms.training.dataset import find_files

        names = [path.as_posix() for path in find_files(paths)]
        held = [s for s in self.sources if any(f"/{name}".endswith(f"/{s.file}") for name in names)]
        return replace(self, sources=tuple(held))

    def source_of(self, path: Path) -> Source | None:
        """Return how to use a file; None where the configuration does not name it."""
        if not self.sources:
            return Source(file=path.name)
        for source in self.sources:
            if f"/{path.as_posix()}".endswith(f"/{source.file}"):
                return source
        return None


def read_config(path: str | os.PathLike[str] | None) -> TrainingConfig:
    """Read a configuration; the defaults where `path` is None.

    Raises
    ------
    DatasetError
        If the file cannot be read, is no TOML, or holds an unknown key.
    """
    if path is None:
        return TrainingConfig()
    raw = read_toml(path)
    sources = tuple(build_table(Source, entry, f"{path}: [[sources]]") for entry in raw.pop("sources", []))
    config: TrainingConfig = build_table(TrainingConfig, {**raw, "sources": sources}, str(path))
    return config


def build_table(kind: type[Any], values: Any, where: str) -> Any:
    """Return a dataclass made from a TOML table.

    Raises
    ------
    DatasetError
        If it is no table, or holds an unknown key or a wrong value; names `where`.
    """
    if not isinstance(values, dict):
        raise DatasetError(f"{where}: expected a table")
    known = {item.name for item in fields(kind)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise DatasetError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}")
    try:
        return kind(**values)
    except TypeError as error:
        raise DatasetError(f"{where}: {error}") from error
