"""The ranking of sending numbers as one HTML page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spamsms.governance.report_html import (
    Cell,
    Column,
    accounting_table,
    both,
    card,
    count,
    cut_caption,
    date_cell,
    masking_note,
    nothing,
    number_cell,
    percent,
    render_page,
    sender_kind,
    share_cell,
    table,
    text,
)
from spamsms.governance.report_words import ACCOUNTING
from spamsms.kinds import KINDS

if TYPE_CHECKING:
    from spamsms.governance.ports import PortRanking

MOST_ROWS = 200
_COLUMNS = (
    Column("序", "Rank", "number"),
    Column("发送号码", "Sender", "id"),
    Column("理由与样例", "Reasons and examples", "wide"),
    Column("短信", "Messages", "number"),
    Column("营销占比", "Marketing", "number"),
    Column("含拒收方式", "With refusal", "number"),
    Column("批次数", "Campaigns", "number"),
    Column("签名数", "Signatures", "number"),
    Column("21–8时", "21–8 o'clock", "number extra"),
    Column("末次", "Last", "date extra"),
)
_ACCOUNTING = {
    **{name: ACCOUNTING[name] for name in ("read", "used", "unusable", "undated")},
    "without_sender": ("计入但无发送号码", "Used without a sending number"),
    "forgotten_ports": (
        "因内存上限未列的号码（量最少）",
        "Numbers left out for lack of room",
    ),
    "forgotten_messages": ("其短信", "their messages"),
}


def render_ports(ranking: PortRanking) -> str:
    """Return the page as HTML that needs no network; what stands in messages is escaped."""
    summary, rows = ranking.summary, ranking.rows
    n_problems = summary["unusable"] + summary["bad_dates"]
    parts = {
        "masthead": f"<p>{both('来源', 'Source')}: <b>{text(summary['source'])}</b> · "
        f"{both('模型', 'Model')}: {text(summary['model'])} · {masking_note(summary['masked'])}</p>",
        "cards": _cards(summary, rows),
        "ports": _ports(rows),
        "accounting": accounting_table(summary, _ACCOUNTING, ranking.problems, n_problems),
    }
    return render_page(
        ("发送号码排查报告", "Ranking of sending numbers"), summary["source"], "ports.html", parts
    )


def _cards(summary: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    sent = sum(row["messages"] for row in rows)
    marketing = sum(row["marketing"] for row in rows)
    refusable = sum(round((row["refusal"] or 0) * row["marketing"]) for row in rows)
    top = sum(row["marketing"] for row in rows[:10])
    return "".join(
        (
            card(
                "发送号码",
                "Senders",
                count(summary["ports"]),
                both(f"短信 {count(sent)}", f"{count(sent)} messages"),
            ),
            card(
                "判为营销", "Judged marketing", percent(marketing / sent if sent else None), count(marketing)
            ),
            card(
                "营销中含拒收方式",
                "Marketing with refusal",
                percent(refusable / marketing if marketing else None),
                count(refusable),
            ),
            card(
                "前10号码占营销",
                "Ten first of marketing",
                percent(top / marketing if marketing else None),
                count(top),
                "peak",
            ),
        )
    )


def _ports(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return nothing("输入中没有带发送号码的短信。", "The input holds no messages with sending numbers.")
    cells = [
        (
            number_cell(row["rank"]),
            Cell(
                f"<code>{text(row['sender'])}</code><br>"
                f"<small>{sender_kind(row['kind'], row['carrier'])}</small>",
                row["sender"],
            ),
            Cell(_details(row), row["reasons"]),
            number_cell(row["messages"]),
            share_cell(row, "marketing_share"),
            Cell(percent(row["refusal"]), -1 if row["refusal"] is None else row["refusal"]),
            number_cell(row["campaigns"]),
            number_cell(row["signatures"]),
            Cell(percent(row["night"]), -1 if row["night"] is None else row["night"]),
            date_cell(row["last_seen"]),
        )
        for row in rows[:MOST_ROWS]
    ]
    return table(cut_caption("发送号码", "Senders", len(cells), len(rows)), _COLUMNS, cells)


def _details(row: dict[str, Any]) -> str:
    reasons = both(text(row["reasons_zh"] or "–"), text(row["reasons"] or "–"))
    kinds = sorted(row["kinds"].items(), key=lambda item: -item[1])
    items = [
        (
            both("种类", "Kinds"),
            "; ".join(text(f"{kind} {KINDS[kind]} × {times:,}") for kind, times in kinds),
        ),
        (both("签名", "Signatures"), text("; ".join(row["top_signatures"]) or "–")),
        *(
            (f"× {count(campaign['messages'])}", text(campaign["example"]))
            for campaign in row["top_campaigns"]
        ),
    ]
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in items)
    return f"<details><summary>{reasons}</summary><dl>{listed}</dl></details>"
