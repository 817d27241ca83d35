"""Pieces of the report: escaped text in two languages, numbers, tables that can be sorted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from spamsms import __version__
from spamsms.governance.report_words import CARRIERS, SENDER_KINDS

LONGEST_TEXT = 500
MOST_PROBLEMS = 50
HERE = Path(__file__).parent
_PLACE = re.compile(r"\{\{([a-z_]+)\}\}")


class Column(NamedTuple):
    """A column of a table.

    Attributes
    ----------
    chinese, english : str
        Its heading.
    kind : str
        "number", "text", "id" or "date", which are not broken, or "wide", which takes what room there
        is; "extra" besides leaves it out of the print.
    """

    chinese: str
    english: str
    kind: str = "text"


class Cell(NamedTuple):
    """HTML to show and what to sort by."""

    html: str
    key: Any = ""


def render_page(title: tuple[str, str], source: str, sections: str, parts: dict[str, str]) -> str:
    """Return a page that needs no network.

    Parameters
    ----------
    title : tuple of str
        In Chinese and English.
    source : str
        Name of the file that it reports on.
    sections : str
        Name of the template of what stands between the key figures and the accounting of the input.
    parts : dict of str to str
        HTML for the places of the templates.
    """
    parts = {
        **parts,
        "title": text(f"{title[0]} {source}"),
        "heading": both(*title),
        "style": _read("page.css"),
        "script": _read("page.js"),
        "version": escape(__version__),
        "sections": _fill(_read(sections), parts),
    }
    return _fill(_read("page.html"), parts)


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _fill(template: str, parts: dict[str, str]) -> str:
    """Return a template with its places filled, once."""
    return _PLACE.sub(lambda match: parts[match[1]], template)


def card(chinese: str, english: str, value: str, below: str, kind: str = "") -> str:
    """Return a figure with what it is above and what goes with it below."""
    return (
        f'<div class="card {kind}"><h3>{both(chinese, english)}</h3><p class="figure">{value}</p>'
        f"<p>{below}</p></div>"
    )


def sender_kind(kind: str, carrier: str | None) -> str:
    """Return what a sending number is, and whose."""
    words = both(*SENDER_KINDS[kind])
    return f"{words} {both(CARRIERS.get(carrier, carrier), carrier)}" if carrier else words


def masking_note(masked: bool) -> str:
    """Return what is said of personal data in the page's head."""
    if masked:
        return both("个人信息已遮蔽", "personal data masked")
    return f'<strong class="alarm">{both("含未遮蔽的个人信息", "personal data not masked")}</strong>'


def cut_caption(chinese: str, english: str, shown: int, total: int) -> str:
    """Return a table's caption that says how many rows there are, where not all are shown."""
    if shown >= total:
        return both(chinese, english)
    return both(
        f"{chinese}：共 {count(total)}，此处列前 {count(shown)}，其余见表格文件",
        f"{english}: {count(shown)} of {count(total)}; the files hold the rest",
    )


def accounting_table(
    summary: dict[str, Any],
    names: dict[str, tuple[str, str]],
    problems: list[dict[str, Any]],
    n_problems: int,
) -> str:
    """Return what became of the rows, and the first of those with problems."""
    lines = "".join(
        f'<tr><th scope="row">{both(chinese, english)}</th>'
        f'<td class="number">{count(summary[name])}</td></tr>'
        for name, (chinese, english) in names.items()
    )
    used = "; ".join(f"{name} ← {column}" for name, column in summary["columns"].items() if column)
    parts = [
        f'<table class="plain"><tbody>{lines}</tbody></table>',
        f"<p>{both('所用列', 'Columns used')}: <code>{text(used or '–')}</code></p>",
    ]
    if problems:
        columns = (
            Column("行", "Line", "number"),
            Column("原因", "Reason", "wide"),
            Column("仍计入", "Used"),
        )
        cells = [
            (
                number_cell(row["line"]),
                Cell(text(row["reason"])),
                Cell(both("是", "yes") if row["used"] else both("否", "no")),
            )
            for row in problems[:MOST_PROBLEMS]
        ]
        caption = cut_caption("问题行", "Rows with problems", len(cells), n_problems)
        parts.append(table(caption, columns, cells))
    return "".join(parts)


def text(value: object) -> str:
    """Return anything as HTML, without characters that turn the direction of writing or are invisible."""
    plain = str(value)
    if not plain.isprintable():
        plain = "".join(
            " " if char in "\t\n\r" else char
            for char in plain
            if char in "\t\n\r" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co")
        )
    return escape(plain[:LONGEST_TEXT] + "…" * (len(plain) > LONGEST_TEXT))


def both(chinese: str, english: str) -> str:
    """Return a phrase in two languages, one of which is shown; both are HTML."""
    return f'<span lang="zh-CN" class="zh">{chinese}</span><span lang="en" class="en">{english}</span>'


def count(value: int | None) -> str:
    """Return a number with its thousands apart; a dash for none."""
    return "–" if value is None else f"{value:,}"


def percent(share: float | None, low: float | None = None, high: float | None = None) -> str:
    """Return a share in per cent, with its interval where there is one; a dash for none."""
    if share is None:
        return "–"
    shown = f"{100 * share:.1f} %"
    if low is None or high is None:
        return shown
    return f'{shown} <small class="ci">({100 * low:.1f}–{100 * high:.1f})</small>'


def moment(value: date | None) -> str:
    """Return a date, and the time of day where there is one."""
    if value is None:
        return "–"
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else value.isoformat()


def number_cell(value: int | None) -> Cell:
    """Return a cell of a count."""
    return Cell(count(value), -1 if value is None else value)


def share_cell(row: dict[str, Any], name: str) -> Cell:
    """Return a cell of a share with its interval."""
    value = row[name]
    if value is None:
        return Cell("–", -1)
    return Cell(percent(value, row[f"{name}_low"], row[f"{name}_high"]), value)


def date_cell(value: date | None) -> Cell:
    """Return a cell of a date."""
    return Cell("–" if value is None else value.strftime("%Y-%m-%d"), moment(value))


def table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table whose headings sort it.

    Parameters
    ----------
    caption : str
        HTML.
    columns : sequence of Column
    rows : iterable of sequence of Cell
        One cell a column.
    """
    heads = "".join(
        f'<th scope="col" class="{column.kind}" aria-sort="none">'
        f'<span role="button" tabindex="0">{both(escape(column.chinese), escape(column.english))}</span></th>'
        for column in columns
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{column.kind}" data-key="{escape(str(cell.key))}">{cell.html}</td>'
            for column, cell in zip(columns, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="group"><table class="sortable"><caption>{caption}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def nothing(chinese: str, english: str) -> str:
    """Return a line that says why there is nothing to show."""
    return f'<p class="nothing">{both(escape(chinese), escape(english))}</p>'
