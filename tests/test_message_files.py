from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spamsms.errors import DatasetError, InputError
from spamsms.message_files import Message, Record, RowError, format_by_ending, read_messages, read_table
from spamsms.text_lines import ByteSource

ADVERT = "【优选商城】会员日满300减50，退订回T"
DINNER = "妈，我晚上回家吃饭"


def rows_of(
    data: bytes | str, file_format: str, column: str | None = None, encoding: str | None = None
) -> list[Message | RowError]:
    raw = data.encode("utf-8") if isinstance(data, str) else data
    source = ByteSource(io.BytesIO(raw), "inbox", encoding)
    return list(read_messages(source, file_format, column).rows)


def texts_of(rows: list[Message | RowError]) -> list[str]:
    assert all(isinstance(row, Message) for row in rows), rows
    return [row.text for row in rows if isinstance(row, Message)]


# -- every message comes back ---------------------------------------------------------------------


ENCODABLE = st.characters(exclude_categories=["Cs"])
# Line breaks and quotes come up far more often than chance would have it; 3.10's csv knows no NUL.
AWKWARD = st.sampled_from(["\n", "\r\n", '"', '""', ",", "\t", "'", "\\", "\u2028", "\x85", "\ufeff", " "])
PIECES = st.one_of(AWKWARD, st.text(ENCODABLE, max_size=4), st.sampled_from([ADVERT, DINNER]))
MESSAGES = st.lists(st.lists(PIECES, max_size=6).map("".join), max_size=8)
CSV_MESSAGES = MESSAGES.map(lambda texts: [text.replace("\0", "") for text in texts])
LINE_MESSAGES = MESSAGES.map(lambda texts: [text.replace("\n", "").rstrip("\r") for text in texts])
TSV_MESSAGES = LINE_MESSAGES.map(lambda texts: [text.replace("\t", "").rstrip("\r") for text in texts])


@given(MESSAGES)
def test_messages_written_as_jsonl_come_back_row_for_row(texts: list[str]) -> None:
    for ascii_only in (True, False):
        data = "".join(json.dumps({"id": 1, "text": text}, ensure_ascii=ascii_only) + "\n" for text in texts)
        assert texts_of(rows_of(data, "jsonl")) == texts


@given(CSV_MESSAGES, st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_messages_written_as_csv_come_back_row_for_row(texts: list[str], quote: bool, ending: str) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL if quote else csv.QUOTE_MINIMAL, lineterminator=ending)
    writer.writerow(["id", "text"])
    # csv.writer leaves a lone \r bare where it is not part of the line ending.
    texts = texts if quote else [text.replace("\r", "") for text in texts]
    writer.writerows(enumerate(texts))
    assert texts_of(rows_of(file.getvalue(), "csv")) == texts


@given(TSV_MESSAGES, st.sampled_from(["\n", "\r\n"]))
def test_messages_written_as_tsv_come_back_row_for_row(texts: list[str], ending: str) -> None:
    data = f"text\tid{ending}" + "".join(f"{text}\t1{ending}" for text in texts)
    assert texts_of(rows_of(data, "tsv")) == texts


@given(LINE_MESSAGES, st.sampled_from(["\n", "\r\n"]))
def test_messages_written_as_txt_come_back_row_for_row(texts: list[str], ending: str) -> None:
    # A byte order mark before the first message is no part of it.
    texts = [text if row else text.lstrip("\ufeff") for row, text in enumerate(texts)]
    data = "".join(text + ending for text in texts)
    assert texts_of(rows_of(data, "txt")) == texts


@given(TSV_MESSAGES)
def test_messages_of_a_table_with_one_column_come_back_even_empty_ones(texts: list[str]) -> None:
    data = "content\n" + "".join(text + "\n" for text in texts)
    assert texts_of(rows_of(data, "tsv")) == texts


# -- bad rows -------------------------------------------------------------------------------------


def test_a_csv_row_that_spans_lines_leaves_the_line_numbers_right() -> None:
    rows = rows_of('id,text\n1,"一\n二\n三"\n2,四\n3,五,六\n', "csv")
    assert rows == [
        Message(2, "一\n二\n三"),
        Message(5, "四"),
        RowError(6, "3 fields where the header has 2"),
    ]


