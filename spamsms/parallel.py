"""Score on several cores: joblib's processes, each sent the model once."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from spamsms.errors import InputError
from spamsms.joined_texts import join_texts
from spamsms.normalize_batch import split_evenly
from spamsms.scoring import LinearScorer

Part = TypeVar("Part")
Result = TypeVar("Result")

# A batch of fewer characters is scored by this process: starting others takes as long.
CHARACTERS_WORTH_STARTING = 1 << 22
CHARACTERS_A_TASK = 1 << 20
# Tasks handed out to each process beforehand: few enough to bound memory, enough for none to wait.
_TASKS_WAITING = 2
# Tasks of each process after which all wait for the caller to take the results.
_TASKS_A_ROUND = 12


def count_jobs(n_jobs: int | None) -> int:
    """Return how many processes `n_jobs` means here.

    Raises
    ------
    InputError
        If it is no whole number other than 0, or None.
    """
    if n_jobs is None or n_jobs == 1:
        return 1
    if not isinstance(n_jobs, (int, np.integer)) or n_jobs == 0:
        raise InputError(f"n_jobs must be a whole number other than 0, or None, not {n_jobs!r}")
    from joblib import effective_n_jobs

    return int(effective_n_jobs(int(n_jobs)))


def map_parts(
    function: Callable[[Part], Result], parts: Iterable[Part], n_jobs: int | None
) -> Iterator[Result]:
    """Yield what a function makes of each part, in order.

    Parameters
    ----------
    function : callable
        Must be picklable. Other processes read it, and a model that it holds,
        once each.
    parts : iterable
        Read as results come, a limited number ahead of them, by one thread at a
        time that need not be the caller's. An error in it is raised behind the
        results of the parts before.
    n_jobs : int or None
        Processes, as in joblib; 1 and None work in this one.
    """
    jobs = count_jobs(n_jobs)
    if jobs == 1:
        yield from map(function, parts)
        return
    from joblib import Parallel, delayed

    with (
        TemporaryDirectory() as folder,
        Parallel(jobs, batch_size=1, pre_dispatch=_TASKS_WAITING * jobs) as pool,
    ):
        path = os.path.join(folder, "function")
        with open(path, "wb") as file:
            pickle.dump(function, file, pickle.HIGHEST_PROTOCOL)
        waiting = Reader(parts)
        while not waiting.at_end:
            yield from pool(delayed(_apply)(path, part) for part in waiting.some(_TASKS_A_ROUND * jobs))
    if waiting.error is not None:
        raise waiting.error


class Reader:
    """Gives parts in rounds, and keeps the error that ends them: some versions of joblib take it for the end.

    Parameters
    ----------
    parts : iterable
    """

    def __init__(self, parts: Iterable[Any]) -> None:
        self._parts = iter(parts)
        self.at_end = False
        self.error: BaseException | None = None

    def some(self, count: int) -> Iterator[Any]:
        """Yield at most so many parts."""
        try:
            for _ in range(count):
                yield next(self._parts)
        except StopIteration:
            self.at_end = True
        except BaseException as error:
            self.at_end, self.error = True, error


def _apply(path: str, part: Any) -> Any:
    return _read_function(path)(part)


@lru_cache(maxsize=1)
def _read_function(path: str) -> Callable[[Any], Any]:
    """Read what the process that started this one wrote, once for all tasks."""
    with open(path, "rb") as file:
        function: Callable[[Any], Any] = pickle.load(file)
    return function


def log_odds_on_cores(
    scorer: LinearScorer, texts: Sequence[str], n_jobs: int | None
) -> npt.NDArray[np.float64]:
    """Return :meth:`LinearScorer.log_odds`, by several processes where the batch is worth it."""
    if not is_worth_it(texts, n_jobs):
        return scorer.log_odds(texts)
    tasks = ([join_texts(part) or part] for part in split_evenly(texts, CHARACTERS_A_TASK))
    return np.concatenate(list(map_parts(scorer.log_odds_of_parts, tasks, n_jobs)))


def is_worth_it(texts: Sequence[str], n_jobs: int | None) -> bool:
    """Tell whether a batch is so large that several processes are faster, and may be used."""
    if n_jobs in (None, 1) or count_jobs(n_jobs) == 1:
        return False
    # The first of a large batch are enough to tell.
    lengths = accumulate(map(len, texts))
    return any(length >= CHARACTERS_WORTH_STARTING for length in lengths)
