"""Dates and times as complaint files write them, in China's time."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from spamsms.validation import is_missing

CHINA = timezone(timedelta(hours=8))
EARLIEST, LATEST = 2000, 2099
_HALF = "(?P<half>上午|下午|凌晨|早上|中午|晚上|[AaPp][Mm])"
_DATE = re.compile(
    r"(?P<year>[0-9]{4})[-/.年](?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})日?"
    rf"(?:[T ]*{_HALF}?[ ]*(?P<hour>[0-9]{{1,2}})[:：时点](?P<minute>[0-9]{{1,2}})?分?"
    r"(?:[:：]?(?P<second>[0-9]{1,2})(?:[.,][0-9]+)?秒?)?)?\s*(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_COMPACT = re.compile(
    r"(?P<year>20[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?:[T ]?(?P<hour>[0-9]{2}):?(?P<minute>[0-9]{2})(?::?(?P<second>[0-9]{2}))?)?(?P<zone>Z)?"
)
_EPOCH = re.compile(r"1[0-9]{9}(?:[0-9]{3})?(?:\.[0-9]+)?")


class Day(datetime):
    """A day of which no time is known; it counts from midnight."""


def parse_time(value: object) -> datetime | None:
    """Return a point in time as China's clocks show it, without a zone.

    Parameters
    ----------
    value : str, datetime or date
        ``2025-11-11 08:30:00``, ``2025/11/11``, ``2025年11月11日 8时30分``,
        ``20251111083000``, ISO 8601 with a zone, or seconds or milliseconds
        since 1970; without a zone it is taken to be China's time.

    Returns
    -------
    datetime or None
        None where there is none: an empty value, ``NaT`` or ``None``; a
        :class:`Day` where no time of the day is given.

    Raises
    ------
    ValueError
        If it can not be read, is no date of the calendar, or lies outside
        2000 to 2099.
    """
    if is_missing(value):
        return None
    if isinstance(value, datetime):
        return _checked(value)
    if isinstance(value, date):
        return _checked(Day(value.year, value.month, value.day))
    written = str(value).strip()
    if written.lower() in ("", "nan", "nat", "none", "null", "-"):
        return None
    match = _DATE.fullmatch(written) or _COMPACT.fullmatch(written)
    if match:
        return _checked(_from_parts(written, match.groupdict()))
    if _EPOCH.fullmatch(written):
        seconds = float(written) / (1000 if len(written.partition(".")[0]) == 13 else 1)
        return _checked(datetime.fromtimestamp(int(seconds), CHINA))
    raise ValueError(f"{written[:40]!r} is no date and time; write it like 2025-11-11 08:30:00")


def _from_parts(written: str, parts: dict[str, str | None]) -> datetime:
    numbers = [int(parts[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
    if parts.get("half"):
        numbers[3] = _of_the_day(numbers[3], str(parts["half"]))
    try:
        found = (Day if parts["hour"] is None else datetime)(*numbers)  # type: ignore[arg-type]
    except ValueError as error:
        raise ValueError(f"{written[:40]!r} is no date and time: {error}") from None
    zone = parts["zone"]
    if zone is None:
        return found
    if zone == "Z":
        return found.replace(tzinfo=timezone.utc)
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    if minutes >= 24 * 60:
        raise ValueError(f"{zone!r} is no time zone")
    return found.replace(tzinfo=timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes)))


def _of_the_day(hour: int, half: str) -> int:
    """Return an hour of the day for one of 上午 or 下午."""
    if half in ("下午", "晚上") or half.lower() == "pm":
        return hour + 12 if hour < 12 else hour
    return 0 if hour == 12 and half != "中午" else hour


def _checked(found: datetime) -> datetime:
    if not EARLIEST <= found.year <= LATEST:
        raise ValueError(f"the year {found.year} lies outside {EARLIEST} to {LATEST}")
    if found.tzinfo is not None:
        found = found.astimezone(CHINA).replace(tzinfo=None)
    return found.replace(microsecond=0)
