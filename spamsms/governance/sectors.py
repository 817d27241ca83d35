"""The sectors that regulators ask about, by the kind of a message."""

from __future__ import annotations

from typing import NamedTuple

ECOMMERCE, FINANCE, WANTED = "ecommerce", "finance", "not_marketing"


class Sector(NamedTuple):
    """A sector's names, and the kinds (:data:`spamsms.kinds.KINDS`) that belong to it."""

    english: str
    chinese: str
    kinds: str


SECTORS: dict[str, Sector] = {
    ECOMMERCE: Sector("E-commerce and retail", "电商与零售", "R"),
    FINANCE: Sector("Finance", "金融", "F"),
    "telecom": Sector("Telecom and internet", "通信与互联网", "T"),
    "local_life": Sector("Local life", "本地生活", "L"),
    "housing": Sector("Housing", "房产家装", "H"),
    "education": Sector("Education", "教育培训", "E"),
    "jobs": Sector("Jobs and business", "招聘与商务", "J"),
    "illegal": Sector("Gambling, porn, fraud", "涉赌涉黄涉诈", "GX"),
    "other": Sector("Other promotion", "其他营销", "OM"),
    WANTED: Sector("Not judged marketing", "未判为营销", "cbdnpgs"),
}
_BY_KIND = {kind: name for name, sector in SECTORS.items() for kind in sector.kinds}


def sector_of(kind: str | None, marketing: bool) -> str:
    """Return the sector of a message of a kind; of an unknown one, "other" where it is marketing."""
    if not marketing:
        return WANTED
    found = _BY_KIND.get(kind or "", "other")
    return "other" if found == WANTED else found
