"""What a search for parameters found, and the files it leaves."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spamsms.atomic_file import open_atomically
from spamsms.training.config import TrainingConfig
from spamsms.training.config_file import format_config

CONFIG, TRIALS, SUMMARY = "training.toml", "trials.csv", "tuning.json"
TRIALS_SHOWN = 8


@dataclass(frozen=True)
class Trial:
    """One set of parameters and its scores.

    Attributes
    ----------
    number : int
        0 is the configuration as it was given.
    parameters : dict
        What differs from it.
    scores : tuple of float
        By fold; fewer than there are folds where the trial left the race.
    """

    number: int
    parameters: dict[str, Any]
    scores: tuple[float, ...]

    @property
    def score(self) -> float:
        """The mean over the folds."""
        return float(np.mean(self.scores))


@dataclass(frozen=True)
class TuningResult:
    """What a search found.

    Attributes
    ----------
    config : TrainingConfig
        The best configuration.
    metric : str
    trials : list of Trial
        On the whole training side: those that stayed longest first, the best of them first.
    estimate, baseline : float
        By nested cross-validation: what the search reaches on messages that it
        never saw, and what the configuration as given reaches on the same.
    difference : tuple of float
        `estimate` less `baseline`, and its 95 % interval, template groups drawn
        with replacement.
    chosen : list of dict
        What each outer fold's search chose.
    counts : dict of str to int
    """

    config: TrainingConfig
    metric: str
    trials: list[Trial]
    estimate: float
    baseline: float
    difference: tuple[float, float, float]
    chosen: list[dict[str, Any]]
    counts: dict[str, int]

    @property
    def sentence(self) -> str:
        """Whether tuning helps, in words."""
        value, low, high = self.difference
        said = f"{self.metric} {self.estimate:.4f} against {self.baseline:.4f} as given, "
        said += f"{value:+.4f} ({low:+.4f} to {high:+.4f})"
        if not self.trials[0].parameters:
            return (
                "Nothing beat the configuration as given on all of the training side, so it stays. What "
                f"searches on parts of it chose reaches, on messages that they never saw: {said}."
            )
        if low > 0:
            return f"Tuning helps on messages that no search saw: {said}."
        if high < 0:
            return (
                f"Tuning does harm on messages that no search saw: {said}; keep the configuration as given."
            )
        return f"Tuning makes no difference that can be told from chance: {said}; the given may as well stay."


def tuning_values(result: TuningResult) -> dict[str, Any]:
    """Return what was found as JSON values."""
    value, low, high = (round(number, 6) for number in result.difference)
    return {
        "sentence": result.sentence,
        "metric": result.metric,
        "nested": {
            "estimate": round(result.estimate, 6),
            "as_given": round(result.baseline, 6),
            "difference": {"value": value, "low": low, "high": high},
            "chosen": result.chosen,
        },
        "data": result.counts,
        "trials": [
            {
                "number": trial.number,
                "parameters": trial.parameters,
                "score": round(trial.score, 6),
                "scores": [round(score, 6) for score in trial.scores],
            }
            for trial in result.trials
        ],
    }


def format_trials_csv(result: TuningResult) -> str:
    """Return a row a trial: its number, mean score, folds, parameters; empty ones are as given."""
    names = list(dict.fromkeys(name for trial in result.trials for name in trial.parameters))
    n_folds = max(len(trial.scores) for trial in result.trials)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["number", result.metric, "folds", *names, *(f"fold {i + 1}" for i in range(n_folds))])
    for trial in result.trials:
        scores = [f"{score:.6f}" for score in trial.scores]
        scores += [""] * (n_folds - len(scores))
        values = [trial.parameters.get(name, "") for name in names]
        writer.writerow([trial.number, f"{trial.score:.6f}", len(trial.scores), *values, *scores])
    return out.getvalue()


def format_trials(result: TuningResult) -> str:
    """Return the sentence and the best trials for people."""
    lines = [result.sentence, "", f"{'trial':>5}  {result.metric:<12}{'folds':>5}  parameters"]
    for trial in result.trials[:TRIALS_SHOWN]:
        said = ", ".join(f"{name} {value}" for name, value in trial.parameters.items()) or "as given"
        lines.append(f"{trial.number:>5}  {trial.score:<12.4f}{len(trial.scores):>5}  {said}")
    if len(result.trials) > TRIALS_SHOWN:
        lines.append(f"... and {len(result.trials) - TRIALS_SHOWN} more")
    return "\n".join(lines) + "\n"


def write_tuning(result: TuningResult, folder: Path) -> list[Path]:
    """Write the best configuration, the trials and the summary; return the files.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    comment = f"Found by spamsms tune. {result.sentence}"
    texts = {
        CONFIG: format_config(result.config, comment),
        TRIALS: format_trials_csv(result),
        SUMMARY: json.dumps(tuning_values(result), ensure_ascii=False, indent=1) + "\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        with open_atomically(folder / name) as file:
            file.write(text.encode("utf-8"))
    return [folder / name for name in texts]
