"""What one row of labelled data says: its label, kind, weight and time, however it is spelled."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np

from spamsms.kinds import KINDS, SPAM_KINDS
from spamsms.message_files import TableColumns
from spamsms.training.config import Source

_SPAM = (
    "1", "1.0", "spam", "junk", "true", "yes", "marketing", "promotion", "advert", "ad", "垃圾", "垃圾短信",
    "垃圾信息", "营销", "营销短信", "推广", "广告", "广告短信", "骚扰", "骚扰短信", "是",
)  # fmt: skip
_WANTED = (
    "0", "0.0", "ham", "wanted", "legit", "normal", "false", "no", "not-spam", "not_spam", "nonspam",
    "non-spam", "正常", "正常短信", "非垃圾", "非垃圾短信", "非营销", "非广告", "否",
)  # fmt: skip
_LABELS = {**dict.fromkeys(_SPAM, 1), **dict.fromkeys(_WANTED, 0)}
# LABELING.md's code for what cannot be told.
UNTELLABLE = "z"

# Other names that columns have elsewhere.
COLUMN_SPELLINGS = {
    "text": ["content", "message", "msg", "sms", "body", "短信", "短信内容", "内容", "文本", "正文"],
    "label": ["is_spam", "spam", "class", "target", "category", "标签", "类别", "标注", "是否垃圾"],
    "sender": ["from", "address", "number", "phone", "发送方", "发送者", "发件人", "发送人", "号码"],
    "time": ["timestamp", "date", "datetime", "received", "received_at", "时间", "接收时间", "日期"],
    "source": ["来源", "dataset"],
    "weight": ["sample_weight", "权重"],
    "group": ["template", "模板", "分组"],
}

# Times without an offset are China's, which has had no summer time since 1991.
CHINA = timezone(timedelta(hours=8))
_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T ]*(\d{1,2})[:时點点](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?|分)?\s*(Z|[+-]\d\d:?\d\d)?)?"
)
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}")
_NO_TIME = np.datetime64("NaT", "s")


@dataclass(frozen=True)
class LabelledRow:
    """A row's entry in each column of a data set, and what was wrong with those that were left empty."""

    entries: dict[str, Any]
    remarks: tuple[str, ...] = ()


def columns_of(source: Source) -> TableColumns:
    """Return the columns that a file must have; names that the source sets itself have no other spelling."""
    names = {
        "text": source.text,
        "label": source.label,
        "sender": source.sender,
        "time": source.time,
        "source": source.source_column,
        "weight": source.weight_column,
        "group": source.group,
    }
    taken = {*names.values(), source.kind}
    spellings = {
        name: [other for other in others if other not in taken]
        for name, others in COLUMN_SPELLINGS.items()
        if names[name] == name
    }
    return TableColumns((source.text,), (source.label, source.kind), spellings)


def read_row(values: dict[str, str], source: Source) -> LabelledRow | str:
    """Return a row's entry in each column, or why it cannot be used."""
    text = values.get(source.text)
    remarks = []
    if text is not None and text.startswith("\ufeff"):
        text = text.lstrip("\ufeff")
        remarks.append("a byte order mark in the middle of the file; read without it")
    if text is None or not text.strip():
        return f"the column {source.text!r} is empty"
    if "\0" in text:
        return "the message holds NUL characters; the file is damaged here, or it is in UTF-16"
    found = _label_and_kind(values, source)
    if isinstance(found, str):
        return found
    weight = read_weight(values.get(source.weight_column) or "")
    if weight is None:
        return f"weight {values[source.weight_column]!r} is no finite number of at least 0"
    time = read_time(values.get(source.time) or "")
    if time is None:
        remarks.append(f"time {values[source.time]!r} is not understood; read without it")
    split = (values.get(source.split) or "").strip()
    if split not in ("", "train", "test"):
        remarks.append(f"split {split!r} is neither train nor test; read without it")
        split = ""
    if source.cleaning == "placeholders":
        text = clean_placeholders(text)
    group, writer = values.get(source.group) or "", values.get(source.writer) or ""
    entries = {
        "texts": text,
        "labels": found[0],
        "kinds": found[1],
        "sources": values.get(source.source_column) or source.title,
        "files": source.title,
        "groups": group and f"{source.title}:{group}",
        "splits": split,
        "flags": values.get("flags") or "",
        "writers": writer and f"{source.title}:{writer}",
        "senders": (values.get(source.sender) or "").strip(),
        "times": _NO_TIME if time is None else time,
        "weights": source.weight * weight,
        "calibrate": source.calibrate,
    }
    return LabelledRow(entries, tuple(remarks))


