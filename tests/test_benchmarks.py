"""The benchmarks' parts that time nothing: messages, medians, tables, the chart, what is asked for."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import spamsms
from benchmarks import engines, messages, peers, report, timing
from benchmarks.__main__ import (
    RESULTS,
    SECTIONS,
    chosen_sections,
    measures,
    read_figures,
    with_section,
    write_figures,
)
from benchmarks.chart import draw_speed, write_chart
from benchmarks.fresh_processes import LONGEST_FIT_SECONDS, fit_growing

TEXTS = ["【优选商城】满300减50，退订回T", "妈，我晚上回家吃饭", "验证码 482913，5分钟内有效"]
LABELS = [1, 0, 0]


@pytest.fixture
def figures() -> dict[str, Any]:
    """Figures as a run writes them, of two sections and a peer each."""
    about = {"date": "2026-01-02", "processor": "Abacus", "cores": 2, "load_before": 0.5, "python": "3.11.7"}
    pair = [peers.SPAMSMS, peers.JIEBA]
    return {
        "sections": {
            "batch": {
                **about,
                "messages": 8000,
                "mean_characters": 32.4,
                "per_second": dict(zip(pair, ([9000.0, 8000.0, 9500.0], [75.0, 70.0, 80.0]), strict=True)),
                "times_slower": dict(zip(pair, ([1.0, 1.0, 1.0], [120.0, 110.4, 130.0]), strict=True)),
            },
            "single": {
                **about,
                "p50_us": dict(zip(pair, (30.0, 750.0), strict=True)),
                "p99_us": dict(zip(pair, (60.0, 1500.0), strict=True)),
                "times_slower": dict(zip(pair, (1.0, 25.0), strict=True)),
            },
            "fit": {
                **about,
                "fits": {
                    peers.SPAMSMS: {
                        "1000": {"rows": 1000, "seconds": 2.0, "peak_mb": 100.0},
                        "8000": {"rows": 8000, "seconds": 16.0, "peak_mb": 900.0},
                    },
                    peers.JIEBA: {"1000": {"rows": 1000, "seconds": 11.0, "peak_mb": 300.0}},
                },
            },
        }
    }


@given(length=st.integers(1, 600), count=st.integers(0, 20), seed=st.integers(0, 99))
def test_messages_of_a_length_have_that_length(length: int, count: int, seed: int) -> None:
    made = messages.messages_of_length(TEXTS, length, count, seed)
    assert [len(text) for text in made] == [length] * count
    assert made == messages.messages_of_length(TEXTS, length, count, seed)


def test_messages_of_a_length_need_a_text() -> None:
    with pytest.raises(ValueError, match="no text"):
        messages.messages_of_length(["", ""], 10, 1)


@given(text=st.text(max_size=60), seed=st.integers(0, 999))
def test_a_varied_message_without_a_sender_keeps_its_length(text: str, seed: int) -> None:
    if "【" not in text:
        assert len(messages.vary(text, random.Random(seed))) == len(text)


def test_rows_grow_from_the_messages_themselves_to_others_like_them() -> None:
    rows = list(messages.grow(TEXTS, LABELS, 3000))
    assert rows[:3] == list(zip(TEXTS, LABELS, strict=True))
    assert [label for _, label in rows] == LABELS * 1000
    assert len({text for text, _ in rows}) > 1500
    assert any("【优选商城】" not in text and "【" in text for text, label in rows if label)
    assert rows == list(messages.grow(TEXTS, LABELS, 3000))
    assert rows != list(messages.grow(TEXTS, LABELS, 3000, seed=1))


def test_no_rows_grow_from_nothing() -> None:
    with pytest.raises(ValueError, match="no message"):
        list(messages.grow([], [], 1))


def test_usual_messages_are_of_the_usual_length() -> None:
    texts, labels = messages.read_corpus()
    assert len(texts) == len(labels)
    assert set(labels) == {0, 1}
    usual = messages.usual_messages(texts, 50)
    assert len(usual) == 50
    assert all(len(text) in messages.USUAL for text in usual)


def test_every_work_has_its_turn_in_every_round_and_none_is_always_first() -> None:
    done: list[str] = []
    works = {name: lambda n=name: done.append(n) for name in "abc"}
    taken = timing.time_in_turns(works, 3)
    assert {name: len(times) for name, times in taken.items()} == {"a": 3, "b": 3, "c": 3}
    assert ["".join(done[i : i + 3]) for i in (0, 3, 6)] == ["abc", "bca", "cab"]


def test_spread_is_median_and_quartiles() -> None:
    assert timing.spread([5.0, 1.0, 2.0, 3.0, 4.0]) == [3.0, 2.0, 4.0]
    assert timing.spread([1.234]) == [1.23] * 3


def test_ratios_are_of_medians_with_quartiles_over_rounds() -> None:
    found = timing.ratios({"ours": [1.0, 2.0, 4.0], "theirs": [10.0, 40.0, 40.0]}, "ours")
    assert found["ours"] == [1.0, 1.0, 1.0]
    # Round by round 10, 20 and 10 times; of the medians 40 / 2.
    assert found["theirs"] == [20.0, 10.0, 15.0]


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 51), (0.99, 100), (1.0, 100)])
def test_percentile_is_one_of_the_values(share: float, value: int) -> None:
    assert timing.percentile(list(range(100, 0, -1)), share) == value


def test_fits_stop_growing_before_they_take_too_long() -> None:
    def fit(count: int) -> dict[str, Any]:
        return {"rows": count, "seconds": LONGEST_FIT_SECONDS * count / 300}

    assert list(fit_growing([100, 200, 300, 600], fit)) == ["100", "200", "300"]
    assert list(fit_growing([900], fit)) == ["900"]


def test_sections_come_in_the_order_of_a_full_run() -> None:
    assert chosen_sections(None) == list(SECTIONS)
    assert chosen_sections("single, batch") == ["batch", "single"]
    assert set(measures()) == set(SECTIONS)


@pytest.mark.parametrize("text", ["batches", "batch,nothing", " , "])
def test_unknown_sections_are_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(ValueError, match="there are batch, length"):
        chosen_sections(text)


@pytest.mark.parametrize("name", peers.installed_peers())
def test_a_kept_peer_scores_as_it_did(name: str, tmp_path: Path) -> None:
    if name == peers.SPAMSMS:
        texts, labels = (column[::40] for column in messages.read_corpus())
    elif name == peers.FASTTEXT:
        pytest.skip("writes 800 MB")
    else:
        texts, labels = TEXTS, LABELS
    peer = peers.fit_peer(name, texts, labels)
    peer.save(tmp_path / "kept")
    loaded = peers.load_peer(name, tmp_path / "kept")
    assert list(loaded.scores(TEXTS)) == pytest.approx(list(peer.scores(TEXTS)), abs=1e-6)
    assert len(loaded.batch(TEXTS)) == len(TEXTS)


def test_the_kept_run_has_no_section_that_is_no_longer_measured() -> None:
    kept = read_figures(RESULTS)["sections"]
    assert kept
    assert list(kept) == [name for name in SECTIONS if name in kept]
    assert all(section["date"] and section["processor"] for section in kept.values())


def test_a_section_measured_again_replaces_itself_alone(figures: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    write_figures(path, with_section(read_figures(path), "fit", {"date": "old"}))
    write_figures(path, with_section(read_figures(path), "batch", figures["sections"]["batch"]))
    write_figures(path, with_section(read_figures(path), "fit", {"date": "new"}))
    assert read_figures(path) == {"sections": {"batch": figures["sections"]["batch"], "fit": {"date": "new"}}}


def test_readme_names_machine_date_ratios_and_chart(figures: dict[str, Any]) -> None:
    table = report.readme_table(figures)
    for part in ("2 × Abacus", "2026-01-02", "load average 0.5 to 0.5", "ratios", report.CHART):
        assert part in " ".join(table.split())
    rows = [line for line in table.splitlines() if line.startswith("|")]
    assert rows == [
        "| | messages/s | spamsms is faster by | one message, median | faster by |",
        "|---|--:|--:|--:|--:|",
        "| spamsms | 9,000 |  | 30 µs |  |",
        "| jieba + TF-IDF + LR | 75 | 120 × (110–130) | 750 µs | 25.0 × |",
    ]
    assert "on 1,000 rows, the most that jieba + TF-IDF + LR is timed on, it is 5.5 × as fast." in " ".join(
        table.split()
    )


def test_readme_says_nothing_of_what_was_not_measured(figures: dict[str, Any]) -> None:
    del figures["sections"]["single"]
    figures["sections"]["fit"]["fits"].pop(peers.JIEBA)
    table = report.readme_table(figures)
    assert "one message" not in table
    assert "takes 16 s and 900 MB above the texts." in " ".join(table.split())


def test_dates_of_sections_measured_on_several_days_are_a_span(figures: dict[str, Any]) -> None:
    figures["sections"]["batch"]["date"] = "2026-03-04"
    figures["sections"]["fit"]["date"] = "2026-02-03"
    assert "2026-01-02 to 2026-03-04" in report.machine_line(figures["sections"])


def test_readme_table_is_put_between_the_marks(figures: dict[str, Any], tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{report.MARKS[0]}\nFORMER\n{report.MARKS[1]}\nafter\n", encoding="utf-8")
    report.write_readme_table(readme, figures)
    text = readme.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{report.MARKS[0]}\n| |")
    assert text.endswith(f"\n{report.MARKS[1]}\nafter\n")
    assert "FORMER" not in text


@pytest.mark.parametrize("section", ["batch", "single", "fit"])
def test_terminal_shows_every_name_of_a_section(section: str, figures: dict[str, Any]) -> None:
    shown = report.terminal_table(section, figures["sections"][section])
    for key, value in figures["sections"][section].items():
        assert key in shown
        for name in value if isinstance(value, dict) else ():
            assert name in shown


def test_chart_is_drawn_of_what_was_measured(figures: dict[str, Any], tmp_path: Path) -> None:
    write_chart(tmp_path / "new" / "speed.png", figures)
    assert (tmp_path / "new" / "speed.png").read_bytes().startswith(b"\x89PNG")
    titles = [axis.get_title() for axis in draw_speed(figures).axes if axis.get_visible()]
    assert [title.split(":")[0] for title in titles] == ["Batch of 8,000", "One message", "Fit, seconds"]


def test_readme_says_what_scoring_costs_within_engines(figures: dict[str, Any]) -> None:
    figures["sections"]["engines"] = {
        "date": "2026-01-02", "load_before": 0.5, "cores": 2, "processor": "Abacus", "python": "3.11.7",
        "per_second": {"DuckDB": {"nothing": [4e6] * 3, "scoring": [600_000.0] * 3}},
        "share": {"DuckDB": [0.15] * 3},
    }  # fmt: skip
    told = " ".join(report.readme_table(figures).split())
    assert "scores 600,000 messages/s in DuckDB (15 %); in brackets: of the speed" in told
    figures["sections"]["engines"] |= {"per_second": {}, "share": {}}
    assert "engines" not in report.readme_table(figures)


@pytest.mark.parametrize("engine", [engines.DUCKDB, engines.POLARS])
def test_queries_within_engines_sum_scores_and_nothing(engine: str, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    pytest.importorskip(engine.lower(), reason=f"{engine} is not installed")
    path = tmp_path / "messages.parquet"
    parquet.write_table(pa.table({"text": TEXTS * 10}), path)
    queries = {engines.DUCKDB: engines.duckdb_queries, engines.POLARS: engines.polars_queries}[engine]
    with queries(path) as works:
        found = {name: np.ravel(work())[0] for name, work in works.items()}
    expected = 10 * spamsms.load_model().predict_proba(TEXTS)[:, 1].sum()
    assert found == {engines.NOTHING: 0, engines.SCORING: pytest.approx(expected)}
