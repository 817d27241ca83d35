"""Every verdict bears the hash of the model that gave it."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
from conftest import Messages
from model_copies import through_joblib
from model_folder import change_manifest, read_manifest

from spamsms import SpamClassifier
from spamsms.identity import manifest_hash
from spamsms.persistence import GOLDEN_TEXTS

ADVERT = GOLDEN_TEXTS[1]


def test_verdicts_bear_the_models_hash_alone_and_in_batches(model: SpamClassifier) -> None:
    verdict = model.classify(ADVERT)
    assert verdict.model_hash == model.hash_
    assert len(verdict.model_hash) == 12
    assert [v.model_hash for v in model.classify_many([ADVERT] * 9)] == [model.hash_] * 9
    assert verdict.to_dict(evidence=False)["model_hash"] == model.hash_
    assert pickle.loads(pickle.dumps(verdict)).model_hash == model.hash_


def test_the_hash_survives_saving_loading_pickling_and_renaming(
    model: SpamClassifier, tmp_path: Path
) -> None:
    copy.copy(model).save(tmp_path, name="other", version="9")
    loaded = SpamClassifier.load(tmp_path)
    assert loaded.hash_ == model.hash_ == manifest_hash(read_manifest(tmp_path))
    for again in (copy.deepcopy(loaded), pickle.loads(pickle.dumps(model)), through_joblib(loaded)):
        assert again.classify(ADVERT).model_hash == model.hash_


def test_a_model_with_kinds_has_the_same_hash_once_loaded(messages: Messages, tmp_path: Path) -> None:
    model = SpamClassifier(hash_bits=12, cv=2).fit(messages.texts, messages.labels)
    before = model.hash_
    kinds = [
        ("R", "T")[row % 2] if label else ("c", "p")[row % 2] for row, label in enumerate(messages.labels)
    ]
    model.fit_kinds(messages.texts, kinds)
    model.save(tmp_path)
    assert SpamClassifier.load(tmp_path).hash_ == model.hash_ != before


def test_another_fit_or_calibration_is_another_hash_and_thresholds_are_not(messages: Messages) -> None:
    model = SpamClassifier(hash_bits=12, cv=2).fit(messages.texts, messages.labels)
    first = model.hash_
    model.threshold = 0.99
    assert model.classify(ADVERT).model_hash == first
    model.calibrate(2 * model.out_of_fold_log_odds_, messages.labels)
    second = model.classify(ADVERT).model_hash
    model.fit(messages.texts[:300], messages.labels[:300])
    assert len({first, second, model.classify(ADVERT).model_hash}) == 3
    model.fit(messages.texts, messages.labels)
    assert model.hash_ == first


@pytest.mark.parametrize(
    ("key", "value"),
    [("intercept", 0.25), ("scale", 0.5), ("features_version", 99), ("normalizer_version", 99)],
)
def test_whatever_changes_a_score_changes_the_hash_of_a_manifest(
    folder: Path, key: str, value: float
) -> None:
    before = manifest_hash(read_manifest(folder))
    change_manifest(folder, **{key: value})
    assert manifest_hash(read_manifest(folder)) != before


def test_verdicts_pickled_before_there_were_hashes_are_read(char_model: SpamClassifier) -> None:
    state = char_model.classify(ADVERT).__getstate__()
    del state["model_hash"]
    old = char_model.classify(ADVERT)
    old.__dict__.clear()
    old.__setstate__(state)
    assert old.model_hash == ""
