"""Measures of agreement, against published examples, against second implementations, and against their definitions."""

import math
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, spearmanr
from sklearn.metrics import cohen_kappa_score

from writingbench.agreement import power
from writingbench.agreement.alpha import alpha, coincidences
from writingbench.agreement.compared import compare
from writingbench.agreement.drawn import Drawn, Figure
from writingbench.agreement.judged import Judged
from writingbench.agreement.kappa import cohen, fleiss, fleiss_of, tables
from writingbench.agreement.opinions import Opinions
from writingbench.agreement.people import kappa, people, reliability
from writingbench.agreement.rules import (
    RULES,
    credit,
    length_controlled,
    prefers_longer,
    shares,
    with_each_other,
    with_the_others,
)
from writingbench.agreement.systems import systems
from writingbench.agreement.votes import CHOICES, FIRST, MISSING, SECOND, TIE, Ballots, Duel, Scored, majority
from writingbench.reports.agreement import named
from writingbench.scores.ranks import kendalls, spearmans

NAN = float("nan")
VOTES = st.sampled_from([FIRST, TIE, SECOND, MISSING])


def votes(*rows):
    return np.array(rows, np.int8)


def drawn(pairs, queries=None):
    return Drawn(queries or list(range(pairs)), resamples=500)


def ballots(said, queries=None, lengths=None):
    said = np.atleast_2d(np.array(said, np.int8))
    duels = tuple(
        Duel(id=str(n), query=(queries or range(len(said)))[n], first="a", second="b",
             first_length=lengths[n][0] if lengths else None, second_length=lengths[n][1] if lengths else None)
        for n in range(len(said))
    )  # fmt: skip
    return Ballots(duels=duels, raters=tuple(f"p{n}" for n in range(said.shape[1])), votes=said)


def opinions(said):
    return Opinions(name="t", ballots=ballots(said))


# Krippendorff

OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]


