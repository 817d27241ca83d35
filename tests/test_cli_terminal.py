from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest
from command_runs import ADVERT, DINNER, Run, run_on_terminal, run_process

from spamsms import SpamClassifier
from spamsms.commands.console import display_width, percent, printable, shorten

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
    assert lines[2] == f"model tiny 3  ({model.hash_})"


@pytest.mark.parametrize("text", ["", " ", "\udcff", "\x1b[2J", "，，，", "好" * 3000, "a\nb\tc"])
def test_explain_copes_with_any_message(run: Run, text: str) -> None:
    code, out, err = run("explain", text)
    assert (code, err) == (0, "")
    assert "(intercept)" in out
    assert "\x1b" not in out


# -- terminals ------------------------------------------------------------------------------------


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
