"""Write a training run's configuration as TOML that :func:`read_config` reads back the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import MISSING, fields
from typing import Any

from spamsms.training.config import Source, TrainingConfig

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def format_config(config: TrainingConfig, comment: str = "", without: Iterable[str] = ()) -> str:
    """Return a configuration as TOML; what has its default value is left out.

    Parameters
    ----------
    config : TrainingConfig
    comment : str
        Lines to stand above it.
    without : iterable of str
        Fields of the configuration to leave out.
    """
    # TOML takes no control characters in comments.
    plain = "\n".join(comment.splitlines()).translate(dict.fromkeys((*range(10), *range(11, 32), 127), " "))
    lines = [f"# {line}".rstrip() for line in plain.split("\n") if plain]
    lines += _entries(config, skip=("model", "sources", *without))
    if config.model:
        # TOML has no None; what may be None is None by default.
        given = (_entry(key, value) for key, value in config.model.items() if value is not None)
        lines += ["", "[model]", *given]
    for source in config.sources:
        lines += ["", "[[sources]]", *_entries(source, skip=("kinds",))]
        if source.kinds:
            lines += ["", "[sources.kinds]", *(_entry(key, value) for key, value in source.kinds.items())]
    return "\n".join(lines) + "\n"


def _entries(item: TrainingConfig | Source, skip: Iterable[str]) -> list[str]:
    found = []
    for entry in fields(item):
        value = getattr(item, entry.name)
        if entry.name not in skip and (entry.default is MISSING or value != entry.default):
            found.append(_entry(entry.name, value))
    return found


def _entry(key: str, value: Any) -> str:
    return f"{key if _BARE_KEY.fullmatch(key) else _string(key)} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    # What JSON and TOML write alike: strings, whole and other numbers, true and false.
    return _string(value) if isinstance(value, str) else json.dumps(value)


def _string(text: str) -> str:
    # JSON's strings are TOML's, but for this one character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
