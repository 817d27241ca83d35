"""Well-mixed 32-bit codes of characters and of their sounds, from which n-grams are hashed."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from spamsms.tables import characters

# Scrambled at a time, so that what comes in between takes no fresh memory.
_BLOCK = 1 << 13


def scramble(numbers: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Give each number a well-mixed 32-bit code (the finaliser of MurmurHash3)."""
    mixed = numbers.copy()
    flat = mixed.reshape(-1)
    for start in range(0, flat.size, _BLOCK):
        part = flat[start : start + _BLOCK]
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
            part ^= part >> np.uint32(shift)
            part *= np.uint32(factor)
        part ^= part >> np.uint32(16)
    return mixed


@lru_cache(maxsize=1)
def unit_codes() -> npt.NDArray[np.uint32]:
    """Return the code of each 16-bit unit, shape (65536,)."""
    return scramble(_own_numbers())


@lru_cache(maxsize=1)
def sound_numbers() -> npt.NDArray[np.uint32]:
    """Return a number by reading; units without one (letters, tokens, the boundary) keep their own."""
    sounds = characters.sounds()
    numbers = _own_numbers()
    np.add(sounds, np.uint32(1 << 20), out=numbers, where=sounds > 0)
    return numbers


@lru_cache(maxsize=1)
def sound_codes() -> npt.NDArray[np.uint32]:
    """Return the code of each unit's sound, shape (65536,)."""
    return scramble(sound_numbers())


@lru_cache(maxsize=1)
def unit_and_sound_codes() -> npt.NDArray[np.uint32]:
    """Return each unit's code and beside it its sound's, shape (65536, 2)."""
    return scramble(np.stack([_own_numbers(), sound_numbers()], axis=1))


def _own_numbers() -> npt.NDArray[np.uint32]:
    return np.arange(1, characters.TOP_OF_BMP + 2, dtype=np.uint32)
