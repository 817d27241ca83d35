"""Quality beside speed: every pipeline fitted on the same groups, measured on the same others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import SPAMSMS, fit_peer, installed_peers
from benchmarks.setting import Setting
from spamsms.bundled import bundled_corpus
from spamsms.training.config import TrainingConfig
from spamsms.training.metrics import partial_area, recall_at
from spamsms.training.train import PreparedData, prepare_data

INBOX = "inbox.tsv"


def measure_quality(setting: Setting) -> dict[str, Any]:
    """Return the partial area up to 5 % false positives on held-out groups, by data set.

    The corpus alone always; where the third-party data are there, also the inbox, each
    fitted on the training side of inbox and corpus. All are fitted on the same rows with
    their defaults: spamsms without the disguised copies and kinds of a released model.
    """
    found = {"corpus": _compare([bundled_corpus()], None)}
    if setting.data is not None:
        setting.say("fitting on the inbox too")
        found["inbox"] = _compare([setting.data / INBOX, bundled_corpus()], Path(INBOX).stem)
    return found


def _compare(paths: Sequence[Path], file: str | None) -> dict[str, Any]:
    data = prepare_data(paths, TrainingConfig())
    test = data.test
    if file is not None:
        test = test.select(np.array([name == file for name in test.files]))
    areas, recalls = {}, {}
    for name in installed_peers():
        scores = np.asarray(_scores(name, data, test.texts))
        areas[name] = round(partial_area(scores, test.labels), 4)
        recalls[name] = round(recall_at(scores, test.labels, 0.02).value, 4)
    return {
        "train": len(data.train),
        "test_spam": int((test.labels == 1).sum()),
        "test_wanted": int((test.labels == 0).sum()),
        "partial_area": areas,
        "recall_at_2_percent": recalls,
    }


def _scores(name: str, data: PreparedData, texts: list[str]) -> Any:
    if name != SPAMSMS:
        return fit_peer(name, data.train.texts, data.train.labels.tolist()).scores(texts)
    from spamsms import SpamClassifier

    model = SpamClassifier().fit(data.train.texts, data.train.labels, groups=data.train_groups)
    return model.decision_function(texts)
