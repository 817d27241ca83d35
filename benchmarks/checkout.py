"""What of the checkout the benchmarks read and write."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "data" / "corpus" / "messages.tsv"


def corpus_rows() -> list[dict[str, str]]:
    """Return the rows of the project's corpus."""
    with CORPUS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def write_json(path: Path, figures: Any) -> None:
    """Write figures for people to read and for diffs to be small."""
    path.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
