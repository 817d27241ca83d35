from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import numpy as np
import pytest
from command_runs import run_process
from labelled_corpus import read_rows, write_rows

from spamsms import InputError, SpamClassifier, cli
from spamsms.training.dedupe import template_groups
from spamsms.training.novelty import unseen_share
from spamsms.training.suggest import (
    BYTE_ORDER_MARK,
    COLUMNS,
    NEAR_THRESHOLD,
    NOVEL,
    UNDECIDED,
    render_suggestions,
    suggest_labels,
)
from spamsms.training.train import train_model

TEMPLATE = "【花信小铺】本周末全场第二件半价，另送同款小样{}份，戳 hx.cn/ab 领券，退订回T"
FOREIGN = "蚍蜉鴟鴞鸜鵒蟪蛄鷦鷯鼴鼹饕餮魑魅魍魉龃龉囹圄耄耋貔貅鳜鳊"


@pytest.fixture(scope="module")
def trained() -> tuple[SpamClassifier, list[str], list[str]]:
    """Return a model of 300 messages, those, and others."""
    rows = read_rows(3)
    known, others = rows[:2400:8], [row["text"] for row in rows[1:2400:4]]
    texts = [row["text"] for row in known]
    model = SpamClassifier(hash_bits=16, cv=2).fit(texts, [int(row["label"]) for row in known])
    model.fit_kinds(texts, [row["kind"] for row in known])
    return model, texts, others


def test_each_reason_lists_the_messages_it_is_about(
    trained: tuple[SpamClassifier, list[str], list[str]],
) -> None:
    model, _, others = trained
    found = suggest_labels([*others, FOREIGN], model, 40)
    assert [item.reason for item in found[:4]] == [NEAR_THRESHOLD, UNDECIDED, NEAR_THRESHOLD, NOVEL]
    by_reason = {r: [item for item in found if item.reason == r] for r in (NEAR_THRESHOLD, UNDECIDED, NOVEL)}
    assert [len(items) for items in by_reason.values()] == [20, 10, 10]
    for items in by_reason.values():
        scores = [item.score for item in items]
        assert scores == sorted(scores, reverse=True)
    usual = np.abs(model.predict_proba(others)[:, 1] - 0.5).mean()
    assert np.mean([abs(item.probability - 0.5) for item in by_reason[UNDECIDED]]) < usual / 2
    assert by_reason[NOVEL][0].text == FOREIGN
    assert all(item.suggested_kind in model.kinds_ for item in found)


def test_a_template_is_listed_once_with_its_size(
    trained: tuple[SpamClassifier, list[str], list[str]],
) -> None:
    model, _, others = trained
    batch = [*(TEMPLATE.format(number) for number in "一二三四五"), *others[:50]]
    found = suggest_labels(batch, model, len(batch))
    groups = template_groups(batch)
    assert sorted(groups[item.row] for item in found) == sorted(set(groups.tolist()))
    assert [item.group_size for item in found if "花信小铺" in item.text] == [5]
    assert sum(item.group_size for item in found) == len(batch)


def test_templates_that_have_labels_are_passed_over(
    trained: tuple[SpamClassifier, list[str], list[str]],
) -> None:
    model, texts, _ = trained
    batch = [TEMPLATE.format("二"), "好的", texts[0], FOREIGN]
    found = suggest_labels(batch, model, labelled=[TEMPLATE.format("九"), "好 的", *texts])
    assert [item.text for item in found] == [FOREIGN]
    assert suggest_labels(batch[:3], model, labelled=[TEMPLATE.format("九"), "好的", *texts]) == []


def test_blank_messages_are_passed_over_and_rows_keep_their_numbers(
    trained: tuple[SpamClassifier, list[str], list[str]],
) -> None:
    found = suggest_labels(["", " \n", FOREIGN, "\u3000", "明天见"], trained[0])
    assert sorted((item.row, item.text) for item in found) == [(2, FOREIGN), (4, "明天见")]
    assert suggest_labels([], trained[0]) == suggest_labels(["", " "], trained[0]) == []


def test_the_same_batch_gives_the_same_list(trained: tuple[SpamClassifier, list[str], list[str]]) -> None:
    model, _, others = trained
    assert suggest_labels(others, model, 30) == suggest_labels(np.array(others), model, 30)


@pytest.mark.parametrize("n", [0, -1, 2.0, True, None])
def test_a_number_that_is_none_is_refused(
    trained: tuple[SpamClassifier, list[str], list[str]], n: object
) -> None:
    with pytest.raises(InputError, match="n must be a whole number from 1 on"):
        suggest_labels(["a"], trained[0], n)  # type: ignore[arg-type]


