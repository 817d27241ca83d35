"""Dates are read as complaint files write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from spamsms.governance.dates import Day, parse_time


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2025/11/11 下午 8:30:00", datetime(2025, 11, 11, 20, 30)),
        ("2025-11-11 上午8:30", datetime(2025, 11, 11, 8, 30)),
        ("2025年11月11日 凌晨12点", datetime(2025, 11, 11, 0, 0)),
        ("2025-11-11 中午12:05", datetime(2025, 11, 11, 12, 5)),
        ("2025-11-11 PM 1:05", datetime(2025, 11, 11, 13, 5)),
        ("2025-11-11T12:00:00Z", datetime(2025, 11, 11, 20, 0)),
    ],
)
def test_times_are_read_as_they_are_written_in_china(written: str, read: datetime) -> None:
    assert parse_time(written) == read
    assert not isinstance(parse_time(written), Day)


@pytest.mark.parametrize("written", ["2025-11-11", "20251111", "2025年11月11日", date(2025, 11, 11)])
def test_a_day_says_that_it_has_no_time(written: str | date) -> None:
    found = parse_time(written)
    assert isinstance(found, Day)
    assert found == datetime(2025, 11, 11)
    assert not isinstance(parse_time("2025-11-11 00:00"), Day)


@pytest.mark.parametrize("written", ["2025-11-11 25:00", "0000-00-00", "2025-13-45"])
def test_what_is_no_date_is_quoted_whole(written: str) -> None:
    with pytest.raises(ValueError, match=f"'{written}' is no date and time"):
        parse_time(written)
