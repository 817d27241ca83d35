"""How a fitted classifier learns more: adapted to new labels, or batch by batch."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from spamsms.calibration import sigmoid
from spamsms.decision import Thresholds
from spamsms.errors import InputError
from spamsms.parameters import check_parameters
from spamsms.scoring import LinearScorer
from spamsms.validation import as_sequence, check_groups, check_labels, check_texts, check_weights

if TYPE_CHECKING:
    from spamsms.adapting import AdaptedScorer
    from spamsms.features import FeatureSpace
    from spamsms.incremental import Stream

Array = npt.NDArray[Any]
Self = TypeVar("Self", bound="LearningOn")


class LearningOn(Thresholds):
    """What :class:`spamsms.SpamClassifier` learns after :meth:`fit`, or instead of it."""

    scorer_: LinearScorer
    stream_: Stream | None = None
    kind_head_: Any
    classes_: Array
    details_: dict[str, Any]
    name_: str
    version_: str
    C: float
    wanted_weight: float
    passage_weight: float
    random_state: int | None

    def adapt(
        self: Self,
        texts: Any,
        labels: Any,
        *,
        sample_weight: Any = None,
        groups: Any = None,
        anchors: Any = None,
    ) -> Self:
        """Return a model adapted to new labels; this one stays as it is.

        This model's weights are the prior. How much of them is kept, and how
        dear mistakes on the new labels are, is chosen by cross-validation on
        them that divides no group. What the model says of `anchors` is held on
        to, so that old knowledge is not forgotten. Probabilities and thresholds
        rest on what models without a message's group said of it, mixed with
        this model's where there are few; the kinds are kept. With labels of one
        class, or too few to hold any out, the change is cautious and
        calibration and thresholds stay.

        Parameters
        ----------
        texts : sequence of str, length n_texts
            New to this model: of messages that it was fitted on it is too sure,
            and thresholds chosen on them come out too low.
        labels : sequence of {0, 1}, length n_texts
            1 is marketing spam.
        sample_weight : sequence of float, length n_texts, optional
        groups : sequence, length n_texts, optional
            Messages of one template. By default messages that mostly consist of
            the same runs of characters.
        anchors : sequence of str, optional
            Messages, without labels, like those that the model must go on
            judging as it does; the project's own corpus by default. With ``[]``
            only the prior protects them.

        Returns
        -------
        SpamClassifier
            Another one. ``details_["adapted"]`` says from which model, on how
            many messages, and how strongly. Its version is this model's with
            ``+adapted`` behind it.

        Raises
        ------
        InputError
            If a text, label, weight or group is not as it should be, or there is none.
        DatasetError
            If the corpus is needed and was left out of the installation.
        """
        from spamsms.adapting import adapt_scorer
        from spamsms.bundled import corpus_texts

        scorer = self._fitted()
        checked = check_texts(texts, "texts")
        if not checked:
            raise InputError("texts is empty; adapting needs labelled messages")
        targets = check_labels(labels, len(checked), both=False)
        weights = check_weights(sample_weight, targets, both=False)
        if not (weights > 0).any():
            raise InputError("sample_weight gives no message any weight; adapting needs labelled messages")
        found = adapt_scorer(
            scorer,
            checked,
            targets,
            weights * np.where(targets == 0, self.wanted_weight, 1.0),
            check_groups(groups, len(checked)),
            corpus_texts() if anchors is None else check_texts(anchors, "anchors"),
            self.random_state,
        )
        model = copy.copy(self)
        model.scorer_, model.stream_ = found.scorer, None
        vars(model).pop("out_of_fold_log_odds_", None)
        model._settle(found, targets, weights)
        origin = {"name": self.name_, "version": self.version_, "hash": self.hash_}
        model.details_ = {
            "adapted": {
                "from": origin,
                "messages": len(checked),
                "spam": int(targets.sum()),
                "anchors": found.n_anchors,
                "kept": found.strength.kept,
                "C": found.strength.C,
            }
        }
        if not self.version_.endswith("+adapted"):
            model.version_ = f"{self.version_}+adapted"
        return model

    def _settle(self, found: AdaptedScorer, labels: Array, weights: Array) -> None:
        """Calibrate and choose thresholds on out-of-fold log-odds, mixed with what the model had."""
        from spamsms.recalibration import mix_operating_points, recalibrate, translate_points

        held_out = np.isfinite(found.log_odds) & (weights > 0)
        log_odds, labels, weights = found.log_odds[held_out], labels[held_out], weights[held_out]
        slope, offset = recalibrate(log_odds, labels, weights, found.known, found.before)
        self.scorer_ = self.scorer_.rescaled(slope, offset)
        points = translate_points(
            self.operating_points_, sigmoid(slope * found.known + offset), sigmoid(found.before)
        )
        if np.unique(labels).size == 2:
            points = mix_operating_points(points, sigmoid(slope * log_odds + offset), labels)
        self.use_operating_points(points)

    def partial_fit(self: Self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Learn from one batch of a stream; call it again for each further batch and pass.

        Memory does not grow with the stream. A tenth of the messages, at most
        20,000, is never learnt from, in no pass: on them the model is
        calibrated and its thresholds are chosen after every batch, and
        near-duplicates mostly go with them. The first batch starts from the
        weights and kinds of the model where it is fitted or loaded, from nothing
        otherwise. Batches of a thousand messages and more in random order, and
        about three passes, come close to :meth:`fit`.

        Parameters
        ----------
        X : sequence of str, length n_texts
        y : sequence of {0, 1}, length n_texts
            1 is marketing spam; one class is enough.
        classes : sequence, optional
            For scikit-learn's sake: may be ``[0, 1]``.
        sample_weight : sequence of float, length n_texts, optional

        Returns
        -------
        SpamClassifier
            Itself. What it remembers of the stream is pickled with it, but is
            no part of the artifact that :meth:`save` writes.

        Raises
        ------
        InputError
            If a text, label, weight or parameter is not as it should be, or
            a parameter that features depend on changed between batches.
        """
        from spamsms.incremental import Stream, calibrate_stream, provisional_points

        texts = check_texts(X)
        labels = check_labels(y, len(texts), both=False)
        weights = check_weights(sample_weight, labels, both=False)
        _check_classes(classes)
        check_parameters(self)
        space = self._feature_space()
        scorer = getattr(self, "scorer_", None)
        stream = self.stream_ or Stream.start(space, scorer)
        if space != (stream.space if self.stream_ or scorer is None else scorer.space):
            raise InputError(
                "tokenizer, hash_bits, hmm or userdict changed since the model was fitted; call fit instead"
            )
        stream = stream.learn(
            texts,
            labels,
            weights,
            wanted_weight=self.wanted_weight,
            C=self.C,
            random_state=self.random_state,
        )
        calibrated, scores = calibrate_stream(stream.scorer(self.passage_weight), stream.reservoir)
        if self.stream_ is None:
            self.classes_ = np.array([0, 1])
            self.name_, self.version_, self.details_ = "custom", "0", {}
            vars(self).pop("out_of_fold_log_odds_", None)
        self.stream_, self.scorer_ = stream, calibrated
        if scores is None:
            return self.use_operating_points(provisional_points())
        return self.choose_thresholds(scores, stream.reservoir.labels)

    @property
    def hash_(self) -> str:
        """What tells this model from others, see :class:`spamsms.judging.Judging`."""
        raise NotImplementedError

    def _fitted(self) -> LinearScorer:
        raise NotImplementedError

    def _feature_space(self) -> FeatureSpace:
        raise NotImplementedError


def _check_classes(classes: Any) -> None:
    if classes is not None and set(as_sequence(classes, "classes", "0 and 1")) != {0, 1}:
        raise InputError(f"classes must be [0, 1] (wanted, marketing spam) or None, not {list(classes)!r}")
