"""A model folder is read back exactly, and is at every moment the old model or the new one."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arbitrary_messages import MESSAGES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_folder import read_manifest, weights_file

from spamsms import InputError, ModelFormatError, SpamClassifier
from spamsms import artifact as artifact_module
from spamsms.artifact import MANIFEST, read_artifact, write_artifact


def test_a_model_is_read_back_exactly(model: SpamClassifier, tmp_path: Path) -> None:
    model = copy.copy(model)
    model.save(tmp_path / "model", name="mine", version="3", details={"rows": 12})
    loaded = SpamClassifier.load(tmp_path / "model")
    assert loaded.decision_function(MESSAGES).tolist() == model.decision_function(MESSAGES).tolist()
    assert loaded.classify_many(MESSAGES) == model.classify_many(MESSAGES)
    assert loaded.get_params() == model.get_params()
    for name in ("threshold", "review_threshold", "intercept_", "operating_points_"):
        assert getattr(loaded, name) == getattr(model, name)
    assert (loaded.name_, loaded.version_, loaded.details_) == ("mine", "3", {"rows": 12})
    assert loaded.classify("").model == "mine 3"
    assert loaded.classes_.tolist() == [0, 1]


def test_saving_what_was_loaded_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    SpamClassifier.load(folder).save(tmp_path / "again")
    again = {file.name: file.read_bytes() for file in (tmp_path / "again").iterdir()}
    assert again == {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_saved_model_holds_plain_arrays_and_json_of_its_own(folder: Path) -> None:
    manifest = read_manifest(folder)
    assert (manifest["format"], manifest["format_version"]) == ("spamsms-model", 2)
    assert {file.name for file in folder.iterdir()} == {MANIFEST, weights_file(folder).name}
    assert sum(file.stat().st_size for file in folder.iterdir()) < 5_000_000
    for entry in manifest["golden"]:
        loaded = SpamClassifier.load(folder)
        assert loaded.classify(entry["text"]).log_odds == pytest.approx(entry["log_odds"], abs=1e-9)


def test_loaded_weights_cannot_be_written_to(folder: Path) -> None:
    weights = SpamClassifier.load(folder).scorer_.weights
    with pytest.raises(ValueError, match="read-only"):
        weights[0] = 1


def test_saving_over_a_file_is_refused(tmp_path: Path, char_model: SpamClassifier) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(
        ModelFormatError, match=r"notes\.txt: a model is saved to a folder, and this is a file"
    ):
        char_model.save(tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_saving_anew_takes_the_older_arrays_away_and_nothing_else(
    folder: Path, models: dict[str, SpamClassifier]
) -> None:
    old = weights_file(folder)
    (folder / "MODEL_CARD.md").write_text("card")
    (folder / "weights-of-mine.npy").write_bytes(b"mine")
    models["jieba"].save(folder)
    names = {file.name for file in folder.iterdir()}
    assert names == {MANIFEST, weights_file(folder).name, "MODEL_CARD.md", "weights-of-mine.npy"}
    assert old.name not in names
    assert SpamClassifier.load(folder).tokenizer == "jieba"


def test_saving_the_same_anew_keeps_it(folder: Path, char_model: SpamClassifier) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    char_model.save(folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


@pytest.mark.parametrize("moves", [0, 1])
def test_an_interrupted_save_leaves_the_older_model_readable(
    folder: Path, models: dict[str, SpamClassifier], monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    expected = SpamClassifier.load(folder).decision_function(MESSAGES).tolist()
    move, done = os.replace, []

    def fail_later(source: Any, target: Any) -> None:
        if len(done) == moves:
            raise KeyboardInterrupt
        done.append(target)
        move(source, target)

    monkeypatch.setattr(os, "replace", fail_later)
    with pytest.raises(KeyboardInterrupt):
        models["jieba+char"].save(folder, name="new")
    monkeypatch.undo()
    assert len(done) == moves
    assert models["jieba+char"].name_ == "custom"
    loaded = SpamClassifier.load(folder)
    assert loaded.tokenizer == "char"
    assert loaded.decision_function(MESSAGES).tolist() == expected
    assert not [file.name for file in folder.iterdir() if file.name.startswith(".")]


def test_a_loaded_model_outlives_a_save_over_its_folder(
    folder: Path, models: dict[str, SpamClassifier]
) -> None:
    loaded = SpamClassifier.load(folder)
    models["jieba"].save(folder)
    expected = models["char"].decision_function(MESSAGES).tolist()
    assert loaded.decision_function(MESSAGES).tolist() == expected


def test_a_load_meets_a_save_in_between(
    folder: Path, models: dict[str, SpamClassifier], monkeypatch: pytest.MonkeyPatch
) -> None:
    read, saves = artifact_module._read_array, []

    def read_late(*arguments: Any) -> Any:
        if not saves:
            saves.append(models["jieba"].save(folder))
        return read(*arguments)

    monkeypatch.setattr(artifact_module, "_read_array", read_late)
    assert SpamClassifier.load(folder).tokenizer == "jieba"
    assert len(saves) == 1


@pytest.mark.parametrize(
    "details", [{"rate": float("nan")}, {"kinds": {1, 2}}, {"name": "\ud800"}, {"array": np.zeros(2)}]
)
def test_details_that_json_cannot_hold_are_refused_before_anything_is_written(
    folder: Path, models: dict[str, SpamClassifier], details: dict[str, Any]
) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    with pytest.raises(
        InputError, match=f"{folder.name}: the manifest takes JSON values only .*nothing was written"
    ):
        models["jieba"].save(folder, details=details)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert models["jieba"].details_ == {}


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8"), max_size=5),
        st.integers() | st.text(st.characters(codec="utf-8")),
    ),
    st.lists(st.integers(-(2**15), 2**15 - 1)),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_manifest_and_arrays_come_back_as_they_were(
    tmp_path: Path, values: dict[str, Any], numbers: list[int]
) -> None:
    array = np.array(numbers, np.int16)
    write_artifact(tmp_path, {"values": values}, {"a": array, "b": array[::-1].copy()})
    manifest, arrays = read_artifact(tmp_path)
    assert manifest["values"] == values
    assert {name: found.tolist() for name, found in arrays.items()} == {"a": numbers, "b": numbers[::-1]}
    assert len(list(tmp_path.iterdir())) == 3
