"""A part of the project's corpus as files to train and measure on, and a small model of it."""

from __future__ import annotations

import csv
import os
import tempfile
from functools import cache
from pathlib import Path

import pytest

from spamsms import SpamClassifier
from spamsms.training.config import TrainingConfig
from spamsms.training.train import PreparedData, fit_prepared, prepare_data

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "data" / "corpus" / "messages.tsv"
# Others' messages, which are not part of the project.
DATA = Path(os.environ.get("SPAMSMS_DATA", ROOT.parent / "shared" / "data"))
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="needs the third-party data; set SPAMSMS_DATA to its folder"
)
CONFIG = TrainingConfig(name="small", model={"hash_bits": 13, "cv": 2}, test_share=0.3)
# Rows of the corpus that a small part holds.
STEP = 5


def read_tsv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a tsv file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def read_rows(step: int = STEP) -> list[dict[str, str]]:
    """Return some rows of the corpus."""
    return read_tsv(CORPUS)[::step]


def write_rows(rows: list[dict[str, str]], path: Path) -> Path:
    """Write rows as a tsv file and return its path."""
    lines = ["\t".join(rows[0]), *("\t".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@cache
def small_data() -> PreparedData:
    """Return a fifth of the corpus, each writer a source, split."""
    rows = [{**row, "source": row["writer"], "split": ""} for row in read_rows()]
    with tempfile.TemporaryDirectory() as folder:
        return prepare_data([write_rows(rows, Path(folder) / "messages.tsv")], CONFIG)


@cache
def small_model() -> SpamClassifier:
    """Return a model of the training side; shared, so copy it before changing it."""
    return fit_prepared(small_data(), CONFIG)