def _label_and_kind(values: dict[str, str], source: Source) -> tuple[int, str] | str:
    kind = _bare(values.get(source.kind))
    kind = source.kinds.get(kind, kind)
    given = _bare(values.get(source.label))
    if UNTELLABLE in (kind, given):
        return f"labelled {UNTELLABLE!r}: it cannot be told what this is"
    if not given and not kind:
        return f"the column {source.label!r} is empty"
    label = read_label(given or kind)
    if label is None:
        return f"label {given or kind!r} is none of 0, 1, ham, spam, 正常, 垃圾 or a kind's code"
    if not kind and given in KINDS:
        kind = given
    if kind in KINDS and label != int(kind in SPAM_KINDS):
        return f"label {given!r} contradicts kind {kind!r}"
    return label, kind


def _bare(value: str | None) -> str:
    return (value or "").strip().strip("\ufeff").strip()


def read_label(value: str) -> int | None:
    """Return 1 for spam, 0 for wanted, None for what is no label."""
    value = value.strip()
    if value in KINDS:
        return int(value in SPAM_KINDS)
    return _LABELS.get(value.lower())


def read_weight(value: str) -> float | None:
    """Return a weight, 1 where none is given, None for what is none."""
    if not value.strip():
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return None
    return weight if 0 <= weight < math.inf else None


def read_time(value: str) -> np.datetime64 | None:
    """Return a time on China's clocks, NaT where none is given, None for what is none.

    Parameters
    ----------
    value : str
        A date and perhaps a time, such as 2024-11-11, 2024/11/11 8:05 or
        2024年11月11日8时5分, with or without an offset from UTC; or seconds or
        milliseconds since 1970.
    """
    value = value.strip()
    if not value:
        return _NO_TIME
    try:
        moment = _read_epoch(value) if _EPOCH.fullmatch(value) else _read_date(value)
    except (ValueError, OverflowError):
        return None
    return None if moment is None else np.datetime64(moment.replace(tzinfo=None), "s")


def _read_epoch(value: str) -> datetime:
    seconds = float(value) / (1000 if len(value.split(".")[0]) > 10 else 1)
    return datetime.fromtimestamp(seconds, CHINA)


def _read_date(value: str) -> datetime | None:
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    moment = datetime(year, month, day, hour, minute, second)
    offset = found[7]
    if offset is None:
        return moment
    sign = -1 if offset[0] == "-" else 1
    digits = "0000" if offset == "Z" else offset[1:].replace(":", "")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return moment.replace(tzinfo=timezone(sign * shift)).astimezone(CHINA)


_PLACEHOLDER_TAIL = re.compile(r"\b(URL|PHONE|CELLPHONE)[a-z0-9]+")
_HANDLE = re.compile(r"\b(?:WECHAT|QQ)\b")
_NAME = re.compile(r"\b(?:PLACE|NAME)\b")


def clean_placeholders(text: str) -> str:
    """Undo what a research corpus did to a message: names out, handles masked, URL tails off."""
    text = _PLACEHOLDER_TAIL.sub(r"\1", text)
    return _NAME.sub("", _HANDLE.sub("*", text)).strip()
