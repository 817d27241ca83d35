"""Corrections of verdicts: a file that is only ever appended to, replayed when a model is retrained."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from spamsms.errors import InputError
from spamsms.journal import append_record, time_now
from spamsms.kinds import KINDS, SPAM_KINDS
from spamsms.message_files import RowError, read_table
from spamsms.normalize import normalize_text
from spamsms.training.dataset import CORRECTED, Dataset, RowProblem, join
from spamsms.training.labelled_rows import read_label
from spamsms.validation import check_text
from spamsms.verdict import Verdict

ADD, UNDO = "add", "undo"
SOURCE = "feedback"


@dataclass(frozen=True)
class Correction:
    """What somebody says a message is.

    Attributes
    ----------
    id : str
    time : str
        In UTC.
    author, text : str
    label : int
        1 is marketing spam.
    line : int
        Where it stands in the file.
    kind, note : str
        Empty where not given.
    model, model_hash : str
        What judged the message; empty where nobody knows.
    probability : float or None
        What it said.
    state : {"counts", "undone", "superseded", "in conflict"}
        Superseded by a later one of the same author on the same message.
    """

    id: str
    time: str
    author: str
    text: str
    label: int
    line: int
    kind: str = ""
    note: str = ""
    model: str = ""
    model_hash: str = ""
    probability: float | None = None
    state: str = "counts"


@dataclass(frozen=True)
class Replay:
    """A feedback file as it stands.

    Attributes
    ----------
    corrections : list of Correction
        All that were ever made, with their states, in the order of the file.
    problems : list of RowProblem
        Lines that cannot be used, and authors who contradict each other.
    """

    corrections: list[Correction] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


class Feedback:
    """A file of corrections.

    Parameters
    ----------
    path : path
        Ends in ``.jsonl``; made by the first correction. Several processes may
        append at once.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def add(
        self,
        text: str,
        label: int | str,
        author: str,
        *,
        verdict: Verdict | None = None,
        kind: str = "",
        note: str = "",
    ) -> str:
        """Append a correction.

        Parameters
        ----------
        text : str
        label : {0, 1} or str
            As labelled files spell it.
        author : str
        verdict : Verdict, optional
            Of the model that was wrong, or right.
        kind, note : str, optional

        Returns
        -------
        str
            The correction's id, for :meth:`undo`.

        Raises
        ------
        InputError
            If text, label, author or kind is not as it should be.
        OSError
            If the file cannot be written.
        """
        values = {"text": check_text(text), "label": str(label), "author": str(author), "kind": kind}
        checked = _read_correction({**values, "id": "-"}, 0)
        if isinstance(checked, str):
            raise InputError(f"{checked}; nothing was written")
        said: dict[str, Any] = {"model": None, "model_hash": None, "probability": None}
        if verdict is not None:
            said = {name: getattr(verdict, name) for name in said}
        identity = secrets.token_hex(6)
        record = {"action": ADD, "id": identity, "time": time_now(), "author": author, "text": text}
        append_record(self.path, {**record, "label": checked.label, "kind": kind, "note": note, **said})
        return identity

    def undo(self, identity: str, author: str, note: str = "") -> Correction:
        """Append that a correction no longer counts; the same author's earlier one counts again.

        Returns
        -------
        Correction
            The one undone.

        Raises
        ------
        InputError
            If there is no such correction, or it is undone already.
        DatasetError
            If the file cannot be read.
        """
        found = [item for item in self.replay().corrections if item.id == identity]
        if not found:
            raise InputError(f"{self.path}: no correction {identity!r}; `spamsms feedback list` shows them")
        if found[0].state == "undone":
            raise InputError(f"{self.path}: correction {identity!r} is undone already")
        _check_author(author)
        record = {"action": UNDO, "id": identity, "time": time_now(), "author": author, "note": note}
        append_record(self.path, record)
        return found[0]

    def replay(self) -> Replay:
        """Read the file and tell which corrections count.

        Returns
        -------
        Replay

        Raises
        ------
        DatasetError
            If the file cannot be read.
        """
        corrections, undone, problems = [], {}, []
        for row in read_table(self.path, encoding="utf-8"):
            if isinstance(row, RowError):
                problems.append(RowProblem(str(self.path), row.line, row.reason, row.used))
                continue
            if row.values.get("action") == UNDO:
                undone[row.values.get("id", "")] = row.line
                continue
            found = _read_correction(row.values, row.line)
            if isinstance(found, str):
                problems.append(RowProblem(str(self.path), row.line, found))
            else:
                corrections.append(found)
        known = {item.id for item in corrections}
        for identity, line in undone.items():
            if identity not in known:
                reason = f"undoes {identity!r}, which is no correction of this file"
                problems.append(RowProblem(str(self.path), line, reason))
        states, conflicts = _states(str(self.path), corrections, set(undone))
        return Replay(
            [replace(item, state=state) for item, state in zip(corrections, states, strict=True)],
            sorted(problems + conflicts, key=lambda problem: problem.line),
        )

    def to_dataset(self, weight: float = 1.0) -> tuple[Dataset, list[RowProblem]]:
        """Return the corrections that count as labelled messages.

        They take no part in calibration and thresholds: they were picked for how
        they were judged, so their scores are not those of an inbox.

        Parameters
        ----------
        weight : float, default=1.0
            Of each in fitting.

        Returns
        -------
        dataset : Dataset
            One row a message, each marked to be trained on.
        problems : list of RowProblem

        Raises
        ------
        DatasetError
            If the file cannot be read.
        """
        replayed = self.replay()
        rows: dict[str, Correction] = {}
        for item in replayed.corrections:
            if item.state == "counts":
                rows[normalize_text(item.text)] = item
        chosen = list(rows.values())
        size = len(chosen)
        dataset = Dataset(
            texts=[item.text for item in chosen],
            labels=np.array([item.label for item in chosen], np.int64),
            kinds=[item.kind for item in chosen],
            sources=[SOURCE] * size,
            files=[SOURCE] * size,
            splits=[CORRECTED] * size,
            writers=[f"{SOURCE}:{item.author}" for item in chosen],
            weights=np.full(size, float(weight)),
            calibrate=np.zeros(size, np.bool_),
            origins=[(str(self.path), item.line) for item in chosen],
        )
        return dataset, replayed.problems