@pytest.mark.parametrize(("scale", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_is_krippendorffs_own_on_his_four_observers_and_twelve_units(scale, published):
    found = alpha(coincidences(np.array(OBSERVERS).T, range(1, 6)).sum(axis=0), range(1, 6), scale)
    assert round(float(found), 3) == published


def test_alpha_is_krippendorffs_own_on_two_observers_and_ten_binary_units():
    one, other = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    found = alpha(coincidences(np.array([one, other]).T, (0, 1)).sum(axis=0), (0, 1))
    assert round(float(found), 3) == 0.095


def by_definition(rows, categories, scale):
    """Alpha from every pair of sayings, one by one."""
    units = [[value for value in row if value != MISSING] for row in rows]
    units = [unit for unit in units if len(unit) > 1]
    every = [value for unit in units for value in unit]
    n = len(every)

    def apart(one, other):
        if scale == "nominal":
            return float(one != other)
        if scale == "interval":
            return float((one - other) ** 2)
        low, high = sorted((one, other))
        return (sum(low <= value <= high for value in every) - (every.count(one) + every.count(other)) / 2) ** 2

    observed = sum(apart(a, b) / (len(unit) - 1) for unit in units for a, b in permutations(unit, 2))
    expected = sum(apart(a, b) for a, b in permutations(every, 2))
    return 1 - observed * (n - 1) / expected if expected else NAN


@given(st.lists(st.lists(VOTES, min_size=3, max_size=3), min_size=1, max_size=12))
@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
def test_alpha_is_what_its_definition_says_pair_by_pair(scale, rows):
    found = float(alpha(coincidences(votes(*rows), CHOICES).sum(axis=0), CHOICES, scale))
    assert found == pytest.approx(by_definition(rows, CHOICES, scale), nan_ok=True)


@pytest.mark.parametrize(
    "rows",
    [
        [[MISSING, MISSING]],
        [[FIRST, MISSING], [MISSING, SECOND]],  # nobody has anybody to agree with
        [[FIRST, FIRST], [FIRST, FIRST]],  # and nobody ever said anything else
    ],
)
def test_empty_single_and_unanimous_data_have_no_alpha_and_no_kappa(rows):
    said = votes(*rows)
    for scale in ("nominal", "ordinal"):
        assert np.isnan(alpha(coincidences(said, CHOICES).sum(axis=0), CHOICES, scale))
    counts = np.stack([(said == choice).sum(axis=1) for choice in CHOICES], axis=1)
    assert np.isnan(fleiss_of(fleiss(counts).sum(axis=0)))
    assert np.isnan(cohen(tables(said[:, 0], said[:, 1], CHOICES).sum(axis=0)))


def test_raters_who_always_agree_on_things_that_differ_have_all_coefficients_at_one():
    said = votes([FIRST, FIRST], [SECOND, SECOND], [TIE, TIE])
    counts = np.stack([(said == choice).sum(axis=1) for choice in CHOICES], axis=1)
    assert alpha(coincidences(said, CHOICES).sum(axis=0), CHOICES) == 1
    assert fleiss_of(fleiss(counts).sum(axis=0)) == 1
    assert cohen(tables(said[:, 0], said[:, 1], CHOICES).sum(axis=0)) == 1


# kappas


@given(st.lists(st.tuples(*[st.sampled_from(CHOICES)] * 2), min_size=1, max_size=40))
def test_cohens_kappa_is_that_of_scikit_learn(pairs):
    one, other = zip(*pairs, strict=True)
    found = float(cohen(tables(one, other, CHOICES).sum(axis=0)))
    if len({*one, *other}) == 1:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(cohen_kappa_score(one, other), abs=1e-12)


def test_what_only_one_rater_sorted_is_not_part_of_cohens_kappa():
    one, other = [FIRST, SECOND, TIE, FIRST], [FIRST, SECOND, MISSING, SECOND]
    assert float(cohen(tables(one, other, CHOICES).sum(axis=0))) == pytest.approx(
        cohen_kappa_score([1, -1, 1], [1, -1, -1])
    )


FLEISS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def test_fleiss_kappa_is_the_published_one_on_the_worked_example_of_fourteen_raters():
    assert round(float(fleiss_of(fleiss(FLEISS).sum(axis=0))), 3) == 0.210


@given(st.lists(st.lists(VOTES, min_size=4, max_size=4), min_size=1, max_size=12))
def test_fleiss_kappa_with_gaps_is_what_its_definition_says(rows):
    units = [[vote for vote in row if vote != MISSING] for row in rows]
    units = [unit for unit in units if len(unit) > 1]
    counts = [[row.count(choice) for choice in CHOICES] for row in rows]
    found = float(fleiss_of(fleiss(counts).sum(axis=0)))
    every = [vote for unit in units for vote in unit]
    if len(set(every)) < 2:
        assert math.isnan(found)
        return
    agree = [np.mean([a == b for a, b in combinations(unit, 2)]) for unit in units]
    chance = sum((every.count(choice) / len(every)) ** 2 for choice in CHOICES)
    assert found == pytest.approx((np.mean(agree) - chance) / (1 - chance))


def test_no_coefficient_hangs_on_which_response_is_called_the_first():
    rng = np.random.default_rng(3)
    said = rng.choice([FIRST, TIE, SECOND, MISSING], (40, 3)).astype(np.int8)
    turned = said.copy()
    some = rng.random(40) < 0.5
    turned[some] = np.where(said[some] == MISSING, MISSING, -said[some])
    one, other = (people(ballots(v), drawn(40)) for v in (said, turned))
    for name in ("fleiss", "nominal", "ordinal"):
        assert getattr(one, name).value == pytest.approx(getattr(other, name).value)
    assert one.cohen == pytest.approx(other.cohen)
    assert kappa(drawn(40), said[:, 0], said[:, 1]).value == pytest.approx(
        kappa(drawn(40), turned[:, 0], turned[:, 1]).value
    )


# the three rules

JUDGE = votes([FIRST, FIRST, TIE, TIE, SECOND, MISSING])[0]
PEOPLE = votes([FIRST, SECOND, FIRST, TIE, TIE, FIRST])[0]


def test_the_three_rules_count_ties_as_they_say():
    assert credit(JUDGE, PEOPLE, "half").tolist()[:5] == [1, 0, 0.5, 0.5, 0.5]
    assert credit(JUDGE, PEOPLE, "class").tolist()[:5] == [1, 0, 0, 1, 0]
    left = credit(JUDGE, PEOPLE, "left out")
    assert left.tolist()[:2] == [1, 0] and np.isnan(left[2:]).all()
    for rule in RULES:
        assert np.isnan(credit(JUDGE, PEOPLE, rule)[5])  # nobody is credited for what was not said


@given(st.lists(VOTES, min_size=1, max_size=30))
def test_whoever_always_ties_gets_a_half_where_ties_count_half(said):
    found = shares(drawn(len(said)), np.zeros(len(said), np.int8), votes(said)[0])
    assert found["half"].value == (0.5 if set(said) != {MISSING} else None)
    assert found["left out"].value is None


def test_the_rules_are_tau_a_and_gamma_seen_otherwise():
    rng = np.random.default_rng(1)
    judge, said = rng.choice([FIRST, TIE, SECOND], (2, 300)).astype(np.int8)
    found = shares(drawn(300), judge, said)
    concordant, discordant = (judge * said == 1).sum(), (judge * said == -1).sum()
    assert found["half"].value == pytest.approx((1 + (concordant - discordant) / 300) / 2)
    assert found["left out"].value == pytest.approx((1 + (concordant - discordant) / (concordant + discordant)) / 2)


def test_a_share_has_the_interval_of_drawing_queries_and_no_other():
    rng = np.random.default_rng(5)
    right = (rng.random(400) < 0.7).astype(float)
    alone, twice = Drawn(range(400)).share(right), Drawn([*range(400), *range(400)]).share([*right, *right])
    assert alone.value == twice.value and alone.low == pytest.approx(twice.low) and twice.n == 800
    wald = 1.96 * math.sqrt(alone.value * (1 - alone.value) / 400)
    assert alone.low == pytest.approx(alone.value - wald, abs=0.006)
    assert alone.high == pytest.approx(alone.value + wald, abs=0.006)
    assert alone.worth == pytest.approx(400, rel=0.1) and twice.worth == pytest.approx(400, rel=0.1)


def test_the_interval_covers_a_known_agreement_in_about_95_of_100_studies():
    rng = np.random.default_rng(11)
    inside = 0
    for _ in range(300):
        liking = rng.beta(4, 2, 60)  # how often the judge is right differs from query to query
        right = (rng.random((60, 5)) < liking[:, None]).ravel().astype(float)
        found = Drawn(np.repeat(range(60), 5).tolist(), resamples=600).share(right)
        inside += found.low <= 4 / 6 <= found.high
    assert 0.91 <= inside / 300 <= 0.985


def test_one_query_has_no_interval_and_nothing_has_no_value():
    assert Drawn([7, 7]).share([1.0, 0.0]) == Figure(value=0.5, n=2, queries=1)
    assert Drawn([7, 7]).share([NAN, NAN]) == Figure(value=None, n=0, queries=0)
    assert Drawn([]).share([]) == Figure(value=None, n=0, queries=0)


# people among each other


def test_each_person_is_held_against_the_majority_of_the_others():
    said = votes([FIRST, FIRST, SECOND], [FIRST, FIRST, FIRST], [SECOND, MISSING, MISSING])
    others = with_the_others(drawn(3), said)
    # first pair: the first two see one and one, a tie, in the others; the third sees FIRST FIRST and is wrong
    assert others["half"].value == pytest.approx((0.5 + 0.5 + 0 + 3) / 6)
    assert others["left out"].value == pytest.approx(3 / 4)
    assert others["half"].n == 2  # what only one person voted on does not count
    each = with_each_other(drawn(3), said)
    assert each["half"].value == pytest.approx((1 + 0 + 0 + 3) / 6)


def test_leaving_one_out_is_what_doing_it_by_hand_gives():
    rng = np.random.default_rng(2)
    said = rng.choice([FIRST, TIE, SECOND, MISSING], (50, 4)).astype(np.int8)
    for rule in RULES:
        credits = [
            credit(said[row : row + 1, column], majority(np.delete(said[row : row + 1], column, axis=1)), rule)[0]
            for row in range(50)
            for column in range(4)
        ]
        assert with_the_others(drawn(50), said)[rule].value == pytest.approx(np.nanmean(credits))


def test_one_person_alone_has_no_ceiling():
    found = people(ballots([[FIRST], [TIE]]), drawn(2))
    assert (found.raters, found.several, found.votes, found.ties, found.cohen) == (1, 0, 2, 1, None)
    assert {found.others["half"].value, found.each_other["half"].value, found.fleiss.value, found.nominal.value} == {
        None
    }


def test_alpha_of_scores_is_one_minus_variance_within_over_variance_in_all_whoever_gave_them():
    rng = np.random.default_rng(6)
    given = np.clip(np.round(rng.normal(3, 1, (40, 1)) + rng.normal(0, 1, (40, 3))), 1, 5)
    scores = [
        Scored(query=row // 4, writer=f"w{row % 4}", by=f"p{column}", score=float(given[row, column]))
        for row in range(40)
        for column in rng.permutation(3)
    ]
    found = reliability(scores, resamples=200)
    assert found.interval.value == pytest.approx(1 - given.var(axis=1, ddof=1).mean() / given.var(ddof=1))
    assert found.ordinal.value == pytest.approx(by_definition(given.astype(int).tolist(), (1, 2, 3, 4, 5), "ordinal"))
    assert found.ordinal.low < found.ordinal.value < found.ordinal.high
    assert (found.ordinal.n, found.ordinal.queries) == (40, 10)
    assert reliability([one for one in scores if one.by == "p0"]) is None


# length


def test_longer_is_better_gets_exactly_a_half_however_fond_of_length_people_are():
    rng = np.random.default_rng(4)
    longer = rng.choice([-30, -5, 0, 8, 40], 500)
    said = np.where(rng.random(500) < 0.8, np.sign(longer), -np.sign(longer)).astype(np.int8)
    judge = np.sign(longer).astype(np.int8)
    over = drawn(500)
    found = length_controlled(over, judge, said, longer)
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)
    assert shares(over, judge, said)["half"].value > 0.7
    assert length_controlled(over, (-judge).astype(np.int8), said, longer).value == 0.5
    assert length_controlled(over, said, said, longer).value == 1
    assert prefers_longer(over, judge, longer).value == 1
    assert prefers_longer(over, said, longer).value == pytest.approx(0.8, abs=0.05)


def test_length_controlled_agreement_weighs_both_kinds_of_pairs_alike():
    longer = [9, 9, 9, -9, 5, NAN, 9]
    said = votes([FIRST, FIRST, FIRST, FIRST, TIE, FIRST, FIRST])[0]
    judge = votes([FIRST, FIRST, SECOND, FIRST, FIRST, FIRST, TIE])[0]
    found = length_controlled(drawn(7), judge, said, longer)
    assert found.value == pytest.approx((2.5 / 4 + 1 / 1) / 2) and found.n == 5


def test_without_a_pair_of_either_kind_nothing_is_controlled():
    assert length_controlled(drawn(2), votes([1, 1])[0], votes([1, 1])[0], [9, 4]).value is None


# writers


def many(seed=0, queries=30, writers=5, noise=1.0):
    rng = np.random.default_rng(seed)
    worth = np.arange(writers) + rng.normal(0, noise, (queries, writers))
    marks = {(q, f"w{w}"): (float(worth[q, w] + rng.normal(0, noise)),) for q in range(queries) for w in range(writers)}
    duels = [
        Duel(id=f"{q}{a}{b}", query=q, first=f"w{a}", second=f"w{b}")
        for q in range(queries)
        for a, b in combinations(range(writers), 2)
    ]
    said = votes(
        [np.sign(worth[one.query, int(one.first[1])] - worth[one.query, int(one.second[1])]) for one in duels]
    )[0]
    return Judged(judge="j", marks=marks), duels, said


def test_the_order_of_writers_is_compared_by_win_rate_and_mean_mark():
    judged, duels, said = many(noise=3.0)
    over = Drawn([one.query for one in duels], resamples=300)
    judge = np.array(
        [np.sign(judged.marks[d.query, d.first][0] - judged.marks[d.query, d.second][0]) for d in duels], np.int8
    )
    found = systems(over, duels, said, judge, judged)
    won = {f"w{w}": [] for w in range(5)}
    for one, vote in zip(duels, said, strict=True):
        won[one.first].append((1 + int(vote)) / 2)
        won[one.second].append((1 - int(vote)) / 2)
    rates = [np.mean(won[f"w{w}"]) for w in range(5)]
    means = [np.mean([judged.marks[q, f"w{w}"][0] for q in range(30)]) for w in range(5)]
    assert found.kendall.value == pytest.approx(kendalltau(rates, means)[0])
    assert found.spearman.value == pytest.approx(spearmanr(rates, means)[0])
    assert found.kendall.low <= found.kendall.value <= found.kendall.high and found.kendall.n == 5
    assert [one.writer for one in found.writers] == sorted(won, key=lambda name: -np.mean(won[name]))


def test_two_writers_have_no_order_to_speak_of():
    judged, duels, said = many(writers=2)
    over = Drawn([one.query for one in duels], resamples=50)
    assert systems(over, duels, said, said, judged).kendall.value is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=9))
