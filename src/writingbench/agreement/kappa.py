"""Agreement beyond chance among raters who sort the same things: Cohen's and Fleiss' kappa.

Both are (observed - chance) / (1 - chance): 1 where raters always agree, 0 where they agree as often as their habits
alone would make them, below 0 where less often. Both are worked out from sums over the things sorted, so that a
resample of the things is another sum. Where chance alone would agree every time (nothing was sorted, or everybody only
ever says the same one thing) nothing can be said of raters: that is NaN, neither 0 nor 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def tables(one: ArrayLike, other: ArrayLike, categories: Sequence[int]) -> Floats:
    """For each thing that both raters sorted a 1 where the row of the one's category meets the column of the other's,
    [things, k, k]. What is in none of the categories is missing, and its table is empty.
    """
    rows, columns = (np.asarray(said)[:, None] == np.array(categories) for said in (one, other))
    both: Floats = (rows[:, :, None] & columns[:, None, :]).astype(np.float64)
    return both


def cohen(table: ArrayLike) -> Floats:
    """Cohen's kappa of two raters from what they said together, [..., k, k] -> [...].

    Cohen, "A Coefficient of Agreement for Nominal Scales", Educational and Psychological Measurement 20, 1960. What
    only one of them sorted does not count. NaN for no things, and where both only ever say the same one thing.
    """
    table = np.asarray(table, np.float64)
    n = table.sum(axis=(-2, -1))
    same = np.trace(table, axis1=-2, axis2=-1)
    chance = (table.sum(axis=-1) * table.sum(axis=-2)).sum(axis=-1)
    return _beyond(same * n, chance, n * n)


def fleiss(counts: ArrayLike) -> Floats:
    """What each thing adds to Fleiss' kappa, [things, 2 + k]; `counts` [things, k] says how many raters put it where.

    A thing that fewer than two raters sorted adds nothing.
    """
    counts = np.asarray(counts, np.float64)
    raters = counts.sum(axis=1)
    enough = raters > 1
    pairs = (counts * (counts - 1)).sum(axis=1)
    agreed = np.divide(pairs, raters * (raters - 1), out=np.zeros(len(counts)), where=enough)
    return np.column_stack([agreed, enough, counts * enough[:, None]])


def fleiss_of(sums: ArrayLike) -> Floats:
    """Fleiss' kappa from the sums of what `fleiss` gives, [..., 2 + k] -> [...].

    Fleiss, "Measuring Nominal Scale Agreement among Many Raters", Psychological Bulletin 76, 1971, where as many raters
    sort each thing. Where they do not, a thing's agreement is that of the pairs of raters who sorted it, each thing
    counts once, and the shares of the categories are over all that was said; with equal numbers that is the original.
    NaN where no thing has two raters, and where everything is in one category.
    """
    sums = np.asarray(sums, np.float64)
    agreed, things, said = sums[..., 0], sums[..., 1], sums[..., 2:]
    every = said.sum(axis=-1)
    chance = _ratio((said * said).sum(axis=-1), every * every)
    return _beyond(_ratio(agreed, things), chance, np.ones_like(agreed))


def _beyond(observed: Floats, chance: Floats, whole: Floats) -> Floats:
    left = whole - chance
    return _ratio(observed - chance, np.where(left > 1e-12 * whole, left, 0))


def _ratio(part: Floats, whole: Floats) -> Floats:
    found: Floats = np.divide(part, whole, out=np.full(np.broadcast(part, whole).shape, np.nan), where=whole > 0)
    return found
