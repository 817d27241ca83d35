from __future__ import annotations

import csv
import importlib
import io
import json
import pkgutil
import re
from dataclasses import fields
from pathlib import Path

import pytest
from command_runs import ADVERT, DINNER, Result, Run, json_rows, run_process
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spamsms import SpamClassifier, Verdict, cli, commands
from spamsms.commands import check

FIELDS = [field.name for field in fields(Verdict)]


# -- check: messages as arguments -----------------------------------------------------------------


def test_check_prints_a_line_for_each_message(run: Run) -> None:
    code, out, err = run("check", ADVERT, DINNER)
    assert (code, err) == (0, "")
    first, second = out.splitlines()
    assert re.fullmatch(rf"(block|review) +[<>]?\d+\.\d% +{re.escape(ADVERT)}", first)
    assert re.fullmatch(rf"pass +[<>]?\d+\.\d% +{re.escape(DINNER)}", second)


def test_options_may_stand_before_and_after_the_messages(run: Run) -> None:
    assert run("check", "--format", "jsonl", ADVERT) == run("check", ADVERT, "--format", "jsonl")


def test_jsonl_has_the_fields_of_a_verdict_and_nothing_else(run: Run, model_folder: str) -> None:
    rows = json_rows(run("check", ADVERT, DINNER, "--format", "jsonl").out)
    model = SpamClassifier.load(model_folder)
    assert [list(row) for row in rows] == [FIELDS, FIELDS]
    assert rows == [model.classify(text).to_dict(evidence=False) for text in (ADVERT, DINNER)]


def test_csv_has_the_fields_of_a_verdict_as_its_header(run: Run, model_folder: str) -> None:
    table = list(csv.reader(io.StringIO(run("check", ADVERT, "--format", "csv").out)))
    assert table[0] == FIELDS
    row = dict(zip(*table, strict=True))
    verdict = SpamClassifier.load(model_folder).classify(ADVERT)
    assert (row["text"], row["evidence"], row["model"]) == (ADVERT, "", "tiny 3")
    assert (float(row["probability"]), row["is_spam"]) == (
        verdict.probability,
        json.dumps(verdict.is_spam),
    )


def test_evidence_is_written_only_when_asked_for_and_as_many_as_asked(run: Run) -> None:
    rows = json_rows(run("check", ADVERT, "--format", "jsonl", "--evidence", "2").out)
    evidence = rows[0]["evidence"]
    assert isinstance(evidence, list)
    assert len(evidence) == 2
    assert list(evidence[0]) == ["start", "end", "text", "contribution"]
    assert json_rows(run("check", ADVERT, "--format", "jsonl").out)[0]["evidence"] is None
    table = list(csv.reader(io.StringIO(run("check", ADVERT, "--format", "csv", "--evidence", "2").out)))
    assert json.loads(dict(zip(*table, strict=True))["evidence"]) == evidence
    shown = run("check", ADVERT, "--evidence=1").out.splitlines()[1]
    assert shown == f"  {evidence[0]['contribution']:+.2f} {evidence[0]['text']}"


