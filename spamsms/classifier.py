"""The estimator: a scikit-learn classifier of Chinese SMS."""

from __future__ import annotations

import os
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from spamsms.artifact import read_artifact, write_artifact
from spamsms.calibration import fit_platt, sigmoid, threshold_for_rate
from spamsms.errors import InputError, ModelFormatError
from spamsms.estimator_protocol import ClassifierProtocol, not_fitted
from spamsms.features import FEATURES_VERSION, FeatureSpace
from spamsms.normalize import NORMALIZER_VERSION
from spamsms.scoring import LARGEST_WEIGHT, LinearScorer, quantize
from spamsms.validation import (
    as_sequence,
    check_groups,
    check_labels,
    check_scores,
    check_text,
    check_texts,
    check_weights,
    row_error,
)
from spamsms.verdict import Evidence, EvidenceList, Verdict

Array = npt.NDArray[Any]
# A message that is more likely wanted than not is never called spam.
LOWEST_THRESHOLD = 0.5
# Kept in every artifact with their scores, so that anyone can check a copy.
GOLDEN_TEXTS = (
    "",
    "【优选商城】会员日全场满300减50，戳 t.cn/Ab12 领券，退订回T",
    "您的验证码是 482913，5分钟内有效，请勿告诉他人。",
    "妈，我今晚加班，不回来吃饭了",
)


