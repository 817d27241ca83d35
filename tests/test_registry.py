"""Models are found by name or path, loaded once, and the packaged one judges real messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import spamsms
from spamsms import InputError, ModelFormatError, SpamClassifier
from spamsms.registry import DEFAULT_MODEL, model_folder, packaged_models

packaged = pytest.mark.skipif(
    DEFAULT_MODEL not in packaged_models(), reason=f"no model {DEFAULT_MODEL} is packaged in this checkout"
)
ADVERT = "【优选商城】双11狂欢价直降,满300减50,戳 t.cn/Ab12 抢券,退订回T"
PARCEL = "您的取件码是 8-2-3301,请到菜鸟驿站取件"


@pytest.fixture
def saved_model(tmp_path: Path, char_model: SpamClassifier) -> Path:
    char_model.save(tmp_path / "mine")
    return tmp_path / "mine"


@pytest.fixture
def packaged_home(saved_model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packaged models, with one that is called mine."""
    monkeypatch.setattr("spamsms.registry._HOMES", (saved_model.parent, saved_model.parent / "none"))
    return saved_model.parent


@pytest.mark.parametrize("make", [str, Path])
def test_a_model_is_loaded_from_its_folder_once(
    saved_model: Path, char_model: SpamClassifier, make: Callable[[Path], Any]
) -> None:
    model = spamsms.load_model(make(saved_model))
    assert spamsms.load_model(saved_model) is model
    assert model.classify(ADVERT).log_odds == char_model.classify(ADVERT).log_odds


def test_a_model_that_was_replaced_is_read_anew(saved_model: Path, models: dict[str, SpamClassifier]) -> None:
    before = spamsms.load_model(saved_model)
    models["jieba"].save(saved_model)
    after = spamsms.load_model(saved_model)
    assert (before.tokenizer, after.tokenizer) == ("char", "jieba")


def test_the_same_folder_by_another_path_is_the_same_model(
    saved_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = spamsms.load_model(saved_model)
    monkeypatch.chdir(saved_model.parent)
    assert spamsms.load_model("mine") is model
    assert spamsms.load_model("./mine") is model
    assert spamsms.load_model(Path("..") / saved_model.parent.name / "mine") is model


def test_a_packaged_model_is_found_by_name(packaged_home: Path) -> None:
    assert packaged_models() == {"mine": packaged_home / "mine"}
    assert model_folder("mine") == packaged_home / "mine"
    assert spamsms.load_model("mine").tokenizer == "char"


def test_a_folder_without_manifest_is_no_packaged_model(packaged_home: Path) -> None:
    (packaged_home / "draft").mkdir()
    assert list(packaged_models()) == ["mine"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nope", "no model 'nope': packaged are mine, and there is no such folder"),
        ("x" * 5000, "no model 'xxx.*': packaged are mine, and there is no such folder"),
        ("a\0b", "no model .*packaged are mine"),
        ("no/such/model", "no model at no/such/model: there is no such folder"),
        (Path("no") / ("x" * 5000), "no model at no/xxx.*: there is no such folder"),
        (None, "no model 'zh': packaged are mine"),
        (b"zh", "name_or_path is of type bytes; pass a model's name or the path of its folder"),
        (3, "name_or_path is of type int; pass a model's name or the path of its folder"),
        (["zh"], "name_or_path is of type list; pass a model's name or the path of its folder"),
    ],
)
@pytest.mark.usefixtures("packaged_home")
def test_a_name_that_leads_nowhere_is_refused_with_the_names_there_are(name: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        spamsms.load_model(name)


def test_a_folder_or_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    for path in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(ModelFormatError, match=rf"{path.name}/manifest\.json: cannot be read"):
            spamsms.load_model(path)


def test_a_damaged_model_is_not_kept(saved_model: Path) -> None:
    intact = (saved_model / "manifest.json").read_text("utf-8")
    (saved_model / "manifest.json").write_text("{}", "utf-8")
    with pytest.raises(ModelFormatError, match="no spamsms model"):
        spamsms.load_model(saved_model)
    (saved_model / "manifest.json").write_text(intact, "utf-8")
    assert spamsms.load_model(saved_model).tokenizer == "char"


def test_threads_may_load_at_the_same_time(saved_model: Path, char_model: SpamClassifier) -> None:
    def log_odds(_: int) -> float:
        return spamsms.load_model(saved_model).classify(ADVERT).log_odds

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(log_odds, range(8)))
    assert found == [char_model.classify(ADVERT).log_odds] * 8


@pytest.mark.parametrize("value", [None, 1, b"x", ["a"], float("nan")])
@packaged
def test_the_shortcuts_refuse_what_is_no_str(value: Any) -> None:
    for function in (spamsms.classify, spamsms.is_spam):
        with pytest.raises(InputError, match="text is "):
            function(value)


@packaged
def test_the_packaged_model_blocks_an_advert_and_lets_a_parcel_notice_pass() -> None:
    assert spamsms.classify(ADVERT).action == "block"
    assert spamsms.classify(PARCEL).action == "pass"
    assert spamsms.is_spam(ADVERT) is True
    assert spamsms.is_spam(PARCEL) is False
    assert spamsms.load_model() is spamsms.load_model(DEFAULT_MODEL)


@packaged
def test_the_packaged_model_scores_its_golden_messages_as_when_it_was_made() -> None:
    manifest = json.loads((model_folder(None) / "manifest.json").read_text("utf-8"))
    model = spamsms.load_model()
    assert len(manifest["golden"]) >= 4
    for entry in manifest["golden"]:
        assert model.classify(entry["text"]).log_odds == pytest.approx(entry["log_odds"], abs=1e-6)
    assert model.classify("").model == f"{manifest['name']} {manifest['version']}"


@packaged
def test_the_packaged_model_is_small_and_holds_no_message() -> None:
    folder = model_folder(None)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    files = [folder / entry["file"] for entry in manifest["files"].values()]
    assert sum(path.stat().st_size for path in [*files, folder / "manifest.json"]) <= 5_000_000
    assert {path.name for path in folder.glob("*.npy")} == {path.name for path in files}


@packaged
@pytest.mark.parametrize("text", ["", " ", "\0", "\ud800", "😀" * 1000, "a" * 100_000, "满减" * 50_000])
def test_the_packaged_model_judges_whatever_it_is_given(text: str) -> None:
    verdict = spamsms.classify(text)
    assert 0 <= verdict.probability <= 1
    total = sum(item.contribution for item in verdict.evidence)
    assert total + spamsms.load_model().intercept_ == pytest.approx(verdict.log_odds, abs=1e-6)
