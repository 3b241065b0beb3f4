"""Strengths from comparisons: against other implementations, where the strengths are known, and at the edges."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from writingbench.scores.bradley_terry import LOOSE, Fit, Tallies, chances, fit
from writingbench.scores.strengths import AVERAGE, POINTS, Comparisons, Group, groups, rank, tallies


def made_up(
    strength: list[float],
    queries: int,
    *,
    ties: float = 0.6,
    seed: int = 0,
    bias: float = 0.0,
    longer: list[float] | None = None,
) -> Comparisons:
    """Every two writers compared once on every query, by a judge who likes `bias` a standard deviation of length, of
    writers who are `longer` by so much on average.
    """
    drawn = np.random.default_rng(seed)
    one, other = np.triu_indices(len(strength), 1)
    first, second = np.tile(one, queries), np.tile(other, queries)
    turned = drawn.random(len(first)) < 0.5
    first, second = np.where(turned, second, first), np.where(turned, first, second)
    length = np.array(longer or [0.0] * len(strength))
    style = drawn.normal(size=len(first)) + length[first] - length[second]
    apart = np.array(strength)[first] - np.array(strength)[second] + bias * style
    win, tie, _ = chances(apart, ties)
    chance = drawn.random(len(first))
    outcome = 1 - (chance > win).astype(int) - (chance > win + tie)
    return Comparisons(
        first=first,
        second=second,
        query=np.repeat(np.arange(queries), len(one)),
        outcome=outcome,
        style=style[:, None] if bias or longer else np.zeros((len(first), 0)),
    )


def told(*comparisons: tuple[int, int, int], style: list[float] | None = None) -> Comparisons:
    """Comparisons as (first, second, outcome), each of a query of its own."""
    columns = np.array(comparisons, np.int64).reshape(-1, 3).T
    return Comparisons(
        first=columns[0],
        second=columns[1],
        query=np.arange(len(comparisons)),
        outcome=columns[2],
        style=np.array(style)[:, None] if style else np.zeros((len(comparisons), 0)),
    )


# against other implementations


def plainly(at: np.ndarray, writers: int, seen: Comparisons) -> float:
    """Minus the log-likelihood as the module's docstring has it, comparison by comparison."""
    power, ties, style = np.exp(at[:writers]), math.exp(at[writers]), at[writers + 1 :]
    found = 0.0
    for one, other, outcome, more in zip(seen.first, seen.second, seen.outcome, seen.style, strict=True):
        p, q = power[one] * math.exp(float(more @ style)), power[other]
        middle = ties * math.sqrt(p * q)
        found += math.log({1: p, 0: middle, -1: q}[int(outcome)] / (p + q + middle))
    for p in power:
        whole = p + 1 + ties * math.sqrt(p)
        found += 0.5 * math.log(p / whole) + 0.5 * math.log(1 / whole)
    return -found + float(style @ style) / (2 * LOOSE**2)


@pytest.mark.parametrize("bias", [0.0, 0.8])
@pytest.mark.parametrize("ties", [0.2, 0.6, 3.0])
def test_strengths_ties_and_style_are_those_that_a_general_optimizer_finds(bias: float, ties: float) -> None:
    seen = made_up([1.0, 0.3, 0.0, -1.2], 8, ties=ties, seed=3, bias=bias)
    ours = fit(4, tallies(seen))
    start = np.zeros(5 + seen.style.shape[1])
    theirs = minimize(plainly, start, args=(4, seen), method="BFGS", options={"gtol": 1e-8})
    assert np.allclose(ours.strength, theirs.x[:4], atol=1e-4)
    assert ours.ties == pytest.approx(math.exp(theirs.x[4]), rel=1e-3)
    assert np.allclose(ours.style, theirs.x[5:], atol=1e-4)
    at = np.concatenate([ours.strength, [math.log(ours.ties)], ours.style])
    assert plainly(at, 4, seen) <= theirs.fun + 1e-7


def test_without_ties_it_is_the_logistic_regression_that_everybody_fits() -> None:
    seen = made_up([0.9, 0.2, -0.3, -0.8, 0.0], 12, ties=0.0, seed=1)
    rows = len(seen.first)
    design = np.zeros((rows + 10, 5))
    design[np.arange(rows), seen.first], design[np.arange(rows), seen.second] = 1, -1
    design[rows : rows + 5], design[rows + 5 :] = np.eye(5), np.eye(5)  # half a win and half a loss of each writer
    won = np.concatenate([seen.outcome > 0, np.ones(5, bool), np.zeros(5, bool)])
    weight = np.concatenate([np.ones(rows), np.full(10, 0.5)])
    theirs = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10, max_iter=10_000)
    theirs.fit(design, won, sample_weight=weight)
    ours = fit(5, tallies(seen))
    assert ours.ties == 0
    assert np.allclose(ours.strength, theirs.coef_[0], atol=1e-4)


