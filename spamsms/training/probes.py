"""Change what only marks where a message comes from, and see how far its probability moves.

Punctuation, masks, signatures, refusal texts, script and width differ between
sources. A model that decides by them has learned the source, not the spam.
"""

from __future__ import annotations

import hashlib
import random
import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.calibration import sigmoid
from spamsms.training.attack_edits import find_words
from spamsms.training.attack_entries import rows
from spamsms.training.dataset import Dataset
from spamsms.training.evaluate import format_rate, inbox_rows
from spamsms.training.metrics import rate_of

if TYPE_CHECKING:
    from spamsms.classifier import SpamClassifier

Array = npt.NDArray[Any]
# Names of senders and ways to refuse that say nothing of what is sent.
NEUTRAL_SIGNATURE = "【消息】"
REFUSAL = " 拒收请回复R"

# Not what holds links, sums and times together.
_PUNCTUATION = re.compile(
    "[，。！？；：、…～~“”‘’（）()《》]|(?<![0-9A-Za-z])[,.!?;:](?!/)|[,.!?;](?![0-9A-Za-z])|:(?![0-9A-Za-z/])"
)
_MASKS = re.compile(r"\*+|#{2,}|(?<![A-Za-z])[xX]{2,}(?![A-Za-z])")
_SIGNATURE = re.compile(r"^\s*【[^】]{1,24}】|【[^】]{1,24}】\s*$")
_REFUSE = "(?:退订|拒收|取消接收|不再接收|谢绝)"
_REPLY = "(?:请?(?:回复?|发送?|编辑))"
_REFUSAL = re.compile(
    rf"[，。,;；！!\s(（]*(?:{_REFUSE}{_REPLY}?[“\"']?[A-Za-z0-9]{{1,8}}[”\"']?"
    rf"|{_REPLY}[“\"']?[A-Za-z0-9]{{1,8}}[”\"']?{_REFUSE}|(?<![A-Za-z])TD{_REFUSE})[)）]?"
)
_TO_FULLWIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_TO_HALFWIDTH = {full: half for half, full in _TO_FULLWIDTH.items()}


@dataclass(frozen=True)
class Probe:
    """One change that leaves what a message says as it was.

    Attributes
    ----------
    summary : str
    change : callable
        Returns the message changed; as it was where there is nothing to change.
    """

    summary: str
    change: Callable[[str], str]


def _remove_punctuation(text: str) -> str:
    """Leave a space where two numbers or Latin words would become one."""

    def rest(found: re.Match[str]) -> str:
        around = text[max(0, found.start() - 1) : found.start()], text[found.end() : found.end() + 1]
        return " " if all(char.isascii() and char.isalnum() for char in around) else ""

    return _PUNCTUATION.sub(rest, text)


def _mask_digits(mask: str) -> Callable[[str], str]:
    table = str.maketrans(dict.fromkeys(string.digits, mask))
    return lambda text: text.translate(table)


def _fill_masks(text: str) -> str:
    """Put digits in place of masks, the same ones for the same message."""
    digest = hashlib.sha1(text.encode("utf-8", "surrogatepass")).digest()
    chance = random.Random(int.from_bytes(digest, "big"))
    return _MASKS.sub(lambda found: "".join(chance.choices(string.digits, k=len(found[0]))), text)


def _sign(text: str) -> str:
    return text if "【" in text else NEUTRAL_SIGNATURE + text


def _add_refusal(text: str) -> str:
    return text if _REFUSAL.search(text) else text + REFUSAL


@cache
def _scripts() -> tuple[dict[str, str], dict[int, str]]:
    """Return the usual traditional form of each simplified character, and the way back."""
    usual = {simple: forms[0] for simple, forms in rows("traditional").items()}
    words = rows("traditional_words")
    # What is written in simplified words too, such as 后 or 座, may mean itself.
    plain = set(usual).union(*words)
    pairs = [
        *usual.items(),
        *(pair for word, forms in words.items() for pair in zip(word, forms[0], strict=True)),
    ]
    back: dict[int, str] = {}
    for simple, form in pairs:
        if form not in plain:
            back.setdefault(ord(form), simple)
    return usual, back


