"""Which responses are compared next: what is worth asking, and that it saves comparisons."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from writingbench.scores.bradley_terry import Fit, fit
from writingbench.scores.next_pairs import doubt, information, next_pairs
from writingbench.scores.strengths import Comparisons, tallies

BENCH = Path(__file__).parents[1] / "bench/next_pairs.py"


def told(*comparisons: tuple[int, int, int]) -> Comparisons:
    columns = np.array(comparisons, np.int64).reshape(-1, 3).T
    style = np.zeros((len(comparisons), 0))
    return Comparisons(first=columns[0], second=columns[1], query=columns[0] * 0, outcome=columns[2], style=style)


def everything(writers: int, queries: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every two writers on every query."""
    one, other = np.triu_indices(writers, 1)
    return np.tile(one, queries), np.tile(other, queries), np.repeat(np.arange(queries), len(one))


def known(*strength: float, sure: float = 10.0) -> Fit:
    """Strengths, known as well as by so much information about each."""
    return Fit(strength=np.array(strength), ties=0.0, style=np.zeros(0), information=np.eye(len(strength)) * sure)


def evenly(apart: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Every order as much in doubt."""
    return np.ones_like(apart)


def test_while_nothing_is_known_everybody_meets_somebody_before_anybody_meets_two() -> None:
    first, second, query = everything(8, 3)
    chosen = next_pairs(first, second, query, fit(8, tallies(told())), 4)
    assert Counter(np.concatenate([first[chosen], second[chosen]]).tolist()) == dict.fromkeys(range(8), 1)


def test_writers_whose_order_is_not_in_doubt_are_left_alone() -> None:
    first, second, query = everything(4, 10)
    chosen = next_pairs(first, second, query, known(3.0, 2.9, -2.9, -3.0), 8)
    assert {(first[one], second[one]) for one in chosen} == {(0, 1), (2, 3)}


def test_of_two_close_pairs_the_less_known_comes_first() -> None:
    first, second, query = everything(4, 1)
    unsure = replace(known(3.0, 2.9, -2.9, -3.0), information=np.diag([50.0, 50.0, 5.0, 5.0]))
    assert [(first[one], second[one]) for one in next_pairs(first, second, query, unsure, 1)] == [(2, 3)]


def test_queries_take_turns_also_with_what_was_asked_before() -> None:
    first, second, query = everything(3, 5)
    chosen = next_pairs(first, second, query, known(0.0, 0.0, 0.0), 4, asked=[0, 0])
    assert Counter(query[chosen].tolist()) == {1: 1, 2: 1, 3: 1, 4: 1}


def test_nothing_is_chosen_twice_and_no_more_than_there_is() -> None:
    first, second, query = everything(4, 3)
    for budget in (0, 5, 18, 100):
        chosen = next_pairs(first, second, query, fit(4, tallies(told((0, 1, 1)))), budget)
        assert len(chosen) == len(set(chosen)) == min(budget, 18)
    nothing = np.zeros(0, np.int64)
    assert next_pairs(nothing, nothing, nothing, known(0.0, 0.0), 5) == []


def test_which_of_two_writers_stands_first_is_of_no_meaning() -> None:
    first, second, query = everything(5, 4)
    there = fit(5, tallies(told((0, 1, 1), (2, 3, -1), (3, 4, 0))))
    assert next_pairs(first, second, query, there, 12) == next_pairs(second, first, query, there, 12)


def test_each_is_chosen_as_if_those_before_it_had_been_answered() -> None:
    first, second, query = everything(5, 6)
    there = fit(5, tallies(told((0, 1, 1), (2, 3, -1), (3, 4, 0), (0, 4, 1), (0, 4, 1), (1, 2, 1), (1, 3, 0))))
    chosen = next_pairs(first, second, query, there, 6, doubt=evenly)
    for number, place in enumerate(chosen[:-1], start=1):
        toward = np.zeros(5)
        toward[first[place]], toward[second[place]] = 1, -1
        about = information(np.array([toward @ there.strength]), there.ties)[0]
        there = replace(there, information=there.information + about * np.outer(toward, toward))
        (after,) = next_pairs(first, second, query, there, 1, doubt=evenly)
        assert (first[after], second[after]) == (first[chosen[number]], second[chosen[number]])


def test_the_doubt_is_the_chance_of_a_wrong_order_and_far_writers_and_ties_tell_less() -> None:
    apart, variance = np.array([0.0, 1.0, -1.0, 4.0]), np.array([1.0, 2.0, 2.0, 0.1])
    assert doubt(apart, variance) == pytest.approx(norm.cdf(-np.abs(apart) / np.sqrt(variance)))
    p = 1 / (1 + math.exp(-1.0))
    assert information(np.array([0.0, 1.0]), 0.0) == pytest.approx([0.25, p * (1 - p)])
    assert information(np.array([0.0]), 2.0) < information(np.array([0.0]), 0.5)


def test_fewer_comparisons_are_needed_than_by_chance_for_the_same_error() -> None:
    ended = subprocess.run(
        [sys.executable, BENCH, "--writers", "8", "--rounds", "8", "--tournaments", "40"],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    found = {way: float(ratio) for way, ratio in re.findall(r"^(\w+) .*\bratio ([\d.]+)$", ended.stdout, re.M)}
    assert found["chance"] == 1.0
    assert found["compare"] < 0.85
