from __future__ import annotations

import csv
from pathlib import Path

import pytest

from spamsms.governance.triage import triage

EXAMPLE = Path(__file__).parent.parent / "data" / "complaints.csv"
pytestmark = pytest.mark.skipif(not EXAMPLE.is_file(), reason="data is part of a checkout only")


def test_the_example_is_what_its_script_makes() -> None:
    from benchmarks.complaints import make_rows

    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1:] == make_rows()


def test_the_example_shows_the_surge_the_sectors_and_the_campaigns() -> None:
    found = triage(EXAMPLE)
    summary = found.summary
    assert 3000 <= summary["read"] == summary["used"] <= 5000
    assert str(summary["peak"]["date"]) == "2025-11-11"
    surges = [str(day)[5:] for day in summary["surge_days"]]
    assert (
        {"10-31", "11-10", "11-11", "11-12"} <= set(surges) <= {"10-31", "11-09", "11-10", "11-11", "11-12"}
    )
    shares = {row["sector"]: row["share"] for row in found.tables["sectors"]}
    assert shares["ecommerce"] == max(shares.values())
    assert summary["in_campaigns"] > 0.9 * summary["used"]
    assert 150 < summary["campaigns"] < 250