def test_rank_correlations_of_many_at_once_are_those_of_scipy_ties_and_all(pairs):
    one, other = (np.array(side, float) for side in zip(*pairs, strict=True))
    stacked = np.stack([one, one]), np.stack([other, -other])
    tau, rho = kendalls(*stacked), spearmans(*stacked)
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert np.isnan(tau).all() and np.isnan(rho).all()
    else:
        assert tau == pytest.approx([kendalltau(one, other)[0], -kendalltau(one, other)[0]])
        assert rho == pytest.approx([spearmanr(one, other)[0], -spearmanr(one, other)[0]])


# the whole


def test_a_judge_that_is_people_agrees_wholly_and_coverage_tells_what_is_missing():
    said = [[FIRST], [SECOND], [FIRST], [FIRST]]
    marks = {(0, "a"): (9.0,), (0, "b"): (2.0,), (1, "a"): (3.0,), (1, "b"): (8.0,), (2, "a"): (NAN,), (2, "b"): (5.0,)}
    found = compare(opinions(said), [Judged(judge="j", marks=marks, failures={"refused": 1})], resamples=200)
    (row,) = found.rows
    assert row.majority["half"].value == 1 and row.majority["half"].n == 2
    coverage = row.coverage
    assert (coverage.pairs, coverage.asked, coverage.judged, coverage.failures) == (4, 3, 2, {"refused": 1})
    assert coverage.least == pytest.approx(2 / 3) and coverage.most == 1  # what the missing mark allows
    assert row.kappa.value == 1 and row.persons == {}


