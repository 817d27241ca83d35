"""Profiles of rules: what a message is held against before it is sent."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from spamsms.errors import DatasetError, InputError
from spamsms.toml_files import parse_toml, read_toml_text

HOME = Path(__file__).parent / "rules"
CATEGORIES = ("marketing", "notice", "code")
SEVERITIES = ("error", "warning", "info")
# The parameters of each check; those with a value may be left out.
PARAMETERS: dict[str, dict[str, Any]] = {
    "needs_records": {},
    "records_for_entities": {"types": list},
    "refusal_required": {"insert": "，拒收请回复R"},
    "refusal_code": {},
    "refusal_at_end": {},
    "refusal_forbidden": {},
    "marketing_forbidden": {},
    "signature_required": {},
    "signature_length": {"least": 2, "most": 12},
    "signature_characters": {},
    "brackets_in_body": {},
    "contact_required": {},
    "entity_forbidden": {"types": list, "phone_kinds": []},
    "pattern": {"pattern": str, "signatures": True},
    "pattern_required": {"pattern": str},
    "disguise": {},
    "special_characters": {"characters": str},
    "length": {"most": 500},
    "parts": {"single": 70, "part": 67},
    "hours": {"first": "08:00", "last": "21:00"},
    "sender": {"kinds": ["port", "service", "police"]},
}
_EXPECTED = {str: "text", int: "a whole number", bool: "true or false", list: "a list"}
_TIME = re.compile(r"(?:[01][0-9]|2[0-4]):[0-5][0-9]")


@dataclass(frozen=True)
class Rule:
    """A rule of a profile.

    Attributes
    ----------
    id : str
        A rule of an extended profile with the same id is replaced.
    check : str
        What looks for it, one of :data:`PARAMETERS`.
    severity : {"error", "warning", "info"}
    when : tuple of {"marketing", "notice", "code"}
        Categories of messages that it holds for.
    rule, rule_zh : str
        The rule in one sentence, in English and in Chinese.
    source, url : str
        Whose rule it is, and where it was read.
    in_force_from, in_force_to : date or None
        First and last day; None where open.
    verified : bool
        Whether the source, or an official report of it, was read.
    parameters : dict
    """

    id: str
    check: str
    severity: str = "error"
    when: tuple[str, ...] = CATEGORIES
    rule: str = ""
    rule_zh: str = ""
    source: str = ""
    url: str = ""
    in_force_from: date | None = None
    in_force_to: date | None = None
    verified: bool = False
    parameters: dict[str, Any] = field(default_factory=dict)

    def in_force(self, day: date) -> bool:
        """Return whether the rule holds on a day."""
        begun = self.in_force_from is None or self.in_force_from <= day
        return begun and (self.in_force_to is None or day <= self.in_force_to)


@dataclass(frozen=True)
class Profile:
    """Rules by name."""

    name: str
    rules: tuple[Rule, ...]
    description: str = ""


def packaged_profiles() -> list[str]:
    """Return the names of the packaged profiles."""
    return sorted(path.stem for path in HOME.glob("*.toml"))


def load_profile(profile: str | os.PathLike[str] | Profile = "cn") -> Profile:
    """Return a profile by its name, or from a TOML file.

    Parameters
    ----------
    profile : str, path or Profile
        A file has the form of those in ``spamsms/governance/rules``; with
        ``extends`` it adds rules to a packaged profile, replaces those of the
        same id, and takes out those that say ``enabled = false``.

    Raises
    ------
    InputError
        If there is no such profile.
    DatasetError
        If the file is no profile; the message names the rule.
    """
    if isinstance(profile, Profile):
        return profile
    if not isinstance(profile, (str, os.PathLike)):
        raise InputError(f"profile is of type {type(profile).__name__}; pass a name or a TOML file's path")
    path = Path(profile)
    if path.suffix != ".toml":
        if str(profile) not in packaged_profiles():
            raise InputError(
                f"no profile {str(profile)!r}: packaged are {', '.join(packaged_profiles())}; "
                "a file of your own ends in .toml"
            )
        path = HOME / f"{profile}.toml"
    try:
        stamp = path.stat().st_mtime_ns
    except OSError as error:
        raise InputError(f"{profile}: cannot be read ({error.strerror or error})") from error
    return _read(path.resolve(), str(profile), stamp)


@lru_cache(maxsize=16)
def _read(path: Path, name: str, stamp: int) -> Profile:
    del stamp
    found = parse_toml(read_toml_text(path), name)
    base = found.get("extends")
    if base is not None and base not in packaged_profiles():
        raise DatasetError(f"{name}: extends {base!r}; it may extend {', '.join(packaged_profiles())}")
    rules = {rule.id: rule for rule in load_profile(base).rules} if base else {}
    listed = found.get("rules", [])
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise DatasetError(f"{name}: rules are written as [[rules]], one table a rule")
    for place, item in enumerate(listed, 1):
        key = item.get("id")
        if not isinstance(key, str) or not key:
            raise DatasetError(f"{name}: rule {place} has no id")
        if item.get("enabled", True) is False:
            rules.pop(key, None)
        else:
            rules[key] = _rule(item, f"{name}: rule {key!r}", rules.get(key))
    if not rules:
        raise DatasetError(f"{name}: holds no rule")
    return Profile(
        str(found.get("name", path.stem)), tuple(rules.values()), str(found.get("description", ""))
    )


_KEYS = {"from": "in_force_from", "to": "in_force_to"}


def _rule(item: Mapping[str, Any], where: str, former: Rule | None) -> Rule:
    """Return a rule; what it leaves out is as in the rule that it replaces."""
    values: dict[str, Any] = dict(vars(former)) if former else {}
    for key, value in item.items():
        name = _KEYS.get(key, key)
        if key == "enabled":
            continue
        if name not in Rule.__dataclass_fields__ or key in _KEYS.values():
            raise DatasetError(f"{where} has the unknown key {key!r}")
        values[name] = value
    for name in ("in_force_from", "in_force_to"):
        values[name] = _day(values.get(name), f"{where}: {name.removeprefix('in_force_')}")
    _check_choices(values, where)
    values["when"] = tuple(values.get("when", CATEGORIES))
    given = {**(former.parameters if former else {}), **item.get("parameters", {})}
    values["parameters"] = _parameters(str(values["check"]), given, where)
    return Rule(**values)


def _day(value: Any, where: str) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise DatasetError(f"{where} is {value!r}; write a date such as 2015-06-30, without quotes")


def _check_choices(values: Mapping[str, Any], where: str) -> None:
    if values.get("check") not in PARAMETERS:
        raise DatasetError(f"{where}: check is {values.get('check')!r}; one of {', '.join(PARAMETERS)}")
    if values.get("severity", "error") not in SEVERITIES:
        raise DatasetError(f"{where}: severity is {values['severity']!r}; one of {', '.join(SEVERITIES)}")
    when = values.get("when", CATEGORIES)
    if not isinstance(when, (list, tuple)) or not when or not set(when) <= set(CATEGORIES):
        raise DatasetError(f"{where}: when is {when!r}; a list of {', '.join(CATEGORIES)}")
    for name in ("rule", "rule_zh", "source", "url"):
        if not isinstance(values.get(name, ""), str):
            raise DatasetError(f"{where}: {name} is {values[name]!r} where text is expected")


def _parameters(check: str, given: Mapping[str, Any], where: str) -> dict[str, Any]:
    known = PARAMETERS[check]
    for name, value in given.items():
        if name not in known:
            raise DatasetError(
                f"{where}: {check} has no parameter {name!r}; it has {', '.join(known) or 'none'}"
            )
        wanted = known[name] if isinstance(known[name], type) else type(known[name])
        if not isinstance(value, wanted):
            raise DatasetError(f"{where}: {name} is {value!r} where {_EXPECTED[wanted]} is expected")
    for name, value in known.items():
        if isinstance(value, type) and name not in given:
            raise DatasetError(f"{where}: {check} needs the parameter {name!r}")
    filled = {**{name: value for name, value in known.items() if not isinstance(value, type)}, **given}
    if "pattern" in filled:
        try:
            re.compile(filled["pattern"])
        except re.error as error:
            raise DatasetError(f"{where}: pattern is no regular expression: {error}") from error
    for name in ("first", "last"):
        if name in filled and not _TIME.fullmatch(filled[name]):
            raise DatasetError(f"{where}: {name} is {filled[name]!r}; write a time such as 08:00")
    return filled
