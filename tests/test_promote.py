"""From labelled files to a model in use: compared, promoted or refused, rolled back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from labelled_corpus import read_rows, write_rows

import spamsms
from spamsms import InputError, SpamClassifier, cli
from spamsms.model_store import ModelStore
from spamsms.training.config import Source, TrainingConfig, read_config
from spamsms.training.config_file import format_config
from spamsms.training.naming import name_model
from spamsms.training.promotion import NotPromotedError, promote_model

CONFIG = 'name = "ours"\ntest_share = 0.4\n[model]\nhash_bits = 13\ncv = 2\n'


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with data, a model trained on them and one on labels of which many are wrong."""
    folder = tmp_path_factory.mktemp("promoted")
    rows = [{**row, "split": ""} for row in read_rows(4)]
    write_rows(rows, folder / "data.tsv")
    for row in rows[::3]:
        row["label"] = str(1 - int(row["label"]))
        row["kind"] = ""
    write_rows([{**row, "kind": ""} for row in rows], folder / "flipped.tsv")
    (folder / "training.toml").write_text(CONFIG, encoding="utf-8")
    config = ["--config", str(folder / "training.toml")]
    for data, out in (("data", "good"), ("flipped", "bad")):
        command = ["train", "--data", str(folder / f"{data}.tsv"), "--out", str(folder / out), *config]
        assert cli.main([*command, "--version", "7"]) == 0
    return folder


def promote(trained: Path, model: str, *options: str) -> int:
    return cli.main(["promote", str(trained / model), *options])


def test_a_model_of_flipped_labels_is_stopped_and_the_good_one_stays(
    trained: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(trained / "data.tsv")]
    assert promote(trained, "good", "--force", "--reason", "the first") == 0
    assert promote(trained, "bad", *data) == 1
    captured = capsys.readouterr()
    assert "verdict: worse" in captured.out
    assert "error: not promoted: all: spam caught" in captured.err
    assert "--force --reason TEXT" in captured.err
    assert spamsms.load_model("ours").version_ == "7"
    assert promote(trained, "bad", *data, "--force", "--reason", "a trial", "--author", "Li") == 0
    assert spamsms.load_model("ours").version_ == "8"
    entry = ModelStore(home).history("ours")[-1]
    assert (entry["author"], entry["forced"], entry["verdict"], entry["reason"]) == (
        "Li",
        "true",
        "worse",
        "a trial",
    )
    comparison = json.loads(entry["comparison"])
    assert comparison["old"]["hash"] == spamsms.load_model("ours@7").hash_
    assert comparison["slices"]["all"]["recall"]["high"] < 0
    assert promote(trained, "good", *data, "--as", "ours") == 0
    assert spamsms.load_model("ours").hash_ == spamsms.load_model("ours@7").hash_
    assert cli.main(["rollback", "ours", "--to", "7"]) == 0
    assert spamsms.load_model("ours").version_ == "7"


