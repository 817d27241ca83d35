"""Named versions: installed whole or not at all, current by a pointer, never lost."""

from __future__ import annotations

import copy
import json
import multiprocessing
import shutil
from pathlib import Path

import pytest
from command_runs import run_process
from hypothesis import given
from hypothesis import strategies as st
from model_folder import read_manifest, weights_file

import spamsms
from spamsms import InputError, ModelFormatError, SpamClassifier, cli
from spamsms.model_list import list_models
from spamsms.model_store import ModelStore, check_word, models_directory, next_version, version_order

TEXT = "会员日全场五折，退订回T"


@pytest.fixture
def store(home: Path, folder: Path) -> ModelStore:
    """Three versions of one model, installed one after the other."""
    store = ModelStore(home)
    for version in ("1", "2", "10"):
        store.install(folder, "ours", version, {"author": "Li"})
    return store


def test_names_and_versions_lead_to_models_that_bear_them(store: ModelStore) -> None:
    assert (store.names(), store.versions("ours"), store.current("ours")) == (
        ["ours"],
        ["1", "2", "10"],
        "10",
    )
    assert spamsms.load_model("ours").classify(TEXT).model == "ours 10"
    assert spamsms.load_model("ours@2").classify(TEXT).model == "ours 2"
    assert spamsms.load_model(store.home / "ours").version_ == "10"
    assert spamsms.load_model("ours") is spamsms.load_model("ours@10")


def test_the_default_model_is_the_packaged_one_whatever_is_installed(home: Path, folder: Path) -> None:
    ModelStore(home).install(folder, "zh", "99")
    assert spamsms.load_model("zh").version_ == "99"
    assert spamsms.load_model().version_ != "99"


def test_installing_takes_the_next_version_that_is_free(
    store: ModelStore, char_model: SpamClassifier
) -> None:
    copy.copy(char_model).save(store.home / "new", name="new", version="2")
    assert store.install(store.home / "new", "ours").name == "3"
    with pytest.raises(InputError, match="version '3' of model 'ours' is installed already"):
        store.install(store.home / "new", "ours", "3")


def test_only_what_belongs_to_a_model_is_copied(store: ModelStore, folder: Path) -> None:
    for name in ("metrics.json", "MODEL_CARD.md", "private.csv", ".secret.json"):
        (folder / name).write_text("{}", encoding="utf-8")
    there = {path.name for path in store.install(folder, "ours", "11").iterdir()}
    assert there == {"manifest.json", "metrics.json", "MODEL_CARD.md", weights_file(folder).name}


def test_a_damaged_model_is_not_installed_and_leaves_nothing_behind(home: Path, folder: Path) -> None:
    weights_file(folder).write_bytes(b"x" * weights_file(folder).stat().st_size)
    with pytest.raises(ModelFormatError, match="damaged"):
        ModelStore(home).install(folder, "ours")
    assert [path.name for path in (home / "ours").iterdir()] == [".lock"]


def test_a_version_that_somebody_else_promoted_meanwhile_stops_the_next(
    store: ModelStore, folder: Path
) -> None:
    with pytest.raises(InputError, match="10 has become current meanwhile; compare with it"):
        store.install(folder, "ours", "11", replaces="2")
    assert store.install(folder, "ours", "11", replaces="10").name == "11"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a@b", "current", "history.jsonl", "-x", "x" * 101, "a\0"]
)
def test_a_name_that_can_be_no_folder_is_refused(store: ModelStore, folder: Path, name: str) -> None:
    with pytest.raises(InputError, match="takes letters, digits"):
        store.install(folder, name)
    assert store.folder(name) is None


def test_rolling_back_twice_goes_back_two_versions(store: ModelStore) -> None:
    for version in ("2", "1"):
        store.make_current("ours", store.version_before("ours"), {"reason": "worse"})
        assert spamsms.load_model("ours").version_ == version
    with pytest.raises(InputError, match="came before 1; installed are 1, 2, 10: name one with --to"):
        store.version_before("ours")
    with pytest.raises(InputError, match="no model 'theirs' is installed in "):
        store.version_before("theirs")
    entries = store.history("ours")
    assert [(e["action"], e["version"], e.get("previous")) for e in entries] == [
        ("promote", "1", None),
        ("promote", "2", "1"),
        ("promote", "10", "2"),
        ("rollback", "2", "10"),
        ("rollback", "1", "2"),
    ]
    assert entries[0]["author"] == "Li"
    assert entries[-1]["reason"] == "worse"


