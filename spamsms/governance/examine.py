"""Look at every complaint: score, kind, sector, campaign, what it holds, and how it may be shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.calibration import sigmoid
from spamsms.governance.campaigns import Campaigns
from spamsms.governance.complaints import Complaints
from spamsms.governance.entities import Entity, extract_many
from spamsms.governance.masking import (
    is_mobile,
    is_readers_number,
    mask_link,
    mask_mail,
    mask_middle,
    mask_number,
    mask_text,
)
from spamsms.governance.sectors import sector_of
from spamsms.governance.senders import Sender, sender_as_written

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

Array = npt.NDArray[Any]
_TEXTS_A_PART = 2048
CLUE_TYPES = ("signature", "sender", "domain", "link", "phone", "wechat", "qq", "handle", "email", "refusal")
Clues = dict[str, Counter[str]]


@dataclass
class Examined:
    """What was found out, one entry a complaint unless said otherwise.

    Attributes
    ----------
    probabilities : ndarray of float64
    marketing : ndarray of bool
        Whether the model judges it marketing at its threshold.
    kinds : list of str or None
    sectors : list of str
    campaign_marketing : ndarray of bool, one a campaign
        Whether most of its messages are marketing.
    shown : list of str
        The texts as they may be shown.
    signatures : list of str
        Without brackets; empty where there is none.
    refusals : ndarray of bool
        Whether it says how to refuse.
    senders : list of Sender or None
    clues : list of dict, one a campaign
        By type, how many complaints hold each value.
    """

    probabilities: npt.NDArray[np.float64]
    marketing: npt.NDArray[np.bool_]
    kinds: list[str | None]
    sectors: list[str]
    campaign_marketing: npt.NDArray[np.bool_]
    shown: list[str] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    refusals: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    senders: list[Sender | None] = field(default_factory=list)
    clues: list[Clues] = field(default_factory=list)


def examine(
    complaints: Complaints,
    campaigns: Campaigns,
    model: SpamClassifier,
    unmask: bool,
) -> Examined:
    """Examine complaints whose campaigns are known."""
    probabilities, marketing, kinds = judge(model, complaints.texts)
    size = campaigns.sizes.size
    flagged = np.bincount(campaigns.labels, weights=marketing, minlength=size)
    found = Examined(
        probabilities,
        marketing,
        kinds,
        [sector_of(kind, bool(flag)) for kind, flag in zip(kinds, marketing.tolist(), strict=True)],
        2 * flagged >= np.maximum(campaigns.sizes, 1),
        refusals=np.zeros(len(kinds), np.bool_),
        senders=[sender_as_written(number) if number else None for number in complaints.senders],
        clues=[defaultdict(Counter) for _ in range(size)],
    )
    for start in range(0, len(complaints.texts), _TEXTS_A_PART):
        texts = complaints.texts[start : start + _TEXTS_A_PART]
        for row, (text, entities) in enumerate(zip(texts, extract_many(texts), strict=True), start):
            _take_in(found, row, text, entities, int(campaigns.labels[row]), unmask)
    return found


def judge(
    model: SpamClassifier, texts: Sequence[str]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], list[str | None]]:
    """Return each text's probability, whether it is marketing, and its kind within that class."""
    if not texts:
        return np.zeros(0), np.zeros(0, np.bool_), []
    probabilities = sigmoid(model.decision_function(texts))
    marketing = probabilities >= model.threshold
    head = model.kind_head_
    if head is None:
        return probabilities, marketing, [None] * len(texts)
    # Told apart within the class that the threshold puts a message in.
    joint = head.probabilities(texts, marketing.astype(float))
    kinds: list[str | None] = [head.codes[place] for place in joint.argmax(axis=1).tolist()]
    return probabilities, marketing, kinds


def _take_in(
    found: Examined, row: int, text: str, entities: list[Entity], campaign: int, unmask: bool
) -> None:
    theirs = bool(found.campaign_marketing[campaign])
    clues = found.clues[campaign]
    values = {clue for entity in entities for clue in _clues_of(text, entity, theirs, unmask)}
    sender = found.senders[row]
    if sender is not None:
        values.add(("sender", shown_sender(sender, theirs, unmask)))
    for kind, value in values:
        clues[kind][value] += 1
    found.signatures.append(first_signature(entities))
    found.refusals[row] = names_refusal(entities)
    found.shown.append(text if unmask else mask_text(text, entities, theirs and bool(found.marketing[row])))


def first_signature(entities: Sequence[Entity]) -> str:
    """Return the name that a message signs with first; nothing where it has none."""
    names = (closed_up(entity.value) for entity in entities if entity.type == "signature")
    return next(filter(None, names), "")


def names_refusal(entities: Sequence[Entity]) -> bool:
    """Tell whether a message says how to refuse."""
    return any(entity.type == "refusal" for entity in entities)


def closed_up(value: str) -> str:
    """Return a name without the blanks that disguise it; those between Latin words stay."""
    return value if value.isascii() else "".join(value.split())


def shown_sender(sender: Sender, marketing: bool, unmask: bool) -> str:
    """Return a sending number; of a person's, the middle is masked, and the end too outside of marketing."""
    if unmask or sender.kind not in ("mobile", "virtual"):
        return sender.number
    return mask_middle(sender.number) if marketing else mask_number(sender.number)


def _clues_of(text: str, entity: Entity, theirs: bool, unmask: bool) -> list[tuple[str, str]]:
    """Return types and values of what leads to the sender; a person's number or address is masked."""
    kind, value = entity.type, entity.value
    open_ = theirs or unmask
    if kind == "link":
        domain = str(entity.attributes.get("domain") or "")
        link = value if open_ else value.partition("?")[0]
        link = link if unmask else mask_link(link)
        return [("domain", domain), ("link", link)] if domain else [("link", link)]
    if kind in ("signature", "refusal"):
        return [(kind, closed_up(value))] if value else []
    if kind in ("phone", "handle"):
        person = kind == "handle" or entity.attributes.get("kind") in ("mobile", "landline")
        masked = "*" in value or bool(entity.attributes.get("masked"))
        if masked or (person and (not open_ or is_readers_number(text, entity))):
            return []
        if not unmask and is_mobile(entity):
            value = mask_middle(value)
        app = str(entity.attributes.get("app") or "")
        return [(app if app in ("wechat", "qq") else kind, value)]
    return [("email", value if unmask else mask_mail(value))] if kind == "email" and open_ else []