def test_a_row_that_is_no_text_is_named(trained: tuple[SpamClassifier, list[str], list[str]]) -> None:
    with pytest.raises(InputError, match=r"texts\[1\] is None"):
        suggest_labels(["a", None], trained[0])
    with pytest.raises(InputError, match=r"labelled\[0\] is int 3"):
        suggest_labels(["a"], trained[0], labelled=[3])


def test_unseen_features_are_counted_whatever_the_table_holds(
    trained: tuple[SpamClassifier, list[str], list[str]],
) -> None:
    model, texts, _ = trained
    known = unseen_share(texts, model.scorer_)
    foreign = unseen_share([FOREIGN, ""], model.scorer_)
    assert known is not None
    assert foreign is not None
    assert known.mean() < 0.05
    assert foreign[0] > 0.7
    assert foreign[1] == 0
    certain = unseen_share([FOREIGN], model.scorer_, 1.0)
    assert certain is not None
    assert certain[0] < foreign[0]
    rows = read_rows(3)
    full = SpamClassifier(hash_bits=8, cv=2).fit(
        [row["text"] for row in rows], [int(row["label"]) for row in rows]
    )
    assert unseen_share(texts, full.scorer_) is None
    assert NOVEL not in {item.reason for item in suggest_labels([FOREIGN, "明天见", "在吗"], full)}


def test_the_list_is_read_by_training_once_it_is_filled_in(
    trained: tuple[SpamClassifier, list[str], list[str]], tmp_path: Path
) -> None:
    model, _, others = trained
    odd = 'a "quoted", \nbroken 短信，领券'
    rows = list(csv.DictReader(io.StringIO(render_suggestions(suggest_labels([*others, odd], model, 200)))))
    assert tuple(rows[0]) == COLUMNS
    labels = {row["text"]: row["label"] for row in read_rows(1)}
    for row in rows[:-1]:
        row["label"] = labels.get(row["text"], "1")
    path = tmp_path / "to-label.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    result = train_model([path])
    assert result.data.counts["rows"] == len(rows) - 1
    assert len(result.data.problems) == 1
    assert "label" in result.data.problems[0].reason
    assert odd in {*result.data.train.texts, *result.data.test.texts, rows[-1]["text"]}


def test_command_writes_a_csv_that_excel_reads(
    model_folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = tmp_path / "inbox.jsonl"
    inbox.write_text('{"text": "明天见"}\n\n{"text": 5}\n{"text": "全场五折，退订回T"}\n', encoding="utf-8")
    out = tmp_path / "to-label.csv"
    arguments = ["suggest", str(inbox), "--model", model_folder, "--out", str(out)]
    assert cli.main(arguments) == 1
    said = capsys.readouterr().err
    assert f"{inbox}:2: a blank line" in said
    assert f"{inbox}:3: 'text' is a JSON number" in said
    assert "2 of 2 messages to label (1 near the threshold, 1 undecided)" in said
    written = out.read_text(encoding="utf-8")
    assert written.startswith(BYTE_ORDER_MARK)
    rows = list(csv.DictReader(io.StringIO(written.removeprefix(BYTE_ORDER_MARK))))
    assert {row["text"]: row["line"] for row in rows} == {"明天见": "1", "全场五折，退订回T": "4"}


def test_command_passes_over_what_is_labelled_and_never_writes_over_its_input(
    model_folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = tmp_path / "inbox.txt"
    inbox.write_text("明天见\n全场五折，退订回T\n", encoding="utf-8")
    labelled = write_rows([{"text": "明天见", "label": "0"}], tmp_path / "labelled.tsv")
    arguments = ["suggest", str(inbox), "--model", model_folder, "--labelled", str(labelled)]
    assert cli.main(arguments) == 0
    assert "明天见" not in capsys.readouterr().out
    for path in (inbox, labelled):
        before = path.read_bytes()
        assert cli.main([*arguments, "--out", str(path)]) == 2
        assert "is a file that is read; name another --out" in capsys.readouterr().err
        assert path.read_bytes() == before


def test_command_says_when_there_is_nothing_to_choose_from(
    model_folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("\n \n", encoding="utf-8")
    assert cli.main(["suggest", str(empty), "--model", model_folder]) == 2
    assert "empty.txt: holds no message that can be used" in capsys.readouterr().err
    assert cli.main(["suggest", str(tmp_path / "none.txt"), "--model", model_folder]) == 2
    assert "none.txt: No such file" in capsys.readouterr().err


def test_command_reads_standard_input(model_folder: str) -> None:
    done = run_process(
        "suggest", "-", "--model", model_folder, stdin="明天见\n".encode("gb18030"), **os.environ
    )
    assert done.code == 0
    assert done.out.split("\n")[1].startswith("明天见,,")
