"""Find surface features that alone tell the labels apart: a model would learn them in place of spam.

A comma, a masked digit or the name of a source says where a message comes from.
Where the two classes come from different places it also says the label, and
figures measured on such data promise what no inbox will bear out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.training.attack_entries import rows
from spamsms.training.metrics import Rate, Z, area_under_curve, rate_of

Array = npt.NDArray[Any]
# Real inboxes stay below, classes of different origin lie above: docs/labelled-data.md has figures.
BAR = 0.75
BAR_TOGETHER = 0.9
# A feature that one class hardly ever has and the other often has is a sure tell where it occurs.
HARDLY_EVER, OFTEN = 0.005, 0.1
FEWEST_OF_A_CLASS = 20
FOLDS = 5
LENGTH, SOURCE, TOGETHER = "length", "source", "all of these together"

_ERASED = (
    "spamsms drops the sign itself when it normalises, but not the origin behind it: get both classes from "
    "the same inboxes, and measure on messages of your own"
)
_SEEN = (
    "a model sees it: write both classes alike (mask both or none), train with augment_copies, which masks "
    "copies, and measure with spamsms evaluate --probes"
)
_ADVICE = {
    LENGTH: "get messages of every length in both classes, and look at the slices by length in evaluation",
    SOURCE: "a source with one class teaches its style: give it a weight of 0.1 to 0.3 and calibrate = false "
    "in training.toml, and measure on sources that hold both classes",
    TOGETHER: "this is how far a model gets without reading: only what it reaches beyond that is its own, "
    "and a random split of these data cannot show it",
}


@dataclass(frozen=True)
class StyleFigure:
    """How far one surface feature tells the labels apart, a message of each template counted.

    Attributes
    ----------
    feature : str
    spam, wanted : float
        Share of the class with the feature, of length the median; NaN where there is none.
    n_spam, n_wanted : int
    separation : float
        Balanced accuracy of the feature alone, of length and of all together
        the area under the curve; .5 says nothing, 1 everything.
    low, high : float
        Its 95 % interval.
    advice : str
        What to do where it separates much.
    """

    feature: str
    spam: float
    wanted: float
    n_spam: int
    n_wanted: int
    separation: float
    low: float
    high: float
    advice: str

    @property
    def leaks(self) -> bool:
        """Whether it surely separates more than it may, or is one-sided."""
        return self.low >= (BAR_TOGETHER if self.feature == TOGETHER else BAR) or self.one_sided

    @property
    def one_sided(self) -> bool:
        """Whether one class hardly ever has the feature and the other often has."""
        if self.feature in (LENGTH, TOGETHER):
            return False
        shares = (self.spam, self.n_spam), (self.wanted, self.n_wanted)
        (_, least), (most, _) = (Rate(round(share * n), n).interval for share, n in sorted(shares))
        return least <= HARDLY_EVER and most >= OFTEN

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        values = asdict(self)
        for name, value in values.items():
            if isinstance(value, float):
                values[name] = None if np.isnan(value) else round(value, 5)
        return {**values, "leaks": self.leaks, "one_sided": self.one_sided}

    def finding(self) -> str:
        """Return what was found in words."""
        how = f"{self.separation:.1%} ({self.low:.1%}-{self.high:.1%})"
        if self.feature == TOGETHER:
            return f"punctuation, digits, masks, script, width and length together rank {how} of pairs right"
        if self.feature == LENGTH:
            return (
                f"length alone ranks {how} of pairs right: half of the spam is longer than {self.spam:.0f} "
                f"characters, half of the wanted messages longer than {self.wanted:.0f}"
            )
        if self.feature == SOURCE:
            return f"the name of the source alone tells {how} of the labels, both classes counted alike"
        return (
            f"{self.feature} stands in {self.spam:.1%} of spam and {self.wanted:.1%} of wanted messages: "
            f"alone it tells {how} of the labels, both classes counted alike"
        )


def leak_warnings(figures: Sequence[StyleFigure]) -> list[str]:
    """Return a paragraph for each remedy: the features that leak, and what to do."""
    by_advice: dict[str, list[StyleFigure]] = {}
    for figure in figures:
        if figure.leaks:
            by_advice.setdefault(figure.advice, []).append(figure)
    return [
        f"Style leaks: {'; '.join(figure.finding() for figure in found)} (over {found[0].n_spam:,} spam and "
        f"{found[0].n_wanted:,} wanted templates). What to do: {advice}."
        for advice, found in by_advice.items()
    ]


@cache
def _script_signs() -> tuple[frozenset[str], frozenset[str]]:
    """Return the characters that only simplified and only traditional writing has."""
    forms = rows("traditional")
    traditional = {form for written in forms.values() for form in written}
    return frozenset(set(forms) - traditional), frozenset(traditional - set(forms))


def script_of(text: str) -> str:
    """Return "simplified", "traditional", or "neither" where no character or as many of both tell."""
    simplified, traditional = _script_signs()
    lead = sum(char in simplified for char in text) - sum(char in traditional for char in text)
    return "simplified" if lead > 0 else "traditional" if lead < 0 else "neither"


def _pattern(expression: str) -> Callable[[str], bool]:
    search = re.compile(expression).search
    return lambda text: search(text) is not None


# Each with whether the model sees it: normalising drops what it does not.
FEATURES: dict[str, tuple[Callable[[str], bool], bool]] = {
    "the comma ，": (_pattern("，"), False),
    "the half-width comma ,": (_pattern(","), False),
    "the full stop 。": (_pattern("。"), False),
    "a full stop at the end": (_pattern(r"[。.．]\s*$"), False),
    "the exclamation mark": (_pattern("[！!]"), False),
    "【】": (_pattern("[【】]"), False),
    "a space inside": (_pattern(r"\S\s+\S"), False),
    "full-width letters or digits": (_pattern("[０-９Ａ-Ｚａ-ｚ]"), False),
    "traditional script": (lambda text: script_of(text) == "traditional", False),
    "a digit": (_pattern("[0-9０-９]"), True),
    "a mask of *": (_pattern(r"[*＊]"), True),
    "a mask of x": (_pattern("(?<![A-Za-z0-9])[xX]+(?![A-Za-z0-9])"), True),
    "a Latin letter but x": (_pattern("[A-WYZa-wyz]"), True),
}


def style_matrix(texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return whether each text has each of `FEATURES`, shape (n_texts, n_features)."""
    columns = [[test(text) for text in texts] for test, _ in FEATURES.values()]
    return np.array(columns, np.bool_).T.reshape(len(texts), len(FEATURES))


