"""Measure what random splits hide, for ``notebooks/04_why_random_splits_lie.ipynb``.

The pipeline that everybody publishes (jieba, TF-IDF, logistic regression) learns the famous 800k set, or real
inboxes, and is tested on random rows, on templates it never saw, and on real messages. The data by others
are no part of this repository; ``random_splits.json`` holds counts alone, no text::

    python -m benchmarks.random_splits DIR    # with inbox.tsv, personal.tsv, spam800k.tsv, webham800k.tsv
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import spamsms
from benchmarks.checkout import ROOT, write_json
from benchmarks.peers import JIEBA, fit_peer
from spamsms.kinds import WANTED_KINDS
from spamsms.training.config import Source, TrainingConfig, read_config
from spamsms.training.dataset import Dataset, read_datasets
from spamsms.training.dedupe import near_duplicate_groups, share_seen
from spamsms.training.evaluate import LARGEST_SHARE_SEEN
from spamsms.training.metrics import area_under_curve, rate_of, recall_at
from spamsms.training.split import is_test_group
from spamsms.training.train import prepare_data

TARGET = Path(__file__).with_suffix(".json")
TEST_SHARE, SEED = 0.2, 0
# Where everybody's pipeline draws the line.
THRESHOLD = 0.5
BINS = 20
FEWEST = 20
Array = npt.NDArray[Any]
Scorer = Callable[[Sequence[str]], Array]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path, help="folder of the data by others")
    folder = parser.parse_args().data
    famous = read_files(folder, "spam800k.tsv", "webham800k.tsv")
    inboxes = read_files(folder, "inbox.tsv")
    test = prepare_data(
        [folder, ROOT / "data" / "corpus"], read_config(ROOT / "models/zh/training.toml")
    ).test
    famous_figures, scorer = compare_splits(famous)
    inbox_figures, _ = compare_splits(inboxes)
    figures = {
        "pipeline": "jieba + TF-IDF + logistic regression",
        "threshold": THRESHOLD,
        "splits": {"the 800k set": famous_figures, "real inboxes": inbox_figures},
        "style": {"the 800k set": _style(famous), "real inboxes": _style(inboxes)},
        "elsewhere": {
            "trained on the 800k set": _elsewhere(scorer, THRESHOLD, test),
            "spamsms zh": _elsewhere(_packaged, float(spamsms.load_model().threshold), test),
        },
    }
    write_json(TARGET, figures)
    for data, splits in figures["splits"].items():
        for split, row in splits.items():
            print(f"{data}, {split}: accuracy {row['accuracy']['value']:.4f}, AUC {row['auc']:.4f}")


def read_files(folder: Path, *names: str) -> Dataset:
    sources = tuple(Source(file=name) for name in names)
    whole, _ = read_datasets([folder / name for name in names], TrainingConfig(sources=sources))
    return whole


def _packaged(texts: Sequence[str]) -> Array:
    return spamsms.load_model().predict_proba(list(texts))[:, 1]


def _fit(train: Dataset) -> Scorer:
    return fit_peer(JIEBA, train.texts, train.labels.tolist()).scores


def compare_splits(data: Dataset) -> tuple[dict[str, Any], Scorer]:
    """Test on random rows, and on templates that training has no message of; return the second's pipeline."""
    groups = near_duplicate_groups(data.texts, data.groups)
    random = np.random.default_rng(SEED).random(len(data)) < TEST_SHARE
    by_group = is_test_group(data.texts, groups, TEST_SHARE, SEED)
    figures = {}
    for name, held_out in (("random rows", random), ("whole templates", by_group)):
        train, test = data.select(~held_out), data.select(held_out)
        seen = share_seen(test.texts, train.texts) >= LARGEST_SHARE_SEEN
        scorer = _fit(train)
        scores = scorer(test.texts)
        figures[name] = {
            **_figures(scores, test.labels, THRESHOLD),
            "seen": rate_of(seen).to_dict(),
            "not_seen": _figures(scores[~seen], test.labels[~seen], THRESHOLD),
        }
    return figures, scorer


def _figures(scores: Array, labels: Array, threshold: float) -> dict[str, Any]:
    spam, flagged = labels == 1, scores >= threshold
    found: dict[str, Any] = {
        "accuracy": rate_of(flagged == spam).to_dict(),
        "recall": rate_of(flagged[spam]).to_dict(),
        "false_positives": rate_of(flagged[~spam]).to_dict(),
        "scores": {
            name: np.histogram(scores[mask], BINS, (0, 1))[0].tolist()
            for name, mask in (("spam", spam), ("wanted", ~spam))
        },
    }
    if min(spam.sum(), (~spam).sum()) >= FEWEST:
        found["auc"] = round(area_under_curve(scores, labels), 5)
        found["recall_at_2"] = recall_at(scores, labels, 0.02).to_dict()
    return found


def _elsewhere(scorer: Scorer, threshold: float, test: Dataset) -> dict[str, Any]:
    """Test on messages that spamsms was not trained on either, by source and by kind of wanted message."""
    scores, files, kinds = scorer(test.texts), np.array(test.files), np.array(test.kinds)
    inbox, wanted = files == "inbox", test.labels == 0
    real = inbox | (files == "corpus")
    sources = (("real inboxes", "inbox"), ("personal messages", "personal"), ("our own corpus", "corpus"))
    by_source = {name: files == file for name, file in sources}
    by_kind = {code: real & wanted & (kinds == code) for code in WANTED_KINDS}
    return {
        "sources": {
            name: _figures(scores[mask], test.labels[mask], threshold) for name, mask in by_source.items()
        },
        "wanted_flagged_by_kind": {
            code: rate_of(scores[mask] >= threshold).to_dict()
            for code, mask in by_kind.items()
            if mask.sum() >= FEWEST
        },
    }


def _style(data: Dataset) -> dict[str, dict[str, Any]]:
    """Return how many of each class have what is style and not content."""
    texts, spam = np.array(data.texts, dtype=object), data.labels == 1
    marks = {"a comma": ",，", "a digit or its mask": "0123456789x*", "【": "【["}
    return {
        name: {
            side: rate_of(np.array([any(sign in text for sign in signs) for text in texts[mask]])).to_dict()
            for side, mask in (("spam", spam), ("wanted", ~spam))
        }
        for name, signs in marks.items()
    }


if __name__ == "__main__":
    main()
