"""A profile of labelled data as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from spamsms.kinds import KINDS
from spamsms.training.dataset import iter_problems
from spamsms.training.profile import QUANTILES, DatasetProfile, TemplateGroup

PROBLEMS_SHOWN = 20
TEXT_SHOWN = 60
BAR_LENGTH = 24


def render_text(profile: DatasetProfile) -> str:
    """Return the profile as lines of text."""
    return "\n".join(_lines(profile))


def _lines(profile: DatasetProfile) -> Iterator[str]:
    rows, duplicates = profile.rows, profile.duplicates
    yield (
        f"{rows['read']:,} rows: {rows['used']:,} used ({rows['spam']:,} spam, {rows['wanted']:,} wanted), "
        f"{rows['unusable']:,} unusable"
    )
    yield (
        f"{duplicates['repeated']:,} repeat an earlier one, {duplicates['label_conflicts']:,} label conflicts"
    )
    yield (
        f"{duplicates['groups']:,} template groups; {duplicates['in_groups']:,} messages in groups of two "
        f"and more, {duplicates['mixed_groups']:,} groups hold both labels"
    )
    given = ", ".join(f"{name} {count:,}" for name, count in profile.fields.items() if count)
    yield f"also given: {given or 'nothing but text and label'}"
    yield ""
    if profile.warnings:
        yield "warnings"
        yield from (f"  ! {warning}" for warning in profile.warnings)
    else:
        yield "no warnings"
    yield from _count_lines(profile)
    yield from _style_lines(profile)
    yield from _group_lines("the largest template groups", profile.largest_groups)
    yield from _group_lines("template groups with both labels", profile.mixed_groups)
    if profile.audit is not None:
        counts, suspects = profile.audit.counts, profile.audit.suspects
        yield ""
        yield f"labels that are probably wrong: {len(suspects):,} of {counts['rows']:,}"
        for item in suspects[:PROBLEMS_SHOWN]:
            yield (
                f"  {item.file}:{item.line}: {item.label} of probability {item.probability:.3f}  "
                f"{_shorten(item.text)}"
            )
    if profile.problems:
        yield ""
        yield "rows not used as they stand"
        yield from (f"  {line}" for line in iter_problems(profile.problems, PROBLEMS_SHOWN))


def _count_lines(profile: DatasetProfile) -> Iterator[str]:
    yield ""
    yield f"{'source':<28}{'spam':>9}{'wanted':>9}"
    for source, counts in list(profile.sources.items())[:PROBLEMS_SHOWN]:
        yield f"{source[:27]:<28}{counts['spam']:>9,}{counts['wanted']:>9,}"
    if len(profile.sources) > PROBLEMS_SHOWN:
        yield f"... and {len(profile.sources) - PROBLEMS_SHOWN} more"
    if set(profile.kinds) != {""}:
        yield ""
        yield f"{'kind':<37}{'messages':>9}"
        for code, count in list(profile.kinds.items())[: len(KINDS) + PROBLEMS_SHOWN]:
            yield f"{code or '(none)':<6} {KINDS.get(code, ''):<30}{count:>9,}"
    yield ""
    yield "length in characters".ljust(28) + "".join(
        f"{'least' if q == 0 else 'most' if q == 1 else f'{q:.0%}':>7}" for q in QUANTILES
    )
    for name, lengths in profile.lengths.items():
        yield f"{name:<28}" + "".join(f"{value:>7}" for value in lengths["quantiles"])
    yield ""
    yield "script: " + ", ".join(f"{name} {count:,}" for name, count in profile.scripts.items())


def _style_lines(profile: DatasetProfile) -> Iterator[str]:
    if not profile.separation:
        return
    yield ""
    yield "how far style alone tells the labels apart (50 % nothing, 100 % everything)"
    yield f"{'':<32}{'spam':>8}{'wanted':>8}  {'separates':<24}"
    for figure in profile.separation:
        if figure.feature == "length":
            shares = f"{figure.spam:>8.0f}{figure.wanted:>8.0f}"
        elif figure.spam != figure.spam:
            shares = " " * 16
        else:
            shares = f"{figure.spam:>8.1%}{figure.wanted:>8.1%}"
        bar = "#" * round((figure.separation - 0.5) * 2 * BAR_LENGTH)
        interval = f"{figure.separation:.1%} ({figure.low:.1%}-{figure.high:.1%})"
        yield f"{figure.feature:<32}{shares}  {interval:<24}{'!' if figure.leaks else ' '} {bar}".rstrip()


def _group_lines(title: str, groups: list[TemplateGroup]) -> Iterator[str]:
    if not groups:
        return
    yield ""
    yield title
    for group in groups:
        yield (
            f"  {group.spam:>5,} spam {group.wanted:>5,} wanted  {group.file}:{group.line}  "
            f"{_shorten(group.text)}"
        )


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TEXT_SHOWN else line[: TEXT_SHOWN - 1] + "…"