def test_a_quote_never_closed_costs_its_own_row_and_no_other() -> None:
    rows = rows_of('id,text\n1,好\n2,"未闭合\n3,晚饭\n4,"有, 逗号"\n5,再见\n', "csv")
    assert [row.line for row in rows] == [2, 3, 4, 5, 6]
    assert isinstance(rows[1], RowError)
    assert "not valid csv" in rows[1].reason
    assert [row.text for row in rows if isinstance(row, Message)] == ["好", "晚饭", "有, 逗号", "再见"]


def test_a_quote_never_closed_at_the_end_of_the_file_keeps_the_rows_below_it() -> None:
    rows = rows_of('id,text\n1,"未闭合\n2,晚饭\n3,再见\n', "csv")
    assert isinstance(rows[0], RowError)
    assert rows[1:] == [Message(3, "晚饭"), Message(4, "再见")]


def test_a_row_of_endless_quoted_lines_is_given_up() -> None:
    data = 'id,text\n1,"未闭合\n' + "2,晚饭\n" * 40_000
    rows = rows_of(data, "csv")
    assert isinstance(rows[0], RowError)
    assert len(rows) == 40_001


def test_quotes_mean_nothing_in_a_tsv() -> None:
    assert rows_of('id\ttext\n1\t"好\n2\t他说"好"\n', "tsv") == [Message(2, '"好'), Message(3, '他说"好"')]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": null}', "'text' is a JSON null where text is expected"),
        ('{"text": 12}', "'text' is a JSON number where text is expected"),
        ('{"text": 1.5}', "'text' is a JSON number where text is expected"),
        ('{"text": true}', "'text' is a JSON boolean where text is expected"),
        ('{"text": {"a": 1}}', "'text' is a JSON object where text is expected"),
        ('{"text": ["a"]}', "'text' is a JSON array where text is expected"),
        ('{"id": 1}', "no key 'text'"),
        ("null", "a JSON null where an object is expected"),
        ('"好"', "a JSON string where an object is expected"),
        ("{", "not valid JSON: Expecting property name enclosed in double quotes at character 2"),
        ("", "a blank line"),
        ('{"text": ' + "1" * 5000 + "}", None),
        ("[" * 100_000, None),
    ],
)
def test_a_json_row_without_a_text_is_reported_and_the_others_are_read(line: str, reason: str | None) -> None:
    rows = rows_of(f'{{"text": "好", "id": 1}}\n{line}\n{{"text": "再见"}}\n', "jsonl")
    assert rows[0] == Message(1, "好")
    assert isinstance(rows[1], RowError)
    assert rows[1].line == 2
    assert reason is None or rows[1].reason == reason
    assert rows[2] == Message(3, "再见")


def test_blank_lines_end_a_table_silently_and_are_reported_inside_it() -> None:
    assert rows_of("id,text\n1,好\n\n\n2,嗯\n\n\n", "csv") == [
        Message(2, "好"),
        RowError(3, "a blank line", blank=True),
        RowError(4, "a blank line", blank=True),
        Message(5, "嗯"),
    ]
    assert rows_of('{"text": "好"}\n\n \n', "jsonl") == [Message(1, "好")]


@pytest.mark.parametrize(
    ("file_format", "data"),
    [
        ("txt", f"{ADVERT}\nBAD\n{DINNER}\n"),
        ("csv", f'text\n{ADVERT}\n"BAD"\n{DINNER}\n'),
        ("tsv", f"text\n{ADVERT}\nBAD\n{DINNER}\n"),
        ("jsonl", f'{{"text":"{ADVERT}"}}\n{{"text":"BAD"}}\n{{"text":"{DINNER}"}}\n'),
    ],
)
@pytest.mark.parametrize(
    ("encoding", "wrong", "named"), [("utf-8", b"\xff", "UTF-8"), ("gb18030", b"\xff", "GB18030")]
)
def test_a_row_that_cannot_be_decoded_is_reported_alone(
    file_format: str, data: str, encoding: str, wrong: bytes, named: str
) -> None:
    rows = rows_of(data.encode(encoding).replace(b"BAD", b"BAD" + wrong), file_format)
    assert [type(row) for row in rows] == [Message, RowError, Message]
    assert isinstance(rows[1], RowError)
    assert rows[1].line == rows[0].line + 1
    assert rows[1].reason.startswith(f"not {named} at byte ")
    assert rows[1].reason.endswith("(ff)")


