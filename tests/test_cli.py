from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import spamsms
from spamsms import SpamClassifier, Verdict, cli
from spamsms.commands import check
from spamsms.commands.console import Utf8Output, display_width, percent, printable, shorten
from spamsms.text_lines import BLOCK

ADVERT = "【优选商城】会员日满300减50，退订回T"
DINNER = "妈，我晚上回家吃饭"
ADVERTS = [ADVERT, "全场五折，戳链接领券，退订回T", "新店开业，到店即送好礼", "会员日满减送券，拒收请回复R"]
WANTED = [DINNER, "会议改到三点，记得带材料", "您的验证码是 482913，请勿告诉他人", "快递放在门口了，谢谢"]
FIELDS = [field.name for field in fields(Verdict)]


class Result(NamedTuple):
    """What a run printed and returned."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    labels = [1] * len(ADVERTS) + [0] * len(WANTED)
    SpamClassifier(hash_bits=12, cv=2).fit(ADVERTS + WANTED, labels).save(folder, name="tiny", version="3")
    return str(folder)


@pytest.fixture
def run(
    model_folder: str, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run a command in this process with the tiny model."""

    def run_command(*arguments: str, stdin: bytes = b"") -> Result:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="ascii"))
        try:
            code = cli.main([arguments[0], "--model", model_folder, *arguments[1:]])
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsysbinary.readouterr()
        return Result(code, out.decode("utf-8"), err.decode("utf-8"))

    return run_command


