"""Train on files larger than memory: rows are read in batches, several times over."""

from __future__ import annotations

import hashlib
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spamsms.errors import DatasetError
from spamsms.reservoir import Reservoir
from spamsms.shingles import template_keys
from spamsms.training.config import TrainingConfig
from spamsms.training.dataset import (
    DataPath,
    Dataset,
    RowProblem,
    dataset_of_rows,
    join,
    open_all,
    usable_row,
)
from spamsms.training.dedupe import near_duplicate_groups
from spamsms.training.evaluate import add_to_fingerprint, evaluate_model
from spamsms.training.naming import name_model
from spamsms.training.train import PreparedData, TrainingResult, source_counts, write_model

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

PASSES = 3
ROWS_A_BATCH = 8192
# Rows among which the next batch is drawn: files sorted by class or time must not be learnt in that order.
SHUFFLED_ROWS = 65_536
MOST_TESTED = 20_000
MOST_PROBLEMS = 1000
_ALL_KEYS = 1 << 64
# Another order of the keys than the one by which a model holds messages out.
_ROTATED = 32


@dataclass
class Tally:
    """Usable rows and others met while reading; problems beyond `MOST_PROBLEMS` are counted only."""

    rows: int = 0
    bad_rows: int = 0
    problems: list[RowProblem] = field(default_factory=list)

    def note(self, problem: RowProblem) -> None:
        """Take note of a row that was not used as it stands."""
        self.bad_rows += not problem.used
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


def read_batches(
    paths: Sequence[DataPath],
    config: TrainingConfig | None = None,
    *,
    seed: int = 0,
    rows_a_batch: int = ROWS_A_BATCH,
    shuffled_rows: int = SHUFFLED_ROWS,
    tally: Tally | None = None,
) -> Iterator[Dataset]:
    """Read labelled files in batches, mixed; memory does not grow with the files.

    Parameters
    ----------
    paths : sequence of path or DataFrame
        As :func:`spamsms.training.dataset.read_datasets` takes them.
    config : TrainingConfig, optional
    seed : int, default=0
        Of the mixing; another one for each pass.
    rows_a_batch : int
    shuffled_rows : int
        Rows held in memory, of which each batch is drawn. Files take turns by
        their sizes, so one file a class will do; within one file, rows should
        not be sorted by class over longer stretches than this.
    tally : Tally, optional
        Takes note of rows and problems.

    Yields
    ------
    Dataset

    Raises
    ------
    DatasetError
        If a file cannot be used at all.
    """
    chooser = random.Random(seed)
    tally = tally or Tally()
    pool: list[dict[str, Any]] = []
    for row in _mixed_rows(paths, config or TrainingConfig(), chooser, tally):
        pool.append(row)
        if len(pool) >= shuffled_rows + rows_a_batch:
            chooser.shuffle(pool)
            yield dataset_of_rows(pool[-rows_a_batch:])
            del pool[-rows_a_batch:]
    chooser.shuffle(pool)
    for start in range(0, len(pool), rows_a_batch):
        yield dataset_of_rows(pool[start : start + rows_a_batch])


def _mixed_rows(
    paths: Sequence[DataPath], config: TrainingConfig, chooser: random.Random, tally: Tally
) -> Iterator[dict[str, Any]]:
    """Yield the usable rows of all files, which take turns at random by their sizes."""
    files = list(open_all(paths, config))
    sizes = [os.path.getsize(name) if os.path.exists(name) else 1 for _, name, _ in files]
    while files:
        place = chooser.choices(range(len(files)), [max(size, 1) for size in sizes])[0]
        source, name, records = files[place]
        record = next(records, None)
        if record is None:
            del files[place], sizes[place]
            continue
        row = usable_row(record, name, source, tally.note)
        if row is not None:
            tally.rows += 1
            yield row


