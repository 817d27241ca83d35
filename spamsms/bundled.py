"""Where the data that come with the project lie, in an installed package and in a checkout."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from spamsms.errors import DatasetError
from spamsms.message_files import Record, read_table

CORPUS = "corpus"
LABELS = "labels.tsv"
MESSAGES = "messages.tsv"
_PACKAGE = Path(__file__).parent


def bundled_corpus() -> Path:
    """Return the folder of the project's own corpus.

    Raises
    ------
    DatasetError
        If it was left out of the installation.
    """
    return _first(_PACKAGE / "corpus", _PACKAGE.parent / "data" / "corpus")


def bundled_labels() -> Path:
    """Return the file of labels of public messages, which are named by a hash.

    Raises
    ------
    DatasetError
        If it was left out of the installation.
    """
    return _first(_PACKAGE / "data" / LABELS, _PACKAGE.parent / "data" / LABELS)


@lru_cache(maxsize=1)
def corpus_texts() -> tuple[str, ...]:
    """Return the corpus's messages but for those that only figures are made with.

    Raises
    ------
    DatasetError
        If the corpus was left out of the installation.
    """
    rows = read_table(bundled_corpus() / MESSAGES, ("text", "split"))
    return tuple(
        row.values["text"] for row in rows if isinstance(row, Record) and row.values["split"] != "test"
    )


def _first(*places: Path) -> Path:
    for place in places:
        if place.exists():
            return place
    raise DatasetError(f"{places[0]}: not part of this installation; install the wheel or use a checkout")
