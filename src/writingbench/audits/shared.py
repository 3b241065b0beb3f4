"""The marks of two judges on the same responses by the same criteria, side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from writingbench.scores.panel import places, whose
from writingbench.scores.table import Table

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Columns with one row for each criterion of a response that both judges have marked."""

    writer: NDArray[np.int64]
    query: NDArray[np.int64]
    first: Floats  # 1 to 10; the mean where a judge has marked it several times
    second: Floats

    def __len__(self) -> int:
        return len(self.query)


def shared(one: Table, other: Table) -> Shared:
    """What two tables of the same rules but for the judge have in common."""
    writer, query = places(whose(one), whose(other)), places(one.queries, other.queries)
    rows, columns = np.flatnonzero(writer >= 0), np.flatnonzero(query >= 0)
    first = _marks(one)[np.ix_(rows, columns)]
    second = _marks(other)[np.ix_(writer[rows], query[columns])]
    both = ~np.isnan(first) & ~np.isnan(second)
    at = np.nonzero(both)
    return Shared(writer=rows[at[0]], query=columns[at[1]], first=first[both], second=second[both])


def _marks(table: Table) -> Floats:
    """[M, Q, C] the mean mark on each criterion; NaN where there is none."""
    counts = table.criterion_counts
    found: Floats = np.divide(table.criterion_sums, counts, out=np.full(counts.shape, np.nan), where=counts > 0)
    return found
