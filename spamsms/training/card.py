"""Write a model's card from its figures, so that the two cannot disagree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from spamsms.kinds import KINDS
from spamsms.training.config import TrainingConfig
from spamsms.training.evaluate import format_rate

CARD = "MODEL_CARD.md"
# Figures of a model of the bundled corpus alone, where they were measured.
CORPUS_ONLY = "corpus_only.json"
README_MARKS = ("<!-- figures -->", "<!-- end of figures -->")


def write_card(out: Path, figures: dict[str, Any], config: TrainingConfig) -> None:
    """Write ``MODEL_CARD.md`` beside the artifact."""
    (out / CARD).write_text(render_card(figures, config, read_corpus_only(out)), encoding="utf-8")


def read_corpus_only(folder: Path) -> dict[str, Any] | None:
    """Return the figures of a model of the corpus alone that lie beside a model, if any do."""
    path = folder / CORPUS_ONLY
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def render_card(
    figures: dict[str, Any], config: TrainingConfig, corpus_only: dict[str, Any] | None = None
) -> str:
    """Return the card as Markdown."""
    data = figures["data"]
    lines = [
        f"# {figures['model']}",
        "",
        config.description.strip() or "A linear model of marketing spam among Chinese SMS.",
        "",
        f"Blocks from a probability of {figures['threshold']:.3f} on (chosen so that 1 % of wanted messages "
        f"of held-out groups are blocked), asks for review from {figures['review_threshold']:.3f} on (5 %).",
        "",
        "## Figures",
        "",
        f"Measured on {figures['n_test']} messages of template groups that training never saw; "
        f"{data['test_left_out']} more were left out because half or more of their 12-character runs stand "
        "in training. Rates come with their Wilson 95 % intervals, areas with a bootstrap over groups.",
        "",
        *_slice_table(figures["slices"], "source"),
        "",
        "`recall` and `wanted flagged` are at the default threshold; `recall at 2 %` at the threshold that "
        "lets through 2 % of the slice's own wanted messages.",
        "",
        "### By kind",
        "",
        *_kind_table(figures["slices"]),
        "",
        *_kind_naming(figures.get("kinds")),
        "### By length, and the hard ones",
        "",
        *_slice_table(figures["slices"], "length", "hard", "obfuscated", "all"),
        "",
        "## Data",
        "",
        f"{data['rows'] + data['bad_rows']} rows read, {data['bad_rows']} unusable, "
        f"{data['duplicates_removed']} duplicates removed, {data['label_conflicts']} label conflicts; "
        f"{data['groups']} template groups; "
        f"{data['train']} messages to train on. SHA-256 of the training rows: `{data['sha256'][:16]}…`.",
        "",
        *_source_table(data["sources"]),
        "",
        *_corpus_only_section(corpus_only),
    ]
    return "\n".join(lines)


def _corpus_only_section(figures: dict[str, Any] | None) -> list[str]:
    if figures is None:
        return []
    data = figures["data"]
    return [
        "## The bundled corpus alone",
        "",
        f"What anybody can train without further data: `{figures['command']}`, {data['train']} of our own "
        f"messages, defaults throughout; blocks from {figures['threshold']:.3f} on. Measured on the "
        f"{data['test']} messages of a writer that it never saw, and on all {figures['inbox_measured']} "
        "different messages of the real inboxes, none of which it saw; "
        "`python -m benchmarks.corpus_only` measures it anew. SHA-256 of the training rows: "
        f"`{data['sha256'][:16]}…`.",
        "",
        *_slice_head("test messages"),
        *(_slice_row(name, row) for name, row in figures["slices"].items()),
        "",
    ]


def readme_table(figures: dict[str, Any]) -> str:
    """Return the figures that README shows, as Markdown."""
    titles = {
        "source inbox": "real inboxes, both",
        "source rdfz": "— a household, 2020s, masked",
        "source mudou": "— several, 2013–14",
        "source personal": "personal messages (NUS)",
        "source fbs": "fake base stations, spam only",
        "source spam800k": "the 800k set's spam, 2015",
        "source corpus": "our own messages, 2024–26, a writer never trained on",
        "hard": "— the hard ones among them",
    }
    rows = _slice_head("test messages")
    rows.extend(
        _slice_row(title, figures["slices"][name])
        for name, title in titles.items()
        if name in figures["slices"]
    )
    return "\n".join(rows)


def write_readme_table(readme: Path, figures: dict[str, Any]) -> None:
    """Put the table between README's two marks."""
    before, rest = readme.read_text(encoding="utf-8").split(README_MARKS[0])
    _, after = rest.split(README_MARKS[1])
    table = f"{before}{README_MARKS[0]}\n{readme_table(figures)}\n{README_MARKS[1]}{after}"
    readme.write_text(table, encoding="utf-8")


def _slice_table(slices: dict[str, Any], *prefixes: str) -> list[str]:
    rows = _slice_head("slice")
    rows.extend(_slice_row(name, row) for name, row in slices.items() if name.split()[0] in prefixes)
    return rows


def _slice_head(title: str) -> list[str]:
    return [
        f"| {title} | spam | wanted | AUC | recall at 2 % | recall | wanted flagged |",
        "|---|--:|--:|---|---|---|---|",
    ]


def _slice_row(name: str, row: dict[str, Any]) -> str:
    auc = row.get("auc")
    area = f"{auc['value']:.4f} ({auc['low']:.4f}–{auc['high']:.4f})" if auc else ""
    at = format_rate(row["recall_at_fpr"]["0.02"]) if "recall_at_fpr" in row else ""
    recall, flagged = format_rate(row.get("recall")), format_rate(row.get("false_positives"), 2)
    return f"| {name} | {row['n_spam']} | {row['n_wanted']} | {area} | {at} | {recall} | {flagged} |"


def _kind_table(slices: dict[str, Any]) -> list[str]:
    rows = ["| kind | | messages | flagged |", "|---|---|--:|---|"]
    for code, title in KINDS.items():
        row = slices.get(f"kind {code}")
        if row:
            rate = row.get("recall") if code.isupper() else row.get("false_positives")
            rows.append(f"| {code} | {title} | {row['n_spam'] + row['n_wanted']} | {format_rate(rate, 2)} |")
    return rows


def _kind_naming(kinds: dict[str, Any] | None) -> list[str]:
    """Return how well kinds are named, as Markdown lines; nothing where there are none."""
    if not kinds:
        return []
    score, by_kind = "", ""
    if kinds["f1"]:
        score = f"macro-F1 {kinds['macro_f1']:.3f}, "
        f1 = ", ".join(f"{code} {entry['f1']:.2f} ({entry['n']})" for code, entry in kinds["f1"].items())
        by_kind = f" F1 by kind and its messages: {f1}."
    said = f"Kinds named on {kinds['n']} of these messages: {score}right for {kinds['accuracy']:.1%}."
    return [f"{said}{by_kind}", ""]


def _source_table(sources: dict[str, dict[str, int]]) -> list[str]:
    names = ("train_spam", "train_wanted", "test_spam", "test_wanted")
    rows = [
        "| source | " + " | ".join(name.replace("_", " ") for name in names) + " |",
        "|---|--:|--:|--:|--:|",
    ]
    for source, counts in sources.items():
        rows.append(f"| {source} | " + " | ".join(str(counts.get(name, 0)) for name in names) + " |")
    return rows
