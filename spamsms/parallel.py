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
        Read as results come, by one thread at a time that need not be the
        caller's. An error in it is raised behind the results of the parts before.
    n_jobs : int or None
        Processes, as in joblib; 1 and None work in this one.
    """
    jobs = count_jobs(n_jobs)
    if jobs == 1:
        yield from map(function, parts)
        return
    from joblib import Parallel, delayed

    with TemporaryDirectory() as folder:
        path = os.path.join(folder, "function")
        with open(path, "wb") as file:
            pickle.dump(function, file, pickle.HIGHEST_PROTOCOL)
        stopped: list[BaseException] = []

        def tasks() -> Iterator[Any]:
            # Some versions of joblib take an error in here for the end.
            try:
                for part in parts:
                    yield delayed(_apply)(path, part)
            except BaseException as error:
                stopped.append(error)

        pool = Parallel(n_jobs=jobs, batch_size=1, pre_dispatch=_TASKS_WAITING * jobs, return_as="generator")
        yield from pool(tasks())
    for error in stopped:
        raise error


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