def apply_corrections(dataset: Dataset, corrections: Dataset) -> tuple[Dataset, list[RowProblem]]:
    """Return labelled messages with their labels corrected, and corrected messages that were not among them.

    Parameters
    ----------
    dataset : Dataset
    corrections : Dataset
        As :meth:`Feedback.to_dataset` returns them.

    Returns
    -------
    dataset : Dataset
        Corrected rows are marked to be trained on, except such as are marked for the test.
    problems : list of RowProblem
        The labels that were corrected.
    """
    row_of = {normalize_text(text): row for row, text in enumerate(corrections.texts)}
    labels, weights = dataset.labels.copy(), dataset.weights.copy()
    kinds, splits = list(dataset.kinds), list(dataset.splits)
    there, problems = set(), []
    for row, text in enumerate(dataset.texts):
        correction = row_of.get(normalize_text(text))
        if correction is None:
            continue
        there.add(correction)
        if labels[row] != corrections.labels[correction]:
            file, line = corrections.origins[correction]
            reason = f"labelled {labels[row]}, corrected to {1 - labels[row]} by {file}:{line}"
            problems.append(RowProblem(*dataset.origins[row], reason, used=True))
            kinds[row] = ""
        labels[row] = corrections.labels[correction]
        kinds[row] = corrections.kinds[correction] or kinds[row]
        if splits[row] != "test":
            splits[row] = CORRECTED
            weights[row] = max(weights[row], corrections.weights[correction])
    corrected = dataset.replaced(labels=labels, weights=weights, kinds=kinds, splits=splits)
    rest = corrections.take(row for row in range(len(corrections)) if row not in there)
    return (join([corrected, rest]) if len(rest) else corrected), problems


def _states(file: str, corrections: list[Correction], undone: set[str]) -> tuple[list[str], list[RowProblem]]:
    """Return the state of each correction, and a problem for each message on which authors disagree."""
    latest: dict[str, dict[str, int]] = {}
    for row, item in enumerate(corrections):
        if item.id not in undone:
            latest.setdefault(normalize_text(item.text), {})[item.author] = row
    states = ["undone" if item.id in undone else "superseded" for item in corrections]
    problems = []
    for rows in latest.values():
        labels = {corrections[row].label for row in rows.values()}
        for row in rows.values():
            states[row] = "counts" if len(labels) == 1 else "in conflict"
        if len(labels) > 1:
            *others, last = (corrections[row] for row in sorted(rows.values()))
            said = ", ".join(f"{item.author} says {item.label} (line {item.line})" for item in others)
            reason = f"{last.author} says {last.label}, {said}: left out until they agree"
            problems.append(RowProblem(file, last.line, reason))
    return states, problems


def _check_author(author: Any) -> None:
    if not isinstance(author, str) or not author.strip():
        raise InputError("a correction has an author; say who")


def _read_correction(values: Mapping[str, str], line: int) -> Correction | str:
    """Return a correction, or what is wrong with it."""
    if values.get("action", ADD) != ADD:
        return f"action {values['action']!r} is neither {ADD!r} nor {UNDO!r}"
    for name in ("id", "author", "text"):
        if not values.get(name, "").strip():
            return f"{name} is missing or empty"
    label, kind = read_label(values.get("label", "")), values.get("kind", "")
    if label is None:
        return f"label {values.get('label')!r} is none of 0, 1, ham, spam, 正常, 垃圾 or a kind's code"
    if kind and (kind not in KINDS or label != int(kind in SPAM_KINDS)):
        return f"kind {kind!r} is none, or contradicts label {label}"
    try:
        probability = json.loads(values.get("probability", "null"))
    except ValueError:
        probability = None
    return Correction(
        values["id"],
        values.get("time", ""),
        values["author"],
        values["text"],
        label,
        line,
        kind,
        values.get("note", ""),
        values.get("model", ""),
        values.get("model_hash", ""),
        probability if isinstance(probability, float) else None,
    )
