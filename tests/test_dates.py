"""Dates are read as complaint files write them."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any

import pandas as pd
import pytest

from spamsms.governance.dates import Day, parse_time


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2025/1/2 8:05", datetime(2025, 1, 2, 8, 5)),
        ("2025年11月11日 8时30分", datetime(2025, 11, 11, 8, 30)),
        ("20251111083015", datetime(2025, 11, 11, 8, 30, 15)),
        ("2025-11-11T00:30:00Z", datetime(2025, 11, 11, 8, 30)),
        ("2025-11-11T01:30:00.5+09:00", datetime(2025, 11, 11, 0, 30)),
        ("1762821000", datetime(2025, 11, 11, 8, 30)),
        ("1762821000000", datetime(2025, 11, 11, 8, 30)),
        (datetime(2025, 11, 11, 0, 30, tzinfo=timezone.utc), datetime(2025, 11, 11, 8, 30)),
        ("2025/11/11 下午 8:30:00", datetime(2025, 11, 11, 20, 30)),
        ("2025-11-11 上午8:30", datetime(2025, 11, 11, 8, 30)),
        ("2025年11月11日 凌晨12点", datetime(2025, 11, 11, 0, 0)),
        ("2025-11-11 中午12:05", datetime(2025, 11, 11, 12, 5)),
        ("2025-11-11 PM 1:05", datetime(2025, 11, 11, 13, 5)),
        ("2025-11-11T12:00:00Z", datetime(2025, 11, 11, 20, 0)),
    ],
)
def test_times_are_read_as_they_are_written_in_china(written: str | datetime, read: datetime) -> None:
    assert parse_time(written) == read
    assert not isinstance(parse_time(written), Day)


@pytest.mark.parametrize("written", ["2025-11-11", "20251111", "2025年11月11日", date(2025, 11, 11)])
def test_a_day_says_that_it_has_no_time(written: str | date) -> None:
    found = parse_time(written)
    assert isinstance(found, Day)
    assert found == datetime(2025, 11, 11)
    assert not isinstance(parse_time("2025-11-11 00:00"), Day)


@pytest.mark.parametrize("written", [pd.NaT, "", None])
def test_what_is_empty_is_no_date(written: Any) -> None:
    assert parse_time(written) is None


def test_a_day_before_there_were_messages_is_refused() -> None:
    with pytest.raises(ValueError, match="the year 1897 lies outside"):
        parse_time("1897-01-01")


@pytest.mark.parametrize(
    "written",
    ["gestern", "2025-11-11 25:00", "0000-00-00", "2025-13-45", "2025-02-30", "11/11/2025"],
)
def test_what_is_no_date_is_quoted_whole(written: str) -> None:
    with pytest.raises(ValueError, match=f"'{written}' is no date and time"):
        parse_time(written)
