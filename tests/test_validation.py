"""What is no batch of messages, label, weight or group is refused with its row and the remedy."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import Messages

from spamsms import InputError, SpamClassifier, SpamsmsError
from spamsms.validation import check_groups, check_labels, check_texts, check_weights

BATCH_METHODS = ["predict", "predict_proba", "decision_function", "classify_many"]
NO_BATCHES: dict[str, tuple[Any, str]] = {
    "None": (None, r"is of type NoneType; pass a list, tuple, NumPy array or pandas Series of str"),
    "str": ("退订回T", r"is one str where a batch is meant; pass a list.*such as \["),
    "bytes": (b"abc", r"is one bytes where a batch is meant; pass a list"),
    "number": (3, r"is of type int; pass a list"),
    "generator": ((text for text in ["a"]), r"is of type generator; pass a list"),
    "set": ({"a"}, r"is of type set; pass a list"),
    "dict": ({"a": 1}, r"is of type dict; pass a list"),
    "DataFrame": (
        pd.DataFrame({"text": ["a"]}),
        r"is of type DataFrame; select the column of texts, such as .*\['text'\]",
    ),
    "2-D array": (
        np.array([["a"], ["b"]]),
        r"has 2 dimensions, expected 1; select one column, such as .*\[:, 0\]",
    ),
    "0-D array": (np.array("a"), r"is a single value where a batch is meant; pass a list"),
}
BAD_ROWS: dict[str, tuple[Any, int, str]] = {
    "None": (["a", None], 1, r"\[1\] is None; drop missing messages or fill them with ''"),
    "NaN": (["a", "b", float("nan")], 2, r"\[2\] is NaN; drop missing messages"),
    "NumPy's NaN": (np.array(["a", np.nan], dtype=object), 1, r"\[1\] is NaN; drop missing messages"),
    "NaN of 32 bits": ([np.float32("nan")], 0, r"\[0\] is NaN; drop missing messages"),
    "pandas' NA": (pd.Series(["a", pd.NA], dtype="string"), 1, r"\[1\] is (<NA>|NaN); drop missing messages"),
    "pandas' NaT": ([pd.NaT], 0, r"\[0\] is NaT; drop missing messages"),
    "masked": (np.ma.array(["a", "b"], mask=[0, 1]), 1, r"\[1\] is None; drop missing messages"),
    "bytes": (["a", "b", b"c"], 2, r"\[2\] is bytes b'c'; decode it first, such as \.decode\('utf-8'\)"),
    "array of bytes": (np.array([b"a"]), 0, r"\[0\] is bytes b'a'; decode it first"),
    "number": (["a", 7], 1, r"\[1\] is int 7; every message must be a str; convert it with str\(\.\.\.\)"),
    "array of numbers": (np.array([1.5]), 0, r"\[0\] is float 1\.5; every message must be a str"),
    "nested list": ([["a"], ["b"]], 0, r"\[0\] is list \['a'\]; every message must be a str"),
    "something long": ([list(range(99))], 0, r"\[0\] is list \[0, 1, 2.{10,40}\.\.\.; every message"),
}


@pytest.mark.parametrize("method", BATCH_METHODS)
@pytest.mark.parametrize("name", NO_BATCHES)
def test_what_is_no_batch_is_refused_with_the_remedy(
    char_model: SpamClassifier, method: str, name: str
) -> None:
    value, message = NO_BATCHES[name]
    with pytest.raises(InputError, match=message) as caught:
        getattr(char_model, method)(value)
    assert caught.value.row is None


@pytest.mark.parametrize("method", BATCH_METHODS)
@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_row_that_is_no_str_is_named_with_the_remedy(
    char_model: SpamClassifier, method: str, name: str
) -> None:
    value, row, message = BAD_ROWS[name]
    with pytest.raises(InputError, match=message) as caught:
        getattr(char_model, method)(value)
    assert caught.value.row == row


@pytest.mark.parametrize("name", NO_BATCHES)
def test_fit_refuses_what_is_no_batch(name: str) -> None:
    value, message = NO_BATCHES[name]
    with pytest.raises(InputError, match="X " + message):
        SpamClassifier().fit(value, [0, 1])


@pytest.mark.parametrize("name", BAD_ROWS)
def test_fit_refuses_rows_that_are_no_str(name: str) -> None:
    value, row, message = BAD_ROWS[name]
    with pytest.raises(InputError, match="X" + message) as caught:
        SpamClassifier().fit(value, [0, 1])
    assert caught.value.row == row


@pytest.mark.parametrize(
    "batch",
    [
        ["a", "退订"],
        ("a", "退订"),
        np.array(["a", "退订"]),
        np.array(["a", "退订"], dtype=object),
        pd.Series(["a", "退订"], index=[7, 3]),
        pd.Series(["a", "退订"], dtype="string"),
        pd.Series(["a", "退订"], dtype="category"),
        pd.Index(["a", "退订"]),
        [np.str_("a"), np.str_("退订")],
    ],
    ids=lambda batch: f"{type(batch).__name__} {getattr(batch, 'dtype', '')}",
)
def test_every_kind_of_batch_scores_alike(char_model: SpamClassifier, batch: Any) -> None:
    assert (
        char_model.decision_function(batch).tolist() == char_model.decision_function(["a", "退订"]).tolist()
    )
    assert [verdict.text for verdict in char_model.classify_many(batch)] == ["a", "退订"]


@pytest.mark.parametrize(
    "empty", [[], (), np.array([]), pd.Series([], dtype=object)], ids=lambda x: type(x).__name__
)
def test_no_message_is_a_batch_too(char_model: SpamClassifier, empty: Any) -> None:
    assert char_model.predict(empty).shape == (0,)
    assert char_model.decision_function(empty).shape == (0,)
    assert char_model.predict_proba(empty).shape == (0, 2)
    assert char_model.classify_many(empty) == []


@pytest.mark.parametrize("method", ["classify", "explain"])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "text is None; drop missing messages"),
        (float("nan"), "text is NaN; drop missing messages"),
        (b"abc", "text is bytes b'abc'; decode it first"),
        (5, "text is int 5; every message must be a str"),
        (["a"], r"text is list \['a'\]; every message must be a str"),
    ],
)
def test_one_text_that_is_no_str_is_refused(
    char_model: SpamClassifier, method: str, value: Any, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        getattr(char_model, method)(value)


def test_bad_rows_are_reported_in_place_and_the_rest_is_scored(char_model: SpamClassifier) -> None:
    rows = ["退订回T", None, "明天见", b"x", float("nan"), ""]
    found = char_model.classify_many(rows, errors="report")
    assert [type(item) is InputError for item in found] == [False, True, False, True, True, False]
    assert [item.row for item in found if isinstance(item, InputError)] == [1, 3, 4]
    assert [item for item in found if not isinstance(item, InputError)] == char_model.classify_many(
        ["退订回T", "明天见", ""]
    )


def test_a_batch_without_a_good_row_is_reported_whole(char_model: SpamClassifier) -> None:
    assert [str(item)[:18] for item in char_model.classify_many([None, 1], errors="report")] == [
        "texts[0] is None; ",
        "texts[1] is int 1;",
    ]


@pytest.mark.parametrize("name", NO_BATCHES)
def test_what_is_no_batch_cannot_be_reported_row_by_row(char_model: SpamClassifier, name: str) -> None:
    value, message = NO_BATCHES[name]
    with pytest.raises(InputError, match="texts " + message):
        char_model.classify_many(value, errors="report")


def test_another_way_with_errors_is_refused(char_model: SpamClassifier) -> None:
    with pytest.raises(InputError, match='errors must be "raise" or "report", not \'ignore\''):
        char_model.classify_many(["a"], errors="ignore")  # type: ignore[arg-type]


LABELS: dict[str, tuple[Callable[[list[int]], Any], str]] = {
    "too few": (lambda y: y[:-1], r"y has \d+ entries for \d+ texts; pass one a text"),
    "none": (lambda y: None, "y is of type NoneType; pass a list.* of 0 and 1"),
    "strings": (
        lambda y: [str(v) for v in y],
        r"y\[0\] is '[01]'; labels are 1 \(marketing spam\) and 0 \(wanted\)",
    ),
    "another number": (lambda y: [2, *y[1:]], r"y\[0\] is 2; labels are 1"),
    "minus one": (lambda y: [*y[:-1], -1], r"y\[\d+\] is -1; labels are 1"),
    "NaN": (lambda y: [y[0], float("nan"), *y[2:]], r"y\[1\] is nan; labels are 1"),
    "missing": (lambda y: pd.Series([None, *y[1:]], dtype="Int64"), r"y\[0\] is <NA>; labels are 1"),
    "a list": (lambda y: [[1], *y[1:]], r"y\[0\] is \[1\]; labels are 1"),
    "a column": (lambda y: np.array(y)[:, None], "y has 2 dimensions, expected 1"),
    "only spam": (lambda y: [1] * len(y), r"y holds no 0 \(wanted\); a model needs messages of both classes"),
    "only wanted": (
        lambda y: [0] * len(y),
        r"y holds no 1 \(marketing spam\); a model needs messages of both",
    ),
}
WEIGHTS: dict[str, tuple[Callable[[list[int]], Any], str]] = {
    "too few": (lambda y: [1.0], r"sample_weight has 1 entries for \d+ texts; pass one a text"),
    "a number": (lambda y: 2.0, "sample_weight is of type float; pass a list.* of numbers"),
    "negative": (
        lambda y: [1, -1, *y[2:]],
        r"sample_weight\[1\] is -1; weights are finite numbers of at least 0",
    ),
    "NaN": (lambda y: [float("nan"), *y[1:]], r"sample_weight\[0\] is nan; weights are finite"),
    "infinite": (lambda y: [float("inf"), *y[1:]], r"sample_weight\[0\] is inf; weights are finite"),
    "strings": (lambda y: ["1" for _ in y], r"sample_weight\[0\] is '1'; weights are finite numbers"),
    "ragged": (lambda y: [[1], [1, 2], *y[2:]], r"sample_weight\[0\] is \[1\]; weights are finite numbers"),
    "all zero": (lambda y: [0 for _ in y], r"sample_weight gives no weight to 0 \(wanted\)"),
    "none for spam": (lambda y: [1 - v for v in y], r"sample_weight gives no weight to 1 \(marketing spam\)"),
}
GROUPS: dict[str, tuple[Callable[[list[int]], Any], str]] = {
    "too few": (lambda y: ["a"], r"groups has 1 entries for \d+ texts; pass one a text"),
    "one str": (lambda y: "a" * len(y), "groups is one str where a batch is meant"),
    "lists": (lambda y: [[1] for _ in y], r"groups\[0\] is list \[1\]; groups are names or numbers"),
}


@pytest.mark.parametrize("name", LABELS)
def test_labels_that_cannot_be_learnt_from_are_refused(messages: Messages, name: str) -> None:
    make, message = LABELS[name]
    with pytest.raises(InputError, match=message):
        SpamClassifier().fit(messages.texts, make(messages.labels))


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_that_make_no_sense_are_refused(messages: Messages, name: str) -> None:
    make, message = WEIGHTS[name]
    with pytest.raises(InputError, match=message):
        SpamClassifier().fit(messages.texts, messages.labels, sample_weight=make(messages.labels))


@pytest.mark.parametrize("name", GROUPS)
def test_groups_that_make_no_sense_are_refused(messages: Messages, name: str) -> None:
    make, message = GROUPS[name]
    with pytest.raises(InputError, match=message):
        SpamClassifier().fit(messages.texts, messages.labels, groups=make(messages.labels))


@pytest.mark.parametrize(
    "labels",
    [
        [1, 0],
        (True, False),
        [1.0, 0.0],
        np.array([1, 0], np.uint8),
        np.array([True, False]),
        pd.Series([1, 0]),
    ],
    ids=lambda labels: f"{type(labels).__name__} of {type(labels[0]).__name__}",
)
def test_labels_of_every_numeric_type_are_read(labels: Any) -> None:
    checked = check_labels(labels, 2)
    assert checked.dtype == np.int64
    assert checked.tolist() == [1, 0]


def test_weights_are_ones_unless_given() -> None:
    labels = np.array([0, 1])
    assert check_weights(None, labels).tolist() == [1, 1]
    assert check_weights(pd.Series([2, 0.5]), labels).tolist() == [2, 0.5]


def test_groups_are_numbered_by_equality() -> None:
    assert check_groups(None, 3) is None
    numbers = check_groups(["b", "a", "b", None, None], 5)
    assert numbers is not None
    assert numbers[0] == numbers[2] != numbers[1]
    assert len(set(numbers.tolist())) == 3


def test_a_good_batch_is_not_copied() -> None:
    batch = ["a", "b"]
    assert check_texts(batch) is batch


def test_an_input_error_is_what_callers_of_scikit_learn_catch() -> None:
    error = InputError("X[3] is None; drop it", row=3)
    assert isinstance(error, SpamsmsError)
    assert isinstance(error, ValueError)
    assert isinstance(error, TypeError)
    twin = pickle.loads(pickle.dumps(error))
    assert (type(twin), str(twin), twin.row) == (InputError, "X[3] is None; drop it", 3)
