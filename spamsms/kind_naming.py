"""Name the kinds of messages, and learn to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from spamsms.calibration import sigmoid
from spamsms.errors import InputError
from spamsms.kinds import KINDS, KindHead
from spamsms.scoring import LinearScorer
from spamsms.second_look import SecondLook
from spamsms.validation import as_sequence, check_groups, check_labels, check_texts, check_weights

Self = TypeVar("Self", bound="KindNaming")


class KindNaming:
    """What :class:`spamsms.SpamClassifier` knows of kinds."""

    kind_head_: KindHead | None
    scorer_: LinearScorer
    out_of_fold_log_odds_: npt.NDArray[np.float64]
    cv: int
    n_jobs: int | None
    random_state: int | None

    def _fitted(self) -> LinearScorer:
        raise NotImplementedError

    def fit_kinds(
        self: Self,
        X: Any,
        kinds: Any,
        groups: Any = None,
        sample_weight: Any = None,
        *,
        y: Any = None,
        second_look: bool = False,
    ) -> Self:
        """Learn to name kinds; :meth:`fit` comes first.

        Parameters
        ----------
        X : sequence of str, length n_texts
        kinds : sequence of str, length n_texts
            Codes of :data:`spamsms.kinds.KINDS`, or another value, such as "",
            where the kind is not known.
        groups : sequence, length n_texts, optional
            Messages of one template, as in :meth:`fit`.
        sample_weight : sequence of float, length n_texts, optional
        y : sequence of {0, 1}, length n_texts, optional
            Labels, as in :meth:`fit`: with them, rows of no known kind tell the
            kinds of the other class what they are not. Otherwise they are not
            learnt from.
        second_look : bool, default=False
            Whether the kinds take part in the log-odds from now on, where the
            hyperplane is unsure; see :mod:`spamsms.second_look`. `X` must then
            be what :meth:`fit` was given. Call :meth:`calibrate` and
            :meth:`choose_thresholds` with `out_of_fold_log_odds_` afterwards.

        Returns
        -------
        SpamClassifier
            Itself.

        Raises
        ------
        InputError
            If a text or the number of kinds is wrong, fewer than two kinds of
            either class are there to tell apart, or `second_look` is asked for
            other messages than :meth:`fit` was given.
        """
        from spamsms.kind_fitting import fit_kind_head

        scorer = self._fitted()
        texts = check_texts(X)
        codes = [str(code) for code in as_sequence(kinds, "kinds")]
        if len(codes) != len(texts):
            raise InputError(f"kinds has {len(codes)} entries for {len(texts)} texts; pass one a text")
        grouped = check_groups(groups, len(texts))
        for side in (str.isupper, str.islower):
            if len({code for code in codes if code in KINDS and side(code)}) < 2:
                raise InputError("kinds holds fewer than two kinds of spam or of wanted messages")
        weights = check_weights(sample_weight, np.zeros(len(texts), np.int64), both=False)
        labels = np.full(len(texts), -1) if y is None else check_labels(y, len(texts))
        first = getattr(self, "out_of_fold_log_odds_", None)
        if scorer.second_look is not None:
            raise InputError("kinds already take part in this model's log-odds; call fit before fit_kinds")
        if second_look and (first is None or first.size != len(texts)):
            raise InputError(
                "second_look=True needs the messages that fit was given; call fit with them first"
            )
        self.kind_head_, margins = fit_kind_head(
            texts,
            np.array(codes),
            labels,
            grouped,
            weights,
            self.cv,
            self.random_state,
            self.n_jobs,
            scorer,
        )
        if second_look and first is not None:
            look = SecondLook(self.kind_head_)
            self.scorer_ = replace(scorer, second_look=look)
            self.out_of_fold_log_odds_ = first + look.scale * look.share(first) * margins
        return self

    def predict_kind(self, X: Any) -> npt.NDArray[np.str_]:
        """Return the code of each message's most probable kind, shape (n_texts,).

        The codes are those of :data:`spamsms.kinds.KINDS`; capital ones are spam.

        Raises
        ------
        InputError
            If `X` is no batch, a row of it is not a str, or the model has no kinds.
        """
        proba = self.predict_kind_proba(X)
        named: npt.NDArray[np.str_] = np.array(self.kinds_)[proba.argmax(axis=1)]
        return named

    def predict_kind_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Return the probability of each of `kinds_`, shape (n_texts, n_kinds).

        Raises
        ------
        InputError
            If `X` is no batch, a row of it is not a str, or the model has no kinds.
        """
        texts = check_texts(X)
        head = self._kind_head()
        return head.probabilities(texts, sigmoid(self._fitted().log_odds(texts)))

    @property
    def kinds_(self) -> tuple[str, ...]:
        """Codes of the kinds that the model tells apart."""
        return self._kind_head().codes

    def _kind_head(self) -> KindHead:
        self._fitted()
        if self.kind_head_ is None:
            raise InputError("this model has no kinds; give the training data a column kind")
        return self.kind_head_
