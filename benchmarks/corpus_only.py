"""What the bundled corpus alone is worth: train on it, measure on its own test writer and on real inboxes.

``python -m benchmarks.corpus_only --inbox INBOX`` trains as ``spamsms train --data corpus`` does and measures
every row of a labelled file of real inboxes, of which the model has seen none: the project's ``inbox.tsv``,
or what ``spamsms data build`` made. It writes ``models/zh/corpus_only.json`` and the card.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks.checkout import ROOT, write_json
from spamsms.training.card import CORPUS_ONLY, write_card
from spamsms.training.config import TrainingConfig, read_config
from spamsms.training.train import CONFIG, METRICS, evaluate_files, train_model

MODEL = ROOT / "models" / "zh"
KEPT = ("n_spam", "n_wanted", "recall", "false_positives", "auc", "recall_at_fpr", "ece")


def measure_corpus_only(inbox: str | Path, config: TrainingConfig | None = None) -> dict[str, Any]:
    """Return the figures of a model of the corpus alone, as JSON values."""
    trained = train_model(["corpus"], config=config or TrainingConfig())
    outside, data = evaluate_files(trained.model, [inbox])
    own = trained.figures["slices"]
    slices = {"our own, a writer never trained on": own["all"], "- the hard ones": own["hard"]}
    slices["real inboxes, every message"] = outside["slices"]["all"]
    for source in sorted(set(data.test.sources)):
        slices[f"- {source}"] = outside["slices"][f"source {source}"]
    described = ("rows", "train", "test", "sha256")
    return {
        "command": "spamsms train --data corpus --out my-model",
        "data": {name: trained.figures["data"][name] for name in described},
        "inbox_rows": data.counts["rows"],
        "inbox_measured": len(data.test),
        "threshold": trained.figures["threshold"],
        "review_threshold": trained.figures["review_threshold"],
        "slices": {name: {key: row[key] for key in KEPT if key in row} for name, row in slices.items()},
    }


def main() -> None:
    """Measure, and write the figures and the card that shows them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else None)
    parser.add_argument("--inbox", metavar="FILE", required=True, help="labelled messages of real inboxes")
    figures = measure_corpus_only(parser.parse_args().inbox)
    write_json(MODEL / CORPUS_ONLY, figures)
    metrics = json.loads((MODEL / METRICS).read_text(encoding="utf-8"))
    write_card(MODEL, metrics, read_config(MODEL / CONFIG))
    print(json.dumps(figures["slices"], ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
