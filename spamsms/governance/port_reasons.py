"""Why a sending number stands where it stands, in words, and its place in the list.

The rank follows the *burden*: the least number of marketing messages that the
counts allow (the lower Wilson bound of the share, times the messages), raised by
the shares of it that make things worse, each also by its lower bound: without a way
to refuse, sent at night, gambling, porn or fraud. It orders numbers to be looked
at; it is no proof of anything.
"""

from __future__ import annotations

from typing import NamedTuple

from spamsms.governance.port_tally import Port
from spamsms.governance.sectors import SECTORS
from spamsms.governance.senders import Sender
from spamsms.kinds import SPAM_KINDS, WANTED_KINDS
from spamsms.training.metrics import Rate

# No statute fixes sending hours; from 21 to 8 is when platforms' own rules forbid marketing.
NIGHT = (*range(21, 24), *range(8))
MANY_SIGNATURES = 5
# Marketing messages from which on how they are sent is worth a word.
FEWEST = 5
# Lower bounds from which on a share is worth a word.
MOSTLY, MUCH, SOME = 0.5, 0.2, 0.05


class Standing(NamedTuple):
    """A number's burden, and the reasons in English and Chinese."""

    burden: float
    reasons: list[str]
    reasons_zh: list[str]


def judge_port(port: Port, sender: Sender) -> Standing:
    """Return where a number stands, and why."""
    marketing = Rate(port.marketing, port.messages)
    unrefusable = Rate(port.marketing - port.marketing_refusals, port.marketing)
    night = Rate(sum(port.hours[hour] for hour in NIGHT), sum(port.hours))
    illegal = Rate(sum(port.kinds.get(kind, 0) for kind in SECTORS["illegal"].kinds), port.messages)
    worse = sum(_low(rate) for rate in (unrefusable, night, illegal))
    reasons: list[tuple[str, str]] = []
    if _low(marketing) >= MOSTLY:
        reasons.append((f"marketing: {_said(marketing)}", f"营销短信 {_said(marketing)}"))
    if port.marketing >= FEWEST and _low(unrefusable) >= MUCH:
        reasons.append(
            (
                f"no way to refuse in {_said(unrefusable)} of its marketing",
                f"营销中无拒收方式 {_said(unrefusable)}",
            )
        )
    if _low(illegal) >= SOME:
        reasons.append((f"gambling, porn or fraud: {_said(illegal)}", f"涉赌涉黄涉诈 {_said(illegal)}"))
    if port.marketing >= FEWEST and _low(night) >= MUCH:
        reasons.append((f"sent from 21 to 8 o'clock: {_said(night)}", f"21时至8时发送 {_said(night)}"))
    reasons += _mixture(port) + _identity(port, sender, _low(marketing) >= MOSTLY)
    burden = _low(marketing) * port.messages * (1 + worse)
    return Standing(burden, [english for english, _ in reasons], [chinese for _, chinese in reasons])


def _mixture(port: Port) -> list[tuple[str, str]]:
    """Tell codes and notices that share a number with marketing."""
    wanted = Rate(sum(port.kinds.get(kind, 0) for kind in WANTED_KINDS), port.messages)
    spam = Rate(sum(port.kinds.get(kind, 0) for kind in SPAM_KINDS), port.messages)
    if _low(wanted) < MUCH or _low(spam) < MUCH:
        return []
    return [
        (
            f"notices ({_said(wanted)}) and marketing ({_said(spam)}) over one number",
            f"通知（{_said(wanted)}）与营销（{_said(spam)}）同号发送",
        )
    ]


def _identity(port: Port, sender: Sender, marketing: bool) -> list[tuple[str, str]]:
    reasons = []
    if port.n_signatures >= MANY_SIGNATURES:
        reasons.append((f"about {port.n_signatures} signatures", f"约 {port.n_signatures} 个签名"))
    if marketing and sender.kind in ("mobile", "virtual"):
        reasons.append(("a personal number sends marketing", "个人号码发送营销短信"))
    if sender.kind == "invalid":
        reasons.append(("no number of the numbering plan", "不合号码规划"))
    return reasons


def _low(rate: Rate) -> float:
    return rate.interval[0]


def _said(rate: Rate) -> str:
    low, high = rate.interval
    return f"{100 * rate.value:.0f} % ({rate.hits:,}/{rate.total:,}; {100 * low:.0f}–{100 * high:.0f})"