class SpamClassifier(ClassifierProtocol):
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
    wanted_weight : float, default=2.0
        How many times as much a wanted message counts in fitting as spam:
        to block one is worse than to let an advert through.
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
        Folds fitted at a time, as in joblib.
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

    scorer_: LinearScorer
    details_: dict[str, Any]
    name_ = "custom"
    version_ = "0"

    def __init__(
        self,
        tokenizer: str = "char",
        *,
        C: float = 1.0,
        wanted_weight: float = 2.0,
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
        self.wanted_weight = wanted_weight
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
        from spamsms.fitting import (
            count_features,
            cross_validation_folds,
            fit_hyperplane,
            out_of_fold_scores,
            score_features,
        )

        texts = check_texts(X)
        labels = check_labels(y, len(texts))
        weights = check_weights(sample_weight, labels)
        grouped = check_groups(groups, len(texts))
        self._check_parameters()
        space = self._feature_space()
        counts, sizes = count_features(space, texts)
        costs = weights * np.where(labels == 0, self.wanted_weight, 1.0)
        folds = cross_validation_folds(labels, grouped, self.cv, self.random_state)
        scores = out_of_fold_scores(
            counts, sizes, labels, costs, folds, self.C, self.random_state, self.n_jobs
        )
        coefficients, intercept = fit_hyperplane(counts, sizes, labels, costs, self.C, self.random_state)
        held_out = np.isfinite(scores)
        if not held_out.all():
            # Too few messages to hold any out: the fit's own scores are the best there is.
            own = score_features(counts, sizes, coefficients, intercept)
            scores = np.where(held_out, scores, own)
        quantized, scale = quantize(coefficients)
        self.scorer_ = LinearScorer(space, quantized, scale, intercept)
        self.classes_ = np.array([0, 1])
        self.name_, self.version_, self.details_ = "custom", "0", {}
        self.out_of_fold_log_odds_ = scores
        return self.calibrate(scores, labels, weights).choose_thresholds(self.out_of_fold_log_odds_, labels)

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
        self.scorer_ = LinearScorer(
            scorer.space, scorer.weights, slope * scorer.scale, slope * scorer.intercept + offset
        )
        if hasattr(self, "out_of_fold_log_odds_"):
            self.out_of_fold_log_odds_ = slope * self.out_of_fold_log_odds_ + offset
        return self

    def choose_thresholds(self, log_odds: Array, y: Any) -> SpamClassifier:
        """Choose the thresholds for the parameters' false-positive rates.

        Parameters
        ----------
        log_odds : ndarray of shape (n,)
            What this model said of messages of held-out groups.
        y : sequence of {0, 1}, length n

        Returns
        -------
        SpamClassifier
            Itself.
        """
        self._fitted()
        scores = check_scores(log_odds)
        wanted = sigmoid(scores[check_labels(y, scores.size) == 0])
        block = threshold_for_rate(wanted, self.false_positive_rate)
        review = threshold_for_rate(wanted, self.review_false_positive_rate)
        self.threshold = min(max(block, LOWEST_THRESHOLD), 1.0)
        self.review_threshold = min(max(review, 0.0), self.threshold)
        return self

    def _check_parameters(self) -> None:
        if not isinstance(self.cv, (int, np.integer)) or self.cv < 2:
            raise InputError(f"cv must be a whole number of at least 2, not {self.cv!r}")
        for name in ("C", "wanted_weight"):
            value = getattr(self, name)
            if not isinstance(value, (int, float, np.number)) or not 0 < value < np.inf:
                raise InputError(f"{name} must be a number above 0, not {value!r}")
        for name in ("false_positive_rate", "review_false_positive_rate"):
            rate = getattr(self, name)
            if not isinstance(rate, (int, float, np.number)) or not 0 <= rate <= 1:
                raise InputError(f"{name} must be a share from 0 to 1, not {rate!r}")
        if self.n_jobs is not None and (not isinstance(self.n_jobs, (int, np.integer)) or self.n_jobs == 0):
            raise InputError(f"n_jobs must be a whole number other than 0, or None, not {self.n_jobs!r}")
        seed = self.random_state
        if seed is not None and (not isinstance(seed, (int, np.integer)) or not 0 <= seed < 2**32):
            raise InputError(
                f"random_state must be a whole number from 0 to 2**32 - 1, or None, not {seed!r}"
            )

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
        return self._fitted().log_odds(check_texts(X))

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Return the probabilities of wanted and spam, shape (n_texts, 2).

        Raises
        ------
        InputError
            If `X` is no batch, or a row of it is not a str.
        """
        spam = sigmoid(self.decision_function(X))
        return np.column_stack([1 - spam, spam])

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

    def classify(self, text: str) -> Verdict:
        """Return what the model says of one message.

        Raises
        ------
        InputError
            If `text` is not a str.
        """
        return self._verdict(check_text(text), self._fitted().log_odds_one(text))

    def classify_many(
        self, texts: Any, errors: Literal["raise", "report"] = "raise"
    ) -> list[Verdict | InputError]:
        """Return what the model says of each message.

        Parameters
        ----------
        texts : sequence of str, length n_texts
        errors : {"raise", "report"}, default="raise"
            What to do with a row that is not a str: raise, or put the
            :class:`InputError` in its place and score the rest.

        Returns
        -------
        list of Verdict or InputError, length n_texts
            In the order of `texts`.

        Raises
        ------
        InputError
            If `texts` is no batch, or, with ``errors="raise"``, a row is not a str.
        """
        if errors not in ("raise", "report"):
            raise InputError(f'errors must be "raise" or "report", not {errors!r}')
        rows = check_texts(texts, "texts") if errors == "raise" else as_sequence(texts, "texts")
        found: list[Verdict | InputError | None] = [row_error(row, i, "texts") for i, row in enumerate(rows)]
        good = [i for i, error in enumerate(found) if error is None]
        log_odds = self._fitted().log_odds([rows[i] for i in good]).tolist()
        for i, value in zip(good, log_odds, strict=True):
            found[i] = self._verdict(rows[i], value)
        return [item for item in found if item is not None]

    def explain(self, text: str, top: int | None = 8) -> list[Evidence]:
        """Return the words that carry the verdict, strongest first.

        Parameters
        ----------
        text : str
        top : int or None, default=8
            How many; None for all, whose contributions and `intercept_` add up
            to the log-odds.

        Raises
        ------
        InputError
            If `text` is not a str, or `top` no whole number of at least 0.
        """
        if top is not None and not (isinstance(top, (int, np.integer)) and top >= 0):
            raise InputError(f"top must be a whole number of at least 0, or None for all, not {top!r}")
        return _all_evidence(self._fitted(), check_text(text))[:top]

    def _verdict(self, text: str, log_odds: float) -> Verdict:
        probability = float(sigmoid(np.float64(log_odds)))  # type: ignore[arg-type]
        is_spam = probability >= self.threshold
        action = "block" if is_spam else "review" if probability >= self.review_threshold else "pass"
        # Bound to the weights, not to the estimator, which may be fitted anew before anyone looks.
        evidence = EvidenceList(partial(_all_evidence, self._fitted(), text))
        return Verdict(
            text,
            is_spam,
            probability,
            log_odds,
            self.threshold,
            action,
            evidence,
            f"{self.name_} {self.version_}",
        )

    @property
    def intercept_(self) -> float:
        """Log-odds of a message without any feature."""
        return self._fitted().intercept

    @property
    def threshold(self) -> float:
        """Probability from which on a message is blocked; can be set."""
        self._fitted()
        return self._threshold

    @threshold.setter
    def threshold(self, value: float) -> None:
        self._threshold = _check_probability("threshold", value)

    @property
    def review_threshold(self) -> float:
        """Probability from which on a message is to be reviewed; can be set."""
        self._fitted()
        return self._review_threshold

    @review_threshold.setter
    def review_threshold(self, value: float) -> None:
        self._review_threshold = _check_probability("review_threshold", value)

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
        scorer = self._fitted()
        name, version = name or self.name_, version or self.version_
        details = self.details_ if details is None else details
        manifest = {
            "name": name,
            "version": version,
            "labels": {"0": "wanted", "1": "marketing spam"},
            "parameters": {key: _plain(value) for key, value in self.get_params().items()},
            "normalizer_version": NORMALIZER_VERSION,
            "features_version": FEATURES_VERSION,
            "scale": scorer.scale,
            "intercept": scorer.intercept,
            "threshold": self.threshold,
            "review_threshold": self.review_threshold,
            "golden": [{"text": text, "log_odds": scorer.log_odds_one(text)} for text in GOLDEN_TEXTS],
            "libraries": _library_versions(),
            "details": details,
        }
        write_artifact(path, manifest, {"weights": scorer.weights})
        self.name_, self.version_, self.details_ = name, version, details

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> SpamClassifier:
        """Read a model from a folder that :meth:`save` wrote.

        Raises
        ------
        ModelFormatError
            If the model is damaged, incomplete, too large or of another version.
        """
        manifest, arrays = read_artifact(path)
        try:
            for key, known in (
                ("normalizer_version", NORMALIZER_VERSION),
                ("features_version", FEATURES_VERSION),
            ):
                if manifest[key] != known:
                    raise ModelFormatError(
                        f"{path}: {key} {manifest[key]!r} is unknown, this release has {known}; "
                        "retrain the model or install the release that made it"
                    )
            model = cls(**manifest["parameters"])
            scale, intercept = float(manifest["scale"]), float(manifest["intercept"])
            model.scorer_ = LinearScorer(model._feature_space(), arrays["weights"], scale, intercept)
            model.threshold, model.review_threshold = manifest["threshold"], manifest["review_threshold"]
            model.name_, model.version_ = str(manifest["name"]), str(manifest["version"])
            model.details_ = dict(manifest["details"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            if isinstance(error, ModelFormatError):
                raise
            raise ModelFormatError(f"{path}: the manifest lacks or misstates {error}") from error
        weights, expected = arrays["weights"], (np.dtype(np.int16), (model.scorer_.space.n_features,))
        if (weights.dtype, weights.shape) != expected:
            raise ModelFormatError(f"{path}: the weights are not {expected[1][0]} 16-bit whole numbers")
        if weights.min() < -LARGEST_WEIGHT or weights.max() > LARGEST_WEIGHT:
            raise ModelFormatError(f"{path}: the weights are not all within {LARGEST_WEIGHT} of 0")
        if not (np.isfinite(scale) and np.isfinite(intercept)):
            raise ModelFormatError(f"{path}: scale and intercept must be finite")
        model.classes_ = np.array([0, 1])
        return model


def _check_probability(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not 0 <= value <= 1:
        raise InputError(f"{name} must be a probability from 0 to 1, not {value!r}")
    return float(value)


def _all_evidence(scorer: LinearScorer, text: str) -> list[Evidence]:
    from spamsms.evidence import find_evidence

    return find_evidence(scorer, text)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _library_versions() -> dict[str, str]:
    """Return what the model was made with, for information."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for package in ("numpy", "scikit-learn", "jieba"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
