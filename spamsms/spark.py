"""Score columns of Spark with a pandas UDF; PySpark is an extra, ``spamsms[spark]``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spamsms.arrow import score_arrow, texts_of
from spamsms.calibration import sigmoid
from spamsms.classifier import SpamClassifier
from spamsms.errors import InputError
from spamsms.once import Once
from spamsms.registry import as_model
from spamsms.verdict import ACTIONS

if TYPE_CHECKING:
    import os

    import pandas as pd

PROBABILITY = "double"
VERDICT = "probability double, is_spam boolean, action string, kind string"

# By what identifies a model and its thresholds: a Python worker unpacks each once, whatever it is sent.
_models: Once[SpamClassifier] = Once()


def pandas_udf(model: SpamClassifier | str | os.PathLike[str] | None = None, *, verdict: bool = False) -> Any:
    """Return a pandas UDF that scores a column of messages.

    The model travels with the UDF as the bytes of its artifact. Spark broadcasts
    it, so each executor gets it once, and each of its Python workers unpacks it
    once. The executors need spamsms, pandas and pyarrow, but no model files.

    Parameters
    ----------
    model : SpamClassifier, str or path, optional
        A model, or what :func:`spamsms.load_model` makes one of.
    verdict : bool, default=False
        Give a struct of ``probability double, is_spam boolean, action string,
        kind string`` instead of the probability alone.

    Returns
    -------
    pandas UDF
        From a column of strings, or of bytes in UTF-8. Null where the message is
        null or no UTF-8; of a struct all fields are.

    Raises
    ------
    InputError
        If PySpark, pandas or pyarrow is not installed, or there is no such model.

    Examples
    --------
    >>> score = pandas_udf()  # doctest: +SKIP
    >>> messages.withColumn("spam", score("text")).write.parquet("scored")  # doctest: +SKIP
    """
    try:
        import pandas as pd
        import pyarrow  # noqa: F401
        from pyspark.sql import functions
    except ImportError as error:
        raise InputError(
            f'Spark needs {error.name}, which is not installed; python -m pip install "spamsms[spark]"'
        ) from error
    scores = _make_scores(ShippedModel(as_model(model)), _verdicts if verdict else _probabilities)
    result: Any = pd.DataFrame if verdict else pd.Series
    # Spark reads from the hints that a worker is to be set up once for all its batches.
    scores.__annotations__ = {"batches": Iterator[pd.Series], "return": Iterator[result]}
    make_udf: Any = functions.pandas_udf
    return make_udf(scores, VERDICT if verdict else PROBABILITY)


def _make_scores(
    shipped: ShippedModel, score: Callable[[pd.Series, SpamClassifier], Any]
) -> Callable[[Iterator[pd.Series]], Iterator[Any]]:
    def spamsms(batches: Iterator[pd.Series]) -> Iterator[Any]:
        for texts in batches:
            yield score(texts, shipped.model)

    return spamsms


class ShippedModel:
    """A model that is pickled as the bytes of its artifact, and unpacked once a process.

    Parameters
    ----------
    model : SpamClassifier
    """

    def __init__(self, model: SpamClassifier) -> None:
        self.model = model
        self._identity = repr(
            (model.name_, model.version_, model.hash_, model.threshold, model.review_threshold)
        )
        self._files = _pack(model)

    def __reduce__(self) -> tuple[Callable[..., ShippedModel], tuple[str, dict[str, bytes]]]:
        return _receive, (self._identity, self._files)


def _receive(identity: str, files: dict[str, bytes]) -> ShippedModel:
    shipped = ShippedModel.__new__(ShippedModel)
    shipped._identity, shipped._files = identity, files
    shipped.model = _models.get(identity, lambda: _unpack(files))
    return shipped


def _pack(model: SpamClassifier) -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        model.save(folder)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def _unpack(files: dict[str, bytes]) -> SpamClassifier:
    # The weights stay mapped where the system lets a file that is open be removed.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        model = SpamClassifier.load(folder)
    # The cores are Spark's to share out.
    return model.set_params(n_jobs=None)


def _arrow_column(texts: pd.Series) -> Any:
    import pyarrow

    return pyarrow.Array.from_pandas(texts)


def _probabilities(texts: pd.Series, model: SpamClassifier) -> pd.Series:
    import pandas as pd

    scores = score_arrow(_arrow_column(texts), model)
    return pd.Series(scores.to_numpy(zero_copy_only=False), index=texts.index)


def _verdicts(texts: pd.Series, model: SpamClassifier) -> pd.DataFrame:
    import pandas as pd

    rows, known = texts_of(_arrow_column(texts))
    probability = sigmoid(model._fitted().log_odds(rows))
    is_spam = probability >= model.threshold
    action = np.where(is_spam, 2, np.where(probability >= model.review_threshold, 1, 0))
    columns: dict[str, Any] = {
        "probability": probability,
        "is_spam": is_spam,
        "action": np.array(ACTIONS, object).take(action),
        "kind": np.full(len(rows), None),
    }
    head = model.kind_head_
    if head is not None and rows:
        best = head.probabilities(rows, probability).argmax(axis=1)
        columns["kind"] = np.array(head.codes, object).take(best)
    if not known.all():
        columns = {name: _with_gaps(values, known) for name, values in columns.items()}
    return pd.DataFrame(columns, index=texts.index)


def _with_gaps(values: Any, known: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    whole = np.full(known.size, None, object)
    whole[known] = values
    return whole