def test_the_information_is_how_sharply_the_likelihood_bends() -> None:
    seen = made_up([0.5, 0.0, -0.5], 20, seed=5, bias=0.5)
    found = fit(3, tallies(seen))
    at = np.concatenate([found.strength, [math.log(found.ties)], found.style])
    small = 1e-4
    bend = np.empty((5, 5))
    for one in range(5):
        for other in range(5):
            ends = []
            for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
                moved = at.copy()
                moved[one] += a * small
                moved[other] += b * small
                ends.append(a * b * plainly(moved, 3, seen))
            bend[one, other] = sum(ends) / (4 * small**2)
    order = [0, 1, 2, 4]  # nu is not known, so it is inverted with the rest and then left out
    assert np.allclose(np.linalg.inv(found.information), np.linalg.inv(bend)[np.ix_(order, order)], rtol=1e-2)


def test_wherever_it_starts_it_ends_in_the_same_place() -> None:
    seen = tallies(made_up([2.0, 0.0, -1.0], 10, seed=2))
    there = fit(3, seen)
    far = Fit(strength=np.array([-30.0, 40.0, 5.0]), ties=1e-6, style=np.zeros(0), information=np.eye(3))
    assert np.allclose(fit(3, seen, far).strength, there.strength, atol=1e-4)


def test_chances_are_shares_and_ten_to_one_is_400_points() -> None:
    apart = np.linspace(-8, 8, 33)
    for ties in (0.0, 0.5, 20.0):
        win, tie, loss = chances(apart, ties)
        assert np.allclose(win + tie + loss, 1)
        assert np.allclose(np.log(win / loss), apart)
        assert np.allclose(tie, ties * np.sqrt(win * loss))
    win, _, loss = chances(np.array([400 / POINTS, 5000.0, -5000.0]), 1.0)
    assert win[0] / loss[0] == pytest.approx(10)
    assert [win[1], loss[1], win[2], loss[2]] == [1, 0, 0, 1]


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from([-1, 0, 1])), max_size=30))
def test_whatever_was_said_every_strength_is_finite(said: list[tuple[int, int, int]]) -> None:
    said = [(one, other, outcome) for one, other, outcome in said if one != other]
    found = fit(5, tallies(told(*said)))
    assert np.isfinite(found.strength).all() and math.isfinite(found.ties)
    assert np.abs(found.strength).max() < 10
    swapped = fit(5, tallies(told(*((other, one, -outcome) for one, other, outcome in said))))
    assert np.allclose(found.strength, swapped.strength, atol=1e-4)  # which stands first is of no meaning


# known strengths


@pytest.mark.parametrize("ties", [0.0, 0.8])
def test_known_strengths_are_found_again(ties: float) -> None:
    strength = [1.2, 0.5, 0.0, -0.6, -1.1]
    (group,) = rank(5, made_up(strength, 400, ties=ties, seed=4), resamples=100)
    centred = {one.writer: (one.points.value - AVERAGE) / POINTS for one in group.standings}
    assert [centred[writer] for writer in range(5)] == pytest.approx(np.array(strength) - np.mean(strength), abs=0.12)
    assert group.equals == pytest.approx(ties / (2 + ties), abs=0.03)
    assert [one.writer for one in group.standings] == [0, 1, 2, 3, 4] == [one.place - 1 for one in group.standings]


def test_intervals_hold_the_true_strength_about_as_often_as_they_say() -> None:
    strength = np.array([0.6, 0.0, -0.6])
    held = total = 0
    for seed in range(40):
        (group,) = rank(3, made_up(strength.tolist(), 60, seed=seed), resamples=150, seed=seed)
        for one in group.standings:
            assert one.points.low is not None and one.points.high is not None
            true = AVERAGE + POINTS * strength[one.writer]
            held += one.points.low <= true <= one.points.high
            total += 1
    assert 0.88 <= held / total <= 0.99  # of 120 at 95%


def test_a_judge_that_likes_length_ranks_by_it_and_at_equal_length_by_strength() -> None:
    strength, longer = [0.6, 0.0, -0.6], [-1.0, 0.0, 1.0]
    seen = made_up(strength, 300, bias=1.0, longer=longer, seed=6)
    (plain,) = rank(3, replace(seen, style=seen.style[:, :0]), resamples=50)
    (equal,) = rank(3, seen, resamples=50)
    assert [one.writer for one in plain.standings] == [2, 1, 0]
    assert [one.writer for one in equal.standings] == [0, 1, 2]
    found = {one.writer: (one.points.value - AVERAGE) / POINTS for one in equal.standings}
    assert [found[writer] for writer in range(3)] == pytest.approx(strength, abs=0.2)
    (effect,) = equal.effects
    spread = float(np.sqrt((seen.style**2).mean()))
    assert effect and effect.odds.low is not None and effect.odds.low > 1
    assert math.log(effect.odds.value) == pytest.approx(spread, rel=0.15)
    assert 0.3 < effect.within < 0.7


