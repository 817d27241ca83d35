"""spamsms tells marketing spam among Chinese SMS, and says why.

>>> import spamsms
>>> spamsms.is_spam("您的验证码是 482913，5分钟内有效，请勿告诉他人。")
False
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spamsms.arrow import score_arrow
    from spamsms.classifier import SpamClassifier
    from spamsms.errors import DatasetError, InputError, ModelFormatError, SpamsmsError
    from spamsms.governance.audit import Audit, Finding, audit, audit_many
    from spamsms.governance.entities import Entity, extract, extract_many
    from spamsms.governance.overrides import Rules
    from spamsms.governance.ports import rank_ports
    from spamsms.governance.rule_files import UserRule
    from spamsms.governance.senders import Sender, classify_sender
    from spamsms.governance.triage import triage
    from spamsms.normalize import normalize_text
    from spamsms.registry import classify, is_spam, load_model
    from spamsms.verdict import Evidence, Override, Verdict

__version__ = "0.1.0"

# Where each public name lives; imported when first asked for.
_HOMES = {
    "SpamClassifier": "spamsms.classifier",
    "Verdict": "spamsms.verdict",
    "Evidence": "spamsms.verdict",
    "SpamsmsError": "spamsms.errors",
    "InputError": "spamsms.errors",
    "DatasetError": "spamsms.errors",
    "ModelFormatError": "spamsms.errors",
    "normalize_text": "spamsms.normalize",
    "load_model": "spamsms.registry",
    "classify": "spamsms.registry",
    "is_spam": "spamsms.registry",
    "Audit": "spamsms.governance.audit",
    "Finding": "spamsms.governance.audit",
    "audit": "spamsms.governance.audit",
    "audit_many": "spamsms.governance.audit",
    "Entity": "spamsms.governance.entities",
    "extract": "spamsms.governance.entities",
    "extract_many": "spamsms.governance.entities",
    "Sender": "spamsms.governance.senders",
    "classify_sender": "spamsms.governance.senders",
    "rank_ports": "spamsms.governance.ports",
    "score_arrow": "spamsms.arrow",
    "triage": "spamsms.governance.triage",
    "Rules": "spamsms.governance.overrides",
    "UserRule": "spamsms.governance.rule_files",
    "Override": "spamsms.verdict",
}

__all__ = [
    "Audit",
    "DatasetError",
    "Entity",
    "Evidence",
    "Finding",
    "InputError",
    "ModelFormatError",
    "Override",
    "Rules",
    "Sender",
    "SpamClassifier",
    "SpamsmsError",
    "UserRule",
    "Verdict",
    "__version__",
    "audit",
    "audit_many",
    "classify",
    "classify_sender",
    "extract",
    "extract_many",
    "is_spam",
    "load_model",
    "normalize_text",
    "rank_ports",
    "score_arrow",
    "triage",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