def _write_traditional(text: str) -> str:
    usual, _ = _scripts()
    words = rows("traditional_words")
    forms = [usual.get(char, char) for char in text]
    for start, stop in find_words(text, words):
        forms[start:stop] = words[text[start:stop]][0]
    return "".join(forms)


PROBES: dict[str, Probe] = {
    "without punctuation": Probe("Chinese and Latin punctuation removed", _remove_punctuation),
    "digits as *": Probe("every digit masked", _mask_digits("*")),
    "digits as x": Probe("every digit masked", _mask_digits("x")),
    "masks as digits": Probe("masks filled with digits", _fill_masks),
    "without signature": Probe("【…】 at the start or the end removed", lambda t: _SIGNATURE.sub("", t)),
    "with signature": Probe(f"{NEUTRAL_SIGNATURE} before messages without one", _sign),
    "without refusal": Probe("退订回T and the like removed", lambda t: _REFUSAL.sub("", t)),
    "with refusal": Probe(f"{REFUSAL.strip()} behind messages without one", _add_refusal),
    "traditional": Probe("simplified characters made traditional", _write_traditional),
    "simplified": Probe("traditional characters made simplified", lambda t: t.translate(_scripts()[1])),
    "full width": Probe("letters, digits and signs made full-width", lambda t: t.translate(_TO_FULLWIDTH)),
    "half width": Probe("letters, digits and signs made half-width", lambda t: t.translate(_TO_HALFWIDTH)),
}


def probe_model(model: SpamClassifier, test: Dataset) -> dict[str, Any]:
    """Measure how far each probe moves the probabilities of a model.

    Parameters
    ----------
    model : SpamClassifier
    test : Dataset
        Messages that the model was not fitted on; those like real inboxes count.

    Returns
    -------
    dict
        JSON values. For each of `PROBES`, under ``spam`` and ``wanted``, of the
        messages that it changes: ``n``, ``mean`` and ``p95`` of the absolute
        change of the probability, ``shift``, the mean change with its sign, and
        ``flips``, the share whose verdict changes, with its 95 % interval.
    """
    inbox = test.select(inbox_rows(test))
    before = sigmoid(model.decision_function(inbox.texts))
    return {name: _measure(model, probe, inbox, before) for name, probe in PROBES.items()}


def _measure(model: SpamClassifier, probe: Probe, inbox: Dataset, before: Array) -> dict[str, Any]:
    altered = [probe.change(text) for text in inbox.texts]
    # Nothing is left of a message that was a signature only.
    kept = np.array(
        [new != old and bool(new.strip()) for new, old in zip(altered, inbox.texts, strict=True)], np.bool_
    )
    after = before.copy()
    after[kept] = sigmoid(model.decision_function([altered[row] for row in np.flatnonzero(kept)]))
    flipped = (after >= model.threshold) != (before >= model.threshold)
    figures: dict[str, Any] = {"summary": probe.summary}
    for side, label in (("spam", 1), ("wanted", 0)):
        rows_of_side = kept & (inbox.labels == label)
        change = (after - before)[rows_of_side]
        figures[side] = {"n": int(rows_of_side.sum())}
        if rows_of_side.any():
            figures[side].update(
                mean=round(float(np.abs(change).mean()), 5),
                p95=round(float(np.percentile(np.abs(change), 95)), 5),
                shift=round(float(change.mean()), 5),
                flips=rate_of(flipped[rows_of_side]).to_dict(),
            )
    return figures


def format_probes(figures: dict[str, Any]) -> str:
    """Return the probes as a table for people."""
    title = f"{'changed':>8}{'mean':>7}{'95th':>7}{'shift':>8}  {'verdicts that flip':<24}"
    lines = [
        "probes: how far the probability moves when only this changes (absolute mean and 95th percentile)",
        "",
        f"{'':<22}{'spam':<56}wanted".rstrip(),
        f"{'probe':<20}{title}{title}".rstrip(),
    ]
    for name, row in figures.items():
        lines.append(f"{name:<20}{_cells(row['spam'])}{_cells(row['wanted'])}".rstrip())
    return "\n".join(lines)


def _cells(side: dict[str, Any]) -> str:
    if not side["n"]:
        return f"{0:>8}{'':<48}"
    said = format_rate(side["flips"])
    return f"{side['n']:>8}{side['mean']:>7.3f}{side['p95']:>7.3f}{side['shift']:>+8.3f}  {said:<24}"
