"""What labels are worth: suggested messages against random ones at equal budgets, on the project's corpus.

``python -m benchmarks.labels`` starts from a model of 300 labelled messages, adds 200 of the others, chosen
in several ways, and measures each model on template groups that none of them saw.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.checkout import write_json
from benchmarks.messages import read_corpus
from spamsms import SpamClassifier
from spamsms.training.dedupe import template_groups
from spamsms.training.metrics import area_under_curve, partial_area, recall_at
from spamsms.training.suggest import suggest_labels

START, ADDED, SEEDS = 300, 200, 20
TEST_SHARE = 1 / 3
MODEL: dict[str, Any] = {"hash_bits": 15, "cv": 3}
FIGURES = ("partial AUC", "AUC", "recall at 2 %")

Array = npt.NDArray[Any]
# Given the model, the texts to choose from and those labelled, the places chosen.
Chooser = Callable[[SpamClassifier, list[str], list[str]], list[int]]


def choose_suggested(model: SpamClassifier, texts: list[str], labelled: list[str], added: int) -> list[int]:
    """Return what ``spamsms suggest`` lists."""
    return [item.row for item in suggest_labels(texts, model, added, labelled=labelled)]


def choose_undecided(model: SpamClassifier, texts: list[str], labelled: list[str], added: int) -> list[int]:
    """Return what lies nearest to even odds, the usual uncertainty sampling."""
    return np.argsort(np.abs(model.decision_function(texts)), kind="stable")[:added].tolist()


def compare_choices(
    texts: list[str], labels: Array, start: int = START, added: int = ADDED, seeds: int = SEEDS
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the figures by way to choose, shape (seeds, figures); ``start`` adds nothing."""
    groups = template_groups(texts)
    found: dict[str, list[list[float]]] = {}
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        names = random.permutation(np.unique(groups))
        tested = np.isin(groups, names[: round(len(names) * TEST_SHARE)])
        test, pool = np.flatnonzero(tested), random.permutation(np.flatnonzero(~tested))
        labelled, rest = pool[:start], pool[start:]
        fit = partial(_fit, texts, labels)
        model = fit(labelled)
        ways: dict[str, Chooser] = {
            "random": lambda m, t, known, r=random: r.permutation(len(t))[:added].tolist(),
            "undecided": partial(choose_undecided, added=added),
            "suggested": partial(choose_suggested, added=added),
        }
        found.setdefault("start", []).append(_measure(model, texts, labels, test))
        for name, choose in ways.items():
            places = choose(model, [texts[row] for row in rest], [texts[row] for row in labelled])
            assert len(set(places)) == added
            found.setdefault(name, []).append(
                _measure(fit(np.concatenate([labelled, rest[places]])), texts, labels, test)
            )
    return {name: np.array(rows) for name, rows in found.items()}


def _fit(texts: list[str], labels: Array, rows: Array) -> SpamClassifier:
    return SpamClassifier(**MODEL).fit([texts[row] for row in rows], labels[rows])


def _measure(model: SpamClassifier, texts: list[str], labels: Array, rows: Array) -> list[float]:
    scores, truth = model.decision_function([texts[row] for row in rows]), labels[rows]
    return [
        partial_area(scores, truth),
        area_under_curve(scores, truth),
        recall_at(scores, truth, 0.02).value,
    ]


def report(found: dict[str, npt.NDArray[np.float64]]) -> dict[str, Any]:
    """Return mean figures, and their differences to random choice with the standard error over seeds."""
    rows = {}
    for name, figures in found.items():
        change = figures - found["random"]
        error = change.std(axis=0, ddof=1) / np.sqrt(len(change))
        rows[name] = {
            title: {
                "mean": round(float(mean), 4),
                "against_random": round(float(gain), 4),
                "standard_error": round(float(doubt), 4),
                "better_in": int(wins),
            }
            for title, mean, gain, doubt, wins in zip(
                FIGURES,
                figures.mean(axis=0),
                change.mean(axis=0),
                error,
                (change > 0).sum(axis=0),
                strict=True,
            )
        }
    return rows


def main() -> None:
    """Compare, print and, if asked, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    texts, labels = read_corpus()
    figures = report(compare_choices(texts, np.array(labels), seeds=args.seeds))
    print(f"{START} labels, {ADDED} more, {args.seeds} seeds; differences to random choice (standard error)")
    for name, row in figures.items():
        cells = (
            f"{title} {cell['mean']:.4f} {cell['against_random']:+.4f} ({cell['standard_error']:.4f}), "
            f"better in {cell['better_in']}"
            for title, cell in row.items()
        )
        print(f"{name:<12}" + "   ".join(cells))
    if args.json:
        write_json(args.json, figures)


if __name__ == "__main__":
    main()
