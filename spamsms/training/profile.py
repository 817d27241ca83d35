"""Describe labelled data before anything is trained on them, and warn of what would go wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from spamsms.errors import DatasetError
from spamsms.kinds import KINDS
from spamsms.training.config import TrainingConfig
from spamsms.training.dataset import DataPath, Dataset, RowProblem, read_datasets, remove_duplicates
from spamsms.training.dedupe import template_groups
from spamsms.training.label_audit import LabelAudit, audit_dataset
from spamsms.training.style_leakage import FEATURES, StyleFigure, leak_warnings, measure_style, script_of

Array = npt.NDArray[Any]
STEPS = ("read", "find duplicates", "group", "measure style", "audit labels")
QUANTILES = (0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)
HISTOGRAM = (0, 10, 20, 30, 40, 50, 60, 70, 80, 100, 120, 140, 200, 300, 500)
SHOWN = 10
# Below, figures of a class are hardly more than chance; README's learning curves start there.
FEWEST_OF_A_CLASS = 100
LOPSIDED = 0.05
MANY_DUPLICATES = 0.2
MANY_CONFLICTS = 0.01
MANY_FAULTS = 0.01
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"[^\"]*\"|\d[\d,]*")


@dataclass(frozen=True)
class TemplateGroup:
    """Messages of one template: how many of either class, where the first stands, what it says."""

    spam: int
    wanted: int
    file: str
    line: int
    text: str


@dataclass(frozen=True)
class DatasetProfile:
    """What labelled data hold.

    Attributes
    ----------
    files : dict of str to int
        Rows used of each file.
    rows : dict of str to int
        ``read``, ``used``, ``unusable``, ``spam``, ``wanted``.
    faults : dict of str to int
        How often each fault occurs; ``problems`` has them with their lines.
    kinds : dict of str to int
        By code; "" where none is given.
    sources : dict of str to dict
        ``spam`` and ``wanted`` of each.
    duplicates : dict of str to int
        ``repeated`` rows that are the same as one before once normalised,
        ``label_conflicts`` among them, template ``groups``, rows in groups of
        two and more (``in_groups``), ``mixed_groups`` that hold both labels.
    lengths : dict of str to dict
        Quantiles in characters and a histogram, of ``spam`` and ``wanted``.
    style : dict of str to dict
        Share of either class with each surface feature.
    scripts : dict of str to int
        Simplified, traditional, or neither that can be told.
    fields : dict of str to int
        Rows with a sender, a time, a group, a split and a weight other than 1.
    separation : list of StyleFigure
        How far style tells the labels apart, the most telling first.
    largest_groups, mixed_groups : list of TemplateGroup
    audit : LabelAudit or None
        Labels that are probably wrong, where they were asked for.
    problems : list of RowProblem
        Rows not used as they stand, and label conflicts.
    warnings : list of str
        Sentences: what is wrong and what to do.
    """

    files: dict[str, int]
    rows: dict[str, int]
    faults: dict[str, int]
    kinds: dict[str, int]
    sources: dict[str, dict[str, int]]
    duplicates: dict[str, int]
    lengths: dict[str, dict[str, list[int]]]
    style: dict[str, dict[str, float]]
    scripts: dict[str, int]
    fields: dict[str, int]
    separation: list[StyleFigure]
    largest_groups: list[TemplateGroup]
    mixed_groups: list[TemplateGroup]
    audit: LabelAudit | None = None
    problems: list[RowProblem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON values; the first of the suspected labels and of the problems."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        values["separation"] = [figure.to_dict() for figure in self.separation]
        for name in ("largest_groups", "mixed_groups"):
            values[name] = [asdict(group) for group in values[name]]
        values["problems"] = list(map(str, self.problems[:1000]))
        if self.audit is not None:
            suspects = [asdict(item) for item in self.audit.suspects[:1000]]
            values["audit"] = {"counts": self.audit.counts, "suspects": suspects}
        return values

    def __str__(self) -> str:
        from spamsms.training.profile_text import render_text

        return render_text(self)

    def _repr_html_(self) -> str:
        from spamsms.training.profile_html import render_fragment

        return render_fragment(self)


def profile_dataset(
    data: DataPath | Sequence[DataPath],
    config: TrainingConfig | None = None,
    *,
    audit: bool = False,
    n_jobs: int | None = None,
    report: Callable[[str], None] | None = None,
) -> DatasetProfile:
    """Describe labelled data.

    Parameters
    ----------
    data : path or DataFrame, or sequence of them
        As for :func:`spamsms.training.train.train_model`.
    config : TrainingConfig, optional
        Names files, columns and weights.
    audit : bool, default=False
        Whether to look for wrong labels too, which fits a few models.
    n_jobs : int, optional
        Processes for that.
    report : callable, optional
        Called with each of `STEPS` as it begins.

    Returns
    -------
    DatasetProfile
        Prints as text, and shows as HTML in a notebook.

    Raises
    ------
    DatasetError
        If the data cannot be used at all.
    """
    config, report = config or TrainingConfig(), report or (lambda step: None)
    paths = list(data) if isinstance(data, (list, tuple)) else [data]
    report(STEPS[0])
    dataset, problems = read_datasets(paths, config)
    report(STEPS[1])
    unique, conflicts = remove_duplicates(dataset)
    report(STEPS[2])
    groups = template_groups(dataset.texts, dataset.groups)
    report(STEPS[3])
    separation = measure_style(dataset.texts, dataset.labels, dataset.sources, groups)
    audited, not_audited = None, []
    if audit:
        report(STEPS[4])
        try:
            audited = audit_dataset(dataset, groups, config, n_jobs=n_jobs)
        except DatasetError as error:
            not_audited = [f"Labels were not audited: {error}."]
    largest, mixed, sizes = _describe_groups(dataset, groups)
    profile = DatasetProfile(
        files=dict(sorted(Counter(file for file, _ in dataset.origins).items())),
        rows=_count_rows(dataset, problems),
        faults=dict(Counter(fault_of(problem.reason) for problem in problems).most_common()),
        kinds=_count_kinds(dataset.kinds),
        sources=_count_sources(dataset),
        duplicates={"repeated": len(dataset) - len(unique), "label_conflicts": len(conflicts), **sizes},
        lengths=_lengths(dataset),
        style=_style(separation),
        scripts=dict(sorted(Counter(map(script_of, dataset.texts)).items())),
        fields=_fields(dataset),
        separation=separation,
        largest_groups=largest,
        mixed_groups=mixed,
        audit=audited,
        problems=problems + conflicts,
    )
    profile.warnings.extend([*_warn(profile), *not_audited])
    return profile


def fault_of(reason: str) -> str:
    """Return a fault without what is particular to its row."""
    return _QUOTED.sub("…", reason)


def _count_rows(dataset: Dataset, problems: Sequence[RowProblem]) -> dict[str, int]:
    used, spam = len(dataset), int(dataset.labels.sum())
    unusable = sum(not problem.used for problem in problems)
    return {
        "read": used + unusable,
        "used": used,
        "unusable": unusable,
        "spam": spam,
        "wanted": used - spam,
    }


def _count_kinds(kinds: list[str]) -> dict[str, int]:
    counts = Counter(kinds)
    known = {code: counts.pop(code) for code in KINDS if code in counts}
    return {**known, **dict(sorted(counts.items()))}


def _count_sources(dataset: Dataset) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for source, label in zip(dataset.sources, dataset.labels.tolist(), strict=True):
        found.setdefault(source, {"spam": 0, "wanted": 0})["spam" if label else "wanted"] += 1
    return dict(sorted(found.items(), key=lambda item: -sum(item[1].values())))


def _lengths(dataset: Dataset) -> dict[str, dict[str, list[int]]]:
    lengths = np.array([len(text) for text in dataset.texts])
    found = {}
    for name, label in (("spam", 1), ("wanted", 0)):
        own = lengths[dataset.labels == label]
        if own.size:
            edges = [*HISTOGRAM, np.iinfo(np.int64).max]
            found[name] = {
                "quantiles": np.quantile(own, QUANTILES).round().astype(int).tolist(),
                "histogram": np.histogram(own, edges)[0].tolist(),
            }
    return found


def _style(separation: Sequence[StyleFigure]) -> dict[str, dict[str, float]]:
    by_name = {figure.feature: figure for figure in separation}
    return {
        name: {"spam": round(by_name[name].spam, 5), "wanted": round(by_name[name].wanted, 5)}
        for name in FEATURES
        if name in by_name
    }


def _fields(dataset: Dataset) -> dict[str, int]:
    return {
        "sender": sum(map(bool, dataset.senders)),
        "time": int((~np.isnat(dataset.times)).sum()),
        "kind": sum(map(bool, dataset.kinds)),
        "group": sum(map(bool, dataset.groups)),
        "split": sum(map(bool, dataset.splits)),
        "weight": int((dataset.weights != 1).sum()),
    }


def _describe_groups(
    dataset: Dataset, groups: Array
) -> tuple[list[TemplateGroup], list[TemplateGroup], dict[str, int]]:
    """Return the largest groups, the largest with both labels, and counts."""
    names, first, place, sizes = np.unique(groups, return_index=True, return_inverse=True, return_counts=True)
    spam = np.bincount(place, dataset.labels, names.size).astype(np.int64)
    mixed = (spam > 0) & (spam < sizes)

    def group_at(slot: int) -> TemplateGroup:
        row = int(first[slot])
        file, line = dataset.origins[row]
        n_spam, n_all = int(spam[slot]), int(sizes[slot])
        return TemplateGroup(n_spam, n_all - n_spam, file, line, dataset.texts[row])

    def largest(chosen: Array) -> list[TemplateGroup]:
        ranked = chosen[np.argsort(-sizes[chosen], kind="stable")][:SHOWN]
        return [group_at(slot) for slot in ranked.tolist()]

    counts = {
        "groups": int(names.size),
        "in_groups": int(sizes[sizes > 1].sum()),
        "mixed_groups": int(mixed.sum()),
    }
    return largest(np.flatnonzero(sizes > 1)), largest(np.flatnonzero(mixed)), counts


def _warn(profile: DatasetProfile) -> list[str]:
    """Return what is wrong and what to do, the gravest first."""
    rows, duplicates, warnings = profile.rows, profile.duplicates, []
    for name, other in (("spam", "wanted"), ("wanted", "spam")):
        if not rows[name]:
            warnings.append(f"There is no {name} message: a model needs both classes. Add labelled ones.")
        elif rows[name] < FEWEST_OF_A_CLASS:
            warnings.append(
                f"Only {rows[name]} {name} messages: a model from scratch says little. Add labelled ones, or "
                "add the corpus (--data FILE corpus)."
            )
        elif rows[name] < LOPSIDED * rows["used"]:
            share = rows[name] / rows["used"]
            warnings.append(f"{share:.1%} of the messages are {name}: add {name} ones rather than {other}.")
    warnings.extend(leak_warnings(profile.separation))
    if rows["unusable"] > MANY_FAULTS * rows["read"]:
        worst = next(iter(profile.faults))
        warnings.append(
            f"{rows['unusable']:,} of {rows['read']:,} rows cannot be used; most often: {worst}. "
            "Each is listed with its line."
        )
    if duplicates["label_conflicts"] > MANY_CONFLICTS * rows["used"]:
        warnings.append(
            f"{duplicates['label_conflicts']:,} messages bear both labels: training takes the majority's and "
            "leaves ties out. Settle them."
        )
    if duplicates["in_groups"] > MANY_DUPLICATES * rows["used"]:
        share = duplicates["in_groups"] / rows["used"]
        warnings.append(
            f"{share:.0%} of the messages share a template with another: a random split would test on what "
            "was trained on. spamsms train keeps templates together; do so too (groups=)."
        )
    return warnings
