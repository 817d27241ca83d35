"""The estimator behaves in scikit-learn's machinery like any classifier of texts."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from arbitrary_messages import MESSAGES
from conftest import Messages
from model_copies import through_joblib
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
    permutation_test_score,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.validation import check_is_fitted

from spamsms import InputError, SpamClassifier, SpamsmsError
from spamsms.features import TOKENIZERS

PARAMETERS = {
    "tokenizer": "jieba+char", "C": 0.5, "solver": "blocks", "wanted_weight": 1.5,
    "passage_weight": 0.25, "hash_bits": 11, "hmm": False, "userdict": None, "cv": 3,
    "false_positive_rate": 0.02, "review_false_positive_rate": 0.1, "n_jobs": 2, "random_state": 7,
}  # fmt: skip


def small(**parameters: Any) -> SpamClassifier:
    return SpamClassifier(**{"hash_bits": 10, "cv": 2, **parameters})


@pytest.fixture(scope="module")
def few(messages: Messages) -> Messages:
    """Every fourth of the session's messages, about 150."""
    return Messages(messages.texts[::4], messages.labels[::4])


def trim(texts: Any) -> list[str]:
    """Return the first characters of each text; a step of a pipeline."""
    return [text[:40] for text in texts]


def as_texts(texts: Any) -> Any:
    return texts


def test_every_parameter_is_listed_here() -> None:
    assert set(PARAMETERS) == set(SpamClassifier().get_params())


def test_the_constructor_only_stores_what_it_is_given() -> None:
    values = {name: object() for name in PARAMETERS}
    model = SpamClassifier(**values)  # type: ignore[arg-type]
    assert vars(model) == values
    assert all(model.get_params()[name] is value for name, value in values.items())


def test_get_params_and_set_params_mirror_each_other() -> None:
    model = SpamClassifier()
    assert model.set_params(**PARAMETERS) is model
    assert model.get_params() == model.get_params(deep=False) == PARAMETERS
    assert SpamClassifier(**PARAMETERS).get_params() == PARAMETERS


def test_an_unknown_parameter_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="SpamClassifier has no parameter 'alpha'; it has tokenizer, C, "):
        SpamClassifier().set_params(alpha=1)


def test_the_representation_shows_what_differs_from_the_defaults() -> None:
    assert repr(SpamClassifier()) == "SpamClassifier()"
    assert repr(SpamClassifier("jieba", C=2.0)) == "SpamClassifier(tokenizer='jieba', C=2.0)"


def test_a_clone_has_the_parameters_and_nothing_learnt(char_model: SpamClassifier) -> None:
    twin = clone(char_model)
    assert twin is not char_model
    assert twin.get_params() == char_model.get_params()
    assert not hasattr(twin, "scorer_")
    with pytest.raises(NotFittedError, match="not fitted"):
        twin.predict(["a"])


def test_scikit_learn_sees_a_classifier(char_model: SpamClassifier) -> None:
    assert is_classifier(char_model)
    check_is_fitted(char_model)
    with pytest.raises(NotFittedError, match="not fitted"):
        check_is_fitted(SpamClassifier())


def test_the_error_before_fitting_can_cross_processes() -> None:
    with pytest.raises(SpamsmsError, match="not fitted") as caught:
        SpamClassifier().predict(["a"])
    twin = pickle.loads(pickle.dumps(caught.value))
    assert str(twin) == str(caught.value)
    assert isinstance(twin, NotFittedError)


@pytest.mark.parametrize("tokenizer", TOKENIZERS)
def test_cross_validation_scores_better_than_chance(few: Messages, tokenizer: str) -> None:
    scores = cross_val_score(small(tokenizer=tokenizer), few.texts, few.labels, cv=3, scoring="roc_auc")
    assert scores.shape == (3,)
    assert scores.min() > 0.6


