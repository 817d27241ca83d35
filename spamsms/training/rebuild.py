"""Join raw downloads of the public sources with this project's labels."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from spamsms.atomic_file import open_atomically
from spamsms.errors import DatasetError
from spamsms.training.public_labels import REPOSITORIES, PublicLabel
from spamsms.training.raw_texts import RawTexts, find_texts, raw_files

INBOX, MISSING = "inbox.tsv", "missing.tsv"


@dataclass(frozen=True)
class RebuiltData:
    """What was joined.

    Attributes
    ----------
    rows : int
        Written to ``inbox.tsv``.
    sources : dict of str to dict
        ``labels``, ``found`` and ``missing`` of each source.
    raw : RawTexts
    """

    rows: int
    sources: dict[str, dict[str, int]]
    raw: RawTexts

    @property
    def missing(self) -> int:
        """How many labelled messages were not found."""
        return sum(counts["missing"] for counts in self.sources.values())

    def __str__(self) -> str:
        lines = [f"{'source':<12}{'labels':>9}{'found':>9}{'missing':>9}  published in"]
        for source, counts in self.sources.items():
            numbers = "".join(f"{counts[name]:>9,}" for name in ("labels", "found", "missing"))
            lines.append(f"{source:<12}{numbers}  {', '.join(REPOSITORIES.get(source, ()))}")
        lines.append("")
        lines.extend(f"{path}: {count:,} found" for path, count in self.raw.files.items() if count)
        silent = [path for path, count in self.raw.files.items() if not count]
        if silent:
            lines.append(f"{len(silent):,} other files hold none, such as {silent[0]}")
        lines.extend(f"{path}: not read: {reason}" for path, reason in self.raw.unreadable.items())
        return "\n".join(lines)


def rebuild(
    folder: str | os.PathLike[str],
    out: str | os.PathLike[str],
    labels: Mapping[str, PublicLabel],
    on_read: Callable[[int], None] = lambda size: None,
) -> RebuiltData:
    """Write the labelled messages that a folder of raw downloads holds.

    ``inbox.tsv`` has the columns kind, label, source, group and text, for
    ``spamsms train``; ``missing.tsv`` the hash, kind and source of each label
    whose message was not found.

    Parameters
    ----------
    folder : path
        Searched with its subfolders.
    out : path
        Folder to write to.
    labels : mapping of str to PublicLabel
    on_read : callable, optional
        Told the size of each piece read.

    Returns
    -------
    RebuiltData

    Raises
    ------
    DatasetError
        If the folder holds none of the messages.
    """
    raw = find_texts(raw_files(folder), labels, on_read)
    if not raw.texts:
        unread = "".join(f"; {path}: {reason}" for path, reason in list(raw.unreadable.items())[:3])
        needed = " and ".join(names[0] for names in REPOSITORIES.values())
        raise DatasetError(
            f"{folder}: holds none of the {len(labels):,} labelled messages; download {needed} "
            f"from GitHub{unread}"
        )
    sources: dict[str, dict[str, int]] = {}
    found, missing = ["kind\tlabel\tsource\tgroup\ttext"], ["hash\tkind\tsource"]
    for name, item in labels.items():
        counts = sources.setdefault(item.source, {"labels": 0, "found": 0, "missing": 0})
        counts["labels"] += 1
        text = raw.texts.get(name)
        counts["missing" if text is None else "found"] += 1
        if text is None:
            missing.append(f"{name}\t{item.kind}\t{item.source}")
        else:
            line = " ".join(text.split())
            found.append(f"{item.kind}\t{item.label}\t{item.source}\tg{item.group:05}\t{line}")
    Path(out).mkdir(parents=True, exist_ok=True)
    for file_name, lines in ((INBOX, found), (MISSING, missing)):
        with open_atomically(Path(out) / file_name) as file:
            file.write(("\n".join(lines) + "\n").encode("utf-8", "replace"))
    return RebuiltData(len(found) - 1, dict(sorted(sources.items())), raw)