def test_compare_writes_what_was_asked_for_and_tells_a_worse_model_by_its_exit_code(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new, data = (str(trained / name) for name in ("good", "bad", "data.tsv"))
    paths = {name: tmp_path / f"out.{ending}" for name, ending in
             (("json", "json"), ("flips", "jsonl"), ("html", "html"), ("figure", "png"))}  # fmt: skip
    options = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
    assert cli.main(["compare", old, new, "--data", data, *options]) == 1
    out = capsys.readouterr().out
    assert "compared on test groups of the new model's own data" in out
    figures = json.loads(paths["json"].read_text(encoding="utf-8"))
    flips = [json.loads(line) for line in paths["flips"].read_text(encoding="utf-8").splitlines()]
    assert sum(figures["flips"].values()) == len(flips) > 5
    assert flips[0]["old_evidence"][0]["text"]
    assert paths["html"].read_text(encoding="utf-8").startswith("<!doctype html>")
    assert paths["figure"].read_bytes().startswith(b"\x89PNG")
    assert cli.main(["compare", new, old, "--data", data, "--every-row"]) == 0
    out = capsys.readouterr().out
    assert "compared on every row of the data given" in out
    assert "verdict: better" in out


def test_rules_of_a_file_decide(trained: Path, tmp_path: Path) -> None:
    rules = tmp_path / "gate.toml"
    rules.write_text('judged = ["nothing"]', encoding="utf-8")
    command = [str(trained / "good"), str(trained / "bad"), "--data", str(trained / "data.tsv")]
    assert cli.main(["compare", *command, "--rules", str(rules)]) == 0


def test_what_cannot_be_promoted_is_refused_with_the_remedy(
    trained: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for options, message in (
        ([], "give --data to compare the model on, or --force and a --reason"),
        (["--force"], "--force takes a --reason"),
        (["--as", "zh", "--force", "--reason", "x"], "zh is the name of a packaged model"),
        (["--as", "a/b", "--force", "--reason", "x"], "name 'a/b': takes letters"),
    ):
        assert promote(trained, "good", *options) == 2
        assert message in capsys.readouterr().err
    assert not home.exists()


def test_a_model_of_which_nothing_is_known_passes_by_force_and_reason_only(trained: Path, home: Path) -> None:
    store = ModelStore(home)
    with pytest.raises(NotPromotedError, match="nothing was measured"):
        promote_model(trained / "good", store, "ours")
    with pytest.raises(InputError, match="takes a reason"):
        promote_model(trained / "good", store, "ours", force=True, reason=" ")
    assert promote_model(trained / "good", store, "ours", force=True, reason="first").name == "7"


def test_versions_follow_the_latest_of_the_name(trained: Path, home: Path, tmp_path: Path) -> None:
    config = TrainingConfig(name="ours")
    assert name_model(config, tmp_path).version == "1"
    assert name_model(config, trained / "good").version == "8"
    assert name_model(config, trained / "good", name="theirs").version == "1"
    ModelStore(home).install(trained / "good", "ours", "11")
    assert name_model(config, trained / "good").version == "12"
    assert name_model(TrainingConfig(version="3"), trained / "good").version == "3"
    assert name_model(config, version="2026-11").version == "2026-11"
    with pytest.raises(InputError, match=r"version '\.\./x': takes letters"):
        name_model(config, version="../x")


def test_a_trained_model_bears_name_version_and_time(trained: Path) -> None:
    model = SpamClassifier.load(trained / "good")
    assert model.classify("在吗").model == "ours 7"
    assert model.details_["trained"].endswith("+00:00")


def test_a_configuration_read_from_what_was_written_is_the_same(tmp_path: Path) -> None:
    source = Source('a\\b "c".csv', weight=0.5, kinds={"促销": "R"}, source_column="")
    config = TrainingConfig(
        description="多行\n说明\x7f",
        model={"C": 2.0, "hmm": True},
        sources=(source,),
        augment_copies=2,
        seed=3,
    )
    (tmp_path / "training.toml").write_text(format_config(config), encoding="utf-8")
    assert read_config(tmp_path / "training.toml") == config


@pytest.mark.parametrize("option", ["--json", "--flips", "--html", "--figure"])
def test_a_comparison_is_not_written_over_its_data(
    trained: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    model, data = str(trained / "good"), trained / "data.tsv"
    before = data.read_bytes()
    assert cli.main(["compare", model, model, "--data", str(data), option, str(data)]) == 2
    assert "data.tsv is a file that is read; name another" in capsys.readouterr().err
    assert cli.main(["evaluate", "--model", model, "--data", str(data), "--json", str(data)]) == 2
    assert data.read_bytes() == before


def test_a_picture_of_another_format_is_refused(
    trained: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, picture = str(trained / "good"), tmp_path / "changes.xyz"
    data = str(trained / "data.tsv")
    assert cli.main(["compare", model, model, "--data", data, "--figure", str(picture)]) == 2
    assert "changes.xyz ends in none of .png, .svg, .pdf" in capsys.readouterr().err
    assert not picture.exists()
