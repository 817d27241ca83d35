"""``spamsms audit`` prints findings with their sources, as text, csv and JSON lines."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from command_runs import Run, json_rows

BAD = "【优选商城】会员日满300减50"
CODE = "【优选商城】您的验证码是482913，请勿告诉他人"


def test_texts_are_audited_in_words(run: Run) -> None:
    result = run("audit", "-t", BAD, "--category", "marketing")
    assert result.code == 0
    assert "ERROR refusal-instruction" in result.out
    assert "通信短信息服务管理规定" in result.out
    assert "from 2015-06-30" in result.out
    assert "suggested: '，拒收请回复R'" in result.out
    assert "needs records, the text cannot show it: consent" in result.out
    clean = run("audit", "-t", CODE, "--category", "code", "--language", "zh")
    assert "no breach found" in clean.out


def test_a_file_gives_a_row_a_finding_or_an_object_a_message(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text(f"text,sender,time\n{BAD},106901234567,2025-11-11 23:00\n,,\n{CODE},,soon\n", "utf-8")
    target = tmp_path / "findings.csv"
    result = run("audit", str(path), "--category", "marketing", "--output", str(target))
    assert result.code == 1
    assert f"{path}:3: no text" in result.err
    assert "'soon' is no date and time" in result.err
    assert "2 messages: 2 with errors" in result.err
    rows = list(csv.DictReader(io.StringIO(target.read_text("utf-8"))))
    assert {(row["line"], row["id"], row["outcome"]) for row in rows} >= {
        ("2", "refusal-instruction", "broken"),
        ("2", "sending-hours", "broken"),
        ("2", "consent", "needs records"),
        ("4", "sending-hours", "needs records"),
    }
    (first, second) = json_rows(run("audit", str(path), "--format", "jsonl").out)
    assert (first["line"], second["line"]) == (2, 4)
    assert isinstance(first["findings"], list)


def test_fail_on_tells_a_pipeline(run: Run) -> None:
    assert run("audit", "-t", BAD, "--category", "marketing", "--fail-on", "error").code == 4
    assert run("audit", "-t", CODE, "--category", "code", "--fail-on", "error").code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give either FILE or -t TEXT"),
        (["-t", "x", "--profile", "uk"], "no profile 'uk'"),
        (["-t", "x", "--time", "soon"], "'soon' is no date and time"),
        (["missing.csv"], "missing.csv"),
    ],
)
def test_wrong_usage_is_named(run: Run, arguments: list[str], message: str) -> None:
    result = run("audit", *arguments)
    assert result.code == 2
    assert message in result.err


def test_a_bad_time_is_named_by_its_option(run: Run) -> None:
    result = run("audit", "-t", "【优选】满300减50", "--time", "23:00")
    assert result.code == 2
    assert "--time: '23:00' is no date and time" in result.err