def test_undecodable_bytes_in_a_csv_field_that_spans_lines_cost_that_row() -> None:
    data = f'id,text\n1,"{ADVERT}\n'.encode() + b'\xff\xfe"\n2,' + f"{DINNER}\n".encode()
    assert rows_of(data, "csv") == [RowError(3, "not UTF-8 at byte 1 (ff)"), Message(4, DINNER)]


# -- columns --------------------------------------------------------------------------------------


def test_the_column_is_text_or_the_only_one_or_the_one_named() -> None:
    assert rows_of("id,text\n1,好\n", "csv") == [Message(2, "好")]
    assert rows_of("content\n好\n", "csv") == [Message(2, "好")]
    assert rows_of("id,content\n1,好\n", "csv", "content") == [Message(2, "好")]
    assert rows_of('{"content": "好"}\n', "jsonl") == [Message(1, "好")]
    assert rows_of('{"id": 1, "content": "好"}\n', "jsonl", "content") == [Message(1, "好")]
    assert rows_of("\ufeff text ,id\n好,1\n", "csv") == [Message(2, "好")]


@pytest.mark.parametrize(
    ("data", "column", "message"),
    [
        ("id,content\n1,好\n", None, "inbox: no column 'text' among 'id', 'content'; name the one"),
        ("id,text\n1,好\n", "content", "inbox: no column 'content' among 'id', 'text'"),
        ("text,text\n1,好\n", None, "inbox: the header names 'text' twice"),
        ("", None, "inbox: the file is empty; a csv starts with a header"),
        ("\nid,text\n", None, "inbox:1: the header is blank"),
        ('id,"text\n1,好\n', None, "inbox:1: the header cannot be read: not valid csv"),
    ],
)
def test_a_table_without_the_column_is_refused_with_the_reason(
    data: str, column: str | None, message: str
) -> None:
    with pytest.raises(DatasetError, match=message):
        rows_of(data, "csv", column)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(
        InputError, match="the format must be one of txt, csv, tsv, jsonl, parquet, not 'xlsx'"
    ):
        rows_of("", "xlsx")


def test_the_format_follows_the_ending_in_whatever_case() -> None:
    assert [format_by_ending(name) for name in ("a.txt", "b.CSV", "c.x.tsv", "d.jsonl")] == [
        "txt",
        "csv",
        "tsv",
        "jsonl",
    ]
    with pytest.raises(InputError, match=r"'a\.xlsx' ends in none of \.txt, \.csv, \.tsv, \.jsonl"):
        format_by_ending("a.xlsx")


# -- whole tables ---------------------------------------------------------------------------------


def test_read_table_gives_all_columns_as_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text,label\n1,好,0\n2,嗯\n", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(
        '{"text": "好", "label": 1, "kind": null, "ok": true}\n{"text": 3}\n', encoding="utf-8"
    )
    assert list(read_table(tmp_path / "a.csv", needed=("text",))) == [
        Record(2, {"id": "1", "text": "好", "label": "0"}),
        RowError(3, "2 fields where the header has 3"),
    ]
    assert list(read_table(tmp_path / "b.jsonl", needed=("text",))) == [
        Record(1, {"text": "好", "label": "1", "ok": "true"}),
        RowError(2, "'text' is a JSON number where text is expected"),
    ]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", "id,label\n", r"a\.csv: no column 'text' among 'id', 'label'"),
        ("a.csv", "text,text,label\n", r"a\.csv: the header names 'text' twice"),
        ("a.txt", "", r"ends in none of \.csv, \.tsv, \.jsonl"),
        (".", None, "ends in none of"),
    ],
)
def test_read_table_refuses_what_it_cannot_use(
    tmp_path: Path, name: str, data: str | None, message: str
) -> None:
    if data is not None:
        (tmp_path / name).write_text(data, encoding="utf-8")
    with pytest.raises(DatasetError, match=message):
        list(read_table(tmp_path / name, needed=("text",)))


def test_read_table_says_why_a_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DatasetError, match=r"missing\.csv: cannot be read \(No such file"):
        list(read_table(tmp_path / "missing.csv"))
    with pytest.raises(DatasetError, match=r"folder\.csv: cannot be read"):
        list(read_table(tmp_path / "folder.csv"))
