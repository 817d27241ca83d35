"""Messages that commands are run on, what a run gave, and runs in fresh processes and on a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

ADVERT = "【优选商城】会员日满300减50，退订回T"
DINNER = "妈，我晚上回家吃饭"
ADVERTS = [ADVERT, "全场五折，戳链接领券，退订回T", "新店开业，到店即送好礼", "会员日满减送券，拒收请回复R"]
WANTED = [DINNER, "会议改到三点，记得带材料", "您的验证码是 482913，请勿告诉他人", "快递放在门口了，谢谢"]


class Result(NamedTuple):
    """What a run printed and returned."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


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