def test_versions_that_are_gone_or_damaged_are_named(store: ModelStore) -> None:
    shutil.rmtree(store.home / "ours" / "10")
    with pytest.raises(
        InputError, match=r"current version 10 is gone; .* holds 1, 2; `spamsms rollback ours"
    ):
        spamsms.load_model("ours")
    with pytest.raises(InputError, match=r"no version '7' of model 'ours': .* holds 1, 2"):
        spamsms.load_model("ours@7")
    weights_file(store.home / "ours" / "2").write_bytes(b"")
    with pytest.raises(ModelFormatError, match="0 bytes where the manifest says"):
        store.make_current("ours", "2")
    found = {e.version: e for e in list_models(store) if not e.packaged}
    assert {version: bool(entry.problem) for version, entry in found.items()} == {
        "1": False,
        "2": True,
        "10": True,
    }
    assert found["1"].hash == spamsms.load_model("ours@1").hash_
    store.make_current("ours", "1")
    assert spamsms.load_model("ours").version_ == "1"


def test_a_pointer_that_was_emptied_is_reported(store: ModelStore) -> None:
    (store.home / "ours" / "current").write_text("")
    with pytest.raises(InputError, match="no version is current"):
        spamsms.load_model("ours")


def _install(home: str, folder: str) -> None:
    for _ in range(3):
        ModelStore(home).install(folder, "ours")


def test_processes_may_promote_at_the_same_time(home: Path, folder: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_install, args=(str(home), str(folder))) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    store = ModelStore(home)
    assert len(store.versions("ours")) == len(store.history("ours")) == 9
    assert store.current("ours") == store.history("ours")[-1]["version"]
    previous = [entry.get("previous") for entry in store.history("ours")]
    assert previous == [None, *(entry["version"] for entry in store.history("ours")[:-1])]


@given(st.from_regex(r"\w[\w.+-]{0,20}", fullmatch=True))
def test_the_next_version_is_later_and_a_version_too(version: str) -> None:
    after = next_version(version)
    assert version_order(after) > version_order(version)
    assert check_word("version", after) == after


@pytest.mark.parametrize(
    ("version", "after"), [("1.0.9", "1.0.10"), ("3", "4"), ("v07", "v08"), ("a", "a.1"), ("", "1")]
)
def test_the_next_version_counts_the_last_number_on(version: str, after: str) -> None:
    assert next_version(version) == after


def test_the_folder_of_models_is_the_environments_or_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPAMSMS_MODELS", "/srv/models")
    assert models_directory() == Path("/srv/models")
    assert models_directory("here") == Path("here")
    monkeypatch.delenv("SPAMSMS_MODELS")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert models_directory() == Path("/data/spamsms/models")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/li")
    assert models_directory() == Path("/home/li/.local/share/spamsms/models")


def test_the_list_shows_versions_and_history(store: ModelStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rollback", "ours", "--to", "2", "--author", "Wang", "--reason", "10 is slow"]) == 0
    assert cli.main(["models", "ours"]) == 0
    out = capsys.readouterr().out
    rows = [line.split() for line in out.splitlines()]
    assert [
        "*",
        "ours",
        "2",
        read_manifest(store.home / "ours" / "2") and spamsms.load_model("ours").hash_,
    ] in rows
    assert out.splitlines()[-1].endswith("rollback 2 after 10 by Wang (10 is slow)")
    assert cli.main(["models", "--json"]) == 0
    entries = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(e["name"], e["version"]) for e in entries if e["current"] and not e["packaged"]] == [
        ("ours", "2")
    ]


def test_the_list_of_a_damaged_model_says_so_with_exit_code_1(
    store: ModelStore, capsys: pytest.CaptureFixture[str]
) -> None:
    (store.home / "ours" / "1" / "manifest.json").write_text("[]")
    assert cli.main(["models"]) == 1
    captured = capsys.readouterr()
    assert "damaged" in captured.out
    assert '"format" is not "spamsms-model"' in captured.err
    assert cli.main(["models", "theirs"]) == 2


def test_a_rollback_to_a_damaged_version_is_refused_with_exit_code_3(
    store: ModelStore, capsys: pytest.CaptureFixture[str]
) -> None:
    current = store.current("ours")
    (store.home / "ours" / "1" / "manifest.json").write_text("[]")
    assert cli.main(["rollback", "ours", "--to", "1"]) == 3
    assert '"format" is not "spamsms-model"' in capsys.readouterr().err
    assert store.current("ours") == current


def test_a_command_finds_models_by_name_and_version(store: ModelStore) -> None:
    result = run_process("check", "--model", "ours@2", "--format", "jsonl", TEXT)
    assert json.loads(result.out)["model"] == "ours 2"
    assert run_process("check", "--model", "ours@3", TEXT).code == 3
