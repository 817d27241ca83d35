from __future__ import annotations

import json
from pathlib import Path

import pytest
from labelled_corpus import CONFIG, read_rows, write_rows

from spamsms.training.card import CORPUS_ONLY, read_corpus_only, render_card
from spamsms.training.config import read_config

ROOT = Path(__file__).parent.parent
ZH = ROOT / "models" / "zh"


def test_the_card_shows_the_corpus_alone_where_it_was_measured(tmp_path: Path) -> None:
    metrics = json.loads((ZH / "metrics.json").read_text(encoding="utf-8"))
    config, figures = read_config(ZH / "training.toml"), read_corpus_only(ZH)
    assert figures is not None
    card = render_card(metrics, config, figures)
    assert "## The bundled corpus alone" in card
    assert f"{figures['slices']['- rdfz']['recall']['value']:.1%}".replace("%", " %") in card
    assert read_corpus_only(tmp_path) is None
    assert "## The bundled corpus alone" not in render_card(metrics, config, None)


@pytest.mark.skipif(not (ROOT / "benchmarks").is_dir(), reason="benchmarks are part of a checkout only")
def test_the_corpus_alone_is_measured_on_every_row_of_an_inbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmarks import corpus_only

    (tmp_path / "corpus").mkdir()
    rows = read_rows(9)
    write_rows(rows, tmp_path / "corpus" / "messages.tsv")
    inbox = [{"text": row["text"], "label": row["label"], "source": row["writer"]} for row in read_rows(31)]
    monkeypatch.chdir(tmp_path)
    figures = corpus_only.measure_corpus_only(write_rows(inbox, tmp_path / "inbox.tsv"), CONFIG)
    assert figures["data"]["rows"] == len(rows)
    assert figures["inbox_measured"] == figures["inbox_rows"] == len(inbox)
    whole = figures["slices"]["real inboxes, every message"]
    assert whole["n_spam"] + whole["n_wanted"] == len(inbox)
    assert {f"- {row['source']}" for row in inbox} <= set(figures["slices"])
    assert json.loads(json.dumps(figures, allow_nan=False)) == figures
    assert CORPUS_ONLY == "corpus_only.json"
