"""Spark scores columns as the library does, on Parquet with bad rows in it too."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from arbitrary_messages import MESSAGES

from spamsms import InputError, SpamClassifier
from spamsms import spark as module

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
pd = pytest.importorskip("pandas", reason="pandas is not installed")
pytest.importorskip("pyspark", reason="PySpark is not installed (spamsms[spark])")
if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
    pytest.skip("Java is not installed", allow_module_level=True)

BAD = [b"\xff\xfe", MESSAGES[1].encode("gb18030"), None]
COPIES = 40


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Spark on this machine, with two Python workers and small batches."""
    from pyspark.sql import SparkSession

    folder = str(tmp_path_factory.mktemp("spark"))
    options = {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": folder,
        "spark.sql.warehouse.dir": folder,
        "spark.sql.execution.arrow.maxRecordsPerBatch": "50",
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={folder}",
    }
    builder = SparkSession.builder.master("local[2]").appName("spamsms tests")
    for name, value in options.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    yield spark
    spark.stop()


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file of messages among which some are null, and some, although strings, no UTF-8."""
    import pyarrow.parquet as pq

    raw = pa.array([*(text.encode() for text in MESSAGES), *BAD] * COPIES, pa.binary())
    texts = pa.Array.from_buffers(pa.string(), len(raw), raw.buffers())
    path = tmp_path_factory.mktemp("parquet") / "messages.parquet"
    table = pa.table({"row": range(len(raw)), "text": texts, "raw": raw, "number": [7] * len(raw)})
    pq.write_table(table, path, row_group_size=100)
    return str(path)


def column_of(frame: Any, column: Any) -> list[Any]:
    return [row[1] for row in frame.select("row", column).orderBy("row").collect()]


def test_probabilities_of_parquet_with_bad_rows(
    session: Any, parquet: str, char_model: SpamClassifier, tmp_path: Path
) -> None:
    score = module.pandas_udf(char_model)
    known = [char_model.classify(text).probability for text in MESSAGES]
    frame = session.read.parquet(parquet)
    frame.withColumn("spam", score("raw")).write.parquet(str(tmp_path / "scored"))
    found = session.read.parquet(str(tmp_path / "scored"))
    assert column_of(found, "spam") == (known + [None] * len(BAD)) * COPIES


@pytest.mark.skipif(int(pd.__version__.split(".")[0]) < 3, reason="pandas 2 decodes strings before the UDF")
def test_strings_that_are_no_utf_8_are_null(session: Any, parquet: str, char_model: SpamClassifier) -> None:
    found = column_of(session.read.parquet(parquet), module.pandas_udf(char_model)("text"))
    assert [value is None for value in found] == ([False] * len(MESSAGES) + [True] * len(BAD)) * COPIES


def test_verdicts_have_the_fields_of_the_library(session: Any, parquet: str) -> None:
    import spamsms

    model = spamsms.load_model()
    found = column_of(session.read.parquet(parquet), module.pandas_udf(verdict=True)("raw"))
    verdicts = [model.classify(text) for text in MESSAGES]
    known = [(each.probability, each.is_spam, each.action, each.kind) for each in verdicts]
    assert [tuple(row) for row in found] == (known + [(None,) * 4] * len(BAD)) * COPIES


def test_a_model_without_kinds_gives_none(session: Any, char_model: SpamClassifier) -> None:
    frame = session.createDataFrame([(1, "回家吃饭"), (2, None)], "row int, text string")
    found = column_of(frame, module.pandas_udf(char_model, verdict=True)("text"))
    assert [row.kind for row in found] == [None, None]
    assert found[0].action == char_model.classify("回家吃饭").action


def test_a_worker_unpacks_a_model_once(char_model: SpamClassifier) -> None:
    pickled = pickle.dumps(module.ShippedModel(char_model))
    first, second = (pickle.loads(pickled).model for _ in range(2))
    assert first is second
    assert first is not char_model
    assert first.decision_function(MESSAGES).tolist() == char_model.decision_function(MESSAGES).tolist()
    assert (first.threshold, first.n_jobs) == (char_model.threshold, None)
    assert pickle.loads(pickle.dumps(first)).hash_ == char_model.hash_


def test_another_threshold_is_another_model(char_model: SpamClassifier, folder: Path) -> None:
    strict = SpamClassifier.load(folder)
    strict.threshold = 0.999
    received = [
        pickle.loads(pickle.dumps(module.ShippedModel(model))).model for model in (char_model, strict)
    ]
    assert [model.threshold for model in received] == [char_model.threshold, 0.999]


def test_a_model_that_is_none_is_named() -> None:
    with pytest.raises(InputError, match="model is of type int; pass a SpamClassifier"):
        module.pandas_udf(5)  # type: ignore[arg-type]


def test_without_pyspark_the_extra_is_named(run_python: Callable[[str], str]) -> None:
    program = """
import sys; sys.modules["pyspark"] = None
import spamsms.spark
try: spamsms.spark.pandas_udf()
except spamsms.InputError as error: print(error)
"""
    assert 'pip install "spamsms[spark]"' in run_python(program)
