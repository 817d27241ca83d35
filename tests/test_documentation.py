"""What the documentation says to type can be typed: commands parse, Python blocks compile and run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest

from spamsms import Rules
from spamsms.cli import build_parser

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# The blocks of other pages read files of the reader's, train, or need extras: they are compiled only.
EXECUTED = ("audit.md", "operator.md", "platform.md", "reporting-office.md", "rules.md")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`(spamsms [^`]+)`")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


class Example(NamedTuple):
    """Something to type, and where it stands."""

    place: str
    code: str


def python_blocks(page: Path) -> list[Example]:
    text = page.read_text("utf-8")
    return [
        Example(f"{page.name}:{text.count(chr(10), 0, match.start()) + 1}", match[2])
        for match in _BLOCK.finditer(text)
        if match[1] == "python"
    ]


def command_lines(page: Path) -> list[Example]:
    text = page.read_text("utf-8")
    found = []
    for match in _BLOCK.finditer(text):
        first = text.count("\n", 0, match.start()) + 2
        # Blocks with a language show output, files or Python.
        lines = match[2].split("\n") if not match[1] else []
        found += [Example(f"{page.name}:{first + i}", line) for i, line in enumerate(lines)]
    found += [Example(page.name, code) for code in _INLINE.findall(_BLOCK.sub("", text))]
    return [Example(place, part) for place, line in found for part in spamsms_commands(line)]


def spamsms_commands(line: str) -> list[str]:
    """Return the spamsms commands of a shell line, which may be joined by pipes and &&."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&")
    lexer.whitespace_split = True
    parts: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set("|&"):
            parts.append([])
        else:
            parts[-1].append(word)
    return [shlex.join(part) for part in parts if part[:1] == ["spamsms"] and len(part) > 1]


PYTHON = [example for page in PAGES for example in python_blocks(page)]
COMMANDS = [example for page in PAGES for example in command_lines(page)]


def test_examples_are_found() -> None:
    assert {"README.md", "operator.md", "platform.md", "reporting-office.md"} <= {
        example.place.split(":")[0] for example in COMMANDS
    }
    assert spamsms_commands('pip install . && spamsms check "a b" | head # why') == ["spamsms check 'a b'"]
    assert set(EXECUTED) <= {example.place.split(":")[0] for example in PYTHON}


@pytest.mark.parametrize("example", COMMANDS, ids=lambda example: example.place)
def test_every_command_parses(example: Example, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    _, *arguments = shlex.split(example.code)
    # A sentence may name a command with options and leave out what they are given.
    named = [] if arguments[0].startswith("-") else [word for word in arguments[1:] if word.startswith("--")]
    in_a_sentence = ":" not in example.place and named == arguments[1:]
    exit_code = parse([arguments[0], "--help"] if in_a_sentence else arguments)
    out, err = (part.decode("utf-8") for part in capsysbinary.readouterr())
    assert not exit_code, f"{example.place}: {err}"
    assert not in_a_sentence or [word for word in named if word not in out] == []


def parse(arguments: list[str]) -> object:
    """Return the exit code of parsing alone."""
    try:
        build_parser().parse_args(arguments)
    except SystemExit as stop:
        return stop.code
    return 0


@pytest.mark.parametrize("example", PYTHON, ids=lambda example: example.place)
def test_every_python_block_compiles_and_runs(example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    code = compile(example.code, example.place, "exec")
    if example.place.startswith(EXECUTED):
        monkeypatch.chdir(ROOT)
        exec(code, {"__name__": "example"})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = _BLOCK.sub("", page.read_text("utf-8"))
    missing = [target for target in _LINK.findall(text) if not (page.parent / target).exists()]
    assert missing == []


def test_the_example_rules_can_be_read() -> None:
    assert {rule.action for rule in Rules.read(ROOT / "docs" / "example-rules.toml").rules} == {
        "allow",
        "deny",
        "review",
    }


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    assert [page.name for page in PAGES if f"({page.name})" not in index and page.name != "README.md"] == []
