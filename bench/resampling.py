"""How long it takes to put intervals and ranks beside the overall means, and how much memory.

    python bench/resampling.py --models 50 1000 --queries 1000 --resamples 10000

From marks that are there to the interval of each mean and of each place. The ratio is to the plain way: one resample
after the other, its queries drawn, the marks of each model picked out and averaged; of that only `--loop` resamples
are done and scaled up. Marks are made up; every fiftieth query of every other model has none.
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from writingbench.scores.ranks import ranks
from writingbench.scores.resample import interval, means, weights

CRITERIA = 5
Array = NDArray[Any]


def marks(models: int, queries: int) -> tuple[Array, Array]:
    """Sums and counts, [1, M, Q]."""
    chance = np.random.default_rng(0)
    counts = np.full((1, models, queries), CRITERIA)
    counts[:, ::2, ::50] = 0
    return chance.integers(CRITERIA, 10 * CRITERIA + 1, counts.shape) * (counts > 0), counts


def products(sums: Array, counts: Array, resamples: int) -> None:
    """By matrix products."""
    draws = means(weights(sums.shape[2], resamples), sums, counts)
    interval(draws, (counts > 0).any(axis=0).sum(axis=1))
    ranks(sums.sum(axis=(0, 2)) / counts.sum(axis=(0, 2)), draws)


def loop(sums: Array, counts: Array, resamples: int) -> None:
    """One by one."""
    chance = np.random.default_rng(0)
    models, queries = sums.shape[1:]
    draws = np.empty((resamples, models))
    places = np.empty((resamples, models))
    for one in range(resamples):
        drawn = chance.integers(queries, size=queries)
        draws[one] = sums[0][:, drawn].sum(axis=1) / counts[0][:, drawn].sum(axis=1)
        places[one, np.argsort(-draws[one])] = np.arange(1, models + 1)
    np.percentile(draws, (2.5, 97.5), axis=0)
    np.percentile(places, (2.5, 97.5), axis=0)


def main() -> None:
    """Measure as the command line says, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--models", type=int, nargs="+", default=[50, 1000])
    options.add_argument("--queries", type=int, default=1000)
    options.add_argument("--resamples", type=int, default=10_000)
    options.add_argument("--loop", type=int, default=100, help="resamples done the plain way")
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    products(*marks(2, 100), 100)  # numpy warms up
    took: dict[int, float] = {}
    peaks: dict[int, float] = {}
    for models in sorted(chosen.models):  # the peak is of all so far, so the smallest first
        made = marks(models, chosen.queries)
        seconds = []
        for _ in range(chosen.rounds):
            start = time.perf_counter()
            products(*made, chosen.resamples)
            seconds.append(time.perf_counter() - start)
        took[models] = min(seconds)
        peaks[models] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{chosen.resamples:,} resamples of {chosen.queries:,} queries, best of {chosen.rounds}")
    for models, fast in took.items():
        start = time.perf_counter()
        loop(*marks(models, chosen.queries), chosen.loop)
        plain = (time.perf_counter() - start) * chosen.resamples / chosen.loop
        print(
            f"{models:<10,} models {fast:6.2f} s, one by one {plain:6.1f} s, ratio {fast / plain:.3f}, "
            f"peak {peaks[models]:,.0f} MiB"
        )


if __name__ == "__main__":
    main()
