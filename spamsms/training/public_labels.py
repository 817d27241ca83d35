"""Labels of public messages without the messages: each is named by a hash of its letters.

The texts are others' and not part of this project; the labels are its own. Who
has the texts finds the label of each by :func:`message_hash`, which does not
change with the normaliser: digits, masks, punctuation and white space are not
in it, so copies in which they were replaced have the same hash.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from spamsms.bundled import bundled_labels
from spamsms.errors import DatasetError
from spamsms.kinds import KINDS, SPAM_KINDS
from spamsms.message_files import RowError, read_table
from spamsms.training.config import Source
from spamsms.training.dataset import read_dataset

HASH_DIGITS = 16
# Of fewer letters all likely messages could be tried out; most of those are personal.
FEWEST_LETTERS = 8
COLUMNS = ("hash", "kind", "label", "source", "group")
# Where the texts of each source are published, at the commit that was labelled.
REPOSITORIES = {
    "rdfz": ("rogerwang2008/bayes-spam-filter@688d96b61a",),
    "mudou": (
        "shaonianruntu/Spam-Message-Classification@cf1352b794",
        "x-hacker/SpamMessagesLR@766f7ee2c7",
    ),
}
_HASH = re.compile(f"[0-9a-f]{{{HASH_DIGITS}}}")


@dataclass(frozen=True)
class PublicLabel:
    """The label of a public message.

    Attributes
    ----------
    hash : str
        As of :func:`message_hash`.
    kind : str
        Code by data/LABELING.md.
    source : str
    group : int
        Messages of one template share it.
    """

    hash: str
    kind: str
    source: str
    group: int

    @property
    def label(self) -> int:
        """1 for marketing spam, 0 for wanted."""
        return int(self.kind in SPAM_KINDS)


def letters_of(text: str) -> str:
    """Return the letters of a message, all that its hash depends on.

    NFKC, then case folded, then every character left out that is no letter
    (``str.isalpha``): digits, punctuation, masks of ``*``, white space, symbols.
    """
    return "".join(filter(str.isalpha, unicodedata.normalize("NFKC", text).casefold()))


def message_hash(text: str) -> str | None:
    """Return the first 16 hexadecimal digits of the SHA-256 of a message's letters in UTF-8.

    None where there are fewer than 8 letters: such messages bear no public label.
    """
    letters = letters_of(text)
    if len(letters) < FEWEST_LETTERS:
        return None
    return hashlib.sha256(letters.encode("utf-8", "surrogatepass")).hexdigest()[:HASH_DIGITS]


def make_labels(path: str | os.PathLike[str]) -> tuple[list[PublicLabel], dict[str, int]]:
    """Return the public labels of a labelled file with the columns text, kind, source and group.

    Parameters
    ----------
    path : path

    Returns
    -------
    labels : list of PublicLabel
        In the order of their hashes, groups numbered anew in that order, so
        that the file's order cannot be read back.
    counts : dict of str to int
        ``rows``, ``labels``, rows left out as ``too_short``, as ``repeated``, or
        as ``contradictory``: of one hash and two kinds.

    Raises
    ------
    DatasetError
        If the file cannot be used, or a row lacks its kind.
    """
    from pathlib import Path

    data, problems = read_dataset(Path(path), Source(file=Path(path).name))
    if problems:
        raise DatasetError(f"{problems[0]}; public labels are made of files without faults")
    counts = {"rows": len(data), "labels": 0, "too_short": 0, "repeated": 0, "contradictory": 0}
    rows_of: dict[str, list[int]] = {}
    for row, text in enumerate(data.texts):
        if data.kinds[row] not in KINDS:
            raise DatasetError("{}:{}: the kind is missing".format(*data.origins[row]))
        name = message_hash(text)
        if name is None:
            counts["too_short"] += 1
        else:
            rows_of.setdefault(name, []).append(row)
    labels, numbers = [], dict[str, int]()
    for name, rows in sorted(rows_of.items()):
        if len({data.kinds[row] for row in rows}) > 1:
            counts["contradictory"] += len(rows)
            continue
        counts["repeated"] += len(rows) - 1
        first = rows[0]
        group = numbers.setdefault(data.groups[first] or name, len(numbers) + 1)
        labels.append(PublicLabel(name, data.kinds[first], data.sources[first], group))
    counts["labels"] = len(labels)
    return labels, counts


def render_labels(labels: Iterable[PublicLabel]) -> str:
    """Return labels as the tsv that :func:`read_labels` reads."""
    lines = ["\t".join(COLUMNS)]
    lines.extend(f"{item.hash}\t{item.kind}\t{item.label}\t{item.source}\t{item.group}" for item in labels)
    return "\n".join(lines) + "\n"


def read_labels(path: str | os.PathLike[str] | None = None) -> dict[str, PublicLabel]:
    """Return the public labels by hash; those that come with the project by default.

    Raises
    ------
    DatasetError
        If the file cannot be read, or a row of it is damaged.
    """
    path = bundled_labels() if path is None else path
    labels = {}
    for record in read_table(path, needed=COLUMNS):
        if isinstance(record, RowError):
            raise DatasetError(f"{path}:{record.line}: {record.reason}")
        name, kind, label, source, group = (record.values[column] for column in COLUMNS)
        right = _HASH.fullmatch(name) and group.isdecimal() and source and name not in labels
        if not right or kind not in KINDS or label != str(int(kind in SPAM_KINDS)):
            raise DatasetError(
                f"{path}:{record.line}: not a hash of {HASH_DIGITS} digits, its kind, its label, its source "
                "and its group's number; get the file anew"
            )
        labels[name] = PublicLabel(name, kind, source, int(group))
    return labels
