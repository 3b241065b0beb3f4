"""What the few queries of a subdomain say, in the light of the whole domain.

A subdomain has some ten queries. Its mean moves a lot by chance, and in a table of a hundred of them the highest and
the lowest are mostly the luckiest and the unluckiest. Each is therefore moved towards the mean of its domain, the more
the fewer queries it has and the less the subdomains of that domain really differ (empirical Bayes). The moved means
are nearer to the truth on average over the subdomains; a single one that really is exceptional is moved as well.

For one writer and one domain with k subdomains, subdomain i with mean x_i of n_i queries:

    s2  = within-subdomain variance of the query scores, pooled, with f = sum(n_i - 1) degrees of freedom
    v_i = s2 / n_i
    tau2 = max(0, (sum n_i (x_i - x)^2 - (k - 1) s2) / (N - sum n_i^2 / N)),  x the mean of all N queries
                                              DerSimonian and Laird, Controlled Clinical Trials 7, 1986
    w_i = 1 / (v_i + tau2),  m = sum w_i x_i / sum w_i                       the domain's mean
    B_i = (k - 3) / (k - 1) * v_i / (v_i + tau2)
    shrunk_i = B_i m + (1 - B_i) x_i          Efron and Morris, JASA 70, 1975; Fay and Herriot, JASA 74, 1979
    var_i = v_i (1 - B_i (1 - w_i / sum w))  +  2 / (k - 3) B_i^2 (v + tau2) / (v_i + tau2) (x_i - m)^2
                                              Morris, JASA 78, 1983; v the mean of v_i weighted by w_i

The first part of var_i holds the noise of the subdomain and of m, the second that tau2 is only estimated; so does the
factor (k - 3) / (k - 1). The interval is shrunk_i -+ t_f sqrt(var_i), within the scale. It covers the truth in 95 % of
the subdomains taken together, not of each.

With fewer than four subdomains moving them promises nothing: they keep their own mean, with var_i = v_i. Where every
subdomain has a single query (f = 0) noise and differences cannot be told apart: own means, and no interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from writingbench.scores.resample import Floats, student

LOWEST, HIGHEST = 1, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """Of M writers and S subdomains, [M, S]. NaN where no query is, in `low` and `high` also where no interval is."""

    mean: Floats
    low: Floats
    high: Floats
    n: NDArray[np.int64]  # queries with a mark
    raw: Floats  # the subdomain's own mean


def shrink(means: ArrayLike, domain: ArrayLike, subdomain: ArrayLike, level: float = 0.95) -> Shrunk:
    """`means` [M, Q], NaN where a writer has no mark; `domain` and `subdomain` [Q]: numbers from 0.

    Raises ValueError where a subdomain lies in two domains.
    """
    table = np.asarray(means, np.float64)
    domains, subdomains = np.asarray(domain, np.int64), np.asarray(subdomain, np.int64)
    size = int(subdomains.max(initial=-1)) + 1
    home = np.full(size, -1)
    home[subdomains] = domains
    if (home[subdomains] != domains).any():
        raise ValueError("a subdomain lies in two domains")
    there = ~np.isnan(table)
    # as distances from the writer's own mean, so that the squares lose no digits
    middle = _divide(np.where(there, table, 0).sum(axis=1), there.sum(axis=1))[:, None]
    values = np.where(there, table - middle, 0)
    belongs = np.eye(size)[subdomains]  # [Q, S]
    n, sums, squares = there @ belongs, values @ belongs, values**2 @ belongs
    raw = _divide(sums, n)
    within = np.maximum(squares - _divide(sums**2, n), 0)
    shrunk, half = raw.copy(), np.full(raw.shape, np.nan)
    for one in np.unique(domains):
        cells = home == one
        shrunk[:, cells], half[:, cells] = _domain(raw[:, cells], n[:, cells], within[:, cells], level)
    shrunk += middle
    return Shrunk(
        mean=shrunk,
        low=np.clip(shrunk - half, LOWEST, HIGHEST),
        high=np.clip(shrunk + half, LOWEST, HIGHEST),
        n=n.astype(np.int64),
        raw=raw + middle,
    )


def _domain(raw: Floats, n: Floats, within: Floats, level: float) -> tuple[Floats, Floats]:
    """The moved means of one domain's subdomains and the half widths of their intervals, [M, k]. Names as above."""
    x = np.nan_to_num(raw)
    k = (n > 0).sum(axis=1, keepdims=True)
    total = n.sum(axis=1, keepdims=True)
    f = total - k
    s2 = _divide(np.nansum(within, axis=1, keepdims=True), f)
    v = _divide(s2, n)
    between = (n * (x - _divide((n * x).sum(axis=1, keepdims=True), total)) ** 2).sum(axis=1, keepdims=True)
    tau2 = np.maximum(_divide(between - (k - 1) * s2, total - _divide((n**2).sum(axis=1, keepdims=True), total)), 0)
    w = np.nan_to_num(_divide(1, v + tau2))
    share = _divide(w, w.sum(axis=1, keepdims=True))
    m, noise = ((share * np.nan_to_num(one)).sum(axis=1, keepdims=True) for one in (x, v))
    moved = (k > 3) & (w > 0)
    b = np.where(moved, _divide(k - 3, k - 1) * v * w, 0)
    doubt = np.where(moved, _divide(2, k - 3) * b**2 * (noise + tau2) * w * (x - m) ** 2, 0)
    variance = v * (1 - b * (1 - np.where(moved, share, 0))) + doubt
    student_f = {freedom: student(freedom, level) for freedom in np.unique(f).astype(int).tolist() if freedom > 0}
    t = np.array([student_f.get(int(one), np.nan) for one in f[:, 0]])[:, None]
    return raw + np.where(moved, b * (m - x), 0), t * np.sqrt(variance)


def _divide(above: ArrayLike, below: ArrayLike) -> Floats:
    """NaN where it cannot be divided."""
    above, below = np.broadcast_arrays(np.asarray(above, np.float64), np.asarray(below, np.float64))
    result: Floats = np.full(above.shape, np.nan)
    np.divide(above, below, out=result, where=below > 0)
    return result