def test_the_default_score_is_accuracy(few: Messages) -> None:
    model = small().fit(few.texts, few.labels)
    predicted = model.predict(few.texts)
    assert model.score(few.texts, few.labels) == accuracy_score(few.labels, predicted)
    weights = np.arange(1, len(few.labels) + 1)
    expected = accuracy_score(few.labels, predicted, sample_weight=weights)
    assert model.score(few.texts, few.labels, sample_weight=weights) == pytest.approx(expected)
    assert model.score(few.texts[:1], few.labels[:1]) in (0.0, 1.0)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([1], "y has 1 entries for 3 texts"),
        (["1", "0", "1"], r"y\[0\] is '1'; labels are 1"),
        (1, "y is of type int"),
    ],
)
def test_score_refuses_labels_that_do_not_fit(char_model: SpamClassifier, labels: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        char_model.score(["a", "b", "c"], labels)


@pytest.mark.parametrize("method", ["predict_proba", "decision_function", "predict"])
def test_cross_validated_predictions_are_those_of_the_folds(few: Messages, method: str) -> None:
    groups = np.arange(len(few.texts)) // 2
    folds = GroupKFold(3)
    found = cross_val_predict(
        small(), np.array(few.texts, object), few.labels, groups=groups, cv=folds, method=method
    )
    assert found.shape == ((len(few.texts), 2) if method == "predict_proba" else (len(few.texts),))
    train, held_out = next(iter(folds.split(few.texts, few.labels, groups)))
    model = small().fit([few.texts[row] for row in train], [few.labels[row] for row in train])
    expected = getattr(model, method)([few.texts[row] for row in held_out])
    assert found[held_out].tolist() == expected.tolist()


@pytest.mark.parametrize("make", [list, tuple, np.array, pd.Series], ids=lambda make: make.__name__)
def test_searches_take_every_kind_of_batch(few: Messages, make: Any) -> None:
    search = GridSearchCV(small(), {"C": [0.1, 1.0]}, cv=2, scoring="roc_auc")
    search.fit(make(few.texts), make(few.labels))
    assert search.best_params_["C"] in (0.1, 1.0)
    assert search.predict(make(few.texts)).shape == (len(few.texts),)


def test_a_search_over_tokenizers_runs_in_parallel(few: Messages) -> None:
    grid = {"tokenizer": ["char", "jieba"], "passage_weight": [0.0, 0.5]}
    search = GridSearchCV(small(), grid, cv=2, n_jobs=2, error_score="raise").fit(few.texts, few.labels)
    assert len(search.cv_results_["params"]) == 4
    assert search.best_estimator_.get_params()["tokenizer"] == search.best_params_["tokenizer"]
    alone = GridSearchCV(small(), grid, cv=2, error_score="raise").fit(few.texts, few.labels)
    names = "mean_test_score"
    assert search.cv_results_[names].tolist() == alone.cv_results_[names].tolist()


def test_a_random_search_takes_numbers_of_numpy(few: Messages) -> None:
    space = {"C": np.geomspace(0.1, 10, 5), "hash_bits": np.arange(9, 12)}
    search = RandomizedSearchCV(small(), space, n_iter=3, cv=2, random_state=0, error_score="raise")
    search.fit(few.texts, few.labels)
    assert isinstance(search.best_estimator_, SpamClassifier)


def test_weights_reach_the_estimator_through_a_pipeline(few: Messages) -> None:
    pipeline = Pipeline([("trim", FunctionTransformer(trim)), ("spam", small())])
    weights = np.linspace(0.5, 2, len(few.texts))
    pipeline.fit(few.texts, few.labels, spam__sample_weight=weights)
    direct = small().fit(trim(few.texts), few.labels, sample_weight=weights)
    assert pipeline.predict_proba(few.texts).tolist() == direct.predict_proba(trim(few.texts)).tolist()
    assert (
        pipeline.decision_function(few.texts).tolist() == direct.decision_function(trim(few.texts)).tolist()
    )
    assert pipeline.classes_.tolist() == [0, 1]
    assert pipeline.score(few.texts, few.labels) == direct.score(trim(few.texts), few.labels)
    pipeline.set_params(spam__C=0.25)
    assert clone(pipeline).named_steps["spam"].C == 0.25


def test_a_pipeline_can_be_searched(few: Messages) -> None:
    pipeline = make_pipeline(FunctionTransformer(as_texts), small())
    grid = {"spamclassifier__C": [0.5, 1.0]}
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(few.texts, few.labels)
    assert set(search.best_params_) == {"spamclassifier__C"}


def test_several_scores_at_once_and_weights_in_cross_validation(few: Messages) -> None:
    found = cross_validate(
        small(),
        few.texts,
        few.labels,
        cv=2,
        scoring=["roc_auc", "average_precision", "neg_brier_score", "accuracy"],
        params={"sample_weight": np.ones(len(few.texts))},
        return_train_score=True,
        error_score="raise",
    )
    assert np.isfinite([found[name] for name in found]).all()


def test_learning_curves_and_permutation_tests_run(few: Messages) -> None:
    sizes, _, scores = learning_curve(
        small(), np.array(few.texts), few.labels, train_sizes=[0.5, 1.0], cv=2, shuffle=True, random_state=0,
        error_score="raise",
    )  # fmt: skip
    assert scores.shape == (sizes.size, 2)
    score, chances, p_value = permutation_test_score(
        small(), few.texts, few.labels, cv=2, n_permutations=4, scoring="roc_auc", random_state=0
    )
    assert score > chances.mean()
    assert 0 < p_value <= 1


def test_it_can_be_calibrated_again_and_combined(few: Messages) -> None:
    texts, labels = np.array(few.texts, object), np.array(few.labels)
    again = CalibratedClassifierCV(small(), cv=2, method="isotonic").fit(texts, labels)
    assert again.predict_proba(texts).sum(axis=1) == pytest.approx(1)
    other = make_pipeline(TfidfVectorizer(analyzer="char"), LogisticRegression())
    members = [("spamsms", small()), ("tfidf", other)]
    for ensemble in (VotingClassifier(members, voting="soft"), StackingClassifier(members, cv=2)):
        ensemble.fit(texts, labels)
        assert roc_auc_score(labels, ensemble.predict_proba(texts)[:, 1]) > 0.8


@pytest.mark.parametrize(
    "keep",
    [lambda model: pickle.loads(pickle.dumps(model)), copy.deepcopy, copy.copy, through_joblib],
    ids=["pickle", "deepcopy", "copy", "joblib"],
)
def test_a_kept_model_says_the_same(model: SpamClassifier, keep: Any) -> None:
    twin = keep(model)
    assert twin.predict_proba(MESSAGES).tolist() == model.predict_proba(MESSAGES).tolist()
    assert twin.classify(MESSAGES[1]) == model.classify(MESSAGES[1])
    assert (twin.threshold, twin.review_threshold) == (model.threshold, model.review_threshold)
    assert twin.get_params() == model.get_params()


def test_a_model_loaded_from_its_folder_can_be_kept_too(char_model: SpamClassifier, tmp_path: Path) -> None:
    char_model.save(tmp_path / "model")
    loaded = SpamClassifier.load(tmp_path / "model")
    for twin in (pickle.loads(pickle.dumps(loaded)), copy.deepcopy(loaded), through_joblib(loaded)):
        assert twin.decision_function(MESSAGES).tolist() == char_model.decision_function(MESSAGES).tolist()


@pytest.mark.parametrize("options", [{}, {"compress": 3}])
def test_a_dumped_model_is_loaded_in_another_process(
    char_model: SpamClassifier, run_python: Callable[[str], str], tmp_path: Path, options: dict[str, Any]
) -> None:
    path = tmp_path / "model.joblib"
    joblib.dump(char_model, path, **options)
    ask = f"decision_function({MESSAGES[1:3]!r}).tolist()"
    printed = run_python(f"import joblib; print(joblib.load({str(path)!r}).{ask})")
    assert printed.strip() == str(char_model.decision_function(MESSAGES[1:3]).tolist())


def test_a_model_scores_in_other_processes(model: SpamClassifier) -> None:
    parts = joblib.Parallel(n_jobs=2)(joblib.delayed(model.predict_proba)([text]) for text in MESSAGES)
    assert np.concatenate(parts).tolist() == model.predict_proba(MESSAGES).tolist()


def test_a_changed_copy_leaves_the_model_alone(char_model: SpamClassifier) -> None:
    threshold = char_model.threshold
    twin = copy.deepcopy(char_model)
    twin.threshold = 0.75
    twin.scorer_.weights[:] = 0
    assert char_model.threshold == threshold
    assert char_model.scorer_.weights.any()


def test_it_can_be_subclassed(few: Messages) -> None:
    class Stricter(SpamClassifier):
        """A model that reviews more."""

        def __init__(self, strictness: float = 0.5, *, hash_bits: int = 10, cv: int = 2) -> None:
            super().__init__(hash_bits=hash_bits, cv=cv)
            self.strictness = strictness

    model = clone(Stricter(0.7)).fit(few.texts, few.labels)
    assert model.get_params() == {"strictness": 0.7, "hash_bits": 10, "cv": 2}
    assert repr(model) == "Stricter(strictness=0.7)"
    assert model.predict_proba(few.texts).shape == (len(few.texts), 2)