def measure_style(
    texts: Sequence[str], labels: Array, sources: Sequence[str], groups: Array
) -> list[StyleFigure]:
    """Measure how far surface features tell the labels apart.

    Parameters
    ----------
    texts : sequence of str, length n_texts
    labels : ndarray of shape (n_texts,)
    sources : sequence of str, length n_texts
    groups : ndarray of shape (n_texts,)
        Templates; the first message of each class in each is counted.

    Returns
    -------
    list of StyleFigure
        The most separating first; nothing where a class has fewer than 20 templates.
    """
    _, first = np.unique(np.stack([groups, labels]), axis=1, return_index=True)
    first.sort()
    texts, sources = [texts[row] for row in first], [sources[row] for row in first]
    spam = labels[first] == 1
    if min(spam.sum(), (~spam).sum()) < FEWEST_OF_A_CLASS:
        return []
    matrix = style_matrix(texts)
    lengths = np.array([len(text) for text in texts], np.float64)
    figures = [
        _binary(name, matrix[:, place], spam, _SEEN if seen else _ERASED)
        for place, (name, (_, seen)) in enumerate(FEATURES.items())
        if matrix[:, place].any()
    ]
    figures.append(_ranked(LENGTH, lengths, spam, (_median(lengths[spam]), _median(lengths[~spam]))))
    figures.append(_ranked(TOGETHER, _together(matrix, lengths, spam, groups[first]), spam))
    if len(set(sources)) > 1:
        figures.append(_binary(SOURCE, _likelier_spam(sources, spam), spam, _ADVICE[SOURCE]))
    return sorted(figures, key=lambda figure: -figure.separation)


def _median(values: Array) -> float:
    return float(np.median(values))


def _binary(name: str, present: Array, spam: Array, advice: str) -> StyleFigure:
    """Newcombe's hybrid score interval of a difference, halved around one half."""
    a, b = rate_of(present[spam]), rate_of(present[~spam])
    if a.value < b.value:
        low, high = _difference(b, a)
    else:
        low, high = _difference(a, b)
    # Which of the two is more is itself seen in the data, so less than nothing is nothing.
    gap, low = abs(a.value - b.value), max(low, 0.0)
    return StyleFigure(
        name, a.value, b.value, a.total, b.total, (1 + gap) / 2, (1 + low) / 2, (1 + high) / 2, advice
    )


def _difference(more: Rate, less: Rate) -> tuple[float, float]:
    (low, high), (low_less, high_less) = more.interval, less.interval
    gap = more.value - less.value
    return (
        gap - float(np.hypot(more.value - low, high_less - less.value)),
        gap + float(np.hypot(high - more.value, less.value - low_less)),
    )


def _ranked(name: str, scores: Array, spam: Array, middles: tuple[float, float] | None = None) -> StyleFigure:
    """Hanley and McNeil's (1982) interval of an area."""
    area = area_under_curve(scores, spam.astype(np.int64))
    area = max(area, 1 - area)
    n_spam, n_wanted = int(spam.sum()), int((~spam).sum())
    twice, both = area / (2 - area), 2 * area * area / (1 + area)
    spread = area * (1 - area) + (n_spam - 1) * (twice - area**2) + (n_wanted - 1) * (both - area**2)
    reach = Z * float(np.sqrt(max(spread, 0) / (n_spam * n_wanted)))
    of_spam, of_wanted = middles or (float("nan"), float("nan"))
    low, high = max(area - reach, 0.0), min(area + reach, 1.0)
    return StyleFigure(name, of_spam, of_wanted, n_spam, n_wanted, area, low, high, _ADVICE[name])


def _together(matrix: Array, lengths: Array, spam: Array, groups: Array) -> npt.NDArray[np.float64]:
    """Return out-of-fold log-odds of a model that sees nothing but style."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    log_length = np.log1p(lengths)
    known = np.column_stack([matrix, log_length, log_length**2]).astype(np.float64)
    model = LogisticRegression(max_iter=1000, class_weight="balanced")
    scores: npt.NDArray[np.float64] = cross_val_predict(
        model, known, spam, groups=groups, cv=GroupKFold(FOLDS), method="decision_function"
    )
    return scores


def _likelier_spam(sources: Sequence[str], spam: Array) -> npt.NDArray[np.bool_]:
    """Tell which messages come from sources that hold more of the spam than of the wanted messages."""
    _, place = np.unique(np.array(sources, dtype=object).astype(str), return_inverse=True)
    of_spam = np.bincount(place, spam) / spam.sum()
    of_wanted = np.bincount(place, ~spam) / (~spam).sum()
    found: npt.NDArray[np.bool_] = (of_spam > of_wanted)[place]
    return found
