from __future__ import annotations

import json
from pathlib import Path

import pytest
from labelled_corpus import read_rows, write_rows

from spamsms import cli
from spamsms.training.attacks import ATTACKS
from spamsms.training.probes import PROBES

CONFIG = """\
name = "small"
test_share = 0.3
[model]
hash_bits = 12
cv = 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with data in it and a model trained on them."""
    folder = tmp_path_factory.mktemp("evaluated")
    rows = [{**row, "source": row["writer"]} for row in read_rows(10) if row["writer"] in "abc"]
    write_rows([{**row, "split": ""} for row in rows], folder / "data.tsv")
    (folder / "training.toml").write_text(CONFIG, encoding="utf-8")
    command = ["train", "--data", str(folder / "data.tsv"), "--out", str(folder / "model")]
    assert cli.main([*command, "--config", str(folder / "training.toml")]) == 0
    return folder


def test_every_part_is_printed_and_written_only_when_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", "--data", str(folder / "data.tsv"), "--model", str(folder / "model")]
    assert cli.main([*command, "--json", str(folder / "plain.json")]) == 0
    plain = capsys.readouterr().out
    parts = ["--attacks", "--probes", "--drift", "--figures", str(folder / "pictures")]
    assert cli.main([*command, *parts, "--json", str(folder / "all.json")]) == 0
    everything = capsys.readouterr().out
    assert everything.startswith(plain.rstrip("\n"))
    for title in ("attacks (test half", "probes: ", "drift: ", "without a", "drawn "):
        assert title in everything
        assert title not in plain
    figures = json.loads((folder / "all.json").read_text(encoding="utf-8"))
    assert set(figures) - set(json.loads((folder / "plain.json").read_text(encoding="utf-8"))) == {
        "attacks",
        "probes",
        "drift",
    }
    assert set(figures["attacks"]["attacks"]) == set(ATTACKS)
    assert set(figures["probes"]) == set(PROBES)
    assert (folder / "pictures" / "reliability.png").exists()


@pytest.mark.parametrize("command", ["evaluate --model", "compare zh"])
def test_a_configuration_that_is_not_there_does_not_let_every_row_count(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    arguments = [*command.split(), str(folder / "model"), "--data", str(folder / "data.tsv")]
    assert cli.main([*arguments, "--config", str(folder / "typo.toml")]) == 2
    assert "typo.toml: cannot be read" in capsys.readouterr().err


def test_drift_splits_the_data_itself_where_every_row_is_measured(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", "--data", str(folder / "data.tsv"), "--model", str(folder / "model")]
    assert cli.main([*command, "--every-row", "--drift"]) == 0
    out = capsys.readouterr().out
    assert "measured on every row of the data given" in out
    assert "without b" in out


def test_pictures_that_cannot_be_written_are_an_error_after_the_table(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["evaluate", "--data", str(folder / "data.tsv"), "--model", str(folder / "model")]
    taken = folder / "data.tsv"
    assert cli.main([*command, "--figures", str(taken)]) == 2
    captured = capsys.readouterr()
    assert "source a" in captured.out
    assert f"error: {taken}: " in captured.err
