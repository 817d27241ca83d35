"""Hold messages against rules before they are sent.

>>> from spamsms import audit
>>> [finding.id for finding in audit("【优选商城】会员日全场满300减50，速来抢购").errors]
['refusal-instruction']
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from spamsms.errors import InputError
from spamsms.governance.audit_checks import CHECKS, Message
from spamsms.governance.audit_profile import CATEGORIES, SEVERITIES, Profile, Rule, load_profile
from spamsms.governance.dates import parse_time
from spamsms.governance.entities import extract_many
from spamsms.registry import as_model
from spamsms.validation import check_text, check_texts

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier
    from spamsms.verdict import Verdict

BROKEN, NEEDS_RECORDS = "broken", "needs records"


@dataclass(frozen=True)
class Finding:
    """What a rule has to say about a message.

    Attributes
    ----------
    id : str
        The rule's.
    outcome : {"broken", "needs records"}
        "needs records" where the text cannot show whether the rule is kept:
        consent, earlier refusals, licences. It never counts as kept.
    severity : {"error", "warning", "info"}
        How grave the breach is; "info" where records are needed, since none is found.
    start, end : int
        Span in the message; where something is missing, where it belongs.
    rule, rule_zh, source, url : str
        The rule in one sentence, in English and Chinese; whose it is, and where it was read.
    in_force_from, in_force_to : date or None
    verified : bool
        Whether the rule's source was read.
    detail : str
        What was found.
    suggestion : str or None
        What to put in place of the span, where that is mechanical.
    """

    id: str
    outcome: str
    severity: str
    start: int
    end: int
    rule: str
    rule_zh: str
    source: str
    url: str
    in_force_from: date | None
    in_force_to: date | None
    verified: bool
    detail: str = ""
    suggestion: str | None = None


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Attributes
    ----------
    text : str
    category : {"marketing", "notice", "code"}
        As it was stated, or as the model and the text have it.
    probability : float
        That the message is marketing, by the model.
    profile : str
    day : date
        Rules in force on this day were applied.
    findings : tuple of Finding
        Breaches first, the gravest first; then what needs records.
    """

    text: str
    category: str
    probability: float
    profile: str
    day: date
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> list[Finding]:
        """The breaches of severity "error"."""
        return [item for item in self.findings if item.outcome == BROKEN and item.severity == "error"]

    @property
    def needs_records(self) -> list[Finding]:
        """What only records can show."""
        return [item for item in self.findings if item.outcome == NEEDS_RECORDS]

    def mended(self) -> str:
        """Return the text with every suggestion applied that does not overlap a graver one."""
        chosen: list[Finding] = []
        for item in self.findings:
            if item.suggestion is not None and all(_are_apart(item, other) for other in chosen):
                chosen.append(item)
        text = self.text
        for item in sorted(chosen, key=lambda item: item.start, reverse=True):
            text = text[: item.start] + (item.suggestion or "") + text[item.end :]
        return text

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, dates as ISO strings."""
        plain = asdict(self)
        plain["day"] = self.day.isoformat()
        plain["mended"] = self.mended()
        for item in plain["findings"]:
            for name in ("in_force_from", "in_force_to"):
                item[name] = item[name].isoformat() if item[name] else None
        plain["findings"] = list(plain["findings"])
        return plain


def _are_apart(one: Finding, other: Finding) -> bool:
    return one.end <= other.start or other.end <= one.start


def audit(
    text: str,
    sender: str | None = None,
    time: datetime | str | None = None,
    profile: str | os.PathLike[str] | Profile = "cn",
    *,
    category: str | None = None,
    model: str | os.PathLike[str] | SpamClassifier | None = None,
) -> Audit:
    """Hold a message against rules before it is sent.

    Parameters
    ----------
    text : str
        As it will be sent, signature included.
    sender : str, optional
        The number it will be sent from.
    time : datetime or str, optional
        When it will be sent, China's time. Rules of that day apply, or of today.
    profile : str, path or Profile, default="cn"
        A packaged profile's name or a TOML file; see :func:`load_profile`.
    category : {"marketing", "notice", "code"}, optional
        What it is meant to be. Without it, it is marketing where the model says
        so, else a code where it holds one, else a notice. Stated as notice or
        code, marketing in it is a breach.
    model : str, path or SpamClassifier, optional
        What tells marketing; the packaged model by default.

    Returns
    -------
    Audit

    Raises
    ------
    InputError
        If an argument is not of the kind asked for, or the profile does not exist.
    DatasetError
        If the profile's file is none.
    """
    moment = _moment(time, "time")
    return audit_many([check_text(text)], [sender], [moment], profile, category=category, model=model)[0]


def audit_many(
    texts: Sequence[str],
    senders: Sequence[str | None] | None = None,
    times: Sequence[datetime | str | None] | None = None,
    profile: str | os.PathLike[str] | Profile = "cn",
    *,
    category: str | None = None,
    model: str | os.PathLike[str] | SpamClassifier | None = None,
) -> list[Audit]:
    """Hold messages against rules as :func:`audit` does, at less cost.

    Parameters
    ----------
    texts : list, tuple, ndarray or Series of str
    senders, times : sequence, optional
        One a message; None in it where unknown.
    profile, category, model
        As for :func:`audit`.

    Raises
    ------
    InputError, DatasetError
        As :func:`audit` does; also if `senders` or `times` are not as many as `texts`.
    """
    rows = check_texts(texts, "texts")
    if category is not None and category not in CATEGORIES:
        raise InputError(f"category must be one of {', '.join(CATEGORIES)}, not {category!r}")
    rules = load_profile(profile)
    numbers = _aligned(senders, len(rows), "senders")
    moments = [_moment(time, f"times[{i}]", i) for i, time in enumerate(_aligned(times, len(rows), "times"))]
    verdicts = as_model(model).classify_many(list(rows))
    audits = []
    columns = zip(rows, extract_many(rows), verdicts, numbers, moments, strict=True)
    for text, entities, verdict, number, moment in columns:
        if isinstance(verdict, InputError):
            raise verdict
        kind = _category(category, verdict, entities)
        audits.append(_audit(rules, Message(text, tuple(entities), verdict, kind, number, moment)))
    return audits


def _aligned(values: Sequence[Any] | None, size: int, name: str) -> list[Any]:
    found = [None] * size if values is None else list(values)
    if len(found) != size:
        raise InputError(f"{name} has {len(found)} items for {size} texts; give one a text")
    return found


def _moment(time: Any, name: str, row: int | None = None) -> datetime | None:
    try:
        return parse_time(time)
    except ValueError as error:
        raise InputError(f"{name}: {error}", row=row) from error


def _category(stated: str | None, verdict: Verdict, entities: Sequence[Any]) -> str:
    if stated is not None:
        return stated
    if verdict.is_spam:
        return "marketing"
    return "code" if any(entity.type == "code" for entity in entities) else "notice"


def _audit(profile: Profile, message: Message) -> Audit:
    day = message.time.date() if message.time else date.today()
    findings = [
        finding
        for rule in profile.rules
        if message.category in rule.when and rule.in_force(day)
        for finding in _findings(rule, message)
    ]
    findings.sort(key=_gravity)
    return Audit(
        message.text, message.category, message.verdict.probability, profile.name, day, tuple(findings)
    )


def _findings(rule: Rule, message: Message) -> list[Finding]:
    return [
        Finding(
            rule.id,
            NEEDS_RECORDS if hit.needs_records else BROKEN,
            "info" if hit.needs_records else rule.severity,
            hit.start,
            hit.end,
            rule.rule,
            rule.rule_zh,
            rule.source,
            rule.url,
            rule.in_force_from,
            rule.in_force_to,
            rule.verified,
            hit.detail,
            hit.suggestion,
        )
        for hit in CHECKS[rule.check](message, rule.parameters)
    ]


def _gravity(finding: Finding) -> tuple[bool, int, int]:
    return finding.outcome == NEEDS_RECORDS, SEVERITIES.index(finding.severity), finding.start
