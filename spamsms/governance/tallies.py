"""Count complaints by campaign, sector, sender, signature and day; every share with its interval."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from spamsms.governance.campaigns import Campaigns
from spamsms.governance.complaints import Complaints
from spamsms.governance.examine import CLUE_TYPES, Examined, shown_sender
from spamsms.governance.sectors import SECTORS, WANTED, sector_of
from spamsms.governance.surges import mark_surges
from spamsms.kinds import KINDS
from spamsms.training.metrics import Rate

Rows = list[dict[str, Any]]
# Values of each type that a campaign's clues list.
MOST_VALUES = 20
# With a longer span, only days on which something was reported are listed.
LONGEST_SPAN = 3660


def share(hits: int, total: int, name: str = "share") -> dict[str, float | None]:
    """Return a share and its Wilson 95 % interval under three names; None of nothing."""
    if total == 0:
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"))
    rate = Rate(hits, total)
    low, high = rate.interval
    return {name: rate.value, f"{name}_low": low, f"{name}_high": high}


def tally_campaigns(
    complaints: Complaints, campaigns: Campaigns, found: Examined, new: list[bool | None]
) -> Rows:
    """Return a row for each campaign, the largest first."""
    size = campaigns.sizes.size
    labels = campaigns.labels.tolist()
    probabilities = np.bincount(campaigns.labels, weights=found.probabilities, minlength=size)
    refusals = np.bincount(campaigns.labels, weights=found.refusals, minlength=size).astype(int).tolist()
    spans = _spans(labels, complaints.times)
    receivers = _distinct(labels, complaints.receivers)
    kinds: dict[int, Counter[str | None]] = defaultdict(Counter)
    for label, kind, flag in zip(labels, found.kinds, found.marketing.tolist(), strict=True):
        if flag == found.campaign_marketing[label]:
            kinds[label][kind] += 1
    rows = []
    for label, count in enumerate(campaigns.sizes.tolist()):
        kind = kinds[label].most_common(1)[0][0] if kinds[label] else None
        marketing = bool(found.campaign_marketing[label])
        clues = found.clues[label]
        first, last = spans.get(label, (None, None))
        rows.append(
            {
                "id": campaigns.ids[label],
                "new": new[label],
                "complaints": count,
                **share(count, len(labels)),
                "receivers": len(receivers[label]) if complaints.columns["receiver"] else None,
                "senders": len(clues.get("sender", ())) if complaints.columns["sender"] else None,
                "first_seen": first,
                "last_seen": last,
                "marketing": marketing,
                "probability": float(probabilities[label]) / count,
                "kind": kind,
                "kind_name": KINDS.get(kind or ""),
                "sector": sector_of(kind, marketing),
                "signature": _top(clues.get("signature")),
                **share(refusals[label], count, "refusal"),
                "example": found.shown[int(campaigns.leaders[label])],
            }
        )
    return rows


def tally_clues(campaign_rows: Rows, found: Examined) -> Rows:
    """Return a row for each value that leads to a sender, campaign by campaign."""
    rows = []
    for row, clues in zip(campaign_rows, found.clues, strict=True):
        for kind in CLUE_TYPES:
            for value, count in ranked(clues.get(kind, Counter()))[:MOST_VALUES]:
                rows.append(
                    {
                        "campaign": row["id"],
                        "type": kind,
                        "value": value,
                        "complaints": count,
                        "sector": row["sector"],
                        "marketing": row["marketing"],
                        "new": row["new"],
                        "first_seen": row["first_seen"],
                        "last_seen": row["last_seen"],
                    }
                )
    return rows


def tally_sectors(found: Examined) -> Rows:
    """Return a row for each sector."""
    counts = Counter(found.sectors)
    total = len(found.sectors)
    marketing = total - counts[WANTED]
    return [
        {
            "sector": name,
            "name": sector.english,
            "name_zh": sector.chinese,
            "kinds": sector.kinds,
            "complaints": counts[name],
            **share(counts[name], total),
            **share(counts[name], 0 if name == WANTED else marketing, "marketing_share"),
        }
        for name, sector in SECTORS.items()
    ]


def tally_senders(
    complaints: Complaints, campaigns: Campaigns, found: Examined, unmask: bool = False
) -> Rows:
    """Return a row for each sending number, the one with most complaints first."""

    def describe(key: Hashable, rows: list[int], marketing: bool) -> dict[str, Any]:
        sender = found.senders[rows[0]]
        assert sender is not None
        signatures = Counter(found.signatures[row] for row in rows if found.signatures[row])
        return {
            "sender": shown_sender(sender, marketing, unmask),
            "kind": sender.kind,
            "carrier": sender.carrier,
            "signature": _top(signatures),
        }

    keys = [sender.number if sender else "" for sender in found.senders]
    return _tally_by(keys, complaints, campaigns, found, describe)


def tally_signatures(complaints: Complaints, campaigns: Campaigns, found: Examined) -> Rows:
    """Return a row for each signature, the one with most complaints first."""

    def describe(key: Hashable, rows: list[int], marketing: bool) -> dict[str, Any]:
        senders = {sender.number for row in rows if (sender := found.senders[row]) is not None}
        return {"signature": key, "senders": len(senders) if complaints.columns["sender"] else None}

    return _tally_by(found.signatures, complaints, campaigns, found, describe)


def _tally_by(
    keys: list[str],
    complaints: Complaints,
    campaigns: Campaigns,
    found: Examined,
    describe: Callable[[Hashable, list[int], bool], dict[str, Any]],
) -> Rows:
    members: dict[str, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        if key:
            members[key].append(row)
    spans = _spans(keys, complaints.times)
    result = []
    for key, rows in sorted(members.items(), key=lambda item: (-len(item[1]), item[0])):
        marketing = int(found.marketing[rows].sum())
        first, last = spans.get(key, (None, None))
        result.append(
            {
                **describe(key, rows, 2 * marketing >= len(rows)),
                "complaints": len(rows),
                **share(len(rows), len(keys)),
                "marketing": marketing,
                **share(marketing, len(rows), "marketing_share"),
                "campaigns": len(set(campaigns.labels[rows].tolist())),
                **share(int(found.refusals[rows].sum()), len(rows), "refusal"),
                "first_seen": first,
                "last_seen": last,
            }
        )
    return result


def tally_days(complaints: Complaints, campaigns: Campaigns, found: Examined) -> Rows:
    """Return a row for each day from the first to the last, surges marked."""
    by_day: dict[date, list[int]] = defaultdict(list)
    for row, time in enumerate(complaints.times):
        if time is not None:
            by_day[time.date()].append(row)
    days = _all_days(by_day)
    marks = mark_surges([len(by_day.get(day, ())) for day in days])
    result = []
    for day, mark in zip(days, marks, strict=True):
        rows = by_day.get(day, [])
        sectors = Counter(found.sectors[row] for row in rows)
        top = Counter(campaigns.labels[rows].tolist()).most_common(1) if rows else []
        result.append(
            {
                "date": day,
                "complaints": len(rows),
                "marketing": len(rows) - sectors[WANTED],
                **{name: sectors[name] for name in SECTORS},
                "baseline": mark.baseline,
                "limit": mark.limit,
                "surge": mark.surge,
                "top_campaign": campaigns.ids[top[0][0]] if top else None,
                "top_campaign_complaints": top[0][1] if top else 0,
            }
        )
    return result


def _all_days(seen: Iterable[date]) -> list[date]:
    days = sorted(seen)
    if not days or (days[-1] - days[0]).days > LONGEST_SPAN:
        return days
    return [days[0] + timedelta(days=step) for step in range((days[-1] - days[0]).days + 1)]


def _spans(
    keys: Iterable[Hashable], times: list[datetime | None]
) -> dict[Hashable, tuple[datetime, datetime]]:
    """Return the first and the last time of each key."""
    spans: dict[Hashable, tuple[datetime, datetime]] = {}
    for key, time in zip(keys, times, strict=True):
        if time is not None:
            first, last = spans.get(key, (time, time))
            spans[key] = min(first, time), max(last, time)
    return spans


def _distinct(labels: list[int], values: list[str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for label, value in zip(labels, values, strict=True):
        if value:
            found[label].add(value)
    return found


def ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return values and how often each occurs, the most frequent first, equal ones by name."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _top(counts: Counter[str] | None) -> str:
    return ranked(counts)[0][0] if counts else ""
