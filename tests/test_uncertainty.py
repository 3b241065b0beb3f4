"""Intervals, places, pairs, small cells, the judge's noise and the number of queries: against simulated truths, against
scipy, and where there is too little to say anything."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from writingbench.scores import resample
from writingbench.scores.noise import noise
from writingbench.scores.pairs import compare, together
from writingbench.scores.power import needed, power_of, seen, spread, with_repeats
from writingbench.scores.ranks import ranks
from writingbench.scores.resample import interval, means, student, weights
from writingbench.scores.shrink import shrink


def chance(seed=0):
    return np.random.default_rng(seed)


def everywhere(values):
    """Sums and counts [1, M, Q] of one mark for each query."""
    sums = np.asarray(values, float)[None]
    return sums, np.ones_like(sums)


def covered(low, high, truth):
    return ((low <= truth) & (truth <= high)).mean()


# resamples


def test_each_resample_draws_as_many_queries_as_there_are_and_the_counts_are_multinomial():
    drawn = weights(40, 20_000)[:, 0]
    assert (drawn.sum(axis=1) == 40).all()
    assert drawn.mean(axis=0) == pytest.approx(1, abs=0.05)
    assert drawn.var(axis=0) == pytest.approx(1 - 1 / 40, abs=0.07)
    assert np.cov(drawn[:, 0], drawn[:, 1])[0, 1] == pytest.approx(-1 / 40, abs=0.02)


def test_the_same_seed_draws_the_same_and_another_seed_does_not():
    assert (weights(30, 50, takes=2, seed=7) == weights(30, 50, takes=2, seed=7)).all()
    assert (weights(30, 50, takes=2, seed=7) != weights(30, 50, takes=2, seed=8)).any()


def test_within_a_query_that_was_drawn_its_takes_are_drawn_as_often_as_it_has_them():
    drawn = weights(20, 20_000, takes=3)
    queries = drawn.sum(axis=1) / 3
    assert (queries == np.rint(queries)).all()
    assert (queries.sum(axis=1) == 20).all()
    twice = drawn[:, 0, 0][queries[:, 0] == 2]
    assert twice.mean() == pytest.approx(2, abs=0.1)
    assert twice.var() == pytest.approx(6 * (1 / 3) * (2 / 3), abs=0.15)


@pytest.mark.parametrize("sizes", [(0, 10, 1), (10, 0, 1), (10, 10, 0)])
def test_nothing_cannot_be_drawn_from(sizes):
    queries, resamples, takes = sizes
    with pytest.raises(ValueError, match="at least 1"):
        weights(queries, resamples, takes)


@pytest.mark.parametrize("takes", [1, 3])
def test_the_mean_of_a_resample_is_the_mean_over_the_marks_drawn(takes):
    drawn = weights(30, 200, takes)
    counts = np.full((takes, 4, 30), 5)
    sums = chance().integers(5, 51, counts.shape)
    by_hand = np.einsum("brq,rmq->bm", drawn.astype(float), sums) / np.einsum("brq,rmq->bm", drawn, counts)
    assert means(drawn, sums, counts) == pytest.approx(by_hand, rel=1e-6)


def test_a_query_without_marks_enters_no_resample_and_one_with_fewer_marks_weighs_less():
    drawn = weights(50, 500)
    counts = chance(1).integers(0, 6, (1, 3, 50))
    sums = counts * chance(2).integers(1, 11, counts.shape)
    by_hand = np.stack(
        [(drawn[:, 0] * sums[0, m]).sum(axis=1) / (drawn[:, 0] * counts[0, m]).sum(axis=1) for m in range(3)], axis=1
    )
    assert means(drawn, sums, counts) == pytest.approx(by_hand, rel=1e-6)


def test_a_resample_in_which_a_writer_has_nothing_has_no_mean_for_it():
    sums, counts = everywhere([[6.0] * 8, [7.0] * 8, [0.0] * 8])
    counts[0, 1, 1:] = sums[0, 1, 1:] = counts[0, 2] = 0
    draws = means(weights(8, 1000), sums, counts)
    assert (draws[:, 0] == 6).all()
    assert 0.2 < np.isnan(draws[:, 1]).mean() < 0.5
    assert (draws[~np.isnan(draws[:, 1]), 1] == 7).all()
    assert np.isnan(draws[:, 2]).all()


def test_who_was_asked_once_among_writers_asked_twice_gets_the_interval_of_being_asked_once():
    scores = chance(3).normal(6, 1, (1, 200))
    once = interval(means(weights(200, 10_000), *everywhere(scores)), 200)
    sums = np.stack((np.vstack((scores, scores)), np.vstack((np.zeros(200), scores))))
    counts = np.ones_like(sums)
    counts[1, 0] = 0
    low, high = interval(means(weights(200, 10_000, takes=2), sums, counts), 200)
    assert high[0] - low[0] == pytest.approx((once[1] - once[0])[0], rel=0.03)
    assert low[0] == pytest.approx(low[1], abs=1e-4)  # two takes that agree are one


def test_two_takes_of_three_vary_as_two_takes_do():
    takes = chance(4).normal(6, 1, (2, 1, 300))
    own = means(weights(300, 10_000, takes=2), takes, np.ones_like(takes))
    held = np.concatenate((np.ones((2, 1, 300)), np.zeros((1, 1, 300))))
    among = means(weights(300, 10_000, takes=3), np.concatenate((takes, np.zeros((1, 1, 300)))), held)
    assert among.mean() == pytest.approx(own.mean(), abs=0.003)
    assert among.std() == pytest.approx(own.std(), rel=0.03)


# intervals


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95, 0.99, 0.999])
def test_students_quantiles_are_those_of_scipy(level):
    for freedom in (*range(1, 60), 99, 199, 999, 10**6):
        assert student(freedom, level) == pytest.approx(stats.t.ppf((1 + level) / 2, freedom), rel=1e-5), freedom


def test_no_freedom_has_no_quantile():
    with pytest.raises(ValueError, match="at least 1"):
        student(0, 0.95)


def test_the_interval_is_a_quantile_at_the_expanded_tail():
    draws = chance().normal(size=(2000, 3))
    low, high = interval(draws, [5, 50, 1000])
    for column, n in enumerate((5, 50, 1000)):
        tail = stats.norm.cdf(-math.sqrt(n / (n - 1)) * stats.t.ppf(0.975, n - 1))
        assert low[column] == pytest.approx(np.quantile(draws[:, column], tail), rel=1e-6)
        assert high[column] == pytest.approx(np.quantile(draws[:, column], 1 - tail), rel=1e-6)
    assert interval(draws[:, 0], 5)[0] == low[0]
    cube = interval(draws.reshape(2000, 3, 1), np.array([[5], [50], [1000]]))
    assert (cube[1][:, 0] == high).all()


def test_one_query_gives_no_interval_and_no_query_gives_none():
    low, high = interval(chance().normal(size=(100, 4)), [0, 1, 2, 3])
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, True, False, False]


def test_draws_that_are_missing_are_left_out_and_nothing_else_is_no_interval():
    draws = chance().normal(size=(1000, 2))
    with_gaps = np.full((3000, 2), np.nan)
    with_gaps[1::3, 0] = draws[:, 0]
    low, high = interval(with_gaps, 20)
    assert (low[0], high[0]) == interval(draws[:, 0], 20)
    assert np.isnan([low[1], high[1]]).all()


def test_the_interval_agrees_with_that_of_scipy_but_for_the_expansion():
    scores = chance(5).normal(6.5, 1.5, 500)
    theirs = stats.bootstrap((scores,), np.mean, n_resamples=20_000, method="percentile", rng=chance(6))
    low, high = interval(means(weights(500, 20_000), *everywhere([scores])), 500)
    width = theirs.confidence_interval.high - theirs.confidence_interval.low
    assert low[0] == pytest.approx(theirs.confidence_interval.low, abs=0.03 * width)
    assert high[0] == pytest.approx(theirs.confidence_interval.high, abs=0.03 * width)


@pytest.mark.parametrize("queries", [20, 200])
def test_nineteen_of_twenty_intervals_hold_the_truth(queries):
    """Five whole marks for each of as many queries; each writer of the table is one experiment."""
    draw = chance(7)
    marks = np.clip(np.rint(draw.normal(6.5, 1.2, (2000, queries, 1)) + draw.normal(0, 1, (2000, queries, 5))), 1, 10)
    many = np.clip(np.rint(draw.normal(6.5, 1.2, (200_000, 1)) + draw.normal(0, 1, (200_000, 5))), 1, 10)
    sums = marks.sum(axis=2)[None]
    low, high = interval(means(weights(queries, 2000), sums, np.full_like(sums, 5)), queries)
    assert covered(low, high, many.mean()) == pytest.approx(0.95, abs=0.015)


def test_a_second_level_widens_the_interval_where_the_judge_is_noisy_and_not_where_it_is_not():
    draw = chance(8)
    queries = draw.normal(6, 1, (1, 500, 200))
    for judge, wider in ((1e-6, 1.0), (1.0, math.sqrt(1 + 0.25 / 1.5)), (10.0, math.sqrt(1 + 25 / 51))):
        sums = queries + draw.normal(0, judge, (2, 500, 200))
        low, high = interval(means(weights(200, 2000, takes=2), sums, np.ones_like(sums)), 200)
        alone = sums.sum(axis=0, keepdims=True)
        by_query = interval(means(weights(200, 2000), alone, np.full_like(alone, 2)), 200)
        assert (high - low).mean() / (by_query[1] - by_query[0]).mean() == pytest.approx(wider, rel=0.02)
        assert covered(*by_query, 6.0) == pytest.approx(0.95, abs=0.03)


# places


def test_places_count_who_is_better_and_those_who_tie_share_the_better_place():
    draws = np.tile([5.0, 7.0, 6.0, 7.0], (10, 1))
    made = ranks(draws[0], draws)
    assert made.place.tolist() == made.low.tolist() == made.high.tolist() == [4, 1, 3, 1]


def test_a_writer_without_a_mean_has_no_place_and_takes_none():
    draws = np.tile([5.0, np.nan, 6.0], (10, 1))
    made = ranks([5.0, np.nan, 6.0], draws)
    assert made.place[[0, 2]].tolist() == [2, 1]
    assert np.isnan([made.place[1], made.low[1], made.high[1]]).all()
    draws[:5, 1] = 9.0
    assert np.isnan(ranks([5.0, np.nan, 6.0], draws).high[1])


def test_no_writer_has_no_place_and_one_has_the_first():
    assert ranks([], np.empty((10, 0))).place.size == 0
    made = ranks([6.0], chance().normal(size=(10, 1)))
    assert (made.place[0], made.low[0], made.high[0]) == (1, 1, 1)


def test_alike_writers_share_their_place_in_every_resample():
    scores = chance(9).integers(5, 51, (1, 400))
    sums = np.vstack((np.repeat(scores, 7, axis=0), chance(10).integers(5, 51, (13, 400))))[None]
    made = ranks(sums.sum(axis=(0, 2)), means(weights(400, 3000), sums, np.full_like(sums, 5)))
    assert all(len(set(ends[:7].tolist())) == 1 for ends in (made.place, made.low, made.high))


def test_places_far_apart_are_sure_and_places_close_by_are_not():
    scores = chance(11).normal(0, 1, (6, 300)) + np.array([9, 6, 6.02, 6.01, 5.99, 2])[:, None]
    made = ranks(scores.mean(axis=1), means(weights(300, 4000), *everywhere(scores)))
    assert [(made.low[w], made.high[w]) for w in (0, 5)] == [(1, 1), (6, 6)]
    assert (made.high - made.low)[1:5].min() >= 1
    assert ((made.low <= made.place) & (made.place <= made.high)).all()


def test_the_interval_of_places_is_the_percentiles_of_the_places_rounded_outwards():
    draws = chance(12).normal(0, 1, (999, 20)) + np.linspace(0, 2, 20)
    made = ranks(np.linspace(0, 2, 20), draws)
    places = stats.rankdata(-draws, method="min", axis=1)
    low, high = np.percentile(places, (2.5, 97.5), axis=0)
    assert (made.low == np.minimum(np.floor(low), made.place)).all()
    assert (made.high == np.maximum(np.ceil(high), made.place)).all()


# pairs


def test_a_difference_is_taken_over_the_queries_that_both_answered():
    table = np.full((2, 6), np.nan)
    table[0, :4], table[1, 2:] = [9, 9, 5, 8], [4, 6, 1, 1]
    (pair,) = compare(table, [(0, 1)], resamples=500)
    assert (pair.difference, pair.shared) == (1.5, 2)
    assert pair.low is not None
    assert pair.p == 0.5  # of four ways two are as large


def test_pairs_come_in_the_order_asked_for_and_a_pair_turned_round_is_the_same_with_the_other_sign():
    table = chance(13).normal(6, 1, (4, 60))
    one, other, third = compare(table, [(2, 0), (0, 2), (3, 1)], resamples=2000)
    assert [(pair.first, pair.second) for pair in (one, other, third)] == [(2, 0), (0, 2), (3, 1)]
    assert one.difference == pytest.approx(-other.difference)
    assert one.low == pytest.approx(-other.high, abs=1e-5)
    assert one.p == other.p


@pytest.mark.parametrize("shared", [0, 1])
def test_fewer_than_two_shared_queries_say_nothing(shared):
    table = np.full((2, 9), np.nan)
    table[0, : 4 + shared] = table[1, 4:] = 6.0
    (pair,) = compare(table, [(0, 1)], resamples=100)
    assert pair.shared == shared
    assert (pair.low, pair.high, pair.p) == (None, None, None)
    assert pair.difference == (0.0 if shared else None)
    assert np.isnan(together(table, [(0, 1)], flips=100)).all()


def test_nobody_to_compare_and_nothing_answered_are_no_errors():
    assert compare(np.full((3, 5), 6.0), []) == ()
    assert together(np.full((3, 5), 6.0), []).tolist() == []
    (pair,) = compare(np.full((2, 5), np.nan), [(0, 1)], resamples=100)
    assert (pair.difference, pair.shared) == (None, 0)


@pytest.mark.parametrize("shared", [2, 5, 12])
def test_few_shared_queries_are_tested_in_every_way_as_scipy_does(shared):
    table = np.full((2, 40), np.nan)
    table[:, 3 : 3 + shared] = chance(14).integers(1, 11, (2, shared))
    (pair,) = compare(table, [(0, 1)], resamples=100)
    here = table[:, 3 : 3 + shared]
    theirs = stats.permutation_test(
        tuple(here), lambda a, b: np.mean(a - b), permutation_type="samples", n_resamples=np.inf
    )
    assert pair.p == pytest.approx(theirs.pvalue)


def test_many_shared_queries_are_tested_as_students_test_does_and_p_is_never_nothing():
    draw = chance(15)
    table = draw.normal(6, 1, (9, 300)) + np.linspace(0, 0.4, 9)[:, None]
    pairs = [(0, other) for other in range(1, 9)]
    for pair in compare(table, pairs, resamples=20_000):
        theirs = stats.ttest_rel(table[pair.first], table[pair.second]).pvalue
        assert pair.p == pytest.approx(theirs, abs=0.015)
    (far,) = compare(np.stack((table[0] + 5, table[1])), [(0, 1)], resamples=999)
    assert far.p == 0.001


def test_writers_that_got_the_same_cannot_be_told_apart():
    table = np.tile(chance(16).integers(5, 51, 200) / 5, (2, 1))
    (pair,) = compare(table, [(0, 1)], resamples=500)
    assert (pair.difference, pair.low, pair.high, pair.p) == (0, 0, 0, 1)


def test_of_writers_that_are_alike_one_pair_in_twenty_seems_to_differ():
    table = chance(17).normal(6, 1, (800, 30))
    made = compare(table, [(a, a + 1) for a in range(0, 800, 2)], resamples=2000)
    assert np.mean([pair.p < 0.05 for pair in made]) == pytest.approx(0.05, abs=0.025)
    assert np.mean([pair.low <= 0 <= pair.high for pair in made]) == pytest.approx(0.95, abs=0.025)


def test_a_pair_that_lacks_queries_has_the_interval_of_those_it_shares():
    scores = chance(18).normal(6, 1, (2, 60))
    (alone,) = compare(scores, [(0, 1)])
    table = np.full((4, 500), np.nan)
    table[:2, 100:160], table[2:] = scores, 5.0
    among, _ = compare(table, [(0, 1), (2, 3)])
    assert (among.difference, among.shared) == (pytest.approx(alone.difference), 60)
    assert among.high - among.low == pytest.approx(alone.high - alone.low, rel=0.05)


def test_one_pair_alone_is_adjusted_for_nothing():
    table = chance(20).normal(6, 1, (2, 60)) + np.array([[0.0], [0.3]])
    (pair,) = compare(table, [(0, 1)])
    assert together(table, [(0, 1)])[0] == pytest.approx(pair.p, abs=1e-9)


def test_adjusting_never_makes_a_p_smaller_and_the_further_apart_never_has_the_larger():
    table = chance(21).normal(6, 1, (7, 80)) + np.linspace(0, 0.8, 7)[:, None]
    table[3, :40] = np.nan
    pairs = list(itertools.combinations(range(7), 2))
    adjusted = together(table, pairs)
    assert (adjusted >= np.array([pair.p for pair in compare(table, pairs)]) - 0.01).all()
    differences = np.array([table[a] - table[b] for a, b in pairs])
    sizes = np.abs(np.nansum(differences, axis=1)) / np.sqrt(np.nansum(differences**2, axis=1))
    assert (np.diff(adjusted[np.argsort(-sizes)]) >= 0).all()


def test_a_real_difference_among_many_pairs_is_told_apart_and_chance_is_not():
    table = chance(19).normal(6, 1, (8, 200))
    table[7] += 1
    pairs = list(itertools.combinations(range(8), 2))
    assert [second == 7 for _, second in pairs] == (together(table, pairs) < 0.05).tolist()


def test_the_first_and_the_last_of_fifty_writers_are_told_apart():
    table = chance(22).normal(6, 1, (50, 100)) + np.linspace(0, 1, 50)[:, None]
    pairs = list(itertools.combinations(range(50), 2))
    adjusted = dict(zip(pairs, together(table, pairs, flips=2000), strict=True))
    assert adjusted[0, 49] < 0.01
    assert adjusted[24, 25] > 0.5


def test_among_writers_that_are_all_alike_one_table_in_twenty_tells_any_apart():
    draw = chance(23)
    pairs = list(itertools.combinations(range(6), 2))
    smallest = [together(draw.normal(6, 1, (6, 25)), pairs, flips=500, seed=seed).min() for seed in range(400)]
    assert np.mean(np.array(smallest) < 0.05) == pytest.approx(0.05, abs=0.03)


# small cells


def cells(spread_of_cells, sizes, writers, seed):
    """True means of subdomains, scores of queries, and which subdomain each query is of."""
    draw = chance(seed)
    subdomain = np.repeat(np.arange(len(sizes)), sizes)
    truth = 6 + draw.normal(0, spread_of_cells, (writers, len(sizes)))
    return truth, truth[:, subdomain] + draw.normal(0, 1, (writers, len(subdomain))), subdomain


@pytest.mark.parametrize("spread_of_cells", [0.2, 0.5, 1.0])
def test_moved_means_are_nearer_to_the_truth_and_their_intervals_hold_it(spread_of_cells):
    sizes = chance(20).integers(4, 16, 16)
    truth, scores, subdomain = cells(spread_of_cells, sizes, 1500, 21)
    made = shrink(scores, np.zeros_like(subdomain), subdomain)
    assert ((made.mean - truth) ** 2).mean() < ((made.raw - truth) ** 2).mean()
    assert 0.94 <= covered(made.low, made.high, truth) <= 0.975


def test_subdomains_that_do_not_differ_are_nearly_one_and_the_interval_is_rather_too_wide():
    truth, scores, subdomain = cells(0.0, [10] * 16, 500, 22)
    made = shrink(scores, np.zeros_like(subdomain), subdomain)
    assert ((made.mean - truth) ** 2).mean() < 0.2 * ((made.raw - truth) ** 2).mean()
    assert covered(made.low, made.high, truth) > 0.95


def test_the_fewer_its_queries_the_further_a_subdomain_is_moved():
    scores = np.array([[*[5, 7] * 8, *[6, 8] * 8, *[4, 6] * 8, *[3, 5] * 8, 9, 9, *[8, 10] * 8]], float)
    subdomain = np.repeat([0, 1, 2, 3, 4, 5], [16, 16, 16, 16, 2, 16])
    made = shrink(scores, np.zeros_like(subdomain), subdomain)
    few, many = made.mean[0, 4], made.mean[0, 5]
    assert made.raw[0, 4] == made.raw[0, 5] == 9
    assert few < many < 9
    assert made.high[0, 4] - made.low[0, 4] > made.high[0, 5] - made.low[0, 5]


def test_the_formula_worked_out_step_by_step_for_one_domain():
    _, scores, subdomain = cells(0.7, [3, 8, 5, 1, 12], 1, 23)
    made = shrink(scores, np.zeros_like(subdomain), subdomain)
    groups = [scores[0, subdomain == one] for one in range(5)]
    n = np.array([3, 8, 5, 1, 12])
    x = np.array([group.mean() for group in groups])
    s2 = sum(((group - group.mean()) ** 2).sum() for group in groups) / 24
    tau2 = max(0, ((n * (x - scores.mean()) ** 2).sum() - 4 * s2) / (29 - (n**2).sum() / 29))
    v = s2 / n
    w = 1 / (v + tau2)
    m = (w * x).sum() / w.sum()
    b = 2 / 4 * v / (v + tau2)
    doubt = b**2 * ((w * v).sum() / w.sum() + tau2) / (v + tau2) * (x - m) ** 2
    half = stats.t.ppf(0.975, 24) * np.sqrt(v * (1 - b * (1 - w / w.sum())) + doubt)
    assert made.mean[0] == pytest.approx(b * m + (1 - b) * x)
    assert made.low[0] == pytest.approx(np.clip(x + b * (m - x) - half, 1, 10), rel=1e-5)
    assert made.high[0] == pytest.approx(np.clip(x + b * (m - x) + half, 1, 10), rel=1e-5)
    assert made.n[0].tolist() == n.tolist()


def test_up_to_three_subdomains_keep_their_own_means_and_have_an_interval():
    scores = np.array([[5.0, 6, 7, 8, 8, 6]])
    made = shrink(scores, [0, 0, 0, 1, 1, 1], [0, 0, 1, 2, 2, 2])
    assert made.mean[0].tolist() == pytest.approx([5.5, 7, 22 / 3])
    half = stats.t.ppf(0.975, 2) * math.sqrt((8 / 3) / 2 / 3)  # the domain with one subdomain of three queries
    assert made.low[0, 2] == pytest.approx(22 / 3 - half, rel=1e-5)
    assert made.high[0, 2] == pytest.approx(min(10, 22 / 3 + half), rel=1e-5)


def test_subdomains_of_one_query_each_have_means_and_no_intervals():
    made = shrink([[5.0, 6, 7, 8, 9]], [0] * 5, range(5))
    assert made.mean[0].tolist() == [5, 6, 7, 8, 9]
    assert np.isnan(made.low).all()
    assert np.isnan(made.high).all()


def test_a_subdomain_without_a_mark_has_nothing_and_moves_no_other():
    _, scores, subdomain = cells(0.5, [6] * 8, 2, 24)
    gone = scores.copy()
    gone[0, subdomain == 3] = np.nan
    made, left = (shrink(table, np.zeros_like(sub), sub) for table, sub in ((gone, subdomain), (scores, subdomain)))
    assert np.isnan([made.mean[0, 3], made.low[0, 3], made.high[0, 3], made.raw[0, 3]]).all()
    assert made.n[:, 3].tolist() == [0, 6]
    assert made.mean[1] == pytest.approx(left.mean[1])
    without = shrink(scores[:1, subdomain != 3], [0] * 42, np.repeat(np.arange(7), 6))
    assert np.delete(made.mean[0], 3) == pytest.approx(without.mean[0])


def test_one_domain_moves_nothing_in_another():
    _, scores, subdomain = cells(0.5, [5] * 12, 3, 25)
    domain = subdomain % 2
    both = shrink(scores, domain, subdomain)
    alone = shrink(scores[:, domain == 0], np.zeros((domain == 0).sum(), int), subdomain[domain == 0] // 2)
    assert both.mean[:, ::2] == pytest.approx(alone.mean)


def test_a_number_that_no_subdomain_has_stays_empty():
    made = shrink([[5.0, 6, 7, 8]], [0] * 4, [0, 0, 2, 2])
    assert np.isnan([made.mean[0, 1], made.low[0, 1], made.high[0, 1]]).all()
    assert made.n[0].tolist() == [2, 0, 2]


def test_a_subdomain_in_two_domains_is_refused():
    with pytest.raises(ValueError, match="two domains"):
        shrink([[5.0, 6.0]], [0, 1], [0, 0])


@pytest.mark.parametrize("table", [np.empty((0, 4)), np.full((2, 4), np.nan), np.full((2, 4), 10.0)])
def test_no_writer_no_mark_and_the_same_mark_everywhere_are_no_errors(table):
    made = shrink(table, [0] * 4, [0, 1, 1, 0])
    assert made.mean.shape == made.n.shape == (len(table), 2)
    assert (np.isnan(made.mean) | (made.mean == 10)).all()
    assert shrink(np.empty((1, 0)), [], []).mean.shape == (1, 0)


# the judge's noise


def repeated(judge, writer, shape, seed, queries=1.0):
    """Columns of marks, by writers, queries, criteria, draws and repeats; scores in hundredths of a point."""
    draw = chance(seed)
    writers, asked, criteria, draws, repeats = shape
    level = draw.normal(600, 100 * queries, (writers, asked, 1, 1, 1))
    level = level + draw.normal(0, 100 * writer, (writers, asked, criteria, draws, 1))
    scores = np.rint(level + draw.normal(0, 100 * judge, shape)).astype(np.int64)
    *places, _ = np.indices((writers, asked, criteria, draws, repeats))
    return [column.ravel() for column in (*places, scores)]


def test_the_judges_and_the_writers_noise_are_found_apart():
    found = noise(*repeated(0.8, 0.5, (3, 200, 5, 3, 4), 26))
    assert found.judge == pytest.approx(80, rel=0.02)
    assert found.writer == pytest.approx(50, rel=0.05)
    assert found.query == pytest.approx(found.judge / math.sqrt(5))
    assert found.repeated == 3 * 200 * 5 * 3


def test_noise_is_found_where_marks_are_missing_and_the_rows_are_in_any_order():
    columns = repeated(0.8, 0.5, (3, 300, 5, 3, 4), 27)
    left = chance(28).permutation(len(columns[0]))[: len(columns[0]) // 2]
    found = noise(*(column[left] for column in columns))
    assert found.judge == pytest.approx(80, rel=0.03)
    assert found.writer == pytest.approx(50, rel=0.08)


def test_a_judge_that_is_all_there_is_makes_all_of_the_error_and_one_that_repeats_itself_none():
    assert noise(*repeated(1.0, 0.0, (5, 400, 5, 1, 2), 29, queries=0.0)).of_error == pytest.approx(1, abs=0.1)
    assert noise(*repeated(1.0, 0.0, (5, 400, 5, 1, 2), 29, queries=1.0)).of_error == pytest.approx(0.1 / 1.1, rel=0.1)
    sure = noise(*repeated(0.0, 0.5, (5, 40, 5, 2, 2), 30))
    assert (sure.judge, sure.query, sure.same, sure.of_error) == (0, 0, 1, 0)


def test_repeats_worked_out_by_hand():
    writer, query, criterion, draw, score = np.array(
        [[0, 0, 0, 0, 7], [0, 0, 0, 0, 7], [0, 1, 0, 0, 5], [0, 1, 0, 0, 8], [0, 2, 0, 0, 4]], np.int8
    ).T
    found = noise(writer, query, criterion, draw, score)
    assert found.judge == pytest.approx(1.5)  # 4.5 over two degrees of freedom
    assert (found.same, found.repeated, found.writer) == (0.5, 2, None)


def test_without_repeats_there_is_no_judges_noise():
    columns = repeated(1.0, 0.5, (3, 20, 5, 4, 1), 31)
    assert noise(*columns) is None
    assert noise(*(column[:0] for column in columns)) is None


def test_one_query_has_no_share_of_an_error():
    assert noise(*repeated(1.0, 0.5, (1, 1, 5, 1, 4), 32)).of_error is None


def test_small_integer_types_do_not_overflow():
    columns = repeated(1.0, 0.5, (2, 300, 5, 2, 2), 33)
    small = [column.astype(kind) for column, kind in zip(columns, ("i4", "i4", "i1", "i2", "i2"), strict=True)]
    assert noise(*small) == noise(*columns)


# how many queries


@pytest.mark.parametrize(("sd", "difference"), [(1, 0.5), (1, 0.2), (2, 2)])
def test_the_queries_needed_show_the_difference_in_four_of_five_experiments(sd, difference):
    queries = needed(sd, difference)
    experiments = chance(34).normal(difference, sd, (10_000, queries))
    found = (stats.ttest_1samp(experiments, 0, axis=1).pvalue < 0.05).mean()
    assert found == pytest.approx(0.8, abs=0.02)


def test_the_published_example_of_the_formula():
    assert needed(1, 0.5) == math.ceil((1.959964 + 0.841621) ** 2 / 0.25 + 1.959964**2 / 2) == 34


def test_what_is_seen_is_what_is_needed_turned_round():
    for queries in (10, 100, 1000):
        smallest = seen(1.3, queries)
        assert needed(1.3, smallest * 1.0001) == queries
        assert power_of(1.3, queries, smallest) == pytest.approx(0.8, abs=1e-6)


def test_no_difference_is_found_by_mistake_only_and_a_larger_one_more_often():
    assert power_of(1, 100, 0) == pytest.approx(0.05)
    assert power_of(1, 100, -0.3) == power_of(1, 100, 0.3)
    assert power_of(1, 100, 0.1) < power_of(1, 100, 0.2) < power_of(1, 200, 0.2)


def test_one_query_shows_nothing_and_no_spread_needs_hardly_any():
    assert seen(1, 1) is None
    assert power_of(1, 1, 5) == 0
    assert needed(0, 0.1) == 2
    assert power_of(0, 10, 0.1) == 1


@pytest.mark.parametrize("wrong", [{"difference": 0}, {"difference": -1}, {"sd": -1}, {"power": 1}, {"power": 0.01}])
def test_what_cannot_be_asked_for_is_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        needed(**{"sd": 1, "difference": 0.5} | wrong)


def test_the_spread_of_differences_is_that_of_every_pair_on_what_it_shares():
    table = chance(35).normal(6, 1, (6, 80)) + chance(36).normal(0, 2, 80)
    table[chance(37).random(table.shape) < 0.2] = np.nan
    by_hand = [np.nanstd(table[a] - table[b], ddof=1) for a, b in itertools.combinations(range(6), 2)]
    found = spread(table)
    assert (found.low, found.median, found.high) == pytest.approx(tuple(np.quantile(by_hand, (0.05, 0.5, 0.95))))
    assert (found.pairs, found.guessed) == (15, False)


def test_one_writer_gives_a_guess_from_above_that_says_so():
    table = chance(38).normal(6, 1, (2, 500)) + chance(39).normal(0, 2, 500)
    guess = spread(table[:1])
    assert guess.median == pytest.approx(math.sqrt(2) * table[0].std(ddof=1))
    assert (guess.pairs, guess.guessed) == (0, True)
    assert guess.median > spread(table).median


@pytest.mark.parametrize(
    "table", [np.empty((0, 5)), np.empty((3, 0)), np.full((3, 5), np.nan), [[6.0]], [[6.0], [7.0]]]
)
def test_without_two_queries_there_is_no_spread(table):
    assert spread(table) is None


def test_repeats_take_off_the_judges_part_and_nothing_else():
    draw = chance(40)
    truth = draw.normal(0, 1, (2, 200_000, 1))
    marks = truth + draw.normal(0, 0.6, (2, 200_000, 4))
    once, four = ((marks[..., :k].mean(axis=2)[0] - marks[..., :k].mean(axis=2)[1]).std() for k in (1, 4))
    assert with_repeats(once, 0.6, 1, 4) == pytest.approx(four, rel=0.01)
    assert with_repeats(four, 0.6, 4, 1) == pytest.approx(once, rel=0.01)
    assert with_repeats(0.1, 0.6, 1, 2) == pytest.approx(0.6)
    with pytest.raises(ValueError, match="at least 1"):
        with_repeats(1, 0.6, 0, 2)


def test_what_is_worked_on_at_a_time_changes_no_number(monkeypatch):
    draws = chance(41).normal(size=(300, 11))
    whole = interval(draws, 30)
    monkeypatch.setattr(resample, "_NUMBERS", 600)
    pieces = interval(draws, 30)
    assert (whole[0] == pieces[0]).all()
    assert (whole[1] == pieces[1]).all()
    assert (weights(20, 50).sum(axis=(1, 2)) == 20).all()
