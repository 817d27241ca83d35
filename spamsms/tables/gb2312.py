"""The character set that every simplified text uses, and its first level: the characters in common use."""

from __future__ import annotations

_LAST_COMMON = b"\xd7\xf9"


def common_characters() -> list[str]:
    """Return the 3,755 characters of GB 2312, level 1, in the order of the standard."""
    codes = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return [code.decode("gb2312") for code in codes if code <= _LAST_COMMON]


def is_standard(char: str) -> bool:
    """Tell whether GB 2312 holds a character."""
    return bool(char.encode("gb2312", "ignore"))


def is_common(char: str) -> bool:
    """Tell whether a Chinese character stands in GB 2312, level 1."""
    code = char.encode("gb2312", "ignore")
    return len(code) == 2 and b"\xb0" <= code <= _LAST_COMMON
