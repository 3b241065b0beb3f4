"""How many comparisons it saves to ask those that say most first, on made-up writers whose strengths are known.

    .venv/bin/python bench/next_pairs.py [--writers 6 10 20] [--tournaments 100] [--rounds 10]

Strengths are drawn from a normal distribution of standard deviation 1 (174 points); equal writers tie in 23% of
comparisons. Each tournament has as many comparisons as every two writers meeting `--meetings` times, chosen by chance,
by information alone, and as `compare --budget` chooses them, in so many rounds with a new fit after each. The error is
the share of all pairs of writers that stand in the wrong order. The ratio is of the comparisons that it takes to come
down to the error that chance has in the end, read off the mean over all tournaments (straight lines between rounds).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from writingbench.scores import next_pairs
from writingbench.scores.bradley_terry import chances, fit
from writingbench.scores.resample import Floats
from writingbench.scores.strengths import Comparisons, tallies

TIES = 0.6  # nu
WAYS = ("chance", "information", "compare")


def wrong(true: Floats, found: Floats) -> float:
    """The share of pairs in the wrong order; equal ones count half."""
    one, other = np.triu_indices(len(true), 1)
    signs = np.sign(true[one] - true[other]) * np.sign(found[one] - found[other])
    return float(np.mean((1 - signs) / 2))


def tournament(way: str, writers: int, meetings: int, rounds: int, seed: int) -> list[float]:
    """The error after each round."""
    true = np.random.default_rng(seed).normal(0, 1, writers)
    drawn = np.random.default_rng((seed, 1))
    one, other = np.triu_indices(writers, 1)
    queries = 4 * meetings  # so that there is something to choose from
    first, second = np.tile(one, queries), np.tile(other, queries)
    query = np.repeat(np.arange(queries), len(one))
    left = np.arange(len(first))
    done = np.zeros(0, np.int64)
    outcome = np.zeros(len(first), np.int64)
    win, tie, _ = chances(true[first] - true[second], TIES)
    lot = drawn.random(len(first))
    outcome = 1 - (lot > win).astype(int) - (lot > win + tie)
    budget, errors = meetings * len(one), []

    def seen(rows: Floats) -> Comparisons:
        return Comparisons(
            first=first[rows],
            second=second[rows],
            query=query[rows],
            outcome=outcome[rows],
            style=np.zeros((len(rows), 0)),
        )

    found = fit(writers, tallies(seen(done)))
    for turn in range(rounds):
        size = budget * (turn + 1) // rounds - len(done)
        if way == "chance":
            chosen = drawn.choice(len(left), size, replace=False)
        else:
            doubt = next_pairs.doubt if way == "compare" else lambda apart, variance: np.ones_like(apart)
            chosen = np.array(
                next_pairs.next_pairs(
                    first[left], second[left], query[left], found, size, query[done].tolist(), doubt=doubt
                )
            )
        done = np.concatenate([done, left[chosen]])
        left = np.delete(left, chosen)
        found = fit(writers, tallies(seen(done)), found)
        errors.append(wrong(true, found.strength))
    return errors


def reached(errors: Floats, aim: float) -> float:
    """The share of the rounds at which the error has come down to `aim`, with straight lines between."""
    steps = np.arange(1, len(errors) + 1)
    errors = np.minimum.accumulate(errors)
    place = int(np.argmax(errors <= aim))
    if not errors[place] <= aim:
        return float("inf")
    if place == 0:
        return 1 / len(errors)
    before, after = errors[place - 1], errors[place]
    return float((steps[place - 1] + (before - aim) / (before - after)) / len(errors))


def compare(writers: int, meetings: int, rounds: int, tournaments: int) -> dict[str, tuple[float, float]]:
    """For each way its error in the end, and the share of the comparisons that it needs for that of chance."""
    means = {
        way: np.mean([tournament(way, writers, meetings, rounds, seed) for seed in range(tournaments)], axis=0)
        for way in WAYS
    }
    aim = means["chance"][-1]
    return {way: (float(errors[-1]), reached(errors, aim)) for way, errors in means.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure as the command line says, and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--writers", type=int, nargs="+", default=[6, 10, 20])
    options.add_argument("--rounds", type=int, nargs="+", default=[10])
    options.add_argument("--meetings", type=int, default=6)
    options.add_argument("--tournaments", type=int, default=100)
    chosen = options.parse_args(arguments)
    print(f"{chosen.tournaments} tournaments, {chosen.meetings} comparisons for every two writers on average")
    for writers in chosen.writers:
        for rounds in chosen.rounds:
            found = compare(writers, chosen.meetings, rounds, chosen.tournaments)
            for way, (error, ratio) in found.items():
                print(f"{way:12} {writers:3} writers, {rounds:3} rounds: {error:6.1%} wrong, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
