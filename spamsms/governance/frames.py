"""DataFrames of what governance finds; pandas is an extra."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spamsms.errors import SpamsmsError

if TYPE_CHECKING:
    import pandas as pd


class PandasUnavailableError(SpamsmsError):
    """pandas is not installed."""


def as_frame(rows: list[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Return rows as a DataFrame.

    Raises
    ------
    PandasUnavailableError
        If pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise PandasUnavailableError(
            'DataFrames need pandas, which is not installed; python -m pip install "spamsms[triage]" '
            "(the same stands in lists of dict: result.tables, ranking.rows)"
        ) from error
    return pd.DataFrame(rows, columns=list(columns))