def run_process(*arguments: str | bytes, stdin: bytes = b"", **environment: str) -> Result:
    """Run ``python -m spamsms`` in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-m", "spamsms", *arguments],
        input=stdin,
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
    )
    return Result(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def json_rows(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.split("\n")[:-1]]


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
        (["-f", "a.xlsx"], "'a.xlsx' ends in none of .txt, .csv, .tsv, .jsonl; say --input-format"),
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


# -- explain --------------------------------------------------------------------------------------


def test_explain_shows_contributions_that_add_up_to_the_log_odds(run: Run, model_folder: str) -> None:
    code, out, err = run("explain", ADVERT, "--top", "3")
    assert (code, err) == (0, "")
    model = SpamClassifier.load(model_folder)
    verdict = model.classify(ADVERT)
    table = re.findall(r"^  (\S.*?) +([+-]\d+\.\d\d)(?:  ([+-]*))?$", out, re.MULTILINE)
    shown = {name: float(value) for name, value, _ in table}
    strongest = [item.text for item in verdict.evidence[:3]]
    assert list(shown) == [*strongest, f"({len(verdict.evidence) - 3} more)", "(intercept)", "sum"]
    assert shown["(intercept)"] == pytest.approx(model.intercept_, abs=0.006)
    total = shown.pop("sum")
    assert total == pytest.approx(verdict.log_odds, abs=0.006)
    assert sum(shown.values()) == pytest.approx(total, abs=0.03)
    log_odds, probability = re.findall(r"log-odds (\S+) = probability (\S+)", out)[0]
    assert float(probability) == pytest.approx(1 / (1 + math.exp(-float(log_odds))), abs=0.002)
    assert all(set(bar) <= {"+" if float(value) > 0 else "-"} for _, value, bar in table)


def test_explain_marks_the_strongest_words_by_sign_where_there_is_no_colour(
    run: Run, model_folder: str
) -> None:
    text = f"{ADVERT}\n{DINNER}"
    out = run("explain", text, "--top", "4").out
    marked = out.split("\n\n")[1]
    evidence = SpamClassifier.load(model_folder).explain(text, top=4)
    for item in evidence:
        sign = "+" if item.contribution > 0 else "-"
        assert f"[{sign}{item.text}{sign}]" in marked
    assert re.sub(r"\[[+-](.*?)[+-]\]", r"\1", marked) == f"{ADVERT} {DINNER}"
    assert len(re.findall(r"\[[+-]", marked)) == 4


def test_explain_begins_with_the_verdict_and_what_it_is_measured_by(run: Run, model_folder: str) -> None:
    model = SpamClassifier.load(model_folder)
    verdict = model.classify(ADVERT)
    lines = run("explain", ADVERT).out.splitlines()
    assert lines[0] == f"{verdict.action}  {percent(verdict.probability)} spam"
    assert lines[1] == (
        f"blocked from {percent(model.threshold)} on, reviewed from {percent(model.review_threshold)} on"
    )
    assert lines[2] == "model tiny 3"


@pytest.mark.parametrize("text", ["", " ", "\udcff", "\x1b[2J", "，，，", "好" * 3000, "a\nb\tc"])
def test_explain_copes_with_any_message(run: Run, text: str) -> None:
    code, out, err = run("explain", text)
    assert (code, err) == (0, "")
    assert "(intercept)" in out
    assert "\x1b" not in out


# -- terminals ------------------------------------------------------------------------------------


def run_on_terminal(columns: int, *arguments: str, **environment: str) -> Result:
    """Run a command whose output and errors are a terminal."""
    fcntl, pty, termios = map(pytest.importorskip, ("fcntl", "pty", "termios"))
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, bytes([30, 0, columns, 0, 0, 0, 0, 0]))
    kept = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "spamsms", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=child,
        stderr=child,
        env={**kept, "TERM": "xterm", **environment},
    )
    os.close(child)
    data = b""
    while True:
        try:
            part = os.read(parent, 1 << 16)
        except OSError:
            break
        if not part:
            break
        data += part
    os.close(parent)
    return Result(process.wait(), data.decode("utf-8").replace("\r\n", "\n"), "")


def without_colour(text: str) -> str:
    return re.sub(r"\x1b\[\d+m", "", text)


@pytest.mark.parametrize("columns", [30, 40, 80])
def test_no_line_is_wider_than_the_terminal(model_folder: str, columns: int) -> None:
    texts = (ADVERT * 3, DINNER, "plain ascii text that goes on and on and on and on", "👨‍👩‍👧好" * 20)
    result = run_on_terminal(columns, "check", "--evidence", "--model", model_folder, *texts)
    lines = without_colour(result.out).splitlines()
    assert result.code == 0
    assert len([line for line in lines if line.startswith(("block", "review", "pass"))]) == len(texts)
    assert all(display_width(line) <= columns for line in lines)
    assert lines[0].endswith("...")
    table = without_colour(run_on_terminal(columns, "explain", "--model", model_folder, ADVERT).out)
    assert all(display_width(line) <= columns for line in table.splitlines() if line.startswith("  "))


def test_colour_is_for_terminals_that_want_it(model_folder: str) -> None:
    command = ("explain", "--model", model_folder, f"{ADVERT}{DINNER}")
    coloured = run_on_terminal(80, *command).out
    assert "\x1b[31m" in coloured
    assert "\x1b[32m" in coloured
    assert "[+" not in coloured
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        plain = run_on_terminal(80, *command, **environment).out
        assert "\x1b" not in plain
        assert "[+" in plain
    assert "\x1b" not in run_process(*command).out


def test_a_file_on_a_terminal_comes_out_as_text_without_a_bar(model_folder: str, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox.jsonl"
    inbox.write_text(json.dumps({"text": DINNER}) + "\n{}\n")
    result = run_on_terminal(60, "check", "--model", model_folder, "-f", str(inbox), NO_COLOR="1")
    lines = result.out.splitlines()
    assert result.code == 1
    assert lines[0].startswith(f"{inbox}:2: no key 'text'"[:60])
    assert any(re.fullmatch(rf"pass +\S+  {DINNER}", line) for line in lines)
    assert "\r" not in result.out


def test_a_bar_shows_how_much_of_a_file_has_been_read(model_folder: str, tmp_path: Path) -> None:
    inbox, output = tmp_path / "inbox.jsonl", tmp_path / "verdicts.csv"
    inbox.write_text((json.dumps({"text": DINNER}) + "\n") * 2000 + "{}\n")
    result = run_on_terminal(80, "check", "--model", model_folder, "-f", str(inbox), "--output", str(output))
    assert result.code == 1
    assert "0%|" in result.out
    assert f"{inbox}:2001: no key 'text'\n" in result.out
    assert result.out.endswith("1 bad\n")


def test_shortening_counts_columns_not_characters() -> None:
    assert shorten("会员日满减", 10) == "会员日满减"
    assert shorten("会员日满减", 9) == "会员日..."
    assert shorten("会员日满减", 8) == "会员..."
    assert shorten("abc", 2) == ".."
    assert display_width("会a\u0301") == 3
    assert printable("正常 text\u3000👍") == "正常 text\u3000👍"


@pytest.mark.parametrize(
    ("probability", "shown"),
    [(0.0, "0.0%"), (0.0004, "<0.1%"), (0.5, "50.0%"), (0.9996, ">99.9%"), (1.0, "100.0%")],
)
def test_a_probability_is_not_rounded_to_certainty(probability: float, shown: str) -> None:
    assert percent(probability) == shown


# -- the process ----------------------------------------------------------------------------------

NARROW = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_output_is_utf8_whatever_the_locale(model_folder: str) -> None:
    usual = run_process("check", "--model", model_folder, ADVERT, "--format", "jsonl")
    assert usual.code == 0
    assert run_process("check", "--model", model_folder, ADVERT, "--format", "jsonl", **NARROW) == usual
    assert ADVERT in run_process("check", "--help", **NARROW).out
    missing = run_process("check", "-f", "无.txt", **NARROW)
    assert missing == Result(2, "", "spamsms: error: 无.txt: No such file or directory\n")
    table = ("check", "--model", model_folder, "-f", "-", "--input-format", "csv", "--column", "内容")
    result = run_process(*table, stdin=f"id,内容\n1,{DINNER}\n".encode(), **NARROW)
    assert [row["text"] for row in json_rows(result.out)] == [DINNER]


@pytest.mark.skipif(os.name != "posix", reason="arguments are bytes on POSIX only")
def test_an_argument_in_gb18030_is_understood(model_folder: str) -> None:
    result = run_process("check", "--model", model_folder, DINNER.encode("gb18030"))
    assert result.out.rstrip().endswith(DINNER)


def test_lone_surrogates_are_replaced_in_the_output(run: Run) -> None:
    data = b'{"text": "\\ud800\\u597d"}\n'
    for name in ("text", "csv", "jsonl"):
        result = run("check", "-f", "-", "--input-format", "jsonl", "--format", name, stdin=data)
        assert result.code == 0
        assert "\ufffd好" in result.out


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
@pytest.mark.parametrize("merged", [False, True])
def test_a_reader_that_leaves_ends_the_run_quietly(model_folder: str, tmp_path: Path, merged: bool) -> None:
    inbox = tmp_path / "inbox.txt"
    inbox.write_text(f"{DINNER}\n" * 30_000, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "spamsms", "check", "--model", model_folder, "-f", str(inbox)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if merged else subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    errors = b"" if process.stderr is None else process.stderr.read()
    assert (process.wait(), errors) == (0, b"")
    if process.stderr is not None:
        process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_error_without_a_traceback(model_folder: str) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "spamsms", "check", "--model", model_folder, "x"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "spamsms: error: reading or writing failed: No space left on device"
    ]


@pytest.mark.skipif(
    os.name != "posix" or signal.getsignal(signal.SIGINT) is signal.SIG_IGN,
    reason="needs signals of POSIX, and children that do not inherit to ignore them",
)
def test_an_interrupt_ends_the_process_with_130(model_folder: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "spamsms", "check", "--model", model_folder, "-f", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    # The first verdicts show that the command is under way. What is written beyond the block that
    # it reads first must fit into the pipe, for nobody reads its output meanwhile.
    process.stdin.write(f"{DINNER}\n".encode() * (BLOCK // 28 + 100))
    process.stdin.flush()
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (130, b"spamsms: interrupted\n")


def test_a_partial_write_is_continued() -> None:
    class Slow(io.RawIOBase):
        taken = b""

        def write(self, data: memoryview) -> int:  # type: ignore[override]
            self.taken += bytes(data[:3])
            return min(3, len(data))

    class Stream:
        buffer = Slow()

        def flush(self) -> None:
            pass

    Utf8Output(Stream()).write("您好，世界\n")
    assert Stream.buffer.taken.decode() == "您好，世界\n"


def test_a_stream_without_bytes_is_given_text() -> None:
    stream = io.StringIO()
    Utf8Output(stream).write("好\ud800")
    assert stream.getvalue() == "好\ufffd"
    assert Utf8Output(None).write("nowhere") == 7


def test_version_and_help_of_every_command() -> None:
    assert run_process("--version") == Result(0, f"spamsms {spamsms.__version__}\n", "")
    for command in ([], ["check"], ["explain"]):
        code, out, _ = run_process(*command, "--help")
        assert code == 0
        assert "examples:\n  spamsms " in out
        assert "130  interrupted" in out
    code, out, err = run_process()
    assert (code, out) == (2, "")
    assert "spamsms: error: the following arguments are required: command" in err


def test_building_the_parser_imports_nothing_heavy() -> None:
    program = (
        "import sys; from spamsms.cli import build_parser; build_parser();"
        "print(sorted({'numpy', 'sklearn', 'scipy', 'jieba', 'joblib', 'tqdm'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.decode().strip() == "[]"
