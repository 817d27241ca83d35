"""Days on which far more is reported than on the days before.

A day is a surge when its count stands more than :data:`DEVIATIONS` robust standard
deviations above the median of the (at most) 14 days before that were none
themselves, is half as high again as that median, and is at least
:data:`FEWEST`. The deviation is 1.4826 times the median absolute deviation
(Iglewicz & Hoaglin 1993, who propose 3.5 as the limit), and never less than the
square root of the median, which is what chance alone gives (Poisson), nor than
one. A day with fewer than five such days before it cannot be judged. What lasts
longer than 14 days is no surge but the new normal, and judged against itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

DEVIATIONS = 3.5
FEWEST = 10
HALF_AS_HIGH_AGAIN = 1.5
DAYS_BEFORE = 14
FEWEST_DAYS = 5
# Makes the median absolute deviation of normal noise its standard deviation.
_MAD_SCALE = 1.4826


class Day(NamedTuple):
    """What was usual before a day, and whether it is far above that.

    Attributes
    ----------
    baseline : float or None
        Median of the days before; None where they are too few.
    limit : float or None
        Count above which a day is a surge.
    surge : bool
    """

    baseline: float | None
    limit: float | None
    surge: bool


def mark_surges(counts: Sequence[int]) -> list[Day]:
    """Mark surges.

    Parameters
    ----------
    counts : sequence of int
        One a day, without gaps.

    Returns
    -------
    list of Day
        One a day.
    """
    before: deque[int] = deque(maxlen=DAYS_BEFORE)
    rising: list[int] = []
    days = []
    for count in counts:
        if len(before) < FEWEST_DAYS:
            days.append(Day(None, None, False))
            before.append(count)
            continue
        middle = float(median(before))
        spread = max(_MAD_SCALE * median(abs(value - middle) for value in before), middle**0.5, 1.0)
        limit = max(middle + DEVIATIONS * spread, HALF_AS_HIGH_AGAIN * middle, FEWEST - 1)
        surge = count > limit
        days.append(Day(middle, limit, surge))
        rising = [*rising, count] if surge else []
        if len(rising) > DAYS_BEFORE:
            before.extend(rising)
            rising = []
        elif not surge:
            before.append(count)
    return days