def train_streaming(
    paths: Sequence[DataPath],
    out: str | os.PathLike[str] | None = None,
    config: TrainingConfig | None = None,
    *,
    config_file: str | os.PathLike[str] | None = None,
    passes: int = PASSES,
    report: Callable[[str], None] | None = None,
) -> TrainingResult:
    """Train a model on files larger than memory, by :meth:`SpamClassifier.partial_fit`.

    A message and its near-duplicates are mostly on one side, by the key of
    :func:`spamsms.shingles.template_keys`: a share of them is tested on, at
    most `MOST_TESTED`. Duplicates and conflicts are not looked for, messages
    are not augmented, and kinds are not learnt; see
    :func:`spamsms.training.train.train_model` for that.

    Parameters
    ----------
    paths : sequence of path or DataFrame
    out : path, optional
        Folder for the model, its metrics, card and configuration.
    config : TrainingConfig, optional
    config_file : path, optional
        Where `config` was read from; copied to `out`.
    passes : int, default=3
    report : callable, optional
        Called with each step as it begins.

    Returns
    -------
    TrainingResult
        Its data hold the test side only.

    Raises
    ------
    DatasetError
        If the files cannot be used, or hold one class only.
    """
    from spamsms.classifier import SpamClassifier

    report = report or (lambda step: None)
    config = name_model(config or TrainingConfig(), out)
    model = SpamClassifier(**config.model)
    tested, learnt, digest = _TestSide(config), Counter[int](), hashlib.sha256()
    first = tally = Tally()
    for turn in range(passes):
        report(f"pass {turn + 1}")
        tally = first if turn == 0 else Tally()
        for batch in read_batches(paths, config, seed=config.seed + turn, tally=tally):
            train = tested.without(batch, model, remember=turn == 0)
            if turn == 0:
                learnt.update(train.labels.tolist())
                add_to_fingerprint(digest, train)
            model.partial_fit(train.texts, train.labels, sample_weight=train.weights)
    if len(learnt) < 2:
        raise DatasetError("the data hold one class only, or no message; give labelled messages of both")
    model.name_, model.version_ = config.name, config.version or model.version_
    report("evaluate")
    test = tested.dataset()
    groups = near_duplicate_groups(test.texts, test.groups)
    counts = {
        "rows": first.rows, "bad_rows": first.bad_rows, "duplicates_removed": 0, "label_conflicts": 0,
        "corrected": 0, "groups": int(np.unique(groups).size), "train": sum(learnt.values()),
        "test": len(test), "test_left_out": 0, "held_out": tested.n_held_out,
    }  # fmt: skip
    data = PreparedData(Dataset(), test, np.zeros(0, np.int64), groups, {}, first.problems, counts)
    figures = {
        "data": {**counts, "sha256": digest.hexdigest(), "sources": source_counts(data)},
        **evaluate_model(model, test, groups),
    }
    report("write")
    if out is not None:
        write_model(model, figures, config, Path(out), config_file)
    return TrainingResult(model, data, figures)


class _TestSide:
    """The messages to test on: a bounded sample of those that are not learnt from."""

    def __init__(self, config: TrainingConfig) -> None:
        self._share, self._seed = config.test_share, config.seed
        self.n_held_out = 0
        self._parts: list[Dataset] = []
        self._keys: list[np.ndarray[Any, np.dtype[np.uint64]]] = []

    def without(self, batch: Dataset, model: SpamClassifier, remember: bool) -> Dataset:
        """Return the rows of a batch that are learnt from, or calibrated on by the model."""
        keys = template_keys(batch.texts)
        rotated = (keys << np.uint64(_ROTATED)) | (keys >> np.uint64(64 - _ROTATED))
        rotated ^= np.uint64(self._seed * 0x9E3779B97F4A7C15 % _ALL_KEYS)
        splits = np.array(batch.splits, dtype=object)
        held_out = ((rotated < np.uint64(int(self._share * (_ALL_KEYS - 1)))) & (splits != "train")) | (
            splits == "test"
        )
        if remember and held_out.any():
            self.n_held_out += int(held_out.sum())
            self._parts.append(batch.select(held_out))
            self._keys.append(rotated[held_out])
            self._shrink()
        # Only sources that are like the inboxes to be judged may calibrate.
        reservoir = Reservoir() if model.stream_ is None else model.stream_.reservoir
        unlike = ~batch.calibrate & reservoir.holds_out(keys)
        return batch.select(~held_out & ~unlike)

    def _shrink(self) -> None:
        if sum(map(len, self._parts)) <= 2 * MOST_TESTED:
            return
        self._parts, self._keys = [self.dataset()], [np.sort(np.concatenate(self._keys))[:MOST_TESTED]]

    def dataset(self) -> Dataset:
        """Return the messages, at most `MOST_TESTED`, in the order of their keys."""
        if not self._parts:
            return Dataset()
        order = np.argsort(np.concatenate(self._keys), kind="stable")[:MOST_TESTED]
        return join(self._parts).take(order.tolist())
