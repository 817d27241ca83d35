"""The estimator: a scikit-learn classifier of Chinese SMS."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.calibration import fit_platt, sigmoid, sigmoid_one
from spamsms.decision import Thresholds
from spamsms.estimator_protocol import ClassifierProtocol, not_fitted
from spamsms.features import FEW_TEXTS, FeatureSpace, are_few
from spamsms.judging import Judging
from spamsms.kind_naming import KindNaming
from spamsms.kinds import KindHead
from spamsms.learning_on import LearningOn
from spamsms.parameters import check_parameters
from spamsms.persistence import read_classifier, write_classifier
from spamsms.scoring import LinearScorer
from spamsms.validation import (
    as_sequence,
    check_groups,
    check_labels,
    check_scores,
    check_texts,
    check_weights,
)

Array = npt.NDArray[Any]


class SpamClassifier(Judging, LearningOn, KindNaming, Thresholds, ClassifierProtocol):
    """Tell marketing spam among Chinese SMS.

    A linear model over hashed character n-grams, their sounds, or jieba's
    words, with calibrated probabilities. It follows scikit-learn's conventions
    and works in pipelines, searches and cross-validation.

    Parameters
    ----------
    tokenizer : {"char", "jieba", "jieba+char"}, default="char"
        What the features are made of.
    C : float, default=1.0
        Inverse of the regularisation strength.
    solver : {"auto", "exact", "blocks"}, default="auto"
        How :meth:`fit` finds the weights. "exact" fits a support vector machine, and
        `cv` more for the out-of-fold scores; "blocks" comes near it by averaged
        stochastic gradient descent with at most three folds, in a fraction of the
        time and in bounded memory. "auto" takes blocks for more than a million
        characters.
    wanted_weight : float, default=2.0
        How many times as much a wanted message counts in fitting as spam:
        to block one is worse than to let an advert through.
    passage_weight : float, default=0.3
        Share of the decision that the most spam-like passage of a message has,
        0 to 1; the whole message has the rest. It finds adverts in the tail of
        notices and wanted text padded around adverts. Without effect where
        words are features.
    hash_bits : int, default=19
        The hashed features share ``2 ** hash_bits`` weights of two bytes.
    hmm : bool, default=True
        Let jieba guess words that its dictionary lacks.
    userdict : str or None, default=None
        Path of a further dictionary in jieba's format.
    cv : int, default=5
        Folds of the out-of-fold scores that calibration and thresholds rest on.
    false_positive_rate : float, default=0.01
        Share of wanted messages that `threshold` may block.
    review_false_positive_rate : float, default=0.05
        Share of wanted messages that may reach `review_threshold`.
    n_jobs : int or None, default=None
        Folds fitted, and parts of a large batch scored, at a time, as in joblib.
    random_state : int or None, default=0
        Seed of the folds and the optimiser.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        ``[0, 1]``; 1 is marketing spam.
    threshold, review_threshold : float
        Probabilities from which on a message is blocked, or to be reviewed.
    intercept_ : float
        Log-odds of a message without any feature.
    out_of_fold_log_odds_ : ndarray of shape (n_texts,)
        After :meth:`fit`: each row's log-odds by a model that did not see its
        group. Not kept in the artifact.
    name_, version_ : str
        Name and version of the model.

    Examples
    --------
    >>> model = SpamClassifier(hash_bits=12, cv=2)
    >>> texts = ["全场五折，退订回T", "会员日满减送券", "妈，我晚上回家吃饭", "会议改到三点"]
    >>> model.fit(texts, [1, 1, 0, 0]).predict(["会员日五折送券"])
    array([1])
    """

    kind_head_: KindHead | None = None
    details_: dict[str, Any]
    name_ = "custom"
    version_ = "0"

    def __init__(
        self,
        tokenizer: str = "char",
        *,
        C: float = 1.0,
        solver: str = "auto",
        wanted_weight: float = 2.0,
        passage_weight: float = 0.3,
        hash_bits: int = 19,
        hmm: bool = True,
        userdict: str | None = None,
        cv: int = 5,
        false_positive_rate: float = 0.01,
        review_false_positive_rate: float = 0.05,
        n_jobs: int | None = None,
        random_state: int | None = 0,
    ) -> None:
        self.tokenizer = tokenizer
        self.C = C
        self.solver = solver
        self.wanted_weight = wanted_weight
        self.passage_weight = passage_weight
        self.hash_bits = hash_bits
        self.hmm = hmm
        self.userdict = userdict
        self.cv = cv
        self.false_positive_rate = false_positive_rate
        self.review_false_positive_rate = review_false_positive_rate
        self.n_jobs = n_jobs
        self.random_state = random_state

    # -- fitting ----------------------------------------------------------------------------

    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> SpamClassifier:
        """Fit the model, calibrate it and choose its thresholds.

        Parameters
        ----------
        X : sequence of str, length n_texts
        y : sequence of {0, 1}, length n_texts
            1 is marketing spam.
        sample_weight : sequence of float, length n_texts, optional
        groups : sequence, length n_texts, optional
            Messages of one template; no fold divides a group.

        Returns
        -------
        SpamClassifier
            Itself.

        Raises
        ------
        InputError
            If a text, label, weight, group or parameter is not as it should be.
        """
        from spamsms.fit_scorer import fit_scorer

        texts = check_texts(X)
        labels = check_labels(y, len(texts))
        weights = check_weights(sample_weight, labels)
        grouped = check_groups(groups, len(texts))
        check_parameters(self)
        costs = weights * np.where(labels == 0, self.wanted_weight, 1.0)
        self.scorer_, scores = fit_scorer(
            self._feature_space(),
            texts,
            labels,
            costs,
            grouped,
            solver=self.solver,
            C=self.C,
            passage_weight=self.passage_weight,
            cv=self.cv,
            random_state=self.random_state,
            n_jobs=self.n_jobs,
        )
        self.classes_ = np.array([0, 1])
        self.name_, self.version_, self.details_ = "custom", "0", {}
        self.kind_head_ = None
        self.stream_ = None
        self.out_of_fold_log_odds_ = scores
        self.calibrate(scores, labels, weights)
        used = weights > 0
        return self.choose_thresholds(self.out_of_fold_log_odds_[used], labels[used])

    def calibrate(self, log_odds: Array, y: Any, sample_weight: Any = None) -> SpamClassifier:
        """Make the log-odds mean what they say, by Platt scaling folded into the weights.

        Parameters
        ----------
        log_odds : ndarray of shape (n,)
            What this model said of messages it was not fitted on.
        y : sequence of {0, 1}, length n
        sample_weight : sequence of float, length n, optional

        Returns
        -------
        SpamClassifier
            Itself. Out-of-fold log-odds kept from :meth:`fit` change likewise;
            thresholds do not: choose them again.
        """
        scorer = self._fitted()
        scores = check_scores(log_odds)
        labels = check_labels(y, scores.size)
        slope, offset = fit_platt(scores, labels, check_weights(sample_weight, labels))
        if slope <= 0:
            slope, offset = 1.0, 0.0
        self.scorer_ = scorer.rescaled(slope, offset)
        if hasattr(self, "out_of_fold_log_odds_"):
            self.out_of_fold_log_odds_ = slope * self.out_of_fold_log_odds_ + offset
        return self

    def _feature_space(self) -> FeatureSpace:
        return FeatureSpace(self.tokenizer, self.hash_bits, self.hmm, self.userdict)

    # -- scoring ----------------------------------------------------------------------------

    def decision_function(self, X: Any) -> npt.NDArray[np.float64]:
        """Return the natural log-odds of spam, shape (n_texts,).

        Raises
        ------
        InputError
            If `X` is no batch, or a row of it is not a str.
        """
        scorer, rows = self._fitted(), as_sequence(X)
        if len(rows) <= FEW_TEXTS:
            return scorer.log_odds(check_texts(rows))
        from spamsms.parallel import log_odds_on_cores

        try:
            # To look at every row beforehand takes its time: scoring stumbles over what is no str anyway.
            return log_odds_on_cores(scorer, rows, self.n_jobs)
        except TypeError as error:
            unexplained = error
        check_texts(rows)
        raise unexplained

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Return the probabilities of wanted and spam, shape (n_texts, 2).

        Raises
        ------
        InputError
            If `X` is no batch, or a row of it is not a str.
        """
        scorer, rows = self._fitted(), as_sequence(X)
        if len(rows) <= FEW_TEXTS and are_few(check_texts(rows)):
            spam = [sigmoid_one(scorer.log_odds_one(text)) for text in rows]
            proba = np.empty((len(spam), 2))
            for row, value in enumerate(spam):
                proba[row, 0], proba[row, 1] = 1.0 - value, value
            return proba
        proba = np.empty((len(rows), 2))
        proba[:, 1] = sigmoid(self.decision_function(rows))
        np.subtract(1.0, proba[:, 1], out=proba[:, 0])
        return proba

    def predict(self, X: Any) -> npt.NDArray[np.int64]:
        """Return 1 where the probability of spam reaches `threshold`, shape (n_texts,).

        Raises
        ------
        InputError
            If `X` is no batch, or a row of it is not a str.
        """
        return (sigmoid(self.decision_function(X)) >= self.threshold).astype(np.int64)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the share of messages on which :meth:`predict` agrees with the labels.

        Raises
        ------
        InputError
            If a text, label or weight is not as it should be.
        """
        predicted = self.predict(X)
        labels = check_labels(y, predicted.size, both=False)
        weights = check_weights(sample_weight, labels, both=False)
        return float(np.average(predicted == labels, weights=weights))

    @property
    def intercept_(self) -> float:
        """Log-odds of a message without any feature."""
        return self._fitted().intercept

    def _fitted(self) -> LinearScorer:
        try:
            return self.scorer_
        except AttributeError:
            raise not_fitted("SpamClassifier") from None

    # -- keeping ----------------------------------------------------------------------------

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        name: str | None = None,
        version: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> None:
        """Write the model to a folder: a manifest and plain arrays, no pickle.

        Parameters
        ----------
        path : path
            A folder, made where needed; an older model in it is replaced at once.
        name, version : str, optional
            What verdicts will call the model.
        details : dict, optional
            JSON values to keep in the manifest, such as metrics; by default
            those of the model that was loaded.

        Raises
        ------
        InputError
            If the name, the version or the details are no JSON values.
        ModelFormatError
            If `path` is a file.
        """
        self._fitted()
        kept = self.name_, self.version_, self.details_
        self.name_, self.version_ = name or self.name_, version or self.version_
        self.details_ = self.details_ if details is None else details
        try:
            write_classifier(self, path)
        except BaseException:
            self.name_, self.version_, self.details_ = kept
            raise

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> SpamClassifier:
        """Read a model from a folder that :meth:`save` wrote.

        Raises
        ------
        ModelFormatError
            If the model is damaged, incomplete, too large or of another version.
        """
        return read_classifier(cls, path)
