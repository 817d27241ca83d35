"""Well-mixed 32-bit codes of characters and of their sounds, from which n-grams are hashed."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from spamsms.tables import characters


def scramble(numbers: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Give each number a well-mixed 32-bit code (the finaliser of MurmurHash3)."""
    mixed = numbers.copy()
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        mixed ^= mixed >> np.uint32(shift)
        mixed *= np.uint32(factor)
    return mixed ^ (mixed >> np.uint32(16))


@lru_cache(maxsize=1)
def unit_codes() -> npt.NDArray[np.uint32]:
    """Return the code of each 16-bit unit, shape (65536,)."""
    return scramble(np.arange(1, characters.TOP_OF_BMP + 2, dtype=np.uint32))


@lru_cache(maxsize=1)
def sound_numbers() -> npt.NDArray[np.uint32]:
    """Return a number by reading; units without one (letters, tokens, the boundary) keep their own."""
    sounds = characters.sounds().astype(np.uint32)
    own = np.arange(1, sounds.size + 1, dtype=np.uint32)
    return np.where(sounds > 0, np.uint32(1 << 20) + sounds, own)


@lru_cache(maxsize=1)
def sound_codes() -> npt.NDArray[np.uint32]:
    """Return the code of each unit's sound, shape (65536,)."""
    return scramble(sound_numbers())


@lru_cache(maxsize=1)
def unit_and_sound_codes() -> npt.NDArray[np.uint32]:
    """Return each unit's code and beside it its sound's, shape (65536, 2)."""
    return np.stack([unit_codes(), sound_codes()], axis=1)
