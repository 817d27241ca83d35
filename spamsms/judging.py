"""Say what a model makes of messages: verdicts and their evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from spamsms.calibration import sigmoid, sigmoid_one
from spamsms.errors import InputError
from spamsms.kinds import KindHead
from spamsms.normalize_batch import split_evenly
from spamsms.scoring import LinearScorer
from spamsms.validation import as_sequence, check_text, check_texts, row_error
from spamsms.verdict import Details, Evidence, EvidenceList, Verdict

Array = npt.NDArray[Any]


class Judging:
    """What :class:`spamsms.SpamClassifier` says of messages."""

    kind_head_: KindHead | None
    n_jobs: int | None
    name_: str
    version_: str
    threshold: float
    review_threshold: float
    # Weights and kinds, and the hash of the model they make.
    _hashed: tuple[LinearScorer, KindHead | None, str] | None = None

    def _fitted(self) -> LinearScorer:
        raise NotImplementedError

    def classify(self, text: str, explain: bool = True) -> Verdict:
        """Return what the model says of one message.

        Parameters
        ----------
        text : str
        explain : bool, default=True
            Whether kind and obfuscation are there to be asked for; they, like
            evidence, are worked out when first looked at.

        Raises
        ------
        InputError
            If `text` is not a str.
        """
        log_odds = self._fitted().log_odds_one(check_text(text))
        details = partial(_details, self.kind_head_, text, log_odds) if explain else None
        return self._verdict(text, log_odds, details)

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
        verdicts = self._judge([rows[i] for i in good])
        for i, verdict in zip(good, verdicts, strict=True):
            found[i] = verdict
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

    @property
    def hash_(self) -> str:
        """Twelve digits that tell the model from every other: another hash, other scores.

        Kept by saving, loading and pickling. Name, version and thresholds do not change it.
        """
        scorer, head = self._fitted(), self.kind_head_
        hashed = self._hashed
        if hashed is None or hashed[0] is not scorer or hashed[1] is not head:
            from spamsms.identity import model_hash

            hashed = scorer, head, model_hash(scorer, head)
            self._hashed = hashed
        return hashed[2]

    def _judge(self, texts: Sequence[str]) -> Iterator[Verdict]:
        """Yield verdicts whose kinds are worked out at once, which is cheaper than one by one."""
        from spamsms.parallel import CHARACTERS_A_TASK, is_worth_it, map_parts

        n_jobs = self.n_jobs if is_worth_it(texts, self.n_jobs) else None
        measure = partial(_measure, self._fitted(), self.kind_head_)
        measured = map_parts(measure, split_evenly(texts, CHARACTERS_A_TASK), n_jobs)
        rows = iter(texts)
        for log_odds, details in measured:
            for value, detail in zip(log_odds, details, strict=True):
                yield self._verdict(next(rows), value, detail)

    def _verdict(
        self, text: str, log_odds: float, details: Details | Callable[[], Details] | None = None
    ) -> Verdict:
        probability = sigmoid_one(log_odds)
        is_spam = probability >= self.threshold
        action = "block" if is_spam else "review" if probability >= self.review_threshold else "pass"
        # Bound to the weights, not to the estimator, which may be fitted anew before anyone looks.
        evidence = EvidenceList(partial(_all_evidence, self._fitted(), text))
        model = f"{self.name_} {self.version_}"
        return Verdict(
            text,
            is_spam,
            probability,
            log_odds,
            self.threshold,
            action,
            evidence,
            model,
            self.hash_,
            details=details,
        )


def _measure(
    scorer: LinearScorer, head: KindHead | None, texts: Sequence[str]
) -> tuple[list[float], list[Details]]:
    """Return the log-odds, and kind and obfuscation, of messages."""
    from spamsms.obfuscation import obfuscation

    log_odds = scorer.log_odds(texts)
    kinds: Iterable[tuple[str | None, float | None]] = [(None, None)] * len(texts)
    if head is not None:
        kinds = head.best(texts, sigmoid(log_odds))
    details: list[Details] = [(*kind, obfuscation(text)) for text, kind in zip(texts, kinds, strict=True)]
    values: list[float] = log_odds.tolist()
    return values, details


def _details(head: KindHead | None, text: str, log_odds: float) -> Details:
    # Its expressions take long to make, and a verdict alone does not need them.
    from spamsms.obfuscation import obfuscation

    if head is None:
        return None, None, obfuscation(text)
    return (*next(head.best([text], sigmoid(np.array([log_odds])))), obfuscation(text))


def _all_evidence(scorer: LinearScorer, text: str) -> list[Evidence]:
    from spamsms.evidence import find_evidence

    return find_evidence(scorer, text)
