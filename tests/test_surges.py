from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamsms.governance.surges import DAYS_BEFORE, FEWEST_DAYS, mark_surges

USUAL = [50, 47, 55, 52, 49, 51, 48]


def surges(counts: list[int]) -> list[int]:
    return [place for place, day in enumerate(mark_surges(counts)) if day.surge]


def test_a_day_far_above_those_before_is_a_surge() -> None:
    assert surges([*USUAL, 180, 51]) == [7]


def test_every_day_of_a_surge_is_marked_since_surges_do_not_raise_the_baseline() -> None:
    assert surges([*USUAL, 150, 300, 420, 200, 50]) == [7, 8, 9, 10]
    assert {day.baseline for day in mark_surges([*USUAL, 150, 300, 420])[7:]} == {50.0}


def test_usual_noise_is_none() -> None:
    assert surges([*USUAL, 60, 40, 63, 58]) == []


def test_a_few_complaints_more_on_quiet_days_are_none() -> None:
    assert surges([0, 0, 1, 0, 0, 0, 5, 9]) == []
    assert surges([0, 0, 1, 0, 0, 0, 10]) == [6]


def test_the_first_days_are_not_judged() -> None:
    marks = mark_surges([5, 500, 5, 5, 5, 5])
    assert [day.baseline is None for day in marks] == [True] * FEWEST_DAYS + [False]


def test_what_lasts_becomes_the_new_normal() -> None:
    marked = surges([*USUAL, *[300] * 40])
    assert marked == list(range(7, 7 + DAYS_BEFORE + 1))


@given(st.lists(st.integers(0, 10**6), max_size=80))
def test_a_surge_stands_above_its_limit_and_no_other_day_does(counts: list[int]) -> None:
    for count, day in zip(counts, mark_surges(counts), strict=True):
        assert day.surge == (day.limit is not None and count > day.limit)


@pytest.mark.parametrize("counts", [[], [3]])
def test_no_days_and_one_day_are_no_surge(counts: list[int]) -> None:
    assert surges(counts) == []
