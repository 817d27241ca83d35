"""Small complaint files."""

from __future__ import annotations

from pathlib import Path

SALE = "【优选商城】双11狂欢价直降，全场家电满300减50，戳 t.cn/Ab12{0} 抢券，退订回T"
LOAN = "【安心贷】尊敬的张{0}先生，信用贷款最高20万，年利率7.2%起，随借随还，加微信 dk_88888{0} 申请"
CODE = "您的验证码是48291{0}，5分钟内有效，请勿告诉他人"
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>满300减50，退订回T'


def complaint_rows() -> list[tuple[str, str, str, str]]:
    """Return three weeks of complaints with a surge on the last day, as time, sender, receiver, text."""
    rows = []
    for day in range(1, 22):
        for place in range(60 if day == 21 else 4):
            number = place % 10
            text = (SALE if place % 4 < 2 else LOAN if place % 4 == 2 else CODE).format(number)
            sender = "106900001234" if place % 4 < 2 else f"1700000000{number}"
            rows.append((f"2025-10-{day:02d} 09:{place % 60:02d}:00", sender, f"r{place}", text))
    return rows


def write_complaints(path: Path, rows: list[tuple[str, str, str, str]] | None = None) -> Path:
    """Write rows as csv with Chinese column names."""
    lines = ["举报时间,被举报号码,举报人,短信内容"]
    for time, sender, receiver, text in complaint_rows() if rows is None else rows:
        quoted = '"' + text.replace('"', '""') + '"'
        lines.append(f"{time},{sender},{receiver},{quoted}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
