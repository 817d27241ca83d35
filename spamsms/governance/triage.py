"""Triage of complaints: what is complained about, in which campaigns, by whom, and when most.

>>> from spamsms.governance.triage import triage
>>> result = triage("complaints.csv")                             # doctest: +SKIP
>>> result.campaigns[["id", "complaints", "sector", "example"]]    # doctest: +SKIP
>>> result.write("out")                                           # doctest: +SKIP
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from spamsms.governance import tallies
from spamsms.governance.campaigns import Campaigns, find_campaigns
from spamsms.governance.complaints import Complaints, Problem, read_complaints
from spamsms.governance.examine import Examined, examine, shown_sender
from spamsms.governance.frames import as_frame
from spamsms.governance.previous import read_previous
from spamsms.governance.table_columns import COLUMNS
from spamsms.registry import as_model

if TYPE_CHECKING:
    import pandas as pd

    from spamsms.classifier import SpamClassifier

Rows = list[dict[str, Any]]
STEPS = ("reading", "finding campaigns", "scoring and extracting", "counting")


@dataclass(frozen=True)
class TriageResult:
    """What triage found. DataFrames are made when asked for, and need pandas.

    Attributes
    ----------
    summary : dict
        Counts of rows and what else stands at the head of the report.
    tables : dict of str to list of dict
        The rows of each table: ``complaints``, ``campaigns``, ``clues``,
        ``sectors``, ``timeline``, ``senders``, ``signatures``, ``problems``.
    found : Campaigns
        Labels, ids and sketches of the campaigns.
    clues_by_campaign : list of dict
        For each campaign, how many complaints hold each value, by type.
    """

    summary: dict[str, Any]
    tables: dict[str, Rows]
    found: Campaigns
    clues_by_campaign: list[dict[str, Any]]

    @property
    def complaints(self) -> pd.DataFrame:
        """A row a complaint that was used, in the order of the input."""
        return self._frame("complaints")

    @property
    def campaigns(self) -> pd.DataFrame:
        """A row a campaign, the largest first."""
        return self._frame("campaigns")

    @property
    def clues(self) -> pd.DataFrame:
        """A row for each signature, number, link or contact of a campaign."""
        return self._frame("clues")

    @property
    def sectors(self) -> pd.DataFrame:
        """A row a sector."""
        return self._frame("sectors")

    @property
    def timeline(self) -> pd.DataFrame:
        """A row a day, surges marked."""
        return self._frame("timeline")

    @property
    def senders(self) -> pd.DataFrame:
        """A row a sending number, the one with most complaints first."""
        return self._frame("senders")

    @property
    def signatures(self) -> pd.DataFrame:
        """A row a signature, the one with most complaints first."""
        return self._frame("signatures")

    @property
    def problems(self) -> pd.DataFrame:
        """A row for each row or field that could not be used."""
        return self._frame("problems")

    def write(self, folder: str | os.PathLike[str]) -> list[str]:
        """Write the report and the tables to a folder, and return their paths."""
        from spamsms.governance.exports import write_result

        return write_result(self, folder)

    def _frame(self, name: str) -> pd.DataFrame:
        return as_frame(self.tables[name], COLUMNS[name])


def triage(
    source: Any,
    model: str | os.PathLike[str] | SpamClassifier | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    previous: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
    unmask: bool = False,
    report: Callable[[str], None] | None = None,
) -> TriageResult:
    """Find out what complaints are about.

    Parameters
    ----------
    source : path or pandas.DataFrame
        Complaints as csv, tsv, jsonl, Parquet or txt, with the message and,
        where there is, when it was reported, the sending number, and who
        received it (a number or a hash; it is counted and never exported).
    model : str, path or SpamClassifier, optional
        The packaged model by default.
    columns : mapping of str to str, optional
        Names of the columns that hold ``text``, ``reported_at``, ``sender``,
        ``receiver``; found by their names otherwise, Chinese ones too.
    encoding : str, optional
        None to tell UTF-8 from GB18030 by the bytes.
    previous : path or sequence of path, optional
        Folders that earlier runs wrote; campaigns in none of them are new.
    unmask : bool, default=False
        Leave personal data in the results as they are.
    report : callable, optional
        Told the step that begins, of :data:`STEPS`.

    Returns
    -------
    TriageResult

    Raises
    ------
    InputError
        If an argument is not of the kind asked for.
    DatasetError
        If the file, or that of a previous run, cannot be used.
    """
    tell = report or _tell_nobody
    tell(STEPS[0])
    known = read_previous(previous) if previous is not None else None
    complaints = read_complaints(source, columns, encoding)
    classifier = as_model(model)
    tell(STEPS[1])
    campaigns = find_campaigns(complaints.texts, known)
    tell(STEPS[2])
    found = examine(complaints, campaigns, classifier, unmask)
    tell(STEPS[3])
    old = None if known is None else set(known.ids)
    new = [None if old is None else name not in old for name in campaigns.ids]
    tables = _tables(complaints, campaigns, found, new, unmask)
    summary = _summarise(complaints, tables, found, classifier, old is not None, unmask)
    return TriageResult(summary, tables, campaigns, list(map(dict, found.clues)))


def _tables(
    complaints: Complaints, campaigns: Campaigns, found: Examined, new: list[bool | None], unmask: bool
) -> dict[str, Rows]:
    rows = tallies.tally_campaigns(complaints, campaigns, found, new)
    return {
        "complaints": _complaint_rows(complaints, campaigns, found, unmask),
        "campaigns": rows,
        "clues": tallies.tally_clues(rows, found),
        "sectors": tallies.tally_sectors(found),
        "timeline": tallies.tally_days(complaints, campaigns, found),
        "senders": tallies.tally_senders(complaints, campaigns, found, unmask),
        "signatures": tallies.tally_signatures(complaints, campaigns, found),
        "problems": [vars(problem) for problem in sorted(complaints.problems, key=_line)],
    }


def _complaint_rows(complaints: Complaints, campaigns: Campaigns, found: Examined, unmask: bool) -> Rows:
    labels, marketing = campaigns.labels.tolist(), found.marketing.tolist()
    rows = zip(
        complaints.lines,
        found.shown,
        complaints.times,
        (
            shown_sender(sender, bool(found.campaign_marketing[label]), unmask) if sender else ""
            for sender, label in zip(found.senders, labels, strict=True)
        ),
        (campaigns.ids[label] for label in labels),
        marketing,
        found.probabilities.tolist(),
        found.kinds,
        found.sectors,
        found.signatures,
        found.refusals.tolist(),
        strict=True,
    )
    return [dict(zip(COLUMNS["complaints"], row, strict=True)) for row in rows]


def _summarise(
    complaints: Complaints,
    tables: dict[str, Rows],
    found: Examined,
    model: SpamClassifier,
    compared: bool,
    unmask: bool,
) -> dict[str, Any]:
    total = len(complaints.texts)
    marketing = int(found.marketing.sum())
    dated = [time for time in complaints.times if time is not None]
    repeated = [row for row in tables["campaigns"] if row["complaints"] > 1]
    surges = [day for day in tables["timeline"] if day["surge"]]
    return {
        "source": os.path.basename(complaints.name),
        "read": complaints.n_read,
        "used": total,
        "unusable": sum(not problem.used for problem in complaints.problems),
        "undated": total - len(dated),
        "bad_dates": sum(problem.used and "reported_at" in problem.reason for problem in complaints.problems),
        "columns": complaints.columns,
        "first": min(dated, default=None),
        "last": max(dated, default=None),
        "marketing": marketing,
        **tallies.share(marketing, total, "marketing_share"),
        "campaigns": len(repeated),
        "in_campaigns": sum(row["complaints"] for row in repeated),
        "single": len(tables["campaigns"]) - len(repeated),
        "new_campaigns": sum(bool(row["new"]) for row in repeated) if compared else None,
        "senders": len(tables["senders"]) if complaints.columns["sender"] else None,
        "signatures": len(tables["signatures"]),
        "surge_days": [day["date"] for day in surges],
        "peak": max(surges, key=_complaints, default=None),
        "model": f"{model.name_} {model.version_}",
        "threshold": float(model.threshold),
        "masked": not unmask,
        "made": datetime.now().replace(microsecond=0),
    }


def _line(problem: Problem) -> int:
    return problem.line


def _complaints(row: dict[str, Any]) -> int:
    return int(row["complaints"])


def _tell_nobody(step: str) -> None:
    """Tell nobody."""
