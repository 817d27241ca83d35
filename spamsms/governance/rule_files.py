"""Users' rules, and the files that hold them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from spamsms.errors import DatasetError, InputError
from spamsms.governance.dates import parse_time
from spamsms.governance.rule_matching import (
    ANCHOR,
    comparable,
    fixed_length,
    plain_pattern,
)
from spamsms.message_files import TABLE_FORMATS, RowError, TableColumns, read_table
from spamsms.toml_files import parse_toml, read_toml_text
from spamsms.verdict import RULE_ACTIONS

LONGEST_REGEX = 200
MOST_OPEN_REPEATS = 2
LONGEST_TEXT = 200
CONDITIONS = ("text", "regex", "sender", "signature")
KEYS = ("id", "action", *CONDITIONS, "valid_from", "valid_until", "comment")
_MOST_SHOWN = 10
_COLUMNS = TableColumns(
    ("id", "action"),
    CONDITIONS,
    {
        "id": ("编号", "规则"),
        "action": ("动作", "处理"),
        "text": ("文本", "关键词", "内容"),
        "regex": ("正则",),
        "sender": ("号码", "发送号码", "端口"),
        "signature": ("签名",),
        "valid_from": ("生效日期",),
        "valid_until": ("失效日期",),
        "comment": ("备注", "说明"),
    },
)
# What a regular expression is made of, as far as its cost goes.
_REGEX_PART = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[0-9]*,?[0-9]*\}|.", re.DOTALL)
_OPEN_REPEAT = re.compile(r"[*+]|\{[0-9]*,\}")
_BACK_REFERENCE = re.compile(r"\\[1-9]|\(\?P=")
_TABLE = re.compile(r"\s*\[\[\s*rules\s*\]\]")


@dataclass(frozen=True)
class UserRule:
    """What to do with messages that meet all conditions the rule has.

    Attributes
    ----------
    id : str
    action : {"allow", "deny", "review"}
    text : str
        What the message must hold. Width, case, script, invisible characters
        and separators make no difference, in the rule or in the message.
    regex : str
        Regular expression to be found in the message as a reader sees it, case
        ignored; at most `LONGEST_REGEX` characters.
    sender : str
        A sending number, or a pattern with ``*`` and ``?``.
    signature : str
        A name that the message signs with.
    valid_from, valid_until : datetime.date or None
        First and last day of the rule.
    comment : str

    Raises
    ------
    InputError
        If it cannot be used.
    """

    id: str
    action: str
    text: str = ""
    regex: str = ""
    sender: str = ""
    signature: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    comment: str = ""

    def __post_init__(self) -> None:
        for name in KEYS:
            value = getattr(self, name)
            if name.startswith("valid"):
                if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
                    raise InputError(f"{name} is {value!r}; pass a datetime.date")
            elif not isinstance(value, str):
                raise InputError(f"{name} is {value!r} where text is expected")
        if not self.id.strip():
            raise InputError("a rule needs an id")
        if self.action not in RULE_ACTIONS:
            raise InputError(f"action is {self.action!r}; one of {', '.join(RULE_ACTIONS)}")
        if self.valid_from and self.valid_until and self.valid_from > self.valid_until:
            raise InputError(f"valid_from {self.valid_from} is after valid_until {self.valid_until}")
        self._check_conditions()

    def _check_conditions(self) -> None:
        if not any(getattr(self, name) for name in CONDITIONS):
            raise InputError(f"the rule would match every message: give one of {', '.join(CONDITIONS)}")
        for name, least in (("text", ANCHOR), ("signature", 1)):
            value = getattr(self, name)
            if len(value) > LONGEST_TEXT:
                raise InputError(f"{name} has {len(value)} characters; at most {LONGEST_TEXT}")
            if value and len(comparable(value)) < least:
                raise InputError(
                    f"{name} {value!r} has less than {least} letters, digits or Chinese characters; "
                    "it would match too much"
                )
        if self.sender and not fixed_length(plain_pattern(self.sender)):
            raise InputError(f"sender {self.sender!r} matches every number")
        if self.regex:
            _check_regex(self.regex)

    def conditions(self) -> tuple[str, str, str, str]:
        """Return text, regex, sender and signature as they are compared."""
        return (
            comparable(self.text),
            self.regex,
            plain_pattern(self.sender) if self.sender else "",
            comparable(self.signature),
        )

    def valid_on(self, day: date) -> bool:
        """Tell whether the rule holds on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


