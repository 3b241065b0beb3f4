"""Judges beside each other: how far they agree, and the bridge from one's scale to the other's."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr
from sklearn.isotonic import IsotonicRegression

from test_scores import marked, query, table_of
from writingbench.audits.bridge import bridge, isotonic
from writingbench.audits.matrix import matrix, pairing
from writingbench.audits.shared import shared
from writingbench.scores.panel import whose

CHANCE = np.random.default_rng(7)


def judged(judge, scores, writers=None):
    """A judge's table; `scores` [writer, query, criterion], 0 where a mark is missing."""
    items = [
        [
            marked(query(q + 1), [[int(one)] if one else ["refused"] for one in scores[w, q]])
            for q in range(scores.shape[1])
        ]
        for w in range(scores.shape[0])
    ]
    table = table_of(*items)
    names = writers or [f"w{w}" for w in range(scores.shape[0])]
    labels = tuple(
        replace(one, writer=name, judge=judge, judge_fingerprint=judge)
        for one, name in zip(table.labels, names, strict=True)
    )
    return replace(table, labels=labels)


def two(shape=(4, 30, 5)):
    """Marks of one judge, and of another who is milder, coarser and noisy."""
    first = CHANCE.integers(1, 11, shape)
    return first, np.clip(np.round(first / 2 + 4 + CHANCE.normal(0, 0.7, shape)), 1, 10).astype(int)


def test_what_two_judges_share_is_what_both_have_marked_of_the_same_writers():
    first, second = two((3, 4, 5))
    first[0, 0, 0] = second[1, 1, 1] = 0
    other = judged("b", second[[2, 0]], ["w2", "w0"])
    found = shared(judged("a", first), other)
    assert whose(other)[0][0] == "w2"
    assert len(found) == 2 * 4 * 5 - 1
    kept = {(w, q): (first[w, q], second[w, q]) for w in (0, 2) for q in range(4)}
    sums = {key: (one.sum(), it.sum()) for key, (one, it) in kept.items()}
    for (w, q), (one, it) in sums.items():
        mine = (found.writer == w) & (found.query == q)
        assert found.first[mine].sum() == one
        assert found.second[mine].sum() == it - (second[w, q, 0] if (w, q) == (0, 0) else 0)


def test_every_figure_is_what_a_second_computation_says():
    first, second = two()
    (found,) = matrix([judged("a", first), judged("b", second)])
    apart = second - first
    assert found.difference == pytest.approx(apart.mean())
    assert found.distance == pytest.approx(np.abs(apart).mean())
    assert (found.same, found.near) == (pytest.approx((apart == 0).mean()), pytest.approx((np.abs(apart) <= 1).mean()))
    assert found.correlation == pytest.approx(spearmanr(first.ravel(), second.ravel()).statistic)
    assert found.writers == pytest.approx(kendalltau(first.mean(axis=(1, 2)), second.mean(axis=(1, 2))).statistic)
    a, b = first.mean(axis=2), second.mean(axis=2)
    signs = [
        np.sign(a[i, q] - a[j, q]) * np.sign(b[i, q] - b[j, q]) for q in range(30) for i in range(4) for j in range(i)
    ]
    assert found.pairs == np.count_nonzero(signs)
    assert found.order == pytest.approx(np.mean([one > 0 for one in signs if one]))
    assert found.low < found.difference < found.high


def test_judges_with_nothing_in_common_have_no_figures_and_no_bridge():
    first, second = two((2, 3, 5))
    found = pairing(judged("a", first), judged("b", second, ["x", "y"]))
    assert (found.marks, found.difference, found.low, found.correlation, found.order, found.writers, found.there) == (
        0, None, None, None, None, None, None,
    )  # fmt: skip


def test_a_judge_who_gives_everything_the_same_mark_orders_nothing():
    first, second = two((3, 5, 5))
    found = pairing(judged("a", first), judged("b", np.full_like(second, 7)))
    assert (found.correlation, found.order, found.pairs, found.writers) == (None, None, 0, None)
    assert [one for _, one in found.there.steps] == [7.0] * 10


@pytest.mark.parametrize("seed", range(5))
def test_the_step_function_is_the_isotonic_regression_of_another_library(seed):
    chance = np.random.default_rng(seed)
    x, y = chance.integers(1, 11, 200).astype(float), chance.integers(1, 11, 200).astype(float) + 0.0
    y += x * seed / 4
    theirs = IsotonicRegression(out_of_bounds="clip").fit(x, y).predict(np.arange(1.0, 11.0))
    assert np.allclose(isotonic(x, y)(np.arange(1.0, 11.0)), theirs)


def test_a_bridge_is_nearer_than_doing_nothing_and_its_error_is_of_queries_left_out():
    first, second = two()
    made = bridge(shared(judged("a", first), judged("b", second)))
    assert made.linear.slope == pytest.approx(0.5, abs=0.05)
    assert made.errors["linear"] < made.errors["mean"] < made.errors["as it is"]
    assert made.best in {"linear", "isotonic"}
    steps = [value for _, value in made.steps]
    assert steps == sorted(steps)
    noise = np.abs(second - np.clip(first / 2 + 4, 1, 10)).mean()
    assert made.errors["linear"] == pytest.approx(noise, abs=0.05)


def test_a_bridge_over_few_queries_has_no_error_to_show():
    first, second = two((2, 5, 5))
    made = bridge(shared(judged("a", first), judged("b", second)))
    assert (made.errors, made.best, made.queries) == (None, None, 5)


def test_a_scale_turned_round_is_told_by_the_slope_and_not_made_rising():
    first, _ = two()
    made = bridge(shared(judged("a", first), judged("b", 11 - first)))
    assert made.linear.slope == pytest.approx(-1)
    assert len({value for _, value in made.steps}) == 1
