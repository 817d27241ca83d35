"""What the sections of a run share: the corpus, and the peers fitted and kept once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmarks.messages import read_corpus
from benchmarks.peers import SPAMSMS, Peer, fit_peer, installed_peers, packaged_model


@dataclass
class Setting:
    """A run.

    Attributes
    ----------
    folder : Path
        Temporary; for the models kept and the rows to fit on.
    data : Path or None
        The third-party data, where they are there.
    say : callable
        Called with what is being done.
    """

    folder: Path
    data: Path | None = None
    say: Callable[[str], None] = field(default=lambda text: None)

    @cached_property
    def corpus(self) -> tuple[list[str], list[int]]:
        """Texts and labels."""
        return read_corpus()

    @cached_property
    def peers(self) -> dict[str, Peer]:
        """The packaged model, and its peers fitted on the corpus."""
        self.say("fitting the peers on the corpus")
        fitted = {name: fit_peer(name, *self.corpus) for name in installed_peers() if name != SPAMSMS}
        return {SPAMSMS: packaged_model(), **fitted}

    @cached_property
    def kept(self) -> dict[str, Path]:
        """Where each of the peers is kept."""
        paths = {name: self.folder / f"peer{place}.model" for place, name in enumerate(self.peers)}
        for name, peer in self.peers.items():
            peer.save(paths[name])
        return paths
