"""Make ``data/complaints.csv``: synthetic complaints over seven weeks around Double 11.

Messages are copies of messages of ``data/corpus`` with other digits, links and names, some disguised;
senders, receivers and times are invented. The same file comes out every time::

    python -m benchmarks.complaints
"""

from __future__ import annotations

import csv
import hashlib
import random
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from benchmarks.checkout import ROOT, corpus_rows
from benchmarks.mutated_messages import HOMOPHONES, INSERTIONS, LINK, random_link, random_name
from spamsms.training.attacks import attack

TARGET = ROOT / "data" / "complaints.csv"
SEED = 1111
# The file stays as it is when the corpus grows.
WRITERS = "abcdefghijklm"
FIRST_DAY, N_DAYS = datetime(2025, 10, 6), 49
USUAL = 58
# How many times the usual is reported on and about the days of sales.
SURGES = {"10-31": 2.4, "11-09": 1.8, "11-10": 4.2, "11-11": 6.5, "11-12": 2.6}
WEEKEND = 0.85
N_RECEIVERS = 2600
# Campaigns by kind; what is wanted is complained about by mistake now and then.
CAMPAIGNS = {"R": 60, "F": 26, "T": 14, "L": 12, "E": 10, "H": 8, "J": 6, "X": 8, "G": 4, "O": 5, "M": 8}
MISTAKES = {"c": 12, "b": 12, "d": 12, "n": 8, "g": 4, "s": 6}
WEIGHT_OF_MISTAKES = 0.25
SALES_KIND, SALES_SHARE = "R", 0.78
# So many campaigns of shops speak of the sales, which they begin some days before.
SALES = re.compile("双11|双十一|預售|预售|狂欢|大促|跨店|满[0-9]+[减送]")
SALES_CAMPAIGNS, SALES_FIRST = 24, range(18, 35)
# First digits of invented ports, and of invented people's numbers: groups of zeros stand behind.
PORTS = ("10690000", "10680000", "10655000", "10657000", "10659000")
MOBILES = ("1650000", "1670000", "1700000", "1710000")
LONG_NUMBER = re.compile(r"(?<![0-9])[0-9]{4,}(?![0-9])")


class Campaign(NamedTuple):
    """A template, who sends it, and on which days it runs."""

    kind: str
    template: str
    senders: list[str]
    first: int
    last: int
    weight: float


def make_campaigns(rng: random.Random) -> list[Campaign]:
    """Return campaigns drawn from the corpus; few of them send most."""
    rows = [row for row in corpus_rows() if row["writer"] in WRITERS]
    campaigns = []
    for kind, number in {**CAMPAIGNS, **MISTAKES}.items():
        texts = [row["text"] for row in rows if row["kind"] == kind and len(row["text"]) >= 24]
        for rank, template in enumerate(_sample(rng, texts, number, kind)):
            weight = 1 / (rank + 6) * (WEIGHT_OF_MISTAKES if kind in MISTAKES else 1) * number
            on_sale = kind == SALES_KIND and SALES.search(template)
            first = rng.choice(SALES_FIRST) if on_sale else rng.randrange(-20, N_DAYS - 6)
            last = first + rng.randint(8, 20 if on_sale else 40)
            campaigns.append(Campaign(kind, template, _senders(rng, kind), first, last, weight))
    return campaigns


def _sample(rng: random.Random, texts: list[str], number: int, kind: str) -> list[str]:
    """Return templates; of shops', those that speak of the sales come first."""
    if kind != SALES_KIND:
        return rng.sample(texts, number)
    sales = [text for text in texts if SALES.search(text) and "9.9" not in text and "618" not in text]
    others = [text for text in texts if not SALES.search(text)]
    return rng.sample(sales, SALES_CAMPAIGNS) + rng.sample(others, number - SALES_CAMPAIGNS)


def _senders(rng: random.Random, kind: str) -> list[str]:
    if kind in "XG" or (kind == "J" and rng.random() < 0.5):
        return [_number(rng, MOBILES, 11) for _ in range(rng.randint(2, 6))]
    return [_number(rng, PORTS, rng.choice((12, 14, 16))) for _ in range(rng.randint(1, 3))]


def _number(rng: random.Random, starts: Sequence[str], length: int) -> str:
    start = rng.choice(starts)
    return start + "".join(rng.choices("0123456789", k=length - len(start)))


def copy_of(template: str, rng: random.Random) -> str:
    """Return what another receiver got: other numbers, link and name, perhaps a disguise."""
    text = LINK.sub(lambda _: random_link(rng), template)
    text = LONG_NUMBER.sub(lambda match: _other_number(match[0], rng), text)
    if "】" in text and rng.random() < 0.15 and "尊敬" not in text:
        head, mark, tail = text.partition("】")
        text = f"{head}{mark}尊敬的{random_name(rng)}{rng.choice(('先生', '女士'))}，{tail}"
    if rng.random() < 0.2:
        name = rng.choice(HOMOPHONES + INSERTIONS)
        text = attack(text, name, strength=0.12, seed=rng.getrandbits(30))
    return text.replace("\n", " ")


def _other_number(number: str, rng: random.Random) -> str:
    if len(number) == 11 and number[0] == "1":
        return _number(rng, MOBILES, 11)
    if number[:3] in ("400", "800", "106", "955", "951", "100", "202"):
        return number
    return "".join(rng.choices("0123456789", k=len(number)))


def make_rows(seed: int = SEED) -> list[list[str]]:
    """Return the complaints by time."""
    rng = random.Random(seed)
    campaigns = make_campaigns(rng)
    receivers = [hashlib.sha256(f"{seed}/{n}".encode()).hexdigest()[:12] for n in range(N_RECEIVERS)]
    rows = []
    for number in range(N_DAYS):
        day = FIRST_DAY + timedelta(days=number)
        usual = USUAL * (WEEKEND if day.weekday() >= 5 else 1)
        extra = SURGES.get(day.strftime("%m-%d"), 1) - 1
        on = [campaign for campaign in campaigns if campaign.first <= number <= campaign.last]
        for chosen in (
            *rng.choices(on, [one.weight for one in on], k=round(rng.gauss(usual, usual**0.5))),
            *_sales(on, round(usual * extra), rng),
        ):
            time = day + timedelta(hours=int(rng.triangular(7, 23.9, 11)), seconds=rng.randrange(3600))
            text = copy_of(chosen.template, rng)
            rows.append([str(time), rng.choice(chosen.senders), rng.choice(receivers), text])
    return sorted(rows)


def _sales(on: list[Campaign], n_messages: int, rng: random.Random) -> list[Campaign]:
    """Return what comes on top on days of sales, most of it from shops."""
    shops = [one for one in on if one.kind == SALES_KIND and SALES.search(one.template)]
    others = [one for one in on if one.kind in CAMPAIGNS and one.kind != SALES_KIND]
    return [
        rng.choices(part, [one.weight for one in part])[0]
        for part in (shops if rng.random() < SALES_SHARE else others for _ in range(n_messages))
    ]


def main() -> None:
    """Write the file."""
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["reported_at", "sender", "receiver", "text"])
        writer.writerows(make_rows())


if __name__ == "__main__":
    main()
