"""A column of Arrow is scored as its messages are; what is no message is null."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from arbitrary_messages import MESSAGES

from spamsms import InputError, SpamClassifier, load_model, parallel, score_arrow
from spamsms import arrow as module
from spamsms.calibration import sigmoid

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

TEXTS = [*MESSAGES, "a\0b", "😀", ""]
ROWS = [TEXTS[0], None, *TEXTS[1:], None]
PAGE = Path(__file__).parent.parent / "docs" / "columnar.md"
KINDS = [pa.string(), pa.large_string(), pa.binary(), pa.large_binary()]
KINDS += [getattr(pa, name)() for name in ("string_view", "binary_view") if hasattr(pa, name)]


def expected(model: SpamClassifier, rows: list[str | None]) -> list[float | None]:
    return [None if row is None else float(sigmoid(model.decision_function([row]))[0]) for row in rows]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_each_type_of_texts_is_scored(char_model: SpamClassifier, kind: Any) -> None:
    rows = [row.encode() if row is not None and "binary" in str(kind) else row for row in ROWS]
    scores = score_arrow(pa.array(rows, kind), char_model)
    assert scores.type == pa.float64()
    assert scores.to_pylist() == expected(char_model, ROWS)
    assert score_arrow(pa.array(rows, kind).slice(1, 3), char_model).equals(scores.slice(1, 3))


def test_parts_of_a_column_join_up(char_model: SpamClassifier, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = score_arrow(pa.array(ROWS), char_model)
    monkeypatch.setattr(module, "_BYTES_A_PART", 100)
    assert score_arrow(pa.array(ROWS), char_model).equals(whole)


def test_values_of_a_dictionary_are_scored_once(
    char_model: SpamClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    column = pa.array(ROWS * 20).dictionary_encode()
    scored: list[str] = []
    score = module._score_chunk
    monkeypatch.setattr(
        module, "_score_chunk", lambda texts, model: scored.extend(texts.to_pylist()) or score(texts, model)
    )
    assert score(column, char_model).to_pylist() == expected(char_model, ROWS) * 20
    assert sorted(scored) == sorted(set(TEXTS))


def test_a_dictionary_larger_than_its_column_and_one_with_nulls(char_model: SpamClassifier) -> None:
    few = pa.DictionaryArray.from_arrays(pa.array([2, None, 0]), pa.array(TEXTS))
    assert score_arrow(few, char_model).to_pylist() == expected(char_model, [TEXTS[2], None, TEXTS[0]])
    holes = pa.DictionaryArray.from_arrays(pa.array([0, 1, 1]), pa.array([TEXTS[1], None]))
    assert score_arrow(holes, char_model).to_pylist() == expected(char_model, [TEXTS[1], None, None])


def test_chunks_stay_chunks(char_model: SpamClassifier) -> None:
    column = pa.chunked_array([TEXTS[:2], [], [None, TEXTS[2]]], pa.string())
    scores = score_arrow(column, char_model)
    assert [len(chunk) for chunk in scores.chunks] == [2, 0, 2]
    assert scores.to_pylist() == expected(char_model, [*TEXTS[:2], None, TEXTS[2]])
    assert score_arrow(pa.chunked_array([], pa.string()), char_model).type == pa.float64()


@pytest.mark.parametrize("kind", [pa.string(), pa.binary()], ids=str)
def test_what_is_no_utf_8_is_null_and_the_rest_is_scored(char_model: SpamClassifier, kind: Any) -> None:
    raw = pa.array([b"\xff\xfe", None, TEXTS[1].encode(), TEXTS[1].encode("gb18030")], pa.binary())
    column = pa.Array.from_buffers(kind, len(raw), raw.buffers())
    assert score_arrow(column, char_model).to_pylist() == expected(char_model, [None, None, TEXTS[1], None])


def test_a_column_of_nulls_or_of_nothing(char_model: SpamClassifier) -> None:
    assert score_arrow(pa.nulls(2), char_model).to_pylist() == [None, None]
    assert score_arrow(pa.array([None], pa.string()), char_model).to_pylist() == [None]
    assert score_arrow(pa.array([], pa.string()), char_model).to_pylist() == []


def test_several_processes_give_the_same(char_model: SpamClassifier, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (module, parallel):
        monkeypatch.setattr(place, "CHARACTERS_WORTH_STARTING", 10)
    monkeypatch.setattr(module, "_BYTES_A_PART", 100)
    two_jobs = copy.copy(char_model).set_params(n_jobs=2)
    assert score_arrow(pa.array(ROWS), two_jobs).to_pylist() == expected(char_model, ROWS)


def test_a_model_may_be_named(folder: Path, char_model: SpamClassifier) -> None:
    assert score_arrow(pa.array(TEXTS), folder).to_pylist() == expected(char_model, list(TEXTS))
    assert score_arrow(pa.array([TEXTS[0]])).equals(score_arrow(pa.array([TEXTS[0]]), "zh"))


@pytest.mark.parametrize(
    ("column", "model", "message"),
    [
        (["a"], None, r"array is of type list; pass a pyarrow\.Array"),
        (pa.array([1]), None, "array holds int64; pass a column of strings, or cast it to string"),
        (pa.chunked_array([[1.5]]), None, "array holds double"),
        (pa.array([["a"]]), None, "array holds list"),
        (pa.array([1]).dictionary_encode(), None, "array holds dictionary<values=int64"),
        (pa.array(["a"]), 5, "model is of type int; pass a SpamClassifier"),
        (pa.array(["a"]), "nobody", "no model 'nobody'"),
    ],
)
def test_what_cannot_be_scored_is_named(column: Any, model: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        score_arrow(column, model)


def test_without_pyarrow_the_extra_is_named(run_python: Callable[[str], str]) -> None:
    program = """
import sys; sys.modules["pyarrow"] = None
import spamsms
try: spamsms.score_arrow([])
except spamsms.InputError as error: print(error)
"""
    assert 'pip install "spamsms[arrow]"' in run_python(program)


@pytest.fixture
def documented(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """Run the examples of a section of the documentation beside a file of messages."""
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"text": ROWS}), tmp_path / "messages.parquet")
    monkeypatch.chdir(tmp_path)
    page = PAGE.read_text("utf-8")

    def run(section: str) -> dict[str, Any]:
        names: dict[str, Any] = {"__name__": "example"}
        text = page.split(f"## {section}\n")[1].split("\n## ")[0]
        for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
            exec(code, names)
        return names

    return run


def test_arrow_as_documented(documented: Callable[[str], dict[str, Any]]) -> None:
    names = documented("Arrow")
    assert names["table"]["spam"].to_pylist() == expected(load_model(), ROWS)
    assert names["probabilities"].to_pylist() == expected(load_model(), ROWS)


def test_duckdb_as_documented(documented: Callable[[str], dict[str, Any]]) -> None:
    pytest.importorskip("duckdb", reason="DuckDB is not installed")
    scores = zip(ROWS, expected(load_model(), ROWS), strict=True)
    likely = [(text, score) for text, score in scores if score is not None and score > 0.9]
    assert likely
    assert sorted(documented("DuckDB")["found"].fetchall()) == sorted(likely)


def test_polars_as_documented(documented: Callable[[str], dict[str, Any]]) -> None:
    pytest.importorskip("polars", reason="Polars is not installed")
    assert documented("Polars")["scored"]["spam"].to_list() == expected(load_model(), ROWS)