def test_a_length_that_is_always_the_same_writers_cannot_be_told_from_strength_and_that_is_said() -> None:
    seen = made_up([0.5, -0.5], 50, seed=7)
    always = replace(seen, style=np.where(seen.first == 0, 0.4, -0.4)[:, None])
    (group,) = rank(2, always, resamples=20)
    assert group.effects[0] and group.effects[0].within == pytest.approx(0, abs=1e-9)


def test_a_feature_in_which_no_two_responses_differ_has_no_effect() -> None:
    seen = made_up([0.5, -0.5], 20, seed=7)
    (group,) = rank(2, replace(seen, style=np.zeros((20, 2))), resamples=20)
    assert group.effects == (None, None)
    (plain,) = rank(2, seen, resamples=20)
    assert group.standings == plain.standings


# the edges


def test_who_wins_everything_has_a_finite_strength_that_grows_with_what_was_won() -> None:
    few, many = (fit(2, tallies(told(*[(0, 1, 1)] * times))) for times in (3, 300))
    assert 0 < few.strength[0] < many.strength[0] < 8
    (group,) = rank(2, told(*[(0, 1, 1)] * 10), resamples=50)
    best, worst = group.standings
    assert (best.won, best.lost, worst.won, worst.lost) == (10, 0, 0, 10)
    assert best.points.value + worst.points.value == pytest.approx(2 * AVERAGE)
    assert best.points.value - worst.points.value == pytest.approx(581, abs=0.5)
    assert best.beats.value > 0.8 and worst.beats.value < 0.2


def test_who_always_wins_is_not_sure_to_win_and_the_interval_narrows_with_more_queries() -> None:
    widths = []
    for times in (5, 50):
        (group,) = rank(2, told(*[(0, 1, 1)] * times), resamples=200)
        points = group.standings[0].points
        assert points.low is not None and points.high is not None
        assert points.low < points.value < points.high  # though every resample of queries is the same
        widths.append(group.standings[0].beats.high - group.standings[0].beats.low)  # type: ignore[operator]
    assert widths[1] < widths[0] / 2


def test_all_ties_make_everybody_equal() -> None:
    (group,) = rank(3, told(*[(0, 1, 0), (1, 2, 0), (2, 0, 0)] * 5), resamples=50)
    assert [one.points.value for one in group.standings] == pytest.approx([AVERAGE] * 3)
    assert [one.place for one in group.standings] == [1, 1, 1]
    assert group.equals > 0.8 and [one.tied for one in group.standings] == [10, 10, 10]


def test_nothing_compared_is_no_ranking() -> None:
    assert rank(4, told(), resamples=10) == []
    assert rank(0, told(), resamples=10) == []


def test_writers_that_nothing_connects_are_ranked_apart_and_who_met_nobody_not_at_all() -> None:
    seen = told((0, 1, 1), (1, 0, -1), (3, 4, -1), (4, 5, 1), (3, 5, 0))
    assert groups(7, seen.first, seen.second) == [[3, 4, 5], [0, 1], [2], [6]]
    first, second = rank(7, seen, resamples=20)
    assert {one.writer for one in first.standings} == {3, 4, 5}
    assert [one.writer for one in second.standings] == [0, 1]
    for group in (first, second):
        assert np.mean([one.points.value for one in group.standings]) == pytest.approx(AVERAGE)
    alone = rank(2, told((0, 1, 1), (1, 0, -1)), resamples=20)
    assert [one.points for one in alone[0].standings] == [one.points for one in second.standings]


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_what_a_search_through_the_comparisons_finds(seed: int) -> None:
    drawn = np.random.default_rng(seed)
    first, second = drawn.integers(30, size=(2, 20))
    met = {one: {one} for one in range(30)}
    for one, other in zip(first.tolist(), second.tolist(), strict=True):
        whole = met[one] | met[other]
        for each in whole:
            met[each] = whole
    assert {tuple(group) for group in groups(30, first, second)} == {tuple(sorted(one)) for one in met.values()}


def test_one_query_has_no_interval() -> None:
    (group,) = rank(2, replace(told((0, 1, 1), (0, 1, 0)), query=np.array([7, 7])), resamples=20)
    assert isinstance(group, Group) and group.queries == 1
    assert all(one.points.low is None and one.beats.high is None for one in group.standings)


def test_rows_may_have_any_weight() -> None:
    once = Tallies(
        first=np.array([0]), second=np.array([1]), counts=np.array([[2.5, 1.0, 0.5]]), style=np.zeros((1, 0))
    )
    apart = Tallies(
        first=np.array([0, 1]),
        second=np.array([1, 0]),
        counts=np.array([[2.5, 0.0, 0.0], [0.5, 1.0, 0.0]]),
        style=np.zeros((2, 0)),
    )
    assert np.allclose(fit(2, once).strength, fit(2, apart).strength, atol=1e-6)


def test_the_same_seed_gives_the_same_intervals() -> None:
    seen = made_up([0.3, 0.0, -0.3], 20, seed=8)
    assert rank(3, seen, resamples=50, seed=1) == rank(3, seen, resamples=50, seed=1)
    assert rank(3, seen, resamples=50, seed=1) != rank(3, seen, resamples=50, seed=2)
