from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
from labelled_corpus import read_rows, write_rows

from spamsms import DatasetError, cli
from spamsms.training.config import TrainingConfig
from spamsms.training.dataset import read_datasets
from spamsms.training.dedupe import template_groups
from spamsms.training.label_audit import (
    COLUMNS,
    LabelAudit,
    audit_labels,
    render_suspects,
)

CONFIG = TrainingConfig(model={"hash_bits": 14, "cv": 4})
# A writer's messages and another's, so that neighbours are not only each other's.
WRITERS = "abcdf"
SHARE_FLIPPED = 0.05
REPEATED = "【花信小铺】本周末全场第二件半价，另送同款小样，戳 hx.cn/ab 领券，退订回T"


@pytest.fixture(scope="module")
def flipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[int]]:
    """Return a file in which one label of twenty is wrong, and the lines of those."""
    rows = [row for row in read_rows(1) if row["writer"] in WRITERS]
    chosen = set(random.Random(11).sample(range(len(rows)), round(SHARE_FLIPPED * len(rows))))
    wrong = [
        {**row, "kind": "", "label": str(1 - int(row["label"])) if place in chosen else row["label"]}
        for place, row in enumerate(rows)
    ]
    path = write_rows(wrong, tmp_path_factory.mktemp("audited") / "labels.tsv")
    return path, {place + 2 for place in chosen}


@pytest.fixture(scope="module")
def audit(flipped: tuple[Path, set[int]]) -> LabelAudit:
    return audit_labels([flipped[0]], CONFIG)


def test_wrong_labels_are_listed_first(audit: LabelAudit, flipped: tuple[Path, set[int]]) -> None:
    lines, wrong = [item.line for item in audit.suspects], flipped[1]
    top = lines[: len(wrong) // 4]
    assert len(top) > 30
    assert sum(line in wrong for line in top) >= 0.7 * len(top)
    assert len(wrong & set(lines)) >= 0.55 * len(wrong)
    assert len(lines) < 2 * len(wrong)


def test_suspects_are_ranked_and_counted(audit: LabelAudit) -> None:
    own = [item.probability for item in audit.suspects]
    assert own == sorted(own)
    assert own[-1] < 0.5
    counts = audit.counts
    assert counts["suspicious_spam"] + counts["suspicious_wanted"] == len(audit.suspects)
    assert counts["spam"] + counts["wanted"] == counts["rows"]
    for item in audit.suspects:
        assert item.suggested_label == 1 - item.label
        assert 1 - item.probability >= audit.confident_from[item.suggested_label]


def write_labelled(path: Path, extra: list[tuple[str, int]]) -> Path:
    rows = [{"text": row["text"], "label": row["label"]} for row in read_rows(5)]
    rows += [{"text": text, "label": str(label)} for text, label in extra]
    return write_rows(rows, path)


def test_copies_of_a_message_with_the_same_wrong_label_do_not_vouch_for_each_other(tmp_path: Path) -> None:
    path = write_labelled(
        tmp_path / "a.tsv", [(REPEATED.replace("本周", day), 0) for day in ("本周", "这周", "上周")]
    )
    found = [item.text for item in audit_labels([path], CONFIG).suspects]
    assert sum("花信小铺" in text for text in found) == 3


def test_near_duplicates_labelled_otherwise_stand_beside_a_suspect(tmp_path: Path) -> None:
    extra = [(REPEATED, 0), (REPEATED.replace("半价", "五折"), 1), (REPEATED, 1)]
    path = write_labelled(tmp_path / "b.tsv", extra)
    audit = audit_labels([path], CONFIG)
    first = audit.counts["rows"] - len(extra) + 2
    by_line = {item.line: item for item in audit.suspects}
    assert by_line[first].contradicted_by == (f"{path}:{first + 1}", f"{path}:{first + 2}")
    assert audit.counts["contradicted"] >= 1


def test_messages_too_short_to_compare_are_one_template_where_they_are_the_same(tmp_path: Path) -> None:
    path = write_rows(
        [{"text": text, "label": "0"} for text in ("在吗", "好的", "在 嗎", "在吗？", "好吧")],
        tmp_path / "e.tsv",
    )
    dataset, _ = read_datasets([path], CONFIG)
    assert template_groups(dataset.texts, dataset.groups).tolist() == [0, 1, 0, 0, 4]


def test_csv_gives_back_every_field(audit: LabelAudit) -> None:
    rows = list(csv.DictReader(render_suspects(audit).splitlines()))
    assert tuple(rows[0]) == COLUMNS
    assert [int(row["rank"]) for row in rows] == list(range(1, len(audit.suspects) + 1))
    assert [row["text"] for row in rows] == [item.text for item in audit.suspects]
    assert [int(row["line"]) for row in rows] == [item.line for item in audit.suspects]


def test_command_writes_the_list_and_reports_unusable_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_labelled(tmp_path / "c.tsv", [(REPEATED, 0)])
    with path.open("a", encoding="utf-8") as file:
        file.write("没有标签\t也许\n")
    out = tmp_path / "suspects.csv"
    assert cli.main(["audit-labels", "--data", str(path), "--out", str(out)]) == 1
    captured = capsys.readouterr()
    n_rows = len(read_rows(5)) + 1
    assert f"{n_rows} labels judged: " in captured.out
    assert f"c.tsv:{n_rows + 2}: label '也许' is none of" in captured.err
    written = out.read_text(encoding="utf-8")
    assert written.startswith(",".join(COLUMNS) + "\n")
    assert REPEATED in written


def test_labels_of_one_class_cannot_be_judged(tmp_path: Path) -> None:
    rows = [{"text": f"妈，我{hour}点到家", "label": "0"} for hour in range(1, 20)]
    path = write_rows(rows, tmp_path / "d.tsv")
    with pytest.raises(DatasetError, match="fewer than two templates of a class; add labelled messages"):
        audit_labels([path], CONFIG)


def test_a_file_that_is_read_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_labelled(tmp_path / "f.tsv", [])
    before = path.read_bytes()
    assert cli.main(["audit-labels", "--data", str(tmp_path), "--out", str(path)]) == 2
    assert f"{path} is a file that is read; name another --out" in capsys.readouterr().err
    assert path.read_bytes() == before