def test_control_characters_do_not_reach_the_terminal(run: Run) -> None:
    out = run("check", "退\x1b[31m订\u202e回\u200b\n复\r\x07T\u2028\udcff").out
    assert out.endswith("  退\ufffd[31m订回 复 \ufffdT \ufffd\n")
    assert out.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give either messages or -f FILE"),
        (["x", "-f", "a.txt"], "give either messages or -f FILE"),
        (["x", "--column", "text"], "--input-format, --column and --encoding go with -f FILE"),
        (["x", "--evidence", "您"], "'您' is no whole number from 1 on"),
        (["x", "--evidence", "0"], "'0' is no whole number from 1 on"),
        (["x", "--format", "xml"], "invalid choice: 'xml'"),
        (["-x"], "unrecognized arguments: -x"),
        (["x", "--output", "a.xlsx"], "'a.xlsx' ends in none of .txt, .csv, .jsonl; say --format"),
        (["-f", "a.xlsx"], "'a.xlsx' ends in none of .txt, .csv, .tsv, .jsonl, .parquet; say --input-format"),
        (["-f", "missing.csv"], "missing.csv: No such file or directory"),
        (["-f", ".", "--input-format", "csv"], ".: Is a directory"),
        (["-f", "-", "--column", "text"], "--column goes with csv, tsv and jsonl"),
        (["-f", "-", "--encoding", "klingon"], "the encoding 'klingon' is unknown"),
        (["-f", "-", "--input-format", "csv"], "<stdin>: the file is empty; a csv starts with a header"),
    ],
)
def test_wrong_usage_ends_with_2_and_the_reason(
    run: Run, arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.txt", "a.xlsx"):
        (tmp_path / name).write_text("x\n")
    code, out, err = run("check", *arguments)
    assert (code, out) == (2, "")
    last = err.splitlines()[-1]
    assert last.startswith("spamsms: error: ")
    assert message in last


@pytest.mark.parametrize("command", ["check", "explain"])
def test_a_model_that_cannot_be_loaded_ends_with_3(command: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    for model, reason in ((str(tmp_path), "this is no spamsms model"), ("nope", "no model 'nope'")):
        code, out, err = run_process(command, "--model", model, "x")
        assert (code, out) == (3, "")
        assert err.startswith("spamsms: error: ")
        assert reason in err
        assert "Traceback" not in err


# -- check: files ---------------------------------------------------------------------------------


def test_the_rows_of_a_file_come_out_or_are_reported(run: Run, tmp_path: Path) -> None:
    inbox, output = tmp_path / "inbox.csv", tmp_path / "verdicts.jsonl"
    inbox.write_text(f'id,text\n1,"{ADVERT}\n第二行"\n2\n3,{DINNER}\n4,a,b\n', encoding="utf-8")
    code, out, err = run("check", "-f", str(inbox), "--output", str(output))
    assert (code, out) == (1, "")
    assert [row["text"] for row in json_rows(output.read_text(encoding="utf-8"))] == [
        f"{ADVERT}\n第二行",
        DINNER,
    ]
    reports = err.splitlines()
    assert reports[0] == f"{inbox}:4: 1 field where the header has 2"
    assert reports[1] == f"{inbox}:6: 3 fields where the header has 2"
    assert re.fullmatch(
        rf"spamsms: {re.escape(str(inbox))}: 4 rows, 2 scored \(block \d, review \d, pass \d\), 2 bad",
        reports[2],
    )


def test_a_file_without_bad_rows_ends_with_0(run: Run, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox.txt"
    inbox.write_bytes(f"{ADVERT}\r\n\r\n{DINNER}\r\n".encode("gb18030"))
    code, out, err = run("check", "-f", str(inbox))
    assert code == 0
    assert [row["text"] for row in json_rows(out)] == [ADVERT, "", DINNER]
    assert err.startswith(f"spamsms: {inbox}: 3 rows, 3 scored (")


def test_an_empty_txt_has_no_rows(run: Run) -> None:
    assert run("check", "-f", "-") == Result(0, "", "spamsms: <stdin>: 0 rows, 0 scored\n")


def test_standard_input_is_read_for_a_dash(run: Run) -> None:
    result = run("check", "-f", "-", "--format", "text", stdin=f"{ADVERT}\n{DINNER}\n".encode("gbk"))
    assert [line.split(maxsplit=2)[2] for line in result.out.splitlines()] == [ADVERT, DINNER]
    result = run("check", "-f", "-", "--input-format", "tsv", stdin=f"text\tid\n{ADVERT}\t1\n".encode())
    assert [row["text"] for row in json_rows(result.out)] == [ADVERT]


def test_the_only_column_is_named_when_it_was_not_asked_for(run: Run) -> None:
    named = "spamsms: <stdin>: reading the only column, '内容'\n"
    data = f"内容\n{ADVERT}\n".encode()
    assert run("check", "-f", "-", "--input-format", "csv", stdin=data).err.startswith(named)
    result = run("check", "-f", "-", "--input-format", "csv", "--column", "内容", stdin=data)
    assert named not in result.err


@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=12),
    extra=st.sampled_from([ADVERT, '"', ",", "a\r\nb", "\r", " ", "=1+1", "123", "\ufeff"]),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_verdicts_written_in_either_format_can_be_read_again(
    run: Run, tmp_path: Path, texts: list[str], extra: str
) -> None:
    texts = [text.replace("\0", "") for text in [*texts, extra]]
    data = "".join(json.dumps({"text": text}) + "\n" for text in texts).encode()
    first = tmp_path / "first.csv"
    assert run("check", "-f", "-", "--input-format", "jsonl", "--output", str(first), stdin=data).code == 0
    again = run("check", "-f", str(first), "--format", "jsonl")
    assert again.code == 0
    assert [row["text"] for row in json_rows(again.out)] == texts
    once_more = run("check", "-f", "-", "--input-format", "jsonl", stdin=again.out.encode())
    assert once_more.out == again.out


def test_files_are_scored_in_chunks_that_give_the_same_verdicts(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = tmp_path / "inbox.txt"
    inbox.write_text("".join(f"{ADVERT}{i}\n{DINNER}{i}\n" for i in range(25)), encoding="utf-8")
    whole = run("check", "-f", str(inbox), "--format", "csv")
    sizes: list[int] = []
    classify_many = SpamClassifier.classify_many

    def counted(self: SpamClassifier, texts: list[str]) -> object:
        sizes.append(len(texts))
        return classify_many(self, texts)

    monkeypatch.setattr(SpamClassifier, "classify_many", counted)
    monkeypatch.setattr(check, "CHUNK_ROWS", 7)
    assert run("check", "-f", str(inbox), "--format", "csv") == whole
    assert sizes == [7] * 7 + [1]
    sizes.clear()
    monkeypatch.setattr(check, "CHUNK_CHARACTERS", 1)
    assert run("check", "-f", str(inbox), "--format", "csv") == whole
    assert sizes == [1] * 50


# -- check: the output file -----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "starts"), [("o.txt", "block"), ("o.csv", "text,"), ("o.jsonl", '{"text"')])
def test_the_ending_of_the_output_tells_its_format(run: Run, tmp_path: Path, name: str, starts: str) -> None:
    assert run("check", ADVERT, "--output", str(tmp_path / name)) == Result(0, "", "")
    data = (tmp_path / name).read_bytes()
    assert data.decode("utf-8").startswith(starts)
    assert data.endswith(b"\n")
    assert b"\r" not in data


def test_an_output_of_unusable_input_is_left_as_it_was(run: Run, tmp_path: Path) -> None:
    inbox, output = tmp_path / "inbox.csv", tmp_path / "verdicts.csv"
    inbox.write_text("id,content\n1,x\n")
    output.write_text("old")
    assert run("check", "-f", str(inbox), "--output", str(output)).code == 2
    assert output.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inbox.csv", "verdicts.csv"]


def test_an_interrupted_run_ends_with_130_and_leaves_the_output_as_it_was(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "verdicts.csv"
    output.write_text("old")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SpamClassifier, "classify_many", interrupt)
    code, out, err = run("check", "-f", "-", "--output", str(output), stdin=b"x\n")
    assert (code, out, err) == (130, "", "spamsms: interrupted\n")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_the_input_is_not_replaced_by_the_output(run: Run, tmp_path: Path) -> None:
    inbox, link = tmp_path / "inbox.txt", tmp_path / "link.txt"
    inbox.write_text("x\n")
    link.symlink_to(inbox)
    for output in (inbox, link):
        code, _, err = run("check", "-f", str(inbox), "--output", str(output))
        assert code == 2
        assert f"{output} is the file that is read; name another --output" in err
    assert inbox.read_text() == "x\n"


def test_an_output_that_cannot_be_written_is_named(run: Run, tmp_path: Path) -> None:
    output = tmp_path / "missing" / "verdicts.csv"
    assert run("check", "x", "--output", str(output)) == Result(
        2, "", f"spamsms: error: {output}: No such file or directory\n"
    )


def test_every_command_module_is_registered() -> None:
    names = [f"{commands.__name__}.{found.name}" for found in pkgutil.iter_modules(commands.__path__)]
    offered = {name for name in names if hasattr(importlib.import_module(name), "add_parser")}
    assert offered == {command.__name__ for command in cli.COMMANDS}
