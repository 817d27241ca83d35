from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_runs import ADVERT, DINNER, Result, Run, json_rows, run_process

import spamsms
from spamsms.commands.console import Utf8Output
from spamsms.text_lines import BLOCK

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
