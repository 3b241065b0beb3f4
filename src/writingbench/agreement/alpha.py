"""Krippendorff's alpha: how reliable raters are, however many, with gaps, and with a distance between what they say.

1 minus observed disagreement over that which chance would bring. Krippendorff, "Computing Krippendorff's
Alpha-Reliability", 2011; "Content Analysis: An Introduction to Its Methodology".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Scale = Literal["nominal", "ordinal", "interval"]


def coincidences(said: ArrayLike, categories: Sequence[float]) -> Floats:
    """What is said of a thing, paired in all ways in which two raters can be, [things, k, k].

    `said` [things, raters]; what is in none of the categories is missing. Each ordered pair of raters of a thing with m
    raters weighs 1 / (m - 1), so that its table adds up to m. A thing with one rater has nothing to be paired with: its
    table is empty.
    """
    where = np.asarray(said)[:, :, None] == np.array(categories)
    counts = where.sum(axis=1).astype(np.float64)
    paired: Floats = counts[:, :, None] * counts[:, None, :]
    diagonal = np.arange(counts.shape[1])
    paired[:, diagonal, diagonal] -= counts  # nobody is paired with themselves
    others = counts.sum(axis=1)[:, None, None] - 1
    table: Floats = np.divide(paired, others, out=np.zeros_like(paired), where=others > 0)
    return table


def alpha(coincidence: ArrayLike, categories: Sequence[float], scale: Scale = "nominal") -> Floats:
    """Alpha from coincidences added up over the things, [..., k, k] -> [...]; `categories` in their order.

    The distance of two categories: nominal 0 or 1; interval the square of their difference; ordinal the square of how
    many sayings lie between them, half of those in either counted, so that it depends on all that was said. NaN where
    nothing is paired, and where all that is paired is the same: without variation nothing shows that raters can tell
    things apart, and alpha is 0 / 0.
    """
    coincidence = np.asarray(coincidence, np.float64)
    said = coincidence.sum(axis=-1)
    n = said.sum(axis=-1)
    apart = _distances(said, np.array(categories, np.float64), scale)
    observed = (coincidence * apart).sum(axis=(-2, -1))
    expected = (said[..., :, None] * said[..., None, :] * apart).sum(axis=(-2, -1))
    there = expected > 1e-12 * np.maximum(n, 1)
    found: Floats = np.full(n.shape, np.nan)
    np.divide(observed * (n - 1), expected, out=found, where=there)
    return 1 - found


def _distances(said: Floats, categories: Floats, scale: Scale) -> Floats:
    """The squared distance of each two categories, [..., k, k] or [k, k]."""
    k = len(categories)
    if scale == "nominal":
        return 1 - np.eye(k)
    if scale == "interval":
        interval: Floats = (categories[:, None] - categories) ** 2
        return interval
    upto = np.cumsum(said, axis=-1)
    middle = upto - said / 2  # half of a category's sayings lie below its middle
    ordinal: Floats = (middle[..., :, None] - middle[..., None, :]) ** 2
    return ordinal
