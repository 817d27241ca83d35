"""Save models under one set of libraries and score with them under another; run by ``.ci/run``.

``save FOLDER`` fits a small model of each tokenizer and keeps what it says of some
messages; ``check FOLDER`` loads them and compares: probabilities to 1e-6, hashes exactly.
"""

from __future__ import annotations

import csv
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np

from spamsms import SpamClassifier
from spamsms.features import TOKENIZERS
from spamsms.kinds import KINDS

CORPUS = Path(__file__).parent.parent / "data" / "corpus" / "messages.tsv"
TOLERANCE = 1e-6
SAID = "said.json"
# Every so many messages of the corpus are learnt, others are scored.
STEP = 5
SCORED = 2


def read_corpus() -> list[dict[str, str]]:
    with CORPUS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def save(folder: Path) -> None:
    rows = read_corpus()
    learnt, scored = rows[::STEP], [row["text"] for row in rows[SCORED::STEP]]
    for tokenizer in TOKENIZERS:
        model = SpamClassifier(tokenizer, hash_bits=14, cv=2)
        model.fit([row["text"] for row in learnt], [int(row["label"]) for row in learnt])
        model.fit_kinds([row["text"] for row in learnt], [row["kind"] for row in learnt])
        model.save(folder / tokenizer)
        said = {
            "hash": model.hash_,
            "texts": scored,
            "probabilities": model.predict_proba(scored)[:, 1].tolist(),
            "kinds": model.predict_kind(scored).tolist(),
        }
        (folder / tokenizer / SAID).write_text(json.dumps(said), encoding="utf-8")


def check(folder: Path) -> None:
    for tokenizer in TOKENIZERS:
        said = json.loads((folder / tokenizer / SAID).read_text(encoding="utf-8"))
        model = SpamClassifier.load(folder / tokenizer)
        apart = np.abs(model.predict_proba(said["texts"])[:, 1] - said["probabilities"]).max()
        assert apart <= TOLERANCE, f"{tokenizer}: probabilities differ by {apart:g}"
        assert model.hash_ == model.classify("").model_hash == said["hash"], f"{tokenizer}: another hash"
        assert set(said["kinds"]) <= set(KINDS)
        assert model.predict_kind(said["texts"]).tolist() == said["kinds"], f"{tokenizer}: other kinds"
        # The hash of a model in memory does not rest on the manifest's.
        model._hashed = None
        assert model.hash_ == said["hash"], f"{tokenizer}: another hash in memory"
        print(f"{tokenizer}: {len(said['texts'])} probabilities, largest difference {apart:g}")


def main() -> None:
    action, folder = sys.argv[1:]
    libraries = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scikit-learn", "joblib"))
    print(f"{action} with {libraries}")
    {"save": save, "check": check}[action](Path(folder))


if __name__ == "__main__":
    main()