def _check_regex(pattern: str) -> None:
    if len(pattern) > LONGEST_REGEX:
        raise InputError(f"regex has {len(pattern)} characters; at most {LONGEST_REGEX}")
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise InputError(f"regex is no regular expression: {error}") from error
    if compiled.search(""):
        raise InputError(f"regex {pattern!r} matches the empty message, so every one")
    parts = _REGEX_PART.findall(pattern)
    if _BACK_REFERENCE.search(pattern) or _repeats_variable_groups(parts):
        raise InputError(
            f"regex {pattern!r} repeats a group that varies, or refers back: one message could take hours; "
            "write it without, or as several rules"
        )
    if sum(_OPEN_REPEAT.fullmatch(part) is not None for part in parts) > MOST_OPEN_REPEATS:
        raise InputError(
            f"regex {pattern!r} has more than {MOST_OPEN_REPEATS} of *, + and {{n,}}; say how many, "
            "as in .{0,10}"
        )


def _repeats_variable_groups(parts: Sequence[str]) -> bool:
    """Tell whether a group is repeated that has repeats or alternatives inside."""
    varies = [False]
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        repeats = part in ("*", "+") or (part[0] == "{" and len(part) > 2)
        if part == "(":
            varies.append(False)
        elif part == ")" and len(varies) > 1:
            inside = varies.pop()
            if inside and (following in ("*", "+") or (following[:1] == "{" and len(following) > 2)):
                return True
            varies[-1] |= inside
        elif repeats or part in ("|", "?"):
            varies[-1] = True
    return False


def read_rules(path: str | os.PathLike[str]) -> list[tuple[str, UserRule]]:
    """Read a file of rules; each comes with its ``file:line``.

    Parameters
    ----------
    path : path
        ``.toml`` with a ``[[rules]]`` table a rule, or ``.csv``, ``.tsv``,
        ``.jsonl`` or ``.parquet`` with a column a key; Chinese headers too.

    Raises
    ------
    DatasetError
        If the file or any rule cannot be used: half of a set of rules would
        decide otherwise than the whole. It names every line at fault, ten at most.
    """
    path = Path(path)
    if path.suffix.lower().lstrip(".") not in ("toml", *TABLE_FORMATS):
        raise DatasetError(
            f"{path}: rules stand in a .toml or {', '.join('.' + name for name in TABLE_FORMATS)}"
        )
    rows = _toml_rows(path) if path.suffix.lower() == ".toml" else _table_rows(path)
    rules: list[tuple[str, UserRule]] = []
    problems: list[str] = []
    for where, values in rows:
        try:
            if isinstance(values, str):
                raise InputError(values)
            rules.append((where, _make_rule(values)))
        except InputError as error:
            problems.append(f"{where}: {error}")
    raise_all(problems)
    if not rules:
        raise DatasetError(f"{path}: holds no rule")
    return rules


def raise_all(problems: Sequence[str]) -> None:
    """Raise what is wrong, if anything is, as one DatasetError."""
    if problems:
        more = len(problems) - _MOST_SHOWN
        shown = [*problems[:_MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])]
        raise DatasetError(";\n".join(shown))


def _table_rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any] | str]]:
    for row in read_table(path, columns=_COLUMNS):
        where = f"{path}:{row.line}"
        if isinstance(row, RowError):
            yield where, row.reason
        else:
            yield where, {key: value for key, value in row.values.items() if value.strip()}


def _toml_rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any] | str]]:
    text = read_toml_text(path)
    found = parse_toml(text, path)
    listed = found.get("rules", [])
    if set(found) - {"rules"} or not isinstance(listed, list):
        raise DatasetError(f"{path}: holds nothing but [[rules]], one table a rule")
    lines = [number for number, line in enumerate(text.split("\n"), 1) if _TABLE.match(line)]
    for place, item in enumerate(listed):
        where = f"{path}:{lines[place]}" if len(lines) == len(listed) else f"{path}: rule {place + 1}"
        yield where, item if isinstance(item, dict) else "a rule is written as a [[rules]] table"


def _make_rule(values: Mapping[str, Any]) -> UserRule:
    unknown = [key for key in values if key not in KEYS]
    if unknown:
        raise InputError(f"unknown key {unknown[0]!r}; a rule has {', '.join(KEYS)}")
    for key in ("id", "action"):
        if key not in values:
            raise InputError(f"no {key}")
    days = {key: _day(key, values[key]) for key in ("valid_from", "valid_until") if key in values}
    return UserRule(**{**values, **days})


def _day(key: str, value: Any) -> date | None:
    try:
        found = parse_time(value)
    except ValueError as error:
        raise InputError(f"{key}: {error}") from error
    return found.date() if found else None
