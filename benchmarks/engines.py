"""Scoring inside DuckDB, Polars and Spark, beside the same query with a function that does nothing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.messages import usual_messages
from benchmarks.setting import Setting
from benchmarks.timing import Work, spread, time_in_turns

ROWS, ROUNDS = 400_000, 7
DUCKDB, POLARS, SPARK = "DuckDB", "Polars", "Spark"
NEEDED = {
    DUCKDB: ("duckdb", "pyarrow"),
    POLARS: ("polars", "pyarrow"),
    SPARK: ("pyspark", "pandas", "pyarrow"),
}
NOTHING, SCORING = "nothing", "scoring"


def installed_engines() -> list[str]:
    """Return the engines that can run here; Spark needs Java too."""
    java = bool(shutil.which("java") or os.environ.get("JAVA_HOME"))
    return [name for name, needs in NEEDED.items() if all(map(find_spec, needs)) and (java or name != SPARK)]


def measure_engines(setting: Setting) -> dict[str, Any]:
    """Return rows per second of a query that scores and of one that calls a function that does nothing.

    Either sums what the function gives for each row of a Parquet file. Spark runs
    one task at a time; its JVM and its Python worker are two processes.
    """
    names = installed_engines()
    if not names:
        setting.say("no engine is installed: duckdb, polars or PySpark")
        return {"rows": ROWS, "per_second": {}, "share": {}}
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = setting.folder / "messages.parquet"
    texts = usual_messages(setting.corpus[0], ROWS)
    pq.write_table(pa.table({"text": texts}), path, row_group_size=50_000)
    openers = {DUCKDB: duckdb_queries, POLARS: polars_queries, SPARK: spark_queries}
    per_second, share = {}, {}
    for name in names:
        setting.say(name)
        with openers[name](path) as queries:
            for query in queries.values():
                query()
            taken = time_in_turns(queries, ROUNDS)
        per_second[name] = {key: spread([ROWS / t for t in times], 0) for key, times in taken.items()}
        pairs = zip(taken[NOTHING], taken[SCORING], strict=True)
        share[name] = spread([nothing / scoring for nothing, scoring in pairs])
    return {"rows": ROWS, "rounds": ROUNDS, "per_second": per_second, "share": share}


def _zeros(column: Any) -> Any:
    import numpy as np
    import pyarrow as pa

    return pa.array(np.zeros(len(column)))


@contextmanager
def duckdb_queries(path: Path) -> Iterator[dict[str, Work]]:
    """Yield both queries, run on one thread."""
    import duckdb

    import spamsms

    connection = duckdb.connect(config={"threads": 1})
    functions: dict[str, Callable[[Any], Any]] = {
        NOTHING: lambda texts: _zeros(texts),
        SCORING: lambda texts: spamsms.score_arrow(texts),
    }
    text, number = duckdb.sqltype("VARCHAR"), duckdb.sqltype("DOUBLE")
    for name, function in functions.items():
        connection.create_function(name, function, [text], number, type="arrow", null_handling="special")

    def query(name: str) -> Any:
        return connection.execute(f"select sum({name}(text)) from read_parquet(?)", [str(path)]).fetchone()

    with connection:
        yield {name: lambda n=name: query(n) for name in functions}


@contextmanager
def polars_queries(path: Path) -> Iterator[dict[str, Work]]:
    """Yield both queries."""
    import polars as pl

    import spamsms

    functions: dict[str, Callable[[Any], Any]] = {NOTHING: _zeros, SCORING: spamsms.score_arrow}

    def query(name: str) -> Any:
        column = pl.col("text").map_batches(
            lambda texts: pl.from_arrow(functions[name](texts.to_arrow())), return_dtype=pl.Float64
        )
        return pl.scan_parquet(path).select(column.sum()).collect()

    yield {name: lambda n=name: query(n) for name in functions}


@contextmanager
def spark_queries(path: Path) -> Iterator[dict[str, Work]]:
    """Yield both queries, run one task at a time."""
    import numpy as np
    import pandas as pd
    from pyspark.sql import SparkSession, functions

    from spamsms.spark import pandas_udf

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    folder = str(path.parent)
    options = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": folder,
        "spark.sql.warehouse.dir": folder,
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={folder}",
    }
    builder = SparkSession.builder.master("local[1]").appName("spamsms benchmarks")
    for name, value in options.items():
        builder = builder.config(name, value)

    def do_nothing(batches: Iterator[Any]) -> Iterator[Any]:
        for texts in batches:
            yield pd.Series(np.zeros(len(texts)))

    do_nothing.__annotations__ = {"batches": Iterator[pd.Series], "return": Iterator[pd.Series]}
    with ExitStack() as stack:
        spark = builder.getOrCreate()
        stack.callback(spark.stop)
        spark.sparkContext.setLogLevel("ERROR")
        make_udf: Any = functions.pandas_udf
        columns = {NOTHING: make_udf(do_nothing, "double"), SCORING: pandas_udf()}

        def query(name: str) -> Any:
            return spark.read.parquet(str(path)).select(functions.sum(columns[name]("text"))).collect()

        yield {name: lambda n=name: query(n) for name in columns}
