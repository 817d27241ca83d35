"""Dates and times as complaint files write them, in China's time."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
EARLIEST, LATEST = 2000, 2099
_DATE = re.compile(
    r"(?P<year>[0-9]{4})[-/.年](?P<month>[0-9]{1,2})[-/.月](?P<day>[0-9]{1,2})日?"
    r"(?:[T ]*(?P<hour>[0-9]{1,2})[:：时点](?P<minute>[0-9]{1,2})?分?"
    r"(?:[:：]?(?P<second>[0-9]{1,2})(?:[.,][0-9]+)?秒?)?)?\s*(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_COMPACT = re.compile(
    r"(?P<year>20[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?:[T ]?(?P<hour>[0-9]{2}):?(?P<minute>[0-9]{2})(?::?(?P<second>[0-9]{2}))?)?(?P<zone>Z)?"
)
_EPOCH = re.compile(r"1[0-9]{9}(?:[0-9]{3})?(?:\.[0-9]+)?")


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
        None where there is none: an empty value, ``NaT`` or ``None``.

    Raises
    ------
    ValueError
        If it can not be read, is no date of the calendar, or lies outside
        2000 to 2099.
    """
    if value is None or value != value:
        return None
    if isinstance(value, datetime):
        return _checked(value)
    if isinstance(value, date):
        return _checked(datetime(value.year, value.month, value.day))
    written = str(value).strip()
    if written.lower() in ("", "nan", "nat", "none", "null", "-"):
        return None
    match = _DATE.fullmatch(written) or _COMPACT.fullmatch(written)
    if match:
        return _checked(_from_parts(match.groupdict()))
    if _EPOCH.fullmatch(written):
        seconds = float(written) / (1000 if len(written.partition(".")[0]) == 13 else 1)
        return _checked(datetime.fromtimestamp(int(seconds), CHINA))
    raise ValueError(f"{written[:40]!r} is no date and time; write it like 2025-11-11 08:30:00")


def _from_parts(parts: dict[str, str | None]) -> datetime:
    numbers = [int(parts[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
    try:
        found = datetime(*numbers)  # type: ignore[arg-type]
    except ValueError as error:
        raise ValueError(f"{'-'.join(map(str, numbers[:3]))} is no date and time: {error}") from None
    zone = parts["zone"]
    if zone is None:
        return found
    if zone == "Z":
        return found.replace(tzinfo=timezone.utc)
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    if minutes >= 24 * 60:
        raise ValueError(f"{zone!r} is no time zone")
    return found.replace(tzinfo=timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes)))


def _checked(found: datetime) -> datetime:
    if not EARLIEST <= found.year <= LATEST:
        raise ValueError(f"the year {found.year} lies outside {EARLIEST} to {LATEST}")
    if found.tzinfo is not None:
        found = found.astimezone(CHINA).replace(tzinfo=None)
    return found.replace(microsecond=0)
