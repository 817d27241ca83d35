"""Name the kinds of messages, and learn to."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from spamsms.calibration import sigmoid
from spamsms.errors import InputError
from spamsms.kinds import KINDS, KindHead
from spamsms.scoring import LinearScorer
from spamsms.validation import as_sequence, check_groups, check_texts

Self = TypeVar("Self", bound="KindNaming")


class KindNaming:
    """What :class:`spamsms.SpamClassifier` knows of kinds."""

    kind_head_: KindHead | None
    cv: int
    random_state: int | None

    def _fitted(self) -> LinearScorer:
        raise NotImplementedError

    def fit_kinds(self: Self, X: Any, kinds: Any, groups: Any = None) -> Self:
        """Learn to name kinds; :meth:`fit` comes first.

        Parameters
        ----------
        X : sequence of str, length n_texts
        kinds : sequence of str, length n_texts
            Codes of :data:`spamsms.kinds.KINDS`; rows with another value, such
            as "", are left out.
        groups : sequence, length n_texts, optional
            Messages of one template, as in :meth:`fit`.

        Returns
        -------
        SpamClassifier
            Itself.

        Raises
        ------
        InputError
            If a text or the number of kinds is wrong, or fewer than two kinds of
            either class are there to tell apart.
        """
        from spamsms.kind_fitting import fit_kind_head

        self._fitted()
        texts = check_texts(X)
        codes = [str(code) for code in as_sequence(kinds, "kinds")]
        if len(codes) != len(texts):
            raise InputError(f"kinds has {len(codes)} entries for {len(texts)} texts; pass one a text")
        grouped = check_groups(groups, len(texts))
        known = np.array([code in KINDS for code in codes])
        for side in (str.isupper, str.islower):
            if len({code for code in codes if code in KINDS and side(code)}) < 2:
                raise InputError("kinds holds fewer than two kinds of spam or of wanted messages")
        rows = np.flatnonzero(known)
        self.kind_head_ = fit_kind_head(
            [texts[row] for row in rows.tolist()],
            np.array(codes)[rows],
            None if grouped is None else grouped[rows],
            self.cv,
            self.random_state,
        )
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
