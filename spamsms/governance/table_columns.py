"""The columns of triage's tables, in order.

A share ``x`` stands with the bounds of its Wilson 95 % interval, ``x_low`` and ``x_high``.
"""

from __future__ import annotations

from spamsms.governance.sectors import SECTORS


def _with_interval(name: str) -> tuple[str, str, str]:
    return name, f"{name}_low", f"{name}_high"


_COUNTS = (
    "complaints",
    *_with_interval("share"),
    "marketing",
    *_with_interval("marketing_share"),
    "campaigns",
    *_with_interval("refusal"),
    "first_seen",
    "last_seen",
)
COLUMNS: dict[str, tuple[str, ...]] = {
    "complaints": (
        *("line", "text", "reported_at", "sender", "campaign", "marketing", "probability", "kind"),
        *("sector", "signature", "refusal"),
    ),
    "campaigns": (
        *("id", "new", "complaints", *_with_interval("share"), "receivers", "senders", "first_seen"),
        *("last_seen", "marketing", "probability", "kind", "kind_name", "sector", "signature"),
        *(*_with_interval("refusal"), "example"),
    ),
    "clues": (
        *("campaign", "type", "value", "complaints", "sector", "marketing", "new", "first_seen"),
        "last_seen",
    ),
    "sectors": (
        *("sector", "name", "name_zh", "kinds", "complaints", *_with_interval("share")),
        *_with_interval("marketing_share"),
    ),
    "timeline": (
        *("date", "complaints", "marketing", *SECTORS, "baseline", "limit", "surge", "top_campaign"),
        "top_campaign_complaints",
    ),
    "senders": ("sender", "kind", "carrier", "signature", *_COUNTS),
    "signatures": ("signature", "senders", *_COUNTS),
    "problems": ("line", "reason", "used"),
}
# ``kinds`` and ``hours`` hold counts; in csv, nested values stand as JSON.
PORT_COLUMNS: tuple[str, ...] = (
    *("rank", "sender", "kind", "carrier", "burden", "reasons", "reasons_zh", "messages"),
    *_with_interval("share"),
    "marketing",
    *_with_interval("marketing_share"),
    *_with_interval("refusal"),
    *("main_kind", "sector", "kinds", "campaigns", "top_campaigns", "signatures", "top_signatures"),
    "peak_hour",
    *_with_interval("night"),
    *("hours", "first_seen", "last_seen"),
)
