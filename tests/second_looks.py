"""A second look with weights that no random generator has to give the same on every platform."""

from __future__ import annotations

import numpy as np

from spamsms.kinds import KIND_SPACE, LARGEST_WEIGHT, KindHead
from spamsms.second_look import SecondLook

CODES = ("R", "F", "H", "M", "c", "b", "p")


def pseudorandom_head() -> KindHead:
    """Return a head of seven kinds, whose last pack of lanes is not full."""
    numbers = np.arange(KIND_SPACE.n_features * len(CODES), dtype=np.uint64)
    numbers = numbers * np.uint64(2654435761) >> np.uint64(12)
    weights = (numbers % np.uint64(2 * LARGEST_WEIGHT + 1)).astype(np.int16) - LARGEST_WEIGHT
    weights[: len(CODES)] = 0  # the boundary's, which is no feature
    one = np.ones(len(CODES))
    return KindHead(
        CODES,
        weights.astype(np.int8).reshape(-1, len(CODES)),
        0.01 * one,
        np.linspace(-0.5, 0.25, len(CODES)),
        one,
    )


def pseudorandom_second_look() -> SecondLook:
    """Return a second look that has its whole say about some messages, and some say about others."""
    return SecondLook(pseudorandom_head(), scale=0.7, low=-4.0, high=2.0, fading=3.0)
