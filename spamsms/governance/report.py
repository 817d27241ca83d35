"""The triage report: one HTML file that holds everything it shows, in Chinese and English."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Any

from spamsms.governance.report_charts import sector_bars, timeline_chart
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
    moment,
    nothing,
    number_cell,
    percent,
    render_page,
    sender_kind,
    share_cell,
    table,
    text,
)
from spamsms.governance.report_words import ACCOUNTING, CLUE_NAMES
from spamsms.governance.sectors import SECTORS
from spamsms.governance.tallies import ranked

if TYPE_CHECKING:
    from spamsms.governance.triage import TriageResult

# Rows shown in each table; the csv files hold the rest.
MOST_CAMPAIGNS, MOST_ROWS = 200, 50
CLUES_SHOWN = 6
_CAMPAIGN_COLUMNS = (
    Column("批次", "Campaign", "id"),
    Column("投诉", "Complaints", "number"),
    Column("样例与线索", "Example and clues", "wide"),
    Column("行业", "Sector", "id"),
    Column("举报人数", "Receivers", "number"),
    Column("端口数", "Senders", "number"),
    Column("含拒收方式", "With refusal", "number extra"),
    Column("首次", "First", "date extra"),
    Column("末次", "Last", "date"),
)
_SENDER_COLUMNS = (
    Column("发送号码", "Sender", "id"),
    Column("类型", "Kind"),
    Column("投诉", "Complaints", "number"),
    Column("占全部", "Of all", "number"),
    Column("营销占比", "Marketing", "number"),
    Column("批次数", "Campaigns", "number"),
    Column("含拒收方式", "With refusal", "number extra"),
    Column("主要签名", "Signature"),
    Column("末次", "Last", "date extra"),
)
_SIGNATURE_COLUMNS = (
    Column("签名", "Signature"),
    Column("投诉", "Complaints", "number"),
    Column("占全部", "Of all", "number"),
    Column("营销占比", "Marketing", "number"),
    Column("端口数", "Senders", "number"),
    Column("批次数", "Campaigns", "number"),
    Column("含拒收方式", "With refusal", "number extra"),
    Column("末次", "Last", "date extra"),
)


def render_report(result: TriageResult) -> str:
    """Return the report as HTML that needs no network.

    Parameters
    ----------
    result : TriageResult

    Returns
    -------
    str
        Whatever stands in the complaints is escaped.
    """
    summary, tables = result.summary, result.tables
    parts = {
        "masthead": _masthead(summary),
        "cards": _cards(summary),
        "timeline": _timeline(result),
        "sectors": _sectors(tables["sectors"]),
        "campaigns": _campaigns(result),
        "senders": _senders(result),
        "signatures": _signatures(tables["signatures"]),
        "accounting": accounting_table(summary, ACCOUNTING, tables["problems"], len(tables["problems"])),
    }
    return render_page(
        ("短信投诉研判报告", "Triage of SMS complaints"), summary["source"], "report.html", parts
    )


def _masthead(summary: dict[str, Any]) -> str:
    span = f"{moment(summary['first'])} – {moment(summary['last'])}" if summary["first"] else "–"
    masked = masking_note(summary["masked"])
    return (
        f"<p>{both('来源', 'Source')}: <b>{text(summary['source'])}</b> · {both('时段', 'Period')}: {span} · "
        f"{both('生成', 'Made')}: {moment(summary['made'])} · {both('模型', 'Model')}: "
        f"{text(summary['model'])} · {masked}</p>"
    )


def _cards(summary: dict[str, Any]) -> str:
    n_read, used = count(summary["read"]), count(summary["used"])
    shares = [percent(summary[name]) for name in ("marketing_share_low", "marketing_share_high")]
    interval = f"{shares[0].removesuffix(' %')}–{shares[1]}"
    marketing = f"{count(summary['marketing'])} · 95 % {interval}" if summary["used"] else "–"
    inside, single = count(summary["in_campaigns"]), count(summary["single"])
    campaigns = both(f"含 {inside} 条；另有单条 {single}", f"hold {inside}; {single} single messages")
    cards = [
        card("投诉", "Complaints", used, both(f"读入 {n_read} 行", f"of {n_read} rows read")),
        card("判为营销", "Judged marketing", percent(summary["marketing_share"]), marketing),
        card("批次（≥2 条）", "Campaigns (2 or more)", count(summary["campaigns"]), campaigns),
    ]
    if summary["new_campaigns"] is not None:
        since = both("上次运行以来", "since the run before")
        cards.append(card("新批次", "New campaigns", count(summary["new_campaigns"]), since, "new"))
    cards.append(_peak_card(summary))
    if summary["senders"] is not None:
        signatures = count(summary["signatures"])
        below = both(f"签名 {signatures} 个", f"{signatures} signatures")
        cards.append(card("发送号码", "Senders", count(summary["senders"]), below))
    return "".join(cards)


def _peak_card(summary: dict[str, Any]) -> str:
    peak = summary["peak"]
    if peak is None:
        why = ("无日期", "no dates") if summary["first"] is None else ("未见激增", "none")
        return card("激增", "Surge", "–", both(*why))
    times = peak["complaints"] / peak["baseline"] if peak["baseline"] else None
    above = f"× {times:.1f}" if times else count(peak["complaints"])
    days = len(summary["surge_days"])
    return card(
        "激增峰值",
        "Surge peak",
        above,
        both(
            f"{peak['date']}，{count(peak['complaints'])} 条；激增 {days} 天",
            f"{peak['date']}, {count(peak['complaints'])}; {days} days of surge",
        ),
        "peak",
    )


def _timeline(result: TriageResult) -> str:
    days = result.tables["timeline"]
    if not days:
        return nothing(
            "输入中没有可用的日期，不能作趋势分析。",
            "The input holds no usable dates; there is no trend to show.",
        )
    surges = [day for day in days if day["surge"]]
    if not surges:
        return timeline_chart(days) + nothing("未见激增日。", "No day is a surge.")
    examples = {row["id"]: row for row in result.tables["campaigns"]}
    columns = (
        Column("激增日", "Surge", "date"),
        Column("投诉", "Complaints", "number"),
        Column("前14日中位数", "Median before", "number"),
        Column("当日最大批次", "Largest campaign of the day", "wide"),
    )
    rows = [
        (
            date_cell(day["date"]),
            number_cell(day["complaints"]),
            Cell(f"{day['baseline']:,.0f}", day["baseline"]),
            Cell(
                f"<code>{text(day['top_campaign'])}</code> × {count(day['top_campaign_complaints'])} "
                f"<q>{text(examples[day['top_campaign']]['example'])}</q>",
                day["top_campaign_complaints"],
            ),
        )
        for day in surges[:MOST_ROWS]
    ]
    return timeline_chart(days) + table(
        both("激增日及其最大批次", "Days of surge and their largest campaigns"), columns, rows
    )


def _sectors(sectors: list[dict[str, Any]]) -> str:
    if not any(row["complaints"] for row in sectors):
        return nothing("没有可用的投诉。", "There are no complaints.")
    return sector_bars(sectors)


def _campaigns(result: TriageResult) -> str:
    rows = [row for row in result.tables["campaigns"] if row["complaints"] > 1]
    shown = rows[:MOST_CAMPAIGNS] or result.tables["campaigns"][:MOST_ROWS]
    if not shown:
        return nothing("没有可用的投诉。", "There are no complaints.")
    cells = [
        (
            Cell(
                f"<code>{text(row['id'])}</code>"
                + (f' <b class="tag">{both("新", "new")}</b>' if row["new"] else ""),
                row["id"],
            ),
            number_cell(row["complaints"]),
            Cell(_details(row, clues), row["signature"]),
            _sector_cell(row["sector"]),
            number_cell(row["receivers"]),
            number_cell(row["senders"]),
            Cell(percent(row["refusal"]), row["refusal"]),
            date_cell(row["first_seen"]),
            date_cell(row["last_seen"]),
        )
        for row, clues in zip(shown, result.clues_by_campaign, strict=False)
    ]
    return table(cut_caption("批次", "Campaigns", len(shown), len(rows)), _CAMPAIGN_COLUMNS, cells)


def _details(row: dict[str, Any], clues: dict[str, Counter[str]]) -> str:
    items = [
        (both("均值概率", "Mean probability"), percent(row["probability"])),
        (both("种类", "Kind"), text(f"{row['kind'] or '–'} {row['kind_name'] or ''}")),
    ]
    for name, (chinese, english) in CLUE_NAMES.items():
        found = ranked(clues.get(name, Counter()))
        if found:
            more = len(found) - CLUES_SHOWN
            listed = "; ".join(f"{text(value)} × {count(times)}" for value, times in found[:CLUES_SHOWN])
            items.append((both(chinese, english), listed + (f" … +{count(more)}" if more > 0 else "")))
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in items)
    return f"<details><summary>{text(row['example'])}</summary><dl>{listed}</dl></details>"


def _sector_cell(name: str) -> Cell:
    sector = SECTORS[name]
    return Cell(both(escape(sector.chinese), escape(sector.english)), name)


def _senders(result: TriageResult) -> str:
    rows = result.tables["senders"]
    if not rows:
        return nothing("输入中没有发送号码。", "The input holds no sending numbers.")
    cells = [
        (
            Cell(f"<code>{text(row['sender'])}</code>", row["sender"]),
            Cell(sender_kind(row["kind"], row["carrier"]), row["kind"]),
            number_cell(row["complaints"]),
            share_cell(row, "share"),
            share_cell(row, "marketing_share"),
            number_cell(row["campaigns"]),
            Cell(percent(row["refusal"]), row["refusal"]),
            Cell(text(row["signature"] or "–"), row["signature"]),
            date_cell(row["last_seen"]),
        )
        for row in rows[:MOST_ROWS]
    ]
    return table(cut_caption("发送号码", "Senders", len(cells), len(rows)), _SENDER_COLUMNS, cells)


def _signatures(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return nothing("没有带签名的短信。", "No message bears a signature.")
    cells = [
        (
            Cell(f"【{text(row['signature'])}】", row["signature"]),
            number_cell(row["complaints"]),
            share_cell(row, "share"),
            share_cell(row, "marketing_share"),
            number_cell(row["senders"]),
            number_cell(row["campaigns"]),
            Cell(percent(row["refusal"]), row["refusal"]),
            date_cell(row["last_seen"]),
        )
        for row in rows[:MOST_ROWS]
    ]
    return table(cut_caption("签名", "Signatures", len(cells), len(rows)), _SIGNATURE_COLUMNS, cells)
