"""Rank sending numbers by the marketing that goes out over them, from files of any size.

Counts by number are exact. How many campaigns and signatures a number has is
estimated (:mod:`spamsms.governance.distinct`), and campaigns are found in the order
in which messages come (:mod:`spamsms.governance.campaign_stream`). Beyond
100,000 numbers at a time those with the fewest messages are forgotten, beyond 40,000
campaigns those of a single message; the summary says how many.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spamsms.errors import DatasetError
from spamsms.governance.campaign_stream import CampaignStream
from spamsms.governance.complaints import Complaints, stream_complaints
from spamsms.governance.entities import extract_many
from spamsms.governance.examine import first_signature, judge, names_refusal, shown_sender
from spamsms.governance.frames import as_frame
from spamsms.governance.masking import mask_text
from spamsms.governance.port_reasons import NIGHT, judge_port
from spamsms.governance.port_tally import Observed, Port, PortTally
from spamsms.governance.sectors import sector_of
from spamsms.governance.senders import sender_as_written
from spamsms.governance.table_columns import PORT_COLUMNS
from spamsms.governance.tallies import Rows, share
from spamsms.registry import as_model

if TYPE_CHECKING:
    import pandas as pd

    from spamsms.classifier import SpamClassifier

ROWS_A_PART = 16384
# Problems kept in full; all are counted.
MOST_PROBLEMS = 10_000


@dataclass(frozen=True)
class PortRanking:
    """Sending numbers, the heaviest burden first.

    Attributes
    ----------
    summary : dict
        Counts of rows, numbers and what was forgotten.
    rows : list of dict
        A row a number; see :data:`spamsms.governance.table_columns.PORT_COLUMNS`.
    problems : list of dict
        The first rows or fields that could not be used.
    """

    summary: dict[str, Any]
    rows: Rows
    problems: Rows

    @property
    def ports(self) -> pd.DataFrame:
        """A row a number; needs pandas."""
        return as_frame(self.rows, PORT_COLUMNS)

    def write(self, folder: str | os.PathLike[str]) -> list[str]:
        """Write the tables to a folder, and return their paths."""
        from spamsms.governance.exports import write_ports

        return write_ports(self, folder)


def rank_ports(
    source: Any,
    model: str | os.PathLike[str] | SpamClassifier | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    unmask: bool = False,
    advance: Callable[[int], None] | None = None,
) -> PortRanking:
    """Rank sending numbers.

    Parameters
    ----------
    source : path or pandas.DataFrame
        Messages with their sending numbers, as for
        :func:`spamsms.governance.triage.triage`; a file may be larger than memory.
    model : str, path or SpamClassifier, optional
        The packaged model by default.
    columns : mapping of str to str, optional
        Names of columns; found by their names otherwise.
    encoding : str, optional
        None to tell UTF-8 from GB18030 by the bytes.
    unmask : bool, default=False
        Leave personal data in examples and people's numbers as they are.
    advance : callable, optional
        Told how many more rows are done.

    Returns
    -------
    PortRanking

    Raises
    ------
    InputError
        If an argument is not of the kind asked for.
    DatasetError
        If the file cannot be used, or holds no sending numbers.
    """
    classifier = as_model(model)
    tally, stream = PortTally(), CampaignStream()
    examples: dict[int, str] = {}
    problems: Rows = []
    counts = dict.fromkeys(("read", "used", "unusable", "undated", "bad_dates", "without_sender"), 0)
    part = Complaints("")
    for part in stream_complaints(source, columns, encoding, ROWS_A_PART):
        tally.add(_observe(part, classifier, stream, examples, unmask))
        _count(counts, part)
        problems += [vars(problem) for problem in part.problems[: MOST_PROBLEMS - len(problems)]]
        kept = tally.campaign_numbers()
        examples = {number: text for number, text in examples.items() if number in kept}
        if advance is not None:
            advance(part.n_read)
    if counts["used"] and part.columns["sender"] is None:
        raise DatasetError(
            f"{part.name}: no column of sending numbers; name it: --sender-column, or columns={{'sender': …}}"
        )
    rows = [_row(port, examples, counts["used"], unmask) for port in tally.ports()]
    rows.sort(key=lambda row: (-row["burden"], -row["messages"], row["sender"]))
    for place, row in enumerate(rows, 1):
        row["rank"] = place
    summary = {
        "source": os.path.basename(part.name),
        **counts,
        "ports": len(rows),
        "forgotten_ports": tally.n_forgotten,
        "forgotten_messages": tally.n_forgotten_messages,
        "campaigns": stream.n_found,
        "forgotten_campaigns": stream.n_forgotten,
        "columns": part.columns,
        "model": f"{classifier.name_} {classifier.version_}",
        "threshold": float(classifier.threshold),
        "masked": not unmask,
    }
    return PortRanking(summary, rows, problems)


def _observe(
    part: Complaints, model: SpamClassifier, stream: CampaignStream, examples: dict[int, str], unmask: bool
) -> Observed:
    _, marketing, kinds = judge(model, part.texts)
    campaigns, leaders = stream.assign(part.texts)
    leading = {row: number for number, row in leaders.items()}
    refusals = np.zeros(len(kinds), np.bool_)
    signatures = [""] * len(kinds)
    for row, entities in enumerate(extract_many(part.texts)):
        signatures[row], refusals[row] = first_signature(entities), names_refusal(entities)
        if row in leading:
            text = part.texts[row]
            examples[leading[row]] = text if unmask else mask_text(text, entities, bool(marketing[row]))
    senders = [sender_as_written(number).number if number else "" for number in part.senders]
    return Observed(senders, part.times, marketing, kinds, refusals, signatures, campaigns)


def _count(counts: dict[str, int], part: Complaints) -> None:
    counts["read"] += part.n_read
    counts["used"] += len(part.texts)
    counts["unusable"] += sum(not problem.used for problem in part.problems)
    counts["bad_dates"] += sum(problem.used for problem in part.problems)
    counts["undated"] += sum(time is None for time in part.times)
    counts["without_sender"] += sum(not sender for sender in part.senders)


def _row(port: Port, examples: dict[int, str], total: int, unmask: bool) -> dict[str, Any]:
    sender = sender_as_written(port.number)
    standing = judge_port(port, sender)
    marketing = 2 * port.marketing >= port.messages
    kind = max(port.kinds, key=port.kinds.__getitem__, default=None)
    dated = sum(port.hours)
    campaigns = [
        {"messages": times, "example": examples[campaign]}
        for campaign, times in port.campaigns
        if campaign in examples
    ]
    values = {
        "rank": 0,
        "sender": shown_sender(sender, marketing, unmask),
        "kind": sender.kind,
        "carrier": sender.carrier,
        "burden": standing.burden,
        "reasons": "; ".join(standing.reasons),
        "reasons_zh": "；".join(standing.reasons_zh),
        "messages": port.messages,
        **share(port.messages, total),
        "marketing": port.marketing,
        **share(port.marketing, port.messages, "marketing_share"),
        **share(port.marketing_refusals, port.marketing, "refusal"),
        "main_kind": kind,
        "sector": sector_of(kind, marketing),
        "kinds": port.kinds,
        "campaigns": port.n_campaigns,
        "top_campaigns": campaigns,
        "signatures": port.n_signatures,
        "top_signatures": [name for name, _ in port.signatures],
        "peak_hour": int(np.argmax(port.hours)) if dated else None,
        **share(sum(port.hours[hour] for hour in NIGHT), dated, "night"),
        "hours": port.hours,
        "first_seen": port.first,
        "last_seen": port.last,
    }
    return {name: values[name] for name in PORT_COLUMNS}
