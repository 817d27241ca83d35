from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamsms import text_lines
from spamsms.errors import DatasetError, InputError
from spamsms.text_lines import ByteSource, guess_encoding, read_lines

ADVERT = "【优选商城】会员日满300减50，退订回T"
DINNER = "妈，我晚上回家吃饭"


def read(data: bytes, encoding: str | None = None) -> list[str]:
    lines = list(read_lines(ByteSource(io.BytesIO(data), "inbox", encoding)))
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert all(line.problem is None for line in lines), lines
    return [line.text for line in lines]


@given(st.lists(st.sampled_from([ADVERT, DINNER, "plain", ""]), max_size=30), st.integers(1, 40))
def test_small_blocks_give_the_rows_that_one_block_gives(texts: list[str], block: int) -> None:
    data = "".join(f"{text}\n" for text in texts).encode("gb18030")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_lines, "BLOCK", block)
        assert read(data, "gb18030") == texts


def test_a_line_of_many_megabytes_is_reported_and_memory_stays_small() -> None:
    class Endless(io.RawIOBase):
        left = 24

        def read(self, size: int = -1) -> bytes:
            self.left -= 1
            if self.left < 0:
                return b""
            return b"x" * (1 << 20) if self.left else b"y\nshort\n"

    tracemalloc.start()
    try:
        lines = list(read_lines(ByteSource(Endless(), "inbox")))  # type: ignore[arg-type]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert lines == [(1, "", "longer than 1,048,576 bytes; a line holds one message"), (2, "short", None)]
    assert peak < 8 << 20


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_the_encoding_is_told_by_the_bytes(encoding: str) -> None:
    assert read(f"{ADVERT}\n{DINNER}\n".encode(encoding)) == [ADVERT, DINNER]


def test_the_encoding_is_told_where_chinese_comes_long_after_the_start() -> None:
    start = b"plain\n" * (text_lines.BLOCK // 3)
    for encoding in ("utf-8", "gb18030"):
        assert read(start + f"{DINNER}\n".encode(encoding))[-1] == DINNER


def test_a_few_damaged_bytes_do_not_make_utf8_gb18030() -> None:
    assert guess_encoding(DINNER.encode() + b"\xff\xc3(") == "utf-8"
    assert guess_encoding(DINNER.encode("gb18030")) == "gb18030"
    assert guess_encoding("联通".encode("gbk")) == "gb18030"


def test_an_encoding_given_is_used() -> None:
    assert read("會員優惠\n".encode("big5"), "big5") == ["會員優惠"]
    assert read(f"\ufeff{DINNER}\n".encode(), "UTF8") == [DINNER]


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("klingon", "the encoding 'klingon' is unknown"),
        ("a\0b", "is unknown"),
        ("base64", "is unknown"),
        ("utf-16", "cannot be read line by line"),
    ],
)
def test_an_encoding_that_cannot_be_used_is_refused(encoding: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(b"", encoding)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_file_in_wide_characters_is_refused_with_a_remedy(encoding: str) -> None:
    with pytest.raises(DatasetError, match="inbox: the file is in UTF-16 or UTF-32; save it as UTF-8"):
        read(DINNER.encode(encoding))


def test_the_bytes_read_are_told() -> None:
    told: list[int] = []
    data = f"{ADVERT}\n".encode() * 10
    list(read_lines(ByteSource(io.BytesIO(data), "inbox", on_read=told.append)))
    assert sum(told) == len(data)