def test_a_margin_makes_small_differences_of_a_judge_ties_but_not_those_of_a_count():
    marks = {(0, "a"): (6.2,), (0, "b"): (6.0,)}
    judges = [Judged(judge="j", marks=marks), Judged(judge="longer", baseline=True, marks=marks)]
    found = compare(opinions([[FIRST]]), judges, tie=0.2, resamples=50)
    assert [row.majority["half"].value for row in found.rows] == [0.5, 1]


def test_a_judge_under_two_protocols_is_told_apart_by_them_and_any_other_is_not():
    marks = {(0, "a"): (6.0,), (0, "b"): (5.0,)}
    judges = [
        Judged(judge=j, criteria="global", protocol=p, marks=marks) for j, p in (("j", "x"), ("j", "y"), ("k", "x"))
    ]
    found = compare(opinions([[FIRST]]), judges, resamples=50)
    assert [name for name, _ in named(found)] == ["j, global, x", "j, global, y", "k, global"]


def test_two_judges_are_compared_on_the_pairs_that_both_judged():
    rng = np.random.default_rng(9)
    said = [[FIRST]] * 200
    good, bad = (
        Judged(judge=name, criteria=c, marks={
            (n, w): (float(w == "a" if rng.random() < right else w == "b"),) for n in range(size) for w in "ab"
        })
        for name, c, right, size in (("j", "dynamic", 0.9, 200), ("j", "global", 0.6, 150))
    )  # fmt: skip
    found = compare(opinions(said), [good, bad], resamples=500)
    (difference,) = found.differences
    first, second = (row.majority["half"] for row in found.rows)
    assert difference.apart.n == 150 and second.n == 150 and first.n == 200
    assert difference.apart.low > 0 and 0 < difference.discordant < 1


