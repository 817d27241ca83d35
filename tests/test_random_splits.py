from __future__ import annotations

from pathlib import Path

from labelled_corpus import read_rows, write_rows

from benchmarks.random_splits import compare_splits, read_files


def test_copies_of_templates_are_seen_on_random_rows_and_not_on_whole_templates(tmp_path: Path) -> None:
    rows = [{**row, "text": row["text"] + end} for row in read_rows(30) for end in ("", " 1", " 2", " 3")]
    write_rows(rows, tmp_path / "messages.tsv")
    splits, scorer = compare_splits(read_files(tmp_path, "messages.tsv"))
    assert splits["random rows"]["seen"]["value"] > 0.5
    assert splits["whole templates"]["seen"]["hits"] == 0
    assert splits["random rows"]["accuracy"]["value"] > splits["whole templates"]["accuracy"]["value"]
    assert 0 < scorer(["退订回T"])[0] < 1
