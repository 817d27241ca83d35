"""A profile of labelled data as HTML that needs no other file and runs no script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from spamsms.kinds import KINDS
from spamsms.training.profile import HISTOGRAM, QUANTILES, DatasetProfile, TemplateGroup

ROWS_SHOWN = 100
SPAM_COLOUR, WANTED_COLOUR = "#c8553d", "#3d7ea6"
STYLE = """
.spamsms-profile { font: 14px/1.5 system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
  max-width: 960px; color: #222; background: #fff; padding: 0 12px }
.spamsms-profile h2 { font-size: 17px; margin: 24px 0 6px; border: 0 }
.spamsms-profile table { border-collapse: collapse; margin: 4px 0 }
.spamsms-profile td, .spamsms-profile th { padding: 2px 12px 2px 0; text-align: left; vertical-align: top;
  border: 0; background: none }
.spamsms-profile td.n, .spamsms-profile th.n { text-align: right; font-variant-numeric: tabular-nums }
.spamsms-profile .warning { border-left: 4px solid #d9a300; background: #fff8e0; padding: 6px 10px;
  margin: 6px 0 }
.spamsms-profile .fine { border-left: 4px solid #4b9b5f; background: #eef8f0; padding: 6px 10px }
.spamsms-profile .track { display: inline-block; width: 180px; height: 10px; background: #eee }
.spamsms-profile .bar { display: block; height: 10px }
.spamsms-profile .message { white-space: pre-wrap; word-break: break-word; max-width: 560px }
.spamsms-profile summary { cursor: pointer; font-weight: 600; margin-top: 18px }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def render_page(profile: DatasetProfile) -> str:
    """Return a whole HTML document."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        "<title>Profile of labelled messages</title>\n</head>\n<body>\n"
        f"{render_fragment(profile)}\n</body>\n</html>\n"
    )


def render_fragment(profile: DatasetProfile) -> str:
    """Return what a notebook shows."""
    rows, duplicates = profile.rows, profile.duplicates
    files = ", ".join(profile.files)
    parts = [
        f"<style>{STYLE}</style>",
        f"<h2>{_text(_cut(files, 200))}</h2>",
        _class_bar(rows["spam"], rows["wanted"]),
        _table(
            ("", "n:rows"),
            [
                ("read", f"{rows['read']:,}"),
                ("spam", f"{rows['spam']:,}"),
                ("wanted", f"{rows['wanted']:,}"),
                ("unusable", f"{rows['unusable']:,}"),
                ("repeat an earlier one", f"{duplicates['repeated']:,}"),
                ("bear both labels", f"{duplicates['label_conflicts']:,}"),
                ("in template groups of two and more", f"{duplicates['in_groups']:,}"),
                *((f"with a {name}", f"{count:,}") for name, count in profile.fields.items() if count),
                *((f"{name} script", f"{count:,}") for name, count in profile.scripts.items()),
            ],
        ),
        "<h2>Warnings</h2>",
        *(f'<div class="warning">{_text(warning)}</div>' for warning in profile.warnings),
        *([] if profile.warnings else ['<div class="fine">None.</div>']),
        _style_section(profile),
        _length_section(profile),
        _source_section(profile),
        _group_section("The largest template groups", profile.largest_groups),
        _group_section("Template groups with both labels", profile.mixed_groups),
        _audit_section(profile),
        _problem_section(profile),
    ]
    return f'<div class="spamsms-profile">{"".join(parts)}</div>'


def _text(value: Any) -> str:
    """Return text as HTML; characters that HTML has no place for are replaced."""
    return escape("".join(char if char.isprintable() or char == "\n" else " " for char in str(value)))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of plain text; a column whose title starts with ``n:`` holds numbers, ``h:`` HTML."""
    marks = [title[:2] if title[1:2] == ":" else "" for title in header]
    titles = [title.removeprefix(mark) for title, mark in zip(header, marks, strict=True)]

    def cell(tag: str, mark: str, value: str) -> str:
        return f"<{tag}{' class=n' if mark == 'n:' else ''}>{value}</{tag}>"

    head = "".join(cell("th", mark, _text(title)) for mark, title in zip(marks, titles, strict=True))
    body = "".join(
        "<tr>"
        + "".join(
            cell("td", mark, value if mark == "h:" else _text(value))
            for mark, value in zip(marks, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _bar(share: float, colour: str) -> str:
    width = max(0.0, min(1.0, share))
    return (
        f'<span class="track"><span class="bar" style="width:{width:.1%};background:{colour}"></span></span>'
    )


def _class_bar(spam: int, wanted: int) -> str:
    share = spam / max(spam + wanted, 1)
    middle = 480 * share
    return (
        f'<svg role="img" aria-label="{share:.1%} spam" width="480" height="14">'
        f'<rect width="{middle:.1f}" height="14" fill="{SPAM_COLOUR}"/>'
        f'<rect x="{middle:.1f}" width="{480 - middle:.1f}" height="14" fill="{WANTED_COLOUR}"/></svg>'
        f'<div><span style="color:{SPAM_COLOUR}">■</span> spam {share:.1%} '
        f'<span style="color:{WANTED_COLOUR}">■</span> wanted {1 - share:.1%}</div>'
    )


def _style_section(profile: DatasetProfile) -> str:
    if not profile.separation:
        return ""
    rows = []
    for figure in profile.separation:
        if figure.feature == "length":
            shares = (f"{figure.spam:.0f}", f"{figure.wanted:.0f}")
        elif figure.spam != figure.spam:
            shares = ("", "")
        else:
            shares = (f"{figure.spam:.1%}", f"{figure.wanted:.1%}")
        colour = "#d9a300" if figure.leaks else "#9aa7b0"
        rows.append(
            (
                figure.feature,
                *shares,
                _bar(2 * figure.separation - 1, colour),
                f"{figure.separation:.1%} ({figure.low:.1%}–{figure.high:.1%})",
            )
        )
    return (
        "<h2>How far style alone tells the labels apart</h2><div>50 % says nothing, 100 % everything; "
        "of length the middle one.</div>" + _table(("", "n:spam", "n:wanted", "h:", "separates"), rows)
    )


def _length_section(profile: DatasetProfile) -> str:
    """Return a histogram of lengths, the classes beside each other."""
    highest = max(
        (
            max(lengths["histogram"]) / max(sum(lengths["histogram"]), 1)
            for lengths in profile.lengths.values()
        ),
        default=0,
    )
    bars = []
    for name, colour, shift in (("spam", SPAM_COLOUR, 0), ("wanted", WANTED_COLOUR, 18)):
        counts = profile.lengths.get(name, {}).get("histogram", [])
        for place, count in enumerate(counts):
            height = 90 * count / max(sum(counts), 1) / (highest or 1)
            bars.append(
                f'<rect x="{place * 44 + shift}" y="{96 - height:.1f}" width="16" height="{height:.1f}" '
                f'fill="{colour}"><title>{name} {count:,}</title></rect>'
            )
    labels = [
        f'<text x="{place * 44}" y="110" font-size="11">{edge}{"+" if edge == HISTOGRAM[-1] else ""}</text>'
        for place, edge in enumerate(HISTOGRAM)
    ]
    width = 44 * len(HISTOGRAM)
    titles = ["least" if q == 0 else "most" if q == 1 else f"{q:.0%}" for q in QUANTILES]
    rows = [(name, *map(str, lengths["quantiles"])) for name, lengths in profile.lengths.items()]
    drawn = "".join([*bars, *labels])
    return (
        "<h2>Length in characters</h2>"
        f'<svg role="img" aria-label="lengths" width="{width}" height="116">{drawn}</svg>'
        + _table(("", *(f"n:{title}" for title in titles)), rows)
    )


def _source_section(profile: DatasetProfile) -> str:
    rows = [
        (source, f"{counts['spam']:,}", f"{counts['wanted']:,}")
        for source, counts in list(profile.sources.items())[:ROWS_SHOWN]
    ]
    found = "<h2>Sources</h2>" + _table(("", "n:spam", "n:wanted"), rows)
    if set(profile.kinds) != {""}:
        kinds = [
            (code or "(none)", KINDS.get(code, ""), f"{count:,}")
            for code, count in list(profile.kinds.items())[:ROWS_SHOWN]
        ]
        found += "<h2>Kinds</h2>" + _table(("", "", "n:messages"), kinds)
    return found


def _group_section(title: str, groups: list[TemplateGroup]) -> str:
    if not groups:
        return ""
    rows = [
        (f"{group.spam:,}", f"{group.wanted:,}", f"{group.file}:{group.line}", _message(group.text))
        for group in groups
    ]
    table = _table(("n:spam", "n:wanted", "first at", "h:message"), rows)
    return f"<details><summary>{title}</summary>{table}</details>"


def _message(text: str) -> str:
    return f'<span class="message">{_text(_cut(text, 300))}</span>'


def _audit_section(profile: DatasetProfile) -> str:
    if profile.audit is None:
        return ""
    suspects = profile.audit.suspects
    rows = [
        (
            f"{item.file}:{item.line}",
            "spam" if item.label else "wanted",
            f"{item.probability:.3f}",
            _message(item.text),
        )
        for item in suspects[:ROWS_SHOWN]
    ]
    table = _table(("where", "label", "n:its probability", "h:message"), rows)
    return f"<details><summary>Labels that are probably wrong: {len(suspects):,}</summary>{table}</details>"


def _problem_section(profile: DatasetProfile) -> str:
    if not profile.problems:
        return ""
    rows = [(f"{item.file}:{item.line}", _cut(item.reason, 300)) for item in profile.problems[:ROWS_SHOWN]]
    title = f"Rows not used as they stand, and label conflicts: {len(profile.problems):,}"
    return f"<details><summary>{title}</summary>{_table(('where', 'why'), rows)}</details>"