# power


def test_the_pairs_that_84_and_87_percent_need_are_those_of_the_textbook_formula():
    from scipy.stats import norm

    p, q, a, b = 0.84, 0.87, norm.ppf(0.975), norm.ppf(0.8)
    m = (p + q) / 2
    assert power.apart(p, q) == math.ceil(
        ((a * (2 * m * (1 - m)) ** 0.5 + b * (p * (1 - p) + q * (1 - q)) ** 0.5) / (p - q)) ** 2
    )
    assert power.apart(p, q) == 2162
    assert power.together(p, q, 0.1) == math.ceil((a * 0.1**0.5 + b * (0.1 - 0.03**2) ** 0.5) ** 2 / 0.03**2)


def test_so_many_pairs_do_show_the_difference_four_times_in_five():
    rng = np.random.default_rng(8)
    n = power.together(0.84, 0.87, 0.1)
    shown = 0
    for _ in range(2000):
        better, worse, _ = rng.multinomial(n, [0.065, 0.035, 0.9])
        shown += abs(better - worse) / math.sqrt(better + worse) > 1.96
    assert 0.77 < shown / 2000 < 0.84


def test_300_pairs_are_too_few_by_far_and_the_same_pairs_help_judges_that_are_alike():
    assert power.give_or_take(0.84, 300) == pytest.approx(0.0415, abs=1e-3)
    least, most = power.discordants(0.84, 0.87)
    assert least == pytest.approx(0.03) and most == pytest.approx(0.29)
    strangers = power.strangers(0.84, 0.87)
    assert power.together(0.84, 0.87, least) < power.together(0.84, 0.87, 0.1) < power.together(0.84, 0.87, strangers)
    assert power.together(0.84, 0.87, strangers) == pytest.approx(power.apart(0.84, 0.87), rel=0.01)


@pytest.mark.parametrize("bad", [(0.84, 0.84), (0, 0.5), (0.5, 1.0), (0.84, 0.87, 0.01), (0.84, 0.87, 0.5)])
def test_shares_that_cannot_be_are_refused(bad):
    with pytest.raises(ValueError, match=r"differ|must be"):
        power.together(*bad) if len(bad) == 3 else power.apart(*bad)
