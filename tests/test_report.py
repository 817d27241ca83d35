from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from complaint_files import HOSTILE, complaint_rows, write_complaints
from html_pages import Outline

from spamsms.governance.report import MOST_CAMPAIGNS, MOST_ROWS, render_report
from spamsms.governance.report_html import text
from spamsms.governance.triage import TriageResult, triage

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NETWORK = re.compile(r"""(?:src|href|action)\s*=|url\(|@import|https?://(?!www\.w3\.org)""")


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> TriageResult:
    return triage(write_complaints(tmp_path_factory.mktemp("report") / "complaints.csv"))


@pytest.fixture(scope="module")
def page(result: TriageResult) -> str:
    return render_report(result)


def test_the_page_needs_nothing_but_itself(page: str) -> None:
    shown = re.sub(r"<details>.*?</details>", "", page, flags=re.S)
    assert not NETWORK.search(shown)
    assert "default-src 'none'" in page


def test_the_page_shows_figures_surge_sectors_campaigns_and_accounting(page: str) -> None:
    said = Outline(page).said
    for part in (
        "140",
        "2025-10-21",
        "× 15.0",
        "电商与零售",
        "Finance",
        "106900001234",
        "优选商城",
        "Rows read",
    ):
        assert part in said
    assert page.count('class="band"') == 1


def test_every_phrase_is_there_in_both_languages(page: str) -> None:
    outline = Outline(page)
    kinds = [attributes.get("class") for tag, attributes in outline.seen if tag == "span"]
    assert kinds.count("zh") == kinds.count("en") > 50


def test_tables_have_headings_and_charts_say_what_they_show(page: str) -> None:
    outline = Outline(page)
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in outline.seen if tag == "th")
    assert all(attributes.get("role") == "img" for tag, attributes in outline.seen if tag == "svg")
    assert outline.count("caption") == outline.count("thead") == 4


def test_hostile_messages_stay_text() -> None:
    signed = f"【{HOSTILE[:12]}】全场五折，退订回T"
    frame = pd.DataFrame(
        {
            "text": [HOSTILE, HOSTILE, signed, signed, *["{{title}} {{cards}} 到店即送好礼一份"] * 2],
            "sender": ["<b>1069</b>", "' onmouseover='x", "1069", "<img src=x>", "{{masthead}}", ""],
            "reported_at": ["<i>", "2025-11-11", "2025-11-11", "2025-11-12", "", ""],
        }
    )
    outline = Outline(render_report(triage(frame, unmask=True)))
    assert outline.count("script") == 1
    assert outline.count("img") == outline.count("q") == 0
    assert not any(name.startswith("on") for name in outline.attributes)
    said = outline.said
    assert "<script>alert(1)</script>" in said
    assert "{{cards}}" in said
    assert "{{masthead}}" in said


def test_invisible_and_turning_characters_are_not_shown() -> None:
    assert text("a\u202eb\u200bc\x00d\ne\ud800") == "abcd e"
    assert text("<&\"'>") == "&lt;&amp;&quot;&#x27;&gt;"
    assert len(text("长" * 2000)) == 501


@pytest.mark.parametrize("n_rows", [0, 1])
@pytest.mark.parametrize("columns", [["text"], ["text", "time", "sender", "receiver"]])
def test_a_page_comes_of_hardly_any_rows(n_rows: int, columns: list[str]) -> None:
    row = {"text": "全场五折，退订回T", "time": "2025-11-11", "sender": "1069000012345", "receiver": "x"}
    frame = pd.DataFrame([{name: row[name] for name in columns}] * n_rows, columns=columns)
    page = render_report(triage(frame))
    outline = Outline(page)
    assert outline.count("svg") == (n_rows if "time" in columns else 0)
    assert ("没有可用的投诉" in page) == (n_rows == 0)


def test_long_tables_are_cut_and_say_so(result: TriageResult) -> None:
    first = result.tables["campaigns"][0]
    many: dict[str, Any] = {
        "campaigns": [first, *({**first, "id": f"{n:012x}"} for n in range(MOST_CAMPAIGNS + 6))],
        "senders": result.tables["senders"][:1] * (MOST_ROWS + 3),
    }
    clues = result.clues_by_campaign[:1] * len(many["campaigns"])
    cut = TriageResult(result.summary, {**result.tables, **many}, result.found, clues)
    page = render_report(cut)
    assert page.count("<details>") == MOST_CAMPAIGNS
    assert f"{MOST_CAMPAIGNS} of {MOST_CAMPAIGNS + 7}" in page
    assert f"{MOST_ROWS} of {MOST_ROWS + 3}" in page


def test_years_of_days_fit_into_the_chart() -> None:
    days = [str(date(2020, 1, 1) + timedelta(days=n)) for n in range(0, 2000, 9)]
    page = render_report(triage(pd.DataFrame({"text": ["全场五折"] * len(days), "time": days})))
    widths = [float(value) for value in re.findall(r'<rect x="([0-9.]+)"', page)]
    assert max(widths) < 960


def browse(page: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    if BROWSER is None:
        pytest.skip("no Chromium is installed")
    profile = page.parent / "profile"
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", *arguments]
    return subprocess.run([BROWSER, *options, page.as_uri()], capture_output=True, timeout=120, check=True)


SORT_AND_REPORT = """
<script>
document.querySelectorAll('table.sortable')[1].querySelectorAll('thead [role=button]')[1].click();
document.querySelectorAll('table.sortable')[1].querySelectorAll('thead [role=button]')[1].click();
document.querySelector('[data-show=en]').click();
document.querySelector('details').open = true;
document.title = [
  document.querySelectorAll('table.sortable')[1].tBodies[0].rows[0].cells[1].textContent,
  document.documentElement.lang,
  getComputedStyle(document.querySelector('h1 .zh')).display,
  document.querySelector('details dl').getBoundingClientRect().height > 0,
  document.documentElement.scrollWidth <= innerWidth,
  window.hacked === undefined,
].join('|');
</script>"""


def test_a_browser_shows_the_page_sorts_it_and_runs_nothing_of_the_messages(tmp_path: Path) -> None:
    rows = complaint_rows()
    rows += [
        ("2025-10-21", "1069", "r", '<script>window.hacked=1</script><svg onload="window.hacked=1">')
    ] * 2
    triage(write_complaints(tmp_path / "c.csv", rows)).write(tmp_path / "out")
    page = tmp_path / "out" / "report.html"
    page.write_text(
        page.read_text(encoding="utf-8").replace("</body>", SORT_AND_REPORT + "</body>"), encoding="utf-8"
    )
    shown = browse(page, "--window-size=1280,900", "--dump-dom").stdout.decode("utf-8")
    title = re.search(r"<title>([^<]*)</title>", shown)
    assert title is not None
    assert title[1] == "2|en|none|true|true|true"


def test_a_browser_prints_the_page(tmp_path: Path, page: str) -> None:
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    browse(path, f"--print-to-pdf={tmp_path / 'report.pdf'}")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_carriers_are_named_in_both_languages() -> None:
    frame = pd.DataFrame({"text": ["全场5折，退订回T"] * 2, "sender": "13812345678"})
    page = render_report(triage(frame))
    assert "中国移动" in page
    assert "China Mobile" in page
